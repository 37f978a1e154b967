"""Booking many at once, against SQLite storing the same rows with the same checks."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

from . import books
from .figures import Figure

_SIZE = 1_000
_TURNS = 3


def figures(directory: Path) -> Iterator[Figure]:
    """`create_all` of 1,000 bookings in one transaction; for information."""
    blank = books.empty(directory / "blank.db")
    wanted = [books.wanted(blank, place) for place in range(_SIZE)]
    booked, plain = directory / "booked.db", directory / "plain.db"
    ours, theirs = [], []
    for _ in range(_TURNS):
        shutil.copyfile(blank.path, booked)
        ours.append(seconds(partial(_book, booked, wanted)))
        rows = _rows(booked)
        shutil.copyfile(blank.path, plain)
        theirs.append(seconds(partial(_insert, plain, rows)))
    yield Figure(
        f"create_all of {_SIZE:,} / plain inserts of the same rows, CPU time",
        median(ours) / median(theirs),
        how=(f"bookings.create_all({_SIZE:,}) / executemany into the same tables",),
    )


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
