"""Values to columns: what `rows` reads back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from calbook.core.booking import effective_status
from calbook.core.checks import fold_ref
from calbook.core.model import Attendee, Booking, BookingTerms, Occurrence, Resolution
from calbook.core.people import person_key, phone_digits
from calbook.core.search import search_text, searched_person
from calbook.core.time import times
from calbook.core.typing_names import Any
from calbook.store.writer import (
    to_epoch,
    to_json,
    to_minutes,
    to_question,
    to_recurring,
)


@lru_cache
def policy(policy: BookingTerms) -> str:
    """The terms as JSON; those of an event type's bookings are the same."""
    facts = {
        **policy._asdict(),
        "cancellation_deadline": to_minutes(policy.cancellation_deadline),
        "questions": [to_question(question) for question in policy.questions],
    }
    return json.dumps(facts, ensure_ascii=False)


def booking(booking: Booking) -> dict[str, Any]:
    """The columns of a booking's own row."""
    pending_until, confirmed_until, final = effective_status.status_facts(booking)
    booked = [o for o in booking.occurrences if o.resolution is not Resolution.CONFLICT]
    starts = [occurrence.span.start for occurrence in booked]
    return {
        "uid": booking.uid,
        "event_type_id": booking.event_type_id,
        "timezone": booking.timezone,
        "starts_at": times.epoch(min(starts)),
        "last_at": times.epoch(max(starts)),
        "pending_until": to_epoch(pending_until),
        "confirmed_until": to_epoch(confirmed_until),
        "final_status": str(final),
        "location": to_json(booking.location),
        "meeting_url": booking.meeting_url,
        "notes": booking.notes,
        "responses": to_json(booking.responses),
        "metadata": to_json(booking.metadata),
        "recurring": to_recurring(booking.recurring),
        "overrides": to_json(booking.overrides),
        "policy": policy(booking.policy),
        "sequence": booking.sequence,
        "version": booking.version,
        "title": booking.title,
        "search": search_text(
            booking.uid,
            booking.title,
            booking.notes,
            map(searched_person, booking.attendees),
        ),
        "description": booking.description,
        "is_group": booking.is_group,
        "is_told": booking.is_told,
        "has_own_location": booking.has_own_location,
        "created_at": times.epoch(booking.created_at),
        "updated_at": times.epoch(booking.updated_at),
    }


OCCURRENCE = (
    *("uid", "recurrence_id", "event_type_id", "date", "start_at", "end_at"),
    *("claim_start", "claim_end", "wall", "wall_timezone", "by_offset", "tzdata"),
    *("status", "resolution", "cancelled_by", "reason", "attendance", "attendances"),
    *("due", "move_reason", "hosts", "held_until"),
)


def occurrence(booking: Booking, o: Occurrence) -> tuple[Any, ...]:
    """The values of `OCCURRENCE`; a series writes hundreds of them at once."""
    epoch = times.epoch
    return (
        *(booking.uid, epoch(o.recurrence_id), booking.event_type_id),
        *(o.date.isoformat(), epoch(o.span.start), epoch(o.span.end)),
        *(epoch(o.claim.start), epoch(o.claim.end), o.start.wall.isoformat()),
        *(o.start.timezone, o.start.by_offset),
        *(times.tzdata_version(o.start.timezone), str(o.status)),
        *(o.resolution and str(o.resolution), o.cancelled_by and str(o.cancelled_by)),
        *(o.reason, str(o.attendance), to_json(o.attendances or None)),
        *(to_epoch(effective_status.next_status_change(o)), o.move_reason),
        *(to_json(o.host_ids or None), to_epoch(o.held_until)),
    )


def attendee(
    uid: str, position: int, person: Attendee, person_id: str | None
) -> dict[str, Any]:
    """The columns of one in a booking."""
    return {
        **person._asdict(),
        "uid": uid,
        "position": position,
        "person_key": person_key(person),
        "phone_digits": phone_digits(person.phone),
        "ref_folded": person.ref and fold_ref(person.ref),
        "responses": to_json(person.responses or None),
        "metadata": to_json(person.metadata or None),
        "person_id": person_id,
        "only_on": _to_dates(person.only_on),
        "absent_on": _to_dates(person.absent_on),
        "replies": replies(person),
    }


def replies(person: Attendee) -> str | None:
    if not person.replies:
        return None
    return to_json(
        [
            {
                "date": reply.day and reply.day.isoformat(),
                "partstat": reply.partstat,
                "at": times.epoch(reply.replied_at),
                "sequence": reply.sequence,
                "stamp": times.epoch(reply.stamped_at),
            }
            for reply in person.replies
        ]
    )


def _to_dates(days: Sequence[date]) -> str | None:
    return to_json([day.isoformat() for day in days]) if days else None
