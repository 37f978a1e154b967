"""`add --input` reads what `show --json` printed, and `--dry-run` writes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.running import Run
from support.stores import dump

pytest_plugins = ("support.running",)

MADE: dict[str, list[str]] = {
    "schedule": [
        *("schedule", "add", "night-shift", "--tz", "Europe/Lisbon"),
        *("--hours", "mon-fri 22:00-02:00", "--name", "At night"),
    ],
    "host": [
        *("host", "add", "ann-marie", "--name", "Ann Marie", "--tz", "Asia/Tokyo"),
        *("--email", "ann@example.com", "--schedule", "night-shift"),
        *("--booking-limit", "6/day", "--booking-limit", "8h/week"),
    ],
    "resource": [*("resource", "add", "room-1", "--capacity", "8", "--kind", "hall")],
    "event": [
        *("event", "add", "dev-call", "--title", "Call, \u202eback", "--host", "me:2"),
        *("--host", "ann-marie:priority=3", "--scheduling-type", "round-robin"),
        *("--duration", "30", "--duration", "60", "--booking-limit", "3/day"),
        *("--per-person", "1/week", "--needs", "1 of room-1", "--notify"),
        *("--question", "Size|select|required|S,M", "--reminder", "1d:all"),
        *("--hours", "mon 10:00-12:00", "--location", "PHONE:+351 555 0100"),
        *("--max-in-a-row", "3", "--break", "15", "--seats", "4", "--meta", "a=1"),
        *("--first-date", "2027-01-18", "--cancellation-deadline", "1d"),
    ],
}
CLOSED = ("schedule", "override", "night-shift", "--on", "2027-01-18", "--closed")


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def printed(run: Run) -> dict[str, str]:
    """Each noun as `show --json` prints it."""
    found = {}
    for noun, args in MADE.items():
        assert run(*args).status == 0
        if noun == "schedule":
            run(*CLOSED)
        found[noun] = run(noun, "show", args[2], "--json").out
    return found


def test_what_was_printed_is_added_as_it_was_to_another_file(
    run: Run, printed: dict[str, str], tmp_path: Path
) -> None:
    other = str(tmp_path / "other.db")

    for noun, text in printed.items():
        added = run(noun, "add", "--input", "-", "--db", other, "--json", input=text)
        assert added.json == json.loads(text)


@pytest.mark.parametrize("noun", MADE)
def test_it_is_added_under_another_id_beside_the_first(
    run: Run, printed: dict[str, str], noun: str
) -> None:
    text = printed[noun]

    added = run(noun, "add", "copy-1", "--input", "-", "--json", input=text).json

    first = json.loads(text)
    own: dict[str, Any] = {"id": first["id"].partition("_")[0] + "_copy-1"}
    if noun == "event":
        own["slug"] = "copy-1"
    assert added == {**first, **own}
    assert run(noun, "show", MADE[noun][2], "--json").json == first


@pytest.mark.parametrize("noun", MADE)
def test_options_count_over_the_input(
    run: Run, printed: dict[str, str], noun: str
) -> None:
    option, key = ("--title", "title") if noun == "event" else ("--name", "name")
    args = (noun, "add", "copy-1", "--input", "-", option, "Otherwise", "--json")

    assert run(*args, input=printed[noun]).json[key] == "Otherwise"


@pytest.mark.parametrize("noun", MADE)
def test_an_update_reads_it_too(run: Run, printed: dict[str, str], noun: str) -> None:
    option = "--title" if noun == "event" else "--name"
    run(noun, "update", MADE[noun][2], option, "Otherwise")
    args = (noun, "update", MADE[noun][2], "--input", "-", "--json")

    assert run(*args, input=printed[noun]).json == json.loads(printed[noun])


@pytest.mark.parametrize("noun", MADE)
def test_a_dry_run_says_so_and_writes_nothing(
    run: Run, place: str, printed: dict[str, str], noun: str
) -> None:
    before = dump(place)
    options = ("--input", "-", "-n")

    added = run(noun, "add", "copy-1", *options, input=printed[noun])
    changed = run(noun, "update", MADE[noun][2], *options, input=printed[noun])
    refused = run(noun, "add", *options, input=printed[noun])

    assert (added.status, changed.status, refused.status) == (0, 0, 4)
    assert added.err.startswith("Nothing was written: --dry-run\n")
    assert "copy-1" in added.out
    assert dump(place) == before


def test_a_removal_is_tried(run: Run, place: str) -> None:
    run("resource", "add", "room-1")
    run("event", "add", "dev-call", "--needs", "room-1")
    before = dump(place)

    tried = run("event", "remove", "dev-call", "--dry-run")
    refused = run("resource", "remove", "room-1", "--dry-run")

    assert (tried.status, refused.status) == (0, 5)
    assert tried.err == "Would be removed: evt_dev-call\n"
    assert dump(place) == before


def test_who_would_retire_stays(run: Run, place: str) -> None:
    run("host", "add", "bob")
    before = dump(place)

    tried = run("host", "retire", "bob", "-n")

    assert (tried.status, tried.err) == (0, "Nothing was written: --dry-run\n")
    assert dump(place) == before
    run("host", "retire", "bob")
    again = run("host", "restore", "bob", "--dry-run")
    assert (again.status, again.err) == (0, "Nothing was written: --dry-run\n")
    assert run("host", "show", "bob", "--json").json["retiredAt"] is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "the input must be an object"),
        ("{", "not JSON: "),
        ("{}", "which id is it to have?"),
        ('{"id": "x", "nam": "Y"}', "the host knows no nam"),
        ('{"id": 5}', "host id must be text, not a number"),
    ],
)
def test_what_cannot_be_read_is_refused(run: Run, text: str, message: str) -> None:
    error = run("host", "add", "--input", "-", "--json", input=text).error

    assert error["message"].startswith(message)
    assert error["exitCode"] == 2
