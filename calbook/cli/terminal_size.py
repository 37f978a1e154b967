"""How wide the terminal is in which an answer, or what is said beside it, is read."""

import os
import sys
from contextlib import suppress


def find_columns() -> int:
    """Its columns, as COLUMNS, stdout or else stderr has them; 80 where there is none.

    Errors and questions are read there also while stdout is a file.
    """
    at_stderr = 0
    with suppress(OSError, ValueError, AttributeError):  # none, or closed
        at_stderr = os.get_terminal_size(sys.stderr.fileno()).columns
    return find_size(at_stderr or 80).columns


def find_size(columns: int = 80) -> os.terminal_size:
    """As COLUMNS and LINES, else stdout have it; else so many columns, and 24 lines.

    As `shutil` finds it, which is slow to import.
    """
    given = [_given("COLUMNS"), _given("LINES")]
    found = os.terminal_size((0, 0))
    if sys.__stdout__ is not None and not all(given):
        with suppress(OSError, ValueError):  # no terminal, or closed
            found = os.get_terminal_size(sys.__stdout__.fileno())
    return os.terminal_size(
        (given[0] or found.columns or columns, given[1] or found.lines or 24)
    )


def _given(name: str) -> int:
    with suppress(KeyError, ValueError):
        return max(int(os.environ[name]), 0)
    return 0
