"""The first attempt right after a change: short, and never in the change's way."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing, suppress
from typing import Any

from calbook.core.errors import DeliveryUnderWay, OutputError
from calbook.core.time import times
from calbook.delivery import lock
from calbook.delivery.worker import DeliveryWorker
from calbook.store import delivery_log
from calbook.store.context import Context
from calbook.store.outbox import OutboxReader
from calbook.wire.writing.outbox import delivery_to_json

_PATIENCE = 0.5  # seconds that a lock on the file is waited for
_TURN = 1.0  # seconds that others are waited for who send just now
_LOOK = 0.05


def send_queued(context: Context, *, seconds: float) -> tuple[dict[str, Any], ...]:
    """Send what this context's changes have queued; what of it has not arrived.

    What a watcher has not sent yet is its business, and not among it.

    Raises:
        StoreError: the file could not be read or written.
    """
    queued, context.store.queued = context.store.queued, []
    hasty = context.store.with_patience(_PATIENCE) if queued else None
    if hasty is None:
        return ()
    with closing(hasty) as store:
        is_left_to_others = _send(Context(store, context.clock), queued, seconds)
        with store.read(OutboxReader) as reading:
            rows = delivery_log.unsent_rows(reading, queued)
    found = map(delivery_to_json, rows)
    return tuple(d for d in found if d["attempts"] or not is_left_to_others)


def _send(context: Context, queued: Sequence[str], seconds: float) -> bool:
    """As many as the time allows; True where a watcher sends them."""
    began = time.monotonic()
    with suppress(OutputError):  # where no lock file can be, nobody sends
        while _are_due(context, queued) and time.monotonic() < began + _TURN:
            try:
                with lock.hold_lock(context.store.delivery_lock):
                    work = DeliveryWorker(context, only=queued, until=began + seconds)
                    for _ in work.round():
                        pass
                    return False
            except DeliveryUnderWay as other:
                if other.stays:
                    return True
                time.sleep(_LOOK)
    return False


def _are_due(context: Context, queued: Sequence[str]) -> bool:
    """Whether others have left some of it."""
    now = times.epoch(context.clock())
    with context.store.read(OutboxReader) as reading:
        return bool(reading.due_rows(now, only=queued))
