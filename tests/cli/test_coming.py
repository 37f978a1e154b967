"""`import --from` on the command line: what it shows, asks and answers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from support.running import PATIENCE

from calbook import Client

if TYPE_CHECKING:
    from support.running import Run, Spawn, Terminal

pytest_plugins = ("support.running",)

FILES = Path(__file__).parents[1] / "data" / "coming"
TABLE = "start,name,email,event\n2027-01-18 10:00,Ada,ada@example.com,Talk\n"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture(autouse=True)
def office(client: Client) -> None:
    client.set_up(name="Grace Hopper", email="grace@example.com")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "old.csv"
    file.write_text(TABLE)
    return file


def test_off_a_terminal_a_guess_needs_yes(run: Run, table: Path) -> None:
    asked = run("import", table, "--from", "csv")

    assert asked.status == 2
    assert "say --yes, or look at it first with --dry-run" in asked.err
    assert run("list").out == ""
    assert run("import", table, "--from", "csv", "--yes").status == 0
    assert "Ada" in run("list").out


def test_a_whole_map_needs_no_yes(run: Run, table: Path) -> None:
    mapped = "start=start,name=name,email=email,event=event"

    assert run("import", table, "--from", "csv", "--map", mapped).status == 0


def test_on_a_terminal_it_asks(
    terminal: Callable[..., Terminal], run: Run, table: Path
) -> None:
    screen = terminal("import", table, "--from", "csv")

    screen.expect("Take the rows over as they are read here?")
    screen.type("n\n")

    assert screen.end() == 130
    assert run("list").out == ""


WIDE = (
    "Startzeit;Dauer;Kundenname;E-Mail-Adresse;Telefonnummer;Dienstleistung;Bemerkung\n"
    "18.01.2027 10:00;;Ada Augusta King of Lovelace;ada.lovelace@analytical.example;"
    "+351 912 345 678;An introduction to the engine;-\n"
)


def test_a_preview_fits_a_terminal(
    terminal: Callable[..., Terminal], run: Run, tmp_path: Path
) -> None:
    """Lines were broken in the midst of words; the phone was not shown."""
    file = tmp_path / "wide.csv"
    file.write_text(WIDE)

    screen = terminal("import", file, "--from", "csv", "--dry-run", columns=80)
    assert screen.end() == 0

    lines = screen.shown.replace("\r", "").split("\n")
    assert all(len(line) <= 80 for line in lines)
    assert "start = Startzeit, duration = Dauer" in lines[0]
    assert any(line.startswith("Line  Start") for line in lines)
    row = next(line for line in lines if line.startswith("2 "))
    assert "2027-01-18 10:00" in row
    assert "+351 912 345 678" in screen.shown
    assert "ada.lovelace@analytical.example" in screen.shown


def test_a_preview_is_in_the_zone_that_it_names(run: Run, tmp_path: Path) -> None:
    """Below `Times in Europe/Berlin` stood the times of UTC, and no end."""
    file = tmp_path / "x.csv"
    rows = "2027-01-18 10:00,A,a@b.example,+351912\nsoon,B,b@b.example,\n"
    file.write_text(f"start,name,email,phone\n{rows}")
    run("event", "add", "talk", "--duration", "45")

    options = ("--event", "talk", "--tz", "Europe/Berlin", "--dry-run")
    shown = run("import", file, "--from", "csv", *options)

    assert "2     2027-01-18 10:00  10:45  A     a@b.example  +351912" in (shown.err)


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (("--event", "kg"), 3, "no such event type: evt_kg\nhint: make it first"),
        ((), 2, "do not say which event type was booked"),
    ],
)
def test_what_is_missing_is_told_before_it_asks(
    run: Run, tmp_path: Path, options: tuple[str, ...], status: int, said: str
) -> None:
    """An event type that was not there was told after the answer."""
    file = tmp_path / "x.csv"
    file.write_text("start,name\n2027-01-18 10:00,A\n")

    answer = run("import", file, "--from", "csv", *options)  # and no --yes

    assert (answer.status, said in answer.err) == (status, True)


def test_a_dry_run_shows_the_columns_and_asks_nothing(run: Run, table: Path) -> None:
    tried = run("import", table, "--from", "csv", "--dry-run")

    assert tried.status == 0
    assert "Columns: start = start, name = name" in tried.err
    assert "Would take over: 1 new" in tried.err
    assert run("event", "list").out == ""


def test_the_summary_says_what_became_of_it(run: Run) -> None:
    done = run("import", FILES / "calendly_events.csv", "--from", "calendly")

    assert done.status == 4  # as of the booking in the way
    assert "line 9, Ida Overlap" in done.err
    assert "Took over: 4 new (1 of them cancelled), 1 skipped" in done.err
    assert "New event types: evt_30_minute_meeting, evt_open_class" in done.err
    again = run("import", FILES / "calcom_event_types.json", "--from", "calcom")
    assert (again.status, again.out) == (0, "")


def test_json_has_all_of_it(run: Run) -> None:
    done = run("import", FILES / "google.ics", "--from", "google", "--json")

    found = json.loads(done.out)
    assert (done.status, found["made"], found["source"]) == (0, 1, "google")
    assert [r["foreignUid"] for r in found["leftOut"]] == ["lunch@google.com"]


def test_a_file_that_is_made_for_it_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host `Me` came to be without a word."""
    path = tmp_path / "new.db"
    command = ("import", FILES / "google.ics", "--from", "google", "--db", path)

    tried, done, again = run(*command, "--dry-run"), run(*command), run(*command)

    said = f"Made {path}, whose host is Me\nhint: say who that is: calbook init"
    assert [said in each.err for each in (tried, done, again)] == [False, True, False]


def test_standard_input_is_read(run: Run) -> None:
    data = (FILES / "google.ics").read_bytes()

    assert run("import", "-", "--from", "google", input=data).status == 0


def test_no_more_is_read_than_can_be_taken_over(spawn: Spawn) -> None:
    """An endless input was read until there was no memory left."""
    with Path("/dev/zero").open("rb") as endless:
        process = spawn("import", "-", "--from", "csv", stdin=endless)
        _, err = process.communicate(timeout=PATIENCE)

    assert (process.returncode, b"at most 104,857,600 fit" in err) == (2, True)


def test_a_pipe_is_read_once(run: Run, tmp_path: Path) -> None:
    """After the preview there was nothing left in it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_text, args=(TABLE,), daemon=True)
    writer.start()

    assert run("import", pipe, "--from", "csv", "--yes").status == 0

    assert "Ada" in run("list").out


def test_a_preview_shows_why_a_row_is_left_out_as_it_is_said(
    run: Run, tmp_path: Path
) -> None:
    """Of `Total is no time` it showed ` otal is no time`."""
    file = tmp_path / "x.csv"
    file.write_text("start,name,event\nTotal,3,x\n2027-01-18 10:00,A,x\n")

    shown = run("import", file, "--from", "csv", "--dry-run")

    assert "2     Total is no time" in shown.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--from", "outlook"), "--from cannot be outlook"),
        (("--from", "ics"), "a calendar does not say which event type"),
        (("--from", "calcom", "--map", "start=x"), "only a table has columns to map"),
        (("--from", "csv", "--map", "x"), "a map needs field=column, not x"),
        (("--from", "csv", "--dates", "ymd"), "dates cannot be ymd"),
        (("--from", "csv", "--contact", "all"), "contact cannot be all"),
        (("--from", "csv", "--on-conflict", "move"), "--on-conflict cannot be move"),
        (("--event", "demo"), "are for the files of another program"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    run: Run, table: Path, options: tuple[str, ...], said: str
) -> None:
    answer = run("import", table, *options, "--yes")

    assert answer.status == 2
    assert said in answer.err
    assert "\n" not in answer.err.split("calbook: ")[-1].split("\nhint")[0].strip()


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    answer = run("import", tmp_path / "none.csv", "--from", "calendly")

    assert (answer.status, "cannot read" in answer.err) == (2, True)


def test_names_obey_no_terminal(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text('start,name,email,e\x1b[31m\n2027-01-18,"A\x1b[2J",a@b.example,x\n')

    shown = run("import", file, "--from", "csv", "--dry-run")

    assert "\x1b" not in shown.err


def test_a_row_that_cannot_be_read_is_named_once(run: Run) -> None:
    answer = run(
        *("import", "-", "--from", "csv", "--yes"),
        input=f"{TABLE}soon,Bob,bob@example.com,Talk\n",
    )

    assert answer.status == 2
    assert answer.err.split("Took over:")[-1].count("line 3") == 1
    assert "calbook: line 3" not in answer.err
