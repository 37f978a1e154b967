"""The life of a booking as a table: which action leads from which status to which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from calbook.core.booking import effective_status
from calbook.core.errors import AlreadyCancelled, UsageError, WrongStatus
from calbook.core.model import Booking, Occurrence, Status


class Action(StrEnum):
    """What can be done to a booking; the value reads after "can be"."""

    CONFIRM = "confirmed"
    REJECT = "rejected"
    CANCEL = "cancelled"
    RESCHEDULE = "rescheduled"
    EXTEND = "extended"
    ATTENDED = "marked as attended"
    NO_SHOW = "marked as a no-show"
    JOIN = "joined"
    LEAVE = "left"


_LIVE = {Status.PENDING: Status.PENDING, Status.CONFIRMED: Status.CONFIRMED}

TRANSITIONS: Mapping[Action, Mapping[Status, Status]] = {
    Action.CONFIRM: {Status.PENDING: Status.CONFIRMED},
    Action.REJECT: {Status.PENDING: Status.CANCELLED},
    Action.CANCEL: dict.fromkeys(_LIVE, Status.CANCELLED),
    Action.RESCHEDULE: _LIVE,
    Action.EXTEND: _LIVE,
    Action.ATTENDED: {
        Status.CONFIRMED: Status.COMPLETED,
        Status.COMPLETED: Status.COMPLETED,
        Status.NO_SHOW: Status.COMPLETED,
    },
    Action.NO_SHOW: {
        Status.CONFIRMED: Status.NO_SHOW,
        Status.COMPLETED: Status.NO_SHOW,
    },
    Action.JOIN: _LIVE,
    Action.LEAVE: _LIVE,
}
# What can be done to what is held for nobody yet: all else is for who has booked it.
_OF_HOLDS = frozenset({Action.CANCEL, Action.RESCHEDULE})


def occurrences_allowing(
    booking: Booking, action: Action, now: datetime
) -> tuple[Occurrence, ...]:
    """The occurrences from which an action leads on; raises when there are none."""
    _check_may_while_held(booking, action, now)
    found = tuple(
        o
        for o in booking.occurrences
        if effective_status.effective_occurrence(o, now).status in TRANSITIONS[action]
    )
    if found:
        return found
    if len(booking.occurrences) == 1:
        _check_step(booking, booking.occurrences[0], action, now)
    raise _wrong_status(
        booking.uid, action, effective_status.effective_status(booking, now)
    )


def check_transition(
    booking: Booking, occurrences: Iterable[Occurrence], action: Action, now: datetime
) -> None:
    """Raise when the life cycle has no such step, before any rule is asked."""
    _check_may_while_held(booking, action, now)
    for occurrence in occurrences:
        _check_step(booking, occurrence, action, now)


def check_booked(booking: Booking, now: datetime) -> None:
    """Raise for what is held for nobody, or was: there is nobody and nothing in it."""
    if not booking.is_hold:
        return
    _check_not_held(booking, now)
    raise UsageError(f"{booking.uid} was held for nobody", uid=booking.uid)


def _check_may_while_held(booking: Booking, action: Action, now: datetime) -> None:
    if action not in _OF_HOLDS:
        _check_not_held(booking, now)
    is_pending = effective_status.effective_status(booking, now) is Status.PENDING
    if action is Action.JOIN and booking.is_offer and is_pending:
        raise UsageError(
            f"{booking.uid} is offered to somebody who waits, and may be nobody's soon",
            hint="wait for a seat: waiting.add",
            command_hint="wait for a seat: calbook create --wait",
            uid=booking.uid,
        )


def _check_not_held(booking: Booking, now: datetime) -> None:
    if not booking.is_hold:
        return
    if effective_status.effective_status(booking, now) is not Status.PENDING:
        return
    raise UsageError(
        f"{booking.uid} is held for nobody yet",
        hint=f'book it: bookings.book_hold("{booking.uid}", attendee=…)',
        command_hint=f"book it: calbook create --hold {booking.uid}",
        uid=booking.uid,
    )


def _check_step(
    booking: Booking, occurrence: Occurrence, action: Action, now: datetime
) -> None:
    """By the status that the clock sees now."""
    current = effective_status.effective_occurrence(occurrence, now)
    if current.status in TRANSITIONS[action]:
        return
    name = occurrence_name(booking, occurrence)
    if action is Action.CANCEL and current.status is Status.CANCELLED:
        raise AlreadyCancelled(name, current.resolution or "cancelled")
    raise _wrong_status(name, action, current.status)


def _wrong_status(name: str, action: Action, status: Status) -> WrongStatus:
    return WrongStatus(
        name, action=action, status=status, allowed=" or ".join(TRANSITIONS[action])
    )


def occurrence_name(booking: Booking, occurrence: Occurrence) -> str:
    """The uid, and of a series the date."""
    return (
        booking.uid
        if booking.recurring is None
        else (f"{booking.uid} on {occurrence.date}")
    )
