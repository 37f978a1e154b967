"""Files that are either the old one or the whole new one, and never a link's target."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from calbook import interrupts

_PART = 1024 * 1024


_PREFIX, _SUFFIX = ".calbook-", ".tmp"


def is_temporary(name: str) -> bool:
    """Whether it is the name of a file that is being written, or was."""
    return name.startswith(_PREFIX) and name.endswith(_SUFFIX)


def usual_mode() -> int:
    """What programs give a new file: 0666, but for what the umask takes away."""
    umask = os.umask(0o077)
    os.umask(umask)
    return 0o666 & ~umask


def save(
    path: str,
    data: bytes,
    *,
    replaces: bool,
    mode: int | None = None,
    new_mode: int = 0o600,
) -> os.stat_result:
    """Write a file whole; what it became. See `writing`."""
    with writing(path, replaces=replaces, mode=mode, new_mode=new_mode) as file:
        file.write(data)
        file.flush()
        return os.fstat(file.fileno())


@contextmanager
def writing(
    path: str,
    *,
    replaces: bool,
    mode: int | None = None,
    new_mode: int = 0o600,
    leaves_same: bool = False,
) -> Iterator[BinaryIO]:
    """A temporary file beside it to write to, synced and renamed at the end.

    One that it replaces passes its group and permissions on, and a new one has
    `new_mode`, unless `mode` says what they are. With `leaves_same` one that has the
    same bytes is left as it is.

    Raises:
        FileExistsError: there is one already, and it `replaces` none.
        OSError: it cannot be written.
    """
    import tempfile  # slow to import

    directory = os.path.dirname(os.path.abspath(path))
    descriptor, temporary = tempfile.mkstemp(
        prefix=_PREFIX, suffix=_SUFFIX, dir=directory
    )
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                os.fchmod(descriptor, mode)
            elif not (replaces and _copy_permissions(path, descriptor)):
                os.fchmod(descriptor, new_mode)
            yield file
            file.flush()
            if leaves_same and _is_same(temporary, path):
                os.unlink(temporary)
                return
            os.fsync(descriptor)
        with interrupts.committing():
            if replaces:
                os.replace(temporary, path)
            else:
                _put_in_place(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def _is_same(path: str, other: str) -> bool:
    """Whether another file can be read, and has the same bytes."""
    try:
        descriptor = os.open(other, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    with open(path, "rb") as one, open(descriptor, "rb") as two:
        if os.fstat(one.fileno()).st_size != os.fstat(descriptor).st_size:
            return False
        while part := one.read(_PART):
            if part != two.read(_PART):
                return False
    return True


def _copy_permissions(path: str, descriptor: int) -> bool:
    """Those of a file that is there, and its group where this user may give it."""
    with suppress(OSError):
        found = os.lstat(path)
        if stat.S_ISREG(found.st_mode):
            with suppress(OSError):
                os.fchown(descriptor, -1, found.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(found.st_mode) & 0o777)
            return True
    return False


def _put_in_place(temporary: str, path: str) -> None:
    """Under a name that nothing has, also where a file can have one name only."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        os.replace(temporary, path)
    else:
        os.unlink(temporary)


def read(path: str, *, most: int | None = None) -> tuple[bytes, os.stat_result]:
    """What is in a regular file, and what it was when that was read.

    Raises:
        OSError: it cannot be read, is a link or no regular file, or has more than
            `most` bytes.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe is not waited for
    with open(os.open(path, flags), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        data = bytearray()
        while part := file.read(_PART):
            data += part
            if most is not None and len(data) > most:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)
        return bytes(data), found
