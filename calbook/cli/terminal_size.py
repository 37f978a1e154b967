"""How wide the terminal is in which an answer, or what is said beside it, is read."""

import os
import sys
from contextlib import suppress
from shutil import get_terminal_size


def find_columns() -> int:
    """Its columns, as COLUMNS, stdout or else stderr has them; 80 where there is none.

    Errors and questions are read there also while stdout is a file.
    """
    at_stderr = 0
    with suppress(OSError, ValueError, AttributeError):  # none, or closed
        at_stderr = os.get_terminal_size(sys.stderr.fileno()).columns
    return get_terminal_size((at_stderr or 80, 24)).columns
