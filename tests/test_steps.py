"""What is asked of a large file costs what it costs in a small one.

Counted in steps of SQLite's virtual machine, which are the same on every computer.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from calbook import Client
from calbook.client import Calendar
from calbook.core import times
from calbook.core.model import Span
from calbook.store.facts import Facts
from calbook.store.sqlite import SqliteStore

SMALL, LARGE = 1_000, 100_000
FIRST = datetime(2027, 1, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)

POLICY = json.dumps(
    {
        "requires_confirmation": False,
        "allow_cancellation": True,
        "cancellation_deadline": None,
        "questions": [],
    }
)

# The first half of every hour, the first ten hours of another event type.
FILL = """
create temp table n as
    with recursive up(n) as (
        select 0 union all select n + 1 from up where n + 1 < :size
    )
    select n, printf('bk_%012d', n * 7919 % 999983) as uid,
        iif(n < 10, 'evt_rare', 'evt_demo') as event_type_id,
        :first + n * 3600 as start_at, :first + n * 3600 + 1800 as end_at
    from up;
insert into bookings select uid, event_type_id, 'UTC', start_at, null, end_at,
    'COMPLETED', null, null, null, '{}', '{}', null, '[]', :policy, 0, 0, :first, :first
    from n;
insert into booking_hosts select uid, 0, 'user_me' from n;
insert into attendees select uid, 0, 'a' || n || '@example.com',
    'a' || n || '@example.com', 'Ada', null, null from n;
insert into occurrences select uid, start_at, event_type_id,
    date(start_at, 'unixepoch'), start_at, end_at, start_at, end_at,
    strftime('%Y-%m-%dT%H:%M:%S', start_at, 'unixepoch'), 'UTC', 0, null,
    'CONFIRMED', null, null, null, 'unknown', end_at
    from n;
insert into claims select 'user_me', start_at, end_at, uid, start_at from n;
insert into events (id, type, uid, at, by, change, booking)
    select 'ev_' || n, 'booking.created', uid, :first, 'attendee', '{}', '{}' from n;
drop table n;
"""


class Filled(NamedTuple):
    """A client of a file with a booking in every hour, as many as its size."""

    client: Client
    size: int

    @property
    def store(self) -> SqliteStore:
        return self.client._desk.store

    @property
    def middle(self) -> datetime:
        return FIRST + self.size // 2 * HOUR


def filled(path: Path, size: int) -> Filled:
    client = Client(path, clock=lambda: FIRST)
    days = (
        "MONDAY",
        "TUESDAY",
        "WEDNESDAY",
        "THURSDAY",
        "FRIDAY",
        "SATURDAY",
        "SUNDAY",
    )
    always = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in days]
    client.calendar.schedules.create("any", timezone="UTC", availability=always)
    for id in ("demo", "rare"):
        client.calendar.event_types.create(id, schedule_id="any", duration=30)
    facts = {"size": size, "first": times.epoch(FIRST), "policy": POLICY}
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("pragma synchronous = off")
        conn.execute("begin")
        for statement in FILL.split(";\n")[:-1]:
            conn.execute(statement, facts)
        conn.execute("commit")
    return Filled(client, size)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Filled, Filled]]:
    directory = tmp_path_factory.mktemp("filled")
    small, large = (filled(directory / f"{n}.db", n) for n in (SMALL, LARGE))
    yield small, large
    small.client.close()
    large.client.close()


def steps(conn: sqlite3.Connection, act: Callable[[], object]) -> int:
    """How many steps of SQLite's virtual machine an act takes."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    conn.set_progress_handler(step, 1)
    try:
        act()
    finally:
        conn.set_progress_handler(None, 1)
    return count


Ask = Callable[[Facts, Filled], object]


def reading(file: Filled, ask: Ask) -> int:
    with file.store.read(Facts) as facts:
        ask(facts, file)  # the first time reads the schema as well
        return steps(facts._conn, lambda: ask(facts, file))


def obstacle(facts: Facts, start: datetime) -> object:
    """What is in the way of half an hour."""
    span = Span(start, start + HOUR / 2)
    return facts.obstacle(["user_me"], span, but=None, now=FIRST)


def page(
    facts: Facts,
    *,
    after: str | None = None,
    latest_first: bool = False,
    **filters: object,
) -> list[Any]:
    return facts.booking_rows(
        filters,
        now=times.epoch(FIRST),
        latest_first=latest_first,
        after=after,
        limit=50,
        offset=0,
    )


def day(file: Filled, days: int = 1) -> Span:
    return Span(file.middle, file.middle + 24 * days * HOUR)


ASKED: dict[str, Ask] = {
    "whether a span is free": lambda facts, file: obstacle(
        facts, file.middle + HOUR / 2
    ),
    "what is in the way": lambda facts, file: obstacle(facts, file.middle),
    "a prefix": lambda facts, file: facts.uids_from("bk_0000079", most=8),
    "one booking": lambda facts, file: facts.booking("bk_000000007919"),
    "a history": lambda facts, file: facts.event_rows("bk_000000007919"),
    "the first page": lambda facts, file: page(facts),
    "the latest page": lambda facts, file: page(facts, latest_first=True),
    "an event type's page": lambda facts, file: page(facts, event_type_id="evt_rare"),
    "an attendee's page": lambda facts, file: page(facts, email="a77@example.com"),
    "a day's page": lambda facts, file: page(
        facts, since=times.epoch(day(file).start), until=times.epoch(day(file).end)
    ),
    "what is due": lambda facts, file: facts.due(FIRST + 10 * HOUR, limit=200),
    "a day's count": lambda facts, file: facts.count_starts(
        "evt_demo", day(file), but=None, now=FIRST
    ),
    "a week's claims": lambda facts, file: facts.claims(
        "user_me", day(file, 7), but=None
    ),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_asking_costs_the_same_in_a_large_file(
    files: tuple[Filled, Filled], ask: Ask
) -> None:
    small, large = (reading(file, ask) for file in files)

    assert large == pytest.approx(small, rel=0.1)
    assert small < 10_000  # none of them looks at everything


def test_claiming_costs_the_same_in_a_large_file(files: tuple[Filled, Filled]) -> None:
    """The insert, with the trigger that refuses an overlap."""

    def claiming(file: Filled) -> int:
        start = times.epoch(file.middle + HOUR / 2)
        insert = (
            "insert into claims select 'user_me', :start, :start + 1800, uid,"
            " recurrence_id from occurrences limit 1"
        )
        with file.store.write(dry_run=True) as tx:
            return steps(tx._conn, lambda: tx.run(insert, start=start))

    small, large = map(claiming, files)

    assert large == pytest.approx(small, rel=0.1)


@pytest.mark.parametrize("latest_first", [False, True], ids=["on", "back"])
def test_a_page_deep_in_the_file_costs_what_the_first_one_costs(
    files: tuple[Filled, Filled], latest_first: bool
) -> None:
    _, large = files
    since = times.epoch(
        FIRST + (LARGE // 10 if latest_first else LARGE * 9 // 10) * HOUR
    )
    with large.store.read(Facts) as facts:
        last = page(facts, since=since)[0]["uid"]

    first = reading(large, lambda facts, _: page(facts, latest_first=latest_first))
    deep = reading(
        large, lambda facts, _: page(facts, latest_first=latest_first, after=last)
    )

    assert deep <= 1.2 * first


NEW = {
    "event_type_id": "demo",
    "attendee": {"name": "Ada", "email": "ada@example.com"},
}
OPERATIONS: dict[str, Callable[[Calendar, datetime, str], object]] = {
    "create": lambda calendar, free, uid: calendar.bookings.create(
        **NEW, start_time=free, dry_run=True
    ),
    "reschedule": lambda calendar, free, uid: calendar.bookings.reschedule(
        uid, start_time=free, dry_run=True
    ),
    "cancel": lambda calendar, free, uid: calendar.bookings.cancel(uid, dry_run=True),
    "slots": lambda calendar, free, uid: calendar.availability.get(
        event_type_id="demo", start_date=free, end_date=free + 24 * HOUR
    ),
}


@pytest.mark.parametrize("operate", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_costs_the_same_in_a_large_file(
    files: tuple[Filled, Filled], operate: Callable[[Calendar, datetime, str], object]
) -> None:
    """All of it, from the lock to the commit that a dry run leaves out."""

    def operating(file: Filled) -> int:
        calendar = file.client.calendar
        [there] = calendar.bookings.list(start_date=file.middle, count=1)
        conn = file.store._conn
        assert conn is not None
        return steps(conn, lambda: operate(calendar, file.middle + HOUR / 2, there.uid))

    small, large = map(operating, files)

    assert large == pytest.approx(small, rel=0.1)
