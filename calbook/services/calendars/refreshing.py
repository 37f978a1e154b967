"""Calendars read again from where they came: files, addresses, connected ones.

Each by itself: one that cannot be read keeps what it held, and says so in `fault`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from calbook.core.busy import BusyKind
from calbook.core.errors import BadInput, Busy, CalbookError
from calbook.core.feeds import is_feed
from calbook.core.progress import Progress
from calbook.core.text import printable
from calbook.core.time import times
from calbook.services.calendars.busy import find_calendar, find_host_id
from calbook.services.calendars.contents import Manner, begin_reading
from calbook.services.calendars.due import find_due
from calbook.store import reading_again
from calbook.store.busy import BusyReader
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.context import Context

OnRefused = Callable[[CalbookError], None]
OnOverlap = Callable[[Json], None]

CONNECTED = (BusyKind.CALDAV, BusyKind.VDIR)
_LONGEST_FAULT = 500


def refresh_calendars(
    context: Context,
    name: str | None,
    *,
    host_id: str | None,
    refused: OnRefused | None,
    progress: Progress | None,
    is_confirmed: bool,
) -> list[Json]:
    """Read calendars again, each in transactions of its own.

    `progress` is told how many of several are read, of one how much of it.
    """
    with context.store.read(BusyReader) as reader:
        rows = _find_rows(reader, name, host_id)
    done = []
    of_one, of_all = (None, progress) if len(rows) > 1 else (progress, None)
    for number, row in enumerate(rows):
        if of_all is not None:
            of_all(number, len(rows))
        try:
            done.append(_refresh(context, row, of_one, is_confirmed=is_confirmed))
        except CalbookError as error:
            _record_fault(context, row, error)
            _name_calendar(error, row)
            if refused is None:
                raise
            refused(error)
    return done


def read_first(context: Context, name: str, *, host_id: str) -> None:
    """Read a calendar that was just connected; what goes wrong is in its `fault`."""
    read_once(context, name, host_id=host_id, is_confirmed=True)


def read_once(context: Context, name: str, *, host_id: str, is_confirmed: bool) -> None:
    """Read a calendar; what goes wrong is in its `fault`."""
    refresh_calendars(
        *(context, name),
        host_id=host_id,
        refused=lambda error: None,
        progress=None,
        is_confirmed=is_confirmed,
    )


def refresh_due(
    context: Context,
    every: timedelta,
    *,
    refused: OnRefused | None,
    overlapped: OnOverlap | None = None,
) -> Iterator[Json]:
    """Read again what was not looked at for so long and can be read from anywhere.

    Each after its reading. `refused` is told of a fault that is new; what cannot be
    read is tried ever more seldom. `overlapped` is told of what lies now on bookings
    on which it did not before, with these as its `overlapping`. Where several do this,
    each calendar is read by one.
    """
    for each in find_due(context, every):
        if (row := _take_turn(context, each)) is None:
            continue
        before = _overlapping(context, row)
        try:
            calendar = _refresh(context, row, None, is_confirmed=False)
            new = [uid for uid in calendar["overlapping"] if uid not in before]
            if new and overlapped is not None:
                overlapped({**calendar, "overlapping": new})
            yield calendar
        except CalbookError as error:
            if isinstance(error, Busy):  # somebody else reads it, or it has gone
                continue
            is_new = _record_fault(context, row, error)
            _name_calendar(error, row)
            if is_new and refused is not None:
                refused(error)


def _take_turn(context: Context, due: Row) -> Row | None:
    """A calendar that is due, unless another has just asked it."""
    now = times.epoch(context.clock())
    is_mine = context.store.write(
        lambda tx: reading_again.take_turn(tx, due["id"], seen=due["tried_at"], now=now)
    )
    if not is_mine:
        return None
    with context.store.read(BusyReader) as reader:
        return reader.calendar_row(due["id"])


def _overlapping(context: Context, row: Row) -> list[str]:
    with context.store.read(BusyReader) as reader:
        return reader.overlapping(row, now=times.epoch(context.clock()))


def _refresh(
    context: Context, row: Row, progress: Progress | None, *, is_confirmed: bool
) -> Json:
    from calbook.services.calendars import feeds, files, importing, pulling

    if row["kind"] in CONNECTED:
        return pulling.pull_calendar(context, row, is_confirmed=is_confirmed)
    with context.store.read(BusyReader) as reader:
        host = reader.host(row["host_id"])
    reading = begin_reading(context, host, Manner.of(row))
    if is_feed(row["source"]):
        return feeds.refresh_feed(
            *(context, reading, row), progress=progress, is_confirmed=is_confirmed
        )
    data = files.read_file(row["source"], lasts=True)
    return importing.import_data(
        context, reading, row["name"], row["source"], data, progress
    )


def _record_fault(context: Context, row: Row, error: CalbookError) -> bool:
    """Whether it is another one than the last time."""
    fault = printable(error.json_message)[:_LONGEST_FAULT]
    now = times.epoch(context.clock())
    context.store.write(
        lambda tx: reading_again.record_fault(tx, row["id"], fault, now=now)
    )
    return bool(fault != row["fault"])


def _find_rows(facts: BusyReader, name: str | None, host_id: str | None) -> list[Row]:
    if name is None:
        rows = facts.calendar_rows(host_id=find_host_id(facts, host_id))
        return [row for row in rows if row["source"]]
    row = find_calendar(facts, name, host_id)
    if row["source"] is None:
        is_calendar = row["kind"] == BusyKind.ICS
        command_hint = "import it again: calbook busy import FILE"
        raise BadInput(
            f"{row['name']} was not read from a file",
            hint="import it again" if is_calendar else None,
            command_hint=command_hint if is_calendar else None,
            field="name",
        )
    return [row]


def _name_calendar(error: CalbookError, row: Row) -> None:
    named = f"{row['name']} of {row['host_id']}"
    error.json_message = f"{named}: {error.json_message}"
    error.details |= {"calendar": row["name"], "hostId": row["host_id"]}
