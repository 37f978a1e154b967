"""What takes place on some days, with all that it takes to show them.

Light on purpose: an agenda imports no rules; only a week's open time needs them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook import wire
from calbook.core import times, when
from calbook.intake import filters
from calbook.store.reading import Reading
from calbook.store.stretches import stretch_rows

if TYPE_CHECKING:
    from calbook.desk import Desk
    from calbook.store.facts import Facts

Json = dict[str, Any]

DAY = timedelta(days=1)
_LIVE = ("PENDING", "CONFIRMED", "COMPLETED", "NO_SHOW")
_MOST = 366  # days of one agenda


class Days(NamedTuple):
    """Local days of a zone, both included."""

    first: date
    last: date
    timezone: str


def read(
    desk: Desk, wanted: Mapping[str, Any], *, since: Any, days: int, timezone: Any
) -> Json:
    """The days from that of `since` on."""
    _check_days(days)
    with desk.store.read(Reading) as reading:
        chosen = filters.read(reading, wanted, timezone=None, now=0)
        day, zone = _day(desk, reading, chosen, since, timezone)
        return _told(desk, reading, chosen, Days(day, day + (days - 1) * DAY, zone))


def week(desk: Desk, wanted: Mapping[str, Any], *, of: Any, timezone: Any) -> Json:
    """Monday to Sunday, with the hosts' open time."""
    from calbook.store.facts import Facts  # slow to import

    with desk.store.read(Facts) as facts:
        chosen = filters.read(facts, wanted, timezone=None, now=0)
        day, zone = _day(desk, facts, chosen, of, timezone)
        monday = day - day.weekday() * DAY
        days = Days(monday, monday + 6 * DAY, zone)
        told = _told(desk, facts, chosen, days)
        return {**told, "openTimes": _open_times(facts, chosen.get("host_id"), days)}


def _check_days(days: int) -> None:
    if isinstance(days, int) and 1 <= days <= _MOST:
        return
    from calbook.core.errors import BadInput
    from calbook.core.text import excerpt

    raise BadInput(
        f"days cannot be {excerpt(days)}", hint=f"from 1 to {_MOST} fit", field="days"
    )


def _day(
    desk: Desk, reading: Reading, chosen: Mapping[str, Any], at: Any, timezone: Any
) -> tuple[date, str]:
    """The local day of a moment, in the zone asked for, else in the host's."""
    zone = filters.zone(reading, timezone, host_id=chosen.get("host_id"))
    instant = when.lower(at, now=desk.clock(), timezone=zone)
    return times.local_date(instant, zone), zone


def _told(desk: Desk, reading: Reading, chosen: Mapping[str, Any], days: Days) -> Json:
    """What was not cancelled; also what began before the days and is not over."""
    now = times.epoch(desk.clock())
    start = times.epoch(times.day_start(days.first, days.timezone))
    rows = reading.occurrence_rows(
        {
            **chosen,
            "statuses": json.dumps(_LIVE),
            "since": start - int(DAY.total_seconds()),  # no meeting is longer
            "until": times.epoch(times.day_start(days.last + DAY, days.timezone)),
            "not_over_by": start,
        },
        now=now,
        latest_first=False,
        limit=-1,
        offset=0,
    )
    return {
        "startDate": days.first.isoformat(),
        "endDate": days.last.isoformat(),
        "timezone": days.timezone,
        "occurrences": [wire.one_occurrence(row, now=now) for row in rows],
        "busyTimes": _busy_times(reading, chosen, days),
        "eventTypes": reading.names("event type"),
        "hosts": reading.names("host"),
    }


def _busy_times(reading: Reading, chosen: Mapping[str, Any], days: Days) -> list[Json]:
    """What else the hosts have to do, where all of their time is asked for."""
    if "event_type_id" in chosen:
        return []
    rows = stretch_rows(
        reading.connection,
        chosen.get("host_id"),
        times.epoch(times.day_start(days.first, days.timezone)),
        times.epoch(times.day_start(days.last + DAY, days.timezone)),
    )
    if not rows:
        return []
    from calbook import busy  # slow to import

    return [busy.time(row, days.timezone) for row in rows]


def _open_times(facts: Facts, host_id: str | None, days: Days) -> list[Json]:
    """When a host is open by their schedule, or any of them."""
    from calbook.core import days as local
    from calbook.core import hours

    hosts = [host_id] if host_id else facts.ids("host")
    schedules = [
        # A schedule's own dates lie up to two beside those of another zone.
        facts.schedule(key, days.first - 4 * DAY, days.last + 4 * DAY)
        for key in dict.fromkeys(facts.host(host).schedule_id for host in hosts)
    ]
    opened = hours.merged(
        stretch
        for schedule in schedules
        for stretch in hours.stretches(
            schedule, days.first - 2 * DAY, days.last + 2 * DAY
        )
    )
    cut = (
        span
        for day in local.dates(days.first, days.last)
        for span in local.on(day, days.timezone, opened)
    )
    return [
        {
            "startTime": times.rfc3339(span.start, days.timezone),
            "endTime": times.rfc3339(span.end, days.timezone),
        }
        for span in hours.merged(cut)
    ]
