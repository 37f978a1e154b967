"""Commands as people type them, against the start of a bare Python."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from calbook.core.time import times

from . import books, processes
from .figures import Figure
from .processes import Command, calbook

_SIZE = 1_000
_DAILY = ("--repeat", "daily", "--count", "730")
_PERSON = ("--name", books.ATTENDEE["name"], "--email", books.ATTENDEE["email"])


def figures(directory: Path) -> Iterator[Figure]:
    """The frequent commands and a completion on a file of 1,000 bookings."""
    book = books.full(directory / "thousand.db", _SIZE)
    yield _figure(
        "list --json, 50 of 1,000 bookings",
        calbook("list", "--json", "--limit", "50", db=book.path),
        at_most=2.2,
    )
    show = calbook("show", books.nth_uid(_SIZE // 2), "--json", db=book.path)
    yield _figure("show --json", show, at_most=1.9)
    yield _figure("next", calbook("next", db=book.path), at_most=2.2)
    create = _creating(book, directory / "copy.db")
    yield _figure("create --json", create, at_most=3.6)
    yield _series(create, _creating(book, directory / "daily.db", *_DAILY))
    yield _figure(
        "slots --json, 30 days of 1,000 bookings",
        calbook("slots", "--json", "--event", "demo", "--days", "30", db=book.path),
        at_most=4.0,
    )
    yield _figure(
        "calbook __complete uids",
        calbook("__complete", "uids", db=book.path),
        at_most=1.2,
    )
    version = calbook("--version", db=book.path)
    yield _figure("calbook --version", version, at_most=0.8)


def _series(single: Command, series: Command) -> Figure:
    return Figure(
        f"create of 730 dates / create, {processes.unit()}",
        processes.cost(series) / processes.cost(single),
        at_most=20,
        how=(str(series), str(single)),
    )


def _creating(book: books.Book, copy: Path, *more: str) -> Command:
    """Books a free half hour amid the others, each time in a new copy of the file."""
    free = times.wall_time(book.start(_SIZE // 2), books.ZONE) + books.HALF
    return calbook(
        *("create", "--json", "--event", "demo", "--start", f"{free:%Y-%m-%dT%H:%M}"),
        *_PERSON,
        *more,
        db=copy,
        prepare=lambda: shutil.copyfile(book.path, copy),
    )


def _figure(name: str, command: Command, *, at_most: float) -> Figure:
    return Figure(
        f"{name} / BASE, {processes.unit()}",
        processes.cost(command),
        at_most=at_most,
        how=(f"BASE: {processes.BASE}", str(command)),
    )
