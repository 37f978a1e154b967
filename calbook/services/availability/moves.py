"""A booking that is to be moved or handed over: where it may go, and who takes it.

`reschedule`, `reassign`, `slots` and `explain` ask here, so that they decide alike. A
booking keeps its length, its zone and its hosts, whatever became of its event type
since, unless it is to have others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from calbook.core.assignment import DatesHosts, HostIds
from calbook.core.booking import (
    hand_over,
    lifecycle,
    participation,
    series,
    transitions,
)
from calbook.core.booking.series import Move, Selector
from calbook.core.booking.transitions import Action
from calbook.core.catalog import EventType
from calbook.core.errors import CalbookError, NoOtherHost
from calbook.core.members import hosts_among, resources_among
from calbook.core.model import NO_TIME, Booking, GivenStart, Span
from calbook.core.rules.several_dates import DatesDecision
from calbook.core.typing_names import Any, NamedTuple
from calbook.services.availability import host_choice
from calbook.services.availability.booking_request import BookingRequest
from calbook.store.facts import Exclusion, Facts
from calbook.wire.reading.booking_requests import NewHosts


class ChosenHosts(NamedTuple):
    """Who gives the time of each date, what the rules say of it, and whose turn it was.

    Resources stand behind the hosts, as in each booking.
    """

    hosts: DatesHosts
    decision: DatesDecision
    why: Mapping[str, Any]


def select_move(booking: Booking, selector: Selector, now: datetime) -> Move:
    """The dates that a selector means; refused where they cannot be moved."""
    chosen = series.select_occurrences(booking, selector, now)
    transitions.check_transition(booking, chosen, Action.RESCHEDULE, now)
    return Move(booking, chosen)


def request_move(facts: Facts, move: Move, *, now: datetime) -> BookingRequest:
    """What the rules are asked when its hosts stay; its meetings are still to be said.

    Of several dates each stays with its own hosts, and with its resources or others of
    their sets; where these differ, with its own.
    """
    booking, event_type = move.booking, facts.event_type(move.booking.event_type_id)
    first, (own, kept) = move.occurrences[0].span, _split_hosts(move)
    return BookingRequest(
        event_type=event_type.with_duration(first.end - first.start),
        meetings=(),
        timezone=booking.timezone,
        now=now,
        exclusion=Exclusion(
            booking.uid, tuple(o.recurrence_id for o in move.occurrences)
        ),
        move=move,
        takers={own[0][0]: own},
        kept=kept,
        seated=participation.most_on(booking, move.occurrences),
        attendees=participation.persons_of(booking, move.occurrences),
    )


def own_hosts(move: Move) -> DatesHosts:
    """Who gives the time of each date that is meant, hosts first."""
    return tuple(map(move.booking.hosts_of, move.occurrences))


def _split_hosts(move: Move) -> tuple[DatesHosts, HostIds]:
    """The hosts of each date, and the resources that all of them have.

    Where dates have different resources, these stand with the hosts.
    """
    own = own_hosts(move)
    if len({frozenset(resources_among(members)) for members in own}) > 1:
        return own, ()
    return tuple(map(hosts_among, own)), resources_among(own[0])


def choose_hosts(
    facts: Facts, request: BookingRequest, wanted: NewHosts
) -> ChosenHosts:
    """Who takes it to the request's meetings, and why.

    The same hosts if they can. Others are wanted where these cannot, or are none of
    the event type's any more, or where the time stays, or some are named.

    Raises:
        CalbookError: why nobody can.
    """
    assert request.move is not None
    asked = deciding_request(facts, request, wanted)
    plan = host_choice.choose_hosts(facts, asked)
    hosts = tuple(
        own if {*own} == {*new} else new
        for n, own in enumerate(own_hosts(request.move))
        for new in [asked.members_on(n, plan.host_ids)]
    )
    return ChosenHosts(hosts, plan.decision, plan.why)


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
    refused = isinstance(host_choice.find_plan(facts, request), CalbookError)
    return _any_request(request) if refused else request


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
        return choose_hosts(facts, there, wanted).hosts[0][0]
    except CalbookError:
        return None


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
    event_type = only_of_hosts(request.event_type)
    return _others_request(request._replace(event_type=event_type), wanted)


def only_of_hosts(event_type: EventType) -> EventType:
    """Nothing new is booked: only what is asked of hosts, and their hours, counts."""
    return event_type._replace(
        active=True,
        minimum_notice=NO_TIME,
        maximum_advance=None,
        first_date=None,
        last_date=None,
        slots_per_day=None,
        limits=(),
        per_person=(),
        per_person_open=None,
        no_double=False,
        heeds_double=False,
    )


def _any_request(request: BookingRequest) -> BookingRequest:
    return request._replace(takers={})


def _others_request(request: BookingRequest, wanted: NewHosts) -> BookingRequest:
    """With the hosts who may take the place of those that there are."""
    move = request.move
    assert move is not None
    (own, _), event_type = _split_hosts(move), request.event_type
    others = hand_over.find_takers(
        event_type,
        own,
        uid=move.booking.uid,
        from_host=wanted.from_host,
        to_host=wanted.to_host,
    )
    if not others:
        there = tuple(dict.fromkeys(h for hosts in own for h in hosts_among(hosts)))
        raise NoOtherHost(move.booking.uid, event_type.id, there)
    return request._replace(takers=others)


def _must_change(event_type: EventType, move: Move, wanted: NewHosts) -> bool:
    """Whether its hosts cannot stay: who takes it is said, or one of them has left."""
    there = {assigned.host_id for assigned in event_type.hosts}
    is_said = wanted.from_host is not None or wanted.to_host is not None
    own, _ = _split_hosts(move)
    return is_said or any(h not in there for hs in own for h in hosts_among(hs))


def plan_moves(
    facts: Facts, move: Move, start: GivenStart
) -> Sequence[lifecycle.OccurrenceMove]:
    """The moves to a start, each claiming with the buffers as they are now."""
    event_type = facts.event_type(move.booking.event_type_id)
    return series.plan_moves(move.occurrences, move.goals(start), event_type)
