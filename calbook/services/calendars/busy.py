"""Time in which hosts are busy with other things: calendar files, and their own word.

A file is read before the transaction that saves it: expanding thousands of events must
not keep others from booking.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from calbook.core import busy, checks, ids
from calbook.core.busy import BusyKind, CalendarContent, SkippedEvent, Stretch
from calbook.core.catalog import Host
from calbook.core.errors import BadInput, CalbookError, NotFound, UsageError
from calbook.core.model import Span
from calbook.core.time import parsing, times
from calbook.services.calendars import files
from calbook.store import busy as store
from calbook.store.busy import BusyReader
from calbook.store.busy_times import busy_time_rows
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.context import Context
    from calbook.store.facts import Facts

Progress = Callable[[int, int], object]
OnRefused = Callable[[CalbookError], None]
When = str | date | datetime

_MOST_SKIPPED = 1_000  # that are kept with their reasons


def import_calendar(
    context: Context,
    source: str | os.PathLike[str] | bytes,
    *,
    name: str,
    host_id: str | None,
    shows_text: bool,
    strict: bool,
    progress: Progress | None,
) -> Json:
    """Read a calendar file, or its bytes, in the place of one of that name."""
    path = None if isinstance(source, bytes) else files.check_path(source)
    wanted = _CalendarSource(
        busy.calendar_name(name),
        None if path is None else files.path_to_read_again(path),
        checks.boolean(shows_text, "showsText"),
        checks.boolean(strict, "strict"),
    )
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
        progress=progress,
    )
    with context.store.read(BusyReader) as reader:
        own = _own_events(reader, host.id, found)
    calendar = {
        **_content_columns(found, own),
        "host_id": host.id,
        "name": wanted.name,
        "kind": BusyKind.ICS,
        "source": wanted.source,
        "shows_text": wanted.shows_text,
        "is_strict": wanted.is_strict,
        "imported_at": times.epoch(now),
        "checked_at": times.epoch(now),
        "horizon": times.epoch(window.end),
    }
    foreign = (s for s in found.stretches if s.uid not in own)
    return _save(context, calendar, busy.merge_stretches(foreign, host.timezone), now)


def add_busy_time(
    context: Context,
    start_time: When,
    end_time: When,
    *,
    host_id: str | None,
    reason: str | None,
    shows_text: bool,
    timezone: str | None,
) -> Json:
    """Block a host's own time; its `name` is an id that is made up."""
    text = None
    if reason is not None:
        text = checks.line(reason, "reason", most=checks.REASON_LENGTH)
    shows = checks.boolean(shows_text, "showsText")
    now = context.clock()
    with context.store.read(BusyReader) as reader:
        host = find_host(reader, host_id)
    zone = parsing.timezone(timezone) if timezone else host.timezone
    span = Span(
        parsing.range_start(start_time, now=now, timezone=zone),
        parsing.range_end(end_time, now=now, timezone=zone),
    )
    busy.check_length(span)
    calendar = own_calendar(host.id, now, shows_text=shows)
    return _save(context, calendar, [Stretch(span, text)], now)


def list_calendars(
    context: Context,
    *,
    host_id: str | None,
    start_date: When | None,
    end_date: When | None,
    timezone: str | None,
) -> list[Json]:
    """Calendars and own busy time by host; with dates, those that are busy then."""
    now = context.clock()
    with context.store.read(BusyReader) as reader:
        zone = _zone(reader, host_id, timezone)
        rows = reader.calendar_rows(
            host_id=find_host_id(reader, host_id),
            since=_epoch(parsing.range_start, start_date, now, zone),
            until=_epoch(parsing.range_end, end_date, now, zone),
        )
        return [_calendar_json(reader, row, now) for row in rows]


def get_calendar(context: Context, name: str, *, host_id: str | None) -> Json:
    now = context.clock()
    with context.store.read(BusyReader) as reader:
        return _calendar_json(reader, _find_calendar(reader, name, host_id), now)


def remove_calendar(context: Context, name: str, *, host_id: str | None) -> None:
    with context.store.read(BusyReader) as reader:
        id = _find_calendar(reader, name, host_id)["id"]
    context.store.write_portions(store.remove_steps(id))


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
        flags = (bool(row["shows_text"]), bool(row["is_strict"]))
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


def list_busy_times(
    context: Context,
    start_date: When,
    end_date: When,
    *,
    host_id: str | None,
    timezone: str | None,
) -> list[Json]:
    """When hosts are busy with other things, by start; whole stretches."""
    now = context.clock()
    with context.store.read(BusyReader) as reader:
        zone = _zone(reader, host_id, timezone)
        rows = busy_time_rows(
            reader.connection,
            find_host_id(reader, host_id),
            times.epoch(parsing.range_start(start_date, now=now, timezone=zone)),
            times.epoch(parsing.range_end(end_date, now=now, timezone=zone)),
        )
    return [busy_time_to_json(row, timezone) for row in rows]


def own_calendar(host_id: str, now: datetime, *, shows_text: bool = False) -> Json:
    """Busy time on a host's own word, as it is kept."""
    return {
        **_EMPTY,
        "host_id": host_id,
        "name": ids.busy(),
        "kind": BusyKind.OWN,
        "shows_text": shows_text,
        "imported_at": times.epoch(now),
    }


class _CalendarSource(NamedTuple):
    """A calendar as it is asked for; `source` is a file that can be read again."""

    name: str
    source: str | None
    shows_text: bool
    is_strict: bool


_EMPTY: Json = {
    "source": None,
    "events": 0,
    "free": 0,
    "bookings": 0,
    "skipped": "[]",
    "skipped_count": 0,
    "horizon": None,
}


def _content_columns(found: CalendarContent, own: set[str]) -> Json:
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


def _own_events(reader: BusyReader, host_id: str, found: CalendarContent) -> set[str]:
    """The events that are the host's bookings in this very file: these have claims."""
    uids = {event.partition("@")[0]: event for event in found.claimed}
    booked = reader.booked(host_id, uids)
    return {uids[uid] for uid in booked}


def _save(
    context: Context, calendar: Json, stretches: Sequence[Stretch], now: datetime
) -> Json:
    """Write it in portions: a large calendar must not keep others from booking."""
    host_id, name = calendar["host_id"], calendar["name"]
    context.store.write_portions(
        itertools.chain(
            [lambda tx: tx.host(host_id)],  # it may have gone meanwhile
            store.replace_steps(calendar, stretches),
        )
    )
    with context.store.read(BusyReader) as reader:
        return _calendar_json(reader, _find_calendar(reader, name, host_id), now)


def find_host(facts: Facts, host_id: str | None) -> Host:
    """The host that is named, else the only one."""
    if host_id is not None:
        return facts.host(checks.member_id(host_id))
    every = facts.ids("host")
    if len(every) != 1:
        names = " or ".join(id.removeprefix("user_") for id in every[:8])
        raise UsageError(
            "whose time is it?",
            hint=f"name a host: host_id {names}",
            command_hint=f"name a host: --host {names}",
        )
    return facts.host(every[0])


def find_host_id(facts: Facts, host_id: str | None) -> str | None:
    return None if host_id is None else find_host(facts, host_id).id


def _zone(facts: BusyReader, host_id: str | None, timezone: str | None) -> str:
    """In which bare dates are read: that asked for, the host's, the oldest host's."""
    if timezone is not None:
        return parsing.timezone(timezone)
    oldest = facts.oldest_host() if host_id is None else host_id
    return "UTC" if oldest is None else find_host(facts, oldest).timezone


def _epoch(
    read: Callable[..., datetime], given: When | None, now: datetime, zone: str
) -> int | None:
    return None if given is None else times.epoch(read(given, now=now, timezone=zone))


def _find_calendar(facts: BusyReader, name: object, host_id: str | None) -> Row:
    text = checks.line(name, "name", most=80).lower()
    found = facts.calendar_rows(host_id=find_host_id(facts, host_id), name=text)
    if not found:
        raise NotFound(
            "calendar or busy time",
            text,
            known=[row["name"] for row in facts.calendar_rows()],
        )
    if len(found) > 1:
        hosts = [row["host_id"].removeprefix("user_") for row in found]
        raise UsageError(
            f"{len(found)} hosts have a calendar {text}",
            hint=f"name one of them: host_id {' or '.join(hosts[:8])}",
            command_hint=f"name one of them: --host {' or '.join(hosts[:8])}",
        )
    return found[0]


def _with_files(facts: BusyReader, name: str | None, host_id: str | None) -> list[Row]:
    if name is None:
        rows = facts.calendar_rows(host_id=find_host_id(facts, host_id))
        return [row for row in rows if row["source"]]
    row = _find_calendar(facts, name, host_id)
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


def _calendar_json(facts: BusyReader, row: Row, now: datetime) -> Json:
    def stamp(epoch: int | None) -> str | None:
        return None if epoch is None else times.rfc3339(epoch, row["timezone"])

    return {
        "name": row["name"],
        "kind": row["kind"],
        "hostId": row["host_id"],
        "startTime": stamp(row["first"]),
        "endTime": stamp(row["last"]),
        "timezone": row["timezone"],
        "stretches": row["stretches"],
        "reason": row["text"],
        "showsText": bool(row["shows_text"]),
        "source": row["source"],
        "importedAt": stamp(row["imported_at"]),
        "horizon": stamp(row["horizon"]),
        "events": row["events"],
        "free": row["free"],
        "bookings": row["bookings"],
        "skippedCount": row["skipped_count"],
        "skipped": json.loads(row["skipped"]),
        "strict": bool(row["is_strict"]),
        "remarkCount": row["remark_count"],
        "remarks": json.loads(row["remarks"]),
        "overlapping": facts.overlapping(row, now=times.epoch(now)),
    }


def busy_time_to_json(row: Row, timezone: str | None) -> Json:
    zone = timezone or row["timezone"]
    span = Span(times.instant(row["stretch_start"]), times.instant(row["stretch_end"]))
    return {
        "hostId": row["host_id"],
        "calendar": row["name"],
        "startTime": times.rfc3339(span.start, zone),
        "endTime": times.rfc3339(span.end, zone),
        "isAllDay": busy.is_all_day(span, row["timezone"]),
        "reason": row["text"],
    }
