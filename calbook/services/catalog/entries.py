"""What event types, hosts and schedules share: their ids, reading and removing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.store.reader import Reader
from calbook.wire.json_objects import Json
from calbook.wire.writing import catalog as to_json

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction


Save = Callable[["Transaction", "datetime"], object]


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
RESOURCE = Kind(
    *("resource", "res", Reader.host_row, Reader.resource_rows),
    to_json.resource_to_json,
)
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


def remove_entry(
    context: Context, kind: Kind, id: str, *, dry_run: bool = False
) -> None:
    """Remove an entry.

    Raises:
        InUse: something still refers to it.
    """
    steps = _removing_steps(kind, read_id(kind, id))
    if dry_run:
        context.store.write(next(steps), dry_run=True)
    else:
        context.store.write_portions(steps)


def _removing_steps(kind: Kind, key: str) -> Iterator[Callable[[Transaction], object]]:
    """Busy time goes first: there may be much of it."""

    def check(tx: Transaction) -> None:
        tx.lock_catalog()
        found[:] = [existing_row(tx, kind, key)["id"]]
        tx.check_unused(kind.noun, found[0])

    found: list[str] = []
    yield check
    [id] = found
    if kind in (HOST, RESOURCE):
        from calbook.store import busy  # slow to import

        yield from busy.remove_all_steps(id)

    def remove(tx: Transaction) -> None:
        tx.lock_catalog()
        tx.remove(kind.noun, id)

    yield remove


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


def add_entry(
    context: Context, kind: Kind, key: str, save: Save, *, dry_run: bool
) -> Json:
    """Save a new entry; it as it is then."""

    def add(tx: Transaction) -> Json:
        tx.lock_catalog()
        check_is_new(tx, kind, key)
        save(tx, context.clock())
        return entry_json(tx, kind, key)

    return context.store.write(add, dry_run=dry_run)


def save_entry(
    context: Context, kind: Kind, key: str, save: Save, *, dry_run: bool
) -> Json:
    """Save a changed entry that no reminder depends on."""

    def change(tx: Transaction) -> Json:
        tx.lock_catalog()
        before = entry_json(tx, kind, key)
        save(tx, context.clock())
        after = entry_json(tx, kind, key)
        note_if_unchanged(tx, before, after)
        return after

    return context.store.write(change, dry_run=dry_run)


def change_entry(
    context: Context,
    kind: Kind,
    key: str,
    save: Save,
    *,
    dry_run: bool,
) -> Json:
    """Save a changed entry, and bring the reminders of all its bookings in line.

    What is left to do is noted with the change: `tick` ends what was interrupted.
    `save` returns what it changed beside the entry, if anything.
    """
    from calbook.store import reminders  # slow to import

    answers: list[Json] = []

    def begin(tx: Transaction) -> None:
        tx.lock_catalog()
        before = entry_json(tx, kind, key)
        id = before["id"]
        changed = save(tx, context.clock())
        reminders.begin_update(tx, kind.noun, id, context.clock())
        answers[:] = [entry_json(tx, kind, id)]
        if not changed:
            note_if_unchanged(tx, before, answers[0])

    def steps() -> Iterator[Callable[[Transaction], object]]:
        yield begin
        yield from _update_steps(context, kind.noun, answers[0]["id"])

    if dry_run:
        context.store.write(begin, dry_run=True)
    else:
        context.store.write_portions(steps())
    return answers[0]


def note_if_unchanged(tx: Transaction, before: Json, after: Json) -> None:
    """Whoever set what was set already is told so, and is not refused."""
    if after == before:
        id = after["id"]
        tx.unchanged.append((id, f"{id} has these values already"))


def unfinished_reminder_steps(
    context: Context,
) -> Iterator[Callable[[Transaction], object]]:
    from calbook.store import reminders  # slow to import

    found: list[tuple[str, str]] = []

    def find(tx: Transaction) -> None:
        found[:] = reminders.unfinished_updates(tx)

    yield find
    for noun, key in found:
        yield from _update_steps(context, noun, key)


def _update_steps(
    context: Context, noun: str, key: str
) -> Iterator[Callable[[Transaction], object]]:
    from calbook.store import reminders  # slow to import
    from calbook.store.writer import repeat_step

    def step(tx: Transaction) -> int:
        tx.lock_catalog()
        now = context.clock()
        uids = reminders.continue_update(tx, noun, key, now)
        update_reminders(tx, uids, now)
        return len(uids)

    return repeat_step(step)


def update_reminders(tx: Transaction, uids: Sequence[str], now: datetime) -> None:
    """Bring the reminders of bookings in line with what was changed."""
    if not uids:
        return
    from calbook.services.outbox import mail_notices  # only where somebody is reminded

    for uid in uids:
        tx.lock_booking(uid)
        mail_notices.update_reminders(tx, tx.booking(uid), now=now)
