"""Where a test's bookings are: in a SQLite file or memory, or in PostgreSQL.

A plugin that `tests/conftest.py` loads. On PostgreSQL a worker makes the tables once,
empties them for each test, and keeps its connections: else most of a test's time.
"""

from __future__ import annotations

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions
import pytest

from calbook import Client
from calbook.store.engines import administer
from calbook.store.first_host import add_first_host
from calbook.store.postgres.connection import Connection
from calbook.store.postgres.store import SCHEMA_VERSION, PostgresStore
from calbook.store.postgres.url import read_url
from calbook.store.reader import Reader
from support.postgres import SUPERUSER, Server

REFUSALS = (sqlite3.IntegrityError, psycopg2.IntegrityError)  # by the database
STORES = {"sqlite": ("sqlite",), "postgres": ("postgres",)}
STORES["all"] = (*STORES["sqlite"], *STORES["postgres"])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--store",
        choices=STORES,
        default="all",
        help="which stores the tests of both use (default: %(default)s)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of any store runs once for each that was asked for.

    One that asks for `path` is about the file: it runs on SQLite alone.
    """
    if "store" in metafunc.fixturenames:
        name = metafunc.config.getoption("store")
        if "path" in metafunc.fixturenames:
            name = "sqlite"
        metafunc.parametrize("store", STORES[name], indirect=True)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Not what is marked `sqlite` on PostgreSQL; with `--store postgres`, only that."""
    is_all = config.getoption("store") != "postgres"
    chosen = [
        item
        for item in items
        if (is_all or _runs_on_postgres(item))
        and not (_store(item) == "postgres" and item.get_closest_marker("sqlite"))
    ]
    config.hook.pytest_deselected(items=[i for i in items if i not in set(chosen)])
    items[:] = chosen


def _runs_on_postgres(item: pytest.Item) -> bool:
    uses = "postgres" in getattr(item, "fixturenames", ())
    return uses or _store(item) not in (None, "sqlite")


def _store(item: pytest.Item) -> object:
    """That of a test of any store, or the kind that `support.places` has."""
    params = item.callspec.params if hasattr(item, "callspec") else {}
    return params.get("store", params.get("place"))


# -- the fixtures --------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a bookings file may be made; whoever asks gets no PostgreSQL."""
    return tmp_path / "bookings.db"


@pytest.fixture
def store(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgres`."""
    name: str = request.param
    return name


@pytest.fixture
def place(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """What several clients and commands can open: a file's path, or a URL."""
    if store == "sqlite":
        return str(tmp_path / "bookings.db")
    url: str = request.getfixturevalue("emptied_tables")
    return url


@pytest.fixture
def database(store: str, request: pytest.FixtureRequest) -> str:
    """What `client` opens; a module with other clients or commands gives `place`."""
    if store == "sqlite":
        return ":memory:"
    url: str = request.getfixturevalue("emptied_tables")
    return url


@pytest.fixture
def emptied_tables(worker_tables: Tables, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of new tables on PostgreSQL."""
    monkeypatch.setattr(psycopg2, "connect", connect)
    return worker_tables.empty()


@pytest.fixture
def fresh_schema(postgres: Server) -> Iterator[str]:
    """A URL where no tables are, for a test that makes or changes them."""
    url = postgres.new_schema()
    yield url
    postgres.drop_schema(url)


@pytest.fixture(scope="session")
def worker_tables(postgres: Server) -> Iterator[Tables]:
    tables = Tables(postgres)
    yield tables
    tables.close()
    for driver in _kept.pop(os.getpid(), ()):
        driver.end()


class Tables:
    """The tables that a worker's tests use, one after another."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._driver = psycopg2.connect(server.url(user=SUPERUSER))
        self._driver.autocommit = True
        self._make()

    def empty(self) -> str:
        """As they are when made; the URL. Others where a killed program holds them."""
        try:
            self._driver.cursor().execute(self._emptying)
        except psycopg2.errors.LockNotAvailable:
            self._make()
        conn = Connection(self._driver)
        add_first_host(conn)
        conn.send()
        return self.url

    def close(self) -> None:
        self._driver.close()

    def _make(self) -> None:
        self.url = self._server.new_schema()
        with closing(PostgresStore(self.url)) as store:
            administer(store).create()
        schema = read_url(self.url).schema
        cursor = self._driver.cursor()
        # Triggers and references are not asked while all is deleted.
        cursor.execute(
            f"set search_path = {schema}; set lock_timeout = 5000;"
            " set session_replication_role = replica"
        )
        named = "select relname from pg_class where relnamespace = %s::regnamespace"
        cursor.execute(f"{named} and relkind = 'r'", [schema])
        tables = {name for (name,) in cursor.fetchall()} - {"calbook_schema"}
        cursor.execute(f"{named} and relkind = 'S'", [schema])
        numbers = [f"setval('{name}', 1, false)" for (name,) in cursor.fetchall()]
        deletions = "; ".join(f"delete from {name}" for name in sorted(tables))
        version = f"update calbook_schema set version = {SCHEMA_VERSION}"
        self._emptying = f"{deletions}; {version}; select {', '.join(numbers)}"
        cursor.execute(self._emptying)


# -- kept connections ----------------------------------------------------------------


class _KeptConnection(psycopg2.extensions.connection):
    """One that is kept for the next test when it is closed."""

    def close(self) -> None:
        if self.closed or self.info.transaction_status != 0:
            super().close()
        else:
            _kept[os.getpid()].append(self)

    def end(self) -> None:
        super().close()


_kept: dict[int, list[_KeptConnection]] = defaultdict(list)  # by process
_connect_anew = psycopg2.connect


def connect(*args: Any, **parts: Any) -> Any:
    """A kept connection, or a new one that will be kept."""
    wanted = psycopg2.extensions.make_dsn(*args, **parts)
    kept = _kept[os.getpid()]
    for number, driver in enumerate(kept):
        if driver.wanted == wanted:
            return kept.pop(number)
    driver = _connect_anew(wanted, connection_factory=_KeptConnection)
    driver.wanted = wanted
    return driver


# -- looking in from outside ---------------------------------------------------------


class FoundRow(tuple[Any, ...]):
    """A row as a tuple, whose columns are known by name, too."""

    names: tuple[str, ...]

    def keys(self) -> tuple[str, ...]:
        return self.names

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(
            self.names.index(key) if isinstance(key, str) else key
        )


class Found(list[FoundRow]):
    def fetchall(self) -> list[FoundRow]:
        return self

    def fetchone(self) -> FoundRow | None:
        return self[0] if self else None


class PlainConnection:
    """A connection of no calbook; each statement is a transaction.

    Facts are named `:name`, or `?`.
    """

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    @property
    def is_sqlite(self) -> bool:
        return isinstance(self._conn, sqlite3.Connection)

    def lock(self) -> None:
        """At once, or not at all."""
        if self.is_sqlite:
            self._conn.execute("pragma busy_timeout = 0")
            self._conn.execute("begin exclusive")
            return
        self.execute("begin; set local lock_timeout = 1")
        named = self.execute(
            "select relname from pg_class where relkind = 'r'"
            " and relnamespace = current_schema::regnamespace"
        )
        self.execute(f"lock table {', '.join(name for (name,) in named)}")

    def execute(self, statement: str, facts: Any = ()) -> Found:
        found = Found()
        for row in self._conn.execute(statement, facts):
            values = FoundRow(row)
            values.names = tuple(row.keys())
            found.append(values)
        return found


@contextmanager
def opened(place: object) -> Iterator[PlainConnection]:
    if not str(place).startswith("postgresql://"):
        with closing(sqlite3.connect(str(place), isolation_level=None)) as conn:
            conn.row_factory = sqlite3.Row
            yield PlainConnection(conn)
        return
    url = read_url(str(place))
    with closing(psycopg2.connect(url.dsn)) as driver:
        driver.autocommit = True
        driver.cursor().execute(f"set search_path = {url.schema}")
        yield PlainConnection(Connection(driver))
        driver.cursor().execute("reset all")


def dump(place: object) -> str:
    """All that is stored, to compare."""
    with opened(place) as conn:
        if conn.is_sqlite:
            named = conn.execute(
                "select name from sqlite_schema where type = 'table' order by 1"
            )
        else:
            named = conn.execute(
                "select relname from pg_class where relkind = 'r'"
                " and relnamespace = current_schema::regnamespace order by 1"
            )
        return "\n".join(
            f"{name} {row}"
            for (name,) in named
            for row in sorted(map(repr, conn.execute(f"select * from {name}")))
        )


def ask(client: Client, statement: str, **facts: Any) -> list[Any]:
    """The rows that a client's own connection finds."""
    with client._context.store.read(Reader) as reader:
        return reader.connection.execute(statement, facts).fetchall()


def change(client: Client, statement: str, **facts: Any) -> None:
    """What nobody does but a wrong program, or one of an older version."""
    with client._context.store.transaction() as tx:
        tx.run(statement, **facts)


@contextmanager
def locked(place: object) -> Iterator[None]:
    """Nobody else reads or writes meanwhile; nobody may have begun to."""
    with opened(place) as conn:
        conn.lock()
        yield
        conn.execute("rollback")
