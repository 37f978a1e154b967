"""A PostgreSQL database: opened, looked at and used in transactions.

Each transaction sets what it needs of the session, so that a pooler may give every
one another connection. Nothing is prepared, listened to or locked beyond it.
"""

from __future__ import annotations

import os
import random
import re
import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from calbook import interrupts
from calbook.store.postgres.errors import (
    LOCK_WAIT_SECONDS,
    Collision,
    busy_error,
    import_driver,
    no_tables_error,
    translate_errors,
)
from calbook.store.postgres.url import bad_url_error, read_url
from calbook.store.reader import Reader
from calbook.store.store import Store, in_use_error, run_after_commit, run_before_commit

if TYPE_CHECKING:
    from psycopg2.extensions import connection as DriverConnection

    from calbook.core.errors import StoreError
    from calbook.store.connection import Connection as AnyConnection
    from calbook.store.postgres.connection import Connection
    from calbook.store.transaction import Transaction

_T = TypeVar("_T")
_View = TypeVar("_View", bound=Reader)

SCHEMA_VERSION = 12
_MOST_TRIES = 5
_PAUSE_SECONDS = 0.02  # twice as long after each collision, more or less
_CONNECT_SECONDS = 10
_TIMEOUT_SAID = {"PGCONNECT_TIMEOUT", "PGSERVICE"}  # or it may be, in that file
_PARAMETER = re.compile(r'invalid URI query parameter: "(\w+)"')
_KEEPALIVE = {
    **{"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"},
    "tcp_user_timeout": "60000",  # milliseconds
}
_JSON_TYPES = (114, 3802)  # json and jsonb, in pg_type
_WRITING = "begin isolation level read committed read write"
READING = "begin isolation level repeatable read read only"

_MARK = """
    select (select max(seq) from events), (select max(seq) from deliveries),
        (select string_agg(xmin::text, ',' order by id) from webhooks)
"""


class PostgresStore(Store):
    """The bookings in one schema of a database; opened when first used."""

    has_leases = True

    def __init__(self, url: str, *, patience: float | None = None) -> None:
        """`patience`: for how many seconds a lock is waited for, if not 10."""
        self.url = read_url(url)
        self.path = self.url.shown
        self.queued: list[str] = []
        self.untold: list[str] = []
        self.served: list[Any] = []
        self.unchanged: list[tuple[str, str]] = []
        self.erased: list[str] = []
        self._patience = LOCK_WAIT_SECONDS if patience is None else patience
        self._driver: DriverConnection | None = None
        self._given = url
        self._is_used = False
        self._process = os.getpid()
        self.version = SCHEMA_VERSION

    def close(self) -> None:
        if self._driver is not None:
            with suppress(Exception):  # it may be broken
                self._driver.close()
            self._driver = None

    def exists(self) -> bool:
        return True

    def may_change_history(self) -> bool:
        with self.begun(READING) as conn:
            row = conn.execute(
                "select has_table_privilege('events', 'update')"
            ).fetchone()
            return bool(row and row[0])

    @property
    def delivery_lock(self) -> str | None:
        return None

    def with_patience(self, seconds: float) -> PostgresStore:
        return PostgresStore(self._given, patience=seconds)

    def change_mark(self) -> object:
        with self.begun(READING) as conn:
            return tuple(conn.execute(_MARK).fetchall()[0])

    @contextmanager
    def read(self, view: Callable[[AnyConnection], _View]) -> Iterator[_View]:
        with self.begun(READING) as conn:
            yield view(conn)

    @contextmanager
    def transaction(self, *, dry_run: bool = False) -> Iterator[Transaction]:
        from calbook.store.postgres.transaction import PostgresTransaction

        interrupts.begin_change()
        with self.begun(_WRITING) as conn:
            tx = PostgresTransaction(conn, self.actor)
            yield tx
            run_before_commit(tx)
            if dry_run:
                conn.send()
            else:
                with translate_errors(self.path, is_commit=True):
                    conn.commit()
                if interrupts.is_noted():  # what cancelled it in vain may come later
                    self.close()
                self.queued += tx.queued
                self.untold += tx.untold
                self.served += tx.served
                self.erased += tx.erased
                self.unchanged += tx.unchanged
        run_after_commit(tx)

    def write(self, step: Callable[[Transaction], _T], *, dry_run: bool = False) -> _T:
        for pause in _pauses():
            try:
                return super().write(step, dry_run=dry_run)
            except Collision as collision:
                if pause is None:
                    if collision.is_lock:
                        raise busy_error(self.path) from None
                    raise
                time.sleep(pause)
        raise AssertionError

    @contextmanager
    def begun(self, begin: str) -> Iterator[Connection]:
        """A transaction on the tables of today; taken back if it was not committed."""
        with translate_errors(self.path), self.raw() as conn:
            conn.add(begin)
            conn.add(f"set local search_path = {self.url.schema}")
            conn.add(f"set local lock_timeout = {max(1, round(self._patience * 1000))}")
            # By its whole name: of a schema that is closed to a role it says nothing.
            found = conn.execute(
                f"select version from {self.url.schema}.calbook_schema"
            ).fetchone()
            self.check_version(None if found is None else found[0])
            yield conn

    def check_version(self, version: int | None) -> None:
        if version != self.version:
            raise _wrong_version(version, self.version, self.path)

    @contextmanager
    def raw(self) -> Iterator[Connection]:
        """The connection, in no transaction; one that is open at the end is undone."""
        from calbook.store.postgres.connection import Connection

        if self._is_used:
            raise in_use_error(f"in the middle of another call on {self.path}")
        self._is_used = True
        try:
            yield Connection(self._open())
        finally:
            self._is_used = False
            self._end()

    def _end(self) -> None:
        """Take back what is open; a connection that cannot is given up."""
        if self._driver is None or self._driver.info.transaction_status == 0:
            return
        try:
            self._driver.cursor().execute("rollback")
        except Exception:
            self.close()

    def _open(self) -> DriverConnection:
        """The connection, or a new one where it was lost, or is another process's."""
        if self._driver is not None and self._process == os.getpid():
            if _is_alive(self._driver):
                return self._driver
            self.close()
        self._driver, self._process = _connect(self.url.dsn), os.getpid()
        return self._driver


def _connect(dsn: str) -> DriverConnection:
    psycopg2 = import_driver()
    try:
        parts = psycopg2.extensions.parse_dsn(dsn)
    except psycopg2.ProgrammingError as error:  # which shows what it cannot read
        raise bad_url_error(unknown=_PARAMETER.findall(str(error))) from None
    if "service" not in parts and not _TIMEOUT_SAID.intersection(os.environ):
        parts.setdefault("connect_timeout", str(_CONNECT_SECONDS))
    parts.setdefault("fallback_application_name", "calbook")
    for name, value in _KEEPALIVE.items():  # a server that is gone is noticed
        parts.setdefault(name, value)
    driver: DriverConnection = psycopg2.connect(**parts, client_encoding="utf8")
    driver.autocommit = True  # transactions are begun by statements
    as_text = psycopg2.extensions.new_type(_JSON_TYPES, "JSON", lambda text, _: text)
    psycopg2.extensions.register_type(as_text, driver)
    return driver


def _is_alive(driver: DriverConnection) -> bool:
    """Whether the server has neither closed it nor said that it will."""
    if driver.closed:
        return False
    readable, _, _ = select.select([driver], [], [], 0)
    return not readable


def _pauses() -> Iterator[float | None]:
    """Before each further try; None with the last."""
    for n in range(_MOST_TRIES):
        yield _PAUSE_SECONDS * 2**n * random.uniform(0.5, 1.5)
    yield None


def _wrong_version(version: int | None, known: int, shown: str) -> StoreError:
    from calbook.core.errors import Newer, StoreError

    if version is None:
        return no_tables_error(shown)
    if version > known:
        return Newer(
            f"{shown} was made by a newer calbook",
            hint="update calbook to use it",
            path=shown,
            schema=version,
            known=known,
            copies=[],
        )
    return StoreError(
        f"{shown} was made by an older calbook",
        hint="client.migrate() brings its tables up to date",
        command_hint="calbook db migrate brings its tables up to date",
        path=shown,
    )
