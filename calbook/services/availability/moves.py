"""A booking that is to be moved: where it may go, and who takes it there.

`reschedule`, `slots` and `explain` ask here, so that they decide alike. A booking keeps
its length, its zone and its hosts, whatever became of its event type since.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from calbook.core.assignment import host_alternatives
from calbook.core.booking import lifecycle, series, transitions
from calbook.core.booking.series import Move, Selector
from calbook.core.booking.transitions import Action
from calbook.core.errors import UsageError
from calbook.core.model import Booking, GivenStart, Occurrence, Status
from calbook.services.availability import host_choice
from calbook.services.availability.booking_request import BookingRequest
from calbook.services.availability.host_choice import HostPlan
from calbook.store.facts import Exclusion, Facts


def select_move(booking: Booking, selector: Selector, now: datetime) -> Move:
    """The dates that a selector means; refused where they cannot be moved."""
    chosen = series.select_occurrences(booking, selector, now)
    transitions.check_transition(booking, chosen, Action.RESCHEDULE, now)
    return Move(booking, chosen)


def request_move(
    facts: Facts, move: Move, *, now: datetime, host_id: str | None = None
) -> BookingRequest:
    """What the rules are asked; its meetings are still to be said.

    With a host who is not in the booking, as if somebody were to take it over.

    Raises:
        UsageError: nobody can, as it is but a part of a series.
    """
    booking, event_type = move.booking, facts.event_type(move.booking.event_type_id)
    first = move.occurrences[0].span
    keeps_hosts = host_id in (None, *booking.host_ids)
    if not keeps_hosts:
        _check_hosts_may_change(move, now)
    return BookingRequest(
        event_type=event_type._replace(
            duration=first.end - first.start, slot_interval=event_type.step
        ),
        meetings=(),
        timezone=booking.timezone,
        now=now,
        host_id=None if keeps_hosts else host_id,
        host_ids=booking.host_ids if keeps_hosts else (),
        exclusion=Exclusion(
            booking.uid, tuple(o.recurrence_id for o in move.occurrences)
        ),
        move=move,
        attendees=booking.attendees,
    )


def choose_hosts(
    facts: Facts, request: BookingRequest, *, reassigns: bool
) -> tuple[HostPlan, dict[str, Any]]:
    """Who takes it to the request's meetings, and why.

    The same hosts if they can. To be reassigned means others where these cannot, or
    are none of the event type's any more, or where the time stays.
    """
    move = request.move
    assert move is not None
    same = host_choice.plan_hosts(facts, request, move.booking.host_ids)
    if not reassigns:
        if same.decision.refused_numbers:
            raise host_choice.nearest_refusal([same])
        return same, {}
    is_handover = _is_handover(request, move)
    if not is_handover and not same.decision.refused_numbers:
        return same, {}
    plans = tuple(
        plan
        for plan in host_choice.plan_alternatives(facts, request._replace(host_ids=()))
        if not is_handover or set(plan.host_ids) != set(same.host_ids)
    )
    if not plans:
        return same, {}  # nobody else, and nothing that would change
    _check_hosts_may_change(move, request.now)
    free = host_choice.possible_plans(plans, skips_conflicts=False)
    if not free:
        raise host_choice.nearest_refusal(plans)
    return host_choice.choose_by_turn(facts, request, free)


def _is_handover(request: BookingRequest, move: Move) -> bool:
    """Whether to be reassigned can only mean other hosts."""
    stays = request.meetings == tuple(o.span for o in move.occurrences)
    return stays or _have_hosts_left(request, move)


def _have_hosts_left(request: BookingRequest, move: Move) -> bool:
    alternatives = host_alternatives(request.event_type, None)
    return set(move.booking.host_ids) not in map(set, alternatives)


def request_any_host(request: BookingRequest) -> BookingRequest:
    """The request of a move that may be reassigned.

    Raises:
        UsageError: the hosts are to change, and cannot.
    """
    move = request.move
    assert move is not None
    if _may_change_hosts(move):
        return request._replace(host_ids=())
    if _have_hosts_left(request, move):
        _check_hosts_may_change(move, request.now)
    return request


def _may_change_hosts(move: Move) -> bool:
    """The dates of a series have one host, those that are over as well."""
    return len(move.occurrences) == len(_live(move.booking))


def _check_hosts_may_change(move: Move, now: datetime) -> None:
    if _may_change_hosts(move):
        return
    hint = "cancel what is still to come and book it anew"
    command_hint = None
    if all(o.span.start > now for o in _live(move.booking)):
        hint, command_hint = "move all of it: all=True", "move all of it: --all"
    raise UsageError(
        "a series keeps its host once some of it is over, or stays",
        hint=hint,
        command_hint=command_hint,
        uid=move.booking.uid,
    )


def _live(booking: Booking) -> list[Occurrence]:
    return [o for o in booking.occurrences if o.status is not Status.CANCELLED]


def plan_moves(
    facts: Facts, move: Move, start: GivenStart
) -> Sequence[lifecycle.OccurrenceMove]:
    """The moves to a start, each claiming with the buffers as they are now."""
    event_type = facts.event_type(move.booking.event_type_id)
    return series.plan_moves(move.occurrences, move.goals(start), event_type)
