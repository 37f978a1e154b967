"""Booking: the facts read, every rule asked, the booking made and saved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from calbook.core import people
from calbook.core.booking.changes import Change
from calbook.core.catalog import EventType
from calbook.core.errors import UsageError
from calbook.core.model import Booking, GivenStart
from calbook.core.time import parsing
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.services.availability.booking_request import booking_timezone
from calbook.services.bookings import meetings, new_bookings, record
from calbook.services.bookings.change_options import ChangeOptions, read_options
from calbook.store.booked_people import lock_people
from calbook.store.context import Context
from calbook.store.transaction import Transaction
from calbook.wire.json_objects import Json
from calbook.wire.reading import idempotency
from calbook.wire.reading.booking_requests import (
    NewBooking,
    read_hold,
    read_new_booking,
)
from calbook.wire.writing.bookings import Answer

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence


def create(context: Context, wanted: Mapping[str, Any], *, dry_run: bool) -> Answer:
    """Make one booking, from the arguments that the library takes."""
    new_booking, options = read_request(wanted)

    def book(tx: Transaction) -> Answer:
        answer = create_in_transaction(tx, new_booking, options, now=context.clock())
        if not dry_run:
            return answer
        planned = without_ids(answer(), new_booking, tx)
        return lambda: planned

    return context.store.write_bookings(book, dry_run=dry_run)


def hold(context: Context, wanted: Mapping[str, Any], *, dry_run: bool) -> Json:
    """Claim a start for some minutes; the booking that it may become."""
    given = dict(wanted)
    key = given.pop("idempotency_key", None)
    new_booking = read_hold(given)
    options = read_options(
        "hold", idempotency.given_parts(given), idempotency_key=key, dry_run=dry_run
    )
    answer = context.store.write_bookings(
        lambda tx: create_in_transaction(tx, new_booking, options, now=context.clock()),
        dry_run=dry_run,
    )()
    return {**answer, "uid": None, "meetingUrl": None} if dry_run else answer


def read_request(wanted: Mapping[str, Any]) -> tuple[NewBooking, ChangeOptions]:
    given = idempotency.reusable(wanted)
    has_parts = isinstance(given, dict)
    key = given.pop("idempotency_key", None) if has_parts else None
    new_booking = read_new_booking(given)
    options = read_options(
        "create",
        idempotency.given_parts(given),
        idempotency_key=key,
        notify_attendee=new_booking.notify,
    )
    return new_booking, options


def without_ids(answer: Json, new_booking: NewBooking, tx: Transaction) -> Json:
    """As it would be: without the uid, link and people's ids that a real one gets.

    A group that is joined has both already.
    """
    booker, *guests = (
        {**person, "personId": None} if person["personId"] in tx.new_people else person
        for person in (answer["attendee"], *answer["guests"])
    )
    own = {"attendee": booker, "guests": guests}
    if answer["version"] > 0:
        return {**answer, **own}
    return {**answer, **own, "uid": None, "meetingUrl": new_booking.meeting_url}


def create_in_transaction(
    tx: Transaction, new_booking: NewBooking, options: ChangeOptions, *, now: datetime
) -> Answer:
    """Book inside a transaction that is open already."""
    first = record.find_stored_result(tx, options, now)
    if first is not None:
        return lambda: first
    if new_booking.hold is not None:
        from calbook.services.bookings import holds  # slow to import

        booked = holds.book_hold(tx, new_booking, options, now=now)
        return lambda: booked
    event_type = tx.lock_event_type(new_booking.event_type_id)
    if new_booking.held_for is None:
        new_booking = new_bookings.with_known_people(tx, new_booking)
        booker = new_booking.attendees[0]
        people.check_contact(event_type.contact, booker, event_type.id)
    record.record_expired_and_completed(tx, now)
    timezone = booking_timezone(
        tx, event_type, new_booking.host_id, new_booking.resource_id
    )
    start = parsing.moment(
        new_booking.start_time, now=now, timezone=new_booking.timezone or timezone
    )
    rule = meetings.read_rule(new_booking, now=now, timezone=timezone)
    starts = meetings.series_of_starts(event_type, rule, start, timezone)
    if event_type.asks_persons:
        lock_people(tx, new_booking.attendees)
    if event_type.seats is not None:
        tx.lock_groups(event_type.id, start.instant)
        joined = _join_group(tx, event_type, new_booking, starts, rule=rule, now=now)
        if joined is not None:
            seated = record.save_change(tx, *joined, options, now=now)
            return lambda: seated
    if new_booking.extends:
        from calbook.services.availability import host_choice
        from calbook.services.bookings import fitting_dates

        rule, starts = fitting_dates.extend_until_fit(
            rule,
            starts,
            lambda every: host_choice.find_gaps(
                tx,
                meetings.make_request(
                    event_type, new_booking, every, timezone=timezone, now=now
                ),
            ),
            timezone=timezone,
            most=event_type.max_occurrences,
        )
    change = meetings.make_booking(
        tx, event_type, new_booking, starts, rule=rule, timezone=timezone, now=now
    )
    return record.save_new(tx, change, options, now=now)


def _join_group(
    tx: Transaction,
    event_type: EventType,
    new_booking: NewBooking,
    starts: tuple[GivenStart, ...],
    *,
    rule: Recurrence | None,
    now: datetime,
) -> tuple[Booking, Change] | None:
    """The group that is there, and as it is with them; None where one is to begin."""
    from calbook.services.availability import group_bookings, seating  # slow to import

    group = group_bookings.find_group(
        tx, event_type, new_booking, starts, rule=rule, now=now
    )
    if group is None:
        return None
    if new_booking.held_for is not None:
        raise UsageError(
            f"{group.uid} is a group: its seats are booked, not held",
            hint="take a seat: bookings.create",
            command_hint="take a seat: calbook create",
            uid=group.uid,
        )
    return group, seating.join_group(tx, event_type, group, new_booking, now=now)


def begin_group(
    tx: Transaction,
    new_booking: NewBooking,
    start: GivenStart,
    *,
    uid: str,
    now: datetime,
) -> Change:
    """A group of its own for who has a seat elsewhere, under a uid that is given."""
    event_type = tx.event_type(new_booking.event_type_id)
    timezone = booking_timezone(tx, event_type, None)
    return meetings.make_booking(
        *(tx, event_type, new_booking, (start,)),
        rule=None,
        timezone=timezone,
        now=now,
        uid=uid,
    )
