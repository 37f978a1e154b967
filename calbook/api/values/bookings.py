"""Bookings and what belongs to one: people, meetings, events, notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from calbook.api.values.value import Meeting, Value, many_of

if TYPE_CHECKING:
    from calbook.core.model import Actor, Attendance, Resolution, Status


def _status(word: str) -> Status:
    from calbook.core.model import Status  # slow to import

    return Status(word)


def _resolution(word: str) -> Resolution:
    from calbook.core.model import Resolution

    return Resolution(word)


def _actor(word: str) -> Actor:
    from calbook.core.model import Actor

    return Actor(word)


def _attendance(word: str) -> Attendance:
    from calbook.core.model import Attendance

    return Attendance(word)


_words: Mapping[str, Callable[[Any], Any]] = {
    "status": _status,
    "resolution": _resolution,
    "cancelled_by": _actor,
    "attendance": _attendance,
}


class Attendee(Value):
    """A person in a booking; `attendance` where it is the same at all meetings.

    A guest also has the `responses`, `notes` and `metadata` that came with a seat in a
    group; the primary's stand on the booking.
    """

    __slots__ = ()
    _parts = _words
    email: str
    name: str | None
    phone: str | None
    timezone: str | None
    attendance: Attendance
    responses: dict[str, Any]
    notes: str | None
    metadata: dict[str, Any]


class Occurrence(Meeting):
    """One meeting of a booking; `date` is its original local date.

    `attendances` are single persons' by e-mail; `offset_differs` from the first one's
    UTC offset.
    """

    __slots__ = ()
    _parts = _words
    date: str
    status: Status
    resolution: Resolution | None
    cancelled_by: Actor | None
    reason: str | None
    attendance: Attendance
    attendances: dict[str, str]
    offset_differs: bool


class Booking(Meeting):
    """A booking; `start_time` and `end_time` are its first occurrence's.

    From `list_occurrences` it is one occurrence, with its `date`.
    """

    __slots__ = ()
    _parts: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        **_words,
        "attendee": Attendee,
        "guests": many_of(Attendee),
        "occurrences": many_of(Occurrence),
        "host_ids": tuple,
        "overrides": tuple,
    }
    uid: str
    date: str
    event_type_id: str
    host_id: str
    host_ids: tuple[str, ...]
    timezone: str
    status: Status
    resolution: Resolution | None
    cancelled_by: Actor | None
    reason: str | None
    attendance: Attendance
    attendee: Attendee
    guests: tuple[Attendee, ...]
    location: dict[str, str] | None
    meeting_url: str | None
    notes: str | None
    responses: dict[str, Any]
    metadata: dict[str, Any]
    recurring: dict[str, Any] | None
    occurrences: tuple[Occurrence, ...]
    overrides: tuple[str, ...]
    sequence: int
    version: int
    created_at: str
    updated_at: str


class Event(Value):
    """Something that happened to a booking; `change` says what differs."""

    __slots__ = ()
    _parts: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"by": _actor}
    id: str
    type: str
    uid: str
    at: str
    by: Actor
    change: dict[str, Any]


class Note(Value):
    """What the host wrote about a booking; a private one is for hosts alone."""

    __slots__ = ()
    id: str
    content: str
    is_private: bool
    created_at: str
