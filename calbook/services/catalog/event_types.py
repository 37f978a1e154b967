"""Event types added and changed; bookings made before keep their rules."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TYPE_CHECKING, Any

from calbook.core.booking import event_type_changes
from calbook.core.errors import Exists, UsageError
from calbook.services.catalog import needed_members
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

    from calbook.core.catalog import EventType
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction


def create_event_type(
    context: Context, id: str | None, fields: Mapping[str, Any], *, dry_run: bool
) -> Json:
    def create(tx: Transaction) -> Json:
        tx.lock_catalog()
        new = add_event_type(tx, id, fields, now=context.clock())
        return entry_json(tx, EVENT_TYPE, new.id)

    return context.store.write(create, dry_run=dry_run)


def add_event_type(
    tx: Transaction, id: str | None, fields: Mapping[str, Any], *, now: datetime
) -> EventType:
    """Add one inside a transaction that is open and has locked the catalog."""
    new = event_types.new_event_type(id, fields, default_host=tx.oldest_host())
    check_is_new(tx, EVENT_TYPE, new.id)
    new = needed_members.settle_needs(tx, new, names_hosts="hosts" in fields)
    _check_names(tx, new)
    _check_references(tx, new)
    tx.save_event_type(new, now=now)
    return new


def update_event_type(
    context: Context,
    id: str,
    fields: Mapping[str, Any],
    *,
    claims_existing: bool = False,
    apply_to_coming: bool = False,
    dry_run: bool = False,
) -> Json:
    """Set fields; with `apply_to_coming` in the bookings to come as well.

    Those that were said, though the event type may have had them before. With
    `claims_existing` coming bookings get what they need and do not have.
    """
    key = read_id(EVENT_TYPE, id)
    if not claims_existing:
        check_names_a_field(EVENT_TYPE, key, fields)
    changes = event_types.read_event_type_fields(fields)
    names = changes.keys() & set(event_type_changes.FIELDS)
    if apply_to_coming and not names:
        raise _nothing_to_apply()
    told: dict[str, Any] = {}

    def save(tx: Transaction, now: datetime) -> object:
        before = tx.event_type(key)
        after = needed_members.settle_needs(
            tx, before._replace(**changes), names_hosts="hosts" in changes
        )
        _check_names(tx, after)
        _check_references(tx, after)
        needed_members.lock_members(tx, before, after, now=now)
        tx.save_event_type(after, now=now)
        told.clear()
        if apply_to_coming:
            told["bookingsChanged"] = write_into_coming(tx, after, names, now)
        kept = tx.count_bookings_keeping_text(before, after, now=now)
        if kept:
            told["bookingsKeepingText"] = kept
        if after.needs and (claims_existing or "needs" in changes):
            told.update(
                needed_members.cover_needs(tx, after, now=now, claims=claims_existing)
            )
        return told.get("bookingsChanged") or told.get("bookingsClaimed")

    answer = change_entry(context, EVENT_TYPE, key, save, dry_run=dry_run)
    return {**answer, **told}


def write_into_coming(
    tx: Transaction, event_type: EventType, names: Set[str], now: datetime
) -> list[Json]:
    from calbook.services.catalog import apply_to_coming  # slow to import

    return apply_to_coming.apply_to_coming(tx, event_type, names, now)


def _nothing_to_apply() -> UsageError:
    return UsageError(
        "none of these fields can be written into bookings to come",
        hint="give title, description, location, duration or a buffer",
        command_hint="give --title, --description, --location, --duration,"
        " --buffer-before or --buffer-after",
    )


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
