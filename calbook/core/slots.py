"""Which starts the booking rules allow, listed along a schedule's open time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from calbook.core import hours
from calbook.core.model import EventType, Span


def grid(
    open_time: Iterable[Span], *, timezone: str, step: timedelta, duration: timedelta
) -> Iterator[datetime]:
    """The starts on the slot grid at which a meeting lies within its stretch.

    The grid begins anew at each stretch's start and at each local midnight in it,
    and steps in elapsed time.
    """
    for stretch in open_time:
        edges = (
            stretch.start,
            *hours.midnights(stretch, timezone),
            stretch.end,
        )
        for begin, end in pairwise(edges):
            start = begin
            while start < end and start + duration <= stretch.end:
                yield start
                start += step


def count_free(
    event_type: EventType,
    day: Span,
    open_time: Iterable[Iterable[Span]],
    taken: Iterable[Span],
    *,
    timezone: str,
) -> int:
    """How many starts of a day are on the grid, open by every schedule and free."""
    first, *others = [tuple(stretches) for stretches in open_time]
    claims = hours.merged(taken)
    return sum(
        all(any(s.covers(meeting) for s in stretches) for stretches in others)
        and not any(event_type.claim(meeting).overlaps(claim) for claim in claims)
        for meeting in _meetings(event_type, first, timezone)
        if day.start <= meeting.start < day.end
    )


def _meetings(
    event_type: EventType, open_time: Iterable[Span], timezone: str
) -> Iterator[Span]:
    starts = grid(
        open_time,
        timezone=timezone,
        step=event_type.grid,
        duration=event_type.duration,
    )
    return (Span(start, start + event_type.duration) for start in starts)
