"""A server that dies at any moment: what was confirmed stays, and nothing is halfdone.

`CALBOOK_TORTURE=20` stops it a hundred times.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import pytest
from support.forking import Popen
from support.places import Place, connect
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests
from support.postgres import Server
from support.properties import TORTURE
from support.running import PATIENCE, wait_until

import calbook
from calbook import Booking, Client, EventType
from calbook.store.engines import administer
from calbook.store.postgres.store import PostgresStore

if TYPE_CHECKING:
    from support.running import Spawn

pytest_plugins = ("support.running",)
STOPS = 5 * TORTURE

# Prints what it was confirmed, as JSON lines; goes on with the same client.
CHANGING = """
import json, sys, time
from datetime import UTC, datetime, timedelta
from itertools import count
from calbook import Client, errors

url, worker, busy = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()
start = datetime(2027, 1, 18, tzinfo=UTC) + worker * timedelta(days=300)
daily = {"frequency": "DAILY", "count": 4}
person = {"name": "Ada", "email": "ada@example.com"}

def act(client, n):
    bookings = client.calendar.bookings
    at = start + n * timedelta(hours=1)
    fields = {"event_type_id": "demo", "start_time": at, "attendee": person}
    if n % 4 == 1:
        yield bookings.create(**fields, recurring=daily)
    else:
        yield bookings.create(**fields)
    [booking] = bookings.list(start_date=at, end_date=at + timedelta(minutes=1))[:1]
    if n % 4 == 1:
        move = {"start_time": at + timedelta(minutes=30), "all": True}
        yield bookings.reschedule(booking.uid, **move)
    if n % 4 == 2:
        yield bookings.cancel(booking.uid)
    if n % 4 == 3:
        client.calendar.busy.import_ics(busy, name=f"c{worker}", host_id="bob")

def tell(**said):
    print(json.dumps(said), flush=True)

with Client(url, clock=lambda: datetime(2027, 1, 4, tzinfo=UTC)) as client:
    for n in count():
        try:
            for booking in act(client, n):
                tell(uid=booking.uid, version=booking.version, status=booking.status)
        except errors.StoreError as error:
            tell(error=str(error), code=error.exit_code)
            time.sleep(0.05)
        except (errors.Conflict, IndexError) as error:
            tell(refused=str(error))
"""
CALENDAR = "\r\n".join(
    [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"),
        *(
            line
            for n in range(60)
            for line in (
                *("BEGIN:VEVENT", f"UID:e{n}@example.com", "DTSTAMP:20270101T000000Z"),
                f"DTSTART:202702{1 + n % 28:02}T{n % 24:02}0000Z",
                *("DURATION:PT15M", "SUMMARY:away", "END:VEVENT"),
            )
        ),
        *("END:VCALENDAR", ""),
    ]
)


@pytest.fixture
def home(durable_postgres: Server) -> Place:
    """In a database that can be stopped."""
    url = durable_postgres.new_schema()
    with closing(PostgresStore(url)) as store:
        administer(store).create()
    return Place(url, "durable")


@pytest.fixture
def database(home: Place) -> str:
    return home.url


@contextmanager
def changing(home: Place, workers: int) -> Iterator[list[list[dict[str, Any]]]]:
    """Let processes change bookings; what each of them said, when they were killed."""
    said: list[list[dict[str, Any]]] = []
    # Not pipes, which would be full.
    files = [TemporaryFile("w+") for _ in range(workers)]  # noqa: SIM115
    running = [
        Popen(
            [sys.executable, "-c", CHANGING, home.url, str(n), CALENDAR],
            stdout=file,
            stderr=subprocess.PIPE,
        )
        for n, file in enumerate(files)
    ]
    try:
        yield said
    finally:
        for process in running:
            process.kill()
        for process, file in zip(running, files, strict=True):
            _, err = process.communicate(timeout=PATIENCE)
            assert err == b""
            file.seek(0)
            whole, _, _ = file.read().rpartition("\n")
            said.append([json.loads(line) for line in whole.splitlines()])
            file.close()


def test_what_was_confirmed_outlives_the_server(
    home: Place,
    durable_postgres: Server,
    client: Client,
    event_type: Callable[..., EventType],
) -> None:
    """Through each stop go the clients that were there before it."""
    event_type(maximum_advance=None)
    client.calendar.hosts.create("bob")
    chance = random.Random(7)

    with changing(home, 3) as said:
        for _ in range(STOPS):
            before = count_events(home)
            wait_until(lambda: count_events(home) > before + 3)  # noqa: B023
            time.sleep(chance.uniform(0, 0.05))
            durable_postgres.restart(immediate=True)
            home.check_whole()
        wait_until(lambda: home.rows("select count(*) from bookings")[0][0] > 10)
        time.sleep(0.5)

    home.check_whole()
    check_last_events(home, client)
    stored = {b.uid: b for b in client.calendar.bookings.iter()}
    confirmed = [each for lines in said for each in lines if "uid" in each]
    newest = {each["uid"]: each for each in confirmed}
    assert newest.keys() <= stored.keys()
    for uid, each in newest.items():
        assert stored[uid].version >= each["version"]
        if stored[uid].version == each["version"]:
            assert stored[uid].status == each["status"]
    lost = [each for lines in said for each in lines if "error" in each]
    assert {each["code"] for each in lost} == {7}
    assert all(len(each["error"].splitlines()) == 1 for each in lost)
    for lines in said:  # each went on behind the last stop
        assert "error" not in lines[-1]
    print(f"\n{STOPS} stops, {len(confirmed)} confirmed, {len(lost)} times lost")


def count_events(home: Place) -> int:
    [[number]] = home.rows("select count(*) from events")
    return int(number)


def check_last_events(home: Place, client: Client) -> None:
    """What the last event of each booking tells is what is stored."""
    last = dict(home.rows("select uid, version from events order by seq"))
    assert last == {b.uid: b.version for b in client.calendar.bookings.iter()}


def test_a_client_goes_on_when_its_server_was_started_again(
    durable_postgres: Server, client: Client, booking: Callable[..., Booking]
) -> None:
    made = booking()

    for immediate in (True, False):
        durable_postgres.restart(immediate=immediate)
        assert client.calendar.bookings.get(made.uid) == made
        assert booking().version == 0


def test_a_stopped_server_is_one_line_and_the_next_command_works(
    home: Place,
    durable_postgres: Server,
    client: Client,
    event_type: Callable[..., EventType],
    spawn: Spawn,
) -> None:
    """Once before the command begins, once while it waits for a lock."""
    event_type()
    create = ("create", "--event", "demo", "--start", "2027-01-18 10:00")
    who = ("--name", "Ada", "--email", "ada@example.com", "--db", home.url)

    with closing(connect(home.url)) as other, other.cursor() as cursor:
        cursor.execute("select 1 from hosts for update")
        waiting = spawn(*create, *who)
        wait_until(lambda: waits(home))
        durable_postgres.stop(immediate=True)
    dropped = waiting.communicate(timeout=PATIENCE)
    refused = spawn(*create, *who)
    answer = refused.communicate(timeout=PATIENCE)
    durable_postgres.start()
    after = spawn(*create, *who)
    after.communicate(timeout=PATIENCE)

    assert [waiting.returncode, refused.returncode, after.returncode] == [7, 7, 0]
    for out, err in (dropped, answer):
        assert out == b""
        assert err.startswith(b"calbook: ")
        assert b"Traceback" not in err
        assert len(err.splitlines()) <= 2  # and a hint
    assert len(client.calendar.bookings.list()) == 1


def waits(home: Place) -> bool:
    """Whether somebody waits for a lock."""
    query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    return bool(home.rows(query)[0][0])


SLOW_COMMIT = """
create function wait() returns trigger language plpgsql as
    $$ begin perform pg_sleep(60); return null; end $$;
create constraint trigger slow after insert on bookings
    deferrable initially deferred for each row execute function wait()
"""


def test_a_commit_without_an_answer_may_have_been_done(
    home: Place,
    durable_postgres: Server,
    client: Client,
    event_type: Callable[..., EventType],
    spawn: Spawn,
) -> None:
    event_type()
    with closing(connect(home.url)) as other, other, other.cursor() as cursor:
        cursor.execute(SLOW_COMMIT)
    create = ("create", "--event", "demo", "--start", "2027-01-18 10:00", "--json")
    who = ("--name", "Ada", "--email", "ada@example.com", "--db", home.url)
    sleeping = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"

    command = spawn(*create, *who)
    wait_until(lambda: home.rows(sleeping) == [(1,)])
    durable_postgres.restart(immediate=True)
    out, err = command.communicate(timeout=PATIENCE)

    error = json.loads(err)["error"]
    assert (command.returncode, out, error["code"]) == (7, b"", "storage")
    assert "may have been done" in error["hint"]
    assert client.calendar.bookings.list() == ()


@pytest.mark.parametrize("seconds", [1])
def test_a_lock_that_is_held_too_long_is_no_lost_connection(
    home: Place, client: Client, event_type: Callable[..., EventType], seconds: int
) -> None:
    event_type()
    hasty = PostgresStore(home.url, patience=seconds)
    with (
        closing(connect(home.url)) as other,
        other.cursor() as cursor,
        closing(hasty),
    ):
        cursor.execute("select 1 from hosts for update")

        with pytest.raises(calbook.errors.Busy, match="locked by others"):
            hasty.write(lambda tx: tx.lock_hosts(["user_me"]))
