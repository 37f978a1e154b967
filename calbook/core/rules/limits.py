"""Limits: how much may be booked in a day, a week or a month.

What is booked counts in the period in which it starts. The rules here are asked with
the others, see `booking_rules`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from calbook.core.catalog import Limit
from calbook.core.errors import (
    LimitReached,
    OpenBookingsReached,
    SlotsPerDay,
)
from calbook.core.model import DAY, MINUTE, Span
from calbook.core.rules.limit_text import amount_text, limit_text
from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from calbook.core.rules.breaks import HostRow
    from calbook.core.start_ranges import Range

# -- their periods --------------------------------------------------------------------


class Period(NamedTuple):
    """A local date, an ISO week or a calendar month."""

    name: str  # 2027-01-18, 2027-W03, 2027-01
    first: date
    span: Span


def periods_of(kind: str, dates: Iterable[date], timezone: str) -> tuple[Period, ...]:
    """The periods that local dates lie in, each once and in order."""
    begins = sorted({_first_date(kind, day) for day in dates})
    return tuple(_period(kind, first, timezone) for first in begins)


def _first_date(kind: str, day: date) -> date:
    if kind == "week":
        return day - day.weekday() * DAY
    return day.replace(day=1) if kind == "month" else day


def _period(kind: str, first: date, timezone: str) -> Period:
    year, week, _ = first.isocalendar()
    name = {"week": f"{year}-W{week:02}", "month": f"{first:%Y-%m}"}
    days = {"day": 1, "week": 7, "month": 31}[kind]
    behind = _first_date(kind, first + days * DAY)
    span = Span(times.day_start(first, timezone), times.day_start(behind, timezone))
    return Period(name.get(kind, first.isoformat()), first, span)


# -- what is booked in them -----------------------------------------------------------


class Load(NamedTuple):
    """A limit in one of its periods, with what is booked of it already."""

    limit: Limit
    of: str  # eventType, host or person
    owner: str
    period: Period
    booked: int  # meetings, or minutes of them

    def with_meetings(self, meetings: Sequence[Span]) -> Load:
        """As it is once these are booked too, which are in order."""
        first, behind = (
            bisect_left(meetings, edge, key=_start) for edge in self.period.span
        )
        more = (_size(self.limit, m.end - m.start) for m in meetings[first:behind])
        return self._replace(booked=self.booked + sum(more))

    def is_full(self, meeting: Span) -> bool:
        """Whether one more meeting is too much."""
        size = _size(self.limit, meeting.end - meeting.start)
        return self.booked + size > self.limit.most


def _start(meeting: Span) -> datetime:
    return meeting.start


def _size(limit: Limit, length: timedelta) -> int:
    return length // MINUTE if limit.is_length else 1


class LimitCounts:
    """A limit in several periods, in their order, with what is booked in each."""

    def __init__(
        self,
        limit: Limit,
        *,
        of: str,
        owner: str,
        periods: Sequence[Period],
        booked: Sequence[int],
    ) -> None:
        self._loads = [
            Load(limit, of, owner, period, number)
            for period, number in zip(periods, booked, strict=True)
        ]
        self._limit = limit
        self._begins = [times.epoch(period.span.start) for period in periods]

    def load(self, start: datetime) -> Load:
        """In the period of a start."""
        return self._loads[bisect_right(self._begins, times.epoch(start)) - 1]

    def full(self, length: timedelta) -> list[Load]:
        """Where one more meeting of a length is too much."""
        size = _size(self._limit, length)
        return [load for load in self._loads if load.booked + size > self._limit.most]

    def refused_starts(self, length: timedelta) -> Iterator[Range]:
        """Where no meeting of a length may start."""
        for load in self.full(length):
            yield times.epoch(load.period.span.start), times.epoch(load.period.span.end)

    def takes_all(self, starts: Iterable[int], length: timedelta) -> bool:
        """Whether meetings of a length may start at all of these."""
        each = Counter(bisect_right(self._begins, start) - 1 for start in starts)
        size = _size(self._limit, length)
        return all(
            self._loads[n].booked + number * size <= self._limit.most
            for n, number in each.items()
        )


# -- all that is asked -----------------------------------------------------------------


class OpenBookings(NamedTuple):
    """How many bookings to come a person has, of so many that may be."""

    person: str
    booked: int
    most: int


class Elsewhere(NamedTuple):
    """A meeting that a person is in at the same time."""

    person: str
    uid: str
    meeting: Span


class Workload(NamedTuple):
    """What the limits look at besides the meeting that is wanted."""

    loads: tuple[Load, ...] = ()
    rows: tuple[HostRow, ...] = ()
    opened: tuple[OpenBookings, ...] = ()
    elsewhere: tuple[Elsewhere, ...] | None = None  # None: that is not asked

    def with_meetings(self, meetings: Sequence[Span]) -> Workload:
        """As it is once these are booked too, for the same people; they are in order.

        A row is as long as may be with no more of them than that.
        """
        if not meetings:
            return self
        return self._replace(
            loads=tuple(load.with_meetings(meetings) for load in self.loads),
            rows=tuple(
                row._replace(
                    meetings=tuple(sorted({*row.meetings, *meetings[-row.most :]}))
                )
                for row in self.rows
            ),
        )


# -- the rules ------------------------------------------------------------------------


class Wanted(Protocol):
    """A meeting that somebody wants, see `booking_rules.Proposal`."""

    @property
    def meeting(self) -> Span: ...
    @property
    def timezone(self) -> str: ...
    @property
    def workload(self) -> Workload: ...


def day_load(p: Wanted) -> Load | None:
    """That of the event type's `slots_per_day`."""
    for load in p.workload.loads:
        if load.of == "eventType" and _is_slots_per_day(load.limit):
            return load
    return None


def _is_slots_per_day(limit: Limit) -> bool:
    return limit.period == "day" and not limit.is_length


def slots_per_day(p: Wanted) -> SlotsPerDay | None:
    load = day_load(p)
    if load is None or not load.is_full(p.meeting):
        return None
    return SlotsPerDay(
        f"{load.period.name} is full: {load.booked} of {load.limit.most} bookings of"
        f" {load.owner} that day",
        date=load.period.name,
        booked=load.booked,
        slotsPerDay=load.limit.most,
    )


def limit_reached(p: Wanted) -> LimitReached | None:
    return _first_full(p, "eventType")


def host_limit(p: Wanted) -> LimitReached | None:
    return _first_full(p, "host")


def max_in_a_row(p: Wanted) -> LimitReached | None:
    for row in p.workload.rows:
        if row.length_with(p.meeting) > row.most:
            return break_error(row)
    return None


def person_limit(p: Wanted) -> LimitReached | None:
    return _first_full(p, "person")


def open_bookings(p: Wanted) -> OpenBookingsReached | None:
    for person, booked, most in p.workload.opened:
        if booked >= most:
            return OpenBookingsReached(
                f"{person} has {booked} bookings to come, of {most} that may be",
                limit=f"{most} to come",
                booked=booked,
                of="person",
                person=person,
            )
    return None


def double_booking(p: Wanted) -> LimitReached | None:
    if not p.workload.elsewhere:
        return None
    return double_error(p.workload.elsewhere[0], p.timezone)


def double_error(elsewhere: Elsewhere, timezone: str) -> LimitReached:
    person, uid, meeting = elsewhere
    when = f"{times.format_meeting(*meeting, timezone)} {timezone}"
    return LimitReached(
        f"{person} is in {uid} at that time ({when})",
        limit="no double",
        of="person",
        person=person,
        uid=uid,
        when=when,
    )


def break_error(row: HostRow) -> LimitReached:
    pause = row.pause // MINUTE
    return LimitReached(
        f"{row.host_id} needs a break of {pause} minutes after {row.most} in a row",
        limit=f"{row.most} in a row",
        breakAfter=pause,
        of="host",
        hostId=row.host_id,
    )


def _first_full(p: Wanted, of: str) -> LimitReached | None:
    if not p.workload.loads:  # as mostly
        return None
    full = (load for load in loads_of(p, of) if load.is_full(p.meeting))
    return next(map(limit_error, full), None)


def loads_of(p: Wanted, of: str) -> list[Load]:
    """Those of an event type without its `slots_per_day`."""
    day = day_load(p)
    return [load for load in p.workload.loads if load.of == of and load is not day]


def limit_error(load: Load) -> LimitReached:
    """The refusal that names the limit and what is booked of it."""
    return LimitReached(f"{load.period.name} is full: {load_text(load)}", **facts(load))


def load_text(load: Load) -> str:
    """`10 of 10 bookings of evt_demo`, `7h of 8h of user_alice`."""
    booked, most = (amount_text(load.limit, n) for n in (load.booked, load.limit.most))
    if load.limit.is_length:
        return f"{booked} of {most} of {load.owner} are booked"
    return f"{booked} of {most} bookings of {load.owner}"


def facts(load: Load) -> dict[str, Any]:
    """The details of a refusal; `booked` in minutes where the limit is a length."""
    return {
        "limit": limit_text(load.limit),
        "period": load.period.name,
        "booked": load.booked,
        "of": load.of,
        {"eventType": "eventTypeId", "host": "hostId"}.get(
            load.of, load.of
        ): load.owner,
    }
