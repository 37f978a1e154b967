"""May it be booked, may it be changed? Small rules, asked in one fixed order.

A rule is a function from a proposal to a refusal or None. Whoever books, moves,
lists free starts or explains one asks these same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from calbook.core.catalog import EventType
from calbook.core.errors import (
    CalbookError,
    GroupCancelled,
    Inactive,
    InThePast,
    InvalidResponses,
    MaximumAdvance,
    MinimumNotice,
    OutsideHours,
    SeatsFull,
)
from calbook.core.model import DAY, MINUTE, Span
from calbook.core.rules import limits, questions
from calbook.core.rules.bookable_dates import outside_dates
from calbook.core.rules.limits import Workload
from calbook.core.rules.obstacles import Obstacle, slot_taken_error
from calbook.core.time import open_hours, times
from calbook.core.typing_names import Any, NamedTuple

RULE_OVERRIDES = (
    *("hours", "dates", "notice", "advance", "per-day", "limit"),
    *("questions", "deadline", "past", "duration"),
)

Advice = tuple[str, str]  # in the library's words, and the command line's


class Proposal(NamedTuple):
    """One meeting that somebody wants, with every fact that the rules look at."""

    event_type: EventType
    meeting: Span
    timezone: str
    now: datetime
    open_time: tuple[tuple[Span, ...], ...]  # of each schedule that must be open
    workload: Workload = Workload()
    persons: int = 1
    room: tuple[str, int, int] | None = None  # a resource, how many it holds, and come
    seats_date: str | None = None  # of a series that is joined the fullest
    cancelled_uid: str | None = None  # of a group that was to begin there
    held: int = 0  # of the persons, who were offered a seat and have not said yes
    responses: Mapping[str, Any] | None = None  # None: the questions are not asked
    obstacle: Obstacle | None = None
    overridden: frozenset[str] = frozenset()
    display_timezone: str | None = None  # the zone in which people are told of it


class Decision(NamedTuple):
    """Every refusal, in the rules' order, and the overrides that were needed."""

    refusals: tuple[CalbookError, ...]
    overrides_used: tuple[str, ...]
    overrides_needed: tuple[str | None, ...]  # beside each refusal, what would pass it


def in_the_past(p: Proposal) -> CalbookError | None:
    if p.meeting.start > p.now:
        return None
    return InThePast(
        f"{_when(p)} is in the past",
        start=format_in_booking_zone(p, p.meeting.start),
        now=format_in_booking_zone(p, p.now),
    )


def inactive(p: Proposal) -> CalbookError | None:
    if p.event_type.active:
        return None
    return Inactive(
        f"{p.event_type.id} takes no bookings at present",
        hint=f'switch it on: event_types.update("{p.event_type.slug}", active=True)',
        command_hint=f"switch it on: calbook event update {p.event_type.slug} --active",
        eventTypeId=p.event_type.id,
    )


def outside_hours(p: Proposal) -> CalbookError | None:
    if all(any(s.covers(p.meeting) for s in open_time) for open_time in p.open_time):
        return None
    day = times.local_date(p.meeting.start, p.timezone)
    that_day = [
        times.format_meeting(s.start, s.end, p.display_timezone or p.timezone)
        for s in open_hours.intersect_stretches(p.open_time)
        if times.local_date(s.start, p.timezone) <= day
        and s.end > times.day_start(day, p.timezone)
    ]
    said = "; ".join(that_day)
    return OutsideHours(
        f"{_when(p)} is outside the open hours",
        hint=f"open that day: {said}" if said else "no hours are open that day",
        start=format_in_booking_zone(p, p.meeting.start),
        end=format_in_booking_zone(p, p.meeting.end),
        open=that_day,
    )


def minimum_notice(p: Proposal) -> CalbookError | None:
    notice = p.event_type.minimum_notice
    if p.meeting.start - p.now >= notice:
        return None
    if p.meeting.start <= p.now and "past" in p.overridden:
        return None  # whoever may book the past need not say so twice
    earliest = format_in_booking_zone(p, p.now + notice)
    return MinimumNotice(
        f"{_when(p)} is too soon: {to_minutes(notice)} minutes' notice are needed",
        hint=f"the earliest start now is {format_for_display(p, p.now + notice)}",
        start=format_in_booking_zone(p, p.meeting.start),
        earliest=earliest,
        minimumNotice=to_minutes(notice),
    )


def maximum_advance(p: Proposal) -> CalbookError | None:
    if p.event_type.maximum_advance is None:
        return None
    last = times.local_date(p.now, p.timezone) + p.event_type.maximum_advance * DAY
    if times.local_date(p.meeting.start, p.timezone) <= last:
        return None
    return MaximumAdvance(
        f"{_when(p)} is too far ahead: {p.event_type.maximum_advance} days at most",
        hint=f"the last day now is {last}",
        start=format_in_booking_zone(p, p.meeting.start),
        lastDate=last.isoformat(),
        maximumAdvance=p.event_type.maximum_advance,
    )


def invalid_responses(p: Proposal) -> CalbookError | None:
    if p.responses is None:
        return None
    try:
        questions.check_responses(p.event_type.questions, p.responses)
    except InvalidResponses as refusal:
        return refusal
    return None


def seats_full(p: Proposal) -> CalbookError | None:
    seats, day = p.event_type.seats, p.seats_date
    if seats is not None and p.persons > seats:
        return SeatsFull(seats=seats, persons=p.persons, date=day, held=p.held)
    if p.room is None or p.room[2] <= p.room[1]:
        return None
    room, holds, persons = p.room
    return SeatsFull(room=room, seats=holds, persons=persons, date=day, held=p.held)


def group_cancelled(p: Proposal) -> CalbookError | None:
    if p.cancelled_uid is None:
        return None
    start = format_in_booking_zone(p, p.meeting.start)
    return GroupCancelled(_when(p), uid=p.cancelled_uid, start=start)


def slot_taken(p: Proposal) -> CalbookError | None:
    zone = p.display_timezone or p.timezone
    return None if p.obstacle is None else slot_taken_error(p.obstacle, zone)


Rule = Callable[[Proposal], CalbookError | None]
Rules = tuple[tuple[Rule, str | None], ...]

RULES_FOR_PERSONS: Rules = (
    (limits.person_limit, "limit"),
    (limits.open_bookings, "limit"),
    (limits.double_booking, "limit"),
)
# The first refusal decides code and exit status. Beside each rule, the override
# with which the host may pass it; overlap can never be passed.
RULES: Rules = (
    (in_the_past, "past"),
    (inactive, None),
    (outside_dates, "dates"),
    (outside_hours, "hours"),
    (minimum_notice, "notice"),
    (maximum_advance, "advance"),
    (limits.slots_per_day, "per-day"),
    (limits.limit_reached, "limit"),
    (limits.host_limit, "limit"),
    (limits.max_in_a_row, "limit"),
    *RULES_FOR_PERSONS,
    (invalid_responses, "questions"),
    (seats_full, None),
    (group_cancelled, None),
    (slot_taken, None),
)


# Of the dates of a series after the first.
_OF_EACH_DATE = (
    *(in_the_past, outside_dates, outside_hours),
    *(limits.slots_per_day, limits.limit_reached),
    *(limits.host_limit, limits.max_in_a_row),
    *(limits.person_limit, limits.double_booking),
    *(group_cancelled, slot_taken),
)
RULES_FOR_EACH_DATE: Rules = tuple(pair for pair in RULES if pair[0] in _OF_EACH_DATE)
# Of the first date that a series gets when it goes on: its dates lie ahead of it, and
# it is one booking as before.
_NOT_OF_EXTENDING = (maximum_advance, limits.open_bookings)
RULES_FOR_EXTENDING = tuple(pair for pair in RULES if pair[0] not in _NOT_OF_EXTENDING)
# Of a seat in a group that is there: nothing new is claimed, so a host may come anyway.
RULES_FOR_SEATING: Rules = (
    (outside_hours, "hours"),
    *RULES_FOR_PERSONS,
    (slot_taken, "hours"),
    (seats_full, None),
)
# Of a seat that was offered, and held since: all else was judged then, but what the
# person has booked since. It is theirs also where there are fewer seats by now.
RULES_FOR_HELD_SEATS: Rules = ((in_the_past, "past"), *RULES_FOR_PERSONS)
RULES_FOR_JOINING: Rules = (
    (in_the_past, "past"),
    (inactive, None),
    (outside_dates, "dates"),
    (outside_hours, "hours"),
    (minimum_notice, "notice"),
    (maximum_advance, "advance"),
    *RULES_FOR_PERSONS,
    (invalid_responses, "questions"),
    (slot_taken, "hours"),
    (seats_full, None),
)


def decide_rules(proposal: Proposal, rules: Rules = RULES) -> Decision:
    """Ask every rule; none stops the others from being asked."""
    refusals: list[CalbookError] = []
    used: list[str] = []
    needed: list[str | None] = []
    for rule, override in rules:
        refusal = rule(proposal)
        if refusal is None:
            continue
        if override in proposal.overridden:
            used.append(str(override))
        else:
            refusals.append(refusal)
            needed.append(override)
    return Decision(tuple(refusals), tuple(used), tuple(needed))


def check_rules(proposal: Proposal, rules: Rules = RULES) -> tuple[str, ...]:
    """The overrides that were needed; raises the first refusal, naming all."""
    decision = decide_rules(proposal, rules)
    if decision.refusals:
        raise combined_refusal(proposal, decision)
    return decision.overrides_used


def combined_refusal(proposal: Proposal, decision: Decision) -> CalbookError:
    """The first of a decision's refusals, naming all."""
    return combine_refusals(
        decision.refusals, advice=_advice(proposal, decision.overrides_needed)
    )


def _advice(proposal: Proposal, needed: tuple[str | None, ...]) -> Advice | None:
    """With which overrides the host gets past every refusal, where that is so."""
    if None in needed or "questions" in needed:
        return None
    every = list(dict.fromkeys([*sorted(proposal.overridden), *map(str, needed)]))
    return (
        f'the host may: by="host", override={every}'.replace("'", '"'),
        f"the host may: --by host --override {','.join(every)}",
    )


def combine_refusals(
    refusals: Iterable[CalbookError], *, advice: Advice | None = None
) -> CalbookError:
    """The first refusal, with all of them in its details and advice in its hint."""
    first, *_ = refusals = tuple(refusals)
    if advice is not None:
        hints = (first.hint, first.json_hint)
        first.hint, first.command_hint = (
            "; ".join(filter(None, parts)) for parts in zip(hints, advice, strict=True)
        )
    first.details["refusals"] = [
        {
            "code": refusal.code,
            "message": refusal.json_message,
            "details": {k: v for k, v in refusal.details.items() if k != "refusals"},
        }
        for refusal in refusals
    ]
    return first


def _when(p: Proposal) -> str:
    zone = p.display_timezone or p.timezone
    return f"{times.format_meeting(p.meeting.start, p.meeting.end, zone)} {zone}"


def format_for_display(p: Proposal, moment: datetime) -> str:
    """A moment for people, in the zone that they asked for."""
    return times.format_moment(moment, p.display_timezone or p.timezone)


def format_in_booking_zone(p: Proposal, moment: datetime) -> str:
    """A moment for programs, in the booking's zone."""
    return times.rfc3339(moment, p.timezone)


def to_minutes(length: timedelta) -> int:
    return length // MINUTE
