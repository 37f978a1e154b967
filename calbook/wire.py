"""The public JSON: what `--json` prints, webhooks carry and `to_dict()` returns.

Made from rows alone, after a change as well as in a listing, so that there is one
way for a booking to become JSON. Light: listing imports no rules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from calbook.core import aging
from calbook.core.times import WEEKDAYS, rfc3339
from calbook.store.reading import Row

Json = dict[str, Any]


def booking(row: Row, *, now: int) -> Json:
    """A booking as the clock sees it; every key is always there."""
    timezone = row["timezone"]
    occurrences = [
        occurrence(item, timezone, now=now) for item in json.loads(row["occurrences"])
    ]
    hosts = json.loads(row["hosts"])
    attendees = json.loads(row["attendees"])
    first = occurrences[0]
    return {
        "uid": row["uid"],
        "eventTypeId": row["event_type_id"],
        "hostId": hosts[0],
        "hostIds": hosts,
        "startTime": first["startTime"],
        "endTime": first["endTime"],
        "timezone": timezone,
        "status": aging.summary(
            row["pending_until"], row["confirmed_until"], row["final_status"], now=now
        ),
        "resolution": first["resolution"],
        "cancelledBy": first["cancelledBy"],
        "reason": first["reason"],
        "attendance": first["attendance"],
        "attendee": attendees[0],
        "guests": attendees[1:],
        "location": _loaded(row["location"]),
        "meetingUrl": row["meeting_url"],
        "notes": row["notes"],
        "responses": json.loads(row["responses"]),
        "metadata": json.loads(row["metadata"]),
        "recurring": _loaded(row["recurring"]),
        "occurrences": occurrences,
        "overrides": json.loads(row["overrides"]),
        "sequence": row["sequence"],
        "version": row["version"],
        "createdAt": rfc3339(row["created_at"], timezone),
        "updatedAt": rfc3339(row["updated_at"], timezone),
    }


def occurrence(item: Mapping[str, Any], timezone: str, *, now: int) -> Json:
    status = item["status"]
    resolution, cancelled_by = item["resolution"], item["cancelled_by"]
    if aging.is_expired(status, start=item["start_at"], now=now):
        status, resolution, cancelled_by = "CANCELLED", "expired", "system"
    elif aging.is_completed(status, end=item["end_at"], now=now):
        status = "COMPLETED"
    return {
        "date": item["date"],
        "startTime": rfc3339(item["start_at"], timezone),
        "endTime": rfc3339(item["end_at"], timezone),
        "status": status,
        "resolution": resolution,
        "cancelledBy": cancelled_by,
        "reason": item["reason"],
        "attendance": item["attendance"],
    }


def event(row: Row, timezone: str) -> Json:
    """One line of a booking's history; `change` says what differs."""
    return {
        "id": row["id"],
        "type": row["type"],
        "uid": row["uid"],
        "at": rfc3339(row["at"], timezone),
        "by": row["by"],
        "change": json.loads(row["change"]),
    }


def host(row: Row) -> Json:
    return {
        "id": row["id"],
        "name": row["name"],
        "email": row["email"],
        "timezone": row["timezone"],
        "scheduleId": row["schedule_id"],
    }


def schedule(row: Row) -> Json:
    return {
        "id": row["id"],
        "name": row["name"],
        "timezone": row["timezone"],
        "availability": [
            {"day": day, **window}
            for day, windows in zip(WEEKDAYS, json.loads(row["weekly"]), strict=True)
            for window in map(_window, windows)
        ],
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


def _window(window: list[int]) -> Json:
    start, end = window
    return {"startTime": _clock(start), "endTime": _clock(end, is_end=True)}


def _clock(minutes: int, *, is_end: bool = False) -> str:
    """A time of day; an end at midnight is `24:00`, later ones are the next day's."""
    if minutes > 1440 or (minutes == 1440 and not is_end):
        minutes -= 1440
    return f"{minutes // 60:02}:{minutes % 60:02}"


def event_type(row: Row) -> Json:
    return {
        "id": row["id"],
        "slug": row["slug"],
        "title": row["title"],
        "description": row["description"],
        "duration": row["duration"],
        "location": _loaded(row["location"]),
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
        "bufferBefore": row["buffer_before"],
        "bufferAfter": row["buffer_after"],
        "minimumNotice": row["minimum_notice"],
        "maximumAdvance": row["maximum_advance"],
        "slotInterval": row["slot_interval"] or row["duration"],
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
        "active": bool(row["active"]),
        "metadata": json.loads(row["metadata"]),
    }


def _loaded(text: str | None) -> Any:
    return None if text is None else json.loads(text)
