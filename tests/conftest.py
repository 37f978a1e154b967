"""What most tests need: a clock that can be moved, a bookings file, things in it."""

from __future__ import annotations

import os
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import calbook
from calbook import Booking, Client, EventType
from calbook.core.time import times

if times.newer_package():
    zoneinfo.reset_tzpath(())  # what tests expect is worked out by the same rules
os.environ["CALBOOK_CONFIG"] = os.devnull  # no mail server but a test's own

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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a bookings file may be made."""
    return tmp_path / "bookings.db"


@pytest.fixture
def database() -> str:
    """What `client` opens; a module that tests files gives `path` instead."""
    return ":memory:"


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
