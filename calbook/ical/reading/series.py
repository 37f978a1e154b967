"""The events of one UID, and the dates that they come to.

A series recurs in wall time; its dates are told apart as instants, in seconds since
1970, so that no year is too early or too late to be worked with.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from calbook.core.model import DAY, Span
from calbook.core.time import times
from calbook.ical.reading.components import Component
from calbook.ical.reading.effort import Effort
from calbook.ical.reading.expansion import wall_times
from calbook.ical.reading.rules import SECONDS, Rule

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (a wall time)
_SECOND = timedelta(seconds=1)
_MARGIN = 3 * DAY  # between a wall time and the same in UTC, and what skips a day
_FURTHEST_EAST = timedelta(hours=14)
_FIRST_YEAR = 1970
_LOOK, _MOVE = 4, 10  # steps of work
_FIRST_WALL = datetime(1, 1, 1)  # noqa: DTZ001
_LAST_WALL = datetime(times.LAST_YEAR, 1, 1)  # noqa: DTZ001

Moment = date | datetime  # a datetime has a zone
Occurrence = tuple["Event", int, int]


class Length(NamedTuple):
    """How long an event lasts: days by the calendar, and then elapsed time."""

    days: int
    time: timedelta

    @property
    def in_all(self) -> timedelta:
        return self.days * DAY + self.time


class Event(NamedTuple):
    """An event as it stands in a calendar.

    `zone` is that of its start; of whole days it is the host's. A period is a start
    with an end or a length of its own.
    """

    block: Component
    is_busy: bool
    text: str | None
    start: Moment
    length: Length
    zone: tzinfo
    rules: tuple[Rule, ...] = ()
    more: tuple[tuple[Moment, Length | None], ...] = ()
    left_out: tuple[Moment, ...] = ()
    recurrence_id: Moment | None = None
    is_from_then_on: bool = False
    sequence: int = 0

    @property
    def is_day(self) -> bool:
        return not isinstance(self.start, datetime)


def plan(events: Iterable[Event]) -> Iterator[tuple[Event, Changes]]:
    """Those of one UID that have dates, each with the changes that they do not have.

    Several that are the whole series all have theirs. Of those that speak of one date,
    the newest revision counts; it stands by itself, whether the series has its date,
    leaves it out, or is not there. A rule in one is that of its series, written again.
    """
    series: list[Event] = []
    single: list[Event] = []
    for event in events:
        (series if event.recurrence_id is None else single).append(event)
    changes, none = Changes(single), Changes([])
    for event in changes.newest:
        repeats = event.is_from_then_on or not series
        yield event if repeats else event._replace(rules=()), none
    yield from ((event, changes) for event in series)


def instant(moment: Moment, zone: tzinfo, *, fold: int = 0) -> int:
    """Seconds since 1970; a day begins in the zone, and so does a naive wall time.

    A wall time that the clocks skip takes the offset before, and one that they repeat
    is the first of the two (RFC 5545, 3.3.5); with `fold` it is the other way round.
    """
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        zone = moment.tzinfo
    wall = wall_of(moment)
    offset = zone.utcoffset(wall.replace(fold=1) if fold else wall) or timedelta()
    return (wall - _EPOCH - offset) // _SECOND


def wall_of(moment: Moment) -> datetime:
    if isinstance(moment, datetime):
        is_plain = moment.tzinfo is None and not moment.fold
        return moment if is_plain else moment.replace(tzinfo=None, fold=0)
    return datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001


def _wall_at(seconds: int, zone: tzinfo) -> datetime:
    moment = (_EPOCH + seconds * _SECOND).replace(tzinfo=UTC)
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


class Changes:
    """What is said of single dates of a series, and of all from one on."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.newest = tuple(_newest(events))
        self.dates = _Dates([_recurrence_id(event) for event in self.newest])
        ranges = {
            instant(_recurrence_id(event), event.zone): event
            for event in self.newest
            if event.is_from_then_on
        }
        self._begin = sorted(ranges)
        self._ranges = [ranges[begin] for begin in self._begin]
        self.reach = max(map(_reach, self._ranges), default=timedelta())

    @property
    def are_ranges(self) -> bool:
        return bool(self._begin)

    def ruling(self, start: int) -> Event | None:
        """The change that holds for a date and for all after it, if one does."""
        at = bisect_right(self._begin, start)
        return self._ranges[at - 1] if at else None


def _newest(events: Iterable[Event]) -> Iterator[Event]:
    """Those of the highest SEQUENCE for each date."""
    found: dict[int, list[Event]] = {}
    for event in events:
        date_of = instant(_recurrence_id(event), event.zone)
        found.setdefault(date_of, []).append(event)
    for same in found.values():
        highest = max(event.sequence for event in same)
        yield from (event for event in same if event.sequence == highest)


def _recurrence_id(event: Event) -> Moment:
    assert event.recurrence_id is not None
    return event.recurrence_id


def _moved(event: Event) -> timedelta:
    """How far on the wall a change moves its date."""
    wall = _wall_at(instant(_recurrence_id(event), event.zone), event.zone)
    return wall_of(event.start) - wall


def _reach(change: Event) -> timedelta:
    return abs(change.length.in_all) + abs(_moved(change))


def _moved_wall(change: Event, wall: datetime) -> datetime:
    """Where a change puts another date of its series."""
    if not change.is_day and not isinstance(change.recurrence_id, datetime):
        wall = wall_of(wall.date())
    return _shifted(wall, _moved(change))


class _Dates:
    """Dates of a series that are named, as instants or as days."""

    def __init__(self, moments: Collection[Moment]) -> None:
        timed = [moment for moment in moments if isinstance(moment, datetime)]
        self._instants = {instant(moment, UTC) for moment in timed}
        self._days = {m for m in moments if not isinstance(m, datetime)}
        # What a time says of whole days: its own date, if it is no instant in UTC.
        self._dates = {
            m.date() for m in timed if m.tzname() != "UTC" or m.time() == time.min
        }

    @property
    def are_some(self) -> bool:
        return bool(self._instants or self._days)

    def has(self, start: int, wall: datetime, event: Event) -> bool:
        if start in self._instants:
            return True
        day = wall.date()
        return day in self._days or (event.is_day and day in self._dates)


def occurrences(
    event: Event, changes: Changes, window: Span, effort: Effort
) -> Iterator[Occurrence]:
    """The dates of an event in or near a window, but for those that were changed.

    From when until when, in seconds since 1970, and of which event.

    Without order, some perhaps twice; of a change that holds from then on, those of its
    series are too.

    Raises:
        Unreadable: it takes more than the effort that is left.
    """
    left_out = _Dates(event.left_out)
    effort.spend(len(event.left_out) + len(event.more))
    named = [dates for dates in (left_out, changes.dates) if dates.are_some]
    is_plain = not (named or changes.are_ranges or event.length.days)
    length = event.length.time // _SECOND
    for start, wall, own in _starts(event, changes.reach, window, effort):
        if is_plain and own is None:
            yield event, start, start + length
            continue
        effort.spend(_LOOK)
        if any(dates.has(start, wall, event) for dates in named):
            continue
        ruling = changes.ruling(start)
        if ruling is None:
            yield _occurrence(event, start, wall, own)
        elif not ruling.rules:  # else it says itself how it goes on
            effort.spend(_MOVE)
            moved = _moved_wall(ruling, _wall_at(start, ruling.zone))
            yield _occurrence(ruling, instant(moved, ruling.zone), moved, own)


def _occurrence(
    event: Event, start: int, wall: datetime, own: Length | None
) -> Occurrence:
    days, clock = own or event.length
    end = instant(_shifted(wall, days * DAY), event.zone) if days else start
    return event, start, end + clock // _SECOND


def _starts(
    event: Event, reach: timedelta, window: Span, effort: Effort
) -> Iterator[tuple[int, datetime, Length | None]]:
    """Instants and wall times, with the length of a period, before what is left out.

    DTSTART is always one, even if the rule does not name it or ends before it.
    """
    far = max(reach, abs(event.length.in_all)) + _MARGIN
    low = _shifted(window.start.replace(tzinfo=None), -far)
    high = min(_shifted(window.end.replace(tzinfo=None), far), _LAST_WALL)
    yield instant(event.start, event.zone), wall_of(event.start), None
    for moment, own in event.more:
        if _FIRST_YEAR < moment.year < times.LAST_YEAR:
            yield *_placed(event, moment), own
    for rule in event.rules:
        for start, wall in _rule_starts(event, rule, low, high, effort):
            yield start, wall, None


def _placed(event: Event, moment: Moment) -> tuple[int, datetime]:
    """An RDATE: of whole days a date, else at the time of DTSTART if it has none."""
    if event.is_day:
        wall = wall_of(moment.date() if isinstance(moment, datetime) else moment)
    elif isinstance(moment, datetime):
        start = instant(moment, event.zone)
        return start, _wall_at(start, event.zone)
    else:
        wall = datetime.combine(moment, wall_of(event.start).time())
    return instant(wall, event.zone), wall


def _rule_starts(
    event: Event, rule: Rule, low: datetime, high: datetime, effort: Effort
) -> Iterator[tuple[int, datetime]]:
    begin, zone, until = wall_of(event.start), event.zone, rule.until
    last = None
    if until is not None and rule.is_until_utc and not event.is_day:
        last = instant(until, UTC)
        high = min(high, _shifted(wall_of(until), _MARGIN))
    elif until is not None:
        high = min(high, _end_of_until(until, rule, is_day=event.is_day))
    if begin >= high:
        return
    is_day = event.is_day
    is_by_clock = rule.frequency in SECONDS and not is_day
    walls = wall_times(rule, begin, max(low, begin), high, effort, is_day=is_day)
    for wall in walls:
        if is_day:
            wall = wall_of(wall.date())
        offset = zone.utcoffset(wall) or timedelta()
        start = (wall - _EPOCH - offset) // _SECOND
        if last is None or start <= last:
            yield start, wall
        if is_by_clock:
            later = offset - (zone.utcoffset(wall.replace(fold=1)) or timedelta())
            again = start + later // _SECOND
            if start < again <= (again if last is None else last):
                yield again, wall


def _end_of_until(until: Moment, rule: Rule, *, is_day: bool) -> datetime:
    """The wall time before which the last date begins; a whole last day counts."""
    if isinstance(until, datetime) and not is_day:
        return _shifted(until, _SECOND)
    if rule.is_until_utc:
        until = _last_day(wall_of(until))
    return _shifted(wall_of(until).replace(hour=0, minute=0, second=0), DAY)


def _last_day(until: datetime) -> datetime:
    """The day that an instant in UTC stands for where days recur.

    It is midnight somewhere, or the second before; nobody says where. Rather than lose
    the last day, it is the latest that it can be.
    """
    if until.second == 59:
        return _shifted(until, _SECOND + _FURTHEST_EAST - DAY)
    return _shifted(until, _FURTHEST_EAST)


def _shifted(wall: datetime, by: timedelta) -> datetime:
    """Never beyond the years that there are."""
    try:
        return wall + by
    except OverflowError:
        return _FIRST_WALL if by < timedelta() else _LAST_WALL
