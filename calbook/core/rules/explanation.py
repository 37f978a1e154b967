"""Why a start can or cannot be booked: every rule, and the facts that it compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from calbook.core.catalog import Schedule
from calbook.core.errors import CalbookError
from calbook.core.model import DAY, SECOND, Span
from calbook.core.rules import bookable_dates, booking_rules, limits
from calbook.core.rules.booking_rules import (
    Proposal,
    Rule,
    Rules,
    format_for_display,
    format_in_booking_zone,
    to_minutes,
)
from calbook.core.rules.breaks import HostRow
from calbook.core.rules.limits import Elsewhere, Load
from calbook.core.rules.obstacles import Obstacle, slot_taken_error
from calbook.core.time import open_hours, times
from calbook.core.typing_names import Any, NamedTuple

# Asked of each host's own time; all other rules look at the event type and the clock.
_OF_HOSTS = (
    *(booking_rules.outside_hours, booking_rules.slot_taken),
    *(limits.host_limit, limits.max_in_a_row),
    booking_rules.group_cancelled,
)
_OF_ROOMS = booking_rules.seats_full
# Named only where there is such a limit, or a group.
_IS_ASKED: Mapping[Rule, Callable[[Proposal], object]] = {
    booking_rules.group_cancelled: lambda p: p.event_type.seats is not None,
    limits.limit_reached: lambda p: limits.loads_of(p, "eventType"),
    limits.host_limit: lambda p: limits.loads_of(p, "host"),
    limits.max_in_a_row: lambda p: p.workload.rows,
    limits.person_limit: lambda p: limits.loads_of(p, "person"),
    limits.open_bookings: lambda p: p.workload.opened,
    limits.double_booking: lambda p: p.workload.elsewhere is not None,
}


class RuleResult(NamedTuple):
    """What a rule says of a start; `host_id` where it was asked of several hosts.

    `rule` is the code of its refusal, of some limits a name of its own; `override` is
    what lets the host pass it.
    """

    rule: str
    host_id: str | None
    passed: bool
    message: str
    override: str | None
    details: Mapping[str, Any]


def explain_rules(
    proposals: Sequence[tuple[str, Proposal]], rules: Rules = booking_rules.RULES
) -> tuple[RuleResult, ...]:
    """Every rule in its order, for one start as each of several hosts could give it."""
    return tuple(
        _answer(rule, override, proposal, host_id if of_each else None)
        for rule, override in rules
        for of_each in [_is_of_each(rule, proposals)]
        for host_id, proposal in (proposals if of_each else proposals[:1])
        if rule not in _IS_ASKED or _IS_ASKED[rule](proposal)
    )


def _is_of_each(rule: Rule, proposals: Sequence[tuple[str, Proposal]]) -> bool:
    """Seats are a matter of rooms where one holds fewer than come."""
    if rule is _OF_ROOMS:
        return any(p.room and p.room[2] > p.room[1] for _, p in proposals)
    return rule in _OF_HOSTS and len(proposals) > 1


def _answer(
    rule: Rule, override: str | None, p: Proposal, host_id: str | None
) -> RuleResult:
    name, refusal = rule.__name__, rule(p)
    if refusal is None:
        message, details = _PASSED[rule](p)
        return RuleResult(name, host_id, True, message, override, details)
    return RuleResult(name, host_id, False, _full(refusal), override, refusal.details)


def _full(refusal: CalbookError) -> str:
    """With the hint, which has the facts: what would be right."""
    hint = refusal.json_hint
    return "; ".join(filter(None, [refusal.json_message, hint]))


# -- the facts of a rule that passes ---------------------------------------------------

RulePassed = tuple[str, dict[str, Any]]


def _is_to_come(p: Proposal) -> RulePassed:
    facts = {
        "start": format_in_booking_zone(p, p.meeting.start),
        "now": format_in_booking_zone(p, p.now),
    }
    return f"it is {format_for_display(p, p.now)} now", facts


def _is_active(p: Proposal) -> RulePassed:
    return "it takes bookings", {"eventTypeId": p.event_type.id}


def _is_of_its_dates(p: Proposal) -> RulePassed:
    said = bookable_dates.dates_text(p.event_type)
    return said or "no limit", bookable_dates.date_facts(p)


def _is_open(p: Proposal) -> RulePassed:
    zone = p.display_timezone or p.timezone
    days = _whole_days(p.meeting, zone)
    covering = [
        s for open_time in p.open_time for s in open_time if s.covers(p.meeting)
    ]
    open_time = [times.format_meeting(s.start, s.end, zone) for s in covering]
    shown = [
        "all day" if stretch.covers(days) else text
        for stretch, text in zip(covering, open_time, strict=True)
    ]
    facts = {
        "start": format_in_booking_zone(p, p.meeting.start),
        "end": format_in_booking_zone(p, p.meeting.end),
    }
    return f"open {'; '.join(dict.fromkeys(shown))}", {**facts, "open": open_time}


def _whole_days(meeting: Span, timezone: str) -> Span:
    first, last = (times.local_date(at, timezone) for at in meeting)
    return Span(times.day_start(first, timezone), times.day_start(last + DAY, timezone))


def _has_notice(p: Proposal) -> RulePassed:
    notice = p.event_type.minimum_notice
    facts = {
        "start": format_in_booking_zone(p, p.meeting.start),
        "earliest": format_in_booking_zone(p, p.now + notice),
        "minimumNotice": to_minutes(notice),
    }
    if not notice:
        return "no notice is needed", facts
    return f"the earliest start now is {format_for_display(p, p.now + notice)}", facts


def _is_near(p: Proposal) -> RulePassed:
    days, start = (
        p.event_type.maximum_advance,
        format_in_booking_zone(p, p.meeting.start),
    )
    if days is None:
        return "no limit", {"start": start, "lastDate": None, "maximumAdvance": None}
    last = (times.local_date(p.now, p.timezone) + days * DAY).isoformat()
    facts = {"start": start, "lastDate": last, "maximumAdvance": days}
    return f"the last day now is {last}", facts


def _has_room_that_day(p: Proposal) -> RulePassed:
    day = times.local_date(p.meeting.start, p.timezone).isoformat()
    load = limits.day_load(p)
    if load is None:
        return "no limit", {"date": day, "booked": None, "slotsPerDay": None}
    booked, most = load.booked, load.limit.most
    facts = {"date": day, "booked": booked, "slotsPerDay": most}
    return f"{booked} of {most} are booked on {day}", facts


def _is_within(of: str) -> Callable[[Proposal], RulePassed]:
    """Of the limits that one thing has, each with what is booked of it."""

    def pass_limits(p: Proposal) -> RulePassed:
        loads = limits.loads_of(p, of)
        each = (f"{limits.load_text(each)} in {each.period.name}" for each in loads)
        return "; ".join(each), {"limits": [limits.facts(load) for load in loads]}

    return pass_limits


def _has_break(p: Proposal) -> RulePassed:
    [most] = {row.most for row in p.workload.rows}
    longest = max(row.length_with(p.meeting) for row in p.workload.rows)
    return f"{longest} in a row of {most}", {"inARow": longest, "maxInARow": most}


def _has_few_to_come(p: Proposal) -> RulePassed:
    each = [f"{n} of {most} to come of {who}" for who, n, most in p.workload.opened]
    return "; ".join(each), {"booked": [n for _, n, _ in p.workload.opened]}


def _asks(p: Proposal) -> RulePassed:
    """A start is explained without an attendee: what one would have to answer."""
    required = [q.key for q in p.event_type.questions if q.required]
    asked = f"to be answered when booking: {', '.join(required)}"
    return asked if required else "nothing has to be answered", {"required": required}


def _has_seats(p: Proposal) -> RulePassed:
    seats = p.event_type.seats
    facts = {"seats": seats, "persons": p.persons}
    if seats is None:
        return "no group: one attendee, with guests", facts
    return f"{p.persons} of {seats} seats with this one", facts


def _is_not_off(p: Proposal) -> RulePassed:
    return "no group was cancelled at this start", {}


def _is_free(p: Proposal) -> RulePassed:
    claim = p.event_type.claimed_span(p.meeting)
    zone = p.display_timezone or p.timezone
    facts = {
        "start": format_in_booking_zone(p, claim.start),
        "end": format_in_booking_zone(p, claim.end),
    }
    buffers = "" if claim == p.meeting else ", with the buffers"
    return f"free {times.format_meeting(claim.start, claim.end, zone)}{buffers}", facts


_PASSED: Mapping[Rule, Callable[[Proposal], RulePassed]] = {
    booking_rules.in_the_past: _is_to_come,
    booking_rules.inactive: _is_active,
    bookable_dates.outside_dates: _is_of_its_dates,
    booking_rules.outside_hours: _is_open,
    booking_rules.minimum_notice: _has_notice,
    booking_rules.maximum_advance: _is_near,
    limits.slots_per_day: _has_room_that_day,
    limits.limit_reached: _is_within("eventType"),
    limits.host_limit: _is_within("host"),
    limits.max_in_a_row: _has_break,
    limits.person_limit: _is_within("person"),
    limits.open_bookings: _has_few_to_come,
    limits.double_booking: lambda p: ("nowhere else at that time", {}),
    booking_rules.invalid_responses: _asks,
    booking_rules.seats_full: _has_seats,
    booking_rules.group_cancelled: _is_not_off,
    booking_rules.slot_taken: _is_free,
}


# -- what blocks a day -----------------------------------------------------------------


class BlockedStretch(NamedTuple):
    """Time in which nothing can be booked; `host_id` where it is one host's matter.

    `code` is that of the refusal which a meeting in it meets.
    """

    span: Span
    code: str
    message: str
    details: Mapping[str, Any]
    host_id: str | None = None


def clip_blocks(
    day: Span, found: Iterable[BlockedStretch]
) -> tuple[BlockedStretch, ...]:
    """What lies within a day, cut to it, in order."""
    cut = (
        block._replace(
            span=Span(max(block.span.start, day.start), min(block.span.end, day.end))
        )
        for block in found
    )
    within = (block for block in cut if block.span.start < block.span.end)
    return tuple(sorted(within, key=lambda block: (block.span, block.host_id or "")))


def blocks_by_rules(p: Proposal) -> Iterator[BlockedStretch]:
    """Where the event type's rules refuse; the proposal's meeting is a local date."""
    date, soonest = p.meeting, p.now + p.event_type.minimum_notice
    to_come = p.now + SECOND
    if not p.event_type.active:
        yield BlockedStretch(date, "inactive", "it takes no bookings", _is_active(p)[1])
    past, soon = Span(date.start, to_come), Span(max(date.start, to_come), soonest)
    for span, rule, facts in (
        (past, "in_the_past", _is_to_come(p)),
        (soon, "minimum_notice", _has_notice(p)),
    ):
        yield BlockedStretch(Span(span.start, min(span.end, date.end)), rule, *facts)
    if bookable_dates.outside_dates(p) is not None:
        yield BlockedStretch(date, "outside_dates", *_is_of_its_dates(p))
    if booking_rules.maximum_advance(p) is not None:
        yield BlockedStretch(date, "maximum_advance", *_is_near(p))
    if limits.slots_per_day(p) is not None:
        yield BlockedStretch(date, "slots_per_day", *_has_room_that_day(p))
    meeting = Span(date.start, date.start + p.event_type.duration)
    full = [x for x in limits.loads_of(p, "eventType") if x.is_full(meeting)]
    yield from (block._replace(span=date) for block in blocks_by_limits(full))


def blocks_by_hours(
    schedule: Schedule, open_time: Iterable[Span], day: Span, host_id: str | None
) -> Iterator[BlockedStretch]:
    """Where a schedule is closed, with the reasons of the overrides there."""
    for closed in open_hours.subtract_spans(day, open_time):
        first = times.local_date(closed.start, schedule.timezone)
        last = times.local_date(closed.end - SECOND, schedule.timezone)
        reasons = [
            override.reason
            for date, override in sorted(schedule.overrides.items())
            if first <= date <= last and override.reason
        ]
        message = ": ".join(["closed", *[", ".join(reasons)][: len(reasons)]])
        facts = {"scheduleId": schedule.id, "reasons": reasons}
        yield BlockedStretch(closed, "outside_hours", message, facts, host_id)


def blocks_by_limits(
    loads: Iterable[Load], host_id: str | None = None
) -> Iterator[BlockedStretch]:
    """The periods in which no more may be booked."""
    for load in loads:
        error = limits.limit_error(load)
        yield BlockedStretch(
            load.period.span, error.code, error.message, error.details, host_id
        )


def block_by_double(elsewhere: Elsewhere, timezone: str) -> BlockedStretch:
    """The time at which a person is in another booking."""
    error = limits.double_error(elsewhere, timezone)
    span = elsewhere.meeting
    return BlockedStretch(span, error.code, error.message, error.details, None)


def block_by_break(span: Span, row: HostRow) -> BlockedStretch:
    """The starts with which a host would have too many in a row."""
    error = limits.break_error(row)
    return BlockedStretch(span, error.code, error.message, error.details, row.host_id)


def block_by_claim(obstacle: Obstacle, timezone: str, end: datetime) -> BlockedStretch:
    """A host's time that is taken, buffers included; who has retired has none left.

    `end` is how far is looked.
    """
    refusal, claim = slot_taken_error(obstacle, timezone), obstacle.claim
    span = Span(claim.span.start, end) if obstacle.is_retired else claim.span
    return BlockedStretch(
        span, refusal.code, refusal.message, refusal.details, claim.host_id
    )


def block_by_cancelled(meeting: Span, uid: str, host_id: str) -> BlockedStretch:
    """A meeting of a group that was called off."""
    said = f"{uid} was cancelled: no other group begins with it"
    return BlockedStretch(meeting, "group_cancelled", said, {"uid": uid}, host_id)


def with_free_seats(block: BlockedStretch, left: int, seats: int) -> BlockedStretch:
    """The same for a group that can still be joined, at its start."""
    said = f"{left} of {seats} seats are left in it, at its start"
    return block._replace(
        message=f"{block.message}; {said}", details={**block.details, "seatsLeft": left}
    )
