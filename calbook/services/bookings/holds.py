"""Holds: a start that is claimed for a while before somebody books it.

A hold is a request of nobody yet that expires on its own, as others do at their start;
so nothing else has to know of it.
"""

from __future__ import annotations

from datetime import datetime

from calbook.core import people
from calbook.core.booking import effective_status, lifecycle
from calbook.core.catalog import EventType
from calbook.core.errors import BadInput, HoldEnded, SeatsFull, UsageError
from calbook.core.model import Booking, Status
from calbook.core.rules import booking_rules
from calbook.core.rules.booking_rules import Proposal, Rules
from calbook.core.text import snake
from calbook.core.time import parsing, times
from calbook.services.availability.booking_request import (
    BookingRequest,
    smallest_room,
)
from calbook.services.availability.limit_counts import PersonLoads
from calbook.services.bookings import new_bookings, record
from calbook.services.bookings.change_options import ChangeOptions
from calbook.store.booked_people import lock_people
from calbook.store.transaction import Transaction
from calbook.wire.json_objects import Json
from calbook.wire.reading.booking_requests import NewBooking

# Its time was judged when it was held.
_RULES: Rules = (
    (booking_rules.invalid_responses, "questions"),
    (booking_rules.seats_full, None),
    *booking_rules.RULES_FOR_PERSONS,
)


def book_hold(
    tx: Transaction, new_booking: NewBooking, options: ChangeOptions, *, now: datetime
) -> Json:
    """Book what was held, for those who come.

    Its time was judged when it was held; what is new is who comes, and the answers.

    Raises:
        HoldEnded: it expired.
        UsageError: it is no hold, or was booked already.
    """
    assert new_booking.hold is not None
    uid = tx.resolve_uid(new_booking.hold)
    tx.lock_booking(uid)
    record.record_expired_and_completed(tx, now)
    before = tx.booking(uid)
    event_type = tx.event_type(before.event_type_id)
    _check_hold(before, event_type, now)
    _check_same(tx, before, new_booking, now)
    new_booking = new_bookings.with_known_people(tx, new_booking)
    people.check_contact(event_type.contact, new_booking.attendees[0], event_type.id)
    if event_type.asks_persons:
        lock_people(tx, new_booking.attendees)
    meeting = before.single.span
    request = BookingRequest(
        event_type, (meeting,), before.timezone, now, attendees=new_booking.attendees
    )
    persons = len(new_booking.attendees)
    room = smallest_room(tx, before.host_ids)
    used = _check_rules(
        Proposal(
            event_type=event_type,
            meeting=meeting,
            workload=PersonLoads(tx, request, [meeting]).workload(meeting),
            timezone=before.timezone,
            now=now,
            open_time=(),
            persons=persons,
            room=room and (room[1], room[0], persons),
            responses=new_booking.responses,
            overridden=new_booking.asker.overridden,
        )
    )
    occurrence = before.single._replace(
        status=new_bookings.first_status(event_type, new_booking), held_until=None
    )
    made = new_bookings.make_booking(
        new_booking,
        event_type,
        before.host_ids,
        (occurrence,),
        rule=None,
        timezone=before.timezone,
        now=before.created_at,
        overrides=tuple(dict.fromkeys((*before.overrides, *used))),
        uid=uid,
    )._replace(
        sequence=before.sequence, version=before.version, updated_at=before.updated_at
    )
    change = lifecycle.book_hold(made, now=now, by=new_booking.asker.by)
    return record.save_change(tx, before, change, options, now=now)


def _check_rules(proposal: Proposal) -> tuple[str, ...]:
    """The overrides that were needed, by who comes to what is held."""
    try:
        return booking_rules.check_rules(proposal, _RULES)
    except SeatsFull as refusal:
        if "resourceId" in refusal.details:
            refusal.hint, refusal.command_hint = (
                f"hold again, or book without the hold: {what}"
                for what in (
                    'resource_id="…" names a larger one',
                    "--resource RESOURCE",
                )
            )
        raise


def _check_hold(booking: Booking, event_type: EventType, now: datetime) -> None:
    status = effective_status.effective_status(booking, now)
    if booking.is_offer and status is Status.PENDING:
        raise UsageError(
            f"{booking.uid} is held for {people.label(booking.attendee)}",
            hint=f'it is taken by bookings.confirm("{booking.uid}")',
            command_hint=f"it is taken by calbook confirm {booking.uid}",
            uid=booking.uid,
        )
    if not booking.is_hold:
        raise UsageError(
            f"{booking.uid} is no hold, or was booked already",
            hint="holds are made by bookings.hold",
            command_hint="holds are made by calbook hold",
            uid=booking.uid,
        )
    if status is not Status.PENDING:
        held = booking.single
        until = held.held_until or held.span.start
        raise HoldEnded(
            booking.uid,
            until=times.rfc3339(until, booking.timezone),
            when=f"{times.format_moment(until, booking.timezone)} {booking.timezone}",
            slug=event_type.slug,
            start=times.rfc3339(held.span.start, booking.timezone),
        )


def _check_same(
    tx: Transaction, held: Booking, new_booking: NewBooking, now: datetime
) -> None:
    """What is said of the place and time must be what was held."""
    span = held.single.span
    zone = new_booking.timezone or held.timezone
    key, start = new_booking.event_type_id, new_booking.start_time
    host_id, resource_id = new_booking.host_id, new_booking.resource_id
    duration = new_booking.duration
    wrong = {
        "eventTypeId": key and tx.event_type(key).id != held.event_type_id,
        "startTime": start
        and parsing.moment(start, now=now, timezone=zone).instant != span.start,
        "hostId": host_id is not None and host_id not in held.host_ids,
        "resourceId": resource_id is not None and resource_id not in held.host_ids,
        "duration": duration is not None and duration != span.end - span.start,
        "recurring": new_booking.recurring is not None,
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise BadInput(
                f"{held.uid} is held as it is: {field} cannot be another",
                hint=f"leave {snake(field)} out",
                field=field,
            )
