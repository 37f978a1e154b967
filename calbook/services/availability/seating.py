"""Seats of a group: how many there are, and by which rules one is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from calbook.core import people
from calbook.core.assignment import HostIds
from calbook.core.booking import attendees, transitions
from calbook.core.booking.changes import Change
from calbook.core.errors import BadInput, NotAGroup
from calbook.core.members import resources_among
from calbook.core.model import (
    Actor,
    Attendee,
    Booking,
    EventType,
    Occurrence,
    Span,
    Status,
)
from calbook.core.rules import booking_rules, questions
from calbook.core.rules.booking_rules import (
    RULES_FOR_HELD_SEATS,
    RULES_FOR_JOINING,
    RULES_FOR_SEATING,
    Proposal,
    Rules,
)
from calbook.core.text import snake
from calbook.core.time import open_hours
from calbook.services.availability.booking_request import (
    schedule_ids,
)
from calbook.store import line_check
from calbook.store.facts import Exclusion, Facts
from calbook.wire.reading.booking_requests import Asker, NewBooking

if TYPE_CHECKING:
    pass


def seats_of(
    facts: Facts, event_type: EventType, booking: Booking
) -> tuple[int, str | None]:
    """How many persons fit into a group, and the room that says so, if one does."""
    assert event_type.seats is not None
    rooms = [(facts.host(id).capacity, id) for id in resources_among(booking.host_ids)]
    held = [(number, id) for number, id in rooms if number is not None]
    capacity, id = min(held, default=(event_type.seats, ""))
    return (capacity, id) if capacity < event_type.seats else (event_type.seats, None)


def seats_held(facts: Facts, booking: Booking, now: datetime) -> int:
    """Seats of a group that are offered to who waits: nobody else's for a while."""
    return line_check.held_seats(facts, booking.uid, now)


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
            facts, event_type, booking, len(request.attendees), now=now
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
    return attendees.join(
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
    seat = propose_seats(facts, event_type, booking, 1, now=now)
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
) -> Proposal:
    """The next meeting, with so many more persons in it.

    Of several, the first that is on a closed date or while a host is away.
    """
    live = [o for o in booking.occurrences if o.status is not Status.CANCELLED]
    ahead = [o for o in live if o.span.start > now]
    meetings = ahead or live or booking.occurrences
    first, *others = _propose_each(facts, event_type, booking, meetings, now=now)
    seat = next((each for each in (first, *others) if _is_closed_or_away(each)), first)
    held = seats_held(facts, booking, now)
    every = len(booking.attendees) + persons + held
    room = None
    if event_type.seats is not None:
        seats, room_id = seats_of(facts, event_type, booking)
        room = (room_id, seats, every) if room_id else None
    return seat._replace(persons=every, room=room, held=held)


def _is_closed_or_away(p: Proposal) -> bool:
    return bool(p.obstacle or booking_rules.outside_hours(p))


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
    return zip(*schedules, strict=True)
