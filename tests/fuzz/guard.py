"""What a target may use: 2 seconds of processor time, and 300 MB more than before."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 2.0
MEGABYTES = 300


class Hang(BaseException):
    """It went on for more than `SECONDS`; no handler of errors may swallow it."""


@contextmanager
def bounded_time(seconds: float = SECONDS) -> Iterator[None]:
    """Raise `Hang` in what takes longer, whatever else the machine does meanwhile."""

    def stop(*_: object) -> None:
        raise Hang(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def bounded_memory() -> Iterator[None]:
    """A MemoryError for what takes more."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + MEGABYTES * 1_000_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
