"""An export taken in, against SQLite storing the same rows with the same checks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median

from calbook.store.copying import TABLES

from . import books
from .figures import Figure
from .inserts import seconds

_TURNS = 3
_LONG = 100_000  # bookings that take so long that once says enough
_AT_MOST = 5


def figures(directory: Path, *, size: int) -> Iterator[Figure]:
    """`import_from` of so many bookings into a new file."""
    source = books.full(directory / "exported.db", size).path
    lines = directory / "export.jsonl"
    with books.opened(source) as client:
        client.export_to(lines, secrets=True)
    rows = _rows(source)
    ours, theirs = [], []
    for turn in range(_TURNS if size < _LONG else 1):
        taken, plain = (directory / f"{turn}-{kind}.db" for kind in ("taken", "plain"))
        ours.append(seconds(partial(_take_in, taken, lines)))
        with books.opened(plain) as client:
            client.init()
        theirs.append(seconds(partial(_insert, plain, rows)))
        taken.unlink()
        plain.unlink()
    yield Figure(
        f"import of {size:,} bookings / plain inserts of the same rows",
        median(ours) / median(theirs),
        at_most=_AT_MOST,
        unit="CPU time",
        how=("client.import_from(…) / executemany into the same tables",),
    )


def _take_in(path: Path, lines: Path) -> None:
    with books.opened(path) as client:
        client.import_from(lines)


def _rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as conn:
        return {
            table: conn.execute(f"select * from {table}").fetchall() for table in TABLES
        }


def _insert(path: Path, rows: dict[str, list[tuple[object, ...]]]) -> None:
    """References are looked up, as calbook's connections have it."""
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("pragma foreign_keys = on")
        conn.execute("delete from hosts")
        conn.execute("delete from schedules")
        for table, found in rows.items():
            if found:
                marks = ", ".join("?" * len(found[0]))
                conn.executemany(f"insert into {table} values ({marks})", found)
