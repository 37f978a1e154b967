"""What webhooks and mail have in common: listing, finding and repeating deliveries.

Ids may be shortened to any beginning of four letters or more that fits one alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from calbook import wire
from calbook.store import outbox
from calbook.store.outbox import OutboxReading
from calbook.values.outbox import Delivery

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.desk import Desk
    from calbook.store.reading import Row
    from calbook.store.transaction import Transaction

_STATUSES = ("pending", "delivered", "failed", "dropped")
_MOST = 1_000  # of one listing
_LEAST = 4  # letters of a shortened id
_SHOWN = 5  # of those that it fits
_PREFIXES = {"webhook": "wh_", "target": "wh_", "delivery": "dl_", "mail": "dl_"}
_WORDS = {"target": "webhook"}
_LISTS = {
    "webhook": "calbook webhook list",
    "target": "calbook webhook list",
    "delivery": "calbook webhook log",
    "mail": "calbook mail log",
}


def listed(
    reading: OutboxReading,
    filters: Mapping[str, Any],
    *,
    status: str | None,
    count: int,
) -> tuple[Delivery, ...]:
    """The newest first, with their attempts."""
    from calbook.core import fields

    most = fields.whole(count, "count", least=1, most=_MOST)
    chosen = dict(filters)
    if status is not None:
        chosen["status"] = fields.choice(status, "status", _STATUSES)
    rows = reading.delivery_rows(chosen, limit=most)
    return tuple(Delivery(wire.delivery(row)) for row in rows)


def one(desk: Desk, noun: str, id: str) -> Delivery:
    with desk.store.read(OutboxReading) as reading:
        return _made(reading, found(reading, noun, id))


def again(desk: Desk, noun: str, id: str) -> Delivery:
    """Make a delivery due now, with all its attempts before it.

    Raises:
        Inactive: its webhook is removed or switched off, it reminds of a meeting
            that has begun or takes place no more, or a later mail has said otherwise.
    """
    with desk.store.write() as tx:
        reading = OutboxReading(tx.connection)
        key = found(reading, noun, id)
        row = _row(reading, key)
        if row["channel"] == "webhook":
            _check_active(reading, row["target"])
        elif row["kind"] == "reminder":
            _check_ahead(tx, row, desk.clock())
        else:
            _check_newest(reading, row)
        outbox.again(tx, key, now=desk.clock())
        return _made(reading, key)


def found(reading: OutboxReading, noun: str, id: object) -> str:
    """The id that a typed one means: itself, or the only one that begins so.

    Raises:
        NotFound: none does, or fewer than four letters were given.
        AmbiguousUid: several do.
    """
    noun_prefix = _PREFIXES[noun]
    typed = id.strip().lower() if isinstance(id, str) else ""
    letters = typed.removeprefix(noun_prefix)
    prefix = noun_prefix + letters
    enough = len(letters) >= _LEAST and letters.isascii() and letters.isalnum()
    candidates = reading.ids_from(noun, prefix, most=_SHOWN) if enough else ()
    if len(candidates) == 1 or prefix in candidates:
        return candidates[0]
    from calbook.core.errors import AmbiguousUid, NotFound
    from calbook.core.text import excerpt

    word = _WORDS.get(noun, noun)
    if candidates:
        raise AmbiguousUid(typed, candidates, noun=word)
    missing = NotFound(word, excerpt(id))
    missing.hint = f"see {_LISTS[noun]}" + (
        "" if enough else f"; {_LEAST} letters of an id will do"
    )
    raise missing


def _made(reading: OutboxReading, key: str) -> Delivery:
    return Delivery(wire.delivery(_row(reading, key)))


def _row(reading: OutboxReading, key: str) -> Row:
    row = reading.delivery_row(key)
    assert row is not None
    return row


def _check_active(reading: OutboxReading, id: str) -> None:
    from calbook.core.errors import Inactive

    row = reading.webhook_row(id)
    if row is None:
        raise Inactive(f"webhook {id} is removed: nothing can be sent to it", id=id)
    if not row["active"]:
        raise Inactive(
            f"webhook {id} is switched off",
            hint=f"calbook webhook update {id} --active",
            id=id,
        )


def _check_newest(reading: OutboxReading, row: Row) -> None:
    """Who was told of a change is not told again of what was before."""
    from calbook.core.errors import Inactive

    later = reading.later_mail(row["seq"])
    if later is not None:
        raise Inactive(
            f"{row['id']} is out of date: {later} came after it",
            hint=f"calbook mail redeliver {later}",
            id=row["id"],
            later=later,
        )


def _check_ahead(tx: Transaction, row: Row, now: datetime) -> None:
    """Whether a reminder is still one to whom it went."""
    from calbook.core import reminders
    from calbook.core.errors import Inactive
    from calbook.store.reminders import reminded_start

    start, booking = reminded_start(tx, row["id"]), tx.booking(row["uid"])
    hosts = (tx.host(host_id) for host_id in booking.host_ids)
    if not reminders.is_in(booking, hosts, row["target"]):
        why = f"{row['target']} takes no part in it any more"
    elif start is None or not reminders.is_ahead(booking, start):
        why = "its meeting was moved or cancelled"
    elif start <= now:
        why = "its meeting has begun"
    else:
        return
    raise Inactive(f"{row['id']} reminds of nothing: {why}", id=row["id"])
