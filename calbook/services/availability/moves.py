"""A booking that is to be moved or handed over: where it may go, and who takes it.

`reschedule`, `reassign`, `slots` and `explain` ask here, so that they decide alike. A
booking keeps its length, its zone and its hosts, whatever became of its event type
since, unless it is to have others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from calbook.core.booking import hand_over, lifecycle, series, transitions
from calbook.core.booking.hand_over import DatesHosts
from calbook.core.booking.series import Move, Selector
from calbook.core.booking.transitions import Action
from calbook.core.errors import CalbookError, NoOtherHost
from calbook.core.model import NO_TIME, Booking, EventType, GivenStart, Span
from calbook.core.rules.several_dates import DatesDecision
from calbook.services.availability import host_choice
from calbook.services.availability.booking_request import BookingRequest
from calbook.services.availability.host_choice import HostPlan
from calbook.store.facts import Exclusion, Facts
from calbook.wire.reading.booking_requests import NewHosts


class ChosenHosts(NamedTuple):
    """Who gives the time of each date, and what the rules say of it."""

    hosts: DatesHosts
    decision: DatesDecision


def select_move(booking: Booking, selector: Selector, now: datetime) -> Move:
    """The dates that a selector means; refused where they cannot be moved."""
    chosen = series.select_occurrences(booking, selector, now)
    transitions.check_transition(booking, chosen, Action.RESCHEDULE, now)
    return Move(booking, chosen)


def request_move(facts: Facts, move: Move, *, now: datetime) -> BookingRequest:
    """What the rules are asked when its hosts stay; its meetings are still to be said.

    Of several dates each stays with its own hosts.
    """
    booking, event_type = move.booking, facts.event_type(move.booking.event_type_id)
    first = move.occurrences[0].span
    request = BookingRequest(
        event_type=event_type._replace(
            duration=first.end - first.start, slot_interval=event_type.step
        ),
        meetings=(),
        timezone=booking.timezone,
        now=now,
        exclusion=Exclusion(
            booking.uid, tuple(o.recurrence_id for o in move.occurrences)
        ),
        move=move,
    )
    return request._replace(takers=(own_hosts(move),))


def own_hosts(move: Move) -> DatesHosts:
    """Who gives the time of each date that is meant."""
    return tuple(map(move.booking.hosts_of, move.occurrences))


def choose_hosts(
    facts: Facts, request: BookingRequest, wanted: NewHosts
) -> tuple[ChosenHosts, dict[str, Any]]:
    """Who takes it to the request's meetings, and why.

    The same hosts if they can. Others are wanted where these cannot, or are none of
    the event type's any more, or where the time stays, or some are named.
    """
    asked = deciding_request(facts, request, wanted)
    plans = tuple(host_choice.plan_alternatives(facts, asked))
    free = host_choice.possible_plans(plans, skips_conflicts=False)
    if not free:
        raise host_choice.nearest_refusal(plans)
    plan, why = choose_plan(facts, asked, free)
    if wanted.to_host is not None:
        why = {}
    numbers = range(len(asked.meetings))
    hosts = tuple(asked.hosts_on(n, plan.host_ids) for n in numbers)
    return ChosenHosts(hosts, plan.decision), why


def choose_plan(
    facts: Facts, request: BookingRequest, free: Sequence[HostPlan]
) -> tuple[HostPlan, dict[str, Any]]:
    """Of hosts who could take it, whose turn it is, and the reason where it was one."""
    there = {assigned.host_id for assigned in request.event_type.hosts}
    keeps = request.move is not None and request.takers == (own_hosts(request.move),)
    if keeps or not all(plan.host_ids[0] in there for plan in free):
        return free[0], {}
    return host_choice.choose_by_turn(facts, request, free)


def deciding_request(
    facts: Facts, request: BookingRequest, wanted: NewHosts
) -> BookingRequest:
    """What is asked of a move to the request's meetings.

    Raises:
        NoOtherHost: there are to be other hosts, and there are none.
    """
    move = request.move
    if move is None or not wanted.are_wanted:
        return request
    if stays(request):
        return _hand_over_request(request, wanted)
    if _must_change(request.event_type, move, wanted):
        return _others_request(request, wanted)
    [own] = request.alternatives
    same = host_choice.plan_hosts(facts, request, own)
    return _any_request(request) if same.decision.refused_numbers else request


def listing_requests(
    request: BookingRequest, wanted: NewHosts
) -> tuple[BookingRequest, ...]:
    """What is asked of each start to which it may move; the first that lets it counts.

    Raises:
        NoOtherHost: there are to be other hosts, and there are none.
    """
    move = request.move
    if move is None or not wanted.are_wanted:
        return (request,)
    if _must_change(request.event_type, move, wanted):
        return (_others_request(request, wanted),)
    return (request, _any_request(request))


def taker_where_it_is(
    facts: Facts, request: BookingRequest, wanted: NewHosts
) -> str | None:
    """Who would take it at the time at which it is; None where nobody can."""
    move = request.move
    assert move is not None
    there = request._replace(meetings=tuple(o.span for o in move.occurrences))
    try:
        chosen, _ = choose_hosts(facts, there, wanted)
    except CalbookError:
        return None
    return chosen.hosts[0][0]


def stays(request: BookingRequest) -> bool:
    """Whether the request's meetings are where they are now."""
    move = request.move
    return move is not None and request.meetings == _spans(move)


def is_where_it_is(move: Move, first: datetime) -> bool:
    """Whether a move to a start would leave all its dates where they are."""
    return move.meetings(first) == _spans(move)


def _spans(move: Move) -> tuple[Span, ...]:
    return tuple(occurrence.span for occurrence in move.occurrences)


def _hand_over_request(request: BookingRequest, wanted: NewHosts) -> BookingRequest:
    """Nothing new is booked: notice, advance and a switch are not asked."""
    event_type = request.event_type._replace(
        minimum_notice=NO_TIME, maximum_advance=None, active=True
    )
    return _others_request(request._replace(event_type=event_type), wanted)


def _any_request(request: BookingRequest) -> BookingRequest:
    return request._replace(takers=())


def _others_request(request: BookingRequest, wanted: NewHosts) -> BookingRequest:
    """With the hosts who may take the place of those that there are."""
    move = request.move
    assert move is not None
    own, event_type = own_hosts(move), request.event_type
    others = tuple(_others(move.booking, event_type, own, wanted))
    if not others:
        there = tuple(dict.fromkeys(host for hosts in own for host in hosts))
        raise NoOtherHost(move.booking.uid, event_type.id, there)
    return request._replace(takers=others)


def _others(
    booking: Booking, event_type: EventType, own: DatesHosts, wanted: NewHosts
) -> Iterator[DatesHosts]:
    return hand_over.replacements(
        event_type,
        own,
        uid=booking.uid,
        from_host=wanted.from_host,
        to_host=wanted.to_host,
    )


def _must_change(event_type: EventType, move: Move, wanted: NewHosts) -> bool:
    """Whether its hosts cannot stay: who takes it is said, or one of them has left."""
    there = {assigned.host_id for assigned in event_type.hosts}
    is_said = wanted.from_host is not None or wanted.to_host is not None
    return is_said or any(h not in there for hosts in own_hosts(move) for h in hosts)


def plan_moves(
    facts: Facts, move: Move, start: GivenStart
) -> Sequence[lifecycle.OccurrenceMove]:
    """The moves to a start, each claiming with the buffers as they are now."""
    event_type = facts.event_type(move.booking.event_type_id)
    return series.plan_moves(move.occurrences, move.goals(start), event_type)
