"""Seats in groups: taken, given back and moved, for good or on some dates.

One function is one transaction; a refusal raises and nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from calbook.core.booking import participation, seats, series, transitions
from calbook.core.booking.changes import Change
from calbook.core.booking.transitions import Action
from calbook.core.errors import NotAGroup
from calbook.core.model import Attendee, Booking, Occurrence
from calbook.core.people import Wanted
from calbook.core.rules import change_rules
from calbook.core.time import parsing
from calbook.services.availability import seating
from calbook.services.bookings.change import change_booking
from calbook.services.bookings.change_options import ChangeOptions
from calbook.store import booked_people
from calbook.store.context import Context
from calbook.store.people import find_attendee, find_in_booking
from calbook.store.transaction import Transaction
from calbook.wire.json_objects import Json
from calbook.wire.reading import booking_requests
from calbook.wire.reading.booking_requests import Asker

Days = Sequence[str | date]  # as given: read in the booking's zone


def add_attendee(
    context: Context,
    uid: str,
    options: ChangeOptions,
    *,
    attendee: Attendee,
    known_as: str | None,
    asker: Asker,
    on: Days = (),
) -> Json:
    """Take a seat for somebody in all that is to come, or on some dates.

    What they do not say, the book says of whom it finds by `known_as`.
    """

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        event_type = tx.event_type(booking.event_type_id)
        said = attendee if known_as is None else find_attendee(tx, known_as, attendee)
        [person] = booked_people.complete_attendees(tx, [said])
        if event_type.asks_persons:
            booked_people.lock_people(tx, [person])
        dates = find_dates(booking, on, now)
        return seating.add_to_group(
            *(tx, event_type, booking, person, asker), now=now, dates=dates
        )

    return change_booking(context, uid, options, decide)


def remove_attendee(
    context: Context,
    uid: str,
    options: ChangeOptions,
    *,
    person: Wanted,
    by: str,
    on: Days = (),
) -> Json:
    """Give somebody's seat back, for good or on some dates."""
    who = booking_requests.read_actor(by)

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        leaver = find_in_booking(tx, booking.attendees, person)
        dates = find_dates(booking, on, now)
        if dates:
            _check_group(tx, booking)
            left = seats.leave_on(booking, leaver, dates, now=now, by=who)
        else:
            left = seats.leave(booking, leaver, now=now, by=who)
        bound = dates or meetings_left(booking, leaver, now)
        change_rules.check_change(booking, bound, verb="leave", by=who, now=now)
        return left

    return change_booking(context, uid, options, decide)


def find_dates(booking: Booking, on: Days, now: datetime) -> tuple[Occurrence, ...]:
    """The dates of a series that are meant; none where it is all of the booking."""
    days = [parsing.day(text, now=now, timezone=booking.timezone) for text in on]
    found = [series.occurrence_on(booking, day) for day in dict.fromkeys(days)]
    return tuple(found) if booking.recurring is not None else ()


def meetings_left(
    booking: Booking, person: Attendee, now: datetime
) -> tuple[Occurrence, ...]:
    """What somebody leaves: of a series what is still to come for them."""
    live = transitions.occurrences_allowing(booking, Action.LEAVE, now)
    own = participation.meetings_of(person, live)
    ahead = tuple(occurrence for occurrence in own if occurrence.span.start > now)
    return ahead or own


def _check_group(tx: Transaction, booking: Booking) -> None:
    """Only in a group may one person stay away from what the others have."""
    event_type = tx.event_type(booking.event_type_id)
    if event_type.seats is None and not booking.is_group:
        raise NotAGroup(booking.uid, event_type.id)
