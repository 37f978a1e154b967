"""An event of a calendar, from the properties that the library has read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any

from calbook.core.model import DAY
from calbook.ical.reading.components import Component
from calbook.ical.reading.rules import read_rule
from calbook.ical.reading.series import Event, Length, Moment, instant

_NOTHING = timedelta()
_DURATION = re.compile(
    r"([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII
)


def read_event(
    component: Any,
    block: Component,
    host_zone: tzinfo,
    *,
    is_busy: bool,
    text: str | None,
) -> Event:
    """The event of a component whose times are in their zones.

    Raises:
        Unreadable: a rule of it is none.
    """
    start: Moment = component["DTSTART"].dt
    zone = start.tzinfo if isinstance(start, datetime) else None
    zone = zone or host_zone
    length = _length(component, block, start, zone)
    if length.time < _NOTHING:
        start, length = _other_way_round(start, length)
    changed = component.get("RECURRENCE-ID")
    return Event(
        block,
        is_busy,
        text,
        start,
        length,
        zone,
        rules=tuple(map(read_rule, _rules(block))),
        more=tuple(_more(component, zone)),
        left_out=tuple(_dates(component, "EXDATE")),
        recurrence_id=None if changed is None else changed.dt,
        is_from_then_on=_is_from_then_on(changed),
        sequence=_sequence(component),
    )


def _rules(block: Component) -> Iterator[str]:
    for line in block.lines:
        if line.lstrip()[:5].upper() == "RRULE":
            yield line.partition(":")[2]


def _dates(component: Any, name: str) -> Iterator[Any]:
    found = component.get(name, [])
    for dates in found if isinstance(found, list) else [found]:
        yield from (item.dt for item in dates.dts)


def _more(component: Any, zone: tzinfo) -> Iterator[tuple[Moment, Length | None]]:
    for item in _dates(component, "RDATE"):
        if not isinstance(item, tuple):
            yield item, None
        else:
            start, end = item
            if not isinstance(start, datetime):
                start = datetime(start.year, start.month, start.day, tzinfo=zone)
            is_length = isinstance(end, timedelta)
            yield start, Length(0, end) if is_length else _between(start, end, zone)


def _is_from_then_on(changed: Any) -> bool:
    scope = "" if changed is None else str(changed.params.get("RANGE", ""))
    return scope.upper() == "THISANDFUTURE"


def _sequence(component: Any) -> int:
    try:
        return int(component.get("SEQUENCE", 0))
    except (TypeError, ValueError):
        return 0


def _length(component: Any, block: Component, start: Moment, zone: tzinfo) -> Length:
    """As its DTEND or DURATION says, else a day, or no time at all."""
    is_day = not isinstance(start, datetime)
    length = Length(int(is_day), _NOTHING)
    if "DTEND" in component:
        length = _between(start, component["DTEND"].dt, zone)
    elif "DURATION" in component:
        length = _duration(block.first("DURATION") or "", component["DURATION"].dt)
    is_none = length.days * DAY + length.time <= _NOTHING
    return Length(1, _NOTHING) if is_day and is_none else length


def _between(start: Moment, end: Moment, zone: tzinfo) -> Length:
    """Whole days, or the exact time between (RFC 5545, 3.8.5.3).

    A time that ends on a date ends with the midnight before it, but has its own day.
    """
    if not (isinstance(start, datetime) or isinstance(end, datetime)):
        return Length((end - start).days, _NOTHING)
    if isinstance(start, datetime) and not isinstance(end, datetime):
        end = max(end, start.date() + DAY)
    seconds = instant(end, zone) - instant(start, zone)
    return Length(0, timedelta(seconds=seconds))


def _duration(text: str, otherwise: timedelta) -> Length:
    """Days and weeks are by the calendar; 24 hours are elapsed time (3.3.6)."""
    try:
        days, time = _split_duration("".join(text.upper().split()))
    except ValueError:
        days, time = otherwise.days, otherwise - otherwise.days * DAY
    if time + days * DAY < _NOTHING:
        return Length(0, days * DAY + time)
    return Length(days, time)


def _split_duration(text: str) -> tuple[int, timedelta]:
    """Days by the calendar, and elapsed time: 24 hours are no day (RFC 5545, 3.3.6).

    Raises:
        ValueError: it is none.
    """
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        raise ValueError(text)
    sign, *parts = found.groups()
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in parts)
    time = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    days += 7 * weeks
    return (-days, -time) if sign == "-" else (days, time)


def _other_way_round(start: Moment, length: Length) -> tuple[Moment, Length]:
    """An end before the start, on its own day, changes places with it."""
    if isinstance(start, datetime):
        begin = start + length.time
        if begin.date() == start.date():
            return begin, Length(0, -length.time)
    return start, Length(0, _NOTHING)
