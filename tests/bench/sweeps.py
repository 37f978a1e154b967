"""The integer sweep for free starts, against the obvious loop over date-times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from random import Random
from statistics import median
from time import process_time
from typing import NamedTuple

from calbook.core import start_ranges
from calbook.core.catalog import EventType, Hours, Schedule
from calbook.core.model import DAY, MINUTE, Span
from calbook.core.start_ranges import Range
from calbook.core.time import open_hours, times

from .books import ZONE
from .figures import Figure

_FIRST = date(2027, 1, 1)
_OFFICE = Hours(9 * 60 * MINUTE, 17 * 60 * MINUTE)
_WEEK = tuple((_OFFICE,) if day < 5 else () for day in range(7))
_SCHEDULE = Schedule("sched_office", "Office", ZONE, _WEEK, {})
_TYPE = EventType(
    "evt_demo",
    "demo",
    "Demo",
    duration=30 * MINUTE,
    buffer_before=5 * MINUTE,
    buffer_after=10 * MINUTE,
    slot_interval=15 * MINUTE,
)
_LENGTHS = (5, 10, 15, 30)  # minutes of a busy stretch
_RUNS = 9


class Case(NamedTuple):
    """So many hosts with so many busy stretches each, within so many days."""

    hosts: int
    days: int
    busy: int
    at_least: float


YEAR = Case(hosts=1, days=365, busy=10_000, at_least=500)
TEAM = Case(hosts=20, days=30, busy=1_000, at_least=60)


def figures() -> Iterator[Figure]:
    """A year of one host, and a month of a team."""
    yield figure(YEAR)
    yield figure(TEAM)


def figure(case: Case) -> Figure:
    """The loop's CPU time divided by the sweep's, for the same starts."""
    calendars = [busy(case, seed) for seed in range(case.hosts)]
    claims = [[_span(*stretch) for stretch in busy] for busy in calendars]
    last = _FIRST + (case.days - 1) * DAY

    def sweep() -> list[list[int]]:
        return swept(open_hours.open_stretches(_SCHEDULE, _FIRST, last), calendars)

    def loop() -> list[list[datetime]]:
        stretches = open_hours.open_stretches(_SCHEDULE, _FIRST, last)
        return [looped(stretches, busy) for busy in claims]

    found = [[times.epoch(start) for start in starts] for starts in loop()]
    assert sweep() == found
    name = f"{case.hosts} × {case.days} days × {case.busy:,} busy"
    return Figure(
        f"date-time loop / sweep, {name}",
        _time(loop, 1) / _time(sweep, _RUNS),
        at_least=case.at_least,
        unit="CPU time",
        how=("sweeps.looped and sweeps.swept, from schedule to starts",),
    )


def swept(
    stretches: Sequence[Span], calendars: Iterable[Sequence[Range]]
) -> list[list[int]]:
    """As `calbook.openings` does it: hours are worked out once, claims host by host."""
    need = start_ranges.slot_lengths(_TYPE)
    grid, open_time = (
        start_ranges.grid_pieces(stretches, ZONE),
        start_ranges.to_ranges(stretches),
    )
    starts = start_ranges.starts_within(open_time, need)
    return [
        start_ranges.starts_on_grid(
            grid, need.step, start_ranges.free_starts(starts, busy, need)
        )
        for busy in calendars
    ]


def looped(stretches: Iterable[Span], busy: Sequence[Span]) -> list[datetime]:
    """Slot by slot: is there any claim that overlaps?"""
    found = []
    for stretch in stretches:
        midnights = open_hours.midnights_within(stretch, ZONE)
        for begin, end in pairwise((stretch.start, *midnights, stretch.end)):
            start = begin
            while start < end and start + _TYPE.duration <= stretch.end:
                claim = _TYPE.claimed_span(Span(start, start + _TYPE.duration))
                if not any(claim.overlaps(other) for other in busy):
                    found.append(start)
                start += _TYPE.step
    return found


def busy(case: Case, seed: int) -> list[Range]:
    """Stretches all over the days; some overlap, as those of several calendars do."""
    random = Random(seed)
    first = times.epoch(times.day_start(_FIRST, ZONE))
    grid = case.days * DAY // (5 * MINUTE)
    begins = (first + random.randrange(grid) * 300 for _ in range(case.busy))
    return sorted((begin, begin + random.choice(_LENGTHS) * 60) for begin in begins)


def _span(start: int, end: int) -> Span:
    return Span(times.instant(start), times.instant(end))


def _time(work: Callable[[], object], runs: int) -> float:
    taken = []
    for _ in range(runs):
        began = process_time()
        work()
        taken.append(process_time() - began)
    return median(taken)
