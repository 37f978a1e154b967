"""A process killed at any moment leaves a change with its event, or neither.

`CALBOOK_TORTURE=20` kills twenty times as often.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.forking import Popen
from support.places import Place
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests
from support.properties import TORTURE
from support.running import wait_until

from calbook import Client, EventType
from store.test_version_1 import downgrade, dumped, fill

if TYPE_CHECKING:
    from conftest import Clock

ROUNDS = 15 * TORTURE

BOOKING = """
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from calbook import Client, errors

def change(bookings, n):
    start = datetime(2027, 1, 18, tzinfo=UTC) + n * timedelta(hours=1)
    booking = bookings.create(
        event_type_id="demo",
        start_time=start,
        attendee={"name": "Ada", "email": "ada@example.com"},
        guests=["bob@example.com"],
    )
    if n % 3 == 1:
        bookings.reschedule(booking.uid, start_time=start + timedelta(minutes=30))
    if n % 3 == 2:
        bookings.cancel(booking.uid)

path, first = sys.argv[1:]
with Client(path, clock=lambda: datetime(2027, 1, 4, tzinfo=UTC)) as client:
    for n in count(int(first)):
        try:
            change(client.calendar.bookings, n)
        except errors.SlotTaken:  # by who was killed just now, after all
            continue
        print("booked", flush=True)
"""

SERIES = """
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from calbook import Client, errors

def change(bookings, n):
    booking = bookings.create(
        event_type_id="demo",
        start_time=datetime(2027, 1, 18, tzinfo=UTC) + n * timedelta(minutes=30),
        attendee={"name": "Ada", "email": "ada@example.com"},
        recurring={"frequency": "DAILY", "count": 20},
    )
    bookings.add_attendee(booking.uid, email="bob@example.com")
    if n % 2:
        bookings.cancel_all_future(booking.uid, from_date="2027-01-28")

path, first = sys.argv[1:]
with Client(path, clock=lambda: datetime(2027, 1, 4, tzinfo=UTC)) as client:
    for n in count(int(first)):
        try:
            change(client.calendar.bookings, n)
        except errors.SlotTaken:  # by who was killed just now, after all
            continue
        print("booked", flush=True)
"""

LOOKING = """
import sys
from calbook import Client
for path in (":memory:", *sys.argv[1:]):
    with Client(path) as client:
        client.calendar.hosts.list()
    print("read", flush=True)
"""

MAKING = """
import sys
from calbook import Client
for path in (":memory:", *sys.argv[1:]):
    with Client(path) as client:
        client.calendar.event_types.create("demo")
    print("made", flush=True)
"""


@pytest.fixture
def database(place: Place) -> str:
    return place.url


def killed(code: str, *args: object, lines: int, after: float) -> None:
    """Kill a child so many seconds after it has printed so many lines."""
    command = [sys.executable, "-c", code, *map(str, args)]
    with Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout
        for _ in range(lines):
            assert child.stdout.readline()
        time.sleep(after)
        child.kill()


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(query).fetchall()


def check_whole(path: Path) -> None:
    assert rows(path, "pragma integrity_check") == [("ok",)]
    assert rows(path, "pragma foreign_key_check") == []


def check_bookings(place: Place) -> None:
    """Every booking has all that belongs to it; foreign keys say the reverse."""
    parts = """
        select b.version,
            (select count(*) from attendees where uid = b.uid),
            (select count(*) from booking_hosts where uid = b.uid),
            (select count(*) from occurrences where uid = b.uid),
            (select status from occurrences where uid = b.uid),
            (select count(*) from claims where uid = b.uid), b.uid
        from bookings b
    """
    whole = {
        (0, 2, 1, 1, "CONFIRMED", 1, "booking.created"),
        (1, 2, 1, 1, "CONFIRMED", 1, "booking.created,booking.rescheduled"),
        (1, 2, 1, 1, "CANCELLED", 0, "booking.created,booking.cancelled"),
    }
    assert with_events(place, parts) <= whole


def with_events(place: Place, query: str) -> set[tuple[object, ...]]:
    """The rows of a query, with the types of the events in the place of the uid."""
    types: dict[str, list[str]] = {}
    found = place.rows(query)  # before the events: the killed one's may still come
    for uid, type in place.rows("select uid, type from events order by seq"):
        types.setdefault(uid, []).append(type)
    return {(*rest, ",".join(types[uid])) for *rest, uid in found}


def check_last_events(place: Place, client: Client) -> None:
    """What the last event of each booking tells is what is stored."""
    told = place.rows("select uid, booking from events order by seq")
    last = {uid: json.loads(text) for uid, text in told}
    stored = client.calendar.bookings.list(count=None)
    assert last == {booking.uid: booking.to_dict() for booking in stored}


def wait_for_the_killed(place: Place) -> None:
    """A server may end what it had been told before it sees that nobody is there."""
    if place.is_file:
        return
    schema = place.url.rpartition("=")[2]
    busy = (
        "select count(*) from pg_stat_activity where pid <> pg_backend_pid()"
        f" and state <> 'idle' and query like '%search_path = {schema}%'"
    )
    wait_until(lambda: place.rows(busy) == [(0,)])


def test_a_kill_leaves_a_change_with_its_event_or_neither(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type()
    chance = random.Random(1)
    made = 0

    for _ in range(ROUNDS if place.is_file else ROUNDS // 3):
        lines = chance.randint(1, 5)
        killed(BOOKING, place.url, made, lines=lines, after=chance.uniform(0, 0.02))

        wait_for_the_killed(place)
        place.check_whole()
        check_bookings(place)
        check_last_events(place, client)
        made = len(client.calendar.bookings.list(count=None))

    assert made >= ROUNDS // 3


def test_a_kill_leaves_all_dates_of_a_series_changed_or_none(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type(seats=2)
    chance = random.Random(3)
    parts = """
        select (select count(*) from attendees where uid = b.uid),
            (select count(*) from occurrences where uid = b.uid),
            (select count(*) from occurrences where uid = b.uid
                and status = 'CONFIRMED'),
            (select count(*) from claims where uid = b.uid), b.uid
        from bookings b
    """
    made, joined = "booking.created", "booking.created,booking.attendee_added"
    whole = {
        (1, 20, 20, 20, made),
        (2, 20, 20, 20, joined),
        (2, 20, 10, 10, f"{joined},booking.cancelled"),
    }
    booked = 0

    while booked < (40 if place.is_file else 20):  # a day has room for 48
        killed(SERIES, place.url, booked, lines=1, after=chance.uniform(0, 0.05))

        wait_for_the_killed(place)
        place.check_whole()
        assert with_events(place, parts) <= whole
        booked = len(client.calendar.bookings.list(count=None))


def test_a_kill_while_a_file_is_migrated_leaves_the_old_or_the_new(
    path: Path, clock: Clock
) -> None:
    today, old = path.with_name("today.db"), path.with_name("old.db")
    with Client(today, clock=clock) as client:
        fill(client, clock)
    downgrade(today, old)
    chance = random.Random(4)
    began = time.monotonic()
    shutil.copy(old, path)
    with Client(path) as client:
        client.calendar.hosts.list()
    took, new = time.monotonic() - began, undated(path)

    for _ in range(ROUNDS):
        shutil.copy(old, path)
        killed(LOOKING, path, lines=1, after=chance.uniform(0, took))

        check_whole(path)
        assert undated(path) in (undated(old), new)
        with Client(path) as client:
            client.calendar.hosts.list()
        assert undated(path) == new
        assert dumped(path.with_name(f"{path.name}.before-2")) == dumped(old)


def undated(path: Path) -> str:
    """All but when each migration was applied, and what people's ids are by chance."""
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+00:00"
    text = re.sub(rf"'{stamp}'|per_\w{{12}}", "", dumped(path))
    return "\n".join(sorted(text.split("\n")))


def test_a_kill_while_the_file_is_made_leaves_one_that_can_be_made(path: Path) -> None:
    chance = random.Random(2)
    took = seconds_to_make(path)

    for _ in range(ROUNDS):
        path.unlink()
        killed(MAKING, path, lines=1, after=chance.uniform(0, took))

        with Client(path) as client:
            client.calendar.hosts.update("me", name="Ada")
            hosts = [host.id for host in client.calendar.hosts.list()]
        assert hosts == ["user_me"]
        check_whole(path)


def seconds_to_make(path: Path) -> float:
    with Client(":memory:") as client:
        client.calendar.event_types.create("demo")
    began = time.monotonic()
    with Client(path) as client:
        client.calendar.event_types.create("demo")
    return time.monotonic() - began
