"""How many seats of a group there are, and how many are left, meeting by meeting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from calbook.core.booking import participation
from calbook.core.catalog import EventType
from calbook.core.members import resources_among
from calbook.core.model import Booking, Occurrence, Status
from calbook.store import line_check
from calbook.store.facts import Facts


class Seats(NamedTuple):
    """Of one meeting of a group: how many there are and are taken, and where.

    `room` is the resource that holds no more than that, if one does.
    """

    occurrence: Occurrence
    number: int
    taken: int
    held: int = 0  # offered to who waits: nobody else's for a while
    room: str | None = None

    @property
    def left(self) -> int:
        return self.number - self.taken - self.held


def seats_taken(
    facts: Facts, booking: Booking, occurrence: Occurrence | None = None
) -> int:
    """How many seats of a group are taken in one meeting.

    Without one, in the fullest of those that are not cancelled.
    """
    if occurrence is not None:
        return len(participation.persons_on(booking, occurrence))
    live = [o for o in booking.occurrences if o.status is not Status.CANCELLED]
    return participation.most_on(booking, live)


def seats_on(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    occurrence: Occurrence,
    *,
    now: datetime,
) -> Seats:
    """The seats of one meeting: a room may hold fewer persons than there are seats."""
    assert event_type.seats is not None
    members = resources_among(booking.hosts_of(occurrence))
    rooms = [(facts.host(id).capacity, id) for id in members]
    limits = [(number, id) for number, id in rooms if number is not None]
    capacity, id = min(limits, default=(event_type.seats, ""))
    taken = seats_taken(facts, booking, occurrence)
    held_seats = line_check.held_seats(facts, booking.uid, now)
    held = held_seats.get(None, 0) + held_seats.get(occurrence.recurrence_id, 0)
    if capacity < event_type.seats:
        return Seats(occurrence, capacity, taken, held, id)
    return Seats(occurrence, event_type.seats, taken, held)


def fewest_seats(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    meetings: Sequence[Occurrence],
    *,
    now: datetime,
) -> Seats:
    """Those of the meeting that has fewest left, of several the first such."""
    every = [seats_on(facts, event_type, booking, o, now=now) for o in meetings]
    return min(every, key=lambda seats: seats.left)


def meetings_to_join(booking: Booking, now: datetime) -> tuple[Occurrence, ...]:
    """Where somebody who joins takes a seat: what is to come, else what there is."""
    live = tuple(o for o in booking.occurrences if o.status is not Status.CANCELLED)
    ahead = tuple(o for o in live if o.span.start > now)
    return ahead or live or booking.occurrences
