"""Groups: a booking of a start that is booked already takes a seat in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from calbook.core import needs, people
from calbook.core.assignment import check_asked
from calbook.core.booking import effective_status
from calbook.core.catalog import EventType
from calbook.core.errors import CalbookError, SlotTaken
from calbook.core.model import Attendee, Booking, GivenStart, Occurrence, Span, Status
from calbook.core.rules import booking_rules
from calbook.core.rules.booking_rules import (
    RULES_FOR_JOINING,
)
from calbook.core.typing_names import TYPE_CHECKING, NamedTuple
from calbook.services.availability import seat_counts, seating
from calbook.services.availability.booking_request import (
    BookingRequest,
    series_starts,
)
from calbook.store import group_dates
from calbook.store.facts import Facts
from calbook.wire.reading.booking_requests import NewBooking

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence


class _Asked(NamedTuple):
    """Whose group somebody would join, with how many, and for how long."""

    host_id: str | None
    resource_id: str | None
    persons: int
    duration: timedelta | None
    overridden: frozenset[str]


def _asked(
    request: NewBooking | BookingRequest, persons: int, overridden: frozenset[str]
) -> _Asked:
    return _Asked(
        request.host_id, request.resource_id, persons, request.duration, overridden
    )


def find_group(
    facts: Facts,
    event_type: EventType,
    request: NewBooking,
    starts: tuple[GivenStart, ...],
    *,
    rule: Recurrence | None,
    now: datetime,
) -> Booking | None:
    """The group that a booking of these starts joins; None when it begins one.

    One with seats for all, else any, which then says how many there are. Where
    another host of the team could give the time, a new group is tried instead.

    Raises:
        DuplicateAttendee: somebody has a seat at this time, in whatever group.
    """
    if event_type.seats is None:
        return None
    instants = tuple(start.instant for start in starts)
    groups = _groups(facts, event_type, instants, rule=rule, now=now)
    for booking in groups:
        people.check_no_duplicate((*booking.attendees, *request.attendees))
    persons = len(request.attendees)
    asked = _asked(request, persons, request.asker.overridden)
    return _choose(facts, event_type, groups, asked, now=now)


def find_seat(
    facts: Facts,
    event_type: EventType,
    start: datetime,
    *,
    now: datetime,
    overridden: frozenset[str] = frozenset(),
) -> tuple[Booking, Occurrence] | None:
    """The meeting of a group in which a seat may be taken at a start.

    A date of a series as well; None where another group may begin.
    """
    passes_hours = "hours" in overridden
    found = [
        (group, occurrence)
        for group in group_dates.meetings_at(facts, event_type.id, start)
        if group.is_group or event_type.seats is not None
        for occurrence in group.occurrences
        if occurrence.span.start == start and not group.is_held
        if effective_status.effective_occurrence(occurrence, now).status in _LIVE
    ]
    for group, date in found:
        seats = seat_counts.seats_on(facts, event_type, group, date, now=now)
        if seats.left > 0 and (
            passes_hours
            or seating.is_open(facts, event_type, group, now=now, meetings=[date])
        ):
            return group, date
    taken = {group.hosts_of(occurrence)[0] for group, occurrence in found}
    others = [id for id in _leads(event_type, None) if id not in taken]
    return found[0] if found and not others else None


_LIVE = frozenset({Status.PENDING, Status.CONFIRMED})


def find_group_at(
    facts: Facts, request: BookingRequest, start: datetime
) -> Booking | None:
    """The group that a booking of this start would join, with seats left or without.

    None where a booking is to be moved: it joins no other.
    """
    event_type = request.event_type
    if event_type.seats is None or request.exclusion is not None:
        return None
    groups = _groups(facts, event_type, (start,), rule=None, now=request.now)
    asked = _asked(request, request.persons, request.overridden)
    now = request.now
    group = _choose(facts, event_type, groups, asked, now=now)
    if group is not None and not _is_as_long(group, request.duration):
        raise seating.kept_error(group, "duration")
    return group


def find_own_seat(
    facts: Facts, request: BookingRequest, start: datetime
) -> tuple[Booking, Attendee] | None:
    """The group of this start in which one of the request's persons is, and who.

    Nobody is where none is known.
    """
    if request.event_type.seats is None or request.exclusion is not None:
        return None  # a booking that moves joins none
    if not request.attendees:
        return None
    groups = _groups(facts, request.event_type, (start,), rule=None, now=request.now)
    seats = ((group, _who_is_in(group, request)) for group in groups)
    return next(((group, who) for group, who in seats if who is not None), None)


def _who_is_in(group: Booking, request: BookingRequest) -> Attendee | None:
    there = group.attendees
    return next((p for p in request.attendees if people.find_same(there, p)), None)


def _groups(
    facts: Facts,
    event_type: EventType,
    starts: tuple[datetime, ...],
    *,
    rule: Recurrence | None,
    now: datetime,
) -> list[Booking]:
    uids = facts.group_uids(event_type.id, starts[0])
    return [
        booking
        for booking in map(facts.booking, uids)
        if booking.recurring == rule and _is_open(booking, starts, now)
    ]


def _choose(
    facts: Facts,
    event_type: EventType,
    groups: Sequence[Booking],
    asked: _Asked,
    *,
    now: datetime,
) -> Booking | None:
    """Of those with who is asked for, the first that takes so many for as long.

    None where another one may begin, of a host who has none there.
    """
    groups = [group for group in groups if _is_of(group, asked)]
    for booking in groups:
        if _takes(facts, event_type, booking, asked, now):
            return booking
    taken = {booking.first_hosts[0] for booking in groups}
    others = [id for id in _leads(event_type, asked.host_id) if id not in taken]
    return groups[0] if groups and not others else None


def _takes(
    facts: Facts, event_type: EventType, booking: Booking, asked: _Asked, now: datetime
) -> bool:
    """Whether it has the seats and is as long, and its hosts are there."""
    meetings = seat_counts.meetings_to_join(booking, now)
    seats = seat_counts.fewest_seats(facts, event_type, booking, meetings, now=now)
    if seats.left < asked.persons or not _is_as_long(booking, asked.duration):
        return False
    passes_hours = "hours" in asked.overridden
    return passes_hours or seating.is_open(facts, event_type, booking, now=now)


def _leads(event_type: EventType, host_id: str | None) -> tuple[str, ...]:
    """Whose group another one could be."""
    check_asked(event_type, host_id)
    first = needs.needs_of(event_type)[0]
    if not needs.has_choice(first):
        return first.ids[:1]
    return (host_id,) if host_id in first.ids else first.ids


def _is_as_long(booking: Booking, duration: timedelta | None) -> bool:
    return duration in (None, seating.group_length(booking))


def _is_of(booking: Booking, asked: _Asked) -> bool:
    """Whether those who are asked for, if any, give all that takes place."""
    wanted = {id for id in (asked.host_id, asked.resource_id) if id is not None}
    live = [o for o in booking.occurrences if o.status is not Status.CANCELLED]
    return all(wanted.issubset(booking.hosts_of(o)) for o in live)


class Groups(NamedTuple):
    """By their starts: those with a seat for somebody, and where they have one."""

    free: dict[datetime, Booking]
    own: frozenset[datetime] = frozenset()


def open_groups(
    facts: Facts, request: BookingRequest, span: Span, rule: Recurrence | None = None
) -> Groups:
    """The groups that start within a span, for the request's persons, if any are known.

    With a rule, those that meet as such a series. None where a booking is to be moved:
    it joins no other.
    """
    event_type = request.event_type
    if event_type.seats is None or request.exclusion is not None:
        return Groups({})
    found: dict[datetime, Booking] = {}
    own = set()
    for booking in facts.groups(event_type.id, span):
        start = _first_start(booking)
        if not _meets_so(booking, request, rule):
            continue
        if _who_is_in(booking, request) is not None:
            own.add(start)
        elif start not in found and _has_room(facts, booking, request):
            found[start] = booking
    return Groups(found, frozenset(own))


def _meets_so(
    booking: Booking, request: BookingRequest, rule: Recurrence | None
) -> bool:
    """Whether it meets as a booking by this rule would."""
    if booking.recurring != rule:
        return False
    event_type, zone = request.event_type, booking.timezone
    every = series_starts(event_type, rule, _first_start(booking), zone)
    return _is_open(booking, every, request.now)


def _has_room(facts: Facts, booking: Booking, request: BookingRequest) -> bool:
    asked = _asked(request, 1, request.overridden)
    if not _is_of(booking, asked) or not _is_as_long(booking, asked.duration):
        return False
    event_type, now = request.event_type, request.now
    seat = seating.propose_seats(
        facts, event_type, booking, 1, now=now, attendees=request.attendees
    )
    return not booking_rules.decide_rules(seat, RULES_FOR_JOINING).refusals


def _first_start(booking: Booking) -> datetime:
    return min(occurrence.span.start for occurrence in booking.occurrences)


def advise_group(
    facts: Facts, request: BookingRequest, refusal: CalbookError
) -> CalbookError:
    """How to get into the group that is in the way, where it meets on several dates."""
    event_type, every = request.event_type, refusal.details.get("refusals", ())
    taken = [r["details"]["uid"] for r in every if r["code"] == SlotTaken.code]
    uid = next(filter(None, taken), None)
    if event_type.seats is None or uid is None:
        return refusal
    if len(request.meetings) == 1:
        start, now = request.meetings[0].start, request.now
        found = find_seat(facts, event_type, start, now=now)
        if found is not None and found[0].uid in taken and found[0].recurring:
            seats = seat_counts.seats_on(facts, event_type, *found, now=now)
            _advise_date(refusal, *found, left=max(seats.left, 0))
            return refusal
    booking = facts.booking(uid)
    if booking.event_type_id == event_type.id and booking.recurring is not None:
        refusal.hint, refusal.command_hint = (
            f"it is a group: {call} joins all its dates, with {option} one of them"
            for call, option in (
                (f'bookings.add_attendee("{booking.uid}", …)', "on=…"),
                (f"calbook attendee add {booking.uid}", "--on DATE"),
            )
        )
        refusal.details["group"] = booking.uid
    return refusal


def _advise_date(
    refusal: CalbookError, group: Booking, occurrence: Occurrence, *, left: int
) -> None:
    """Of one date of a series: take one of its seats, or wait for one."""
    uid, day = group.uid, occurrence.date.isoformat()
    seats = "1 seat" if left == 1 else f"{left} seats"
    said = f"it is a date of a series with {seats} left"
    call = f'bookings.add_attendee("{uid}", on=["{day}"], …)'
    command = f"calbook attendee add {uid} --on {day}"
    if not left:
        said = "it is a date of a series, and full"
        call = "waiting.add(…) waits for a seat"
        command = "calbook create --wait waits for a seat"
    refusal.hint, refusal.command_hint = f"{said}: {call}", f"{said}: {command}"
    refusal.details |= {"group": uid, "seatsLeft": left}


def _is_open(booking: Booking, starts: tuple[datetime, ...], now: datetime) -> bool:
    """Whether it meets at these starts, all of them: nobody is in for others.

    What is held for somebody is nobody else's to join.
    """
    if booking.is_held:
        return False
    seen = [
        effective_status.effective_occurrence(occurrence, now)
        for occurrence in booking.occurrences
    ]
    return tuple(sorted(o.span.start for o in seen)) == starts and all(
        o.status in _LIVE for o in seen
    )
