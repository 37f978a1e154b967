"""Text from people: checked on its way in, made harmless on its way out.

It is stored as it was given; `printable` spells out what a terminal, a table or a
bidi-aware reader would obey instead of show.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

_ZWJ = "\u200d"
LEFT_TO_RIGHT = "\u200e"  # a mark that closes what runs from right to left
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@lru_cache
def snake(key: str) -> str:
    """A name as Python spells it: `startTime` as `start_time`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in key)


def excerpt(value: object) -> str:
    """How a message shows what was passed: its beginning, made harmless."""
    return printable(to_text(value)[:80])


def to_text(value: object, how: Callable[[object], str] = str) -> str:
    """As text, also what holds a number longer than Python writes."""
    try:
        return how(value)
    except (ValueError, RecursionError):
        return "that number"


def plain_text(text: str) -> str:
    """The same as nothing but text, be it markup or a word of an enumeration."""
    return str.__str__(text)


def printable(text: str) -> str:
    """Spell control, format and separator characters as `\\uXXXX`.

    A zero-width joiner between two symbols stays: it builds one emoji. So does a mark
    that closes text from right to left before it.
    """
    if text.isprintable():
        return text
    closed = _first_right_to_left(text) if LEFT_TO_RIGHT in text else len(text)
    return "".join(
        _escape(char)
        if _is_unsafe(text, index) and not (char == LEFT_TO_RIGHT and index > closed)
        else char
        for index, char in enumerate(text)
    )


def close(text: str) -> str:
    """Text that more stands behind: digits there do not join what runs leftwards."""
    is_open = has_right_to_left(text) and not text.endswith(LEFT_TO_RIGHT)
    return text + LEFT_TO_RIGHT * is_open


def has_right_to_left(text: str) -> bool:
    """Whether some of it runs from right to left."""
    return not text.isascii() and _first_right_to_left(text) < len(text)


def _first_right_to_left(text: str) -> int:
    """Where it begins; the length where nothing does. Marks are spelt, and run not."""
    found = (
        index
        for index, char in enumerate(text)
        if unicodedata.bidirectional(char) in {"R", "AL", "AN"}
        and unicodedata.category(char) not in _UNSAFE
    )
    return next(found, len(text))


def _is_unsafe(text: str, index: int) -> bool:
    if unicodedata.category(text[index]) not in _UNSAFE:
        return False
    return not (text[index] == _ZWJ and _joins_symbols(text, index))


def _joins_symbols(text: str, index: int) -> bool:
    before = text[max(0, index - 2) : index].rstrip("\ufe0f")[-1:]
    after = text[index + 1 : index + 2]
    # So a skin tone (Sk) may stand before the joiner.
    return (
        bool(before and after)
        and unicodedata.category(before) in {"So", "Sk"}
        and unicodedata.category(after) == "So"
    )


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def escape_json(document: str) -> str:
    """JSON text with the same meaning and nothing in it that a terminal obeys.

    For text made by `json.dumps(ensure_ascii=False)`: there such characters stand
    only inside strings. Line breaks between the tokens stay.
    """
    if document.isascii() and "\x7f" not in document:
        return document
    if all(map(str.isprintable, document.split("\n"))):  # at the speed of C
        return document
    signs = (char for char in set(document) if char != "\n")
    found = "".join(char for char in signs if unicodedata.category(char) in _UNSAFE)
    if not found:
        return document
    import re  # slow to import, and few need it

    return re.sub(f"[{found}]", _json_spelt, document)


def _json_spelt(found: re.Match[str]) -> str:
    if not _is_unsafe(found.string, found.start()):
        return found[0]
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(
        f"\\u{int.from_bytes(units[at : at + 2]):04x}" for at in range(0, len(units), 2)
    )


def split_words(text: str | None) -> tuple[str, ...]:
    """`hours,notice` as its words."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def name_in_words(slug: str) -> str:
    """`night-shift` is called `Night shift` until somebody says how."""
    return " ".join(slug.replace("_", " ").replace("-", " ").split()).capitalize()
