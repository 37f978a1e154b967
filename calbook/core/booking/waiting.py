"""The waiting list: who is in line for time that is taken, and what becomes of them.

Whoever waits is offered what is freed, or booked at once. An offer holds its time for
a while; who lets it lapse is not offered the same again, so nothing goes round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from calbook.core.booking.freed_time import Freed
from calbook.core.errors import AlreadyWaiting, CalbookError
from calbook.core.model import Actor, Attendee, Booking, Status
from calbook.core.people import label, lasting_keys, person_key

ON_FREE = ("OFFER", "BOOK")  # what an event type does with who waits
# What ends by itself once somebody else gives their time back.
PASSING = frozenset({"slot_taken", "seats_full", "slots_per_day", "limit_reached"})


def can_pass(refusal: CalbookError) -> bool:
    """Whether nothing else refuses than what others may give back."""
    refusals = refusal.details.get("refusals", ())
    codes = {each["code"] for each in refusals} or {refusal.code}
    of_person = any(each["details"].get("of") == "person" for each in refusals)
    return codes <= PASSING and not of_person


class State(StrEnum):
    """Where somebody in line is, as the clock sees it."""

    WAITING = "waiting"
    OFFERED = "offered"  # until the offer ends
    BOOKED = "booked"
    LAPSED = "lapsed"  # was offered what was wanted, and let it go
    REMOVED = "removed"
    ENDED = "ended"  # its time is past, its group is off, or they are booked anyway


class LogLine(NamedTuple):
    """What happened to somebody in line; `start` is that of the time it was about."""

    at: datetime
    what: str
    start: datetime | None = None
    uid: str | None = None
    why: str | None = None


class Entry(NamedTuple):
    """Somebody in line: for a start, for any start of a range, or for a group.

    A start is `since` and `until` as well; a range is half-open. `request` is what
    `create` takes besides. `passed` are the starts whose offers ended without a yes.
    """

    id: str
    event_type_id: str
    attendees: tuple[Attendee, ...]
    request: Mapping[str, Any]
    timezone: str
    by: Actor
    since: datetime
    until: datetime
    created_at: datetime
    updated_at: datetime
    is_range: bool = False
    uid: str | None = None  # of the group whose series is meant
    recurrence_id: datetime | None = None
    state: State = State.WAITING
    offered_uid: str | None = None
    is_seat: bool = False  # what is offered: no time, but a seat in that group
    held_until: datetime | None = None
    passed: tuple[datetime, ...] = ()
    log: tuple[LogLine, ...] = ()


def effective_state(entry: Entry, now: datetime) -> State:
    if entry.state is State.WAITING and entry.until <= now:
        return State.ENDED
    if entry.state is State.OFFERED and entry.held_until is not None:
        return State.LAPSED if entry.held_until <= now else State.OFFERED
    return entry.state


def is_offered_date_on(entry: Entry, group: Booking) -> bool:
    """Whether the group still meets when the seat was offered for."""
    start = entry.log[-1].start
    return any(
        o.span.start == start and entry.recurrence_id in (None, o.recurrence_id)
        for o in group.occurrences
        if o.status is not Status.CANCELLED
    )


def is_over(entry: Entry, refusal: CalbookError) -> bool:
    """Whether what somebody waits for is cancelled: a start, or a group."""
    return not entry.is_range and refusal.code in ("group_cancelled", "wrong_status")


def concerns(freed: Freed, entry: Entry) -> bool:
    """Whether what is freed lies where somebody waits: else a refusal is no news."""
    return any(
        span.start < entry.until and entry.since < span.end
        if entry.is_range
        else span.start <= entry.until and entry.since <= span.end
        for span in freed.spans
    )


def let_go(freed: Freed, entry: Entry) -> bool:
    """Whether what is freed was offered to them before."""
    return any(
        span.start <= start < span.end for span in freed.spans for start in entry.passed
    )


# -- what becomes of somebody in line -------------------------------------------------


def offer(
    entry: Entry,
    uid: str,
    start: datetime,
    *,
    until: datetime,
    is_seat: bool,
    now: datetime,
) -> Entry:
    """Hold time or a seat for somebody."""
    held = entry._replace(
        state=State.OFFERED, offered_uid=uid, is_seat=is_seat, held_until=until
    )
    return write_log(held, LogLine(now, "offered", start, uid))


def book(entry: Entry, uid: str, start: datetime | None, *, now: datetime) -> Entry:
    booked = entry._replace(state=State.BOOKED, offered_uid=uid, held_until=None)
    return write_log(booked, LogLine(now, "booked", start, uid))


def lapse(entry: Entry, start: datetime, *, now: datetime, why: str) -> Entry:
    """The offer of a start is over; who wanted any of several waits for another."""
    line = LogLine(now, "lapsed", start, entry.offered_uid, why)
    state = State.WAITING if entry.is_range else State.LAPSED
    after = entry._replace(
        state=state,
        passed=(*entry.passed, start),
        offered_uid=None if entry.is_range else entry.offered_uid,
        is_seat=False if entry.is_range else entry.is_seat,
        held_until=None,
    )
    return write_log(after, line)


def withdraw(entry: Entry, *, now: datetime, why: str) -> Entry:
    """What was offered is no more; they are in line as before the offer."""
    line = LogLine(now, "withdrawn", entry.log[-1].start, entry.offered_uid, why)
    after = entry._replace(
        state=State.WAITING, offered_uid=None, is_seat=False, held_until=None
    )
    return write_log(after, line)


def end(entry: Entry, *, now: datetime, why: str, uid: str | None = None) -> Entry:
    """Who is booked anyway, or whose group is off, waits no longer."""
    line = LogLine(now, "ended", entry.since, uid, why)
    return write_log(entry._replace(state=State.ENDED, held_until=None), line)


def remove(entry: Entry, *, now: datetime) -> Entry:
    removed = entry._replace(state=State.REMOVED, held_until=None)
    return write_log(removed, LogLine(now, "removed"))


def pass_over(entry: Entry, start: datetime, *, now: datetime, why: str) -> Entry:
    """Say why somebody could not have what is free; the same is not said twice."""
    line = LogLine(now, "passed over", start, why=why)
    if entry.log and entry.log[-1]._replace(at=now) == line:
        return entry
    return write_log(entry, line)


_MOST_LINES = 50


def write_log(entry: Entry, line: LogLine) -> Entry:
    log = (*entry.log, line)[-_MOST_LINES:]
    return entry._replace(log=log, updated_at=max(entry.updated_at, line.at))


# -- who is in line already -----------------------------------------------------------


def check_not_in_line(entry: Entry, others: Iterable[Entry]) -> None:
    """Raise when somebody is in line twice for the same.

    Raises:
        AlreadyWaiting: the person waits for it, or for a range that has it.
    """
    for other in others:
        if _is_for_same(entry, other):
            known = {key for person in other.attendees for key in _keys(person)}
            for person in entry.attendees:
                if known.intersection(_keys(person)):
                    raise AlreadyWaiting(label(person), other.id)


def _keys(person: Attendee) -> tuple[str, ...]:
    """By a name only where nothing else is known: two may have one."""
    return lasting_keys(person) or (person_key(person),)


def _is_for_same(one: Entry, other: Entry) -> bool:
    if one.uid is not None and other.uid is not None:
        dates = (one.recurrence_id, other.recurrence_id)
        return one.uid == other.uid and (None in dates or dates[0] == dates[1])
    if not one.is_range and not other.is_range:
        return one.since == other.since
    return one.since <= other.until and other.since <= one.until
