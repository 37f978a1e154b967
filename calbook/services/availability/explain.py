"""`explain`: what each rule says of a start, and what blocks the stretches of a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calbook.core.assignment import HostIds
from calbook.core.errors import CalbookError
from calbook.core.model import DAY, SECOND, Booking, Span
from calbook.core.rules import booking_rules, explanation
from calbook.core.rules.booking_rules import RULES_FOR_JOINING, Proposal
from calbook.core.rules.explanation import BlockedStretch, RuleResult
from calbook.core.rules.limits import Workload
from calbook.core.time import open_hours, times
from calbook.services.availability import group_bookings, host_choice, limit_counts
from calbook.services.availability.booking_request import (
    BookingRequest,
    day_span,
    schedule_ids,
)
from calbook.services.availability.host_choice import HostPlan
from calbook.services.availability.limit_counts import HostLoads
from calbook.store.facts import Facts
from calbook.wire.json_objects import Json


def start_refusal(facts: Facts, request: BookingRequest) -> CalbookError | None:
    """What booking the requested start would meet."""
    group = group_bookings.find_group_at(facts, request, request.meetings[0].start)
    if group is not None:
        seat = _seat(facts, request, group)
        decision = booking_rules.decide_rules(seat, RULES_FOR_JOINING)
        return (
            booking_rules.combined_refusal(seat, decision)
            if decision.refusals
            else None
        )
    plans = tuple(host_choice.plan_alternatives(facts, request))
    free = host_choice.possible_plans(plans, skips_conflicts=False)
    return None if free else host_choice.nearest_refusal(plans)


def explain_start(facts: Facts, request: BookingRequest) -> Json:
    """Every rule for the requested start, and what comes of them."""
    group = group_bookings.find_group_at(facts, request, request.meetings[0].start)
    if group is not None:
        answers = explanation.explain_rules(
            [(group.host_ids[0], _seat(facts, request, group))], RULES_FOR_JOINING
        )
        error = start_refusal(facts, request)
        host_ids = () if error else group.host_ids
        return _json(
            request, answers, refusal=error, host_ids=host_ids, joins=group.uid
        )
    plans = tuple(host_choice.plan_alternatives(facts, request))
    free = host_choice.possible_plans(plans, skips_conflicts=False)
    chosen = free if len(plans) == 1 else _by_turn(facts, request, free)
    return _json(
        request,
        explanation.explain_rules(_by_host(facts, request, _date_asked(plans))),
        refusal=None if free else host_choice.nearest_refusal(plans),
        host_ids=chosen[0].host_ids if chosen else (),
        joins=None,
    )


def _by_turn(
    facts: Facts, request: BookingRequest, free: Sequence[HostPlan]
) -> tuple[HostPlan, ...]:
    return host_choice.choose_by_turn(facts, request, free)[:1] if free else ()


def _date_asked(plans: Sequence[HostPlan]) -> int:
    """Of several dates that move together the first that is refused, else the first."""
    return next(iter(plans[0].decision.refused_numbers), 0)


def _by_host(
    facts: Facts, request: BookingRequest, number: int
) -> list[tuple[str, Proposal]]:
    """One of the meetings as each host's own hours and time would have it."""
    shared = host_choice.read_shared_facts(facts, request)
    return [
        (
            host_id,
            host_choice.make_proposals(facts, request, (host_id,), shared)[number],
        )
        for host_id in _host_ids(request)
    ]


def _host_ids(request: BookingRequest) -> HostIds:
    return tuple(
        dict.fromkeys(host for hosts in request.alternatives for host in hosts)
    )


def _seat(facts: Facts, request: BookingRequest, group: Booking) -> Proposal:
    seat = group_bookings.propose_seats(
        facts, request.event_type, group, request.persons, now=request.now
    )
    return seat._replace(display_timezone=request.display_timezone)


def _json(
    request: BookingRequest,
    answers: tuple[RuleResult, ...],
    *,
    refusal: CalbookError | None,
    host_ids: HostIds,
    joins: str | None,
) -> Json:
    meeting = request.meetings[0]
    return {
        "eventTypeId": request.event_type.id,
        "startTime": times.rfc3339(meeting.start, request.timezone),
        "endTime": times.rfc3339(meeting.end, request.timezone),
        "timezone": request.timezone,
        "bookable": refusal is None,
        "code": refusal and refusal.code,
        "exitCode": refusal.exit_code if refusal else 0,
        "message": refusal and refusal.json_message,
        "hostId": host_ids[0] if host_ids else None,
        "hostIds": list(host_ids),
        "joins": joins,
        "rules": [_rule(answer) for answer in answers],
    }


def _rule(answer: RuleResult) -> Json:
    return {
        "rule": answer.rule,
        "hostId": answer.host_id,
        "passed": answer.passed,
        "message": answer.message,
        "override": answer.override,
        "details": {k: v for k, v in answer.details.items() if k != "refusals"},
    }


def blocked_stretches(facts: Facts, request: BookingRequest, day: Span) -> list[Json]:
    """The stretches of a day in which nothing can be booked, and why."""
    found = explanation.clip_blocks(day, _blocks(facts, request, day))
    return [_block(request, block) for block in found]


def _blocks(
    facts: Facts, request: BookingRequest, day: Span
) -> Iterator[BlockedStretch]:
    for date in _dates(facts, request, day):
        yield from explanation.blocks_by_rules(date)
    host_ids = _host_ids(request)
    several = len(host_ids) > 1
    for key in schedule_ids(facts, request.event_type, host_ids):
        schedule = facts.schedule_around(key, [day])
        whose = [h for h in host_ids if facts.host(h).schedule_id == key]
        is_of_host = several and request.event_type.schedule_id is None
        [open_time] = open_hours.open_stretches_near(schedule, [day])
        for host_id in whose if is_of_host else [None]:
            yield from explanation.blocks_by_hours(schedule, open_time, day, host_id)
    yield from _limits(facts, request, host_ids, day)
    yield from _claims(facts, request, host_ids, day)


def _limits(
    facts: Facts, request: BookingRequest, host_ids: HostIds, day: Span
) -> Iterator[BlockedStretch]:
    event_type = request.event_type
    loads = HostLoads(
        facts, event_type, [day], exclusion=request.exclusion, now=request.now
    )
    for host_id in host_ids:
        yield from explanation.blocks_by_limits(loads.full_loads(host_id), host_id)
        for row in loads.rows((host_id,), day):
            for start, end in loads.refused_by_breaks(host_id):
                span = Span(times.instant(max(start, 0)), times.instant(end))
                yield explanation.block_by_break(span, row)


def _claims(
    facts: Facts, request: BookingRequest, host_ids: HostIds, day: Span
) -> Iterator[BlockedStretch]:
    groups = {
        group.uid: group
        for group in group_bookings.open_groups(facts, request, day).values()
    }
    for host_id in host_ids:
        for held in facts.obstacles_within(
            host_id, day, exclusion=request.exclusion, now=request.now
        ):
            block = explanation.block_by_claim(
                held, request.display_timezone or request.timezone
            )
            group = groups.get(held.claim.uid)
            yield (
                block
                if group is None
                else explanation.with_free_seats(block, group, request.event_type)
            )


def _dates(facts: Facts, request: BookingRequest, day: Span) -> list[Proposal]:
    """The local dates that a day, maybe of another zone, has a part in."""
    first = times.local_date(day.start, request.timezone)
    last = times.local_date(day.end - SECOND, request.timezone)
    dates = [first + n * DAY for n in range((last - first).days + 1)]
    spans = [day_span(date, request.timezone) for date in dates]
    counts = limit_counts.of_event_type(facts, request, spans)
    return [
        Proposal(
            event_type=request.event_type,
            meeting=span,
            timezone=request.timezone,
            now=request.now,
            open_time=(),
            workload=Workload(tuple(each.load(span.start) for each in counts)),
            display_timezone=request.display_timezone,
        )
        for span in spans
    ]


def _block(request: BookingRequest, block: BlockedStretch) -> Json:
    return {
        "startTime": times.rfc3339(block.span.start, request.timezone),
        "endTime": times.rfc3339(block.span.end, request.timezone),
        "hostId": block.host_id,
        "code": block.code,
        "message": block.message,
        "details": dict(block.details),
    }
