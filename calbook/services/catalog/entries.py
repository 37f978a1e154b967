"""What event types, hosts and schedules share: their ids, reading and removing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.store.reader import Reader, Row
from calbook.wire.json_objects import Json
from calbook.wire.writing import catalog as to_json

if TYPE_CHECKING:
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction


class Kind(NamedTuple):
    """A kind of entry: its noun, its id's prefix, and how its rows are read."""

    noun: str
    prefix: str
    row: Callable[[Reader, str], Row | None]
    rows: Callable[[Reader], list[Row]]
    to_json: Callable[[Row], Json]


EVENT_TYPE = Kind(
    *("event type", "evt", Reader.event_type_row, Reader.event_type_rows),
    to_json.event_type_to_json,
)
HOST = Kind("host", "user", Reader.host_row, Reader.host_rows, to_json.host_to_json)
SCHEDULE = Kind(
    *("schedule", "sched", Reader.schedule_row, Reader.schedule_rows),
    to_json.schedule_to_json,
)


def get_entry(context: Context, kind: Kind, id: str) -> Json:
    key = read_id(kind, id)
    with context.store.read(Reader) as reader:
        return entry_json(reader, kind, key)


def list_entries(context: Context, kind: Kind) -> list[Json]:
    with context.store.read(Reader) as reader:
        rows = kind.rows(reader)
    return [kind.to_json(row) for row in rows]


def remove_entry(context: Context, kind: Kind, id: str) -> None:
    """Remove an entry.

    Raises:
        InUse: something still refers to it.
    """
    key = read_id(kind, id)
    with context.store.write() as tx:
        tx.remove(kind.noun, existing_row(tx, kind, key)["id"])


def read_id(kind: Kind, id: object) -> str:
    """The whole id; it may be written without its prefix, or be a slug."""
    from calbook.core import checks

    if kind is EVENT_TYPE:
        return checks.event_type_key(id, f"{kind.noun} id")
    return checks.identifier(id, kind.prefix, f"{kind.noun} id")


def existing_row(reader: Reader, kind: Kind, key: str) -> Row:
    row = kind.row(reader, key)
    if row is None:
        from calbook.core.errors import NotFound

        raise NotFound(kind.noun, key, known=reader.ids(kind.noun))
    return row


def entry_json(reader: Reader, kind: Kind, key: str) -> Json:
    return kind.to_json(existing_row(reader, kind, key))


def check_is_new(reader: Reader, kind: Kind, key: str) -> None:
    if key in reader.ids(kind.noun):
        from calbook.core.errors import Exists

        raise Exists(kind.noun, key)


def check_names_a_field(kind: Kind, key: str, fields: Mapping[str, Any]) -> None:
    if not fields:
        from calbook.core.errors import NothingToChange

        raise NothingToChange(f"nothing to change on {kind.noun} {key}: name a field")


def update_reminders(tx: Transaction, uids: Sequence[str], now: datetime) -> None:
    """Bring the reminders of bookings in line with what was changed."""
    if not uids:
        return
    from calbook.services.outbox import mail_notices  # only where somebody is reminded

    for uid in uids:
        mail_notices.update_reminders(tx, tx.booking(uid), now=now)
