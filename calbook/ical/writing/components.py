"""Components and their lines: the bytes that icalendar would write (RFC 5545, 3.1).

Importing icalendar takes longer than the rest of a command, and writing with it seven
times as long as this. Tests have it read and write again whatever is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_ORDER = {
    "VCALENDAR": "VERSION PRODID METHOD NAME X-WR-CALNAME"
    " REFRESH-INTERVAL X-PUBLISHED-TTL",
    "VTIMEZONE": "TZID",
    "DAYLIGHT": "DTSTART RRULE TZNAME TZOFFSETFROM TZOFFSETTO",
    "STANDARD": "DTSTART RRULE TZNAME TZOFFSETFROM TZOFFSETTO",
    "VEVENT": "SUMMARY DTSTART DTEND DURATION DTSTAMP UID RECURRENCE-ID SEQUENCE"
    " RRULE EXDATE ATTENDEE COMMENT CONFERENCE CREATED DESCRIPTION LAST-MODIFIED"
    " LOCATION ORGANIZER STATUS TRANSP URL",
    "VALARM": "ACTION DESCRIPTION TRIGGER",
    "VFREEBUSY": "DTEND DTSTAMP DTSTART FREEBUSY UID",
}
_RANKS = {
    kind: {name: rank for rank, name in enumerate(names.split())}
    for kind, names in _ORDER.items()
}
_WIDTH = 74  # octets of a line; one that goes on begins with a space
_QUOTED = re.compile("[,;:’]")


class Component:
    """Properties, in the order that icalendar gives them, and further components.

    A value comes as it stands in the file, see `values`.
    """

    __slots__ = ("_lines", "_ranks", "kind", "parts")

    def __init__(self, kind: str) -> None:
        self.kind, self._ranks = kind, _RANKS[kind]
        self._lines: list[tuple[int, str]] = []
        self.parts: list[Component] = []

    def add(self, name: str, value: str | None, parameters: str = "") -> None:
        """Add a property; one that has no value is left out.

        `parameters` are as `write_parameters` gives them.
        """
        if value is not None:
            self._lines.append((self._ranks[name], f"{name}{parameters}:{value}"))

    def head(self) -> str:
        """What stands before the components in it."""
        self._lines.sort(key=_rank)
        return f"BEGIN:{self.kind}\r\n{''.join(map(_fold, self._lines))}"

    def tail(self) -> str:
        return f"END:{self.kind}\r\n"

    def text(self) -> str:
        """All of it."""
        return "".join(
            [self.head(), *(part.text() for part in self.parts), self.tail()]
        )

    def to_ical(self) -> bytes:
        return self.text().encode()


def write_parameters(given: Mapping[str, str]) -> str:
    """Parameters of one line, with the semicolon before each."""
    return "".join(f";{name}={_quote(name, given[name])}" for name in sorted(given))


def _quote(name: str, value: str) -> str:
    """RFC 6868. A CN is quoted also for a space, as in examples of RFC 5545."""
    is_quoted = name == "CN" and (" " in value or "'" in value)
    escaped = value.replace("^", "^^").replace('"', "^'")
    return f'"{escaped}"' if is_quoted or _QUOTED.search(escaped) else escaped


def _rank(line: tuple[int, str]) -> int:
    return line[0]


def _fold(line: tuple[int, str]) -> str:
    """RFC 5545, 3.1; never within a character or behind the sign of an escape."""
    text = line[1]
    if len(text) <= _WIDTH and text.isascii():
        return f"{text}\r\n"
    return b"\r\n ".join(_parts(text.encode())).decode() + "\r\n"


def _parts(data: bytes) -> Iterator[bytes]:
    start = 0
    while len(data) - start > _WIDTH:
        end = start + _WIDTH
        while data[end] & 0xC0 == 0x80:  # UTF-8: within a character
            end -= 1
        if data[end - 1] in b"\\^":
            end -= 1
        yield data[start:end]
        start = end
    yield data[start:]
