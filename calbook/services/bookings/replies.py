"""What attendees answer by mail: read, judged by the table of outcomes, kept.

Each answer is one transaction. What is only reported changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from calbook.core import ids
from calbook.core.booking import counters, participation, replies, series
from calbook.core.booking.counters import Counter, State
from calbook.core.booking.replies import Facts, Method, Outcome, Sender
from calbook.core.checks import fold_email
from calbook.core.model import MINUTE, Attendee, Booking, Occurrence, Reply, Span
from calbook.core.people import person_key
from calbook.core.time import times
from calbook.ical.reading.mails import ReceivedMail, read_mail
from calbook.ical.reading.replies import Answer
from calbook.ical.writing import series as of_series
from calbook.services.bookings import declined, record
from calbook.services.bookings.change_options import ChangeOptions
from calbook.services.outbox import reply_mails
from calbook.settings.mail_server import authserv_id
from calbook.store import counters as store
from calbook.store.time_changes import TimeChange, time_changes_after
from calbook.wire.writing.replies import answer_to_json

if TYPE_CHECKING:
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction
    from calbook.wire.json_objects import Json

_AHEAD = 10 * MINUTE  # by which a clock may be wrong
_UID = re.compile(r"(bk_[0-9a-z]{12})@calbook", re.IGNORECASE | re.ASCII)


def read_reply(
    context: Context, data: bytes, *, trust_forwarded: bool, dry_run: bool
) -> list[Json]:
    """What came of each answer in a mail or calendar file; nothing of other mail.

    Raises:
        BadInput: it cannot be read, or is too large.
    """
    mail = read_mail(data, authserv_id=authserv_id())
    return keep_answers(context, mail, trust_forwarded=trust_forwarded, dry_run=dry_run)


def keep_answers(
    context: Context, mail: ReceivedMail, *, trust_forwarded: bool, dry_run: bool
) -> list[Json]:

    def keep(answer: Answer) -> Json:
        def change(tx: Transaction) -> Json:
            return _keep_answer(tx, context.clock(), mail, answer, trust_forwarded)

        return context.store.write(change, dry_run=dry_run)

    return [keep(answer) for answer in mail.answers]


def is_own_answer(answer: Answer) -> bool:
    """Whether it is to an invitation that calbook has sent, here or elsewhere."""
    return _UID.fullmatch(answer.uid) is not None


class _Read(NamedTuple):
    """An answer, and what of the booking it is about."""

    answer: Answer
    booking: Booking
    person: Attendee | None
    attendees: int
    targets: tuple[Occurrence, ...] = ()
    days: tuple[date, ...] = ()  # of a series, where it is not about all
    has_date: bool = True
    proposed: Span | None = None

    @property
    def key(self) -> datetime | None:
        """The date of a series that a COUNTER is about; None of all."""
        return self.targets[0].recurrence_id if self.days else None

    @property
    def says(self) -> str:
        """PARTSTAT, or the time that is proposed."""
        if self.answer.method is Method.COUNTER:
            return _span_text(self.proposed)
        own = {fold_email(self.person.email or "")} if self.person else set()
        said = [a for a in self.answer.attendees if own & {*map(fold_email, a[0])}]
        return said[0].partstat if said else ""


def _span_text(span: Span | None) -> str:
    return "" if span is None else " ".join(each.isoformat() for each in span)


def _keep_answer(
    tx: Transaction,
    now: datetime,
    mail: ReceivedMail,
    answer: Answer,
    trust_forwarded: bool,
) -> Json:
    found = _UID.fullmatch(answer.uid)
    key = found[1].lower() if found else ""
    if not key or tx.booking_row(key) is None:
        outcome = replies.decide_outcome(Facts(has_booking=False))
        return answer_to_json(answer.method, outcome, uid=answer.uid)
    tx.lock_booking(key)
    record.record_expired_and_completed(tx, now)
    read = _read(tx.booking(key), answer, mail)
    changed = time_changes_after(tx, key, answer.sequence)
    facts = _facts(tx, read, mail, changed, now)
    facts = facts._replace(trusts_forwarded=trust_forwarded)
    outcome = replies.decide_outcome(facts)
    told = _Told(outcome)
    if outcome is Outcome.SENT:
        assert read.person is not None
        why = reply_mails.queue_invitation(tx, read.booking, read.person, now=now)
        told = _Told(Outcome.NOT_SENT, why) if why else told
    elif outcome is Outcome.RECORDED and answer.method is Method.COUNTER:
        told = _Told(outcome, counter=_keep_counter(tx, read, facts, now))
    elif outcome is Outcome.RECORDED:
        told = _keep_reply(tx, read, mail, facts, changed, now)
    return answer_to_json(
        answer.method,
        told.outcome,
        uid=key,
        booking=read.booking,
        person=read.person,
        sender=mail.sender,
        days=read.days,
        partstat=read.says if answer.method is Method.REPLY else None,
        proposed=read.proposed,
        counter_id=told.counter,
        is_cancelled=told.is_cancelled,
        note=told.note,
        is_cut_short=answer.is_cut_short,
    )


class _Told(NamedTuple):
    outcome: Outcome
    note: str | None = None
    counter: str | None = None
    is_cancelled: bool = False


# -- what it is about ------------------------------------------------------------------


def _read(booking: Booking, answer: Answer, mail: ReceivedMail) -> _Read:
    person, count = _find_person(booking, answer, mail)
    read = _Read(answer, booking, person, count)
    if person is None:
        return read
    read = _with_targets(read, person)
    if answer.method is not Method.COUNTER or not read.targets:
        return read
    span = read.targets[0].span
    proposed = answer.proposed_in(booking.timezone, span.end - span.start)
    return read._replace(proposed=None if proposed == span else proposed)


def _find_person(
    booking: Booking, answer: Answer, mail: ReceivedMail
) -> tuple[Attendee | None, int]:
    """Who answers, and how many could: the sender, if the answer names them.

    Else the only one that it names, or of those the only one who was asked.
    """
    asked = {fold_email(p.email): p for p in booking.attendees if p.email}
    named = [{*map(fold_email, each.addresses)} for each in answer.attendees]
    every = set[str]().union(*named)
    sender = fold_email(mail.sender) if mail.sender else None
    if sender in asked and sender in every:
        return asked[sender], 1
    found = [asked[address] for address in sorted(every) if address in asked]
    if len(found) == 1:
        return found[0], 1
    return None, len(found) or min(len(named), 1)


def _with_targets(read: _Read, person: Attendee) -> _Read:
    booking, answer = read.booking, read.answer
    own = participation.meetings_of(person, booking.occurrences)
    if not answer.has_date:
        return _with_own_targets(read, person, own)
    meant = _find_occurrence(booking, person, answer.date_in(booking.timezone))
    if meant is None or meant not in own:
        return read._replace(has_date=False)
    if booking.recurring is None:
        return read._replace(targets=(meant,))
    targets: tuple[Occurrence, ...] = (meant,)
    if answer.is_from_then_on:
        targets = tuple(o for o in own if o.date >= meant.date)
    return read._replace(targets=targets, days=tuple(o.date for o in targets))


def _with_own_targets(
    read: _Read, person: Attendee, own: tuple[Occurrence, ...]
) -> _Read:
    """All that somebody has; who has single dates alone proposes for one of them."""
    if read.answer.method is not Method.COUNTER or not participation.is_drop_in(person):
        return read._replace(targets=own)
    if len(own) != 1:
        return read._replace(has_date=False)
    return read._replace(targets=own, days=(own[0].date,))


def _find_occurrence(
    booking: Booking, person: Attendee, moment: date | datetime
) -> Occurrence | None:
    """By where calendars know a date, else where it was booked, else where it is.

    A date without a time is the local one.
    """
    for starts in _known_starts(booking, person):
        for occurrence, start in zip(booking.occurrences, starts, strict=True):
            day = times.local_date(start, booking.timezone)
            if moment == (start if isinstance(moment, datetime) else day):
                return occurrence
    return None


def _known_starts(booking: Booking, person: Attendee) -> Iterator[list[datetime]]:
    """The starts by which somebody's calendar may know the dates, the surest first."""
    if booking.recurring is not None:
        is_alone = participation.is_drop_in(person)
        place = (
            series.first_place(booking)
            if is_alone
            else of_series.read_series(booking).place
        )
        walls = map(place.wall_of, booking.occurrences)
        yield [times.instant_of_wall(wall, booking.timezone) for wall in walls]
    yield [o.recurrence_id for o in booking.occurrences]
    yield [o.span.start for o in booking.occurrences]


# -- what is known of it ---------------------------------------------------------------


def _facts(
    tx: Transaction,
    read: _Read,
    mail: ReceivedMail,
    changed: Sequence[TimeChange],
    now: datetime,
) -> Facts:
    answer, person = read.answer, read.person
    facts = Facts(
        method=answer.method,
        attendees=read.attendees,
        is_on_booking=person is not None,
        sender=_sender(mail, person),
        has_date=read.has_date,
        says=read.says,
        version=(_sequence(answer, read.booking), _stamp(answer, now)),
        is_stamped=_stamp(answer, now) == answer.stamped_at,
        is_proposing=read.proposed is not None,
    )
    if person is None or not read.targets:
        return facts
    latest = _latest(tx, read, person)
    return facts._replace(
        status=replies.status_of(read.targets, now),
        moved_in=_moved_in(read, changed, now),
        latest=latest and latest[0],
        last_said=latest and latest[1],
    )


def _sender(mail: ReceivedMail, person: Attendee | None) -> Sender:
    if not mail.is_mail:
        return Sender.NO_MAIL
    if mail.sender is None:
        return Sender.UNCLEAR
    if person is None or person.email is None:
        return Sender.OTHER
    is_own = fold_email(mail.sender) == fold_email(person.email)
    return Sender.ATTENDEE if is_own else Sender.OTHER


def _sequence(answer: Answer, booking: Booking) -> int:
    """SEQUENCE; none that the booking has not had, which would outdo all that follows.

    The same goes for its time.
    """
    return min(answer.sequence, booking.sequence)


def _stamp(answer: Answer, now: datetime) -> datetime:
    """DTSTAMP; of a clock that is far ahead not what would outdo all that follows."""
    return min(answer.stamped_at or now, now + _AHEAD)


def _latest(
    tx: Transaction, read: _Read, person: Attendee
) -> tuple[replies.Version, str] | None:
    """What this person answered to the same last."""
    if read.answer.method is Method.COUNTER:
        known = store.list_counters(tx, uid=read.booking.uid, past=True)
        last = counters.latest_of(known, person, read.key)
        return last and (last.version, _span_text(last.span))
    day = read.days[0] if read.days else None
    reply = replies.latest_reply(read.booking, person, day)
    return reply and ((reply.sequence, reply.stamped_at), reply.partstat)


def _moved_in(read: _Read, changed: Sequence[TimeChange], now: datetime) -> int:
    """The revision that an answer may not be older than.

    An answer to all of a series stands as long as one of its dates has its time.
    """
    ahead = [o for o in read.targets if series.is_to_come(o, now)] or read.targets
    for change in changed:
        if not all(any(c.touches(o.date) for c in changed) for o in ahead):
            return 0
        return change.sequence
    return 0


def _asked_since(read: _Read, changed: Sequence[TimeChange]) -> list[date]:
    """The dates of a series whose time has changed since what all was answered to."""
    if read.days or read.booking.recurring is None:
        return []
    days = [o.date for o in read.targets]
    return [day for day in days if any(change.touches(day) for change in changed)]


# -- what is kept ----------------------------------------------------------------------


def _keep_reply(
    tx: Transaction,
    read: _Read,
    mail: ReceivedMail,
    facts: Facts,
    changed: Sequence[TimeChange],
    now: datetime,
) -> _Told:
    assert read.person is not None
    said = Reply(facts.says, *facts.version, replied_at=now)
    change = replies.record_reply(
        *(read.booking, read.person, said, read.days),
        now=now,
        asked_since=_asked_since(read, changed),
        comment=read.answer.comment,
    )
    record.save_change(tx, read.booking, change, ChangeOptions(), now=now)
    if facts.says != "DECLINED":
        return _Told(Outcome.RECORDED)
    note = declined.cancel_for(
        tx,
        change.booking,
        person_key(read.person),
        read.days,
        reason=read.answer.comment,
        is_authenticated=mail.is_authenticated and facts.sender is Sender.ATTENDEE,
        now=now,
    )
    return _Told(Outcome.RECORDED, note.why_not, is_cancelled=note.is_cancelled)


def _keep_counter(tx: Transaction, read: _Read, facts: Facts, now: datetime) -> str:
    """The id of the proposal, which takes the place of what was open before."""
    person, booking = read.person, read.booking
    assert person is not None
    assert read.proposed is not None
    for old in store.list_counters(tx, uid=booking.uid):
        if (old.person_key, old.recurrence_id) == (person_key(person), read.key):
            store.save_counter(tx, old._replace(state=State.REPLACED, updated_at=now))
    sequence, stamped_at = facts.version
    new = Counter(
        id=ids.counter(),
        uid=booking.uid,
        recurrence_id=read.key,
        person_key=person_key(person),
        span=read.proposed,
        comment=read.answer.comment,
        state=State.OPEN,
        sequence=sequence,
        stamped_at=stamped_at,
        created_at=now,
        updated_at=now,
    )
    store.save_counter(tx, new)
    change = counters.propose(booking, person, new, now=now)
    record.save_change(tx, booking, change, ChangeOptions(), now=now)
    return new.id
