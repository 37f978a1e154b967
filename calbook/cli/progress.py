"""Long work: a bar with count and remaining time; Ctrl-C says what is done.

There is no bar for what is over soon, and none where it would stand amid other text.
"""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from calbook import interrupts
from calbook.cli import global_options, output

_PATIENCE = 0.5  # seconds before a bar is shown


class Progress:
    """Called with how many of how many are done; `done` and `total` are the last."""

    def __init__(self, what: str, *, counts: bool) -> None:
        self.what, self.done, self.total = what, 0, 0
        self._counts, self._began = counts, monotonic()
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self._bar is None:
            if monotonic() - self._began < _PATIENCE:
                return
            from calbook.cli.screen import painting  # slow to import

            self._bar = painting.ProgressBar(self.what, counts=self._counts)
        output.bar = self
        self._bar.update(done, total)

    def hide(self) -> None:
        """Make room for other text; the next call shows it again."""
        if self._bar is not None:
            self._bar.hide()
        output.bar = None


class NoProgress(Progress):
    """The same, of which nothing is shown."""

    def __call__(self, done: int, total: int) -> None:
        self.done, self.total = done, total


@contextmanager
def show_progress(
    what: str,
    *,
    counts: bool = True,
    has_stdout: bool = False,
    stopped: Callable[[Progress], str] | None = None,
) -> Iterator[Progress]:
    """Around long work, which calls it; without `counts` it shows how many per cent.

    `has_stdout`: data is written to stdout meanwhile, which may end on the same
    terminal, whoever passes it on. `stopped` says what was done, when it is ended.
    """
    is_shown = _is_shown() and not (has_stdout and not _is_file(sys.stdout))
    progress = (Progress if is_shown else NoProgress)(what, counts=counts)
    try:
        yield progress
    except KeyboardInterrupt:
        if stopped is None:
            raise
        from calbook.core.errors import Interrupted

        raise Interrupted(f"interrupted: {stopped(progress)}") from None
    except interrupts.Terminated as error:
        if stopped is not None:
            error.args = (stopped(progress),)
        raise
    finally:
        progress.hide()


def none_or_all(progress: Progress) -> str:
    """What is done of work in one transaction."""
    if interrupts.has_committed:
        return "all of it was written: look with calbook list"
    return "nothing was written"


def _is_shown() -> bool:
    is_unwanted = global_options.given("quiet") or os.environ.get("TERM") == "dumb"
    return sys.stderr.isatty() and not is_unwanted and not output.as_terminal


def _is_file(stream: Any) -> bool:
    """Whether nobody reads it meanwhile: a file, or nothing at all."""
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(mode) or (stat.S_ISCHR(mode) and not stream.isatty())
