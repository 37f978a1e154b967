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
from conftest import DAYS, Clock

from calbook import Booking, Client, Event
from calbook.api.calendar import Calendar
from calbook.core.model import Span
from calbook.core.time import times
from calbook.store import busy_times, limits
from calbook.store import facts as store_facts
from calbook.store.booking_filters import Place
from calbook.store.booking_texts import fill_search
from calbook.store.busy_times import busy_time_rows
from calbook.store.facts import Facts
from calbook.store.occurrences import is_taken
from calbook.store.published_feeds import PublishedFeeds
from calbook.store.sqlite.store import SqliteStore
from calbook.store.sqlite.words import keep_words
from calbook.store.statistics import GROUPS
from calbook.store.transaction import Transaction

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
RULE = json.dumps(
    {"frequency": "DAILY", "interval": 1, "count": 2, "until": None, "byDay": []}
)

# The first half of every hour, in which the host is busy elsewhere too, the first ten
# hours of another event type. In the file's
# first half one in twenty is a series of two: again ten hours later, in the second half
# of the hour. The one at seven goes on until the end.
FILL = """
create temp table n as
    with recursive up(n) as (
        select 0 union all select n + 1 from up where n + 1 < :size
    )
    select n, printf('bk_%012d', n * 7919 % 999983) as uid,
        iif(n < 10, 'evt_rare', 'evt_demo') as event_type_id,
        :first + n * 3600 as start_at, :first + n * 3600 + 1800 as end_at
    from up;
create temp table meetings as
    select uid, event_type_id, start_at, end_at from n
    union all
    select uid, event_type_id, start_at + 37800, end_at + 37800 from n
    where n % 20 = 7 and n < :size / 2 - 20
    union all
    select uid, event_type_id, start_at + (:size - 12) * 3600 + 1800,
        end_at + (:size - 12) * 3600 + 1800 from n
    where n = 7;
insert into bookings (uid, event_type_id, timezone, starts_at, last_at,
        confirmed_until, final_status, responses, metadata, recurring, overrides,
        policy, sequence, version, created_at, updated_at)
    select uid, event_type_id, 'UTC', min(start_at), max(start_at), max(end_at),
        'COMPLETED', '{}', '{}', iif(count(*) > 1, :rule, null), '[]', :policy, 0, 0,
        :first, :first
    from meetings group by uid order by min(start_at);
insert into booking_hosts (uid, position, host_id, event_type_id, made, starts_at,
        last_at)
    select uid, 0, 'user_me', event_type_id, rowid, starts_at,
        iif(recurring is null, null, last_at)
    from bookings;
insert into hosts (id, name, timezone, schedule_id, created_at, updated_at)
    select 'user_few', name, timezone, schedule_id, created_at, updated_at from hosts;
insert into booking_hosts (uid, position, host_id, event_type_id, made, starts_at,
        last_at)
    select uid, 1, 'user_few', event_type_id, made, starts_at, last_at
    from booking_hosts where uid in (
        select uid from n where n between :size / 2 - 5 and :size / 2 + 5
    );
insert into host_loads
    select event_type_id, 'user_me', count(*) from bookings group by event_type_id;
insert into attendees (uid, position, email, person_key, name)
    select uid, 0, 'a' || n || '@example.com', 'a' || n || '@example.com', 'Ada'
    from n;
insert into occurrences (uid, recurrence_id, event_type_id, date, start_at, end_at,
        claim_start, claim_end, wall, wall_timezone, by_offset, status, attendance, due)
    select uid, start_at, event_type_id, date(start_at, 'unixepoch'), start_at, end_at,
        start_at, end_at, strftime('%Y-%m-%dT%H:%M:%S', start_at, 'unixepoch'), 'UTC',
        0, 'CONFIRMED', 'unknown', end_at
    from meetings;
insert into claims select 'user_me', start_at, end_at, uid, start_at from meetings;
insert into events (id, type, uid, at, by, change, booking)
    select 'ev_' || n, 'booking.created', uid, :first, 'attendee', '{}', '{}' from n;
insert into calendars (id, host_id, name, kind, shows_text, events, free, bookings,
        skipped, skipped_count, imported_at)
    values (1, 'user_me', 'work', 'ics', 0, 0, 0, 0, '[]', 0, 0),
        (2, 'user_me', 'home', 'ics', 0, 0, 0, 0, '[]', 0, 0);
insert into busy select 'user_me', start_at + 600, start_at + 900, 1 + n % 2, n,
        start_at + 600, start_at + 900, null, null
    from n;
drop table n;
drop table meetings;
"""


class Filled(NamedTuple):
    """A client of a file with a booking in every hour, as many as its size."""

    client: Client
    size: int

    @property
    def store(self) -> SqliteStore:
        return self.client._context.store

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
    facts = {"size": size, "first": times.epoch(FIRST)}
    facts |= {"policy": POLICY, "rule": RULE}
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("pragma synchronous = off")
        conn.execute("begin")
        for statement in FILL.split(";\n")[:-1]:
            conn.execute(statement, facts)
        fill_search(conn)
        keep_words(conn)
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
    return facts.obstacles(["user_me"], [span], exclusion=None, now=FIRST)


def page(
    facts: Facts,
    *,
    after: Place | None = None,
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


def meetings(
    facts: Facts,
    *,
    after: Place | None = None,
    latest_first: bool = False,
    **filters: object,
) -> list[Any]:
    """A page of single meetings."""
    return facts.occurrence_rows(
        filters,
        now=times.epoch(FIRST),
        latest_first=latest_first,
        after=after,
        limit=50,
        offset=0,
    )


OPEN = '["PENDING", "CONFIRMED"]'


def lately(file: Filled) -> int:
    """When one series is under way and the others are over."""
    return times.epoch(FIRST + (file.size - 8) * HOUR)


def day(file: Filled, days: int = 1) -> Span:
    return Span(file.middle, file.middle + 24 * days * HOUR)


ASKED: dict[str, Ask] = {
    "whether a span is free": lambda facts, file: obstacle(
        facts, file.middle + HOUR / 2
    ),
    "a week's stretches": lambda facts, file: busy_time_rows(
        facts.connection, None, *map(times.epoch, day(file, 7))
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
    "a page from a day on, with series under way": lambda facts, file: page(
        facts, since=lately(file)
    ),
    "the latest page from a day on": lambda facts, file: page(
        facts, since=lately(file), latest_first=True
    ),
    "a host's feed from a day on": lambda facts, file: facts.full_booking_rows(
        {"host_id": "user_me", "since": lately(file)}, now=times.epoch(FIRST)
    ),
    "what has changed for a host": lambda facts, file: PublishedFeeds(
        facts.connection
    ).newest_event("user_me", after=file.size - 8),
    "the first meetings": lambda facts, file: meetings(facts),
    "the latest meetings": lambda facts, file: meetings(facts, latest_first=True),
    "the meetings of an event type": lambda facts, file: meetings(
        facts, event_type_id="evt_rare"
    ),
    "the meetings of a day": lambda facts, file: meetings(
        facts, since=times.epoch(day(file).start), until=times.epoch(day(file).end)
    ),
    "a host's page": lambda facts, file: page(facts, host_id="user_few"),
    "a busy host's page": lambda facts, file: page(facts, host_id="user_me"),
    "a host's latest page": lambda facts, file: page(
        facts, host_id="user_few", latest_first=True
    ),
    "a host's page from a day on": lambda facts, file: page(
        facts, host_id="user_few", since=lately(file)
    ),
    "a host's next meeting": lambda facts, file: meetings(
        facts, host_id="user_few", statuses=OPEN, since=times.epoch(file.middle)
    ),
    "a busy host's next meetings": lambda facts, file: meetings(
        facts, host_id="user_me", statuses=OPEN, since=lately(file)
    ),
    **{
        f"{status} where none is": lambda facts, file, status=status: page(
            facts, statuses=json.dumps([status])
        )
        for status in ("PENDING", "NO_SHOW", "CANCELLED", "COMPLETED")
    },
    **{
        f"no {whose} meeting that is {status}": (
            lambda facts, file, which=which, status=status: meetings(
                facts, statuses=json.dumps([status]), **which
            )
        )
        for status in ("PENDING", "NO_SHOW", "CANCELLED", "COMPLETED")
        for whose, which in {
            "general": {},
            "host's": {"host_id": "user_few"},
            "busy host's": {"host_id": "user_me"},
            "event type's": {"event_type_id": "evt_demo"},
        }.items()
        if (status, whose) != ("COMPLETED", "busy host's")  # all series are looked at
    },
    "no busy host's request": lambda facts, file: page(
        facts, host_id="user_me", statuses='["PENDING"]'
    ),
    "no host's request": lambda facts, file: page(
        facts, host_id="user_few", statuses='["PENDING"]'
    ),
    "an event type's cancelled ones": lambda facts, file: page(
        facts, event_type_id="evt_demo", statuses='["CANCELLED"]'
    ),
    "the groups at a start": lambda facts, file: facts.group_uids(
        "evt_demo", file.middle
    ),
    "a host's turn": lambda facts, file: facts.turn_facts(
        "evt_demo", "user_me", now=FIRST
    ),
    "what is due": lambda facts, file: facts.due_occurrences(
        FIRST + 10 * HOUR, limit=200
    ),
    "a day's count": lambda facts, file: facts.count_per_span(
        "evt_demo", [day(file)], exclusion=None, now=FIRST
    ),
    "a host's week": lambda facts, file: limits.read_host_meetings(
        facts, "user_me", [day(file, 7)], exclusion=None, now=FIRST
    ),
    "a week's claims": lambda facts, file: facts.busy_ranges(
        "user_me", day(file, 7), exclusion=None, now=FIRST
    ),
    "a day's groups": lambda facts, file: facts.groups("evt_demo", day(file)),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_asking_costs_the_same_in_a_large_file(
    files: tuple[Filled, Filled], ask: Ask
) -> None:
    small, large = (reading(file, ask) for file in files)

    assert large == pytest.approx(small, rel=0.1)
    assert small < 11_000  # none of them looks at everything


@pytest.mark.parametrize(
    "filters",
    [
        {"search": "example"},
        {"search": "example", "latest_first": True},
        {"search": "example", "since": FIRST.timestamp() + 99 * 3600},
        {"search": "a77@example"},
        {"search": "zelda"},
        {"search": "bk_0000"},
    ],
    ids=["all", "latest", "since", "one", "none", "uid"],
)
def test_a_search_costs_no_more_than_two_pages(
    files: tuple[Filled, Filled], filters: dict[str, Any]
) -> None:
    """However many have it, and wherever they stand in the file."""
    _, large = files
    others = {name: value for name, value in filters.items() if name != "search"}

    first = reading(large, lambda facts, _: page(facts, **others))
    found = reading(large, lambda facts, _: page(facts, **filters))

    assert found < 2 * first


@pytest.mark.parametrize(
    "filters",
    [
        *({"search": "a77@example"}, {"search": "zelda"}, {"statuses": '["PENDING"]'}),
        {"search": "example", "statuses": '["NO_SHOW"]'},
    ],
    ids=["one", "none", "status", "status of all"],
)
def test_meetings_of_few_bookings_cost_no_more_than_a_page(
    files: tuple[Filled, Filled], filters: dict[str, Any]
) -> None:
    """All meetings were looked at, by their start."""
    _, large = files
    now = times.epoch(FIRST)

    first = reading(large, lambda facts, _: meetings(facts))
    found = reading(large, lambda facts, _: meetings(facts, **filters))
    counted = reading(large, lambda facts, _: facts.count_occurrences(filters, now=now))

    assert max(found, counted) < first


def test_claiming_costs_the_same_in_a_large_file(files: tuple[Filled, Filled]) -> None:
    """The insert, with the trigger that refuses an overlap."""

    def claiming(file: Filled) -> int:
        start = times.epoch(file.middle + HOUR / 2)
        insert = (
            "insert into claims select 'user_me', :start, :start + 1800, uid,"
            " recurrence_id from occurrences limit 1"
        )
        with file.store.transaction(dry_run=True) as tx:
            return steps(tx._conn, lambda: tx.run(insert, start=start))

    small, large = map(claiming, files)

    assert large == pytest.approx(small, rel=0.1)


def test_whether_starts_are_taken_costs_the_same_beside_many_meetings(
    path: Path, clock: Clock
) -> None:
    """Each meeting of three days was looked at, for each start."""
    start = clock.now.replace(hour=0) + timedelta(days=7)
    always = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in DAYS]
    wanted = {
        "event_type_id": "demo",
        "attendee": {"name": "Ada", "email": "ada@example.com"},
    }
    spans = [
        Span(first, first + HOUR / 4)
        for first in (start + timedelta(days=n) for n in range(3))
    ]

    def asking(tx: Transaction) -> int:
        assert not is_taken(tx, "user_me", spans)
        assert isinstance(tx.connection, sqlite3.Connection)
        return steps(tx.connection, lambda: is_taken(tx, "user_me", spans))

    with Client(path, clock=clock) as client:
        calendar, store = client.calendar, client._context.store
        calendar.schedules.create("always", timezone="UTC", availability=always)
        calendar.event_types.create("demo", schedule_id="always", duration=15)
        few = store.write(asking)
        calendar.bookings.create_all(
            [
                {**wanted, "start_time": start + n * HOUR / 4}
                for n in range(-192, 288)
                if n % 96
            ]
        )
        many = store.write(asking)

    assert many < 1.5 * few


BEGIN, END = times.epoch(FIRST), times.epoch(FIRST + LARGE * HOUR)


@pytest.mark.parametrize("latest_first", [False, True], ids=["on", "back"])
@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"since": BEGIN, "until": END},
        {"statuses": '["CONFIRMED"]', "host_id": "user_me"},
        {"statuses": '["CONFIRMED"]'},
    ],
    ids=["all", "dates", "host", "status"],
)
def test_a_page_deep_in_the_file_costs_what_the_first_one_costs(
    files: tuple[Filled, Filled], filters: dict[str, Any], latest_first: bool
) -> None:
    """With dates each page began to look where the first one began."""
    _, large = files
    which = {**filters, "latest_first": latest_first}
    since = times.epoch(
        FIRST + (LARGE // 10 if latest_first else LARGE * 9 // 10) * HOUR
    )
    with large.store.read(Facts) as facts:
        booking, meeting = page(facts, since=since)[0], meetings(facts, since=since)[0]
    place = booking["starts_at"], booking["uid"]
    date = meeting["start_at"], meeting["uid"], meeting["recurrence_id"]

    first = reading(large, lambda facts, _: page(facts, **which))
    deep = reading(large, lambda facts, _: page(facts, after=place, **which))
    first_met = reading(large, lambda facts, _: meetings(facts, **which))
    deep_met = reading(large, lambda facts, _: meetings(facts, after=date, **which))

    assert deep <= 1.2 * first
    assert deep_met <= 1.2 * first_met


NEW = {
    "event_type_id": "demo",
    "attendee": {"name": "Ada", "email": "ada@example.com"},
}


def figures(
    by: str | None, **whose: str
) -> Callable[[Calendar, datetime, str], object]:
    """Of two weeks from a noon on: each hour at the edge of a day costs something."""

    def count(calendar: Calendar, free: datetime, uid: str) -> object:
        noon = free.replace(hour=12)
        return calendar.bookings.stats(
            by=by, start_date=noon, end_date=noon + 14 * 24 * HOUR, **whose
        )

    return count


OPERATIONS: dict[str, Callable[[Calendar, datetime, str], object]] = {
    "create": lambda calendar, free, uid: calendar.bookings.create(
        **NEW, start_time=free, dry_run=True
    ),
    "reschedule": lambda calendar, free, uid: calendar.bookings.reschedule(
        uid, start_time=free, dry_run=True
    ),
    "create a series": lambda calendar, free, uid: calendar.bookings.create(
        **NEW,
        start_time=free,
        recurring={"frequency": "DAILY", "count": 5},
        dry_run=True,
    ),
    "cancel": lambda calendar, free, uid: calendar.bookings.cancel(uid, dry_run=True),
    "slots": lambda calendar, free, uid: calendar.availability.get(
        event_type_id="demo", start_date=free, end_date=free + 24 * HOUR
    ),
    "an agenda": lambda calendar, free, uid: calendar.bookings.agenda(start_date=free),
    "a week": lambda calendar, free, uid: calendar.bookings.week(of=free),
    "the next meeting": lambda calendar, free, uid: calendar.bookings.list_occurrences(
        status=("PENDING", "CONFIRMED"), start_date=free - 24 * HOUR, count=1
    ),
    **{f"figures by {by}": figures(by) for by in (None, *GROUPS)},
    **{
        f"figures by {by} of a {whose[:-3]}": figures(by, **{whose: id})
        for by in (None, *GROUPS)
        for whose, id in (("host_id", "me"), ("event_type_id", "demo"))
    },
}


@pytest.mark.parametrize("operate", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_costs_the_same_in_a_large_file(
    files: tuple[Filled, Filled], operate: Callable[[Calendar, datetime, str], object]
) -> None:
    """All of it, from the lock to the commit that a dry run leaves out."""

    def operating(file: Filled) -> int:
        calendar = file.client.calendar
        [there] = calendar.bookings.list(
            event_type_id="demo", start_date=file.middle, count=1
        )
        conn = file.store._conn
        assert conn is not None
        return steps(conn, lambda: operate(calendar, file.middle + HOUR / 2, there.uid))

    small, large = map(operating, files)

    assert large == pytest.approx(small, rel=0.1)


@pytest.mark.sqlite  # its own steps are counted
def test_a_date_that_is_due_costs_the_same_in_a_long_series(
    client: Client, clock: Clock, booking: Callable[..., Booking]
) -> None:
    """Every write read all dates of the series whose meeting had just ended."""

    def writing(start: datetime, count: int) -> int:
        rule = {"frequency": "DAILY", "count": count}
        booking(start_time=start, recurring=rule)
        clock.now = start + HOUR
        told: list[Event] = []
        conn = client._context.store.connection
        work = steps(conn, lambda: told.extend(client.tick()))
        assert [event.type for event in told] == ["booking.completed"]
        return work

    booking(start_time=FIRST + 10 * HOUR)
    clock.now = FIRST + 11 * HOUR
    client.tick()  # the first time reads the schema as well

    short, long = writing(FIRST + 12 * HOUR, 5), writing(FIRST + 14 * HOUR, 730)

    assert long == pytest.approx(short, rel=0.1)


def test_busy_stretches_are_looked_for_as_far_back_as_claims() -> None:
    assert busy_times.CLAIM_SECONDS == store_facts.CLAIM_SECONDS
