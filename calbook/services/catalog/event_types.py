"""Event types added and changed; bookings made before keep their rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from calbook.core.errors import Exists
from calbook.services.catalog.entries import (
    EVENT_TYPE,
    change_entry,
    check_is_new,
    check_names_a_field,
    entry_json,
    read_id,
)
from calbook.wire.json_objects import Json
from calbook.wire.reading import event_types

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.core.model import EventType
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction


def create_event_type(
    context: Context, id: str | None, fields: Mapping[str, Any]
) -> Json:

    def create(tx: Transaction) -> Json:
        tx.lock_catalog()
        new = event_types.new_event_type(id, fields, default_host=tx.oldest_host())
        check_is_new(tx, EVENT_TYPE, new.id)
        _check_names(tx, new)
        _check_references(tx, new)
        tx.save_event_type(new, now=context.clock())
        return entry_json(tx, EVENT_TYPE, new.id)

    return context.store.write(create)


def update_event_type(context: Context, id: str, fields: Mapping[str, Any]) -> Json:
    key = read_id(EVENT_TYPE, id)
    check_names_a_field(EVENT_TYPE, key, fields)
    changes = event_types.read_event_type_fields(fields)
    kept: list[int] = []

    def save(tx: Transaction, now: datetime) -> None:
        before = tx.event_type(key)
        after = event_types.check_event_type(before._replace(**changes))
        _check_names(tx, after)
        _check_references(tx, after)
        tx.lock_hosts(a.host_id for a in (*before.hosts, *after.hosts))
        tx.save_event_type(after, now=now)
        kept[:] = [tx.count_bookings_keeping_text(before, after, now=now)]

    answer = change_entry(context, EVENT_TYPE, key, save)
    return {**answer, "bookingsKeepingText": kept[0]} if kept[0] else answer


def _check_names(tx: Transaction, event_type: EventType) -> None:
    """By its slug and by its id without `evt_` nobody may mean another one."""
    for name in dict.fromkeys((event_type.slug, event_type.id.removeprefix("evt_"))):
        other = tx.event_type_row(f"evt_{name}")
        if other is not None and other["id"] != event_type.id:
            raise Exists("event type", name)


def _check_references(tx: Transaction, event_type: EventType) -> None:
    for assignment in event_type.hosts:
        tx.host(assignment.host_id)
    if event_type.schedule_id is not None:
        tx.timezone_of(event_type.schedule_id)
