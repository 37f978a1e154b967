"""Who is in line, in rows; read and written where somebody is, and asked of first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from calbook.core.booking.waiting import Entry, LogLine, State
from calbook.core.model import Actor
from calbook.core.time import times
from calbook.store import rows
from calbook.store.booking_filters import HAS_EXPIRED
from calbook.store.writer import to_epoch, to_json

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.core.model import Attendee
    from calbook.store.connection import Row
    from calbook.store.facts import Facts
    from calbook.store.reader import Reader
    from calbook.store.writer import Writer

_IN_LINE = """
    select * from waiting
    where state = 'waiting' and until > :now and event_type_id in (
        select event_type_id from event_type_hosts
        where host_id in (select value from json_each(:hosts))
        union select :event_type_id
    )
    order by number
"""
_LAPSED_SEATS = """
    select * from waiting
    where state = 'offered' and is_seat and held_until <= :now
    order by held_until, number limit :limit
"""
_MEMBERS = """
    select distinct h.host_id from event_type_hosts h
    where h.event_type_id in (select value from json_each(:event_types))
"""
_OF_TYPE = "(:event_type_id is null or event_type_id = :event_type_id)"
_BOOKED = f"""
    select a.uid from attendees a join occurrences o on o.uid = a.uid
    where a.person_key in (select value from json_each(:keys))
      and o.event_type_id = :event_type_id
      and o.start_at >= :since and o.start_at <= :until
      and o.status in ('PENDING', 'CONFIRMED') and not {HAS_EXPIRED.format(row="o")}
    order by a.uid limit 1
"""


def entries_in_line(
    reader: Reader, host_ids: Iterable[str], event_type_id: str | None, now: datetime
) -> list[Entry]:
    """Who waits for time of these hosts, or of the event type, first come first."""
    facts = {"hosts": json.dumps(sorted(host_ids)), "event_type_id": event_type_id}
    found = reader.connection.execute(_IN_LINE, {**facts, "now": times.epoch(now)})
    return [entry(row) for row in found.fetchall()]


def event_types_in_line(reader: Reader, now: datetime) -> list[str]:
    found = reader.connection.execute(
        "select distinct event_type_id from waiting"
        " where state = 'waiting' and until > :now order by 1",
        {"now": times.epoch(now)},
    )
    return [row[0] for row in found]


def lapsed_seats(reader: Reader, now: datetime, *, limit: int) -> list[Entry]:
    """Offers of seats that ended without a yes, oldest first."""
    facts = {"now": times.epoch(now), "limit": limit}
    found = reader.connection.execute(_LAPSED_SEATS, facts).fetchall()
    return [entry(row) for row in found]


def seat_offers(reader: Reader, uid: str) -> list[Entry]:
    """Who was offered a seat of a group and has not answered yet."""
    found = reader.connection.execute(
        "select * from waiting where state = 'offered' and is_seat"
        " and offered_uid = :uid order by number",
        {"uid": uid},
    )
    return [entry(row) for row in found.fetchall()]


def entry_of_offer(reader: Reader, uid: str) -> Entry | None:
    """Who was offered the time that a booking holds."""
    row = reader.connection.execute(
        "select * from waiting where offered_uid = :uid and not is_seat"
        " order by number desc limit 1",
        {"uid": uid},
    ).fetchone()
    return None if row is None else entry(row)


def members_of(reader: Reader, event_type_ids: Iterable[str]) -> list[str]:
    """Whose time these event types take."""
    facts = {"event_types": json.dumps(sorted(set(event_type_ids)))}
    return [row[0] for row in reader.connection.execute(_MEMBERS, facts)]


def booked_uid(
    facts: Facts, entry: Entry, keys: Iterable[str], now: datetime
) -> str | None:
    """Where somebody in line is booked already, for what is waited for."""
    until = times.epoch(entry.until) - (1 if entry.is_range else 0)
    row = facts.connection.execute(
        _BOOKED,
        {
            "keys": json.dumps(list(keys)),
            "event_type_id": entry.event_type_id,
            "since": times.epoch(entry.since),
            "until": until,
            "now": times.epoch(now),
        },
    ).fetchone()
    return None if row is None else str(row[0])


# -- rows -----------------------------------------------------------------------------

_ATTENDEE = ("email", "name", "phone", "timezone", "ref", "language", "person_id")
# What nobody brings before there is a booking.
_NOT_SAID = dict.fromkeys(
    ("responses", "notes", "metadata", "only_on", "absent_on", "replies")
)


def find_row(reader: Reader, id: str) -> Row | None:
    found = reader.connection.execute(
        "select * from waiting where id = :id", {"id": id}
    ).fetchall()
    return found[0] if found else None


def find_entry(reader: Reader, id: str) -> Entry:
    """One that is known to be there."""
    row = find_row(reader, id)
    assert row is not None
    return entry(row)


def list_rows(
    reader: Reader, event_type_id: str | None, *, past: bool = False
) -> list[Row]:
    """Who is in line, or was offered time, in the order of coming; `past`: or was."""
    if past:
        return reader.connection.execute(
            f"select * from waiting where {_OF_TYPE} order by number",
            {"event_type_id": event_type_id},
        ).fetchall()
    return reader.connection.execute(
        f"select * from waiting where state in ('waiting', 'offered') and {_OF_TYPE}"
        " order by number",
        {"event_type_id": event_type_id},
    ).fetchall()


def save_entry(tx: Writer, entry: Entry) -> None:
    """A new one is the last in line; another keeps its place."""
    tx.upsert("waiting", "id", **_columns(entry))
    if entry.state in (State.WAITING, State.OFFERED):
        tx.has_waiting = True


def _columns(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "event_type_id": entry.event_type_id,
        "attendees": to_json([_attendee_json(person) for person in entry.attendees]),
        "request": to_json(entry.request),
        "timezone": entry.timezone,
        "by": entry.by,
        "since": times.epoch(entry.since),
        "until": times.epoch(entry.until),
        "is_range": entry.is_range,
        "uid": entry.uid,
        "recurrence_id": to_epoch(entry.recurrence_id),
        "state": entry.state,
        "offered_uid": entry.offered_uid,
        "is_seat": entry.is_seat,
        "held_until": to_epoch(entry.held_until),
        "passed": to_json([times.epoch(start) for start in entry.passed]),
        "log": to_json([_line_json(line) for line in entry.log]),
        "created_at": times.epoch(entry.created_at),
        "updated_at": times.epoch(entry.updated_at),
    }


def _attendee_json(person: Attendee) -> dict[str, Any]:
    return {name: getattr(person, name) for name in _ATTENDEE}


def _line_json(line: LogLine) -> dict[str, Any]:
    at, start = times.epoch(line.at), to_epoch(line.start)
    return {**line._asdict(), "at": at, "start": start}


def _line(item: Mapping[str, Any]) -> LogLine:
    start = item["start"]
    at = None if start is None else times.instant(start)
    return LogLine(
        times.instant(item["at"]), item["what"], at, item["uid"], item["why"]
    )


def entry(row: Row) -> Entry:
    held, key = row["held_until"], row["recurrence_id"]
    return Entry(
        id=row["id"],
        event_type_id=row["event_type_id"],
        attendees=tuple(
            rows.attendee({**item, **_NOT_SAID})
            for item in json.loads(row["attendees"])
        ),
        request=json.loads(row["request"]),
        timezone=row["timezone"],
        by=Actor(row["by"]),
        since=times.instant(row["since"]),
        until=times.instant(row["until"]),
        created_at=times.instant(row["created_at"]),
        updated_at=times.instant(row["updated_at"]),
        is_range=bool(row["is_range"]),
        uid=row["uid"],
        recurrence_id=None if key is None else times.instant(key),
        state=State(row["state"]),
        offered_uid=row["offered_uid"],
        is_seat=bool(row["is_seat"]),
        held_until=None if held is None else times.instant(held),
        passed=tuple(map(times.instant, json.loads(row["passed"]))),
        log=tuple(map(_line, json.loads(row["log"]))),
    )
