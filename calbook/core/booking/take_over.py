"""A booking that was made elsewhere, as calbook's own: made, or brought up to date.

What it was booked by there is not asked again: no hours, notice or limits. That its
time is free is for the caller to see.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import zip_longest
from typing import Any, NamedTuple

from calbook.core.booking import changes, lifecycle
from calbook.core.booking.changes import Change
from calbook.core.catalog import EventType
from calbook.core.imports import PREFIX, ForeignBooking, ForeignDate
from calbook.core.model import (
    MINUTE,
    Actor,
    Attendance,
    Attendee,
    Booking,
    BookingTerms,
    Event,
    GivenStart,
    Occurrence,
    Resolution,
    Span,
    Status,
)
from calbook.core.people import find_same, person_key
from calbook.core.time import times

_ENDED = frozenset({Status.COMPLETED, Status.NO_SHOW})


class Place(NamedTuple):
    """Where a booking of elsewhere comes to be here, and under which uid."""

    uid: str
    event_type: EventType
    host_ids: tuple[str, ...]
    timezone: str
    now: datetime
    metadata: Mapping[str, Any]


def span_of(date: ForeignDate, event_type: EventType) -> Span:
    """A date without an end is as long as the event type says."""
    end = date.end if date.end > date.start else date.start + event_type.duration
    return Span(date.start, end)


def is_held(booking: ForeignBooking, date: ForeignDate, place: Place) -> bool:
    """Whether a date takes its hosts' time."""
    return _status(booking, date, place)[0] is not Status.CANCELLED


def confirms_request(booking: ForeignBooking, place: Place) -> bool:
    """Whether it waits for a word there, and here its event type asks for none."""
    is_request = booking.status is Status.PENDING
    statuses = {_status(booking, date, place)[0] for date in booking.dates}
    return is_request and Status.CONFIRMED in statuses


def make_booking(
    foreign: ForeignBooking,
    place: Place,
    people: tuple[Attendee, ...],
    taken: Collection[datetime] = (),
) -> Booking:
    """The booking as it is to be; dates whose keys are `taken` cannot take place."""
    event_type, now = place.event_type, place.now
    occurrences = [
        _occurrence(foreign, date, place, people, is_taken=date.key in taken)
        for date in sorted(foreign.dates, key=lambda date: date.key)
    ]
    created_at = foreign.created_at or now
    location = foreign.location
    if location is None and foreign.meeting_url is None:
        location = _own_location(event_type, people[0])
    return Booking(
        uid=place.uid,
        event_type_id=event_type.id,
        host_ids=place.host_ids,
        timezone=place.timezone,
        occurrences=tuple(occurrences),
        attendees=people,
        policy=BookingTerms(
            event_type.requires_confirmation,
            event_type.allow_cancellation,
            event_type.cancellation_deadline,
            event_type.questions,
        ),
        created_at=min(created_at.replace(microsecond=0), now),
        updated_at=now,
        location=location,
        meeting_url=foreign.meeting_url,
        notes=foreign.notes,
        responses=foreign.responses,
        metadata={**foreign.metadata, **place.metadata},
        recurring=foreign.rule,
        # Calendars that know it by calbook's own UID hear of later revisions only.
        sequence=foreign.sequence if foreign.uid.startswith(place.uid) else 0,
        title=event_type.title,
        description=event_type.description,
        is_group=event_type.seats is not None,
        has_own_location=foreign.location is not None,
    )


def _own_location(event_type: EventType, booker: Attendee) -> Mapping[str, str] | None:
    """The event type's, unless it is a number that is not known."""
    location = event_type.location
    calls = location is not None and location.get("type") == "PHONE"
    return None if calls and not booker.phone else location


def _status(
    foreign: ForeignBooking, date: ForeignDate, place: Place
) -> tuple[Status, Resolution | None]:
    if foreign.status is Status.CANCELLED or date.is_cancelled:
        return Status.CANCELLED, Resolution.CANCELLED
    if foreign.status is not Status.PENDING:
        return Status.CONFIRMED, None
    if date.start <= place.now:
        return Status.CANCELLED, Resolution.EXPIRED
    asks = place.event_type.requires_confirmation
    return (Status.PENDING if asks else Status.CONFIRMED), None


def _occurrence(
    foreign: ForeignBooking,
    date: ForeignDate,
    place: Place,
    people: tuple[Attendee, ...],
    *,
    is_taken: bool,
) -> Occurrence:
    status, resolution = _status(foreign, date, place)
    span = span_of(date, place.event_type)
    key = date.key if foreign.rule is not None else date.start
    made = Occurrence(
        recurrence_id=key,
        date=times.local_date(key, place.timezone),
        start=_given(date.start, place.timezone),
        span=span,
        claim=place.event_type.claimed_span(span),
        status=status,
        resolution=resolution,
        cancelled_by=None
        if resolution is None
        else _who_cancelled(foreign, resolution),
        reason=None if resolution is None else foreign.reason,
        is_recorded=status is Status.CONFIRMED and span.end <= place.now,
    )
    if status is Status.CANCELLED:
        return made
    if is_taken:
        return changes.leave_out(made)
    if span.start <= place.now and foreign.absent:
        return _mark_absent(made, foreign, place, people)
    return made


def _who_cancelled(foreign: ForeignBooking, resolution: Resolution) -> Actor:
    is_said = resolution is Resolution.CANCELLED
    return foreign.cancelled_by if is_said else Actor.SYSTEM


def _given(start: datetime, timezone: str) -> GivenStart:
    """As a wall time, where that says which instant it is."""
    wall = times.wall_time(start, timezone)
    is_plain = times.instant_of_wall(wall, timezone) == start
    return GivenStart(start, wall, timezone, by_offset=not is_plain)


def _mark_absent(
    occurrence: Occurrence,
    foreign: ForeignBooking,
    place: Place,
    people: tuple[Attendee, ...],
) -> Occurrence:
    """Of a group who did not come; of another booking, who booked it."""
    absent = [p for p in people if person_key(p) in foreign.absent]
    is_group = place.event_type.seats is not None
    are_all = len(absent) == len(people) if is_group else people[0] in absent
    if is_group:
        said = {person_key(p): Attendance.NO_SHOW for p in absent}
        occurrence = occurrence._replace(attendances=said)
    if not are_all:
        return occurrence
    return occurrence._replace(
        status=Status.NO_SHOW, attendance=Attendance.NO_SHOW, is_recorded=True
    )


# -- events ---------------------------------------------------------------------------


def take_over(booking: Booking, *, source: str) -> Change:
    """Begin with what was booked elsewhere, and tell what became of it there."""
    created = lifecycle.create(booking, by=Actor.SYSTEM, change={"imported": source})
    begun = created.event._replace(at=booking.updated_at)  # when calbook heard of it
    kind, facts = _outcome(booking)
    if kind is None:
        return Change(booking, (begun,))
    by = booking.occurrences[0].cancelled_by or Actor.SYSTEM
    event = Event(kind, booking.uid, booking.updated_at, by, facts)
    return Change(booking, (begun, event))


def _outcome(booking: Booking) -> tuple[str | None, dict[str, Any]]:
    first = booking.occurrences[0]
    statuses = {o.status for o in booking.occurrences}
    if statuses == {Status.CANCELLED}:
        facts = {"resolution": first.resolution, "reason": first.reason}
        return "booking.cancelled", facts
    return ("booking.no_show", {}) if statuses == {Status.NO_SHOW} else (None, {})


def is_cancelled_here(booking: Booking, occurrence: Occurrence) -> bool:
    """By somebody, and not as it was cancelled elsewhere."""
    is_off = occurrence.status is Status.CANCELLED
    there = booking.metadata.get(f"{PREFIX}cancelledBy")
    return is_off and occurrence.cancelled_by not in (Actor.SYSTEM, there)


def leave_cancelled(foreign: ForeignBooking, before: Booking) -> ForeignBooking:
    """With the dates cancelled that were cancelled here, whatever is said elsewhere."""
    gone = {o.recurrence_id for o in before.occurrences if is_cancelled_here(before, o)}
    dates = (
        d._replace(is_cancelled=True) if d.key in gone else d for d in foreign.dates
    )
    return foreign._replace(dates=tuple(dates))


def update(before: Booking, wanted: Booking, *, now: datetime) -> Change:
    """The booking as it has become elsewhere, with the event that tells of it.

    What calbook alone knows stays: who came, what was answered, other metadata.
    """
    old = {o.recurrence_id: o for o in before.occurrences}
    occurrences = tuple(_keep_known(before, old, o) for o in wanted.occurrences)
    own = {k: v for k, v in before.metadata.items() if not k.startswith(PREFIX)}
    after = before._replace(
        host_ids=wanted.host_ids,
        timezone=wanted.timezone,
        occurrences=occurrences,
        attendees=tuple(_keep_person(before, p) for p in wanted.attendees),
        location=wanted.location,
        meeting_url=wanted.meeting_url or before.meeting_url,
        notes=wanted.notes or before.notes,
        responses={**before.responses, **wanted.responses},
        metadata={**own, **wanted.metadata},
        recurring=wanted.recurring,
        has_own_location=wanted.has_own_location,
    )
    kind, facts = _difference(before, after)
    if kind != "booking.updated":
        after = after._replace(sequence=before.sequence + 1)
    after = lifecycle.raise_sequence_for_leaver(before, after)
    by = after.occurrences[0].cancelled_by if kind == "booking.cancelled" else None
    return changes.change_occurrences(
        after, (), kind=kind, by=by or Actor.SYSTEM, now=now, change=facts
    )


def _keep_known(
    booking: Booking, old: Mapping[datetime, Occurrence], new: Occurrence
) -> Occurrence:
    """What was said here of a date that takes place at the same time."""
    before = old.get(new.recurrence_id)
    if before is not None and is_cancelled_here(booking, before):
        return before
    if before is None or before.span != new.span or new.status is Status.CANCELLED:
        return new
    if new.status is Status.NO_SHOW or before.status is Status.CANCELLED:
        return new
    kept = new._replace(
        attendance=before.attendance,
        attendances={**before.attendances, **new.attendances},
        is_recorded=before.is_recorded,
        host_ids=before.host_ids,
        held_until=before.held_until,
    )
    return kept._replace(status=before.status) if before.status in _ENDED else kept


def _keep_person(before: Booking, person: Attendee) -> Attendee:
    known = find_same(before.attendees, person)
    if known is None:
        return person
    names = ("name", "email", "phone", "timezone", "language")
    said = {name: getattr(person, name) for name in names if getattr(person, name)}
    return known._replace(**said)


def _difference(before: Booking, after: Booking) -> tuple[str, dict[str, Any]]:
    """The event that tells best what has changed."""
    was_live, is_live = (
        any(o.status is not Status.CANCELLED for o in b.occurrences)
        for b in (before, after)
    )
    if was_live and not is_live:
        now_first = after.occurrences[0]
        facts = {"resolution": now_first.resolution, "reason": now_first.reason}
        return "booking.cancelled", facts
    moved = _moved(before, after)
    if moved is not None:
        return "booking.rescheduled", moved
    old, new = ({o.status for o in b.occurrences} for b in (before, after))
    if new == {Status.NO_SHOW} != old:
        return "booking.no_show", {}
    if old == {Status.PENDING} and new == {Status.CONFIRMED}:
        return "booking.confirmed", {}
    names = {
        "attendees": "attendee",
        "location": "location",
        "meeting_url": "meetingUrl",
        "notes": "notes",
        "responses": "responses",
        "metadata": "metadata",
    }
    fields = [
        said
        for name, said in names.items()
        if getattr(before, name) != getattr(after, name)
    ]
    return "booking.updated", {"fields": fields}


def _moved(before: Booking, after: Booking) -> dict[str, Any] | None:
    """From where to where the first date that differs has gone; None where none has."""
    pairs = zip_longest(before.occurrences, after.occurrences)
    differing = [pair for pair in pairs if _time(pair[0]) != _time(pair[1])]
    if not differing:
        return None
    old, new = next(
        (pair for pair in differing if None not in pair),
        (before.occurrences[0], after.occurrences[0]),
    )
    zone = after.timezone
    facts = {
        "from": times.rfc3339(old.span.start, zone),
        "to": times.rfc3339(new.span.start, zone),
        "reason": None,
    }
    length = new.span.end - new.span.start
    is_longer = length != old.span.end - old.span.start
    return {**facts, "duration": length // MINUTE} if is_longer else facts


def _time(occurrence: Occurrence | None) -> tuple[Span, bool] | None:
    if occurrence is None:
        return None
    return occurrence.span, occurrence.status is Status.CANCELLED
