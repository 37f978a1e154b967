"""Other times that attendees propose: listed, accepted, declined."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as Date
from datetime import datetime
from typing import TYPE_CHECKING

from calbook.core.booking import counters, series
from calbook.core.booking.changes import Change
from calbook.core.booking.counters import Counter, State
from calbook.core.errors import CounterEnded, NotFound, UsageError
from calbook.core.model import Actor, Booking
from calbook.core.people import Wanted, label, person_key
from calbook.core.text import excerpt
from calbook.core.time import parsing, times
from calbook.services.bookings import change, record
from calbook.services.bookings.change_options import ChangeOptions
from calbook.services.outbox import reply_mails
from calbook.store import counters as store
from calbook.store.facts import Facts
from calbook.store.people import find_in_booking
from calbook.store.short_ids import find_id
from calbook.wire.reading import booking_requests
from calbook.wire.reading.booking_requests import (
    NewHosts,
    read_dates,
    read_reschedule,
)
from calbook.wire.reading.idempotency import reusable
from calbook.wire.writing.replies import counter_to_json

if TYPE_CHECKING:
    from calbook.store.context import Context
    from calbook.store.reader import Reader
    from calbook.store.transaction import Transaction
    from calbook.wire.json_objects import Json

_PREFIX = "ctr_"


def list_counters(context: Context, uid: str | None, *, past: bool) -> list[Json]:
    with context.store.read(Facts) as facts:
        key = None if uid is None else facts.resolve_uid(uid)
        found = store.list_counters(facts, uid=key, past=past)
        bookings = {c.uid: facts.booking(c.uid) for c in found}
    return [counter_to_json(each, bookings[each.uid]) for each in found]


def accept(
    context: Context,
    which: str,
    options: ChangeOptions,
    *,
    date: str | Date | None,
    person: str | None,
    reason: str | None,
    override: Iterable[str],
) -> Json:
    """Move the booking to where it is proposed, by the rules of every move.

    The proposal of a whole series moves what is still to come by as much.
    """
    with context.store.read(Facts) as facts:
        uid = _booking_of(facts, which)
    rules = reusable(override)

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        counter = _find(tx, booking, which, date, person, now)
        start = counter.span.start
        if counter.recurrence_id is None:
            dates = read_dates(None, None, booking.recurring is not None)
            start = _shifted_start(booking, counter, now)
        else:
            meeting = counters.occurrence_of(booking, counter)
            assert meeting is not None  # else it would have ended
            dates = read_dates(
                meeting.date if booking.recurring is not None else None, None, False
            )
        wanted = read_reschedule(
            start, reason, None, Actor.HOST, rules, dates, NewHosts()
        )
        moved = change.decide_move(options, wanted)(tx, booking, now)
        done = counter._replace(state=State.ACCEPTED, updated_at=now)
        store.save_counter(tx, done)
        return moved.with_facts(counter=counter.id)

    return change.change_booking(context, uid, options, decide)


def _shifted_start(booking: Booking, counter: Counter, now: datetime) -> datetime:
    """Where the next date of a series goes if its first one goes to the proposal."""
    if booking.recurring is None:
        return counter.span.start
    ahead = [o for o in booking.occurrences if series.is_to_come(o, now)]
    if not ahead:
        return counter.span.start
    zone = booking.timezone
    goal = times.wall_time(counter.span.start, zone)
    days = goal.date() - booking.occurrences[0].date
    wall = datetime.combine(ahead[0].date + days, goal.time())
    return times.instant_of_wall(wall, zone)


def decline(
    context: Context,
    which: str,
    *,
    date: str | Date | None,
    person: str | None,
    reason: str | None,
    dry_run: bool,
) -> Json:
    """Leave the booking where it is, and tell so who can be told."""
    text = booking_requests.read_reason(reason)

    def write(tx: Transaction) -> Json:
        now = context.clock()
        uid = _booking_of(tx, which)
        tx.lock_booking(uid)
        record.record_expired_and_completed(tx, now)
        booking = tx.booking(uid)
        counter = _find(tx, booking, which, date, person, now)
        declined = counter._replace(state=State.DECLINED, updated_at=now)
        store.save_counter(tx, declined)
        who = counters.proposer(booking, counter)
        assert who is not None  # else it would have ended
        told = counters.decline(booking, who, counter, reason=text, now=now)
        record.save_change(tx, booking, told, ChangeOptions(), now=now)
        why_not = reply_mails.queue_declinecounter(
            tx, told.booking, who, counter, reason=text, now=now
        )
        if why_not:
            tx.untold.append(label(who))
        return counter_to_json(declined, told.booking)

    return context.store.write(write, dry_run=dry_run)


# -- which is meant --------------------------------------------------------------------


def _booking_of(reader: Reader, which: str) -> str:
    if _is_id(which):
        return store.find_counter(reader, find_id(reader, "counter", which)).uid
    return reader.resolve_uid(which)


def _is_id(which: object) -> bool:
    return isinstance(which, str) and which.strip().lower().startswith(_PREFIX)


def _find(
    tx: Transaction,
    booking: Booking,
    which: str,
    date: str | Date | None,
    person: str | None,
    now: datetime,
) -> Counter:
    """The open proposal that is meant.

    Raises:
        NotFound: there is none.
        UsageError: there are several.
        CounterEnded: it is open no more.
    """
    every = store.list_counters(tx, uid=booking.uid, past=True)
    if _is_id(which):
        id = find_id(tx, "counter", which)
        counter = next(each for each in every if each.id == id)
        counters.check_open(counter)
        return counter
    found = [each for each in every if _is_meant(tx, booking, each, date, person, now)]
    opened = [each for each in found if each.state is State.OPEN]
    if len(opened) > 1:
        raise UsageError(
            f"{booking.uid} has several proposals: {', '.join(c.id for c in opened)}",
            hint="give the id of one, or its date and person",
            command_hint="give the id of one, or --on DATE and --person PERSON",
            uid=booking.uid,
            counterIds=[counter.id for counter in opened],
        )
    if opened:
        return opened[0]
    if found:
        raise CounterEnded(found[-1].id, found[-1].state.value)
    missing = NotFound("counter proposal", excerpt(which))
    missing.hint, missing.command_hint = (
        "see counters.list()",
        "see calbook counter list",
    )
    raise missing


def _is_meant(
    tx: Transaction,
    booking: Booking,
    counter: Counter,
    date: str | Date | None,
    person: str | None,
    now: datetime,
) -> bool:
    if person is not None:
        who = find_in_booking(tx, booking.attendees, Wanted(person=person))
        if person_key(who) != counter.person_key:
            return False
    if date is None:
        return True
    day = parsing.day(date, now=now, timezone=booking.timezone)
    about = counters.occurrence_of(booking, counter)
    return counter.recurrence_id is not None and about is not None and about.date == day
