"""What most tests need: a clock that can be moved, a bookings file, things in it."""

from __future__ import annotations

import os
import sqlite3
import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import support.properties  # noqa: F401 (the profile that is loaded here)
from hypothesis import settings

import calbook
from calbook import Booking, Client, EventType
from calbook.core.time import times
from calbook.store import first_host
from calbook.store.sqlite import setup

if times.newer_package():
    zoneinfo.reset_tzpath(())  # what tests expect is worked out by the same rules
os.environ["CALBOOK_CONFIG"] = os.devnull  # no mail server but a test's own
os.environ["CALBOOK_ACTOR"] = "grace"  # whoever runs the tests
settings.load_profile("calbook")

pytest_plugins = ("support.servers", "support.stores", "support.calendar_servers")

MONDAY = datetime(2027, 1, 4, 9, tzinfo=UTC)
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


class Clock:
    """A clock that stands still until it is moved, back as well as forth."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def move(self, **length: float) -> None:
        self.now += timedelta(**length)


@pytest.fixture(autouse=True)
def copied_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new file's tables are made once and copied: else most of a test's time.

    `tests/store` makes them each time.
    """
    monkeypatch.setattr(setup, "make_ready", _copy_tables)


_make_ready = setup.make_ready


def _copy_tables(conn: sqlite3.Connection, path: str, *on_upgrade: Any) -> None:
    if conn.execute("pragma page_count").fetchone()[0]:
        _make_ready(conn, path, *on_upgrade)
        return
    new_file = _new_file(first_host.system_timezone())
    if path == ":memory:":
        conn.deserialize(new_file)
        return
    with closing(sqlite3.connect(":memory:")) as source:
        source.deserialize(new_file)
        source.backup(conn)


@cache
def _new_file(timezone: str) -> bytes:
    """The bytes of a new file, whose first host is in that zone."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        _make_ready(conn, ":memory:")
        return conn.serialize()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(database: str, clock: Clock) -> Iterator[Client]:
    with Client(database, clock=clock) as client:
        yield client


@pytest.fixture
def event_type(client: Client) -> Callable[..., EventType]:
    """Makes event types: 30 minutes, at any hour in UTC, if nothing else is said."""
    calendar = client.calendar

    def make(id: str = "demo", **fields: Any) -> EventType:
        if "sched_always" not in [
            schedule.id for schedule in calendar.schedules.list()
        ]:
            always = [
                {"day": d, "startTime": "00:00", "endTime": "24:00"} for d in DAYS
            ]
            calendar.schedules.create("always", timezone="UTC", availability=always)
        return calendar.event_types.create(id, **{"schedule_id": "always", **fields})

    return make


@pytest.fixture
def booking(
    client: Client, event_type: Callable[..., EventType]
) -> Callable[..., Booking]:
    """Makes bookings of `demo`, one an hour from 2027-01-18 10:00 UTC on."""
    starts = (MONDAY + timedelta(days=14, hours=1 + n) for n in range(10_000))

    def make(**fields: Any) -> Booking:
        wanted = {
            "event_type_id": "demo",
            "attendee": {"name": "Ada", "email": "ada@example.com"},
            **fields,
        }
        if "start_time" not in wanted:
            wanted["start_time"] = next(starts)
        try:
            client.calendar.event_types.get(wanted["event_type_id"])
        except calbook.errors.NotFound:
            event_type(wanted["event_type_id"])
        return client.calendar.bookings.create(**wanted)

    return make
