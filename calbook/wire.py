"""The public JSON: what `--json` prints, webhooks carry and `to_dict()` returns.

Made from rows alone, after a change as well as in a listing, so that there is one
way for a booking to become JSON. Light: listing imports no rules.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from calbook.core import aging
from calbook.core.times import WEEKDAYS, Clock, clock, rfc3339
from calbook.store.reading import Row

Json = dict[str, Any]

_OFFSET = len("2024-01-15T10:00:00")  # where a time's offset begins


def booking(row: Row, *, now: int) -> Json:
    """A booking as the clock sees it; every key is always there.

    Of a series `startTime` and `endTime` are the first that was booked; resolution,
    cancelledBy, reason and attendance what all occurrences have in common.
    """
    stamp = clock(row["timezone"])
    attendees, items = json.loads(row["attendees"]), json.loads(row["occurrences"])
    if len(items) > 1:  # stored by their keys: one may have moved past another
        items.sort(key=lambda item: item["start_at"])
    occurrences = [occurrence(item, stamp, now=now) for item in items]
    first = _first(row["starts_at"], items[0], occurrences[0], stamp)
    _tell_apart(occurrences, items, attendees, first["startTime"])
    hosts = json.loads(row["hosts"])
    together = occurrences[0] if len(items) == 1 else _in_common(occurrences)
    people = [_attendee(item, occurrences) for item in attendees]
    created = updated = stamp(row["created_at"])
    if row["updated_at"] != row["created_at"]:
        updated = stamp(row["updated_at"])
    status = aging.summary(
        row["pending_until"], row["confirmed_until"], row["final_status"], now=now
    )
    return {
        "uid": row["uid"],
        "eventTypeId": row["event_type_id"],
        "hostId": hosts[0],
        "hostIds": hosts,
        "startTime": first["startTime"],
        "endTime": first["endTime"],
        "timezone": row["timezone"],
        "status": status,
        "resolution": together["resolution"],
        "cancelledBy": together["cancelledBy"],
        "reason": together["reason"],
        "attendance": together["attendance"],
        "attendee": people[0],
        "guests": [
            {**person, **_brought(item)}
            for person, item in zip(people[1:], attendees[1:], strict=True)
        ],
        "location": _loaded(row["location"]),
        "meetingUrl": row["meeting_url"],
        "notes": row["notes"],
        "responses": _loaded(row["responses"]),
        "metadata": _loaded(row["metadata"]),
        "recurring": _loaded(row["recurring"]),
        "occurrences": occurrences,
        "overrides": _loaded(row["overrides"]),
        "sequence": row["sequence"],
        "version": row["version"],
        "createdAt": created,
        "updatedAt": updated,
    }


def _first(starts_at: int, item: Json, occurrence: Json, stamp: Clock) -> Json:
    """The first that was booked; a row may hold others only, which are as long."""
    if item["start_at"] == starts_at:
        return occurrence
    end = starts_at + item["end_at"] - item["start_at"]
    return {"startTime": stamp(starts_at), "endTime": stamp(end)}


def about_dates(whole: Json, dates: list[str]) -> Json:
    """A booking with some of its occurrences alone, as an event about them holds it."""
    about = [o for o in whole["occurrences"] if o["date"] in dates]
    primary = whole["attendee"]
    came = {"attendance": _attendance(primary["email"], about)}
    return {
        **whole,
        **_in_common(about),
        "attendee": {**primary, **came},
        "guests": [
            {**guest, "attendance": _attendance(guest["email"], about)}
            for guest in whole["guests"]
        ],
        "occurrences": about,
    }


def about_person(whole: Json, email: str) -> Json:
    """A booking with one guest alone; of a series without its dates."""
    guests = [guest for guest in whole["guests"] if guest["email"] == email]
    occurrences = [] if whole["recurring"] else whole["occurrences"]
    return {**whole, "guests": guests, "occurrences": occurrences}


def one_occurrence(row: Row, *, now: int) -> Json:
    """A booking as one of its occurrences, with `date`; the row holds that one."""
    whole = booking(row, now=now)
    [only] = whole["occurrences"]
    its_own = {key: only[key] for key in ("startTime", "endTime", "status")}
    return {"uid": whole["uid"], "date": only["date"], **whole, **its_own}


def _in_common(occurrences: list[Json]) -> Json:
    """What the occurrences agree on; of attendance, those that take place."""
    live = [o for o in occurrences if o["status"] != "CANCELLED"]
    common = {
        key: _agreed([o[key] for o in occurrences])
        for key in ("resolution", "cancelledBy", "reason")
    }
    attendance = _agreed([o["attendance"] for o in live]) or "unknown"
    return {**common, "attendance": attendance}


def _agreed(values: list[Any]) -> Any:
    return values[0] if values and values.count(values[0]) == len(values) else None


def _attendee(item: Mapping[str, Any], occurrences: list[Json]) -> Json:
    """A person, and whether they came to all that took place."""
    return {
        "email": item["email"],
        "name": item["name"],
        "phone": item["phone"],
        "timezone": item["timezone"],
        "attendance": _attendance(item["email"], occurrences),
    }


def _attendance(email: str, occurrences: list[Json]) -> str:
    if len(occurrences) == 1 and not occurrences[0]["attendances"]:
        together: str = occurrences[0]["attendance"]
        return together
    said = [
        o["attendances"].get(email, "unknown") if o["attendances"] else o["attendance"]
        for o in occurrences
        if o["status"] != "CANCELLED"
    ]
    return _agreed(said) or "unknown"


def _brought(item: Mapping[str, Any]) -> Json:
    """What a guest who took a seat in a group answered and wrote."""
    return {
        "responses": item["responses"] or {},
        "notes": item["notes"],
        "metadata": item["metadata"] or {},
    }


def _tell_apart(
    occurrences: list[Json], items: list[Json], attendees: list[Json], first: str
) -> None:
    """Whose UTC offset differs from the first one's, and who came to which."""
    for made, item in zip(occurrences, items, strict=True):
        made["offsetDiffers"] = made["startTime"][_OFFSET:] != first[_OFFSET:]
        if item["attendances"]:
            made["attendances"] = _by_email(item["attendances"], attendees)


def _by_email(attendances: str, attendees: list[Json]) -> Json:
    """Stored under the folded address, shown under the one that was given.

    Who has left since is shown by the former.
    """
    from calbook.core.fields import folded  # only for groups

    given = {folded(item["email"]): item["email"] for item in attendees}
    said = json.loads(attendances).items()
    return {given.get(address, address): attendance for address, attendance in said}


def occurrence(item: Mapping[str, Any], stamp: Clock, *, now: int) -> Json:
    status = item["status"]
    resolution, cancelled_by = item["resolution"], item["cancelled_by"]
    if aging.is_expired(status, start=item["start_at"], now=now):
        status, resolution, cancelled_by = "CANCELLED", "expired", "system"
    elif aging.is_completed(status, end=item["end_at"], now=now):
        status = "COMPLETED"
    return {
        "date": item["date"],
        "startTime": stamp(item["start_at"]),
        "endTime": stamp(item["end_at"]),
        "status": status,
        "resolution": resolution,
        "cancelledBy": cancelled_by,
        "reason": item["reason"],
        "attendance": item["attendance"],
        "attendances": {},
        "offsetDiffers": False,
    }


def kept(answer: Json) -> Json:
    """A booking as it was answered once, with the keys that it lacked in version 1."""
    person = {"attendance": "unknown"}
    guest: Json = {**person, "responses": {}, "notes": None, "metadata": {}}
    meeting: Json = {"attendances": {}, "offsetDiffers": False}
    return {
        **answer,
        "attendee": _with(answer["attendee"], person),
        "guests": [_with(item, guest) for item in answer["guests"]],
        "occurrences": [_with(item, meeting) for item in answer["occurrences"]],
    }


def _with(item: Json, defaults: Json) -> Json:
    return {**item, **defaults, **item}


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


def webhook(row: Row, *, now: int) -> Json:
    """Without its secrets; of its headers the names alone.

    `oldSecretsUntil` is until when each older secret still signs, the newest first.
    """
    stamp = clock("UTC")
    until = (each["until"] for each in json.loads(row["old_secrets"]))
    return {
        "id": row["id"],
        "url": row["url"],
        "events": json.loads(row["events"]),
        "headers": dict.fromkeys(json.loads(row["headers"]), MASK),
        "active": bool(row["active"]),
        "disabledReason": row["disabled_reason"],
        "allowHttp": bool(row["allow_http"]),
        "oldSecretsUntil": [stamp(end) for end in until if end > now],
        "createdAt": stamp(row["created_at"]),
        "updatedAt": stamp(row["updated_at"]),
    }


MASK = "•••"


def delivery(row: Row) -> Json:
    """What was or will be sent, with its attempts; the row holds them.

    `waitsFor` is an earlier one of its booking, which goes first.
    """
    stamp = clock("UTC")
    log = [
        {
            "number": item["number"],
            "at": stamp(item["at"]),
            "status": item["status"],
            "code": item["code"],
            "response": item["text"],
            "milliseconds": item["milliseconds"],
        }
        for item in json.loads(row["tries"])
    ]
    last = log[-1] if log else {"code": None, "response": None}
    pending, finished = row["status"] == "pending", row["finished_at"]
    return {
        "id": row["id"],
        "channel": row["channel"],
        "target": row["target"],
        "type": row["kind"],
        "uid": row["uid"],
        "eventId": row["event_id"],
        "status": row["status"],
        "code": last["code"],
        "response": last["response"],
        "attempts": row["attempts"],
        "nextAt": stamp(row["due_at"]) if pending else None,
        "waitsFor": row["waits_for"],
        "createdAt": stamp(row["created_at"]),
        "finishedAt": None if finished is None else stamp(finished),
        "log": log,
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
        "reminders": [
            {"minutesBefore": item["minutes_before"], "to": item["to"]}
            for item in _loaded(row["reminders"])
        ],
        "active": bool(row["active"]),
        "metadata": json.loads(row["metadata"]),
    }


def _loaded(text: str | None) -> Any:
    """Most are empty, and a reader of JSON takes its time to find out."""
    if text is None:
        return None
    empty = _EMPTY.get(text)
    return json.loads(text) if empty is None else empty()


_EMPTY: Mapping[str, Callable[[], Any]] = {"{}": dict, "[]": list}
