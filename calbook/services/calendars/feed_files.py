"""Files that a web server shows: always whole ones, and never a link's target."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress

from calbook import whole_files
from calbook.core.errors import OutputError

_MODE = 0o644  # a web server is another user
_DIRECTORY_MODE = 0o711  # who opens files, but need not list them


def make_directory(directory: str) -> None:
    """Make one that is not there, in which a web server opens files.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        if not os.path.isdir(directory):
            os.makedirs(directory)
            os.chmod(directory, _DIRECTORY_MODE)
    except OSError as error:
        raise _fault("make", directory, error) from None


def check_directory(directory: str) -> None:
    """It is still where it was.

    Raises:
        OutputError: it is not there on this machine, or leads elsewhere.
    """
    if not os.path.isdir(directory):
        raise OutputError(
            f"the directory {directory} of published feeds is not here",
            hint="feeds in it are left to the machine that has it; where it is gone for"
            " good, make it again to remove them",
            path=directory,
        )
    if os.path.realpath(directory) != directory:
        raise OutputError(
            f"{directory} leads elsewhere than when its feeds were published",
            path=directory,
        )


def write_file(directory: str, name: str, parts: Iterable[bytes], *, at: int) -> None:
    """What is to be read there, as of an epoch; the same bytes are left alone.

    Raises:
        OutputError: no regular file is in its place, or it cannot be written.
    """
    path = os.path.join(directory, name)
    _check_is_file(path)
    try:
        with whole_files.writing(
            path, replaces=True, mode=_MODE, leaves_same=True
        ) as file:
            file.writelines(parts)
        os.utime(path, (at, at), follow_symlinks=False)
    except OSError as error:
        raise _fault("write", path, error) from None


def remove_file(directory: str, name: str) -> None:
    """Whatever has that name, if anything has.

    Raises:
        OutputError: it cannot be deleted.
    """
    path = os.path.join(directory, name)
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _fault("delete", path, error) from None


def remove_leftovers(directory: str, *, before: int) -> None:
    """What was left of files by who was killed while writing them."""
    with suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            if not whole_files.is_temporary(entry.name):
                continue
            if entry.stat(follow_symlinks=False).st_mtime < before:
                os.unlink(entry.path)


def written_at(directory: str, name: str) -> int | None:
    """As of which epoch a file is; None where there is none."""
    try:
        found = os.lstat(os.path.join(directory, name))
    except OSError:
        return None
    return int(found.st_mtime) if stat.S_ISREG(found.st_mode) else None


def _check_is_file(path: str) -> None:
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return
    if not stat.S_ISREG(mode):
        raise OutputError(f"{path} is not a regular file", path=path)


def _fault(what: str, path: str, error: OSError) -> OutputError:
    return OutputError(f"cannot {what} {path}: {error.strerror}", path=path)
