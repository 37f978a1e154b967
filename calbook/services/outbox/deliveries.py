"""What webhooks, mail and calendars have in common: their deliveries, listed, found
and repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from calbook.core.members import hosts_among
from calbook.store import delivery_log, outbox
from calbook.store.outbox import OutboxReader
from calbook.store.short_ids import find_id
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


def list_pushes(
    context: Context,
    *,
    target: str | None,
    uid: str | None,
    status: str | None,
    count: int,
) -> list[Json]:
    """What goes into calendars, the newest first: all, one calendar's, a booking's."""
    filters: Json = {"channel": "calendar"}
    if target is not None:
        filters["target"] = target
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
    rows = delivery_log.newest_rows(reader, chosen, limit=most)
    return [delivery_to_json(row) for row in rows]


def get_delivery(context: Context, noun: str, id: str) -> Json:
    with context.store.read(OutboxReader) as reader:
        return _delivery_json(reader, find_id(reader, noun, id))


def redeliver(context: Context, noun: str, id: str) -> Json:
    """Make a delivery due now, with all its attempts before it.

    Raises:
        Inactive: its webhook is removed or switched off, its calendar disconnected, it
            reminds of a meeting that has begun or takes place no more, or a later mail
            has said otherwise.
    """

    def redeliver_one(tx: Transaction) -> Json:
        reader = OutboxReader(tx.connection)
        key = find_id(reader, noun, id)
        row = _row(reader, key)
        if row["uid"] is not None:
            tx.lock_row(row["uid"])
        if row["channel"] == "mail":
            _check_text(row)
        if row["channel"] == "webhook":
            _check_active(reader, row["target"])
        elif row["channel"] == "calendar":
            _check_connected(tx, row["target"])
        elif row["kind"] == "reminder":
            _check_takes_place(tx, row, context.clock())
        else:
            _check_newest(reader, row)
        outbox.redeliver(tx, key, now=context.clock())
        return _delivery_json(reader, key)

    return context.store.write(redeliver_one)


def _delivery_json(reader: OutboxReader, key: str) -> Json:
    return delivery_to_json(_row(reader, key))


def _row(reader: OutboxReader, key: str) -> Row:
    row = delivery_log.find_row(reader, key)
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


def _check_text(row: Row) -> None:
    from calbook.core.errors import Inactive

    if row["payload"] is None:
        raise Inactive(f"the text of {row['id']} was erased", id=row["id"])


def _check_connected(tx: Transaction, target: str) -> None:
    from calbook.core.calendars import split_target
    from calbook.core.errors import Inactive
    from calbook.store.calendars import CalendarReader

    if CalendarReader(tx.connection).calendar_of_target(target) is None:
        host_id, name = split_target(target)
        raise Inactive(
            f"the calendar {name} of {host_id} is not written to any more", id=target
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
