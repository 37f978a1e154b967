"""What the last change of a booking was, and what takes it back, as the manual says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from .facts import Booking, Meeting, Past, Refused
from .model import Model

_NEVER = ("booked", "gone")


class UndoModel(Model):
    """Each change says what it was; `undo` makes of it what was before."""

    def undo(
        self,
        uid: str,
        *,
        by: str | None = None,
        on: date | None = None,
        version: int | None = None,
    ) -> Booking:
        booking = self.at_version(uid, version)
        if on is not None:
            return self.bring_back(booking, on, by)
        past = booking.past
        if past is None or past.kind in _NEVER:
            raise Refused("cannot_undo")
        who = by or past.by
        if who == "attendee" and past.by != "attendee":
            raise Refused("cannot_undo")
        before = booking.copy()
        kind = getattr(self, f"undo_{past.kind}")(booking, past.before, who)
        if kind != "gone":
            booking.version += 1
        booking.past = Past(kind=kind, by=who, before=before)
        return booking

    # -- status

    def bring_back(self, booking: Booking, on: date, by: str | None) -> Booking:
        """One date, whatever was done since it was taken off."""
        (meeting,) = self.chosen(booking, on)
        if self.resolution(booking, meeting) == "expired":
            raise Refused("already_cancelled")
        if meeting.status != "CANCELLED":
            raise Refused("nothing_to_change")
        who = by or meeting.taken_off_by
        if who == "attendee" and meeting.taken_off_by != "attendee":
            raise Refused("cannot_undo")
        before = booking.copy()
        self.restore(booking, [meeting], who)
        booking.version += 1
        booking.past = Past(kind="restored", by=who, before=before)
        return booking

    def undo_ended(self, booking: Booking, before: Booking, by: str) -> str:
        was = {m.date: m for m in before.meetings}
        off = [
            m
            for m in booking.meetings
            if m.status == "CANCELLED" and was[m.date].status != "CANCELLED"
        ]
        self.restore(booking, off, by)
        return "restored"

    def restore(self, booking: Booking, off: list[Meeting], by: str) -> None:
        """All of them are free, and keep the rules, or none is on again."""
        if booking.held_until:
            raise Refused("cannot_undo")
        event, so_far = booking.event, list[Meeting]()
        for meeting in off:
            found = self.refusals(
                event,
                meeting.start,
                meeting.end - meeting.start,
                hosts=booking.hosts,
                persons=len(booking.people),
                reopens=True,
                is_first=meeting is off[0],
                so_far=so_far,
            )
            if found:
                raise Refused(self.first(found))
            so_far.append(meeting)
        for meeting in off:
            asks = by == "attendee" and booking.confirmation
            meeting.status = "PENDING" if asks else meeting.was
            meeting.resolution, meeting.closes_start = None, False
            length = meeting.end - meeting.start
            meeting.claim = self.claim(event, meeting.start, length)
        booking.sequence += 1

    def undo_restored(self, booking: Booking, before: Booking, by: str) -> str:
        was = {m.date: m for m in before.meetings}
        on = [m for m in booking.meetings if was[m.date].status == "CANCELLED"]
        on = [m for m in on if m.status != "CANCELLED"]
        for meeting in on:
            if not self.is_active(booking, meeting):
                raise Refused("already_cancelled")
            self.check_takes_place(booking, meeting)
        for meeting in on:
            self.check_may_leave(booking, meeting, by, cancels=True)
        for meeting in on:
            old = was[meeting.date]
            meeting.was, meeting.taken_off_by = meeting.status, by
            meeting.status, meeting.closes_start = "CANCELLED", old.closes_start
            is_rejected = old.resolution == "rejected"
            meeting.resolution = "rejected" if is_rejected else "cancelled"
        booking.sequence += 1
        return "ended"

    def undo_confirmed(self, booking: Booking, before: Booking, by: str) -> str:
        was = {m.date: m for m in before.meetings}
        said = [
            m
            for m in booking.meetings
            if m.status == "CONFIRMED" and was[m.date].status == "PENDING"
        ]
        if any(meeting.start <= self.now for meeting in said):
            raise Refused("cannot_undo")
        for meeting in said:
            meeting.status = "PENDING"
        booking.sequence += 1
        return "asked"

    def undo_asked(self, booking: Booking, before: Booking, by: str) -> str:
        pending = [m for m in booking.meetings if self.status(booking, m) == "PENDING"]
        if not pending:
            raise Refused("wrong_status")
        for meeting in pending:
            meeting.status = "CONFIRMED"
        return "confirmed"

    # -- time and hosts

    def undo_moved(self, booking: Booking, before: Booking, by: str) -> str:
        pairs = zip(booking.meetings, before.meetings, strict=True)
        meeting, old = next(pair for pair in pairs if pair[0].start != pair[1].start)
        self.check_takes_place(booking, meeting)
        self.check_may_leave(booking, meeting, by)
        length = old.end - old.start
        found = self.refusals(
            booking.event,
            old.start,
            length,
            hosts=booking.hosts,
            persons=len(booking.people),
            but=[meeting],
        )
        if found:
            raise Refused(self.first(found))
        meeting.start, meeting.end, meeting.date = old.start, old.end, old.date
        meeting.claim = self.claim(booking.event, old.start, length)
        meeting.attendance = {**old.attendance}
        if by == "host":
            meeting.status = old.status
        elif booking.confirmation:
            meeting.status = "PENDING"
        booking.held_until = before.held_until
        booking.sequence += 1
        return "moved"

    def undo_handed_over(self, booking: Booking, before: Booking, by: str) -> str:
        (meeting,) = booking.meetings
        self.check_takes_place(booking, meeting)
        if meeting.start <= self.now:
            raise Refused("in_the_past")
        length = meeting.end - meeting.start
        claim = self.claim(booking.event, meeting.start, length)
        if self.taken(before.hosts[0], *claim):
            raise Refused("slot_taken")
        booking.hosts, meeting.claim = [*before.hosts], claim
        booking.sequence += 1
        return "handed_over"

    # -- seats, details, marks and notes

    def undo_seat_taken(self, booking: Booking, before: Booking, by: str) -> str:
        if self.whole_status(booking) not in ("PENDING", "CONFIRMED"):
            raise Refused("wrong_status")
        self.check_may_leave(booking, booking.meetings[0], by, cancels=True)
        self.seat(booking, before)
        return "seat_given"

    def undo_seat_given(self, booking: Booking, before: Booking, by: str) -> str:
        if self.whole_status(booking) not in ("PENDING", "CONFIRMED"):
            raise Refused("wrong_status")
        meeting = booking.meetings[0]
        found = self.refusals(
            booking.event,
            meeting.start,
            meeting.end - meeting.start,
            hosts=booking.hosts,
            persons=len(before.people),
            joins=True,
        )
        if by == "host":
            found &= {"outside_hours", "seats_full"}
        if found:
            raise Refused(self.first(found))
        self.seat(booking, before)
        return "seat_taken"

    def seat(self, booking: Booking, before: Booking) -> None:
        booking.people, booking.notes = [*before.people], before.notes
        booking.overrides = [*before.overrides]
        booking.sequence += 1

    def undo_corrected(self, booking: Booking, before: Booking, by: str) -> str:
        booking.notes = before.notes
        return "corrected"

    def undo_marked(self, booking: Booking, before: Booking, by: str) -> str:
        for meeting, old in zip(booking.meetings, before.meetings, strict=True):
            meeting.attendance = {**old.attendance}
        return "marked"

    def undo_noted(self, booking: Booking, before: Booking, by: str) -> str:
        booking.host_notes.pop()
        return "gone"


def _noted(name: str, kind: str, by: str) -> Callable[..., Booking]:
    """A change of the model that says what it was."""
    change = getattr(Model, name)

    @wraps(change)
    def noted(self: UndoModel, uid: str, *args: Any, **given: Any) -> Booking:
        there = [b for b in self.bookings if b.uid == uid]
        before = there[0].copy() if there else None
        found: Booking = change(self, uid, *args, **given)
        assert before is not None
        who = given.get("by") or by
        if found.version != before.version or kind == "noted":
            found.past = Past(kind=kind, by=who, before=before)
        was = {m.date: m for m in before.meetings}
        for meeting in found.meetings if kind == "ended" else ():
            if meeting.status == "CANCELLED" != was[meeting.date].status:
                meeting.was, meeting.taken_off_by = was[meeting.date].status, who
        return found

    return noted


_CHANGES = {
    "confirm": ("confirmed", "host"),
    "reject": ("ended", "host"),
    "cancel": ("ended", "attendee"),
    "reschedule": ("moved", "attendee"),
    "reassign": ("handed_over", "host"),
    "add_attendee": ("seat_taken", "attendee"),
    "remove_attendee": ("seat_given", "attendee"),
    "update": ("corrected", "host"),
    "mark": ("marked", "host"),
    "add_note": ("noted", "host"),
    "book_hold": ("booked", "attendee"),
}
for _name, _said in _CHANGES.items():
    setattr(UndoModel, _name, _noted(_name, *_said))


def _create(self: UndoModel, *args: Any, **given: Any) -> Booking:
    """What is booked anew, or a seat in a group that is there."""
    there = {id(b): b.copy() for b in self.bookings}
    found = Model.create(self, *args, **given)
    by = given.get("by") or "attendee"
    before = there.get(id(found))
    kind = "booked" if before is None else "seat_taken"
    found.past = Past(kind=kind, by=by, before=before or found.copy())
    for meeting in found.meetings if before is None else ():
        meeting.taken_off_by = by
    return found


UndoModel.create = _create  # type: ignore[method-assign]
