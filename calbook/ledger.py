"""What every change ends with: time's part told, the booking saved, its event written.

All inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from calbook import wire
from calbook.core import fields, ids, lifecycle, times
from calbook.core.errors import KeyReused
from calbook.core.lifecycle import Change
from calbook.core.model import Booking, Event
from calbook.intake import typed
from calbook.store import reminders
from calbook.store.facts import to_keys
from calbook.store.transaction import Transaction
from calbook.wire import Json

BACKLOG = 200  # events of time passing that one write tells at most


class Terms(NamedTuple):
    """On which terms a change is asked for."""

    if_version: int | None = None
    idempotency_key: str | None = None
    request: str = ""  # as typed; compared when the key comes again
    dry_run: bool = False
    notify: bool | None = None  # tell the attendees; else as the event type says


def first_answer(tx: Transaction, terms: Terms) -> Json | None:
    if terms.idempotency_key is None:
        return None
    key = fields.line(terms.idempotency_key, "idempotencyKey")
    first = tx.first_answer(key)
    if first is None:
        return None
    request, answer = first
    if not typed.same(request, terms.request):
        raise KeyReused(key, answer["uid"])
    return wire.kept(answer)


def pass_time(tx: Transaction, now: datetime) -> list[Json]:
    """Write the events of occurrences that have expired or ended, oldest first.

    Only those occurrences are read and written, however long a series is.
    """
    due = tx.due(now, limit=BACKLOG)
    found: list[tuple[int, Event, str, Json]] = []
    for uid, keys in _by_uid(due).items():
        before = tx.part(uid, keys)
        change = lifecycle.passed(before, before.occurrences, now)
        tx.tell(change.booking)
        row = tx.part_row(uid, to_keys(keys))
        assert row is not None
        answer = wire.booking(row, now=times.epoch(now))
        if before.recurring is not None and reminders.habit(tx, uid).reminds:
            from calbook import notices  # only where somebody is reminded

            notices.remind(tx, tx.booking(uid), now=now)
        for occurrence, event in zip(before.occurrences, change.events, strict=True):
            order = due.index((uid, occurrence.recurrence_id))
            found.append((order, event, before.timezone, answer))
    events = []
    for _, event, timezone, answer in sorted(found, key=lambda item: item[0]):
        seq = _emit(tx, event, answer)
        if event.type == "booking.cancelled" and reminders.habit(tx, event.uid).notify:
            from calbook import notices  # only where somebody is to be told

            notices.queue_expiry(tx, event, seq, now=now)
        events.append(wire.event(tx.event_row(seq), timezone))
    return events


def _by_uid(due: Iterable[tuple[str, datetime]]) -> dict[str, list[datetime]]:
    """Each booking is read and written once, however many of its dates are due."""
    found: dict[str, list[datetime]] = {}
    for uid, key in due:
        found.setdefault(uid, []).append(key)
    return found


def saved(
    tx: Transaction,
    before: Booking | None,
    change: Change,
    terms: Terms,
    *,
    now: datetime,
) -> Json:
    """Save a booking with its events; the booking's JSON as it is now."""
    tx.save(change.booking, before, now=now)
    answer = answer_of(tx, change.booking.uid, now)
    seqs = [_emit(tx, event, answer) for event in change.events]
    _queue_mail(tx, before, change, seqs, terms, now=now)
    if terms.idempotency_key is not None:
        tx.remember(
            terms.idempotency_key,
            request=terms.request,
            event_seq=seqs[-1],
            answer=answer if _is_shortened(change.events[-1]) else None,
        )
    return answer


def answer_of(tx: Transaction, uid: str, now: datetime) -> Json:
    """The booking's JSON as it is now."""
    row = tx.booking_row(uid)
    assert row is not None
    return wire.booking(row, now=times.epoch(now))


def _queue_mail(
    tx: Transaction,
    before: Booking | None,
    change: Change,
    seqs: list[int],
    terms: Terms,
    *,
    now: datetime,
) -> None:
    """Mail beside the events, and reminders before the meetings."""
    habit = reminders.habit(tx, change.booking.uid)
    notify = habit.notify if terms.notify is None else terms.notify
    if notify:
        from calbook import notices  # only where somebody is to be told

        notices.queue(tx, before, change, seqs, now=now)
    if habit.reminds or habit.is_reminding:
        from calbook import notices

        notices.remind(tx, change.booking, now=now)


def _is_shortened(event: Event) -> bool:
    return bool(event.about) or "attendee" in event.change


def _emit(tx: Transaction, event: Event, answer: Json) -> int:
    """Append an event with what it is about.

    Else each of the 730 completions of a long series would repeat all 730, and each
    of a thousand seats all thousand persons.
    """
    if event.about:
        answer = wire.about_dates(answer, event.change["dates"])
    elif "attendee" in event.change:
        answer = wire.about_person(answer, event.change["attendee"]["email"])
    return tx.emit(event, id=ids.event(), booking=answer)
