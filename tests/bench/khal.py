"""khal, a calendar program for the terminal, listing as many events as calbook.

Its events are as plain as iCalendar allows, and its cache is warm.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from . import books, processes
from .books import Book
from .figures import Figure
from .processes import Command, calbook

_SIZE = 1_000
_PAIRS = 15
_NAME = f"khal's list of {_SIZE:,} events / calbook's"
_AT_LEAST = 6

_CONFIG = """\
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
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//calbook//bench//EN
BEGIN:VEVENT
UID:{place}
DTSTAMP:{start:%Y%m%dT%H%M%SZ}
DTSTART:{start:%Y%m%dT%H%M%SZ}
DTEND:{end:%Y%m%dT%H%M%SZ}
SUMMARY:Ada Lovelace
END:VEVENT
END:VCALENDAR
"""


def figures(directory: Path) -> Iterator[Figure]:
    """khal's list against calbook's, both printed into a pipe."""
    khal = shutil.which("khal")
    if khal is None:
        yield Figure(_NAME, at_least=_AT_LEAST, why_not="khal not installed")
        return
    book = books.full(directory / "events.db", _SIZE)
    theirs = _listing(khal, book, directory / "khal")
    ours = calbook("list", "--all", db=book.path)
    _check(theirs)
    _check(ours)
    times = [(processes.timed(theirs), processes.timed(ours)) for _ in range(_PAIRS)]
    how = str(theirs), str(ours)
    for measure, ratios in (
        ("CPU time", [t.cpu / o.cpu for t, o in times]),
        ("wall time", [t.wall / o.wall for t, o in times]),
    ):
        yield Figure(f"{_NAME}, {measure}", median(ratios), at_least=_AT_LEAST, how=how)


def _listing(khal: str, book: Book, directory: Path) -> Command:
    events = directory / "events"
    events.mkdir(parents=True)
    for place in range(book.size):
        start = book.start(place)
        event = _EVENT.format(place=place, start=start, end=start + books.HALF)
        name = events / f"{place}.ics"
        name.write_text(event, encoding="utf-8", newline="\r\n")
    config = directory / "config"
    config.write_text(
        _CONFIG.format(directory=directory, zone=books.ZONE), encoding="utf-8"
    )
    days = f"{book.size // 24 + 2}d"
    first = f"{book.first:%Y-%m-%d}"
    return Command((khal, "--config", str(config), "list", first, days))


def _check(command: Command) -> None:
    """A first run, which also fills caches: it must list every event."""
    listed = processes.run(command).stdout.count(books.ATTENDEE["name"])
    if listed != _SIZE:
        raise SystemExit(f"bench: {listed} events instead of {_SIZE}: {command}")
