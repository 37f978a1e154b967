"""The connection to a SQLite file: its marks, its locks, its errors in words."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from calbook import interrupts
from calbook.core.typing_names import TYPE_CHECKING, TypeVar
from calbook.store.store import in_use_error

if TYPE_CHECKING:
    from calbook.core.errors import StoreError

_T = TypeVar("_T")


APPLICATION_ID = 0x43616C42  # "CalB"


SCHEMA_VERSION = 12


LOCK_WAIT_SECONDS = 10.0  # seconds to wait for a lock


LOCK_TRY_SECONDS = 0.1  # seconds of it that SQLite waits without hearing a signal


MEMORY = ":memory:"


# Bound as they are: else sqlite3 asks both types how, which fails slowly, each time.
for _type, _adapt in (type(None), {}.get), (bool, int):
    sqlite3.adapters.setdefault((_type, sqlite3.PrepareProtocol), _adapt)


_PRAGMAS = (
    "pragma foreign_keys = on",
    "pragma synchronous = extra",
    "pragma trusted_schema = off",
    "pragma cell_size_check = on",
)


def set_pragmas(conn: sqlite3.Connection) -> None:
    for pragma in _PRAGMAS:
        conn.execute(pragma)


def has_wal(real_path: str) -> bool:
    """Whether a file in which a transaction has begun may be in WAL: it has one then.

    Asking SQLite costs more than the rest of the beginning.
    """
    return os.access(f"{real_path}-wal", os.F_OK)


def leave_wal(conn: sqlite3.Connection) -> None:
    """Give a file that another program turned to WAL its rollback journal back.

    While that program has it open it stays as it is, and can be written all the same.
    """
    try:
        if conn.execute("pragma journal_mode").fetchone()[0] == "wal":
            conn.execute("pragma journal_mode = delete")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in LOCKED:
            raise


def check_directory(path: str) -> None:
    """A path that cannot even hold a new file is mistyped."""
    directory = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(directory):
        from calbook.core.errors import StoreError

        raise StoreError(
            f"there is no directory {directory}",
            command_hint="name another file with --db or CALBOOK_DB",
            path=path,
        )


def create_file(path: str) -> None:
    """An empty file, with the mode of new ones; keeps one made meanwhile."""
    from calbook.core.errors import StoreError
    from calbook.store.sqlite.file_modes import new_file_mode, set_new_mode

    mode = new_file_mode()
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        set_new_mode(descriptor, mode)
        os.close(descriptor)
    except FileExistsError:
        return
    except OSError as error:
        from calbook.store.sqlite.access_errors import reason

        raise StoreError(
            f"cannot create {path}: {reason(error, path)}",
            command_hint="name another file with --db or CALBOOK_DB",
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
        from calbook.store.sqlite.access_errors import is_refusal, permission_error

        if is_refusal(error) and (known := permission_error(path)):
            raise known from None
        reason = error.strerror if isinstance(error, OSError) else error
        raise StoreError(f"cannot open {path}: {reason}", path=path) from None
    if stat.S_ISREG(mode):
        return True
    from calbook.core.errors import NotCalbook

    raise NotCalbook(f"{path} is not a file", path=path)


def check_is_whole(conn: sqlite3.Connection, path: str) -> None:
    """SQLite reads a page that is cut short as if zeros followed.

    To be asked after the first read, which takes back a write that was interrupted.
    """
    page_size = conn.execute("pragma page_size").fetchone()[0]
    if path == MEMORY or os.stat(path).st_size % page_size == 0:
        return
    from calbook.core.errors import Damaged

    raise Damaged(
        f"{path} is damaged: it was cut short",
        hint="restore a backup; keep the damaged file",
        path=path,
    )


def lock_deadline(patience: float | None = None) -> float:
    """Until when a lock is waited for, on the monotonic clock."""
    return time.monotonic() + (LOCK_WAIT_SECONDS if patience is None else patience)


def wait_for_lock(step: Callable[[], _T], patience: float | None = None) -> _T:
    """Do one statement, again and again while another program holds the lock."""
    return wait_until(lock_deadline(patience), step)


def wait_until(
    deadline: float,
    step: Callable[[], _T],
    meanwhile: Callable[[float], object] | None = None,
) -> _T:
    """`wait_for_lock` up to a monotonic time; `meanwhile` is called when it is held."""
    while True:
        try:
            return step()
        except sqlite3.OperationalError as error:
            waits = error.sqlite_errorcode & 0xFF in LOCKED
            if not waits or time.monotonic() > deadline:
                raise
        if meanwhile is not None:
            meanwhile(deadline)


LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def read_file_marks(conn: sqlite3.Connection) -> tuple[int, int]:
    """The file's application id and schema version."""
    row = conn.execute(
        "select application_id, user_version"
        " from pragma_application_id, pragma_user_version"
    ).fetchone()
    return row[0], row[1]


def begin(conn: sqlite3.Connection, how: str) -> int:
    """Take the lock that gives the view; the schema version that it shows."""
    if not conn.in_transaction and how == "immediate":
        # What savepoints take back is small, and goes into no file. What is sorted is
        # as large as what is asked for, and may go into one as ever.
        conn.execute("pragma temp_store = memory")
        try:
            conn.execute("begin immediate")
        finally:
            conn.execute("pragma temp_store = default")
    elif not conn.in_transaction:
        conn.execute(f"begin {how}")
    return int(conn.execute("pragma user_version").fetchone()[0])


def commit(conn: sqlite3.Connection, patience: float | None = None) -> None:
    """Commit once nobody reads; a signal ends the wait, or is heard afterwards."""

    def try_to() -> None:
        try:
            with interrupts.committing():
                conn.execute("commit")
        except sqlite3.OperationalError:
            interrupts.release()
            raise

    wait_for_lock(try_to, patience)


@contextmanager
def translate_errors(path: str) -> Iterator[None]:
    """SQLite's complaints about the file, in calbook's words."""
    try:
        yield
    except sqlite3.ProgrammingError as error:
        if "thread" not in str(error):
            raise
        how = f"used from another thread than the one that opened {path}"
        raise in_use_error(how) from None
    except UnicodeDecodeError:  # in a name that SQLite tells of
        raise _damaged_error(path) from None
    except sqlite3.DatabaseError as error:
        known = _translate(error, path)
        if known is None:
            raise
        raise known from None


def busy_error(path: str) -> StoreError:
    from calbook.core.errors import Busy

    return Busy(
        f"{path} is locked by another program",
        hint=f"calbook waited {LOCK_WAIT_SECONDS:.0f} s; try again",
        path=path,
    )


def _damaged_error(path: str) -> StoreError:
    from calbook.core.errors import Damaged

    return Damaged(
        f"{path} is damaged",
        hint="restore a backup; keep the damaged file",
        path=path,
    )


def _translate(error: sqlite3.DatabaseError, path: str) -> StoreError | None:
    from calbook.core import errors

    extended = getattr(error, "sqlite_errorcode", 0)
    code = extended & 0xFF
    if code in LOCKED:
        return busy_error(path)
    if code == sqlite3.SQLITE_CORRUPT:
        return _damaged_error(path)
    if str(error).startswith(_OF_FUNCTION):  # which is given no text but UTF-8
        interrupts.raise_lost()
        return _damaged_error(path)
    if str(error).startswith(_OF_DAMAGE):
        return _damaged_error(path)
    if code == sqlite3.SQLITE_NOTADB:
        return errors.NotCalbook(f"{path} is not a calbook file", path=path)
    if extended == sqlite3.SQLITE_READONLY_DBMOVED:
        return errors.StoreError(
            f"{path} was moved or replaced while it was written",
            hint="nothing was changed; try again",
            path=path,
        )
    if code in _REFUSED:
        from calbook.store.sqlite.access_errors import permission_error

        if known := permission_error(path):
            return known
    if code == sqlite3.SQLITE_READONLY:
        return errors.ReadOnly(f"{path} cannot be written", path=path)
    if code in _UNUSABLE:
        return errors.StoreError(f"{path} cannot be used: {error}", path=path)
    return None


_OF_FUNCTION = "user-defined function raised exception"
_OF_DAMAGE = (  # the last two where a name in the tables is not what it was
    *("Could not decode to UTF-8", "unsupported file format"),
    *("JSON cannot hold BLOB values", "malformed JSON"),
    *("no such column", "no such table"),
)

_REFUSED = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)

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
