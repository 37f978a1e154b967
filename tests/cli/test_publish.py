"""`ics publish`, and how `ics` writes feeds to subscribe to."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.running import wait_until

if TYPE_CHECKING:
    from support.running import Run, Spawn, Terminal

pytest_plugins = ("support.running",)

Make = Callable[..., Any]
TEN = "2027-01-18T10:00Z"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(os.path.realpath(tmp_path)) / "feeds"


def test_what_is_published_is_told(run: Run, booking: Make, folder: Path) -> None:
    booking(start_time=TEN)

    piped = run("ics", "publish", folder)
    [item] = run("ics", "publish", folder, "--redact", "--json").json

    assert piped.out.split("\t")[:3] == ["user_me", item["name"], item["path"]]
    assert item == {
        "hostId": "user_me",
        "name": item["name"],
        "path": f"{folder}/{item['name']}",
        "busyOnly": False,
        "redacted": True,
        "writtenAt": "2027-01-04T09:00:00+00:00",
    }
    assert run("ics", "publish", "--list", "--json").json == [item]
    assert "Ada" not in Path(item["path"]).read_text()


def test_the_name_is_told_that_stands_in_the_address(
    terminal: Callable[..., Terminal], run: Run, booking: Make, folder: Path
) -> None:
    booking(start_time=TEN)
    [item] = run("ics", "publish", folder, "--busy-only", "--json").json

    screen = terminal("ics", "publish", folder, "--full", columns=200)

    assert screen.end() == 0
    assert ["me", item["name"], "all", str(folder)] in [
        line.split() for line in screen.shown.splitlines()
    ]
    assert "https://…/NAME" in screen.shown


def test_what_a_feed_says_stays_until_another_form_is_named(
    run: Run, booking: Make, folder: Path
) -> None:
    booking(start_time=TEN)
    run("ics", "publish", folder, "--busy-only")

    [again] = run("ics", "publish", folder, "--json").json
    [full] = run("ics", "publish", folder, "--full", "--json").json

    assert (again["busyOnly"], full["busyOnly"]) == (True, False)
    both = run("ics", "publish", folder, "--busy-only", "--redact")
    assert both.status == 2
    assert both.err.startswith("calbook: --busy-only and --redact exclude each other")
    assert run("ics", "publish", folder, "--list", "--full").status == 2


def test_names_are_changed_and_feeds_removed(
    run: Run, booking: Make, folder: Path
) -> None:
    booking(start_time=TEN)
    [first] = run("ics", "publish", folder, "--json").json

    [second] = run("ics", "publish", folder, "--rotate", "--json").json
    assert [file.name for file in folder.iterdir()] == [second["name"]]
    assert second["name"] != first["name"]
    assert run("ics", "publish", folder, "--remove", "--json").json == [second]
    assert (list(folder.iterdir()), run("ics", "publish", "--list").out) == ([], "")
    answer = run("ics", "publish", folder, "--rotate")
    assert (answer.status, answer.err) == (
        3,
        f"calbook: no such published feed: {folder}\n",
    )


def test_delivering_writes_what_has_changed(
    run: Run, booking: Make, folder: Path
) -> None:
    [feed] = run("ics", "publish", folder, "--json").json
    made, other = booking(start_time=TEN), None

    for command in ("deliver", "tick"):
        assert run(command, "--json").status == 0
        assert made.uid in Path(feed["path"]).read_text()
        assert other is None or other.uid in Path(feed["path"]).read_text()
        other = booking(start_time="2027-01-18T12:00Z") if other is None else other


def test_a_watcher_writes_what_has_changed(
    run: Run, booking: Make, folder: Path, spawn: Spawn
) -> None:
    [feed] = run("ics", "publish", folder, "--json").json
    watcher = spawn("deliver", "--watch")

    for hour in (10, 12):
        made = booking(start_time=f"2027-01-18T{hour}:00Z")
        wait_until(lambda uid=made.uid: uid in Path(feed["path"]).read_text())

    assert watcher.poll() is None


def test_delivering_tells_what_it_cannot_write(
    run: Run, booking: Make, folder: Path
) -> None:
    run("ics", "publish", folder)
    folder.rename(folder.with_name("away"))
    booking(start_time=TEN)

    for command in ("deliver", "tick"):
        answer = run(command)
        assert (answer.status, answer.err) == (
            0,
            f"calbook: the directory {folder} of published feeds is not here\n"
            "hint: feeds in it are left to the machine that has it; where it is gone"
            " for good, make it again to remove them\n",
        )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["publish"], "missing DIR"),
        (["publish", "x", "--list", "--remove"], "--list and --remove exclude"),
        (["publish", "x", "--rotate", "--redact"], "--rotate does not say"),
        (["UID", "--feed"], "a UID is one booking; "),
        (["--folder", "x", "--busy-only"], "--folder does not go with --busy-only"),
        (["--free-busy", "--feed", "--host", "me"], "--free-busy is neither a feed"),
        (["--free-busy"], "whose time is it?"),
        (["--feed", "--refresh", "soon"], "--refresh is not a length of time: soon"),
        (["--feed", "--refresh", "0"], "refresh"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_said(run: Run, args: list[str], said: str) -> None:
    answer = run("ics", *args)

    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err


def test_a_feed_is_printed_in_a_form(run: Run, booking: Make) -> None:
    booking(start_time=TEN)

    plain = run("ics", "--feed", "--refresh", "1h").out
    hidden = run("ics", "--busy-only")
    busy = run("ics", "--free-busy", "--host", "me", "--json").json["ics"]

    assert ("PT60M" in plain, "Ada" in plain) == (True, True)
    assert ("PT15M" in hidden.out, "Ada" in hidden.out, hidden.err) == (True, False, "")
    assert "20270118T100000Z/20270118T103000Z" in busy
    assert run("ics", "--host", "me").out.count("REFRESH") == 0
