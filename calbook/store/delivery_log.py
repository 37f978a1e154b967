"""What was sent and is to be, with every attempt: as lists and single rows tell it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from calbook.store.outbox import BEFORE, IS_FREE, to_list

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.reader import Reader

_LOG = f"""
    select d.*, e.id as event_id,
        case when d.status = 'pending' then (
            select e.id {BEFORE} order by e.seq limit 1
        ) end as waits_for,
        (select coalesce(json_group_array(json_object(
            'number', number, 'at', at, 'status', status, 'code', code,
            'text', text, 'milliseconds', milliseconds
        )), '[]') from (
            select * from attempts where delivery = d.id order by number
        ) x) as tries
    from deliveries d left join events e on e.seq = d.event_seq
"""
_EQUAL = {
    "uid": "d.uid = :uid",
    "status": "d.status = :status",
    "target": "d.target = :target",
    "channel": "d.channel = :channel",
}
# For rows that the index of another filter finds: by an index of their own, most of
# what ever arrived would be read.
_LOOKED_AT = {
    "target": "d.target || '' = :target",
    "channel": "d.channel || '' = :channel",
}


def find_row(reader: Reader, id: str) -> Row | None:
    statement = f"{_LOG} where d.id = :id"
    row: Row | None = reader.connection.execute(statement, {"id": id}).fetchone()
    return row


def newest_rows(reader: Reader, filters: Mapping[str, Any], *, limit: int) -> list[Row]:
    """By uid, status, target and channel, or by none of them."""
    return reader.connection.execute(
        f"{_LOG} where {_join(filters)} order by d.seq desc limit :limit",
        {**filters, "limit": limit},
    ).fetchall()


def unsent_rows(reader: Reader, ids: Collection[str]) -> list[Row]:
    """Those of these that have not arrived, the oldest first."""
    return reader.connection.execute(
        f"{_LOG} where d.status <> 'delivered' and {IS_FREE}"
        " and d.id in (select value from json_each(:ids)) order by d.seq",
        {"ids": to_list(ids)},
    ).fetchall()


def _join(filters: Mapping[str, Any]) -> str:
    """So that what few have finds the rows: a booking, or not to have arrived."""
    is_rare = filters.get("status", "delivered") != "delivered"
    looked_at = _LOOKED_AT if "uid" in filters else ("target",) if is_rare else ()
    parts = [_LOOKED_AT[n] if n in looked_at else _EQUAL[n] for n in filters]
    if is_rare:
        parts.append("d.status <> 'delivered'")
    return " and ".join(parts) or "true"
