"""Other times that attendees propose (RFC 5546, 3.2.7), until somebody decides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from calbook.core.booking import changes
from calbook.core.booking.changes import Change
from calbook.core.booking.dates_changed import dates_off, moved_dates
from calbook.core.booking.replies import Version, reply_event
from calbook.core.errors import CounterEnded
from calbook.core.model import (
    Actor,
    Attendee,
    Booking,
    Event,
    Occurrence,
    Span,
    Status,
)
from calbook.core.people import person_key
from calbook.core.time import times


class State(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"  # the booking moved there
    DECLINED = "declined"
    REPLACED = "replaced"  # by a newer one of the same person
    ENDED = "ended"  # the booking moved, was cancelled, or the person left


class Counter(NamedTuple):
    """Another time for a booking, or for one date of a series, by its key."""

    id: str
    uid: str
    recurrence_id: datetime | None
    person_key: str
    span: Span
    comment: str | None
    state: State
    sequence: int
    stamped_at: datetime
    created_at: datetime
    updated_at: datetime

    @property
    def version(self) -> Version:
        return self.sequence, self.stamped_at


def latest_of(
    counters: Iterable[Counter], person: Attendee, key: datetime | None
) -> Counter | None:
    """The last one of a person, to the same date or to all."""
    own = person_key(person)
    found = [c for c in counters if (c.person_key, c.recurrence_id) == (own, key)]
    return max(found, key=lambda counter: counter.version, default=None)


def proposer(booking: Booking, counter: Counter) -> Attendee | None:
    """Who proposed it; None when they are in the booking no more."""
    own = (p for p in booking.attendees if person_key(p) == counter.person_key)
    return next(own, None)


def occurrence_of(booking: Booking, counter: Counter) -> Occurrence | None:
    """The date that it is about; of a whole series the first that takes place."""
    if counter.recurrence_id is None:
        live = (o for o in booking.occurrences if o.status is not Status.CANCELLED)
        return next(live, booking.occurrences[0])
    keys = {o.recurrence_id: o for o in booking.occurrences}
    return keys.get(counter.recurrence_id)


def check_open(counter: Counter) -> None:
    """Raise when it was decided already, or has ended."""
    if counter.state is not State.OPEN:
        raise CounterEnded(counter.id, counter.state.value)


def has_ended(before: Booking, after: Booking, counter: Counter) -> bool:
    """Whether a change of the booking leaves nothing to decide: it moved, or is off."""
    if proposer(after, counter) is None:
        return True
    changed = moved_dates(before, after) | dates_off(before, after)
    if counter.recurrence_id is None:
        live = {o.date for o in after.occurrences if o.status is not Status.CANCELLED}
        ahead = {o.date for o in after.occurrences if o.span.start > after.updated_at}
        is_single = after.recurring is None
        return bool(changed) if is_single else (live & ahead) <= changed
    return any(
        o.recurrence_id == counter.recurrence_id and o.date in changed
        for o in after.occurrences
    )


def propose(
    booking: Booking, person: Attendee, counter: Counter, *, now: datetime
) -> Change:
    """Tell of another time that somebody proposes."""
    event = _event(booking, person, counter, "booking.replied", Actor.ATTENDEE, now)
    return Change(changes.next_version(booking, now), (event,))


def decline(
    booking: Booking,
    person: Attendee,
    counter: Counter,
    *,
    reason: str | None,
    now: datetime,
) -> Change:
    """Tell that the time is not taken."""
    kind = "booking.counter_declined"
    event = _event(booking, person, counter, kind, Actor.HOST, now, reason=reason)
    return Change(changes.next_version(booking, now), (event,))


def _event(
    booking: Booking,
    person: Attendee,
    counter: Counter,
    kind: str,
    by: Actor,
    now: datetime,
    **facts: Any,
) -> Event:
    about = occurrence_of(booking, counter)
    days = [about.date] if about and counter.recurrence_id is not None else []
    zone = booking.timezone
    proposed = {
        "id": counter.id,
        "startTime": times.rfc3339(counter.span.start, zone),
        "endTime": times.rfc3339(counter.span.end, zone),
        "comment": counter.comment,
    }
    change = {"counter": proposed, **facts}
    return reply_event(booking, person, days, change, now=now, kind=kind, by=by)
