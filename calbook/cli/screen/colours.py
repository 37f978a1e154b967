"""What was laid out, in colours: with the escapes that rich would write.

Light: rich loads 60 modules for what are few words in few colours here.
"""

import sys
from collections.abc import Iterable, Iterator
from functools import cache

from calbook.cli import global_options, output
from calbook.cli.screen.cells import BLANK, Line

# Each is readable on a dark background and on a light one, so no yellow and no grey.
_COLOURS = {
    **{"PENDING": "bold magenta", "CONFIRMED": "green", "CANCELLED": "red"},
    **{"HELD": "bold magenta", "COMPLETED": "", "NO_SHOW": "bold red", "BUSY": ""},
    **{"pending": "bold magenta", "delivered": "green", "failed": "red"},
    **{"dropped": "magenta", "bar": "green"},
}
# Select Graphic Rendition (ECMA-48, 8.3.117), of the sixteen colours that all know.
_CODES = {
    **{"bold": "1", "dim": "2"},
    **{"red": "31", "green": "32", "magenta": "35", "cyan": "36"},
}
_END = "\x1b[0m"


def paint_lines(lines: Iterable[Line]) -> str:
    """Lines that were laid out before, in their styles, or without a single escape."""
    is_shown = not output.as_terminal and global_options.has_colours(sys.stdout)
    return "".join(f"{''.join(_painted(line, is_shown))}\n" for line in lines)


def _painted(line: Line, has_colours: bool) -> Iterator[str]:
    """No blanks at the end, and nothing in the style of none."""
    room = len("".join(part.text for part in line).replace(BLANK, " ").rstrip())
    for text, style, _ in line:
        shown = text[:room].replace(BLANK, " ")
        room -= len(shown)
        begin = _escape(style) if shown and has_colours else ""
        yield f"{begin}{shown}{_END}" if begin else shown


@cache
def _escape(style: str) -> str:
    codes = [_CODES[word] for word in _COLOURS.get(style, style).split()]
    return f"\x1b[{';'.join(codes)}m" if codes else ""
