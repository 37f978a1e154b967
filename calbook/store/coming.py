"""The bookings of an event type that are still to come, all at once."""

from __future__ import annotations

from datetime import datetime

from calbook.core.model import Booking
from calbook.core.time import times
from calbook.store import rows
from calbook.store.facts import Facts
from calbook.store.reader import WHOLE_BOOKING
from calbook.store.writer import Writer

_COMING = (
    "b.event_type_id = :id and (b.pending_until > :now or b.confirmed_until > :now)"
)


def coming_bookings(facts: Facts, event_type_id: str, now: datetime) -> list[Booking]:
    """By start."""
    found = facts.connection.execute(
        f"{WHOLE_BOOKING} where {_COMING} order by b.starts_at, b.uid",
        {"id": event_type_id, "now": times.epoch(now)},
    )
    return [rows.booking(row) for row in found]


def lock_coming(tx: Writer, event_type_id: str, now: datetime) -> None:
    """Be alone with them and all who give their time; the event type's are locked.

    Nobody adds one meanwhile, but one may be handed to a host who is not locked yet.
    """
    locked: set[str] = set()
    while others := _hosts(tx, event_type_id, now) - locked:
        tx.lock_hosts(others | locked)
        locked |= others
    found = tx.connection.execute(
        f"select b.uid from bookings b where {_COMING} order by b.uid",
        {"id": event_type_id, "now": times.epoch(now)},
    ).fetchall()
    for row in found:
        tx.lock_row(row["uid"])


def _hosts(tx: Writer, event_type_id: str, now: datetime) -> set[str]:
    found = tx.connection.execute(
        "select host_id from event_type_hosts where event_type_id = :id"
        " union select h.host_id from booking_hosts h"
        f" join bookings b on b.uid = h.uid where {_COMING}",
        {"id": event_type_id, "now": times.epoch(now)},
    )
    return {row["host_id"] for row in found}
