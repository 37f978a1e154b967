"""What was offered to who waits, taken: the attendee's yes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from calbook.core.booking import lifecycle, waiting
from calbook.core.booking.waiting import State
from calbook.core.errors import OfferEnded
from calbook.core.model import Actor, Booking
from calbook.services.availability import seating
from calbook.services.bookings import record, waiting_wishes
from calbook.store import waiting as store
from calbook.store.short_ids import find_id
from calbook.wire.reading.booking_requests import Asker

if TYPE_CHECKING:
    from calbook.core.booking.changes import Change
    from calbook.core.booking.waiting import Entry
    from calbook.services.bookings.change_options import ChangeOptions
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction
    from calbook.wire.json_objects import Json


def take_time(tx: Transaction, booking: Booking, now: datetime) -> Change:
    """Book the time that is held for somebody.

    Where the host has to confirm it is a request from then on, unless the host put
    them in line.
    """
    entry = store.entry_of_offer(tx, booking.uid)
    by_host = entry is not None and entry.by is Actor.HOST
    is_request = booking.policy.requires_confirmation and not by_host
    change = lifecycle.take_offer(booking, now=now, is_request=is_request)
    return change if entry is None else change.with_facts(waiting=entry.id)


def take(context: Context, id: str, options: ChangeOptions) -> Json:
    """Take what is offered to somebody in line, by the id on the waiting list.

    Raises:
        OfferEnded: nothing is offered to them now.
    """

    def take_seat(tx: Transaction) -> Json:
        now = context.clock()
        first = record.find_stored_result(tx, options, now)
        if first is not None:
            return first
        entry = store.find_entry(tx, find_id(tx, "waiting", id))
        tx.lock_event_type(entry.event_type_id)
        record.record_expired_and_completed(tx, now)
        entry = store.find_entry(tx, entry.id)
        _check_offered(entry, now)
        assert entry.offered_uid is not None
        tx.lock_row(entry.offered_uid)
        before = tx.booking(entry.offered_uid)
        if entry.is_seat:
            change = _join(tx, entry, before, now)
        else:
            change = take_time(tx, before, now)
        return record.save_change(tx, before, change, options, now=now)

    return context.store.write(take_seat, dry_run=options.dry_run)


def _check_offered(entry: Entry, now: datetime) -> None:
    state = waiting.effective_state(entry, now)
    if state is not State.OFFERED:
        raise OfferEnded(entry.id, state)


def _join(tx: Transaction, entry: Entry, group: Booking, now: datetime) -> Change:
    """The seats that were held are the person's, though the group looks full."""
    event_type = tx.event_type(entry.event_type_id)
    assert entry.held_until is not None
    date = waiting_wishes.date_waited_for(entry, group)
    start = min(o.span.start for o in ([date] if date else group.occurrences))
    store.save_entry(tx, waiting.book(entry, group.uid, start, now=now))
    new_booking = waiting_wishes.wanted_booking(entry, start)
    if date is None:
        change = seating.take_held_seats(tx, event_type, group, new_booking, now=now)
    else:
        [person], asker = entry.attendees, Asker(Actor.HOST, frozenset())
        person = person._replace(responses=new_booking.responses)
        change = seating.add_to_group(
            *(tx, event_type, group, person, asker),
            now=now,
            dates=(date,),
            is_held=True,
        )
    return change.told_by(Actor.ATTENDEE).with_facts(waiting=entry.id)


def serving_steps(context: Context) -> Iterator[Callable[[Transaction], object]]:
    """Serve who waits, by event type: hours may be longer, or busy time gone."""
    event_types: list[str] = []

    def find(tx: Transaction) -> None:
        event_types[:] = store.event_types_in_line(tx, context.clock())

    yield find
    for key in event_types:
        yield partial(_serve, context, key)


def _serve(context: Context, event_type_id: str, tx: Transaction) -> None:
    line = record.waiting_line(tx, context.clock())
    if line is not None:
        line.serve_event_type(event_type_id)
