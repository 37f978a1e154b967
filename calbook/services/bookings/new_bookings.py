"""New bookings as values: what was asked, the event type and the hosts put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from calbook.core import ids, people
from calbook.core.booking import attendees, changes
from calbook.core.catalog import EventType
from calbook.core.errors import BadInput
from calbook.core.model import (
    Actor,
    Booking,
    BookingTerms,
    GivenStart,
    Occurrence,
    Status,
)
from calbook.core.rules import questions
from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.services.availability.booking_request import BookingRequest
from calbook.store import booked_people
from calbook.store.transaction import Transaction
from calbook.wire.reading.booking_requests import NewBooking

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence


def with_known_people(tx: Transaction, new_booking: NewBooking) -> NewBooking:
    """What the book knows of them and they do not say."""
    booker, *guests = new_booking.attendees
    if new_booking.person is not None:
        from calbook.store.people import find_attendee  # few are named so

        booker = find_attendee(tx, new_booking.person, booker)
    persons = booked_people.complete_attendees(tx, (booker, *guests))
    if new_booking.person is not None:
        people.check_no_duplicate(persons)
        if not booker.name:
            raise BadInput("attendee has no name", field="attendee.name")
    return new_booking._replace(attendees=persons)


def first_status(event_type: EventType, new_booking: NewBooking) -> Status:
    """A hold awaits its person, and what people ask for often the host."""
    by_attendee = new_booking.asker.by is Actor.ATTENDEE
    awaits = event_type.requires_confirmation and by_attendee
    return Status.PENDING if awaits or new_booking.held_for else Status.CONFIRMED


def make_occurrences(
    request: BookingRequest,
    new_booking: NewBooking,
    starts: Iterable[GivenStart],
    skipped: Iterable[int],
) -> tuple[Occurrence, ...]:
    status, held_for = (
        first_status(request.event_type, new_booking),
        new_booking.held_for,
    )
    made = [
        Occurrence(
            recurrence_id=meeting.start,
            # A generated date is its rule's, even where a gap pushed it past midnight.
            date=_date(start, request.timezone),
            start=start,
            span=meeting,
            claim=claim,
            status=status,
            held_until=(
                None if held_for is None else min(request.now + held_for, meeting.start)
            ),
        )
        for start, meeting, claim in zip(
            starts,
            request.meetings,
            request.event_type.claimed_spans(request.meetings),
            strict=True,
        )
    ]
    for number in skipped:
        made[number] = changes.leave_out(made[number])
    return tuple(made)


def _date(start: GivenStart, timezone: str) -> date:
    if start.timezone == timezone:
        return start.wall.date()
    return times.local_date(start.instant, timezone)


def make_booking(
    new_booking: NewBooking,
    event_type: EventType,
    host_ids: tuple[str, ...],
    occurrences: tuple[Occurrence, ...],
    *,
    rule: Recurrence | None,
    timezone: str,
    now: datetime,
    overrides: tuple[str, ...],
    uid: str | None = None,
) -> Booking:
    """The booking as it is to be; `uid` is that of a hold."""
    uid = uid or ids.uid()
    return Booking(
        uid=uid,
        event_type_id=event_type.id,
        host_ids=host_ids,
        timezone=timezone,
        occurrences=occurrences,
        attendees=new_booking.attendees,
        policy=BookingTerms(
            event_type.requires_confirmation,
            event_type.allow_cancellation,
            event_type.cancellation_deadline,
            event_type.questions,
        ),
        created_at=now,
        updated_at=now,
        location=_location(new_booking, event_type),
        meeting_url=new_booking.meeting_url or _meeting_url(event_type, uid),
        notes=new_booking.notes,
        responses=check_responses(new_booking, event_type),
        metadata=new_booking.metadata,
        recurring=rule,
        overrides=overrides,
        title=event_type.title,
        description=event_type.description,
        is_group=event_type.seats is not None,
        has_own_location=new_booking.location is not None,
    )


def _location(
    new_booking: NewBooking, event_type: EventType
) -> Mapping[str, str] | None:
    location = new_booking.location or event_type.location
    if new_booking.held_for is None:
        attendees.check_phone(location, new_booking.attendees[0])
    return location


def _meeting_url(event_type: EventType, uid: str) -> str | None:
    template = event_type.meeting_url_template
    if template is None:
        return None
    return template.replace("{uid}", uid).replace("{token}", ids.token())


def check_responses(
    new_booking: NewBooking, event_type: EventType
) -> Mapping[str, Any]:
    """In their types; as given where the host passed the questions by."""
    if "questions" in new_booking.asker.overridden or new_booking.held_for:
        return new_booking.responses
    return questions.check_responses(event_type.questions, new_booking.responses)
