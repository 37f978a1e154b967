"""Why the tables refuse a line: somebody has what it wants, or it refers to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core.time import times
from calbook.store.lines.derived import Rows
from calbook.store.lines.nouns import NOUNS
from calbook.store.lines.tables import Noun

if TYPE_CHECKING:
    from calbook.store.connection import Connection

_KEYS = {noun.table.name: noun.by for noun in NOUNS}
# What no two rows share, besides a noun's own identity.
_UNIQUE = {
    "event_types": ("slug",),
    "person_keys": ("key",),
    "events": ("id",),
    "notes": ("id",),
    "private_notes": ("id",),
    "counter_proposals": ("id",),
    "deliveries": ("id",),
    "waiting": ("id",),
}
_OVERLAPPED = """
    select uid, claim_start from claims
    where host_id = :host_id and claim_start < :claim_end and claim_end > :claim_start
    and uid <> :uid order by claim_start limit 1
"""


class Obstacle(NamedTuple):
    """What is said of a line, and whether what is there is in its way."""

    said: str
    is_conflict: bool
    facts: dict[str, Any]


def find_obstacle(conn: Connection, noun: Noun, rows: Rows, *, fault: str) -> Obstacle:
    """The first thing that is in the way; else what the tables say."""
    return (
        _missing_reference(conn, noun, rows)
        or _taken_value(conn, noun, rows)
        or _overlap(conn, rows)
        or _said_by_tables(fault)
    )


def _missing_reference(conn: Connection, noun: Noun, rows: Rows) -> Obstacle | None:
    for table in (noun.table, *noun.children):
        for column in table.columns:
            if column.refers is None or not column.is_stored:
                continue
            by = _KEYS[column.refers]
            place = table.stored.index(column.name)
            for key in dict.fromkeys(row[place] for row in rows[table.name]):
                if key is not None and not _is_there(conn, column.refers, by, key):
                    said = f"refers to {key}, which is not there"
                    return Obstacle(said, False, {"field": column.key})
    return None


def _taken_value(conn: Connection, noun: Noun, rows: Rows) -> Obstacle | None:
    for table in (noun.table, *noun.children):
        for name in _UNIQUE.get(table.name, ()):
            place = table.stored.index(name)
            for row in rows[table.name]:
                if _is_there(conn, table.name, name, row[place]):
                    said = f"has the {name} {row[place]}, which is taken"
                    return Obstacle(said, True, {"taken": row[place]})
    return None


def _is_there(conn: Connection, table: str, name: str, value: Any) -> bool:
    statement = f"select 1 from {table} where {name} = :value"
    return conn.execute(statement, {"value": value}).fetchone() is not None


def _overlap(conn: Connection, rows: Rows) -> Obstacle | None:
    for host_id, start, end, uid, _ in rows.get("claims", ()):
        facts = {"host_id": host_id, "claim_start": start, "claim_end": end}
        found = conn.execute(_OVERLAPPED, {**facts, "uid": uid}).fetchone()
        if found is not None:
            other, at = found
            stamp = times.rfc3339(times.instant(at), "UTC")
            said = f"overlaps {other} at {stamp}, which has {host_id}"
            return Obstacle(said, True, {"uid": uid, "other": other})
    return None


def _said_by_tables(fault: str) -> Obstacle:
    is_taken = "unique" in fault.casefold()
    said = f"is refused: {fault}"
    return Obstacle(said, is_taken, {})
