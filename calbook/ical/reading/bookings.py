"""Events of a calendar as bookings that were made elsewhere: when they take place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from calbook.core.errors import BadInput
from calbook.core.imports import Content, ForeignBooking, ForeignDate, Kept, Remark
from calbook.core.model import LONGEST_DURATION, Span, Status
from calbook.core.time import times
from calbook.ical.reading.booked_people import Facts, read_facts
from calbook.ical.reading.booked_series import (
    FIRST,
    Limits,
    Series,
    SeriesReader,
    date_of,
)
from calbook.ical.reading.components import (
    CalendarSource,
    Component,
    Unreadable,
    group_by_uid,
)
from calbook.ical.reading.effort import Effort
from calbook.ical.reading.events import read_event
from calbook.ical.reading.properties import read_component, text_of
from calbook.ical.reading.series import Changes, Event, instant, occurrences
from calbook.ical.reading.structure import read_calendars
from calbook.ical.reading.zones import Zones

_METHODS = ("", "PUBLISH", "REQUEST", "CANCEL")
_CANCELLED = ("CANCELLED", "CANCELED")
_WORK, _WORK_OF_EACH = 40_000_000, 400_000


class Manner(NamedTuple):
    """Whose calendar it is, and what in it is booked.

    `hosts` are the e-mail addresses of hosts, as they are compared. With
    `only_appointments` the events alone that Google's appointment schedules made.
    """

    timezone: str
    hosts: frozenset[str]
    limits: Limits
    only_appointments: bool = False


class _One(NamedTuple):
    """An event with what it says besides its dates."""

    event: Event
    facts: Facts
    is_cancelled: bool
    is_free: bool


def read_bookings(data: bytes, how: Manner) -> Content:
    """The events of a calendar file that can be bookings.

    Raises:
        BadInput: it is no calendar, or was cut short.
    """
    calendars, skipped = read_calendars(data)
    reader = _Reader(how)
    for each in skipped:
        reader.leave_out(each.reason, each.line, each.uid)
    facts = read_facts(data)
    for source in calendars:
        reader.read(source, facts)
    return reader.content()


class _Reader:
    def __init__(self, how: Manner) -> None:
        self._how, self._kept = how, Kept()
        self._effort = Effort(_WORK, _WORK_OF_EACH)
        self._series = SeriesReader(how.limits, self._effort)
        self._found: list[ForeignBooking] = []
        self._left_out: list[Remark] = []
        self._told: set[tuple[str | None, str]] = set()
        self._remarks: list[Remark] = []

    def leave_out(
        self, reason: str, line: int | None, uid: str | None, *, is_fault: bool = True
    ) -> None:
        """A series with dates that have moved counts once."""
        if uid and (uid, reason) in self._told:
            return
        self._told.add((uid, reason))
        self._left_out.append(Remark(reason, line, uid and uid[:200], is_fault))

    def content(self) -> Content:
        return Content(
            tuple(self._found),
            left_out=tuple(self._left_out),
            remarks=tuple(dict.fromkeys(self._remarks)),
            kept=tuple(self._kept.kept),
            dropped=tuple(self._kept.dropped),
        )

    def read(self, source: CalendarSource, facts: dict[int, Facts]) -> None:
        method = source.head.get("METHOD", "").strip().upper()
        if source.head.get("CALSCALE", "GREGORIAN").upper() != "GREGORIAN":
            raise BadInput("only Gregorian calendars can be read", field="CALSCALE")
        zones = Zones(source, self._how.timezone)
        for uid, group in group_by_uid(source.blocks):
            if method not in _METHODS:
                reason = f"it is a {method.lower()[:20]} and no event of its own"
                self.leave_out(reason, group[0].line, uid, is_fault=False)
                continue
            self._read_group(group, zones, facts, is_off=method == "CANCEL")

    def _read_group(
        self,
        group: list[Component],
        zones: Zones,
        facts: dict[int, Facts],
        *,
        is_off: bool,
    ) -> None:
        every: list[_One] = []
        for block in group:
            if block.kind != "VEVENT":
                self.leave_out("it is no event", block.line, None, is_fault=False)
                continue
            try:
                one = self._event(block, zones, facts, is_off=is_off)
            except Exception as error:  # whatever is wrong with it
                self.leave_out(_reason(error), block.line, block.first("UID"))
                continue
            reason = self._why_not(one)
            if reason is None:
                every.append(one)
            else:
                uid = block.first("UID")
                self.leave_out(reason, block.line, uid, is_fault=False)
        if every:
            try:
                self._found += self._bookings(every)
            except Exception as error:
                uid = group[0].first("UID")
                self.leave_out(_reason(error), group[0].line, uid)

    def _event(
        self, block: Component, zones: Zones, facts: dict[int, Facts], *, is_off: bool
    ) -> _One:
        zones.take_remarks()
        found, faults = read_component(block, shows_text=True)
        status = text_of(found, "STATUS").strip().upper()
        is_cancelled = is_off or status in _CANCELLED
        zone = times.zone(self._how.timezone)
        event, left_out, remarks = read_event(
            found, block, zones, zone, is_busy=not is_cancelled, text=None
        )
        for said in (*faults, *left_out, *zones.take_remarks(), *remarks):
            self._remarks.append(Remark(said, block.line, _uid(event)))
        said_of_it = facts.get(block.line, Facts())
        is_free = text_of(found, "TRANSP").strip().upper() == "TRANSPARENT"
        return _One(event, said_of_it, is_cancelled, is_free)

    def _why_not(self, one: _One) -> str | None:
        """Why an event is no booking; None of one that is."""
        event = one.event
        if event.is_day:
            return "it takes whole days"
        if one.is_free and not one.is_cancelled:
            return "it leaves the time free"
        if self._how.only_appointments and one.facts.booked_by is None:
            return "it is no appointment that somebody booked"
        if event.length.in_all <= timedelta():
            return None if one.is_cancelled else "it takes no time"
        if event.length.in_all > LONGEST_DURATION:
            return "it is longer than 24 hours"
        return None

    # -- the dates of one UID

    def _bookings(self, every: Sequence[_One]) -> Iterator[ForeignBooking]:
        masters = [one for one in every if one.event.recurrence_id is None]
        changes = Changes([o.event for o in every if o.event.recurrence_id is not None])
        by_event = {id(one.event): one for one in every}
        if not masters:
            for event in changes.newest:
                yield self._single(by_event[id(event)], named_by=event.recurrence_id)
            return
        newest = max(masters, key=lambda one: one.event.sequence)
        event = newest.event
        if not (event.rules or event.more):
            yield self._single(newest)
            return
        series = self._series.read(event, changes)
        if series is not None:
            if series.remark:
                remark = Remark(series.remark, event.block.line, _uid(event))
                self._remarks.append(remark)
            yield self._make(newest, series.dates, series=series)
            return
        self._remarks.append(
            Remark(
                "its dates are no series that calbook has: each is a booking",
                event.block.line,
                _uid(event),
            )
        )
        yield from self._dates_apart(newest, changes, by_event)

    def _dates_apart(
        self, one: _One, changes: Changes, by_event: dict[int, _One]
    ) -> Iterator[ForeignBooking]:
        self._effort.begin()
        window = Span(FIRST, self._how.limits.horizon)
        last = times.epoch(window.end)
        found = {
            (start, end): owner
            for owner, start, end in occurrences(
                one.event, changes, window, self._effort
            )
            if start < end and start < last
        }
        chosen = set(self._series.bounded(sorted(start for start, _ in found)))
        for (start, end), owner in sorted(found.items(), key=lambda x: x[0]):
            if start not in chosen:
                continue
            said = by_event.get(id(owner), one)
            uid = f"{_uid(one.event)}/{_stamp(start)}"
            yield self._make(said, (date_of(start, end),), uid=uid)
        for event in changes.newest:
            yield self._single(by_event[id(event)], named_by=event.recurrence_id)

    def _single(self, one: _One, *, named_by: object = None) -> ForeignBooking:
        event = one.event
        start = instant(event.start, event.zone)
        end = start + int(event.length.in_all.total_seconds())
        uid = None
        if isinstance(named_by, datetime):
            uid = f"{_uid(event)}/{_stamp(instant(named_by, event.zone))}"
        return self._make(one, (date_of(start, end),), uid=uid)

    def _make(
        self,
        one: _One,
        dates: tuple[ForeignDate, ...],
        *,
        uid: str | None = None,
        series: Series | None = None,
    ) -> ForeignBooking:
        facts, event = one.facts, one.event
        years = range(times.FIRST_YEAR, times.LAST_YEAR)
        if any(d.start.year not in years or d.end.year not in years for d in dates):
            raise Unreadable("it is in a year that calbook has not")
        people, hosts = facts.persons(self._how.hosts)
        location, url = facts.place
        is_off = one.is_cancelled
        status = Status.CANCELLED if is_off else facts.status
        return ForeignBooking(
            uid=uid or _uid(event),
            dates=dates,
            people=people,
            line=event.block.line,
            event=facts.event,
            title=facts.summary,
            status=status,
            sequence=max(event.sequence, 0),
            changed_at=facts.changed_at,
            created_at=facts.created_at,
            hosts=hosts,
            location=location,
            meeting_url=url,
            notes=facts.notes,
            responses=facts.responses,
            metadata=self._kept.metadata(facts.extra),
            rule=None if series is None else series.rule,
            timezone=None if series is None else series.timezone,
        )


def _reason(error: Exception) -> str:
    is_told = isinstance(error, Unreadable | BadInput)
    return str(error) if is_told else "it cannot be read"


def _uid(event: Event) -> str:
    """Its UID; of one without, what it says of its time."""
    said = event.block.first("UID")
    if said:
        return said
    lines = "\n".join(line for line in event.block.lines if "DTSTAMP" not in line)
    return f"event-{hashlib.sha256(lines.encode()).hexdigest()[:24]}"


def _stamp(seconds: int) -> str:
    return f"{times.instant(seconds):%Y%m%dT%H%M%SZ}"
