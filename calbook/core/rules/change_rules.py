"""May a booking still be cancelled, moved or left? Its attendee is bound, no host."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from calbook.core.errors import CalbookError, CancellationNotAllowed, DeadlinePassed
from calbook.core.model import NO_TIME, Actor, Booking, Occurrence, Status
from calbook.core.rules.booking_rules import combine_refusals
from calbook.core.time import times


def check_change(
    booking: Booking,
    occurrences: Iterable[Occurrence],
    *,
    verb: str,
    by: Actor,
    now: datetime,
) -> None:
    """May the attendee still cancel or move them? The host always may.

    By the rules of the day it was booked, and never once a meeting has begun.
    Cancelling a pending request is free, and so is leaving one; what is cancelled binds
    nobody.
    """
    if by is not Actor.ATTENDEE:
        return
    moves = verb == "reschedule"
    free = {Status.CANCELLED} if moves else {Status.CANCELLED, Status.PENDING}
    bound = [occurrence for occurrence in occurrences if occurrence.status not in free]
    if not bound:
        return
    if not booking.policy.allow_cancellation:
        refusal: CalbookError = CancellationNotAllowed(
            f"{booking.uid} cannot be changed by its attendee",
            **_HOST_MAY,
            uid=booking.uid,
        )
        raise combine_refusals([refusal])
    deadline = booking.policy.cancellation_deadline or NO_TIME
    first = min(occurrence.span.start for occurrence in bound)
    if now < first and first - now >= deadline:
        return
    raise combine_refusals([_too_late(booking, verb, first - deadline, now)])


_HOST_MAY = {
    "hint": 'the host may: by="host"',
    "command_hint": "the host may: --by host,"
    " or from now on: calbook config set defaults.by host",
}


def _too_late(
    booking: Booking, verb: str, deadline: datetime, now: datetime
) -> CalbookError:
    until = times.format_moment(deadline, booking.timezone)
    return DeadlinePassed(
        f"it is too late to {verb} {booking.uid}: that was possible until {until}",
        **_HOST_MAY,
        uid=booking.uid,
        deadline=times.rfc3339(deadline, booking.timezone),
        now=times.rfc3339(now, booking.timezone),
    )
