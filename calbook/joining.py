"""Groups: a booking of a start that is booked already takes a seat in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from calbook import wishes
from calbook.core import passing, policy, questions, seats, transitions
from calbook.core.assignment import alternatives
from calbook.core.errors import BadInput, CalbookError, NotAGroup, SlotTaken
from calbook.core.lifecycle import Change
from calbook.core.model import (
    Actor,
    Attendee,
    Booking,
    EventType,
    Moment,
    Span,
    Status,
)
from calbook.core.policy import JOINING, SEATING, Proposal, Rules
from calbook.intake.requests import Asked, Request
from calbook.store.facts import Facts
from calbook.wishes import Wish

if TYPE_CHECKING:
    from calbook.core.recurrence import Recurrence


def group(
    facts: Facts,
    event_type: EventType,
    request: Request,
    starts: tuple[Moment, ...],
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
        seats.check_no_duplicate((*booking.attendees, *request.attendees))
    persons = len(request.attendees)
    return _chosen(event_type, groups, host_id=request.host_id, persons=persons)


def standing(facts: Facts, wish: Wish, start: datetime) -> Booking | None:
    """The group that a booking of this start would join, with seats left or without.

    None where a booking is to be moved: it joins no other.
    """
    event_type = wish.event_type
    if event_type.seats is None or wish.aside is not None:
        return None
    groups = _groups(facts, event_type, (start,), rule=None, now=wish.now)
    return _chosen(event_type, groups, host_id=wish.host_id, persons=wish.persons)


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


def _chosen(
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
        hosts for hosts in alternatives(event_type, host_id) if hosts[0] not in taken
    ]
    return groups[0] if groups and not others else None


def rooms(
    facts: Facts, wish: Wish, span: Span, rule: Recurrence | None = None
) -> dict[datetime, Booking]:
    """Under the starts within a span, the group in which one more finds a seat.

    With a rule, a group that meets as such a series. None where a booking is to be
    moved: it joins no other.
    """
    event_type = wish.event_type
    if event_type.seats is None or wish.aside is not None:
        return {}
    found: dict[datetime, Booking] = {}
    for booking in facts.groups(event_type.id, span):
        start = _first_start(booking)
        if start not in found and _has_room(booking, wish, rule):
            found[start] = booking
    return found


def _has_room(booking: Booking, wish: Wish, rule: Recurrence | None) -> bool:
    if booking.recurring != rule or wish.host_id not in (None, *booking.host_ids):
        return False
    every = wishes.starts(
        wish.event_type, rule, _first_start(booking), booking.timezone
    )
    if not _is_open(booking, every, wish.now):
        return False
    seat = proposal(wish.event_type, booking, 1, now=wish.now)
    return not policy.decide(seat, JOINING).refusals


def _first_start(booking: Booking) -> datetime:
    return min(occurrence.span.start for occurrence in booking.occurrences)


def advised(facts: Facts, event_type: EventType, refusal: CalbookError) -> CalbookError:
    """How to get into the group that is in the way, where it meets on several dates."""
    every = refusal.details.get("refusals", ())
    taken = (r["details"]["uid"] for r in every if r["code"] == SlotTaken.code)
    uid = next(filter(None, taken), None)
    if event_type.seats is None or uid is None:
        return refusal
    booking = facts.booking(uid)
    if booking.event_type_id == event_type.id and booking.recurring is not None:
        refusal.hint = (
            f"it is a group: calbook attendee add {booking.uid} joins all its dates"
        )
        refusal.details["group"] = booking.uid
    return refusal


def _is_open(booking: Booking, starts: tuple[datetime, ...], now: datetime) -> bool:
    """Whether it meets at these starts, all of them: nobody is in for others."""
    seen = [passing.seen(occurrence, now) for occurrence in booking.occurrences]
    return tuple(sorted(o.span.start for o in seen)) == starts and all(
        o.status in {Status.PENDING, Status.CONFIRMED} for o in seen
    )


def joined(
    event_type: EventType,
    booking: Booking,
    request: Request,
    *,
    now: datetime,
) -> Change:
    """Take seats in a group, by the rules that still have a say."""
    _check_place(booking, request)
    seats.check_no_duplicate((*booking.attendees, *request.attendees))
    primary, *guests = request.attendees
    seats.check_phone(booking.location, primary)
    answers = request.responses
    used = policy.check(
        proposal(event_type, booking, len(request.attendees), now=now)._replace(
            responses=answers,
            waived=request.asked.waived,
            shown_in=request.timezone,
        ),
        JOINING,
    )
    if "questions" not in request.asked.waived:
        answers = questions.answers(event_type.questions, answers)
    first = primary._replace(
        responses=answers, notes=request.notes, metadata=request.metadata
    )
    overrides = tuple(dict.fromkeys((*booking.overrides, *used)))
    return seats.join(
        booking._replace(overrides=overrides),
        (first, *guests),
        now=now,
        by=request.asked.by,
    )


def _check_place(booking: Booking, request: Request) -> None:
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
                hint=f"leave {field} out to take a seat in it",
                field=field,
            )


def added(
    event_type: EventType,
    booking: Booking,
    attendee: Attendee,
    asked: Asked,
    *,
    now: datetime,
) -> Change:
    """Add a person to a group; its host may do so at any time.

    Raises:
        NotAGroup: the event type has no seats.
    """
    check_group(event_type, booking)
    transitions.with_step(booking, transitions.Action.JOIN, now)
    seats.check_no_duplicate((*booking.attendees, attendee))
    seats.check_phone(booking.location, attendee)
    rules: Rules = JOINING if asked.by is Actor.ATTENDEE else SEATING
    policy.check(proposal(event_type, booking, 1, now=now), rules)
    asks = event_type.questions
    if asked.by is not Actor.ATTENDEE:  # who adds another need not know the answers
        asks = tuple(question._replace(required=False) for question in asks)
    answers = questions.answers(asks, attendee.responses)
    person = attendee._replace(responses=answers)
    return seats.join(booking, (person,), now=now, by=asked.by)


def check_group(event_type: EventType, booking: Booking) -> None:
    if event_type.seats is None:
        raise NotAGroup(booking.uid, event_type.id)


def proposal(
    event_type: EventType, booking: Booking, persons: int, *, now: datetime
) -> Proposal:
    """The next meeting, with so many more persons in it."""
    ahead = [o for o in booking.occurrences if o.span.start > now]
    live = [o for o in ahead if o.status is not Status.CANCELLED]
    first = (live or booking.occurrences)[0]
    return Proposal(
        event_type=event_type,
        meeting=first.span,
        timezone=booking.timezone,
        now=now,
        open_time=(),
        persons=len(booking.attendees) + persons,
    )
