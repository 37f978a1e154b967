"""How many seats of a group there are, and how many are left, meeting by meeting."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from calbook.core.booking import participation
from calbook.core.catalog import EventType
from calbook.core.model import Booking, Occurrence, Status
from calbook.core.typing_names import NamedTuple
from calbook.services.availability.booking_request import smallest_room
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


def count_seats(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    meetings: Iterable[Occurrence],
    *,
    now: datetime,
) -> list[Seats]:
    """The seats of each meeting: a room may hold fewer persons than there are seats.

    What is held, and how many a room holds, is read once for all.
    """
    most = event_type.seats
    assert most is not None
    held = line_check.held_seats(facts, booking.uid, now)
    room_of = cache(lambda ids: smallest_room(facts, ids))
    found = []
    for occurrence in meetings:
        number, room = room_of(booking.hosts_of(occurrence)) or (most, None)
        if number >= most:
            number, room = most, None
        taken = len(participation.persons_on(booking, occurrence))
        offered = held.get(None, 0) + held.get(occurrence.recurrence_id, 0)
        found.append(Seats(occurrence, number, taken, offered, room))
    return found


def seats_on(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    occurrence: Occurrence,
    *,
    now: datetime,
) -> Seats:
    """The seats of one meeting."""
    [seats] = count_seats(facts, event_type, booking, [occurrence], now=now)
    return seats


def fewest_seats(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    meetings: Iterable[Occurrence],
    *,
    now: datetime,
) -> Seats:
    """Those of the meeting that has fewest left, of several the first such."""
    every = count_seats(facts, event_type, booking, meetings, now=now)
    return min(every, key=lambda seats: seats.left)


def meetings_to_join(booking: Booking, now: datetime) -> tuple[Occurrence, ...]:
    """Where somebody who joins takes a seat: what is to come, else what there is."""
    live = tuple(o for o in booking.occurrences if o.status is not Status.CANCELLED)
    ahead = tuple(o for o in live if o.span.start > now)
    return ahead or live or booking.occurrences
