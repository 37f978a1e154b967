"""Whose turn it is in a team: what the file says of each host's bookings."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from calbook.core.time import times
from calbook.store.booking_filters import HAS_EXPIRED

if TYPE_CHECKING:
    from calbook.store.connection import Connection

_EXPIRED = f"""
    with expired (uid) as materialized (
        select distinct o.uid from occurrences o indexed by occurrences_expiring
        where o.due is not null and o.due <= :now and o.status = 'PENDING'
            and not exists (
            select 1 from occurrences l where l.uid = o.uid and l.status <> 'CANCELLED'
                and not {HAS_EXPIRED.format(row="l")}
        )
    )
"""
_TURN = f"""
    {_EXPIRED}
    select
        (
            select bookings from host_loads
            where event_type_id = :event_type_id and host_id = :host_id
        ) - (
            select count(*) from expired e
            cross join booking_hosts h on h.uid = e.uid and h.host_id = :host_id
            where h.event_type_id = :event_type_id and h.is_live
        ) as bookings,
        (
            select made from booking_hosts
            where event_type_id = :event_type_id and host_id = :host_id and is_live
                and uid not in (select uid from expired)
            order by made desc limit 1
        ) as made
"""

_NEWCOMER = """
    select max(j.since) as since from host_joins j
    join event_type_hosts h on h.event_type_id = j.event_type_id
        and h.host_id = j.host_id and not h.is_fixed
    where j.event_type_id = :event_type_id
"""
_COUNT_SINCE = f"""
    {_EXPIRED}
    select count(*) as number from booking_hosts h
    where h.event_type_id = :event_type_id and h.host_id = :host_id and h.is_live
        and h.made > :since and h.uid not in (select uid from expired)
"""


# From the newest backward, so that it costs what is counted.
_COUNT_WITHIN = f"""
    {_EXPIRED}
    select count(*) as number from booking_hosts h
    where h.event_type_id = :event_type_id and h.host_id = :host_id and h.is_live
        and h.made > coalesce((
            select o.made from booking_hosts o join bookings b on b.uid = o.uid
            where o.event_type_id = :event_type_id and o.host_id = :host_id
                and o.is_live and b.created_at <= :since
            order by o.made desc limit 1
        ), 0)
        and h.uid not in (select uid from expired)
"""


def read_turn(
    conn: Connection, event_type_id: str, host_id: str, *, now: datetime
) -> tuple[int, int | None]:
    """How many bookings of an event type a host has, and which is the newest.

    Without those that are cancelled, or expired though nobody was told yet. The
    newest is told by the order of making.
    """
    facts = _facts(event_type_id, host_id, now)
    found = conn.execute(_TURN, facts).fetchone()
    return found["bookings"] or 0, found["made"]


def count_since_newest_host(
    conn: Connection, event_type_id: str, host_id: str, *, now: datetime
) -> int | None:
    """The same number, counted from when the youngest host in rotation joined.

    So nobody has to catch up with what others did before. None where all of them were
    there from the first booking on.
    """
    facts = _facts(event_type_id, host_id, now)
    [since] = conn.execute(_NEWCOMER, facts).fetchone()
    if since is None:
        return None
    [number] = conn.execute(_COUNT_SINCE, {**facts, "since": since}).fetchone()
    return int(number)


def count_since(
    conn: Connection,
    event_type_id: str,
    host_id: str,
    *,
    since: datetime,
    now: datetime,
) -> int:
    """The same number, of bookings that were made after a moment."""
    facts = _facts(event_type_id, host_id, now)
    found = conn.execute(_COUNT_WITHIN, {**facts, "since": times.epoch(since)})
    [number] = found.fetchone()
    return int(number)


def _facts(event_type_id: str, host_id: str, now: datetime) -> dict[str, str | int]:
    return {
        "event_type_id": event_type_id,
        "host_id": host_id,
        "now": times.epoch(now),
    }
