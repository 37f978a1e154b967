"""The file written anew without the room of what was deleted."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile

from calbook import interrupts
from calbook.core.errors import StoreError
from calbook.store.sqlite.file_access import MEMORY, wait_for_lock
from calbook.store.sqlite.maintenance import check_exists
from calbook.store.sqlite.store import SqliteStore
from calbook.store.sqlite.words import forget_words

# Where SQLite makes its temporary files, in this order (sqlite.org/tempfiles.html).
_TEMPORARY = ("/var/tmp", "/usr/tmp", "/tmp")
_STEPS = 100_000  # of SQLite between two looks for a signal


def compact(store: SqliteStore) -> tuple[int, int]:
    """The file's size in bytes before and after, under the lock of a write.

    SQLite writes the content anew elsewhere and then back into the same file, whose
    mode and owner stay.

    Raises:
        StoreError: there is too little room for that.
    """
    if store.path != MEMORY:
        check_exists(store.path)
    with store.alone() as conn:
        before = _size(conn)
        if store.path != MEMORY:
            _check_room(conn, store.path)
        wait_for_lock(lambda: forget_words(conn), store.patience)
        wait_for_lock(lambda: _vacuum(conn), store.patience)
        return before, _size(conn)


def _vacuum(conn: sqlite3.Connection) -> None:
    """Raises what a signal raises; then nothing was done."""
    conn.set_progress_handler(interrupts.is_noted, _STEPS)
    try:
        with interrupts.committing():
            conn.execute("vacuum")
    except sqlite3.OperationalError:
        interrupts.release()
        raise
    finally:
        conn.set_progress_handler(None, 0)


def _size(conn: sqlite3.Connection) -> int:
    row = conn.execute(
        "select page_count * page_size from pragma_page_count, pragma_page_size"
    ).fetchone()
    return int(row[0])


def _check_room(conn: sqlite3.Connection, path: str) -> None:
    """For the new content where SQLite has its temporary files, the old one beside."""
    row = conn.execute(
        "select page_count * page_size, (page_count - freelist_count) * page_size"
        " from pragma_page_count, pragma_page_size, pragma_freelist_count"
    ).fetchone()
    beside = os.path.dirname(os.path.realpath(path))
    needed = {beside: int(row[0])}
    elsewhere = _temporary_directory()
    shares = os.stat(elsewhere).st_dev == os.stat(beside).st_dev
    place = beside if shares else elsewhere
    needed[place] = needed.get(place, 0) + int(row[1])
    for directory, size in needed.items():
        if (free := shutil.disk_usage(directory).free) < size:
            raise StoreError(
                f"{path} cannot be compacted: that takes {size:,} bytes in"
                f" {directory}, which has {free:,}",
                hint="make room there; the file is as it was",
                path=path,
            )


def _temporary_directory() -> str:
    named = (os.environ.get(name) for name in ("SQLITE_TMPDIR", "TMPDIR"))
    for place in (*named, *_TEMPORARY):
        if place and os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK):
            return place
    return tempfile.gettempdir()
