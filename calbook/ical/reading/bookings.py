"""Events of a calendar as bookings that were made elsewhere: when they take place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from calbook.core.errors import BadInput
from calbook.core.imports import Content, ForeignBooking, ForeignDate, Kept, Remark
from calbook.core.model import LONGEST_DURATION, Span, Status
from calbook.core.time import recurrence, times
from calbook.core.time.recurrence import Frequency, Recurrence, Weekday
from calbook.ical.reading.booked_people import Facts, read_facts
from calbook.ical.reading.components import CalendarSource, Component, Unreadable
from calbook.ical.reading.effort import Effort
from calbook.ical.reading.events import read_event
from calbook.ical.reading.properties import read_component, text_of
from calbook.ical.reading.series import Changes, Event, instant, occurrences, wall_of
from calbook.ical.reading.structure import read_calendars
from calbook.ical.reading.zones import Zones

_METHODS = ("", "PUBLISH", "REQUEST", "CANCEL")
_CANCELLED = ("CANCELLED", "CANCELED")
_WORK, _WORK_OF_EACH = 40_000_000, 400_000
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = recurrence.DAYS


class Limits(NamedTuple):
    """How far series are taken over: so many dates, and none after `horizon`."""

    most: int
    horizon: datetime


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
        self._found: dict[str, ForeignBooking] = {}
        self._left_out: list[Remark] = []
        self._remarks: list[Remark] = []

    def leave_out(
        self, reason: str, line: int | None, uid: str | None, *, is_fault: bool = True
    ) -> None:
        self._left_out.append(Remark(reason, line, uid and uid[:200], is_fault))

    def content(self) -> Content:
        return Content(
            tuple(self._found.values()),
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
        for group in _groups(source.blocks):
            uid = group[0].first("UID")
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
                for booking in self._bookings(every):
                    self._add(booking)
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

    def _add(self, booking: ForeignBooking) -> None:
        """Of several with one UID the newest."""
        other = self._found.get(booking.uid)
        if other is None or booking.sequence >= other.sequence:
            self._found[booking.uid] = booking

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
        series = None if changes.are_ranges else self._series(newest, changes)
        if series is not None:
            yield series
            return
        self._remarks.append(
            Remark(
                "its dates are no series that calbook has: each is a booking",
                event.block.line,
                _uid(event),
            )
        )
        yield from self._dates_apart(newest, changes, by_event)

    def _series(self, one: _One, changes: Changes) -> ForeignBooking | None:
        """The event as one booking; None where it follows no rule of calbook's."""
        event = one.event
        zone = getattr(event.zone, "key", None) or "UTC"
        if len(event.rules) != 1 or event.more or not _is_zone(zone):
            return None
        base, is_cut = self._base(event)
        rule = _recurrence(event, len(base))
        if rule is None or not base:
            return None
        try:
            first = times.wall_time(times.instant(base[0]), zone)
            own = recurrence.starts(rule, first, zone)
        except BadInput:
            return None
        if [times.epoch(start.instant) for start in own] != base:
            return None
        if is_cut:
            until = times.local_date(times.instant(base[-1]), zone)
            said = f"it goes on: its {len(base)} dates up to {until} are taken over"
            self._remarks.append(Remark(said, event.block.line, _uid(event)))
        dates = self._dates_of(event, changes, base)
        return self._make(one, dates, rule=rule, timezone=zone)

    def _base(self, event: Event) -> tuple[list[int], bool]:
        """The dates by the rule alone, and whether there are more."""
        self._effort.begin()
        plain = event._replace(left_out=())
        window = Span(_FIRST, self._how.limits.horizon)
        last = times.epoch(window.end)
        starts = sorted(
            {
                start
                for _, start, _ in occurrences(plain, Changes([]), window, self._effort)
                if start < last
            }
        )
        most = self._how.limits.most
        rule = event.rules[0]
        is_endless = rule.count is None and (
            rule.until is None or wall_of(rule.until) > window.end.replace(tzinfo=None)
        )
        is_cut = is_endless or len(starts) > most or (rule.count or 0) > len(starts)
        return starts[:most], is_cut

    def _dates_of(
        self, event: Event, changes: Changes, base: list[int]
    ) -> tuple[ForeignDate, ...]:
        self._effort.begin()
        window = Span(_FIRST, self._how.limits.horizon)
        live = {
            start: end
            for _, start, end in occurrences(event, changes, window, self._effort)
        }
        moved = {
            instant(change.recurrence_id, change.zone): change
            for change in changes.newest
            if change.recurrence_id is not None
        }
        length = int(event.length.in_all.total_seconds())
        found = []
        for start in base:
            change = moved.get(start)
            if change is not None:
                begin = instant(change.start, change.zone)
                end = begin + int(change.length.in_all.total_seconds())
                is_off = not change.is_busy or end <= begin
                found.append(
                    _date(
                        *((start, start + length) if is_off else (begin, end)),
                        original=start,
                        is_off=is_off,
                    )
                )
            elif start in live:
                found.append(_date(start, live[start], original=start))
            else:
                end = start + length
                found.append(_date(start, end, original=start, is_off=True))
        return tuple(found)

    def _dates_apart(
        self, one: _One, changes: Changes, by_event: dict[int, _One]
    ) -> Iterator[ForeignBooking]:
        self._effort.begin()
        window = Span(_FIRST, self._how.limits.horizon)
        last = times.epoch(window.end)
        found = {
            (start, end): owner
            for owner, start, end in occurrences(
                one.event, changes, window, self._effort
            )
            if start < end and start < last
        }
        for (start, end), owner in sorted(found.items(), key=lambda x: x[0])[
            : self._how.limits.most
        ]:
            said = by_event.get(id(owner), one)
            uid = f"{_uid(one.event)}/{_stamp(start)}"
            yield self._make(said, (_date(start, end),), uid=uid)
        for event in changes.newest:
            yield self._single(by_event[id(event)], named_by=event.recurrence_id)

    def _single(self, one: _One, *, named_by: object = None) -> ForeignBooking:
        event = one.event
        start = instant(event.start, event.zone)
        end = start + int(event.length.in_all.total_seconds())
        uid = None
        if isinstance(named_by, datetime):
            uid = f"{_uid(event)}/{_stamp(instant(named_by, event.zone))}"
        return self._make(one, (_date(start, end),), uid=uid)

    def _make(
        self,
        one: _One,
        dates: tuple[ForeignDate, ...],
        *,
        uid: str | None = None,
        rule: Recurrence | None = None,
        timezone: str | None = None,
    ) -> ForeignBooking:
        facts, event = one.facts, one.event
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
            rule=rule,
            timezone=timezone,
        )


def _groups(blocks: Iterable[Component]) -> Iterable[list[Component]]:
    """The components of one UID together; those without one each alone."""
    found: dict[object, list[Component]] = {}
    for number, block in enumerate(blocks):
        uid = block.first("UID") if block.kind == "VEVENT" else None
        found.setdefault(number if uid is None else uid, []).append(block)
    return found.values()


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


def _date(
    start: int, end: int, *, original: int | None = None, is_off: bool = False
) -> ForeignDate:
    """In whole minutes would be nicer; but an end is kept as it is."""
    begin, finish = times.instant(start), times.instant(end)
    moved = None if original is None else times.instant(original)
    return ForeignDate(begin, finish, moved, is_off)


def _stamp(seconds: int) -> str:
    return f"{times.instant(seconds):%Y%m%dT%H%M%SZ}"


def _is_zone(name: str) -> bool:
    try:
        times.zone(name)
    except Exception:
        return False
    return True


def _recurrence(event: Event, count: int) -> Recurrence | None:
    """A rule of calbook's with as many dates; whether they are the same is seen."""
    [rule] = event.rules
    if rule.frequency not in set(Frequency) or not count:
        return None
    nths_allowed = rule.frequency == Frequency.MONTHLY
    if any(nth for _, nth in rule.days) and not nths_allowed:
        return None
    by_day = tuple(Weekday(_DAYS[day], nth or None) for day, nth in rule.days)
    if rule.frequency in (Frequency.DAILY, Frequency.YEARLY):
        by_day = ()
    return Recurrence(
        frequency=Frequency(rule.frequency),
        interval=rule.interval,
        count=count,
        by_day=by_day,
    )
