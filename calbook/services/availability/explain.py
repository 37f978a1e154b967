"""`explain`: what each rule says of a start, and what blocks the stretches of a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calbook.core import needs, people
from calbook.core.assignment import HostIds
from calbook.core.errors import CalbookError, DuplicateAttendee
from calbook.core.members import hosts_among, is_resource, resources_among
from calbook.core.model import DAY, SECOND, Attendee, Booking, Span
from calbook.core.rules import booking_rules, explanation
from calbook.core.rules.booking_rules import RULES_FOR_JOINING, Proposal
from calbook.core.rules.explanation import BlockedStretch, RuleResult
from calbook.core.rules.limits import Workload
from calbook.core.time import open_hours, times
from calbook.services.availability import (
    group_bookings,
    host_choice,
    limit_counts,
    member_facts,
    seat_counts,
    seating,
)
from calbook.services.availability.booking_request import (
    BookingRequest,
    day_span,
    own_schedule,
    schedule_ids,
)
from calbook.services.availability.limit_counts import HostLoads, PersonLoads
from calbook.store import group_dates
from calbook.store.facts import Facts
from calbook.wire.json_objects import Json


def start_refusal(facts: Facts, request: BookingRequest) -> CalbookError | None:
    """What booking the requested start would meet."""
    joined = _find_group(facts, request)
    if joined is not None:
        group, who = joined
        return _seat_refusal(_seat(facts, request, group), who)
    found = host_choice.find_plan(facts, request)
    return found if isinstance(found, CalbookError) else None


def explain_start(facts: Facts, request: BookingRequest) -> Json:
    """Every rule for the requested start, and what comes of them."""
    joined = _find_group(facts, request)
    if joined is not None:
        group, who = joined
        hosts, seat = group.first_hosts, _seat(facts, request, group)
        answers = explanation.explain_rules([(hosts[0], seat)], RULES_FOR_JOINING)
        error = _seat_refusal(seat, who)
        return _json(
            *(request, answers),
            refusal=error,
            host_ids=() if error else hosts,
            joins=None if who else group.uid,
        )
    found = host_choice.find_plan(facts, request)
    refusal = found if isinstance(found, CalbookError) else None
    answers = explanation.explain_rules(_by_host(facts, request))
    return _json(
        request,
        answers,
        refusal=refusal,
        host_ids=(
            ()
            if isinstance(found, CalbookError)
            else request.members_on(0, found.host_ids)
        ),
        joins=None,
        needs_json=_needs_json(request, answers) if request.event_type.needs else (),
    )


def _by_host(facts: Facts, request: BookingRequest) -> list[tuple[str, Proposal]]:
    """One of the meetings as each host's own hours and time would have it."""
    known = member_facts.read_member_facts(facts, request)
    first = dict.fromkeys((*request.leads[:1], *needs.required_members(request.needs)))
    decision = member_facts.decide_together(request, tuple(first), known)
    # Of several dates that move together the first that is refused, else the first.
    number = next(iter(decision.refused_numbers), 0)
    alone = request._replace(takers={})
    return [
        (id, member_facts.make_proposals(alone, (id,), known)[number])
        for id in _host_ids(request, number)
    ]


def _host_ids(request: BookingRequest, number: int = 0) -> HostIds:
    """Who could be chosen for a date: of a set, only who was asked for."""
    ids = dict.fromkeys(
        id
        for n, need in enumerate(request.needs)
        for id in (request.leads if n == 0 and needs.has_choice(need) else need.ids)
    )
    return request.members_on(number, ids)


def _find_group(
    facts: Facts, request: BookingRequest
) -> tuple[Booking, Attendee | None] | None:
    """The group that a booking of the start would join, and who of them is in it."""
    start = request.meetings[0].start
    own = group_bookings.find_own_seat(facts, request, start)
    if own is not None:
        return own
    group = group_bookings.find_group_at(facts, request, start)
    return None if group is None else (group, None)


def _seat_refusal(seat: Proposal, who: Attendee | None) -> CalbookError | None:
    """Why nobody takes a seat in a group, or who has one already."""
    if who is not None:
        return DuplicateAttendee(people.label(who), email=who.email)
    decision = booking_rules.decide_rules(seat, RULES_FOR_JOINING)
    if not decision.refusals:
        return None
    return booking_rules.combined_refusal(seat, decision)


def _seat(facts: Facts, request: BookingRequest, group: Booking) -> Proposal:
    seat = seating.propose_seats(
        *(facts, request.event_type, group, request.persons),
        now=request.now,
        attendees=request.attendees,
    )
    return seat._replace(display_timezone=request.display_timezone)


def _json(
    request: BookingRequest,
    answers: tuple[RuleResult, ...],
    *,
    refusal: CalbookError | None,
    host_ids: HostIds,
    joins: str | None,
    needs_json: Sequence[Json] = (),
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
        "hostIds": [*hosts_among(host_ids)],
        "resourceIds": [*resources_among(host_ids)],
        "joins": joins,
        "rules": [_rule(answer) for answer in answers],
        "needs": list(needs_json),
    }


def _rule(answer: RuleResult) -> Json:
    return {
        "rule": answer.rule,
        **_whose(answer.host_id),
        "passed": answer.passed,
        "message": answer.message,
        "override": answer.override,
        "details": {k: v for k, v in answer.details.items() if k != "refusals"},
    }


def _whose(id: str | None) -> Json:
    is_of_resource = id is not None and is_resource(id)
    return {
        "hostId": None if is_of_resource else id,
        "resourceId": id if is_of_resource else None,
    }


def _needs_json(request: BookingRequest, answers: Sequence[RuleResult]) -> list[Json]:
    """For each need, who is free and why others are not."""
    refused: dict[str, RuleResult] = {}
    for answer in answers:
        if answer.host_id is not None and not answer.passed:
            refused.setdefault(answer.host_id, answer)
    return [
        {
            "count": need.number,
            "of": list(need.ids),
            "rule": need.rule,
            "free": [id for id in need.ids if id not in refused],
            "others": [
                {"id": id, "code": why.rule, "message": why.message}
                for id in need.ids
                if (why := refused.get(id)) is not None
            ],
        }
        for need in request.needs
    ]


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
        whose = [
            id
            for id in host_ids
            if schedule_ids(facts, request.event_type, (id,)) == (key,)
        ]
        is_of_host = several and request.event_type.schedule_id != key
        [open_time] = open_hours.open_stretches_near(schedule, [day])
        for host_id in whose if is_of_host else [None]:
            yield from explanation.blocks_by_hours(schedule, open_time, day, host_id)
    if (own := own_schedule(request.event_type, request.timezone)) is not None:
        [open_time] = open_hours.open_stretches_near(own, [day])
        for block in explanation.blocks_by_hours(own, open_time, day, None):
            yield block._replace(
                message="closed by the event type's hours",
                details={"scheduleId": None, "reasons": []},
            )
    yield from _limits(facts, request, host_ids, day)
    yield from _claims(facts, request, host_ids, day)
    yield from _cancelled(facts, request, day)


def _cancelled(
    facts: Facts, request: BookingRequest, day: Span
) -> Iterator[BlockedStretch]:
    """Where groups were cancelled: no other one begins at such a start."""
    if not request.heeds_cancelled:
        return
    found = group_dates.cancelled_dates(
        facts, request.event_type.id, [day], now=request.now
    )
    ids = set(_host_ids(request))
    for date in found:
        if date.host_id in ids:
            meeting = Span(date.start, date.start + request.event_type.duration)
            yield explanation.block_by_cancelled(meeting, date.uid, date.host_id)


def _limits(
    facts: Facts, request: BookingRequest, host_ids: HostIds, day: Span
) -> Iterator[BlockedStretch]:
    persons = PersonLoads(facts, request, [day])
    yield from explanation.blocks_by_limits(persons.full_loads())
    for each in persons.elsewhere(day) or ():
        yield explanation.block_by_double(each, request.timezone)
    loads = HostLoads(facts, request, [day], facts)
    for host_id in hosts_among(host_ids):
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
        for group in group_bookings.open_groups(facts, request, day).free.values()
    }
    for host_id in host_ids:
        for held in facts.obstacles_within(
            host_id, day, exclusion=request.exclusion, now=request.now
        ):
            block = explanation.block_by_claim(
                held, request.display_timezone or request.timezone, day.end
            )
            group = groups.get(held.claim.uid)
            if group is not None:
                meetings = seat_counts.meetings_to_join(group, request.now)
                seats = seat_counts.fewest_seats(
                    facts, request.event_type, group, meetings, now=request.now
                )
                block = explanation.with_free_seats(block, seats.left, seats.number)
            yield block


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
        **_whose(block.host_id),
        "code": block.code,
        "message": block.message,
        "details": dict(block.details),
    }
