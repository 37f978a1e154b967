"""E-mail about bookings, queued beside the events in the booking's own transaction.

Each mail is written now, so that what was said is what is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from calbook import settings
from calbook.core import ids, notices, passing
from calbook.core import reminders as core_reminders
from calbook.core.errors import BadInput, HostWithoutEmail, MailNotConfigured
from calbook.core.fields import folded
from calbook.core.lifecycle import Change
from calbook.core.model import Attendee, Booking, Event
from calbook.core.notices import Notice
from calbook.core.reminders import Due
from calbook.delivery import letters
from calbook.delivery.letters import Envelope
from calbook.ical import Invite
from calbook.settings import MailServer
from calbook.store import outbox, reminders
from calbook.store.transaction import Transaction


def mail_server() -> MailServer:
    """The server that takes the mail.

    Raises:
        MailNotConfigured: there is none.
    """
    server = settings.mail_server()
    if server is None:
        raise MailNotConfigured
    return server


def _usable_server() -> MailServer | None:
    """None as well where the settings are broken: nobody asked for mail just now."""
    with suppress(BadInput):
        return settings.mail_server()
    return None


class _News(NamedTuple):
    """An event, with the booking before it and as it is now."""

    event: Event
    seq: int
    before: Booking | None
    invite: Invite
    now: datetime

    @property
    def notices(self) -> tuple[Notice, ...]:
        after, is_group = self.invite.booking, self.invite.is_group
        return notices.notices(
            self.before, after, self.event, self.now, is_group=is_group
        )


def queue(
    tx: Transaction,
    before: Booking | None,
    change: Change,
    seqs: Iterable[int],
    *,
    now: datetime,
) -> None:
    """One mail for each person whom an event concerns.

    Raises:
        MailNotConfigured: there is no server, or nobody who could be answered.
    """
    after = passing.seen_booking(change.booking, now)
    invite = _invite(tx, after)
    for event, seq in zip(change.events, seqs, strict=True):
        news = _News(event, seq, before, invite, now)
        for notice in news.notices:
            sender = mail_server().sender
            if invite.organizer.email is None:
                raise HostWithoutEmail(invite.organizer.id)
            _queue_notice(tx, news, notice, sender)


def queue_expiry(tx: Transaction, event: Event, seq: int, *, now: datetime) -> None:
    """Tell that a request was not confirmed in time, where anybody can be told.

    Nobody asked for it just now, so nothing is refused.
    """
    invite = _invite(tx, passing.seen_booking(tx.booking(event.uid), now))
    server = _usable_server()
    if server is None or invite.organizer.email is None:
        return
    news = _News(event, seq, None, invite, now)
    for notice in news.notices:
        _queue_notice(tx, news, notice, server.sender)


def _queue_notice(tx: Transaction, news: _News, notice: Notice, sender: str) -> None:
    change = news.event.change
    moved_from = change.get("from")
    for person in notice.persons:
        envelope = Envelope(ids.delivery(), sender, news.now)
        outbox.queue(
            tx,
            id=envelope.id,
            channel="mail",
            target=folded(person.email),
            uid=news.event.uid,
            event_seq=news.seq,
            kind=notice.kind,
            payload=letters.invitation(
                envelope,
                _invite_for(person, news, notice),
                notice,
                person,
                reason=change.get("reason"),
                moved_from=moved_from and datetime.fromisoformat(moved_from),
            ),
            now=news.now,
        )


def _invite_for(person: Attendee, news: _News, notice: Notice) -> Invite:
    """As one person may see it: who left, as it was; in a group nobody but them."""
    after = news.invite.booking
    if notice.has_left:
        assert news.before is not None
        was = passing.seen_booking(news.before, news.now)._replace(
            sequence=after.sequence, updated_at=after.updated_at
        )
        return news.invite._replace(booking=was, leaver=person)
    joiner = person if news.invite.is_group else None
    return news.invite._replace(only=notice.only, joiner=joiner)


def _invite(tx: Transaction, booking: Booking) -> Invite:
    hosts = tuple(tx.host(host_id) for host_id in booking.host_ids)
    return Invite(booking, tx.event_type(booking.event_type_id), hosts)


def remind(tx: Transaction, booking: Booking, *, now: datetime) -> None:
    """Queue the reminders of a booking as it is now, and give up those of before.

    None whose time has come already. Without a mail server, or with settings that
    cannot be read, none is queued.
    """
    server = _usable_server()
    seen = passing.seen_booking(booking, now)
    invite = _invite(tx, seen)
    wanted = core_reminders.due(seen, invite.event_type, invite.hosts, now)
    known = reminders.known(tx, booking.uid)
    for key, old in known.items():
        if old.is_pending and key not in wanted:
            reminders.drop(tx, old.id, now)
    if server is None:
        return
    for key, due in wanted.items():
        queued = known.get(key)
        if queued is None and due.at > now:
            _queue_reminder(tx, server, invite, due, now)
        elif queued is not None and queued.is_pending:
            envelope = Envelope(queued.id, server.sender, now)
            reminders.rewrite(tx, queued.id, _written(envelope, invite, due))


def _queue_reminder(
    tx: Transaction, server: MailServer, invite: Invite, due: Due, now: datetime
) -> None:
    envelope = Envelope(ids.delivery(), server.sender, now)
    outbox.queue(
        tx,
        id=envelope.id,
        channel="mail",
        target=due.key[-1],
        uid=invite.booking.uid,
        kind="reminder",
        payload=_written(envelope, invite, due),
        now=now,
        due_at=due.at,
    )
    reminders.add(tx, invite.booking.uid, due.key, envelope.id)


def _written(envelope: Envelope, invite: Invite, due: Due) -> str:
    """Dated when it will be sent."""
    return letters.reminder(
        envelope._replace(now=due.at), invite, due.person, due.occurrence
    )
