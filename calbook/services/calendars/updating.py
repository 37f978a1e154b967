"""A connected calendar that is changed: its log-in, its place, what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from calbook.core.errors import NotFound, NothingToChange
from calbook.services.calendars.connections import (
    check_place,
    find_row,
    get_calendar,
    queue_again,
    queue_unwritten,
)
from calbook.services.calendars.places import is_same_place
from calbook.store import busy as stored_busy
from calbook.store import calendars as stored
from calbook.store import outbox, pushes
from calbook.store.calendars import CalendarReader, connected_calendar
from calbook.store.writer import repeat_step
from calbook.wire.json_objects import Json
from calbook.wire.reading.calendars import FIELDS, read_calendar
from calbook.wire.reading.shapes import read_object

if TYPE_CHECKING:
    from calbook.core.calendars import ConnectedCalendar
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction

_LOG_IN = ("user", "password_command", "password_env")
_OF_BUSY = ("free_busy", "careful", "shows_text")  # nothing without busy time


def update_calendar(
    context: Context, name: str, *, host_id: str | None, fields: Mapping[str, Any]
) -> Json:
    """Set fields. It has to be reached where it is reached in another way then.

    Without push what waits to be written is dropped, without busy its busy time.
    Into another place all is written anew.

    Raises:
        BadUrl: nothing may be asked there.
        CalendarUnreachable: it cannot be reached, or is none.
        Exists: that place is connected already.
        UsageError: a server has several, which `calendars` lists.
    """
    with context.store.read(CalendarReader) as reader:
        before = connected_calendar(find_row(reader, name, host_id))
    if not fields:
        raise NothingToChange(
            f"nothing to change on the calendar {before.name}: name a field"
        )
    after = _reached(before, _changed(before, fields))
    is_elsewhere = not is_same_place(before, after)
    if not is_elsewhere:
        after = after._replace(source=before.source)

    def update(tx: Transaction) -> None:
        now = context.clock()
        tx.lock_hosts([before.host_id])
        reader = CalendarReader(tx.connection)
        found = reader.connected_calendars(host_id=after.host_id, name=after.name)
        if [each.id for each in found] != [after.id]:
            raise NotFound("connected calendar", after.name)
        check_place(reader, after)
        if is_elsewhere:
            stored.forget_entries(tx, after.id)
        if is_elsewhere or not after.is_pushed:
            outbox.drop_pending(tx, "calendar", after.target, now=now)
        elif _way_to(after) != _way_to(before):
            pushes.hasten_pushes(tx, after.target, now=now)
        stored.update_calendar(tx, after)
        if after == before:
            tx.unchanged.append((after.name, f"{after.name} is as it was"))

    context.store.write(update)
    if before.is_busy and not after.is_busy:
        _remove_busy(context, after)
    if after.is_pushed:
        if not before.is_pushed:
            queue_again(context, after)
        queue_unwritten(context, after.name, host_id=after.host_id)
    if after.is_busy:
        from calbook.services.calendars import refreshing

        is_new = is_elsewhere or not before.is_busy
        refreshing.read_once(
            context, after.name, host_id=after.host_id, is_confirmed=is_new
        )
    return get_calendar(context, after.name, host_id=after.host_id)


def _changed(before: ConnectedCalendar, fields: Mapping[str, Any]) -> ConnectedCalendar:
    """One way to the password replaces the other; who logs in no more needs none."""
    new = read_object(fields, ("source", *FIELDS), "the calendar")
    said = {
        "busy": before.is_busy,
        "push": before.is_pushed,
        "free_busy": before.is_free_busy,
        "careful": before.is_careful,
        "shows_text": before.shows_text,
        "allow_private": before.allows_private,
        **{key: getattr(before, key) for key in _LOG_IN},
    }
    if new.get("password_command", new.get("password_env")) is not None:
        said |= {"password_command": None, "password_env": None}
    if "user" in new and new["user"] is None:
        said |= dict.fromkeys(_LOG_IN)
    if new.get("busy") is False:
        said |= dict.fromkeys(_OF_BUSY, False)
    source = new.pop("source", before.source)
    after = read_calendar(before.name, source, said | new, host_id=before.host_id)
    return after._replace(id=before.id)


def _reached(before: ConnectedCalendar, after: ConnectedCalendar) -> ConnectedCalendar:
    """At the address of its collection, asked where something else is asked then."""
    is_used_anew = (after.is_pushed > before.is_pushed) or (
        after.is_busy > before.is_busy
    )
    if not is_used_anew and _way_to(after) == _way_to(before):
        return after
    from calbook.services.calendars import checking  # slow to import

    return checking.find_collection(after)


def _way_to(calendar: ConnectedCalendar) -> tuple[object, ...]:
    return (
        *(calendar.kind, calendar.source, calendar.allows_private),
        *(getattr(calendar, key) for key in _LOG_IN),
    )


def _remove_busy(context: Context, calendar: ConnectedCalendar) -> None:
    context.store.write_portions(
        repeat_step(lambda tx: stored_busy.remove_busy(tx, calendar.id))
    )
