"""A calendar file cut into its components, before anything in them is believed.

Only the lines that say when somebody is busy are kept, so that no broken description,
alarm or attachment spoils an event, and each event can be read by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# In characters of what is kept of each.
_LONGEST_TITLE = 10_000
COMPONENT_LENGTHS = {"VEVENT": 1_000_000, "VFREEBUSY": 10_000_000, "VTIMEZONE": 100_000}

DATES = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE"})
HEAD_PROPERTIES = frozenset({"X-WR-TIMEZONE", "CALSCALE", "METHOD"})
_KEPT_PROPERTIES = DATES | {
    *("UID", "DURATION", "RRULE", "SEQUENCE", "STATUS", "TRANSP", "SUMMARY"),
    *("ATTENDEE", "X-MICROSOFT-CDO-BUSYSTATUS", "FREEBUSY", "FBTYPE"),
    *("TZID", "X-LIC-LOCATION"),
}
_ONSET_PROPERTIES = frozenset(
    {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"}
)
ONSETS = frozenset({"STANDARD", "DAYLIGHT"})
_ONCE = frozenset({"UID", "SEQUENCE", "STATUS", "TRANSP", "SUMMARY", "FBTYPE"})
_LOOSE_COMMA = re.compile(",+(?=;|$)")
_NAME = re.compile(r"[ \t]*([A-Za-z0-9-]+)[ \t]*[:;]")


class Unreadable(Exception):
    """An event that is to be skipped, with the reason that people are told."""


class Component:
    """A component: its kind, the line it begins in, and what is kept of it.

    Of one that is not read that is what an event may have lost to it.
    """

    __slots__ = ("_lines", "_names", "_size", "kind", "line")

    def __init__(self, kind: str, line: int) -> None:
        self.kind, self.line = kind, line
        self._lines: list[str] | str = []
        self._names: set[str] = set()
        self._size = 0

    @property
    def is_too_long(self) -> bool:
        return self._size > COMPONENT_LENGTHS.get(self.kind, 1_000_000)

    @property
    def lines(self) -> list[str]:
        if isinstance(self._lines, str):
            return self._lines.split("\n") if self._lines else []
        return self._lines

    @property
    def names(self) -> set[str]:
        return self._names or set(map(name_of, self.lines))

    def keep(self, line: str) -> None:
        """Add a line if it is of use, and the first of what may stand only once."""
        name = name_of(line)
        if name not in _KEPT_PROPERTIES:
            return
        if not line.partition(":")[2].strip() or (
            name in _ONCE and name in self._names
        ):
            return
        if name == "ATTENDEE" and "DECLINED" not in line.upper():
            return
        if name == "RRULE":
            line = _tidy_rule(line)
        self.add(line[:_LONGEST_TITLE] if name == "SUMMARY" else line, name)

    def keep_onset(self, line: str) -> None:
        """Add a line of one of a zone's clock changes."""
        if name_of(line) in _ONSET_PROPERTIES:
            self.add(line)

    def add(self, line: str, name: str = "") -> None:
        """Add a line, unless there are too many."""
        if isinstance(self._lines, str) or self.is_too_long:
            return
        self._lines.append(line)
        self._names.add(name)
        self._size += len(line)

    def first(self, name: str) -> str | None:
        """The plain value of a property, as it stands there."""
        for line in self.lines:
            if name in line.upper() and name_of(line) == name:
                return line.partition(":")[2].strip()
        return None

    def close(self) -> None:
        """As one text it takes a third of the memory."""
        self._lines, self._names = "\n".join(self.lines), set()


def _tidy_rule(line: str) -> str:
    """Without blanks, which Outlook writes behind commas, and commas before nothing."""
    return _LOOSE_COMMA.sub("", "".join(line.split()).upper()).rstrip(";")


class CalendarSource(NamedTuple):
    """One VCALENDAR: its own lines, its zones, and what takes place.

    What has a DTSTART, but is of a kind that is not known, is `unknown`.
    """

    head: dict[str, str]
    zones: list[Component]
    blocks: list[Component]
    unknown: list[Component]


def name_of(line: str) -> str:
    """The property that a line holds, in capitals; of none, nothing."""
    found = _NAME.match(line)
    return found[1].upper() if found else ""


def group_by_uid(
    blocks: Iterable[Component],
) -> Iterator[tuple[str | None, list[Component]]]:
    """The events of one UID together; those without one, and what is no event, alone.

    With the UID of the first.
    """
    found: dict[object, tuple[str | None, list[Component]]] = {}
    for number, block in enumerate(blocks):
        uid = block.first("UID")
        key = number if uid is None or block.kind != "VEVENT" else uid
        found.setdefault(key, (uid, []))[1].append(block)
    yield from found.values()
