"""What time makes of a booking: asked of the clock, never stored as a status."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from operator import is_

from calbook.core.booking import status_by_time
from calbook.core.model import Actor, Booking, Occurrence, Resolution, Status
from calbook.core.typing_names import NamedTuple


class StatusFacts(NamedTuple):
    """What `status_by_time.summarize_status` needs of a booking, for any time."""

    pending_until: datetime | None
    confirmed_until: datetime | None
    final: Status


def effective_occurrence(occurrence: Occurrence, now: datetime) -> Occurrence:
    """The occurrence as the clock sees it: expired, completed, or as it was left."""
    if status_by_time.is_expired(
        occurrence.status, expires_at=occurrence.expires_at, now=now
    ):
        return occurrence._replace(
            status=Status.CANCELLED,
            resolution=Resolution.EXPIRED,
            cancelled_by=Actor.SYSTEM,
        )
    if status_by_time.is_completed(occurrence.status, end=occurrence.span.end, now=now):
        return occurrence._replace(status=Status.COMPLETED)
    return occurrence


def effective_booking(booking: Booking, now: datetime) -> Booking:
    """The booking as the clock sees it, for calendars.

    A request that expired is a cancellation, and so a new revision from its start on
    (RFC 5546, 2.1.4), told or not.
    """
    occurrences = tuple([effective_occurrence(o, now) for o in booking.occurrences])
    if all(map(is_, occurrences, booking.occurrences)):
        return booking
    untold = [
        before
        for before, after in zip(booking.occurrences, occurrences, strict=True)
        if after.resolution is Resolution.EXPIRED and not before.is_recorded
    ]
    return raise_sequence_for_expiry(booking, untold)._replace(occurrences=occurrences)


def effective_status(booking: Booking, now: datetime) -> Status:
    """The status of the whole booking as the clock sees it."""
    pending_until, confirmed_until, final = status_facts(booking)
    return Status(
        status_by_time.summarize_status(pending_until, confirmed_until, final, now=now)
    )


def next_status_change(occurrence: Occurrence) -> datetime | None:
    """When time will change the status; None when that was told or cannot happen."""
    if occurrence.is_recorded:
        return None
    if occurrence.status is Status.PENDING:
        return occurrence.expires_at
    return occurrence.span.end if occurrence.status is Status.CONFIRMED else None


def raise_sequence_for_expiry(
    booking: Booking, occurrences: Iterable[Occurrence]
) -> Booking:
    """A revision for each request that expired, from then on."""
    expired = [o.expires_at for o in occurrences if o.status is Status.PENDING]
    return booking._replace(
        sequence=booking.sequence + len(expired),
        updated_at=max(booking.updated_at, *expired, booking.updated_at),
    )


def status_facts(booking: Booking) -> StatusFacts:
    """The facts from which a booking's status at any time follows."""
    expiries = [o.expires_at for o in booking.occurrences if o.status is Status.PENDING]
    ends = [o.span.end for o in booking.occurrences if o.status is Status.CONFIRMED]
    return StatusFacts(
        max(expiries, default=None), max(ends, default=None), _final_status(booking)
    )


def _final_status(booking: Booking) -> Status:
    """The status once every occurrence has settled."""
    ended = {Status.PENDING, Status.CANCELLED}
    settled = {o.status for o in booking.occurrences} - ended
    if not settled:
        return Status.CANCELLED
    return Status.NO_SHOW if settled == {Status.NO_SHOW} else Status.COMPLETED
