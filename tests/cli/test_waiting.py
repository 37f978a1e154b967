"""The waiting list from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from support.running import Run, Terminal

from calbook import EventType
from calbook.cli import output

pytest_plugins = ("support.running",)

START = "2027-01-18 10:00"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture(autouse=True)
def demo(event_type: Callable[..., EventType]) -> EventType:
    return event_type("demo")


def create(name: str, *more: str, start: str = START) -> tuple[str, ...]:
    person = ("--name", name, "--email", f"{name.lower()}@example.com")
    return ("create", "--event", "demo", "--start", start, *person, *more)


def test_who_finds_it_taken_waits_and_gets_it(run: Run) -> None:
    uid = run(*create("Ada", "--wait")).rows[0][0]  # it is free: nobody waits
    waits = run(*create("Bob", "--wait", "--json")).json
    assert (waits["state"], waits["position"]) == ("waiting", 1)

    freed = run("cancel", uid)

    assert "Offered to Bob <bob@example.com> until" in freed.err
    assert f"hint: who wants it takes it by: calbook confirm {waits['id']}" in freed.err
    [listed] = run("waiting", "list", "--json").json
    assert listed["state"] == "offered"
    taken = run("confirm", waits["id"], "--json").json
    assert (taken["status"], taken["attendee"]["name"]) == ("CONFIRMED", "Bob")
    assert run("waiting", "list", "--json").json == []
    assert run("waiting", "list", "--all", "--json").json[0]["state"] == "booked"


def test_a_refusal_on_a_screen_hints_at_the_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is there to be asked, as where standard input is a file."""
    run(*create("Ada"))
    monkeypatch.setattr(output, "as_terminal", True)
    monkeypatch.setenv("COLUMNS", "200")

    refused = run(*create("Bob"))

    assert refused.status == 4
    assert "; or wait for this one: --wait" in refused.err


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 4)])
def test_who_gave_all_options_is_asked_as_well_whether_to_wait(
    run: Run, terminal: Callable[..., Terminal], answer: str, status: int
) -> None:
    """Only who had been asked for something else was."""
    run(*create("Ada"))

    dialogue = terminal(*create("Bob"), columns=200)
    dialogue.expect("that time is taken by")
    dialogue.expect("Put them in line for it?")
    dialogue.type(f"{answer}\n")

    assert dialogue.end() == status
    assert dialogue.shown.count("that time is taken by") == 1
    assert "--wait" not in dialogue.shown
    assert len(run("waiting", "list", "--json").json) == (status == 0)


@pytest.mark.parametrize("form", ["--json", "--jsonl"])
def test_programs_are_not_asked(
    run: Run, terminal: Callable[..., Terminal], form: str
) -> None:
    run(*create("Ada"))

    assert terminal(*create("Bob", form)).end() == 4


def test_who_was_asked_for_other_things_is_asked_whether_to_wait(
    run: Run, terminal: Callable[..., Terminal]
) -> None:
    run(*create("Ada"))
    person = ("--event", "demo", "--start", START, "--name", "Bob")

    dialogue = terminal("create", *person, columns=200)
    dialogue.expect("E-mail")
    dialogue.type("bob@example.com\n")
    dialogue.expect("Put them in line for it?")
    dialogue.type("y\n")

    assert dialogue.end() == 0
    assert "In line wait_" in dialogue.shown


def test_a_range_is_waited_for(run: Run) -> None:
    run(*create("Ada"))
    person = ("--name", "Bob", "--email", "bob@example.com")
    ends = ("--from", START, "--to", "2027-01-18 10:30")

    waits = run("create", "--event", "demo", "--wait", *ends, *person, "--json").json

    assert waits["startTime"] is None
    assert waits["earliest"].startswith("2027-01-18T10:00")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--from", START, "--to", START), "for who waits for any start"),
        (("--wait", "--idempotency-key", "k"), "--idempotency-key is for who books"),
        (("--wait", "--hold", "bk_0000"), "--hold is for who books"),
        (("--wait", "--from", START), "for a start, or for any"),
    ],
)
def test_what_does_not_go_together_is_refused(
    run: Run, more: tuple[str, ...], said: str
) -> None:
    refused = run(*create("Bob", *more))

    assert refused.status == 2
    assert said in refused.err


def test_somebody_is_taken_out(run: Run) -> None:
    run(*create("Ada"))
    id = run(*create("Bob", "--wait")).rows[0][0]

    would = run("waiting", "remove", id, "--dry-run", "--json").json
    assert would["state"] == "removed"
    assert run("waiting", "remove", id[5:], "--json").json["state"] == "removed"

    assert run("waiting", "remove", id).status == 5
    assert run("waiting", "show", "wait_nobody").status == 3


def test_an_event_type_says_what_becomes_of_who_waits(run: Run) -> None:
    options = ("--on-free", "book", "--hold-minutes", "2h")

    saved = run("event", "update", "demo", *options, "--json").json

    assert (saved["onFree"], saved["holdMinutes"]) == ("BOOK", 120)


# -- a group that meets on several dates ----------------------------------------------

COURSE = ("create", "--event", "course", "--start", START)
SECOND = "2027-01-25 10:00"
WEEKLY = ("--repeat", "weekly", "--count", "2")


@pytest.fixture
def course(run: Run, event_type: Callable[..., EventType]) -> str:
    """Ada on two Mondays, with a seat for one more."""
    event_type("course", seats=2)
    ada = ("--name", "Ada", "--email", "ada@example.com")
    return run(*COURSE, *ada, *WEEKLY).rows[0][0]


@pytest.fixture
def full(run: Run, course: str) -> str:
    zoe = ("--name", "Zoe", "--email", "zoe@example.com")
    run("attendee", "add", course, *zoe)
    return course


def bob(start: str, *more: str) -> tuple[str, ...]:
    who = ("--name", "Bob", "--email", "bob@example.com")
    return ("create", "--event", "course", "--start", start, *who, *more)


def test_who_waits_for_one_date_is_told_from_who_waits_for_all(
    run: Run, full: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were told that they waited for all dates."""
    monkeypatch.setattr(output, "as_terminal", True)
    monkeypatch.setenv("COLUMNS", "200")
    one = run(*bob(SECOND, "--wait")).out
    every = run(*COURSE, "--name", "Eve", "--phone", "5550100", *WEEKLY, "--wait").out
    shown = run("waiting", "show", one.split()[2].rstrip(":")).out
    entries = run("waiting", "list", "--json").out

    assert one.endswith(f"for Mon 25 Jan 2027, 10:00 UTC, one date of {full}\n")
    assert every.endswith(f"for Mon 18 Jan 2027, 10:00 UTC, all dates of {full}\n")
    assert f"Mon 25 Jan 2027, 10:00, one date of {full}" in shown
    dates = [(each["uid"], each["date"]) for each in json.loads(entries)]
    assert dates == [(full, "2027-01-25"), (full, None)]


def test_a_seat_on_one_date_that_is_taken_is_told_with_the_date_and_the_person(
    run: Run, full: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The course's first date and its primary attendee were told."""
    waits = run(*bob(SECOND, "--wait", "--json")).json["id"]
    run("attendee", "remove", full, "--person", "Zoe", "--on", SECOND[:10], "--yes")
    monkeypatch.setattr(output, "as_terminal", True)

    taken = run("confirm", waits).out.splitlines()

    assert taken[:2] == [
        f"Confirmed Bob <bob@example.com> on 2027-01-25 of {full}:",
        "  Mon 25 Jan 2027, 10:00–10:30 UTC",
    ]


def test_a_seat_in_a_meeting_that_is_taken_is_told_with_the_person(
    run: Run, event_type: Callable[..., EventType], monkeypatch: pytest.MonkeyPatch
) -> None:
    event_type("course", seats=2)
    ada = ("--name", "Ada", "--phone", "5550100", "--guest", "Zoe")
    uid = run(*COURSE, *ada).rows[0][0]
    waits = run(*bob(START, "--wait", "--json")).json["id"]
    run("attendee", "remove", uid, "--person", "Zoe", "--yes")
    monkeypatch.setattr(output, "as_terminal", True)

    taken = run("confirm", waits).out

    assert taken.startswith(f"Confirmed Bob <bob@example.com> in {uid}: Mon 18 Jan")


def test_who_books_a_date_of_a_series_is_told_of_its_seats(
    run: Run, course: str
) -> None:
    error = run(*bob(SECOND, "--json")).error

    assert error["hint"] == (
        "it is a date of a series with 1 seat left:"
        f" calbook attendee add {course} --on 2027-01-25"
    )
    assert (error["details"]["group"], error["details"]["seatsLeft"]) == (course, 1)


def test_who_books_a_full_date_of_a_series_is_told_of_the_line_and_asked(
    run: Run, full: str, terminal: Callable[..., Terminal]
) -> None:
    error = run(*bob(SECOND, "--json")).error
    dialogue = terminal(*bob(SECOND))
    dialogue.expect("Put them in line for it?")
    dialogue.type("y\n")

    assert error["hint"].endswith("and full: calbook create --wait waits for a seat")
    assert dialogue.end() == 0
    [waits] = run("waiting", "list", "--json").json
    assert (waits["uid"], waits["date"]) == (full, "2027-01-25")


def test_several_offers_are_taken_at_once_on_a_screen(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ended in a KeyError, as no booking was there before under these ids."""
    starts = (START, "2027-01-18 11:00")
    uids = [run(*create("Ada", start=start)).rows[0][0] for start in starts]
    waits = [run(*create("Bob", "--wait", start=start)).rows[0][0] for start in starts]
    run("cancel", *uids, "--yes")
    monkeypatch.setattr(output, "as_terminal", True)

    taken = run("confirm", *waits)

    assert (taken.status, taken.out.count("Confirmed bk_")) == (0, 2)
