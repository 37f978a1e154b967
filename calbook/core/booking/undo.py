"""What takes a change of a booking back, as a table; and why some cannot be.

What was booked anew is cancelled instead. What has become of a booking by itself, what
attendees answered and what was offered to others is passed over: these are no changes
that somebody made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from calbook.core.errors import CannotUndo
from calbook.core.model import Actor, Booking, Occurrence, Status


class Inverse(StrEnum):
    """What is done to take a change back."""

    RESTORE = "restore"  # what was cancelled is on again, where its time is free
    ASK_AGAIN = "ask again"  # what was confirmed awaits the host once more
    END = "end"  # what was restored is cancelled once more
    CONFIRM = "confirm"  # what was to be confirmed again is confirmed once more
    MOVE = "move"  # back to the time and hosts that it had
    SEAT = "seat"  # a seat is given back, or taken again
    CORRECT = "correct"  # details are what they were
    MARK = "mark"  # what is known of who came is what it was
    WITHDRAW = "withdraw"  # a note is gone


class Refusal(NamedTuple):
    """Why a change stays, and what to do instead; `{uid}` is the booking's."""

    why: str
    hint: str | None = None
    command_hint: str | None = None


class PastChange(NamedTuple):
    """A change that somebody made, with the booking just before it and just after.

    `events` are its events' facts by their ids, of which there are several where
    several persons took seats at once. `day`: only what it did to that date is meant.
    """

    type: str
    by: Actor
    events: Mapping[str, Mapping[str, Any]]
    before: Booking
    after: Booking
    day: date | None = None

    @property
    def facts(self) -> Mapping[str, Any]:
        return next(iter(self.events.values()))

    @property
    def name(self) -> str:
        return change_name(self.type, self.facts)

    @property
    def undoes(self) -> dict[str, str]:
        """For the history: which event is taken back."""
        return {"id": next(iter(self.events)), "type": self.type}

    @property
    def pairs(self) -> tuple[tuple[Occurrence, Occurrence], ...]:
        """Each date that is meant as it was before the change, and after it.

        The only one of a booking keeps no key when it moves.
        """
        old, new = self.before.occurrences, self.after.occurrences
        if self.after.recurring is None:
            return tuple(zip(old, new, strict=True))
        known = {o.date: o for o in old}
        return tuple(
            (known[o.date], o)
            for o in new
            if o.date in known and self.day in (None, o.date)
        )


_NAMES = {
    "noteRemoved": "note removed",
    "note": "note added",
    "attendance": "attendance",
    "erased": "erased",
}


def change_name(type: str, facts: Mapping[str, Any]) -> str:
    """What a change is called, for people."""
    own = (name for key, name in _NAMES.items() if key in facts)
    return next(own, type.removeprefix("booking.").replace("_", " "))


# Whatever holds of these is no change of a booking that somebody made.
PASSED_OVER = frozenset(
    {
        *("booking.replied", "booking.counter_declined"),
        *("booking.offered", "booking.offer_ended"),
    }
)
_BY_TIME = frozenset({"booking.completed", "booking.cancelled"})


def is_passed_over(type: str, by: str, facts: Mapping[str, Any]) -> bool:
    """Whether an event is none that `undo` takes back, nor is stopped by."""
    if type in _BY_TIME and by == Actor.SYSTEM:
        return type == "booking.completed" or facts.get("resolution") == "expired"
    return type in PASSED_OVER


class _Line(NamedTuple):
    """A line of the table: of an event of this type that tells of this key."""

    type: str
    key: str | None
    answer: Inverse | Refusal


_ANY = ""
_BOOKED_ANEW = Refusal(
    "what was booked is not taken back, but cancelled",
    'bookings.cancel("{uid}")',
    "calbook cancel {uid}",
)
_OF_ITS_EVENT_TYPE = Refusal(
    "it follows its event type, which was changed for all that is to come",
    "change the event type again: event_types.update(…, apply_to_coming=[…])",
    "change the event type again: calbook event update … --apply-to-coming …",
)
_SEAT_MOVED = Refusal(
    "the seat is in another booking, or on another date, now",
    'move it back: bookings.move_attendee("{movedTo}", into="{movedFrom}", …)',
    "move it back: calbook attendee move {movedTo} --into {movedFrom} --person PERSON",
)
_OFFERED = Refusal(
    "what was offered to somebody who waited, and taken, is theirs",
    'it can be cancelled: bookings.cancel("{uid}")',
    "it can be cancelled: calbook cancel {uid}",
)
TABLE = (
    _Line(_ANY, "erased", Refusal("somebody in it was made nobody since")),
    _Line(_ANY, "movedTo", _SEAT_MOVED),
    _Line(_ANY, "movedFrom", _SEAT_MOVED),
    _Line(_ANY, "waiting", _OFFERED),
    _Line("booking.created", None, _BOOKED_ANEW),
    _Line("booking.held", None, _BOOKED_ANEW),
    _Line("booking.cancelled", None, Inverse.RESTORE),
    _Line("booking.confirmed", None, Inverse.ASK_AGAIN),
    _Line("booking.restored", None, Inverse.END),
    _Line(
        "booking.rescheduled",
        "extendedBy",
        Refusal(
            "dates that were added are not taken back, but cancelled",
            'bookings.cancel("{uid}", from_date="{first}")',
            "calbook cancel {uid} --from {first}",
        ),
    ),
    _Line("booking.rescheduled", "duration", _OF_ITS_EVENT_TYPE),
    _Line("booking.rescheduled", None, Inverse.MOVE),
    _Line("booking.attendee_added", None, Inverse.SEAT),
    _Line("booking.attendee_removed", None, Inverse.SEAT),
    _Line("booking.no_show", None, Inverse.MARK),
    _Line("booking.completed", None, Inverse.MARK),
    _Line("booking.updated", "attendance", Inverse.MARK),
    _Line("booking.updated", "note", Inverse.WITHDRAW),
    _Line(
        "booking.updated",
        "noteRemoved",
        Refusal("the text of a note that was removed is gone"),
    ),
    _Line("booking.updated", "resourceIds", _OF_ITS_EVENT_TYPE),
    _Line("booking.updated", "fields", Inverse.CORRECT),
)
_NEVER_OURS = frozenset(
    {"title", "description", "bufferBefore", "bufferAfter", "duration", "heldUntil"}
)


def find_inverse(change: PastChange, uid: str) -> Inverse:
    """What takes a change back.

    Raises:
        CannotUndo: nothing does.
    """
    facts = change.facts
    if change.by is Actor.SYSTEM and "waiting" not in facts:
        raise cannot_undo(
            change,
            uid,
            Refusal("calbook itself made it, as when bookings are imported"),
        )
    if not _NEVER_OURS.isdisjoint(facts.get("fields", ())):
        raise cannot_undo(change, uid, _OF_ITS_EVENT_TYPE)
    for line in TABLE:
        if line.type in (_ANY, change.type) and line.key in (None, *facts):
            if isinstance(line.answer, Refusal):
                raise cannot_undo(change, uid, line.answer)
            return _of_restored(change) if line.answer is Inverse.END else line.answer
    raise cannot_undo(change, uid, Refusal("nothing is known that would undo it"))


def _of_restored(change: PastChange) -> Inverse:
    """What was confirmed before it was taken back is so again."""
    undone = change.facts.get("undoes", {})
    is_confirmation = undone.get("type") == "booking.confirmed"
    return Inverse.CONFIRM if is_confirmation else Inverse.END


def check_party(change: PastChange, by: Actor, uid: str) -> None:
    """An attendee takes back what an attendee did; the host whatever was done."""
    if by is Actor.HOST or change.by is Actor.ATTENDEE:
        return
    who = "the host" if change.by is Actor.HOST else "calbook itself"
    raise cannot_undo(
        change,
        uid,
        Refusal(
            f"{who} made that change",
            'the host may: by="host"',
            "the host may: --by host",
        ),
    )


def cannot_undo(change: PastChange, uid: str, refusal: Refusal) -> CannotUndo:
    words = {
        "uid": uid,
        "movedTo": change.facts.get("movedTo", uid),
        "movedFrom": change.facts.get("movedFrom", uid),
        "first": _first_new_date(change),
    }
    hints = {
        name: text and text.format_map(words)
        for name, text in (
            ("hint", refusal.hint),
            ("command_hint", refusal.command_hint),
        )
    }
    return CannotUndo(uid, change.name, type=change.type, why=refusal.why, **hints)


def _first_new_date(change: PastChange) -> str:
    known = {o.date for o in change.before.occurrences}
    new = (o.date.isoformat() for o in change.after.occurrences if o.date not in known)
    return min(new, default="DATE")


def is_live(occurrence: Occurrence) -> bool:
    return occurrence.status is not Status.CANCELLED
