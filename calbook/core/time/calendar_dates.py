"""Dates by the calendar: what is not every so many days is left to dateutil."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from dateutil import rrule

from calbook.core.time import times

_FREQUENCIES: dict[str, Literal[0, 1]] = {
    "MONTHLY": rrule.MONTHLY,
    "YEARLY": rrule.YEARLY,
}


def dates(
    frequency: str,
    interval: int,
    weekdays: Iterable[tuple[int, int | None]],
    *,
    first: date,
    last: date,
) -> Iterator[date]:
    """The dates of a rule up to a last one, included; Monday is weekday 0."""
    found = rrule.rrule(
        _FREQUENCIES[frequency],
        dtstart=times.midnight(first),
        interval=interval,
        until=times.midnight(last),
        # An empty list would stand for every day.
        byweekday=[rrule.weekday(day, nth) for day, nth in weekdays] or None,
    )
    return (midnight.date() for midnight in found)
