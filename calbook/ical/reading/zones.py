"""The zones of other people's calendars: IANA's, Windows', a file's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from datetime import timezone as fixed_zone
from functools import cached_property
from typing import Any

from calbook.core.text import excerpt
from calbook.core.time import times
from calbook.ical.reading.calendar_zone import utc_is_local
from calbook.ical.reading.components import CalendarSource, Component, Unreadable
from calbook.ical.reading.properties import Property
from calbook.ical.reading.series import Length
from calbook.ical.reading.zone_descriptions import zone_described
from calbook.ical.reading.zone_names import (
    NamedZone,
    zone_of_exact_name,
    zone_of_name,
)

_MOST_ONSETS = 100  # of the clock changes that a calendar's own zone lists
_MOST_IN_FILE = 500
_MOST_OTHERS = 10  # that a name nobody knows is read in too


class Zones:
    """The zones of a calendar by the names that it uses.

    One that is not known is each that may be meant: the calendar's, the host's, and
    those that it describes; with `strict` it is none.
    """

    def __init__(
        self,
        source: CalendarSource,
        timezone: str,
        *,
        strict: bool = False,
    ) -> None:
        self._strict = strict
        self._blocks = {
            _plain(block.first("TZID") or ""): block for block in source.zones
        }
        self._onsets_left = _MOST_IN_FILE
        self._known: dict[str, NamedZone | None] = {}
        self._remarks: dict[str, None] = {}
        self._host = NamedZone(times.zone(timezone))
        own = source.head.get("X-WR-TIMEZONE")
        found = self._zone(own) if own else None
        self._own_name = own
        self._floating, self._floating_name = (
            (self._host.zone, timezone) if found is None else (found.zone, own)
        )
        self._fallback, self._is_in_doubt = self._floating, False
        self._source, self._timezone = source, timezone
        is_local = found is not None and utc_is_local(source.blocks, found.zone)
        self._utc = self._floating if is_local else None

    def placed(self, prop: Property) -> Any:
        """A date as it is, and a date-time or the two of a period in their zone.

        Where a calendar writes all its times in UTC and means its own zone by them,
        they are in that, so that they recur by its clocks.
        """
        if isinstance(prop.value, tuple) and not isinstance(prop.value, Length):
            return tuple(self.placed(prop._replace(value=each)) for each in prop.value)
        if not isinstance(prop.value, datetime):
            return prop.value
        if prop.value.tzinfo is not None:
            utc = prop.value
            return utc if self._utc is None else utc.astimezone(self._utc)
        zone = self._floating_zone() if prop.tzid is None else self[prop.tzid]
        return prop.value.replace(tzinfo=zone)

    def readings(self) -> Iterator[None]:
        """Once, and again for each other zone that a name could mean."""
        self._is_in_doubt = False
        yield
        for zone in self._others.values() if self._is_in_doubt else ():
            self._fallback = zone
            yield
        self._fallback = self._floating

    @cached_property
    def _others(self) -> dict[str, tzinfo]:
        """The host's zone and those described, but for the one that comes first."""
        described = self._source.zones[:_MOST_OTHERS]
        names = [block.first("TZID") or "" for block in described]
        known = ((name, self._zone(name)) for name in names if name)
        zones = {name: zone.zone for name, zone in known if zone and not zone.is_guess}
        by_zone = {zone: name for name, zone in zones.items()}
        by_zone[self._host.zone] = self._timezone
        by_zone.pop(self._floating, None)
        return {name: zone for zone, name in by_zone.items()}

    def take_remarks(self) -> list[str]:
        """What had to be guessed since they were taken last."""
        found, self._remarks = list(self._remarks), {}
        return found

    @property
    def utc(self) -> tzinfo | None:
        """UTC, unless the calendar means its own zone by it."""
        return UTC if self._utc is None else None

    def known(self, tzid: str) -> tzinfo | None:
        """The zone of a name about which there is no doubt."""
        found = self._zone(tzid)
        return None if found is None or found.is_guess else found.zone

    def __getitem__(self, tzid: str) -> tzinfo:
        found = self._zone(tzid)
        if found is not None and not found.is_guess:
            return found.zone
        zone = self._fallback if found is None else found.zone
        self._guess(f"its time zone {excerpt(tzid)}", self._floating_name, found)
        return zone

    def _guess(self, what: str, name: str | None, found: NamedZone | None) -> None:
        """Say in what a zone is read that is not known, or not all of it."""
        if self._strict:
            raise Unreadable(f"{what} is not known")
        if found is None:
            self._is_in_doubt = True
            names = " and in ".join([name or "", *map(excerpt, self._others)])
            remark = f"{what} is not known: read in {names}"
        elif isinstance(found.zone, fixed_zone):
            remark = f"{what} is not known: read in {found.zone}"
        else:
            remark = f"{what} is described badly: read as far as it is described"
        self._remarks[remark] = None

    def _floating_zone(self) -> tzinfo:
        """The calendar's, if that is known; a time without a zone is the host's."""
        if self._own_name and self._known[self._own_name] is None:
            what = f"the calendar's time zone {excerpt(self._own_name)}"
            self._guess(what, self._floating_name, None)
            return self._fallback
        return self._floating

    def _zone(self, tzid: str) -> NamedZone | None:
        if tzid not in self._known:
            self._known[tzid] = self._find(tzid)
        return self._known[tzid]

    def _find(self, tzid: str) -> NamedZone | None:
        """By IANA's or Windows' name, by the file's description, by any other name.

        The description comes second: it holds few of a zone's years.
        """
        known = zone_of_exact_name(tzid.strip().strip("/"))
        if known is not None:
            return NamedZone(known)
        block = self._blocks.get(_plain(tzid))
        described = None if block is None else self._described(block)
        if described is not None and not described.is_guess:
            return described
        place = None if block is None else block.first("X-LIC-LOCATION")
        named = zone_of_name(place) if place else None
        named = named or zone_of_name(_unescaped(tzid))
        return described if named is None or (named.is_guess and described) else named

    def _described(self, block: Component) -> NamedZone | None:
        found = zone_described(block, min(_MOST_ONSETS, self._onsets_left))
        if found is None:
            return None
        self._onsets_left -= found.onsets
        return NamedZone(found.zone, is_guess=not found.is_whole)


def _unescaped(tzid: str) -> str:
    return tzid.replace("\\", "")


def _plain(tzid: str) -> str:
    """The name of a VTIMEZONE, which escapes what others quote."""
    return _unescaped(tzid).strip('" \t').casefold()
