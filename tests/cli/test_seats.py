"""Seats that are fewer than what is booked, and starts with seats for several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.running import Run, Terminal

from calbook import Booking, Client, EventType

pytest_plugins = ("support.running",)

START = "2027-01-18 10:00"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def yoga(event_type: Callable[..., EventType]) -> EventType:
    return event_type("yoga", duration=60, seats=4)


@pytest.fixture
def group(
    client: Client, yoga: EventType, booking: Callable[..., Booking]
) -> Callable[..., Booking]:
    """So many persons at a start."""

    def make(persons: int, start: str = START, **fields: Any) -> Booking:
        guests = [
            f"guest{n}@{start[8:10]}{start[11:13]}.org" for n in range(1, persons)
        ]
        return booking(event_type_id="yoga", start_time=start, guests=guests, **fields)

    return make


def test_fewer_seats_than_are_taken_are_said_with_the_dates(
    run: Run, group: Callable[..., Booking], client: Client
) -> None:
    weekly = {"frequency": "WEEKLY", "count": 2}
    series = group(3, "2027-01-19 10:00", recurring=weekly)
    client.calendar.bookings.cancel(series.uid, date="2027-01-19")
    full = group(4)
    group(2, "2027-01-20 10:00")
    client.calendar.bookings.cancel(group(4, "2027-01-21 10:00").uid)

    said = run("event", "update", "yoga", "--seats", "2")

    assert said.status == 0
    assert said.err == (
        "calbook: on 2 dates to come more than 2 seats are taken:\n"
        f"  Mon 18 Jan 2027, 10:00–11:00 UTC: 4 persons, {full.uid}\n"
        f"  Tue 26 Jan 2027, 10:00–11:00 UTC: 3 persons, {series.uid}\n"
        "hint: nobody loses a seat; nobody can join there until enough have left\n"
    )
    assert client.calendar.bookings.get(full.uid) == full
    assert client.calendar.event_types.get("yoga").seats == 2


def test_a_seat_that_is_offered_counts_as_taken(
    run: Run, group: Callable[..., Booking], client: Client
) -> None:
    full = group(client.calendar.event_types.get("yoga").seats or 0)
    eve = {"name": "Eve", "email": "eve@example.org"}
    client.calendar.waiting.add(event_type_id="yoga", start_time=START, attendee=eve)
    left = full.guests[-1].email
    client.calendar.bookings.remove_attendee(full.uid, email=left, by="host")
    number = str(len(full.guests))

    said = run("event", "update", "yoga", "--seats", number)

    assert f"{len(full.guests) + 1} persons" in said.err


@pytest.mark.parametrize("seats", ["3", "5", "none"])
def test_nothing_is_said_where_everybody_has_a_seat(
    run: Run, group: Callable[..., Booking], seats: str
) -> None:
    group(3)

    assert run("event", "update", "yoga", "--seats", seats).err == ""


def test_json_has_nothing_of_it(run: Run, group: Callable[..., Booking]) -> None:
    group(4)

    saved = run("event", "update", "yoga", "--seats", "2", "--json")

    assert saved.json == run("event", "show", "yoga", "--json").json


def test_of_many_dates_the_first_are_named(
    run: Run, group: Callable[..., Booking]
) -> None:
    group(3, recurring={"frequency": "DAILY", "count": 12})

    said = run("event", "update", "yoga", "--seats", "2").err.splitlines()

    assert said[0].startswith("calbook: on 12 dates to come")
    assert said[-2] == "  and 2 more"


def test_two_are_told_of_the_next_start_with_two_seats(
    terminal: Callable[..., Terminal], group: Callable[..., Booking]
) -> None:
    group(3)
    group(3, "2027-01-18 11:00")
    group(2, "2027-01-18 12:00")
    pair = ("--name", "Eve", "--email", "eve@b.org", "--guest", "zoe@b.org")
    who = ("create", "--event", "yoga", "--start", START)

    two = terminal(*who, *pair)
    two.expect("Put them in line for it?")
    two.type("n\n")

    assert two.end() == 4
    assert "5 persons do not fit into 4 seats" in two.shown
    assert "hint: the next start with 2 free seats is Mon 18 Jan 2027, 12:00 UTC" in (
        " ".join(two.shown.split())
    )


def test_drop_ins_and_absences_count_on_their_dates(
    run: Run, group: Callable[..., Booking], client: Client
) -> None:
    bookings = client.calendar.bookings
    course = group(2, recurring={"frequency": "WEEKLY", "count": 3}).uid
    bookings.add_attendee(course, email="bob@b.org", on="2027-01-25")
    bookings.remove_attendee(course, email="ada@example.com", on="2027-02-01")

    said = run("event", "update", "yoga", "--seats", "1").err.splitlines()

    assert said[1:-1] == [
        f"  Mon 18 Jan 2027, 10:00–11:00 UTC: 2 persons, {course}",
        f"  Mon 25 Jan 2027, 10:00–11:00 UTC: 3 persons, {course}",
    ]


def test_two_are_told_of_the_next_series_with_two_seats_on_all_dates(
    terminal: Callable[..., Terminal], group: Callable[..., Booking], client: Client
) -> None:
    """A start was named whose second date was full for a drop-in."""
    weekly = {"frequency": "WEEKLY", "count": 2}
    group(3, recurring=weekly)
    second = group(2, "2027-01-18 11:00", recurring=weekly)
    client.calendar.bookings.add_attendee(
        second.uid, email="dora@b.org", on="2027-01-25"
    )
    pair = ("--name", "Eve", "--email", "eve@b.org", "--guest", "zoe@b.org")
    every = ("--repeat", "weekly", "--count", "2")

    two = terminal("create", "--event", "yoga", "--start", START, *pair, *every)
    two.expect("Put them in line for it?")
    two.type("n\n")

    assert two.end() == 4
    said = " ".join(two.shown.split())
    assert "5 persons do not fit into 4 seats, on 2027-01-18" in said
    assert "hint: the next start with 2 free seats is Mon 18 Jan 2027, 12:00" in said
