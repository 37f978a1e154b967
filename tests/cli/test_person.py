"""`person show`: the dates of somebody who is not at all of a course."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from conftest import Clock
from support.running import Run, Terminal

from calbook import Booking, Client, EventType

pytest_plugins = ("support.running",)

FIRST, SECOND, THIRD = "2027-01-18", "2027-01-25", "2027-02-01"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def course(
    client: Client,
    event_type: Callable[..., EventType],
    booking: Callable[..., Booking],
) -> str:
    """Ada on three Mondays, and Bob on the last two of them."""
    event_type("yoga", seats=3)
    weekly = {"frequency": "WEEKLY", "count": 3}
    uid = booking(
        event_type_id="yoga", start_time=f"{FIRST} 10:00", recurring=weekly
    ).uid
    client.calendar.bookings.add_attendee(
        uid, name="Bob", email="bob@example.com", on=[SECOND, THIRD]
    )
    return uid


def test_a_drop_in_is_shown_at_their_own_first_date(
    terminal: Callable[..., Terminal], course: str
) -> None:
    """The course's first date was shown, on which they are not there."""
    screen = terminal("person", "show", "bob")

    assert screen.end() == 0
    assert "Mon 25 Jan 2027" in screen.shown
    assert "Mon 18 Jan 2027" not in screen.shown
    assert "(2×)" in screen.shown


def test_each_date_of_a_person_is_shown_with_whether_they_came(
    client: Client,
    run: Run,
    terminal: Callable[..., Terminal],
    course: str,
    clock: Clock,
) -> None:
    clock.now = datetime(2027, 1, 25, 12, tzinfo=UTC)
    client.calendar.bookings.mark_no_show(course, date=SECOND, email="bob@example.com")
    client.calendar.bookings.mark_attended(course, date=SECOND, email="ada@example.com")

    screen = terminal("person", "show", "bob", "--occurrences")
    answer = run("person", "show", "bob", "--occurrences", "--json").json
    plain = run("person", "show", "bob", "--json").json

    assert screen.end() == 0
    rows = [line for line in screen.shown.splitlines() if "yoga" in line]
    assert [("1 Feb" in row, "25 Jan" in row) for row in rows] == [
        *((True, False), (False, True))
    ]
    assert "no-show" in rows[1]
    dates = answer.pop("occurrences")
    assert [(each["date"], each["attendance"]) for each in dates] == [
        *((THIRD, "unknown"), (SECOND, "no_show"))
    ]
    assert {each["uid"] for each in dates} == {course}
    assert answer == plain
    assert json.dumps(plain).count(course) == 0


def test_who_has_no_date_has_none_to_show(
    client: Client, run: Run, terminal: Callable[..., Terminal], course: str
) -> None:
    client.calendar.bookings.remove_attendee(course, email="bob@example.com")

    screen = terminal("person", "show", "bob", "--occurrences")

    assert screen.end() == 0
    assert "yoga" not in screen.shown
    assert (
        run("person", "show", "bob", "--occurrences", "--json").json["occurrences"]
        == []
    )
