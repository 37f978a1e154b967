"""calbook on PostgreSQL: commands, whose own work is counted; the rest by the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import count, islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from calbook import Client

from . import books, memory, processes, series
from .books import Book
from .figures import Figure
from .many_hosts.simulation import running_server
from .processes import calbook
from .views import LIST, SEARCHES, STATISTICS, STATUSES

_ON = " on PostgreSQL"
_PAIRS = 200
_AT_ONCE = 1_000
_CLAIMS = """
create extension if not exists btree_gist;
create table plain_claims (
    host_id text not null, claim_start bigint not null, claim_end bigint not null,
    exclude using gist (
        host_id with =, int8range(claim_start, claim_end) with &&
    )
)
"""


def figures(directory: Path, few: Book, many: Book) -> Iterator[Figure]:
    """In databases that are copies of the files."""
    blank = books.empty(directory / "for-postgres.db")
    with running_server() as server:
        small, large, empty = (
            _copied(book, server.new_database()) for book in (few, many, blank)
        )
        yield _start_up("list --json, 50 of 1,000", small, "list", "--limit", "50")
        yield _start_up("slots --json, 30 days", small, "slots", "-e", "demo")
        yield from _views(small, large, f"{many.size:,} bookings / {few.size:,}")
        yield from _one_and_many(few, small)
        yield from series.compare(blank, empty, {"time": perf_counter}, on=_ON)
        yield _memory(few, many, small, large)


def _copied(book: Book, url: str) -> str:
    with books.opened(book.path) as client:
        client.copy_to(url)
    return url


def _start_up(name: str, url: str, *args: str) -> Figure:
    command = calbook(*args, "--json", db=url)
    return Figure(
        f"{name}{_ON} / BASE",
        processes.cost(command),
        at_most=6,
        unit=processes.unit(),
        how=(f"BASE: {processes.BASE}", str(command)),
    )


def _views(small: str, large: str, sizes: str) -> Iterator[Figure]:
    with books.opened(small) as few, books.opened(large) as many:
        for name, operate in (LIST | SEARCHES | STATUSES | STATISTICS).items():
            yield Figure(
                f"{name}{_ON}, {sizes}",
                _ratio(partial(operate, many), partial(operate, few), pairs=20),
                at_most=2,
                unit="time",
                how=("the same in open clients",),
            )


def _one_and_many(book: Book, url: str) -> Iterator[Figure]:
    """The server waits for its disk in all, so that what differs is the work."""
    import psycopg2

    with closing(psycopg2.connect(url)) as conn, books.opened(url) as client:
        with conn, conn.cursor() as cursor:
            cursor.execute(_CLAIMS)
        places = count()
        one = partial(_book, client, book, places)
        many = partial(_book, client, book, places, _AT_ONCE)
        for name, ours, of_theirs, pairs, most in (
            ("a booking", one, 1, _PAIRS, 8),
            (f"create_all of {_AT_ONCE:,}", many, _AT_ONCE, 3, None),
        ):
            theirs = partial(_insert, conn, book, places, of_theirs)
            yield Figure(
                f"{name}{_ON} / as many inserts with EXCLUDE",
                _ratio(ours, theirs, pairs=pairs),
                at_most=most,
                unit="time",
                how=(
                    "bookings.create(…) in an open client",
                    "insert into claims with exclude using gist, then commit",
                ),
            )


def _memory(few: Book, many: Book, small: str, large: str) -> Figure:
    name = "list --all --jsonl"
    return memory.growth(name, few._replace(path=small), many._replace(path=large))


def _ratio(
    ours: Callable[[], object], theirs: Callable[[], object], *, pairs: int
) -> float:
    ours()  # what is loaded once
    theirs()
    return median(_seconds(ours) / _seconds(theirs) for _ in range(pairs))


def _book(client: Client, book: Book, places: Iterator[int], size: int = 1) -> None:
    wanted = [
        {**books.wanted(book, 0), "start_time": book.start(place) + books.HALF}
        for place in islice(places, size)
    ]
    if size == 1:
        client.calendar.bookings.create(**wanted[0])
    else:
        client.calendar.bookings.create_all(wanted)


def _insert(conn: Any, book: Book, places: Iterator[int], size: int) -> None:
    starts = (int(book.start(place).timestamp()) for place in islice(places, size))
    with conn, conn.cursor() as cursor:
        cursor.executemany(
            "insert into plain_claims values (%s, %s, %s)",
            [(books.HOST, start, start + 1800) for start in starts],
        )


def _seconds(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began
