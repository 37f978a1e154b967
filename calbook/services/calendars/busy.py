"""Time in which hosts are busy with other things: calendars, and their own word."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from calbook.core import busy, checks, ids
from calbook.core.busy import BusyKind, Stretch
from calbook.core.catalog import Host
from calbook.core.errors import NotFound, UsageError
from calbook.core.feeds import masked_source
from calbook.core.model import DAY, Span
from calbook.core.time import parsing, times
from calbook.store import busy as store
from calbook.store.busy import BusyReader
from calbook.store.busy_times import busy_time_rows
from calbook.store.reading_again import ReadingAgain
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.context import Context
    from calbook.store.facts import Facts

When = str | date | datetime


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
    return save_calendar(context, calendar, [Stretch(span, text)], now)


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
        return [calendar_to_json(reader, row, now) for row in rows]


def list_outdated(
    context: Context, event_type_id: str, *, host_id: str | None, age: timedelta
) -> list[Json]:
    """Calendars of an event type's hosts that were not looked at for so long."""
    before = times.epoch(context.clock() - age)
    whose = None if host_id is None else checks.member_id(host_id)
    with context.store.read(ReadingAgain) as reader:
        rows = reader.old_calendars(event_type_id, whose, before)
    return [
        {
            "name": row["name"],
            "hostId": row["host_id"],
            "checkedAt": row["checked_at"]
            and times.rfc3339(times.instant(row["checked_at"]), "UTC"),
            "fault": row["fault"],
        }
        for row in rows
    ]


def get_calendar(context: Context, name: str, *, host_id: str | None) -> Json:
    now = context.clock()
    with context.store.read(BusyReader) as reader:
        return calendar_to_json(reader, find_calendar(reader, name, host_id), now)


def remove_calendar(context: Context, name: str, *, host_id: str | None) -> None:
    with context.store.read(BusyReader) as reader:
        row = find_calendar(reader, name, host_id)
    if row["kind"] in (BusyKind.CALDAV, BusyKind.VDIR):
        raise UsageError(
            f"{row['name']} is a connected calendar",
            hint="remove it from connections",
            command_hint=f"calbook calendar remove {row['name']}",
        )
    context.store.write_portions(store.remove_steps(row["id"]))


def list_busy_times(
    context: Context,
    start_date: When,
    end_date: When | None,
    *,
    host_id: str | None,
    timezone: str | None,
) -> list[Json]:
    """When hosts are busy with other things, by start; whole stretches.

    For seven days without `end_date`.
    """
    now = context.clock()
    with context.store.read(BusyReader) as reader:
        zone = _zone(reader, host_id, timezone)
        start = parsing.range_start(start_date, now=now, timezone=zone)
        end = (
            _week_later(start, zone)
            if end_date is None
            else parsing.range_end(end_date, now=now, timezone=zone)
        )
        parsing.check_order(start, end, zone)
        rows = busy_time_rows(
            reader.connection,
            find_host_id(reader, host_id),
            times.epoch(start),
            times.epoch(end),
        )
    return [busy_time_to_json(row, timezone) for row in rows]


def _week_later(start: datetime, timezone: str) -> datetime:
    """After seven whole days, where it begins with one."""
    first = times.local_date(start, timezone)
    if start == times.day_start(first, timezone):
        return times.day_start(first + 7 * DAY, timezone)
    return start + 7 * DAY


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


_EMPTY: Json = {
    "source": None,
    "events": 0,
    "free": 0,
    "bookings": 0,
    "skipped": "[]",
    "skipped_count": 0,
    "horizon": None,
}


def save_calendar(
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
        return calendar_to_json(reader, find_calendar(reader, name, host_id), now)


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


def find_calendar(facts: BusyReader, name: object, host_id: str | None) -> Row:
    text = checks.line(name, "name", most=80).lower()
    found = facts.calendar_rows(host_id=find_host_id(facts, host_id), name=text)
    if not found:
        raise NotFound(
            "calendar or busy time",
            text,
            known=[row["name"] for row in facts.calendar_rows()],
        )
    return only_row(found, text)


def only_row(found: Sequence[Row], name: str) -> Row:
    """The calendar of a name.

    Raises:
        UsageError: several hosts have one.
    """
    if len(found) > 1:
        hosts = [row["host_id"].removeprefix("user_") for row in found]
        raise UsageError(
            f"{len(found)} hosts have a calendar {name}",
            hint=f"name one of them: host_id {' or '.join(hosts[:8])}",
            command_hint=f"name one of them: --host {' or '.join(hosts[:8])}",
        )
    return found[0]


def calendar_to_json(facts: BusyReader, row: Row, now: datetime) -> Json:
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
        "source": masked_source(row["source"]),
        "importedAt": stamp(row["imported_at"]),
        "checkedAt": stamp(row["checked_at"]),
        "fault": row["fault"],
        "horizon": stamp(row["horizon"]),
        "events": row["events"],
        "free": row["free"],
        "bookings": row["bookings"],
        "skippedCount": row["skipped_count"],
        "skipped": json.loads(row["skipped"]),
        "strict": bool(row["is_strict"]),
        "careful": bool(row["is_careful"]),
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
