"""One SQLite file: opened, made ready, and used in transactions.

A rollback journal with `synchronous=extra`, so that what was confirmed survives a
power cut. A lock is waited for in short slices, so that Ctrl-C is answered at once.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from calbook.store.reading import Reading

if TYPE_CHECKING:
    from calbook.core.errors import StoreError
    from calbook.store.transaction import Transaction

_T = TypeVar("_T")
_View = TypeVar("_View", bound=Reading)

APPLICATION_ID = 0x43616C42  # "CalB"
SCHEMA_VERSION = 4
PATIENCE = 10.0  # seconds to wait for a lock
_SLICE = 0.1  # seconds of it that SQLite waits without hearing a signal
_MEMORY = ":memory:"

_PRAGMAS = (
    "pragma foreign_keys = on",
    "pragma synchronous = extra",
    "pragma trusted_schema = off",
    "pragma cell_size_check = on",
)


class SqliteStore:
    """The bookings file at a path; opened when first used, made when first written.

    Reading a file that does not exist shows what a new one holds and writes nothing.
    """

    def __init__(self, path: str, *, patience: float | None = None) -> None:
        """`patience`: for how many seconds a lock is waited for, if not 10."""
        self.path = path
        self.queued: list[int] = []  # deliveries that were committed, by number
        self._patience = patience
        self._conn: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None

    def close(self) -> None:
        if self._conn is not None:
            self._conn.close()
            self._conn = None

    def __del__(self) -> None:
        with suppress(sqlite3.Error):  # another thread's: left to SQLite
            self.close()

    @property
    def connection(self) -> sqlite3.Connection:
        """For `upkeep`, outside a transaction."""
        return self._opened(for_writing=True)

    @contextmanager
    def read(self, view: Callable[[sqlite3.Connection], _View]) -> Iterator[_View]:
        """A view of the file in which nothing changes, and nothing can be written.

        `view` is `Reading` for rows, or `Facts` for values.
        """
        with self._connection(for_writing=False) as conn:
            conn.execute("pragma query_only = on")
            try:
                # The first read takes the lock that gives the view.
                self._patiently(lambda: _begin_reading(conn))
                yield view(conn)
            finally:
                conn.execute("pragma query_only = off")

    @contextmanager
    def write(self, *, dry_run: bool = False) -> Iterator[Transaction]:
        """One transaction: committed at the end, or rolled back when anything raises.

        A dry run does everything and then takes it back.
        """
        from calbook.store.transaction import Transaction  # slow to import

        with self._connection(for_writing=not dry_run) as conn:
            _leave_wal(conn)
            self._patiently(lambda: conn.execute("begin immediate"))
            tx = Transaction(conn)
            yield tx
            if not dry_run:
                self._patiently(lambda: conn.execute("commit"))
                self.queued += tx.queued
                self._check_identity()

    def _patiently(self, step: Callable[[], _T]) -> _T:
        return patiently(step, self._patience)

    @contextmanager
    def _connection(self, *, for_writing: bool) -> Iterator[sqlite3.Connection]:
        """The connection for one transaction; one that was not ended is taken back."""
        with _translated(self.path):
            conn = self._opened(for_writing=for_writing)
            if conn.in_transaction:
                raise _in_use(self.path)
            try:
                yield conn
            finally:
                if conn.in_transaction:
                    conn.execute("rollback")
                if conn is not self._conn:
                    conn.close()

    def _opened(self, *, for_writing: bool) -> sqlite3.Connection:
        """The file's connection, or a new file's in memory where there is none."""
        if self._conn is not None and self._identity == self._identity_now():
            return self._conn
        self.close()
        there = self.path == _MEMORY or is_file(self.path)
        if not for_writing and not (there and self._has_bytes()):
            _check_directory(self.path)
            return self._made_ready(_MEMORY)
        if not there:
            create_file(self.path)
        self._identity = self._identity_now()
        self._conn = self._made_ready(self.path)
        return self._conn

    def _has_bytes(self) -> bool:
        return self.path == _MEMORY or os.path.getsize(self.path) > 0

    def _made_ready(self, path: str) -> sqlite3.Connection:
        name = path if path == _MEMORY else os.path.abspath(path)  # never a URI
        conn = sqlite3.connect(name, timeout=_SLICE, isolation_level=None)
        try:
            conn.row_factory = sqlite3.Row
            self._patiently(lambda: _prepare(conn))
            found = self._patiently(lambda: marks(conn))
            _check_is_whole(conn, path)
            if found != (APPLICATION_ID, SCHEMA_VERSION):
                from calbook.store.setup import make_ready  # slow to import

                make_ready(conn, path)
        except BaseException:
            conn.close()
            raise
        return conn

    def _identity_now(self) -> tuple[int, int] | None:
        if self.path == _MEMORY:
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


def _prepare(conn: sqlite3.Connection) -> None:
    for pragma in _PRAGMAS:
        conn.execute(pragma)


def _leave_wal(conn: sqlite3.Connection) -> None:
    """Give a file that another program turned to WAL its rollback journal back.

    While that program has it open it stays as it is, and can be written all the same.
    """
    try:
        if conn.execute("pragma journal_mode").fetchone()[0] == "wal":
            conn.execute("pragma journal_mode = delete")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in LOCKED:
            raise


def _check_directory(path: str) -> None:
    """A path that cannot even hold a new file is mistyped."""
    directory = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(directory):
        from calbook.core.errors import StoreError

        raise StoreError(
            f"there is no directory {directory}",
            hint="name another file with --db or CALBOOK_DB",
            path=path,
        )


def create_file(path: str) -> None:
    """An empty file that only its owner may read; keeps one made meanwhile."""
    from calbook.core.errors import StoreError

    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(
            f"cannot create {path}: {error.strerror}",
            hint="name another file with --db or CALBOOK_DB",
            path=path,
        ) from None


def is_file(path: str) -> bool:
    """Whether there is a file; False when there is nothing.

    Raises:
        NotCalbook: there is a directory, a pipe or the like.
        StoreError: a link leads nowhere, or the path cannot be followed.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError) and not os.path.islink(path):
            return False
        from calbook.core.errors import StoreError

        reason = error.strerror if isinstance(error, OSError) else error
        raise StoreError(f"cannot open {path}: {reason}", path=path) from None
    if stat.S_ISREG(mode):
        return True
    from calbook.core.errors import NotCalbook

    raise NotCalbook(f"{path} is not a file", path=path)


def _check_is_whole(conn: sqlite3.Connection, path: str) -> None:
    """SQLite reads a page that is cut short as if zeros followed.

    To be asked after the first read, which takes back a write that was interrupted.
    """
    page_size = conn.execute("pragma page_size").fetchone()[0]
    if path == _MEMORY or os.stat(path).st_size % page_size == 0:
        return
    from calbook.core.errors import Damaged

    raise Damaged(
        f"{path} is damaged: it was cut short",
        hint="restore a backup; keep the damaged file",
        path=path,
    )


def patiently(step: Callable[[], _T], patience: float | None = None) -> _T:
    """Do one statement, again and again while another program holds the lock."""
    deadline = time.monotonic() + (PATIENCE if patience is None else patience)
    while True:
        try:
            return step()
        except sqlite3.OperationalError as error:
            waits = error.sqlite_errorcode & 0xFF in LOCKED
            if not waits or time.monotonic() > deadline:
                raise


LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def marks(conn: sqlite3.Connection) -> tuple[int, int]:
    """The file's application id and schema version."""
    row = conn.execute(
        "select application_id, user_version"
        " from pragma_application_id, pragma_user_version"
    ).fetchone()
    return row[0], row[1]


def _begin_reading(conn: sqlite3.Connection) -> None:
    if not conn.in_transaction:
        conn.execute("begin")
    conn.execute("select 1 from hosts limit 1").fetchone()


@contextmanager
def _translated(path: str) -> Iterator[None]:
    """SQLite's complaints about the file, in calbook's words."""
    try:
        yield
    except sqlite3.ProgrammingError as error:
        if "thread" not in str(error):
            raise
        raise _in_use(path) from None
    except sqlite3.DatabaseError as error:
        known = _known(error, path)
        if known is None:
            raise
        raise known from None


def busy(path: str) -> StoreError:
    from calbook.core.errors import Busy

    return Busy(
        f"{path} is locked by another program",
        hint=f"calbook waited {PATIENCE:.0f} s; try again",
        path=path,
    )


def _in_use(path: str) -> StoreError:
    """Two calls of one client at once would share a transaction."""
    from calbook.core.errors import StoreError

    return StoreError(
        f"this client is in the middle of another call on {path}",
        hint="take one client for each thread and each nested use",
    )


def _known(error: sqlite3.DatabaseError, path: str) -> StoreError | None:
    from calbook.core import errors

    extended = getattr(error, "sqlite_errorcode", 0)
    code = extended & 0xFF
    if code in LOCKED:
        return busy(path)
    if code == sqlite3.SQLITE_CORRUPT:
        return errors.Damaged(
            f"{path} is damaged",
            hint="restore a backup; keep the damaged file",
            path=path,
        )
    if code == sqlite3.SQLITE_NOTADB:
        return errors.NotCalbook(f"{path} is not a calbook file", path=path)
    if extended == sqlite3.SQLITE_READONLY_DBMOVED:
        return errors.StoreError(
            f"{path} was moved or replaced while it was written",
            hint="nothing was changed; try again",
            path=path,
        )
    if code == sqlite3.SQLITE_READONLY:
        return errors.ReadOnly(f"{path} cannot be written", path=path)
    if code in _UNUSABLE:
        return errors.StoreError(f"{path} cannot be used: {error}", path=path)
    return None


_UNUSABLE = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOLFS,
    }
)
