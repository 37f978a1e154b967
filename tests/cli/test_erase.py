"""`erase` and `retention` as they are typed and answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.stores import dump

from calbook import Client

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run, Terminal

pytest_plugins = ("support.running",)


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def past(client: Client, booking: Callable[..., Any], clock: Clock) -> str:
    """The uid of a booking that is over."""
    uid: str = booking(notes="left-handed").uid
    clock.move(days=30)
    return uid


def test_off_a_terminal_it_wants_a_yes(run: Run, past: str, place: str) -> None:
    before = dump(place)

    answer = run("erase", "ada@example.com")

    assert answer.status == 2
    assert "nobody is there to ask: erase Ada <ada@example.com>" in answer.err
    assert "from 1 booking for good?" in answer.err
    assert dump(place) == before


def test_a_dry_run_says_what_would_be_and_asks_nothing(run: Run, past: str) -> None:
    would = run("erase", "ada@example.com", "--dry-run")
    done = run("erase", "ada@example.com", "--yes")

    assert (would.status, done.status) == (0, 0)
    assert would.err.replace("Would erase", "Erased") == done.err
    assert done.err.splitlines()[1:4] == [
        "  persons in bookings: 1",
        "  bookings: 1",
        "  the book of people: 1",
    ]
    assert run("erase", "ada@example.com", "--yes").err == (
        "Nothing is held of ada@example.com\n"
    )


def test_on_a_terminal_it_asks(
    terminal: Callable[..., Terminal], past: str, client: Client
) -> None:
    for said, name in (("n", "Ada"), ("y", "erased")):
        screen = terminal("erase", "ada@example.com")
        screen.expect("good?")
        screen.type(f"{said}\r")

        assert screen.end() == (130 if said == "n" else 0)
        assert client.calendar.bookings.get(past).attendee.name == name


def test_a_script_reads_what_was_done(run: Run, past: str, client: Client) -> None:
    id = client.calendar.bookings.get(past).attendee.person_id

    answer = run("erase", id, "--yes", "--json", "--actor", "eve")

    assert answer.json == {
        "person": id,
        "bookings": 1,
        "places": [
            {"place": "attendees", "count": 1},
            {"place": "bookings", "count": 1},
            {"place": "people", "count": 1},
            {"place": "person keys", "count": 1},
        ],
        "elsewhere": [],
        "cancelled": [],
        "left": [],
        "mailsDropped": 0,
        "compacted": True,
        "copies": [],
        "dryRun": False,
    }
    assert client.calendar.bookings.history(past)[-1].actor == "eve"


def test_what_is_to_come_is_cancelled_first(
    run: Run, booking: Callable[..., Any]
) -> None:
    uid = booking().uid

    refused = run("erase", "ada@example.com", "--yes")
    done = run("erase", "ada@example.com", "--cancel", "--yes")

    assert refused.status == 4
    assert "hint: cancel it first, or add --cancel" in refused.err
    assert f"Cancelled: {uid}" in done.err.splitlines()


def test_of_a_group_only_the_persons_part_is_said_to_end(
    run: Run, client: Client, event_type: Callable[..., Any], booking: Any
) -> None:
    event_type("class", seats=3)
    bob = {"name": "Bob", "email": "bob@example.com"}
    uid = booking(event_type_id="class", attendee=bob).uid
    client.calendar.bookings.add_attendee(uid, name="Ada", email="ada@example.com")

    would = run("erase", "ada@example.com", "--cancel", "--dry-run")
    done = run("erase", "ada@example.com", "--cancel", "--yes")

    assert f"Would be left, where others stay: {uid}" in would.err.splitlines()
    assert f"Left, where others stay: {uid}" in done.err.splitlines()
    assert "ancelled" not in would.err + done.err


def test_what_is_left_is_said_with_what_to_do(
    run: Run, booking: Callable[..., Any], clock: Clock
) -> None:
    booking(attendee={"name": "Gina Gold", "email": "gina@example.com"})
    uid = booking(
        attendee={"name": "Bob", "email": "bob@example.com"},
        notes="Comes with Gina Gold",
    ).uid
    run("update", uid, "--notes", "Comes with Gina Gold, by train")
    clock.move(days=30)

    done = run("erase", "gina@example.com", "--yes")
    again = run("erase", "Gina Gold", "--texts", "--yes")

    assert done.err.splitlines()[-4:] == [
        "Still named in what is not theirs; look after it yourself:",
        f"  the notes of {uid} (calbook update {uid} --notes …)",
        f"  the history of {uid}",
        "To take the name out of texts, where it can mean nobody else:"
        " calbook erase NAME --texts",
    ]
    assert again.status == 0
    assert "Still named" not in again.err


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "args",
    [
        ("erase", "ada@example.com", "--yes"),
        ("erase", "ada@example.com", "--dry-run"),
        ("retention",),
        ("retention", "--keep", "3y"),
        ("retention", "--off"),
    ],
)
def test_a_wrong_file_name_is_refused_and_makes_none(
    run: Run, past: str, tmp_path: Path, args: tuple[str, ...]
) -> None:
    wrong = tmp_path / "bokings.db"

    answer = run(*args, "--db", wrong)

    assert (answer.status, wrong.exists()) == (7, False)
    assert f"there are no bookings in {wrong}" in answer.err


def test_a_name_needs_its_booking(run: Run, past: str) -> None:
    assert run("erase", "Nobody", "--yes").status == 3
    assert run("erase", "Ada", "--uid", past, "--yes").status == 0


def test_what_a_name_hides_is_spelt_out(
    run: Run, booking: Callable[..., Any], clock: Clock
) -> None:
    booking(attendee={"name": "A\x1b[31mda", "email": "ada@example.com"})
    clock.move(days=30)

    assert "\x1b" not in run("erase", "ada@example.com", "--yes").err


def test_retention_is_said_shown_and_taken_back(run: Run, client: Client) -> None:
    client.set_up(timezone="UTC")

    assert run("retention").err == "People are kept: nobody is erased by itself\n"
    assert run("retention", "--keep", "1 year").err == (
        "People are erased 1 year after their last date, today if before 2026-01-04\n"
    )
    said = run("retention", "--json").json
    assert said == {"after": "1y", "before": "2026-01-04", "people": 0}
    none = run("retention", "--off", "--json").json
    assert none == {"after": None, "before": None, "people": 0}


def test_who_would_be_erased_is_said_before_it_is_on(
    run: Run, client: Client, past: str, clock: Clock
) -> None:
    would = run("retention", "--keep", "7d", "--dry-run")
    refused = run("retention", "--keep", "7d")
    off = client.calendar.retention.get().after
    done = run("retention", "--keep", "7d", "--yes")

    assert would.status == done.status == 0
    assert "would be erased 7 days after their last date" in would.err
    assert "There is 1 person whom the next ticks erase." in would.err
    assert (refused.status, off) == (2, None)
    assert "nobody is there to ask: there is 1 person whom" in refused.err
    assert client.calendar.retention.get().after == "7d"
    ticks = [run("tick") for _ in range(3) if clock.move(days=4) is None]
    said = [tick.err for tick in ticks]
    assert said == ["", "", "Erased 1 person, as retention says\n"]


def test_on_a_terminal_retention_asks(
    terminal: Callable[..., Terminal], past: str, client: Client
) -> None:
    for said, after in (("n", None), ("y", "7d")):
        screen = terminal("retention", "--keep", "7d")
        screen.expect("Erase them?")
        screen.type(f"{said}\r")

        assert screen.end() == (130 if said == "n" else 0)
        assert client.calendar.retention.get().after == after


def test_what_is_no_period_is_one_line(run: Run, client: Client) -> None:
    client.init()
    for args in (("--after", "soon"), ("--after", ""), ("--off", "--after", "3y")):
        answer = run("retention", *args)
        assert answer.status == 2
        assert len(answer.err.splitlines()) <= 2


def test_doctor_says_that_people_are_erased_by_themselves(
    terminal: Callable[..., Terminal], run: Run, past: str
) -> None:
    run("retention", "--keep", "18mo")

    screen = terminal("doctor")

    screen.expect("people are erased 18 months after their last date")
    screen.end()
