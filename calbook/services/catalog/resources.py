"""Rooms and things added and changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from calbook.core.catalog import Hours, Schedule
from calbook.core.model import DAY, NO_TIME
from calbook.core.time.times import WEEKDAYS
from calbook.services.catalog.entries import (
    RESOURCE,
    add_entry,
    check_names_a_field,
    read_id,
    save_entry,
)
from calbook.wire.json_objects import Json
from calbook.wire.reading import resources

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.store.context import Context
    from calbook.store.transaction import Transaction

# The hours of a resource that nobody gave any; made when it is first needed.
ALWAYS = "sched_always"


def create_resource(
    context: Context, id: str, fields: Mapping[str, Any], *, dry_run: bool
) -> Json:
    key = read_id(RESOURCE, id)
    read = resources.read_resource_fields(fields)

    def save(tx: Transaction, now: datetime) -> None:
        host = tx.oldest_host()
        schedule_id = read.get("schedule_id")
        if schedule_id in (None, ALWAYS):
            schedule_id = _always_open(tx, now)
        zone = tx.host(host).timezone if host else tx.timezone_of(schedule_id)
        resource = resources.new_resource(
            key, read, schedule_id=schedule_id, timezone=zone
        )
        tx.timezone_of(resource.schedule_id)
        tx.save_host(resource, now=now)

    return add_entry(context, RESOURCE, key, save, dry_run=dry_run)


def update_resource(
    context: Context, id: str, fields: Mapping[str, Any], *, dry_run: bool
) -> Json:
    key = read_id(RESOURCE, id)
    check_names_a_field(RESOURCE, key, fields)
    read = resources.read_resource_fields(fields)

    def save(tx: Transaction, now: datetime) -> None:
        changes = dict(read)
        if "schedule_id" in changes and changes["schedule_id"] in (None, ALWAYS):
            changes["schedule_id"] = _always_open(tx, now)
        after = tx.host(key)._replace(**changes)
        tx.timezone_of(after.schedule_id)
        tx.lock_hosts([key])
        tx.save_host(after, now=now)

    return save_entry(context, RESOURCE, key, save, dry_run=dry_run)


def _always_open(tx: Transaction, now: datetime) -> str:
    if tx.schedule_row(ALWAYS) is None:
        whole_day = (Hours(NO_TIME, DAY),)
        week = (whole_day,) * len(WEEKDAYS)
        tx.save_schedule(Schedule(ALWAYS, "Always open", "UTC", week, {}), now=now)
    return ALWAYS
