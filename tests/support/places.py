"""The places where bookings are kept: a file, and each kind of database.

A module imports the fixture, in the place of that of `support.stores`, and the hook:
as a plugin's they would be every other test's too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from calbook.store.engines import administer
from calbook.store.postgres.store import PostgresStore
from calbook.store.postgres.url import read_url

NO_EXCLUSION = "no_exclusion"  # the end of a name, or all of it
_POSTGRES = ("postgres", "postgres_15", NO_EXCLUSION, "pgbouncer")
_PLACES = {"sqlite": ("sqlite",), "postgres": _POSTGRES}
_PLACES["all"] = (*_PLACES["sqlite"], *_POSTGRES)

_INCOMPLETE = """
    select 'has no event', uid from bookings b
    where not exists (select 1 from events e where e.uid = b.uid)
    union all
    select 'has no attendee', uid from bookings b
    where not exists (select 1 from attendees a where a.uid = b.uid)
    union all
    select 'has no host', uid from bookings b
    where not exists (select 1 from booking_hosts h where h.uid = b.uid)
    union all
    select 'has no meeting', uid from bookings b
    where not exists (select 1 from occurrences o where o.uid = b.uid)
    union all
    select 'is not claimed', uid from occurrences o
    where o.status <> 'CANCELLED' and (
        select count(*) from claims c
        where c.uid = o.uid and c.recurrence_id = o.recurrence_id
          and c.claim_start = o.claim_start and c.claim_end = o.claim_end
    ) <> (select count(*) from booking_hosts h where h.uid = o.uid)
    union all
    select 'is claimed in vain', c.uid from claims c
    left join occurrences o on o.uid = c.uid and o.recurrence_id = c.recurrence_id
    where o.uid is null or o.status = 'CANCELLED'
    union all
    select 'is counted wrong', host_id from host_loads l
    where bookings <> (
        select count(*) from booking_hosts h
        where h.event_type_id = l.event_type_id and h.host_id = l.host_id and h.is_live
    )
"""
_OVERLAPPING = """
    select a.uid, b.uid from claims a join claims b on b.host_id = a.host_id
        and a.claim_start < b.claim_start and b.claim_start < a.claim_end
"""


class Place:
    """A place where bookings are kept; `url` is what a client opens."""

    def __init__(self, url: str, name: str) -> None:
        self.url = url
        self.name = name

    def __str__(self) -> str:
        return self.url

    @property
    def is_file(self) -> bool:
        return "://" not in self.url

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        if self.is_file:
            with closing(sqlite3.connect(self.url)) as conn:
                return conn.execute(query).fetchall()
        with closing(connect(self.url)) as conn, conn.cursor() as cursor:
            cursor.execute(query)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    def overlaps(self) -> list[tuple[Any, ...]]:
        return self.rows(_OVERLAPPING)

    def check_whole(self) -> None:
        """Nothing overlaps, and all that is there has all that belongs to it."""
        if self.is_file:
            assert self.rows("pragma integrity_check") == [("ok",)]
            assert self.rows("pragma foreign_key_check") == []
        assert self.overlaps() == []
        assert self.rows(_INCOMPLETE) == []


def connect(url: str) -> Any:
    """Another program's connection, whose first transaction finds calbook's tables.

    Only that one: behind a pooler the next may be on another connection.
    """
    import psycopg2

    read = read_url(url)
    conn = psycopg2.connect(read.dsn)
    conn.cursor().execute(f"set local search_path = {read.schema}")
    return conn


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module without files names its PLACES; else they are those of `--store`."""
    if "place" in metafunc.fixturenames:
        here = _PLACES[metafunc.config.getoption("store")]
        places = getattr(metafunc.module, "PLACES", here)
        metafunc.parametrize("place", places, indirect=True)


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A file that is not there yet, or a new schema with its tables."""
    if request.param == "sqlite":
        yield Place(str(tmp_path / "bookings.db"), "sqlite")
        return
    has_exclusion = not request.param.endswith(NO_EXCLUSION)
    kind = request.param.removesuffix(NO_EXCLUSION).rstrip("_") or "postgres"
    server = request.getfixturevalue("postgres" if kind == "pgbouncer" else kind)
    own = server.new_schema()
    with closing(PostgresStore(own)) as new:
        administer(new).create(has_exclusion=has_exclusion)
    if kind == "pgbouncer":
        pooler = request.getfixturevalue("pgbouncer")
        yield Place(pooler.url(schema=read_url(own).schema), request.param)
    else:
        yield Place(own, request.param)
    server.drop_schema(own)
