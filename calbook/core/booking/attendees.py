"""Persons in a booking: joining and leaving a group, and whether they came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from calbook.core import checks, people
from calbook.core.booking import changes, lifecycle, transitions
from calbook.core.booking.changes import Change
from calbook.core.booking.transitions import Action, occurrence_name
from calbook.core.errors import (
    BadInput,
    LastAttendee,
    NothingToChange,
    TooEarly,
)
from calbook.core.model import (
    Actor,
    Attendance,
    Attendee,
    Booking,
    Event,
    Occurrence,
    Status,
)
from calbook.core.people import Wanted, person_key


def check_phone(location: Mapping[str, str] | None, attendee: Attendee) -> None:
    """Whoever is to be called needs a number."""
    if location is None or location["type"] != "PHONE_INBOUND" or attendee.phone:
        return
    raise BadInput(
        "the meeting is held by phone: the attendee's number is needed",
        hint="give phone",
        command_hint="add --phone",
        field="attendee.phone",
    )


def join(
    booking: Booking,
    attendees: tuple[Attendee, ...],
    *,
    now: datetime,
    by: Actor,
    overrides: tuple[str, ...] = (),
) -> Change:
    """Take seats; each tells of itself. Whether there are enough is a rule's matter.

    `overrides` are those that these seats needed.

    Raises:
        DuplicateAttendee: somebody is in this booking already.
        WrongStatus: it is over or cancelled.
    """
    transitions.occurrences_allowing(booking, Action.JOIN, now)
    people.check_no_duplicate((*booking.attendees, *attendees))
    after = booking._replace(attendees=(*booking.attendees, *attendees), is_group=True)
    used = {"overrides": list(overrides)} if overrides else {}
    events = tuple(
        event._replace(change={**event.change, **used})
        for person in attendees
        for event in [_seat_event(booking, "added", person, now, by)]
    )
    return Change(changes.next_version(after, now), events)


def leave(booking: Booking, who: Wanted, *, now: datetime, by: Actor) -> Change:
    """Give a seat back: a new revision, as it is a cancellation to who leaves.

    After the primary, the one who joined first is the primary.

    Raises:
        NotFound: nobody is meant.
        AmbiguousPerson: several are.
        LastAttendee: nobody would be left.
        WrongStatus: it is over or cancelled.
    """
    transitions.occurrences_allowing(booking, Action.LEAVE, now)
    person = people.find_attendee(booking.attendees, who)
    if len(booking.attendees) == 1:
        raise LastAttendee(booking.uid, people.label(person), email=person.email)
    left = tuple(other for other in booking.attendees if other is not person)
    after = booking._replace(attendees=left)
    if person is booking.attendee:
        after = _promote_next(after)
    event = _seat_event(booking, "removed", person, now, by)
    return Change(
        changes.next_version(lifecycle.raise_sequence_for_leaver(booking, after), now),
        (event,),
    )


def _promote_next(booking: Booking) -> Booking:
    """What the new primary brought along becomes the booking's own.

    Metadata where both fit: the booking's was there first.
    """
    primary, *guests = booking.attendees
    try:
        metadata = checks.metadata({**booking.metadata, **primary.metadata})
    except BadInput:
        metadata = dict(booking.metadata)
    plain = primary._replace(responses={}, notes=None, metadata={})
    return booking._replace(
        attendees=(plain, *guests),
        responses=primary.responses,
        notes=primary.notes,
        metadata=metadata,
    )


def _seat_event(
    booking: Booking, what: str, person: Attendee, now: datetime, by: Actor
) -> Event:
    who = {"email": person.email, "name": person.name}
    if person.email is None:
        who |= {"phone": person.phone, "ref": person.ref}
    return Event(f"booking.attendee_{what}", booking.uid, now, by, {"attendee": who})


# -- attendance ---------------------------------------------------------------------

_ACTIONS = {
    Attendance.ATTENDED: Action.ATTENDED,
    Attendance.NO_SHOW: Action.NO_SHOW,
}


def record_attendance(
    booking: Booking,
    occurrence: Occurrence,
    attendance: Attendance,
    *,
    now: datetime,
    persons: tuple[Attendee, ...] | None = None,
) -> Change:
    """Record whether somebody came, from the start on.

    With `persons` (in a group) for each of them; the occurrence is a no-show when
    none of all came, and attended when one did. Those who left count as well.
    """
    action = _ACTIONS[attendance]
    # A group's no-show may still be one of several.
    if persons is None or occurrence.status is not Status.NO_SHOW:
        transitions.check_transition(booking, [occurrence], action, now)
    if occurrence.span.start > now:
        raise TooEarly(occurrence_name(booking, occurrence), action=action)
    if persons is None:
        after = occurrence._replace(attendance=attendance, status=_STATUS[attendance])
    else:
        after = _mark_each(booking, occurrence, persons, attendance)
    if after._replace(is_recorded=occurrence.is_recorded) == occurrence:
        raise NothingToChange(
            f"{occurrence_name(booking, occurrence)} is {attendance} already",
            uid=booking.uid,
        )
    kind = _event_type(action, _recorded_status(occurrence), after.status)
    change: Mapping[str, Any] = {"attendance": attendance}
    if persons is not None and persons != booking.attendees:
        emails = [person.email for person in persons if person.email]
        others = [people.shown_key(person) for person in persons if not person.email]
        change = {**change, "emails": emails, **({"others": others} if others else {})}
    return changes.change_occurrences(
        booking,
        [occurrence],
        lambda _: after,
        kind=kind,
        by=Actor.HOST,
        now=now,
        change=change,
    )


def unmarked_attendees(
    booking: Booking, occurrence: Occurrence
) -> tuple[Attendee, ...]:
    """Of a group those of whom nothing is known; where all have one word, all.

    So that the rest can be marked after those that stand out.

    Raises:
        NothingToChange: the words differ, and none is missing.
    """
    said = occurrence.attendances
    rest = tuple(p for p in booking.attendees if person_key(p) not in said)
    words = {said.get(person_key(person)) for person in booking.attendees}
    if not rest and len(words) > 1:
        raise NothingToChange(
            f"{occurrence_name(booking, occurrence)}: it is known of everybody",
            hint="correct single persons: email, phone, ref or person",
            command_hint="correct single persons: --email ada@example.com",
            uid=booking.uid,
        )
    return rest or booking.attendees


_STATUS = {
    Attendance.ATTENDED: Status.COMPLETED,
    Attendance.NO_SHOW: Status.NO_SHOW,
}


def _recorded_status(occurrence: Occurrence) -> Status:
    """The status that events have told of; time's part may not have been told yet."""
    by_time = occurrence.is_recorded and occurrence.status is Status.CONFIRMED
    return Status.COMPLETED if by_time else occurrence.status


def _event_type(action: Action, before: Status, after: Status) -> str:
    if action is Action.NO_SHOW:
        return "booking.no_show"
    completes = after is Status.COMPLETED and before is not Status.COMPLETED
    return "booking.completed" if completes else "booking.updated"


def _mark_each(
    booking: Booking,
    occurrence: Occurrence,
    persons: tuple[Attendee, ...],
    attendance: Attendance,
) -> Occurrence:
    said = {person_key(person): attendance for person in persons}
    attendances = {**occurrence.attendances, **said}
    everyone = {*attendances, *map(person_key, booking.attendees)}
    together = _common_attendance(
        {attendances.get(key, Attendance.UNKNOWN) for key in everyone}
    )
    return occurrence._replace(
        attendances=attendances,
        attendance=together,
        # Time alone completes what nobody has settled.
        status=_STATUS.get(together, Status.CONFIRMED),
        is_recorded=_recorded_status(occurrence) is not Status.CONFIRMED,
    )


def _common_attendance(everyone: set[Attendance]) -> Attendance:
    if everyone == {Attendance.NO_SHOW}:
        return Attendance.NO_SHOW
    came = Attendance.ATTENDED in everyone
    return Attendance.ATTENDED if came else Attendance.UNKNOWN
