"""Copies of a bookings file: whole, synced, and only then under their names.

A name is never followed and never taken from another file; renaming stays within one
directory, so it works where a file can have one name only.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from itertools import count
from typing import BinaryIO

from calbook.core.errors import StoreError
from calbook.store.sqlite.file_access import set_pragmas


def keep_copy(path: str, suffix: str, fill: Callable[[str], None]) -> str:
    """Make a file beside `path`, for those who may use that one; its name.

    The name is the file's own with `suffix`, and a number where there is one already.
    `fill` writes the copy.
    """
    real = os.path.realpath(path)
    try:
        temporary = start_copy(f"{real}{suffix}", like=real)
    except OSError as error:
        raise StoreError(
            f"cannot make {real}{suffix}: {error.strerror}",
            hint="calbook keeps a copy of what it is about to change",
            path=path,
        ) from None
    try:
        fill(temporary)
        kept = _free_name(f"{real}{suffix}")
        os.replace(temporary, kept)
    except BaseException:
        os.unlink(temporary)
        raise
    sync_directory(kept)
    return kept


def start_copy(goal: str, *, like: str | None = None) -> str:
    """A new empty file that will be `goal`; its owner's alone, or as `like` is.

    Raises:
        OSError: it cannot be made.
    """
    directory, name = os.path.split(os.path.abspath(goal))
    descriptor, temporary = tempfile.mkstemp(prefix=f"{name}.", dir=directory)
    if like is not None:
        share_as(descriptor, like)
    os.close(descriptor)
    return temporary


def claim_name(path: str) -> None:
    """Take a name, unless somebody took it meanwhile."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def share_as(descriptor: int, like: str) -> None:
    """Give a file that we made the owner, group and mode of another, where we may.

    Whom the other's group lets in comes in only if the file gets that group.
    """
    if not hasattr(os, "fchown"):  # Windows
        return
    with suppress(OSError):
        wanted = os.stat(like)
        try:
            os.fchown(descriptor, wanted.st_uid, wanted.st_gid)
        except PermissionError:
            os.fchown(descriptor, -1, wanted.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(wanted.st_mode) & 0o666)


def copy_database(conn: sqlite3.Connection, path: str, *, lasts: bool = True) -> None:
    """All that a connection sees into a file; synced, if it `lasts`."""
    with closing(sqlite3.connect(os.path.abspath(path))) as to:
        set_pragmas(to)
        if not lasts:
            to.execute("pragma synchronous = off")
        conn.backup(to)


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
