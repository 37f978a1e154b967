"""Several machines deliver and tick at once: each delivery is sent by one of them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.forking import Popen
from support.places import Place
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests
from support.postgres import Server, start_pooler
from support.processes import Unavailable
from support.properties import TORTURE
from support.receiving import Receiver, slow
from support.running import PATIENCE, wait_until

from calbook import Booking, Client, EventType
from calbook.store.engines import administer
from calbook.store.postgres.store import PostgresStore

if TYPE_CHECKING:
    from conftest import Clock
    from support import mailing
    from support.running import Spawn

pytest_plugins = ("support.receiving", "support.running", "support.mailing")
PLACES = ("postgres", "pgbouncer")
BOOKINGS = 300 if TORTURE > 1 else 30
REMINDER = [{"minutes_before": 60, "to": "attendee"}]

Book = Callable[..., Booking]

# Stops where it is told to, with a lease that ends soon.
WORKER = """
import sys, time
from datetime import datetime
from calbook import Client
from calbook.delivery import worker

def stop(*args, **kwargs):
    print("here", flush=True)
    time.sleep(60)

worker._LEASE = 2
setattr(worker.DeliveryWorker, sys.argv[2], stop)
now = datetime.fromisoformat(sys.argv[3])
with Client(sys.argv[1], clock=lambda: now) as client:
    client.deliver()
"""


@pytest.fixture
def database(place: Place) -> str:
    return place.url


def test_each_delivery_is_sent_by_one_of_many(
    place: Place,
    client: Client,
    clock: Clock,
    receiver: Receiver,
    post: mailing.Server,
    event_type: Callable[..., EventType],
    booking: Book,
    spawn: Spawn,
) -> None:
    """Two webhooks and mail; what was booked, cancelled, ended and expired."""
    client.set_up(email="grace@example.org")
    for path in ("/a", "/b"):
        client.calendar.webhooks.create(receiver.url(path))
    event_type(notify=True, reminders=REMINDER)
    event_type("ask", requires_confirmation=True)
    for n in range(BOOKINGS):
        if n % 3 == 0:
            booking(event_type_id="ask")
            continue
        made = booking(attendee={"name": "Ada", "email": f"ada{n}@example.com"})
        if n % 3 == 2:
            client.calendar.bookings.cancel(made.uid)
    receiver.answer = slow(0.005)
    clock.move(days=14)
    client.tick()
    [(first,)] = place.rows("select min(starts_at) from bookings")
    clock.now = clock.now.fromtimestamp(first - 30 * 60, clock.now.tzinfo)
    run_all(spawn, place, "deliver", "deliver")  # the reminder of the next meeting
    clock.move(days=BOOKINGS)

    tick = "tick --no-deliver"  # which would not wait for answers as long
    run_all(spawn, place, tick, "deliver", "deliver", tick, "deliver")

    log = place.rows(
        "select channel, id, status, attempts, uid, target from deliveries order by seq"
    )
    assert Counter(status for _, _, status, *_ in log).keys() <= {
        "delivered",
        "dropped",
    }
    assert {attempts for _, _, s, attempts, *_ in log if s == "delivered"} == {1}
    sent = Counter((r.path, r.headers["webhook-id"]) for r in receiver.requests)
    assert set(sent.values()) == {1}
    hooks = [each for each in log if each[0] == "webhook"]
    assert {status for _, _, status, *_ in hooks} == {"delivered"}
    assert len(sent) == len(hooks)
    mails = Counter(mail.message["Message-ID"] for mail in post.received)
    delivered = [e for e in log if e[0] == "mail" and e[2] == "delivered"]
    assert set(mails.values()) == {1}
    assert len(mails) == len(delivered)
    check_order(receiver)
    check_events(place)


def run_all(spawn: Spawn, place: Place, *commands: str) -> None:
    """Run commands at once, each to its end."""
    running = [spawn(*each.split(), "--db", place.url) for each in commands]
    ended = [each.communicate(timeout=PATIENCE * 4) for each in running]
    assert [each.returncode for each in running] == [0] * len(running), ended


def check_order(receiver: Receiver) -> None:
    """What a webhook hears of a booking comes in the order of its events."""
    heard: dict[tuple[str, str], list[str]] = {}
    for request in receiver.requests:
        heard.setdefault((request.path, request.uid), []).append(request.type)
    ends = ("booking.completed", "booking.cancelled")
    for types in heard.values():
        assert types[0] in ("booking.created", "booking.requested")
        assert types[1:] in ([end] for end in ends)


def check_events(place: Place) -> None:
    """Each event of time was written once, and each reminder queued once."""
    twice = "select uid, type from events group by uid, type having count(*) > 1"
    assert place.rows(twice) == []
    undone = "select count(*) from occurrences where due is not null"
    assert place.rows(undone) == [(0,)]
    ended = "select count(*) from events where type = 'booking.completed'"
    assert place.rows(ended) == [(len([n for n in range(BOOKINGS) if n % 3 == 1]),)]
    expired = "select count(*) from events where by = 'system' and type = '%s'"
    requests = len(range(0, BOOKINGS, 3))
    assert place.rows(expired % "booking.cancelled") == [(requests,)]
    again = (
        "select uid, target from deliveries where kind = 'reminder'"
        " and status = 'delivered' group by uid, target having count(*) > 1"
    )
    assert place.rows(again) == []


@pytest.mark.parametrize("at", ["_send", "_write_outcome"])
def test_what_a_killed_worker_held_is_sent_when_its_lease_ends(
    place: Place,
    client: Client,
    clock: Clock,
    receiver: Receiver,
    booking: Book,
    at: str,
) -> None:
    """Killed before it sent: once. Behind it, before that was noted: twice, as one."""
    client.calendar.webhooks.create(receiver.url())
    booking()

    command = [sys.executable, "-c", WORKER, place.url, at, clock.now.isoformat()]
    with Popen(command, stdout=subprocess.PIPE) as killed:
        assert killed.stdout
        assert killed.stdout.readline() == b"here\n"
        killed.kill()
    was_sent = len(receiver.requests)
    at_once = client.deliver()
    wait_until(lambda: bool(client.count_due()))
    later = client.deliver()

    assert at_once == ()
    assert [delivery.status for delivery in later] == ["delivered"]
    assert was_sent == (at == "_write_outcome")
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert (len(ids), len(set(ids))) == (1 + was_sent, 1)


def test_watchers_on_two_machines_share_the_work(
    place: Place, client: Client, receiver: Receiver, booking: Book, spawn: Spawn
) -> None:
    client.calendar.webhooks.create(receiver.url())
    watchers = [spawn("deliver", "--watch", "--db", place.url) for _ in range(2)]

    for _ in range(10):
        client.calendar.bookings.cancel(booking().uid)
        time.sleep(0.1)
    wait_until(lambda: len(receiver.requests) >= 20)
    wait_until(lambda: not client.count_due())

    sent = Counter(request.headers["webhook-id"] for request in receiver.requests)
    assert (len(sent), set(sent.values())) == (20, {1})
    assert [watcher.poll() for watcher in watchers] == [None, None]


# -- a database that stops


@pytest.fixture(params=["directly", "pooled"])
def way(
    request: pytest.FixtureRequest, durable_postgres: Server
) -> Iterator[tuple[Server, str]]:
    """A server that can be stopped, and the URL of a schema of it."""
    own = durable_postgres.new_schema()
    with closing(PostgresStore(own)) as store:
        administer(store).create()
    if request.param == "directly":
        yield durable_postgres, own
        return
    try:
        directory = durable_postgres.directory
        pooler = start_pooler(durable_postgres, Path(f"{directory}.pooler"))
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield durable_postgres, pooler.url(schema=own.rpartition("=")[2])
    pooler.remove()


def test_a_watcher_ends_with_the_database(
    way: tuple[Server, str], receiver: Receiver, spawn: Spawn
) -> None:
    server, url = way
    watchers = [spawn("deliver", "--watch", "-q", "--db", url) for _ in range(2)]
    connected = (
        "select count(*) from pg_stat_activity where usename = 'owner'"
        " and query like '%deliveries%'"
    )
    wait_until(lambda: server.run(connected)[0][0] >= 1)

    server.stop(immediate=True)
    ended = [watcher.communicate(timeout=PATIENCE) for watcher in watchers]

    assert [watcher.returncode for watcher in watchers] == [7, 7], ended
    for out, err in ended:
        assert out == b""
        assert err.startswith(b"calbook: ")
        assert b"Traceback" not in err
        assert len(err.splitlines()) <= 2  # and a hint


def test_each_booking_is_written_into_a_calendar_by_one_of_many(
    place: Place,
    client: Client,
    booking: Book,
    spawn: Spawn,
    tmp_path: Path,
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    client.calendar.connections.add("work", work, push=True)
    uids = [booking().uid for _ in range(BOOKINGS)]
    for uid in uids[::3]:
        client.calendar.bookings.cancel(uid)

    run_all(spawn, place, "deliver", "deliver", "deliver")

    log = place.rows("select status, attempts, uid from deliveries order by seq")
    assert {(status, attempts) for status, attempts, _ in log} == {("delivered", 1)}
    wanted = {f"{uid}.ics" for n, uid in enumerate(uids) if n % 3}
    assert {file.name for file in work.iterdir()} == wanted
    assert len(place.rows("select uid from calendar_objects")) == len(wanted)
    assert client.calendar.connections.sync() == ()
