"""Long work shows itself on a terminal, and says what is done when it is ended."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MONDAY
from support.running import wait_until

from calbook import Booking, Client
from calbook.cli import output, progress
from calbook.services.calendars.feed_bookings import read_portions

if TYPE_CHECKING:
    from support.running import Run, Spawn

pytest_plugins = ("support.running",)

Start = Callable[..., Any]
MANY = 150  # bookings


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def lines(tmp_path: Path, event_type: Callable[..., object]) -> Path:
    """As many bookings to make, of which every tenth is refused."""
    event_type()
    file = tmp_path / "lines.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in wanted()))
    return file


def wanted() -> Iterator[dict[str, Any]]:
    for number in range(MANY):
        at = MONDAY + timedelta(days=14, hours=number)
        email = "nobody" if number % 10 == 9 else "ada@example.com"
        yield {
            "eventTypeId": "demo",
            "startTime": at.isoformat(),
            "attendee": {"name": "Ada", "email": email},
        }


def count_bookings(client: Client) -> int:
    return len(client.calendar.bookings.list())


BAR = re.compile(r"Booking\s.*\d+ of 150")


def test_a_bar_shows_how_far_it_is_and_a_line_what_came_of_it(
    terminal: Start, lines: Path, client: Client
) -> None:
    shown = terminal("create", "--input", lines, "--no-deliver", is_long=True)

    assert shown.end() == 2
    assert BAR.search(shown.shown)
    lines = ", ".join(map(str, range(10, 110, 10)))
    said = f"135 booked, 15 refused: lines {lines} … and 5 more"
    assert said in " ".join(shown.shown.split())
    assert count_bookings(client) == 135
    assert shown.shown.count("Booked") == 135


@pytest.mark.parametrize(
    ("more", "env"),
    [((), {"TERM": "dumb"}), (("--quiet",), {})],
)
def test_there_is_no_bar_where_none_is_wanted(
    terminal: Start, lines: Path, more: tuple[str, ...], env: dict[str, str]
) -> None:
    told = ("--no-deliver", *more)
    shown = terminal("create", "--input", lines, *told, is_long=True, **env)

    assert shown.end() == 2
    assert not BAR.search(shown.shown)
    assert ("135 booked" in shown.shown) is (not more)


@pytest.mark.usefixtures("lines")
def test_off_a_terminal_nothing_is_said_but_what_is_refused(
    run: Run, lines: Path
) -> None:
    answer = run("create", "--input", lines, "--no-deliver")

    assert answer.err.count("calbook: line ") == 15
    assert answer.err.count("\n") == 30  # a hint each
    assert len(answer.out.splitlines()) == 135


def test_ctrl_c_ends_it_between_two_bookings_and_says_how_many_there_are(
    terminal: Start, lines: Path, client: Client
) -> None:
    """Nobody knew how many of the lines had been booked."""
    shown = terminal("create", "--input", lines, "--no-deliver", "--each")
    shown.expect("Booked")
    shown.expect("Booked")
    shown.type("\x03")

    assert shown.end() == -signal.SIGINT
    found = re.search(
        r"interrupted: (\d+) booked, (\d+) refused, (\d+) left", shown.shown
    )
    assert found, shown.shown
    booked, refused, left = map(int, found.groups())
    assert 1 < booked == count_bookings(client)
    assert booked + refused + left == MANY
    assert left > 0


def test_a_stopped_one_says_so_too(spawn: Spawn, lines: Path, client: Client) -> None:
    process = spawn("create", "--input", lines, "--no-deliver", "--json", "--each")
    wait_until(lambda: count_bookings(client) > 2)
    process.send_signal(signal.SIGTERM)

    _, err = process.communicate(timeout=60)

    assert process.returncode == -signal.SIGTERM
    *_, last = map(json.loads, err.decode().splitlines()[-1:])
    booked = re.match(r"stopped: (\d+) booked", last["error"]["message"])
    assert booked, last
    assert int(booked[1]) == count_bookings(client)


# -- when there is a bar


def show_on_screen(monkeypatch: pytest.MonkeyPatch, patience: float) -> None:
    """Standard error is a terminal."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "_PATIENCE", patience)


def test_there_is_no_bar_for_what_is_over_soon(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    show_on_screen(monkeypatch, 60)
    with progress.show_progress("Working") as told:
        told(1, 2)
        told(2, 2)
    assert capsys.readouterr().err == ""

    show_on_screen(monkeypatch, 0)
    with progress.show_progress("Working") as told:
        told(1_234, 5_678)
    assert "1,234 of 5,678" in capsys.readouterr().err


def test_other_text_takes_the_place_of_the_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    show_on_screen(monkeypatch, 0)
    with progress.show_progress("Working") as told:
        told(1, 3)
        assert output.bar is not None
        output.say("a word")
        assert output.bar is None
        told(2, 3)
        assert output.bar is not None

    assert output.bar is None
    assert "a word\n" in capsys.readouterr().err


@pytest.mark.parametrize(("to", "is_shown"), [("pipe", False), ("file", True)])
def test_data_that_is_passed_on_leaves_no_room_for_a_bar(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, to: str, is_shown: bool
) -> None:
    show_on_screen(monkeypatch, 0)
    read, write = os.pipe()
    place = write if to == "pipe" else os.open(tmp_path / "out", os.O_CREAT | os.O_RDWR)
    with os.fdopen(place, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)

        with progress.show_progress("Working", has_stdout=True) as told:
            assert (type(told) is progress.Progress) is is_shown
    os.close(read)
    if to == "file":
        os.close(write)


# -- each that takes long


def test_an_import_that_is_ended_says_that_nothing_came_in(
    terminal: Start, run: Run, booking: Callable[..., Booking], tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    shown = terminal("import", pipe)
    with pipe.open("wb", buffering=0) as writer:
        writer.write(b"\n")  # while the pipe is open, there is more to wait for

        assert shown.press_until_end("\x03") == -signal.SIGINT
    assert "interrupted: nothing" in shown.shown


def test_a_watcher_says_that_it_watches_and_what_it_did(
    spawn: Spawn, booking: Callable[..., Booking]
) -> None:
    """It sat there in silence, and nobody knew whether it did anything."""
    booking()
    process = spawn("deliver", "--watch", stdout=subprocess.DEVNULL)
    assert process.stderr is not None

    first = process.stderr.readline().decode()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)

    assert first.startswith("Watching ")
    assert "within 5 s" in first
    assert "every 15 min" in first
    assert process.returncode == -signal.SIGINT
    assert "interrupted: 0 delivered" in err.decode()


def test_a_quiet_watcher_says_nothing(spawn: Spawn, event_type: Start) -> None:
    event_type()
    process = spawn("deliver", "--watch", "-q", stdout=subprocess.DEVNULL)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(3)
    process.send_signal(signal.SIGINT)

    _, err = process.communicate(timeout=60)

    assert err.decode() == "calbook: interrupted: 0 delivered\n"


@pytest.mark.parametrize("what", ["check", "backup"])
@pytest.mark.sqlite
def test_a_check_and_a_copy_tell_how_far_they_are(
    client: Client, booking: Callable[..., Booking], tmp_path: Path, what: str
) -> None:
    for _ in range(3):
        booking()
    told: list[tuple[int, int]] = []

    def note(done: int, total: int) -> None:
        told.append((done, total))

    if what == "check":
        assert client.check(progress=note) == ()
    else:
        client.backup(tmp_path / "copy.db", progress=note)

    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] > 0


@pytest.mark.sqlite
def test_a_copy_in_steps_is_whole_while_others_write(
    client: Client, booking: Callable[..., Booking], tmp_path: Path
) -> None:
    """It is of one moment, however many steps it takes."""
    for _ in range(3):
        booking()
    copy = tmp_path / "copy.db"

    client.backup(copy, progress=lambda done, total: None)

    with Client(copy) as copied:
        assert copied.check() == ()
        assert len(copied.calendar.bookings.list()) == 3


@pytest.mark.parametrize("what", ["check", "backup"])
@pytest.mark.sqlite
def test_a_check_and_a_copy_that_are_ended_say_what_there_is(
    run: Run,
    booking: Callable[..., Booking],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    booking()

    def interrupt(self: object, done: int, total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(progress.NoProgress, "__call__", interrupt)
    copy = tmp_path / "copy.db"

    answer = run("db", what, *([copy] if what == "backup" else []))

    said = "no copy was made" if what == "backup" else "not all was looked at"
    assert (answer.status, answer.err) == (130, f"calbook: interrupted: {said}\n")
    assert not copy.exists()
    assert [f.name for f in tmp_path.iterdir() if f.name.startswith(".calbook")] == []


def test_feeds_series_of_bookings_and_imports_tell_how_far_they_are(
    client: Client, booking: Callable[..., Booking], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        booking()
    told: list[tuple[int, int]] = []

    def note(done: int, total: int) -> None:
        told.append((done, total))

    bookings = client.calendar.bookings
    monkeypatch.setitem(read_portions.__kwdefaults__, "portion", 2)
    bookings.get_feed(progress=note)
    assert told == [(2, 3), (3, 3)]

    told.clear()
    assert len([*bookings.iter_ics(progress=note)]) == 3
    assert told == [(2, 3), (3, 3)]

    told.clear()
    wanted: Any = [*wanted_lines()][:2]
    bookings.create_all(wanted, progress=note)
    assert told == [(1, 2), (2, 2)]

    told.clear()
    table = b"start,name,email\n2027-03-01 10:00,Eve,eve@example.com\n"
    client.calendar.imports.take_over(
        "csv", [table], event_type_id="demo", timezone="UTC", progress=note
    )
    assert told == [(1, 1)]


def wanted_lines() -> Iterator[dict[str, Any]]:
    """Good ones, at free times."""
    for line in wanted():
        at = MONDAY + timedelta(days=40, hours=int(line["startTime"][11:13]))
        yield {
            "event_type_id": "demo",
            "start_time": at,
            "attendee": {"name": "Eve", "email": "eve@example.com"},
        }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("ics", "--feed"), "no feed was written"),
        (("create", "--input", "{lines}", "--atomic"), "nothing was written"),
        (("export", "-o", "{folder}/x"), "nothing was written"),
        (("doctor",), "not all was looked at"),
    ],
)
def test_what_is_ended_says_what_there_is(
    run: Run,
    booking: Callable[..., Booking],
    lines: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: tuple[str, ...],
    said: str,
) -> None:
    booking()
    lines.write_text("".join(lines.read_text().splitlines(keepends=True)[2:5]))

    def interrupt(self: object, done: int, total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(progress.NoProgress, "__call__", interrupt)
    before = len(run("list").out.splitlines())

    answer = run(*(w.format(lines=lines, folder=tmp_path) for w in line))

    assert (answer.status, answer.err) == (130, f"calbook: interrupted: {said}\n")
    assert len(run("list").out.splitlines()) == before
    assert not (tmp_path / "x").exists()
