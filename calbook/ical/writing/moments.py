"""When something is, as a file says it: on the wall of a zone, or in UTC.

A feed has thousands of times on few days. That a zone's clocks do not change around
one of these is found out once, and so all times of that day are read with one offset.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from calbook.core.model import DAY, Span
from calbook.core.time import times
from calbook.ical.writing import values

# A clock that changes shows something twice, or never, for a day at most; and no two
# changes since 1968 are less than a week apart.
_AROUND = (-2 * DAY, 0 * DAY, DAY, 3 * DAY)


def is_plain(span: Span, zone: str) -> bool:
    """Whether the wall shows start and end once only, so that nobody misreads them."""
    return None not in _plain_walls(span, zone)


def _plain_walls(span: Span, zone: str) -> list[datetime | None]:
    """What the wall shows at start and end, where it shows that once only."""
    known, walls = times.zone(zone), []
    for instant in span:
        offset = _steady_offset(known, instant.toordinal())
        walls.append(_plain_wall(instant, zone) if offset is None else instant + offset)
    return walls


def _plain_wall(instant: datetime, zone: str) -> datetime | None:
    wall = times.wall_time(instant, zone)
    return wall if len(times.possible_instants(wall, zone)) == 1 else None


def write_span(
    span: Span, zone: str, *, zones: Collection[str]
) -> tuple[tuple[str, str], tuple[str, str]]:
    """Both values with their parameters, in a zone that the file describes if plain.

    icalendar would take several zones (Africa/Abidjan) for UTC.
    """
    start, end = _plain_walls(span, zone) if zone in zones else (None, None)
    if start is None or end is None:
        return (values.utc(span.start), ""), (values.utc(span.end), "")
    parameter = f";TZID={zone}"
    return (values.wall(start), parameter), (values.wall(end), parameter)


def write_rule_time(
    wall: datetime, zone: str, *, zones: Collection[str]
) -> tuple[str, str]:
    """A wall time of a rule, even one that the clocks skip or repeat."""
    if zone not in zones:
        return values.utc(times.instant_of_wall(wall, zone)), ""
    return values.wall(wall), f";TZID={zone}"


@lru_cache(maxsize=8192)
def _steady_offset(zone: ZoneInfo, day: int) -> timedelta | None:
    """That of a day in UTC, by its ordinal, if it is the same days before and after."""
    start = datetime.fromordinal(day).replace(tzinfo=UTC)
    found = {(start + by).astimezone(zone).utcoffset() for by in _AROUND}
    return found.pop() if len(found) == 1 else None
