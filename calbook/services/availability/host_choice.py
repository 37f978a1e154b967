"""Who could take a request, need by need, and who of them does.

Booking, moving and looking for a time all come here, so that they decide alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from calbook.core import assignment, needs
from calbook.core.assignment import HostIds
from calbook.core.catalog import Need
from calbook.core.errors import CalbookError
from calbook.core.rules.several_dates import DatesDecision
from calbook.core.typing_names import Any, NamedTuple
from calbook.services.availability import member_facts
from calbook.services.availability.booking_request import (
    BookingRequest,
    hosts_with_sender,
)
from calbook.services.availability.member_facts import MemberFacts
from calbook.store.facts import Facts


class HostPlan(NamedTuple):
    """Who would take it, hosts first, and what the rules say of it.

    `why` says whose turn it was, where there was a choice, for the history.
    """

    host_ids: HostIds
    decision: DatesDecision
    why: Mapping[str, Any] = {}


def choose_hosts(facts: Facts, request: BookingRequest) -> HostPlan:
    """Who takes the request's meetings.

    Raises:
        CalbookError: why nobody can.
    """
    found = find_plan(facts, request)
    if isinstance(found, CalbookError):
        raise found
    return found


def find_plan(facts: Facts, request: BookingRequest) -> HostPlan | CalbookError:
    """Who takes it, else what refuses it."""
    known = member_facts.read_member_facts(facts, request)
    plan = _plan_by_turn(facts, request, known)
    if plan is not None and _is_possible(request, plan.decision):
        return plan
    return _find_refusal(facts, request, known)


def _find_refusal(
    facts: Facts, request: BookingRequest, known: MemberFacts
) -> CalbookError:
    from calbook.services.availability import refusals  # only where nobody can

    return refusals.find_refusal(facts, request, known)


def plan_hosts(
    facts: Facts,
    request: BookingRequest,
    host_ids: HostIds,
    known: MemberFacts | None = None,
) -> HostPlan:
    """What the rules say when these take it."""
    known = known or member_facts.read_member_facts(facts, request)
    decision = member_facts.decide_together(request, host_ids, known)
    return HostPlan(host_ids, decision)


def _is_possible(request: BookingRequest, decision: DatesDecision) -> bool:
    return not decision.refused_numbers or (
        request.skips_conflicts and decision.can_skip
    )


def _plan_by_turn(
    facts: Facts, request: BookingRequest, known: MemberFacts
) -> HostPlan | None:
    needed = request.needs
    if not any(map(needs.has_choice, needed)):
        return plan_hosts(facts, request, needs.members_of(needed), known)
    worlds = _possible_worlds(facts, request, known)
    if not worlds:
        return None
    turns = Turns(facts, request)
    chosen = needs.choose_members(
        needed, worlds, wanted=request.wanted, take=turns.take
    )
    return plan_hosts(facts, request, chosen, known)._replace(why=turns.why())


def _possible_worlds(
    facts: Facts, request: BookingRequest, known: MemberFacts
) -> tuple[frozenset[str], ...]:
    """Who may be free together; of everybody the rules are asked once."""
    shared = member_facts.decide_together(request, (), known)
    members = needs.members_of(request.needs)
    refused = member_facts.refused_dates(request, members, known)
    free = needs.free_but(refused, 0)
    is_free = needs.are_met(request.needs, free) and free.issuperset(request.wanted)
    if is_free and not shared.refused_numbers:
        return (free,)
    if not (request.skips_conflicts and shared.only_refuses_dates):
        return ()
    from calbook.services.availability import dates_left_out  # few series skip dates

    ways = dates_left_out.find_ways(request, known, member_facts.bits_of(shared))
    return dates_left_out.ways_with_most(ways)


class Gaps(NamedTuple):
    """Which of a request's dates have to be left out, in each way to choose the hosts.

    `left_out` has a bit for each date, those ways first that leave the fewest out; with
    `only_dates` nothing else is in the way. `refusal` says what is.
    """

    only_dates: bool
    left_out: Sequence[int]
    refusal: Callable[[], CalbookError]


def find_gaps(facts: Facts, request: BookingRequest) -> Gaps:
    known = member_facts.read_member_facts(facts, request)
    if not any(map(needs.has_choice, request.needs)):
        members = needs.members_of(request.needs)
        decision = member_facts.decide_together(request, members, known)
        left_out = [member_facts.bits_of(decision)]
    else:
        from calbook.services.availability import dates_left_out  # few series do so

        decision = member_facts.decide_together(request, (), known)
        shared = member_facts.bits_of(decision)
        ways = dates_left_out.find_ways(request, known, shared)
        left_out = [way.left_out for way in ways]
    return Gaps(
        decision.only_refuses_dates,
        left_out,
        lambda: _find_refusal(facts, request, known),
    )


class Turns:
    """Chooses of those who are free whose turn it is, and keeps the reasons."""

    def __init__(self, facts: Facts, request: BookingRequest) -> None:
        self._facts = facts
        self._request = request
        self._reasons: list[dict[str, Any]] = []
        self._is_led = False

    def take(self, need: Need, free: Sequence[str]) -> str:
        """One of those who are free for a need."""
        kept = [id for id in free if id in self._request.kept]
        if kept:
            return kept[0]
        if not self._is_led:
            free = hosts_with_sender(self._facts, self._request, free)
            self._is_led = True
        from calbook.services.availability import turn_facts  # slow to import

        start = self._request.meetings[0].start
        turns = [
            turn_facts.read_turn(self._facts, self._request, need, id, start)
            for id in free
        ]
        chosen = assignment.next_turn(need, turns)
        self._reasons.append(assignment.explain_turn(need, chosen, among=len(turns)))
        return chosen.assignment.host_id

    def why(self) -> dict[str, Any]:
        """`assignment` of the first host; all `assignments` where there are others."""
        first = [r for r in self._reasons if "hostId" in r][:1]
        found: dict[str, Any] = {"assignment": first[0]} if first else {}
        if first != self._reasons:
            found["assignments"] = self._reasons
        return found
