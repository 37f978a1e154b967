"""A bookings file for one alone, while all of its content is replaced."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import BinaryIO

from calbook.core.errors import StoreError
from calbook.store.sqlite.file_access import (
    LOCK_TRY_SECONDS,
    busy_error,
    leave_wal,
    lock_deadline,
    set_pragmas,
    wait_for_lock,
    wait_until,
)
from calbook.store.sqlite.write_queue import WriteQueue

_LOCK_BYTES = (512, 0x40000000)  # how many, and where: sqlite.org/lockingv3.html


@contextmanager
def lock_database(path: str, patience: float | None) -> Iterator[sqlite3.Connection]:
    """A connection that alone may read and write, and is in no transaction.

    SQLite writes a backup only into one that has none; the lock is kept without it.
    """
    deadline = lock_deadline(patience)
    with (
        WriteQueue(os.path.realpath(path)) as queue,
        closing(sqlite3.connect(os.path.abspath(path), isolation_level=None)) as conn,
    ):
        queue.join(deadline)
        conn.row_factory = sqlite3.Row
        conn.execute(f"pragma busy_timeout = {LOCK_TRY_SECONDS * 1_000:.0f}")
        wait_for_lock(lambda: set_pragmas(conn), patience)
        wait_for_lock(lambda: leave_wal(conn), patience)
        if conn.execute("pragma journal_mode").fetchone()[0] == "wal":
            raise StoreError(
                f"{path}-wal is in the way",
                hint="close the program that has the file open",
                path=path,
            )
        wait_until(deadline, lambda: conn.execute("begin exclusive"), queue.form)
        conn.execute("pragma locking_mode = exclusive")
        conn.execute("commit")
        conn.execute("pragma journal_mode = truncate")
        try:
            yield conn
        finally:
            conn.execute("pragma locking_mode = normal")
            conn.execute("pragma journal_mode = delete")  # takes the empty one away


@contextmanager
def lock_broken_file(
    file: BinaryIO, path: str, patience: float | None
) -> Iterator[None]:
    """The locks that SQLite would take, if it could read the file; closing drops them.

    It drops those of this process's other connections too, which can do nothing there.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    deadline = lock_deadline(patience)
    while True:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, *_LOCK_BYTES)
            break
        except OSError:
            if time.monotonic() > deadline:
                raise busy_error(path) from None
            time.sleep(LOCK_TRY_SECONDS / 2)
    yield
