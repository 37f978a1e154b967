"""What the rules of rotation look at, read from the file."""

from __future__ import annotations

from datetime import datetime

from calbook.core import needs, start_ranges
from calbook.core.assignment import AVAILABILITY_FIRST, EQUAL_DISTRIBUTION, Turn
from calbook.core.members import is_resource
from calbook.core.model import Assignment, EventType, Need
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
        since = turns.count_since_newest_host(
            facts.connection, event_type.id, id, now=request.now
        )
        bookings = bookings if since is None else since
    counts = need.rule == AVAILABILITY_FIRST
    free = _free_starts(facts, request, id, start) if counts else 0
    return Turn(_assignment(event_type, need, id), bookings, newest, free)


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
