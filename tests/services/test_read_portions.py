"""Long lists read some rows at a time: the same rows, and nobody waits for them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from conftest import MONDAY, Clock

from calbook import Booking, Client
from calbook.services.bookings import read
from calbook.store.reader import Reader

SERIES = {"frequency": "DAILY", "count": 3}
START = MONDAY + timedelta(days=14, hours=1)
PAGES: list[dict[str, Any]] = [
    {},
    {"latest_first": True},
    {"count": 0},
    {"count": 3},
    {"count": 4, "offset": 3},
    {"offset": 5, "latest_first": True},
    {"offset": 50},
    {"status": "CONFIRMED", "start_date": START + timedelta(days=1)},
    {"search": "ada", "end_date": START + timedelta(hours=5), "latest_first": True},
    {"attendee_email": "ada@example.com"},
    {"person": "Ada", "latest_first": True, "offset": 1, "count": 6},
    {"person": "Ada", "status": "CONFIRMED", "start_date": START + timedelta(days=1)},
]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """The rows of one portion."""
    size = 2
    for name in ("iter_bookings", "iter_meetings"):
        monkeypatch.setitem(getattr(read, name).__kwdefaults__, "portion", size)
    return size


@pytest.fixture
def booked(
    client: Client, event_type: Callable[..., object], booking: Callable[..., Booking]
) -> list[Booking]:
    """Single ones and series; of some the start is the same, by hosts of their own."""
    client.calendar.hosts.create("bob")
    event_type("talk", hosts=["bob"])
    pairs = [
        booking(event_type_id=event, start_time=START + timedelta(hours=n))
        for n in range(3)
        for event in ("demo", "talk")
    ]
    later, last = (START + timedelta(hours=n) for n in (4, 8))
    return [
        *pairs,
        booking(start_time=later, recurring=SERIES),
        booking(start_time=last),
    ]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_portions_make_the_same_list(
    client: Client, booked: list[Booking], few: int, page: dict[str, Any]
) -> None:
    bookings = client.calendar.bookings

    assert tuple(bookings.iter(**page)) == bookings.list(**page)
    assert tuple(bookings.iter_occurrences(**page)) == bookings.list_occurrences(**page)


@pytest.mark.parametrize(
    ("view", "options"),
    [
        ("agenda", {"start_date": START, "days": 2}),
        ("agenda", {"start_date": START, "end_date": START + timedelta(days=1)}),
        ("agenda", {"start_date": START, "event_type_id": "talk", "person": "Ada"}),
        ("day", {"on": START.date(), "timezone": "Asia/Tokyo"}),
        ("week", {"of": START, "week_start": "wednesday", "host_id": "bob"}),
        ("month", {"of": START, "event_type_id": "demo"}),
    ],
)
def test_portions_make_the_same_days(
    client: Client, booked: list[Booking], few: int, view: str, options: dict[str, Any]
) -> None:
    bookings = client.calendar.bookings
    bookings.cancel(booked[2].uid)

    found = tuple(getattr(bookings, f"iter_{view}")(**options))

    assert found == getattr(bookings, view)(**options).occurrences
    assert len(found) > few


@pytest.mark.parametrize("view", ["agenda", "day", "week", "month"])
def test_days_that_are_read_in_portions_know_their_options(
    client: Client, view: str
) -> None:
    with pytest.raises(TypeError, match=rf"Bookings.iter_{view}\(\) .* 'hots'"):
        getattr(client.calendar.bookings, f"iter_{view}")(hots="me")


def test_portions_continue_behind_a_booking(
    client: Client, booked: list[Booking], few: int
) -> None:
    bookings = client.calendar.bookings
    every = bookings.list()

    for place, each in enumerate(every):
        assert tuple(bookings.iter(after=each.uid[:9])) == every[place + 1 :]


@pytest.mark.sqlite
def test_what_somebody_has_is_found_once(
    client: Client, booked: list[Booking], few: int
) -> None:
    """Each portion found and sorted all of it again."""
    asked: list[str] = []
    with client._context.store.read(Reader) as reader:
        assert isinstance(reader.connection, sqlite3.Connection)
        reader.connection.set_trace_callback(asked.append)

    bookings = client.calendar.bookings
    for reading in (bookings.iter, bookings.iter_occurrences):
        asked.clear()
        found = [*reading(attendee_email="ada@example.com")]
        by_person = [
            each for each in asked if "b.uid in (select uid from attendees" in each
        ]
        assert len(found) > 3 * few
        assert len(by_person) == 2  # the first portion, and the places of the others


def test_who_left_while_others_are_read_is_not_listed(
    client: Client, booked: list[Booking], few: int
) -> None:
    bookings = client.calendar.bookings
    reading = bookings.iter(attendee_email="ada@example.com")
    met = bookings.iter_occurrences(attendee_email="ada@example.com")
    for each in (reading, met):
        assert len([next(each) for _ in range(few + 1)]) == few + 1

    bookings.update(booked[-1].uid, name="Bob", email="bob@example.com")

    assert booked[-1].uid not in [b.uid for b in (*reading, *met)]


def test_who_reads_slowly_keeps_nobody_from_writing(
    place: str, clock: Clock, client: Client, booked: list[Booking], few: int
) -> None:
    """A pager that was left open had everybody else wait, and fail after 10 s."""
    reading = client.calendar.bookings.iter()
    met = client.calendar.bookings.iter_occurrences()
    next(reading)
    next(met)

    with Client(place, clock=clock) as other:
        other.calendar.bookings.cancel(booked[-1].uid)

    assert [b.uid for b in reading] == [b.uid for b in client.calendar.bookings.list()][
        1:
    ]


def test_a_booking_that_moves_while_others_are_read_ends_nothing(
    client: Client, booked: list[Booking], few: int
) -> None:
    bookings = client.calendar.bookings
    reading = bookings.iter()
    first, second = next(reading), next(reading)

    bookings.reschedule(second.uid, start_time=START + timedelta(days=9))
    rest = [b.uid for b in reading]

    assert rest == [b.uid for b in bookings.list()][1:]  # it comes twice, and no other
    assert first.uid not in rest
    assert second.uid in rest
