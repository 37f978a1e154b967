"""What must not grow with the file, in steps of SQLite's virtual machine.

Steps are the same in every run, so a test may check them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from statistics import median
from time import process_time
from typing import TypeVar

from calbook import Client
from calbook.core.model import Span
from calbook.core.time import times
from calbook.store.facts import Facts
from calbook.store.reader import Reader
from calbook.store.sqlite.store import SqliteStore

from . import books
from .books import Book
from .figures import Figure

_Reader = TypeVar("_Reader", bound=Reader)
_Subject = TypeVar("_Subject")
_PAGE = 50
_PAIRS = 200
_HOW_PAGES = (f"Reading.booking_rows, limit={_PAGE}, after=the uid before it, or None",)


def figures(few: Book, many: Book) -> Iterator[Figure]:
    """The overlap check and a late page, in a small and in a large file."""
    yield overlap(few, many)
    yield late_page(many)
    yield late_page_time(many)


def overlap(few: Book, many: Book) -> Figure:
    """The check for a free half hour, in both files."""
    return Figure(
        f"overlap check at {many.size:,} rows / at {few.size:,}",
        _overlap_steps(many) / _overlap_steps(few),
        at_most=1.1,
        unit="steps",
        how=("Facts.obstacles, the last free half hour, steps by progress handler",),
    )


def late_page(book: Book) -> Figure:
    """The steps to a page nine tenths into the file."""
    offset = _late(book)
    late, first = page(book, offset), page(book, 0)
    return Figure(
        f"page at offset {offset:,} by keyset / first page",
        _on(book, lambda facts: counted(facts, late) / counted(facts, first)),
        at_most=1.2,
        unit="steps",
        how=_HOW_PAGES,
    )


def late_page_time(book: Book) -> Figure:
    """The same in CPU time."""
    offset = _late(book)
    late, first = page(book, offset), page(book, 0)
    return Figure(
        f"page at offset {offset:,} by keyset / first page",
        _on(book, lambda facts: paired(facts, late, first)),
        at_most=1.2,
        unit="CPU time",
        how=_HOW_PAGES,
    )


def page(book: Book, offset: int) -> Callable[[Reader], object]:
    """Reads the page that begins at an offset, behind the uid before it."""
    now = times.epoch(books.NOW)
    wanted = [times.epoch(book.start(offset + n)) for n in (0, _PAGE - 1)]
    before = books.nth_uid(offset - 1) if offset else None

    def read(reading: Reader) -> None:
        place = reading.place_of(before) if before else None
        rows = reading.booking_rows(
            {}, now=now, latest_first=False, after=place, limit=_PAGE, offset=0
        )
        if [row["starts_at"] for row in (rows[0], rows[-1])] != wanted:
            raise RuntimeError(f"this is not the page at offset {offset}")

    return read


def counted(reading: _Reader, act: Callable[[_Reader], object]) -> int:
    """The steps that SQLite takes for it."""
    return _count(reading.connection, lambda: act(reading))


def of_client(client: Client, act: Callable[[Client], object]) -> int:
    """The same of a client, the second time, when the tables are known."""
    act(client)
    return _count(client._context.store._conn, lambda: act(client))


def _count(conn: sqlite3.Connection, act: Callable[[], object]) -> int:
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    conn.set_progress_handler(step, 1)
    try:
        act()
    finally:
        conn.set_progress_handler(None, 1)
    return steps


def _on(book: Book, measure: Callable[[Facts], float]) -> float:
    store = SqliteStore(str(book.path))
    try:
        with store.read(Facts) as facts:
            return measure(facts)
    finally:
        store.close()


def _late(book: Book) -> int:
    return book.size * 9 // 10


def _overlap_steps(book: Book) -> float:
    """Between the last two bookings: all the others come before it."""
    start = book.start(book.size - 2) + books.HALF
    free = Span(start, start + books.HALF)

    def check(facts: Facts) -> None:
        if facts.obstacles((books.HOST,), [free], exclusion=None, now=books.NOW):
            raise RuntimeError("the bench's own bookings are in the way")

    return _on(book, lambda facts: counted(facts, check))


def paired(
    subject: _Subject,
    one: Callable[[_Subject], object],
    other: Callable[[_Subject], object],
) -> float:
    """The median time of one over the other's, taking turns."""
    pairs = [(_seconds(subject, one), _seconds(subject, other)) for _ in range(_PAIRS)]
    return median([one for one, _ in pairs]) / median([other for _, other in pairs])


def _seconds(subject: _Subject, act: Callable[[_Subject], object]) -> float:
    began = process_time()
    act(subject)
    return process_time() - began
