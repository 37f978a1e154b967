"""A long series in one transaction, against a single booking."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from calbook import Client

from . import books
from .books import Book
from .figures import Figure

_DATES = 730
_TURNS = 5
_SINGLES = 40

Clock = Callable[[], float]


def figures(directory: Path) -> Iterator[Figure]:
    """All of a call with its commit, as people wait for it; then its CPU time alone."""
    blank = books.empty(directory / "series.db")
    clocks = {"time": perf_counter, "CPU time": process_time}
    yield from compare(blank, blank.path, clocks)


def compare(
    blank: Book, place: Path | str, clocks: Mapping[str, Clock], *, on: str = ""
) -> Iterator[Figure]:
    """In a place that has what the book has."""
    hours = count(2)  # each series has an hour of the day to itself
    later = count(24 * (_DATES + 10))
    with books.opened(place) as client:
        book = partial(_book, client, blank)
        book(0)  # what is loaded once
        book(1, _daily(2))
        for unit, clock in clocks.items():
            long = [
                _cost(clock, partial(book, next(hours), _daily(_DATES)))
                for _ in range(_TURNS)
            ]
            single = [_cost(clock, partial(book, next(later))) for _ in range(_SINGLES)]
            yield Figure(
                f"a series of {_DATES} dates / one booking{on}",
                median(long) / median(single),
                at_most=8,
                unit=unit,
                how=(f"bookings.create(recurring=…{_DATES}…) / bookings.create(…)",),
            )


def _daily(dates: int) -> dict[str, object]:
    return {"frequency": "DAILY", "count": dates}


def _cost(clock: Clock, act: Callable[[], object]) -> float:
    began = clock()
    act()
    return clock() - began


def _book(
    client: Client, blank: Book, hour: int, recurring: dict[str, object] | None = None
) -> None:
    start = blank.first + hour * books.HOUR
    wanted = {**books.wanted(blank, 0), "start_time": start}
    client.calendar.bookings.create(**wanted, recurring=recurring)
