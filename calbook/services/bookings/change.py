"""Every change of a booking: read the facts, let the core decide, save, tell.

One function is one transaction; a refusal raises and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import chain, groupby

from calbook.core import checks, people
from calbook.core.booking import attendees, guests, lifecycle, series, transitions
from calbook.core.booking.changes import Change
from calbook.core.booking.guests import GuestChange
from calbook.core.booking.lifecycle import OccurrenceMove
from calbook.core.booking.series import Move, Selector
from calbook.core.booking.transitions import Action
from calbook.core.errors import AlreadySo, VersionConflict
from calbook.core.model import Actor, Attendance, Attendee, Booking, Occurrence
from calbook.core.people import Wanted
from calbook.core.rules import change_rules
from calbook.core.rules.obstacles import slot_taken_error
from calbook.core.time import parsing
from calbook.core.typing_names import Any
from calbook.services.availability import moves, seating
from calbook.services.availability.booking_request import BookingRequest, meeting_span
from calbook.services.bookings import record
from calbook.services.bookings.change_options import ChangeOptions
from calbook.services.outbox import upkeep
from calbook.store.booked_people import correct_attendee, lock_people
from calbook.store.context import Context
from calbook.store.facts import Exclusion, Facts
from calbook.store.people import find_in_booking
from calbook.store.transaction import Transaction
from calbook.wire.json_objects import Json
from calbook.wire.reading import booking_requests
from calbook.wire.reading.booking_requests import (
    Dates,
    MetadataMerge,
    RescheduleRequest,
)

Decide = Callable[[Transaction, Booking, datetime], Change]


def change_booking(
    context: Context, uid: str, options: ChangeOptions, decide: Decide
) -> Json:
    """One transaction around a decision about one booking."""
    return change_found(context, lambda tx: tx.resolve_uid(uid), options, decide)


def change_found(
    context: Context,
    find: Callable[[Transaction], str],
    options: ChangeOptions,
    decide: Decide,
) -> Json:
    """`change_booking` of the one that is found once nobody else writes."""

    def change(tx: Transaction) -> Json:
        now = context.clock()
        first = record.find_stored_result(tx, options, now)
        if first is not None:
            return first
        key = find(tx)
        tx.lock_booking(key)
        record.record_expired_and_completed(tx, now)
        before = tx.booking(key)
        if options.if_version is not None and options.if_version != before.version:
            raise VersionConflict(
                before.uid, expected=options.if_version, actual=before.version
            )
        try:
            decided = decide(tx, before, now)
        except AlreadySo as met:
            return record.keep_booking(tx, before, met, options, now=now)
        return record.save_change(tx, before, decided, options, now=now)

    return context.store.write_bookings(change, dry_run=options.dry_run)


def confirm(context: Context, uid: str, options: ChangeOptions) -> Json:
    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        if booking.is_offer:
            from calbook.services.bookings import offers  # only for who waited

            confirmed = offers.take_time(tx, booking, now)
        else:
            confirmed = lifecycle.confirm(booking, now=now)
        pending = transitions.occurrences_allowing(booking, Action.CONFIRM, now)
        check_claims(tx, booking, pending, now)
        return confirmed

    return change_booking(context, uid, options, decide)


def check_claims(
    facts: Facts, booking: Booking, occurrences: Sequence[Occurrence], now: datetime
) -> None:
    """The time must still be its own: under a wrong clock it may have seemed free.

    What else the host has to do meanwhile is for the host to know.
    """
    for host_ids, held in groupby(occurrences, booking.hosts_of):
        obstacles = facts.claim_obstacles(
            host_ids,
            [occurrence.claim for occurrence in held],
            exclusion=Exclusion(booking.uid),
            now=now,
        )
        if obstacles:
            raise slot_taken_error(obstacles[min(obstacles)], booking.timezone)


def reject(
    context: Context, uid: str, options: ChangeOptions, *, reason: str | None
) -> Json:
    text = booking_requests.read_reason(reason)
    return change_booking(
        context,
        uid,
        options,
        lambda tx, booking, now: lifecycle.reject(booking, now=now, reason=text),
    )


def read_selector(dates: Dates, booking: Booking, now: datetime) -> Selector:
    """The dates that are meant, read as local dates of the booking."""

    def day(text: str | date | None) -> date | None:
        if text is None:
            return None
        return parsing.day(text, now=now, timezone=booking.timezone)

    return Selector(day(dates.on), day(dates.since), dates.all)


def cancel(
    context: Context,
    uid: str,
    options: ChangeOptions,
    *,
    by: str,
    reason: str | None,
    dates: Dates,
) -> Json:
    who, text = booking_requests.read_actor(by), booking_requests.read_reason(reason)

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        chosen = series.select_occurrences(
            booking, read_selector(dates, booking, now), now
        )
        transitions.check_transition(booking, chosen, Action.CANCEL, now)
        change_rules.check_change(booking, chosen, verb="cancel", by=who, now=now)
        return lifecycle.cancel(booking, chosen, now=now, by=who, reason=text)

    return change_booking(context, uid, options, decide)


def reschedule(
    context: Context, uid: str, options: ChangeOptions, wanted: RescheduleRequest
) -> Json:
    return change_booking(context, uid, options, decide_move(options, wanted))


def decide_move(options: ChangeOptions, wanted: RescheduleRequest) -> Decide:
    """What moves a booking, by all rules."""
    by = wanted.asker.by

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        selector = read_selector(wanted.dates, booking, now)
        move = moves.select_move(booking, selector, now)
        placed = _plan_moves(tx, move, wanted, now)
        request = moves.request_move(tx, move, now=now)
        if request.event_type.asks_persons:
            lock_people(tx, request.attendees)
        request = request._replace(
            meetings=tuple(each.meeting for each in placed),
            overridden=wanted.asker.overridden,
            display_timezone=wanted.timezone,
            notify=options.notify,
        )
        if not (wanted.new_hosts.are_wanted and moves.stays(request)):
            change_rules.check_change(
                booking, move.occurrences, verb="reschedule", by=by, now=now
            )
        return move_booking(tx, request, placed, wanted)

    return decide


def move_booking(
    facts: Facts,
    request: BookingRequest,
    placed: Sequence[OccurrenceMove],
    wanted: RescheduleRequest,
) -> Change:
    """Move what a request is about, to its meetings and to whoever takes it there."""
    assert request.move is not None
    taken = moves.choose_hosts(facts, request, wanted.new_hosts)
    return lifecycle.reschedule(
        request.move.booking,
        placed,
        now=request.now,
        by=wanted.asker.by,
        reason=wanted.reason,
        overrides=taken.decision.overrides_used,
        hosts=taken.hosts,
        why=taken.why,
    )


def _plan_moves(
    facts: Facts, move: Move, wanted: RescheduleRequest, now: datetime
) -> Sequence[OccurrenceMove]:
    """Where the occurrences go; refused when they are there already and stay so."""
    zone, first = move.booking.timezone, move.occurrences[0].span
    assert wanted.start_time is not None
    start = parsing.moment(wanted.start_time, now=now, timezone=wanted.timezone or zone)
    meeting_span(start, first.end - first.start, zone)
    placed = moves.plan_moves(facts, move, start)
    if not wanted.new_hosts.are_wanted:
        lifecycle.check_moves(move.booking, placed)
    return placed


# -- attendance ----------------------------------------------------------


def record_attendance(
    context: Context,
    uid: str,
    options: ChangeOptions,
    *,
    attendance: Attendance,
    dates: Dates,
    persons: Sequence[Wanted],
) -> Json:
    """Record that somebody came, or did not; in a group all, or some of them."""

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        event_type = tx.event_type(booking.event_type_id)
        if persons:
            seating.check_group(event_type, booking)
        if dates.on is None and booking.recurring is not None:
            raise series.missing_selector_error(booking, "give date", "add --on DATE")
        [occurrence] = series.select_occurrences(
            booking, read_selector(dates, booking, now), now
        )
        chosen = None
        if persons:
            chosen = tuple(
                find_in_booking(tx, booking.attendees, who) for who in persons
            )
        elif event_type.seats is not None:
            chosen = attendees.unmarked_attendees(booking, occurrence)
        return attendees.record_attendance(
            booking, occurrence, attendance, now=now, persons=chosen
        )

    return change_booking(context, uid, options, decide)


def update(
    context: Context,
    uid: str,
    options: ChangeOptions,
    *,
    attendee: Mapping[str, Any],
    values: Mapping[str, Any],
    person: people.Wanted | None = None,
    merge: MetadataMerge | None = None,
    guest_change: GuestChange | None = None,
) -> Json:
    """Set fields of the booking, and of a person in it, to values given.

    Without `person` it is the primary attendee.
    """

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        transitions.check_booked(booking, now)
        wanted, details = dict(values), dict[str, Any]()
        if guest_change is not None:
            event_type = tx.event_type(booking.event_type_id)
            has_seats = event_type.seats is not None
            guests.check_takes_guests(booking, has_seats=has_seats)
            others, details = guests.change_guests(
                booking, guest_change, now, find=partial(find_in_booking, tx)
            )
            wanted["attendees"] = (booking.attendee, *others)
            if guest_change.added:
                from calbook.services.bookings import new_guests  # few add any

                new_guests.check_new_guests(
                    tx, event_type, booking, wanted["attendees"], now=now
                )
        if attendee:
            old = booking.attendee
            if person is not None:
                old = find_in_booking(tx, booking.attendees, person)
            new = old._replace(**attendee)
            has_new_facts = people.lasting_keys(new) != people.lasting_keys(old)
            if has_new_facts:
                new = correct_attendee(tx, booking.uid, old, new)
                if people.person_key(new) != people.person_key(old):
                    new = new._replace(replies=())  # who is there now was not asked
            every = wanted.get("attendees", booking.attendees)
            wanted["attendees"] = tuple(new if p is old else p for p in every)
            people.check_no_duplicate(wanted["attendees"])
            wanted |= rename_attendances(booking, old, new)
            if has_new_facts and old is booking.attendee:
                event_type = tx.event_type(booking.event_type_id)
                people.check_contact(event_type.contact, new, event_type.id)
        if merge is not None:
            wanted["metadata"] = checks.metadata(
                _merge_metadata(booking.metadata, merge)
            )
        after = booking._replace(**wanted)
        if attendee or "location" in wanted:
            attendees.check_phone(after.location, after.attendee)
        by = Actor.HOST
        return lifecycle.update(booking, now=now, by=by, details=details, **wanted)

    return change_booking(context, uid, options, decide)


def rename_attendances(
    booking: Booking, before: Attendee, after: Attendee
) -> dict[str, Any]:
    """What is known of somebody's attendance goes along with a new address."""
    old, new = map(people.person_key, (before, after))
    if old == new or not any(old in o.attendances for o in booking.occurrences):
        return {}
    return {
        "occurrences": tuple(
            o._replace(
                attendances={
                    new if k == old else k: v for k, v in o.attendances.items()
                }
            )
            for o in booking.occurrences
        )
    }


def _merge_metadata(
    metadata: Mapping[str, Any], merge: MetadataMerge
) -> dict[str, Any]:
    kept = {key: value for key, value in metadata.items() if key not in merge.drop}
    return {**kept, **merge.put}


def tick(context: Context) -> list[Json]:
    """Tell of everything that time has done and nobody was told of.

    And bring in line with it what waits to be sent, serve who waits for time that
    became free in other ways than by a booking, and end what an interrupted change
    of an event type or host has left to do.
    """
    from calbook.services import retention
    from calbook.services.bookings.offers import serving_steps
    from calbook.services.catalog import entries
    from calbook.store.writer import repeat_step

    events: list[Json] = []

    def step(tx: Transaction) -> bool:
        now = context.clock()
        is_behind = upkeep.keep_up(tx, now)
        told = record.record_expired_and_completed(tx, now)
        tx.after_commit.append(lambda: events.extend(told))
        return is_behind or len(told) == record.MOST_EVENTS

    steps = chain(
        entries.unfinished_reminder_steps(context),
        repeat_step(step),
        serving_steps(context),
        retention.steps(context),
    )
    context.store.write_portions(steps)
    return events
