"""Who comes along to a one-to-one booking, added and taken out after it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from calbook.core import people
from calbook.core.booking import transitions
from calbook.core.booking.transitions import Action
from calbook.core.errors import BadInput, UsageError
from calbook.core.model import Attendee, Booking
from calbook.core.people import Wanted
from calbook.core.typing_names import Any, NamedTuple


class GuestChange(NamedTuple):
    """Guests to add, and those to take out."""

    added: tuple[Attendee, ...] = ()
    removed: tuple[Wanted, ...] = ()


def change_guests(
    booking: Booking,
    change: GuestChange,
    now: datetime,
    *,
    find: Callable[[Sequence[Attendee], Wanted], Attendee] = people.find_attendee,
) -> tuple[tuple[Attendee, ...], dict[str, Any]]:
    """The guests after a change, and what the history says of it.

    Who is taken out and added in one change is corrected.

    Raises:
        WrongStatus: it is over or cancelled.
        NotFound: nobody is whom somebody means.
        AmbiguousPerson: several are.
        DuplicateAttendee: somebody is in it already.
        BadInput: it is who booked, or they are too many.
    """
    for action, wanted in ((Action.JOIN, change.added), (Action.LEAVE, change.removed)):
        if wanted:
            transitions.occurrences_allowing(booking, action, now)
    leaving = [find(booking.attendees, who) for who in change.removed]
    if any(person is booking.attendee for person in leaving):
        raise _booker_stays(booking)
    stay = [p for p in booking.guests if not any(p is other for other in leaving)]
    after = (*stay, *change.added)
    people.check_no_duplicate((booking.attendee, *after))
    if len(after) >= people.MOST:
        raise BadInput(f"a booking has {people.MOST:,} persons at most", field="guests")
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
        f"{people.label(booking.attendee)} has booked {booking.uid}"
        " and is no guest in it",
        hint="cancel it, or give it another name and email",
        command_hint="cancel it, or give it another --name and --email",
        field="removeGuests",
    )


def _named(persons: Iterable[Attendee]) -> list[dict[str, str | None]]:
    return [
        {"email": person.email, "name": person.name}
        | {k: v for k in ("phone", "ref") if (v := getattr(person, k))}
        for person in persons
    ]
