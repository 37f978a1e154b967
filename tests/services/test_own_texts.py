"""What people were told of a booking stays when its event type is edited."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from store.test_versions import FIRST_UNSEEN, make_old

from calbook import Booking, Client
from calbook.cli import output

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run

pytest_plugins = ("support.running",)

Make = Callable[..., Any]
PLACE = {"type": "IN_PERSON", "address": "Rua 1"}
EDITS: dict[str, Any] = {
    "title": "The demo",
    "description": "An hour of calm",
    "location": {"type": "LINK", "url": "https://meet.example/x"},
    "seats": 8,
}


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def booked(client: Client, event_type: Make, booking: Make) -> Booking:
    client.set_up(name="Grace Hopper", email="grace@example.com")
    event_type("demo", title="Product demo", description="All of it", location=PLACE)
    made: Booking = booking(notes="Tea")
    return made


@pytest.mark.parametrize("field", EDITS)
def test_an_edited_event_type_changes_no_invitation(
    client: Client, booked: Booking, field: str
) -> None:
    """It changed them without SEQUENCE or a word; seats even hid who takes part."""
    before = client.calendar.bookings.get_ics(booked.uid)

    client.calendar.event_types.update("demo", **{field: EDITS[field]})

    assert client.calendar.bookings.get_ics(booked.uid) == before
    assert client.calendar.bookings.get(booked.uid) == booked


def test_a_place_that_is_added_or_taken_out_is_not_theirs(
    client: Client, event_type: Make, booking: Make
) -> None:
    """A booking without a place took that of its event type as it was later."""
    event_type("demo")
    without, cleared = booking(), booking(location=PLACE)
    client.calendar.bookings.update(cleared.uid, location=None)

    client.calendar.event_types.update("demo", location=PLACE)

    for uid in (without.uid, cleared.uid):
        assert client.calendar.bookings.get(uid).location is None
        assert "Rua 1" not in client.calendar.bookings.get_ics(uid)


def test_they_stay_through_moves_and_for_the_whole_series(
    client: Client, booked: Booking, booking: Make
) -> None:
    series = booking(recurring={"frequency": "DAILY", "count": 3})
    client.calendar.event_types.update("demo", **EDITS | {"seats": None})

    client.calendar.bookings.reschedule(booked.uid, start_time="2027-01-28 12:00")
    client.calendar.bookings.reschedule(
        series.uid, date=series.occurrences[1].date, start_time="2027-01-29 12:00"
    )

    for uid in (booked.uid, series.uid):
        moved = client.calendar.bookings.get(uid)
        assert (moved.title, moved.location) == ("Product demo", PLACE)
        events = _events(client.calendar.bookings.get_ics(uid))
        assert {str(event["SUMMARY"]) for event in events} == {
            "Product demo: Grace Hopper and Ada"
        }
        assert all("All of it" in event["DESCRIPTION"] for event in events)
    assert booking().title == "The demo"


def test_a_group_that_its_event_type_no_longer_is_stays_one(
    client: Client, event_type: Make, booking: Make
) -> None:
    """Everybody in it would have learnt who else is."""
    event_type("demo", seats=3)
    start = booking(notes="Private").start_time
    group = booking(start_time=start, attendee={"name": "Bob", "email": "b@b.org"})

    client.calendar.event_types.update("demo", seats=None)

    file = client.calendar.bookings.get_ics(group.uid, method="publish")
    assert "Private" not in file
    assert "SUMMARY:Demo\r\n" in file


def test_whoever_joins_later_makes_a_group_of_it(
    client: Client, event_type: Make, booking: Make
) -> None:
    event_type("demo")
    single = booking(notes="Private")

    client.calendar.event_types.update("demo", seats=3)
    booking(start_time=single.start_time, attendee={"name": "Bob", "email": "b@b.org"})

    assert "Private" not in client.calendar.bookings.get_ics(single.uid)


def test_every_listing_shows_what_they_were_told(
    client: Client,
    booked: Booking,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The agenda had the new title, and the invitation as well."""
    client.calendar.event_types.update("demo", title="Neues")
    bookings = client.calendar.bookings

    agenda = bookings.agenda(start_date="2027-01-18", days=1)

    assert [item.title for item in agenda.occurrences] == ["Product demo"]
    assert run("list", "--json").json[0]["title"] == "Product demo"
    assert run("show", booked.uid, "--json").json["title"] == "Product demo"
    monkeypatch.setattr(output, "as_terminal", True)
    picture = tmp_path / "week.svg"
    run("week", "--of", "2027-01-18", "--svg", "-o", picture)
    for shown in (
        run("agenda", "--from", "2027-01-18").out,
        run("next").out,
        picture.read_text(),
    ):
        assert "Product demo" in shown
        assert "Neues" not in shown
    assert [b.uid for b in bookings.list(search="product DEMO")] == [booked.uid]
    assert bookings.list(search="neues") == ()


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"title": "New"}, 3),
        ({"description": "New"}, 3),
        ({"description": None}, 3),
        ({"location": None}, 2),
        ({"title": "New", "location": EDITS["location"]}, 3),
        ({"title": "Product demo"}, 0),
        ({"duration": 45}, 0),
    ],
)
def test_an_update_says_how_many_keep_what_they_were_told(
    client: Client,
    booked: Booking,
    booking: Make,
    clock: Clock,
    run: Run,
    fields: dict[str, Any],
    number: int,
) -> None:
    """Of those to come: one is over, one is off, one has a place of its own."""
    over = booking(start_time="2027-01-05 10:00")
    booking(location=EDITS["location"])
    client.calendar.bookings.cancel(booking().uid)
    booking()
    clock.move(days=2)
    assert client.calendar.bookings.get(over.uid).status == "COMPLETED"

    updated = client.calendar.event_types.update("demo", **fields)

    assert updated.bookings_keeping_text == number
    assert updated.to_dict().get("bookingsKeepingText", 0) == number
    assert client.calendar.event_types.get("demo").bookings_keeping_text == 0


def test_the_command_says_so_too(booked: Booking, run: Run) -> None:
    said = run("event", "update", "demo", "--title", "New")
    again = run("event", "update", "demo", "--title", "New", "--duration", "45")

    assert said.err == (
        "1 booking to come: people keep what they were told;"
        " with --apply-to-coming they get it too\n"
    )
    assert again.err == ""
    changed = run("event", "update", "demo", "--title", "Newer", "--json")
    assert changed.json["bookingsKeepingText"] == 1


def test_bookings_of_an_older_file_get_what_it_says_now(
    path: Path, client: Client, booked: Booking, clock: Clock
) -> None:
    before = client.calendar.bookings.get_ics(booked.uid)
    old = _older(path)
    with Client(old, clock=clock) as other:
        found = other.calendar.bookings.get(booked.uid).to_dict()
        assert found["attendee"].pop("personId") != (
            (said := booked.to_dict())["attendee"].pop("personId")
        )
        assert found == said
        assert other.calendar.bookings.get_ics(booked.uid) == before

        other.calendar.event_types.update("demo", **EDITS)

        assert other.calendar.bookings.get_ics(booked.uid) == before


def _older(today: Path) -> Path:
    """The file as version 4 had it, where a booking had no place of its own."""
    old = make_old(today.with_name("old.db"), today, 4, FIRST_UNSEEN[4])
    with closing(sqlite3.connect(old)) as conn, conn:
        conn.execute("update bookings set location = null")
    return old


def _events(data: str) -> list[Any]:
    return icalendar.Calendar.from_ical(data).walk("VEVENT")
