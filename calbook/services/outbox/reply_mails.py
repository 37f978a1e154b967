"""Mail that answers an attendee: the invitation once more, or a no to another time."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from calbook.core import ids
from calbook.core.booking import effective_status, participation
from calbook.core.booking.counters import Counter, occurrence_of
from calbook.core.checks import fold_email
from calbook.core.model import Attendee, Booking, Occurrence, Status
from calbook.core.outgoing.mail_notices import Notice
from calbook.delivery.mail import messages
from calbook.delivery.mail.messages import Envelope
from calbook.ical.writing.event_text import Invite, invite_for, read_invite
from calbook.services.outbox.mail_notices import usable_server
from calbook.store import outbox
from calbook.store.transaction import Transaction

_PAUSE = timedelta(minutes=10)  # between two that somebody asks for


class _Letter(NamedTuple):
    booking: Booking
    person: Attendee
    notice: Notice


def queue_invitation(
    tx: Transaction, booking: Booking, person: Attendee, *, now: datetime
) -> str | None:
    """Send somebody their booking as it is now; why not, where that cannot be.

    A program that asks again and again is not answered each time.
    """
    server = usable_server()
    if server is None:
        return "no mail server is configured"
    seen = effective_status.effective_booking(booking, now)
    if tx.host(seen.host_ids[0]).email is None:
        return "its host has no e-mail address"
    assert person.email is not None
    target = fold_email(person.email)
    if outbox.has_invitation(tx, booking.uid, target, since=now - _PAUSE):
        return "it was sent a moment ago"
    own = participation.meetings_of(person, seen.occurrences)
    live = tuple(o for o in own if o.status is not Status.CANCELLED)
    kind = "request" if live else "cancel"
    notice = Notice(kind, "sent again", (person,), live or own)
    _queue(tx, _Letter(seen, person, notice), server.sender, now)
    return None


def queue_declinecounter(
    tx: Transaction,
    booking: Booking,
    person: Attendee,
    counter: Counter,
    *,
    reason: str | None,
    now: datetime,
) -> str | None:
    """Tell somebody that the time they proposed is not taken; why not, if not."""
    server = usable_server()
    if server is None:
        return "no mail server is configured"
    if person.email is None:
        return "they have no e-mail address"
    seen = effective_status.effective_booking(booking, now)
    if tx.host(seen.host_ids[0]).email is None:
        return "its host has no e-mail address"
    about = _about(seen, counter)
    only = about[0].date if counter.recurrence_id is not None else None
    notice = Notice("declinecounter", "counter declined", (person,), about, only)
    # "MUST echo the original SEQUENCE number" (RFC 5546, 3.2.8)
    echoed = seen._replace(sequence=counter.sequence)
    letter = _Letter(echoed, person, notice)
    _queue(tx, letter, server.sender, now, reason=reason)
    return None


def _about(booking: Booking, counter: Counter) -> tuple[Occurrence, ...]:
    if counter.recurrence_id is None:
        live = (o for o in booking.occurrences if o.status is not Status.CANCELLED)
        return tuple(live) or booking.occurrences
    found = occurrence_of(booking, counter)
    assert found is not None
    return (found,)


def _queue(
    tx: Transaction,
    letter: _Letter,
    sender: str,
    now: datetime,
    *,
    reason: str | None = None,
) -> None:
    booking, person, notice = letter
    assert person.email is not None
    invite: Invite = read_invite(booking, cache(tx.host))._replace(only=notice.only)
    envelope = Envelope(ids.delivery(), sender, now)
    outbox.queue_delivery(
        tx,
        id=envelope.id,
        channel="mail",
        target=fold_email(person.email),
        uid=booking.uid,
        kind=notice.kind,
        payload=messages.invitation_message(
            envelope,
            invite_for(invite, person) if booking.is_group else invite,
            notice,
            person,
            reason=reason,
        ),
        now=now,
    )
