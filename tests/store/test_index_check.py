"""Whatever an index has other than its table is found, and in SQLite's words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calbook import Client
from calbook.store.sqlite import index_check
from store.test_version_1 import fill

if TYPE_CHECKING:
    from conftest import Clock

pytestmark = pytest.mark.sqlite

Rows = list[tuple[object, ...]]


@pytest.fixture
def conn(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[sqlite3.Connection]:
    """Of a file in which no table is so small that its rows are looked up."""
    monkeypatch.setattr(index_check, "_FEW", 0)
    with Client(tmp_path / "bookings.db", clock=clock) as client:
        fill(client, clock)
    with closing(sqlite3.connect(tmp_path / "bookings.db")) as conn:
        yield conn


# -- what is written into an index, of what it has


def without_first(rows: Rows) -> Rows:
    return rows[1:]


def with_one_more(rows: Rows) -> Rows:
    return [*rows, (*rows[-1][:-1], another(rows[-1][-1]))]


def with_another_key(rows: Rows) -> Rows:
    return [(another(rows[0][0]), *rows[0][1:]), *rows[1:]]


def with_another_row(rows: Rows) -> Rows:
    return [(*rows[0][:-1], another(rows[0][-1])), *rows[1:]]


def with_two_rows_exchanged(rows: Rows) -> Rows:
    """All keys and all rows are there, and yet not together."""
    if len(rows) == 1:
        return rows
    (*first, one), *between, (*last, other) = rows
    return [(*first, other), *between, (*last, one)]


def with_bytes_for_text(rows: Rows) -> Rows:
    return [
        tuple(v.encode() if isinstance(v, str) else v for v in rows[0]),
        *rows[1:],
    ]


def another(value: object) -> object:
    return value + 1 if isinstance(value, int) else f"{value}x"


DAMAGE = (
    *(without_first, with_one_more, with_another_key, with_another_row),
    *(with_two_rows_exchanged, with_bytes_for_text),
)


@contextmanager
def as_entries(conn: sqlite3.Connection, name: str, columns: str) -> Iterator[None]:
    """Read and write a table or index as the table `entries`, without any guard."""
    [root] = conn.execute(
        "select rootpage from sqlite_master where name = ?", (name,)
    ).fetchone()
    change_schema(
        conn,
        "insert into sqlite_master values ('table', 'entries', 'entries', ?, ?)",
        (root, f"create table entries {columns}"),
    )
    with conn:
        yield
    change_schema(conn, "delete from sqlite_master where name = 'entries'")


def change_schema(
    conn: sqlite3.Connection, statement: str, facts: tuple[object, ...] = ()
) -> None:
    conn.execute("pragma writable_schema = on")
    with conn:
        conn.execute(statement, facts)
    conn.execute("pragma writable_schema = reset")


def rewrite(
    conn: sqlite3.Connection,
    index: str,
    change: Callable[[Rows], Rows],
    order: str = "asc",
) -> None:
    parts = conn.execute(f"pragma index_xinfo({index})").fetchall()
    names = [f"c{n}" for n in range(len(parts))]
    columns = f"({', '.join(names)}, primary key ({{}})) without rowid"
    with as_entries(conn, index, columns.format(", ".join(names))):
        rows = [tuple(row) for row in conn.execute("select * from entries")]
    key = ", ".join(f"{name} {order}" for name in names)
    with as_entries(conn, index, columns.format(key)):
        conn.execute("delete from entries")
        conn.executemany(
            f"insert or ignore into entries values ({', '.join('?' * len(names))})",
            change(rows) if rows else rows,
        )


# -- what is found


def index_names(conn: sqlite3.Connection) -> list[str]:
    """Of what is ours, without the keys that are tables."""
    rows = conn.execute(index_check._INDEXES).fetchall()
    return [
        name
        for table, name, _, is_key, *_ in rows
        if not (is_key or table.startswith("_"))
    ]


def copy(conn: sqlite3.Connection) -> sqlite3.Connection:
    other = sqlite3.connect(":memory:")
    conn.backup(other)
    return other


def what_sqlite_says(conn: sqlite3.Connection) -> list[str]:
    said = [text for (text,) in conn.execute("pragma integrity_check")]
    return [] if said == ["ok"] else said


def test_no_row_is_looked_up_in_what_is_sound(conn: sqlite3.Connection) -> None:
    statements: list[str] = []
    conn.set_trace_callback(statements.append)

    assert [*index_check.index_faults(conn)] == []

    looked_up = {each for each in statements if "integrity_check" in each}
    full = {f'pragma integrity_check("{t}")' for t in ("bookings", "claims", "events")}
    assert looked_up
    assert not looked_up & full


@pytest.mark.parametrize("change", DAMAGE, ids=lambda change: change.__name__)
def test_an_entry_that_is_not_its_rows_is_found(
    conn: sqlite3.Connection, change: Callable[[Rows], Rows]
) -> None:
    damaged = set()
    for index in index_names(conn):
        with closing(copy(conn)) as other:
            rewrite(other, index, change)
            said = what_sqlite_says(other)

            assert [*index_check.index_faults(other)] == said
            damaged |= {index} if said else set()

    assert {"events_by_booking", "booking_hosts_by_turn"} <= damaged


def test_entries_that_are_not_in_order_are_found(conn: sqlite3.Connection) -> None:
    for index in ("bookings_by_start", "attendees_by_key", "occurrences_in_time"):
        with closing(copy(conn)) as other:
            rewrite(other, index, list, order="desc")

            assert [*index_check.index_faults(other)] == what_sqlite_says(other) != []


def test_what_is_twice_in_a_unique_index_is_found(conn: sqlite3.Connection) -> None:
    """Though the index has what the table has."""

    def twice(rows: Rows) -> Rows:
        (id, _), (_, row), *others = rows
        return sorted([*rows[:1], (id, row), *others], key=str)

    names = [row[1] for row in conn.execute("pragma table_info(events)")]
    [first] = conn.execute("select min(id) from events").fetchone()
    [second] = conn.execute("select min(id) from events where id > ?", (first,))
    rewrite(conn, "sqlite_autoindex_events_1", twice)
    with as_entries(
        conn, "events", f"(seq integer primary key, {', '.join(names[1:])})"
    ):
        conn.execute("update entries set id = ? where id = ?", (first, *second))

    found = [*index_check.index_faults(conn)]

    assert found == what_sqlite_says(conn)
    assert found == ["non-unique entry in index sqlite_autoindex_events_1"]


def test_a_connection_that_may_not_write_looks_rows_up(
    conn: sqlite3.Connection,
) -> None:
    rewrite(conn, "bookings_by_start", without_first)
    conn.execute("pragma query_only = on")

    assert [*index_check.index_faults(conn)] == what_sqlite_says(conn) != []


def test_a_table_that_is_not_in_order_is_found(conn: sqlite3.Connection) -> None:
    columns = "(c0, c1, c2, c3, c4, primary key (c0 {0}, c1 {0})) without rowid"
    with as_entries(conn, "claims", columns.format("asc")):
        rows = conn.execute("select * from entries").fetchall()
    with as_entries(conn, "claims", columns.format("desc")):
        conn.execute("delete from entries")
        conn.executemany("insert into entries values (?, ?, ?, ?, ?)", rows)

    found = [*index_check.index_faults(conn)]

    assert {*found} == {*what_sqlite_says(conn)} != set()
