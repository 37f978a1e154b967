"""Starts at which a whole series can be booked: all of its dates looked at together.

A series has the same other dates at whatever time of a date it begins, all at the same
wall time. So the free wall times of each other date are shifted to the first one, and
what lies in all of them is left.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import chain, pairwise

from calbook.core import needs, start_ranges
from calbook.core.assignment import HostIds
from calbook.core.errors import BadInput
from calbook.core.model import DAY, Span
from calbook.core.start_ranges import Range
from calbook.core.time import recurrence, times
from calbook.core.time.recurrence import Recurrence
from calbook.core.wall_clock import DAY_SECONDS, WallClock
from calbook.services.availability.booking_request import BookingRequest
from calbook.services.availability.free_ranges import FreeRanges
from calbook.store.facts import Facts

Candidates = Mapping[int, Sequence[str]]  # starts, each with those who could lead
Dates = tuple[int, ...]  # of a series after the first, as days from that one
Begun = Mapping[int, list[int]]  # the first dates of series, each with its starts

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

        @cache
        def leads_among(free: tuple[str, ...]) -> Sequence[str]:
            return [id for id in leads if id in free]

        return {
            first: leads_among(free)
            for dates, begun in series.items()
            for first, free in free_dates.fitting(dates, begun)
        }

    def _begin(self, candidates: Candidates) -> Mapping[Dates, Begun]:
        """The starts with which a series may begin, by its other dates."""
        ordered, zone = sorted(candidates), self._request.timezone
        if not ordered:
            return {}
        clock = WallClock(sorted({start // DAY_SECONDS for start in ordered}), zone)
        found: dict[Dates, dict[int, list[int]]] = defaultdict(dict)
        for day, starts in _by_date(ordered, clock):
            dates = self._other_dates(starts[0], day)
            if dates is None:
                continue
            self._tried += len(starts) * (1 + len(dates))
            if self._tried > MOST_DATES:
                self.end = starts[0]
                break
            found[dates].setdefault(day, []).extend(starts)
        return found

    def _other_dates(self, first: int, day: int) -> Dates | None:
        """Of a series that begins with a start on a date; None where none may."""
        try:
            days = self._days(first, date.fromordinal(_EPOCH + day))
        except BadInput as error:  # too many dates from here on: fewer from later on
            self._too_long = self._too_long or error
            return None
        if not days:
            return None
        self._fits = True
        begin, *others = (each.toordinal() for each in days)
        return tuple(other - begin for other in others)

    def _days(self, first: int, day: date) -> Sequence[date]:
        request, rule = self._request, self._rule
        if rule is not None:
            if not recurrence.can_start_on(rule, day):
                return ()
            most = request.event_type.max_occurrences
            return recurrence.dates(rule, day, request.timezone, most=most)
        request.other_starts(times.instant(first))  # raises if after the last year
        assert request.move is not None
        return [occurrence.date for occurrence in request.move.occurrences]


_EPOCH = date(1970, 1, 1).toordinal()


def _by_date(
    starts: Sequence[int], clock: WallClock
) -> Iterator[tuple[int, Sequence[int]]]:
    """Starts that are in order, by the date that the wall shows."""
    n = 0
    while n < len(starts):
        behind = bisect_left(starts, clock.end_of_date(starts[n]), lo=n)
        yield clock.date_of(starts[n]), starts[n:behind]
        n = behind


class _FreeDates:
    """Who is free on all dates of series, which begin at some starts."""

    def __init__(
        self, facts: Facts, request: BookingRequest, series: Mapping[Dates, Begun]
    ) -> None:
        self._request = request
        self._needs = request.needs
        self._members = needs.members_of(self._needs)
        every = sorted(_all_dates(series))
        self._clock = clock = WallClock(every, request.timezone)
        runs = (clock.instants_of(first, last) for first, last in _runs(every))
        spans = [Span(*map(times.instant, run)) for run in runs]
        self._free_ranges = FreeRanges(facts, request, spans)
        self._is_limited = any(map(self._free_ranges.is_limited, self._members))
        self._take = _read_limits(facts, request, spans)
        self._starts = cache(self._read_starts)
        self._walls = cache(lambda row: clock.wall_ranges(self._starts(row)))
        self._suffice = cache(self._are_enough)

    def fitting(
        self, dates: Dates, begun: Begun
    ) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The starts at which series with these other dates fit, with who is free."""
        asks_together = (
            self._take is not None or self._is_limited or not self._are_apart(dates)
        )
        for first, free in self._free_members(dates, begun).items():
            left = tuple(free)
            if asks_together:
                left = self._keep_together(first, dates, left)
            if left and self._suffice(left):
                yield first, left

    def _free_members(self, dates: Dates, begun: Begun) -> Mapping[int, list[str]]:
        """The starts from which anybody is free on each date, with who that is."""
        starts = sorted(chain(*begun.values()))
        found: dict[int, list[str]] = defaultdict(list)
        for id in self._members:
            walls = self._free_walls(id, dates, sorted(begun))
            free = start_ranges.intersect(
                self._starts(self._row(id, 0)), self._clock.instant_ranges(walls)
            )
            for start in start_ranges.keep_within(starts, free):
                found[start].append(id)
        return found

    def _are_enough(self, free: tuple[str, ...]) -> bool:
        wanted = self._request.wanted
        return set(free).issuperset(wanted) and needs.are_met(self._needs, free)

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

    def _free_walls(
        self, id: str, dates: Dates, first_dates: Sequence[int]
    ) -> list[Range]:
        """The wall times on the first dates from which all other dates are free."""
        left = [(day * DAY_SECONDS, (day + 1) * DAY_SECONDS) for day in first_dates]
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

    def _keep_together(
        self, first: int, dates: Dates, free: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Who may take all dates of a series, by what they are together."""
        wall = self._clock.wall(first)
        others = (self._clock.instant(wall + date * DAY_SECONDS) for date in dates)
        every = [first, *others]
        if any(b - a < self._claim for a, b in pairwise(sorted(every))):
            return ()
        if self._take is not None and not self._take(every):
            return ()
        if not self._is_limited:
            return free
        take_all = self._free_ranges.loads.take_all
        numbers = range(len(every))
        return tuple(
            id for id in free if take_all([self._row(id, n) for n in numbers], every)
        )


def _all_dates(series: Mapping[Dates, Begun]) -> set[int]:
    return {
        begin + date
        for dates, begun in series.items()
        for begin in begun
        for date in (0, *dates)
    }


def _runs(dates: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of dates that follow on each other, which are in order."""
    first = last = dates[0]
    for day in dates[1:]:
        if day > last + 1:
            yield first, last
            first = day
        last = day
    yield first, last


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
    allowed = start_ranges.without([(0, _EVER)], refused)

    def take(starts: Sequence[int]) -> bool:
        return (
            all(each.takes_all(starts, length) for each in counts)
            and persons.takes_all(starts)
            and len(start_ranges.keep_within(sorted(starts), allowed)) == len(starts)
        )

    return take
