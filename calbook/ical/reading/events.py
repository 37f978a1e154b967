"""An event of a calendar, from its properties."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any

from calbook.core.model import DAY
from calbook.ical.reading.components import Component, Unreadable
from calbook.ical.reading.properties import Properties, text_of
from calbook.ical.reading.rules import Rule, read_rule
from calbook.ical.reading.series import Event, Length, Moment, instant, wall_of
from calbook.ical.reading.zones import Zones

_NOTHING = timedelta()
_ONE_DAY = Length(1, _NOTHING)
_BACKWARDS = "it ends before it begins"


def read_event(
    properties: Properties,
    block: Component,
    zones: Zones,
    host_zone: tzinfo,
    *,
    is_busy: bool,
    text: str | None,
) -> tuple[Event, list[str], list[str]]:
    """The event of a component, what of it was left out, and what was guessed.

    Raises:
        Unreadable: it says not when it is.
    """
    changed = _moment(properties, "RECURRENCE-ID", zones)
    start = _moment(properties, "DTSTART", zones)
    if start is None and not is_busy:
        start = changed  # which may be all that is said (RFC 5546, 3.2.5)
    if start is None:
        raise Unreadable("it has no DTSTART")
    zone = (start.tzinfo if isinstance(start, datetime) else None) or host_zone
    length = _length(properties, zones, start, zone)
    start, length, remarks = _mend_length(start, length)
    rules, faults = _rules(properties)
    event = Event(
        block,
        is_busy,
        text,
        start,
        length,
        zone,
        rules=rules,
        more=tuple(_more(properties, zones, zone)),
        left_out=tuple(_dates(properties, "EXDATE", zones)),
        recurrence_id=changed,
        is_from_then_on=changed is not None
        and properties["RECURRENCE-ID"][0].about == "THISANDFUTURE",
        sequence=_sequence(properties),
    )
    return event, faults, remarks


def _moment(properties: Properties, name: str, zones: Zones) -> Moment | None:
    found = properties.get(name)
    if not found:
        return None
    if len(found) > 1:
        raise Unreadable(f"{name} stands there twice")
    placed: Moment = zones.placed(found[0])
    return placed


def _rules(properties: Properties) -> tuple[tuple[Rule, ...], list[str]]:
    """A rule that cannot be read takes none of its event's other dates along."""
    rules, faults = [], []
    for prop in properties.get("RRULE", ()):
        try:
            rules.append(read_rule(prop.value))
        except Unreadable as error:
            faults.append(str(error))
    return tuple(rules), faults


def _dates(properties: Properties, name: str, zones: Zones) -> Iterator[Any]:
    return map(zones.placed, properties.get(name, ()))


def _more(
    properties: Properties, zones: Zones, zone: tzinfo
) -> Iterator[tuple[Moment, Length | None]]:
    for item in _dates(properties, "RDATE", zones):
        if isinstance(item, tuple):
            start, end = item
            yield start, end if isinstance(end, Length) else _between(start, end, zone)
        else:
            yield item, None


def _sequence(properties: Properties) -> int:
    try:
        return int(text_of(properties, "SEQUENCE") or 0)
    except ValueError:
        return 0


def _length(
    properties: Properties, zones: Zones, start: Moment, zone: tzinfo
) -> Length:
    """As its DTEND or DURATION says, which may be less than nothing."""
    end = _moment(properties, "DTEND", zones)
    if end is not None:
        return _between(start, end, zone)
    given = properties.get("DURATION")
    return given[0].value if given else Length(0, _NOTHING)


def _between(start: Moment, end: Moment, zone: tzinfo) -> Length:
    """Whole days, or the exact time between (RFC 5545, 3.8.5.3).

    A time that ends on a date ends with the midnight before it, but has its own day.
    From a time that the clocks skip it is as long as the clocks would have it; an end
    that they repeat, and that would come before the start, is the second of the two.
    """
    if not (isinstance(start, datetime) or isinstance(end, datetime)):
        return Length((end - start).days, _NOTHING)
    if isinstance(start, datetime) and end == start.date():
        end += DAY
    begin, finish = instant(start, zone), instant(end, zone)
    is_skipped = instant(start, zone, fold=1) < begin
    if is_skipped and getattr(end, "tzinfo", zone) is zone:
        return Length(0, wall_of(end) - wall_of(start))
    if finish < begin:
        finish = max(finish, instant(end, zone, fold=1))
    return Length(0, timedelta(seconds=finish - begin))


def _mend_length(start: Moment, length: Length) -> tuple[Moment, Length, list[str]]:
    """Have an event that ends before it begins take its own day at most.

    Returns what is to be said of it too.

    Raises:
        Unreadable: nothing of its own day would be left.
    """
    in_all = length.in_all
    if not isinstance(start, datetime):
        if in_all > _NOTHING:
            return start, length, []
        return start, _ONE_DAY, [f"{_BACKWARDS}: read as one day"] if in_all else []
    if in_all >= _NOTHING:
        return start, length, []
    begin = start + in_all
    if begin.date() != start.date():
        raise Unreadable(_BACKWARDS)
    return begin, Length(0, -in_all), [f"{_BACKWARDS}: read the other way round"]
