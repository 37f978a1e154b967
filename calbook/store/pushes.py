"""Bookings on their way into calendars elsewhere, and what was written there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from calbook.core.calendars import ConnectedCalendar, WrittenEntry, push_target
from calbook.core.time import times
from calbook.store.outbox import queue_delivery

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.store.connection import Row
    from calbook.store.facts import Facts
    from calbook.store.writer import Writer

CHANNEL = "calendar"

# Of all who give it or gave it, and wherever it was written.
_WANTED = """
    select k.host_id, k.name from booking_hosts h
    join calendars k on k.host_id = h.host_id and k.is_pushed where h.uid = :uid
    union
    select k.host_id, k.name from calendar_objects o
    join calendars k on k.id = o.calendar_id and k.is_pushed where o.uid = :uid
    union
    select k.host_id, k.name from json_each(:former) f
    join calendars k on k.host_id = f.value and k.is_pushed
    order by 1, 2
"""
# Bookings of a host that are still to come, from a uid on, which are neither written
# nor about to be; no holds.
_UNWRITTEN = """
    select b.uid from booking_hosts h join bookings b on b.uid = h.uid
    where h.host_id = :host_id and b.uid > :after
      and (b.pending_until > :now or b.confirmed_until > :now)
      and not exists (
        select 1 from occurrences x
        where x.uid = b.uid and x.held_until is not null and x.status = 'PENDING'
      )
      and not exists (
        select 1 from calendar_objects o where o.calendar_id = :id and o.uid = b.uid
      )
      and not exists (
        select 1 from deliveries d where d.status = 'pending'
        and d.channel = 'calendar' and d.target = :target and d.uid = b.uid
      )
    order by b.uid limit :most
"""


def queue_pushes(
    tx: Writer, uid: str, *, kind: str, now: datetime, former: Iterable[str] = ()
) -> None:
    """Queue a booking for every pushed calendar of its hosts, and of `former` ones."""
    facts = {"uid": uid, "former": json.dumps(list(former))}
    for row in tx.connection.execute(_WANTED, facts).fetchall():
        target = push_target(row["host_id"], row["name"])
        queue_push(tx, target, uid, kind=kind, now=now)


def queue_push(tx: Writer, target: str, uid: str, *, kind: str, now: datetime) -> None:
    """What is written is decided when it is sent."""
    queue_delivery(tx, channel=CHANNEL, target=target, uid=uid, kind=kind, now=now)


def hasten_pushes(tx: Writer, target: str, *, now: datetime) -> None:
    """Make due now what waits for a calendar that can be reached again."""
    tx.run(
        "update deliveries set due_at = :now where status = 'pending'"
        " and channel = 'calendar' and target = :target and due_at > :now",
        target=target,
        now=times.epoch(now),
    )


def unwritten_bookings(
    facts: Facts, calendar: ConnectedCalendar, *, after: str, now: datetime, most: int
) -> list[str]:
    """The next of its host's bookings to come that are to be written there, by uid."""
    found = facts.connection.execute(
        _UNWRITTEN,
        {
            "host_id": calendar.host_id,
            "id": calendar.id,
            "target": calendar.target,
            "after": after,
            "now": times.epoch(now),
            "most": most,
        },
    )
    return [row["uid"] for row in found.fetchall()]


def written_entry(facts: Facts, calendar_id: int, uid: str) -> WrittenEntry | None:
    row = facts.connection.execute(
        "select * from calendar_objects where calendar_id = :id and uid = :uid",
        {"id": calendar_id, "uid": uid},
    ).fetchone()
    return None if row is None else _entry(row)


def written_entries(facts: Facts, calendar_id: int) -> list[WrittenEntry]:
    """By uid."""
    found = facts.connection.execute(
        "select * from calendar_objects where calendar_id = :id order by uid",
        {"id": calendar_id},
    )
    return [_entry(row) for row in found.fetchall()]


def has_entries_before(facts: Facts, calendar_id: int, epoch: int) -> bool:
    """Whether something was written into a calendar before an instant."""
    row = facts.connection.execute(
        "select 1 from calendar_objects where calendar_id = :id"
        " and written_at < :epoch",
        {"id": calendar_id, "epoch": epoch},
    ).fetchone()
    return row is not None


def stale_entries(
    facts: Facts, calendar: ConnectedCalendar, *, now: datetime
) -> set[str]:
    """Bookings written there that are cancelled, or others' by now, by uid."""
    found = facts.connection.execute(
        "select o.uid from calendar_objects o join bookings b on b.uid = o.uid"
        " where o.calendar_id = :id and ("
        " b.final_status = 'CANCELLED' and b.confirmed_until is null"
        " and coalesce(b.pending_until, :now) <= :now"
        " or not exists (select 1 from booking_hosts h"
        " where h.uid = o.uid and h.host_id = :host_id))",
        {"id": calendar.id, "host_id": calendar.host_id, "now": times.epoch(now)},
    )
    return {row["uid"] for row in found.fetchall()}


def is_queued(facts: Facts, target: str, uid: str) -> bool:
    """Whether something of a booking waits to be written there."""
    row = facts.connection.execute(
        "select 1 from deliveries where status = 'pending' and channel = 'calendar'"
        " and target = :target and uid = :uid",
        {"target": target, "uid": uid},
    ).fetchone()
    return row is not None


def _entry(row: Row) -> WrittenEntry:
    return WrittenEntry(
        *(row[name] for name in ("calendar_id", "uid", "name")),
        *(row[name] for name in ("etag", "digest", "state")),
    )


def record_entry(
    tx: Writer, calendar: ConnectedCalendar, entry: WrittenEntry, *, now: datetime
) -> None:
    """Note what stands there now, if the calendar is still that one."""
    tx.run(
        "insert into calendar_objects"
        " (calendar_id, uid, name, etag, digest, state, written_at)"
        " select id, :uid, :name, :etag, :digest, :state, :now from calendars"
        " where id = :id and host_id = :host_id and source = :source"
        " on conflict (calendar_id, uid) do update set name = excluded.name,"
        " etag = excluded.etag, digest = excluded.digest, state = excluded.state,"
        " written_at = excluded.written_at",
        **_key(calendar),
        uid=entry.uid,
        name=entry.name,
        etag=entry.etag,
        digest=entry.digest,
        state=str(entry.state),
        now=times.epoch(now),
    )


def forget_moved(tx: Writer, calendar: ConnectedCalendar, uid: str) -> None:
    """Let nothing be busy by where a booking stood there before it was written."""
    tx.run(
        "delete from busy where uid = :uid and calendar_id = :id",
        uid=uid,
        id=calendar.id,
    )


def forget_entry(tx: Writer, calendar: ConnectedCalendar, uid: str) -> None:
    """Note that nothing of a booking stands there any more."""
    tx.run(
        "delete from calendar_objects where uid = :uid and calendar_id in ("
        " select id from calendars where id = :id and host_id = :host_id"
        " and source = :source)",
        **_key(calendar),
        uid=uid,
    )


def _key(calendar: ConnectedCalendar) -> dict[str, object]:
    """A number may be another calendar's by now."""
    return {
        "id": calendar.id,
        "host_id": calendar.host_id,
        "source": calendar.source,
    }
