"""Which starts the booking rules allow, listed along a schedule's open time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from calbook.core import hours
from calbook.core.model import Span


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
