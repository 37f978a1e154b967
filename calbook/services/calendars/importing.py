"""Calendar files read as busy time, once and again.

A file is read before the transaction that saves it: expanding thousands of events must
not keep others from booking.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from calbook.core import busy, checks
from calbook.core.busy import BusyKind, CalendarContent, SkippedEvent
from calbook.core.catalog import Host
from calbook.core.errors import BadInput, CalbookError
from calbook.core.time import times
from calbook.services.calendars import files
from calbook.services.calendars.busy import (
    find_calendar,
    find_host,
    find_host_id,
    save_calendar,
)
from calbook.store.busy import BusyReader
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.context import Context

Progress = Callable[[int, int], object]
OnRefused = Callable[[CalbookError], None]

_MOST_SKIPPED = 1_000  # that are kept with their reasons


def import_calendar(
    context: Context,
    source: str | os.PathLike[str] | bytes,
    *,
    name: str,
    host_id: str | None,
    shows_text: bool,
    strict: bool,
    careful: bool,
    progress: Progress | None,
) -> Json:
    """Read a calendar file, or its bytes, in the place of one of that name.

    Raises:
        UsageError: what is to be left out is to block too.
    """
    path = None if isinstance(source, bytes) else files.check_path(source)
    wanted = _CalendarSource(
        busy.calendar_name(name),
        None if path is None else files.path_to_read_again(path),
        checks.boolean(shows_text, "showsText"),
        checks.boolean(strict, "strict"),
        checks.boolean(careful, "careful"),
    )
    busy.check_manner(strict=wanted.is_strict, careful=wanted.is_careful)
    with context.store.read(BusyReader) as reader:
        host = find_host(reader, host_id)
    if isinstance(source, bytes):
        return _import(context, host, wanted, source, progress)
    data = files.read_file(files.check_path(source))
    return _import(context, host, wanted, data, progress)


def _import(
    context: Context,
    host: Host,
    wanted: _CalendarSource,
    data: bytes,
    progress: Progress | None,
) -> Json:
    from calbook.ical.reading.busy_times import read_busy_times  # slow to import

    now = context.clock()
    with context.store.read(BusyReader) as reader:
        window = busy.import_window(now, host.timezone, reader.most_ahead(host.id))
    found = read_busy_times(
        data,
        timezone=host.timezone,
        window=window,
        email=host.email,
        shows_text=wanted.shows_text,
        strict=wanted.is_strict,
        careful=wanted.is_careful,
        progress=progress,
    )
    with context.store.read(BusyReader) as reader:
        own = find_own_events(reader, host.id, found)
    calendar = {
        **content_columns(found, own),
        "host_id": host.id,
        "name": wanted.name,
        "kind": BusyKind.ICS,
        "source": wanted.source,
        "shows_text": wanted.shows_text,
        "is_strict": wanted.is_strict,
        "is_careful": wanted.is_careful,
        "imported_at": times.epoch(now),
        "checked_at": times.epoch(now),
        "horizon": times.epoch(window.end),
    }
    foreign = (s for s in found.stretches if s.uid not in own)
    return save_calendar(
        context, calendar, busy.merge_stretches(foreign, host.timezone), now
    )


def refresh_calendars(
    context: Context,
    name: str | None,
    *,
    host_id: str | None,
    refused: OnRefused | None,
    progress: Progress | None,
) -> list[Json]:
    """Read the files of calendars again, each in a transaction of its own."""
    with context.store.read(BusyReader) as reader:
        rows = _with_files(reader, name, host_id)
        hosts = {row["host_id"]: reader.host(row["host_id"]) for row in rows}
    done = []
    for row in rows:
        names = ("shows_text", "is_strict", "is_careful")
        flags = (bool(row[name]) for name in names)
        wanted = _CalendarSource(row["name"], row["source"], *flags)
        try:
            data = files.read_file(row["source"], lasts=True)
            host = hosts[row["host_id"]]
            done.append(_import(context, host, wanted, data, progress))
        except CalbookError as error:
            _name_calendar(error, row)
            if refused is None:
                raise
            refused(error)
    return done


class _CalendarSource(NamedTuple):
    """A calendar as it is asked for; `source` is a file that can be read again."""

    name: str
    source: str | None
    shows_text: bool
    is_strict: bool
    is_careful: bool


def content_columns(found: CalendarContent, own: set[str]) -> Json:
    """What is kept of a file besides its busy time."""
    return {
        "events": found.events,
        "free": found.free,
        "bookings": len(own),
        "skipped": _named_json(found.skipped),
        "skipped_count": len(found.skipped),
        "remarks": _named_json(found.remarks),
        "remark_count": len(found.remarks),
    }


def _named_json(events: tuple[SkippedEvent, ...]) -> str:
    first = [each._asdict() for each in events[:_MOST_SKIPPED]]
    return json.dumps(first, ensure_ascii=False)


def find_own_events(
    reader: BusyReader, host_id: str, found: CalendarContent
) -> set[str]:
    """The events that are the host's bookings in this very file: these have claims."""
    uids = {event.partition("@")[0]: event for event in found.claimed}
    booked = reader.booked(host_id, uids)
    return {uids[uid] for uid in booked}


def _with_files(facts: BusyReader, name: str | None, host_id: str | None) -> list[Row]:
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
