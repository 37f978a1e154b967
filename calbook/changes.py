"""Every change of a booking: read the facts, let the core decide, save, tell.

One function is one transaction; a refusal raises and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from calbook import joining, ledger, planning, wishes
from calbook.core import fields, lifecycle, policy, seats, series, transitions, when
from calbook.core.errors import UsageError, VersionConflict
from calbook.core.lifecycle import Change, Placed
from calbook.core.model import Actor, Attendance, Attendee, Booking, Occurrence
from calbook.core.series import Selector
from calbook.core.transitions import Action
from calbook.desk import Desk
from calbook.intake import requests
from calbook.intake.requests import Dates, Merge, Move
from calbook.ledger import Terms
from calbook.planning import Plan
from calbook.store import reminders
from calbook.store.facts import Aside, Facts
from calbook.store.transaction import Transaction
from calbook.wire import Json
from calbook.wishes import Wish

Decide = Callable[[Transaction, Booking, datetime], Change]


def change(desk: Desk, uid: str, terms: Terms, decide: Decide) -> Json:
    """One transaction around a decision about one booking."""
    with desk.store.write(dry_run=terms.dry_run) as tx:
        now = desk.clock()
        first = ledger.first_answer(tx, terms)
        if first is not None:
            return first
        ledger.pass_time(tx, now)
        before = tx.booking(tx.found(uid))
        if terms.if_version is not None and terms.if_version != before.version:
            raise VersionConflict(
                before.uid, expected=terms.if_version, actual=before.version
            )
        return ledger.saved(tx, before, decide(tx, before, now), terms, now=now)


def confirm(desk: Desk, uid: str, terms: Terms) -> Json:
    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        confirmed = lifecycle.confirm(booking, now=now)
        pending = transitions.with_step(booking, Action.CONFIRM, now)
        _check_claims(tx, booking, pending, now)
        return confirmed

    return change(desk, uid, terms, decide)


def _check_claims(
    facts: Facts, booking: Booking, occurrences: Sequence[Occurrence], now: datetime
) -> None:
    """The time must still be its own: under a wrong clock it may have seemed free.

    What else the host has to do meanwhile is for the host to know.
    """
    obstacles = facts.claimed(
        booking.host_ids,
        [occurrence.claim for occurrence in occurrences],
        aside=Aside(booking.uid),
        now=now,
    )
    if obstacles:
        raise policy.taken(obstacles[min(obstacles)], booking.timezone)


def reject(desk: Desk, uid: str, terms: Terms, *, reason: str | None) -> Json:
    text = requests.reason_of(reason)
    return change(
        desk,
        uid,
        terms,
        lambda tx, booking, now: lifecycle.reject(booking, now=now, reason=text),
    )


def selector(dates: Dates, booking: Booking, now: datetime) -> Selector:
    """The dates that are meant, read as local dates of the booking."""

    def day(text: str | date | None) -> date | None:
        if text is None:
            return None
        return when.day(text, now=now, timezone=booking.timezone)

    return Selector(day(dates.on), day(dates.since), dates.all)


def cancel(
    desk: Desk, uid: str, terms: Terms, *, by: str, reason: str | None, dates: Dates
) -> Json:
    who, text = requests.actor(by), requests.reason_of(reason)

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        chosen = series.chosen(booking, selector(dates, booking, now), now)
        transitions.check(booking, chosen, Action.CANCEL, now)
        policy.check_change(booking, chosen, verb="cancel", by=who, now=now)
        return lifecycle.cancel(booking, chosen, now=now, by=who, reason=text)

    return change(desk, uid, terms, decide)


def reschedule(desk: Desk, uid: str, terms: Terms, move: Move) -> Json:
    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        chosen = series.chosen(booking, selector(move.dates, booking, now), now)
        transitions.check(booking, chosen, Action.RESCHEDULE, now)
        placed = _placed(tx, booking, chosen, move, now)
        policy.check_change(
            booking, chosen, verb="reschedule", by=move.asked.by, now=now
        )
        taken, why = _taken_over(tx, booking, placed, move, now)
        return lifecycle.reschedule(
            booking,
            placed,
            now=now,
            by=move.asked.by,
            reason=move.reason,
            overrides=taken.ruling.used,
            host_ids=taken.host_ids,
            why=why,
        )

    return change(desk, uid, terms, decide)


def _placed(
    facts: Facts,
    booking: Booking,
    chosen: Sequence[Occurrence],
    move: Move,
    now: datetime,
) -> tuple[Placed, ...]:
    """Where the occurrences go; refused when they are there already."""
    start = when.moment(
        move.start_time, now=now, timezone=move.timezone or booking.timezone
    )
    length = chosen[0].span.end - chosen[0].span.start
    wishes.meeting(start, length, booking.timezone)
    event_type = facts.event_type(booking.event_type_id)
    goals = series.shifted(booking, chosen, start)
    placed = series.placed(chosen, goals, event_type)
    lifecycle.check_moves(booking, placed)
    return placed


def _taken_over(
    facts: Facts,
    booking: Booking,
    placed: Sequence[Placed],
    move: Move,
    now: datetime,
) -> tuple[Plan, dict[str, Any]]:
    """The plan of the hosts who take the new time, the same ones if they can; why."""
    wish = Wish(
        event_type=facts.event_type(booking.event_type_id),
        meetings=tuple(move.meeting for move in placed),
        timezone=booking.timezone,
        now=now,
        aside=Aside(booking.uid, tuple(m.occurrence.recurrence_id for m in placed)),
        waived=move.asked.waived,
        shown_in=move.timezone,
    )
    same = planning.plan(facts, wish, booking.host_ids)
    if not same.ruling.refused:
        return same, {}
    if not move.reassigns:
        raise planning.refusal([same])
    _check_one(booking)
    free = planning.possible(planning.plans(facts, wish), may_skip=False)
    if not free:
        raise planning.refusal(tuple(planning.plans(facts, wish)))
    return planning.by_turn(facts, wish, free)


def _check_one(booking: Booking) -> None:
    """The dates of a series have one host, those that are over as well."""
    if booking.recurring is not None:
        raise UsageError(
            "a series keeps its host",
            hint="cancel what is still to come and book it anew",
            uid=booking.uid,
        )


# -- groups and attendance ----------------------------------------------------------


def add_attendee(
    desk: Desk, uid: str, terms: Terms, *, attendee: Attendee, by: str
) -> Json:
    who = requests.asked(by, ())

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        event_type = tx.event_type(booking.event_type_id)
        return joining.added(event_type, booking, attendee, who, now=now)

    return change(desk, uid, terms, decide)


def remove_attendee(desk: Desk, uid: str, terms: Terms, *, email: str, by: str) -> Json:
    who, address = requests.actor(by), fields.email(email)

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        left = seats.leave(booking, address, now=now, by=who)
        live = transitions.with_step(booking, Action.LEAVE, now)
        policy.check_change(booking, live, verb="leave", by=who, now=now)
        return left

    return change(desk, uid, terms, decide)


def attend(
    desk: Desk,
    uid: str,
    terms: Terms,
    attendance: Attendance,
    *,
    dates: Dates,
    emails: Sequence[str],
) -> Json:
    """Record that somebody came, or did not; in a group all, or some of them."""

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        event_type = tx.event_type(booking.event_type_id)
        if emails:
            joining.check_group(event_type, booking)
        if dates.on is None and booking.recurring is not None:
            raise series.unselected(booking, "add --on DATE")
        [occurrence] = series.chosen(booking, selector(dates, booking, now), now)
        persons = None
        if emails:
            found = (seats.attendee(booking, fields.email(email)) for email in emails)
            persons = tuple(found)
        elif event_type.seats is not None:
            persons = seats.without_word(booking, occurrence)
        return seats.attend(booking, occurrence, attendance, now=now, persons=persons)

    return change(desk, uid, terms, decide)


def update(
    desk: Desk,
    uid: str,
    terms: Terms,
    *,
    attendee: Mapping[str, Any],
    values: Mapping[str, Any],
    merge: Merge | None = None,
) -> Json:
    """Set fields of the booking and of its primary attendee to values given."""

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        wanted = dict(values)
        if attendee:
            primary = booking.attendee._replace(**attendee)
            wanted["attendees"] = (primary, *booking.guests)
            seats.check_no_duplicate(wanted["attendees"])
            wanted |= _renamed(booking, primary)
        if merge is not None:
            wanted["metadata"] = fields.metadata(_merged(booking.metadata, merge))
        after = booking._replace(**wanted)
        if attendee or "location" in wanted:
            seats.check_phone(after.location, after.attendee)
        return lifecycle.update(booking, now=now, by=Actor.HOST, **wanted)

    return change(desk, uid, terms, decide)


def _renamed(booking: Booking, primary: Attendee) -> dict[str, Any]:
    """What is known of the primary's attendance goes along with a new address."""
    old, new = fields.folded(booking.attendee.email), fields.folded(primary.email)
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


def _merged(metadata: Mapping[str, Any], merge: Merge) -> dict[str, Any]:
    kept = {key: value for key, value in metadata.items() if key not in merge.drop}
    return {**kept, **merge.put}


def tick(desk: Desk) -> list[Json]:
    """Tell of everything that time has done and nobody was told of.

    It also makes some reminders pointless.
    """
    events: list[Json] = []
    while True:
        with desk.store.write() as tx:
            now = desk.clock()
            reminders.drop_late(tx, now)
            told = ledger.pass_time(tx, now)
        events += told
        if len(told) < ledger.BACKLOG:
            return events
