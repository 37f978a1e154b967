"""Random operations under a jumping clock, by one process and by six that are killed.

`CALBOOK_TORTURE=84` makes 10,000 of them each.
"""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import clock_walk
from support.clock_walk import Acknowledged, Walk
from support.mailing import Server
from support.properties import TORTURE
from support.receiving import Receiver
from support.running import PATIENCE, wait_until

from calbook import Client

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.mailing", "support.receiving")

STEPS = 120  # operations
SIX = 6


@pytest.fixture
def database(path: Path) -> str:
    return str(path)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(TORTURE))
def test_one_process_under_a_jumping_clock(
    path: Path,
    client: Client,
    clock: Clock,
    receiver: Receiver,
    post: Server,
    seed: int,
) -> None:
    clock_walk.set_up(client, receiver.url())
    said: list[Acknowledged] = []

    def put_clock(moment: datetime) -> None:
        clock.now = moment

    Walk(client, random.Random(seed), said.append).take(STEPS, put_clock)

    assert len(said) > STEPS / 10
    clock.now = clock_walk.MONDAY + timedelta(minutes=STEPS)
    check(path, client, clock, receiver, said)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(TORTURE))
def test_six_processes_under_jumping_clocks_of_which_three_are_killed(
    path: Path,
    client: Client,
    clock: Clock,
    receiver: Receiver,
    post: Server,
    seed: int,
) -> None:
    clock_walk.set_up(client, receiver.url())
    chance = random.Random(seed)
    files = [path.with_name(f"said-{n}") for n in range(SIX)]
    share = STEPS // SIX

    children = [
        start(path, seed * SIX + n, share, file) for n, file in enumerate(files)
    ]
    for child, file in list(zip(children, files, strict=True))[: SIX // 2]:
        kill_after(child, file, chance.randint(1, share // 3))
    assert {child.wait(10 * PATIENCE) for child in children} <= {0, -9}

    lines = [line for file in files for line in written(file)]
    said = [Acknowledged(*json.loads(line)) for line in lines]
    assert len(said) > STEPS / 20
    clock.now = clock_walk.MONDAY + timedelta(minutes=share)
    check(path, client, clock, receiver, said)


def start(path: Path, seed: int, steps: int, said: Path) -> subprocess.Popen[bytes]:
    arguments = (str(path), str(seed), str(steps), str(said))
    return subprocess.Popen([sys.executable, clock_walk.__file__, *arguments])


def kill_after(child: subprocess.Popen[bytes], said: Path, lines: int) -> None:
    """Once it has written so many lines, if it does not end before."""
    wait_until(lambda: child.poll() is not None or len(written(said)) >= lines)
    child.kill()


def written(said: Path) -> list[str]:
    return said.read_text().splitlines() if said.exists() else []


def check(
    path: Path,
    client: Client,
    clock: Clock,
    receiver: Receiver,
    said: Iterable[Acknowledged],
) -> None:
    """Nothing overlaps, and nothing that was acknowledged is lost."""
    check_bookings(client, said)
    check_claims(path)
    check_revisions(path)
    client.tick()
    check_reminders(path, client, clock)
    while client.deliver():
        clock.move(hours=1)
    check_deliveries(path, receiver)
    assert client.check() == ()


def check_bookings(client: Client, said: Iterable[Acknowledged]) -> None:
    stored = {b.uid: b for b in client.calendar.bookings.list(count=None)}
    for uid, version, sequence in said:
        assert stored[uid].version >= version
        assert stored[uid].sequence >= sequence


def check_claims(path: Path) -> None:
    """What is live holds the time of each host, whatever the clock says; all apart."""
    held = rows(
        path, "select host_id, claim_start, claim_end from claims order by 1, 2"
    )
    for one, other in pairwise(held):
        assert one[0] != other[0] or one[2] <= other[1]
    live = """
        select h.host_id, o.uid, o.recurrence_id, o.claim_start, o.claim_end
        from occurrences o join booking_hosts h using (uid)
        where o.status <> 'CANCELLED' order by 1, 2, 3
    """
    claims = """
        select host_id, uid, recurrence_id, claim_start, claim_end from claims
        order by 1, 2, 3
    """
    assert rows(path, live) == rows(path, claims)


def check_revisions(path: Path) -> None:
    """DTSTAMP and SEQUENCE never fall, in the order of the events."""
    told: dict[str, list[tuple[int, datetime]]] = defaultdict(list)
    every = "select uid, booking from events where booking is not null order by seq"
    for uid, text in rows(path, every):
        booking = json.loads(text)
        stamp = datetime.fromisoformat(booking["updatedAt"])
        told[uid].append((booking["sequence"], stamp))
    for revisions in told.values():
        for before, after in pairwise(revisions):
            assert before[0] <= after[0]
            assert before[1] <= after[1]


def check_reminders(path: Path, client: Client, clock: Clock) -> None:
    """Each person is reminded of each meeting, once; of a series of the next ones."""
    known = {
        (uid, start, minutes, target): status
        for uid, start, minutes, target, status in rows(
            path,
            "select r.uid, r.start_at, r.minutes, r.target, d.status"
            " from reminders r join deliveries d on d.id = r.delivery",
        )
    }
    now = int(clock.now.timestamp())
    until = dict(rows(path, "select uid, due_until from reminder_plans"))
    hosts = {host.id: host.email for host in client.calendar.hosts.list()}
    wanted = set()
    for booking in client.calendar.bookings.list(count=None):
        persons = [booking.attendee.email, *(guest.email for guest in booking.guests)]
        persons += [hosts[host] or "" for host in booking.host_ids]
        for o in booking.occurrences:
            if o.status != "CONFIRMED":
                continue
            start = int(o.starts_at.timestamp())
            for minutes in (60, 1440):
                last = until[booking.uid] or start
                if now < start - 60 * minutes <= last:
                    wanted |= {(booking.uid, start, minutes, each) for each in persons}
    assert wanted
    assert wanted <= known.keys()
    assert {known[key] for key in wanted} <= {"pending", "delivered"}
    waiting = {key for key, status in known.items() if status == "pending"}
    ahead = {key for key in waiting if key[1] - 60 * key[2] > now}
    assert {key for key in ahead if key[1] <= (until[key[0]] or key[1])} <= wanted


def check_deliveries(path: Path, receiver: Receiver) -> None:
    """Every event has arrived, those of each booking in order."""
    events = rows(path, "select id, uid from events order by seq")
    statuses = rows(
        path, "select distinct status from deliveries where kind <> 'reminder'"
    )
    assert statuses == [("delivered",)]
    arrived: dict[str, list[str]] = defaultdict(list)
    for request in receiver.requests:
        id = request.json["id"]
        if id not in arrived[request.uid]:
            arrived[request.uid].append(id)
    made: dict[str, list[str]] = defaultdict(list)
    for id, uid in events:
        made[uid].append(id)
    assert arrived == made


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(query).fetchall()
