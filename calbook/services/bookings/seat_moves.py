"""One person's seat moved to another group or start: at once, or not at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from calbook.core import ids, people
from calbook.core.booking import lifecycle, seats, transitions
from calbook.core.booking.changes import Change
from calbook.core.booking.transitions import Action
from calbook.core.errors import AlreadySo, BadInput, UsageError, VersionConflict
from calbook.core.model import (
    Attendee,
    Booking,
    GivenStart,
    Occurrence,
)
from calbook.core.rules import change_rules
from calbook.core.time import parsing, times
from calbook.services.availability import group_bookings, seating
from calbook.services.bookings import create, record
from calbook.services.bookings.change_options import ChangeOptions
from calbook.services.bookings.seats import find_dates, meetings_left
from calbook.store.context import Context
from calbook.store.people import find_in_booking
from calbook.store.transaction import Transaction
from calbook.wire.json_objects import Json
from calbook.wire.reading.booking_requests import NewBooking
from calbook.wire.reading.seat_moves import SeatMove


class _Goal(NamedTuple):
    """A group, of a series one date maybe; without a group one that begins there."""

    uid: str
    group: Booking | None = None
    dates: tuple[Occurrence, ...] = ()
    start: GivenStart | None = None


def move_attendee(
    context: Context, uid: str, options: ChangeOptions, wanted: SeatMove
) -> Json:
    """The booking in which the person is now."""

    def move(tx: Transaction) -> Json:
        now = context.clock()
        first = record.find_stored_result(tx, options, now)
        if first is not None:
            return first
        key = tx.resolve_uid(uid)
        to = None if wanted.to is None else tx.resolve_uid(wanted.to)
        for each in sorted({key, to or key}):  # so that nobody waits in a circle
            tx.lock_booking(each)
        record.record_expired_and_completed(tx, now)
        before = tx.booking(key)
        if options.if_version is not None and options.if_version != before.version:
            raise VersionConflict(
                key, expected=options.if_version, actual=before.version
            )
        try:
            return _Moving(tx, before, options, wanted, now).move(to)
        except AlreadySo as met:
            return record.keep_booking(tx, before, met, options, now=now)

    return context.store.write(move, dry_run=options.dry_run)


class _Moving:
    """One move inside a transaction: who leaves what, and where a seat is taken."""

    def __init__(
        self,
        tx: Transaction,
        before: Booking,
        options: ChangeOptions,
        wanted: SeatMove,
        now: datetime,
    ) -> None:
        self._tx, self._before, self._options = tx, before, options
        self._wanted, self._now, self._by = wanted, now, wanted.asker.by
        self._event_type = tx.event_type(before.event_type_id)
        self._person = find_in_booking(tx, before.attendees, wanted.person)
        self._dates = find_dates(before, wanted.on, now)

    def move(self, to: str | None) -> Json:
        seating.check_group(self._event_type, self._before)
        goal = self._goal_at_start() if to is None else self._goal_in(to)
        self._check_goal(goal)
        bound = self._dates or meetings_left(self._before, self._person, self._now)
        change_rules.check_change(
            self._before, bound, verb="leave", by=self._by, now=self._now
        )
        if goal.uid == self._before.uid:  # another date of the same series
            self._save_first(self._before, self._join(goal))
            again = self._tx.booking(goal.uid)
            person = find_in_booking(self._tx, again.attendees, self._wanted.person)
            return self._save(again, self._leave(again, person, goal))
        self._save_first(
            self._before, self._leave(self._before, self._person, goal, bound=bound)
        )
        answer = self._save(goal.group, self._join(goal))
        if goal.group is None and self._options.dry_run:
            return {**answer, "uid": None, "meetingUrl": None}
        return answer

    def _goal_in(self, to: str) -> _Goal:
        group = self._tx.booking(to)
        if group.event_type_id != self._event_type.id:
            raise BadInput(
                f"{to} is of {group.event_type_id}, {self._before.uid} of"
                f" {self._event_type.id}",
                hint="a seat moves to a group of the same event type; else leave one"
                " and join the other: remove_attendee, add_attendee",
                command_hint="a seat moves to a group of the same event type; else"
                " leave one and join the other: attendee remove, attendee add",
                field="into",
            )
        if self._dates and group.recurring is not None:
            raise UsageError(
                f"{to} is a series: one date's seat goes to one of its dates",
                hint="give start_time instead of into",
                command_hint="give --start WHEN instead of --into",
                uid=to,
            )
        return _Goal(to, group)

    def _goal_at_start(self) -> _Goal:
        if self._before.recurring is not None and not self._dates:
            raise UsageError(
                f"{self._before.uid} is a series: say which date's seat goes there",
                hint="give on, or into for all of it",
                command_hint="add --on DATE, or give --into UID for all of it",
                uid=self._before.uid,
            )
        assert self._wanted.start_time is not None
        start = parsing.moment(
            self._wanted.start_time,
            now=self._now,
            timezone=self._wanted.timezone or self._before.timezone,
        )
        self._tx.lock_groups(self._event_type.id, start.instant)
        found = group_bookings.find_seat(
            *(self._tx, self._event_type, start.instant),
            now=self._now,
            overridden=self._wanted.asker.overridden,
        )
        if found is None:
            return _Goal(ids.uid(), start=start)
        group, occurrence = found
        if group.uid != self._before.uid:
            self._tx.lock_row(group.uid)
            group = self._tx.booking(group.uid)
        is_series = group.recurring is not None
        return _Goal(group.uid, group, (occurrence,) if is_series else ())

    def _check_goal(self, goal: _Goal) -> None:
        """It must be elsewhere than where the seat is."""
        if goal.uid != self._before.uid:
            return
        given_up = {occurrence.date for occurrence in self._dates}
        if not goal.dates or given_up & {o.date for o in goal.dates}:
            name = people.label(self._person)
            raise AlreadySo(f"{name} has that seat already", uid=goal.uid)

    def _save_first(self, before: Booking, change: Change) -> None:
        """A key stands for the answer, which is that of the second step."""
        without_key = self._options._replace(idempotency_key=None)
        record.save_change(self._tx, before, change, without_key, now=self._now)

    def _save(self, before: Booking | None, change: Change) -> Json:
        return record.save_change(
            self._tx, before, change, self._options, now=self._now
        )

    def _leave(
        self,
        booking: Booking,
        person: Attendee,
        goal: _Goal,
        bound: tuple[Occurrence, ...] = (),
    ) -> Change:
        """Where nobody would be left, the group is cancelled."""
        told: dict[str, Any] = {"now": self._now, "by": self._by}
        if goal.uid != booking.uid and self._is_last(booking, person, bound):
            rest = transitions.occurrences_allowing(booking, Action.CANCEL, self._now)
            every = [o for o in rest if o.span.start > self._now]
            left = lifecycle.cancel(booking, every or bound, **told, reason=None)
        elif self._dates:
            left = seats.leave_on(booking, person, self._dates, **told)
        else:
            left = seats.leave(booking, person, **told)
        return left.with_facts(movedTo=goal.uid)

    def _is_last(
        self, booking: Booking, person: Attendee, bound: tuple[Occurrence, ...]
    ) -> bool:
        """Whether nobody comes any more once somebody has left these meetings."""
        every = meetings_left(booking, person, self._now)
        is_rest = all(occurrence in bound for occurrence in every)
        return is_rest and len(booking.attendees) == 1

    def _join(self, goal: _Goal) -> Change:
        person = _person_alone(self._before, self._person)
        if goal.group is not None:
            joined = seating.add_to_group(
                *(self._tx, self._event_type, goal.group, person, self._wanted.asker),
                now=self._now,
                dates=goal.dates,
                is_moved=True,
                given_up=self._dates if goal.uid == self._before.uid else (),
            )
        else:
            assert goal.start is not None
            joined = create.begin_group(
                self._tx,
                self._new_booking(person, goal.start),
                goal.start,
                uid=goal.uid,
                now=self._now,
            )
        return joined.with_facts(movedFrom=self._before.uid)

    def _new_booking(self, person: Attendee, start: GivenStart) -> NewBooking:
        """Who was asked the questions once is not asked again."""
        asker = self._wanted.asker
        return NewBooking(
            self._event_type.id,
            times.rfc3339(start.instant, self._before.timezone),
            (person._replace(responses={}, notes=None, metadata={}),),
            asker._replace(overridden=asker.overridden | {"questions"}),
            responses=person.responses,
            notes=person.notes,
            metadata=person.metadata,
            notify=self._options.notify,
            reopens=self._wanted.reopens,
        )


def _person_alone(booking: Booking, person: Attendee) -> Attendee:
    """With what they brought along, and nothing of the group that they leave.

    Neither its dates, nor what they answered to its invitation.
    """
    if person is booking.attendee:
        person = person._replace(responses=booking.responses, notes=booking.notes)
    return person._replace(only_on=(), absent_on=(), replies=())
