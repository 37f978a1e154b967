"""A calendar as a directory with a file for each event (vdir), as khal and vdirsyncer
keep them.

Links in it are neither read nor written over; what begins with a dot, or does not end
with `.ics`, is no event.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from hashlib import sha256

from calbook import whole_files
from calbook.core.busy import LARGEST_FILE
from calbook.core.model import Span
from calbook.core.text import printable
from calbook.delivery.calendars.collection import (
    Collection,
    CollectionError,
    HasChanged,
    Resource,
)

_ENDING = ".ics"
_MOST_READS = 3  # of a file that is written in place meanwhile
_FINAL = frozenset({errno.ENAMETOOLONG, errno.EINVAL, errno.ELOOP, errno.EISDIR})


def open_collection(path: str) -> Collection:
    """The events in a directory; nothing is read yet."""
    return Directory(os.path.abspath(path))


class Directory:
    """See `Collection`. What it costs to write is the same as to write a file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def read_mark(self) -> str | None:
        digest = sha256()
        for name, etag in sorted(self.list_etags().items()):
            digest.update(f"{name}\0{etag}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def list_etags(self) -> dict[str, str | None]:
        try:
            with os.scandir(self._path) as entries:
                return dict(_etags(entries))
        except OSError as error:
            raise self._unreadable(error) from None

    def read(self, name: str) -> Resource | None:
        path = self._file(name)
        try:
            for _ in range(_MOST_READS):
                data, found = whole_files.read(path, most=LARGEST_FILE)
                if (etag := _etag(found)) == _etag(os.lstat(path)):
                    return Resource(name, data, etag)
        except FileNotFoundError:
            self._check_directory()
            return None
        except OSError as error:
            raise _unusable("read", name, error) from None
        raise CollectionError(f"{_shown(name)} is being written all the time")

    def read_some(self, names: Iterable[str]) -> Iterator[Resource]:
        for name in dict.fromkeys(names):
            if (resource := self.read(name)) is not None:
                yield resource

    def read_between(self, window: Span) -> Iterator[Resource]:
        failed: dict[str, CollectionError] = {}
        is_any_read = False
        for name in self.list_etags():
            try:
                resource = self.read(name)
            except CollectionError as error:
                failed[name] = error
                continue
            if resource is not None:
                is_any_read = True
                yield resource
        for name, fault in failed.items():
            if not is_any_read:
                raise fault
            yield Resource(name, b"")

    def read_free_busy(self, window: Span) -> bytes:
        raise CollectionError("a directory has no free-busy times", is_final=True)

    def create(self, name: str, data: bytes) -> str | None:
        try:
            return _etag(whole_files.save(self._file(name), data, replaces=False))
        except FileExistsError:
            raise HasChanged(f"there is a file {_shown(name)}", code=412) from None
        except OSError as error:
            raise self._unwritable(name, error) from None

    def replace(self, name: str, data: bytes, *, etag: str | None) -> str | None:
        if not self._check(name, etag):
            self._check_directory()
            raise HasChanged(f"{_shown(name)} is no longer there", code=404)
        try:
            return _etag(whole_files.save(self._file(name), data, replaces=True))
        except OSError as error:
            raise self._unwritable(name, error) from None

    def remove(self, name: str, *, etag: str | None) -> None:
        if not self._check(name, etag):
            self._check_directory()
            return
        try:
            os.unlink(self._file(name))
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritable(name, error) from None

    def end_by(self, moment: float) -> None:
        """Nobody is waited for."""

    def close(self) -> None:
        """There is nothing to let go of."""

    def _check(self, name: str, etag: str | None) -> bool:
        """Whether a file is there, as it was with an etag.

        Raises:
            HasChanged: it is another one by now.
            CollectionError: it is a link, or no regular file.
        """
        try:
            found = os.lstat(self._file(name))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _unusable("read", name, error) from None
        if not stat.S_ISREG(found.st_mode):
            raise CollectionError(
                f"{_shown(name)} is a link or no regular file, and left alone",
                is_final=True,
            )
        if etag not in (None, _etag(found)):
            raise HasChanged(f"{_shown(name)} is not as it was", code=412)
        return True

    def _file(self, name: str) -> str:
        if name.startswith(".") or "/" in name or "\0" in name or not name:
            raise CollectionError(
                f"{_shown(name)} can be no file of a calendar", is_final=True
            )
        return os.path.join(self._path, name)

    def _check_directory(self) -> None:
        """What is not there is gone, unless all of it is."""
        try:
            os.stat(self._path)
        except OSError as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: OSError) -> CollectionError:
        return CollectionError(
            f"cannot read {printable(self._path)}: {error.strerror}", is_reached=False
        )

    def _unwritable(self, name: str, error: OSError) -> CollectionError:
        self._check_directory()
        return _unusable("write", name, error)


def _etags(entries: Iterable[os.DirEntry[str]]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        if entry.name.startswith(".") or not entry.name.endswith(_ENDING):
            continue
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:  # taken away meanwhile
            continue
        if stat.S_ISREG(found.st_mode):
            yield entry.name, _etag(found)


def _etag(found: os.stat_result) -> str:
    return f"{found.st_mtime_ns}-{found.st_ino}-{found.st_size}"


def _unusable(what: str, name: str, error: OSError) -> CollectionError:
    return CollectionError(
        f"cannot {what} {_shown(name)}: {error.strerror}",
        is_final=error.errno in _FINAL,
    )


def _shown(name: str) -> str:
    return printable(name[:100])
