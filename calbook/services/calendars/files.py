"""Calendar files that people name: read whole, or refused."""

from __future__ import annotations

import errno
import os
import re
import stat

from calbook.core import checks
from calbook.core.busy import LARGEST_FILE
from calbook.core.errors import BadInput
from calbook.core.text import excerpt

_GZIP = 31  # zlib's number for it
_PART = 64 * 1024  # bytes
_PACKED = b"\x1f\x8b"  # RFC 1952, 2.3.1
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}://|mailto:", re.IGNORECASE)


def check_path(source: object) -> str:
    """The path that is meant.

    Raises:
        BadInput: it is none, or an address.
    """
    path = os.fspath(source) if isinstance(source, os.PathLike) else source
    text = checks.prose(path, "source", most=4_096)
    if _ADDRESS.match(text) and not os.path.exists(text):
        raise BadInput(
            f"{excerpt(text)} is an address that calendars are not read from",
            hint="it may be a file, or begin with https:// or webcal://",
            field="source",
        )
    return text


def path_to_read_again(path: str) -> str | None:
    """Where to find the file again; a pipe is read once."""
    try:
        is_file = stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        is_file = False
    return os.path.abspath(path) if is_file else None


def read_file(path: str, *, lasts: bool = False) -> bytes:
    """A file's bytes, or one more than a calendar may have.

    One that is to last is not waited for where it has become a pipe.
    """
    try:
        with open(path, "rb", opener=_open_without_waiting if lasts else None) as file:
            return file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadInput(f"cannot read {path}: {reason}", path=path) from None


def unpack(data: bytes) -> bytes:
    """A calendar's bytes, also of a file that was packed (`.ics.gz`).

    No more of it than one byte more than a calendar may have.

    Raises:
        BadInput: it is not packed right, or was cut short.
    """
    if not data.startswith(_PACKED):
        return data
    import zlib  # slow to import

    found, packed = bytearray(), zlib.decompressobj(_GZIP)
    try:
        for start in range(0, len(data), _PART):
            part = data[start : start + _PART]
            while part and len(found) <= LARGEST_FILE:
                if packed.eof:  # one after another are one (RFC 1952, 2.2)
                    packed = zlib.decompressobj(_GZIP)
                found += packed.decompress(part, LARGEST_FILE + 1 - len(found))
                part = packed.unconsumed_tail or packed.unused_data
        is_whole = packed.eof or len(found) > LARGEST_FILE
    except zlib.error:
        is_whole = False
    if not is_whole:
        raise BadInput(
            "the calendar is not packed right, or was cut short",
            hint="fetch it again",
        )
    return bytes(found)


def _open_without_waiting(path: str, flags: int) -> int:
    file = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, "it is no longer a regular file")
    return file
