"""What every change ends with: time's part told, the booking saved, its event written.

All inside the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from calbook import wire
from calbook.core import fields, ids, lifecycle, times
from calbook.core.errors import KeyReused
from calbook.core.lifecycle import Change
from calbook.core.model import Booking
from calbook.store.transaction import Transaction
from calbook.wire import Json

BACKLOG = 200  # events of time passing that one write tells at most


class Terms(NamedTuple):
    """On which terms a change is asked for."""

    if_version: int | None = None
    idempotency_key: str | None = None
    request: str = ""  # as typed; compared when the key comes again
    dry_run: bool = False


def first_answer(tx: Transaction, terms: Terms) -> Json | None:
    if terms.idempotency_key is None:
        return None
    key = fields.line(terms.idempotency_key, "idempotencyKey")
    first = tx.first_answer(key)
    if first is None:
        return None
    request, answer = first
    if request != terms.request:
        raise KeyReused(key, answer["uid"])
    return answer


def pass_time(tx: Transaction, now: datetime) -> list[Json]:
    """Write the events of occurrences that have expired or ended, oldest first."""
    events = []
    for uid, recurrence_id in tx.due(now, limit=BACKLOG):
        before = tx.booking(uid)
        occurrence = next(
            o for o in before.occurrences if o.recurrence_id == recurrence_id
        )
        change = lifecycle.passed(before, occurrence, now)
        tx.save(change.booking, before, now=now)
        _, seq = _told(tx, change, now)
        events.append(wire.event(tx.event_row(seq), before.timezone))
    return events


def saved(
    tx: Transaction,
    before: Booking | None,
    change: Change,
    terms: Terms,
    *,
    now: datetime,
) -> Json:
    """Save a booking with its event; the booking's JSON as it is now."""
    tx.save(change.booking, before, now=now)
    answer, seq = _told(tx, change, now)
    if terms.idempotency_key is not None:
        tx.remember(terms.idempotency_key, request=terms.request, event_seq=seq)
    return answer


def _told(tx: Transaction, change: Change, now: datetime) -> tuple[Json, int]:
    row = tx.booking_row(change.booking.uid)
    assert row is not None
    answer = wire.booking(row, now=times.epoch(now))
    return answer, tx.emit(change.event, id=ids.event(), booking=answer)
