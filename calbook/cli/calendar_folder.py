"""A folder of calendar files, one for each booking, as CalDAV tools sync it (vdir)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from calbook import whole_files
from calbook.cli.file_output import save_shared_file
from calbook.core.errors import AmbiguousUid, NotFound, OutputError

if TYPE_CHECKING:
    from calbook.api.client import Client

_OURS = b"PRODID:-//calbook//"
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)


def update(
    client: Client,
    folder: str,
    files: Iterable[tuple[str, str]],
    alarm: int | None,
    *,
    force: bool,
) -> dict[str, Any]:
    """Write the `files` that changed, by uid, and bring older ones up to date.

    What calbook wrote before of other bookings is written as it is now, or removed
    where the booking is cancelled. A file of anything else is left alone.

    Raises:
        OutputError: a file of that name is not calbook's and `force` is not given,
            or something cannot be read or written.
    """
    _make(folder)
    known = set()
    done: dict[str, Any] = {"path": folder, "written": 0, "unchanged": 0, "removed": 0}
    for uid, text in files:
        known.add(_name(uid))
        done[_write(os.path.join(folder, _name(uid)), text.encode(), force=force)] += 1
    for name in sorted(set(os.listdir(folder)) - known):
        path, uid = os.path.join(folder, name), name.removesuffix(".ics")
        if not _PLAIN.fullmatch(uid) or _name(uid) != name or not _is_ours(path, uid):
            continue
        if change := _update_older(client, path, uid, alarm):
            done[change] += 1
    return done


def _make(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make {folder}: {error.strerror}") from None


def _name(uid: str) -> str:
    """A uid that could lead elsewhere, or be no name, is known by its digest."""
    plain = uid if _PLAIN.fullmatch(uid) else sha256(uid.encode()).hexdigest()
    return f"{plain}.ics"


def _write(path: str, data: bytes, *, force: bool) -> str:
    """Whether it was written or is unchanged; a link is never followed."""
    found = _read(path)
    if found == data:
        return "unchanged"
    is_ours = found is not None and _OURS in found
    save_shared_file(path, [data], force=force or is_ours)
    return "written"


def _read(path: str) -> bytes | None:
    """What is in a regular file; None for anything else."""
    try:
        return whole_files.read(path)[0]
    except OSError:
        return None


def _is_ours(path: str, uid: str) -> bool:
    data = _read(path)
    return data is not None and _OURS in data and f"UID:{uid}@".encode() in data


def _update_older(client: Client, path: str, uid: str, alarm: int | None) -> str | None:
    """What became of it; nothing of a booking that is in another file of bookings."""
    bookings = client.calendar.bookings
    try:
        booking = bookings.get(uid)
    except (NotFound, AmbiguousUid):
        return None
    if booking.uid != uid:
        return None
    if booking.status == "CANCELLED":
        os.unlink(path)
        return "removed"
    text = bookings.get_ics(uid, method="none", alarm=alarm)
    return _write(path, text.encode(), force=False)
