"""Seats in a group: taken and given back, for good or on some dates of a series."""

from __future__ import annotations

from datetime import datetime

from calbook.core import checks, people
from calbook.core.booking import changes, lifecycle, participation, transitions
from calbook.core.booking.changes import Change
from calbook.core.booking.transitions import Action
from calbook.core.errors import (
    BadInput,
    DuplicateAttendee,
    LastAttendee,
    NotFound,
)
from calbook.core.model import Actor, Attendee, Booking, Event, Occurrence
from calbook.core.typing_names import Any


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
    events = tuple(
        seat_event(booking, "added", person, now=now, by=by, **_used(overrides))
        for person in attendees
    )
    return Change(changes.next_version(settle_primary(after), now), events)


def join_on(
    booking: Booking,
    person: Attendee,
    occurrences: tuple[Occurrence, ...],
    *,
    now: datetime,
    by: Actor,
    overrides: tuple[str, ...] = (),
) -> Change:
    """Take a seat on some dates of a series: drop in, or be there in spite of all.

    Raises:
        DuplicateAttendee: the person takes part in one of them already.
        WrongStatus: one is over or cancelled.
    """
    transitions.check_transition(booking, occurrences, Action.JOIN, now)
    days = [occurrence.date for occurrence in occurrences]
    known = people.find_same(booking.attendees, person)
    if known is None:
        every = (*booking.attendees, person._replace(only_on=tuple(sorted(days))))
    else:
        if any(participation.takes_part(known, day) for day in days):
            raise DuplicateAttendee(people.label(person), email=person.email)
        every = _replace(booking, known, participation.with_dates(known, days))
    after = booking._replace(attendees=every, is_group=True)
    event = seat_event(
        booking,
        "added",
        known or person,
        occurrences=occurrences,
        now=now,
        by=by,
        **_used(overrides),
    )
    # Who was told that a date is off is asked again by a new revision.
    revised = after._replace(sequence=booking.sequence + (known is not None))
    return Change(changes.next_version(revised, now), (event,))


def stay(
    booking: Booking,
    person: Attendee,
    *,
    now: datetime,
    by: Actor,
    overrides: tuple[str, ...] = (),
) -> Change:
    """Take part in all that is to come of a series in which somebody had dropped in."""
    is_over = [o.date for o in booking.occurrences if o.span.start <= now]
    regular = participation.as_regular(person, is_over)
    after = settle_primary(
        booking._replace(attendees=_replace(booking, person, regular))
    )
    event = seat_event(booking, "added", person, now=now, by=by, **_used(overrides))
    revised = after._replace(sequence=booking.sequence + 1)
    return Change(changes.next_version(revised, now), (event,))


def _used(overrides: tuple[str, ...]) -> dict[str, Any]:
    return {"overrides": list(overrides)} if overrides else {}


def _replace(booking: Booking, old: Attendee, new: Attendee) -> tuple[Attendee, ...]:
    return tuple(new if person is old else person for person in booking.attendees)


def leave(
    booking: Booking,
    person: Attendee,
    *,
    now: datetime,
    by: Actor,
    occurrences: tuple[Occurrence, ...] = (),
) -> Change:
    """Give a seat back: a new revision, as it is a cancellation to who leaves.

    After the primary, the regular who joined first is the primary; a drop-in where all
    are. A drop-in leaves `occurrences`, for the history.

    Raises:
        LastAttendee: nobody would be left.
        WrongStatus: it is over or cancelled.
    """
    transitions.occurrences_allowing(booking, Action.LEAVE, now)
    if len(booking.attendees) == 1:
        raise LastAttendee(booking.uid, people.label(person), email=person.email)
    left = tuple(other for other in booking.attendees if other is not person)
    after = booking._replace(attendees=left)
    if person is booking.attendee:
        after = _promote_next(after)
    event = seat_event(
        booking, "removed", person, now=now, by=by, occurrences=occurrences
    )
    return Change(
        changes.next_version(lifecycle.raise_sequence_for_leaver(booking, after), now),
        (event,),
    )


def leave_on(
    booking: Booking,
    person: Attendee,
    occurrences: tuple[Occurrence, ...],
    *,
    now: datetime,
    by: Actor,
) -> Change:
    """Give a seat back on some dates of a series: an absence.

    A drop-in who has no date left leaves.

    Raises:
        NotFound: the person takes no part in one of them.
        LastAttendee: it is a drop-in, and nobody would be left.
        WrongStatus: one is over or cancelled.
    """
    transitions.check_transition(booking, occurrences, Action.LEAVE, now)
    for occurrence in occurrences:
        if not participation.takes_part(person, occurrence.date):
            name = people.label(person)
            raise NotFound("attendee", f"{name} on {occurrence.date} in {booking.uid}")
    after = participation.without_dates(person, [o.date for o in occurrences])
    if after is None:
        return leave(booking, person, now=now, by=by, occurrences=occurrences)
    event = seat_event(
        booking,
        "removed",
        person,
        occurrences=occurrences,
        now=now,
        by=by,
    )
    changed = booking._replace(
        attendees=_replace(booking, person, after), sequence=booking.sequence + 1
    )
    return Change(changes.next_version(changed, now), (event,))


def settle_primary(booking: Booking) -> Booking:
    """No drop-in leads where a regular is there; what each brought goes along."""
    every = booking.attendees
    if not participation.is_drop_in(every[0]) or all(
        map(participation.is_drop_in, every)
    ):
        return booking
    first = every[0]._replace(responses=booking.responses, notes=booking.notes)
    return _promote_next(
        booking._replace(attendees=(first, *every[1:]), responses={}, notes=None)
    )


def _promote_next(booking: Booking) -> Booking:
    """What the new primary brought along becomes the booking's own.

    Metadata where both fit: the booking's was there first.
    """
    every = booking.attendees
    regulars = (p for p in every if not participation.is_drop_in(p))
    primary = next(regulars, every[0])
    guests = [person for person in every if person is not primary]
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


def seat_event(
    booking: Booking,
    what: str,
    person: Attendee,
    *,
    now: datetime,
    by: Actor,
    occurrences: tuple[Occurrence, ...] = (),
    **facts: Any,
) -> Event:
    """What happened to one seat, on some dates of a series or on all."""
    who = {"email": person.email, "name": person.name}
    if person.email is None:
        who |= {"phone": person.phone, "ref": person.ref}
    kind, change = f"booking.attendee_{what}", {"attendee": who, **facts}
    if occurrences:
        return changes.event_about(booking, kind, occurrences, by, now, change)
    return Event(kind, booking.uid, now, by, change)
