"""A wish with every fact that the rules ask for, read from the file.

Booking, moving and looking for a time all come here, so that they decide alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from calbook.core import assignment, hours, ruling, slots, times
from calbook.core.assignment import AVAILABILITY_FIRST, Hosts, Turn, alternatives
from calbook.core.errors import CalbookError, OutsideHours, SlotTaken
from calbook.core.model import Claim, Span
from calbook.core.policy import Obstacle, Proposal
from calbook.core.ruling import Ruling
from calbook.openings import Openings
from calbook.store.facts import Facts
from calbook.wishes import Wish, local_day, schedule_ids


class Plan(NamedTuple):
    """The hosts who would take it, and what the rules say of it."""

    host_ids: Hosts
    ruling: Ruling


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
    chosen = assignment.next_turn(wish.event_type, found)
    why = assignment.reason(wish.event_type, chosen, among=len(found))
    return found[chosen], {"assignment": why}


def turns(facts: Facts, wish: Wish, free: Iterable[Plan]) -> dict[Turn, Plan]:
    """The turn of each host who could take it."""
    start = wish.meetings[0].start
    return {turn(facts, wish, plan.host_ids, start): plan for plan in free}


def turn(facts: Facts, wish: Wish, host_ids: Hosts, start: datetime) -> Turn:
    """What the rules of rotation look at, for a booking of this start."""
    host_id, event_type = host_ids[0], wish.event_type
    [assigned] = [each for each in event_type.hosts if each.host_id == host_id]
    bookings, newest = facts.turn(event_type.id, host_id, now=wish.now)
    counts = event_type.round_robin == AVAILABILITY_FIRST
    free = _free_starts(facts, wish, host_ids, start) if counts else 0
    return Turn(assigned, bookings, newest, free)


def _free_starts(facts: Facts, wish: Wish, host_ids: Hosts, start: datetime) -> int:
    """How many starts of its local day on the grid are open and free."""
    day = local_day(times.local_date(start, wish.timezone), wish.timezone)
    openings = Openings(facts, wish.event_type, [day], aside=wish.aside, now=wish.now)
    found = slots.on_grid(
        openings.grid(host_ids),
        slots.lengths(wish.event_type).step,
        slots.common(openings.starts(host_ids), slots.ranges([day])),
    )
    return len(found)


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
    dates = (times.local_date(m.start, wish.timezone) for m in wish.meetings)
    days = [local_day(day, wish.timezone) for day in dates]
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
