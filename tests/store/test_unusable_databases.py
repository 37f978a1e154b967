"""A database that cannot be used: one clear line, exit 7, nothing written."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2
import psycopg2.errors
import pytest
from support.places import connect
from support.ports import free_port
from support.postgres import OWNER, SUPERUSER, Server
from support.processes import own
from support.receiving import no_hanging
from support.running import COMMAND, PATIENCE, wait_until

from calbook import Client
from calbook.store.postgres.errors import LOCK_WAIT_SECONDS
from calbook.store.postgres.url import read_url

if TYPE_CHECKING:
    from support.running import Answer, Run, Spawn

pytest_plugins = ("support.running",)
pytestmark = pytest.mark.sqlite  # which store others use is all the same


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    url = postgres.new_schema()
    with Client(url) as client:
        client.init()
    yield url
    postgres.drop_schema(url)


def line(answer: Answer, status: int = 7) -> str:
    """The one line of what went wrong; a hint may follow."""
    first, *rest = answer.err.splitlines()
    assert answer.status == status, answer
    assert answer.out == ""
    assert all(text.startswith("hint: ") for text in rest[:1]), answer
    assert len(rest) <= 1
    return first.removeprefix("calbook: ")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("127.0.0.1", "no-such-host.invalid"), "could not translate host name"),
        (("/calbook", "/nothing"), 'database "nothing" does not exist'),
        ((OWNER, "nobody-at-all"), 'role "nobody-at-all" does not exist'),
        (("?schema", "?sslmode=require&schema"), "does not support SSL"),
    ],
    ids=["host", "database", "role", "tls"],
)
@pytest.mark.parametrize(
    "args", [("list",), ("host", "add", "bob"), ("db", "init"), ("deliver",)], ids=str
)
def test_a_wrong_part_of_the_url_is_named(
    run: Run,
    postgres: Server,
    *,
    change: tuple[str, str],
    said: str,
    args: tuple[str, ...],
) -> None:
    url = f"{postgres.url()}?schema=none".replace(*change)

    found = line(run(*args, "--db", url))

    assert found.startswith(f"{url} cannot be used: ")
    assert said in found


def test_a_wrong_port_is_named(run: Run) -> None:
    url = f"postgresql://ada@127.0.0.1:{free_port()}/office"

    found = line(run("list", "--db", url))

    assert found.startswith(f"{url} cannot be used: ")
    assert "Connection refused" in found


def test_too_many_connections_are_one_line(
    run: Run, postgres: Server, url: str
) -> None:
    with suppress(psycopg2.errors.DuplicateObject):
        postgres.run("create role crowded login connection limit 0")

    found = line(run("list", "--db", url.replace(OWNER, "crowded")))

    assert "too many connections" in found


def test_without_the_driver_it_is_said_what_to_install(
    url: str, tmp_path: Path
) -> None:
    (tmp_path / "psycopg2.py").write_text("raise ModuleNotFoundError('psycopg2')")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}

    found = [
        subprocess.run([*COMMAND, *args, "--db", url], env=env, capture_output=True)
        for args in (("list",), ("db", "init"), ("db", "check"), ("host", "add", "a"))
    ]

    for process in found:
        assert process.returncode == 2
        assert process.stderr.decode() == (
            "calbook: PostgreSQL needs its driver\n"
            "hint: pip install 'calbook[postgres]', or psycopg2-binary\n"
        )


def test_a_server_that_stops_is_one_line_and_the_next_command_works(
    run: Run, durable_postgres: Server
) -> None:
    """The client that was connected, too, goes on with the server that is back."""
    url = durable_postgres.url()
    with Client(url) as client:
        client.init()
        client.calendar.hosts.list()
        durable_postgres.stop(immediate=True)

        found = line(run("host", "list", "--db", url))

        durable_postgres.start()
        assert "cannot be used" in found
        assert [h.id for h in client.calendar.hosts.list()] == ["user_me"]
        assert run("host", "list", "--db", url).status == 0


def test_a_connection_that_is_lost_in_the_middle_changes_nothing(
    run: Run, postgres: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from calbook.store.catalog import CatalogWriter

    save = CatalogWriter.save_host

    def save_and_lose(self: CatalogWriter, *args: object, **more: object) -> None:
        save(self, *args, **more)  # type: ignore[arg-type]
        postgres.run(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'lost'"
        )

    monkeypatch.setattr(CatalogWriter, "save_host", save_and_lose)
    url = url.replace("?", "?application_name=lost&")

    found = line(run("host", "add", "bob", "--db", url))

    assert found.startswith(f"{url} cannot be used: ")
    assert len(run("host", "list", "--db", url).rows) == 1


def test_tables_of_a_newer_calbook_are_not_read(
    run: Run, postgres: Server, url: str
) -> None:
    schema = url.rpartition("=")[2]
    postgres.run(f"update {schema}.calbook_schema set version = 99", "calbook")

    for args in (("list",), ("host", "add", "bob"), ("db", "check"), ("tick",)):
        found = run(*args, "--db", url)
        assert line(found) == f"{url} was made by a newer calbook"

    assert postgres.run(f"select count(*) from {schema}.hosts", "calbook") == [(1,)]


# -- a standby -------------------------------------------------------------------------


@pytest.fixture
def standby(durable_postgres: Server) -> Iterator[Server]:
    """A copy of a server that follows it and can only be read."""
    primary = durable_postgres
    with Client(primary.url()) as client:
        client.init()
    directory = primary.directory.with_name(f"{primary.directory.name}-standby")
    primary.run("checkpoint")
    subprocess.run(
        [
            *(str(primary.programs / "pg_basebackup"), "-R", "-c", "fast"),
            *("-D", str(directory), "-d", primary.url("postgres", user=SUPERUSER)),
        ],
        check=True,
        capture_output=True,
    )
    for place in (directory, *directory.rglob("*")):
        own(place)
    (directory / "postmaster.pid").unlink(missing_ok=True)
    (directory / "port").write_text(str(free_port()))
    server = Server(primary.programs, directory)
    config = directory / "postgresql.auto.conf"
    follows = config.read_text()
    server.start()  # writes the port there, and nothing else
    server.stop()
    config.write_text(f"{follows}\nport = {server.port}\n")
    (directory / "standby.signal").touch()
    server._control("start", "-l", str(directory / "log"))
    yield server
    server.remove()


def test_a_standby_is_read_and_says_that_it_cannot_be_written(
    run: Run, standby: Server
) -> None:
    url = standby.url()
    wait_until(lambda: bool(standby.run("select pg_is_in_recovery()")))

    assert run("host", "list", "--db", url).status == 0
    assert run("db", "check", "--db", url).status == 0
    for args in (("host", "add", "bob"), ("tick",), ("init", "--name", "Ada")):
        found = run(*args, "--db", url)
        assert line(found) == f"{url} cannot be written: the server is read-only"
        assert found.err.endswith("hint: name the primary server, not a standby\n")


# -- a full disk -----------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 MB."""
    if os.getuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root makes a small disk")
    place = Path(f"/tmp/calbook-disk-{os.getpid()}")
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "none", place], capture_output=True
    )
    if mounted.returncode:
        place.rmdir()
        pytest.skip(f"no small disk: {mounted.stderr.decode().strip()}")
    own(place)
    yield place
    subprocess.run(["umount", "-l", place], check=True)
    place.rmdir()


def test_a_full_disk_is_one_line_and_nothing_is_written(
    run: Run, durable_postgres: Server, small_disk: Path
) -> None:
    server = durable_postgres
    server.run(f"create tablespace small location '{small_disk}'")
    server.run(
        f"create database small template template0 owner {OWNER} tablespace small"
    )
    url = server.url("small")
    server.run("create extension btree_gist", "small")
    assert run("db", "init", "--db", url).status == 0
    (small_disk / "rest").write_bytes(b"x" * shutil.disk_usage(small_disk).free)

    said = ""
    for number in range(2_000):
        before = len(run("host", "list", "--db", url).rows)
        answer = run("host", "add", f"h{number}", "--name", "x" * 190, "--db", url)
        if answer.status:
            said = line(answer)
            break

    assert "No space left on device" in said
    assert len(run("host", "list", "--db", url).rows) == before
    (small_disk / "rest").unlink()
    assert run("host", "add", "last", "--db", url).status == 0
    server.run("drop database small")
    server.run("drop tablespace small")


@pytest.mark.parametrize(
    ("sent", "said"),
    [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "stopped")],
    ids=["Ctrl-C", "SIGTERM"],
)
def test_a_signal_ends_a_command_that_waits_for_a_lock(
    spawn: Spawn, postgres: Server, url: str, sent: int, said: str
) -> None:
    """Ctrl-C was heard when the lock had been waited for: ten seconds later."""
    with connect(url) as conn, conn.cursor() as cursor:
        cursor.execute("select 1 from hosts for update")
        process = spawn("host", "update", "me", "--name", "Ada", "--db", url)
        wait_until(lambda: bool(postgres.run(_WAITING)))
        process.send_signal(sent)
        with no_hanging(LOCK_WAIT_SECONDS):
            out, err = process.communicate(timeout=PATIENCE)
        wait_until(lambda: not postgres.run(_WAITING))

    assert (process.returncode, out) == (-sent, b"")
    assert err.decode() == f"calbook: {said}: nothing was changed\n"


# Other tests use other servers' locks, or none.
_WAITING = """
    select 1 from pg_stat_activity
    where application_name = 'calbook' and wait_event_type = 'Lock'
"""


def test_a_role_is_told_what_it_lacks_and_not_that_there_is_nothing(
    run: Run, postgres: Server, url: str
) -> None:
    """It was sent to `db init`, which it may not use either."""
    role = f"outsider_{read_url(url).schema}"
    postgres.run(f"create role {role} login")
    theirs = url.replace(f"{OWNER}@", f"{role}@")
    try:
        for command in (("list",), ("db", "check"), ("db", "init")):
            answer = run(*command, "--db", theirs)
            assert "permission denied for schema" in line(answer)
            assert "calbook db init --grants" in answer.err
    finally:
        postgres.run(f"drop role {role}")


def test_words_of_libpq_are_no_file(run: Run, tmp_path: Path) -> None:
    answer = run("list", "--db", f"dbname={tmp_path.name}")

    assert line(answer, 2) == "bookings are kept in a file or in PostgreSQL"


def test_a_parameter_that_is_misspelt_is_named(run: Run, url: str) -> None:
    answer = run("list", "--db", url.replace("schema=", "shema="))

    assert line(answer, 2).endswith("has the unknown parameter shema")
