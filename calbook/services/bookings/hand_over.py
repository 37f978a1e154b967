"""Dates handed over to other hosts where they are: `reschedule` to the same time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from calbook.core.booking import series, transitions
from calbook.core.booking.changes import Change
from calbook.core.booking.series import Move
from calbook.core.booking.transitions import Action
from calbook.core.model import Booking, Occurrence
from calbook.services.availability import moves
from calbook.services.bookings.change import (
    change_booking,
    move_booking,
    read_selector,
)
from calbook.services.bookings.change_options import ChangeOptions
from calbook.store.context import Context
from calbook.store.facts import Facts
from calbook.store.transaction import Transaction
from calbook.wire.json_objects import Json
from calbook.wire.reading.booking_requests import NewHosts, RescheduleRequest


def reassign(
    context: Context, uid: str, options: ChangeOptions, wanted: RescheduleRequest
) -> Json:
    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        selector = read_selector(wanted.dates, booking, now)
        chosen = series.select_occurrences(booking, selector, now)
        if selector.on is None:
            chosen = _to_be_handed_over(booking, chosen, wanted.new_hosts)
        return hand_over(tx, booking, chosen, wanted, notify=options.notify, now=now)

    return change_booking(context, uid, options, decide)


def _to_be_handed_over(
    booking: Booking, chosen: tuple[Occurrence, ...], wanted: NewHosts
) -> tuple[Occurrence, ...]:
    """Of several dates those of who hands over, which the other one has not yet."""
    found = tuple(
        o
        for o in chosen
        if wanted.from_host in (None, *booking.hosts_of(o))
        and wanted.to_host not in booking.hosts_of(o)
    )
    return found or chosen


def hand_over(
    facts: Facts,
    booking: Booking,
    occurrences: Sequence[Occurrence],
    wanted: RescheduleRequest,
    *,
    notify: bool | None,
    now: datetime,
) -> Change:
    """Let others give dates at the time at which they are.

    All rules are asked but those of whoever books or moves: notice, deadline, advance.
    """
    transitions.check_transition(booking, occurrences, Action.RESCHEDULE, now)
    move = Move(booking, tuple(occurrences))
    request = moves.request_move(facts, move, now=now)._replace(
        meetings=tuple(o.span for o in occurrences),
        overridden=wanted.asker.overridden,
        display_timezone=wanted.timezone,
        notify=notify,
    )
    goals = [(o.start, o.span) for o in occurrences]
    placed = series.plan_moves(occurrences, goals, request.event_type)
    return move_booking(facts, request, placed, wanted)
