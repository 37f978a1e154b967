"""What somebody in line wants, read as a booking request, and where it could be had."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from calbook.core import people, start_ranges
from calbook.core.booking.participation import persons_on
from calbook.core.booking.waiting import Entry
from calbook.core.catalog import EventType
from calbook.core.model import SECOND, Booking, Occurrence, Span, Status
from calbook.core.rules import bookable_dates, booking_rules
from calbook.core.rules.booking_rules import Proposal
from calbook.core.start_ranges import Range
from calbook.core.time import times
from calbook.services.availability.booking_request import (
    BookingRequest,
    booking_timezone,
)
from calbook.services.availability.free_ranges import FreeRanges
from calbook.services.availability.free_starts import find_free_starts
from calbook.services.bookings import meetings
from calbook.store import waiting as store
from calbook.store.facts import Facts
from calbook.wire.reading.booking_requests import NewBooking, read_new_booking

_MOST_STARTS = 50  # of a range that are tried for one person
_ANYBODY = {"name": "-"}


def wanted_booking(entry: Entry, start: datetime) -> NewBooking:
    """What somebody in line asked for, at one start."""
    given = {
        **entry.request,
        "event_type_id": entry.event_type_id,
        "start_time": start,
        "attendee": _ANYBODY,
    }
    return read_new_booking(given)._replace(attendees=entry.attendees)


def timezone_of(facts: Facts, event_type: EventType, new_booking: NewBooking) -> str:
    return booking_timezone(
        facts, event_type, new_booking.host_id, new_booking.resource_id
    )


def find_booked(facts: Facts, entry: Entry, now: datetime) -> str | None:
    """Where somebody who waits is booked already, for what is waited for."""
    if entry.uid is not None:
        group = facts.booking(entry.uid)
        date = date_waited_for(entry, group)
        there = group.attendees if date is None else persons_on(group, date)
        is_in = any(
            people.is_same(person, other)
            for person in entry.attendees
            for other in there
        )
        return entry.uid if is_in else None
    keys = [key for person in entry.attendees for key in people.lasting_keys(person)]
    return store.booked_uid(facts, entry, keys, now) if keys else None


def date_waited_for(entry: Entry, group: Booking) -> Occurrence | None:
    """The date of a group that is meant; None where it is all of them."""
    found = (o for o in group.occurrences if o.recurrence_id == entry.recurrence_id)
    return next(found, None)


def follow_start(facts: Facts, entry: Entry) -> Entry:
    """Who waits for one date of a group waits for that start when the date is gone."""
    if entry.uid is None or entry.recurrence_id is None:
        return entry
    date = date_waited_for(entry, facts.booking(entry.uid))
    is_there = date is not None and date.status is not Status.CANCELLED
    if date is not None and is_there and date.span.start == entry.since:
        return entry
    return entry._replace(uid=None, recurrence_id=None)


def possible_starts(
    facts: Facts, event_type: EventType, entry: Entry, *, now: datetime
) -> Iterator[datetime]:
    """The starts that could be given, without those that were let go."""
    if not entry.is_range:
        yield entry.since
        return
    request = range_request(facts, event_type, entry, now=now)
    persons, tried = len(entry.attendees), 0
    for found in find_free_starts(facts, request, Span(entry.since, entry.until)):
        start = times.instant(found.start)
        fits = found.seats_left is None or found.seats_left >= persons
        if fits and start not in entry.passed:
            yield start
            tried += 1
        if tried == _MOST_STARTS:
            return


def range_request(
    facts: Facts, event_type: EventType, entry: Entry, *, now: datetime
) -> BookingRequest:
    """What somebody in line asks of a range, before any start is known."""
    new_booking = wanted_booking(entry, entry.since)
    zone = timezone_of(facts, event_type, new_booking)
    return meetings.make_request(event_type, new_booking, (), timezone=zone, now=now)


def check_range(facts: Facts, request: BookingRequest, span: Span) -> None:
    """Raise what refuses every start of a range, whatever others give back."""
    event_type, zone = request.event_type, request.timezone
    first, last = (_proposal(request, at) for at in (span.start, span.end - SECOND))
    days = [times.local_date(p.meeting.start, zone) for p in (first, last)]
    is_behind = (event_type.last_date or days[0]) < days[0]
    is_ahead = (event_type.first_date or days[1]) > days[1]
    refusals = (
        bookable_dates.outside_dates(first) if is_behind else None,
        bookable_dates.outside_dates(last) if is_ahead else None,
        booking_rules.minimum_notice(last),
        booking_rules.maximum_advance(first),
    )
    for refusal in filter(None, refusals):
        raise refusal
    if event_type.seats is not None and facts.groups(event_type.id, span):
        return  # one may meet outside the hours, and be joined there
    free_ranges = FreeRanges(facts, request, [span])
    opened = start_ranges.intersect(
        free_ranges.open_starts_meeting(request.needs), start_ranges.to_ranges([span])
    )
    if not opened:
        closed = booking_rules.outside_hours(first._replace(open_time=((),)))
        assert closed is not None
        closed.hint = "no hours are open in the whole range"
        raise closed
    if event_type.asks_persons:
        _check_persons(facts, request, span, opened)


def _check_persons(
    facts: Facts, request: BookingRequest, span: Span, opened: list[Range]
) -> None:
    from calbook.services.availability.limit_counts import PersonLoads  # few ask

    loads = PersonLoads(facts, request, [span])
    if start_ranges.without(opened, sorted(loads.refused_starts())):
        return
    first = _proposal(request, times.instant(opened[0][0]))
    decision = booking_rules.decide_rules(
        first._replace(workload=loads.workload(first.meeting)),
        booking_rules.RULES_FOR_PERSONS,
    )
    raise booking_rules.combine_refusals(decision.refusals)


def _proposal(request: BookingRequest, start: datetime) -> Proposal:
    return Proposal(
        event_type=request.event_type,
        meeting=Span(start, start + request.event_type.duration),
        timezone=request.timezone,
        now=request.now,
        open_time=(),
    )
