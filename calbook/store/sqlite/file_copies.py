"""Copies of a bookings file: whole, synced, and only then under their names.

A name is never followed and never taken from another file; renaming stays within one
directory, so it works where a file can have one name only.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from glob import escape, glob
from itertools import count
from typing import BinaryIO

from calbook.core.errors import StoreError
from calbook.core.progress import Progress
from calbook.store.sqlite.access_errors import reason
from calbook.store.sqlite.file_access import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    set_pragmas,
)
from calbook.store.sqlite.file_modes import share_as

TEMPORARY = ".calbook-"  # beside the file
LOOKED_AT = "calbook-check-"  # where the system has its temporary files
_OF_OLDER = r"\.before-[\w-]+\.[a-z0-9_]{8}(-journal)?"  # how they were named once
_LEFT_AFTER = 3600  # seconds in which nobody has written to it


def keep_copy(path: str, suffix: str, fill: Callable[[str], None]) -> str:
    """Make a file beside `path`, for those who may use that one; its name.

    The name is the file's own with `suffix`, and a number where there is one already.
    `fill` writes the copy.
    """
    real = os.path.realpath(path)
    try:
        temporary = start_copy(f"{real}{suffix}", share=partial(share_as, like=real))
        try:
            fill(temporary)
            kept = _free_name(f"{real}{suffix}")
            os.replace(temporary, kept)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise StoreError(
            f"cannot make {real}{suffix}: {reason(error, real)}",
            hint="calbook keeps a copy of what it is about to change",
            path=path,
        ) from None
    sync_directory(kept)
    return kept


def list_copies(path: str) -> list[str]:
    """All that an upgrade or `db restore` has kept beside a file, and what was left."""
    kept = glob(f"{escape(os.path.realpath(path))}.before-*")
    return sorted({*kept, *find_left(path)})


def find_left(path: str) -> list[str]:
    """What programs that were killed have left of copies of a file, or of another."""
    directory, name = os.path.split(os.path.realpath(path))
    older = re.compile(re.escape(name) + _OF_OLDER)
    found = []
    with suppress(OSError), os.scandir(directory) as entries:
        found += [
            entry.path
            for entry in entries
            if entry.name.startswith(TEMPORARY) or older.fullmatch(entry.name)
        ]
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        found += [
            entry.path
            for entry in entries
            if entry.name.startswith(LOOKED_AT)
            and entry.stat(follow_symlinks=False).st_uid == os.geteuid()
        ]
    return sorted(filter(_is_left, found))


def _is_left(path: str) -> bool:
    with suppress(OSError):  # removed meanwhile
        is_old = time.time() - max(_written_at(path)) > _LEFT_AFTER
        return is_old and not (os.path.isdir(path) and _is_in_use(path))
    return False


@contextmanager
def private_directory(prefix: str, where: str | None = None) -> Iterator[str]:
    """For a copy, removed at the end; locked as long as it is in use."""
    import fcntl  # not on Windows

    with tempfile.TemporaryDirectory(prefix=prefix, dir=where) as directory:
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            yield directory
        finally:
            os.close(descriptor)


def _is_in_use(directory: str) -> bool:
    import fcntl  # not on Windows

    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _written_at(path: str) -> Iterator[float]:
    """When it and all in it was changed."""
    yield os.lstat(path).st_mtime
    if os.path.isdir(path) and not os.path.islink(path):
        with os.scandir(path) as entries:
            yield from (e.stat(follow_symlinks=False).st_mtime for e in entries)


def find_readable_copies(path: str) -> list[str]:
    """Those kept beside a file that this calbook can read, the newest tables first."""
    real = os.path.realpath(path)
    found = []
    for copy in glob(f"{escape(real)}.before-*"):
        with suppress(OSError), open(copy, "rb") as file:
            head = file.read(72)
            version = int.from_bytes(head[60:64], "big")
            ours = head[68:72] == APPLICATION_ID.to_bytes(4, "big")
            if ours and 0 < version <= SCHEMA_VERSION:
                found.append((version, os.path.getmtime(copy), copy))
    return [copy for *_, copy in sorted(found, reverse=True)]


def start_copy(goal: str, *, share: Callable[[int], None]) -> str:
    """A new empty file that will be `goal`; `share` gives it its mode.

    Raises:
        OSError: it cannot be made.
    """
    directory = os.path.dirname(os.path.abspath(goal))
    descriptor, temporary = tempfile.mkstemp(
        prefix=TEMPORARY, suffix=".tmp", dir=directory
    )
    try:
        share(descriptor)
    except BaseException:
        os.unlink(temporary)
        raise
    finally:
        os.close(descriptor)
    return temporary


def claim_name(path: str) -> None:
    """Take a name, unless somebody took it meanwhile."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def copy_database(
    conn: sqlite3.Connection,
    path: str,
    *,
    lasts: bool = True,
    progress: Progress | None = None,
) -> None:
    """All that a connection sees into a file; synced, if it `lasts`.

    `progress` is told how many of how many pages are copied.

    Raises:
        OSError: the copy cannot be written.
    """
    with closing(sqlite3.connect(os.path.abspath(path))) as to:
        set_pragmas(to)
        if not lasts:
            to.execute("pragma synchronous = off")
        try:
            if progress is None:
                conn.backup(to)
            else:
                conn.backup(to, pages=_PAGES, progress=_telling_pages(progress))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode in _OF_WRITING:  # what is copied is only read
                raise OSError(errno.EIO, str(error), path) from None
            raise


_PAGES = 1_000  # between two steps of the progress


def _telling_pages(progress: Progress) -> Callable[[int, int, int], object]:
    return lambda status, left, total: progress(total - left, total)


_OF_WRITING = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
    }
)


def copy_bytes(source: BinaryIO, to: BinaryIO) -> None:
    """A whole file in the place of all that the other holds, synced."""
    source.seek(0)
    to.seek(0)
    shutil.copyfileobj(source, to)
    to.truncate()
    to.flush()
    os.fsync(to.fileno())


def sync_directory(path: str) -> None:
    """See that the name of a file outlasts a power cut."""
    with suppress(OSError):  # Windows, and file systems that cannot
        descriptor = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _free_name(path: str) -> str:
    names = (path if n == 1 else f"{path}-{n}" for n in count(1))
    return next(name for name in names if not os.path.lexists(name))
