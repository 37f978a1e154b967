"""The first attempt right after a change: short, and never in the change's way."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from calbook import wire
from calbook.core import times
from calbook.core.errors import DeliveryUnderWay, OutputError
from calbook.delivery import locking
from calbook.delivery.queue import Delivering
from calbook.store.outbox import OutboxReading
from calbook.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from calbook.desk import Desk

_PATIENCE = 0.5  # seconds that a lock on the file is waited for
_TURN = 1.0  # seconds that others are waited for who send just now
_LOOK = 0.05


def attempt(desk: Desk, *, seconds: float) -> tuple[dict[str, Any], ...]:
    """Send what this desk's changes have queued; what of it has not arrived.

    What a watcher has not sent yet is its business, and not among it.

    Raises:
        StoreError: the file could not be read or written.
    """
    path, queued = desk.store.path, desk.store.queued
    desk.store.queued = []
    if path == ":memory:" or not queued:
        return ()
    with closing(SqliteStore(path, patience=_PATIENCE)) as store:
        is_left_to_others = _send(desk._replace(store=store), queued, seconds)
        with store.read(OutboxReading) as reading:
            rows = reading.unsent(queued)
    found = map(wire.delivery, rows)
    return tuple(d for d in found if d["attempts"] or not is_left_to_others)


def _send(desk: Desk, queued: Sequence[int], seconds: float) -> bool:
    """As many as the time allows; True where a watcher sends them."""
    began = time.monotonic()
    with suppress(OutputError):  # where no lock file can be, nobody sends
        while _are_due(desk, queued) and time.monotonic() < began + _TURN:
            try:
                with locking.alone(desk.store.path):
                    work = Delivering(desk, only=queued, until=began + seconds)
                    for _ in work.round():
                        pass
                    return False
            except DeliveryUnderWay as other:
                if other.stays:
                    return True
                time.sleep(_LOOK)
    return False


def _are_due(desk: Desk, queued: Sequence[int]) -> bool:
    """Whether others have left some of it."""
    now = times.epoch(desk.clock())
    with desk.store.read(OutboxReading) as reading:
        return bool(reading.due(now, only=queued))
