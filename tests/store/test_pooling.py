"""A pooler that gives every transaction another's connection: nothing is left on it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from conftest import DAYS, MONDAY
from support.places import connect
from support.postgres import Pooler, Server, start_pooler
from support.processes import Unavailable

from calbook import Client, errors
from calbook.store.engines import administer
from calbook.store.postgres.store import PostgresStore

TEN = MONDAY + timedelta(days=14, hours=1)
ADA = {"name": "Ada", "email": "ada@example.com"}


@pytest.fixture
def narrow(postgres: Server, tmp_path: Path) -> Iterator[Pooler]:
    """A pooler with one connection to the server."""
    directory = Path(f"{postgres.directory}.{tmp_path.name}")
    try:
        pooler = start_pooler(postgres, directory, size=1)
    except Unavailable as reason:
        pytest.skip(f"pgbouncer: {reason}")
    yield pooler
    pooler.remove()


@pytest.fixture
def urls(postgres: Server, narrow: Pooler) -> Iterator[list[str]]:
    """Two schemas of one database, through one connection."""
    made = [postgres.new_schema() for _ in range(2)]
    for each in made:
        with closing(PostgresStore(each)) as store:
            administer(store).create()
    yield [narrow.url(schema=each.rpartition("=")[2]) for each in made]
    for each in made:
        postgres.drop_schema(each)


def open_client(url: str) -> Client:
    return Client(url, clock=lambda: MONDAY)


def set_up(client: Client) -> None:
    hours = [{"day": d, "startTime": "00:00", "endTime": "24:00"} for d in DAYS]
    client.calendar.schedules.create("always", timezone="UTC", availability=hours)
    client.calendar.event_types.create("demo", schedule_id="always")


def test_clients_of_two_schemas_take_turns_on_one_connection(urls: list[str]) -> None:
    """Each finds its own tables, whoever had the connection before."""
    clients = [open_client(url) for url in urls for _ in range(2)]
    for client in clients[::2]:
        set_up(client)

    for n in range(5):
        for number, client in enumerate(clients):
            client.calendar.bookings.create(
                event_type_id="demo",
                start_time=TEN + (2 * n + number % 2) * timedelta(hours=1),
                attendee=ADA,
            )

    for client in clients:
        assert len(client.calendar.bookings.list()) == 10
        client.close()


def test_what_others_set_for_their_session_changes_nothing(urls: list[str]) -> None:
    """Another program leaves its settings on the connection that all share."""
    settings = (
        "set search_path = pg_catalog",
        "set default_transaction_isolation = 'serializable'",
        "set default_transaction_read_only = on",
        "set lock_timeout = 1",
    )
    with open_client(urls[0]) as client, closing(connect(urls[1])) as other:
        other.rollback()
        other.autocommit = True
        set_up(client)
        for n, setting in enumerate(settings):
            other.cursor().execute(setting)
            client.calendar.bookings.create(
                event_type_id="demo",
                start_time=TEN + n * timedelta(hours=1),
                attendee=ADA,
            )
        assert len(client.calendar.bookings.list()) == len(settings)


def test_many_at_once_share_one_connection(urls: list[str]) -> None:
    """Half of them after the same starts."""
    with open_client(urls[0]) as client:
        set_up(client)
    numbers = count()

    def book(url: str) -> int:
        with open_client(url) as client:
            booked = 0
            for _ in range(5):
                start = TEN + (next(numbers) // 2) * timedelta(hours=1)
                try:
                    client.calendar.bookings.create(
                        event_type_id="demo", start_time=start, attendee=ADA
                    )
                    booked += 1
                except errors.SlotTaken:
                    pass
            return booked

    with ThreadPoolExecutor(8) as pool:
        booked = sum(pool.map(book, urls[:1] * 8))

    with open_client(urls[0]) as client:
        assert len(client.calendar.bookings.list(count=None)) == booked == 20
