"""Event types, hosts and schedules as public JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from calbook.core.time.times import WEEKDAYS, rfc3339
from calbook.wire.json_objects import Json, load_json

if TYPE_CHECKING:
    from calbook.wire.json_objects import Row


def host_to_json(row: Row) -> Json:
    since = row["retired_at"]
    return {
        "id": row["id"],
        "name": row["name"],
        "email": row["email"],
        "timezone": row["timezone"],
        "scheduleId": row["schedule_id"],
        "retiredAt": None if since is None else rfc3339(since, row["timezone"]),
        "limits": json.loads(row["limits"]),
        "language": row["language"],
    }


def resource_to_json(row: Row) -> Json:
    return {
        "id": row["id"],
        "name": row["name"],
        "kind": row["kind"],
        "capacity": row["capacity"],
        "timezone": row["timezone"],
        "scheduleId": row["schedule_id"],
    }


def schedule_to_json(row: Row) -> Json:
    return {
        "id": row["id"],
        "name": row["name"],
        "timezone": row["timezone"],
        "availability": _availability(row["weekly"]),
        "overrides": [
            {
                "date": item["date"],
                "isAvailable": bool(item["hours"]),
                "reason": item["reason"],
                "availability": [_window(window) for window in item["hours"]],
            }
            for item in json.loads(row["overrides"])
        ],
    }


def _availability(weekly: str) -> list[Json]:
    return [
        {"day": day, **window}
        for day, windows in zip(WEEKDAYS, json.loads(weekly), strict=True)
        for window in map(_window, windows)
    ]


def _window(window: list[int]) -> Json:
    start, end = window
    return {"startTime": _clock(start), "endTime": _clock(end, is_end=True)}


def _clock(minutes: int, *, is_end: bool = False) -> str:
    """A time of day; an end at midnight is `24:00`, later ones are the next day's."""
    if minutes > 1440 or (minutes == 1440 and not is_end):
        minutes -= 1440
    return f"{minutes // 60:02}:{minutes % 60:02}"


def event_type_to_json(row: Row) -> Json:
    rules, slots = json.loads(row["rules"]), row["slots_per_day"]
    daily = [] if slots is None else [f"{slots}/day"]
    return {
        "id": row["id"],
        "slug": row["slug"],
        "title": row["title"],
        "description": row["description"],
        "duration": row["duration"],
        "durations": _durations(row),
        "location": load_json(row["location"]),
        "hosts": [
            {
                "userId": item["host_id"],
                "weight": item["weight"],
                "isFixed": bool(item["is_fixed"]),
                "priority": item["priority"],
            }
            for item in json.loads(row["hosts"])
        ],
        "scheduleId": row["schedule_id"],
        "availability": row["weekly"] and _availability(row["weekly"]),
        "bufferBefore": row["buffer_before"],
        "bufferAfter": row["buffer_after"],
        "minimumNotice": row["minimum_notice"],
        "maximumAdvance": row["maximum_advance"],
        "firstDate": row["first_date"],
        "lastDate": row["last_date"],
        "slotInterval": row["slot_interval"] or min(_durations(row)),
        "slotsPerDay": row["slots_per_day"],
        "requiresConfirmation": bool(row["requires_confirmation"]),
        "allowCancellation": bool(row["allow_cancellation"]),
        "cancellationDeadline": row["cancellation_deadline"],
        "seats": row["seats"],
        "maxOccurrences": row["max_occurrences"],
        "questions": json.loads(row["questions"]),
        "schedulingType": row["scheduling_type"],
        "roundRobin": {"algorithm": row["round_robin"]} if row["round_robin"] else None,
        "meetingUrlTemplate": row["meeting_url_template"],
        "notify": bool(row["notify"]),
        "reminders": [
            {"minutesBefore": item["minutes_before"], "to": item["to"]}
            for item in load_json(row["reminders"])
        ],
        "contact": row["contact"],
        "onFree": row["on_free"],
        "holdMinutes": row["hold_minutes"],
        "onDecline": row["on_decline"],
        "active": bool(row["active"]),
        "metadata": json.loads(row["metadata"]),
        "needs": json.loads(row["needs"]),
        "limits": [*daily, *rules.get("limits", ())],
        "maxInARow": rules.get("max_in_a_row"),
        "breakAfter": rules.get("break_after"),
        "countWindow": rules.get("count_window"),
        "perPerson": rules.get("per_person", []),
        "perPersonOpen": rules.get("per_person_open"),
        "noDouble": rules.get("no_double", False),
    }


def _durations(row: Row) -> list[int]:
    return load_json(row["durations"]) or [row["duration"]]
