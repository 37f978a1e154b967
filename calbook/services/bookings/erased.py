"""A person made nobody in one transaction, and what their bookings say of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from calbook.core.model import Actor, Event
from calbook.core.time import times
from calbook.services.bookings.record import append_event, booking_json
from calbook.store import reminders
from calbook.store.booking_texts import forget_texts
from calbook.store.erasing import Eraser, Person

if TYPE_CHECKING:
    from calbook.core.erasing import Marks
    from calbook.store.transaction import Transaction


def lock_person(tx: Transaction, person: Person) -> None:
    """Be alone with somebody's bookings, and with what they book meanwhile."""
    for uid in sorted(person.uids):
        tx.lock_row(uid)
    for key in sorted({*person.identity.ids, *person.identity.keys}):
        tx.lock_key(f"person {key}")


def erase_person(
    tx: Transaction,
    person: Person,
    now: datetime,
    *,
    by: Actor,
    empties: bool = False,
    marks: Marks | None = None,
) -> Eraser:
    """Make somebody nobody; each of their bookings says so in its history.

    `marks` are taken out of what others wrote, in other bookings too.
    """
    lock_person(tx, person)
    eraser = Eraser(tx, times.epoch(now), empties=empties)
    eraser.erase(person)
    if marks is not None:
        eraser.take_out_of_texts(marks)
    forget_texts(tx.connection, eraser.uids)
    for uid in eraser.uids:
        _record(tx, uid, now, by)
    return eraser


def _record(tx: Transaction, uid: str, now: datetime, by: Actor) -> None:
    """A new version, which calendars elsewhere and feeds are brought to.

    Webhooks are not told: whoever acts on a booking that changes has nothing to do
    about one of years ago.
    """
    tx.run(
        "update bookings set version = version + 1, updated_at = :now where uid = :uid",
        uid=uid,
        now=times.epoch(now),
    )
    event = Event("booking.updated", uid, now, by, {"erased": True})
    append_event(tx, event, booking_json(tx, uid, now), is_silent=True)
    if reminders.notification_settings(tx, uid).are_pushed:
        from calbook.store import pushes

        pushes.queue_pushes(tx, uid, kind=event.type, now=now)
