"""What the rules of rotation look at, read from the file."""

from __future__ import annotations

from datetime import datetime

from calbook.core import needs, start_ranges
from calbook.core.assignment import AVAILABILITY_FIRST, EQUAL_DISTRIBUTION, Turn
from calbook.core.catalog import Assignment, EventType, Need
from calbook.core.members import is_resource
from calbook.core.model import DAY
from calbook.core.time import times
from calbook.services.availability.booking_request import BookingRequest, day_span
from calbook.services.availability.free_ranges import FreeRanges
from calbook.store import turns
from calbook.store.facts import Facts


def read_turn(
    facts: Facts, request: BookingRequest, need: Need, id: str, start: datetime
) -> Turn:
    """The turn of a host or resource, for a booking of this start."""
    event_type = request.event_type
    bookings, newest = facts.turn_facts(event_type.id, id, now=request.now)
    if need.rule == EQUAL_DISTRIBUTION and not is_resource(id):
        counted = _count_lately(facts, event_type, id, request.now)
        bookings = bookings if counted is None else counted
    counts = need.rule == AVAILABILITY_FIRST
    free = _free_starts(facts, request, id, start) if counts else 0
    return Turn(_assignment(event_type, need, id), bookings, newest, free)


def _count_lately(
    facts: Facts, event_type: EventType, host_id: str, now: datetime
) -> int | None:
    """A host's bookings within the event type's window, else since the last joined."""
    conn, id, days = facts.connection, event_type.id, event_type.count_window
    if days is None:
        return turns.count_since_newest_host(conn, id, host_id, now=now)
    return turns.count_since(conn, id, host_id, since=now - days * DAY, now=now)


def _assignment(event_type: EventType, need: Need, id: str) -> Assignment:
    """Of resources the one that is named first has priority."""
    for assigned in event_type.hosts:
        if assigned.host_id == id:
            return assigned
    return Assignment(id, priority=len(need.ids) - need.ids.index(id))


def _free_starts(
    facts: Facts, request: BookingRequest, id: str, start: datetime
) -> int:
    """How many starts of its local day on the grid are open and free.

    Together with those whom every booking takes.
    """
    day = day_span(times.local_date(start, request.timezone), request.timezone)
    free_ranges = FreeRanges(facts, request, [day])
    found = start_ranges.starts_on_grid(
        free_ranges.grid_pieces(request.leads[0] if is_resource(id) else id),
        start_ranges.slot_lengths(request.event_type).step,
        start_ranges.intersect(
            free_ranges.starts((id, *needs.required_members(request.needs))),
            start_ranges.to_ranges([day]),
        ),
    )
    return len(found)
