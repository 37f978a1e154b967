"""A schedule's open time: weekly windows and overrides as stretches of instants."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import reduce

from calbook.core.catalog import Hours, Schedule
from calbook.core.model import DAY, Span
from calbook.core.time import times


def open_stretches(schedule: Schedule, first: date, last: date) -> tuple[Span, ...]:
    """Open time that touches the local dates `first` to `last`, both included.

    In order and disjoint: windows that touch or overlap are one stretch, across
    midnight too. The stretches at the edges are not cut to the dates.
    """
    # Two dates: a window reaches the date after next where the clocks skip its end.
    opened = _open_stretches(
        schedule,
        _dates(first - 2 * DAY, last),
        _dates(first - 2 * DAY, last + 2 * DAY),
    )
    start = times.day_start(first, schedule.timezone)
    return tuple(stretch for stretch in opened if stretch.end > start)


# A meeting's own local dates lie within this of it, the clocks changing or not.
_NEAR = DAY + timedelta(hours=2)


Opened = dict[tuple[str, date, date], tuple[Span, ...]]


def open_stretches_near(
    schedule: Schedule, meetings: Sequence[Span], known: Opened | None = None
) -> tuple[tuple[Span, ...], ...]:
    """For each meeting the open time near it: that of its local dates and some more.

    Cut alike for each, so that none depends on the others; yet each date is looked at
    once, however many meetings are near it. `known` is what was found before for
    single meetings on the same dates, of schedules that have not changed.
    """
    regions = [Span(m.start - _NEAR, m.end + _NEAR) for m in meetings]
    if len(regions) == 1 and known is not None:
        key = schedule.id, *_local_dates(schedule, regions[0])
        if (opened := known.get(key)) is None:
            opened = known[key] = _open_on_dates(schedule, regions)
    else:
        opened = _open_on_dates(schedule, merge_spans(regions))
    starts = [stretch.start for stretch in opened]
    ends = [stretch.end for stretch in opened]
    return tuple(
        _cut(opened[bisect_right(ends, r.start) : bisect_left(starts, r.end)], r)
        for r in regions
    )


def _local_dates(schedule: Schedule, span: Span) -> tuple[date, date]:
    first, last = (times.local_date(moment, schedule.timezone) for moment in span)
    return first, last


def _open_on_dates(schedule: Schedule, regions: Iterable[Span]) -> tuple[Span, ...]:
    found: dict[date, None] = {}
    for region in regions:
        first, last = _local_dates(schedule, region)
        # Two dates: a window reaches the date after next where the clocks skip its end.
        found |= dict.fromkeys(_dates(first - 2 * DAY, last))
    return _open_stretches(schedule, found, found)


def are_open(schedule: Schedule, meetings: Sequence[Span]) -> bool:
    """Whether each meeting lies in open time; most need but a look at their date."""
    others = [
        m
        for m, is_open in zip(
            meetings, _lie_in_windows(schedule, meetings), strict=True
        )
        if not is_open
    ]
    near = open_stretches_near(schedule, others) if others else ()
    return all(
        any(stretch.covers(meeting) for stretch in stretches)
        for meeting, stretches in zip(others, near, strict=True)
    )


def _lie_in_windows(schedule: Schedule, meetings: Iterable[Span]) -> Iterator[bool]:
    """Whether each lies in a window of a local date that has one offset all day."""
    local = times.zone(schedule.timezone)
    known: dict[tuple[object, ...], bool] = {}
    for start, end in meetings:
        day = start.astimezone(local).date()
        midnight, next_midnight = times.day_bounds(day, schedule.timezone)
        if next_midnight - midnight != DAY:
            yield False
            continue
        which = day if day in schedule.overrides else day.weekday()
        since, length = start - midnight, end - start
        key = which, since, length
        if key not in known:
            known[key] = any(
                hours.start <= since and since + length <= min(hours.end, DAY)
                for hours in hours_on(schedule, day)
            )
        yield known[key]


def _cut(stretches: Iterable[Span], region: Span) -> tuple[Span, ...]:
    return tuple(
        s
        if region.covers(s)
        else Span(max(s.start, region.start), min(s.end, region.end))
        for s in stretches
    )


def _open_stretches(
    schedule: Schedule, begun: Iterable[date], near: Iterable[date]
) -> tuple[Span, ...]:
    """The windows that begin on some dates, without what of `near` is closed."""
    windows = (window for day in begun for window in _windows(schedule, day))
    closed = tuple(_closed_stretches(schedule, near))
    if not closed:
        return merge_spans(windows)
    return merge_spans(
        piece for window in windows for piece in subtract_spans(window, closed)
    )


def windows_across_midnight(schedule: Schedule, first: date, last: date) -> list[Span]:
    """Those that begin on the local dates `first` to `last`, both included."""
    return [
        window
        for day in _dates(first, last)
        if any(hours.end > DAY for hours in hours_on(schedule, day))
        for window in _windows(schedule, day)
        if window.end > times.day_start(day + DAY, schedule.timezone)
    ]


def hours_on(schedule: Schedule, day: date) -> tuple[Hours, ...]:
    """The windows that begin on a local date."""
    override = schedule.overrides.get(day)
    return schedule.weekly[day.weekday()] if override is None else override.hours


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + n * DAY for n in range((last - first).days + 1))


def _windows(schedule: Schedule, day: date) -> Iterator[Span]:
    """The windows that begin on a date; none on one that the zone left out."""
    start, end = times.day_bounds(day, schedule.timezone)
    if start >= end:
        return
    # No zone has changed its clocks twice in a day: else the offset is one all day.
    is_plain = end - start == DAY
    midnight = times.midnight(day)
    for hours in hours_on(schedule, day):
        if is_plain and hours.end <= DAY:
            yield Span(start + hours.start, start + hours.end)
            continue
        span = Span(
            times.instant_of_wall(midnight + hours.start, schedule.timezone),
            times.instant_of_wall(midnight + hours.end, schedule.timezone),
        )
        if span.start < span.end:
            yield span


def _closed_stretches(schedule: Schedule, days: Iterable[date]) -> Iterator[Span]:
    """The whole of each closed date, so that a night shift does not run into it."""
    for day in days:
        override = schedule.overrides.get(day)
        if override is not None and not override.hours:
            yield Span(
                times.day_start(day, schedule.timezone),
                times.day_start(day + DAY, schedule.timezone),
            )


def subtract_spans(window: Span, cuts: Iterable[Span]) -> Iterator[Span]:
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


def intersect_stretches(open_time: Iterable[Iterable[Span]]) -> tuple[Span, ...]:
    """What lies in all of several schedules' open time."""

    first, *others = map(tuple, open_time)
    return reduce(_intersect, others, first)


def _intersect(one: tuple[Span, ...], other: tuple[Span, ...]) -> tuple[Span, ...]:
    """Of stretches in order and disjoint."""
    found = []
    n = m = 0
    while n < len(one) and m < len(other):
        if one[n].overlaps(other[m]):
            start = max(one[n].start, other[m].start)
            found.append(Span(start, min(one[n].end, other[m].end)))
        if one[n].end < other[m].end:
            n += 1
        else:
            m += 1
    return tuple(found)


def merge_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as spans in order that neither overlap nor touch."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return tuple(result)


def midnights_within(stretch: Span, timezone: str) -> Iterator[datetime]:
    """The local midnights strictly inside a stretch."""
    day = times.local_date(stretch.start, timezone) + DAY
    while (start := times.day_start(day, timezone)) < stretch.end:
        if start > stretch.start:
            yield start
        day += DAY
