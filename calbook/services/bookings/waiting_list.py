"""The waiting list: people put in line, listed and taken out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core import checks, ids, people
from calbook.core.booking import attendees, lifecycle, waiting
from calbook.core.booking.waiting import Entry, State
from calbook.core.catalog import EventType
from calbook.core.errors import (
    BadInput,
    CalbookError,
    DuplicateAttendee,
    NothingToChange,
    NothingToWaitFor,
    SeatsFull,
    UsageError,
)
from calbook.core.model import DAY, Actor, Span
from calbook.core.rules import booking_rules, questions
from calbook.core.rules.booking_rules import Proposal
from calbook.core.time import parsing, times
from calbook.services.availability import group_bookings, seat_counts, seating
from calbook.services.bookings import meetings, new_bookings, record, waiting_wishes
from calbook.services.bookings.change_options import ChangeOptions
from calbook.store import waiting as store
from calbook.store.facts import Facts
from calbook.store.short_ids import find_id
from calbook.wire.reading import idempotency
from calbook.wire.reading.booking_requests import NewBooking
from calbook.wire.reading.waiting import read_wish
from calbook.wire.writing.waiting import entry_to_json

if TYPE_CHECKING:
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction
    from calbook.wire.json_objects import Json
    from calbook.wire.reading.waiting import Wish

_LONGEST = 366 * DAY  # from the first to the last start that would do


def add(context: Context, given: Mapping[str, Any], *, dry_run: bool) -> Json:
    """Put somebody in line, behind all who are there.

    Raises:
        NothingToWaitFor: it is free.
        AlreadyWaiting: the person is in line for it.
        DuplicateAttendee: the person is booked there.
        CalbookError: a rule refuses that no cancellation would mend.
    """
    facts = idempotency.reusable(given)
    wish = read_wish(facts)

    def put(tx: Transaction) -> Json:
        now = context.clock()
        event_type = tx.lock_event_type(wish.new_booking.event_type_id)
        new_booking = new_bookings.with_known_people(tx, wish.new_booking)
        booker = new_booking.attendees[0]
        people.check_contact(event_type.contact, booker, event_type.id)
        place = new_booking.location or event_type.location
        attendees.check_phone(place, booker)
        record.record_expired_and_completed(tx, now)
        zone = waiting_wishes.timezone_of(tx, event_type, new_booking)
        _check_seats(event_type, new_booking)
        wanted = _Wanted(event_type, wish._replace(new_booking=new_booking), zone, now)
        entry = wanted.find_range(tx) if wish.is_range else wanted.find_start(tx)
        _check_new(tx, entry, now)
        store.save_entry(tx, entry)
        return _in_line(tx, entry, now) | ({"id": None} if dry_run else {})

    return context.store.write(put, dry_run=dry_run)


def _check_seats(event_type: EventType, new_booking: NewBooking) -> None:
    persons = len(new_booking.attendees)
    if event_type.seats is not None and persons > event_type.seats:
        raise SeatsFull(seats=event_type.seats, persons=persons)


class _Wanted(NamedTuple):
    """What somebody wants, to be made an entry if it cannot be had now."""

    event_type: EventType
    wish: Wish
    timezone: str
    now: datetime

    def find_start(self, tx: Transaction) -> Entry:
        """For a start that is taken, or for all dates of a group that is full."""
        event_type, new_booking, now = self.event_type, self.wish.new_booking, self.now
        start = parsing.moment(
            new_booking.start_time,
            now=now,
            timezone=new_booking.timezone or self.timezone,
        )
        rule = meetings.read_rule(new_booking, now=now, timezone=self.timezone)
        starts = meetings.series_of_starts(event_type, rule, start, self.timezone)
        if event_type.seats is not None:
            tx.lock_groups(event_type.id, start.instant)
        group = group_bookings.find_group(
            tx, event_type, new_booking, starts, rule=rule, now=now
        )
        if rule is not None and group is None:
            raise UsageError(
                "a series can be waited for where it is a group's",
                hint="wait for one start, or for any in a range: earliest and latest",
                command_hint="wait for one start, or for any: --from and --to",
            )
        try:
            if group is not None:
                seating.join_group(tx, event_type, group, new_booking, now=now)
            else:
                meetings.make_booking(
                    *(tx, event_type, new_booking, starts),
                    rule=None,
                    timezone=self.timezone,
                    now=now,
                )
        except CalbookError as refusal:
            date = None
            if "group" in refusal.details:
                date = self._find_date(tx, start.instant)
            if date is not None:
                return date
            _check_passes(refusal)
        else:
            raise self._is_free(start.instant)
        if group is None or rule is None:
            return self._entry(start.instant, start.instant)
        last = max(occurrence.span.start for occurrence in group.occurrences)
        return self._entry(start.instant, last, uid=group.uid)

    def _find_date(self, tx: Transaction, start: datetime) -> Entry | None:
        """For a seat on one date of a group that is a series; None when none is."""
        found = group_bookings.find_seat(tx, self.event_type, start, now=self.now)
        if found is None:
            return None
        group, occurrence = found
        if len(self.wish.new_booking.attendees) > 1:
            raise UsageError("one person waits for one date of a series, not several")
        seats = seat_counts.seats_on(
            tx, self.event_type, group, occurrence, now=self.now
        )
        if seats.left > 0:
            date = occurrence.date.isoformat()
            raise self._is_free(start, uid=group.uid, date=date)
        key = occurrence.recurrence_id
        entry = self._entry(start, start, uid=group.uid, recurrence_id=key)
        return entry._replace(timezone=group.timezone)

    def find_range(self, tx: Transaction) -> Entry:
        """For any start of a range in which none is free."""
        event_type, new_booking, now = self.event_type, self.wish.new_booking, self.now
        zone = new_booking.timezone or self.timezone
        since = parsing.range_start(self.wish.earliest, now=now, timezone=zone)
        until = parsing.range_end(self.wish.latest, now=now, timezone=zone)
        _check_range(since, until, now)
        self._check_rules(Span(since, until))
        entry = self._entry(max(since, now), until, is_range=True)
        request = waiting_wishes.range_request(tx, event_type, entry, now=now)
        waiting_wishes.check_range(tx, request, Span(entry.since, entry.until))
        free = waiting_wishes.possible_starts(tx, event_type, entry, now=now)
        first = next(free, None)
        if first is not None:
            raise self._is_free(first)
        return entry

    def _is_free(self, start: datetime, **seat: str) -> NothingToWaitFor:
        """What refuses who waits; `seat` is that of a group's date."""
        zone = self.timezone
        when = f"{times.format_moment(start, zone)} {zone}"
        slug, at = self.event_type.slug, times.rfc3339(start, zone)
        return NothingToWaitFor(slug, at, when=when, **seat)

    def _check_rules(self, span: Span) -> None:
        """What no cancellation mends: a switch, and answers."""
        new_booking = self.wish.new_booking
        refusal = booking_rules.inactive(
            Proposal(
                event_type=self.event_type,
                meeting=span,
                timezone=self.timezone,
                now=self.now,
                open_time=(),
            )
        )
        if refusal is not None:
            raise refusal
        if "questions" not in new_booking.asker.overridden:
            asked = self.event_type.questions
            questions.check_responses(asked, new_booking.responses)

    def _entry(
        self,
        since: datetime,
        until: datetime,
        *,
        is_range: bool = False,
        uid: str | None = None,
        recurrence_id: datetime | None = None,
    ) -> Entry:
        new_booking = self.wish.new_booking
        return Entry(
            id=ids.waiting(),
            event_type_id=self.event_type.id,
            attendees=new_booking.attendees,
            request=self.wish.request,
            timezone=self.timezone,
            by=new_booking.asker.by,
            since=since,
            until=until,
            created_at=self.now,
            updated_at=self.now,
            is_range=is_range,
            uid=uid,
            recurrence_id=recurrence_id,
        )


def _check_range(since: datetime, until: datetime, now: datetime) -> None:
    if until <= max(since, now):
        raise BadInput("the range ends before it begins, or is past", field="latest")
    if until - since > _LONGEST:
        raise BadInput(
            f"a range has {_LONGEST.days} days at most",
            hint="let it end sooner",
            field="latest",
        )


def _check_passes(refusal: CalbookError) -> None:
    """Raise what would still refuse, were all others to give their time back."""
    if not waiting.can_pass(refusal):
        raise refusal


def _check_new(tx: Transaction, entry: Entry, now: datetime) -> None:
    """Nobody is in line for what they have, or twice."""
    uid = waiting_wishes.find_booked(tx, entry, now)
    if uid is not None:
        booker = entry.attendees[0]
        refusal = DuplicateAttendee(people.label(booker), email=booker.email)
        refusal.details["uid"] = uid
        raise refusal
    open_states = (State.WAITING, State.OFFERED)
    others = [
        other
        for row in store.list_rows(tx, entry.event_type_id)
        for other in [store.entry(row)]
        if waiting.effective_state(other, now) in open_states
    ]
    waiting.check_not_in_line(entry, others)


# -- looking, and taking out --------------------------------------------------------


def list_entries(
    context: Context, *, event_type_id: str | None, past: bool
) -> list[Json]:
    """Who is in line, first come first; with `past` also who was."""
    with context.store.read(Facts) as facts:
        now, key = context.clock(), event_type_id
        if key is not None:
            key = facts.event_type(checks.event_type_key(key)).id
        rows = store.list_rows(facts, key, past=past)
    found = _with_positions([store.entry(row) for row in rows], now)
    open_states = (State.WAITING.value, State.OFFERED.value)
    return [item for item in found if past or item["state"] in open_states]


def get_entry(context: Context, id: str) -> Json:
    with context.store.read(Facts) as facts:
        entry = store.find_entry(facts, find_id(facts, "waiting", id))
        return _in_line(facts, entry, context.clock())


def _in_line(facts: Facts, entry: Entry, now: datetime) -> Json:
    """One of them with its place in line."""
    rows = store.list_rows(facts, entry.event_type_id, past=True)
    every = _with_positions([store.entry(row) for row in rows], now)
    return next(item for item in every if item["id"] == entry.id)


def _with_positions(entries: list[Entry], now: datetime) -> list[Json]:
    """Each with its place among those who wait for the same event type."""
    counts: Counter[str] = Counter()
    found = []
    for entry in entries:
        if waiting.effective_state(entry, now) is State.WAITING:
            counts[entry.event_type_id] += 1
        position = counts[entry.event_type_id]
        found.append(entry_to_json(entry, now, position=position))
    return found


def remove(context: Context, id: str, *, dry_run: bool) -> Json:
    """Take somebody out of the line; what was offered to them goes to the next.

    Raises:
        NothingToChange: they are in line no longer.
    """

    def take_out(tx: Transaction) -> Json:
        now = context.clock()
        found = store.find_entry(tx, find_id(tx, "waiting", id))
        tx.lock_event_type(found.event_type_id)
        record.record_expired_and_completed(tx, now)
        entry = store.find_entry(tx, found.id)
        state = waiting.effective_state(entry, now)
        if state not in (State.WAITING, State.OFFERED):
            raise NothingToChange(f"{entry.id} is {state} already", waitingId=entry.id)
        removed = waiting.remove(entry, now=now)
        store.save_entry(tx, removed)
        if state is State.OFFERED:
            _give_back(tx, removed, now)
        return _in_line(tx, removed, now)

    return context.store.write(take_out, dry_run=dry_run)


def _give_back(tx: Transaction, entry: Entry, now: datetime) -> None:
    assert entry.offered_uid is not None
    if entry.is_seat:
        line = record.waiting_line(tx, now)
        assert line is not None
        line.end_seat_offer(entry, why="was taken out of the line")
        return
    tx.lock_row(entry.offered_uid)
    before = tx.booking(entry.offered_uid)
    change = lifecycle.cancel(before, now=now, by=Actor.HOST, reason=None)
    record.save_change(tx, before, change, ChangeOptions(), now=now)
