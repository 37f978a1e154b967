"""A password is taken from where libpq takes it, and shown nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from support.postgres import GUARDED, OWNER, PASSWORD, Server
from support.running import COMMAND

from calbook import Client, errors
from calbook.store.postgres.store import PostgresStore
from calbook.store.postgres.url import read_url

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)
pytestmark = pytest.mark.sqlite  # which store others use is all the same


URL = "postgresql://ada@127.0.0.1:1/office"


@pytest.mark.parametrize(
    ("given", "shown", "dsn"),
    [
        ("postgresql://ada:s3cret@h/b", "postgresql://ada@h/b", None),
        ("postgres://ada:s3cret@h/b", "postgres://ada@h/b", None),
        ("postgresql://ada:s3%40cret@h/b", "postgresql://ada@h/b", None),
        ("postgresql://ada:s3:cret@h/b", "postgresql://ada@h/b", None),
        ("postgresql://ada:s3?cret@h/b", "postgresql://ada@h/b", None),
        ("postgresql://:s3cret@h/b", "postgresql://@h/b", None),
        ("postgresql://ada@h/b?password=s3cret", "postgresql://ada@h/b", None),
        ("postgresql://ada@h/b?sslpassword=s3cret", "postgresql://ada@h/b", None),
        ("postgresql://ada@h/b?p%61ssword=s3cret", "postgresql://ada@h/b", None),
        (
            "postgresql://ada@h/b?sslmode=require&password=s3cret&schema=x",
            "postgresql://ada@h/b?sslmode=require&schema=x",
            "postgresql://ada@h/b?sslmode=require&password=s3cret",
        ),
        ("postgresql://[::1]:5,h:6/b", "postgresql://[::1]:5,h:6/b", None),
        ("postgresql://%2Frun%2Fpg/b", "postgresql://%2Frun%2Fpg/b", None),
        ("postgresql:///?service=x", "postgresql:///?service=x", None),
        ("postgresql://", "postgresql://", None),
    ],
)
def test_a_url_is_shown_without_its_password(
    given: str, shown: str, dsn: str | None
) -> None:
    found = read_url(given)

    assert (found.shown, found.dsn) == (shown, dsn or given)
    assert "s3" not in repr(found)
    assert "s3" not in repr(Client(given))
    assert Client(given).path == shown


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:s3@cret@h/b",
        "postgresql://ada:s3/cret@h/b",
        "postgresql://ada:s3cret:5432/b",
        "postgresql://h?password=s3cret@x/b",
        "postgresql://ada:s3cret@h:cret/b",
        "postgresql://ada:s3cret%zz@h/b",
        "postgresql://ada:s3cret@h/b?unknown=1",
        "postgresql://ada:s3cret@h/b?schema=No-Such",
        "postgresql://ada:s3cret@h/b?sslmode=many",
        "mysql://ada:s3cret@h/b",
        "POSTGRESQL://ada:s3cret@h/b",
    ],
)
@pytest.mark.parametrize("args", [("list",), ("db", "path"), ("db", "init", "--json")])
def test_a_url_that_cannot_be_read_is_refused_unshown(
    run: Run, url: str, args: tuple[str, ...]
) -> None:
    answer = run(*args, "--db", url)

    if args == ("db", "path") and "read" not in answer.err:  # no use of it was made
        assert answer.status in (0, 2)
    else:
        assert answer.status == 2
        assert answer.out == ""
    assert "s3" not in answer.out + answer.err
    assert "cret" not in answer.out + answer.err


# -- where it may come from ------------------------------------------------------------


@pytest.fixture
def guarded(postgres: Server) -> Iterator[str]:
    """The URL of a database whose user is asked for a password, without it."""
    owned = postgres.new_schema()
    schema = owned.rpartition("=")[2]
    with Client(owned) as client:
        client.init()
    postgres.run(f"grant all on schema {schema} to {GUARDED}", "calbook")
    postgres.run(f"grant all on all tables in schema {schema} to {GUARDED}", "calbook")
    yield owned.replace(f"{OWNER}@", f"{GUARDED}@")
    postgres.drop_schema(owned)


def by_url(url: str, home: Path) -> tuple[str, dict[str, str]]:
    return url.replace("@", f":{quote(PASSWORD)}@"), {}


def by_parameter(url: str, home: Path) -> tuple[str, dict[str, str]]:
    return f"{url}&password={quote(PASSWORD)}", {}


def by_variable(url: str, home: Path) -> tuple[str, dict[str, str]]:
    return url, {"PGPASSWORD": PASSWORD}


def by_pgpass(url: str, home: Path) -> tuple[str, dict[str, str]]:
    file = home / ".pgpass"
    file.write_text(f"127.0.0.1:*:*:{GUARDED}:{PASSWORD}\n")
    file.chmod(0o600)
    return url, {}


def by_passfile(url: str, home: Path) -> tuple[str, dict[str, str]]:
    file = home / "passwords"
    file.write_text(f"*:*:*:*:{PASSWORD}\n")
    file.chmod(0o600)
    return f"{url}&passfile={quote(str(file))}", {}


def by_service(url: str, home: Path) -> tuple[str, dict[str, str]]:
    place, _, schema = url.removeprefix("postgresql://").partition("?")
    user, _, host = place.partition("@")
    host, _, port = host.partition("/")[0].partition(":")
    (home / "services").write_text(
        f"[office]\nhost={host}\nport={port}\nuser={user}\npassword={PASSWORD}\n"
        "dbname=calbook\n"
    )
    return (
        f"postgresql:///?service=office&{schema}",
        {"PGSERVICEFILE": str(home / "services")},
    )


WAYS = (by_url, by_parameter, by_variable, by_pgpass, by_passfile, by_service)


@pytest.mark.parametrize("way", WAYS)
def test_a_password_comes_from_where_libpq_takes_it(
    guarded: str, tmp_path: Path, way: Callable[[str, Path], tuple[str, dict[str, str]]]
) -> None:
    """In a process of its own: libpq reads the environment of the process."""
    url, variables = way(guarded, tmp_path)
    plain = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    env = plain | variables | {"CALBOOK_DB": url, "HOME": str(tmp_path)}

    found = [
        subprocess.run(
            [*COMMAND, *args], env=env, capture_output=True, text=True, check=False
        )
        for args in (("host", "list"), ("db", "path"), ("host", "add", "bob"))
    ]

    assert [(p.returncode, p.stderr) for p in found] == [(0, "")] * 3
    assert not any(PASSWORD in p.stdout or quote(PASSWORD) in p.stdout for p in found)


@pytest.mark.parametrize("wrong", ["s3cret", "", None], ids=["wrong", "empty", "none"])
@pytest.mark.parametrize("json", [False, True], ids=["text", "json"])
def test_a_wrong_password_is_one_line_without_it(
    run: Run,
    guarded: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    wrong: str | None,
    json: bool,
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    url = guarded if wrong is None else guarded.replace("@", f":{wrong}@")

    answer = run("list", "--db", url, *(["--json"] if json else []))

    assert answer.status == 7
    assert len(answer.err.splitlines()) == 1
    assert "password" in answer.err
    assert guarded in answer.err
    assert not wrong or wrong not in answer.err


# -- what goes wrong shows none --------------------------------------------------------


def test_a_bug_report_and_a_traceback_hold_no_password(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(self: PostgresStore) -> object:
        raise RuntimeError(self.url.dsn)

    monkeypatch.setattr(PostgresStore, "_open", fail)
    monkeypatch.setattr(sys, "argv", ["calbook", "--db", "s3cret"])

    answer = run("list", "--db", URL.replace("@", ":s3cret@"))

    reports = [p.read_text() for p in (tmp_path / "home").rglob("bug-*.txt")]
    assert (answer.status, len(reports)) == (1, 1)
    assert "s3cret" not in answer.err + reports[0]


def test_the_locals_of_a_traceback_show_no_more_than_was_typed() -> None:
    """Tools that print the local variables of frames print their repr."""
    client = Client(URL.replace("@", ":s3cret@"))

    with pytest.raises(errors.StoreError) as refusal:
        client.calendar.hosts.list()

    shown = "\n".join(
        f"{frame.f_locals}"
        for frame, _ in traceback.walk_tb(refusal.value.__traceback__)
        if "calbook/store" in frame.f_code.co_filename
    )
    assert "s3cret" not in str(refusal.value)
    assert "s3cret" not in shown
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


# -- what asks no database -------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "out"),
    [
        (("__complete", "--word=", "show"), "words\tUID\t\n"),
        (("__complete", "--word=d", "event", "show"), "words\tEVENT\t\n"),
        (("__complete", "uids"), ""),
        (("__complete", "hosts", "--db=postgresql://ada:s3cret@h/b"), ""),
        (("__complete", "--word=postgresql://", "list", "--db"), None),
        (("__complete", "--word=li"), "words\tcommand or option\t\nlist\t"),
        (("completion", "bash"), None),
        (("list", "--help"), None),
        (("db", "path"), "postgresql://ada@192.0.2.1/b\n"),
    ],
    ids=str,
)
def test_what_needs_no_database_connects_to_none(
    tmp_path: Path, args: tuple[str, ...], out: str | None
) -> None:
    """Nobody answers at that address, and the driver cannot even be imported."""
    (tmp_path / "psycopg2.py").write_text("raise SystemExit('imported')")
    url = "postgresql://ada:s3cret@192.0.2.1/b"
    env = {**os.environ, "CALBOOK_DB": url, "PYTHONPATH": str(tmp_path)}

    found = subprocess.run(
        [*COMMAND, *args], env=env, capture_output=True, text=True, timeout=30
    )

    assert (found.returncode, found.stderr) == (0, "")
    assert out is None or found.stdout.startswith(out)
    assert out != "" or not found.stdout
    assert "s3cret" not in found.stdout
