"""One process delivers at a time: a lock that dies with its process.

On a file of its own: closing the bookings file would drop the locks that SQLite holds
on it. It stays there afterwards; who removed it might remove another's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from calbook.core.errors import DeliveryUnderWay, OutputError
from calbook.store.sqlite.access_errors import is_refusal, permission_error, reason
from calbook.store.sqlite.file_modes import share_as

SUFFIX = ".delivering"

_STAYS = b"watch\n"


@contextmanager
def hold_lock(path: str | None, *, stays: bool = False) -> Iterator[None]:
    """Be the only process that sends what is in a bookings file, if it is one.

    Who `stays` leaves nothing lying: the others need not wait.

    Raises:
        DeliveryUnderWay: another one is.
    """
    if path is None:
        yield
        return
    descriptor = _open(os.path.realpath(path))
    try:
        if not _lock(descriptor):
            raise DeliveryUnderWay(path, stays=_is_marked(descriptor))
        with suppress(OSError):  # a full disk: then the others wait in vain
            os.ftruncate(descriptor, 0)
            if stays:
                os.write(descriptor, _STAYS)
        yield
    finally:
        os.close(descriptor)


def _is_marked(descriptor: int) -> bool:
    return os.read(descriptor, len(_STAYS)) == _STAYS


def _open(path: str) -> int:
    """The lock file; for all who may use the bookings file, whoever made it."""
    name = path + SUFFIX
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
    try:
        try:
            descriptor = os.open(name, flags | os.O_CREAT | os.O_EXCL, 0o600)
            share_as(descriptor, path)
        except FileExistsError:
            descriptor = os.open(name, flags)
    except OSError as error:
        if is_refusal(error) and (known := permission_error(path)):
            raise known from None
        raise OutputError(
            f"cannot open {name}: {reason(error, name)}",
            hint="remove it when nobody delivers, or take it over",
            path=name,
        ) from None
    if os.fstat(descriptor).st_nlink > 1:
        os.close(descriptor)
        raise OutputError(f"{name} is another name of some file", path=name)
    return descriptor


if sys.platform == "win32":
    _BEHIND = 1_000

    def _lock(descriptor: int) -> bool:
        import msvcrt

        os.lseek(descriptor, _BEHIND, os.SEEK_SET)  # what is locked cannot be read
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:

    def _lock(descriptor: int) -> bool:
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
