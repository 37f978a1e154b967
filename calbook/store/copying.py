"""All that one store holds, copied into another that is empty.

One snapshot is read and one transaction written; the guards of the tables stay on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from calbook.core.errors import StoreError
from calbook.store.first_host import system_timezone

if TYPE_CHECKING:
    from calbook.core.progress import Progress
    from calbook.store.administration import Administration, Rows
    from calbook.store.connection import Connection


# What a row refers to stands before it.
TABLES = (
    *("schedules", "schedule_overrides", "hosts", "event_types", "event_type_hosts"),
    *("bookings", "booking_hosts", "host_loads", "host_joins"),
    *("people", "person_keys", "attendees"),
    *("occurrences", "claims", "events", "idempotency_keys", "notes", "private_notes"),
    *("calendars", "busy", "calendar_objects", "webhooks", "deliveries", "attempts"),
    *("reminders", "reminder_plans", "reminder_updates"),
    *("waiting", "counter_proposals", "published_feeds", "settings"),
)
# Whose rows are numbered in the order of making: by a column, or by SQLite itself.
NUMBERED = {
    **dict.fromkeys(("schedules", "hosts", "event_types", "bookings"), "rowid"),
    **{"webhooks": "rowid", "calendars": "id", "events": "seq", "deliveries": "seq"},
    **dict.fromkeys(("waiting", "counter_proposals"), "number"),
}
# What a new store has, by its id, and how it was made.
_FIRST: dict[str, dict[str, Any]] = {
    "schedules": {
        "id": "sched_work",
        **{"name": "Working hours", "weekly": [[[540, 1020]]] * 5 + [[]] * 2},
    },
    "hosts": {"id": "user_me", "name": "Me", "email": None},
}
_ROWS_TOLD = 1_000  # between two steps of the progress


def copy_store(
    source: Administration,
    target: Administration,
    progress: Progress | None = None,
    replaced: Callable[[str], object] | None = None,
) -> dict[str, int]:
    """How many rows each table has, in both; `replaced` as in `Client.copy_to`.

    Raises:
        StoreError: there is nothing to copy, or something where it would go.
    """
    with source.exporting(is_long=True) as old, target.importing() as new:
        _check_is_empty(new.conn, target.path)
        for id in remove_first_host(new.conn):
            if replaced is not None:
                replaced(id)
        counts = {table: _count(old.conn, table) for table in TABLES}
        tell = _telling(progress, sum(counts.values()))
        for table in TABLES:
            there = new.columns(table)
            columns = tuple(c for c in old.columns(table) if c in there)
            new.write(table, columns, tell(old.rows(table, columns)))
        _compare_counts(counts, {table: _count(new.conn, table) for table in TABLES})
        new.finish()
    return counts


def contradiction_error(shown: str, why: str) -> StoreError:
    """The guards of the tables refuse what is copied."""
    return StoreError(
        f"{shown} cannot hold what is copied: {why}",
        hint="look for contradictions in it: client.check()",
        command_hint="look for contradictions in it: calbook db check",
        path=shown,
    )


def find_content(conn: Connection) -> str | None:
    """A table that has something; None where there is only what a new store has.

    The first host and schedule may be there, whatever `init` has set up of them.
    """
    for table in TABLES:
        if table in _FIRST:
            found = conn.execute(f"select id from {table} limit 2").fetchall()
            is_new = [row[0] for row in found] in ([], [_FIRST[table]["id"]])
        else:
            is_new = not _count(conn, table)
        if not is_new:
            return table
    return None


def remove_first_host(conn: Connection) -> list[str]:
    """Of a new store, with its schedule; the ids of those that were set up."""
    changed = [
        id
        for table, facts in _FIRST.items()
        for id in _find_changed(conn, table, facts)
    ]
    for table in reversed(_FIRST):
        conn.execute(f"delete from {table}")
    return changed


def _find_changed(conn: Connection, table: str, facts: dict[str, Any]) -> list[str]:
    names = ", ".join(("timezone", *facts))
    found = []
    for timezone, *values in conn.execute(f"select {names} from {table}").fetchall():
        now = dict(zip(facts, values, strict=True))
        if "weekly" in now:
            now["weekly"] = json.loads(now["weekly"])
        if now != facts or timezone != system_timezone():
            found.append(now["id"])
    return found


def _check_is_empty(conn: Connection, shown: str) -> None:
    if (table := find_content(conn)) is not None:
        raise StoreError(
            f"{shown} is not empty: it has {table.replace('_', ' ')}",
            hint="copy to a file or database that is new",
            path=shown,
        )


def _count(conn: Connection, table: str) -> int:
    return int(conn.execute(f"select count(*) from {table}").fetchone()[0])


def _telling(progress: Progress | None, total: int) -> Callable[[Rows], Rows]:
    """Passes rows on, and tells how many were."""
    done = 0

    def tell(rows: Rows) -> Iterator[tuple[Any, ...]]:
        nonlocal done
        for row in rows:
            yield row
            done += 1
            if progress is not None and (done % _ROWS_TOLD == 0 or done == total):
                progress(done, total)

    return tell


def _compare_counts(old: dict[str, int], new: dict[str, int]) -> None:
    for table, count in old.items():
        if new[table] != count:
            raise StoreError(
                f"of {count:,} {table.replace('_', ' ')} only {new[table]:,} arrived"
            )
