"""The changes that take another back, each as `undo.TABLE` names it.

Whether the rules allow it is asked elsewhere. What is done to seats is in
`seats_undone`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from calbook.core.booking import changes, lifecycle, series
from calbook.core.booking.changes import Change
from calbook.core.booking.lifecycle import OccurrenceMove
from calbook.core.booking.undo import PastChange, Refusal, cannot_undo, is_live
from calbook.core.catalog import EventType
from calbook.core.errors import CannotUndo
from calbook.core.model import (
    Actor,
    Attendance,
    Attendee,
    Booking,
    Occurrence,
    Resolution,
    Status,
)

Pairs = tuple[tuple[Occurrence, Occurrence], ...]  # dates as they are now, and were


class Undoing(NamedTuple):
    """A booking as it is, a change of it that is to be taken back, and who asks."""

    booking: Booking
    past: PastChange
    now: datetime
    by: Actor
    reason: str | None = None
    overrides: tuple[str, ...] = ()  # that were needed

    def refusal(self, why: str, *hints: str) -> CannotUndo:
        return cannot_undo(self.past, self.booking.uid, Refusal(why, *hints))

    @property
    def told(self) -> dict[str, Any]:
        """For the history."""
        used = {"overrides": list(self.overrides)} if self.overrides else {}
        return {"reason": self.reason, **used, "undoes": self.past.undoes}

    @property
    def with_overrides(self) -> Booking:
        every = dict.fromkeys((*self.booking.overrides, *self.overrides))
        return self.booking._replace(overrides=tuple(every))


# -- which dates it was about ----------------------------------------------------------


def dates_to_restore(undoing: Undoing) -> Pairs:
    """The dates that a change took off.

    Raises:
        CannotUndo: there are none, or they were only held for a while.
    """
    asked = undoing.past.day is not None
    found = tuple(
        (now, was)
        for now, was in _beside_now(undoing)
        if not is_live(now) and (asked or is_live(was))
    )
    if not found:
        raise changed_since(undoing)
    if any(now.held_until for now, _ in found):
        raise undoing.refusal(
            "its time was only held for a while",
            "hold it anew: bookings.hold",
            "hold it anew: calbook hold",
        )
    return found


def dates_to_end(undoing: Undoing) -> Pairs:
    """What was restored."""
    found = tuple(
        (now, was)
        for now, was in _beside_now(undoing)
        if is_live(now) and not is_live(was)
    )
    if not found:
        raise changed_since(undoing)
    return found


def dates_moved(undoing: Undoing) -> Pairs:
    """The dates that a change moved, or handed over.

    Raises:
        CannotUndo: they are elsewhere by now.
    """
    before, after = undoing.past.before, undoing.past.after
    return _differing(undoing, lambda b, o: (o.span, b.hosts_of(o)), before, after)


def _dates_told_of(undoing: Undoing) -> Pairs:
    """The dates of which a change said something else, but for what time does."""
    before, after = undoing.past.before, undoing.past.after
    return _differing(undoing, lambda _, o: _said(o), before, after)


def _said(o: Occurrence) -> tuple[object, ...]:
    status = Status.CONFIRMED if o.status is Status.COMPLETED else o.status
    return status, o.attendance, o.attendances


def _differing(
    undoing: Undoing,
    facts: Callable[[Booking, Occurrence], object],
    before: Booking,
    after: Booking,
) -> Pairs:
    is_other = [
        facts(before, old) != facts(after, new) for old, new in undoing.past.pairs
    ]
    found = tuple(
        pair
        for pair, differs in zip(_beside_now(undoing), is_other, strict=True)
        if differs
    )
    if not found:
        raise changed_since(undoing)
    return found


def _beside_now(undoing: Undoing) -> Pairs:
    """Each date as it is now and was before; refused where it is elsewhere by now."""
    known = {o.recurrence_id: o for o in undoing.booking.occurrences}
    found = []
    for old, new in undoing.past.pairs:
        now = known.get(new.recurrence_id)
        if now is None or now.span != new.span:
            raise changed_since(undoing)
        found.append((now, old))
    return tuple(found)


def changed_since(undoing: Undoing) -> CannotUndo:
    return undoing.refusal("the booking is not as that change left it any more")


def check_persons(undoing: Undoing) -> None:
    """Raise where others are in it than a change left there."""
    if not _are_same(undoing.booking.attendees, undoing.past.after.attendees):
        raise changed_since(undoing)


def _are_same(some: Iterable[Attendee], others: Iterable[Attendee]) -> bool:
    """What they answered to invitations, and who they are in the book, is not said."""
    return [p._replace(person_id=None, replies=()) for p in some] == [
        p._replace(person_id=None, replies=()) for p in others
    ]


# -- status ----------------------------------------------------------------------------


def restore(undoing: Undoing, dates: Pairs, event_type: EventType) -> Change:
    """What was cancelled is on again; for an attendee the host is asked once more.

    It claims with the event type's buffers as they are now.
    """
    asks = undoing.by is Actor.ATTENDEE and undoing.booking.policy.requires_confirmation
    requests = {now.recurrence_id for now, was in dates if was.status is Status.PENDING}

    def step(o: Occurrence) -> Occurrence:
        is_request = asks or o.recurrence_id in requests
        return o._replace(
            status=Status.PENDING if is_request else Status.CONFIRMED,
            claim=event_type.claimed_span(o.span),
            resolution=None,
            cancelled_by=None,
            reason=None,
            is_recorded=False,
        )

    return _change(undoing, dates, step, kind="booking.restored")


def ask_again(undoing: Undoing) -> Change:
    """What was confirmed awaits the host once more, as long as it is to come.

    Raises:
        CannotUndo: it has begun.
    """
    dates = _dates_told_of(undoing)
    if not all(series.is_to_come(each, undoing.now) for each, _ in dates):
        raise undoing.refusal("it has begun, or is off")

    def step(o: Occurrence) -> Occurrence:
        return o._replace(status=Status.PENDING, is_recorded=False)

    return _change(undoing, dates, step, kind="booking.restored")


def end(undoing: Undoing, dates: Pairs) -> Change:
    """What was restored ends as it had ended before."""
    was = {now.recurrence_id: old for now, old in dates}
    first = dates[0][1]
    is_rejected = first.resolution is Resolution.REJECTED
    resolution = Resolution.REJECTED if is_rejected else Resolution.CANCELLED
    reason = undoing.reason or first.reason

    def step(o: Occurrence) -> Occurrence:
        return o._replace(
            status=Status.CANCELLED,
            resolution=resolution,
            cancelled_by=was[o.recurrence_id].cancelled_by or undoing.by,
            reason=reason,
        )

    facts = {"resolution": resolution, "reason": reason}
    return _change(undoing, dates, step, kind="booking.cancelled", facts=facts)


def _change(
    undoing: Undoing,
    dates: Pairs,
    step: Callable[[Occurrence], Occurrence],
    *,
    kind: str,
    facts: Mapping[str, Any] | None = None,
) -> Change:
    """A new revision for those who were told otherwise (RFC 5546, 2.1.4)."""
    booking = undoing.with_overrides
    return changes.change_occurrences(
        booking._replace(sequence=booking.sequence + 1),
        [now for now, _ in dates],
        step,
        kind=kind,
        by=undoing.by,
        now=undoing.now,
        change={**undoing.told, **(facts or {})},
    )


# -- time ------------------------------------------------------------------------------


def move_back(undoing: Undoing, dates: Pairs, event_type: EventType) -> Change:
    """To the times and hosts of before, with what was known of each date then."""
    before = undoing.past.before
    change = lifecycle.reschedule(
        undoing.booking,
        [
            OccurrenceMove(now, was.start, was.span, event_type.claimed_span(was.span))
            for now, was in dates
        ],
        now=undoing.now,
        by=undoing.by,
        reason=undoing.reason,
        overrides=undoing.overrides,
        hosts=tuple(before.hosts_of(was) for _, was in dates),
        why={"undoes": undoing.past.undoes},
    )
    known = {was.recurrence_id: was for _, was in dates}
    return change._replace(
        booking=change.booking._replace(
            overrides=tuple(dict.fromkeys((*before.overrides, *undoing.overrides))),
            occurrences=tuple(
                _as_it_was(o, known.get(o.recurrence_id), undoing.by)
                for o in change.booking.occurrences
            ),
        )
    )


def _as_it_was(o: Occurrence, was: Occurrence | None, by: Actor) -> Occurrence:
    """The host is not asked again what the host takes back."""
    if was is None:
        return o
    status = Status.PENDING if was.status is Status.PENDING else Status.CONFIRMED
    return o._replace(
        attendances=was.attendances,
        status=status if by is Actor.HOST else o.status,
        held_until=was.held_until,
    )


# -- details and attendance ------------------------------------------------------------

_DETAILS = ("location", "meeting_url", "notes", "responses", "metadata")


def details_before(undoing: Undoing) -> dict[str, Any]:
    """The details that a change corrected, as they were before it.

    Raises:
        CannotUndo: they are others by now.
    """
    before, after = undoing.past.before, undoing.past.after
    found: dict[str, Any] = {
        name: getattr(before, name)
        for name in _DETAILS
        if getattr(before, name) != getattr(after, name)
    }
    if any(getattr(undoing.booking, name) != getattr(after, name) for name in found):
        raise changed_since(undoing)
    if not _are_same(before.attendees, after.attendees):
        check_persons(undoing)
        found["attendees"] = before.attendees
    if not found:
        raise changed_since(undoing)
    return found


def mark_as_before(undoing: Undoing) -> Change:
    """What is known of who came is what it was; time has the last word again.

    Who was seated because they had come has no seat there any more.
    """
    dates = _dates_told_of(undoing)
    check_persons(undoing)
    known = {now.recurrence_id: was for now, was in dates}

    def step(o: Occurrence) -> Occurrence:
        was = known[o.recurrence_id]
        is_marked = was.attendance is not Attendance.UNKNOWN
        return o._replace(
            attendance=was.attendance,
            attendances=was.attendances,
            status=was.status if is_marked else Status.CONFIRMED,
            is_recorded=was.status is Status.COMPLETED and not is_marked,
        )

    return changes.change_occurrences(
        undoing.booking._replace(attendees=undoing.past.before.attendees),
        [now for now, _ in dates],
        step,
        kind="booking.updated",
        by=Actor.HOST,
        now=undoing.now,
        change={"attendance": dates[0][1].attendance, "undoes": undoing.past.undoes},
    )
