"""`doctor` as people, programs and monitors see it."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.running import PATIENCE, golden
from support.stores import change, opened

from calbook import Client
from calbook.cli import tree
from calbook.core.doctor.findings import KINDS

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run, Spawn, Terminal
    from support.zones import NewRules

pytest_plugins = ("support.running", "support.zones")

LAGOS = "Africa/Lagos"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def grace(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("CALBOOK_CONFIG", str(tmp_path / "config.toml"))
    client.set_up(name="Grace", email="grace@example.com", timezone=LAGOS)
    client.calendar.event_types.create("demo", title="Demo", duration=60)
    return client


def book(client: Client, start: str) -> str:
    ada = {"name": "Ada", "email": "ada@example.com"}
    return client.calendar.bookings.create(
        event_type_id="demo", start_time=start, attendee=ada
    ).uid


def test_nothing_is_said_on_stdout_where_nothing_is_wrong(
    run: Run, grace: Client
) -> None:
    assert run("doctor") == (0, "", "no findings\n")


def test_findings_are_lines_and_the_status_is_1(run: Run, grace: Client) -> None:
    grace.calendar.event_types.create("closed", last_date="2026-12-01")

    answer = run("doctor")

    assert (answer.status, answer.err) == (1, "1 finding\n")
    severity, code, message, hint = answer.out.removesuffix("\n").split("\t")
    assert (severity, code) == ("warning", "not_bookable")
    assert "evt_closed" in message
    assert hint.startswith("calbook ")


def keys(value: Any) -> Any:
    """The keys of objects in objects, without what they hold."""
    if isinstance(value, dict):
        return {key: keys(item) for key, item in value.items()}
    return [keys(value[0])] if isinstance(value, list) and value else None


@pytest.mark.sqlite
def test_the_keys_for_programs_stay(
    run: Run, grace: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace.calendar.event_types.create("closed", last_date="2026-12-01")

    answer = run("doctor", "--json")

    found = json.loads(answer.out)
    assert (answer.status, answer.err) == (1, "")
    for changing in ("libraries",):
        assert found["facts"]["versions"][changing]["icalendar"]
        found["facts"]["versions"][changing] = {}
    found["facts"]["variables"] = {}
    text = json.dumps(keys(found), indent=1) + "\n"
    assert golden("doctor-keys.json", text) == text


def test_on_a_terminal_all_is_shown_by_groups_with_hints(
    terminal: Callable[..., Terminal], grace: Client
) -> None:
    grace.calendar.event_types.create(
        "closed", reminders=[{"minutes_before": 60, "to": "all"}]
    )

    screen = terminal("doctor", columns=80)

    assert screen.end() == 1
    lines = screen.shown.splitlines()
    groups = ["File", "Time zones", "Sending", "Catalog", "Program"]
    assert [line for line in lines if line[:1].isalnum()] == [*groups, "1 finding"]
    at = next(n for n, line in enumerate(lines) if line.startswith("!   evt_closed"))
    assert "    hint: calbook config smtp --help" in lines[at:]
    assert max(len(line) for line in lines if "/" not in line) <= 80  # paths are whole


def test_it_announces_that_people_are_erased_and_the_clock_is_given(
    terminal: Callable[..., Terminal], grace: Client
) -> None:
    grace.calendar.retention.set("3y")

    screen = terminal("doctor", columns=80)

    assert screen.end() == 0
    assert "  the clock is given: CALBOOK_NOW=" in screen.shown
    assert "  people are erased 3 years after their last date" in screen.shown


def test_a_monitor_hears_ok_warning_critical_and_unknown(
    run: Run, grace: Client, clock: Clock, place: str
) -> None:
    size = " size=" if "://" not in place else ""
    ok = run("doctor", "--monitor")
    grace.calendar.webhooks.create("https://example.com/hook")
    book(grace, "2027-01-18 10:00")
    clock.move(minutes=20)
    warned = run("doctor", "--monitor")
    clock.move(days=2)
    critical = run("doctor", "--monitor")
    unknown = run("doctor", "--monitor", "--db", "nowhere/b.db")

    data = "due=0 failed=0 oldest_due=0s;900" + size
    assert (ok.status, ok.err) == (0, "")
    assert ok.out.startswith(f"CALBOOK OK - no findings | {data}")
    assert warned.status == 1
    assert "due=1 failed=0 oldest_due=1200s;900" in warned.out
    assert critical.status == 2
    assert critical.out.startswith("CALBOOK CRITICAL - 1 delivery is due")
    assert (unknown.status, unknown.out[:18]) == (3, "CALBOOK UNKNOWN - ")
    for answer in (ok, warned, critical, unknown):
        assert answer.out.count("\n") == 1
        assert answer.out.count("|") == 1


def test_a_monitor_gets_its_line_where_nothing_answers(spawn: Spawn) -> None:
    """It waited for ten seconds and more, when monitors had given up."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"postgresql://me:hidden@127.0.0.1:{mute.getsockname()[1]}/db"
        process = spawn("doctor", "--monitor", "--db", url)
        out, err = process.communicate(timeout=PATIENCE)

    assert (process.returncode, out, err) == (
        3,
        b"CALBOOK UNKNOWN - no answer in 8 s\n",
        b"",
    )


@pytest.mark.sqlite
def test_a_monitor_gets_its_line_whatever_is_wrong(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALBOOK_UMASK", "99")

    answer = run("doctor", "--monitor")

    assert answer == (3, "CALBOOK UNKNOWN - CALBOOK_UMASK is no umask: 99\n", "")


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "args",
    [
        *(("--dry-run",), ("--yes",), ("--notify",), ("--no-notify",)),
        ("--monitor", "--json"),
        ("--monitor", "--fix-times"),
        ("--db", ""),
        ("--db", "mysql://grace:geheim@host/b"),
    ],
    ids=" ".join,
)
def test_what_does_not_go_together_is_refused(run: Run, args: tuple[str, ...]) -> None:
    answer = run("doctor", *args)

    assert (answer.status, answer.out) == (2, "")
    assert "geheim" not in answer.err


@pytest.mark.sqlite
def test_without_a_home_or_a_place_for_the_file_it_still_reports(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    run("doctor")  # so that the environment is that of the test
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file" / "data"))
    monkeypatch.delenv("CALBOOK_DB")

    from calbook.cli import app

    assert app.run(["doctor", "--json"]) == 1


@pytest.mark.sqlite
def test_a_locale_without_letters_and_a_missing_terminal_name_are_enough(
    spawn: Spawn, grace: Client
) -> None:
    process = spawn("doctor", env={"LC_ALL": "C", "TERM": "", "HOME": "/nonexistent"})
    out, err = process.communicate()

    assert (process.returncode, out, err) == (0, b"", b"no findings\n")


def test_hostile_text_obeys_nothing(run: Run, grace: Client) -> None:
    grace.calendar.webhooks.create("https://example.com/hook")
    change(
        grace,
        "update webhooks set active = false, id = :id, disabled_reason = 'x'",
        id="wh_\x1b[31m|\n",
    )

    lines = run("doctor").out, run("doctor", "--monitor").out

    assert all("\x1b" not in line for line in lines)
    assert all(line.count("\n") == 1 for line in lines)


# -- dates back to their time of day -------------------------------------------------


def test_dates_are_moved_with_yes_and_told_in_columns(
    run: Run, grace: Client, new_rules: NewRules
) -> None:
    uid = book(grace, "2027-01-18 10:00")
    new_rules(LAGOS, "Etc/UTC")

    found = run("doctor")
    tried = run("doctor", "--fix-times", "--dry-run")
    asked = run("doctor", "--fix-times")
    moved = run("doctor", "--fix-times", "--yes")
    again = run("doctor", "--fix-times", "--yes")

    assert found.out.split("\t")[1] == "time_moved"
    assert (tried.status, tried.err) == (0, "nothing was changed: --dry-run\n")
    assert asked.status == 2
    assert "nobody is there to ask: move 1 date back" in asked.err
    row = ["moved", uid, "2027-01-18", "2027-01-18T09:00:00+00:00"]
    assert moved.rows[0][:5] == [*row, "2027-01-18T10:00:00+00:00"]
    assert tried.out == moved.out
    assert again == (0, "", "every date is at the time of day that was booked\n")
    assert run("doctor").status == 0


def test_what_is_left_makes_the_status_1(
    run: Run, grace: Client, new_rules: NewRules
) -> None:
    uid = book(grace, "2027-01-18 10:00")
    in_the_way = book(grace, "2027-01-18T10:00Z")
    new_rules(LAGOS, "Etc/UTC")

    answer = run("doctor", "--fix-times", "--yes", "--json")

    found = json.loads(answer.out)
    assert (answer.status, found["moved"]) == (1, [])
    [left] = found["left"]
    assert (left["uid"], left["code"]) == (uid, "slot_taken")
    assert (left["takenBy"], left["seconds"]) == (in_the_way, 3600)


def test_nothing_to_move_makes_no_file(run: Run, tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"

    assert run("doctor", "--fix-times", "--db", missing).status == 0
    assert not missing.exists()


def test_an_attendee_in_a_row_that_is_wrong_is_not_named(
    run: Run, grace: Client, place: str
) -> None:
    uid = book(grace, "2027-01-18 10:00")
    with opened(place) as conn:
        conn.execute("update attendees set phone = '+351912345678'")

    answer = run("doctor", "--json")

    said = json.loads(answer.out)["findings"]
    assert [f["message"] for f in said] == [
        f"{uid} is not found by the phone of its attendee 1"
    ]
    assert not {"ada@example.com", "351912345678"} & {*answer.out.split('"')}
    assert os.path.basename(grace.path) in answer.out


@pytest.mark.sqlite
@pytest.mark.parametrize("code", [c for c in KINDS if "calbook " in KINDS[c].hint])
def test_the_commands_that_are_hinted_at_exist(run: Run, code: str) -> None:
    for said in KINDS[code].hint.split("calbook ")[1:]:
        words = re.split(r",| and | say ", said)[0].split()
        command = list(takewhile(lambda word: word.islower() and word[0] != "-", words))
        while command and not tree.is_command(command):
            command.pop()
        shown = run("help", *command).out

        assert command, said
        assert all(word in shown for word in words if word.startswith("--")), said
