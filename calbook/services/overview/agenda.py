"""What takes place on some days, with all that it takes to show them.

Light on purpose: an agenda imports no rules; only a week's open time needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from calbook.core import json_text as json
from calbook.core.time import parsing, times
from calbook.core.typing_names import TYPE_CHECKING, Any, NamedTuple
from calbook.services.bookings import filters
from calbook.services.bookings.read import iter_meetings
from calbook.store.busy_times import busy_time_rows
from calbook.store.reader import EVERYTHING, Reader
from calbook.wire.json_objects import Json
from calbook.wire.writing.bookings import occurrence_row_to_json

if TYPE_CHECKING:
    from calbook.core.model import Span
    from calbook.store.context import Context
    from calbook.store.facts import Facts


DAY = timedelta(days=1)
_LIVE = ("PENDING", "CONFIRMED", "COMPLETED", "NO_SHOW")
_MAX_DAYS = 366  # days of one agenda
_SATURDAY = 5


class Days(NamedTuple):
    """Local days of a zone, both included."""

    first: date
    last: date
    timezone: str


# What is asked for, as filters of `Reader`, and on which days.
Wanted = tuple[Mapping[str, Any], Days]
Find = Callable[[Reader], Wanted]


def find_agenda(
    context: Context,
    *,
    start_date: Any = "today",
    end_date: Any = None,
    days: int | None = None,
    timezone: Any = None,
    **wanted: Any,
) -> Find:
    """The days from `start_date` to `end_date`, or so many, else a week."""

    def find(reading: Reader) -> Wanted:
        chosen = filters.read_filters(reading, wanted, now=0)
        zone = _zone(reading, chosen, timezone)
        first, count = _local_day(context, start_date, zone), days
        if end_date is not None:
            count = _days_until(context, first, end_date, zone, days)
        count = 7 if count is None else count
        _check_days(count)
        return chosen, Days(first, first + (count - 1) * DAY, zone)

    return find


def find_day(
    context: Context, *, on: Any = "today", timezone: Any = None, **wanted: Any
) -> Find:
    def days(zone: str) -> tuple[date, date]:
        day = parsing.day(on, now=context.clock(), timezone=zone)
        return day, day

    return _find_in_zone(wanted, days, timezone)


def find_week(
    context: Context,
    *,
    of: Any = None,
    timezone: Any = None,
    week_start: str = "monday",
    **wanted: Any,
) -> Find:
    """The seven days around `of`.

    Without `of` it is this week; once no more than its weekend is left, the coming one.
    """
    begins = _weekday(week_start)

    def days(zone: str) -> tuple[date, date]:
        day = _local_day(context, "today" if of is None else of, zone)
        first = day - (day.weekday() - begins) % 7 * DAY
        if of is None and _is_weekend(day, first + 6 * DAY):
            first += 7 * DAY
        return first, first + 6 * DAY

    return _find_in_zone(wanted, days, timezone)


def find_month(
    context: Context, *, of: Any = "today", timezone: Any = None, **wanted: Any
) -> Find:
    """The month around a day."""

    from calendar import monthrange  # slow to import

    def days(zone: str) -> tuple[date, date]:
        day = _local_day(context, of, zone)
        last = day.replace(day=monthrange(day.year, day.month)[1])
        return day.replace(day=1), last

    return _find_in_zone(wanted, days, timezone)


def _find_in_zone(
    wanted: Mapping[str, Any],
    days_in: Callable[[str], tuple[date, date]],
    timezone: Any,
) -> Find:
    """The first and the last of the days, which are asked for by their zone."""

    def find(reading: Reader) -> Wanted:
        chosen = filters.read_filters(reading, wanted, now=0)
        zone = _zone(reading, chosen, timezone)
        return chosen, Days(*days_in(zone), zone)

    return find


def read_days(context: Context, find: Find) -> Json:
    """What takes place on the days, and what it takes to show them."""
    with context.store.read(Reader) as reading:
        return _days_json(context, reading, *find(reading))


def read_open_days(context: Context, find: Find) -> Json:
    """The same, with each host's open time."""
    from calbook.store.facts import Facts  # slow to import

    with context.store.read(Facts) as facts:
        chosen, days = find(facts)
        return {
            **_days_json(context, facts, chosen, days),
            "openTimes": _open_times(facts, filters.whose_time(chosen), days),
        }


def iter_days(context: Context, find: Find) -> Iterator[Json]:
    """The meetings of the days alone, read while they are used."""
    now = times.epoch(context.clock())
    return iter_meetings(context, lambda reading: _of_days(*find(reading)), now=now)


def _weekday(name: str) -> int:
    if isinstance(name, str) and name.upper() in times.WEEKDAYS:
        return times.WEEKDAYS.index(name.upper())
    from calbook.core.errors import BadInput
    from calbook.core.text import excerpt

    raise BadInput(
        f"a week cannot begin on {excerpt(name)}",
        hint="write monday, sunday or another day",
        field="week_start",
    )


def _is_weekend(first: date, last: date) -> bool:
    """Whether these days are Saturdays and Sundays."""
    days = range((last - first).days + 1)
    return all((first + n * DAY).weekday() >= _SATURDAY for n in days)


def _days_until(
    context: Context, day: date, until: Any, zone: str, days: int | None
) -> int:
    """How many they are to a moment, or to a day that is included."""
    from calbook.core.errors import UsageError

    if days is not None:
        raise UsageError("say where the range ends, or how many days it has: not both")
    end = parsing.range_end(until, now=context.clock(), timezone=zone)
    parsing.check_order(times.day_start(day, zone), end, zone)
    last = times.local_date(end - timedelta(seconds=1), zone)
    return (last - day).days + 1


def _check_days(days: int) -> None:
    if isinstance(days, int) and 1 <= days <= _MAX_DAYS:
        return
    from calbook.core.errors import BadInput
    from calbook.core.text import excerpt

    raise BadInput(
        f"days cannot be {excerpt(days)}",
        hint=f"from 1 to {_MAX_DAYS} fit",
        field="days",
    )


def _zone(reading: Reader, chosen: Mapping[str, Any], timezone: Any) -> str:
    host = filters.whose_time(chosen)
    return filters.days_timezone(reading, timezone, host_id=host)


def _local_day(context: Context, at: Any, zone: str) -> date:
    instant = parsing.range_start(at, now=context.clock(), timezone=zone)
    return times.local_date(instant, zone)


def _of_days(chosen: Mapping[str, Any], days: Days) -> Mapping[str, Any]:
    """What was not cancelled; also what began before the days and is not over."""
    start = times.epoch(times.day_start(days.first, days.timezone))
    return {
        **chosen,
        "statuses": json.dumps(_LIVE),
        "since": start - int(DAY.total_seconds()),  # no meeting is longer
        "until": times.epoch(times.day_start(days.last + DAY, days.timezone)),
        "not_over_by": start,
    }


def _days_json(
    context: Context, reading: Reader, chosen: Mapping[str, Any], days: Days
) -> Json:
    now = times.epoch(context.clock())
    rows = reading.occurrence_rows(
        _of_days(chosen, days), now=now, latest_first=False, limit=EVERYTHING, offset=0
    )
    return {
        "startDate": days.first.isoformat(),
        "endDate": days.last.isoformat(),
        "timezone": days.timezone,
        "occurrences": [occurrence_row_to_json(row, now=now) for row in rows],
        "busyTimes": _busy_times(reading, chosen, days),
        "eventTypes": reading.names("event type"),
        "hosts": reading.names("host"),
    }


def _busy_times(reading: Reader, chosen: Mapping[str, Any], days: Days) -> list[Json]:
    """What else the hosts have to do, where all of their time is asked for."""
    if "event_type_id" in chosen:
        return []
    rows = busy_time_rows(
        reading.connection,
        filters.whose_time(chosen),
        times.epoch(times.day_start(days.first, days.timezone)),
        times.epoch(times.day_start(days.last + DAY, days.timezone)),
    )
    if not rows:
        return []
    from calbook.services.calendars.busy import busy_time_to_json  # slow to import

    return [busy_time_to_json(row, days.timezone) for row in rows]


def _open_times(facts: Facts, host_id: str | None, days: Days) -> list[Json]:
    """When each schedule of the hosts is open, and whose it is."""
    hosts: dict[str, list[str]] = {}  # by their schedule
    for host in [host_id] if host_id else facts.ids("host"):
        hosts.setdefault(facts.host(host).schedule_id, []).append(host)
    return [
        {
            "hostIds": sharing,
            "startTime": times.rfc3339(span.start, days.timezone),
            "endTime": times.rfc3339(span.end, days.timezone),
        }
        for schedule_id, sharing in hosts.items()
        for span in _open_spans(facts, schedule_id, days)
    ]


def _open_spans(facts: Facts, schedule_id: str, days: Days) -> tuple[Span, ...]:
    from calbook.core.time import local_days as local
    from calbook.core.time import open_hours

    # A schedule's own dates lie up to two beside those of another zone.
    schedule = facts.schedule(schedule_id, days.first - 4 * DAY, days.last + 4 * DAY)
    opened = open_hours.open_stretches(
        schedule, days.first - 2 * DAY, days.last + 2 * DAY
    )
    return open_hours.merge_spans(
        span
        for day in local.dates_between(days.first, days.last)
        for span in local.clip_to_day(day, days.timezone, opened)
    )
