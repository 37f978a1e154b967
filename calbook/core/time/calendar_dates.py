"""Dates by the calendar: what is not every so many days is left to dateutil."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Literal

from dateutil import rrule

_FREQUENCIES: dict[str, Literal[0, 1, 2, 3]] = {
    "DAILY": rrule.DAILY,
    "WEEKLY": rrule.WEEKLY,
    "MONTHLY": rrule.MONTHLY,
    "YEARLY": rrule.YEARLY,
}


def wall_times(
    frequency: str,
    interval: int,
    weekdays: Iterable[tuple[int, int | None]],
    *,
    first: datetime,
    last: date,
) -> Iterator[datetime]:
    """The wall times of a rule up to a last date, included; Monday is weekday 0."""
    return iter(
        rrule.rrule(
            _FREQUENCIES[frequency],
            dtstart=first,
            interval=interval,
            until=datetime.combine(last, first.time()),
            # An empty list would stand for every day.
            byweekday=[rrule.weekday(day, nth) for day, nth in weekdays] or None,
        )
    )
