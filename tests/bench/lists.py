"""What other calendar programs for the terminal take to list as many events.

Their events are as plain as iCalendar allows, and khal's cache is warm.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from . import books, processes
from .books import Book
from .figures import Figure
from .processes import Command, calbook

_KHAL = """\
[calendars]
[[bench]]
path = {directory}/events
[locale]
local_timezone = {zone}
default_timezone = {zone}
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
timeformat = %H:%M
[sqlite]
path = {directory}/cache.db
"""
_EVENT = """\
BEGIN:VEVENT
UID:{place}
DTSTAMP:{start:%Y%m%dT%H%M%SZ}
DTSTART:{start:%Y%m%dT%H%M%SZ}
DTEND:{end:%Y%m%dT%H%M%SZ}
SUMMARY:Ada Lovelace
END:VEVENT
"""
_CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//calbook//bench//EN
{events}END:VCALENDAR
"""


def figures(directory: Path, book: Book, *, pairs: int) -> Iterator[Figure]:
    """Their lists against calbook's, both printed into a pipe."""
    ours = calbook("list", "--all", db=book.path)
    for name, listing, at_least in (
        ("khal", _khal, 8.0),
        ("calcurse", _calcurse, None),  # written in C, and keeps no bookings
    ):
        title = f"{name}'s list of {book.size:,} events / calbook's"
        program = _find(name)
        if program is None:
            yield Figure(title, at_least=at_least, why_not=f"{name} not installed")
            continue
        theirs = listing(program, book, directory / name)
        yield from _compare(title, theirs, ours, at_least, pairs=pairs, size=book.size)


def _find(name: str) -> str | None:
    """Beside this Python, or where programs are looked for."""
    beside = shutil.which(name, path=str(Path(sys.executable).parent))
    return beside or shutil.which(name)


def _compare(
    title: str,
    theirs: Command,
    ours: Command,
    at_least: float | None,
    *,
    pairs: int,
    size: int,
) -> Iterator[Figure]:
    _check(theirs, size)
    _check(ours, size)
    times = [(processes.timed(theirs), processes.timed(ours)) for _ in range(pairs)]
    how = str(theirs), str(ours)
    for measure, ratios in (
        ("CPU time", [t.cpu / o.cpu for t, o in times]),
        ("wall time", [t.wall / o.wall for t, o in times]),
    ):
        yield Figure(title, median(ratios), at_least=at_least, unit=measure, how=how)


def _khal(khal: str, book: Book, directory: Path) -> Command:
    """Each event has a file of its own."""
    events = directory / "events"
    events.mkdir(parents=True)
    for place, event in enumerate(_events(book)):
        _write(events / f"{place}.ics", _CALENDAR.format(events=event))
    config = directory / "config"
    config.write_text(
        _KHAL.format(directory=directory, zone=books.ZONE), encoding="utf-8"
    )
    first, days = _range(book)
    return Command((khal, "--config", str(config), "list", first, f"{days}d"))


def _calcurse(calcurse: str, book: Book, directory: Path) -> Command:
    directory.mkdir()
    file = directory / "events.ics"
    _write(file, _CALENDAR.format(events="".join(_events(book))))
    place = calcurse, "-D", str(directory), "-C", str(directory), "-q"
    processes.run(Command((*place, "-i", str(file))))
    first, days = _range(book)
    date_form = ("--input-datefmt", "4")  # year, month, day
    return Command((*place, *date_form, "-Q", "--from", first, "--days", str(days)))


def _events(book: Book) -> Iterator[str]:
    for place in range(book.size):
        start = book.start(place)
        yield _EVENT.format(place=place, start=start, end=start + books.HALF)


def _range(book: Book) -> tuple[str, int]:
    return f"{book.first:%Y-%m-%d}", book.size // 24 + 2


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\r\n")


def _check(command: Command, size: int) -> None:
    """A first run, which also fills caches: it must list every event."""
    listed = processes.run(command).stdout.count(books.ATTENDEE["name"])
    if listed != size:
        raise SystemExit(f"bench: {listed} events instead of {size}: {command}")
