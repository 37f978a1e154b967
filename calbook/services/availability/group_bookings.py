"""Groups: a booking of a start that is booked already takes a seat in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from calbook.core import people
from calbook.core.assignment import host_alternatives
from calbook.core.booking import attendees, effective_status, transitions
from calbook.core.booking.lifecycle import Change
from calbook.core.errors import BadInput, CalbookError, NotAGroup, SlotTaken
from calbook.core.model import (
    Actor,
    Attendee,
    Booking,
    EventType,
    GivenStart,
    Span,
    Status,
)
from calbook.core.rules import booking_rules, questions
from calbook.core.rules.booking_rules import (
    RULES_FOR_JOINING,
    RULES_FOR_PERSONS,
    RULES_FOR_SEATING,
    Proposal,
    Rules,
)
from calbook.core.text import snake
from calbook.core.time import open_hours
from calbook.services.availability import limit_counts
from calbook.services.availability.booking_request import (
    BookingRequest,
    schedule_ids,
    series_starts,
)
from calbook.store.facts import Exclusion, Facts
from calbook.wire.reading.booking_requests import Asker, NewBooking

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence


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
    return _choose(event_type, groups, host_id=request.host_id, persons=persons)


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
    return _choose(event_type, groups, host_id=request.host_id, persons=request.persons)


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
    event_type: EventType,
    groups: Sequence[Booking],
    *,
    host_id: str | None,
    persons: int,
) -> Booking | None:
    assert event_type.seats is not None
    groups = [group for group in groups if host_id in (None, *group.host_ids)]
    for booking in groups:
        if len(booking.attendees) + persons <= event_type.seats:
            return booking
    taken = {booking.host_ids[0] for booking in groups}
    others = [
        hosts
        for hosts in host_alternatives(event_type, host_id)
        if hosts[0] not in taken
    ]
    return groups[0] if groups and not others else None


def open_groups(
    facts: Facts, request: BookingRequest, span: Span, rule: Recurrence | None = None
) -> dict[datetime, Booking]:
    """Under the starts within a span, the group in which one more finds a seat.

    With a rule, a group that meets as such a series. None where a booking is to be
    moved: it joins no other.
    """
    event_type = request.event_type
    if event_type.seats is None or request.exclusion is not None:
        return {}
    found: dict[datetime, Booking] = {}
    for booking in facts.groups(event_type.id, span):
        start = _first_start(booking)
        if start not in found and _has_room(facts, booking, request, rule):
            found[start] = booking
    return found


def _has_room(
    facts: Facts, booking: Booking, request: BookingRequest, rule: Recurrence | None
) -> bool:
    if booking.recurring != rule or request.host_id not in (None, *booking.host_ids):
        return False
    every = series_starts(
        request.event_type, rule, _first_start(booking), booking.timezone
    )
    if not _is_open(booking, every, request.now):
        return False
    seat = propose_seats(facts, request.event_type, booking, 1, now=request.now)
    return not booking_rules.decide_rules(seat, RULES_FOR_JOINING).refusals


def _first_start(booking: Booking) -> datetime:
    return min(occurrence.span.start for occurrence in booking.occurrences)


def advise_group(
    facts: Facts, event_type: EventType, refusal: CalbookError
) -> CalbookError:
    """How to get into the group that is in the way, where it meets on several dates."""
    every = refusal.details.get("refusals", ())
    taken = (r["details"]["uid"] for r in every if r["code"] == SlotTaken.code)
    uid = next(filter(None, taken), None)
    if event_type.seats is None or uid is None:
        return refusal
    booking = facts.booking(uid)
    if booking.event_type_id == event_type.id and booking.recurring is not None:
        refusal.hint, refusal.command_hint = (
            f"it is a group: {call} joins all its dates"
            for call in (
                f'bookings.add_attendee("{booking.uid}", …)',
                f"calbook attendee add {booking.uid}",
            )
        )
        refusal.details["group"] = booking.uid
    return refusal


def _is_open(booking: Booking, starts: tuple[datetime, ...], now: datetime) -> bool:
    """Whether it meets at these starts, all of them: nobody is in for others.

    What is held for somebody is nobody else's to join.
    """
    if booking.is_hold:
        return False
    seen = [
        effective_status.effective_occurrence(occurrence, now)
        for occurrence in booking.occurrences
    ]
    return tuple(sorted(o.span.start for o in seen)) == starts and all(
        o.status in {Status.PENDING, Status.CONFIRMED} for o in seen
    )


def join_group(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    request: NewBooking,
    *,
    now: datetime,
) -> Change:
    """Take seats in a group, by the rules that still have a say."""
    _check_place(booking, request)
    people.check_no_duplicate((*booking.attendees, *request.attendees))
    primary, *guests = request.attendees
    attendees.check_phone(booking.location, primary)
    answers = request.responses
    used = booking_rules.check_rules(
        propose_seats(
            *(facts, event_type, booking, len(request.attendees)),
            now=now,
            attendees=request.attendees,
        )._replace(
            responses=answers,
            overridden=request.asker.overridden,
            display_timezone=request.timezone,
        ),
        RULES_FOR_JOINING,
    )
    if "questions" not in request.asker.overridden:
        answers = questions.check_responses(event_type.questions, answers)
    first = primary._replace(
        responses=answers, notes=request.notes, metadata=request.metadata
    )
    return attendees.join(
        _with_overrides(booking, used),
        (first, *guests),
        now=now,
        by=request.asker.by,
        overrides=used,
    )


def _with_overrides(booking: Booking, used: tuple[str, ...]) -> Booking:
    """Those of the booking itself stay: its hours were not given to all by one seat."""
    kept = (name for name in used if name != "hours")
    overrides = tuple(dict.fromkeys((*booking.overrides, *kept)))
    return booking._replace(overrides=overrides)


def _check_place(booking: Booking, request: NewBooking) -> None:
    """Where a group meets was said by whoever booked it first."""
    span = booking.occurrences[0].span
    for field, wanted, there in (
        ("location", request.location, booking.location),
        ("meetingUrl", request.meeting_url, booking.meeting_url),
        ("duration", request.duration, span.end - span.start),
    ):
        if wanted is not None and wanted != there:
            raise BadInput(
                f"{booking.uid} is a group that has its place and time: {field} stays",
                hint=f"leave {snake(field)} out to take a seat in it",
                command_hint=f"leave {field} out to take a seat in it",
                field=field,
            )


def add_to_group(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    attendee: Attendee,
    asker: Asker,
    *,
    now: datetime,
) -> Change:
    """Add a person to a group; its host may do so at any time it is open.

    Raises:
        NotAGroup: the event type has no seats.
    """
    check_group(event_type, booking)
    transitions.occurrences_allowing(booking, transitions.Action.JOIN, now)
    people.check_no_duplicate((*booking.attendees, attendee))
    people.check_contact(event_type.contact, attendee, event_type.id)
    attendees.check_phone(booking.location, attendee)
    rules: Rules = (
        RULES_FOR_JOINING if asker.by is Actor.ATTENDEE else RULES_FOR_SEATING
    )
    seat = propose_seats(facts, event_type, booking, 1, now=now, attendees=(attendee,))
    used = booking_rules.check_rules(seat._replace(overridden=asker.overridden), rules)
    asks = event_type.questions
    if asker.by is not Actor.ATTENDEE:  # who adds another need not know the answers
        asks = tuple(question._replace(required=False) for question in asks)
    answers = questions.check_responses(asks, attendee.responses)
    person = attendee._replace(responses=answers)
    return attendees.join(
        _with_overrides(booking, used),
        (person,),
        now=now,
        by=asker.by,
        overrides=used,
    )


def check_group(event_type: EventType, booking: Booking) -> None:
    if event_type.seats is None:
        raise NotAGroup(booking.uid, event_type.id)


def propose_seats(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    persons: int,
    *,
    now: datetime,
    attendees: tuple[Attendee, ...] = (),
) -> Proposal:
    """The next meeting, with so many more persons in it.

    Of several, the first that is on a closed date or while a host is away, or that is
    too much for one of the attendees, as far as they are known.
    """
    live = [o for o in booking.occurrences if o.status is not Status.CANCELLED]
    ahead = [o for o in live if o.span.start > now]
    meetings = [o.span for o in ahead or live or booking.occurrences]
    each = list(_propose_each(facts, event_type, booking, meetings, now=now))
    if event_type.asks_persons and attendees:
        request = BookingRequest(
            event_type, tuple(meetings), booking.timezone, now, attendees=attendees
        )
        loads = limit_counts.PersonLoads(facts, request, meetings)
        each = [
            seat._replace(
                workload=loads.workload(seat.meeting).with_meetings(meetings[:n])
            )
            for n, seat in enumerate(each)
        ]
    refused = (seat for seat in each if _is_closed_or_away(seat) or _is_too_much(seat))
    return next(refused, each[0])._replace(persons=len(booking.attendees) + persons)


def _is_too_much(p: Proposal) -> bool:
    return bool(booking_rules.decide_rules(p, RULES_FOR_PERSONS).refusals)


def _is_closed_or_away(p: Proposal) -> bool:
    return bool(p.obstacle or booking_rules.outside_hours(p))


def _propose_each(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    meetings: Sequence[Span],
    *,
    now: datetime,
) -> Iterator[Proposal]:
    """Each meeting, with the hours that it lies in and where its hosts are away."""
    away = facts.obstacles(
        booking.host_ids, meetings, exclusion=Exclusion(booking.uid), now=now
    )
    for n, (meeting, open_time) in enumerate(
        zip(meetings, _open_time(facts, event_type, booking, meetings), strict=True)
    ):
        yield Proposal(
            event_type=event_type,
            meeting=meeting,
            timezone=booking.timezone,
            now=now,
            open_time=open_time,
            obstacle=away.get(n),
        )


def _open_time(
    facts: Facts, event_type: EventType, booking: Booking, meetings: Sequence[Span]
) -> Iterator[tuple[tuple[Span, ...], ...]]:
    """For each meeting, its hosts' hours; the meeting where the host passed them."""
    if "hours" in booking.overrides:
        return iter([((meeting,),) for meeting in meetings])
    schedules = (
        open_hours.open_stretches_near(facts.schedule_around(key, meetings), meetings)
        for key in schedule_ids(facts, event_type, booking.host_ids)
    )
    return zip(*schedules, strict=True)
