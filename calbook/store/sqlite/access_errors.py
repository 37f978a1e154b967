"""Why the system lets this user not at a bookings file: the rights that stand against.

Only for when something was refused already; root and other systems' rights may lead to
no answer.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from calbook.core.errors import ReadOnly, StoreError
from calbook.store.sqlite.file_modes import describe, group_name, user_name

LOGS = ("-journal", "-wal", "-shm")  # what SQLite makes beside a file while it is used
_REFUSALS = (errno.EACCES, errno.EPERM, errno.EROFS)


class Obstacle(NamedTuple):
    """What this user may not do: a reason in a line, and what to do about it."""

    is_for_writing: bool
    reason: str
    hint: str
    command_hint: str | None = None


def permission_error(path: str) -> StoreError | None:
    """The refusal in words; None where no right stands against using the file."""
    obstacle = _find_obstacle(path)
    if obstacle is None:
        return None
    kind, verb = (
        (ReadOnly, "write") if obstacle.is_for_writing else (StoreError, "open")
    )
    return kind(
        f"cannot {verb} {path}: {obstacle.reason}",
        hint=obstacle.hint,
        command_hint=obstacle.command_hint,
        path=path,
    )


def is_refusal(error: Exception) -> bool:
    """Whether the system did not let this user."""
    return isinstance(error, OSError) and error.errno in _REFUSALS


def reason(error: OSError, path: str) -> str:
    """Why a file could not be made or opened, as far as the system says."""
    found = _find_obstacle(path) if is_refusal(error) else None
    return found.reason if found else str(error.strerror)


def _find_obstacle(path: str) -> Obstacle | None:
    """The first right that this user lacks to read and write a file."""
    if not hasattr(os, "geteuid"):  # Windows
        return None
    with suppress(OSError):  # gone meanwhile
        return next(_obstacles(os.path.realpath(path)), None)
    return None


def _obstacles(path: str) -> Iterator[Obstacle]:
    me = user_name(os.geteuid())
    directory = os.path.dirname(path)
    for above in directories_above(path):
        if not _may(above, os.X_OK):
            reason = f"{me} may not enter {above} ({_described(above)})"
            hint = _group_hint(above, stat.S_IXGRP)
            yield Obstacle(False, reason, hint or f"ask {_owner(above)} or root")
    is_there = os.path.exists(path)
    if is_there:
        if not _may(path, os.R_OK):
            yield _file_obstacle(path, me, "read", stat.S_IRGRP)
        yield from _log_obstacles(path, me)
    if _is_read_only(directory):
        reason = f"{directory} is on a read-only file system"
        yield Obstacle(True, reason, "use a copy of the file elsewhere")
    if is_there and not _may(path, os.W_OK):
        yield _file_obstacle(path, me, "write", stat.S_IWGRP)
    if not _may(directory, os.W_OK):
        reason = f"{me} may not make files in {directory} ({_described(directory)})"
        hint = _group_hint(directory, stat.S_IWGRP)
        journal = "SQLite has to make its journal there; the directory of a shared file"
        yield Obstacle(
            True,
            reason,
            hint or f"{journal} is its group's, with mode 2770",
            hint or f"{journal}: calbook help storage",
        )


def directories_above(path: str) -> Iterator[str]:
    """Those on the way to a file, from the top."""
    parent = os.path.dirname(path)
    if parent != path:
        yield from directories_above(parent)
        yield parent


def _file_obstacle(path: str, me: str, verb: str, right: int) -> Obstacle:
    reason = f"{me} may not {verb} it ({_described(path)})"
    hint = _group_hint(path, right)
    said = f"{_owner(path)} can share it with a group: "
    return Obstacle(
        verb == "write",
        reason,
        hint or f"{said}client.share(group=…)",
        hint or f"{said}calbook db share --group NAME",
    )


def _group_hint(path: str, right: int) -> str | None:
    """Where the group has the right that this user lacks."""
    found = os.stat(path)
    if not found.st_mode & right:
        return None
    group = group_name(found.st_gid)
    return f"it is for the group {group}: join it, and log in again"


def _log_obstacles(path: str, me: str) -> Iterator[Obstacle]:
    """What a program that was killed left has to be read and removed by the next."""
    for log in (path + suffix for suffix in LOGS):
        if os.path.exists(log) and not (_may(log, os.R_OK | os.W_OK) and _goes(log)):
            yield Obstacle(
                False,
                f"{me} may not read and remove {log} ({_described(log)})",
                f"it is from a program of {_owner(log)} that was stopped in the middle"
                f" of a write: {_owner(log)} or root has to use the file once",
            )


def _goes(log: str) -> bool:
    """Whether this user may remove it; in a sticky directory its owner alone may."""
    directory = os.stat(os.path.dirname(log))
    owners = (os.stat(log).st_uid, directory.st_uid, 0)
    return not directory.st_mode & stat.S_ISVTX or os.geteuid() in owners


def _is_read_only(directory: str) -> bool:
    return bool(os.statvfs(directory).f_flag & os.ST_RDONLY)


def _may(path: str, right: int) -> bool:
    effective = os.access in os.supports_effective_ids
    return os.access(path, right, effective_ids=effective)


def _described(path: str) -> str:
    return describe(os.stat(path))


def _owner(path: str) -> str:
    return user_name(os.stat(path).st_uid)
