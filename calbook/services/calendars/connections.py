"""Calendars elsewhere that are connected: added, listed, looked at, removed.

A calendar is asked before the transaction that saves it: what waits for a network must
not keep others from booking.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from calbook.core import checks
from calbook.core.errors import Exists, NotFound
from calbook.services.calendars.busy import find_host, find_host_id, only_row
from calbook.services.calendars.places import is_same_place
from calbook.store import busy as store
from calbook.store import calendars as stored
from calbook.store import outbox, pushes
from calbook.store.calendars import CalendarReader
from calbook.store.writer import repeat_step
from calbook.wire.json_objects import Json
from calbook.wire.writing.calendars import connection_to_json

if TYPE_CHECKING:
    from calbook.core.calendars import ConnectedCalendar
    from calbook.store.connection import Row
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction

_AT_ONCE = 200  # bookings that one step queues
_ADDED = "calendar.added"  # what they are queued for


def add_calendar(
    context: Context,
    name: str,
    source: str | os.PathLike[str],
    *,
    host_id: str | None,
    fields: Mapping[str, Any],
) -> Json:
    """Connect a calendar that can be reached; of a server the only one that it has.

    Raises:
        BadUrl: nothing may be asked there.
        CalendarUnreachable: it cannot be reached, or is none.
        Exists: the host has a calendar of that name, or that very one.
        UsageError: a server has several, which `calendars` lists.
    """
    from calbook.services.calendars import checking  # slow to import
    from calbook.wire.reading.calendars import read_calendar

    with context.store.read(CalendarReader) as reader:
        host = find_host(reader, host_id)
        new = read_calendar(name, source, fields, host_id=host.id)
        _check_name(reader, new)
    new = checking.find_collection(new)

    def insert(tx: Transaction) -> None:
        tx.lock_hosts([host.id])
        tx.host(host.id)  # it may have gone meanwhile
        reader = CalendarReader(tx.connection)
        _check_name(reader, new)
        check_place(reader, new)
        stored.insert_calendar(tx, new, now=context.clock())

    context.store.write(insert)
    if new.is_pushed:
        queue_unwritten(context, new.name, host_id=host.id)
    if new.is_busy:
        from calbook.services.calendars import refreshing

        refreshing.read_first(context, new.name, host_id=host.id)
    return get_calendar(context, new.name, host_id=host.id)


def queue_unwritten(context: Context, name: str, *, host_id: str) -> int:
    """Queue what is to come and is not written there yet; how many bookings.

    In portions, so that thousands of them keep nobody from booking.
    """
    with context.store.read(CalendarReader) as reader:
        [calendar] = reader.connected_calendars(host_id=host_id, name=name)
    count, last = 0, ""

    def note(uids: list[str]) -> None:
        nonlocal count, last
        count, last = count + len(uids), uids[-1]

    def queue_some(tx: Transaction) -> int:
        now = context.clock()
        uids = pushes.unwritten_bookings(
            tx, calendar, after=last, now=now, most=_AT_ONCE
        )
        for uid in uids:
            pushes.queue_push(tx, calendar.target, uid, kind=_ADDED, now=now)
        if uids:
            tx.after_commit.append(lambda: note(uids))
        return len(uids)

    context.store.write_portions(repeat_step(queue_some))
    return count


def queue_again(context: Context, calendar: ConnectedCalendar) -> None:
    """Queue what was written there once: it may have changed since."""
    with context.store.read(CalendarReader) as reader:
        uids = [each.uid for each in pushes.written_entries(reader, calendar.id)]

    def step(part: list[str]) -> Callable[[Transaction], None]:
        def queue_some(tx: Transaction) -> None:
            for uid in part:
                now = context.clock()
                pushes.queue_push(tx, calendar.target, uid, kind=_ADDED, now=now)

        return queue_some

    starts = range(0, len(uids), _AT_ONCE)
    context.store.write_portions(step(uids[at : at + _AT_ONCE]) for at in starts)


def list_calendars(
    context: Context, *, host_id: str | None, uid: str | None
) -> list[Json]:
    """By host, then name; of a booking those in which it stands."""
    with context.store.read(CalendarReader) as reader:
        rows = reader.connected_rows(
            host_id=find_host_id(reader, host_id),
            uid=None if uid is None else reader.resolve_uid(uid),
        )
        return [_to_json(reader, row) for row in rows]


def get_calendar(context: Context, name: str, *, host_id: str | None) -> Json:
    with context.store.read(CalendarReader) as reader:
        return _to_json(reader, find_row(reader, name, host_id))


def remove_calendar(context: Context, name: str, *, host_id: str | None) -> int:
    """Forget it, and what waits to be written there; how many deliveries these were.

    What was written there stays there.
    """
    from calbook.core.calendars import push_target

    dropped = list[int]()
    with context.store.read(CalendarReader) as reader:
        row = find_row(reader, name, host_id)
    target = push_target(row["host_id"], row["name"])

    def drop(tx: Transaction) -> None:
        found = outbox.drop_pending(tx, "calendar", target, now=context.clock())
        tx.after_commit.append(lambda: dropped.append(found))

    steps = itertools.chain([drop], store.remove_steps(row["id"]))
    context.store.write_portions(steps)
    return sum(dropped)


def check_calendar(context: Context, name: str, *, host_id: str | None) -> Json:
    """Ask a calendar what is there and what it can do; nothing is changed.

    Raises:
        CalendarUnreachable: it cannot be reached, or is none.
    """
    from calbook.services.calendars import checking  # slow to import

    with context.store.read(CalendarReader) as reader:
        row = find_row(reader, name, host_id)
    return checking.check_calendar(stored.connected_calendar(row))


def find_row(reader: CalendarReader, name: object, host_id: str | None) -> Row:
    """The one of that name.

    Raises:
        NotFound: no host has one.
        UsageError: several hosts have one.
    """
    text = checks.line(name, "name", most=80).lower()
    found = reader.connected_rows(host_id=find_host_id(reader, host_id), name=text)
    if not found:
        known = [row["name"] for row in reader.connected_rows()]
        raise NotFound("connected calendar", text, known=known)
    return only_row(found, text)


def _to_json(reader: CalendarReader, row: Row) -> Json:
    return connection_to_json(row, reader.conflict_rows(row["id"]))


def _check_name(reader: CalendarReader, new: ConnectedCalendar) -> None:
    if not reader.is_name_taken(new.host_id, new.name):
        return
    if reader.connected_rows(host_id=new.host_id, name=new.name):
        raise Exists(
            "calendar",
            new.name,
            hint=f'to change it: connections.update("{new.name}", …)',
            command_hint=f"to change it: calbook calendar update {new.name}",
        )
    raise Exists("calendar", new.name, hint="take another name")


def check_place(reader: CalendarReader, new: ConnectedCalendar) -> None:
    """Refuse what the host has connected already, whatever it is called."""
    for each in reader.connected_calendars(host_id=new.host_id):
        if each.id != new.id and is_same_place(each, new):
            raise Exists(
                "calendar",
                each.name,
                said=f"{each.name} of {each.host_id} is that calendar already",
                hint=f'to change it: connections.update("{each.name}", …)',
                command_hint=f"to change it: calbook calendar update {each.name}",
            )
