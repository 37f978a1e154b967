"""What a command costs beside `BASE`, a Python that imports sqlite3 and ends.

Instructions, as callgrind counts them, are nearly the same in every run, so one is
enough. Where there is no valgrind: user CPU time, as medians of many runs that take
turns.
"""

from __future__ import annotations

import os
import pty
import re
import resource
import shlex
import shutil
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import cache
from pathlib import Path
from statistics import median
from threading import Thread
from typing import NamedTuple

_CALLGRIND = (
    "valgrind",
    "--tool=callgrind",
    f"--callgrind-out-file={os.devnull}",
)
_PAIRS = 60
_MODULE = "import calbook.api.client as client; print(client.__file__)"


class Command(NamedTuple):
    """A command line, the bookings file it uses, and what is to be done before it."""

    args: tuple[str, ...]
    db: Path | str | None = None
    prepare: Callable[[], object] | None = None
    on_terminal: bool = False

    def __str__(self) -> str:
        line = shlex.join(self.args)
        return line if self.db is None else f"CALBOOK_DB={self.db} {line}"


class Time(NamedTuple):
    """Seconds that a process took."""

    user: float
    cpu: float  # user and system
    wall: float


BASE = Command((sys.executable, "-c", "import sqlite3"))


def calbook(
    *args: str, db: Path | str, prepare: Callable[[], object] | None = None
) -> Command:
    """calbook as it is installed beside this Python, else as a module."""
    script = _script()
    start = (str(script),) if script.exists() else ("-m", "calbook")
    return Command((sys.executable, *start, *args), db, prepare)


def python(*args: object, prepare: Callable[[], object] | None = None) -> Command:
    """Python with the calbook whose commands are timed; it may not be the clone's."""
    # As a script does, and `-m` does not, `-P` leaves out the directory one is in.
    start = ("-P",) if _script().exists() else ()
    return Command((sys.executable, *start, *map(str, args)), prepare=prepare)


def _script() -> Path:
    return Path(sys.executable).with_name("calbook")


def unit() -> str:
    """What `cost` counts on this machine."""
    return "instructions" if counts_instructions() else "user CPU time (no valgrind)"


def counts_instructions() -> bool:
    return shutil.which(_CALLGRIND[0]) is not None


@cache
def cost(command: Command) -> float:
    """A command's instructions (or user CPU time) divided by those of `BASE`."""
    run(command)  # the first run writes the byte code
    if counts_instructions():
        return _instructions(command) / _instructions_of_base()
    pairs = [(timed(command).user, timed(BASE).user) for _ in range(_PAIRS)]
    return median([ours for ours, _ in pairs]) / median([base for _, base in pairs])


def timed(command: Command) -> Time:
    """One run's times."""
    if command.prepare is not None:
        command.prepare()
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run(command._replace(prepare=None))
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    user = after.ru_utime - before.ru_utime
    return Time(user, user + after.ru_stime - before.ru_stime, ended - began)


def run(command: Command, *under: str) -> subprocess.CompletedProcess[str]:
    """Run to the end, perhaps under another program; whatever fails ends the bench."""
    if command.prepare is not None:
        command.prepare()
    with _terminal() if command.on_terminal else nullcontext(subprocess.PIPE) as out:
        done = subprocess.run(
            [*under, *command.args],
            env=environment(command.db),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
    if done.returncode:
        raise SystemExit(f"bench: exit {done.returncode}: {command}\n{done.stderr}")
    return done


@contextmanager
def _terminal() -> Iterator[int]:
    """The programs' side of one of 80 columns that nobody looks at."""
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (24, 80))
    reader = Thread(target=_read_to_end, args=(ours,))
    reader.start()
    try:
        yield its
    finally:
        os.close(its)
        reader.join()
        os.close(ours)


def _read_to_end(terminal: int) -> None:
    with suppress(OSError):  # how Linux tells that nobody has it any more
        while os.read(terminal, 65536):
            pass


def timed_module() -> Path:
    """A module of that calbook."""
    return Path(run(python("-c", _MODULE)).stdout.strip())


def writes_byte_code(module: Path) -> bool:
    """Whether byte code of a module that has been loaded was kept."""
    from importlib.util import cache_from_source

    return os.path.exists(cache_from_source(str(module)))


@cache
def _instructions_of_base() -> int:
    return _instructions(BASE)


def _instructions(command: Command) -> int:
    said = run(command, *_CALLGRIND).stderr
    found = re.search(r"Collected : (\d+)", said)
    if found is None:
        raise SystemExit(f"bench: valgrind did not count {command}\n{said}")
    return int(found[1])


def environment(db: Path | str | None) -> dict[str, str]:
    """This one without what makes Python or calbook behave otherwise than usual."""
    usual = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "CALBOOK_"))
    }
    usual["PYTHONHASHSEED"] = "0"  # else counts differ by some per mille
    if db is not None:
        usual["CALBOOK_DB"] = str(db)
    return usual
