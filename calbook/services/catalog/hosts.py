"""Hosts added and changed, and a new file's first host set up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from calbook.services.catalog.entries import (
    HOST,
    add_entry,
    change_entry,
    check_names_a_field,
    entry_json,
    read_id,
)
from calbook.store.reader import Reader
from calbook.wire.json_objects import Json
from calbook.wire.reading import schedules

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.store.context import Context
    from calbook.store.transaction import Transaction


def create_host(
    context: Context, id: str, fields: Mapping[str, Any], *, dry_run: bool
) -> Json:
    key = read_id(HOST, id)

    def save(tx: Transaction, now: datetime) -> None:
        read = schedules.read_host_fields(fields)
        schedule = tx.schedule(read.get("schedule_id", "sched_work"))
        host = schedules.new_host(key, fields, schedule=schedule)
        tx.save_host(host, now=now)

    return add_entry(context, HOST, key, save, dry_run=dry_run)


def update_host(
    context: Context, id: str, fields: Mapping[str, Any], *, dry_run: bool
) -> Json:
    key = read_id(HOST, id)
    check_names_a_field(HOST, key, fields)
    changes = schedules.read_host_fields(fields)

    def save(tx: Transaction, now: datetime) -> None:
        after = tx.host(key)._replace(**changes)
        tx.timezone_of(after.schedule_id)
        tx.save_host(after, now=now)

    return change_entry(context, HOST, key, save, dry_run=dry_run)


def set_up_first_host(context: Context, fields: Mapping[str, Any]) -> Json:
    """Set fields of the oldest host; a zone on its schedule as well.

    Without fields nothing is written.

    Raises:
        NotFound: the file has no host.
    """
    changes = schedules.read_host_fields(fields)
    if not changes:
        with context.store.read(Reader) as reader:
            return entry_json(reader, HOST, _first_host(reader))

    def set_up(tx: Transaction) -> Json:
        tx.lock_catalog()
        key = _first_host(tx)
        host, now = tx.host(key), context.clock()
        tx.save_host(host._replace(**changes), now=now)
        if "timezone" in changes:
            schedule = tx.schedule(host.schedule_id)
            tx.save_schedule(schedule._replace(timezone=changes["timezone"]), now=now)
        return entry_json(tx, HOST, key)

    return context.store.write(set_up)


def _first_host(reader: Reader) -> str:
    key = reader.oldest_host()
    if key is None:
        from calbook.core.errors import NotFound

        raise NotFound("host", "user_me")
    return key
