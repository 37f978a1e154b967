"""`explain`: what each rule says of a start, and what blocks the stretches of a day."""

from __future__ import annotations

from collections.abc import Iterator

from calbook import joining, planning, wishes
from calbook.core import assignment, explaining, hours, policy, times
from calbook.core.assignment import Hosts
from calbook.core.errors import CalbookError
from calbook.core.explaining import Answer, Block
from calbook.core.model import DAY, SECOND, Booking, Span
from calbook.core.policy import JOINING, Proposal
from calbook.store.facts import Facts
from calbook.wire import Json
from calbook.wishes import Wish, schedule_ids


def refusal(facts: Facts, wish: Wish) -> CalbookError | None:
    """What booking the wished-for start would meet."""
    group = joining.standing(facts, wish, wish.meetings[0].start)
    if group is not None:
        seat = _seat(wish, group)
        verdict = policy.decide(seat, JOINING)
        return policy.refusal_of(seat, verdict) if verdict.refusals else None
    plans = tuple(planning.plans(facts, wish))
    free = planning.possible(plans, may_skip=False)
    return None if free else planning.refusal(plans)


def explained(facts: Facts, wish: Wish) -> Json:
    """Every rule for the wished-for start, and what comes of them."""
    group = joining.standing(facts, wish, wish.meetings[0].start)
    if group is not None:
        answers = explaining.answers([(group.host_ids[0], _seat(wish, group))], JOINING)
        error = refusal(facts, wish)
        host_ids = () if error else group.host_ids
        return _json(wish, answers, refusal=error, host_ids=host_ids, joins=group.uid)
    plans = tuple(planning.plans(facts, wish))
    free = planning.possible(plans, may_skip=False)
    return _json(
        wish,
        explaining.answers(_by_host(facts, wish)),
        refusal=None if free else planning.refusal(plans),
        host_ids=planning.by_turn(facts, wish, free)[0].host_ids if free else (),
        joins=None,
    )


def _by_host(facts: Facts, wish: Wish) -> list[tuple[str, Proposal]]:
    """The start as each host's own hours and time would have it."""
    shared = planning.common(facts, wish)
    return [
        (host_id, planning.proposals(facts, wish, (host_id,), shared)[0])
        for host_id in _host_ids(wish)
    ]


def _host_ids(wish: Wish) -> Hosts:
    alternatives = assignment.alternatives(wish.event_type, wish.host_id)
    return tuple(dict.fromkeys(host for hosts in alternatives for host in hosts))


def _seat(wish: Wish, group: Booking) -> Proposal:
    seat = joining.proposal(wish.event_type, group, wish.persons, now=wish.now)
    return seat._replace(shown_in=wish.shown_in)


def _json(
    wish: Wish,
    answers: tuple[Answer, ...],
    *,
    refusal: CalbookError | None,
    host_ids: Hosts,
    joins: str | None,
) -> Json:
    [meeting] = wish.meetings
    return {
        "eventTypeId": wish.event_type.id,
        "startTime": times.rfc3339(meeting.start, wish.timezone),
        "endTime": times.rfc3339(meeting.end, wish.timezone),
        "timezone": wish.timezone,
        "bookable": refusal is None,
        "code": refusal and refusal.code,
        "exitCode": refusal.exit_code if refusal else 0,
        "message": refusal and refusal.message,
        "hostId": host_ids[0] if host_ids else None,
        "hostIds": list(host_ids),
        "joins": joins,
        "rules": [_rule(answer) for answer in answers],
    }


def _rule(answer: Answer) -> Json:
    return {
        "rule": answer.rule,
        "hostId": answer.host_id,
        "passed": answer.passed,
        "message": answer.message,
        "override": answer.override,
        "details": {k: v for k, v in answer.details.items() if k != "refusals"},
    }


def blocked(facts: Facts, wish: Wish, day: Span) -> list[Json]:
    """The stretches of a day in which nothing can be booked, and why."""
    found = explaining.blocks(day, _blocks(facts, wish, day))
    return [_block(wish, block) for block in found]


def _blocks(facts: Facts, wish: Wish, day: Span) -> Iterator[Block]:
    for date in _dates(facts, wish, day):
        yield from explaining.by_rules(date)
    host_ids = _host_ids(wish)
    several = len(host_ids) > 1
    for key in schedule_ids(facts, wish.event_type, host_ids):
        schedule = facts.schedule_around(key, [day])
        whose = [h for h in host_ids if facts.host(h).schedule_id == key]
        is_of_host = several and wish.event_type.schedule_id is None
        [open_time] = hours.around(schedule, [day])
        for host_id in whose if is_of_host else [None]:
            yield from explaining.by_hours(schedule, open_time, day, host_id)
    yield from _claims(facts, wish, host_ids, day)


def _claims(facts: Facts, wish: Wish, host_ids: Hosts, day: Span) -> Iterator[Block]:
    groups = {group.uid: group for group in joining.rooms(facts, wish, day).values()}
    for host_id in host_ids:
        for held in facts.held(host_id, day, aside=wish.aside, now=wish.now):
            block = explaining.by_claim(held, wish.shown_in or wish.timezone)
            group = groups.get(held.claim.uid)
            yield (
                block
                if group is None
                else explaining.with_room(block, group, wish.event_type)
            )


def _dates(facts: Facts, wish: Wish, day: Span) -> list[Proposal]:
    """The local dates that a day, maybe of another zone, has a part in."""
    first = times.local_date(day.start, wish.timezone)
    last = times.local_date(day.end - SECOND, wish.timezone)
    dates = [first + n * DAY for n in range((last - first).days + 1)]
    spans = [wishes.local_day(date, wish.timezone) for date in dates]
    counts = facts.counts(wish.event_type.id, spans, aside=wish.aside, now=wish.now)
    return [
        Proposal(
            event_type=wish.event_type,
            meeting=span,
            timezone=wish.timezone,
            now=wish.now,
            open_time=(),
            booked_that_day=count,
            shown_in=wish.shown_in,
        )
        for span, count in zip(spans, counts, strict=True)
    ]


def _block(wish: Wish, block: Block) -> Json:
    return {
        "startTime": times.rfc3339(block.span.start, wish.timezone),
        "endTime": times.rfc3339(block.span.end, wish.timezone),
        "hostId": block.host_id,
        "code": block.code,
        "message": block.message,
        "details": dict(block.details),
    }
