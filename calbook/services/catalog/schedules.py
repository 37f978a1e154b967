"""Schedules added and changed, and the dates on which they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from calbook.services.catalog.entries import (
    SCHEDULE,
    add_entry,
    check_names_a_field,
    get_entry,
    read_id,
    save_entry,
)
from calbook.wire.json_objects import Json
from calbook.wire.reading import schedules
from calbook.wire.reading.shapes import read_list

if TYPE_CHECKING:
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction

_MOST_DATES = 1_000  # of one override


def create_schedule(
    context: Context, id: str, fields: Mapping[str, Any], *, dry_run: bool
) -> Json:
    key = read_id(SCHEDULE, id)
    new = schedules.new_schedule(key, fields)

    def save(tx: Transaction, now: datetime) -> None:
        tx.save_schedule(new, now=now)
        for override in new.overrides.values():
            tx.save_override(key, override)

    return add_entry(context, SCHEDULE, key, save, dry_run=dry_run)


def update_schedule(
    context: Context, id: str, fields: Mapping[str, Any], *, dry_run: bool
) -> Json:
    key = read_id(SCHEDULE, id)
    check_names_a_field(SCHEDULE, key, fields)
    changes = schedules.read_schedule_fields(fields)

    def save(tx: Transaction, now: datetime) -> None:
        before = tx.schedule(key)
        after = before._replace(**changes)
        tx.save_schedule(after, now=now)
        for day in before.overrides.keys() - after.overrides.keys():
            tx.remove_override(key, day)
        for day, override in after.overrides.items():
            if before.overrides.get(day) != override:
                tx.save_override(key, override)

    return save_entry(context, SCHEDULE, key, save, dry_run=dry_run)


def override_dates(
    context: Context,
    id: str,
    first: str | date,
    last: str | date | None,
    *,
    availability: Iterable[Mapping[str, Any]],
    reason: str | None,
    dry_run: bool,
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

    def save(tx: Transaction, now: datetime) -> None:
        for override in overrides:
            tx.save_override(key, override)

    return save_entry(context, SCHEDULE, key, save, dry_run=dry_run)


def remove_overrides(
    context: Context,
    id: str,
    first: str | date,
    last: str | date | None,
    *,
    dry_run: bool,
) -> Json:
    key = read_id(SCHEDULE, id)
    days = _local_dates(context, key, first, last)

    def remove(tx: Transaction, now: datetime) -> None:
        if not sum(tx.remove_override(key, day) for day in days):
            from calbook.core.errors import NotFound

            raise NotFound("override", days[0].isoformat())

    return save_entry(context, SCHEDULE, key, remove, dry_run=dry_run)


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
