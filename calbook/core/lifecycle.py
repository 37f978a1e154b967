"""The life of a booking: one table of steps, and one function per action.

Each function takes a booking and returns the next booking with the event that
tells of it, or raises. Whether the rules allow it is asked in `policy`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from calbook.core import aging, times
from calbook.core.errors import AlreadyCancelled, NothingToChange, WrongStatus
from calbook.core.model import (
    Actor,
    Booking,
    Event,
    Moment,
    Occurrence,
    Resolution,
    Span,
    Status,
)


class Action(StrEnum):
    """What can be done to a booking; the value reads after "can be"."""

    CONFIRM = "confirmed"
    REJECT = "rejected"
    CANCEL = "cancelled"
    RESCHEDULE = "rescheduled"


TRANSITIONS: Mapping[Action, Mapping[Status, Status]] = {
    Action.CONFIRM: {Status.PENDING: Status.CONFIRMED},
    Action.REJECT: {Status.PENDING: Status.CANCELLED},
    Action.CANCEL: {
        Status.PENDING: Status.CANCELLED,
        Status.CONFIRMED: Status.CANCELLED,
    },
    Action.RESCHEDULE: {
        Status.PENDING: Status.PENDING,
        Status.CONFIRMED: Status.CONFIRMED,
    },
}


class Change(NamedTuple):
    """A booking after an action, and the event that tells of it."""

    booking: Booking
    event: Event


class Summary(NamedTuple):
    """What `aging.summary` needs to know a booking's status at any time."""

    pending_until: datetime | None
    confirmed_until: datetime | None
    final: Status


# -- what time does ---------------------------------------------------------------


def seen(occurrence: Occurrence, now: datetime) -> Occurrence:
    """The occurrence as the clock sees it: expired, completed, or as it was left."""
    start, end = occurrence.span.start.timestamp(), occurrence.span.end.timestamp()
    if aging.is_expired(occurrence.status, start=start, now=now.timestamp()):
        return occurrence._replace(
            status=Status.CANCELLED,
            resolution=Resolution.EXPIRED,
            cancelled_by=Actor.SYSTEM,
        )
    if aging.is_completed(occurrence.status, end=end, now=now.timestamp()):
        return occurrence._replace(status=Status.COMPLETED)
    return occurrence


def seen_booking(booking: Booking, now: datetime) -> Booking:
    """The booking as the clock sees it, for calendars.

    A request that expired is a cancellation, and so a new revision from its start on
    (RFC 5546, 2.1.4).
    """
    occurrences = tuple(seen(occurrence, now) for occurrence in booking.occurrences)
    expired = [o for o in occurrences if o.resolution is Resolution.EXPIRED]
    if expired:
        booking = booking._replace(
            sequence=booking.sequence + 1,
            updated_at=max(booking.updated_at, *(o.span.start for o in expired)),
        )
    return booking._replace(occurrences=occurrences)


def due(occurrence: Occurrence) -> datetime | None:
    """When time will change the status; None when that was told or cannot happen."""
    if occurrence.told:
        return None
    if occurrence.status is Status.PENDING:
        return occurrence.span.start
    return occurrence.span.end if occurrence.status is Status.CONFIRMED else None


def passed(booking: Booking, occurrence: Occurrence, now: datetime) -> Change:
    """Tell of what time did to an occurrence, once; the booking itself stays."""
    status = seen(occurrence, now).status
    assert status is not occurrence.status
    kind = "booking.completed" if status is Status.COMPLETED else "booking.cancelled"
    told = tuple(
        o._replace(told=True) if o is occurrence else o for o in booking.occurrences
    )
    event = Event(
        kind,
        booking.uid,
        now,
        Actor.SYSTEM,
        {} if status is Status.COMPLETED else {"resolution": Resolution.EXPIRED},
        occurrence.recurrence_id,
    )
    return Change(booking._replace(occurrences=told), event)


def summary(booking: Booking) -> Summary:
    """The facts from which a booking's status at any time follows."""
    stored = {
        status: [o for o in booking.occurrences if o.status is status]
        for status in Status
    }
    return Summary(
        max((o.span.start for o in stored[Status.PENDING]), default=None),
        max((o.span.end for o in stored[Status.CONFIRMED]), default=None),
        _final(booking),
    )


def _final(booking: Booking) -> Status:
    """The status once every occurrence has settled."""
    ended = {Status.PENDING, Status.CANCELLED}
    settled = {o.status for o in booking.occurrences} - ended
    if not settled:
        return Status.CANCELLED
    return Status.NO_SHOW if settled == {Status.NO_SHOW} else Status.COMPLETED


# -- what people do ---------------------------------------------------------------


def create(booking: Booking, *, by: Actor) -> Change:
    """Begin: the booking as made, and `booking.created`."""
    change = {"overrides": list(booking.overrides)} if booking.overrides else {}
    return Change(
        booking, Event("booking.created", booking.uid, booking.created_at, by, change)
    )


def confirm(booking: Booking, *, now: datetime, by: Actor = Actor.HOST) -> Change:
    def step(occurrence: Occurrence) -> Occurrence:
        return occurrence._replace(
            status=_next(booking, occurrence, Action.CONFIRM, now), told=False
        )

    return _changed(booking, step, kind="booking.confirmed", by=by, now=now)


def reject(
    booking: Booking, *, now: datetime, reason: str | None, by: Actor = Actor.HOST
) -> Change:
    return _ended(booking, Action.REJECT, now=now, by=by, reason=reason)


def cancel(booking: Booking, *, now: datetime, by: Actor, reason: str | None) -> Change:
    return _ended(booking, Action.CANCEL, now=now, by=by, reason=reason)


def _ended(
    booking: Booking, action: Action, *, now: datetime, by: Actor, reason: str | None
) -> Change:
    resolution = Resolution(action.value)

    def step(occurrence: Occurrence) -> Occurrence:
        return occurrence._replace(
            status=_next(booking, occurrence, action, now),
            resolution=resolution,
            cancelled_by=by,
            reason=reason,
        )

    # RFC 5546, 2.1.4: a cancellation is a new revision.
    return _changed(
        booking._replace(sequence=booking.sequence + 1),
        step,
        kind="booking.cancelled",
        by=by,
        now=now,
        change={"resolution": resolution, "reason": reason},
    )


def reschedule(
    booking: Booking,
    *,
    start: Moment,
    meeting: Span,
    claim: Span,
    now: datetime,
    by: Actor,
    reason: str | None,
    overrides: tuple[str, ...] = (),
) -> Change:
    """Move a booking that has one occurrence.

    When its attendee moves a booking that the host had to confirm, the host is
    asked again.
    """
    old = booking.single
    status = _next(booking, old, Action.RESCHEDULE, now)
    check_moves(booking, meeting)
    if by is Actor.ATTENDEE and booking.policy.requires_confirmation:
        status = Status.PENDING
    moved = old._replace(
        recurrence_id=meeting.start,
        date=times.local_date(meeting.start, booking.timezone),
        start=start,
        span=meeting,
        claim=claim,
        status=status,
        told=False,
    )
    return _changed(
        booking._replace(
            sequence=booking.sequence + 1,
            overrides=tuple(dict.fromkeys((*booking.overrides, *overrides))),
        ),
        lambda _: moved,
        kind="booking.rescheduled",
        by=by,
        now=now,
        change={
            "from": times.rfc3339(old.span.start, booking.timezone),
            "to": times.rfc3339(meeting.start, booking.timezone),
            "reason": reason,
            **({"overrides": list(overrides)} if overrides else {}),
        },
    )


_JSON_NAMES = {"attendees": "attendee", "meeting_url": "meetingUrl"}


def update(booking: Booking, *, now: datetime, by: Actor, **fields: Any) -> Change:
    """Correct what is not its time or status; refuses when nothing differs."""
    after = booking._replace(**fields)
    changed = [
        name for name in fields if getattr(after, name) != getattr(booking, name)
    ]
    if not changed:
        raise NothingToChange(
            f"{booking.uid} has these values already",
            hint="name what to change, as in --notes or --meta",
            uid=booking.uid,
        )
    return _changed(
        after,
        lambda occurrence: occurrence,
        kind="booking.updated",
        by=by,
        now=now,
        change={"fields": [_JSON_NAMES.get(name, name) for name in changed]},
    )


def check(booking: Booking, action: Action, now: datetime) -> None:
    """Raise when the life cycle has no such step, before any rule is asked."""
    for occurrence in booking.occurrences:
        _next(booking, occurrence, action, now)


def check_moves(booking: Booking, meeting: Span) -> None:
    """Raise when a move would end where it began."""
    if meeting == booking.single.span:
        raise NothingToChange(
            f"{booking.uid} is at that time already",
            hint="give another --start",
            uid=booking.uid,
        )


def _next(
    booking: Booking, occurrence: Occurrence, action: Action, now: datetime
) -> Status:
    """The status after an action, from the one that the clock sees now."""
    current = seen(occurrence, now)
    after = TRANSITIONS[action].get(current.status)
    if after is not None:
        return after
    if action is Action.CANCEL and current.status is Status.CANCELLED:
        raise AlreadyCancelled(booking.uid, current.resolution or "cancelled")
    raise WrongStatus(
        booking.uid,
        action=action,
        status=current.status,
        allowed=" or ".join(TRANSITIONS[action]),
    )


def _changed(
    booking: Booking,
    step: Callable[[Occurrence], Occurrence],
    *,
    kind: str,
    by: Actor,
    now: datetime,
    change: Mapping[str, Any] | None = None,
) -> Change:
    after = booking._replace(
        occurrences=tuple(step(occurrence) for occurrence in booking.occurrences),
        version=booking.version + 1,
        updated_at=now,
    )
    return Change(after, Event(kind, booking.uid, now, by, change or {}))
