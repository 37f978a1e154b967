"""Text in a terminal's cells, made of characters whose width nobody disputes.

Terminals differ by whole cells about joined emoji, flags and keycaps, so these are
shown by plainer characters. Text that runs from right to left would turn round what
stands beside it: a mark closes it.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

from calbook.cli import global_options
from calbook.core.text import close, has_right_to_left, printable
from calbook.core.typing_names import NamedTuple


class StyledText(NamedTuple):
    """Some of a line, in one style of rich's."""

    text: str
    style: str = ""
    at_right: bool = False  # of its cell, as numbers are


Line = Sequence[StyledText]

_MOST_MARKS = 3  # upon one letter
_ELLIPSIS = "…"
_RIGHT_TO_LEFT = "\u200f"

# What is joined to an emoji, or says how to draw the character before.
_JOINED = re.compile(
    "\u200d.?|[\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]"
)
BLANK = "\u00a0"  # at which no line is folded; it is shown as a blank
_WORDS = re.compile(rf"[^\S{BLANK}]*[\S{BLANK}]+[^\S{BLANK}]*")
_CLOSING = frozenset({"Pe", "Pf", "Po"})  # of signs that begin no line
_FLAG_LETTERS = {0x1F1E6 + n: chr(ord("A") + n) for n in range(26)}


def plain_text(text: str) -> str:
    """One line that every terminal gives the same cells."""
    text = printable(text)
    if text.isascii():
        return text
    simple = _JOINED.sub("", text).translate(_FLAG_LETTERS)
    return "".join(_normalize(unicodedata.normalize("NFC", simple)))


def _normalize(text: str) -> Iterator[str]:
    """Marks upon a letter of this text, not too many; no unknown characters."""
    marks = 0
    for number, char in enumerate(text):
        if unicodedata.category(char) == "Cn":
            char = "\ufffd"
        marks = marks + 1 if _cells(char) == 0 else 0
        if not number and marks:
            yield "\u25cc"  # else it would stand upon the border beside it
            marks = 1
        if marks <= _MOST_MARKS:
            yield char


def width(text: str) -> int:
    """The cells that a plain text takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


@cache
def _cells(char: str) -> int:
    # The vowels and finals of Hangul stand in the syllable that they follow.
    in_syllable = "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff"
    if in_syllable or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def clip(text: str, cells: int) -> str:
    """The text, or its beginning and …, closed where it runs from right to left."""
    if width(text) <= cells:
        return close(text)
    if cells < 1:
        return ""
    return end_with(cut_sign(), _beginning(text, cells - 1))


def end_with(sign: str, text: str) -> str:
    """The beginning of a text and a sign, which stands behind it in any direction."""
    short = text.rstrip() + sign
    return close(short + _RIGHT_TO_LEFT) if has_right_to_left(short) else short


def cut_sign() -> str:
    """What stands where something was cut."""
    return "~" if global_options.is_ascii(sys.stdout) else _ELLIPSIS


def _beginning(text: str, cells: int) -> str:
    for number, char in enumerate(text):
        cells -= _cells(char)
        if cells < 0:
            return text[:number]
    return text


def fit(text: str, cells: int, *, at_right: bool = False) -> str:
    """Clipped, and filled up with blanks."""
    short = clip(text, cells)
    blanks = " " * (cells - width(short))
    return blanks + short if at_right else short + blanks


def keep_together(text: str) -> str:
    """One word for `wrap`, which breaks it only where a line has no room for it."""
    return text.replace(" ", BLANK)


def longest_word(text: str) -> int:
    """The cells that a line needs, so that `wrap` breaks no word."""
    return max((width(word.rstrip()) for word in _words(text)), default=0)


def wrap(text: str, cells: int, *, inset: int = 0) -> list[str]:
    """Lines of whole words, those below the first shorter by `inset`.

    A word that is longer than a line is one all the same.
    """
    if width(text) <= cells:
        return [text]
    lines, room = [""], cells
    for word in _words(text, cells):
        if lines[-1].strip() and width(lines[-1]) + width(word.rstrip()) > room:
            lines.append("")
            room = cells - inset
        lines[-1] += word
    return [line.rstrip() for line in lines]


def fold(text: str, cells: int) -> list[str]:
    """`wrap`, with the lines below the first set in by two, further than it is."""
    inset = len(text) - len(text.lstrip(" ")) + 2
    first, *others = wrap(text, cells, inset=inset)
    return [first, *(" " * inset + line for line in others)]


def _words(text: str, cells: int | None = None) -> Iterator[str]:
    """Words with the blanks behind them; wide letters have no blanks between them.

    What is kept together is in parts where a line of so many cells has no room for it.
    """
    for word in _WORDS.findall(text):
        if cells is not None and BLANK in word and width(word.rstrip()) > cells:
            yield from _words(word.replace(BLANK, " "), cells)
        elif word.isascii():
            yield word
        else:
            yield from _split_wide(word)


def _split_wide(word: str) -> Iterator[str]:
    start = 0
    for at, char in enumerate(word):
        is_wide = _cells(char) == 2 and unicodedata.category(char) not in _CLOSING
        if at > start and is_wide:
            yield word[start:at]
            start = at
    yield word[start:]
