"""A schedule's open time: weekly windows and overrides as stretches of instants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from calbook.core import times
from calbook.core.model import DAY, Hours, Schedule, Span


def stretches(schedule: Schedule, first: date, last: date) -> tuple[Span, ...]:
    """Open time that touches the local dates `first` to `last`, both included.

    In order and disjoint: windows that touch or overlap are one stretch, across
    midnight too. The stretches at the edges are not cut to the dates.
    """
    # Two dates: a window reaches the date after next where the clocks skip its end.
    begun = _dates(first - 2 * DAY, last)
    windows = (window for day in begun for window in _windows(schedule, day))
    closed = tuple(_closed(schedule, _dates(first - 2 * DAY, last + 2 * DAY)))
    opened = merged(piece for window in windows for piece in without(window, closed))
    start = times.day_start(first, schedule.timezone)
    return tuple(stretch for stretch in opened if stretch.end > start)


def around(schedule: Schedule, meeting: Span) -> tuple[Span, ...]:
    """The open time of every local date that a meeting touches, and its neighbours."""
    first = times.local_date(meeting.start, schedule.timezone)
    last = times.local_date(meeting.end, schedule.timezone)
    return stretches(schedule, first - DAY, last + DAY)


def hours_on(schedule: Schedule, day: date) -> tuple[Hours, ...]:
    """The windows that begin on a local date."""
    override = schedule.overrides.get(day)
    return schedule.weekly[day.weekday()] if override is None else override.hours


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + n * DAY for n in range((last - first).days + 1))


def _windows(schedule: Schedule, day: date) -> Iterator[Span]:
    if times.is_skipped(day, schedule.timezone):
        return
    start = times.midnight(day)
    for hours in hours_on(schedule, day):
        span = Span(
            times.settled(start + hours.start, schedule.timezone),
            times.settled(start + hours.end, schedule.timezone),
        )
        if span.start < span.end:
            yield span


def _closed(schedule: Schedule, days: Iterable[date]) -> Iterator[Span]:
    """The whole of each closed date, so that a night shift does not run into it."""
    for day in days:
        override = schedule.overrides.get(day)
        if override is not None and not override.hours:
            yield Span(
                times.day_start(day, schedule.timezone),
                times.day_start(day + DAY, schedule.timezone),
            )


def without(window: Span, cuts: Iterable[Span]) -> Iterator[Span]:
    """What is left of a window when the cuts (in order, disjoint) are taken out."""
    start = window.start
    for cut in cuts:
        if cut.start >= window.end or cut.end <= start:
            continue
        if start < cut.start:
            yield Span(start, cut.start)
        start = cut.end
    if start < window.end:
        yield Span(start, window.end)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as spans in order that neither overlap nor touch."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return tuple(result)


def midnights(stretch: Span, timezone: str) -> Iterator[datetime]:
    """The local midnights strictly inside a stretch."""
    day = times.local_date(stretch.start, timezone) + DAY
    while (start := times.day_start(day, timezone)) < stretch.end:
        if start > stretch.start:
            yield start
        day += DAY
