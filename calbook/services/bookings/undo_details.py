"""Details of a booking that are to be what they were before they were corrected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from calbook.core import people
from calbook.core.booking import attendees, inverses, lifecycle
from calbook.core.booking.changes import Change
from calbook.core.model import Attendee
from calbook.services.bookings import change, new_guests
from calbook.services.bookings.undo_rules import Rules
from calbook.store.booked_people import correct_attendee


def correct(rules: Rules) -> Change:
    """As `update` would with the values of before, by the rules that it keeps.

    Raises:
        CannotUndo: they are others by now.
    """
    undoing = rules.undoing
    booking = undoing.booking
    wanted = inverses.details_before(undoing)
    if "attendees" in wanted:
        wanted |= _persons(rules)
    after = booking._replace(**wanted)
    if wanted.keys() & {"attendees", "location"}:
        attendees.check_phone(after.location, after.attendee)
    corrected = lifecycle.update(
        booking,
        now=undoing.now,
        by=undoing.by,
        details={"undoes": undoing.past.undoes},
        **wanted,
    )
    is_own = after.location != rules.event_type.location
    return corrected._replace(
        booking=corrected.booking._replace(
            has_own_location=booking.has_own_location and is_own
        )
    )


def _persons(rules: Rules) -> dict[str, Any]:
    """Who is in it again; one whose address was corrected is the same person."""
    booking, now = rules.undoing.booking, rules.undoing.now
    pairs = list(_pairs(rules))
    persons = tuple(
        old if new is None else _correct_back(rules, new, old) for new, old in pairs
    )
    people.check_no_duplicate(persons)
    event_type = rules.event_type
    people.check_contact(event_type.contact, persons[0], event_type.id)
    new_guests.check_new_guests(rules.tx, event_type, booking, persons, now=now)
    wanted: dict[str, Any] = {"attendees": persons}
    for new, old in pairs:
        if new is not None:
            wanted |= change.rename_attendances(booking, new, old)
    return wanted


def _pairs(
    rules: Rules,
) -> Iterator[tuple[Attendee | None, Attendee]]:
    """Each person of before, beside who they are now; None of who is in it no more."""
    booking, past = rules.undoing.booking, rules.undoing.past
    every = past.before.attendees
    are_same = past.facts.keys().isdisjoint({"added", "removed"})
    if are_same and len(every) == len(booking.attendees):
        yield from zip(booking.attendees, every, strict=True)
        return
    for old in every:
        yield people.find_same(booking.attendees, old), old


def _correct_back(rules: Rules, new: Attendee, old: Attendee) -> Attendee:
    back = old._replace(person_id=new.person_id, replies=new.replies)
    if people.lasting_keys(new) == people.lasting_keys(old):
        return back
    back = correct_attendee(rules.tx, rules.undoing.booking.uid, new, back)
    if people.person_key(back) != people.person_key(new):
        back = back._replace(replies=())  # who is there now was not asked
    return back
