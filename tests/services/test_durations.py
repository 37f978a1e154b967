"""Event types of which one chooses how long a meeting is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from calbook import Booking, Client, EventType, errors

if TYPE_CHECKING:
    from support.running import Run, Terminal

pytest_plugins = ("support.running",)

ADA = {"name": "Ada", "email": "ada@example.com"}
BOB = {"name": "Bob", "email": "bob@example.com"}
TEN = "2027-01-18 10:00"

Make = Callable[..., EventType]
Book = Callable[..., Booking]


@pytest.fixture
def choice(event_type: Make) -> EventType:
    """`demo` of half an hour, or one."""
    return event_type(durations=[30, 60])


def listed(client: Client, **wanted: Any) -> list[tuple[str, str]]:
    """Start and end of what is free from 10:00 to 12:00."""
    found = client.calendar.availability.get(
        event_type_id="demo", start_date=TEN, end_date="2027-01-18 12:00", **wanted
    )
    return [(slot.start_time[11:16], slot.end_time[11:16]) for slot in found]


def test_the_first_is_the_usual_one(choice: EventType, booking: Book) -> None:
    assert (choice.duration, choice.durations) == (30, [30, 60])

    assert booking(start_time=TEN).end_time == "2027-01-18T10:30:00+00:00"


def test_another_is_chosen_without_an_override(
    choice: EventType, booking: Book
) -> None:
    made = booking(start_time=TEN, duration=60)

    assert made.end_time == "2027-01-18T11:00:00+00:00"
    assert made.overrides == ()


def test_one_that_is_no_choice_needs_an_override(
    choice: EventType, booking: Book
) -> None:
    with pytest.raises(errors.UsageError, match="takes 30 or 60 minutes"):
        booking(start_time=TEN, duration=45)

    made = booking(start_time=TEN, duration=45, by="host", override=["duration"])

    assert made.overrides == ("duration",)


def test_starts_are_listed_for_each_length(choice: EventType, client: Client) -> None:
    """On the grid of the shortest one."""
    assert listed(client) == listed(client, duration=30)
    assert listed(client, duration=60)[:3] == [
        ("10:00", "11:00"),
        ("10:30", "11:30"),
        ("11:00", "12:00"),
    ]
    with pytest.raises(errors.UsageError, match="takes 30 or 60 minutes"):
        listed(client, duration=45)


def test_the_grid_is_that_of_the_shortest(event_type: Make, client: Client) -> None:
    assert event_type(durations=[60, 20, 30]).slot_interval == 20

    assert [start for start, _ in listed(client)][:3] == ["10:00", "10:20", "10:40"]


def test_a_longer_one_does_not_fit_before_what_is_booked(
    choice: EventType, client: Client, booking: Book
) -> None:
    booking(start_time="2027-01-18 10:30")

    def explain(duration: int | None) -> str | None:
        return client.calendar.availability.explain(
            event_type_id="demo", start_time=TEN, duration=duration
        ).code

    assert (explain(None), explain(30), explain(60)) == (None, None, "slot_taken")
    assert listed(client)[0] == ("10:00", "10:30")
    assert listed(client, duration=60)[0] == ("11:00", "12:00")
    with pytest.raises(errors.SlotTaken):
        booking(start_time=TEN, duration=60)


def test_a_start_is_held_for_the_length_that_was_chosen(
    choice: EventType, client: Client
) -> None:
    bookings = client.calendar.bookings
    held = bookings.hold(event_type_id="demo", start_time=TEN, duration=60)

    made = bookings.book_hold(held.uid, attendee=ADA)

    assert made.end_time == "2027-01-18T11:00:00+00:00"


def test_a_booking_keeps_its_length_when_it_moves(
    choice: EventType, client: Client, booking: Book
) -> None:
    made = booking(start_time=TEN, duration=60)

    moved = client.calendar.bookings.reschedule(made.uid, start_time="2027-01-18 14:30")

    assert moved.end_time == "2027-01-18T15:30:00+00:00"
    ends = {end for _, end in listed(client, exclude_booking_uid=made.uid)}
    assert ends >= {"11:00", "11:30"}
    with pytest.raises(errors.UsageError, match="keeps its length"):
        listed(client, exclude_booking_uid=made.uid, duration=30)


def test_a_series_may_have_the_longer_one(choice: EventType, booking: Book) -> None:
    made = booking(
        start_time=TEN, duration=60, recurring={"frequency": "WEEKLY", "count": 2}
    )

    assert [o.end_time[11:16] for o in made.occurrences] == ["11:00", "11:00"]


def test_a_group_has_the_length_of_who_came_first(
    event_type: Make, client: Client, booking: Book
) -> None:
    event_type(durations=[30, 60], seats=3)
    group = booking(start_time=TEN, duration=60)

    joined = booking(start_time=TEN, attendee=BOB)

    assert joined.uid == group.uid
    assert listed(client)[0] == ("10:00", "11:00")  # to be joined
    assert listed(client, duration=30)[0] == ("11:00", "11:30")
    with pytest.raises(errors.BadInput, match="duration stays"):
        booking(start_time=TEN, duration=30, attendee={"name": "C", "phone": "+1 555"})
    with pytest.raises(errors.BadInput, match="duration stays"):
        client.calendar.availability.explain(
            event_type_id="demo", start_time=TEN, duration=30
        )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"duration": 45}, [45]),
        ({"durations": [60]}, [60]),
        ({"durations": [60, 30]}, [60, 30]),
        ({"duration": 60, "durations": [60, 15]}, [60, 15]),
        ({"title": "Other"}, [30, 60]),
    ],
)
def test_a_choice_is_changed_as_a_whole(
    client: Client, choice: EventType, changes: dict[str, Any], expected: list[int]
) -> None:
    updated = client.calendar.event_types.update("demo", **changes)

    assert (updated.durations, updated.duration) == (expected, expected[0])
    assert updated.slot_interval == min(expected)


@pytest.mark.parametrize(
    "wrong",
    [
        {"durations": []},
        {"durations": [30, 30]},
        {"durations": range(1, 22)},
        {"durations": [0]},
        {"durations": [30, 1441]},
        {"duration": 60, "durations": [30, 60]},
    ],
)
def test_a_choice_that_is_none_is_refused(
    event_type: Make, wrong: dict[str, Iterable[int]]
) -> None:
    with pytest.raises(errors.BadInput):
        event_type(**wrong)


def test_longest_meetings_are_claimed_as_a_whole(
    event_type: Make, client: Client, booking: Book
) -> None:
    event_type(durations=[30, 1440], buffer_before=1440, buffer_after=1440)

    made = booking(start_time="2027-01-18 00:00", duration=1440)

    assert made.end_time == "2027-01-19T00:00:00+00:00"
    with pytest.raises(errors.SlotTaken):
        booking(start_time="2027-01-20 23:30", duration=30)


# -- on the command line ---------------------------------------------------------------


@pytest.fixture
def added(run: Run) -> None:
    """`demo` of half an hour, or one, in UTC."""
    run("init", "--tz", "UTC", "--name", "Grace", "--email", "grace@example.com")
    run("event", "add", "demo", "--duration", "30", "--duration", "1h")


def test_all_commands_take_a_length(run: Run, added: None) -> None:
    long = ("--event", "demo", "--duration", "1h")
    ada = ("--name", "Ada", "--email", "ada@example.com")

    made = run("create", *long, "--start", TEN, *ada, "--json").json
    held = run("hold", *long, "--start", "2027-01-18 12:00", "--json").json
    slots = run("slots", *long, "--from", "2027-01-18", "--days", "1", "--json").json
    refused = run("explain", *long, "--start", "2027-01-18 09:30", "--json").out

    assert made["endTime"] == "2027-01-18T11:00:00+00:00"
    assert held["endTime"] == "2027-01-18T13:00:00+00:00"
    assert [slot["startTime"][11:16] for slot in slots][:3] == [
        "09:00",
        "11:00",
        "13:00",
    ]
    assert json.loads(refused)["code"] == "slot_taken"


def test_options_go_before_the_input_as_a_whole(
    run: Run, added: None, tmp_path: Path
) -> None:
    file = tmp_path / "event.json"
    file.write_text('{"duration": 20, "durations": [20, 40]}')
    update = ("event", "update", "demo", "--input", file, "--json")

    read, said = run(*update), run(*update, "--duration", "45")

    assert read.json["durations"] == [20, 40]
    assert said.json["durations"] == [45]


def test_create_asks_for_the_length(
    terminal: Callable[..., Terminal], run: Run, added: None
) -> None:
    screen = terminal("create", "--event", "demo")
    screen.expect("1  30 min")
    screen.expect("2  1 h")
    screen.expect("How long")
    screen.type("3\n")
    screen.expect("choose from 1 to 2")
    screen.type("2\n")
    screen.expect("Demo, 1 h. Free, in UTC")
    screen.expect("When")
    screen.type("1\n")
    screen.expect("Name")
    screen.type("Ada\n")
    screen.expect("E-mail")
    screen.type("ada@example.com\n")
    screen.expect("Book it?")
    screen.type("y\n")

    assert screen.end() == 0
    [made] = run("list", "--json").json
    assert (made["startTime"][11:16], made["endTime"][11:16]) == ("09:30", "10:30")
