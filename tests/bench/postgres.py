"""calbook on PostgreSQL: commands, whose own work is counted, and bookings in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from calbook import Client

from . import books, processes
from .books import Book
from .figures import Figure
from .many_hosts.simulation import running_server
from .processes import calbook

_SIZE = 1_000
_PAIRS = 200
_CLAIMS = """
create extension if not exists btree_gist;
create table plain_claims (
    host_id text not null, claim_start bigint not null, claim_end bigint not null,
    exclude using gist (
        host_id with =, int8range(claim_start, claim_end) with &&
    )
)
"""


def figures(directory: Path, *, pairs: int = _PAIRS) -> Iterator[Figure]:
    """Commands and bookings in a database of 1,000 bookings."""
    book = books.full(directory / "for-postgres.db", _SIZE)
    with running_server() as server:
        url = server.new_database()
        with closing(Client(book.path)) as client:
            client.copy_to(url)
        yield _start_up("list --json, 50 of 1,000", url, "list", "--limit", "50")
        yield _start_up("slots --json, 30 days", url, "slots", "-e", "demo")
        yield _one_booking(book, url, pairs)


def _start_up(name: str, url: str, *args: str) -> Figure:
    command = calbook(*args, "--json", db=url)
    return Figure(
        f"{name} on PostgreSQL / BASE, {processes.unit()}",
        processes.cost(command),
        at_most=8,
        how=(f"BASE: {processes.BASE}", str(command)),
    )


def _one_booking(book: Book, url: str, pairs: int) -> Figure:
    """The server waits for its disk in both, so that what differs is the work."""
    import psycopg2

    with (
        closing(psycopg2.connect(url)) as conn,
        closing(Client(url, clock=lambda: books.NOW)) as client,
    ):
        with conn, conn.cursor() as cursor:
            cursor.execute(_CLAIMS)
        places = count()
        ours = partial(_book, client, book, places)
        theirs = partial(_insert, conn, book, places)
        ours()  # what is loaded once
        theirs()
        ratios = [_seconds(ours) / _seconds(theirs) for _ in range(pairs)]
    return Figure(
        "a booking on PostgreSQL / an insert with EXCLUDE, wall time",
        median(ratios),
        how=(
            "bookings.create(…) in an open client",
            "insert into a table of claims with exclude using gist, and commit",
        ),
    )


def _book(client: Client, book: Book, places: Iterator[int]) -> None:
    start = book.start(next(places)) + books.HALF
    client.calendar.bookings.create(**{**books.wanted(book, 0), "start_time": start})


def _insert(conn: Any, book: Book, places: Iterator[int]) -> None:
    start = int(book.start(next(places)).timestamp())
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "insert into plain_claims values (%s, %s, %s)",
            (books.HOST, start, start + 1800),
        )


def _seconds(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began
