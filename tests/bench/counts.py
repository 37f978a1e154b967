"""What years of statistics, and the check of a large file, cost beside small ones.

The bookings are one an hour, so a year has 8,760 and a month 720.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
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


def figures(few: Book, many: Book) -> Iterator[Figure]:
    """A year of many bookings beside a month of few; then the check of them."""
    year = min(365, many.size // 24 - 1)
    yield _steps(few, many, year)
    for by in ((), ("--by", "week")):
        yield _commands(few, many, year, *by)
    yield from _checks(few, many)


def _commands(few: Book, many: Book, days: int, *by: str) -> Figure:
    month, year = _stats(few, 30, *by), _stats(many, days, *by)
    return Figure(
        f"{' '.join(('stats', *by))}: {days} days of {many.size:,} bookings"
        f" / a month of {few.size:,}",
        processes.cost(year) / processes.cost(month),
        at_most=1.5,
        unit=processes.unit(),
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
        f" / of a month among {few.size:,} row by row",
        steps(many, None, days) / steps(few, "status", 30, event_type_id="evt_demo"),
        at_most=0.6,
        unit="steps",
        how=("StatisticsReader.figures(None), and one event type's by status",),
    )


def steps(book: Book, by: str | None, days: int, **filters: str) -> int:
    """Of a reader that has read the tables' schema.

    Of one event type's statuses, rows are counted.
    """
    last = book.first + days * _DAY
    wanted = {"since": times.epoch(book.first), "until": times.epoch(last), **filters}

    def count(reader: StatisticsReader) -> object:
        return reader.figures(by, wanted, now=times.epoch(books.NOW))

    store = SqliteStore(str(book.path))
    try:
        with store.read(StatisticsReader) as reader:
            count(reader)
            return counted(reader, count)
    finally:
        store.close()


def _checks(few: Book, many: Book) -> Iterator[Figure]:
    """CPU time beside that of reading each row, and for each booking."""
    with closing(sqlite3.connect(many.path)) as conn:
        began = process_time()
        _read(conn)
        plain = process_time() - began
    checked = _check(many)
    yield Figure(
        f"db check of {many.size:,} bookings / all rows of the file read",
        checked / plain,
        at_most=5,
        unit="CPU time",
        how=("client.check() / select * from each table",),
    )
    yield Figure(
        f"db check for each of {many.size:,} bookings / of {few.size:,}",
        checked / many.size / (_check(few) / few.size),
        at_most=1.5,
        unit="CPU time",
        how=("client.check()",),
    )


def _read(conn: sqlite3.Connection) -> None:
    """Every row, once; FTS5 has its own among the tables."""
    for (table,) in conn.execute(_TABLES).fetchall():
        for _ in conn.execute(f"select * from {table}"):
            pass


_TABLES = "select name from sqlite_master where type = 'table' and rootpage > 0"


def _check(book: Book) -> float:
    with books.opened(book.path) as client:
        client.check()  # what is loaded once
        began = process_time()
        findings = client.check()
        checked = process_time() - began
    if findings:
        raise RuntimeError(f"the bench's own bookings are not sound: {findings[0]}")
    return checked
