"""New names for things: random, so that none tells how many there are."""

from __future__ import annotations

import base64
import os

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_LETTERS = _CROCKFORD.encode() * 8  # for each byte
UID_PREFIX = "bk_"
WAITING_PREFIX = "wait_"


def uid() -> str:
    """`bk_` and 12 letters of Crockford's base 32: 60 random bits."""
    return UID_PREFIX + _letters(12)


def derived_uid(text: str) -> str:
    """The uid of what has a name elsewhere: the same for the same text."""
    import hashlib  # few uids are derived

    digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    return UID_PREFIX + "".join(_CROCKFORD[byte & 31] for byte in digest[:12])


def event() -> str:
    return "ev_" + _letters(16)


def note() -> str:
    return "note_" + _letters(12)


def person() -> str:
    return "per_" + _letters(12)


def waiting() -> str:
    return WAITING_PREFIX + _letters(12)


def is_waiting(id: str) -> bool:
    """Whether it names somebody on the waiting list, and no booking."""
    return id.startswith(WAITING_PREFIX)


def feed() -> str:
    """Of a file that whoever knows its name may read: 160 random bits."""
    return _letters(32)


def counter() -> str:
    return "ctr_" + _letters(12)


def busy() -> str:
    return "busy_" + _letters(12)


def webhook() -> str:
    return "wh_" + _letters(12)


def delivery() -> str:
    return "dl_" + _letters(16)


def token() -> str:
    """What nobody can guess: 128 random bits for a URL."""
    return base64.urlsafe_b64encode(os.urandom(16)).rstrip(b"=").decode()


def _letters(count: int) -> str:
    return os.urandom(count).translate(_LETTERS).decode()
