"""E-mail about bookings, queued beside the events in the booking's own transaction.

Each mail is written now, so that what was said is what is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import NamedTuple

from calbook.core import ids
from calbook.core.booking import effective_status, participation
from calbook.core.booking.changes import Change
from calbook.core.checks import fold_email
from calbook.core.errors import BadInput, HostWithoutEmail, MailNotConfigured
from calbook.core.model import Attendee, Booking, Event
from calbook.core.outgoing import mail_notices
from calbook.core.outgoing import reminders as core_reminders
from calbook.core.outgoing.mail_notices import Notice
from calbook.core.outgoing.reminders import DueReminder
from calbook.core.people import label
from calbook.delivery.mail import messages
from calbook.delivery.mail.messages import Envelope
from calbook.ical.writing.event_text import Invite, invite_for, read_invite
from calbook.settings.mail_server import MailServer, mail_server
from calbook.store import outbox, reminders
from calbook.store.transaction import Transaction


def require_mail_server() -> MailServer:
    """The server that takes the mail.

    Raises:
        MailNotConfigured: there is none.
    """
    server = mail_server()
    if server is None:
        raise MailNotConfigured
    return server


def usable_server() -> MailServer | None:
    """None as well where the settings are broken: nobody asked for mail just now."""
    with suppress(BadInput):
        return mail_server()
    return None


class _NoticeEvent(NamedTuple):
    """An event, with the booking before it and as it is now."""

    event: Event
    seq: int
    before: Booking | None
    invite: Invite
    now: datetime

    @property
    def notices(self) -> tuple[Notice, ...]:
        return mail_notices.notices_for(
            self.before, self.invite.booking, self.event, self.now
        )


def queue_notices(
    tx: Transaction,
    before: Booking | None,
    change: Change,
    seqs: Iterable[int],
    *,
    now: datetime,
) -> None:
    """One mail for each person whom an event concerns and who has an address.

    Raises:
        MailNotConfigured: there is no server, or nobody who could be answered.
    """
    after = effective_status.effective_booking(change.booking, now)
    invite = _invite(tx, after)
    for event, seq in zip(change.events, seqs, strict=True):
        news = _NoticeEvent(event, seq, before, invite, now)
        for notice in news.notices:
            if not after.is_hold:  # which is for nobody yet
                tx.untold += [label(p) for p in notice.persons if not p.email]
            if not any(person.email for person in notice.persons):
                continue
            sender = require_mail_server().sender
            if invite.organizer.email is None:
                raise HostWithoutEmail(invite.organizer.id)
            _queue_notice(tx, news, notice, sender)
            tx.mark_told(after.uid)


def queue_expiry_notice(
    tx: Transaction, event: Event, seq: int, *, now: datetime
) -> None:
    """Tell that a request was not confirmed in time, where anybody can be told.

    Nobody asked for it just now, so nothing is refused.
    """
    invite = _invite(tx, effective_status.effective_booking(tx.booking(event.uid), now))
    server = usable_server()
    if server is None or invite.organizer.email is None:
        return
    news = _NoticeEvent(event, seq, None, invite, now)
    for notice in news.notices:
        _queue_notice(tx, news, notice, server.sender)


def _queue_notice(
    tx: Transaction, news: _NoticeEvent, notice: Notice, sender: str
) -> None:
    change = news.event.change
    moved_from = None if change.get("from") == change.get("to") else change["from"]
    for person in notice.persons:
        if person.email is None:
            continue
        own = participation.meetings_of(person, notice.dates)
        told = notice._replace(dates=own or notice.dates)
        envelope = Envelope(ids.delivery(), sender, news.now)
        outbox.queue_delivery(
            tx,
            id=envelope.id,
            channel="mail",
            target=fold_email(person.email),
            uid=news.event.uid,
            event_seq=news.seq,
            kind=notice.kind,
            payload=messages.invitation_message(
                envelope,
                _invite_for(person, news, notice),
                told,
                person,
                reason=change.get("reason"),
                moved_from=moved_from and datetime.fromisoformat(moved_from),
            ),
            now=news.now,
        )


def _invite_for(person: Attendee, news: _NoticeEvent, notice: Notice) -> Invite:
    """As one person may see it: who left, as it was; in a group nobody but them."""
    after = news.invite.booking
    if notice.has_left:
        assert news.before is not None
        was = effective_status.effective_booking(news.before, news.now)._replace(
            sequence=after.sequence, updated_at=after.updated_at
        )
        return news.invite._replace(booking=was, leaver=person)
    told = news.invite._replace(only=notice.only)
    return invite_for(told, person) if after.is_group else told


def _invite(tx: Transaction, booking: Booking) -> Invite:
    return read_invite(booking, cache(tx.host))


def update_reminders(
    tx: Transaction, booking: Booking, *, now: datetime, has_changed: bool = True
) -> None:
    """Queue the reminders of a booking as it is now, and give up those of before.

    None whose time came before they were worked out. What the clock alone makes of a
    meeting drops none here: it may be wrong. Without a mail server, or with settings
    that cannot be read, none is queued.
    """
    server = usable_server()
    invite = _invite(tx, effective_status.effective_booking(booking, now))
    event_type = tx.event_type_of(booking)
    of = booking, event_type, invite.hosts_of
    known = reminders.queued_reminders(tx, booking.uid)
    right = core_reminders.wanted_keys(*of, known)
    for key, old in known.items():
        if old.is_pending and key not in right:
            reminders.drop_reminder(tx, old.id, now)
    if server is None:
        return
    since = reminders.planned_until(tx, booking, now)
    until = core_reminders.plan_end(booking, event_type, now)
    wanted = core_reminders.due_reminders(*of, now, until=until, queued=right)
    for key, due in wanted.items():
        queued = known.get(key)
        if queued is None:
            if due.at > since and due.occurrence.span.start > now:
                _queue_reminder(tx, server, invite, due, now)
            continue
        if queued.dropped_at is not None and queued.dropped_at > now:
            reminders.revive_reminder(tx, queued.id, due.at)
        elif not (queued.is_pending and has_changed):
            continue
        envelope = Envelope(queued.id, server.sender, now)
        reminders.rewrite_reminder(
            tx, queued.id, _reminder_message(envelope, invite, due)
        )
    reminders.save_plan(tx, booking.uid, now, until)


def _queue_reminder(
    tx: Transaction, server: MailServer, invite: Invite, due: DueReminder, now: datetime
) -> None:
    envelope = Envelope(ids.delivery(), server.sender, now)
    outbox.queue_delivery(
        tx,
        id=envelope.id,
        channel="mail",
        target=due.key[-1],
        uid=invite.booking.uid,
        kind="reminder",
        payload=_reminder_message(envelope, invite, due),
        now=now,
        due_at=due.at,
    )
    reminders.add_reminder(tx, invite.booking.uid, due.key, envelope.id)


def _reminder_message(envelope: Envelope, invite: Invite, due: DueReminder) -> str:
    """Dated when it will be sent."""
    return messages.reminder_message(
        envelope._replace(now=due.at), invite, due.person, due.occurrence
    )
