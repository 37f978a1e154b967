"""Events that happen once, as most programs write them: read without all the care.

Whatever is not exactly so is left to `events`, which gives the same for these.
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import NamedTuple

from calbook.ical.reading.components import Component
from calbook.ical.reading.series import instant
from calbook.ical.reading.zones import Zones

_MOMENT = re.compile(r"(\d{8}T\d{6})(Z?)", re.ASCII)
_TZID, _SPECIAL = "TZID=", frozenset('"=;, ')
# What may be said of such an event, and whether it is busy then.
_SAID = {
    **{"STATUS:CONFIRMED": True, "STATUS:TENTATIVE": True, "STATUS:CANCELLED": False},
    **{"TRANSP:OPAQUE": True, "TRANSP:TRANSPARENT": False},
}
_UNHEEDED = frozenset({"UID", "SEQUENCE"})


class PlainEvent(NamedTuple):
    """From when until when, in seconds since 1970, and the line of its title."""

    start: int
    end: int
    is_busy: bool
    title: str | None


def read_plain_event(block: Component, zones: Zones) -> PlainEvent | None:
    """An event with a start and an end in UTC or in a zone that is known, or None."""
    moments: dict[str, int] = {}
    is_busy, title = True, None
    for line in block.lines:
        if line in _SAID:
            is_busy = is_busy and _SAID[line]
            continue
        head, _, value = line.partition(":")
        name, _, parameter = head.partition(";")
        if name in ("DTSTART", "DTEND"):
            found = _read_moment(parameter, value, zones)
            if found is None or name in moments:
                return None
            moments[name] = found
        elif name == "SUMMARY":
            title = line
        elif name not in _UNHEEDED:
            return None
    if len(moments) < 2 or moments["DTEND"] < moments["DTSTART"]:
        return None
    return PlainEvent(moments["DTSTART"], moments["DTEND"], is_busy, title)


def _read_moment(parameter: str, value: str, zones: Zones) -> int | None:
    found = _MOMENT.fullmatch(value)
    if found is None:
        return None
    try:
        wall = datetime.fromisoformat(found[1])
    except ValueError:
        return None
    zone = _zone(parameter, zones, is_utc=bool(found[2]))
    if zone is None or zone.utcoffset(wall) != zone.utcoffset(wall.replace(fold=1)):
        return None  # or the clocks change there
    return instant(wall, zone)


def _zone(parameter: str, zones: Zones, *, is_utc: bool) -> tzinfo | None:
    if is_utc:
        return None if parameter else zones.utc
    name = parameter.removeprefix(_TZID)
    is_name = name != parameter and _SPECIAL.isdisjoint(name)
    return zones.known(name) if is_name else None
