"""Values to columns: what `rows` reads back."""

from __future__ import annotations

from calbook.core.booking import effective_status
from calbook.core.model import Booking, BookingTerms, Occurrence
from calbook.core.time import times
from calbook.core.typing_names import Any
from calbook.store.writer import to_epoch, to_json, to_minutes, to_question


def policy(policy: BookingTerms) -> dict[str, Any]:
    return {
        **policy._asdict(),
        "cancellation_deadline": to_minutes(policy.cancellation_deadline),
        "questions": [to_question(question) for question in policy.questions],
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
        *(times.tzdata_version(o.start.timezone), o.status, o.resolution),
        *(o.cancelled_by, o.reason, o.attendance, to_json(o.attendances or None)),
        *(to_epoch(effective_status.next_status_change(o)), o.move_reason),
        *(to_json(o.host_ids or None), to_epoch(o.held_until)),
    )
