"""Text in a picture: how wide it gets, and as much of it as fits.

A font is chosen where the picture is looked at, so widths are those of the wider ones
among those asked for: text may end a little early, and never beside its box.
"""

import re
import unicodedata
from functools import cache
from html import escape

from calbook.cli.screen import cells
from calbook.core.text import printable

_EMS = {  # of the widest usual font, where they differ from others of their kind
    **dict.fromkeys("iljI.,:;'|!· ", 0.34),
    **dict.fromkeys("frt()[]{}`/-", 0.42),
    **dict.fromkeys("mwMW@%…✓", 1.0),
}
_JOINER = "\u200d"
_SIZE = 12  # pixels
_BOLD = 1.12  # times as wide


@cache
def _ems(char: str) -> float:
    if cells.width(char) != 1:
        return 1.1 * (cells.width(char) > 0)
    is_capital = unicodedata.category(char) == "Lu"
    return _EMS.get(char, 0.78 if is_capital else 0.64)


def text_width(text: str, *, is_bold: bool = False) -> float:
    """In pixels, at most."""
    return sum(map(_ems, text)) * _SIZE * (_BOLD if is_bold else 1)


def fit_text(text: str, room: float, *, is_bold: bool = False) -> str:
    """The text, or its beginning and … where it is wider; nothing where that is."""
    if text_width(text, is_bold=is_bold) <= room:
        return text
    end = len(text)
    while end and (
        text_width(text[:end] + "…", is_bold=is_bold) > room or _joins(text, end)
    ):
        end -= 1
    return cells.end_with("…", text[:end]) if end else ""


def _joins(text: str, at: int) -> bool:
    """Whether what stands on both sides is drawn as one sign."""
    return _JOINER in text[at - 1 : at + 1] or not cells.width(text[at])


def safe_text(text: str) -> str:
    """Harmless to show, and without the two characters that XML lacks besides."""
    return re.sub("[\ufffe\uffff]", "\ufffd", printable(text))


def text_element(x: float, y: float, text: str, style: str = "") -> str:
    """Of a text that was made safe before."""
    named = f' class="{style}"' if style else ""
    return f'<text{named} x="{round(x, 1):g}" y="{round(y, 1):g}">{escape(text)}</text>'
