"""What years of statistics, and the check of a large file, cost beside small ones.

The bookings are one an hour, so a year has 8,760 and a month 720.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from time import process_time

from calbook.core.time import times
from calbook.store.sqlite.store import SqliteStore
from calbook.store.statistics import StatisticsReader

from . import books, processes
from .books import Book
from .figures import Figure
from .processes import Command, calbook
from .steps import counted

_DAY = timedelta(days=1)
_FEW = 1_000


def figures(directory: Path, *, size: int) -> Iterator[Figure]:
    """A year in a file of that size beside a month in one of a thousand bookings."""
    few = books.full(directory / "few.db", _FEW)
    many = books.full(directory / "many.db", size)
    year = min(365, size // 24 - 1)
    yield _steps(few, many, year)
    for by in ((), ("--by", "week")):
        yield _commands(few, many, year, *by)
    yield _check(many)


def _commands(few: Book, many: Book, days: int, *by: str) -> Figure:
    month, year = _stats(few, 30, *by), _stats(many, days, *by)
    return Figure(
        f"{' '.join(('stats', *by))}: {days} days of {many.size:,} bookings"
        f" / a month of {few.size:,}, {processes.unit()}",
        processes.cost(year) / processes.cost(month),
        at_most=1.5,
        how=(str(year), str(month)),
    )


def _stats(book: Book, days: int, *by: str) -> Command:
    last = book.first + days * _DAY
    between = ("--from", book.first.isoformat(), "--to", last.isoformat())
    return calbook("stats", *by, *between, "--json", db=book.path)


def _steps(few: Book, many: Book, days: int) -> Figure:
    """What is counted by days beside what is counted by rows, as all was once."""
    return Figure(
        f"figures of {days} days among {many.size:,} bookings"
        f" / of a month among {few.size:,} row by row, steps",
        steps(many, None, days) / steps(few, "status", 30),
        at_most=1.5,
        how=("StatisticsReader.figures(None), and by status",),
    )


def steps(book: Book, by: str | None, days: int) -> int:
    """Of a reader that has read the tables' schema; by status, rows are counted."""
    last = book.first + days * _DAY
    wanted = {"since": times.epoch(book.first), "until": times.epoch(last)}

    def count(reader: StatisticsReader) -> object:
        return reader.figures(by, wanted, now=times.epoch(books.NOW))

    store = SqliteStore(str(book.path))
    try:
        with store.read(StatisticsReader) as reader:
            count(reader)
            return counted(reader, count)
    finally:
        store.close()


def _check(book: Book) -> Figure:
    """CPU time of all of it beside that of SQLite's own check alone."""
    with closing(sqlite3.connect(book.path)) as conn:
        began = process_time()
        conn.execute("pragma integrity_check").fetchall()
        alone = process_time() - began
    with books.opened(book.path) as client:
        began = process_time()
        findings = client.check()
        whole = process_time() - began
    if findings:
        raise RuntimeError(f"the bench's own bookings are not sound: {findings[0]}")
    return Figure(
        f"db check of {book.size:,} bookings / PRAGMA integrity_check, CPU time",
        whole / alone,
        at_most=5,
        how=("client.check(), and the pragma on the same file, once each",),
    )
