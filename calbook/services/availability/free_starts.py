"""Free starts, listed by integer sweeps; by the rules that booking asks one by one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from calbook.core import assignment, start_ranges
from calbook.core.assignment import AVAILABILITY_FIRST, HostIds, Turn
from calbook.core.errors import BadInput
from calbook.core.model import DAY, SECOND, Booking, Span
from calbook.core.start_ranges import Range
from calbook.core.time import times
from calbook.services.availability import limit_counts
from calbook.services.availability.booking_request import (
    BookingRequest,
    series_starts,
)
from calbook.services.availability.free_ranges import FreeRanges
from calbook.store.facts import Facts

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence


class FreeStart(NamedTuple):
    """A start that can be booked, who would take it, and the seats that are left.

    In seconds since 1970, as all starts here: there may be thousands.
    """

    start: int
    host_id: str
    seats_left: int | None


Candidates = Mapping[int, Sequence[HostIds]]  # starts, each with those who are free

_STRIDE = 31 * DAY  # looked at together: whoever wants a few starts reads no year


def find_free_starts(
    facts: Facts, request: BookingRequest, wanted: Span, rule: Recurrence | None = None
) -> Iterator[FreeStart]:
    """Each start on the grid within a span that may be booked, in order.

    With a rule, or where several dates move, those at which all may be. A group that
    has a seat left is listed at whatever time it starts.
    """
    rota, seats = _Rotation(facts, request), request.event_type.seats
    has_dates = rule is not None or (request.move and request.move.occurrences[1:])
    series = _SeriesSearch(facts, request, rule) if has_dates else None
    stride = DAY if has_dates else _STRIDE
    for span in _strides(_bound_by_rules(request, wanted), stride):
        candidates = _candidates(facts, request, span)
        if series is not None:
            candidates = series.keep_fitting(candidates)
        groups = _groups(facts, request, span, rule)
        for start in sorted({*candidates, *groups}):
            if (group := groups.get(start)) is not None:
                assert seats is not None
                left = seats - len(group.attendees)
                yield FreeStart(start, group.host_ids[0], left)
            else:
                yield FreeStart(start, rota.next(start, candidates[start]), seats)
    if series is not None:
        series.check()


def _bound_by_rules(request: BookingRequest, wanted: Span) -> Span:
    """As near as notice lets a start be, and not much further than advance does."""
    earliest = request.now + max(SECOND, request.event_type.minimum_notice)
    latest, ahead = wanted.end, request.event_type.maximum_advance
    if ahead is not None:
        latest = min(latest, request.now + (ahead + 2) * DAY)
    return Span(max(wanted.start, earliest), latest)


def _strides(span: Span, stride: timedelta) -> Iterator[Span]:
    start = span.start
    while start < span.end:
        yield Span(start, min(start + stride, span.end))
        start += stride


def _groups(
    facts: Facts, request: BookingRequest, span: Span, rule: Recurrence | None
) -> Mapping[int, Booking]:
    """Under their starts, the groups in which somebody finds a seat."""
    if request.event_type.seats is None:
        return {}
    from calbook.services.availability import group_bookings  # slow to import

    rooms = group_bookings.open_groups(facts, request, span, rule)
    return {times.epoch(start): group for start, group in rooms.items()}


def _candidates(facts: Facts, request: BookingRequest, span: Span) -> Candidates:
    """The starts on any host's grid, with the hosts who may be booked at each."""
    event_type = request.event_type
    if not event_type.active:
        return {}
    free_ranges = FreeRanges(
        facts, event_type, [span], exclusion=request.exclusion, now=request.now
    )
    alternatives = request.alternatives
    bookable = start_ranges.without(
        start_ranges.to_ranges([span]), _refused_starts(facts, request, [span])
    )
    grids = {tuple(free_ranges.grid_pieces(hosts)) for hosts in alternatives}
    step = start_ranges.slot_lengths(event_type).step
    found: dict[int, list[HostIds]] = {}
    for hosts in alternatives:
        ranges = start_ranges.intersect(bookable, free_ranges.starts(hosts))
        for start in {
            n for grid in grids for n in start_ranges.starts_on_grid(grid, step, ranges)
        }:
            found.setdefault(start, []).append(hosts)
    return _on_allowed_dates(request, found)


def _refused_starts(
    facts: Facts, request: BookingRequest, spans: Sequence[Span]
) -> list[Range]:
    """Where the limits of the event type and of persons let nothing start."""
    length = request.event_type.duration
    counts = limit_counts.of_event_type(facts, request, spans)
    persons = limit_counts.PersonLoads(facts, request, spans)
    refused = chain(*(each.refused_starts(length) for each in counts))
    return sorted([*refused, *persons.refused_starts()])


def _on_allowed_dates(request: BookingRequest, found: Candidates) -> Candidates:
    """Those on local dates that advance lets be booked."""
    ahead = request.event_type.maximum_advance
    if ahead is None:
        return found
    today = times.local_date(request.now, request.timezone)
    return {
        start: hosts
        for start, hosts in found.items()
        if (_date(start, request.timezone) - today).days <= ahead
    }


def _date(start: int, timezone: str) -> date:
    return times.local_date(times.instant(start), timezone)


class _Rotation:
    """Whose turn a start would be: the file is asked once for each host (and day)."""

    def __init__(self, facts: Facts, request: BookingRequest) -> None:
        self._event_type = request.event_type
        self._timezone = request.timezone

        @cache
        def turn(hosts: HostIds, day: date | None) -> Turn:
            from calbook.services.availability import host_choice  # slow to import

            at = request.now if day is None else times.day_start(day, request.timezone)
            return host_choice.read_turn(facts, request, hosts, at)

        @cache
        def with_sender(free: tuple[HostIds, ...]) -> Sequence[HostIds]:
            from calbook.services.availability import host_choice

            return host_choice.hosts_with_sender(facts, request, free)

        self._turn = turn
        self._with_sender = with_sender

    def next(self, start: int, free: Sequence[HostIds]) -> str:
        if len(free) == 1:
            return free[0][0]
        counts = self._event_type.round_robin == AVAILABILITY_FIRST
        day = _date(start, self._timezone) if counts else None
        turns = [self._turn(hosts, day) for hosts in self._with_sender(tuple(free))]
        return assignment.next_turn(self._event_type, turns).assignment.host_id


MOST_DATES = 250_000  # of all the series that are tried for one listing


class _SeriesSearch:
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

    def check(self) -> None:
        """Raise what kept every series from being tried."""
        if self._too_long is not None and not self._fits:
            raise self._too_long

    def keep_fitting(self, candidates: Candidates) -> Candidates:
        """Those at which a whole series fits, with the hosts free on all dates.

        Of the dates after the first hours and overlap are asked, and of all together
        the limits.
        """
        facts, request = self._facts, self._request
        series = dict(self._begun(candidates))
        every = {*series, *chain(*series.values())}
        spans = [Span(at, at) for at in map(times.instant, every)]
        counts = limit_counts.of_event_type(facts, request, spans)
        persons = limit_counts.PersonLoads(facts, request, spans)
        refused = sorted(persons.refused_starts())
        allowed = _RangeSet(start_ranges.without([(0, 2**40)], refused))
        length = request.event_type.duration
        free_ranges = FreeRanges(
            facts,
            request.event_type,
            spans,
            exclusion=request.exclusion,
            now=request.now,
        )
        fits = cache(lambda hosts: _RangeSet(free_ranges.starts(hosts)))
        found = {}
        for first, later in series.items():
            if not all(each.takes_all((first, *later), length) for each in counts):
                continue
            if not (
                persons.takes_all((first, *later)) and all(s in allowed for s in later)
            ):
                continue
            hosts = [
                h
                for h in candidates[first]
                if all(s in fits(h) for s in later)
                and free_ranges.loads.takes_all(h, (first, *later))
            ]
            if hosts:
                found[first] = hosts
        return found

    def _begun(self, candidates: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
        """The starts with which the rule may begin, each with the later ones.

        Without those whose dates would stand in each other's way.
        """
        need = start_ranges.slot_lengths(self._request.event_type)
        claim = need.before + need.meeting + need.after
        for first in candidates:
            every = self._starts(first)
            if every and all(b - a >= claim for a, b in pairwise(sorted(every))):
                yield first, every[1:]

    def _starts(self, first: int) -> list[int]:
        try:
            found = self._series(times.instant(first))
        except BadInput as error:  # too many dates from here on: fewer from later on
            self._too_long = self._too_long or error
            return []
        self._fits = self._fits or bool(found)
        self._tried += len(found)
        if self._tried > MOST_DATES:
            raise BadInput(
                f"that takes too long: the series tried have over {MOST_DATES:,} dates",
                hint="look at fewer days, or at fewer starts with count",
                command_hint="look at fewer days, or at fewer starts with --limit",
                field="recurring",
                most=MOST_DATES,
            )
        return [times.epoch(start) for start in found]

    def _series(self, first: datetime) -> tuple[datetime, ...]:
        request = self._request
        if self._rule is None:
            return (first, *request.other_starts(first))
        return series_starts(request.event_type, self._rule, first, request.timezone)


class _RangeSet:
    """Ranges of starts, asked for membership."""

    def __init__(self, ranges: Sequence[Range]) -> None:
        self._begins = [begin for begin, _ in ranges]
        self._ends = [end for _, end in ranges]

    def __contains__(self, start: int) -> bool:
        n = bisect_right(self._begins, start) - 1
        return n >= 0 and start < self._ends[n]
