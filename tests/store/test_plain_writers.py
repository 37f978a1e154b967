"""Programs that write claims by themselves, at any isolation level: never an overlap.

`CALBOOK_TORTURE=20 pytest -s` makes 10,000 attempts in each place, and says how many
were refused by which SQLSTATE.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from conftest import MONDAY
from support.places import NO_EXCLUSION, Place, connect
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests
from support.properties import TORTURE

import calbook
from calbook import Client, EventType
from calbook.store.postgres.url import read_url

PLACES = ("postgres", "postgres_15", NO_EXCLUSION, "pgbouncer")
if TORTURE > 1:
    PLACES += (f"postgres_15_{NO_EXCLUSION}", f"pgbouncer_{NO_EXCLUSION}")
LEVELS = ("read committed", "repeatable read", "serializable")
ATTEMPTS = 500 * TORTURE
HOSTS = ("user_a", "user_b", "user_c")
FIRST = int(MONDAY.timestamp()) + 14 * 24 * 3600
REFUSED = {
    "23P01",  # exclusion_violation, by the trigger or the constraint
    "23505",  # unique_violation: the same start
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
}

BOOK = """
begin isolation level {level};
set local search_path = {schema};
insert into bookings (uid, event_type_id, timezone, starts_at, final_status, responses,
    metadata, overrides, policy, sequence, version, created_at, updated_at)
values ('{uid}', 'evt_demo', 'UTC', {start}, 'CONFIRMED', '{{}}', '{{}}', '[]', '{{}}',
    0, 0, 0, 0);
insert into occurrences (uid, recurrence_id, event_type_id, date, start_at, end_at,
    claim_start, claim_end, wall, wall_timezone, by_offset, status, attendance)
values ('{uid}', {start}, 'evt_demo', '2027-01-18', {start}, {end}, {start}, {end},
    '2027-01-18T00:00:00', 'UTC', false, 'CONFIRMED', 'UNKNOWN');
insert into claims values ('{host}', {start}, {end}, '{uid}', {start});
commit
"""
MOVE = """
begin isolation level {level};
set local search_path = {schema};
update claims set claim_start = {start}, claim_end = {end}, host_id = '{host}'
where uid = (select uid from claims order by md5(uid || '{uid}') limit 1);
commit
"""


@pytest.fixture
def database(place: Place) -> str:
    return place.url


@pytest.fixture
def demo(client: Client, event_type: Callable[..., EventType]) -> EventType:
    """Of three hosts, any of whom takes a booking."""
    for host in HOSTS:
        client.calendar.hosts.create(host)
    return event_type(
        hosts=HOSTS, scheduling_type="ROUND_ROBIN", maximum_advance=None, duration=15
    )


def write(url: str, statement: str, attempts: int, writers: int = 16) -> Counter[str]:
    """Make random attempts on so many connections at once; each one's SQLSTATE."""
    numbers = count()
    length = attempts * 200  # seconds: room for a part of them
    schema = read_url(url).schema

    def work(writer: int) -> Counter[str]:
        chance, went = random.Random(writer), Counter[str]()
        with closing(connect(url)) as conn, conn.cursor() as cursor:
            conn.rollback()
            conn.autocommit = True
            while next(numbers) < attempts:
                start = FIRST + chance.randrange(0, length, 60)
                went[_try(cursor, statement, chance, start, schema)] += 1
        return went

    with ThreadPoolExecutor(writers) as pool:
        return sum(pool.map(work, range(writers)), Counter())


def _try(
    cursor: Any, statement: str, chance: random.Random, start: int, schema: str
) -> str:
    import psycopg2

    facts = {
        "schema": schema,
        "uid": f"bk_{chance.getrandbits(60):012x}",
        "host": chance.choice(HOSTS),
        "start": start,
        "end": start + chance.randrange(300, 3600, 60),
    }
    try:
        cursor.execute(statement.format(**facts))
    except psycopg2.Error as error:
        cursor.execute("rollback")
        return error.pgcode or "lost"
    return "done"


def report(place: Place, level: str, went: Counter[str]) -> None:
    print(f"\n{place.name}, {level}: {dict(sorted(went.items()))}, 0 overlaps")


@pytest.mark.parametrize("level", LEVELS)
def test_no_two_bookings_overlap(place: Place, demo: EventType, level: str) -> None:
    went = write(place.url, BOOK.replace("{level}", level), ATTEMPTS)

    assert place.overlaps() == []
    assert went.total() == ATTEMPTS
    assert went.keys() - {"done"} <= REFUSED
    assert min(went["done"], went["23P01"]) > ATTEMPTS / 20
    [[number]] = place.rows("select count(*) from claims")
    assert number == went["done"]
    report(place, level, went)


@pytest.mark.parametrize("level", LEVELS)
def test_no_claim_is_moved_onto_another(
    place: Place, demo: EventType, level: str
) -> None:
    """Without the trigger that lets no claim leave its meeting at all."""
    write(place.url, BOOK.replace("{level}", level), ATTEMPTS // 4)
    refused = write(place.url, MOVE.replace("{level}", level), 20)
    with closing(connect(place.url)) as conn, conn, conn.cursor() as cursor:
        cursor.execute("alter table claims disable trigger claims_kept")

    went = write(place.url, MOVE.replace("{level}", level), ATTEMPTS // 2)

    assert refused.keys() <= {*REFUSED, "23514"}
    assert place.overlaps() == []
    assert went.keys() - {"done"} <= REFUSED
    assert min(went["done"], went["23P01"]) > 0
    report(place, f"{level}, moved", went)


@pytest.mark.parametrize("level", LEVELS)
def test_no_booking_of_calbooks_overlaps_another_programs(
    place: Place, demo: EventType, level: str
) -> None:
    starts = range(FIRST, FIRST + ATTEMPTS * 200, 900)

    def book(number: int) -> Counter[str]:
        went, chance = Counter[str](), random.Random(-1 - number)
        with Client(place.url, clock=lambda: MONDAY) as client:
            for _ in range(ATTEMPTS // 20):
                start = MONDAY + timedelta(
                    seconds=chance.choice(starts) - int(MONDAY.timestamp())
                )
                try:
                    client.calendar.bookings.create(
                        event_type_id="demo",
                        start_time=start,
                        host_id=chance.choice(HOSTS),
                        attendee={"name": "Ada", "email": "ada@example.com"},
                    )
                    went["done"] += 1
                except calbook.errors.SlotTaken:
                    went["slot_taken"] += 1
        return went

    with ThreadPoolExecutor(4) as pool:
        booking = [pool.submit(book, number) for number in range(4)]
        went = write(place.url, BOOK.replace("{level}", level), ATTEMPTS // 2, 8)
        booked = sum((each.result() for each in booking), Counter[str]())

    assert place.overlaps() == []
    assert went.keys() - {"done"} <= REFUSED
    assert booked.total() == 4 * (ATTEMPTS // 20)
    assert booked["done"] > 0
    report(place, f"{level}, beside calbook ({dict(booked)})", went)
