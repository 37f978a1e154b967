"""The waiting list from the command line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.running import Run, Terminal

from calbook import EventType

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


def test_a_refusal_on_a_terminal_hints_at_the_line(
    run: Run, terminal: Callable[..., Terminal]
) -> None:
    run(*create("Ada"))

    refused = terminal(*create("Bob"), columns=200)

    assert refused.end() == 4
    assert "; or wait for this one: --wait" in refused.shown


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
