"""Figures of what was booked, counted by the file itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from calbook.core import checks
from calbook.core.model import DAY
from calbook.core.time import times
from calbook.services.bookings import filters
from calbook.store.statistics import GROUPS, StatisticsReader, Week
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.context import Context


_HOUR, _MINUTE = 3600, 60


def read_statistics(context: Context, wanted: Mapping[str, Any], *, by: Any) -> Json:
    """The total and, by what is asked, its groups."""
    chosen_by = None if by is None else checks.choice(by, "by", tuple(GROUPS))
    now = times.epoch(context.clock())
    with context.store.read(StatisticsReader) as counting:
        chosen = filters.read_filters(counting, wanted, now=now)
        zone = filters.days_timezone(
            counting, wanted.get("timezone"), host_id=filters.whose_time(chosen)
        )
        total = counting.figures(None, chosen, now=now)
        groups = _groups(counting, chosen_by, chosen, now=now, timezone=zone)
    return {
        "by": chosen_by,
        "timezone": zone,
        "total": _figures(*total),
        "groups": [_figures(row) for row in groups],
    }


def _groups(
    counting: StatisticsReader,
    by: str | None,
    chosen: Mapping[str, Any],
    *,
    now: int,
    timezone: str,
) -> list[Row]:
    if by != "week":
        return counting.figures(by, chosen, now=now) if by else []
    weeks = tuple(_weeks(counting, chosen, timezone))
    others = {key: chosen[key] for key in chosen if key not in ("since", "until")}
    return counting.figures(by, others, now=now, weeks=weeks)


def _weeks(
    counting: StatisticsReader, chosen: Mapping[str, Any], timezone: str
) -> Iterator[Week]:
    """The ISO weeks of a zone in which something starts, found one by one."""
    until = chosen.get("until")
    start = counting.next_start(chosen.get("since"))
    while start is not None and (until is None or start < until):
        week = _week(start, timezone)
        end = week.end if until is None else min(week.end, until)
        yield week._replace(start=start, end=end)
        start = counting.next_start(end)


def _week(at: int, timezone: str) -> Week:
    day = times.local_date(times.instant(at), timezone)
    monday = day - day.weekday() * DAY
    year, number, _ = day.isocalendar()
    edges = (times.day_start(d, timezone) for d in (monday, monday + 7 * DAY))
    name = f"{year}-W{number:02}"
    return Week(name, monday.isoformat(), *map(times.epoch, edges))


def _figures(row: Row | None = None) -> Json:
    """Of nothing too: all is 0, and what would be divided by it is unknown."""
    count = dict(row) if row is not None else {}
    told = {key: count.get(key, 0) for key in _COUNTED}
    past = told["completed"] + told["no_show"]
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
    }


_COUNTED = (
    *("bookings", "occurrences", "pending", "confirmed"),
    *("completed", "no_show", "cancelled"),
)


def _rate(number: int, of: int) -> float | None:
    return round(number / of, 4) if of else None


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / _MINUTE, 1)
