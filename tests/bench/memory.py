"""How much memory long answers take, and that ten times as many take no more."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from . import books, processes
from .books import Book
from .figures import Figure
from .processes import Command, calbook

# By what is said of them; each is written into a pipe.
ANSWERS = {
    "list --all --json": ("list", "--all", "--json"),
    "list --all --jsonl": ("list", "--all", "--jsonl"),
    "list --all --csv": ("list", "--all", "--csv"),
    "list --all": ("list", "--all"),
    "list --occurrences --jsonl": ("list", "--occurrences", "--jsonl"),
    "agenda of a year --json": ("agenda", "--days", "366", "--json"),
    "export": ("export",),
    "export --format csv": ("export", "--format", "csv"),
}


def figures(directory: Path, *, small: int, large: int) -> Iterator[Figure]:
    """Each answer's peak with many bookings, against that with a tenth of them."""
    few, many = (
        books.full(directory / f"memory-{size}.db", size) for size in (small, large)
    )
    for name in ANSWERS:
        yield growth(name, few, many)


def growth(name: str, few: Book, many: Book) -> Figure:
    commands = [calbook(*ANSWERS[name], db=book.path) for book in (few, many)]
    before, after = map(peak, commands)
    return Figure(
        f"memory of {name}, {many.size:,} bookings ({after:.0f} MB) / {few.size:,}",
        after / before,
        at_most=1.25,
        how=tuple(map(str, commands)),
    )


def peak(command: Command) -> float:
    """The most that a command had in memory at once, in MB."""
    with subprocess.Popen(
        command.args,
        env=processes.environment(command.db),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        while process.stdout.read(1 << 16):
            pass
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"bench: exit {process.returncode}: {command}")
    return used.ru_maxrss / 1024
