"""The public JSON: what `--json` prints, webhooks carry and `to_dict()` returns.

Made from rows alone, after a change as well as in a listing, so that there is one
way for a booking to become JSON. Light: listing imports no rules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from calbook.core.booking import status_by_time
from calbook.core.time.times import Formatter, rfc3339, rfc3339_formatter
from calbook.wire.json_objects import Json, load_json

if TYPE_CHECKING:
    from calbook.wire.json_objects import Row

_OFFSET = len("2024-01-15T10:00:00")  # where a time's offset begins


def booking_to_json(row: Row, *, now: int) -> Json:
    """A booking as the clock sees it; every key is always there.

    Of a series `startTime` and `endTime` are the first that was booked; resolution,
    cancelledBy, reason and attendance what all occurrences have in common.
    """
    stamp = rfc3339_formatter(row["timezone"])
    attendees, items = json.loads(row["attendees"]), json.loads(row["occurrences"])
    if len(items) > 1:  # stored by their keys: one may have moved past another
        items.sort(key=lambda item: item["start_at"])
    hosts = json.loads(row["hosts"])
    occurrences = [_occurrence_to_json(item, stamp, hosts, now=now) for item in items]
    first = _first(row["starts_at"], items[0], occurrences[0], stamp)
    _tell_apart(occurrences, items, attendees, first["startTime"])
    together = occurrences[0] if len(items) == 1 else _in_common(occurrences)
    people = [_attendee(item, occurrences) for item in attendees]
    created = updated = stamp(row["created_at"])
    if row["updated_at"] != row["created_at"]:
        updated = stamp(row["updated_at"])
    status = status_by_time.summarize_status(
        row["pending_until"], row["confirmed_until"], row["final_status"], now=now
    )
    return {
        "uid": row["uid"],
        "eventTypeId": row["event_type_id"],
        "title": row["title"],
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
        "location": load_json(row["location"]),
        "meetingUrl": row["meeting_url"],
        "notes": row["notes"],
        "responses": load_json(row["responses"]),
        "metadata": load_json(row["metadata"]),
        "recurring": load_json(row["recurring"]),
        "occurrences": occurrences,
        "overrides": load_json(row["overrides"]),
        "sequence": row["sequence"],
        "version": row["version"],
        "createdAt": created,
        "updatedAt": updated,
    }


def _first(starts_at: int, item: Json, occurrence: Json, stamp: Formatter) -> Json:
    """The first that was booked; a row may hold others only, which are as long."""
    if item["start_at"] == starts_at:
        return occurrence
    end = starts_at + item["end_at"] - item["start_at"]
    return {"startTime": stamp(starts_at), "endTime": stamp(end)}


def limit_to_dates(whole: Json, dates: list[str]) -> Json:
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


def limit_to_person(whole: Json, email: str) -> Json:
    """A booking with one guest alone; of a series without its dates."""
    guests = [guest for guest in whole["guests"] if guest["email"] == email]
    occurrences = [] if whole["recurring"] else whole["occurrences"]
    return {**whole, "guests": guests, "occurrences": occurrences}


def occurrence_row_to_json(row: Row, *, now: int) -> Json:
    """A booking as one of its occurrences, with `date`; the row holds that one."""
    whole = booking_to_json(row, now=now)
    [only] = whole["occurrences"]
    its_own = {key: only[key] for key in ("startTime", "endTime", "status", "hostIds")}
    first = {"hostId": only["hostIds"][0]}
    return {"uid": whole["uid"], "date": only["date"], **whole, **its_own, **first}


def _in_common(occurrences: list[Json]) -> Json:
    """What the occurrences agree on; of attendance, those that take place."""
    live = [o for o in occurrences if o["status"] != "CANCELLED"]
    common = {
        key: _common_value([o[key] for o in occurrences])
        for key in ("resolution", "cancelledBy", "reason")
    }
    attendance = _common_value([o["attendance"] for o in live]) or "unknown"
    return {**common, "attendance": attendance}


def _common_value(values: list[Any]) -> Any:
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
    return _common_value(said) or "unknown"


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
    from calbook.core.checks import fold_email  # only for groups

    given = {fold_email(item["email"]): item["email"] for item in attendees}
    said = json.loads(attendances).items()
    return {given.get(address, address): attendance for address, attendance in said}


def _occurrence_to_json(
    item: Mapping[str, Any], stamp: Formatter, hosts: list[str], *, now: int
) -> Json:
    """`hosts` are the booking's; of a date that was handed over they are its own."""
    status = item["status"]
    resolution, cancelled_by = item["resolution"], item["cancelled_by"]
    if status_by_time.is_expired(
        status, expires_at=item["held_until"] or item["start_at"], now=now
    ):
        status, resolution, cancelled_by = "CANCELLED", "expired", "system"
    elif status_by_time.is_completed(status, end=item["end_at"], now=now):
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
        "hostIds": json.loads(item["hosts"]) if item["hosts"] else hosts,
    }


def complete_stored_booking(answer: Json, title: str) -> Json:
    """A booking as it was answered once, with the keys that it has had since.

    `title` is its own, which does not change.
    """
    person = {"attendance": "unknown"}
    guest: Json = {**person, "responses": {}, "notes": None, "metadata": {}}
    meeting: Json = {
        **{"attendances": {}, "offsetDiffers": False},
        "hostIds": answer["hostIds"],
    }
    return {
        **_with(answer, {"title": title}),
        "attendee": _with(answer["attendee"], person),
        "guests": [_with(item, guest) for item in answer["guests"]],
        "occurrences": [_with(item, meeting) for item in answer["occurrences"]],
    }


def _with(item: Json, defaults: Json) -> Json:
    return {**item, **defaults, **item}


def event_to_json(row: Row, timezone: str) -> Json:
    """One line of a booking's history; `change` says what differs."""
    return {
        "id": row["id"],
        "type": row["type"],
        "uid": row["uid"],
        "at": rfc3339(row["at"], timezone),
        "by": row["by"],
        "actor": row["actor"],
        "change": json.loads(row["change"]),
    }
