"""Writing a file so that it is either the old one or the whole new one."""

import os
import stat
from collections.abc import Iterable

from calbook import whole_files
from calbook.cli import output
from calbook.core.errors import OutputError


def write_file(path: str | None, data: bytes, *, force: bool) -> None:
    """As a file, which others may read; `-`, and none, is stdout."""
    write_file_parts(path, [data], force=force)


def write_file_parts(path: str | None, parts: Iterable[bytes], *, force: bool) -> None:
    """As `write_file`, in parts as they are made."""
    if path is None or path == "-":
        for part in parts:
            output.write_bytes(part)
        return
    save_shared_file(path, parts, force=force)
    if output.is_terminal():
        output.say(f"Wrote {path}")


def save_file(path: str, data: bytes, *, force: bool) -> None:
    """Write through a temporary file beside it, synced and renamed.

    Its owner alone may read a new one.

    Raises:
        OutputError: it exists and `force` is not given, it is a link or no regular
            file, or it cannot be written.
    """
    check_target(path, force=force)
    save_parts(path, [data], force=force)


def save_shared_file(path: str, parts: Iterable[bytes], *, force: bool) -> None:
    """As `save_parts`, with the mode that programs give a new file.

    For feeds, pictures and calendar files: a web server is another user.
    """
    check_target(path, force=force)
    save_parts(path, parts, force=force, new_mode=whole_files.usual_mode())


def save_parts(
    path: str, parts: Iterable[bytes], *, force: bool, new_mode: int = 0o600
) -> None:
    """As `save_file`, which has looked at `path`, in parts as they are made."""
    try:
        with whole_files.writing(path, replaces=force, new_mode=new_mode) as file:
            file.writelines(parts)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}", path=path) from None


_BESIDE = ("", "-journal", "-wal", "-shm", ".delivering", ".queue")  # of a database
_SQLITE = (b"SQLite format 3\0", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", b"\x37\x7f\x06")


def check_target(path: str, *, force: bool) -> None:
    """Raise OutputError where nothing may be written; see `save_file`."""
    for suffix in _BESIDE:
        if _is_sqlite(path.removesuffix(suffix)):
            raise OutputError(f"{path} is a database's", path=path)
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return
    if not stat.S_ISREG(mode):
        raise OutputError(f"{path} is not a regular file", path=path)
    if not force:
        raise OutputError(f"{path} exists", hint="replace it with --force", path=path)


def _is_sqlite(path: str) -> bool:
    """Whether it is a database or a log of one, whatever it is called.

    For when this program has none open: closing it here drops the locks on it.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        with open(path, "rb") as file:
            return file.read(16).startswith(_SQLITE)
    except (OSError, ValueError):
        return False
