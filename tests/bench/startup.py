"""Commands as people type them, against the start of a bare Python."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from calbook.core.time import times

from . import books, processes
from .books import Book
from .figures import Figure
from .processes import Command, calbook

_DAILY = ("--repeat", "daily", "--count", "730")
_FIFTY = ("--limit", "50")
_MONTH = ("--event", "demo", "--days", "30")
_PERSON = ("--name", books.ATTENDEE["name"], "--email", books.ATTENDEE["email"])


def figures(directory: Path, book: Book) -> Iterator[Figure]:
    """The frequent commands, on a file that has 1,000 bookings."""
    run = partial(calbook, db=book.path)
    uid, day = books.nth_uid(book.size // 2), f"{book.first:%Y-%m-%d}"
    full_week = books.full(directory / "week.db", 40).path
    create = _creating(book, directory / "copy.db")
    series = _creating(book, directory / "daily.db", *_DAILY)
    commands = {
        "list --json, 50 of 1,000 bookings": (2.2, run("list", "--json", *_FIFTY)),
        "show --json": (1.9, run("show", uid, "--json")),
        "next": (2.2, run("next")),
        "create --json": (3.6, create),
        "slots --json, 30 days": (4.0, run("slots", "--json", *_MONTH)),
        "calbook __complete uids": (1.2, run("__complete", "uids")),
        "calbook --version": (0.8, run("--version")),
        "ics UID": (5.5, run("ics", uid)),
        "list of 50 on a terminal": (7.0, _shown(run("list", *_FIFTY))),
        "agenda of 40 on a terminal": (
            7.0,
            _shown(run("agenda", "--from", day, db=full_week)),
        ),
        "week of 40 on a terminal": (
            7.0,
            _shown(run("week", "--of", day, db=full_week)),
        ),
    }
    _count([*(command for _, command in commands.values()), series])
    for name, (most, command) in commands.items():
        yield Figure(
            f"{name} / BASE",
            processes.cost(command),
            at_most=most,
            unit=processes.unit(),
            how=(f"BASE: {processes.BASE}", str(command)),
        )
    yield Figure(
        "create of 730 dates / create",
        processes.cost(series) / processes.cost(create),
        at_most=3,
        unit=processes.unit(),
        how=(str(series), str(create)),
    )


def _shown(command: Command) -> Command:
    return command._replace(args=(*command.args, "--no-pager"), on_terminal=True)


def _count(commands: list[Command]) -> None:
    """Side by side: instructions do not mind, and are kept."""
    if processes.counts_instructions():
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(processes.cost, commands))


def _creating(book: Book, copy: Path, *more: str) -> Command:
    """Books a free half hour amid the others, each time in a new copy of the file."""
    free = times.wall_time(book.start(book.size // 2), books.ZONE) + books.HALF
    return calbook(
        *("create", "--json", "--event", "demo", "--start", f"{free:%Y-%m-%dT%H:%M}"),
        *_PERSON,
        *more,
        db=copy,
        prepare=lambda: shutil.copyfile(book.path, copy),
    )
