"""The rules that a change has to keep which takes another one back.

They are those of booking, moving and taking a seat: what was given up is nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import chain

from calbook.core.assignment import HostIds
from calbook.core.booking import transitions
from calbook.core.booking.inverses import Undoing
from calbook.core.booking.seats_undone import seats_undone
from calbook.core.booking.series import Move
from calbook.core.booking.transitions import Action
from calbook.core.booking.undo import is_live
from calbook.core.catalog import EventType
from calbook.core.model import Actor, Occurrence, Span
from calbook.core.rules import booking_rules, change_rules
from calbook.core.rules.booking_rules import RULES_FOR_JOINING, RULES_FOR_SEATING
from calbook.services.availability import host_choice, moves, seating
from calbook.services.bookings.change_options import ChangeOptions
from calbook.store.booked_people import lock_people
from calbook.store.facts import Exclusion
from calbook.store.transaction import Transaction


class Rules:
    """What is asked about one change that is taken back, inside a transaction."""

    def __init__(
        self,
        tx: Transaction,
        undoing: Undoing,
        overridden: frozenset[str],
        options: ChangeOptions,
    ) -> None:
        self.tx, self.undoing = tx, undoing
        self._booking, self._now = undoing.booking, undoing.now
        self._overridden, self._options = overridden, options

    @cached_property
    def event_type(self) -> EventType:
        return self.tx.event_type(self._booking.event_type_id)

    def check_change(self, dates: Sequence[Occurrence], verb: str) -> None:
        """Raise where its attendee may change these no more."""
        by = self.undoing.by
        change_rules.check_change(self._booking, dates, verb=verb, by=by, now=self._now)

    def check_time(
        self, goals: Sequence[tuple[Occurrence, Span]], members: Sequence[HostIds]
    ) -> tuple[str, ...]:
        """Raise where dates cannot be at these times with those who give them.

        All or none. The overrides that were needed.
        """
        dates = tuple(occurrence for occurrence, _ in goals)
        self._lock_hosts(members)
        request = moves.request_move(self.tx, Move(self._booking, dates), now=self._now)
        if request.event_type.asks_persons:
            lock_people(self.tx, request.attendees)
        event_type = request.event_type
        if all(is_live(o) and o.span == span for o, span in goals):
            event_type = moves.only_of_hosts(event_type)
        plan = host_choice.choose_hosts(
            self.tx,
            request._replace(
                event_type=event_type,
                meetings=tuple(span for _, span in goals),
                takers={members[0][0]: tuple(members)},
                kept=(),
                overridden=self._overridden,
                notify=self._options.notify,
                exclusion=self._exclusion(dates),
            ),
        )
        return plan.decision.overrides_used

    def _lock_hosts(self, members: Sequence[HostIds]) -> None:
        """Who had it once need not be of those who are locked with the booking."""
        locked = map(self._booking.hosts_of, self._booking.occurrences)
        others = {*chain.from_iterable(members)} - {*chain.from_iterable(locked)}
        if others:
            self.tx.lock_hosts(sorted(others))

    def _exclusion(self, dates: Sequence[Occurrence]) -> Exclusion | None:
        """None where all of it is off: it is one booking more for its persons."""
        if not any(map(is_live, self._booking.occurrences)):
            return None
        return Exclusion(self._booking.uid, tuple(o.recurrence_id for o in dates))

    def check_seats(self) -> tuple[str, ...]:
        """Raise where seats cannot be given back, or taken again.

        The overrides that were needed.
        """
        every = seats_undone(self.undoing)
        lost = [o for seat in every for o in seat.lost]
        gained = [o for seat in every for o in seat.gained]
        action = Action.LEAVE if lost else Action.JOIN
        transitions.occurrences_allowing(self._booking, action, self._now)
        if lost:
            self.check_change(lost, "leave")
        if not gained:
            return ()
        back = tuple(seat.was for seat in every if seat.was and seat.gained)
        if self.event_type.asks_persons:
            lock_people(self.tx, back)
        seat = seating.propose_seats(
            *(self.tx, self.event_type, self._booking, len(back)),
            now=self._now,
            meetings=tuple({o.recurrence_id: o for o in gained}.values()),
            attendees=back,
        )
        is_host = self.undoing.by is Actor.HOST
        return booking_rules.check_rules(
            seat._replace(overridden=self._overridden),
            RULES_FOR_SEATING if is_host else RULES_FOR_JOINING,
        )
