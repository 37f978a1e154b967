"""Files that are either the old one or the whole new one, and never a link's target."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

_PART = 1024 * 1024


_PREFIX, _SUFFIX = ".calbook-", ".tmp"


def is_temporary(name: str) -> bool:
    """Whether it is the name of a file that is being written, or was."""
    return name.startswith(_PREFIX) and name.endswith(_SUFFIX)


def save(
    path: str, data: bytes, *, replaces: bool, mode: int | None = None
) -> os.stat_result:
    """Write a file whole; what it became. See `writing`."""
    with writing(path, replaces=replaces, mode=mode) as file:
        file.write(data)
        file.flush()
        return os.fstat(file.fileno())


@contextmanager
def writing(
    path: str, *, replaces: bool, mode: int | None = None
) -> Iterator[BinaryIO]:
    """A temporary file beside it to write to, synced and renamed at the end.

    One that it replaces passes its permissions on, and its owner alone has a new one,
    unless `mode` says what they are.

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
            elif replaces:
                _copy_permissions(path, descriptor)
            yield file
            file.flush()
            os.fsync(descriptor)
        if replaces:
            os.replace(temporary, path)
        else:
            _put_in_place(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def _copy_permissions(path: str, descriptor: int) -> None:
    with suppress(OSError):
        mode = os.lstat(path).st_mode
        if stat.S_ISREG(mode):
            os.fchmod(descriptor, stat.S_IMODE(mode) & 0o777)


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
