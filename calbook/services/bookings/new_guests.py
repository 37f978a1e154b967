"""Whether those who are added to a booking find room in it, and may come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from calbook.core import people
from calbook.core.catalog import EventType
from calbook.core.model import Attendee, Booking, Occurrence
from calbook.core.rules import booking_rules
from calbook.core.rules.booking_rules import RULES_FOR_PERSONS, Proposal, Rules
from calbook.services.availability import seat_counts
from calbook.services.availability.booking_request import (
    BookingRequest,
    smallest_room,
)
from calbook.services.availability.limit_counts import PersonLoads
from calbook.store.booked_people import lock_people
from calbook.store.transaction import Transaction

_RULES: Rules = (*RULES_FOR_PERSONS, (booking_rules.seats_full, None))


def check_new_guests(
    tx: Transaction,
    event_type: EventType,
    before: Booking,
    attendees: Sequence[Attendee],
    *,
    now: datetime,
) -> None:
    """Raise what refuses those who are new among the attendees, on some date to come.

    A room that is too small already takes others in place of those who leave it.
    """
    new = [p for p in attendees if people.find_same(before.attendees, p) is None]
    if not new:
        return
    if event_type.asks_persons:
        lock_people(tx, new)
    meetings = seat_counts.meetings_to_join(before, now)
    more = len(attendees) > len(before.attendees)
    for n, proposal in enumerate(_propose(tx, event_type, before, new, meetings, now)):
        room = smallest_room(tx, before.hosts_of(meetings[n])) if more else None
        decision = booking_rules.decide_rules(
            proposal._replace(room=room and (room[1], room[0], len(attendees))), _RULES
        )
        if decision.refusals:
            raise booking_rules.combine_refusals(decision.refusals)


def _propose(
    tx: Transaction,
    event_type: EventType,
    booking: Booking,
    new: Sequence[Attendee],
    meetings: Sequence[Occurrence],
    now: datetime,
) -> Iterator[Proposal]:
    """Each meeting, with what the new ones have booked and those before it."""
    spans = tuple(occurrence.span for occurrence in meetings)
    request = BookingRequest(
        *(event_type, spans, booking.timezone, now), attendees=tuple(new)
    )
    loads = PersonLoads(tx, request, spans).workloads(spans)
    for span, workload in zip(spans, loads, strict=True):
        yield Proposal(
            event_type=event_type,
            meeting=span,
            timezone=booking.timezone,
            now=now,
            open_time=(),
            workload=workload,
        )
