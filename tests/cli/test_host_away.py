"""A host is ill, or leaves: what becomes of the dates, from the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from support.running import Run, Terminal
from support.stores import dump

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.running",)

AWAY = ("host", "away", "me", "--from", "today", "--to", "today")
Book = Callable[..., str]


@pytest.fixture
def book(run: Run) -> Book:
    def book(event: str, start: str, *options: str, name: str = "Ada") -> str:
        who = ("--name", name, "--email", f"{name.lower()}@example.com")
        when = ("--start", f"2027-01-18 {start}")
        made = run("create", "--event", event, *when, *who, *options, "--json").json
        return str(made["uid"])

    return book


@pytest.fixture
def ill(run: Run, clock: Clock, book: Book) -> dict[str, str]:
    """Monday, half past seven, and nine bookings of three kinds."""
    clock.now = datetime(2027, 1, 18, 7, 30, tzinfo=UTC)
    run("init", "--name", "Alice", "--email", "alice@example.com", "--tz", "UTC")
    for host in ("bob", "carl"):
        run("host", "add", host, "--email", f"{host}@example.com")
    team = ("--scheduling-type", "round-robin", "--host", "me", "--host", "bob")
    run("event", "add", "visit", "--duration", "30", *team, "--host", "carl")
    run("event", "add", "course", "--duration", "30", *team)
    run("event", "add", "yoga", "--duration", "60", "--seats", "5", *team)
    run("event", "add", "own", "--duration", "30", "--host", "me")
    mine, weekly = ("--host", "me"), ("--host", "me", "--repeat", "weekly")
    made = {
        "single 1": book("visit", "09:00", *mine),
        "single 2": book("visit", "09:30", *mine),
        "only hers": book("own", "10:00"),
        "series 1": book("course", "10:30", *weekly, "--count", "3"),
        "series 2": book("course", "11:00", *weekly, "--count", "3"),
        "taken": book("course", "11:30", *weekly, "--count", "3"),
        "group 1": book("yoga", "12:00", *mine),
        "group 2": book("yoga", "13:00", *mine),
        "full house": book("yoga", "14:00", *mine),
    }
    run("attendee", "add", made["group 1"], "--email", "eve@example.com")
    book("visit", "11:30", "--host", "bob", name="Zoe")
    book("visit", "14:30", "--host", "bob", name="Zoe")
    return made


def uids(items: list[dict[str, Any]]) -> set[str]:
    return {item["uid"] for item in items}


def test_nine_bookings_of_a_host_who_is_ill_are_handed_over_or_listed(
    run: Run, place: str, ill: dict[str, str], terminal: Callable[..., Terminal]
) -> None:
    before = dump(place)
    listed = run(*AWAY, "--json").json
    would = run(*AWAY, "--reassign", "--dry-run", "--json")
    assert dump(place) == before

    done = run(*AWAY, "--reassign", "--reason", "ill", "--json")

    facts = json.loads(done.out)
    assert (would.status, done.status) == (1, 1)
    assert len(listed["left"]) == 9
    assert listed["busy"] is None
    stay = {ill[key] for key in ("only hers", "taken", "full house")}
    assert uids(facts["left"]) == stay
    assert uids(facts["handedOver"]) == {*ill.values()} - stay
    assert uids(json.loads(would.out)["left"]) == stay
    assert facts["cancelled"] == []
    reasons = {item["uid"]: item["code"] for item in facts["left"]}
    assert reasons == {
        ill["only hers"]: "no_other_host",
        ill["taken"]: "slot_taken",
        ill["full house"]: "slot_taken",
    }
    assert run("db", "check").status == 0

    once = dump(place)
    again = run(*AWAY, "--reassign", "--reason", "ill", "--json")

    assert again.status == 1
    assert uids(json.loads(again.out)["left"]) == stay
    assert dump(place) == once


def test_one_date_of_a_series_goes_and_the_others_stay(
    run: Run, ill: dict[str, str]
) -> None:
    run(*AWAY, "--reassign")

    dates = run("occurrences", ill["series 1"], "--json").json
    history = run("history", ill["series 1"], "--json").json
    assert [o["hostIds"] for o in dates] == [["user_bob"], ["user_me"], ["user_me"]]
    assert history[-1]["type"] == "booking.rescheduled"
    assert history[-1]["change"]["fromHostIds"] == ["user_me"]
    assert history[-1]["change"]["hostIds"] == ["user_bob"]


def test_what_is_left_is_cancelled_where_that_is_said_twice(
    run: Run, place: str, ill: dict[str, str]
) -> None:
    before = dump(place)
    refused = run(*AWAY, "--reassign", "--cancel", "--json")
    assert refused.error["code"] == "usage"
    assert dump(place) == before

    facts = run(*AWAY, "--reassign", "--cancel", "--yes", "--json").json

    assert (len(facts["handedOver"]), len(facts["cancelled"])) == (6, 3)
    assert facts["left"] == []
    dates = run("occurrences", ill["taken"], "--json").json
    assert [o["status"] for o in dates] == ["CANCELLED", "CONFIRMED", "CONFIRMED"]


def test_nothing_new_is_booked_into_the_time_until_it_is_freed(
    run: Run, ill: dict[str, str]
) -> None:
    name = run(*AWAY, "--cancel", "--yes", "--json").json["busy"]
    who = ("--name", "Ada", "--email", "ada@example.com")
    new = ("create", "--event", "own", "--start", "2027-01-18 16:00", *who, "--json")

    assert run(*new).error["code"] == "slot_taken"
    run("busy", "remove", name, "--yes")
    assert run(*new).json["hostId"] == "user_me"


@pytest.mark.parametrize("columns", [80, 120])
def test_a_table_says_what_became_of_each(
    ill: dict[str, str], terminal: Callable[..., Terminal], columns: int
) -> None:
    shown = terminal(*AWAY, "--reassign", columns=columns)

    assert shown.end() == 1
    text = shown.shown
    assert "6 handed over, 3 left" in text
    assert "to bob" in text
    assert "left:" in text
    assert "calbook busy remove busy_" in text
    assert max(map(len, text.splitlines())) <= max(columns, 110)


def test_who_has_retired_is_booked_no_more_and_keeps_what_is_left(
    run: Run, ill: dict[str, str]
) -> None:
    facts = run("host", "retire", "me", "--from", "2027-01-25", "--json").json
    who = ("--name", "Ada", "--email", "ada@example.com")

    def error(event: str, start: str) -> str:
        when = ("--event", event, "--start", start)
        return str(run("create", *when, *who, "--host", "me", "--json").error["code"])

    assert facts["host"]["retiredAt"] == "2027-01-25T00:00:00+00:00"
    assert len(facts["left"]) == 6
    assert error("visit", "2027-01-25 09:00") == "host_retired"
    slots = run("slots", "--event", "own", "--from", "2027-01-24", "--json").json
    assert slots == []
    turn = run(
        *("create", "--event", "visit", "--start", "2027-01-25 09:00", *who, "--json")
    ).json
    assert turn["hostId"] != "user_me"
    assert run("slots", "--event", "own", "--days", "2", "--json").json != []
    assert run("host", "restore", "me", "--json").json["retiredAt"] is None
    assert run("slots", "--event", "own", "--from", "2027-01-25", "--json").json != []


def test_several_uids_are_changed_all_or_none(
    run: Run, place: str, ill: dict[str, str]
) -> None:
    two = (ill["single 1"], ill["single 2"])
    run("cancel", two[1], "--by", "host")
    before = dump(place)

    refused = run("cancel", *two, "--by", "host", "--yes", "--json").error

    assert (refused["code"], refused["details"]["uid"]) == ("already_cancelled", two[1])
    assert dump(place) == before
    each = run("cancel", *two, "--by", "host", "--yes", "--each", "--json")
    assert each.status == 5
    assert [b["uid"] for b in json.loads(each.out)] == [two[0]]
    assert two[1] in each.err


def test_several_are_not_cancelled_without_a_yes(run: Run, ill: dict[str, str]) -> None:
    two = (ill["single 1"], ill["single 2"])

    assert run("cancel", *two, "--by", "host", "--json").error["code"] == "usage"
    assert run("reassign", *two, "--if-version", "0", "--json").error["code"] == "usage"
    moved = run("reassign", *two, "--json").json
    assert all(booking["hostId"] != "user_me" for booking in moved)
    assert len(run("attended", *two, "--dry-run", "--json").err.splitlines()) == 1


def test_the_hint_hands_over_what_a_retired_host_has_left(
    terminal: Callable[..., Terminal], run: Run, ill: dict[str, str]
) -> None:
    shown = terminal("host", "retire", "me", "--from", "2027-01-25", columns=120)
    assert shown.end() == 0

    [call] = re.findall(r"hint: calbook (host away .*?) hands over", shown.shown)
    done = run(*call.split(), "--json").json

    assert call.endswith("--to 2027-02-01 --reassign")
    assert len(done["handedOver"]) + len(done["left"]) == 6
