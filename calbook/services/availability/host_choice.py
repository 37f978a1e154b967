"""The hosts who could take a request, with every fact that the rules ask for.

Booking, moving and looking for a time all come here, so that they decide alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from calbook.core import assignment, start_ranges
from calbook.core.assignment import (
    AVAILABILITY_FIRST,
    EQUAL_DISTRIBUTION,
    HostIds,
    Turn,
)
from calbook.core.errors import CalbookError, OutsideHours, SlotTaken
from calbook.core.model import DAY, Claim, EventType, Span
from calbook.core.rules import several_dates
from calbook.core.rules.booking_rules import Obstacle, Proposal
from calbook.core.rules.limits import LimitCounts, Workload
from calbook.core.rules.several_dates import DatesDecision
from calbook.core.time import open_hours, times
from calbook.services.availability import limit_counts
from calbook.services.availability.booking_request import (
    BookingRequest,
    day_span,
    schedule_ids,
)
from calbook.services.availability.free_ranges import FreeRanges
from calbook.services.availability.limit_counts import HostLoads, PersonLoads
from calbook.store import turns
from calbook.store.facts import Facts


class HostPlan(NamedTuple):
    """The hosts who would take it, and what the rules say of it."""

    host_ids: HostIds
    decision: DatesDecision


class SharedFacts(NamedTuple):
    """What several hosts have in common, read and worked out once for all of them."""

    open_time: Callable[[str], Sequence[tuple[Span, ...]]]  # of a schedule
    counts: Callable[[], Sequence[LimitCounts]]  # of the event type's limits
    loads: HostLoads
    persons: Callable[[], PersonLoads]


def read_shared_facts(facts: Facts, request: BookingRequest) -> SharedFacts:
    """To be used while the request and the file stay the same."""

    def open_time(schedule_id: str) -> Sequence[tuple[Span, ...]]:
        schedule = facts.schedule_around(schedule_id, request.meetings)
        return open_hours.open_stretches_near(schedule, request.meetings)

    def counts() -> Sequence[LimitCounts]:
        return limit_counts.of_event_type(facts, request, request.meetings)

    loads = HostLoads(
        facts,
        request.event_type,
        request.meetings,
        exclusion=request.exclusion,
        now=request.now,
    )

    def persons() -> PersonLoads:
        return PersonLoads(facts, request, request.meetings)

    return SharedFacts(cache(open_time), cache(counts), loads, cache(persons))


def plan_hosts(
    facts: Facts,
    request: BookingRequest,
    host_ids: HostIds,
    shared: SharedFacts | None = None,
) -> HostPlan:
    """What the rules say when these hosts take it."""
    each = make_proposals(
        facts, request, host_ids, shared or read_shared_facts(facts, request)
    )
    own = _own_obstacles(request, host_ids) if len(request.meetings) > 1 else {}
    judged = (
        proposal._replace(obstacle=proposal.obstacle or own.get(n))
        for n, proposal in enumerate(each)
    )
    return HostPlan(host_ids, several_dates.decide_dates(judged if own else each))


def plan_alternatives(facts: Facts, request: BookingRequest) -> Iterator[HostPlan]:
    """A plan for each alternative, in the event type's order."""
    shared = read_shared_facts(facts, request)
    for host_ids in request.alternatives:
        yield plan_hosts(facts, request, host_ids, shared)


def possible_plans(
    candidates: Iterable[HostPlan], *, skips_conflicts: bool
) -> tuple[HostPlan, ...]:
    """Those that nothing refuses; else, when dates may be skipped, those with most."""
    candidates = tuple(candidates)
    free = tuple(plan for plan in candidates if not plan.decision.refused_numbers)
    if free or not skips_conflicts:
        return free
    some = [plan for plan in candidates if plan.decision.can_skip]
    fewest = min((len(plan.decision.refused_numbers) for plan in some), default=0)
    return tuple(plan for plan in some if len(plan.decision.refused_numbers) == fewest)


def nearest_refusal(
    candidates: Sequence[HostPlan], *, skips_conflicts: bool = False
) -> CalbookError:
    """Why none of the plans will do: the one that comes nearest speaks for all."""
    errors = [
        several_dates.dates_refusal(plan.decision, may_skip=skips_conflicts)
        for plan in candidates
    ]
    refusals = [error for error in errors if error is not None]
    nearest = min(
        refusals, key=lambda e: (len(e.details.get("conflicts", ())), e.exit_code)
    )
    of_host = nearest.details.get("of") == "host"
    if len(candidates) > 1 and (
        isinstance(nearest, SlotTaken | OutsideHours) or of_host
    ):
        nearest.details["hosts"] = [
            {
                "hostId": plan.host_ids[0],
                "code": error.code,
                "message": error.json_message,
            }
            for plan, error in zip(candidates, refusals, strict=True)
        ]
        none = f"none of {len(candidates)} hosts is free"
        nearest.json_message = f"{none}: {nearest.json_message}"
    return nearest


def choose_by_turn(
    facts: Facts, request: BookingRequest, free: Sequence[HostPlan]
) -> tuple[HostPlan, dict[str, Any]]:
    """The plan of the host whose turn it is, and the reason, for the history."""
    found = read_turns(facts, request, plans_with_sender(facts, request, free))
    chosen = assignment.next_turn(request.event_type, found)
    why = assignment.explain_turn(request.event_type, chosen, among=len(found))
    return found[chosen], {"assignment": why}


def plans_with_sender(
    facts: Facts, request: BookingRequest, free: Sequence[HostPlan]
) -> Sequence[HostPlan]:
    """Where people are to be told, those of hosts with an e-mail address, if any."""
    found = hosts_with_sender(facts, request, [plan.host_ids for plan in free])
    return [plan for plan in free if plan.host_ids in found]


def hosts_with_sender(
    facts: Facts, request: BookingRequest, free: Sequence[HostIds]
) -> Sequence[HostIds]:
    """`plans_with_sender` of hosts alone."""
    notifies = request.event_type.notify if request.notify is None else request.notify
    if not notifies:
        return free
    found = [hosts for hosts in free if facts.host(hosts[0]).email is not None]
    return found or free


def read_turns(
    facts: Facts, request: BookingRequest, free: Iterable[HostPlan]
) -> dict[Turn, HostPlan]:
    """The turn of each host who could take it."""
    start = request.meetings[0].start
    return {read_turn(facts, request, plan.host_ids, start): plan for plan in free}


def read_turn(
    facts: Facts, request: BookingRequest, host_ids: HostIds, start: datetime
) -> Turn:
    """What the rules of rotation look at, for a booking of this start."""
    host_id, event_type = host_ids[0], request.event_type
    [assigned] = [each for each in event_type.hosts if each.host_id == host_id]
    bookings, newest = facts.turn_facts(event_type.id, host_id, now=request.now)
    if event_type.round_robin == EQUAL_DISTRIBUTION:
        counted = _count_lately(facts, event_type, host_id, request.now)
        bookings = bookings if counted is None else counted
    counts = event_type.round_robin == AVAILABILITY_FIRST
    free = _free_starts(facts, request, host_ids, start) if counts else 0
    return Turn(assigned, bookings, newest, free)


def _count_lately(
    facts: Facts, event_type: EventType, host_id: str, now: datetime
) -> int | None:
    """A host's bookings within the event type's window, else since the last joined."""
    conn, id, days = facts.connection, event_type.id, event_type.count_window
    if days is None:
        return turns.count_since_newest_host(conn, id, host_id, now=now)
    return turns.count_since(conn, id, host_id, since=now - days * DAY, now=now)


def _free_starts(
    facts: Facts, request: BookingRequest, host_ids: HostIds, start: datetime
) -> int:
    """How many starts of its local day on the grid are open and free."""
    day = day_span(times.local_date(start, request.timezone), request.timezone)
    free_ranges = FreeRanges(
        facts, request.event_type, [day], exclusion=request.exclusion, now=request.now
    )
    found = start_ranges.starts_on_grid(
        free_ranges.grid_pieces(host_ids),
        start_ranges.slot_lengths(request.event_type).step,
        start_ranges.intersect(
            free_ranges.starts(host_ids), start_ranges.to_ranges([day])
        ),
    )
    return len(found)


def make_proposals(
    facts: Facts, request: BookingRequest, host_ids: HostIds, shared: SharedFacts
) -> tuple[Proposal, ...]:
    """The facts for each meeting, whatever becomes of the others.

    Read with one statement for all of them.
    """
    schedules = schedule_ids(facts, request.event_type, host_ids)
    open_time = list(zip(*map(shared.open_time, schedules), strict=True))
    counts, persons = shared.counts(), shared.persons()
    obstacles = _obstacles(facts, request, host_ids)
    return tuple(
        Proposal(
            event_type=request.event_type,
            meeting=meeting,
            timezone=request.timezone,
            now=request.now,
            open_time=open_time[n],
            workload=Workload(
                loads=(
                    *(each.load(meeting.start) for each in counts),
                    *shared.loads.loads(host_ids, meeting.start),
                    *persons.loads(meeting.start),
                ),
                opened=persons.opened,
                elsewhere=persons.elsewhere(meeting) if request.attendees else None,
                rows=shared.loads.rows(host_ids, meeting),
            ),
            persons=request.persons,
            responses=request.responses,
            obstacle=obstacles.get(n),
            overridden=request.overridden,
            display_timezone=request.display_timezone,
        )
        for n, meeting in enumerate(request.meetings)
    )


def _obstacles(
    facts: Facts, request: BookingRequest, host_ids: HostIds
) -> dict[int, Obstacle]:
    claims = [request.event_type.claimed_span(meeting) for meeting in request.meetings]
    return facts.obstacles(
        host_ids, claims, exclusion=request.exclusion, now=request.now
    )


def _own_obstacles(request: BookingRequest, host_ids: HostIds) -> dict[int, Obstacle]:
    """Where meetings of one booking would claim time that earlier ones have."""
    claims = [request.event_type.claimed_span(meeting) for meeting in request.meetings]
    last, *order = sorted(range(len(claims)), key=lambda n: claims[n])
    found = {}
    for n in order:
        if claims[n].start < claims[last].end:
            claim = Claim(host_ids[0], claims[last], "", claims[last].start)
            found[n] = Obstacle(claim, request.meetings[last])
        else:
            last = n
    return found
