"""What webhooks and mail have in common: listing, finding and repeating deliveries.

Ids may be shortened to any beginning of four letters or more that fits one alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from calbook.core.members import hosts_among
from calbook.store import outbox
from calbook.store.outbox import OutboxReader
from calbook.wire.json_objects import Json
from calbook.wire.writing.outbox import delivery_to_json

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.core.catalog import Host
    from calbook.core.model import Booking
    from calbook.store.connection import Row
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction

_STATUSES = ("pending", "delivered", "failed", "dropped")
_MOST = 1_000  # of one listing
_LEAST = 4  # letters of a shortened id
_SHOWN = 5  # of those that it fits
_PREFIXES = {"webhook": "wh_", "target": "wh_", "delivery": "dl_", "mail": "dl_"}
_WORDS = {"target": "webhook"}
_LISTS = {
    "webhook": ("webhooks.list()", "calbook webhook list"),
    "target": ("webhooks.list()", "calbook webhook list"),
    "delivery": ("webhooks.log()", "calbook webhook log"),
    "mail": ("mails.log()", "calbook mail log"),
}


def list_mails(
    context: Context,
    *,
    uid: str | None,
    email: str | None,
    status: str | None,
    count: int,
) -> list[Json]:
    """The newest mails first, with their attempts: all, a booking's, or a person's."""
    from calbook.core import checks

    filters: Json = {"channel": "mail"}
    if email is not None:
        filters["target"] = checks.fold_email(checks.email(email))
    with context.store.read(OutboxReader) as reader:
        if uid is not None:
            filters["uid"] = reader.resolve_uid(uid)
        return list_deliveries(reader, filters, status=status, count=count)


def list_deliveries(
    reader: OutboxReader,
    filters: Mapping[str, Any],
    *,
    status: str | None,
    count: int,
) -> list[Json]:
    """The newest first, with their attempts."""
    from calbook.core import checks

    most = checks.whole_number(count, "count", least=1, most=_MOST)
    chosen = dict(filters)
    if status is not None:
        chosen["status"] = checks.choice(status, "status", _STATUSES)
    rows = reader.delivery_rows(chosen, limit=most)
    return [delivery_to_json(row) for row in rows]


def get_delivery(context: Context, noun: str, id: str) -> Json:
    with context.store.read(OutboxReader) as reader:
        return _delivery_json(reader, find_id(reader, noun, id))


def redeliver(context: Context, noun: str, id: str) -> Json:
    """Make a delivery due now, with all its attempts before it.

    Raises:
        Inactive: its webhook is removed or switched off, it reminds of a meeting
            that has begun or takes place no more, or a later mail has said otherwise.
    """

    def redeliver_one(tx: Transaction) -> Json:
        reader = OutboxReader(tx.connection)
        key = find_id(reader, noun, id)
        row = _row(reader, key)
        if row["uid"] is not None:
            tx.lock_row(row["uid"])
        if row["channel"] == "webhook":
            _check_active(reader, row["target"])
        elif row["kind"] == "reminder":
            _check_takes_place(tx, row, context.clock())
        else:
            _check_newest(reader, row)
        outbox.redeliver(tx, key, now=context.clock())
        return _delivery_json(reader, key)

    return context.store.write(redeliver_one)


def find_id(reader: OutboxReader, noun: str, id: object) -> str:
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
    candidates = reader.ids_from(noun, prefix, most=_SHOWN) if enough else ()
    if len(candidates) == 1 or prefix in candidates:
        return candidates[0]
    from calbook.core.errors import AmbiguousUid, NotFound
    from calbook.core.text import excerpt

    word = _WORDS.get(noun, noun)
    if candidates:
        raise AmbiguousUid(typed, candidates, noun=word)
    missing = NotFound(word, excerpt(id))
    more = "" if enough else f"; {_LEAST} letters of an id will do"
    missing.hint, missing.command_hint = (f"see {it}{more}" for it in _LISTS[noun])
    raise missing


def _delivery_json(reader: OutboxReader, key: str) -> Json:
    return delivery_to_json(_row(reader, key))


def _row(reader: OutboxReader, key: str) -> Row:
    row = reader.delivery_row(key)
    assert row is not None
    return row


def _check_active(reader: OutboxReader, id: str) -> None:
    from calbook.core.errors import Inactive

    row = reader.webhook_row(id)
    if row is None:
        raise Inactive(f"webhook {id} is removed: nothing can be sent to it", id=id)
    if not row["active"]:
        raise Inactive(
            f"webhook {id} is switched off",
            hint=f'webhooks.update("{id}", active=True)',
            command_hint=f"calbook webhook update {id} --active",
            id=id,
        )


def _check_newest(reader: OutboxReader, row: Row) -> None:
    """Who was told of a change is not told again of what was before."""
    from calbook.core.errors import Inactive

    later = reader.later_mail(row["seq"])
    if later is not None:
        raise Inactive(
            f"{row['id']} is out of date: {later} came after it",
            hint=f'mails.redeliver("{later}")',
            command_hint=f"calbook mail redeliver {later}",
            id=row["id"],
            later=later,
        )


def _hosts_at(tx: Transaction, booking: Booking, start: datetime | None) -> list[Host]:
    """Who gives the meeting that starts then."""
    there = [o for o in booking.occurrences if o.span.start == start]
    ids = [host_id for o in there for host_id in booking.hosts_of(o)]
    return [tx.host(host_id) for host_id in hosts_among(ids or booking.host_ids)]


def _check_takes_place(tx: Transaction, row: Row, now: datetime) -> None:
    """Whether a reminder is still one to whom it went."""
    from calbook.core.errors import Inactive
    from calbook.core.outgoing import reminders
    from calbook.store.reminders import start_reminded_of

    start, booking = start_reminded_of(tx, row["id"]), tx.booking(row["uid"])
    hosts = _hosts_at(tx, booking, start)
    if not reminders.takes_part(booking, hosts, row["target"], start):
        why = f"{row['target']} takes no part in it any more"
    elif start is None or not reminders.takes_place(booking, start):
        why = "its meeting was moved or cancelled"
    elif start <= now:
        why = "its meeting has begun"
    else:
        return
    raise Inactive(f"{row['id']} reminds of nothing: {why}", id=row["id"])
