"""Figures of what was booked, counted by the file itself."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core import checks
from calbook.core.model import DAY
from calbook.core.time import times
from calbook.services.bookings import filters
from calbook.store.statistics import (
    GROUPS,
    PERIODS,
    Figures,
    Period,
    StatisticsReader,
)
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.store.context import Context


_HOUR, _MINUTE = 3600, 60


class _Days(NamedTuple):
    """The half-open time that is counted, in epoch seconds, and the zone of its days.

    None where it has no bound.
    """

    since: int | None
    until: int | None
    timezone: str


def read_statistics(context: Context, wanted: Mapping[str, Any], *, by: Any) -> Json:
    """The total and, by what is asked, its groups; else of a year on each side."""
    chosen_by = None if by is None else checks.choice(by, "by", tuple(GROUPS))
    now = times.epoch(context.clock())
    with context.store.read(StatisticsReader) as counting:
        chosen = filters.read_filters(counting, wanted, now=now)
        zone = filters.days_timezone(
            counting, wanted.get("timezone"), host_id=filters.whose_time(chosen)
        )
        if chosen.keys().isdisjoint(("since", "until")):
            chosen |= _years_around(context, zone)
        days = _Days(chosen.get("since"), chosen.get("until"), zone)
        total, groups = _count(counting, chosen_by, chosen, now=now, days=days)
    return {
        "by": chosen_by,
        "timezone": zone,
        "total": _figures(total, days),
        "groups": [_figures(row, days) for row in groups],
    }


def _years_around(context: Context, timezone: str) -> dict[str, int]:
    """From today a year ago to today in a year, both included."""
    today = times.local_date(context.clock(), timezone)
    first, last = (_in_years(today, number) for number in (-1, 1))
    edges = {"since": first, "until": last + DAY}
    return {
        side: times.epoch(times.day_start(day, timezone)) for side, day in edges.items()
    }


def _in_years(day: date, number: int) -> date:
    year = day.year + number
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def _count(
    counting: StatisticsReader,
    by: str | None,
    chosen: Mapping[str, Any],
    *,
    now: int,
    days: _Days,
) -> tuple[Figures, list[Figures]]:
    if by not in PERIODS:
        return counting.figures_of_all(by, chosen, now=now)
    periods = tuple(_periods(counting, by, days))
    others = {key: chosen[key] for key in chosen if key not in ("since", "until")}
    return counting.figures_by_period(others, periods, now=now)


def _periods(counting: StatisticsReader, by: str, days: _Days) -> Iterator[Period]:
    """The weeks or months of a zone in which something starts, found one by one."""
    since, until, timezone = days
    start = counting.next_start(since)
    while start is not None and (until is None or start < until):
        period = _period(by, start, timezone)
        first = period.start if since is None else max(period.start, since)
        end = period.end if until is None else min(period.end, until)
        yield period._replace(start=first, end=end)
        start = counting.next_start(end)


def _period(by: str, at: int, timezone: str) -> Period:
    """The ISO week, or the month, of a moment."""
    day = times.local_date(times.instant(at), timezone)
    if by == "week":
        first = day - day.weekday() * DAY
        after = first + 7 * DAY
        year, number, _ = day.isocalendar()
        name = f"{year}-W{number:02}"
    else:
        first = day.replace(day=1)
        after = (first + 31 * DAY).replace(day=1)
        name = f"{first:%Y-%m}"
    edges = (times.day_start(edge, timezone) for edge in (first, after))
    return Period(name, first.isoformat(), *map(times.epoch, edges))


def _figures(count: Mapping[str, Any], days: _Days) -> Json:
    """Of nothing too: all is 0, and what would be divided by it is unknown."""
    told = {key: count.get(key, 0) for key in _COUNTED}
    past = told["completed"] + told["no_show"]
    since, until = count.get("since", days.since), count.get("until", days.until)
    return {
        "group": count.get("key"),
        "label": count.get("label"),
        "bookings": told["bookings"],
        "occurrences": told["occurrences"],
        "pending": told["pending"],
        "confirmed": told["confirmed"],
        "completed": told["completed"],
        "noShow": told["no_show"],
        "cancelled": told["cancelled"],
        "hours": round(count.get("seconds", 0) / _HOUR, 2),
        "noShowRate": _rate(told["no_show"], past),
        "cancellationRate": _rate(told["cancelled"], told["occurrences"]),
        "medianLeadTime": _minutes(count.get("median_lead")),
        "meanLeadTime": _minutes(count.get("mean_lead")),
        "startTime": _time_text(since, days.timezone),
        "endTime": _time_text(until, days.timezone),
    }


_COUNTED = (
    *("bookings", "occurrences", "pending", "confirmed"),
    *("completed", "no_show", "cancelled"),
)


def _time_text(at: int | None, timezone: str) -> str | None:
    return None if at is None else times.rfc3339(at, timezone)


def _rate(number: int, of: int) -> float | None:
    return round(number / of, 4) if of else None


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / _MINUTE, 1)
