"""How far something that takes long has come: on a terminal a bar."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def show_progress(
    what: str, *, has_stdout: bool = False
) -> Iterator[Callable[[int, int], None] | None]:
    """Called with how many of how many are done.

    Data on stdout may end on the same terminal, whoever passes them on: then no bar.
    """
    if has_stdout or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from calbook.cli.screen import painting  # slow to import

    bar = painting.ProgressBar(what, 0)
    try:
        yield bar.update
    finally:
        bar.close()
