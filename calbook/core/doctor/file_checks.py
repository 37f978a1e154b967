"""What may be wrong with a file, where it lies, and with the SQLite that reads it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from calbook.core.doctor.findings import (
    CRITICAL,
    MOST_NAMED,
    Finding,
    make_finding,
    name_some,
    size_text,
)
from calbook.core.errors import CalbookError

# As the kernel names them; on FUSE, what stands behind `fuse.`.
_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|afs|ncpfs|9p|virtiofs|vboxsf|prl_fs|vmhgfs|ceph|lustre"
    r"|gpfs|beegfs|gluster\w*|davfs2?|sshfs|rclone|s3fs|gcsfuse|goofys|curlftpfs"
    r"|vmhgfs-fuse|google-drive-ocamlfuse|onedriver"
)
_LEAST_SPACE, _NO_SPACE = 100_000_000, 10_000_000  # bytes
_STALE = 60  # seconds after which nobody is in the middle of a write
_OLDEST_SQLITE = (3, 38, 0)
# From the first to the last version with a fault, but those that have it mended.
_WAL_RESET = ((3, 7, 0), (3, 51, 2))  # sqlite.org/wal.html#walresetbug
_WAL_MENDED = ((3, 44, 6), (3, 50, 7))  # and later of that branch
_WITHDRAWN = (3, 52, 0)  # sqlite.org/chronology.html


MEMORY = ":memory:"


class FileFacts(NamedTuple):
    """A bookings file as it was found, before it was opened; sizes are bytes.

    `journal_age` are the seconds since a hot journal was written, None without one.
    `allowed_mode` is what new files have here; `obstacle` why it cannot be written,
    `fault` why it cannot be read. `version` is that of its tables, `newest` of today's.
    `left` are copies of programs that were killed.
    """

    path: str
    sqlite: tuple[int, int, int]
    exists: bool = False
    is_regular: bool = True
    size: int = 0
    mode: int = 0
    allowed_mode: int = 0o600
    owner: str = ""
    group: str = ""
    is_own: bool = True
    file_system: str | None = None
    free: int | None = None
    version: int | None = None
    newest: int = 0
    fault: CalbookError | None = None
    is_wal: bool = False
    has_wal_file: bool = False
    journal_age: float | None = None
    copies: Sequence[tuple[str, int]] = ()
    left: Sequence[str] = ()
    obstacle: str | None = None
    obstacle_hint: str | None = None

    @property
    def is_in_memory(self) -> bool:
        return self.path == MEMORY

    @property
    def is_behind(self) -> bool:
        """An older calbook made its tables."""
        return self.version is not None and 0 < self.version < self.newest

    @property
    def is_missing(self) -> bool:
        """An empty one has no bookings either."""
        is_empty = self.is_regular and not self.size and not self.is_in_memory
        return not self.exists or is_empty


def check_file(file: FileFacts) -> Iterator[Finding]:
    yield from _check_sqlite(file)
    if file.file_system and is_network(file.file_system):
        yield make_finding(
            "network_drive",
            f"{file.path} lies on a network drive ({file.file_system}),"
            " where locks are not reliable",
            fileSystem=file.file_system,
        )
    if not file.exists:
        return
    if file.obstacle:
        yield make_finding("not_writable", file.obstacle, hint=file.obstacle_hint)
    if file.is_behind:
        yield make_finding(
            "older_tables",
            f"the tables are of version {file.version}: the next command that uses"
            f" them brings them to {file.newest}",
            version=file.version,
            newest=file.newest,
        )
    if file.left:
        named = file.left[:MOST_NAMED]
        yield make_finding(
            "copies_left",
            "left by programs that were stopped, with what was booked in it:"
            f" {name_some(file.left)}",
            hint=f"rm -r {shlex.join(named)}",
            paths=list(named),
        )
    yield from _check_rights(file)
    yield from _check_logs(file)
    yield from _check_space(file)


def is_network(file_system: str) -> bool:
    return bool(_NETWORK.fullmatch(file_system.removeprefix("fuse.")))


def _check_sqlite(file: FileFacts) -> Iterator[Finding]:
    version = file.sqlite
    said = ".".join(map(str, version))
    if version < _OLDEST_SQLITE:
        yield make_finding(
            "sqlite_fault",
            f"SQLite {said} is too old: calbook needs 3.38",
            severity=CRITICAL,
        )
    elif version == _WITHDRAWN:
        yield make_finding("sqlite_fault", f"SQLite {said} was withdrawn by its makers")
    elif file.is_wal and _has_wal_fault(version):
        yield make_finding(
            "sqlite_fault",
            f"SQLite {said} can lose changes of a file in WAL mode, as {file.path} is",
            hint="use a Python with SQLite 3.51.3 or newer",
        )


def _has_wal_fault(version: tuple[int, int, int]) -> bool:
    first, last = _WAL_RESET
    is_mended = any(m <= version and m[:2] == version[:2] for m in _WAL_MENDED)
    return first <= version <= last and not is_mended


def _check_rights(file: FileFacts) -> Iterator[Finding]:
    shared = 0o060 if file.mode & 0o060 == 0o060 else 0  # as `db share` leaves it
    if file.mode & 0o077 & ~(file.allowed_mode | shared):
        yield make_finding(
            "readable_by_others",
            f"{file.path} is open to others than its owner (mode {file.mode:04o})",
            name=file.path,
            mode=f"{file.mode:04o}",
        )
    if not (file.is_own or shared):
        yield make_finding(
            "other_owner",
            f"{file.path} is {file.owner}'s, and is not shared with a group",
            owner=file.owner,
        )


def _check_logs(file: FileFacts) -> Iterator[Finding]:
    if file.journal_age is not None and file.journal_age > _STALE:
        yield make_finding(
            "journal_left",
            f"{file.path}-journal was left by a program that was stopped in the"
            " middle of a write, which is taken back",
        )
    if file.is_wal and not file.has_wal_file:
        yield make_finding(
            "wal_left", f"{file.path} was left in WAL mode by another program"
        )


def _check_space(file: FileFacts) -> Iterator[Finding]:
    if file.free is None or file.free >= max(2 * file.size, _LEAST_SPACE):
        return
    yield make_finding(
        "little_space",
        f"{size_text(file.free)} are free beside {file.path},"
        f" which has {size_text(file.size)}",
        severity=CRITICAL if file.free < max(_NO_SPACE, file.size) else None,
        free=file.free,
        size=file.size,
    )


def find_file_system(mountinfo: str, path: str) -> str | None:
    """The kind of file system that a path lies on, by the kernel's list (proc(5))."""
    found: tuple[int, str] | None = None
    for line in mountinfo.splitlines():
        mount, separator, rest = line.partition(" - ")
        fields = mount.split()
        if not separator or len(fields) < 5 or not rest:
            continue
        point = re.sub(r"\\(\d{3})", lambda o: chr(int(o[1], 8)), fields[4])
        within = point.rstrip("/") + "/"
        # A later line lies over an earlier one of the same place.
        if f"{path}/".startswith(within) and (not found or len(within) >= found[0]):
            found = len(within), rest.split()[0]
    return found and found[1]
