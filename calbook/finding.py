"""Free starts, listed by integer sweeps; by the rules that booking asks one by one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from calbook import wishes
from calbook.core import assignment, slots, times
from calbook.core.assignment import AVAILABILITY_FIRST, Hosts, Turn
from calbook.core.errors import BadInput
from calbook.core.model import DAY, SECOND, Booking, Span
from calbook.core.slots import Range
from calbook.openings import Openings
from calbook.store.facts import Facts
from calbook.wishes import Wish

if TYPE_CHECKING:
    from calbook.core.recurrence import Recurrence


class Found(NamedTuple):
    """A start that can be booked, who would take it, and the seats that are left.

    In seconds since 1970, as all starts here: there may be thousands.
    """

    start: int
    host_id: str
    seats_left: int | None


Candidates = Mapping[int, Sequence[Hosts]]  # starts, each with those who are free

_STRIDE = 31 * DAY  # looked at together: whoever wants a few starts reads no year


def free(
    facts: Facts, wish: Wish, wanted: Span, rule: Recurrence | None = None
) -> Iterator[Found]:
    """Each start on the grid within a span that may be booked, in order.

    With a rule, those at which all of the series may be. A group that has a seat left
    is listed at whatever time it starts.
    """
    rota, seats = _Rota(facts, wish), wish.event_type.seats
    series = None if rule is None else _Series(facts, wish, rule)
    stride = _STRIDE if rule is None else DAY
    for span in _strides(_bounded(wish, wanted), stride):
        candidates = _candidates(facts, wish, span)
        if series is not None:
            candidates = series.throughout(candidates)
        groups = _groups(facts, wish, span, rule)
        for start in sorted({*candidates, *groups}):
            if (group := groups.get(start)) is not None:
                assert seats is not None
                left = seats - len(group.attendees)
                yield Found(start, group.host_ids[0], left)
            else:
                yield Found(start, rota.next(start, candidates[start]), seats)
    if series is not None:
        series.check()


def _bounded(wish: Wish, wanted: Span) -> Span:
    """As near as notice lets a start be, and not much further than advance does."""
    earliest = wish.now + max(SECOND, wish.event_type.minimum_notice)
    latest, ahead = wanted.end, wish.event_type.maximum_advance
    if ahead is not None:
        latest = min(latest, wish.now + (ahead + 2) * DAY)
    return Span(max(wanted.start, earliest), latest)


def _strides(span: Span, stride: timedelta) -> Iterator[Span]:
    start = span.start
    while start < span.end:
        yield Span(start, min(start + stride, span.end))
        start += stride


def _groups(
    facts: Facts, wish: Wish, span: Span, rule: Recurrence | None
) -> Mapping[int, Booking]:
    """Under their starts, the groups in which somebody finds a seat."""
    if wish.event_type.seats is None:
        return {}
    from calbook import joining  # slow to import

    rooms = joining.rooms(facts, wish, span, rule)
    return {times.epoch(start): group for start, group in rooms.items()}


def _candidates(facts: Facts, wish: Wish, span: Span) -> Candidates:
    """The starts on any host's grid, with the hosts who may be booked at each."""
    event_type = wish.event_type
    if not event_type.active:
        return {}
    openings = Openings(facts, event_type, [span], aside=wish.aside, now=wish.now)
    alternatives = assignment.alternatives(event_type, wish.host_id)
    grids = {tuple(openings.grid(hosts)) for hosts in alternatives}
    step = slots.lengths(event_type).step
    found: dict[int, list[Hosts]] = {}
    for hosts in alternatives:
        ranges = slots.common(slots.ranges([span]), openings.starts(hosts))
        for start in {n for grid in grids for n in slots.on_grid(grid, step, ranges)}:
            found.setdefault(start, []).append(hosts)
    return _on_allowed_dates(facts, wish, found)


def _on_allowed_dates(facts: Facts, wish: Wish, found: Candidates) -> Candidates:
    """Those on local dates that advance lets be booked and that are not full."""
    ahead, most = wish.event_type.maximum_advance, wish.event_type.slots_per_day
    if ahead is None and most is None:
        return found
    dates = {start: _date(start, wish.timezone) for start in found}
    today = times.local_date(wish.now, wish.timezone)
    full = _full_dates(facts, wish, dates.values())
    return {
        start: found[start]
        for start, day in dates.items()
        if day not in full and (ahead is None or (day - today).days <= ahead)
    }


def _full_dates(facts: Facts, wish: Wish, dates: Iterable[date]) -> frozenset[date]:
    """The local dates that have all the bookings they may."""
    most = wish.event_type.slots_per_day
    if most is None:
        return frozenset()
    distinct = tuple(dict.fromkeys(dates))
    days = [wishes.local_day(day, wish.timezone) for day in distinct]
    counts = facts.counts(wish.event_type.id, days, aside=wish.aside, now=wish.now)
    return frozenset(day for day, n in zip(distinct, counts, strict=True) if n >= most)


def _date(start: int, timezone: str) -> date:
    return times.local_date(times.instant(start), timezone)


class _Rota:
    """Whose turn a start would be: the file is asked once for each host (and day)."""

    def __init__(self, facts: Facts, wish: Wish) -> None:
        self._event_type = wish.event_type
        self._timezone = wish.timezone

        @cache
        def turn(hosts: Hosts, day: date | None) -> Turn:
            from calbook import planning  # slow to import

            at = wish.now if day is None else times.day_start(day, wish.timezone)
            return planning.turn(facts, wish, hosts, at)

        self._turn = turn

    def next(self, start: int, free: Sequence[Hosts]) -> str:
        if len(free) == 1:
            return free[0][0]
        counts = self._event_type.round_robin == AVAILABILITY_FIRST
        day = _date(start, self._timezone) if counts else None
        turns = [self._turn(hosts, day) for hosts in free]
        return assignment.next_turn(self._event_type, turns).assignment.host_id


MOST_DATES = 250_000  # of all the series that are tried for one listing


class _Series:
    """Series that begin at one start after the other, until one has to stop."""

    def __init__(self, facts: Facts, wish: Wish, rule: Recurrence) -> None:
        self._facts = facts
        self._wish = wish
        self._rule = rule
        self._tried = 0
        self._fits = False
        self._too_long: BadInput | None = None

    def check(self) -> None:
        """Raise what kept every series from being tried."""
        if self._too_long is not None and not self._fits:
            raise self._too_long

    def throughout(self, candidates: Candidates) -> Candidates:
        """Those at which a whole series fits, with the hosts free on all dates.

        Of the dates after the first hours, overlap and the day's limit are asked.
        """
        facts, wish = self._facts, self._wish
        series = dict(self._begun(candidates))
        every = {start for later in series.values() for start in later}
        dates = {start: _date(start, wish.timezone) for start in every}
        full = _full_dates(facts, wish, dates.values())
        spans = [Span(at, at) for at in map(times.instant, every)]
        openings = Openings(
            facts, wish.event_type, spans, aside=wish.aside, now=wish.now
        )
        fits = cache(lambda hosts: _Ranges(openings.starts(hosts)))
        found = {}
        for first, later in series.items():
            if any(dates[start] in full for start in later):
                continue
            hosts = [h for h in candidates[first] if all(s in fits(h) for s in later)]
            if hosts:
                found[first] = hosts
        return found

    def _begun(self, candidates: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
        """The starts with which the rule may begin, each with the later ones.

        Without those whose dates would stand in each other's way.
        """
        need = slots.lengths(self._wish.event_type)
        claim = need.before + need.meeting + need.after
        for first in candidates:
            every = self._starts(first)
            if every and all(b - a >= claim for a, b in pairwise(sorted(every))):
                yield first, every[1:]

    def _starts(self, first: int) -> list[int]:
        event_type, timezone = self._wish.event_type, self._wish.timezone
        try:
            found = wishes.starts(
                event_type, self._rule, times.instant(first), timezone
            )
        except BadInput as error:  # too many dates from here on: fewer from later on
            self._too_long = self._too_long or error
            return []
        self._fits = self._fits or bool(found)
        self._tried += len(found)
        if self._tried > MOST_DATES:
            raise BadInput(
                f"that takes too long: the series tried have over {MOST_DATES:,} dates",
                hint="look at fewer days, or at fewer starts with --limit",
                field="recurring",
                most=MOST_DATES,
            )
        return [times.epoch(start) for start in found]


class _Ranges:
    """Ranges of starts, asked for membership."""

    def __init__(self, ranges: Sequence[Range]) -> None:
        self._begins = [begin for begin, _ in ranges]
        self._ends = [end for _, end in ranges]

    def __contains__(self, start: int) -> bool:
        n = bisect_right(self._begins, start) - 1
        return n >= 0 and start < self._ends[n]
