"""Schedules added and changed, and the dates on which they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from calbook.services.catalog.entries import (
    SCHEDULE,
    check_is_new,
    check_names_a_field,
    entry_json,
    existing_row,
    get_entry,
    read_id,
)
from calbook.wire.json_objects import Json
from calbook.wire.reading import schedules
from calbook.wire.reading.shapes import read_list

if TYPE_CHECKING:
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction

_MOST_DATES = 1_000  # of one override


def create_schedule(context: Context, id: str, fields: Mapping[str, Any]) -> Json:
    key = read_id(SCHEDULE, id)
    new = schedules.new_schedule(key, fields)

    def create(tx: Transaction) -> Json:
        tx.lock_catalog()
        check_is_new(tx, SCHEDULE, key)
        tx.save_schedule(new, now=context.clock())
        for override in new.overrides.values():
            tx.save_override(key, override)
        return entry_json(tx, SCHEDULE, key)

    return context.store.write(create)


def update_schedule(context: Context, id: str, fields: Mapping[str, Any]) -> Json:
    key = read_id(SCHEDULE, id)
    check_names_a_field(SCHEDULE, key, fields)
    changes = schedules.read_schedule_fields(fields)

    def update(tx: Transaction) -> Json:
        tx.lock_catalog()
        before = tx.schedule(key)
        after = before._replace(**changes)
        tx.save_schedule(after, now=context.clock())
        for day in before.overrides.keys() - after.overrides.keys():
            tx.remove_override(key, day)
        for day, override in after.overrides.items():
            if before.overrides.get(day) != override:
                tx.save_override(key, override)
        return entry_json(tx, SCHEDULE, key)

    return context.store.write(update)


def override_dates(
    context: Context,
    id: str,
    first: str | date,
    last: str | date | None,
    *,
    availability: Iterable[Mapping[str, Any]],
    reason: str | None,
) -> Json:
    """Give local dates, both ends included, other hours; without any, close them."""
    key = read_id(SCHEDULE, id)
    windows = tuple(read_list(availability, "availability"))
    overrides = [
        schedules.read_override(
            {"date": day, "availability": windows, "reason": reason}
        )
        for day in _local_dates(context, key, first, last)
    ]

    def override(tx: Transaction) -> Json:
        tx.lock_catalog()
        existing_row(tx, SCHEDULE, key)
        for override in overrides:
            tx.save_override(key, override)
        return entry_json(tx, SCHEDULE, key)

    return context.store.write(override)


def remove_overrides(
    context: Context, id: str, first: str | date, last: str | date | None
) -> Json:
    key = read_id(SCHEDULE, id)
    days = _local_dates(context, key, first, last)

    def remove(tx: Transaction) -> Json:
        tx.lock_catalog()
        existing_row(tx, SCHEDULE, key)
        if not sum(tx.remove_override(key, day) for day in days):
            from calbook.core.errors import NotFound

            raise NotFound("override", days[0].isoformat())
        return entry_json(tx, SCHEDULE, key)

    return context.store.write(remove)


def _local_dates(
    context: Context, key: str, first: str | date, last: str | date | None
) -> list[date]:
    """Days in the schedule's own zone, both included."""
    from calbook.core.time import parsing

    zone, now = get_entry(context, SCHEDULE, key)["timezone"], context.clock()
    start = parsing.days(first, now=now, timezone=zone).first
    end = parsing.days(last or first, now=now, timezone=zone).end - timedelta(days=1)
    count = (end - start).days + 1
    if not 1 <= count <= _MOST_DATES:
        from calbook.core.errors import BadInput

        raise BadInput(
            f"{start} to {end} is {count} days; from 1 to {_MOST_DATES:,} fit",
            field="endDate",
        )
    return [start + timedelta(days=n) for n in range(count)]
