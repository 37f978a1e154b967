"""The waiting line of those who write to a file: who came first writes first.

SQLite lets a writer that waits look again now and then, and whoever looks at the right
moment is next. So writers first lock bytes of a file beside the database: each the byte
that is the moment at which it came, then all before it, which the kernel grants when
nobody is left there. A process that dies lets go of them.

SQLite's lock stays the truth. Where the file or such locks cannot be had, and beside
programs that know nothing of them, a writer looks now and then. The file is made when
somebody has waited long for the first time, and stays: who removed it might remove
another's.
"""

from __future__ import annotations

import _thread
import os
import time
from contextlib import suppress

_SLICE_SECONDS = 0.1  # after which a signal is heard, whichever thread it came to
_LOOK_SECONDS = 0.01
_LONGEST_SECONDS = 3  # after which one looks as well: a stopped process never leaves
_TRIES = 5
_stuck: set[int] = set()  # threads that wait behind a stopped process
_FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_UNSUPPORTED = (ImportError, AttributeError, OSError)  # Windows, macOS, a file system


def queue_file(real_path: str) -> str:
    """Where those who write to a file wait."""
    return f"{real_path}.queue"


class WriteQueue:
    """A writer's place in the line, from joining to the end of `with`."""

    def __init__(self, real_path: str) -> None:
        self._path = real_path
        self._descriptor: int | None = None

    def __enter__(self) -> WriteQueue:
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            with suppress(*_UNSUPPORTED):
                _set_lock(self._descriptor, "UNLCK", 0, 0)  # also for a forked process
            os.close(self._descriptor)
            self._descriptor = None

    def join(self, deadline: float) -> None:
        """Wait for one's turn where there is a line, up to a monotonic time."""
        name = queue_file(self._path)
        if not os.access(name, os.F_OK):  # as mostly
            return
        with suppress(*_UNSUPPORTED):
            self._descriptor = os.open(name, _FLAGS)
            _wait_for_turn(self._descriptor, deadline)

    def form(self, deadline: float) -> None:
        """Make the line where there is none, and join it: SQLite was asked in vain."""
        if self._descriptor is None:
            _make(queue_file(self._path), self._path)
            self.join(deadline)


def _make(name: str, path: str) -> None:
    from calbook.store.sqlite.file_modes import share_as

    try:
        descriptor = os.open(name, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        return
    share_as(descriptor, path)
    os.close(descriptor)


def _wait_for_turn(descriptor: int, deadline: float) -> None:
    now = _take_place(descriptor)
    try:
        _set_lock(descriptor, "WRLCK", 0, now)
    except BlockingIOError:
        _wait_for_those_before(descriptor, now, deadline)


def _take_place(descriptor: int) -> int:
    """Where one stands, unless one who came later was faster and has all before it."""
    for _ in range(_TRIES):
        with suppress(BlockingIOError):
            now = time.time_ns()
            _set_lock(descriptor, "WRLCK", now, 1)
            return now
    raise BlockingIOError


def _wait_for_those_before(descriptor: int, now: int, deadline: float) -> None:
    """In a thread of its own, as the kernel waits without an end that one can set.

    One that waits in vain goes on until the stopped process does; others would too.
    """
    deadline = min(deadline, time.monotonic() + _LONGEST_SECONDS)
    if _stuck:
        _look_now_and_then(descriptor, now, deadline)
        return
    came, its_own = _thread.allocate_lock(), os.dup(descriptor)
    came.acquire()

    def wait() -> None:
        try:
            _set_lock(its_own, "WRLCK", 0, now, waits=True)
        except OSError:  # then one looks
            pass
        finally:
            os.close(its_own)
            came.release()
            _stuck.discard(its_own)

    try:
        _thread.start_new_thread(wait, ())
    except RuntimeError:
        os.close(its_own)
        return
    while not came.acquire(timeout=_SLICE_SECONDS):
        if time.monotonic() >= deadline:
            _stuck.add(its_own)
            if came.acquire(blocking=False):  # just now
                _stuck.discard(its_own)
            return


def _look_now_and_then(descriptor: int, now: int, deadline: float) -> None:
    while time.monotonic() < deadline:
        with suppress(BlockingIOError):
            _set_lock(descriptor, "WRLCK", 0, now)
            return
        time.sleep(_LOOK_SECONDS)


def _set_lock(
    descriptor: int, kind: str, start: int, length: int, *, waits: bool = False
) -> None:
    """Of the open file, as of Linux: one of the process goes when any copy is closed.

    Raises:
        BlockingIOError: another has it.
        ImportError, AttributeError, OSError: there are no such locks here.
    """
    import fcntl
    import struct

    command = "F_OFD_SETLKW" if waits else "F_OFD_SETLK"
    how = getattr(fcntl, f"F_{kind}")
    asked = struct.pack("hhqqi", how, os.SEEK_SET, start, length, 0)
    fcntl.fcntl(descriptor, getattr(fcntl, command), asked)
