"""Who is in line, as public JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.core.booking import waiting
from calbook.core.booking.waiting import Entry, LogLine, State
from calbook.core.time.times import local_date, rfc3339
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.core.model import Attendee

_SHOWN = (State.OFFERED, State.BOOKED, State.LAPSED)


def entry_to_json(entry: Entry, now: datetime, *, position: int | None = None) -> Json:
    """Somebody in line as the clock sees it; times are in the event type's zone."""
    zone = entry.timezone
    state = waiting.effective_state(entry, now)
    first, *guests = (_person(person) for person in entry.attendees)
    is_offered = state is State.OFFERED and entry.held_until is not None
    return {
        "id": entry.id,
        "eventTypeId": entry.event_type_id,
        "state": state.value,
        "position": position if state is State.WAITING else None,
        "attendee": first,
        "guests": guests,
        "startTime": None if entry.is_range else rfc3339(entry.since, zone),
        "earliest": rfc3339(entry.since, zone) if entry.is_range else None,
        "latest": rfc3339(entry.until, zone) if entry.is_range else None,
        "timezone": zone,
        "uid": entry.uid,
        "date": _date(entry),
        "hostId": entry.request.get("host_id"),
        "offeredUid": entry.offered_uid if state in _SHOWN else None,
        "isSeat": entry.is_seat,
        "heldUntil": (
            rfc3339(entry.held_until, zone)
            if is_offered and entry.held_until is not None
            else None
        ),
        "by": entry.by.value,
        "log": [_line(line, zone) for line in entry.log],
        "createdAt": rfc3339(entry.created_at, zone),
        "updatedAt": rfc3339(entry.updated_at, zone),
    }


def _date(entry: Entry) -> str | None:
    """Of a group's series the one date that is waited for; None where it is all."""
    if entry.recurrence_id is None:
        return None
    return local_date(entry.recurrence_id, entry.timezone).isoformat()


def _person(person: Attendee) -> Json:
    return {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "ref": person.ref,
    }


def _line(line: LogLine, zone: str) -> Json:
    return {
        "at": rfc3339(line.at, zone),
        "what": line.what,
        "startTime": None if line.start is None else rfc3339(line.start, zone),
        "uid": line.uid,
        "why": line.why,
    }
