"""Seats of a group: how many there are, and by which rules one is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from calbook.core import people
from calbook.core.assignment import HostIds
from calbook.core.booking import attendees, participation, seats, transitions
from calbook.core.booking.changes import Change
from calbook.core.catalog import EventType
from calbook.core.errors import BadInput, DuplicateAttendee, NotAGroup, SeatsFull
from calbook.core.model import Actor, Attendee, Booking, Occurrence, Span
from calbook.core.rules import booking_rules, questions
from calbook.core.rules.booking_rules import (
    RULES_FOR_HELD_SEATS,
    RULES_FOR_JOINING,
    RULES_FOR_PERSONS,
    RULES_FOR_SEATING,
    Proposal,
    Rules,
)
from calbook.core.text import snake
from calbook.core.time import open_hours
from calbook.core.typing_names import Any
from calbook.services.availability import limit_counts, seat_counts
from calbook.services.availability.booking_request import (
    BookingRequest,
    own_open_time,
    schedule_ids,
)
from calbook.store.facts import Exclusion, Facts
from calbook.wire.reading.booking_requests import Asker, NewBooking


def join_group(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    request: NewBooking,
    *,
    now: datetime,
    rules: Rules = RULES_FOR_JOINING,
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
        rules,
    )
    if "questions" not in request.asker.overridden:
        answers = questions.check_responses(event_type.questions, answers)
    first = primary._replace(
        responses=answers, notes=request.notes, metadata=request.metadata
    )
    return seats.join(
        _with_overrides(booking, used),
        (first, *guests),
        now=now,
        by=request.asker.by,
        overrides=used,
    )


def take_held_seats(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    request: NewBooking,
    *,
    now: datetime,
) -> Change:
    """Take seats that were held: their time was judged when they were offered."""
    return join_group(
        facts, event_type, booking, request, now=now, rules=RULES_FOR_HELD_SEATS
    )


def _with_overrides(booking: Booking, used: tuple[str, ...]) -> Booking:
    """Those of the booking itself stay: its hours were not given to all by one seat."""
    kept = (name for name in used if name != "hours")
    overrides = tuple(dict.fromkeys((*booking.overrides, *kept)))
    return booking._replace(overrides=overrides)


def _check_place(booking: Booking, request: NewBooking) -> None:
    """Where a group meets was said by whoever booked it first."""
    for field, wanted, there in (
        ("location", request.location, booking.location),
        ("meetingUrl", request.meeting_url, booking.meeting_url),
        ("duration", request.duration, group_length(booking)),
    ):
        if wanted is not None and wanted != there:
            raise kept_error(booking, field)


def group_length(booking: Booking) -> timedelta:
    span = booking.occurrences[0].span
    return span.end - span.start


def kept_error(booking: Booking, field: str) -> BadInput:
    return BadInput(
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
    dates: tuple[Occurrence, ...] = (),
    is_moved: bool = False,
    is_held: bool = False,
    given_up: tuple[Occurrence, ...] = (),
) -> Change:
    """Add a person to a group; its host may do so at any time it is open.

    `is_moved`: they had a seat elsewhere, where all was asked before, or on the dates
    of this group that are `given_up`. `is_held`: this seat was offered to them.

    To all that is to come, or to some `dates` of a series alone. Who had dropped in may
    have more dates, or stay for good.

    Raises:
        NotAGroup: the event type has no seats.
        SeatsFull: there is none left on one of the dates.
        DuplicateAttendee: the person has a seat there already.
    """
    check_group(event_type, booking)
    known = people.find_same(booking.attendees, attendee)
    _check_not_there(booking, attendee, known, dates, now)
    meetings = _meetings_to_seat(booking, known, dates, now)
    if known is None:
        people.check_no_duplicate((*booking.attendees, attendee))
        people.check_contact(event_type.contact, attendee, event_type.id)
        attendees.check_phone(booking.location, attendee)
    rules: Rules = (
        RULES_FOR_JOINING if asker.by is Actor.ATTENDEE else RULES_FOR_SEATING
    )
    if is_held:
        rules = RULES_FOR_HELD_SEATS
    more = 0 if known is not None and not meetings else 1
    seat = propose_seats(
        *(facts, event_type, booking, more),
        now=now,
        meetings=meetings,
        attendees=(attendee,),
        given_up=given_up,
    )
    try:
        used = booking_rules.check_rules(
            seat._replace(overridden=asker.overridden), rules
        )
    except SeatsFull as refusal:
        raise _advise_dates(facts, event_type, booking, refusal, now) from None
    asks = event_type.questions
    if known or is_moved or asker.by is not Actor.ATTENDEE:
        # Who was asked before, or is added by another, need not answer.
        asks = tuple(question._replace(required=False) for question in asks)
    answers = questions.check_responses(asks, attendee.responses)
    person = attendee._replace(responses=answers)
    before = _with_overrides(booking, used)
    told: dict[str, Any] = {"now": now, "by": asker.by, "overrides": used}
    if dates:
        return seats.join_on(before, person, dates, **told)
    if known is not None:
        return seats.stay(before, known, **told)
    return seats.join(before, (person,), **told)


def _advise_dates(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    refusal: SeatsFull,
    now: datetime,
) -> SeatsFull:
    """On which dates of a series there are seats, where not on all that are wanted."""
    if booking.recurring is None:
        return refusal
    meetings = seat_counts.meetings_to_join(booking, now)
    every = seat_counts.count_seats(facts, event_type, booking, meetings, now=now)
    free = [str(seats.occurrence.date) for seats in every if seats.left > 0]
    if free:
        refusal.details["freeDates"] = free
        some = ", ".join(free[:_NAMED]) + ", …" * (len(free) > _NAMED)
        refusal.hint = f"there are seats on {some}: give on"
        refusal.command_hint = f"there are seats on {some}: --on DATE"
    return refusal


_NAMED = 4  # dates that a hint names


def _check_not_there(
    booking: Booking,
    attendee: Attendee,
    known: Attendee | None,
    dates: tuple[Occurrence, ...],
    now: datetime,
) -> None:
    """Whether it can be joined, by somebody who has no seat there."""
    if dates:
        transitions.check_transition(booking, dates, transitions.Action.JOIN, now)
    else:
        transitions.occurrences_allowing(booking, transitions.Action.JOIN, now)
    if known is None:
        return
    own = participation.meetings_of(known, dates)
    if own or not (dates or participation.is_drop_in(known)):
        raise DuplicateAttendee(
            people.label(attendee),
            email=attendee.email,
            day=own[0].date if own else None,
        )


def _meetings_to_seat(
    booking: Booking,
    known: Attendee | None,
    dates: tuple[Occurrence, ...],
    now: datetime,
) -> tuple[Occurrence, ...]:
    """Where the person needs a seat; none is all that is to come."""
    if dates or known is None:
        return dates
    every = seat_counts.meetings_to_join(booking, now)
    new = (o for o in every if not participation.takes_part(known, o.date))
    return tuple(new)


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
    meetings: Sequence[Occurrence] = (),
    attendees: tuple[Attendee, ...] = (),
    given_up: tuple[Occurrence, ...] = (),
) -> Proposal:
    """The next meeting, with so many more persons in it.

    Of several, the first that is on a closed date or while a host is away, or that is
    too much for one of the attendees, as far as they are known; its seats are those of
    the fullest. `meetings` are those in which a seat is taken, if it is not all that is
    to come.
    """
    meetings = meetings or seat_counts.meetings_to_join(booking, now)
    each = list(_propose_each(facts, event_type, booking, meetings, now=now))
    if event_type.asks_persons and attendees:
        each = _with_workload(facts, booking, each, attendees, given_up)
    refused = (seat for seat in each if _is_closed_or_away(seat) or _is_too_much(seat))
    seat = next(refused, each[0])
    if event_type.seats is None:
        return seat._replace(persons=len(booking.attendees) + persons)
    full = seat_counts.fewest_seats(facts, event_type, booking, meetings, now=now)
    every = full.taken + full.held + persons
    return seat._replace(
        persons=every,
        room=(full.room, full.number, every) if full.room else None,
        seats_date=str(full.occurrence.date) if booking.recurring else None,
        held=full.held,
    )


def is_open(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    *,
    now: datetime,
    meetings: Sequence[Occurrence] = (),
) -> bool:
    """Whether none of these is on a closed date or while a host is away.

    Without any, of the meetings to come.
    """
    meetings = meetings or seat_counts.meetings_to_join(booking, now)
    each = _propose_each(facts, event_type, booking, meetings, now=now)
    return not any(map(_is_closed_or_away, each))


def _is_closed_or_away(p: Proposal) -> bool:
    return bool(p.obstacle or booking_rules.outside_hours(p))


def _is_too_much(p: Proposal) -> bool:
    return bool(booking_rules.decide_rules(p, RULES_FOR_PERSONS).refusals)


def _with_workload(
    facts: Facts,
    booking: Booking,
    seats: Sequence[Proposal],
    attendees: tuple[Attendee, ...],
    given_up: tuple[Occurrence, ...],
) -> list[Proposal]:
    """With what the attendees have booked, and each date of the group before it."""
    meetings = tuple(seat.meeting for seat in seats)
    first, keys = seats[0], tuple(o.recurrence_id for o in given_up)
    request = BookingRequest(
        *(first.event_type, meetings, booking.timezone, first.now),
        attendees=attendees,
        exclusion=Exclusion(booking.uid, keys) if keys else None,
    )
    loads = limit_counts.PersonLoads(facts, request, meetings).workloads(meetings)
    return [
        seat._replace(workload=workload)
        for seat, workload in zip(seats, loads, strict=True)
    ]


def _propose_each(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    meetings: Sequence[Occurrence],
    *,
    now: datetime,
) -> Iterator[Proposal]:
    """Each meeting, with the hours that it lies in and where its hosts are away."""
    for host_ids, held in groupby(meetings, booking.hosts_of):
        spans = [occurrence.span for occurrence in held]
        open_time = _open_time(facts, event_type, booking, host_ids, spans)
        away = facts.obstacles(
            host_ids, spans, exclusion=Exclusion(booking.uid), now=now
        )
        for n, (span, opened) in enumerate(zip(spans, open_time, strict=True)):
            yield Proposal(
                event_type=event_type,
                meeting=span,
                timezone=booking.timezone,
                now=now,
                open_time=opened,
                obstacle=away.get(n),
            )


def _open_time(
    facts: Facts,
    event_type: EventType,
    booking: Booking,
    host_ids: HostIds,
    meetings: Sequence[Span],
) -> Iterator[tuple[tuple[Span, ...], ...]]:
    """For each meeting, its hosts' hours; the meeting where the host passed them."""
    if "hours" in booking.overrides:
        return iter([((meeting,),) for meeting in meetings])
    schedules = (
        open_hours.open_stretches_near(facts.schedule_around(key, meetings), meetings)
        for key in schedule_ids(facts, event_type, host_ids)
    )
    own = own_open_time(event_type, booking.timezone, meetings)
    return zip(*schedules, *own, strict=True)
