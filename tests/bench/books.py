"""Bookings files of any size: one booking made by calbook, and its copies in SQL.

A booking of half an hour begins with every hour, so each second half hour is free.
Of several hosts each has as many, at the same times.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from calbook import Client
from calbook.core.time import times

NOW = datetime.now(UTC)
ZONE = "America/New_York"
HOST = "user_me"
HALF = timedelta(minutes=30)
HOUR = 2 * HALF
ATTENDEE = {"name": "Ada Lovelace", "email": "ada@example.com"}

_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
TABLES = (
    "bookings",
    "booking_hosts",
    "attendees",
    "occurrences",
    "claims",
    "events",
)
_TIMES = (
    "starts_at",
    "last_at",
    "pending_until",
    "confirmed_until",
    "recurrence_id",
    "start_at",
    "end_at",
    "claim_start",
    "claim_end",
    "due",
)
# Where the copy number n differs from the model; every other column is the same.
_LATER = "3600 * (n % :each)"
_DIFFERENT = {
    **{column: f"{column} + {_LATER}" for column in _TIMES},
    "date": f"substr(wall_at(start_at + {_LATER}), 1, 10)",
    "wall": f"wall_at(start_at + {_LATER})",
    "host_id": "iif(n < :each, host_id, 'user_host_' || (n / :each))",
    "uid": "nth_uid(n)",
    "search": "replace(search, :model, nth_uid(n))",
    "seq": "null",
    "made": "made + n",
    "id": "printf('ev_%016x', n)",
}


class Book(NamedTuple):
    """A file, and when its first booking starts."""

    path: Path
    first: datetime
    size: int

    def start(self, place: int) -> datetime:
        """When a booking starts; the first one has place 0."""
        return self.first + place * HOUR


def opened(path: Path | str) -> Client:
    """A client on a file or database, its clock at `NOW`."""
    return Client(path, clock=lambda: NOW)


def coming_day() -> datetime:
    """A fortnight from now, 10:00 in the zone: a start that can be booked today."""
    day = times.local_date(NOW + timedelta(days=14), ZONE)
    return times.instant_of_wall(times.midnight(day) + 10 * HOUR, ZONE)


def empty(path: Path) -> Book:
    """A file with the event type `demo`, open at any hour, and no booking."""
    always = [{"day": d, "startTime": "00:00", "endTime": "24:00"} for d in _DAYS]
    with opened(path) as client:
        client.calendar.schedules.create("always", timezone=ZONE, availability=always)
        client.calendar.event_types.create(
            "demo", schedule_id="always", maximum_advance=None
        )
    return Book(path, coming_day(), 0)


def full(path: Path, size: int, *, hosts: int = 1) -> Book:
    """A file with so many bookings, one an hour of each host."""
    book = empty(path)
    with opened(path) as client:
        model = client.calendar.bookings.create(**wanted(book, 0))
        for n in range(1, hosts):
            client.calendar.hosts.create(f"host_{n}")
    _multiply(path, model.uid, size - 1, each=size // hosts)
    with opened(path) as client:  # the next change lets the copies be found by letters
        client.calendar.event_types.update("demo", title="Demo")
    return book._replace(size=size)


def wanted(book: Book, place: int) -> dict[str, Any]:
    """The arguments of `create` for the booking at a place."""
    return {
        "event_type_id": "demo",
        "start_time": book.start(place),
        "attendee": ATTENDEE,
    }


def nth_uid(n: int) -> str:
    """The uid of copy n, scattered as random ones are; hex is valid in them."""
    return f"bk_{n * 0x9E3779B97F4B % 2**48:012x}"


def _wall_at(epoch: int) -> str:
    return times.wall_time(times.instant(epoch), ZONE).isoformat()


def _multiply(path: Path, model: str, copies: int, *, each: int) -> None:
    facts = {"model": model, "copies": copies, "each": each}
    conn = sqlite3.connect(path)
    try:
        conn.execute("pragma synchronous = off")
        conn.execute("pragma cache_size = -500000")
        conn.create_function("nth_uid", 1, nth_uid, deterministic=True)
        conn.create_function("wall_at", 1, _wall_at, deterministic=True)
        for table in TABLES:
            # A table of its own: else SQLite gathers all copies before it inserts one.
            conn.execute(
                f"create temp table model as select * from {table} where uid = :model",
                facts,
            )
            conn.execute(_copying(conn, table), facts)
            conn.execute("drop table temp.model")
        conn.execute(_LOADS)
        conn.commit()
    finally:
        conn.close()


_LOADS = """
    insert or replace into host_loads
    select event_type_id, host_id, count(*) from booking_hosts group by 1, 2
"""


def _copying(conn: sqlite3.Connection, table: str) -> str:
    columns = [row[1] for row in conn.execute(f"pragma table_info({table})")]
    return f"""
        with recursive numbers (n) as (
            select 1 where :copies > 0
            union all select n + 1 from numbers where n < :copies
        )
        insert into {table} ({", ".join(columns)})
        select {", ".join(_DIFFERENT.get(column, column) for column in columns)}
        from temp.model cross join numbers
    """
