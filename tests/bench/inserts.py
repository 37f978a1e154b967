"""Booking one and many, against SQLite storing the same rows with the same checks."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

from . import books, processes
from .books import Book
from .figures import Figure

_SMALL = 1_000
_TURNS = 3
_ONES = 5


def figures(directory: Path, *, size: int) -> Iterator[Figure]:
    """`create_all` in one transaction, of 1,000 bookings and of more; then `create`."""
    blank = books.empty(directory / "blank.db")
    yield _many(directory, blank, _SMALL, turns=_TURNS)
    yield _many(directory, blank, size, turns=1)
    yield _one(directory, blank)


def _many(directory: Path, blank: Book, size: int, *, turns: int) -> Figure:
    wanted = [books.wanted(blank, place) for place in range(size)]
    booked, plain = directory / "booked.db", directory / "plain.db"
    ours, theirs = [], []
    for _ in range(turns):
        shutil.copyfile(blank.path, booked)
        ours.append(seconds(partial(_book, booked, wanted)))
        rows = _rows(booked)
        shutil.copyfile(blank.path, plain)
        theirs.append(seconds(partial(_insert, plain, rows)))
    return Figure(
        f"create_all of {size:,} / plain inserts of the same rows",
        median(ours) / median(theirs),
        at_most=5,
        unit="CPU time",
        how=("bookings.create_all(…) / executemany into the same tables",),
    )


def _one(directory: Path, blank: Book) -> Figure:
    """In an open client, with its commit."""
    copy = directory / "ones.db"
    few, many = (
        processes.cost(
            processes.python(
                *("-c", _BOOK, copy, blank.first.isoformat(), number),
                prepare=partial(shutil.copyfile, blank.path, copy),
            )
        )
        for number in (_ONES, 11 * _ONES)
    )
    return Figure(
        "100 bookings in an open client / BASE",
        (many - few) * 100 / (10 * _ONES),
        at_most=4,
        unit=processes.unit(),
        how=(f"bookings.create(…), by what {10 * _ONES} more take",),
    )


_BOOK = """
import sys
from datetime import datetime, timedelta
from calbook import Client
first = datetime.fromisoformat(sys.argv[2])
with Client(sys.argv[1]) as client:
    for n in range(int(sys.argv[3])):
        client.calendar.bookings.create(
            event_type_id="demo",
            start_time=first + n * timedelta(hours=1),
            attendee={"name": "Ada Lovelace", "email": "ada@example.com"},
        )
"""


def _book(path: Path, wanted: list[dict[str, object]]) -> None:
    with books.opened(path) as client:
        client.calendar.bookings.create_all(wanted)


def _rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    conn = sqlite3.connect(path)
    try:
        return {
            table: conn.execute(f"select * from {table}").fetchall()
            for table in books.TABLES
        }
    finally:
        conn.close()


def _insert(path: Path, rows: dict[str, list[tuple[object, ...]]]) -> None:
    conn = sqlite3.connect(path)
    try:
        for table, lines in rows.items():
            marks = ", ".join("?" * len(lines[0]))
            conn.executemany(f"insert into {table} values ({marks})", lines)
        conn.commit()
    finally:
        conn.close()


def seconds(act: Callable[[], object]) -> float:
    began = process_time()
    act()
    return process_time() - began
