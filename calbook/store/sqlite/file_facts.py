"""A bookings file as it lies there, looked at from outside.

It is not opened by itself: to close it would drop the locks that SQLite holds.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from calbook.core.doctor.file_checks import FileFacts, find_file_system
from calbook.core.errors import StoreError
from calbook.store.sqlite.access_errors import permission_error
from calbook.store.sqlite.file_access import (
    APPLICATION_ID,
    LOCK_TRY_SECONDS,
    MEMORY,
    SCHEMA_VERSION,
    read_file_marks,
    translate_errors,
    wait_for_lock,
)
from calbook.store.sqlite.file_copies import find_left
from calbook.store.sqlite.file_modes import group_name, new_file_mode, user_name

if TYPE_CHECKING:
    from calbook.store.sqlite.store import SqliteStore

_HOT = bytes.fromhex("d9d505f920a163d7")  # sqlite.org/fileformat2.html, 3
_MOST_COPIES = 100


def read_file_facts(store: SqliteStore) -> FileFacts:
    """What can be said of it, whether it can be used or not."""
    major, minor, patch = sqlite3.sqlite_version_info
    nothing = FileFacts(store.path, (major, minor, patch))
    if store.path == MEMORY:
        return nothing._replace(exists=True)
    real = os.path.realpath(store.path)
    directory = os.path.dirname(real)
    facts = nothing._replace(
        file_system=_file_system(real),
        free=_free_space(directory),
        copies=tuple(_copies(directory, os.path.basename(real))),
        left=find_left(store.path),
    )
    try:
        found = os.stat(real)
    except FileNotFoundError:
        return facts
    except (OSError, ValueError):  # why, reading says
        return facts._replace(exists=True, is_regular=False)
    if not stat.S_ISREG(found.st_mode):
        return facts._replace(exists=True, is_regular=False)
    obstacle = permission_error(store.path)
    facts = facts._replace(
        exists=True,
        size=found.st_size,
        mode=stat.S_IMODE(found.st_mode),
        allowed_mode=new_file_mode(),
        owner=user_name(found.st_uid),
        group=group_name(found.st_gid),
        is_own=not hasattr(os, "geteuid") or os.geteuid() == found.st_uid,
        has_wal_file=os.path.exists(f"{real}-wal"),
        journal_age=_journal_age(f"{real}-journal"),
        obstacle=obstacle.json_message if obstacle else None,
        obstacle_hint=obstacle.json_hint if obstacle else None,
    )
    return _look_inside(store, facts)


def _look_inside(store: SqliteStore, facts: FileFacts) -> FileFacts:
    """The marks of the file, which stays as it is, also where it is an older one."""
    try:
        with (
            translate_errors(store.path),
            closing(sqlite3.connect(facts.path, timeout=LOCK_TRY_SECONDS)) as conn,
        ):
            marks = wait_for_lock(lambda: read_file_marks(conn), store.patience)
            journal = conn.execute("pragma journal_mode").fetchone()[0]
    except StoreError as error:
        return facts._replace(fault=error)
    except Exception:  # damaged in any way, which reading says
        return facts
    return facts._replace(
        version=marks[1] if marks[0] == APPLICATION_ID else None,
        newest=SCHEMA_VERSION,
        is_wal=journal == "wal",
    )


def _journal_age(path: str) -> float | None:
    """The seconds since a journal was written that is to be played back."""
    with suppress(OSError), open(path, "rb") as file:
        if file.read(len(_HOT)) == _HOT:
            return time.time() - os.fstat(file.fileno()).st_mtime
    return None


def _copies(directory: str, name: str) -> Iterator[tuple[str, int]]:
    """What calbook kept beside it before it changed it, with the sizes."""
    with suppress(OSError), os.scandir(directory) as entries:
        kept = (e for e in entries if e.name.startswith(f"{name}.before-"))
        for entry, _ in zip(kept, range(_MOST_COPIES), strict=False):
            yield entry.path, entry.stat(follow_symlinks=False).st_size


def _free_space(directory: str) -> int | None:
    with suppress(OSError):
        return shutil.disk_usage(directory).free
    return None


def _file_system(path: str) -> str | None:
    """Its kind, where the kernel tells (Linux)."""
    with (
        suppress(OSError),
        open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as file,
    ):
        return find_file_system(file.read(), path)
    return None
