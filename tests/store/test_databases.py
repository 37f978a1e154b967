"""A database made, looked at and brought up to date by `calbook db`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
from support.postgres import GUARDED, OWNER, Server

from calbook import Client, errors
from calbook.core.people import phone_digits
from calbook.store.postgres import setup
from calbook.store.postgres.store import SCHEMA_VERSION as TODAY
from calbook.store.postgres.store import PostgresStore

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)
pytestmark = pytest.mark.sqlite  # which store others use is all the same

NEXT = TODAY + 1
VERSION_6 = Path(__file__).parent / "version_6.sql"


@pytest.fixture
def url(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Of a schema that is not there yet; what `run` uses."""
    url = postgres.new_schema()
    yield url
    postgres.drop_schema(url)


@pytest.fixture
def sql(postgres: Server, url: str) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Runs statements in that schema, as its owner."""
    with closing(psycopg2.connect(postgres.url())) as conn, conn.cursor() as cursor:
        conn.autocommit = True
        cursor.execute(f"set search_path = {schema_of(url)}")

        def run(statement: str) -> list[tuple[Any, ...]]:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

        yield run


def schema_of(url: str) -> str:
    return url.rpartition("=")[2]


def contents(sql: Callable[[str], list[tuple[Any, ...]]], schema: str) -> object:
    """Every object and row of a schema."""
    objects = sql(
        "select relname, relkind::text, pg_get_userbyid(relowner), relacl::text"
        f" from pg_class where relnamespace = '{schema}'::regnamespace order by 1"
    )
    rows = {o[0]: sql(f"select * from {o[0]}") for o in objects if o[1] == "r"}
    return objects, rows


# -- init ------------------------------------------------------------------------------


def test_a_database_is_made_once_and_used_at_once(run: Run, url: str) -> None:
    first = run("db", "init", "--db", url)
    second = run("db", "init", "--db", url)

    assert (first.status, first.err) == (0, f"Made {url}\n")
    assert (second.status, second.err) == (0, f"{url} is there already\n")
    assert [h["id"] for h in run("host", "list", "--json", "--db", url).json] == [
        "user_me"
    ]


def test_init_says_in_json_whether_it_made_anything(run: Run, url: str) -> None:
    found = [run("db", "init", "--json", "--db", url).json for _ in range(2)]

    assert found == [{"path": url, "created": made} for made in (True, False)]


def test_a_file_is_made_once(run: Run, path: Path) -> None:
    first, second = run("db", "init"), run("db", "init")

    assert (first.status, first.err) == (0, f"Made {path}\n")
    assert (second.status, second.err) == (0, f"{path} is there already\n")
    with Client(path) as client:
        assert client.init() is False


@pytest.mark.parametrize("option", ["--grants", "--no-exclusion"])
def test_a_file_has_neither_roles_nor_exclusion_constraints(
    run: Run, path: Path, option: str
) -> None:
    answer = run("db", "init", option)

    assert answer.status == 2
    assert answer.err.startswith("calbook: only a PostgreSQL database has ")
    assert not path.exists()


@pytest.mark.parametrize("exclusion", [True, False])
def test_without_exclusion_only_triggers_keep_bookings_apart(
    url: str, sql: Callable[[str], list[tuple[Any, ...]]], exclusion: bool
) -> None:
    with Client(url) as client:
        client.init(exclusion=exclusion)

    constraints = sql(
        "select count(*) from pg_constraint where conname = 'claims_overlap'"
        f" and connamespace = '{schema_of(url)}'::regnamespace"
    )
    assert constraints == [(int(exclusion),)]
    assert sql("select has_exclusion from calbook_schema") == [(exclusion,)]


@pytest.mark.parametrize(
    "args",
    [
        ("list",),
        ("event", "add", "demo"),
        ("db", "check"),
        ("db", "migrate"),
        ("tick",),
        ("stats", "--json"),
    ],
    ids=" ".join,
)
def test_a_database_without_tables_says_how_to_make_them(
    run: Run, url: str, args: tuple[str, ...]
) -> None:
    answer = run(*args, "--db", url)

    assert answer.status == 7
    if "--json" in args:
        assert answer.error["message"] == f"there is no calbook in {url}"
    else:
        assert answer.err == (
            f"calbook: there is no calbook in {url}\n"
            "hint: calbook db init makes the tables\n"
        )


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ("create table things (id int); insert into things values (1)", "not_calbook"),
        ("create materialized view things as select 1 as id", "not_calbook"),
        ("create table calbook_schema (id int)", "not_calbook"),
        (
            "create table calbook_schema (version int, has_exclusion boolean);"
            " insert into calbook_schema values (99, true)",
            "newer",
        ),
    ],
    ids=["table", "view", "namesake", "newer"],
)
@pytest.mark.parametrize("command", ["init", "migrate"])
def test_what_is_anothers_stays_as_it_is(
    run: Run,
    url: str,
    sql: Callable[[str], list[tuple[Any, ...]]],
    *,
    command: str,
    other: str,
    code: str,
) -> None:
    sql(f"create schema {schema_of(url)}")
    sql(other)
    before = contents(sql, schema_of(url))

    answer = run("db", command, "--json", "--db", url)

    assert answer.error["code"] == code
    assert answer.status == 7
    assert contents(sql, schema_of(url)) == before


def test_a_role_that_may_make_nothing_is_told_so(
    run: Run, postgres: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "s3cret word")
    url = url.replace(OWNER, GUARDED)

    answer = run("db", "init", "--db", url)

    assert answer.status == 7
    assert answer.err.splitlines()[0] == (
        f"calbook: the schema {schema_of(url)} cannot be made:"
        " permission denied for database calbook"
    )
    assert answer.err.splitlines()[1].startswith("hint: ")
    assert f"create schema {schema_of(url)} authorization" in answer.err


def test_a_server_without_the_extension_is_told_of_the_way_without(
    run: Run, postgres: Server
) -> None:
    url = postgres.new_database()
    postgres.run(f"revoke create on database {url.rpartition('/')[2]} from {OWNER}")
    plain = url.rpartition("/")[2]
    postgres.run("create schema calbook authorization owner", plain)

    answer = run("db", "init", "--db", url)
    without = run("db", "init", "--no-exclusion", "--db", url)

    assert (answer.status, without.status) == (7, 0)
    assert "has no btree_gist" in answer.err
    assert "calbook db init --no-exclusion" in answer.err


def test_eight_at_once_make_one(url: str) -> None:
    made: list[bool] = []

    def make() -> None:
        with Client(url) as client:
            made.append(client.init())

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(made) == [False] * 7 + [True]


# -- migrate ---------------------------------------------------------------------------


@pytest.fixture
def next_version(url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes today's tables, and then a newer calbook whose tables are one further."""
    with Client(url) as client:
        client.init()

    def upgrade(script: str) -> None:
        monkeypatch.setattr("calbook.store.postgres.store.SCHEMA_VERSION", NEXT)
        monkeypatch.setitem(setup.MIGRATIONS, NEXT, script)

    return upgrade


def _make_version_6(
    url: str, sql: Callable[[str], list[tuple[Any, ...]]], bookings: str = ""
) -> str:
    """The schema, with tables as version 6 made them."""
    schema = schema_of(url)
    sql(f"create schema {schema}")
    made, exclusion = VERSION_6.read_text().split("-- As it was made with btree_gist.")
    sql(f"set search_path = {schema}, pg_temp; {made}")
    sql(f"set search_path = {schema}, public; {exclusion}; {bookings}")
    return schema


def test_a_database_of_version_6_is_brought_up_to_date(
    run: Run, url: str, sql: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    """What the migrations make of it has the same form as a new one."""
    _make_version_6(url, sql)

    migrated = run("db", "migrate", "--db", url)

    assert migrated.err.startswith(f"Brought {url} from version 6 to {TODAY} in ")
    assert run("db", "check", "--db", url).status == 0


_BOOKED = """
insert into schedules (id, name, timezone, weekly, created_at, updated_at)
    values ('sched_x', 'X', 'UTC', '[[],[],[],[],[],[],[]]', 0, 0);
insert into hosts (id, name, timezone, schedule_id, created_at, updated_at)
    values ('user_x', 'X', 'UTC', 'sched_x', 0, 0);
insert into event_types (id, slug, title, duration, buffer_before, buffer_after,
    minimum_notice, requires_confirmation, allow_cancellation, max_occurrences,
    questions, scheduling_type, notify, active, metadata, created_at, updated_at)
    values ('evt_x', 'x', 'X', 30, 0, 0, 0, false, true, 730, '[]', 'SINGLE', false,
    true, '{}', 0, 0);
insert into bookings (uid, event_type_id, timezone, starts_at, final_status, responses,
    metadata, overrides, policy, sequence, version, created_at, updated_at, title)
    select 'bk_' || n, 'evt_x', 'UTC', n, 'COMPLETED', '{}', '{}', '[]', '{}', 0, 0,
    n, n, 'X' from generate_series(1, 3) n;
insert into attendees (uid, position, email, email_folded, name, phone, timezone)
    values ('bk_1', 0, 'ada@example.com', 'ada@example.com', 'Ada',
        '+44 (0)20 7946 0018', null),
    ('bk_1', 1, 'eve@example.com', 'eve@example.com', null, '((((', null),
    ('bk_2', 0, 'bob@example.com', 'bob@example.com', 'Bob', '0044 (0)20 79460018',
        null),
    ('bk_3', 0, 'ADA@example.com', 'ada@example.com', 'Ada King', '555 0100 x12',
        'Asia/Tokyo');
"""


def test_the_book_is_filled_with_who_was_booked_before(
    run: Run, url: str, sql: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    schema = _make_version_6(url, sql, _BOOKED)

    assert run("db", "migrate", "--db", url).status == 0

    with Client(url) as client:
        people = client.calendar.people
        ada, bob, eve = (people.get(f"{n}@example.com") for n in ("ada", "bob", "eve"))
        assert (ada.name, ada.phone, ada.timezone, ada.bookings) == (
            *("Ada King", "555 0100 x12", "Asia/Tokyo"),
            2,
        )
        assert ada.email == "ADA@example.com"
        assert (ada.created_at[-14:], ada.updated_at[-14:]) == (
            "00:00:01+00:00",
            "00:00:03+00:00",
        )
        for phone in ("+442079460018", "5550100x12"):
            assert people.get(phone) == ada
        assert people.get(bob.id) == bob
        assert eve.phone == "(((("
        assert client.calendar.event_types.get("x").contact == "EMAIL"
    rows = sql(f"select phone, phone_digits from {schema}.attendees")
    assert {phone: phone_digits(phone) for phone, _ in rows} == dict(rows)
    assert len({*sql(f"select person_id from {schema}.attendees")}) == 3


def test_addresses_that_only_case_folding_made_one_are_two(
    run: Run, url: str, sql: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    """`weiß@` was stored as `weiss@` up to version 7."""
    schema = _make_version_6(url, sql, _BOOKED)
    sql(
        f"update {schema}.attendees set email = 'Weiß@Bücher.example',"
        " email_folded = 'weiss@xn--bcher-kva.example' where uid = 'bk_2'"
    )

    assert run("db", "migrate", "--db", url).status == 0

    with Client(url) as client:
        bookings, people = client.calendar.bookings, client.calendar.people
        assert bookings.total(attendee_email="WEIß@bücher.example") == 1
        assert bookings.total(attendee_email="weiss@bücher.example") == 0
        assert people.get("weiß@bücher.example").name == "Bob"


_PHONES = """
alter table hosts
    add column phone text;
update hosts set phone = '112';
"""


def test_a_newer_calbook_asks_for_the_migration_and_makes_it(
    run: Run,
    url: str,
    sql: Callable[[str], list[tuple[Any, ...]]],
    next_version: Callable[[str], None],
) -> None:
    next_version(_PHONES)

    before = run("list", "--db", url)
    migrated = run("db", "migrate", "--db", url)
    again = run("db", "migrate", "--json", "--db", url)

    assert before.status == 7
    assert before.err == (
        f"calbook: {url} was made by an older calbook\n"
        "hint: calbook db migrate brings its tables up to date\n"
    )
    assert migrated.err.startswith(f"Brought {url} from version {TODAY} to {NEXT} in")
    assert again.json == {"path": url, "from": NEXT, "to": NEXT}
    assert run("host", "list", "--db", url).status == 0
    assert sql("select version, phone from calbook_schema, hosts") == [(NEXT, "112")]


def test_an_older_calbook_leaves_newer_tables_alone(
    run: Run,
    url: str,
    next_version: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    next_version(_PHONES)
    run("db", "migrate", "--db", url)
    monkeypatch.undo()

    with pytest.raises(errors.Newer):
        Client(url).calendar.hosts.list()
    with pytest.raises(errors.Newer):
        Client(url).calendar.hosts.update("me", name="Ada")
    with pytest.raises(errors.Newer):
        Client(url).migrate()


def test_a_migration_that_fails_in_the_middle_changes_nothing(
    url: str,
    sql: Callable[[str], list[tuple[Any, ...]]],
    next_version: Callable[[str], None],
) -> None:
    next_version(f"{_PHONES} select 1 / 0;")
    before = contents(sql, schema_of(url))

    with pytest.raises(psycopg2.Error), Client(url) as client:
        client.migrate()

    assert contents(sql, schema_of(url)) == before


def test_of_two_that_migrate_at_once_one_does_it(
    url: str,
    sql: Callable[[str], list[tuple[Any, ...]]],
    next_version: Callable[[str], None],
) -> None:
    next_version(f"{_PHONES} select pg_sleep(0.3);")
    found: list[tuple[int, int]] = []

    def migrate() -> None:
        with Client(url) as client:
            found.append(client.migrate())

    threads = [threading.Thread(target=migrate) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [(TODAY, NEXT), (NEXT, NEXT)]
    assert sql("select version from calbook_schema") == [(NEXT,)]


def test_a_new_database_is_made_in_the_newest_form() -> None:
    """The tables are what the migrations lead to."""
    assert max(setup.MIGRATIONS, default=setup.FIRST_VERSION) == (
        PostgresStore("postgresql://host").version
    )
    assert "calbook_schema" in setup.VERSION_TABLE


# -- backup and restore ----------------------------------------------------------------


def test_a_backup_is_left_to_the_tools_that_its_hint_names(
    run: Run, postgres: Server, tmp_path: Path
) -> None:
    """The lines of the hints, run as they are."""
    url, other = postgres.new_database(), postgres.new_database()
    with_password = url.replace("@", ":secret@") + "?schema=booked"
    copy = tmp_path / "it's a copy"
    assert run("db", "init", "--db", with_password).status == 0
    run("host", "add", "ada", "--name", "Ada", "--db", with_password)

    backup = run("db", "backup", copy, "--db", with_password)
    restore = run("db", "restore", copy, "--json", "--db", f"{other}?schema=booked")

    assert (backup.status, restore.status) == (2, 2)
    assert "secret" not in backup.err
    run_line(postgres, backup.err.split("hint: ")[1])
    for _ in range(2):  # into an empty one, and over what is there
        run_line(postgres, restore.error["hint"])
    hosts = [
        run("host", "list", "--json", "--db", f"{u}?schema=booked").json
        for u in (url, other)
    ]
    assert hosts[0] == hosts[1]
    assert run("db", "check", "--db", f"{other}?schema=booked").status == 0


def run_line(server: Server, line: str) -> None:
    """A command line as a shell runs it, with that server's programs first."""
    import os
    import subprocess

    programs = f"{server.programs}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["sh", "-ec", line], env={**os.environ, "PATH": programs}, check=True
    )


def test_json_of_the_grants_is_a_list(run: Run, url: str) -> None:
    lines = run("db", "init", "--grants", "--json", "--db", url).json["grants"]

    assert lines[0] == f"grant usage on schema {schema_of(url)} to staff;"
    assert all(line.startswith("grant ") for line in lines)
