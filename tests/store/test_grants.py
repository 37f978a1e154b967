"""What `calbook db init --grants` gives to the role of every day, and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import psycopg2
import psycopg2.errors
import pytest
from support import answering
from support.postgres import SUPERUSER, Server

from calbook.store.postgres.connection import Connection
from calbook.store.postgres.grants import RIGHTS

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Clock
    from support.running import Answer, Run

pytest_plugins = ("support.running", "support.mailing")
pytestmark = pytest.mark.sqlite  # which store others use is all the same


STAFF = "staff"


@pytest.fixture
def url(postgres: Server, run: Run) -> Iterator[str]:
    """A database that `staff` uses, with the rights that are printed."""
    with suppress(psycopg2.errors.DuplicateObject):
        postgres.run(f"create role {STAFF} login")
    owned = postgres.new_schema()
    assert run("db", "init", "--db", owned).status == 0
    postgres.run(run("db", "init", "--grants", "--db", owned).out, "calbook")
    yield owned.replace("owner@", f"{STAFF}@")
    postgres.drop_schema(owned)


@pytest.fixture
def do(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Runs a command as `staff`; it must succeed."""
    monkeypatch.setenv("CALBOOK_DB", url)

    def do(*args: object, input: str = "") -> Answer:
        answer = run(*args, input=input)
        assert answer.status in (0, 8), answer  # nobody answers the webhook
        return answer

    return do


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every statement that is sent, with its facts in it."""
    sent: set[str] = set()
    add = Connection._add

    def recording(self: Connection, text: str, facts: Any) -> None:
        sent.add(self._cursor.mogrify(text, facts).decode())
        add(self, text, facts)

    monkeypatch.setattr(Connection, "_add", recording)
    return sent


ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y//EN
BEGIN:VEVENT
UID:1@x
DTSTAMP:20270101T000000Z
DTSTART:20270301T100000Z
DTEND:20270301T110000Z
SUMMARY:Dentist
END:VEVENT
END:VCALENDAR
"""


def work(do: Callable[..., Answer], clock: Clock, tmp_path: Path) -> None:
    """A good part of the command line."""
    (tmp_path / "dentist.ics").write_text(ICS)
    start = iter(f"2027-01-{day} 10:00Z" for day in range(11, 30))
    ada = ("--name", "Ada", "--email", "ada@example.com")

    def book(event: str, *more: object) -> str:
        when = next(start)
        answer = do(
            *("create", "--event", event, "--start", when, *ada, *more, "--json")
        )
        return str(json.loads(answer.out)["uid"])

    do("init", "--name", "Grace", "--email", "grace@example.com", "--tz", "UTC")
    do("schedule", "add", "late", "--tz", "UTC", "--hours", "mon-sun 00:00-24:00")
    do("schedule", "update", "late", "--name", "Later")
    do("schedule", "override", "late", "--on", "2027-05-01", "--closed")
    do("schedule", "override", "late", "--on", "2027-05-01", "--remove")
    do("host", "add", "bob", "--schedule", "late")
    do("host", "update", "bob", "--name", "Bob")
    do("event", "add", "demo", "--schedule", "late", "--host", "me")
    do("event", "update", "demo", "--duration", "45", "--reminder", "60")
    do("event", "add", "class", "--schedule", "late", "--host", "me", "--seats", "3")
    do("event", "add", "ask", "--schedule", "late", "--requires-confirmation")
    do("webhook", "add", "http://127.0.0.1:9/", "--allow-http")
    hook = do("webhook", "list", "--json").json[0]["id"]
    one = book("demo", "--idempotency-key", "k1", "--notify")
    do("show", one)
    do("note", "add", one, "Tea")
    do("note", "add", one, "Late", "--private")
    do("update", one, "--notes", "More")
    do("reschedule", one, "--start", "2027-01-31 10:00Z", "--by", "host")
    series = book("demo", "--repeat", "daily", "--count", "3")
    for _ in range(3):
        next(start)
    day = do("show", series, "--json").json["occurrences"][1]["date"]
    do("cancel", series, "--on", day, "--by", "host")
    do("cancel", series, "--all", "--by", "host", "--yes")
    taken = book("demo")
    again = do("show", taken, "--json").json["startTime"]
    for name in ("bob", "eve"):
        who = ("--name", name, "--email", f"{name}@example.com")
        do("create", "--event", "demo", "--start", again, *who, "--wait")
    do("cancel", taken, "--by", "host")
    do("waiting", "list")
    for stamp, how in (("20270104T100000Z", "decline"), ("20270104T110000Z", "accept")):
        answered = book("demo")
        more = "DTSTART:20270301T100000Z"
        answer = answering.calendar(answered, method="COUNTER", more=more, stamp=stamp)
        (tmp_path / "answer.ics").write_text(answer)
        do("reply", tmp_path / "answer.ics")
        do("counter", how, answered)
        (tmp_path / "answer.ics").write_text(answering.calendar(answered, sequence=1))
        do("reply", tmp_path / "answer.ics")
    group = book("class")
    do("attendee", "add", group, "--email", "zoe@example.com", "--name", "Zoe")
    do("attendee", "remove", group, "--email", "zoe@example.com", "--yes")
    do("event", "update", "demo", "--reminder", "2h")
    do("event", "update", "demo", "--title", "The demo", "--apply-to-coming")
    do("confirm", book("ask"))
    do("reject", book("ask"))
    for _ in range(2):
        do("busy", "import", tmp_path / "dentist.ics", "--host", "me")
    for more in ((), ("--rotate",), ("--remove",)):
        do("ics", "publish", tmp_path / "feeds", *more)
    (tmp_path / "work").mkdir()
    do("calendar", "add", "work", "--url", tmp_path / "work", "--host", "me", "--push")
    written = book("demo")
    do("update", written, "--notes", "Tea")
    do("deliver")
    do("cancel", written, "--by", "host")
    do("deliver")
    do("calendar", "remove", "work", "--yes")
    do("busy", "add", "--host", "bob", "--from", "2027-02-01", "--to", "2027-02-05")
    do("busy", "remove", "dentist", "--host", "me", "--yes")
    team = ("--scheduling-type", "round-robin", "--schedule", "late")
    do("event", "add", "team", "--host", "me", *team)
    book("team")
    do("event", "update", "team", "--host", "me", "--host", "bob")
    book("ask")
    do("list")
    for phone in ("12345", "23456"):
        do("person", "update", "ada@example.com", "--phone", phone)
    for period in (("--keep", "3y"), ("--keep", "4y"), ("--off",)):
        do("retention", *period)
    do("person", "merge", "ada@example.com", "zoe@example.com", "--yes")
    do("history", one)
    do("slots", "--event", "demo")
    do("stats")
    do("db", "check")
    clock.move(days=40)
    do("tick", "--no-deliver")
    do("deliver")
    clock.move(days=-1)
    do("deliver")
    clock.move(days=100)
    do("deliver")
    do("webhook", "log", hook)
    do("webhook", "rotate", hook)
    do("webhook", "update", hook, "--inactive")
    do("webhook", "remove", hook, "--yes")
    do("event", "add", "gone")
    do("event", "remove", "gone", "--yes")
    do("host", "add", "gone")
    do("host", "remove", "gone", "--yes")
    do("schedule", "add", "gone", "--tz", "UTC")
    do("schedule", "remove", "gone", "--yes")


# -- enough, and no more ---------------------------------------------------------------


@pytest.mark.usefixtures("post")
def test_the_rights_are_enough_and_each_of_them_is_needed(
    do: Callable[..., Answer],
    clock: Clock,
    tmp_path: Path,
    sent: set[str],
    *,
    postgres: Server,
    url: str,
) -> None:
    """Each statement is asked for its rights, with one of them taken away."""
    work(do, clock, tmp_path)

    spare = [
        f"{right} on {table}"
        for rights, tables in RIGHTS.items()
        for table in tables
        for right in rights.split(", ")
        if not is_missed(postgres, url, right, table, statements_on(sent, table))
    ]

    assert spare == []


# What triggers write, which no explanation of a statement names.
OF_TRIGGERS = {
    "day_counts": "insert into day_counts values ('', 1, '', '', 1, 1)"
    " on conflict (id, day, status, share) do update set meetings = 1"
}


def statements_on(sent: set[str], table: str) -> list[str]:
    """One of each shape that names a table."""
    shapes = {
        re.sub(r"'(?:[^']|'')*'|\d+", "", text): text
        for text in sent
        if re.search(rf"\b{table}\b", text)
        and re.match(r"\s*(select|insert|update|delete|with)\b", text)
    }
    return [*shapes.values(), *(OF_TRIGGERS[t] for t in OF_TRIGGERS if t == table)]


def is_missed(
    server: Server, url: str, right: str, table: str, statements: list[str]
) -> bool:
    """Whether a statement is refused without the right; nothing is taken in the end."""
    schema = url.rpartition("=")[2]
    with closing(psycopg2.connect(server.url(user=SUPERUSER))) as conn:
        cursor = conn.cursor()
        cursor.execute(f"set local search_path = {schema}")
        cursor.execute(f"revoke {right} on {table} from {STAFF}")
        cursor.execute(f"set local role {STAFF}")
        for statement in statements:
            cursor.execute("savepoint before")
            try:
                cursor.execute(f"explain {statement}")
            except psycopg2.errors.InsufficientPrivilege:
                return True
            cursor.execute("rollback to before")
    return False


@pytest.mark.parametrize(
    "statement",
    [
        *(
            f"{change} {table}{more}"
            for table in ("events", "notes", "private_notes", "idempotency_keys")
            for change, more in (
                ("delete from", ""),
                ("update", " set " + ("key = ''" if "key" in table else "id = ''")),
                ("truncate", ""),
                ("drop table", ""),
                ("alter table", " add column more text"),
            )
        ),
        "truncate claims cascade",
        "alter table claims disable trigger claims_written",
        "alter table claims drop constraint claims_overlap",
        "drop trigger claims_written on claims",
        "create or replace function refuse_overlap() returns trigger"
        " language plpgsql as 'begin return new; end'",
        "create table more (id integer)",
        "create function more() returns integer language sql as 'select 1'",
        "update calbook_schema set version = 1",
        "delete from calbook_schema",
        "set session_replication_role = replica",
        "delete from bookings",
    ],
)
def test_staff_changes_neither_history_nor_tables(
    postgres: Server, url: str, statement: str
) -> None:
    as_staff = postgres.url(user=STAFF)
    with closing(psycopg2.connect(as_staff)) as conn, conn.cursor() as cursor:
        cursor.execute(f"set search_path = {url.rpartition('=')[2]}")

        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement)


def test_staff_cannot_hide_a_table_behind_one_of_its_own(
    postgres: Server, url: str, do: Callable[..., Answer]
) -> None:
    """The trigger would have looked for overlaps in a temporary table."""
    do("event", "add", "demo")
    do(
        *("create", "--event", "demo", "--start", "2027-01-11 10:00", "--name", "Ada"),
        *("--email", "ada@example.com"),
    )
    postgres.run(
        f"alter table {url.rpartition('=')[2]}.claims drop constraint claims_overlap",
        "calbook",
    )
    with closing(psycopg2.connect(postgres.url(user=STAFF))) as conn:
        cursor = conn.cursor()
        cursor.execute(f"set search_path = {url.rpartition('=')[2]}")
        cursor.execute("create temp table claims (like claims)")

        with pytest.raises(psycopg2.errors.ExclusionViolation):
            cursor.execute(
                f"insert into {url.rpartition('=')[2]}.claims select host_id,"
                " claim_start + 60, claim_end, uid, recurrence_id"
                f" from {url.rpartition('=')[2]}.claims"
            )


@pytest.mark.parametrize(
    ("right", "table", "args"),
    [
        ("select", "bookings", ("list",)),
        ("insert", "hosts", ("host", "add", "bob")),
        ("select", "calbook_schema", ("list",)),
    ],
)
def test_a_missing_right_is_one_line(
    run: Run,
    postgres: Server,
    url: str,
    *,
    right: str,
    table: str,
    args: tuple[str, ...],
) -> None:
    schema = url.rpartition("=")[2]
    postgres.run(f"revoke {right} on {schema}.{table} from {STAFF}", "calbook")

    answer = run(*args, "--db", url)

    assert answer.status == 7
    assert answer.err.splitlines() == [
        f"calbook: {url}: permission denied for table {table}",
        "hint: its owner gives the rights that `calbook db init --grants` prints",
    ]


def test_who_may_not_use_the_schema_is_told_so(
    run: Run, postgres: Server, url: str
) -> None:
    schema = url.rpartition("=")[2]
    postgres.run(f"revoke usage on schema {schema} from {STAFF}", "calbook")

    answers = [run("list", "--db", url), run("db", "init", "--db", url)]

    assert [answer.status for answer in answers] == [7, 7]
    for answer in answers:
        assert f"permission denied for schema {schema}" in answer.err
        assert "calbook db init --grants" in answer.err


def test_staff_neither_makes_nor_migrates_nor_fills_a_database(
    run: Run, url: str, path: Path
) -> None:
    run("event", "add", "demo")

    answers = [
        run("db", "init", "--db", url.replace("=", "=x_")),
        run("db", "copy", "--from", path, "--to", url),
    ]

    assert [answer.status for answer in answers] == [7, 7]
    assert all("permission denied" in answer.err for answer in answers)


def test_staff_removes_no_note(run: Run, do: Callable[..., Answer], url: str) -> None:
    """What was written once is history; all else is taken back as by anybody."""
    do("event", "add", "demo")
    start = ("--event", "demo", "--start", "2027-01-11 10:00Z", "--json")
    ada = ("--name", "Ada", "--email", "ada@example.com")
    uid = json.loads(do("create", *start, *ada).out)["uid"]
    do("cancel", uid)
    do("undo", uid)
    do("note", "add", uid, "Tea")
    [note] = json.loads(do("note", "list", uid, "--json").out)

    refused = [
        run("note", "remove", uid, note["id"], "--yes", "--db", url),
        run("undo", uid, "--yes", "--db", url),
    ]

    assert [answer.status for answer in refused] == [7, 7]
    assert all("only who owns the tables of" in answer.err for answer in refused)
    assert "Tea" in do("note", "list", uid).out


def test_staff_erases_nobody(run: Run, do: Callable[..., Answer], url: str) -> None:
    """Nor does time, as long as staff asks what it has done."""
    do("event", "add", "demo")
    start = ("--event", "demo", "--start", "2027-01-11 10:00")
    do("create", *start, "--name", "Ada", "--email", "ada@example.com")
    do("retention", "--keep", "1d")

    refused = run("erase", "ada@example.com", "--cancel", "--yes", "--db", url)
    do("tick", "--no-deliver")

    assert refused.status == 7
    assert "only who owns the tables of" in refused.err
    assert "Ada" in do("person", "list").out
