"""Hosts and schedules as people describe them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from calbook.core import checks
from calbook.core.catalog import DateOverride, Host, Hours, Schedule
from calbook.core.errors import BadInput
from calbook.core.model import DAY
from calbook.core.text import excerpt, name_in_words
from calbook.core.time import clocks
from calbook.core.time.times import WEEKDAYS
from calbook.wire.json_objects import camel
from calbook.wire.reading.limits import read_limits
from calbook.wire.reading.shapes import (
    FieldReader,
    JsonObject,
    read_date,
    read_list,
    read_object,
    read_optional,
    read_timezone,
)

_HOST_READERS: Mapping[str, FieldReader] = {
    "name": checks.line,
    "email": lambda v, f: read_optional(checks.email, v, f),
    "timezone": read_timezone,
    "schedule_id": lambda v, f: checks.identifier(v, "sched", f),
    "limits": read_limits,
    "language": lambda v, f: read_optional(checks.language, v, f),
}


def read_host_fields(facts: JsonObject) -> dict[str, Any]:
    given = read_object(facts, _HOST_READERS, "the host")
    return {name: _HOST_READERS[name](v, camel(name)) for name, v in given.items()}


def new_host(id: str, facts: JsonObject, *, schedule: Schedule) -> Host:
    """A new host; without a zone, in the schedule's."""
    read = read_host_fields(facts)
    read.setdefault("name", name_in_words(id.removeprefix("user_")))
    read.setdefault("email", None)
    read.setdefault("timezone", schedule.timezone)
    return Host(id=id, **{**read, "schedule_id": schedule.id})


def read_schedule_fields(facts: JsonObject) -> dict[str, Any]:
    given = read_object(
        facts, ("name", "timezone", "availability", "overrides"), "the schedule"
    )
    readers: Mapping[str, FieldReader] = {
        "name": checks.line,
        "timezone": read_timezone,
        "availability": read_weekly,
        "overrides": _overrides,
    }
    read = {name: readers[name](value, camel(name)) for name, value in given.items()}
    if "availability" in read:
        read["weekly"] = read.pop("availability")
    return read


def new_schedule(id: str, facts: JsonObject) -> Schedule:
    """A new schedule; it is closed where it names no hours."""
    read = read_schedule_fields(facts)
    read.setdefault("name", name_in_words(id.removeprefix("sched_")))
    if "timezone" not in read:
        raise BadInput("the schedule has no timezone", field="timezone")
    read.setdefault("weekly", ((),) * 7)
    read.setdefault("overrides", {})
    return Schedule(id=id, **read)


def read_weekly(value: object, field: str) -> tuple[tuple[Hours, ...], ...]:
    days: list[list[Hours]] = [[] for _ in WEEKDAYS]
    for item in read_list(value, field):
        facts = read_object(item, ("day", "start_time", "end_time"), field)
        day = checks.choice(facts.pop("day", ""), f"{field}.day", WEEKDAYS)
        days[WEEKDAYS.index(day)].append(_hours(facts, field))
    return tuple(tuple(sorted(windows)) for windows in days)


def _hours(facts: JsonObject, field: str) -> Hours:
    start = _clock(facts.get("start_time"), f"{field}.startTime", latest="23:59")
    end = _clock(facts.get("end_time"), f"{field}.endTime", latest="24:00")
    if end == start:
        raise BadInput(
            f"{field}: a window cannot end when it begins",
            hint="write 00:00-24:00 for a whole day",
            field=field,
        )
    return Hours(start, end if end > start else end + DAY)


def _clock(value: object, field: str, *, latest: str) -> timedelta:
    text = value if isinstance(value, str) else ""
    clock = clocks.clock_of(text) if len(text) == 5 and text[2] == ":" else None
    if clock is None or text > latest:
        raise BadInput(
            f"{field} is not a time of day: {excerpt(value)}",
            hint=f"write it as 09:30, at most {latest}",
            field=field,
        )
    return clock


def read_override(facts: object, field: str = "override") -> DateOverride:
    read = read_object(facts, ("date", "is_available", "reason", "availability"), field)
    windows = tuple(
        _hours(read_object(item, ("start_time", "end_time"), field), field)
        for item in read_list(read.get("availability") or (), field)
    )
    is_open = checks.boolean(
        read.get("is_available", bool(windows)), f"{field}.isAvailable"
    )
    if is_open != bool(windows):
        raise BadInput(
            f"{field} is " + ("open without hours" if is_open else "closed with hours"),
            field=field,
        )
    reason = read_optional(
        lambda v, f: checks.line(v, f, most=checks.REASON_LENGTH),
        read.get("reason"),
        f"{field}.reason",
    )
    return DateOverride(
        read_date(read.get("date"), f"{field}.date"), tuple(sorted(windows)), reason
    )


def _overrides(value: object, field: str) -> dict[date, DateOverride]:
    found = [read_override(item, field) for item in read_list(value, field)]
    return {item.date: item for item in found}
