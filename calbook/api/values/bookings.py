"""Bookings and what belongs to one: people, meetings, events, notes."""

from __future__ import annotations

from collections.abc import Callable

from calbook.api.values.value import Meeting, Parts, Value, many_of
from calbook.core.typing_names import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from calbook.api.inputs import EventName, Location, RuleName
    from calbook.api.values.json_types import (
        AttendanceName,
        DateReply,
        PartstatName,
        Recurrence,
    )
    from calbook.core.model import Actor, Attendance, Resolution, Status


def _word(kind: str) -> Callable[[str], Any]:
    def read(word: str) -> Any:
        from calbook.core import model  # slow to import

        return getattr(model, kind)(word)

    return read


_WORDS: Parts = {
    "status": _word("Status"),
    "resolution": _word("Resolution"),
    "cancelled_by": _word("Actor"),
    "attendance": _word("Attendance"),
}


class Attendee(Value):
    """A person in a booking.

    email, name, phone, ref, timezone, language: as given; any may be None
    person_id: who it is in the book of people; None of who has but a name
    only_on: of a drop-in in a series the dates of it, as first booked; else empty
    absent_on: the dates on which a regular is not there
    partstat: what they answered to the invitation; None until they do, and again once
        its time has changed. What they answered to single dates is each date's
    replied_at: when that was read, RFC 3339 text
    attendance: whether the person came, where that is the same at all meetings
    responses, notes, metadata: what a guest brought to a group; of others there are
        none, and the primary attendee's are the booking's
    """

    _parts: ClassVar[Parts] = {**_WORDS, "only_on": tuple, "absent_on": tuple}
    _sometimes: ClassVar[tuple[str, ...]] = ("responses", "notes", "metadata")
    email: str | None
    name: str | None
    phone: str | None
    ref: str | None
    timezone: str | None
    language: str | None
    person_id: str | None
    only_on: tuple[str, ...]
    absent_on: tuple[str, ...]
    partstat: PartstatName | None
    replied_at: str | None
    attendance: Attendance
    responses: dict[str, Any]
    notes: str | None
    metadata: dict[str, Any]


class Occurrence(Meeting):
    """One meeting of a booking.

    date: its original local date, which names it; it stays when a date of a series
        moves, and moves with a single booking
    start_time, end_time: RFC 3339 text in the booking's zone
    status: what it is by the clock
    resolution: how it ended when it is CANCELLED, else None; `conflict` is a date of a
        series that was never free
    cancelled_by, reason: who cancelled it, and their word; None where nobody did
    attendance: whether anybody came
    attendances: single persons' by e-mail, else phone, number or name, in a group;
        empty where nobody was named
    replies: what single persons answered to this date of a series, by the same; empty
        where they answered to all of it alone
    seats_taken: in a group, how many persons take part; else None
    offset_differs: whether its UTC offset is another than the first one's
    host_ids: who gives the time of this one
    resource_ids: the rooms and things that this one has
    """

    _parts: ClassVar[Parts] = {**_WORDS, "host_ids": tuple, "resource_ids": tuple}
    date: str
    status: Status
    resolution: Resolution | None
    cancelled_by: Actor | None
    reason: str | None
    attendance: Attendance
    attendances: dict[str, AttendanceName]
    replies: dict[str, DateReply]
    seats_taken: int | None
    offset_differs: bool
    host_ids: tuple[str, ...]
    resource_ids: tuple[str, ...]


class Booking(Meeting):
    """One event type booked by one or more persons for one or more meetings.

    uid: its name for life, of which any unique beginning will do in calls; None only
        where nothing is written, with `dry_run`
    date: the occurrence's original date; only from `list_occurrences`
    event_type_id: what was booked
    title: what it was called then, as everybody in it was told
    host_id, host_ids: who gives the time, the first and all
    resource_ids: the rooms and things that it has
    start_time, end_time: of the first occurrence that was booked, RFC 3339 text in
        `timezone`
    timezone: the zone in which it was booked
    status: the whole booking's by the clock
    held_until: when a hold, or an offer, ends or has ended that nobody has taken;
        else None
    resolution, cancelled_by, reason: what all occurrences have in common, else None
    attendance: as these, of the occurrences that take place
    partstat, replied_at: what the first attendee answered, and when
    attendee, guests: who booked, and who comes along or took a seat
    location, meeting_url: where it takes place, and the link, which is never invented;
        None without
    notes, responses: the attendee's words, and answers by their questions' keys
    metadata: any JSON object of the caller's
    recurring: the rule of a series; None for a single meeting
    occurrences: every meeting by its start, cancelled ones too
    overrides: the rules that the host passed when booking
    sequence, version: grows with each new time, cancellation and person who leaves,
        and when `tick` or the next change of any booking writes an expiry; and with
        every change but notes of the host and what time does
    created_at, updated_at: RFC 3339 text in `timezone`
    """

    _parts: ClassVar[Parts] = {
        **_WORDS,
        "attendee": Attendee,
        "guests": many_of(Attendee),
        "occurrences": many_of(Occurrence),
        "host_ids": tuple,
        "resource_ids": tuple,
        "overrides": tuple,
    }
    _sometimes: ClassVar[tuple[str, ...]] = ("date",)
    uid: str
    date: str
    event_type_id: str
    title: str
    host_id: str
    host_ids: tuple[str, ...]
    resource_ids: tuple[str, ...]
    timezone: str
    status: Status
    held_until: str | None
    resolution: Resolution | None
    cancelled_by: Actor | None
    reason: str | None
    attendance: Attendance
    partstat: PartstatName | None
    replied_at: str | None
    attendee: Attendee
    guests: tuple[Attendee, ...]
    location: Location | None
    meeting_url: str | None
    notes: str | None
    responses: dict[str, Any]
    metadata: dict[str, Any]
    recurring: Recurrence | None
    occurrences: tuple[Occurrence, ...]
    overrides: tuple[RuleName, ...]
    sequence: int
    version: int
    created_at: str
    updated_at: str


class Event(Value):
    """Something that happened to a booking.

    id, type, uid: the event's own id, what happened, and to which booking
    at, by: when (RFC 3339 text in the booking's zone), and on whose word
    actor: who did it, by name; None of what time did, or where it is not known
    change: what differs, keys as in the JSON; `attendee` in it has `phone` and `ref`
        where a person has no e-mail, `undoes` is the id and type of the event that was
        taken back, and the content of a note is None once that is removed
    """

    _parts: ClassVar[Parts] = {"by": _word("Actor")}
    id: str
    type: EventName
    uid: str
    at: str
    by: Actor
    actor: str | None
    change: dict[str, Any]


class Note(Value):
    """What the host wrote about a booking.

    id, content: the note's own id, and its text
    is_private: whether it is for hosts alone
    created_at: RFC 3339 text in the booking's zone
    """

    id: str
    content: str
    is_private: bool
    created_at: str
