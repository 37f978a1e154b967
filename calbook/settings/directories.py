"""Directories of the user's own, for settings, bookings and reports."""

from __future__ import annotations

import os
from contextlib import suppress


def make_directory(path: str) -> None:
    """Make a directory of the user's own, and what is missing above it.

    For nobody else, whatever the umask: `makedirs` leaves that to it above the last.
    """
    if not os.path.isdir(path):
        make_directory(os.path.dirname(os.path.abspath(path)))
        with suppress(FileExistsError):  # made meanwhile
            os.mkdir(path, 0o700)
