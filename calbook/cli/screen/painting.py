"""Pages of the manual, and bars; the only module that knows rich. Slow to import."""

import io
import os
import re
import sys

from rich.console import Console
from rich.text import Text

from calbook.cli import global_options, output


def _console() -> Console:
    """In colours or without a single escape; a forced colour is one of sixteen."""
    is_shown = not output.as_terminal
    has_colours = is_shown and global_options.has_colours(sys.stdout)
    is_dumb = os.environ.get("TERM", "dumb") in ("dumb", "unknown")
    return Console(
        file=io.StringIO(),
        width=output.width(),
        force_terminal=has_colours,
        color_system=("standard" if is_dumb else "auto") if has_colours else None,
        no_color=False,
        highlight=False,
    )


_PAGE = {"markdown.code": "bold cyan"}  # rich's own is on black, on any background
_LINK = re.compile(r"\[([^\]]+)\]\((\w+)\.md\)")
_BRACKETED = re.compile(rf"\({_LINK.pattern}\)")
_CODE = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def manual_page(text: str, width: int) -> str:
    """A page of the manual; a link to another one is the command that shows it.

    Code is never broken, so that it can be copied.
    """
    from rich.markdown import Markdown  # slow to import
    from rich.theme import Theme

    linked = _BRACKETED.sub(r"(`calbook help \2`)", text)
    linked = _LINK.sub(r"\1 (`calbook help \2`)", linked)
    console = _console()
    with console.use_theme(Theme(_PAGE)), console.capture() as capture:
        for number, part in enumerate(_CODE.split(linked)):
            if number % 2:
                console.print(Text(part, "cyan"), soft_wrap=True)
            else:
                console.print(Markdown(part, hyperlinks=False), width=width)
                console.print()
    lines = (line.rstrip() for line in capture.get().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


class ProgressBar:
    """How far something that takes long has come, on stderr."""

    def __init__(self, what: str, *, counts: bool) -> None:
        from rich import progress  # slow to import

        number = "{task.completed:,.0f} of {task.total:,.0f}"
        self._progress = progress.Progress(
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(),
            progress.TextColumn(number if counts else "{task.percentage:.0f}%"),
            progress.TimeRemainingColumn(compact=True),
            console=_error_console(),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task(what, total=1)
        self._is_shown = False

    def update(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=max(total, 1))
        if not self._is_shown:
            self._progress.start()
            self._is_shown = True

    def hide(self) -> None:
        self._progress.stop()
        self._is_shown = False


def _error_console() -> Console:
    is_plain = not global_options.has_colours(sys.stderr)
    is_ascii = global_options.is_ascii(sys.stderr)
    console = _AsciiConsole if is_ascii else Console
    return console(stderr=True, no_color=is_plain)


class _AsciiConsole(Console):
    """Rich draws by the encoding."""

    @property
    def encoding(self) -> str:
        return "ascii"
