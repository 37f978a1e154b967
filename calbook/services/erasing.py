"""A person made nobody, wherever something of theirs is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from calbook.core import checks, ids
from calbook.core.erasing import Identity, Marks
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
from calbook.store.others_texts import find_left
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


class Erasing(NamedTuple):
    """What is to be done: of `person`, in the booking `uid` where a name must do.

    `cancel` what is to come first; `texts`: take the name out of others' texts, too.
    """

    person: str
    uid: str | None
    cancel: bool
    texts: bool


def erase(
    context: Context,
    wanted: Erasing,
    *,
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
    keeper = administer(context.store)
    with context.store.read(Facts) as facts:
        before = _find(facts, wanted).person
    if dry_run:
        answer = context.store.write(
            lambda tx: _try(context, tx, wanted, before), dry_run=True
        )
        copies = [*keeper.list_copies()]
        return {**answer, "compacted": False, "copies": copies, "dryRun": True}
    ended = _settle_coming(context, before, cancel=wanted.cancel)
    if any(ended) and cancelled is not None:
        cancelled()
    context.store.overwrite_deleted()
    answer = context.store.write(
        lambda tx: _erase(tx, wanted, before, ended, context.clock())
    )
    is_clean = _rewrite(keeper.compact)
    copies = [*keeper.list_copies()]
    return {**answer, "compacted": is_clean, "copies": copies, "dryRun": False}


def _try(context: Context, tx: Transaction, wanted: Erasing, before: Person) -> Json:
    """All of it in one transaction, which the caller takes back."""
    from calbook.store.context import Context
    from calbook.store.within import StoreWithin

    within = Context(StoreWithin(context.store, tx), context.clock)
    ended = _settle_coming(within, before, cancel=wanted.cancel)
    return _erase(tx, wanted, before, ended, context.clock())


def _erase(
    tx: Transaction, wanted: Erasing, before: Person, ended: _Ended, now: datetime
) -> Json:
    lock_person(tx, _find_again(tx, wanted, before))
    meant = _find_again(tx, wanted, before)
    _check_coming(tx, meant, now)
    marks = Marks(meant.identity, with_names=wanted.texts)
    eraser = erase_person(tx, meant, now, by=Actor.HOST, marks=marks)
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
            | {"uid": f.uid}
            for f in find_left(tx, marks)
        ],
        "cancelled": ended.cancelled,
        "left": ended.left,
        "mailsDropped": eraser.dropped,
    }


def find_meant(facts: Facts, person: str, uid: str | None) -> Person:
    """Who is meant, as for `erase`."""
    return _find(facts, Erasing(person, uid, cancel=False, texts=False)).person


def describe(
    context: Context, person: str, *, uid: str | None, texts: bool = False
) -> str:
    """What somebody who is meant is called."""
    with context.store.read(Facts) as facts:
        return _find(facts, Erasing(person, uid, cancel=False, texts=texts)).label


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


def _find(facts: Facts, wanted: Erasing) -> _Meant:
    text = wanted.person
    if wanted.uid is not None:
        return _find_in(facts, text, wanted.uid)
    try:
        return _find_in_book(facts, text)
    except NotFound:
        if stranger := _contact(text):
            return _Meant(store.read_stranger(facts, stranger), text)
        if wanted.texts and len(text.split()) > 1:
            identity = Identity(names=frozenset({text}))
            return _Meant(Person(None, identity, ()), text)
        raise


def _find_in_book(facts: Facts, text: str) -> _Meant:
    row = people.find_person(facts, text)
    label = f"{label_with_contact(dict(row))} ({row['id']})"
    return _Meant(store.read_person(facts, row, everywhere=True), label)


def _find_again(facts: Facts, wanted: Erasing, before: Person) -> Person:
    """As they are now; who has but a name may have left the booking since."""
    try:
        return _find(facts, wanted).person
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
        return _find_in_book(facts, found.person_id)
    if any(contacts.values()):
        return _Meant(store.read_stranger(facts, contacts), label_with_contact(found))
    assert found.name is not None
    return _Meant(store.read_nameless(found.name, key), found.name)


# -- what is still to come ------------------------------------------------------------


class _Ended(NamedTuple):
    """What was to come: bookings and waiting cancelled, and parts in others' left."""

    cancelled: list[str]
    left: list[str]


def _settle_coming(context: Context, person: Person, *, cancel: bool) -> _Ended:
    """Cancel what is still to take place with somebody, as they would."""
    with context.store.read(Facts) as facts:
        now = times.epoch(context.clock())
        coming = store.coming_bookings(facts, person, now)
        waits = store.entries_in_line(facts, person, now)
        found = [(key, facts.booking(key)) for key in coming]
    if (coming or waits) and not cancel:
        raise HasBookings([*coming, *waits])
    for id in waits:
        from calbook.services.bookings import waiting_list

        waiting_list.remove(context, id, dry_run=False)
    left = [key for key, booking in found if not _cancel(context, booking, person)]
    return _Ended([*(key for key in coming if key not in left), *waits], left)


def _check_coming(tx: Transaction, person: Person, now: datetime) -> None:
    """Somebody may have booked again while the rest was cancelled."""
    at = times.epoch(now)
    found = store.coming_bookings(tx, person, at), store.entries_in_line(tx, person, at)
    if coming := [*chain(*found)]:
        raise HasBookings(coming)


def _cancel(context: Context, booking: Booking, person: Person) -> bool:
    """A whole booking, or of a group and of others' their part; whether the whole."""
    from calbook.core.booking.guests import GuestChange
    from calbook.services.bookings import change, seats
    from calbook.wire.reading.booking_requests import Dates

    options, uid = ChangeOptions(), booking.uid
    who = Wanted(person=person.id or next(iter(person.identity.names)))
    with context.store.read(Facts) as facts:
        me = people.find_in_booking(facts, booking.attendees, who)
    if booking.is_group and len(booking.attendees) > 1:
        seats.remove_attendee(context, uid, options, person=who, by="host")
        return False
    if me is booking.attendee:
        dates = Dates(all=booking.recurring is not None)
        change.cancel(context, uid, options, by="host", reason=None, dates=dates)
        return True
    leaving = GuestChange(removed=(who,))
    change.update(context, uid, options, attendee={}, values={}, guest_change=leaving)
    return False
