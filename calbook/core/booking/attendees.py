"""Persons in a booking: whether they can be reached, and whether they came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from calbook.core import people
from calbook.core.booking import changes, participation, transitions
from calbook.core.booking.changes import Change
from calbook.core.booking.transitions import Action, occurrence_name
from calbook.core.errors import (
    AlreadySo,
    BadInput,
    NotFound,
    NothingToChange,
    TooEarly,
)
from calbook.core.model import (
    Actor,
    Attendance,
    Attendee,
    Booking,
    Occurrence,
    Status,
)
from calbook.core.people import person_key
from calbook.core.typing_names import Any


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
    none of all came, and attended when one did. Those who left count as well. Who came
    in spite of an absence was there.

    Raises:
        NotFound: somebody is to have stayed away who was not expected.
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
        booking = _seat_those_who_came(booking, occurrence, persons, attendance)
        after = _mark_each(booking, occurrence, persons, attendance)
    if after._replace(is_recorded=occurrence.is_recorded) == occurrence:
        raise AlreadySo(
            f"{occurrence_name(booking, occurrence)} is {attendance} already",
            uid=booking.uid,
        )
    kind = _event_type(action, _recorded_status(occurrence), after.status)
    change: Mapping[str, Any] = {"attendance": attendance}
    if persons is not None and persons != participation.persons_on(booking, occurrence):
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
    said, expected = (
        occurrence.attendances,
        participation.persons_on(booking, occurrence),
    )
    if not expected:
        name = occurrence_name(booking, occurrence)
        raise NothingToChange(f"{name}: nobody was expected", uid=booking.uid)
    rest = tuple(p for p in expected if person_key(p) not in said)
    words = {said.get(person_key(person)) for person in expected}
    if not rest and len(words) > 1:
        raise NothingToChange(
            f"{occurrence_name(booking, occurrence)}: it is known of everybody",
            hint="correct single persons: email, phone, ref or person",
            command_hint="correct single persons: --email ada@example.com",
            uid=booking.uid,
        )
    return rest or expected


def _seat_those_who_came(
    booking: Booking,
    occurrence: Occurrence,
    persons: tuple[Attendee, ...],
    attendance: Attendance,
) -> Booking:
    day, every = occurrence.date, booking.attendees
    for person in persons:
        if participation.takes_part(person, day):
            continue
        if attendance is Attendance.NO_SHOW:
            raise NotFound(
                "attendee", f"{people.label(person)} on {day} in {booking.uid}"
            )
        seated = participation.with_dates(person, [day])
        every = tuple(seated if each is person else each for each in every)
    return booking._replace(attendees=every)


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
    expected = participation.persons_on(booking, occurrence)
    everyone = {*attendances, *map(person_key, expected)}
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
