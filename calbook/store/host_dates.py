"""The dates that a host gives within some time, and who could give them as well."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from calbook.core.time import times
from calbook.store.booking_filters import HAS_EXPIRED
from calbook.store.facts import CLAIM_SECONDS

if TYPE_CHECKING:
    from calbook.store.connection import Connection

_DATES = f"""
    select o.uid, o.recurrence_id
    from claims c
    join occurrences o on o.uid = c.uid and o.recurrence_id = c.recurrence_id
    where c.host_id = :host_id
      and c.claim_start < :end
      and c.claim_start > :start - :longest
      and o.start_at < :end and o.end_at > :start and o.end_at > :now
      and o.status in ('PENDING', 'CONFIRMED')
      and not {HAS_EXPIRED.format(row="o")}
    order by o.start_at, o.uid, o.recurrence_id
"""
_HOSTS = """
    select host_id from booking_hosts
    where uid in (select value from json_each(:uids))
    union
    select h.host_id from event_type_hosts h
    join bookings b on b.event_type_id = h.event_type_id
    where b.uid in (select value from json_each(:uids))
"""
_NEVER = 2**53  # seconds since 1970


def dates_of_host(
    conn: Connection, host_id: str, start: datetime, end: datetime | None, now: datetime
) -> dict[str, list[datetime]]:
    """By booking the keys of what is not over and lies within the time, by start."""
    facts = {
        "host_id": host_id,
        "start": times.epoch(start),
        "end": _NEVER if end is None else times.epoch(end),
        "longest": CLAIM_SECONDS,
        "now": times.epoch(now),
    }
    found: dict[str, list[datetime]] = {}
    for row in conn.execute(_DATES, facts):
        found.setdefault(row["uid"], []).append(times.instant(row["recurrence_id"]))
    return found


def hosts_about(conn: Connection, uids: Iterable[str]) -> set[str]:
    """Who has some bookings, and who could take them over."""
    found = conn.execute(_HOSTS, {"uids": json.dumps(list(uids))})
    return {row["host_id"] for row in found}
