"""Every change of a booking: read the facts, let the core decide, save, tell.

One function is one transaction; a refusal raises and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from calbook import ledger, planning
from calbook.core import fields, lifecycle, policy, when
from calbook.core.errors import VersionConflict
from calbook.core.lifecycle import Action, Change
from calbook.core.model import Actor, Booking
from calbook.creating import check_phone, meeting_from
from calbook.desk import Desk
from calbook.intake import requests
from calbook.intake.people import check_no_duplicate
from calbook.intake.requests import Merge, Move
from calbook.ledger import Terms
from calbook.store.facts import Facts
from calbook.store.transaction import Transaction
from calbook.wire import Json

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
        _check_claim(tx, booking, now)
        return confirmed

    return change(desk, uid, terms, decide)


def _check_claim(facts: Facts, booking: Booking, now: datetime) -> None:
    """The time must still be its own: under a wrong clock it may have seemed free."""
    claim = booking.single.claim
    obstacle = facts.obstacle(booking.host_ids, claim, but=booking.uid, now=now)
    if obstacle is not None:
        raise policy.taken(obstacle, booking.timezone)


def reject(desk: Desk, uid: str, terms: Terms, *, reason: str | None) -> Json:
    text = requests.reason_of(reason)
    return change(
        desk,
        uid,
        terms,
        lambda tx, booking, now: lifecycle.reject(booking, now=now, reason=text),
    )


def cancel(desk: Desk, uid: str, terms: Terms, *, by: str, reason: str | None) -> Json:
    who, text = requests.actor(by), requests.reason_of(reason)

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        lifecycle.check(booking, Action.CANCEL, now)
        policy.check_change(booking, verb="cancel", by=who, now=now)
        return lifecycle.cancel(booking, now=now, by=who, reason=text)

    return change(desk, uid, terms, decide)


def reschedule(desk: Desk, uid: str, terms: Terms, move: Move) -> Json:
    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        lifecycle.check(booking, Action.RESCHEDULE, now)
        start = when.moment(
            move.start_time, now=now, timezone=move.timezone or booking.timezone
        )
        old = booking.single.span
        meeting = meeting_from(start, old.end - old.start, booking.timezone)
        lifecycle.check_moves(booking, meeting)
        policy.check_change(booking, verb="reschedule", by=move.asked.by, now=now)
        event_type = tx.event_type(booking.event_type_id)
        used = policy.check(
            planning.proposal(
                tx,
                event_type,
                booking.host_ids,
                meeting,
                timezone=booking.timezone,
                now=now,
                but=booking.uid,
                waived=move.asked.waived,
                shown_in=move.timezone,
            )
        )
        return lifecycle.reschedule(
            booking,
            start=start,
            meeting=meeting,
            claim=event_type.claim(meeting),
            now=now,
            by=move.asked.by,
            reason=move.reason,
            overrides=used,
        )

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
            check_no_duplicate(wanted["attendees"])
        if merge is not None:
            wanted["metadata"] = fields.metadata(_merged(booking.metadata, merge))
        after = booking._replace(**wanted)
        check_phone(after.location, after.attendee)
        return lifecycle.update(booking, now=now, by=Actor.HOST, **wanted)

    return change(desk, uid, terms, decide)


def _merged(metadata: Mapping[str, Any], merge: Merge) -> dict[str, Any]:
    kept = {key: value for key, value in metadata.items() if key not in merge.drop}
    return {**kept, **merge.put}


def tick(desk: Desk) -> list[Json]:
    """Tell of everything that time has done and nobody was told of."""
    events: list[Json] = []
    while True:
        with desk.store.write() as tx:
            told = ledger.pass_time(tx, desk.clock())
        events += told
        if len(told) < ledger.BACKLOG:
            return events
