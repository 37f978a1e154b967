"""Which starts the booking rules allow: a sweep over integers, not date-times.

Instants are seconds since 1970 and ranges of them half-open, all in order. What
refuses a start is a range of starts too, so rules are cut out one after another, and
the grid is laid over what is left.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import reduce
from itertools import chain, pairwise
from operator import itemgetter

from calbook.core.catalog import EventType
from calbook.core.model import SECOND, Span
from calbook.core.time import open_hours, times
from calbook.core.typing_names import NamedTuple

Range = tuple[int, int]


class GridPiece(NamedTuple):
    """Open time along which the grid steps without beginning anew."""

    start: int
    end: int


class SlotLengths(NamedTuple):
    """What a start needs around it, and how far the next one is, in seconds."""

    meeting: int
    before: int
    after: int
    step: int


def slot_lengths(event_type: EventType) -> SlotLengths:
    return SlotLengths(
        meeting=_seconds(event_type.duration),
        before=_seconds(event_type.buffer_before),
        after=_seconds(event_type.buffer_after),
        step=_seconds(event_type.step),
    )


def _seconds(length: timedelta) -> int:
    return length // SECOND


def to_ranges(spans: Iterable[Span]) -> list[Range]:
    return [(times.epoch(span.start), times.epoch(span.end)) for span in spans]


def grid_pieces(
    open_time: Iterable[Span], timezone: str, nights: Sequence[Span] = ()
) -> list[GridPiece]:
    """The grid begins anew at each stretch's start and at local midnights inside.

    Where one of the `nights`, windows that run across midnight, goes on, at its end.
    """
    found = []
    for stretch in open_time:
        edges = (
            stretch.start,
            *_new_beginnings(stretch, timezone, nights),
            stretch.end,
        )
        found += [
            GridPiece(times.epoch(begin), times.epoch(end))
            for begin, end in pairwise(edges)
        ]
    return found


def _new_beginnings(
    stretch: Span, timezone: str, nights: Sequence[Span]
) -> Iterator[datetime]:
    for midnight in open_hours.midnights_within(stretch, timezone):
        ends = (night.end for night in nights if night.start < midnight < night.end)
        begin = max(ends, default=midnight)
        if begin < stretch.end:
            yield begin


def starts_within(open_time: Iterable[Range], need: SlotLengths) -> list[Range]:
    """The starts whose meeting lies inside a stretch; buffers may stand out of it."""
    return [
        (start, end - need.meeting + 1)
        for start, end in open_time
        if end - start >= need.meeting
    ]


def free_starts(
    starts: Iterable[Range], taken: Sequence[Range], need: SlotLengths
) -> list[Range]:
    """The starts whose claim, buffers included, overlaps no taken time.

    `taken` is in order of start; its ranges may overlap each other.
    """
    before, behind = need.before, need.meeting + need.after - 1
    left: list[Range] = []
    seen, passed = 0, -_EVER  # a long one may outlast those after it
    for begin, end in starts:
        first = bisect_left(taken, (begin + behind,))
        if seen < first:
            passed = max(passed, max(map(_end, taken[seen:first])))
        begin = max(begin, passed + before)
        seen = bisect_left(taken, (end + behind,), lo=max(seen, first))
        for start, over in taken[first:seen]:
            if begin < start - behind:
                left.append((begin, start - behind))
            if over > passed:
                passed = over
                if over + before > begin:
                    begin = over + before
        if begin < end:
            left.append((begin, end))
    return left


_EVER = 2**40
_end = itemgetter(1)


def without(ranges: Iterable[Range], cuts: Sequence[Range]) -> list[Range]:
    """What lies in none of the cuts, which are in order and may overlap each other."""
    if not cuts:
        return [*ranges]
    return free_starts(ranges, cuts, SlotLengths(meeting=1, before=0, after=0, step=1))


def intersect(one: Sequence[Range], other: Sequence[Range]) -> list[Range]:
    """What lies in both."""
    found = []
    n = m = 0
    while n < len(one) and m < len(other):
        (begin, end), (start, over) = one[n], other[m]
        first = begin if begin > start else start  # max and min take twice as long
        behind = end if end < over else over
        if first < behind:
            found.append((first, behind))
        if end < over:
            n += 1
        else:
            m += 1
    return found


def clip(ranges: Sequence[Range], begin: int, end: int) -> list[Range]:
    """What lies between two times."""
    first = bisect_right(ranges, begin, key=itemgetter(1))
    behind = bisect_left(ranges, end, lo=first, key=itemgetter(0))
    return intersect(ranges[first:behind], [(begin, end)])


def keep_within(starts: Sequence[int], ranges: Iterable[Range]) -> list[int]:
    """Those of some starts, in order, that lie in ranges apart."""
    found: list[int] = []
    first = 0
    for begin, end in ranges:
        first = bisect_left(starts, begin, lo=first)
        behind = bisect_left(starts, end, lo=first)
        found += starts[first:behind]
        first = behind
    return found


def at_least(count: int, each: Sequence[Sequence[Range]]) -> list[Range]:
    """What lies in so many of several lists, each of which has ranges apart."""
    if count == len(each):
        first, *others = each
        return reduce(intersect, others, [*first])
    steps: dict[int, int] = {}
    for begin, end in chain(*each):
        steps[begin] = steps.get(begin, 0) + 1
        steps[end] = steps.get(end, 0) - 1
    found: list[Range] = []
    number, since = 0, None
    for at in sorted(steps):
        number += steps[at]
        if since is None and number >= count:
            since = at
        elif since is not None and number < count:
            found.append((since, at))
            since = None
    return found


def starts_on_grid(
    grid: Iterable[GridPiece], step: int, starts: Sequence[Range]
) -> list[int]:
    """The starts of the grid that lie in the ranges."""
    found: list[int] = []
    first = 0
    for start, over in grid:
        while first < len(starts) and starts[first][1] <= start:
            first += 1
        behind = bisect_left(starts, (over,), lo=first)
        for begin, end in starts[first:behind]:
            steps = -((start - begin) // step) if begin > start else 0  # rounded up
            found += range(start + steps * step, end if end < over else over, step)
    return found
