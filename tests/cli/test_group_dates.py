"""Groups that people join and leave for a day, on the command line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.running import Run, Terminal

from calbook import Booking, Client, EventType

pytest_plugins = ("support.running",)

FIRST, SECOND = "2027-01-18", "2027-01-25"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def course(
    event_type: Callable[..., EventType], booking: Callable[..., Booking]
) -> str:
    """Ada on two Mondays, with two seats."""
    place = {"type": "IN_PERSON", "address": "12 Main Street"}
    event_type("yoga", title="Morning yoga", seats=2, location=place)
    weekly = {"frequency": "WEEKLY", "count": 2}
    start = f"{FIRST} 10:00"
    return booking(event_type_id="yoga", start_time=start, recurring=weekly).uid


def test_a_seat_is_taken_and_given_back_on_several_dates(run: Run, course: str) -> None:
    bob = ("--email", "bob@example.com", "--on", FIRST, "--on", "2027-01-25")

    added = run("attendee", "add", course, "--name", "Bob", *bob, "--json").json
    removed = run("attendee", "remove", course, *bob[:4], "--json", "--yes").json

    assert added["guests"][0]["onlyOn"] == [FIRST, SECOND]
    assert [o["seatsTaken"] for o in added["occurrences"]] == [2, 2]
    assert removed["guests"][0]["onlyOn"] == [SECOND]


def test_whom_the_book_knows_takes_a_seat_by_name(
    run: Run, course: str, booking: Callable[..., Booking]
) -> None:
    eve = {"name": "Eve Fox", "phone": "+351 912 345 678"}
    known = booking(start_time="2027-01-19 10:00", attendee=eve).attendee.person_id

    added = run("attendee", "add", course, "--person", "eve", "--json").json
    nobody = run("attendee", "add", course, "--person", "zoe", "--json").error

    [guest] = added["guests"]
    assert (guest["name"], guest["phone"]) == ("Eve Fox", "+351 912 345 678")
    assert guest["personId"] == known
    assert nobody["code"] == "not_found"


def test_a_full_date_says_on_which_there_are_seats(run: Run, course: str) -> None:
    run("attendee", "add", course, "--email", "bob@example.com", "--on", FIRST)

    said = run("attendee", "add", course, "--email", "eve@example.com")

    assert (said.status, said.err) == (
        4,
        f"calbook: 3 persons do not fit into 2 seats, on {FIRST}\n"
        f"hint: there are seats on {SECOND}: --on DATE\n",
    )


def test_after_a_change_of_a_date_who_comes_then_is_named(
    run: Run, terminal: Callable[..., Terminal], course: str
) -> None:
    run("attendee", "add", course, "--name", "Bob", "--email", "bob@example.com")

    screen = terminal(
        *("attendee", "remove", course, "--yes", "--email", "bob@example.com"),
        *("--on", FIRST, "--yes"),
    )

    assert screen.end() == 0
    assert "  Ada <ada@example.com>, CONFIRMED" in screen.shown.splitlines()


def test_a_date_s_list_has_who_takes_part(run: Run, course: str) -> None:
    run("attendee", "add", course, "--email", "bob@example.com", "--on", FIRST)
    run(
        "attendee",
        "remove",
        course,
        "--email",
        "ada@example.com",
        "--on",
        FIRST,
        "--yes",
    )

    first, second = (
        run("attendee", "list", course, "--on", day, "--json").json
        for day in (FIRST, SECOND)
    )

    assert [person["email"] for person in first] == ["bob@example.com"]
    assert [person["email"] for person in second] == ["ada@example.com"]


def test_a_sheet_has_a_section_for_each_date(run: Run, course: str) -> None:
    long = "Bartholomew Fitzgerald " * 5
    run("attendee", "add", course, "--name", long.strip(), "--on", FIRST, "--ref", "K1")

    sheet = run("attendee", "list", course, "--print").out

    assert sheet == (
        "Morning yoga\n"
        "Mon 18 Jan 2027, 10:00–10:30 UTC\n"
        "12 Main Street\n"
        "with Me\n"
        "--------------------------------\n"
        "[ ] Ada\n"
        "[ ] Bartholomew Fitzgerald Bartholomew Fitzgerald Bartholomew Fitzgerald\n"
        "    Bartholomew Fitzgerald Bartholomew Fitzgerald (drop-in)\n"
        "\n\n"
        "Morning yoga\n"
        "Mon 25 Jan 2027, 10:00–10:30 UTC\n"
        "12 Main Street\n"
        "with Me\n"
        "--------------------------------\n"
        "[ ] Ada\n"
    )
    assert "example.com" not in sheet
    refused = run("attendee", "list", course, "--print", "--csv")
    assert refused.status == 2


def test_a_seat_moves_to_a_start(run: Run, course: str, client: Client) -> None:
    moved = run(
        *("attendee", "move", course, "--email", "ada@example.com"),
        *("--on", SECOND, "--start", "2027-01-26 10:00", "--json"),
    ).json

    assert moved["startTime"] == "2027-01-26T10:00:00+00:00"
    left = client.calendar.bookings.get(course)
    assert left.attendee.absent_on == (SECOND,)
    refused = run("attendee", "move", course, "--email", "ada@example.com")
    assert (refused.status, "--into UID or --start WHEN" in refused.err) == (2, True)


def test_a_start_is_reopened(run: Run, course: str) -> None:
    run("cancel", course, "--on", SECOND, "--yes")
    who = ("--name", "Bob", "--email", "bob@example.com")
    wanted = ("create", "--event", "yoga", "--start", f"{SECOND} 10:00", *who)

    refused = run(*wanted)
    again = run(*wanted, "--reopen", "--json").json

    assert refused.status == 5
    assert "the same: --reopen" in refused.err
    assert again["uid"] != course


def test_a_request_that_names_nobody_says_how_to_name_them(
    run: Run, client: Client, course: str
) -> None:
    client.calendar.hosts.update("me", email="me@example.com")

    plain = run("ics", course, "--method", "request")
    own = run("ics", course, "--email", "ada@example.com")

    assert "ATTENDEE" not in plain.out
    assert "--all-attendees" in plain.err
    assert ("ATTENDEE" in own.out, own.err) == (True, "")
    assert run("ics", "--event", "yoga", "--email", "ada@example.com").status == 2
