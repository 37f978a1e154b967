"""What somebody wants, with every fact that the rules ask for, read from the file.

Booking, moving and looking for a time all come here, so that they decide alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from calbook.core import assignment, hours, ruling, slots, times
from calbook.core.assignment import AVAILABILITY_FIRST, Hosts, Turn, alternatives
from calbook.core.errors import CalbookError, OutsideHours, SlotTaken
from calbook.core.model import DAY, Claim, EventType, Span
from calbook.core.policy import Obstacle, Proposal
from calbook.core.ruling import Ruling
from calbook.store.facts import Aside, Facts


class Wish(NamedTuple):
    """Meetings that somebody wants, before it is known whose time they take."""

    event_type: EventType
    meetings: tuple[Span, ...]
    timezone: str
    now: datetime
    host_id: str | None = None
    persons: int = 1
    responses: Mapping[str, Any] | None = None  # None: the questions are not asked
    aside: Aside | None = None
    waived: frozenset[str] = frozenset()
    shown_in: str | None = None
    may_skip: bool = False  # dates in the way are left out, the others booked


class Plan(NamedTuple):
    """The hosts who would take it, and what the rules say of it."""

    host_ids: Hosts
    ruling: Ruling


def schedule_ids(
    facts: Facts, event_type: EventType, host_ids: Hosts
) -> tuple[str, ...]:
    """The schedules that must be open: the event type's, else each host's."""
    if event_type.schedule_id is not None:
        return (event_type.schedule_id,)
    return tuple(dict.fromkeys(facts.host(host).schedule_id for host in host_ids))


def timezone(facts: Facts, event_type: EventType, host_id: str | None) -> str:
    """The zone that the bookings live in: the first schedule's.

    A team's first host lends it the zone, whoever is asked for or has the turn.

    Raises:
        NotFound: there is no such host.
        BadInput: it is none of the event type's.
    """
    if host_id is not None:
        facts.host(host_id)
        alternatives(event_type, host_id)
    first, *_ = schedule_ids(facts, event_type, (event_type.hosts[0].host_id,))
    return facts.timezone_of(first)


class Common(NamedTuple):
    """What several hosts have in common, read and worked out once for all of them."""

    open_time: Callable[[str], Sequence[tuple[Span, ...]]]  # of a schedule
    counts: Callable[[], Sequence[int]]


def common(facts: Facts, wish: Wish) -> Common:
    """To be used while the wish and the file stay the same."""

    def open_time(schedule_id: str) -> Sequence[tuple[Span, ...]]:
        schedule = facts.schedule_around(schedule_id, wish.meetings)
        return hours.around(schedule, wish.meetings)

    return Common(cache(open_time), cache(lambda: _counts(facts, wish)))


def plan(
    facts: Facts, wish: Wish, host_ids: Hosts, shared: Common | None = None
) -> Plan:
    """What the rules say when these hosts take it."""
    each = proposals(facts, wish, host_ids, shared or common(facts, wish))
    own = _own_obstacles(wish, host_ids) if len(wish.meetings) > 1 else {}
    judged = (
        proposal._replace(obstacle=proposal.obstacle or own.get(n))
        for n, proposal in enumerate(each)
    )
    return Plan(host_ids, ruling.rule(judged if own else each))


def plans(facts: Facts, wish: Wish) -> Iterator[Plan]:
    """A plan for each alternative, in the event type's order."""
    shared = common(facts, wish)
    for host_ids in alternatives(wish.event_type, wish.host_id):
        yield plan(facts, wish, host_ids, shared)


def possible(candidates: Iterable[Plan], *, may_skip: bool) -> tuple[Plan, ...]:
    """Those that nothing refuses; else, when dates may be skipped, those with most."""
    candidates = tuple(candidates)
    free = tuple(plan for plan in candidates if not plan.ruling.refused)
    if free or not may_skip:
        return free
    some = [plan for plan in candidates if plan.ruling.can_skip]
    fewest = min((len(plan.ruling.refused) for plan in some), default=0)
    return tuple(plan for plan in some if len(plan.ruling.refused) == fewest)


def refusal(candidates: Sequence[Plan], *, may_skip: bool = False) -> CalbookError:
    """Why none of the plans will do: the one that comes nearest speaks for all."""
    errors = [ruling.refusal(plan.ruling, may_skip=may_skip) for plan in candidates]
    refusals = [error for error in errors if error is not None]
    nearest = min(
        refusals, key=lambda e: (len(e.details.get("conflicts", ())), e.exit_code)
    )
    if len(candidates) > 1 and isinstance(nearest, SlotTaken | OutsideHours):
        nearest.details["hosts"] = [
            {"hostId": plan.host_ids[0], "code": error.code, "message": error.message}
            for plan, error in zip(candidates, refusals, strict=True)
        ]
        nearest.message = f"none of {len(candidates)} hosts is free: {nearest.message}"
        nearest.args = (nearest.message,)
    return nearest


def by_turn(
    facts: Facts, wish: Wish, free: Sequence[Plan]
) -> tuple[Plan, dict[str, Any]]:
    """The plan of the host whose turn it is, and the reason, for the history."""
    found = turns(facts, wish, free)
    turn = assignment.next_turn(wish.event_type, found)
    why = assignment.reason(wish.event_type, turn, among=len(found))
    return found[turn], {"assignment": why}


def turns(facts: Facts, wish: Wish, free: Iterable[Plan]) -> dict[Turn, Plan]:
    """The turn of each host who could take it."""
    assignments = {each.host_id: each for each in wish.event_type.hosts}
    found = {}
    for plan in free:
        host_id = plan.host_ids[0]
        bookings, newest = facts.turn(wish.event_type.id, host_id)
        rule = wish.event_type.round_robin
        count = _free_starts(facts, wish, plan) if rule == AVAILABILITY_FIRST else 0
        found[Turn(assignments[host_id], bookings, newest, count)] = plan
    return found


def _free_starts(facts: Facts, wish: Wish, plan: Plan) -> int:
    """How many starts of the first meeting's local day are free for these hosts."""
    event_type, host_ids = wish.event_type, plan.host_ids
    day = local_day(wish.meetings[0], wish.timezone)
    whole = Span(day.start - DAY, day.end + DAY)
    taken = [claim for host in host_ids for claim in facts.claims(host, whole)]
    stretches = [
        hours.around(facts.schedule_around(schedule_id, [day]), [day])[0]
        for schedule_id in schedule_ids(facts, event_type, host_ids)
    ]
    return slots.count_free(event_type, day, stretches, taken, timezone=wish.timezone)


def local_day(meeting: Span, timezone: str) -> Span:
    """The local date on which a meeting starts."""
    day = times.local_date(meeting.start, timezone)
    return Span(times.day_start(day, timezone), times.day_start(day + DAY, timezone))


def proposals(
    facts: Facts, wish: Wish, host_ids: Hosts, shared: Common
) -> tuple[Proposal, ...]:
    """The facts for each meeting, whatever becomes of the others.

    Read with one statement for all of them.
    """
    schedules = schedule_ids(facts, wish.event_type, host_ids)
    open_time = list(zip(*map(shared.open_time, schedules), strict=True))
    counts = shared.counts()
    obstacles = _obstacles(facts, wish, host_ids)
    return tuple(
        Proposal(
            event_type=wish.event_type,
            meeting=meeting,
            timezone=wish.timezone,
            now=wish.now,
            open_time=open_time[n],
            booked_that_day=counts[n],
            persons=wish.persons,
            responses=wish.responses,
            obstacle=obstacles.get(n),
            waived=wish.waived,
            shown_in=wish.shown_in,
        )
        for n, meeting in enumerate(wish.meetings)
    )


def _counts(facts: Facts, wish: Wish) -> Sequence[int]:
    if wish.event_type.slots_per_day is None:
        return [0] * len(wish.meetings)
    days = [local_day(meeting, wish.timezone) for meeting in wish.meetings]
    return facts.counts(wish.event_type.id, days, aside=wish.aside, now=wish.now)


def _obstacles(facts: Facts, wish: Wish, host_ids: Hosts) -> dict[int, Obstacle]:
    claims = [wish.event_type.claim(meeting) for meeting in wish.meetings]
    return facts.obstacles(host_ids, claims, aside=wish.aside, now=wish.now)


def _own_obstacles(wish: Wish, host_ids: Hosts) -> dict[int, Obstacle]:
    """Where meetings of one booking would claim time that earlier ones have."""
    claims = [wish.event_type.claim(meeting) for meeting in wish.meetings]
    last, *order = sorted(range(len(claims)), key=lambda n: claims[n])
    found = {}
    for n in order:
        if claims[n].start < claims[last].end:
            claim = Claim(host_ids[0], claims[last], "", claims[last].start)
            found[n] = Obstacle(claim, wish.meetings[last])
        else:
            last = n
    return found
