"""Mail to who waits: that there is time, and until when it is held."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from calbook.core import ids
from calbook.core.booking import effective_status
from calbook.core.checks import fold_email
from calbook.core.model import Booking, Occurrence, Status
from calbook.core.people import label
from calbook.delivery.mail import messages
from calbook.delivery.mail.messages import Envelope
from calbook.ical.writing.event_text import read_invite
from calbook.services.outbox.mail_notices import usable_server
from calbook.store import outbox
from calbook.store.transaction import Transaction

if TYPE_CHECKING:
    from calbook.core.booking.waiting import Entry


def can_tell(tx: Transaction, booking: Booking) -> bool:
    """Whether mail about a booking can go out, and be answered."""
    return usable_server() is not None and bool(tx.host(booking.first_hosts[0]).email)


def queue_offer(
    tx: Transaction, entry: Entry, booking: Booking, *, now: datetime
) -> None:
    """Tell who was in line of what is held for them, where they can be told.

    Who has no address is named after the command.
    """
    server = usable_server()
    if server is None or not can_tell(tx, booking):
        return
    assert entry.held_until is not None
    person = entry.attendees[0]
    if person.email is None:
        tx.untold.append(label(person))
        return
    seen = effective_status.effective_booking(booking, now)
    invite = read_invite(seen, cache(tx.host))
    envelope = Envelope(ids.delivery(), server.sender, now)
    outbox.queue_delivery(
        tx,
        id=envelope.id,
        channel="mail",
        target=fold_email(person.email),
        uid=booking.uid,
        kind="offer",
        payload=messages.offer_message(
            envelope,
            invite._replace(joiner=person) if entry.is_seat else invite,
            person,
            _dates_ahead(booking, now),
            until=entry.held_until,
            id=entry.id,
        ),
        now=now,
    )


def _dates_ahead(booking: Booking, now: datetime) -> tuple[Occurrence, ...]:
    live = [o for o in booking.occurrences if o.status is not Status.CANCELLED]
    return tuple(o for o in live if o.span.start > now) or booking.occurrences
