"""Hosts and schedules as people describe them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from calbook.core import fields
from calbook.core.errors import BadInput
from calbook.core.model import DAY, Host, Hours, Override, Schedule
from calbook.core.text import excerpt
from calbook.core.times import WEEKDAYS
from calbook.intake.shapes import Object, Reader, items, keyed, maybe, zone
from calbook.values.value import camel


def host_fields(facts: Object) -> dict[str, Any]:
    given = keyed(facts, ("name", "email", "timezone", "schedule_id"), "the host")
    readers: Mapping[str, Reader] = {
        "name": fields.line,
        "email": lambda v, f: maybe(fields.email, v, f),
        "timezone": zone,
        "schedule_id": lambda v, f: fields.identifier(v, "sched", f),
    }
    return {name: readers[name](value, camel(name)) for name, value in given.items()}


def host(id: str, facts: Object, *, schedule: Schedule) -> Host:
    """A new host; without a zone, in the schedule's."""
    read = host_fields(facts)
    read.setdefault("name", id.removeprefix("user_").replace("_", " ").capitalize())
    read.setdefault("email", None)
    read.setdefault("timezone", schedule.timezone)
    return Host(id=id, **{**read, "schedule_id": schedule.id})


def schedule_fields(facts: Object) -> dict[str, Any]:
    given = keyed(
        facts, ("name", "timezone", "availability", "overrides"), "the schedule"
    )
    readers: Mapping[str, Reader] = {
        "name": fields.line,
        "timezone": zone,
        "availability": weekly,
        "overrides": _overrides,
    }
    read = {name: readers[name](value, camel(name)) for name, value in given.items()}
    if "availability" in read:
        read["weekly"] = read.pop("availability")
    return read


def schedule(id: str, facts: Object) -> Schedule:
    """A new schedule; it is closed where it names no hours."""
    read = schedule_fields(facts)
    read.setdefault("name", id.removeprefix("sched_").replace("_", " ").capitalize())
    if "timezone" not in read:
        raise BadInput("the schedule has no timezone", field="timezone")
    read.setdefault("weekly", ((),) * 7)
    read.setdefault("overrides", {})
    return Schedule(id=id, **read)


def weekly(value: object, field: str) -> tuple[tuple[Hours, ...], ...]:
    days: list[list[Hours]] = [[] for _ in WEEKDAYS]
    for item in items(value, field):
        facts = keyed(item, ("day", "start_time", "end_time"), field)
        day = fields.choice(facts.pop("day", ""), f"{field}.day", WEEKDAYS)
        days[WEEKDAYS.index(day)].append(_hours(facts, field))
    return tuple(tuple(sorted(windows)) for windows in days)


def _hours(facts: Object, field: str) -> Hours:
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
    hours, colon, minutes = text.partition(":")
    shaped = len(hours) == len(minutes) == 2 and colon and text.isascii()
    if (
        not shaped
        or not (hours + minutes).isdigit()
        or int(minutes) > 59
        or text > latest
    ):
        raise BadInput(
            f"{field} is not a time of day: {excerpt(value)}",
            hint=f"write it as 09:30, at most {latest}",
            field=field,
        )
    return timedelta(hours=int(hours), minutes=int(minutes))


def override(facts: object, field: str = "override") -> Override:
    read = keyed(facts, ("date", "is_available", "reason", "availability"), field)
    windows = tuple(
        _hours(keyed(item, ("start_time", "end_time"), field), field)
        for item in items(read.get("availability") or (), field)
    )
    is_open = fields.boolean(
        read.get("is_available", bool(windows)), f"{field}.isAvailable"
    )
    if is_open != bool(windows):
        raise BadInput(
            f"{field} is " + ("open without hours" if is_open else "closed with hours"),
            field=field,
        )
    reason = maybe(
        lambda v, f: fields.line(v, f, most=fields.REASON_LENGTH),
        read.get("reason"),
        f"{field}.reason",
    )
    return Override(_date(read.get("date"), field), tuple(sorted(windows)), reason)


def _date(value: object, field: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and date.fromisoformat(value).isoformat() == value:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BadInput(
        f"{field}.date is not a date: {excerpt(value)}",
        hint="write it as 2027-01-18",
        field=f"{field}.date",
    )


def _overrides(value: object, field: str) -> dict[date, Override]:
    found = [override(item, field) for item in items(value, field)]
    return {item.date: item for item in found}
