"""The dates of a series asked of the rules at once: of most, none is in the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from calbook.core.assignment import HostIds
from calbook.core.catalog import Schedule
from calbook.core.members import hosts_among
from calbook.core.rules.limits import LimitCounts
from calbook.core.time import open_hours, times
from calbook.services.availability.booking_request import BookingRequest
from calbook.services.availability.limit_counts import HostLoads, PersonLoads


def are_free(
    request: BookingRequest,
    members: HostIds,
    *,
    schedules: Iterable[Schedule],
    counts: Sequence[LimitCounts],
    loads: HostLoads,
    persons: PersonLoads,
) -> bool:
    """Whether nothing refuses a meeting after the first when these take them all.

    Of what does, apart from their time. False where that is to be asked of each.
    """
    return (
        _are_in_order(request)
        and all(open_hours.are_open(each, request.meetings) for each in schedules)
        and not any(map(persons.elsewhere, request.meetings))
        and _are_within_limits(request, members, counts, loads, persons)
    )


def _are_in_order(request: BookingRequest) -> bool:
    """One after another, and on dates that can be booked."""
    event_type, meetings = request.event_type, request.meetings
    claims = event_type.claimed_spans(meetings)
    return all(one.end <= other.start for one, other in pairwise(claims)) and all(
        event_type.takes_date(times.local_date(each.start, request.timezone))
        for each in (meetings[0], meetings[-1])
    )


def _are_within_limits(
    request: BookingRequest,
    members: HostIds,
    counts: Sequence[LimitCounts],
    loads: HostLoads,
    persons: PersonLoads,
) -> bool:
    limited = [id for id in hosts_among(members) if loads.asks(id)]
    if not (counts or limited or persons.asks):
        return True
    length = request.event_type.duration
    starts = [times.epoch(meeting.start) for meeting in request.meetings]
    return (
        all(meeting.end - meeting.start == length for meeting in request.meetings)
        and all(each.takes_all(starts, length) for each in counts)
        and all(loads.takes_all(id, starts) for id in limited)
        and persons.takes_all(starts)
    )
