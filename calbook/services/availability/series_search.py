"""Starts at which a whole series can be booked: all of its dates looked at together.

A series has the same other dates at whatever time of a date it begins, all at the same
wall time. So the free wall times of each other date are shifted to the first one, and
what lies in all of them is left.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from calbook.core import needs, start_ranges
from calbook.core.assignment import HostIds
from calbook.core.errors import BadInput
from calbook.core.model import DAY, Span
from calbook.core.start_ranges import Range
from calbook.core.time import times
from calbook.core.wall_clock import DAY_SECONDS, WallClock
from calbook.services.availability.booking_request import (
    BookingRequest,
    starts_by_rule,
)
from calbook.services.availability.free_ranges import FreeRanges
from calbook.store.facts import Facts

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence

Candidates = Mapping[int, Sequence[str]]  # starts, each with those who could lead
Dates = tuple[int, ...]  # of a series after the first, as days from that one

MOST_DATES = 250_000  # of all the series that are tried for one listing
_EVER = 2**40


class SeriesSearch:
    """Series that begin at one start after the other, until one has to stop.

    By a rule; without, the dates of a booking that move together.
    """

    def __init__(
        self, facts: Facts, request: BookingRequest, rule: Recurrence | None
    ) -> None:
        self._facts = facts
        self._request = request
        self._rule = rule
        self._tried = 0
        self._fits = False
        self._too_long: BadInput | None = None
        self.end = _EVER  # the first start that was not tried

    def check_tried(self) -> None:
        """Raise where one had to stop."""
        if self._tried > MOST_DATES:
            raise BadInput(
                f"that takes too long: the series tried have over {MOST_DATES:,} dates",
                hint="look at fewer days, or at fewer starts with count",
                command_hint="look at fewer days, or at fewer starts with --limit",
                field="recurring",
                most=MOST_DATES,
            )

    def check(self) -> None:
        """Raise what kept every series from being tried."""
        if self._too_long is not None and not self._fits:
            raise self._too_long

    def keep_fitting(self, candidates: Candidates, leads: Sequence[str]) -> Candidates:
        """Those at which a whole series fits, with those who are free on all dates.

        Of the dates after the first hours and overlap are asked, and of all together
        the limits.
        """
        series = self._begin(candidates)
        if not series:
            return {}
        free_dates = _FreeDates(self._facts, self._request, series)
        return {
            first: [id for id in leads if id in free]
            for dates, starts in series.items()
            for first, free in free_dates.fitting(dates, starts)
        }

    def _begin(self, candidates: Candidates) -> dict[Dates, list[int]]:
        """The starts with which a series may begin, by its other dates."""
        ordered, zone = sorted(candidates), self._request.timezone
        if not ordered:
            return {}
        clock = WallClock(sorted({start // DAY_SECONDS for start in ordered}), zone)
        found: dict[Dates, list[int]] = {}
        for _, same_date in groupby(ordered, clock.date_of):
            starts = [*same_date]
            dates = self._other_dates(starts[0])
            if dates is None:
                continue
            self._tried += len(starts) * (1 + len(dates))
            if self._tried > MOST_DATES:
                self.end = starts[0]
                break
            found.setdefault(dates, []).extend(starts)
        return found

    def _other_dates(self, first: int) -> Dates | None:
        """Of a series that begins on the date of a start; None where none may."""
        try:
            days = self._days(times.instant(first))
        except BadInput as error:  # too many dates from here on: fewer from later on
            self._too_long = self._too_long or error
            return None
        if not days:
            return None
        self._fits = True
        return tuple((day - days[0]).days for day in days[1:])

    def _days(self, first: datetime) -> list[date]:
        request = self._request
        if self._rule is not None:
            event_type, zone = request.event_type, request.timezone
            found = starts_by_rule(event_type, self._rule, first, zone)
            return [start.wall.date() for start in found]
        request.other_starts(first)  # raises if one would leave the years there are
        assert request.move is not None
        return [occurrence.date for occurrence in request.move.occurrences]


class _FreeDates:
    """Who is free on all dates of series, which begin at some starts."""

    def __init__(
        self, facts: Facts, request: BookingRequest, series: Mapping[Dates, list[int]]
    ) -> None:
        self._request = request
        self._needs = request.needs
        self._members = needs.members_of(self._needs)
        self._begins = _first_dates(series, request.timezone)
        every = sorted(_all_dates(self._begins))
        self._clock = clock = WallClock(every, request.timezone)
        spans = [Span(*map(times.instant, clock.instants_of(day))) for day in every]
        self._free_ranges = FreeRanges(facts, request, spans)
        self._is_limited = any(map(self._free_ranges.is_limited, self._members))
        self._take = _read_limits(facts, request, spans)
        self._starts = cache(self._read_starts)
        self._walls = cache(lambda row: clock.wall_ranges(self._starts(row)))

    def fitting(
        self, dates: Dates, starts: Sequence[int]
    ) -> Iterator[tuple[int, set[str]]]:
        """The starts at which series with these other dates fit, with who is free."""
        firsts = {id: _RangeSet(self._starts(self._row(id, 0))) for id in self._members}
        walls = {id: _RangeSet(self._free_walls(id, dates)) for id in self._members}
        asks_together = (
            self._take is not None or self._is_limited or not self._are_apart(dates)
        )
        for first in starts:
            wall = self._clock.wall(first)
            free = {
                id for id in self._members if first in firsts[id] and wall in walls[id]
            }
            if free and asks_together:
                free = self._keep_together(first, dates, free)
            if free and self._suffice(free):
                yield first, free

    def _suffice(self, free: set[str]) -> bool:
        wanted = self._request.wanted
        return free.issuperset(wanted) and needs.are_met(self._needs, free)

    def _row(self, id: str, number: int) -> HostIds:
        return self._request.members_on(number, (id,))

    def _read_starts(self, row: HostIds) -> list[Range]:
        """Within the first and last date of the event type."""
        event_type, zone = self._request.event_type, self._request.timezone
        begin, end = 0, _EVER
        if event_type.first_date is not None:
            begin = times.epoch(times.day_start(event_type.first_date, zone))
        if event_type.last_date is not None:
            end = times.epoch(times.day_start(event_type.last_date + DAY, zone))
        return start_ranges.clip(self._free_ranges.starts(row), begin, end)

    def _free_walls(self, id: str, dates: Dates) -> list[Range]:
        """The wall times on the first dates from which all other dates are free."""
        left = [
            (day * DAY_SECONDS, (day + 1) * DAY_SECONDS) for day in self._begins[dates]
        ]
        for number, day in enumerate(dates, start=1):
            if not left:
                break
            by = day * DAY_SECONDS
            there = start_ranges.clip(
                self._walls(self._row(id, number)), left[0][0] + by, left[-1][1] + by
            )
            moved = [(begin - by, end - by) for begin, end in there]
            left = start_ranges.intersect(left, moved)
        return left

    def _are_apart(self, dates: Dates) -> bool:
        """Whether the dates of such a series never stand in each other's way."""
        least = min((b - a for a, b in pairwise(sorted((0, *dates)))), default=_EVER)
        return least * DAY_SECONDS - self._clock.spread >= self._claim

    @property
    def _claim(self) -> int:
        need = start_ranges.slot_lengths(self._request.event_type)
        return need.before + need.meeting + need.after

    def _keep_together(self, first: int, dates: Dates, free: set[str]) -> set[str]:
        """Who may take all dates of a series, by what they are together."""
        wall = self._clock.wall(first)
        others = (self._clock.instant(wall + date * DAY_SECONDS) for date in dates)
        every = [first, *others]
        if any(b - a < self._claim for a, b in pairwise(sorted(every))):
            return set()
        if self._take is not None and not self._take(every):
            return set()
        if not self._is_limited:
            return free
        take_all = self._free_ranges.loads.take_all
        numbers = range(len(every))
        return {
            id for id in free if take_all([self._row(id, n) for n in numbers], every)
        }


def _first_dates(
    series: Mapping[Dates, Sequence[int]], timezone: str
) -> dict[Dates, list[int]]:
    """On which dates series begin that have these other dates, in order."""
    near = {start // DAY_SECONDS for starts in series.values() for start in starts}
    clock = WallClock(sorted(near), timezone)
    return {
        dates: sorted({*map(clock.date_of, starts)}) for dates, starts in series.items()
    }


def _all_dates(begins: Mapping[Dates, Sequence[int]]) -> set[int]:
    return {
        begin + date
        for dates, found in begins.items()
        for begin in found
        for date in (0, *dates)
    }


def _read_limits(
    facts: Facts, request: BookingRequest, spans: Sequence[Span]
) -> Callable[[Sequence[int]], bool] | None:
    """Whether the limits of the event type and of persons let all these starts be.

    None where there are none.
    """
    event_type = request.event_type
    if not event_type.all_limits and not (
        event_type.asks_persons and request.attendees
    ):
        return None
    from calbook.services.availability import limit_counts  # slow to import

    length = event_type.duration
    counts = limit_counts.of_event_type(facts, request, spans)
    persons = limit_counts.PersonLoads(facts, request, spans)
    refused = sorted(persons.refused_starts())
    allowed = _RangeSet(start_ranges.without([(0, _EVER)], refused))

    def take(starts: Sequence[int]) -> bool:
        return (
            all(each.takes_all(starts, length) for each in counts)
            and persons.takes_all(starts)
            and all(start in allowed for start in starts)
        )

    return take


class _RangeSet:
    """Ranges of starts, asked for membership."""

    def __init__(self, ranges: Sequence[Range]) -> None:
        self._begins = [begin for begin, _ in ranges]
        self._ends = [end for _, end in ranges]

    def __contains__(self, start: int) -> bool:
        n = bisect_right(self._begins, start) - 1
        return n >= 0 and start < self._ends[n]
