"""What a file needs before it can be used: marks, tables, a first host.

All of it under one write lock, so that eight first openings at once make one file.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial

from calbook.core.errors import Newer, NotCalbook, StoreError
from calbook.core.upgrade import Upgrade
from calbook.store.first_host import add_first_host
from calbook.store.sqlite import file_copies
from calbook.store.sqlite.file_access import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    read_file_marks,
    wait_for_lock,
)

_OLDEST_SQLITE = (3, 38, 0)  # STRICT tables and JSON without an extension


def make_ready(
    conn: sqlite3.Connection,
    path: str,
    on_upgrade: Callable[[Upgrade], object] | None = None,
) -> None:
    """Make a new file or bring an older one up to date.

    `on_upgrade` is called before and after an older one is.

    Raises:
        NotCalbook: it is another program's file; it stays untouched.
        Newer: a newer calbook made it; it stays untouched.
    """
    _check_sqlite()
    wait_for_lock(lambda: check_ours(conn, path))
    wait_for_lock(lambda: conn.execute("begin immediate"))
    try:
        behind = check_ours(conn, path)
        if behind == 0:
            _migrate(conn, is_new=True)
            wait_for_lock(lambda: conn.execute("commit"))
        elif behind is not None:
            _upgrade(conn, path, behind, on_upgrade or (lambda _: None))
    finally:
        if conn.in_transaction:
            conn.execute("rollback")


def _upgrade(
    conn: sqlite3.Connection,
    path: str,
    version: int,
    tell: Callable[[Upgrade], object],
) -> None:
    began = time.monotonic()
    upgrade = Upgrade(path, version, SCHEMA_VERSION, size=os.path.getsize(path))
    tell(upgrade)
    kept = _copy_beside(path, version)
    try:
        _migrate(conn, is_new=False)
        wait_for_lock(lambda: conn.execute("commit"))
    except BaseException:
        _remove_in_vain(conn, path, version, kept)
        raise
    tell(upgrade._replace(kept=kept, seconds=time.monotonic() - began))


def _remove_in_vain(
    conn: sqlite3.Connection, path: str, version: int, kept: str
) -> None:
    """The copy of a file that is as it was: each further try would leave one more."""
    with suppress(sqlite3.Error, StoreError, OSError):
        if conn.in_transaction:
            conn.execute("rollback")
        if check_ours(conn, path) == version:
            os.unlink(kept)


def _check_sqlite() -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old: calbook needs 3.38",
            hint="use a Python that was built with a newer SQLite",
        )


def check_ours(conn: sqlite3.Connection, path: str) -> int | None:
    """The schema version to start from; None when somebody was faster."""
    # Tables first: a program that makes them meanwhile marks the file with them.
    tables = conn.execute("select count(*) from sqlite_master").fetchone()[0]
    application_id, version = read_file_marks(conn)
    if application_id == APPLICATION_ID and version > 0:
        if version > SCHEMA_VERSION:
            raise newer_error(path, version)
        return None if version == SCHEMA_VERSION else version
    if application_id or version or tables:
        raise NotCalbook(f"{path} is another program's database", path=path)
    return 0


def newer_error(path: str, version: int) -> Newer:
    """Names the copies beside it that this calbook can read."""
    copies = file_copies.find_readable_copies(path)
    ways = ["update calbook to use it"]
    commands = (
        [*ways, f"go back with calbook db restore {copies[0]}"] if copies else ways
    )
    if copies:
        ways.append(f"go back with client.restore({copies[0]!r})")
    return Newer(
        f"{path} was made by a newer calbook",
        hint=", or ".join(ways),
        command_hint=", or ".join(commands),
        path=path,
        schema=version,
        known=SCHEMA_VERSION,
        copies=copies,
    )


def _migrate(conn: sqlite3.Connection, *, is_new: bool) -> None:
    from calbook.store.sqlite.schema import migrate  # slow to import

    migrate(conn)
    conn.execute(f"pragma application_id = {APPLICATION_ID}")
    conn.execute(f"pragma user_version = {SCHEMA_VERSION}")
    if is_new:
        add_first_host(conn)


def _copy_beside(path: str, version: int) -> str:
    """Keep the file as it was before the tables change; where."""
    # From a connection of its own: one that writes cannot be backed up.
    with closing(sqlite3.connect(os.path.abspath(path))) as source:
        fill = partial(file_copies.copy_database, source)
        return file_copies.keep_copy(path, f".before-{version + 1}", fill)
