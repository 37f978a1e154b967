"""What bookings are searched in: their texts in one form, in one text.

Letters are compared without case and accents. Customer numbers and phones stand at its
end, as they are compared in forms of their own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from calbook.core.checks import fold_ref
from calbook.core.people import email_key, phone_digits, searched_digits
from calbook.core.typing_names import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from calbook.core.model import Attendee

# Before the numbers, before the phones, and between two texts.
REFS, PHONES, BETWEEN = "\x1e", "\x1d", "\x1f"
_FIRST_ACCENT, _LAST_ACCENT = "\u0300", "\u036f"  # Combining Diacritical Marks
# Letters that are typed without their stroke or tie, and signs that phones make of `'`.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i"}
    | {"æ": "ae", "œ": "oe", "þ": "th", "’": "'", "‘": "'", "ʼ": "'"}
)


class Person(NamedTuple):
    """What an attendee is found by: an address, number and phone as they are kept."""

    name: str | None
    email: str | None
    ref: str | None
    digits: str | None


class Needles(NamedTuple):
    """What is looked for: as a text, as a customer number, as a phone.

    None where it is nothing of the kind, or the same as the text.
    """

    text: str
    ref: str | None
    digits: str | None


def fold_text(text: str) -> str:
    """The form in which texts are searched: `José` is `jose`, `Øster` is `oster`."""
    folded = text.lower() if text.isascii() else _fold_letters(text)
    for mark in (REFS, PHONES, BETWEEN):
        if mark in folded:
            folded = folded.replace(mark, " ")
    return folded


def _fold_letters(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(c for c in parts if not _FIRST_ACCENT <= c <= _LAST_ACCENT)
    return unicodedata.normalize("NFC", bare).translate(_PLAIN)


def searched_person(person: Attendee) -> Person:
    return Person(
        person.name,
        person.email and email_key(person.email),
        person.ref and fold_ref(person.ref),
        phone_digits(person.phone),
    )


def search_text(
    uid: str, title: str, notes: str | None, persons: Iterable[Person]
) -> str:
    """All that a booking is found by."""
    texts, refs, phones = [uid, title], [], []
    if notes:
        texts.append(notes)
    for name, email, ref, digits in persons:
        texts += [text for text in (name, email) if text]
        refs += [ref] if ref else []
        phones += [digits] if digits else []
    parts = (BETWEEN.join(map(fold_text, part)) for part in (texts, refs))
    return f"{REFS.join(parts)}{PHONES}{BETWEEN.join(phones)}"


def read_needles(text: str) -> Needles:
    """Of a text that was folded."""
    ref = fold_text(fold_ref(text))
    return Needles(text, None if ref == text else ref or None, searched_digits(text))
