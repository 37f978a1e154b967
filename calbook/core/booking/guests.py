"""Who comes along to a one-to-one booking, added and taken out after it was made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from calbook.core.booking import attendees, transitions
from calbook.core.booking.transitions import Action
from calbook.core.errors import BadInput, UsageError
from calbook.core.model import Attendee, Booking

MOST = 1_000  # persons of a booking


class GuestChange(NamedTuple):
    """Guests to add, and the addresses of those to take out."""

    added: tuple[Attendee, ...] = ()
    removed: tuple[str, ...] = ()


def change_guests(
    booking: Booking, change: GuestChange, now: datetime
) -> tuple[tuple[Attendee, ...], dict[str, Any]]:
    """The guests after a change, and what the history says of it.

    Who is taken out and added in one change is corrected.

    Raises:
        WrongStatus: it is over or cancelled.
        NotFound: nobody has an address that is to be taken out.
        DuplicateAttendee: somebody is in it already.
        BadInput: it is who booked, or they are too many.
    """
    for action, wanted in ((Action.JOIN, change.added), (Action.LEAVE, change.removed)):
        if wanted:
            transitions.occurrences_allowing(booking, action, now)
    leaving = [attendees.find_attendee(booking, email) for email in change.removed]
    if any(person is booking.attendee for person in leaving):
        raise _booker_stays(booking)
    stay = [p for p in booking.guests if not any(p is other for other in leaving)]
    after = (*stay, *change.added)
    attendees.check_no_duplicate((booking.attendee, *after))
    if len(after) >= MOST:
        raise BadInput(f"a booking has {MOST:,} persons at most", field="guests")
    told = {"added": _named(change.added), "removed": _named(leaving)}
    return after, {what: persons for what, persons in told.items() if persons}


def check_takes_guests(booking: Booking, *, has_seats: bool) -> None:
    """Raise where everybody has a seat of their own."""
    if booking.is_group or has_seats:
        raise UsageError(
            f"{booking.uid} is a group: a seat is taken or given back for each person",
            hint=f'bookings.add_attendee("{booking.uid}", …) or remove_attendee',
            command_hint=f"calbook attendee add {booking.uid}, or attendee remove",
            uid=booking.uid,
        )


def _booker_stays(booking: Booking) -> BadInput:
    return BadInput(
        f"{booking.attendee.email} has booked {booking.uid} and is no guest in it",
        hint="cancel it, or give it another name and email",
        command_hint="cancel it, or give it another --name and --email",
        field="removeGuests",
    )


def _named(persons: Iterable[Attendee]) -> list[dict[str, str | None]]:
    return [{"email": person.email, "name": person.name} for person in persons]
