"""What is kept for a while only: what has arrived, and what repeats were answered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from calbook.core.time import times
from calbook.store import idempotency_keys, outbox
from calbook.store.outbox import OutboxReader

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.store.store import Store
    from calbook.store.transaction import Transaction

KEPT = timedelta(days=90)
_LATELY = 20  # changes by people that say too how late it is
_AT_ONCE = 1_000  # that one round forgets


def forget_old(store: Store, now: datetime) -> None:
    """Forget some of what is older; what an event holds only where history may change.

    A clock that is ahead for an hour does not make it be forgotten.
    """
    before = times.epoch(now - KEPT)
    with store.read(OutboxReader) as reading:
        is_log_old = reading.has_older_than(before)
        if not (is_log_old or idempotency_keys.has_old_answer(reading, before)):
            return
        lately = reading.earliest_of_newest_events(_LATELY)
        before = min(before, lately - int(KEPT.total_seconds()))
    may_change_history = store.may_change_history()

    def forget(tx: Transaction) -> None:
        if may_change_history:
            outbox.drop_sent(tx, before, most=_AT_ONCE)
            idempotency_keys.drop_old_answers(tx, before, most=_AT_ONCE)
        outbox.forget_delivered(tx, before, most=_AT_ONCE)

    if is_log_old or may_change_history:
        store.write(forget)
