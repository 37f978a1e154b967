"""A person made nobody, wherever something of theirs is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from calbook.core import checks, ids
from calbook.core.errors import HasBookings, NotFound, StoreError
from calbook.core.model import Actor
from calbook.core.people import (
    Wanted,
    label_with_contact,
    phone_digits,
)
from calbook.core.time import times
from calbook.services.bookings.change_options import ChangeOptions
from calbook.services.bookings.erased import erase_person, lock_person
from calbook.store import erasing as store
from calbook.store import people
from calbook.store.engines import administer
from calbook.store.erasing import Person
from calbook.store.facts import Facts
from calbook.store.personal_places import place_name
from calbook.store.short_ids import find_id

if TYPE_CHECKING:
    from calbook.core.model import Booking
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction
    from calbook.wire.json_objects import Json


class _Meant(NamedTuple):
    """Who is to be erased, and what they are called until then."""

    person: Person
    label: str


def erase(
    context: Context,
    person: str,
    *,
    uid: str | None,
    cancel: bool,
    dry_run: bool,
    cancelled: Callable[[], object] | None,
) -> Json:
    """Make somebody nobody, and give back the room in which they stood.

    `cancelled` is called in between: mail that waits still is dropped after it.

    Raises:
        NotFound: nobody is meant.
        AmbiguousPerson: several are.
        HasBookings: something is still to come, and `cancel` is not said.
        StoreError: this role may not change what is past.
    """
    _check_rights(context)
    with context.store.read(Facts) as facts:
        before = _find(facts, person, uid).person
    ended = _settle_coming(context, before, cancel=cancel, dry_run=dry_run)
    if ended and cancelled is not None and not dry_run:
        cancelled()
    if not dry_run:
        context.store.overwrite_deleted()

    def step(tx: Transaction) -> Json:
        lock_person(tx, _find_again(tx, person, uid, before))
        meant, now = _find_again(tx, person, uid, before), context.clock()
        if not dry_run:
            _check_coming(tx, meant, now)
        eraser = erase_person(tx, meant, now, by=Actor.HOST)
        left = store.find_left(tx, meant.identity)
        return {
            "person": meant.id,
            "bookings": len(eraser.uids),
            "places": [
                {"place": place_name(table), "count": count}
                for table, count in eraser.changed.items()
                if count
            ],
            "elsewhere": [
                {"place": place_name(f.table), "key": f.key, "field": f.column}
                for f in left
            ],
            "cancelled": ended,
            "mailsDropped": eraser.dropped,
        }

    answer = context.store.write(step, dry_run=dry_run)
    keeper = administer(context.store)
    is_clean = not dry_run and _rewrite(keeper.compact)
    copies = [*keeper.list_copies()]
    return {**answer, "compacted": is_clean, "copies": copies, "dryRun": dry_run}


def find_meant(facts: Facts, person: str, uid: str | None) -> Person:
    """Who is meant, as for `erase`."""
    return _find(facts, person, uid).person


def describe(context: Context, person: str, *, uid: str | None) -> str:
    """What somebody who is meant is called."""
    with context.store.read(Facts) as facts:
        return _find(facts, person, uid).label


def _rewrite(compact: Callable[[], object]) -> bool:
    """Whether the file was written anew; all is erased, if its bytes are not."""
    try:
        compact()
    except StoreError:
        return False
    return True


def _check_rights(context: Context) -> None:
    if not context.store.may_change_history():
        raise StoreError(
            f"only who owns the tables of {context.store.path} may erase somebody",
            hint="history is changed by it, which the role of every day may not do",
            path=context.store.path,
        )


# -- who ------------------------------------------------------------------------------


def _find(facts: Facts, text: str, uid: str | None) -> _Meant:
    if uid is not None:
        return _find_in(facts, text, uid)
    try:
        row = people.find_person(facts, text)
    except NotFound:
        stranger = _contact(text)
        if not stranger:
            raise
        return _Meant(store.read_stranger(facts, stranger), text)
    label = f"{label_with_contact(dict(row))} ({row['id']})"
    return _Meant(store.read_person(facts, row, everywhere=True), label)


def _find_again(facts: Facts, text: str, uid: str | None, before: Person) -> Person:
    """As they are now; who has but a name may have left the booking since."""
    try:
        return _find(facts, text, uid).person
    except NotFound:
        if before.uid is None:
            raise
        return before


def _contact(text: str) -> dict[str, str]:
    """Of who is in no book, what may lead to them: no name does."""
    said = checks.line(text, "person", most=checks.EMAIL_LENGTH).strip()
    if "@" in said:
        return {"email": checks.email(said)}
    is_number = checks.is_phone(said) and len(phone_digits(said) or "") > _SHORT
    return {"phone": said} if is_number else {}


_SHORT = 5  # digits that are no phone number


def _find_in(facts: Facts, text: str, uid: str) -> _Meant:
    """By a name, as well: in a booking, or in an entry of the waiting list."""
    if ids.is_waiting(uid):
        from calbook.core.people import find_attendee
        from calbook.store.waiting import find_entry

        key = find_id(facts, "waiting", uid)
        found = find_attendee(find_entry(facts, key).attendees, Wanted(person=text))
    else:
        key = facts.resolve_uid(uid)
        booking = facts.booking(key)
        found = people.find_in_booking(facts, booking.attendees, Wanted(person=text))
    contacts = {"email": found.email, "phone": found.phone, "ref": found.ref}
    if found.person_id is not None:
        return _find(facts, found.person_id, None)
    if any(contacts.values()):
        return _Meant(store.read_stranger(facts, contacts), label_with_contact(found))
    assert found.name is not None
    return _Meant(store.read_nameless(found.name, key), found.name)


# -- what is still to come ------------------------------------------------------------


def _settle_coming(
    context: Context, person: Person, *, cancel: bool, dry_run: bool
) -> list[str]:
    """Cancel what is still to take place with somebody, as they would; its uids."""
    with context.store.read(Facts) as facts:
        now = times.epoch(context.clock())
        coming = store.coming_bookings(facts, person, now)
        waits = store.entries_in_line(facts, person, now)
        found = [(key, facts.booking(key)) for key in coming]
    if (coming or waits) and not cancel:
        raise HasBookings([*coming, *waits])
    if dry_run:
        return [*coming, *waits]
    for id in waits:
        from calbook.services.bookings import waiting_list

        waiting_list.remove(context, id, dry_run=False)
    for _, booking in found:
        _cancel(context, booking, person)
    return [*coming, *waits]


def _check_coming(tx: Transaction, person: Person, now: datetime) -> None:
    """Somebody may have booked again while the rest was cancelled."""
    at = times.epoch(now)
    found = store.coming_bookings(tx, person, at), store.entries_in_line(tx, person, at)
    if coming := [*chain(*found)]:
        raise HasBookings(coming)


def _cancel(context: Context, booking: Booking, person: Person) -> None:
    """A whole booking, or of a group and of others' their part in it."""
    from calbook.core.booking.guests import GuestChange
    from calbook.services.bookings import change, seats
    from calbook.wire.reading.booking_requests import Dates

    options, uid = ChangeOptions(), booking.uid
    who = Wanted(person=person.id or next(iter(person.identity.names)))
    with context.store.read(Facts) as facts:
        me = people.find_in_booking(facts, booking.attendees, who)
    if booking.is_group and len(booking.attendees) > 1:
        seats.remove_attendee(context, uid, options, person=who, by="host")
    elif me is booking.attendee:
        dates = Dates(all=booking.recurring is not None)
        change.cancel(context, uid, options, by="host", reason=None, dates=dates)
    else:
        leaving = GuestChange(removed=(who,))
        change.update(
            context, uid, options, attendee={}, values={}, guest_change=leaving
        )
