"""Moving over: everything from one file or database into another, and back."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import DAYS, MONDAY
from support import answering
from support.postgres import Pooler, Server

from calbook import Client, errors
from calbook.cli import progress
from calbook.store.context import open_context
from calbook.store.copying import NUMBERED, TABLES
from calbook.store.engines import administer
from store.test_version_1 import fill

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run

pytest_plugins = ("support.running",)
pytestmark = pytest.mark.sqlite  # which store others use is all the same


AWKWARD = (
    "🗓️ é \u202e שלום \u0301",
    'it\'s "quoted" \\ back\\\\slash \\N \\. \\u0000',
    "%s %(uid)s :name ?, $1; -- drop",
    "tab\tline\nreturn\r\nend",
    "x" * 20_000,
    "\x01\x1f\x7f\ufeff",
)


# What takes a mail server, or hosts that come and go.
_REST = """
insert into deliveries
    (id, channel, target, uid, kind, status, attempts, due_at, created_at)
    values ('dl_1', 'mail', 'ada@example.com', '{uid}', 'reminder', 'failed', 1, 5, 5);
insert into attempts values ('dl_1', 1, 5, 'failed', 550, 'no such user ☹', 12);
insert into reminders values ('{uid}', 5, 60, 'attendee', 'dl_1');
insert into reminder_plans values ('{uid}', 5, null);
insert into reminder_updates values ('host', 'user_me', 0);
insert into host_joins values ('evt_panel', 'user_ann', 1);
insert into settings values ('note', 'kept');
"""


@pytest.fixture
def full(path: Path, clock: Clock) -> Path:
    """A file with things of every kind, and texts that are awkward."""
    with Client(path, clock=clock) as client:
        uids = fill(client, clock)
        calendar = client.calendar
        for number, text in enumerate(AWKWARD):
            calendar.bookings.add_note(uids["confirmed"], content=text)
            calendar.bookings.add_note(uids["over"], content=text, is_private=True)
            calendar.bookings.create(
                event_type_id="demo",
                start_time=MONDAY + timedelta(days=30, hours=number),
                attendee={"name": "Ada", "email": "ada@example.com"},
                notes=text,
                metadata={"text": text, "deep": [{"n": 1.5e300}, None]},
                idempotency_key=f"key {number}: {text.splitlines()[0][:100]}",
            )
        calendar.hosts.update("me", email="me@example.com")
        calendar.event_types.create(
            "class", schedule_id="any", seats=3, reminders=[{"minutes_before": 60}]
        )
        hook = calendar.webhooks.create("https://example.com/%40?a=b")
        for start in (200, 201):
            calendar.bookings.create(
                event_type_id="class",
                start_time=MONDAY + timedelta(hours=start),
                attendee={"name": "Zoë", "email": "zoe@exämple.com"},
            )
        series = calendar.bookings.create(
            event_type_id="demo",
            start_time=MONDAY + timedelta(days=60),
            attendee={"name": "Ada", "email": "ada@example.com"},
            recurring={"frequency": "WEEKLY", "count": 5},
        )
        calendar.bookings.cancel_occurrence(series.uid, date="2027-03-12")
        calendar.busy.add(
            host_id="me", start_time="2027-06-01", end_time="2027-06-20", reason="Off"
        )
        for name in ("Bob", "Eve"):
            calendar.waiting.add(
                event_type_id="class",
                start_time=MONDAY + timedelta(hours=200),
                attendee={"name": name, "email": f"{name}@example.com"},
                guests=[f"Kim {name}", f"Zoe {name}"],
            )
        for number, more in enumerate(("DTSTART:20270601T100000Z", "COMMENT:x")):
            method = "REPLY" if number else "COUNTER"
            answer = answering.calendar(series.uid, method=method, more=more)
            calendar.replies.read(answer.encode())
        calendar.schedules.override("work", date="2027-05-01")
        calendar.feeds.publish(path.with_name("feeds"))
        path.with_name("work").mkdir()
        calendar.connections.add(
            "work", path.with_name("work"), host_id="me", push=True
        )
        client.first_attempt()
        calendar.webhooks.update(hook.id, active=False)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.executescript(_REST.format(uid=uids["confirmed"]))
    with Client(path, clock=clock) as client:
        assert client.check() == ()
    return path


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    url = postgres.new_schema()
    yield url
    postgres.drop_schema(url)


@pytest.fixture
def other(postgres_15: Server) -> Iterator[str]:
    """On another server, which orders texts in another way."""
    other = postgres_15.new_schema()
    yield other
    postgres_15.drop_schema(other)


def copy(source: object, target: object, clock: Clock) -> dict[str, int]:
    with Client(str(source), clock=clock) as client:
        return client.copy_to(str(target))


def rows(place: object) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table; only a database counts a host's revisions."""
    found = {}
    store = open_context(str(place), lambda: MONDAY).store
    with closing(store), administer(store).exporting() as tables:
        for table in TABLES:
            columns = sorted({*tables.columns(table)} - {"revision"})
            found[table] = sorted(
                map(tuple, tables.rows(table, tuple(columns))), key=repr
            )
    return {
        table: [
            tuple(int(v) if v is True or v is False else v for v in row) for row in r
        ]
        for table, r in found.items()
    }


def told(place: object, clock: Clock) -> str:
    """All that the library tells, as JSON."""
    with Client(str(place), clock=clock) as client:
        calendar = client.calendar
        bookings = calendar.bookings.list()
        found: list[Any] = [
            *bookings,
            *(e for b in bookings for e in calendar.bookings.history(b.uid)),
            *(n for b in bookings for n in calendar.bookings.get_notes(b.uid)),
            *calendar.webhooks.log(),
            *calendar.mails.log(),
            *calendar.busy.list(),
            *(calendar.webhooks.get(hook.id) for hook in calendar.webhooks.list()),
            *calendar.hosts.list(),
            *calendar.event_types.list(),
            *calendar.schedules.list(),
        ]
    return json.dumps([item.to_dict() for item in found])


# -- the same on both sides ------------------------------------------------------------


def test_everything_is_the_same_after_a_round_trip(
    full: Path, url: str, other: str, path: Path, clock: Clock
) -> None:
    """File → URL → URL → file → file."""
    places = (full, url, other, path.with_name("back.db"), path.with_name("last.db"))

    counts = [copy(a, b, clock) for a, b in pairwise(places)]

    before = rows(full)
    assert {table: len(found) for table, found in before.items()} == counts[0]
    assert all(count == counts[0] for count in counts)
    assert all(counts[0].values())
    for place in places[1:]:
        assert rows(place) == before
        assert told(place, clock) == told(full, clock)
        with Client(str(place), clock=clock) as client:
            assert client.check() == ()


def test_an_idempotency_key_gives_its_first_answer_after_the_move(
    path: Path, url: str, clock: Clock
) -> None:
    wanted: dict[str, Any] = {
        "event_type_id": "demo",
        "start_time": MONDAY + timedelta(days=1, hours=1),
        "attendee": {"name": "Ada", "email": "ada@example.com"},
        "idempotency_key": "once",
    }
    with Client(path, clock=clock) as client:
        client.calendar.event_types.create("demo")
        first = client.calendar.bookings.create(**wanted)
    copy(path, url, clock)

    with Client(url, clock=clock) as client:
        again = client.calendar.bookings.create(**wanted)

    assert again.to_dict() == first.to_dict()


@pytest.mark.parametrize("to", ["database", "file"])
def test_what_is_made_next_is_numbered_behind_what_was_copied(
    full: Path, url: str, path: Path, clock: Clock, to: str
) -> None:
    target: object = url if to == "database" else path.with_name("other.db")
    copy(full, target, clock)
    before = numbers(target)

    with Client(str(target), clock=clock) as client:
        calendar = client.calendar
        calendar.webhooks.create("https://example.com/new")
        calendar.hosts.create("new", name="New")
        calendar.schedules.create(
            "new",
            timezone="UTC",
            availability=[{"day": DAYS[0], "startTime": "09:00", "endTime": "10:00"}],
        )
        calendar.event_types.create("new")
        booked = calendar.bookings.create(
            event_type_id="demo",
            start_time=MONDAY + timedelta(days=90),
            attendee={"name": "Ada", "email": "ada@example.com"},
        )
        more = "DTSTART:20270601T110000Z"
        answer = answering.calendar(booked.uid, method="COUNTER", more=more)
        calendar.replies.read(answer.encode())
        calendar.waiting.add(
            event_type_id="demo",
            start_time=MONDAY + timedelta(days=90),
            attendee={"name": "Bob", "email": "bob@example.com"},
        )
        calendar.busy.add(host_id="me", start_time="2027-07-01", end_time="2027-07-02")

    assert all(after > before[table] for table, after in numbers(target).items())


def numbers(place: object) -> dict[str, int]:
    """The greatest number in each table that has them."""
    store = open_context(str(place), lambda: MONDAY).store
    with closing(store), administer(store).exporting() as tables:
        return {
            table: max(n for (n,) in tables.rows(table, (column,)))
            for table, column in NUMBERED.items()
        }


def test_a_pooler_passes_a_copy_on(
    full: Path, url: str, path: Path, pgbouncer: Pooler, clock: Clock
) -> None:
    pooled = url.replace(url.partition("?")[0], pgbouncer.url())
    back = path.with_name("back.db")

    copy(full, pooled, clock)
    copy(pooled, back, clock)

    assert rows(url) == rows(back) == rows(full)


# -- refusals --------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["database", "file"])
def test_a_target_that_is_not_empty_is_refused(
    full: Path, url: str, path: Path, clock: Clock, to: str
) -> None:
    target: object = url if to == "database" else path.with_name("other.db")
    with Client(str(target), clock=clock) as client:
        client.init()
        client.calendar.hosts.create("ada", name="Ada")
    before = rows(target)

    with pytest.raises(errors.StoreError, match="is not empty: it has hosts"):
        copy(full, target, clock)

    assert rows(target) == before


@pytest.mark.parametrize("to", ["database", "file"])
def test_a_target_that_was_just_made_is_filled(
    full: Path, url: str, path: Path, clock: Clock, to: str
) -> None:
    target: object = url if to == "database" else path.with_name("other.db")
    with Client(str(target), clock=clock) as client:
        client.init()

    copy(full, target, clock)

    assert rows(target) == rows(full)


@pytest.mark.parametrize("to", ["database", "file"])
def test_the_first_host_that_was_set_up_gives_way(
    full: Path, url: str, path: Path, clock: Clock, to: str
) -> None:
    target: object = url if to == "database" else path.with_name("other.db")
    replaced: list[str] = []
    with Client(str(target), clock=clock) as client:
        client.init()
        client.set_up(name="Ada", email="ada@example.com", timezone="Asia/Tokyo")
        client.calendar.schedules.update("work", name="Short days")

    with Client(full, clock=clock) as client:
        client.copy_to(str(target), replaced=replaced.append)

    assert rows(target) == rows(full)
    assert replaced == ["sched_work", "user_me"]


def test_a_database_without_exclusion_stays_so(
    full: Path, url: str, clock: Clock
) -> None:
    with Client(url, clock=clock) as client:
        client.init(exclusion=False)

    copy(full, url, clock)

    with Client(url, clock=clock) as client:
        assert client.check() == ()


@pytest.mark.parametrize("to", ["database", "file"])
def test_a_source_that_is_not_there_makes_nothing(
    run: Run, url: str, path: Path, to: str
) -> None:
    target: object = url if to == "database" else path.with_name("other.db")

    answer = run("db", "copy", "--from", path.with_name("none.db"), "--to", target)

    assert answer.status == 7
    assert "there are no bookings in" in answer.err
    assert run("db", "check", "--db", target).status == 7


def test_a_database_without_tables_is_no_source(run: Run, url: str, path: Path) -> None:
    answer = run("db", "copy", "--from", url, "--to", path)

    assert answer.status == 7
    assert f"there is no calbook in {url}" in answer.err
    assert not path.exists()


def test_a_copy_onto_itself_is_refused(run: Run, full: Path) -> None:
    link = full.with_name("link.db")
    link.hardlink_to(full)

    for target in (full, link):
        assert run("db", "copy", "--from", full, "--to", target).status == 2


def test_another_programs_schema_is_no_target(
    run: Run, full: Path, postgres: Server, url: str
) -> None:
    schema = url.rpartition("=")[2]
    postgres.run(f"create schema {schema} create table things (n int)", "calbook")

    answer = run("db", "copy", "--json", "--from", full, "--to", url)

    assert answer.error["code"] == "not_calbook"


# -- nothing or all --------------------------------------------------------------------


def spoil_claims(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        guards = conn.execute(
            "select name, sql from sqlite_master where type = 'trigger'"
        ).fetchall()
        for name, _ in guards:
            conn.execute(f"drop trigger {name}")
        conn.execute("update claims set claim_end = claim_end + 86400")
        for _, text in guards:
            conn.execute(text)


def spoil_text(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("update bookings set notes = 'a' || char(0) || 'b'")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(spoil_claims, "overlap"), (spoil_text, "a NUL character")],
)
def test_what_a_database_refuses_leaves_nothing_behind(
    run: Run,
    full: Path,
    url: str,
    postgres: Server,
    *,
    spoil: Callable[[Path], None],
    said: str,
) -> None:
    """The guards are on while rows arrive."""
    spoil(full)

    answer = run("db", "copy", "--from", full, "--to", url)

    assert answer.status == 7
    assert said in answer.err
    assert len(answer.err.splitlines()) <= 2
    schema = url.rpartition("=")[2]
    assert not postgres.run(
        f"select 1 from pg_namespace where nspname = '{schema}'", "calbook"
    )


def test_what_a_file_refuses_leaves_nothing_behind(
    run: Run, full: Path, path: Path
) -> None:
    spoil_claims(full)
    target = path.with_name("other.db")

    answer = run("db", "copy", "--from", full, "--to", target)

    assert answer.status == 7
    assert "overlap" in answer.err
    assert [p.name for p in path.parent.glob("other*")] == []


@pytest.mark.parametrize("to", ["database", "file"])
def test_a_copy_that_is_interrupted_leaves_nothing_behind(
    full: Path, url: str, path: Path, clock: Clock, to: str
) -> None:
    target: object = url if to == "database" else path.with_name("other.db")

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with Client(full, clock=clock) as client, pytest.raises(KeyboardInterrupt):
        client.copy_to(str(target), progress=interrupt)

    with Client(str(target), clock=clock) as client, pytest.raises(errors.StoreError):
        client.check()
    assert [p.name for p in path.parent.glob("other*")] == []
    copy(full, target, clock)
    assert rows(target) == rows(full)


@pytest.mark.parametrize("of", ["database", "file"])
def test_what_is_booked_meanwhile_is_not_in_the_copy(
    full: Path, url: str, other: str, clock: Clock, of: str
) -> None:
    """The source is read as it was at one moment, and others can go on."""
    source: object = full if of == "file" else url
    if of == "database":
        copy(full, url, clock)
    before = rows(source)

    def book(done: int, total: int) -> None:
        with Client(str(source), clock=clock) as client:
            client.calendar.hosts.create(f"h{done}", name="New")

    with Client(str(source), clock=clock) as client:
        client.copy_to(other, progress=book)

    assert rows(other) == before
    assert rows(source) != before


# -- the command -----------------------------------------------------------------------


def test_the_command_tells_how_many_rows_each_table_has(
    run: Run, full: Path, url: str
) -> None:
    answer = run("db", "copy", "--from", full, "--to", url)

    with Client(full) as client:
        size = len(client.calendar.bookings.list())
    first, *lines = answer.err.splitlines()
    assert answer.status == 0
    assert first == f"Copied to {url}, with as many rows in each table:"
    assert f"  bookings: {size}" in lines


def test_the_command_shows_no_password(run: Run, full: Path, url: str) -> None:
    secret = url.replace("@", ":s3cret@")

    there = run("db", "copy", "--json", "--from", full, "--to", secret)
    back = run("db", "copy", "--from", secret, "--to", full)

    assert there.json["to"] == url
    assert "s3cret" not in there.out + back.err


def test_a_terminal_shows_how_far_it_has_come(
    run: Run, full: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")

    copied = run("db", "copy", "--from", full, "--to", url)

    assert copied.status == 0
    assert "Copying" in copied.err
    assert re.search(r" (\d+) of \1 ", copied.err)
