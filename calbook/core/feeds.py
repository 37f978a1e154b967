"""Calendars that are read from an address.

Many a one holds a secret token: whoever knows it reads the calendar. It is kept whole,
and shown without its path.
"""

from __future__ import annotations

import json
from typing import NamedTuple

_SCHEMES = ("https://", "http://")
_LONGEST_MARK = 500


def is_feed(source: str | None) -> bool:
    """Whether what a calendar was read from is an address, and no file."""
    return source is not None and source.startswith(_SCHEMES)


def masked_source(source: str | None) -> str | None:
    """A file as it is; of an address no more than its server."""
    if source is None or not is_feed(source):
        return source
    scheme, _, rest = source.partition("://")
    host = rest.replace("?", "/").partition("/")[0].rpartition("@")[2]
    return f"{scheme}://{host}/…"


class FeedMark(NamedTuple):
    """What a server says of a feed's state (RFC 9110, 8.8), to be asked with again."""

    etag: str | None = None
    modified: str | None = None

    @classmethod
    def of(cls, etag: str | None, modified: str | None) -> FeedMark:
        """As a server gave them; what cannot be sent back is none."""
        return cls(_value(etag), _value(modified))


def _value(given: str | None) -> str | None:
    text = (given or "").strip()
    is_fit = text.isascii() and text.isprintable() and len(text) <= _LONGEST_MARK
    return text if text and is_fit else None


class CalendarMark(NamedTuple):
    """What a calendar was like when it was read, and what it came to.

    `signs` are its server's, `basis` is how it was read, `digest` differs where it
    comes to something else.
    """

    signs: tuple[str | None, ...]
    basis: str
    digest: str

    def to_text(self) -> str:
        return json.dumps([*self.signs, self.basis, self.digest], ensure_ascii=False)


def read_mark(text: str | None) -> CalendarMark | None:
    """As it was stored; None where that is nothing that can be compared."""
    if text is None:
        return None
    *signs, basis, digest = json.loads(text)
    return CalendarMark(tuple(signs), basis, digest)
