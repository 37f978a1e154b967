"""`busy` on the command line: what it prints, asks and refuses."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.running import golden

from calbook import Client

if TYPE_CHECKING:
    from support.running import Look, Run, Terminal

pytest_plugins = ("support.running",)

WORK = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:standup@example.com
DTSTART;TZID=America/New_York:20270118T093000
DTEND;TZID=America/New_York:20270118T094500
RRULE:FREQ=DAILY;COUNT=5
SUMMARY:Standup\u202e
END:VEVENT
BEGIN:VEVENT
UID:040000008200E00074C5B7101A82E008000000008001F1896B63D301
DTSTART;TZID=Mars/Olympus:20270118T093000
END:VEVENT
BEGIN:VEVENT
UID:birthday@example.com
DTSTART;VALUE=DATE:20270120
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
SUMMARY:nothing
END:VEVENT
END:VCALENDAR
"""
BOOK = (
    *("create", "--event", "demo", "--start", "2027-01-18 09:30"),
    *("--name", "Ada", "--email", "ada@example.com"),
)


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture(autouse=True)
def office(client: Client) -> None:
    client.set_up(timezone="America/New_York", email="grace@example.com")
    client.calendar.event_types.create("demo")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    file = tmp_path / "work.ics"
    file.write_text(WORK, encoding="utf-8")
    return file


def named(text: str, *names: str, source: Path | None = None) -> str:
    """Made-up ids as letters, and the test's own path as one for all."""
    for name, letter in zip(names, "abcdefgh", strict=False):
        text = text.replace(name, f"busy_{letter * 12}")
    return text if source is None else text.replace(str(source), "/home/grace/work.ics")


def test_an_import_answers_with_what_it_came_to(run: Run, work: Path) -> None:
    answer = run("busy", "import", work, "--name", "work", "--json").json

    assert answer == {
        "name": "work",
        "kind": "ics",
        "hostId": "user_me",
        "startTime": "2027-01-18T09:30:00-05:00",
        "endTime": "2027-01-22T09:45:00-05:00",
        "timezone": "America/New_York",
        "stretches": 5,
        "reason": None,
        "showsText": False,
        "source": str(work),
        "importedAt": "2027-01-04T04:00:00-05:00",
        "checkedAt": "2027-01-04T04:00:00-05:00",
        "fault": None,
        "horizon": "2029-01-04T00:00:00-05:00",
        "events": 4,
        "free": 1,
        "bookings": 0,
        "skippedCount": 1,
        "skipped": [{"uid": None, "line": 19, "reason": "it has no DTSTART"}],
        "strict": False,
        "careful": False,
        "remarkCount": 1,
        "remarks": [
            {
                "uid": "040000008200E00074C5B7101A82E008000000008001F1896B63D301",
                "line": 10,
                "reason": "its time zone Mars/Olympus is not known:"
                " read in America/New_York",
            },
        ],
        "overlapping": [],
    }


def test_a_refusal_names_the_calendar(run: Run, work: Path) -> None:
    run("busy", "import", work, "--name", "work")

    answer = run(*BOOK)

    assert answer.status == 4
    assert answer.err == (
        "calbook: that time is taken by the calendar work of user_me"
        " (Mon 18 Jan 2027, 09:30–09:45 America/New_York)\n"
        "hint: that host is free again from Mon 18 Jan 2027, 09:45\n"
    )


def test_a_title_that_may_be_told_is_told_harmless(run: Run, work: Path) -> None:
    run("busy", "import", work, "--name", "work", "--show")

    answer = run(*BOOK)

    assert "America/New_York): Standup\\u202e\n" in answer.err


def test_what_is_skipped_is_named_in_a_pipe(run: Run, work: Path) -> None:
    said = run("busy", "import", work)

    assert said.out.startswith("work\tics\t")  # the file's own name
    assert [line.split(": ")[:2] for line in said.err.splitlines()] == [
        ["work", "skipped what begins in line 19"],
        ["work", "guessed 040000008200E00074C5B7101A82E0080000000… in line 10"],
    ]


def test_standard_input_is_read_too(run: Run) -> None:
    said = run("busy", "import", "-", "--name", "home", input=WORK)
    columns = said.out.removesuffix("\n").split("\t")
    answer = run("busy", "refresh", "home", "--json")

    assert columns == [
        *("home", "ics", "user_me", "2027-01-18T09:30:00-05:00"),
        *("2027-01-22T09:45:00-05:00", "America/New_York", "5", "1"),
        *("2029-01-04T00:00:00-05:00", "2027-01-04T04:00:00-05:00", ""),
        *("2027-01-04T04:00:00-05:00", ""),
    ]
    assert (answer.status, answer.error["code"]) == (2, "bad_input")


def test_what_came_from_standard_input_is_named_at_a_refresh(
    run: Run, work: Path
) -> None:
    """It was passed over in silence, so that it grew old."""
    run("busy", "import", "-", "--name", "home", input=WORK)
    run("busy", "import", work, "--name", "work")

    answer = run("busy", "refresh")
    whole = run("busy", "refresh", "--json")

    said = (
        "home of user_me came from standard input and stays as it is: import it again\n"
    )
    assert [line.split("\t")[0] for line in answer.out.splitlines()] == ["work"]
    assert answer.err.endswith(said)
    assert [each["name"] for each in json.loads(whole.out)] == ["work"]
    assert whole.err == said


def test_an_import_can_be_strict(run: Run, work: Path) -> None:
    answer = run("busy", "import", work, "--strict", "--json").json

    assert (answer["strict"], answer["skippedCount"], answer["remarks"]) == (
        True,
        2,
        [],
    )


def test_an_import_can_be_careful(
    run: Run, terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    """What is left out is said, and that it blocks."""
    file = tmp_path / "work.ics"
    event = "UID:a\nDTSTART:20270118T150000Z\nDTEND:soon"
    file.write_text(
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{event}\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    reason = "DTEND cannot be read: its own time is busy all the same"

    piped = run("busy", "import", file, "--careful")
    shown = terminal("busy", "import", file, "--careful", columns=200)
    answer = run("busy", "import", file, "--careful", "--json").json
    careless = run("busy", "import", file, "--json").json

    assert piped.err == f"work: skipped a in line 2: {reason}\n"
    assert (shown.end(), f"  skipped a in line 2: {reason}" in shown.shown) == (0, True)
    assert (answer["careful"], answer["stretches"], answer["skippedCount"]) == (
        True,
        1,
        1,
    )
    assert answer["skipped"] == [{"uid": "a", "line": 2, "reason": reason}]
    assert (careless["careful"], careless["stretches"]) == (False, 0)
    assert run("busy", "import", file, "--careful", "--strict").status == 2


def test_a_pipe_is_read_once(run: Run, tmp_path: Path) -> None:
    """As `<(curl …)` gives one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(WORK,))
    writer.start()

    answer = run("busy", "import", pipe, "--name", "home", "--json").json
    writer.join()

    assert (answer["stretches"], answer["source"]) == (5, None)


def test_what_is_booked_there_is_said_on_stderr(run: Run, work: Path) -> None:
    uid = run(*BOOK).rows[0][0]

    answer = run("busy", "import", work, "--name", "work", "--json")

    assert json.loads(answer.out)["overlapping"] == [uid]
    assert run("busy", "list", "--json").json[0]["overlapping"] == [uid]
    assert answer.err == (
        f"{uid} lies in that busy time of user_me: what is booked stays\n"
    )


def test_own_busy_time_is_added_in_the_zone_that_is_asked_for(run: Run) -> None:
    day = ("--from", "2027-02-01", "--to", "2027-02-01")

    here = run("busy", "add", *day, "--reason", "Sea", "--json").json
    there = run("busy", "add", *day, "--tz", "Asia/Tokyo").rows[0]

    assert here["name"].startswith("busy_")
    assert (here["startTime"], here["reason"]) == ("2027-02-01T00:00:00-05:00", "Sea")
    assert there[3:5] == ["2027-02-01T00:00:00+09:00", "2027-02-02T00:00:00+09:00"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("import", "-"), "missing --name"),
        (("import", "FILE", "--name", "My work"), "--name cannot be My work"),
        (("import", "FILE", "--name", "w", "--host", "bob"), "no such host: user_bob"),
        (("import", "missing.ics", "--name", "w"), "cannot read missing.ics: No such"),
        (("import", "-", "--name", "w"), "it is not a calendar file"),
        (("import", "https://cal.example/a.ics"), "missing --name"),
        (("import", "ftp://cal.example/a.ics", "--name", "w"), "ftp://cal.example/a"),
        (("add", "--from", "fri"), "missing --to"),
        (("add", "--to", "fri"), "missing --from"),
        (("add", "--from", "2027-02-02", "--to", "2027-02-01"), "the time ends"),
        (("remove", "work"), "no such calendar or busy time: work"),
        (("refresh", "work"), "no such calendar or busy time: work"),
        (("list", "--from", "someday"), "not a moment or days: someday"),
    ],
)
def test_what_cannot_be_done_is_said(
    run: Run, work: Path, args: tuple[str, ...], message: str
) -> None:
    answer = run("busy", *(work if arg == "FILE" else arg for arg in args))

    assert answer.out == ""
    assert answer.err.startswith(f"calbook: {message}")
    assert answer.status in {2, 3}
    assert run("busy", "list", "--json").json == []


def test_every_form_of_the_list(run: Run, work: Path) -> None:
    run("busy", "import", work, "--name", "work")
    run("busy", "add", "--from", "2027-02-01", "--to", "2027-02-05", "--reason", "=Sea")

    rows = run("busy", "list").rows
    listed = run("busy", "list", "--json").json
    lines = run("busy", "list", "--jsonl").out.splitlines()
    table = list(csv.DictReader(io.StringIO(run("busy", "list", "--csv").out)))
    zoned = run(
        "busy", "list", "--tz", "Asia/Tokyo", "--fields", "startTime,horizon"
    ).rows

    assert [row[1] for row in rows] == ["ics", "own"]
    assert [json.loads(line) for line in lines] == listed
    assert [each["reason"] for each in listed] == [None, "=Sea"]
    assert table[1]["reason"] == "'=Sea"
    assert zoned == [
        ["2027-01-18T23:30:00+09:00", "2029-01-04T14:00:00+09:00"],
        ["2027-02-01T14:00:00+09:00", ""],
    ]


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        ("2027-03-10", ["10", "16"]),  # the clocks change on 14 March
        ("2027-03-16", ["16", "17"]),
        ("2027-03-10 12:00", ["16", "17"]),
    ],
)
def test_a_week_of_busy_time_is_counted_from_its_first_day(
    run: Run, begin: str, expected: list[str]
) -> None:
    for start, end in (
        ("2027-03-10 09:00", "2027-03-10 10:00"),
        ("2027-03-16 23:00", "2027-03-16 23:30"),
        ("2027-03-17 00:00", "2027-03-17 00:30"),
    ):
        run("busy", "add", "--from", start, "--to", end)

    found = run("busy", "list", "--times", "--from", begin).rows

    assert [row[0][8:10] for row in found] == expected


def test_nothing_is_an_empty_list(run: Run) -> None:
    assert run("busy", "list").out == ""
    assert run("busy", "list", "--json").json == []
    assert run("busy", "refresh", "--json").json == []


def test_a_removal_answers_what_it_removed(run: Run, work: Path) -> None:
    added = run("busy", "import", work, "--name", "work", "--json").json
    own = run("busy", "add", "--from", "fri", "--to", "fri").rows[0][0]

    removed = run("busy", "remove", "work", "--json", "--yes").json
    said = run("busy", "remove", own, "--yes")

    assert removed == added
    assert (said.out, said.err) == ("", f"Removed {own} of user_me\n")
    assert run("busy", "list", "--json").json == []


def test_a_file_that_is_gone_does_not_keep_the_others(
    run: Run, work: Path, tmp_path: Path
) -> None:
    gone = tmp_path / "gone.ics"
    gone.write_text(WORK, encoding="utf-8")
    run("busy", "import", gone, "--name", "gone")
    run("busy", "import", work, "--name", "work")
    gone.unlink()

    answer = run("busy", "refresh")
    alone = run("busy", "refresh", "gone", "--json")

    assert answer.status == 2
    assert [line.split("\t")[0] for line in answer.out.splitlines()] == ["work"]
    assert answer.err.startswith(
        f"calbook: gone of user_me: cannot read {gone}: No such file or directory\n"
        "work: skipped "
    )
    assert alone.error["details"] == {
        "path": str(gone),
        "calendar": "gone",
        "hostId": "user_me",
    }


def test_what_people_see(
    look: Look, look_at_all_widths: Look, run: Run, client: Client, work: Path
) -> None:
    client.calendar.hosts.create("ann", timezone="Europe/Lisbon")
    run(*BOOK)
    shown = []

    def see(*args: object) -> None:
        screen = (look_at_all_widths if args[0] == "list" else look)("busy", *args)
        shown.append(f"$ calbook busy {' '.join(map(str, args))}\n{screen}")

    see("list")
    see("import", work, "--name", "work", "--host", "me")
    see("import", work, "--name", "private-calendar", "--host", "ann", "--show")
    see("add", *("--host", "me", "--from", "2027-02-01", "--to", "2027-02-05"))
    see(
        *("add", "--host", "ann", "--from", "2027-02-10 09:00"),
        *("--to", "2027-02-10 11:00", "--reason", "The dentist, and then home\x07"),
    )
    see("list")
    see("list", "--host", "ann", "--tz", "Asia/Tokyo")
    see("refresh", "work")
    see("remove", "private-calendar", "--yes")

    names = [each.name for each in client.calendar.busy.list() if each.kind == "own"]
    uid = client.calendar.bookings.list()[0].uid
    text = named("\n".join(shown), *names, source=work).replace(uid, "bk_aaaaaaaaaaaa")
    assert text == golden("busy.txt", text)


def _listed(terminal: Callable[..., Terminal]) -> str:
    screen = terminal("busy", "list", columns=200)
    screen.end()
    return screen.shown


def test_how_old_it_is_is_told_right_after_a_failure(
    terminal: Callable[..., Terminal], run: Run, work: Path
) -> None:
    run("busy", "import", work, "--name", "work")
    assert "seen" not in _listed(terminal)
    work.unlink()
    run("busy", "refresh")

    assert "seen just now; not read: " in _listed(terminal)


def test_words_for_what_a_calendar_holds(
    terminal: Callable[..., Terminal], run: Run, tmp_path: Path
) -> None:
    uid = run(*BOOK).rows[0][0]
    file = tmp_path / "own.ics"
    file.write_text(run("ics", uid).out, encoding="utf-8")

    run("busy", "import", file)

    said = "0 busy stretches; 1 of your own bookings; looks ahead to 2029-01-03"
    assert said in _listed(terminal)


def test_a_removal_asks(
    terminal: Callable[..., Terminal], run: Run, work: Path
) -> None:
    run("busy", "import", work, "--name", "work")

    screen = terminal("busy", "remove", "work")
    screen.expect("Remove work of user_me? [y/N]: ")
    screen.type("n\n")

    assert screen.end() == 130
    assert run("busy", "list").rows[0][0] == "work"


def test_a_large_calendar_shows_how_it_goes(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    file = tmp_path / "large.ics"
    event = "BEGIN:VEVENT\nDTSTART:20270118T090000Z\nDURATION:PT1H\nEND:VEVENT\n"
    file.write_text(f"BEGIN:VCALENDAR\n{event * 2_500}END:VCALENDAR\n")

    screen = terminal("busy", "import", file, "--name", "large", is_long=True)
    screen.expect("Reading events")

    assert screen.end() == 0
    assert "Imported large of user_me: 1 busy stretch; looks ahead to" in screen.shown


def test_a_small_one_just_is_there(
    terminal: Callable[..., Terminal], work: Path
) -> None:
    screen = terminal("busy", "import", work, "--name", "work")

    assert screen.end() == 0
    assert "Reading" not in screen.shown
