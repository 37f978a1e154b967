"""Requests that come again with their idempotency key: the first answer is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.core import checks
from calbook.core.errors import KeyReused
from calbook.core.time import times
from calbook.store.idempotency_keys import first_result, store_result
from calbook.wire.reading import idempotency
from calbook.wire.writing.bookings import booking_to_json, complete_stored_booking

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.services.bookings.change_options import ChangeOptions
    from calbook.store.transaction import Transaction
    from calbook.wire.json_objects import Json


def find_first_answer(
    tx: Transaction, key: str, options: ChangeOptions, now: datetime
) -> Json | None:
    """What the first request with a key was answered; None where this one is it.

    Of one that is kept no longer it is the booking as it is now.

    Raises:
        KeyReused: that was another request.
    """
    key = checks.line(key, "idempotencyKey")
    tx.lock_key(key)
    first = first_result(tx, key)
    if first is None:
        return None
    if not idempotency.is_same_request(first.request, options.request):
        raise KeyReused(key, first.uid)
    row = tx.booking_row(first.uid)
    assert row is not None
    if first.answer is None:
        return booking_to_json(row, now=times.epoch(now))
    return complete_stored_booking(first.answer, row["title"])


def keep_answer(
    tx: Transaction, key: str, options: ChangeOptions, event_seq: int, answer: Json
) -> None:
    """For when it comes again; what its event is about may be less."""
    request = options.request
    store_result(tx, key, request=request, event_seq=event_seq, answer=answer)
