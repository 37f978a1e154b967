"""One SQLite file: opened, made ready, and used in transactions.

A rollback journal with `synchronous=extra`, so that what was confirmed survives a
power cut. A lock is waited for in short slices, so that Ctrl-C is answered at once.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial

from calbook import interrupts
from calbook.core.typing_names import TYPE_CHECKING, Any, TypeVar
from calbook.store.reader import Reader
from calbook.store.sqlite.file_access import (
    APPLICATION_ID,
    LOCK_TRY_SECONDS,
    MEMORY,
    SCHEMA_VERSION,
    begin,
    check_directory,
    check_is_whole,
    commit,
    create_file,
    has_wal,
    is_file,
    leave_wal,
    lock_deadline,
    read_file_marks,
    set_pragmas,
    translate_errors,
    wait_for_lock,
    wait_until,
)
from calbook.store.sqlite.write_queue import WriteQueue
from calbook.store.store import Store, in_use_error, run_after_commit, run_before_commit

if TYPE_CHECKING:
    from calbook.core.time.open_hours import Opened
    from calbook.store.connection import Connection
    from calbook.store.transaction import Transaction

_T = TypeVar("_T")
_View = TypeVar("_View", bound=Reader)

_MOST_KNOWN = 2_000  # answers about the catalog
# By when it was known (connection, PRAGMA data_version, rows changed), and what.
_Known = tuple[tuple[object, ...], dict[Any, Any], "Opened"]
_NOTHING_KNOWN: _Known = ((), {}, {})


class SqliteStore(Store):
    """The bookings file at a path; opened when first used, made when first written.

    Reading a file that does not exist shows what a new one holds and writes nothing.
    """

    def __init__(self, path: str, *, patience: float | None = None) -> None:
        """`patience`: for how many seconds a lock is waited for, if not 10."""
        self.path = path
        self.queued: list[str] = []  # deliveries that were committed, by id
        self.untold: list[str] = []
        self.served: list[Any] = []
        self.unchanged: list[tuple[str, str]] = []
        self.erased: list[str] = []
        self.version = SCHEMA_VERSION
        self.patience = patience
        self._conn: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._catalog = _NOTHING_KNOWN
        self._real_path: str | None = None  # as it was when it was opened

    def close(self) -> None:
        if self._conn is not None:
            with translate_errors(self.path):
                self._conn.close()
            self._conn, self._real_path = None, None
            self._catalog = _NOTHING_KNOWN

    def __del__(self) -> None:
        if self._conn is not None:
            with suppress(sqlite3.Error):  # another thread's: left to SQLite
                self._conn.close()

    def exists(self) -> bool:
        return self.path == MEMORY or os.path.lexists(self.path)

    def with_patience(self, seconds: float) -> SqliteStore | None:
        return None if self.path == MEMORY else SqliteStore(self.path, patience=seconds)

    def change_mark(self) -> object:
        with self._connection(for_writing=False) as conn:
            version = conn.execute("pragma data_version").fetchone()[0]
        return version, self._identity_now()  # a restored file is another one

    def overwrite_deleted(self) -> None:
        with self._connection(for_writing=True) as conn:
            conn.execute("pragma secure_delete = on")

    @property
    def delivery_lock(self) -> str | None:
        return None if self.path == MEMORY else self.path

    @property
    def connection(self) -> sqlite3.Connection:
        """For `maintenance`, outside a transaction."""
        return self._open(for_writing=True)

    @contextmanager
    def read(self, view: Callable[[Connection], _View]) -> Iterator[_View]:
        with self.reading() as conn:
            yield view(conn)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection in a transaction that only reads."""
        with self._connection(for_writing=False) as conn:
            conn.execute("pragma query_only = on")
            try:
                self._begin(conn, "deferred", self._wait_for_lock)
                yield conn
            finally:
                conn.execute("pragma query_only = off")

    def write_bookings(
        self, step: Callable[[Transaction], _T], *, dry_run: bool = False
    ) -> _T:
        """What is known stays as long as nobody else has committed since.

        And as long as this connection has changed no row, also none that was taken
        back, but here.
        """
        with self.transaction(dry_run=dry_run) as tx:
            conn = tx.connection
            assert isinstance(conn, sqlite3.Connection)
            [version] = conn.execute("pragma data_version").fetchone()
            mark, answers, open_time = self._catalog
            is_same = mark == (conn, version, conn.total_changes)
            if not is_same or len(answers) + len(open_time) > _MOST_KNOWN:
                answers, open_time = {}, {}
            tx.known_catalog, tx.known_open_time = answers, open_time
            found = step(tx)
        if not dry_run:
            self._catalog = (conn, version, conn.total_changes), answers, open_time
        return found

    @contextmanager
    def transaction(self, *, dry_run: bool = False) -> Iterator[Transaction]:
        begin_transaction, _ = _for_writing()
        with self.writing(dry_run=dry_run) as conn:
            tx = begin_transaction(conn, self.actor)
            yield tx
            run_before_commit(tx)
        if not dry_run:
            self.queued += tx.queued
            self.untold += tx.untold
            self.served += tx.served
            self.erased += tx.erased
            self.unchanged += tx.unchanged
        run_after_commit(tx)

    @contextmanager
    def writing(self, *, dry_run: bool = False) -> Iterator[sqlite3.Connection]:
        """The connection in a transaction that is committed at the end."""
        _, keep_words = _for_writing()
        interrupts.begin_change()
        with self._connection(for_writing=not dry_run) as conn, self._turn(conn):
            yield conn
            if not dry_run:
                keep_words(conn)
                commit(conn, self.patience)
                self._check_identity()

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """The connection in no transaction, for a statement on the whole file.

        It takes the lock itself, and is waited for as a transaction is.
        """
        interrupts.begin_change()
        with self._connection(for_writing=True) as conn, self._turn(conn):
            conn.execute("rollback")  # it was begun on tables of today
            yield conn
            self._check_identity()

    @contextmanager
    def _turn(self, conn: sqlite3.Connection) -> Iterator[None]:
        """Write when it is one's turn; what was not ended is taken back within it."""
        if self._real_path is None:
            self._real_path = os.path.realpath(self.path)
        deadline = lock_deadline(self.patience)
        with WriteQueue(self._real_path) as queue:
            if self.path != MEMORY:
                queue.join(deadline)
            wait = partial(wait_until, deadline, meanwhile=queue.form)
            try:
                self._begin(conn, "immediate", wait)
                if has_wal(self._real_path):
                    conn.execute("rollback")
                    leave_wal(conn)
                    self._begin(conn, "immediate", wait)
                yield
            finally:
                if conn.in_transaction:
                    conn.execute("rollback")

    def _begin(
        self,
        conn: sqlite3.Connection,
        how: str,
        wait: Callable[[Callable[[], int]], int],
    ) -> None:
        """Begin, on the tables of today: they may have changed since it was opened.

        Raises:
            Newer: a newer calbook has changed them.
        """
        while (version := wait(lambda: begin(conn, how))) != SCHEMA_VERSION:
            conn.execute("rollback")
            if version > SCHEMA_VERSION:
                from calbook.core.errors import Newer
                from calbook.store.sqlite.file_copies import find_readable_copies

                raise Newer(
                    f"a newer calbook has changed {self.path} while it was in use here",
                    hint="start this program again with the new calbook",
                    path=self.path,
                    schema=version,
                    known=SCHEMA_VERSION,
                    copies=find_readable_copies(self.path),
                )
            self._make_ready(conn, self.path)

    def _make_ready(self, conn: sqlite3.Connection, path: str) -> None:
        from calbook.store.sqlite.setup import make_ready  # slow to import

        conn.execute("pragma query_only = off")
        make_ready(conn, path, self.on_upgrade)

    def _wait_for_lock(self, step: Callable[[], _T]) -> _T:
        return wait_for_lock(step, self.patience)

    @contextmanager
    def _connection(self, *, for_writing: bool) -> Iterator[sqlite3.Connection]:
        """The connection for one transaction; one that was not ended is taken back."""
        with translate_errors(self.path):
            conn = self._open(for_writing=for_writing)
            conn.cursor()  # SQLite's binding looks here whether the thread is the same
            if conn.in_transaction:
                raise in_use_error(f"in the middle of another call on {self.path}")
            try:
                yield conn
            finally:
                if conn.in_transaction:
                    conn.execute("rollback")
                if conn is not self._conn:
                    conn.close()

    def _open(self, *, for_writing: bool) -> sqlite3.Connection:
        """The file's connection, or a new file's in memory where there is none."""
        if self._conn is not None and self._identity == self._identity_now():
            return self._conn
        self.close()
        there = self.path == MEMORY or is_file(self.path)
        if not for_writing and not (there and self._has_bytes()):
            check_directory(self.path)
            return self._open_ready(MEMORY)
        if not there:
            create_file(self.path)
        self._identity = self._identity_now()
        self._conn = self._open_ready(self.path)
        return self._conn

    def _has_bytes(self) -> bool:
        return self.path == MEMORY or os.path.getsize(self.path) > 0

    def _open_ready(self, path: str) -> sqlite3.Connection:
        name = path if path == MEMORY else os.path.abspath(path)  # never a URI
        conn = sqlite3.connect(name, timeout=LOCK_TRY_SECONDS, isolation_level=None)
        try:
            conn.row_factory = sqlite3.Row
            conn.create_function("fold_case", 1, _fold_case, deterministic=True)
            self._wait_for_lock(lambda: set_pragmas(conn))
            found = self._wait_for_lock(lambda: read_file_marks(conn))
            check_is_whole(conn, path)
            if found != (APPLICATION_ID, SCHEMA_VERSION):
                self._make_ready(conn, path)
        except BaseException:
            conn.close()
            raise
        return conn

    def _identity_now(self) -> tuple[int, int] | None:
        if self.path == MEMORY:
            return None
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _check_identity(self) -> None:
        if self._identity_now() != self._identity:
            from calbook.core.errors import StoreError

            raise StoreError(
                f"{self.path} was moved or replaced while it was written",
                hint="the change went into the file that was moved away",
                path=self.path,
            )


@cache
def _for_writing() -> tuple[type[Transaction], Callable[..., None]]:
    """What takes long to import, and to ask for each time."""
    from calbook.store.sqlite.words import keep_words
    from calbook.store.transaction import Transaction

    return Transaction, keep_words


def _fold_case(text: str | None) -> str:
    return (text or "").casefold()
