"""A host's notes: in order, shown whole and harmless, and the private ones nowhere."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.running import PATIENCE
from support.stores import dump, opened

import calbook
from calbook import Client, errors

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run, Spawn, Terminal

pytest_plugins = ("support.running",)

NEW_YORK = "America/New_York"
NOW = "2027-01-04T04:00:00-05:00"
MARK = "Zqxj-7714"  # in the private note, and nowhere else

Terminals = Callable[..., "Terminal"]
Editor = Callable[[str], None]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def book(client: Client) -> Callable[..., str]:
    """Books a start in New York; the uid."""
    client.set_up(name="Grace", email="grace@example.com", timezone=NEW_YORK)
    client.calendar.event_types.create("demo")

    def book(start: str = "2027-01-18 10:00", **fields: Any) -> str:
        ada = {"name": "Ada", "email": "ada@example.com"}
        wanted = {"event_type_id": "demo", "start_time": start, "attendee": ada}
        return client.calendar.bookings.create(**wanted, **fields).uid

    return book


@pytest.fixture
def uid(book: Callable[..., str]) -> str:
    return book()


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are made."""
    directory = tmp_path / "scratch"
    directory.mkdir()
    monkeypatch.setenv("TMPDIR", str(directory))
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    return directory


@pytest.fixture
def editor(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Makes an editor of a shell script; its last argument is the file."""

    def make(script: str, variable: str = "EDITOR") -> None:
        place = tmp_path / "my editors"
        place.mkdir(exist_ok=True)
        file = place / f"{variable}.sh"
        file.write_text(f'#!/bin/sh\nfile="$2"\n{script}\n')
        file.chmod(0o755)
        monkeypatch.setenv(variable, f"'{file}' --wait")

    monkeypatch.delenv("VISUAL", raising=False)
    return make


def rows(place: str, table: str) -> list[dict[str, Any]]:
    with opened(place) as conn:
        conn.row_factory = sqlite3.Row
        return [dict(row) for row in conn.execute(f"select * from {table}")]


def contents(client: Client, uid: str) -> list[str]:
    return [note.content for note in client.calendar.bookings.get_notes(uid)]


def is_harmless(text: str) -> bool:
    return all(
        unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        for char in text.replace("\r\n", "").replace("\n", "").replace("\t", "")
    )


# -- the library -----------------------------------------------------------------------


def test_the_seeds_notes(
    client: Client, uid: str, capsys: pytest.CaptureFixture[str]
) -> None:
    booking = client.calendar.bookings.get(uid)

    client.calendar.bookings.add_note(
        booking.uid,
        content="Discussed Q1 goals, follow up on pricing",
        is_private=True,  # Only visible to hosts
    )
    notes = client.calendar.bookings.get_notes(booking.uid)
    for note in notes:
        print(f"[{note.created_at}] {note.content}")

    shown = f"[{NOW}] Discussed Q1 goals, follow up on pricing\n"
    assert capsys.readouterr().out == shown


def test_a_note_is_a_frozen_value(client: Client, uid: str) -> None:
    note = client.calendar.bookings.add_note(uid, content=" Called\nback ")

    assert isinstance(note, calbook.Note)
    assert note.id.startswith("note_")
    assert note.to_dict() == {
        "id": note.id,
        "content": " Called\nback ",
        "isPrivate": False,
        "createdAt": NOW,
    }
    assert (note.is_private, note.created_at) == (False, NOW)
    assert client.calendar.bookings.get_notes(uid) == (note,)


def test_a_booking_without_notes_has_none(client: Client, uid: str) -> None:
    assert client.calendar.bookings.get_notes(uid) == ()


def test_notes_are_in_the_order_of_writing_whatever_the_clock_says(
    client: Client, clock: Clock, book: Callable[..., str]
) -> None:
    uid, other = book(), book("2027-01-18 11:00")
    add = client.calendar.bookings.add_note

    for number in range(12):
        add(uid, content=str(number), is_private=number % 3 == 1)
        add(other, content="another booking's", is_private=number % 2 == 1)
        clock.move(minutes=-1)

    assert contents(client, uid) == [str(number) for number in range(12)]
    assert len(contents(client, other)) == 12


def test_a_prefix_of_the_uid_will_do(client: Client, uid: str) -> None:
    client.calendar.bookings.add_note(uid[:7], content="First")
    client.calendar.bookings.add_note(uid[3:8].upper(), content="Second")

    assert contents(client, uid[3:9]) == ["First", "Second"]


@pytest.mark.parametrize("is_private", [False, True])
def test_the_booking_stays_as_it_was(
    client: Client, clock: Clock, uid: str, is_private: bool
) -> None:
    before = client.calendar.bookings.get(uid)
    clock.move(hours=1)

    client.calendar.bookings.add_note(uid, content="A note", is_private=is_private)

    assert client.calendar.bookings.get(uid) == before


def test_a_public_note_is_told_with_the_booking_as_it_is(
    client: Client, place: str, uid: str
) -> None:
    client.calendar.webhooks.create("https://hooks.example/told")
    booking = client.calendar.bookings.get(uid)

    note = client.calendar.bookings.add_note(uid, content="Two\nlines")

    _, told = client.calendar.bookings.history(uid)
    assert (told.type, told.by, told.at) == ("booking.updated", "host", NOW)
    assert told.change == {"note": {"id": note.id, "content": "Two\nlines"}}
    assert json.loads(rows(place, "events")[-1]["booking"]) == booking.to_dict()
    assert [row["content"] for row in rows(place, "notes")] == ["Two\nlines"]
    assert rows(place, "private_notes") == []


def test_a_private_note_is_not_told(client: Client, place: str, uid: str) -> None:
    before = rows(place, "events")

    client.calendar.bookings.add_note(uid, content="Hush", is_private=True)

    assert rows(place, "events") == before
    assert rows(place, "notes") == []
    assert [row["content"] for row in rows(place, "private_notes")] == ["Hush"]


@pytest.mark.parametrize("is_private", [False, True])
def test_time_that_passed_is_told_first(
    client: Client, clock: Clock, uid: str, is_private: bool
) -> None:
    clock.move(days=30)

    client.calendar.bookings.add_note(
        uid, content="It went well", is_private=is_private
    )

    told = [event.type for event in client.calendar.bookings.history(uid)]
    expected = ["booking.created", "booking.completed", "booking.updated"]
    assert told == expected[: 2 if is_private else 3]
    assert client.tick() == ()


def test_a_booking_of_any_status_takes_notes(
    client: Client, clock: Clock, book: Callable[..., str]
) -> None:
    client.calendar.event_types.update("demo", requires_confirmation=True)
    bookings = client.calendar.bookings
    pending, rejected, cancelled, expired, completed = (
        book(f"2027-01-18 {hour}:00") for hour in range(10, 15)
    )
    bookings.reject(rejected)
    bookings.confirm(cancelled)
    bookings.cancel(cancelled)
    bookings.confirm(completed)
    bookings.add_note(pending, content="pending")
    clock.move(days=30)

    for uid in (rejected, cancelled, expired, completed):
        bookings.add_note(uid, content=bookings.get(uid).status)

    assert contents(client, pending) == ["pending"]
    assert contents(client, rejected) == ["CANCELLED"]
    assert contents(client, expired) == ["CANCELLED"]
    assert contents(client, completed) == ["COMPLETED"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "content is empty"),
        (" \n\t ", "content is empty"),
        ("x" * 20_001, "content has 20,001 characters; at most 20,000 fit"),
        ("a\0b", "content holds a NUL byte"),
        ("a\ud800b", "content is not valid UTF-8"),
        (None, "content must be text, not null"),
        (b"bytes", "content must be text, not bytes"),
    ],
    ids=["empty", "blank", "too long", "NUL", "surrogate", "null", "bytes"],
)
def test_what_is_no_text_is_no_note(
    client: Client, place: str, uid: str, content: Any, message: str
) -> None:
    before = rows(place, "events")

    with pytest.raises(errors.BadInput) as refused:
        client.calendar.bookings.add_note(uid, content=content)

    assert refused.value.message == message
    assert refused.value.details["field"] == "content"
    assert contents(client, uid) == []
    assert rows(place, "events") == before


def test_a_note_has_room_for_20_000_characters(client: Client, uid: str) -> None:
    client.calendar.bookings.add_note(uid, content="é" * 20_000)

    assert contents(client, uid) == ["é" * 20_000]


@pytest.mark.parametrize("value", [None, 1, "no"])
def test_whether_a_note_is_private_is_true_or_false(
    client: Client, uid: str, value: Any
) -> None:
    """Else a note meant to be private could become public."""
    with pytest.raises(errors.BadInput, match="is_private must be true or false"):
        client.calendar.bookings.add_note(uid, content="A note", is_private=value)


def test_there_are_no_notes_without_a_booking(client: Client, uid: str) -> None:
    with pytest.raises(errors.NotFound):
        client.calendar.bookings.add_note("bk_nobody", content="A note")
    with pytest.raises(errors.NotFound):
        client.calendar.bookings.get_notes("bk_nobody")


# -- the command line: adding ----------------------------------------------------------


def test_a_new_note_is_one_line_of_columns(run: Run, uid: str) -> None:
    ((id, at, is_private, content),) = run("note", "add", uid, "Called\tback\n!").rows

    assert id.startswith("note_")
    assert (at, is_private) == (NOW, "false")
    assert content == "Called\\u0009back\\u000a!"


def test_a_new_note_as_json_is_the_librarys(run: Run, client: Client, uid: str) -> None:
    made = run("note", "add", uid[3:8], "Called back", "--private", "--json").json

    (note,) = client.calendar.bookings.get_notes(uid)
    assert made == note.to_dict()
    assert list(made) == ["id", "content", "isPrivate", "createdAt"]
    assert (made["content"], made["isPrivate"]) == ("Called back", True)


def test_a_time_is_shown_in_the_zone_asked_for(run: Run, uid: str) -> None:
    zone = ("--tz", "Europe/Lisbon")

    ((_, at, _, _),) = run("note", "add", uid, "A note", *zone).rows

    assert at == "2027-01-04T09:00:00+00:00"
    assert run("note", "list", uid, *zone).rows[0][0] == at
    assert run("note", "list", uid, *zone, "--json").json[0]["createdAt"] == NOW


@pytest.mark.parametrize(
    ("options", "mark"), [((), ""), (("--private",), " (private)")]
)
def test_a_new_note_is_told_on_a_terminal(
    terminal: Terminals, client: Client, uid: str, options: tuple[str, ...], mark: str
) -> None:
    screen = terminal("note", "add", uid, "[red]Called[/red]\x1b[31m", *options)

    assert screen.end() == 0
    (note,) = client.calendar.bookings.get_notes(uid)
    assert screen.shown == f"Added {note.id} to {uid}{mark}\n"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Two\nlines\n", "Two\nlines"),
        ("Two\r\nlines\r\n\r\n", "Two\r\nlines"),
        (" Größe ", " Größe "),
        ("\ufeffMarked", "Marked"),
    ],
    ids=["lines", "CR LF", "spaces", "byte order mark"],
)
def test_a_note_is_read_from_standard_input(
    run: Run, client: Client, uid: str, given: str, kept: str
) -> None:
    answer = run("note", "add", uid, "-", "--json", input=given)

    assert answer.json["content"] == kept
    assert contents(client, uid) == [kept]


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"", b"\n\n", b"a\0b"], ids=["UTF-16", "none", "blank", "NUL"]
)
def test_what_is_no_text_on_standard_input_is_refused(
    run: Run, client: Client, uid: str, data: bytes
) -> None:
    answer = run("note", "add", uid, "-", "--json", input=data)

    assert answer.error["code"] == "bad_input"
    assert contents(client, uid) == []


@pytest.mark.parametrize("args", [(), ("A note", "--edit"), ("-", "--edit")])
def test_a_note_comes_from_one_place(
    run: Run, client: Client, uid: str, editor: Editor, args: tuple[str, ...]
) -> None:
    editor('echo Edited > "$file"')

    error = run("note", "add", uid, *args, "--json").error

    assert (error["code"], error["exitCode"]) == ("usage", 2)
    assert "--edit" in error["hint"]
    assert contents(client, uid) == []


def test_a_note_that_begins_with_a_dash_stands_behind_two(
    run: Run, client: Client, uid: str
) -> None:
    assert run("note", "add", uid, "--", "-5 degrees").status == 0

    assert contents(client, uid) == ["-5 degrees"]


@contextmanager
def nobody() -> Iterator[None]:
    """No file permission stops root."""
    me = os.geteuid()
    os.seteuid(me or 65534)
    try:
        yield
    finally:
        os.seteuid(me)


@pytest.fixture
def read_only(path: Path, uid: str) -> Iterator[Path]:
    """A copy of the file that may be read but not written."""
    directory = Path(tempfile.mkdtemp())  # unlike pytest's, others can reach it
    copy = Path(shutil.copy(path, directory / "bookings.db"))
    copy.chmod(0o444)
    directory.chmod(0o555)
    with nobody():
        yield copy
    directory.chmod(0o755)
    shutil.rmtree(directory)


@pytest.mark.sqlite
def test_a_file_that_may_only_be_read_shows_notes_and_takes_none(
    client: Client, run: Run, uid: str, request: pytest.FixtureRequest
) -> None:
    client.calendar.bookings.add_note(uid, content="Before")
    copy = request.getfixturevalue("read_only")

    error = run("note", "add", uid, "After", "--db", copy, "--json").error

    assert (error["code"], error["exitCode"]) == ("read_only", 7)
    assert run("note", "list", uid, "--db", copy).rows[0][2] == "Before"


def test_an_answer_that_cannot_be_written_names_the_note(
    spawn: Spawn, client: Client, uid: str
) -> None:
    with open("/dev/full", "wb") as full:
        process = spawn("note", "add", uid, "Written", stdout=full)
        _, err = process.communicate(timeout=PATIENCE)

    (note,) = client.calendar.bookings.get_notes(uid)
    assert process.returncode == 1
    assert err.decode().startswith(
        f"calbook: added {note.id} to {uid}, but could not say so: "
    )


# -- the editor ------------------------------------------------------------------------


def test_a_note_is_written_in_the_editor(
    run: Run, client: Client, uid: str, editor: Editor, scratch: Path
) -> None:
    editor('printf "Two\\nlines\\n\\n" > "$file"; echo draft > "$file~"')

    answer = run("note", "add", uid, "--edit", "--private", "--json")

    assert (answer.json["content"], answer.json["isPrivate"]) == ("Two\nlines", True)
    assert contents(client, uid) == ["Two\nlines"]
    assert list(scratch.iterdir()) == []


def test_visual_comes_before_editor(
    run: Run,
    client: Client,
    uid: str,
    editor: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    editor('echo Editor > "$file"')
    editor('echo Visual > "$file"', "VISUAL")

    run("note", "add", uid, "--edit")
    monkeypatch.setenv("VISUAL", " ")
    run("note", "add", uid, "--edit")

    assert contents(client, uid) == ["Visual", "Editor"]


def test_the_edited_file_is_empty_and_its_owners_alone(
    run: Run, client: Client, uid: str, editor: Editor
) -> None:
    editor(
        'test -s "$file" && exit 1\n'
        'modes="$(stat -c %a "$file") $(stat -c %a "${file%/*}")"\n'
        'echo "$modes" > "$file"'
    )

    assert run("note", "add", uid, "--edit").status == 0

    assert contents(client, uid) == ["600 700"]


def test_an_editor_that_replaces_the_file_is_read_too(
    run: Run, client: Client, uid: str, editor: Editor
) -> None:
    editor('echo Replaced > "$file.new"; mv "$file.new" "$file"')

    assert run("note", "add", uid, "--edit").status == 0

    assert contents(client, uid) == ["Replaced"]


@pytest.mark.parametrize("script", ["true", 'printf " \\n" > "$file"'])
def test_an_empty_text_adds_nothing(
    run: Run, client: Client, uid: str, editor: Editor, scratch: Path, script: str
) -> None:
    editor(script)

    answer = run("note", "add", uid, "--edit")

    assert answer == (130, "", "calbook: the note is empty: nothing was written\n")
    assert contents(client, uid) == []
    assert list(scratch.iterdir()) == []


def test_a_failing_editor_adds_nothing_and_keeps_the_text(
    run: Run, client: Client, uid: str, editor: Editor, scratch: Path
) -> None:
    editor('echo Half > "$file"; exit 3')

    error = run("note", "add", uid, "--edit", "--json").error

    (kept,) = scratch.glob("*/*")
    assert (error["code"], error["exitCode"]) == ("io", 1)
    assert error["message"].endswith("EDITOR.sh failed with 3: nothing was written")
    assert error["hint"] == f"your text is kept in {kept}"
    assert kept.read_text() == "Half\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert contents(client, uid) == []


@pytest.mark.parametrize(
    ("script", "code", "data"),
    [
        ('printf "\\377" > "$file"', "bad_input", b"\xff"),
        (
            "head -c 20001 /dev/zero | tr '\\0' x > \"$file\"",
            "bad_input",
            b"x" * 20_001,
        ),
    ],
    ids=["not UTF-8", "too long"],
)
def test_a_text_that_is_refused_is_kept(
    run: Run,
    client: Client,
    uid: str,
    editor: Editor,
    scratch: Path,
    script: str,
    code: str,
    data: bytes,
) -> None:
    editor(script)

    error = run("note", "add", uid, "--edit", "--json").error

    (kept,) = scratch.glob("*/*")
    assert error["code"] == code
    assert f"your text is kept in {kept}" in error["hint"]
    assert kept.read_bytes() == data
    assert contents(client, uid) == []


def test_an_editor_that_takes_the_file_away_is_an_error(
    run: Run, client: Client, uid: str, editor: Editor, scratch: Path
) -> None:
    editor('rm "$file"')

    error = run("note", "add", uid, "--edit", "--json").error

    assert error["code"] == "io"
    assert contents(client, uid) == []
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("no-such-editor -w", "io", "cannot start no-such-editor: "),
        ("'unfinished", "usage", "cannot read the editor's name 'unfinished: "),
    ],
)
def test_an_editor_that_cannot_be_started_is_named(
    run: Run,
    uid: str,
    scratch: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    code: str,
    message: str,
) -> None:
    monkeypatch.setenv("VISUAL", command)

    error = run("note", "add", uid, "--edit", "--json").error

    assert error["code"] == code
    assert error["message"].startswith(message)
    assert "EDITOR" in error["hint"]
    assert list(scratch.iterdir()) == []


def test_no_editor_is_started_for_a_booking_that_is_not_there(
    run: Run, uid: str, editor: Editor, tmp_path: Path
) -> None:
    editor(f'touch "{tmp_path}/started"')

    assert run("note", "add", "bk_nobody", "--edit", "--json").error["exitCode"] == 3
    assert not (tmp_path / "started").exists()


def test_what_an_editor_says_is_no_part_of_the_answer(
    spawn: Spawn, uid: str, editor: Editor
) -> None:
    editor('echo Loading; echo Edited > "$file"')

    process = spawn("note", "add", uid, "--edit", "--json")
    out, err = process.communicate(timeout=PATIENCE)

    assert json.loads(out)["content"] == "Edited"
    assert err == b"Loading\n"


def test_an_editor_has_the_terminal(
    terminal: Terminals, client: Client, uid: str, editor: Editor
) -> None:
    editor('test -t 0 && test -t 1 && echo "Your note?" && head -n 1 > "$file"')

    screen = terminal("note", "add", uid, "--edit")
    screen.expect("Your note?")
    screen.type("From the keyboard\n")

    assert screen.end() == 0
    assert contents(client, uid) == ["From the keyboard"]


def test_a_text_outlives_ctrl_c(
    terminal: Terminals, client: Client, uid: str, editor: Editor, scratch: Path
) -> None:
    editor('echo Half > "$file"; echo ready; sleep 60')

    screen = terminal("note", "add", uid, "--edit")
    screen.expect("ready")
    status = screen.press_until_end("\x03")

    (kept,) = scratch.glob("*/*")
    assert status == -signal.SIGINT
    assert kept.read_text() == "Half\n"
    assert f"your text is kept in {kept}" in " ".join(screen.shown.split())
    assert contents(client, uid) == []


# -- the command line: looking ---------------------------------------------------------


@pytest.fixture
def two(client: Client, clock: Clock, uid: str) -> str:
    """A booking with a public note of two lines, then a private one."""
    client.calendar.bookings.add_note(uid, content="Called\nback")
    clock.move(hours=1)
    client.calendar.bookings.add_note(uid, content="[b]Rude[/b]", is_private=True)
    return uid


def test_notes_are_listed_in_every_form(run: Run, client: Client, two: str) -> None:
    notes = [note.to_dict() for note in client.calendar.bookings.get_notes(two)]
    listing = ("note", "list", two[:8])

    piped, in_csv = run(*listing).rows, run(*listing, "--csv").out

    later = "2027-01-04T05:00:00-05:00"
    assert piped == [
        [NOW, "false", "Called\\u000aback", notes[0]["id"]],
        [later, "true", "[b]Rude[/b]", notes[1]["id"]],
    ]
    assert run(*listing, "--json").json == notes
    lines = run(*listing, "--jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == notes
    assert list(csv.reader(io.StringIO(in_csv, newline=""))) == [
        ["createdAt", "isPrivate", "content", "id"],
        [NOW, "false", "Called\nback", notes[0]["id"]],
        [later, "true", "[b]Rude[/b]", notes[1]["id"]],
    ]
    chosen = run(*listing, "--fields", "isPrivate,content").rows
    assert chosen == [["false", "Called\\u000aback"], ["true", "[b]Rude[/b]"]]


def test_no_notes_are_an_empty_list(run: Run, terminal: Terminals, uid: str) -> None:
    screen = terminal("note", "list", uid)

    assert screen.end() == 0
    assert screen.shown == "no notes\n"
    assert run("note", "list", uid) == (0, "", "")
    assert run("note", "list", uid, "--json").json == []


def test_a_terminal_shows_which_notes_are_private(
    terminal: Terminals, client: Client, two: str
) -> None:
    screen = terminal("note", "list", two)

    assert screen.end() == 0
    _, rule, *below = screen.shown.splitlines()
    assert set(rule) == {"─"}
    ids = [note.id[:11] for note in client.calendar.bookings.get_notes(two)]
    assert below == [
        f"{ids[0]}  Mon 4 Jan 2027, 04:00  public   Called",
        "                                             back",
        f"{ids[1]}  Mon 4 Jan 2027, 05:00  private  [b]Rude[/b]",
        f"times in {NEW_YORK}",
    ]


def test_an_empty_line_in_a_note_stays(
    terminal: Terminals, client: Client, uid: str
) -> None:
    client.calendar.bookings.add_note(uid, content="One\n\nTwo")

    listed, shown = terminal("note", "list", uid), terminal("show", uid)

    assert (listed.end(), shown.end()) == (0, 0)
    assert f"  One\n\n{' ' * 44}Two\n" in listed.shown
    assert f"  One\n\n{' ' * 23}Two\n" in shown.shown


def test_a_long_note_leaves_room_for_when_and_kind(
    terminal: Terminals, client: Client, uid: str
) -> None:
    client.calendar.bookings.add_note(uid, content="word " * 60, is_private=True)

    screen = terminal("note", "list", uid, columns=40)

    assert screen.end() == 0
    assert "Mon 4 Jan 2027, 04:00\n  Kind: private\n  Note: word" in screen.shown
    assert all(len(line) <= 40 for line in screen.shown.splitlines())


def test_show_ends_with_the_notes(terminal: Terminals, two: str) -> None:
    screen, at_home = (
        terminal("show", two, "--tz", "Europe/Lisbon"),
        terminal("show", two),
    )

    assert (screen.end(), at_home.end()) == (0, 0)
    assert at_home.shown.splitlines()[-1] == (
        "Mon 4 Jan 2027, 05:00 (private)  [b]Rude[/b]"
    )
    assert screen.shown.endswith(
        "Version     0 (sequence 0)\n"
        "\n"
        "The host's notes\n"
        "Mon 4 Jan 2027, 09:00            Called\n"
        "                                 back\n"
        "Mon 4 Jan 2027, 10:00 (private)  [b]Rude[/b]\n"
    )


def test_show_says_nothing_of_notes_where_there_are_none(
    terminal: Terminals, uid: str
) -> None:
    screen = terminal("show", uid)

    assert screen.end() == 0
    assert screen.shown.endswith("Version     0 (sequence 0)\n")


def test_a_public_note_is_a_line_of_the_history(
    terminal: Terminals, run: Run, two: str
) -> None:
    screen = terminal("history", two)

    assert screen.end() == 0
    assert screen.shown.splitlines()[-3:] == [
        "Mon 4 Jan 2027, 04:00  updated  host      grace  note: Called",
        "                                                 back",
        f"times in {NEW_YORK}",
    ]
    assert "Called" in run("history", two).out


EVIL = (
    "\x1b[31mred\x1b]0;title\x07",
    "\x9b31m\x90c1",
    "safe\u202etxt.exe\u2066\u2069\u200f",
    "[red]markup[/red][link=x]",
    "=cmd()|'/c calc'!A0",
    "back\x08space\rover\u2028line",
)


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_a_note_is_kept_as_it_is_and_shown_harmless(
    terminal: Terminals, run: Run, client: Client, uid: str, evil: str
) -> None:
    content = f"{evil}\n{evil}"
    added = [run("note", "add", uid, content), run("note", "add", uid, "-", input=evil)]
    client.calendar.bookings.add_note(uid, content=content, is_private=True)

    screens = [terminal(*args, uid) for args in (("note", "list"), ("show",))]
    screens += [terminal("history", uid, columns=120)]
    forms = [(), ("--json",), ("--jsonl",), ("--csv",)]
    piped = [run("note", "list", uid, *form) for form in forms]

    for screen in screens:
        assert screen.end() == 0
        assert is_harmless(screen.shown)
        assert "[red]" in screen.shown or "[red]" not in evil
    for answer in (*added, *piped, run("history", uid)):
        assert (answer.status, answer.err) == (0, "")
        assert is_harmless(answer.out)
    assert [note["content"] for note in piped[1].json] == [content, evil, content]
    cells = [row[2] for row in csv.reader(io.StringIO(piped[3].out, newline=""))]
    assert cells[1].startswith("'=") is evil.startswith("=")


# -- what is private stays so ----------------------------------------------------------


@pytest.fixture
def secret(run: Run, client: Client, book: Callable[..., str], clock: Clock) -> str:
    """A booking with much of what can happen to one, and a private note with `MARK`."""
    uid = book(
        notes="What Ada writes", guests=["eve@example.com"], idempotency_key="key"
    )
    bookings = client.calendar.bookings
    bookings.add_note(uid, content="Public")
    bookings.add_note(uid, content=f"Private {MARK}", is_private=True)
    bookings.update(uid, notes="What Ada corrects", metadata={"crm": "42"})
    bookings.reschedule(uid, start_time="2027-01-19 10:00")
    run("note", "add", uid, "-", "--private", input=f"{MARK} again")
    return uid


BOOKED = ("create", "--event", "demo", "--start", "2027-01-19 10:00", "--email")
FORMS = ((), ("--json",), ("--jsonl",), ("--csv",))
TELLING = [
    ("show", "UID"),
    ("show", "UID", "--json"),
    ("show", "UID", "--fields", "uid,notes,metadata,responses,attendee,guests"),
    *(("list", "--all", *form) for form in FORMS),
    *(("list", "--search", "Ada", *form) for form in FORMS),
    ("list", "--all", "--fields", "uid,notes,metadata,reason"),
    *(("history", "UID", *form) for form in FORMS),
    ("ics", "UID"),
    ("ics", "UID", "--json"),
    *(("ics", "UID", "--method", m) for m in ("publish", "request", "cancel")),
    ("event", "show", "demo", "--json"),
    ("host", "show", "me", "--json"),
    ("note", "add", "UID", "Another", "--json"),
    ("update", "UID", "--meta", "a=b", "--json"),
    ("update", "UID", "--meta", "a=b", "--json"),  # nothing to change
    (*BOOKED, "eve@example.com", "--name", "Eve"),  # taken
    (*BOOKED, "eve@example.com", "--name", "Eve", "--json"),
    ("confirm", "UID", "--json"),  # the wrong status
    ("cancel", "UID", "--if-version", "99", "--json"),
    ("reschedule", "UID", "--start", "2027-01-20 10:00", "--dry-run", "--json"),
    ("reschedule", "UID", "--start", "2027-01-20 10:00"),
    ("cancel", "UID", "--idempotency-key", "end", "--json"),
    ("cancel", "UID", "--idempotency-key", "end", "--json"),
    ("cancel", "UID"),  # already cancelled
    ("show", "UID", "--fields", "nothing"),
    ("note", "list", "UID", "--fields", "nothing"),
    ("note", "list", "bk_nobody"),
    ("tick", "--json"),
    ("db", "check"),
]


def test_a_private_note_is_in_no_other_answer(
    run: Run, client: Client, clock: Clock, place: str, secret: str
) -> None:
    for args in TELLING:
        answer = run(*(secret if arg == "UID" else arg for arg in args))
        assert answer.out + answer.err or args[0] in ("tick", "db"), args
        assert MARK not in answer.out + answer.err, args
        assert "a bug in calbook" not in answer.err, args

    assert run("list", "--search", MARK, "--json").json == []
    clock.move(days=60)
    assert MARK not in run("tick", "--json").out


def test_a_private_note_is_in_no_other_value(
    client: Client, clock: Clock, book: Callable[..., str], secret: str
) -> None:
    bookings = client.calendar.bookings
    first = book(
        notes="What Ada writes", guests=["eve@example.com"], idempotency_key="key"
    )
    clock.move(days=60)
    values = [
        *(bookings.get(secret), *bookings.list(), *bookings.history(secret)),
        *client.tick(),
    ]

    assert first == secret  # the answer to the repeated request
    assert MARK not in "".join(repr(value.to_dict()) for value in values)
    assert MARK not in bookings.get_ics(secret)


def test_a_private_note_is_in_no_other_table(run: Run, place: str, secret: str) -> None:
    run("cancel", secret, "--by", "host", "--reason", "Over")
    told = [line for line in dump(place).splitlines() if MARK in line]

    assert len(told) == 2
    assert all(line.startswith("private_notes ") for line in told)


def test_private_notes_are_named_in_one_module_and_for_whole_stores() -> None:
    package = Path(calbook.__file__).parent

    named = [
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if "private_notes" in file.read_text(encoding="utf-8")
    ]

    assert sorted(named) == [
        "store/copying.py",
        "store/lines/nouns.py",
        "store/lines/obstacles.py",
        "store/notes.py",
        "store/personal_places.py",
        "store/postgres/grants.py",
        "store/postgres/tables.py",
        "store/row_checks.py",
        "store/sqlite/tables.py",
    ]


@pytest.mark.parametrize(
    "args",
    [("--json",), ("--fields", "uid,notes"), ("--fields", "")],
    ids=["json", "fields", "no fields"],
)
def test_a_terminal_shows_no_private_note_in_a_form_for_programs(
    terminal: Terminals, secret: str, args: tuple[str, ...]
) -> None:
    screen = terminal("show", secret, *args)

    assert screen.end() == 0
    assert secret in screen.shown
    assert MARK not in screen.shown


@pytest.mark.parametrize("args", [("list", "--all"), ("history", "UID"), ("cancel",)])
def test_a_terminal_shows_no_private_note_elsewhere(
    terminal: Terminals, secret: str, args: tuple[str, ...]
) -> None:
    words = [secret if arg == "UID" else arg for arg in args]
    screen = terminal(*words, *([secret] if args == ("cancel",) else []))

    assert screen.end() == 0
    assert MARK not in screen.shown


def test_a_private_note_is_where_its_host_looks(
    run: Run, terminal: Terminals, client: Client, secret: str
) -> None:
    kept = ["Public", f"Private {MARK}", f"{MARK} again"]

    shown = [terminal(*args, secret) for args in (("note", "list"), ("show",))]

    assert contents(client, secret) == kept
    assert [note["content"] for note in run("note", "list", secret, "--json").json] == (
        kept
    )
    for form in FORMS:
        assert run("note", "list", secret, *form).out.count(MARK) == 2
    for screen in shown:
        assert screen.end() == 0
        assert screen.shown.count(MARK) == 2


def test_a_public_note_is_told_to_those_who_listen(run: Run, secret: str) -> None:
    changes = [event["change"] for event in run("history", secret, "--json").json]

    (told,) = [change["note"] for change in changes if "note" in change]
    assert told["content"] == "Public"


@pytest.mark.sqlite
def test_a_copy_of_the_file_has_the_notes_too(
    run: Run, client: Client, tmp_path: Path, secret: str
) -> None:
    copy = tmp_path / "copy.db"

    run("db", "backup", copy)

    with Client(copy) as other:
        assert contents(other, secret) == contents(client, secret)


def test_two_at_once_take_turns(spawn: Spawn, client: Client, uid: str) -> None:
    writers = [
        spawn("note", "add", uid, str(number), *["--private"] * (number % 2))
        for number in range(6)
    ]
    for writer in writers:
        writer.communicate(timeout=PATIENCE)

    assert [writer.returncode for writer in writers] == [0] * 6
    assert sorted(contents(client, uid)) == [str(number) for number in range(6)]


def test_a_note_added_by_a_closed_pipe_ends_quietly(
    spawn: Spawn, client: Client, uid: str
) -> None:
    process = spawn("note", "add", uid, "Written", stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()

    assert process.wait(PATIENCE) == 0
    assert contents(client, uid) == ["Written"]
