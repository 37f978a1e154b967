"""Text in a terminal's cells, made of characters whose width nobody disputes.

Terminals differ by whole cells about joined emoji, flags and keycaps, so these are
shown by plainer characters. Text that runs from right to left would turn round what
stands beside it: a mark closes it.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from calbook.cli import global_options
from calbook.core.text import printable


class StyledText(NamedTuple):
    """Some of a line, in one style of rich's."""

    text: str
    style: str = ""


Line = Sequence[StyledText]

_MOST_MARKS = 3  # upon one letter
_ELLIPSIS = "…"
_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = "\u200e", "\u200f"

# What is joined to an emoji, or says how to draw the character before.
_JOINED = re.compile(
    "\u200d.?|[\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]"
)
_WORDS = re.compile(r"\s*\S+\s*")
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
        return text + _LEFT_TO_RIGHT * _has_right_to_left(text)
    if cells < 1:
        return ""
    cut = "~" if global_options.is_ascii(sys.stdout) else _ELLIPSIS
    return end_with(cut, _beginning(text, cells - 1))


def end_with(sign: str, text: str) -> str:
    """The beginning of a text and a sign, which stands behind it in any direction."""
    short = text.rstrip() + sign
    return short + (_RIGHT_TO_LEFT + _LEFT_TO_RIGHT) * _has_right_to_left(short)


def _beginning(text: str, cells: int) -> str:
    for number, char in enumerate(text):
        cells -= _cells(char)
        if cells < 0:
            return text[:number]
    return text


def _has_right_to_left(text: str) -> bool:
    """Whether some of it runs from right to left."""
    return not text.isascii() and any(
        unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in text
    )


def fit(text: str, cells: int) -> str:
    """Clipped, and filled up with blanks."""
    short = clip(text, cells)
    return short + " " * (cells - width(short))


def wrap(text: str, cells: int) -> list[str]:
    """Lines of whole words; a word that is longer than a line is broken."""
    if width(text) <= cells:
        return [text]
    lines = [""]
    for word in _WORDS.findall(text):
        if lines[-1] and width(lines[-1]) + width(word.rstrip()) > cells:
            lines.append("")
        while width(word.rstrip()) > cells:
            lines[-1] = _beginning(word, cells) or word[0]
            word = word.removeprefix(lines[-1])
            lines.append("")
        lines[-1] += word
    return [line.rstrip() for line in lines]
