"""What becomes of an attendee's answer to an invitation, as a table (RFC 5546, 3.2).

Who answers, to which booking and dates, and whether something later is known already
are facts; the first line of the table that holds for them says what becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from calbook.core.booking import changes, effective_status, participation
from calbook.core.booking.changes import Change
from calbook.core.booking.dates_changed import moved_dates
from calbook.core.model import (
    Actor,
    Attendee,
    Booking,
    Event,
    Occurrence,
    Reply,
    Status,
)

NEEDS_ACTION = "NEEDS-ACTION"
ANSWERS = ("ACCEPTED", "DECLINED", "TENTATIVE")
ON_DECLINE = ("RECORD", "CANCEL")  # what an event type does with who declines


class Outcome(StrEnum):
    """What became of an answer; `FOUND` are those that somebody has to look at."""

    RECORDED = "recorded"
    SENT = "sent"  # the invitation, once more
    REPLAYED = "replayed"  # it was known already
    OUT_OF_DATE = "out_of_date"  # something later is known
    CANCELLED = "cancelled"  # what it is about does not take place
    OVER = "over"  # what it is about has ended
    NOT_SENT = "not_sent"  # nothing can be sent
    NO_ANSWER = "no_answer"  # it says neither yes, no nor perhaps
    UNKNOWN_BOOKING = "unknown_booking"
    UNKNOWN_ATTENDEE = "unknown_attendee"  # nobody joins by an answer
    UNKNOWN_DATE = "unknown_date"
    UNCLEAR_ATTENDEE = "unclear_attendee"  # it names several, or nobody
    UNCLEAR_SENDER = "unclear_sender"  # the mail names several senders, or none
    OTHER_SENDER = "other_sender"  # the mail is another one's


FOUND = frozenset(
    {
        *(Outcome.NOT_SENT, Outcome.NO_ANSWER, Outcome.UNKNOWN_BOOKING),
        *(Outcome.UNKNOWN_ATTENDEE, Outcome.UNKNOWN_DATE, Outcome.UNCLEAR_ATTENDEE),
        *(Outcome.UNCLEAR_SENDER, Outcome.OTHER_SENDER),
    }
)


class Sender(StrEnum):
    """Whose mail it is, by its From."""

    ATTENDEE = "attendee"  # the one who answers
    OTHER = "other"
    UNCLEAR = "unclear"
    NO_MAIL = "no_mail"  # a calendar file that somebody passes on purpose


class Method(StrEnum):
    """What an attendee may send (RFC 5546, 1.4)."""

    REPLY = "REPLY"
    COUNTER = "COUNTER"
    REFRESH = "REFRESH"


Version = tuple[int, datetime]  # SEQUENCE and DTSTAMP


class Facts(NamedTuple):
    """What is known of an answer when it is decided on.

    `moved_in` is the SEQUENCE at which what it is about got its time; `latest` and
    `last_said` are what this person answered to it last.
    """

    method: Method = Method.REPLY
    has_booking: bool = True
    attendees: int = 1  # who may be answering
    is_on_booking: bool = True
    sender: Sender = Sender.ATTENDEE
    trusts_forwarded: bool = False
    has_date: bool = True
    says: str = "ACCEPTED"  # PARTSTAT; of a COUNTER the time that is proposed
    is_proposing: bool = True  # of a COUNTER: a time, and another one
    status: Status = Status.CONFIRMED
    version: Version = (0, datetime.fromtimestamp(0, UTC))
    is_stamped: bool = True  # else it is as old as its reading
    moved_in: int = 0
    latest: Version | None = None
    last_said: str | None = None


class Check(NamedTuple):
    """A line of the table: where it holds, the answer comes to `outcome`."""

    outcome: Outcome
    source: str
    holds: Callable[[Facts], bool]


def _is_unanswering(facts: Facts) -> bool:
    if facts.method is Method.COUNTER:
        return not facts.is_proposing
    return facts.method is Method.REPLY and facts.says not in ANSWERS


def _is_older(facts: Facts) -> bool:
    return facts.latest is not None and facts.version < facts.latest


def _is_replay(facts: Facts) -> bool:
    if facts.latest is None or facts.says != facts.last_said:
        return False
    return facts.latest == facts.version or not facts.is_stamped


CHECKS = (
    # UID 1: "MUST be the UID of the original REQUEST".
    Check(
        Outcome.UNKNOWN_BOOKING, "RFC 5546, 3.2.3", lambda facts: not facts.has_booking
    ),
    # ATTENDEE 1: "MUST be the address of the Attendee replying".
    Check(
        Outcome.UNCLEAR_ATTENDEE, "RFC 5546, 3.2.3", lambda facts: facts.attendees != 1
    ),
    # Whether party crashers are let in is the organizer's matter: here nobody is.
    Check(
        Outcome.UNKNOWN_ATTENDEE,
        "RFC 5546, 3.2.3",
        lambda facts: not facts.is_on_booking,
    ),
    # Who sends it must be who answers: spoofing the ATTENDEE.
    Check(
        Outcome.UNCLEAR_SENDER,
        "RFC 5322, 3.6.2",
        lambda facts: facts.sender is Sender.UNCLEAR,
    ),
    Check(
        Outcome.OTHER_SENDER,
        "RFC 5546, 6.1.2",
        lambda facts: facts.sender is Sender.OTHER and not facts.trusts_forwarded,
    ),
    Check(Outcome.UNKNOWN_DATE, "RFC 5546, 3.2.3", lambda facts: not facts.has_date),
    Check(Outcome.NO_ANSWER, "RFC 5545, 3.2.12", _is_unanswering),
    # A REFRESH is about what is there now, whatever it is.
    Check(
        Outcome.SENT,
        "RFC 5546, 3.2.6",
        lambda facts: facts.method is Method.REFRESH,
    ),
    Check(
        Outcome.CANCELLED,
        "RFC 5546, 3.2.5",
        lambda facts: facts.status is Status.CANCELLED,
    ),
    Check(
        Outcome.OVER,
        "RFC 5546, 3.2.3",
        lambda facts: facts.status in (Status.COMPLETED, Status.NO_SHOW),
    ),
    # It answers to a time that is not the booking's any more.
    Check(
        Outcome.OUT_OF_DATE,
        "RFC 5546, 2.1.4",
        lambda facts: facts.version[0] < facts.moved_in,
    ),
    # Of two the one with the greater SEQUENCE counts, else with the later DTSTAMP.
    Check(Outcome.OUT_OF_DATE, "RFC 5546, 2.1.5", _is_older),
    Check(Outcome.REPLAYED, "RFC 5546, 2.1.5", _is_replay),
)


def decide_outcome(facts: Facts) -> Outcome:
    """What becomes of an answer: the first check that holds, else it is recorded."""
    return next((c.outcome for c in CHECKS if c.holds(facts)), Outcome.RECORDED)


# -- what somebody has answered --------------------------------------------------------


def reply_to_all(person: Attendee) -> Reply | None:
    return next((reply for reply in person.replies if reply.day is None), None)


def reply_on(person: Attendee, day: date) -> Reply | None:
    """What counts on a date: what was answered to it, else to all."""
    own = (reply for reply in person.replies if reply.day == day)
    return next(own, reply_to_all(person))


def partstat(person: Attendee, day: date | None = None) -> str:
    """PARTSTAT on a date, or in all (RFC 5545, 3.2.12)."""
    reply = reply_to_all(person) if day is None else reply_on(person, day)
    return NEEDS_ACTION if reply is None else reply.partstat


def latest_reply(booking: Booking, person: Attendee, day: date | None) -> Reply | None:
    """The last answer to the same; of all dates also what was said to one of one.

    That something has to be answered again is no answer.
    """
    if day is None or booking.recurring is None:
        return reply_to_all(person)
    reply = reply_on(person, day)
    return None if reply is None or reply.partstat == NEEDS_ACTION else reply


def record_reply(
    booking: Booking,
    person: Attendee,
    said: Reply,
    days: Iterable[date],
    *,
    now: datetime,
    asked_since: Iterable[date] = (),
    comment: str | None = None,
) -> Change:
    """Keep an answer to some dates of a series, or with none of them to all.

    `asked_since` are dates whose time has changed since the invitation that an answer
    to all belongs to.
    """
    dates = tuple(days)
    if dates:
        kept = [reply for reply in person.replies if reply.day not in dates]
        new = [said._replace(day=day) for day in dates]
    else:
        kept = [reply for reply in person.replies if _is_later(reply, said)]
        known = {reply.day for reply in kept}
        again = [day for day in asked_since if day not in known]
        new = [said, *(_to_be_answered(said, day) for day in again)]
    replies = tuple(sorted([*kept, *new], key=lambda r: r.day or date.min))
    after = _replace(booking, person, person._replace(replies=replies))
    facts: dict[str, Any] = {"partstat": said.partstat}
    facts |= {"comment": comment} if comment else {}
    event = reply_event(booking, person, dates, facts, now=now)
    return Change(changes.next_version(after, now), (event,))


def _is_later(reply: Reply, said: Reply) -> bool:
    """Whether an answer to a date stays when all are answered.

    One mail may say both.
    """
    is_answer = reply.day is not None and reply.partstat != NEEDS_ACTION
    versions = [(each.sequence, each.stamped_at) for each in (reply, said)]
    return is_answer and versions[0] >= versions[1]


def reply_event(
    booking: Booking,
    person: Attendee,
    days: Iterable[date],
    facts: Mapping[str, Any],
    *,
    now: datetime,
    kind: str = "booking.replied",
    by: Actor = Actor.ATTENDEE,
) -> Event:
    """What one person said about some dates of a series, or about all."""
    change = {"attendee": {"email": person.email, "name": person.name}, **facts}
    chosen = [o for o in booking.occurrences if o.date in {*days}]
    if booking.recurring is None or not chosen:
        return Event(kind, booking.uid, now, by, change)
    return changes.event_about(booking, kind, chosen, by, now, change)


def _replace(booking: Booking, old: Attendee, new: Attendee) -> Booking:
    attendees = tuple(new if p is old else p for p in booking.attendees)
    return booking._replace(attendees=attendees)


def _to_be_answered(reply: Reply, day: date) -> Reply:
    return reply._replace(partstat=NEEDS_ACTION, day=day)


# -- when times change -----------------------------------------------------------------


def ask_again(before: Booking, after: Booking) -> Booking:
    """Forget what was answered to dates whose time has changed (RFC 5546, 2.1.4)."""
    if not any(person.replies for person in after.attendees):
        return after
    moved = moved_dates(before, after)
    if not moved:
        return after
    to_come = {
        o.date for o in after.occurrences if o.span.start > after.updated_at
    } - _cancelled(after)
    people = tuple(
        _asked_again(person, moved, to_come, after) for person in after.attendees
    )
    return after._replace(attendees=people)


def _cancelled(booking: Booking) -> set[date]:
    return {o.date for o in booking.occurrences if o.status is Status.CANCELLED}


def _asked_again(
    person: Attendee, moved: frozenset[date], to_come: set[date], after: Booking
) -> Attendee:
    if not person.replies:
        return person
    own = {day for day in to_come if participation.takes_part(person, day)}
    whole = reply_to_all(person)
    if own <= moved:  # nothing is left that was answered
        return person._replace(replies=())
    kept = tuple(reply for reply in person.replies if reply.day not in moved)
    if whole is None:
        return person._replace(replies=kept)
    again = whole._replace(sequence=after.sequence, stamped_at=after.updated_at)
    own_moved = sorted(day for day in moved if participation.takes_part(person, day))
    new = (_to_be_answered(again, day) for day in own_moved)
    return person._replace(replies=(*kept, *new))


# -- which dates are meant -------------------------------------------------------------


def status_of(occurrences: Iterable[Occurrence], now: datetime) -> Status:
    """Of what an answer is about: as long as anything of it is to come, that."""
    statuses = {
        effective_status.effective_occurrence(o, now).status for o in occurrences
    }
    order = (Status.CONFIRMED, Status.PENDING, Status.COMPLETED, Status.NO_SHOW)
    return next((each for each in order if each in statuses), Status.CANCELLED)
