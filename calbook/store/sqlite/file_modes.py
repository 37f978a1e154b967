"""Who may use a bookings file and what is made beside it: modes and groups.

A file is its owner's alone, unless `CALBOOK_UMASK` says otherwise or the file that it
belongs to is shared.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress

_ALONE = 0o600
_EVERYBODY = 0o666
_OTHERS = 0o077  # the bits of all but the owner


def new_file_mode() -> int:
    """The mode of a new file: 0600, or what `CALBOOK_UMASK` leaves of 0666.

    Raises:
        BadInput: the variable is no umask, or takes the owner's own rights away.
    """
    umask = os.environ.get("CALBOOK_UMASK")
    if not umask:
        return _ALONE
    if re.fullmatch("0?[0-7]{1,3}", umask) and not int(umask, 8) & _ALONE:
        return _EVERYBODY & ~int(umask, 8)
    from calbook.core.errors import BadInput
    from calbook.core.text import printable

    raise BadInput(
        f"CALBOOK_UMASK is no umask: {printable(umask[:80])}",
        hint="0007 lets the group in, 0077 the owner alone",
    )


def set_new_mode(descriptor: int, mode: int) -> None:
    """Give a file that we made the mode that it shall have, whatever the umask."""
    if hasattr(os, "fchmod"):  # not on Windows
        os.fchmod(descriptor, mode)


def share_as(descriptor: int, like: str) -> None:
    """Give a file that we made the owner, group and mode of another, where we may."""
    _share(descriptor, like, keeps_owner=False)


def share_with_group(descriptor: int, like: str) -> None:
    """Give a file that we made the group and mode of another; it stays ours."""
    _share(descriptor, like, keeps_owner=True)


def _share(descriptor: int, like: str, *, keeps_owner: bool) -> None:
    """Whom the other's group lets in comes in only if the file gets that group."""
    mode = new_file_mode()
    if not hasattr(os, "fchown"):  # Windows
        return
    with suppress(OSError):
        wanted = os.stat(like)
        if is_shared(wanted):
            mode = wanted.st_mode & _EVERYBODY | _ALONE
        if not keeps_owner:
            _change_owner(descriptor, wanted)
        elif is_shared(wanted):
            os.fchown(descriptor, -1, wanted.st_gid)
        os.fchmod(descriptor, mode)


def _change_owner(descriptor: int, wanted: os.stat_result) -> None:
    try:
        os.fchown(descriptor, wanted.st_uid, wanted.st_gid)
    except PermissionError:
        os.fchown(descriptor, -1, wanted.st_gid)


def is_shared(found: os.stat_result) -> bool:
    """Whether a file's mode lets in anybody but its owner."""
    return bool(found.st_mode & _OTHERS)


def describe(found: os.stat_result) -> str:
    """`grace:staff 0640`; numbers where the system knows no names."""
    mode = stat.S_IMODE(found.st_mode)
    return f"{user_name(found.st_uid)}:{group_name(found.st_gid)} {mode:04o}"


def user_name(number: int) -> str:
    try:
        import pwd

        return pwd.getpwuid(number).pw_name
    except (ImportError, KeyError):
        return str(number)


def group_name(number: int) -> str:
    try:
        import grp

        return grp.getgrgid(number).gr_name
    except (ImportError, KeyError):
        return str(number)
