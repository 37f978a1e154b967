"""A bookings file for a group of users on one machine, and the directory it needs.

SQLite makes a journal beside the file, with the file's mode and the directory's group.
Whoever comes after a program that was killed has to read, write and remove it.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from calbook.core.errors import BadInput, StoreError
from calbook.store.sqlite.access_errors import LOGS, directories_above
from calbook.store.sqlite.file_access import is_file
from calbook.store.sqlite.file_modes import describe, user_name
from calbook.store.sqlite.store import SqliteStore

_SHARED = 0o660
_FIT = stat.S_ISGID | 0o070  # what is made in there is the group's
_FOLLOWING = ("", *LOGS, ".delivering", ".queue")  # of no use without the file


def share(store: SqliteStore, group: str) -> None:
    """Give the file and what lies beside it to a group: mode 0660.

    Raises:
        BadInput: there is no such group.
        StoreError: there is no file, it is another user's, or its directory does not
            let the group in; nothing was changed.
    """
    if not hasattr(os, "chown"):
        raise StoreError(
            "files cannot be given to a group on this system",
            hint="keep a shared file on a server with Linux",
        )
    if not is_file(store.path):
        raise StoreError(
            f"there is no {store.path} yet",
            hint="write something into it first",
            command_hint="make it first: calbook init",
            path=store.path,
        )
    path = os.path.realpath(store.path)
    number = _group_number(group)
    _check_owner(os.stat(path), path)
    _check_member(group, number)
    _check_directory(os.path.dirname(path), group, number)
    with (
        store.transaction(),
        ExitStack() as stack,
    ):  # so that no journal is made meanwhile
        there = filter(os.path.lexists, [path + suffix for suffix in _FOLLOWING])
        for name in [stack.enter_context(_hold(name)) for name in there]:
            os.chown(name, -1, number)
            os.chmod(name, _SHARED)


@contextmanager
def _hold(path: str) -> Iterator[str]:
    """A name of the very file, for its owner: no link in its place is followed.

    It is not opened to be read: closing that would drop the locks that SQLite holds.
    """
    if not hasattr(os, "O_PATH"):  # not Linux
        _check_owner(os.lstat(path), path)
        yield path
        return
    descriptor = os.open(path, os.O_PATH | os.O_NOFOLLOW)
    try:
        _check_owner(os.fstat(descriptor), path)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _check_owner(found: os.stat_result, path: str) -> None:
    """What others have made, they have to give away themselves."""
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{path} is not a regular file", path=path)
    if os.geteuid() not in (0, found.st_uid):
        owner = user_name(found.st_uid)
        raise StoreError(
            f"{path} is not yours to share: it is {owner}'s ({describe(found)})",
            hint=f"{owner} or root can do it",
            path=path,
        )


def _group_number(group: str) -> int:
    """A group by its name, else by its number."""
    import grp

    try:
        return grp.getgrnam(group).gr_gid
    except (KeyError, ValueError):
        if group.isascii() and group.isdigit() and len(group) < 10:
            return int(group)
    from calbook.core.text import printable

    raise BadInput(
        f"there is no group {printable(group[:80]) or repr('')} on this system",
        hint="groups lists those that you are in",
        field="group",
    )


def _check_member(group: str, number: int) -> None:
    me = os.geteuid()
    if me and number not in (os.getegid(), *os.getgroups()):
        raise StoreError(
            f"{user_name(me)} is not in the group {group}",
            hint="join it, and log in again; or let root share the file",
        )


def _check_directory(directory: str, group: str, number: int) -> None:
    """See that each of the group can make, read and remove a journal in there."""
    for above in directories_above(directory):
        if not _lets_through(os.stat(above), number):
            raise StoreError(
                f"{above} lets nobody else through ({describe(os.stat(above))})",
                hint=f"move the bookings file into a directory of {group}'s own",
                path=above,
            )
    found = os.stat(directory)
    if found.st_mode & stat.S_ISVTX:
        raise StoreError(
            f"{directory} is sticky ({describe(found)}):"
            " a journal there can be removed by its maker alone",
            hint=f"move the bookings file into a directory of {group}'s own",
            path=directory,
        )
    if directory == os.path.realpath(os.path.expanduser("~")):
        raise StoreError(
            f"{directory} is your home: a group that may write there may do anything",
            hint=f"move the bookings file into a directory of {group}'s own",
            path=directory,
        )
    if found.st_gid != number or found.st_mode & _FIT != _FIT:
        name = shlex.quote(directory)
        raise StoreError(
            f"{directory} is not a directory for the group {group}"
            f" ({describe(found)}): SQLite makes a journal there",
            hint=f"chgrp {shlex.quote(group)} {name} && chmod 2770 {name}",
            path=directory,
        )


def _lets_through(found: os.stat_result, group: int) -> bool:
    """Whether somebody of the group may pass, as far as the mode tells."""
    right = 0o010 if found.st_gid == group else 0o011  # others', or another group's
    return bool(found.st_mode & right)
