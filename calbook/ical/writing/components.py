"""Components and their lines: the bytes that icalendar would write (RFC 5545, 3.1).

Importing icalendar takes longer than the rest of a command, and writing with it seven
times as long as this. Tests have it read and write again whatever is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from operator import itemgetter

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
_RANK, _TEXT = itemgetter(0), itemgetter(1)  # of a line
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
        self._lines.sort(key=_RANK)
        lines = [f"BEGIN:{self.kind}", *map(_TEXT, self._lines)]
        text = "\r\n".join(lines)
        if not text.isascii() or max(map(len, lines)) > _WIDTH:
            text = "\r\n".join(map(_fold, lines))
        return f"{text}\r\n"

    def tail(self) -> str:
        return f"END:{self.kind}\r\n"

    def opening(self) -> str:
        """All of it but its end."""
        return "".join([self.head(), *[part.text() for part in self.parts]])

    def text(self) -> str:
        return self.opening() + self.tail()

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


def _fold(line: str) -> str:
    """RFC 5545, 3.1; never within a character or behind the sign of an escape."""
    return b"\r\n ".join(_parts(line.encode())).decode()


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
