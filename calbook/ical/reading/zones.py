"""The zones of other people's calendars: IANA's, Windows', a file's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from datetime import timezone as fixed_zone
from typing import Any

import icalendar
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from calbook.core.text import excerpt
from calbook.core.time import parsing, times
from calbook.ical.reading.components import CalendarSource, Component, Unreadable

_OFFSET = re.compile(r"(?:UTC|GMT)([+-])([01]?\d):?([0-5]\d)?", re.ASCII)
_MOST_ONSETS = 100  # of the clock changes that a calendar's own zone lists


class Zones:
    """The zones of a calendar by the names that it uses."""

    def __init__(self, source: CalendarSource, timezone: str) -> None:
        self._blocks = {
            _plain(block.first("TZID") or ""): block for block in source.zones
        }
        self._known: dict[str, tzinfo | None] = {}
        own = source.head.get("X-WR-TIMEZONE")
        self._own = self._zone(own) if own else None
        self._floating = self._own or times.zone(timezone)

    def moment(self, prop: Any, name: str) -> Any:
        if isinstance(prop, list):
            raise Unreadable(f"{name} stands there twice")
        placed = self.in_zone(prop.dt, prop.params)
        if not isinstance(placed, date):
            raise Unreadable(f"{name} cannot be read")
        return placed

    def in_zone(self, value: Any, params: Mapping[str, Any]) -> Any:
        """A date-time in its zone; a calendar's own zone is also that of UTC times.

        So they recur by its clocks, as Google means it.
        """
        if isinstance(value, tuple):
            return tuple(self.in_zone(part, params) for part in value)
        if not isinstance(value, datetime):
            return value
        if value.tzinfo is not None:
            return value if self._own is None else value.astimezone(self._own)
        tzid = params.get("X-TZID")
        return value.replace(tzinfo=self._floating if tzid is None else self[tzid])

    def __getitem__(self, tzid: object) -> tzinfo:
        found = self._zone(str(tzid))
        if found is None:
            raise Unreadable(f"its time zone {excerpt(tzid)} is not known")
        return found

    def _zone(self, tzid: str) -> tzinfo | None:
        if tzid not in self._known:
            self._known[tzid] = self._find(tzid)
        return self._known[tzid]

    def _find(self, tzid: str) -> tzinfo | None:
        """An IANA or Windows name, a zone the file describes, a name behind others'.

        The file's own description comes second: it holds few of a zone's years.
        """
        name = tzid.strip().strip("/")
        for known in (name, WINDOWS_TO_OLSON.get(name, "")):
            if parsing.is_timezone(known):
                return times.zone(known)
        if tzid in self._blocks:
            return _zone_described(self._blocks[tzid])
        if offset := _OFFSET.fullmatch(name):
            return _fixed_offset(offset)
        parts = name.split("/")
        ends = ("/".join(parts[at:]) for at in range(1, min(len(parts), 9)))
        found = next(filter(parsing.is_timezone, ends), None)
        return None if found is None else times.zone(found)


def _plain(tzid: str) -> str:
    """The name of a VTIMEZONE, which escapes what others quote."""
    return tzid.replace("\\", "").strip()


def _fixed_offset(offset: re.Match[str]) -> tzinfo:
    sign, hours, minutes = offset.groups()
    length = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return fixed_zone(-length if sign == "-" else length)


def _zone_described(block: Component) -> tzinfo | None:
    """A zone as its VTIMEZONE describes it; None when it does not."""
    lines = [line for line in block.lines if not line.upper().startswith("TZID")]
    rules = [line.upper() for line in lines if line.upper().startswith("RRULE")]
    onsets = sum(line.upper().startswith("BEGIN:") for line in lines)
    if block.is_too_long or onsets > _MOST_ONSETS:
        return None
    if not all("FREQ=YEARLY" in rule for rule in rules):
        return None
    try:
        component: Any = icalendar.Timezone.from_ical("\r\n".join(lines) + "\r\n")
        component.add("TZID", "X")  # only now, so that the library does not keep it
        zone: tzinfo = component.to_tz(lookup_tzid=False)
        zone.utcoffset(datetime(2020, 1, 1))  # noqa: DTZ001 (a wall time)
    except Exception:  # whatever the libraries make of it
        return None
    return zone
