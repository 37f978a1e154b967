"""How much memory long answers take, and that ten times as many take no more."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from . import books, processes
from .books import Book
from .figures import Figure
from .processes import Command, calbook

# By what is said of them; one is for a terminal.
ANSWERS = {
    "list --all --json": ("list", "--all", "--json"),
    "list --all --jsonl": ("list", "--all", "--jsonl"),
    "list --all --csv": ("list", "--all", "--csv"),
    "list --all": ("list", "--all"),
    "list --all --color always": ("list", "--all", "--color", "always"),
    "list --all --sort": ("list", "--all", "--sort", "attendee.name,startTime"),
    "list --occurrences --jsonl": ("list", "--occurrences", "--jsonl"),
    "agenda of a year --json": ("agenda", "--days", "366", "--json"),
    "ics --feed --json": ("ics", "--feed", "--json"),
    "export": ("export",),
    "export --format csv": ("export", "--format", "csv"),
    "ics --feed": ("ics", "--feed"),
    "export --person": ("export", "--person", books.ATTENDEE["email"]),
}


def figures(few: Book, many: Book) -> Iterator[Figure]:
    """Each answer's peak with many bookings, against that with few."""
    for name in ANSWERS:
        yield growth(name, few, many)


def growth(name: str, few: Book, many: Book) -> Figure:
    commands = [calbook(*ANSWERS[name], db=book.path) for book in (few, many)]
    processes.run(commands[0])  # the first run writes the byte code
    before, after = map(peak, commands)
    return Figure(
        f"memory of {name}, {many.size:,} bookings ({after:.0f} MB) / {few.size:,}",
        after / before,
        # Of a person the keys of all lines are kept.
        at_most=2 if "--person" in name else 1.5,
        unit="peak memory",
        how=tuple(map(str, commands)),
    )


# What a process had before it became another program counts as that one's too: so it
# comes from one that has next to nothing.
_LAUNCHER = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(pid, 0)
print(used.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def peak(command: Command) -> float:
    """The most that a command had in memory at once, in MB."""
    done = subprocess.run(
        [sys.executable, "-IS", "-c", _LAUNCHER, *command.args],
        env=processes.environment(command.db),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=True,
    )
    return int(done.stderr.split()[-1]) / 1024
