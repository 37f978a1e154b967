"""What is freed, given to who waits for it, in the transaction that freed it.

First come, first served: whoever does not fit is told so in an entry of their own, and
the next is looked at. What is offered takes the time, so nothing is given twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from calbook.core import people
from calbook.core.booking import effective_status, freed_time, transitions, waiting
from calbook.core.booking.changes import Change
from calbook.core.booking.freed_time import Freed, OfferEnd
from calbook.core.booking.waiting import Entry, State
from calbook.core.catalog import EventType
from calbook.core.errors import CalbookError, StoreError
from calbook.core.model import MINUTE, Actor, Booking, Event, Status
from calbook.core.time import parsing, times
from calbook.services.availability import group_bookings, seating
from calbook.services.bookings import meetings, waiting_wishes
from calbook.services.bookings.change_options import ChangeOptions
from calbook.store import waiting as store
from calbook.store.transaction import Transaction
from calbook.wire.reading.booking_requests import NewBooking

Save = Callable[[Transaction, Booking | None, Change, ChangeOptions, datetime], None]
Tell = Callable[[Transaction, Event, datetime], None]


_IS_BOOKED = "is booked already"


class WaitingLine:
    """Who waits, as one transaction finds them.

    `save` and `tell` write a change or an event, and serve nobody in turn.
    """

    def __init__(self, tx: Transaction, save: Save, tell: Tell, now: datetime) -> None:
        self._tx, self._save, self._tell, self._now = tx, save, tell, now
        self._expired: list[Freed] = []

    # -- what frees time ------------------------------------------------------------

    def settle_offer(self, before: Booking, after: Booking, outcome: OfferEnd) -> None:
        """Keep what a change made of an offer."""
        by = next((o.cancelled_by for o in after.occurrences), None)
        self._settle_offer(before, outcome, why=f"was cancelled by the {by}")

    def serve_change(self, after: Booking, freed: Freed) -> None:
        """Serve what a change freed; offers of seats that went with it are none."""
        if after.is_group:
            self._withdraw_lost_seats(after.uid)
        self.serve(freed)

    def end_needless_offers(self, uid: str) -> None:
        """Who has a seat by now is offered none, and the next in line is."""
        for entry in store.seat_offers(self._tx, uid):
            booked = waiting_wishes.find_booked(self._tx, entry, self._now)
            if booked is not None:
                ended = waiting.end(entry, now=self._now, uid=booked, why=_IS_BOOKED)
                self.end_seat_offer(ended, why=_IS_BOOKED)

    def _withdraw_lost_seats(self, uid: str) -> None:
        """Who was offered a seat where nothing takes place is in line again."""
        group = self._tx.booking(uid)
        for entry in store.seat_offers(self._tx, uid):
            if waiting.is_offered_date_on(entry, group):
                continue
            why = "the group was moved or cancelled"
            back = waiting.withdraw(entry, now=self._now, why=why)
            store.save_entry(self._tx, back)
            event = _seat_event("booking.offer_ended", group, back, self._now)
            self._tell(self._tx, event, self._now)

    def lapse_offer(self, booking: Booking) -> None:
        """Keep that time which was offered is somebody else's by now."""
        self._settle_offer(booking, "lapsed", why="was not taken in time")

    def can_expire(self, booking: Booking) -> bool:
        """Whether to tell now that requests expired: those who wait are to be served.

        Not while somebody else decides about them; nobody is kept waiting by it. The
        booking may hold the occurrences alone that are due.
        """
        ended = effective_status.effective_booking(booking, self._now)
        freed = freed_time.time_freed(booking, ended)
        if freed is None:
            return True
        in_line = self._in_line(freed)
        event_types = {entry.event_type_id for entry in in_line}
        members = store.members_of(self._tx, event_types)
        if in_line and not self._tx.try_lock_hosts(members):
            return False
        if booking.is_offer:
            self.lapse_offer(booking)
        self._expired.append(freed)
        return True

    def serve_expired(self, *, limit: int) -> None:
        """Serve what time alone has freed: expired requests, and offers of seats."""
        for freed in self._expired:
            self.serve(freed)
        for found in store.lapsed_seats(self._tx, self._now, limit=limit):
            members = store.members_of(self._tx, [found.event_type_id])
            if not self._tx.try_lock_hosts(members):
                continue
            entry = store.find_entry(self._tx, found.id)
            if entry.state is State.OFFERED and entry.held_until == found.held_until:
                self.end_seat_offer(entry, why="was not taken in time")

    def end_seat_offer(self, entry: Entry, *, why: str) -> None:
        """Free an offered seat, and serve the next in line."""
        assert entry.offered_uid is not None
        group = self._tx.booking(entry.offered_uid)
        start = _start_meant(entry, group, self._now)
        ended = entry
        if entry.state is State.OFFERED:
            ended = waiting.lapse(entry, start, now=self._now, why=why)
        store.save_entry(self._tx, ended)
        event = _seat_event("booking.offer_ended", group, ended, self._now)
        self._tell(self._tx, event, self._now)
        self.serve(freed_time.group_freed(group))

    def _settle_offer(self, before: Booking, outcome: OfferEnd, *, why: str) -> None:
        """Keep what became of an offered time, beside the booking that holds it."""
        entry = store.entry_of_offer(self._tx, before.uid)
        if entry is None:
            return
        start = before.single.span.start
        if outcome == "booked":
            booked = waiting.book(entry, before.uid, start, now=self._now)
            store.save_entry(self._tx, booked)
        elif entry.state is State.OFFERED:
            lapsed = waiting.lapse(entry, start, now=self._now, why=why)
            store.save_entry(self._tx, lapsed)

    # -- who is served ----------------------------------------------------------------

    def serve(self, freed: Freed) -> None:
        """Offer what is free to the first in line who fits, or book them, and so on."""
        in_line = self._in_line(freed)
        if not in_line:
            return
        event_types = {entry.event_type_id for entry in in_line}
        self._tx.lock_hosts(store.members_of(self._tx, event_types))
        is_left = True  # who stands behind those who were served is not passed over
        for entry in self._in_line(freed):
            served = self._serve_one(entry, freed if is_left else None)
            is_left = is_left and not served

    def serve_event_type(self, event_type_id: str) -> None:
        """Whoever waits for it gets what is free, however it became so."""
        self._tx.lock_event_type(event_type_id)
        for entry in store.entries_in_line(self._tx, (), event_type_id, self._now):
            self._serve_one(entry, None)

    def _in_line(self, freed: Freed) -> list[Entry]:
        return store.entries_in_line(
            self._tx, freed.host_ids, freed.event_type_id, self._now
        )

    def _serve_one(self, entry: Entry, freed: Freed | None) -> bool:
        """Whether something was given; where it was `freed`, a refusal is kept."""
        tx, now = self._tx, self._now
        event_type = tx.event_type(entry.event_type_id)
        if (uid := waiting_wishes.find_booked(tx, entry, now)) is not None:
            ended = waiting.end(entry, now=now, uid=uid, why=_IS_BOOKED)
            store.save_entry(tx, ended)
            return False
        entry = waiting_wishes.follow_start(tx, entry)
        refusal = self._try_starts(event_type, entry)
        if refusal is None:
            return True
        start, error = refusal
        if error is not None and waiting.is_over(entry, error):
            ended = waiting.end(entry, now=now, why=error.json_message)
            store.save_entry(tx, ended)
            tx.served.append(ended)
            return False
        if freed is None or not waiting.concerns(freed, entry):
            return False
        if error is None and waiting.let_go(freed, entry):
            return False
        why = "no start in it is free" if error is None else error.json_message
        told = waiting.pass_over(entry, start or freed.spans[0].start, now=now, why=why)
        if told is not entry:
            store.save_entry(tx, told)
        return False

    def _try_starts(
        self, event_type: EventType, entry: Entry
    ) -> tuple[datetime | None, CalbookError | None] | None:
        """Give the first start that can be had; else the first that refused, and why.

        Where nothing is free, or what is wanted is offered no more, it is no start.
        """
        start: datetime | None = None
        first: tuple[datetime | None, CalbookError | None] = None, None
        try:
            for start in waiting_wishes.possible_starts(
                self._tx, event_type, entry, now=self._now
            ):
                try:
                    with self._tx.savepoint():
                        self._give(event_type, entry, start)
                except StoreError:
                    raise
                except CalbookError as error:
                    first = first if first[1] else (start, error)
                    continue
                return None
        except StoreError:
            raise
        except CalbookError as error:
            return first if first[1] else (None, error)
        return first

    def _give(self, event_type: EventType, entry: Entry, start: datetime) -> None:
        """Offer a start or a seat, or book it.

        Raises:
            CalbookError: why it cannot be had.
        """
        tx, now = self._tx, self._now
        new_booking = waiting_wishes.wanted_booking(entry, start)
        zone = waiting_wishes.timezone_of(tx, event_type, new_booking)
        given = parsing.moment(start, now=now, timezone=new_booking.timezone or zone)
        if entry.uid is None:
            group = group_bookings.find_group(
                tx, event_type, new_booking, (given,), rule=None, now=now
            )
        else:
            group = tx.booking(entry.uid)
        if group is not None:
            self._give_seat(event_type, entry, group, new_booking)
            return
        if event_type.on_free == "OFFER":
            length = event_type.hold_minutes * MINUTE
            new_booking = new_booking._replace(held_for=length)
        change = meetings.make_booking(
            *(tx, event_type, new_booking, (given,)),
            rule=None,
            timezone=zone,
            now=now,
            by=Actor.SYSTEM,
        )
        booking = change.booking
        until = booking.single.held_until
        notify = self._notifies(event_type, booking) if until is None else False
        self._save_for(entry, None, change, notify=notify)
        if until is None:
            served = waiting.book(entry, booking.uid, start, now=now)
        else:
            served = waiting.offer(
                entry, booking.uid, start, until=until, is_seat=False, now=now
            )
        self._keep(served, booking)

    def _give_seat(
        self,
        event_type: EventType,
        entry: Entry,
        group: Booking,
        new_booking: NewBooking,
    ) -> None:
        tx, now = self._tx, self._now
        tx.lock_row(group.uid)
        change = _join(tx, event_type, entry, group, new_booking, now)
        start = _start_meant(entry, group, now)
        if event_type.on_free == "OFFER":
            until = min(now + event_type.hold_minutes * MINUTE, start)
            held = waiting.offer(
                entry, group.uid, start, until=until, is_seat=True, now=now
            )
            self._tell(tx, _seat_event("booking.offered", group, held, now), now)
            self._keep(held, group)
            return
        notify = self._notifies(event_type, group)
        self._save_for(entry, group, change.told_by(Actor.SYSTEM), notify=notify)
        served = waiting.book(entry, group.uid, start, now=now)
        self._keep(served, change.booking)

    def _save_for(
        self,
        entry: Entry,
        before: Booking | None,
        change: Change,
        *,
        notify: bool | None,
    ) -> None:
        named = change.with_facts(waiting=entry.id)
        self._save(self._tx, before, named, ChangeOptions(notify=notify), self._now)

    def _notifies(self, event_type: EventType, booking: Booking) -> bool | None:
        """As usual, but where nobody can be told: no mail was asked for just now."""
        if not event_type.notify:
            return None
        from calbook.services.outbox import offer_mails  # only where somebody is told

        return None if offer_mails.can_tell(self._tx, booking) else False

    def _keep(self, entry: Entry, booking: Booking) -> None:
        """Keep what somebody in line got, and tell them of an offer."""
        store.save_entry(self._tx, entry)
        self._tx.served.append(entry)
        if entry.state is State.OFFERED:
            from calbook.services.outbox import offer_mails  # slow to import

            offer_mails.queue_offer(self._tx, entry, booking, now=self._now)


def _join(
    tx: Transaction,
    event_type: EventType,
    entry: Entry,
    group: Booking,
    new_booking: NewBooking,
    now: datetime,
) -> Change:
    """As somebody in line takes a seat, in all of a group or on one date."""
    date = waiting_wishes.date_waited_for(entry, group)
    if date is None:
        transitions.occurrences_allowing(group, transitions.Action.JOIN, now)
        return seating.join_group(tx, event_type, group, new_booking, now=now)
    [person], asker = entry.attendees, new_booking.asker
    person = person._replace(responses=new_booking.responses)
    return seating.add_to_group(
        *(tx, event_type, group, person, asker), now=now, dates=(date,)
    )


def _seat_event(kind: str, group: Booking, entry: Entry, now: datetime) -> Event:
    until = entry.held_until
    change = {
        "waiting": entry.id,
        "person": people.label(entry.attendees[0]),
        "heldUntil": until and times.rfc3339(until, group.timezone),
    }
    return Event(kind, group.uid, now, Actor.SYSTEM, change)


def _start_meant(entry: Entry, group: Booking, now: datetime) -> datetime:
    return _next_start(group, now) if entry.recurrence_id is None else entry.since


def _next_start(group: Booking, now: datetime) -> datetime:
    """When a group meets next, or met first."""
    live = [o for o in group.occurrences if o.status is not Status.CANCELLED]
    starts = [o.span.start for o in live or group.occurrences]
    return min((start for start in starts if start > now), default=min(starts))
