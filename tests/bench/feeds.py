"""A feed of many bookings, against icalendar writing the same events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median
from time import process_time
from typing import Any

from . import books
from .books import Book
from .figures import Figure

_TURNS = 5
_Events = list[dict[str, Any]]


def figures(book: Book) -> Iterator[Figure]:
    """CPU time; ours reads the bookings from the file, theirs has them at hand."""
    with books.opened(book.path) as client:
        feed = client.calendar.bookings.get_feed
        events = _read(feed())
        pairs = [(_cost(feed), _cost(lambda: _write(events))) for _ in range(_TURNS)]
    ours, theirs = (median(each) for each in zip(*pairs, strict=True))
    yield Figure(
        f"a feed of {book.size:,} bookings / icalendar writing the same events",
        ours / theirs,
        at_most=0.5,
        unit="CPU time",
        how=("bookings.get_feed() / Event.add(…) and Calendar.to_ical()",),
    )


def _read(feed: str) -> _Events:
    from icalendar import Calendar  # slow to import

    found = Calendar.from_ical(feed).walk("VEVENT")
    return [{name: event.decoded(name) for name in event} for event in found]


def _write(events: _Events) -> bytes:
    from icalendar import Calendar, Event

    calendar = Calendar()
    for values in events:
        event = Event()
        for name, value in values.items():
            event.add(name, value)
        calendar.add_component(event)
    return calendar.to_ical()


def _cost(act: Callable[[], object]) -> float:
    began = process_time()
    act()
    return process_time() - began
