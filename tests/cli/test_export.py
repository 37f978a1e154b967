"""`export` and `import` as they are typed."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import MONDAY

from calbook import Booking, Client, EventType, errors
from calbook.cli import progress
from calbook.cli.file_output import save_parts
from calbook.cli.list_texts import csv_lines

if TYPE_CHECKING:
    from support.running import Run, Spawn, Terminal

pytest_plugins = ("support.running",)


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def booked(client: Client, event_type: Callable[..., EventType]) -> Booking:
    event_type()
    return client.calendar.bookings.create(
        event_type_id="demo",
        start_time=MONDAY + timedelta(days=1),
        attendee={"name": "=Ada", "email": "ada@example.com"},
        recurring={"frequency": "DAILY", "count": 3},
    )


def test_what_is_piped_from_one_into_another_is_the_same(
    run: Run, booked: Booking, tmp_path: Path
) -> None:
    exported = run("export")
    taken = run("import", "-", "--db", tmp_path / "new.db", input=exported.out)
    again = run("export", "--db", tmp_path / "new.db")

    assert (exported.status, exported.err, taken.status) == (0, "", 0)
    assert "1 booking imported into" in taken.err
    assert again.out == exported.out


def test_an_export_is_its_owners_alone_and_replaces_nothing(
    run: Run, booked: Booking, tmp_path: Path
) -> None:
    file = tmp_path / "export.jsonl"

    answer = run("export", "-o", file, "--json")
    refused = run("export", "-o", file)
    forced = run("export", "-o", file, "--force")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert answer.json == {"file": str(file), "exported": answer.json["exported"]}
    assert answer.json["exported"]["booking"] == 1
    assert (refused.status, forced.status) == (1, 0)
    assert "replace it with --force" in refused.err
    assert os.listdir(tmp_path).count("export.jsonl") == 1


def test_the_summary_is_json_when_it_is_asked_for(
    run: Run, booked: Booking, tmp_path: Path
) -> None:
    file, new = tmp_path / "export.jsonl", tmp_path / "new.db"
    run("export", "-o", file)

    tried = run("import", file, "--db", new, "--dry-run", "--json").json
    answer = run("import", file, "--db", new, "--json").json

    assert tried == {**answer, "dryRun": True}
    assert answer["imported"]["booking"] == 1
    assert (answer["there"], answer["skipped"], answer["newSecrets"]) == ({}, {}, [])


def test_a_document_holds_the_same_objects(run: Run, booked: Booking) -> None:
    lines = [json.loads(line) for line in run("export").out.splitlines()]

    document = json.loads(run("export", "--format", "json").out)

    assert document.pop("apiVersion") == lines[0]["apiVersion"]
    assert document.pop("schemaVersion") == lines[0]["schemaVersion"]
    found = [item for items in document.values() for item in items]
    assert found == [
        {key: value for key, value in line.items() if key != "type"}
        for line in lines[1:-1]
    ]
    assert document["waiting"] == []


def test_a_document_is_not_taken_in(run: Run, booked: Booking, tmp_path: Path) -> None:
    document = run("export", "--format", "json").out

    answer = run("import", "-", "--db", tmp_path / "new.db", input=document)

    assert answer.status == 2
    assert not (tmp_path / "new.db").exists()


def test_csv_has_a_row_for_each_meeting_and_no_formula(
    run: Run, booked: Booking
) -> None:
    found = [*csv.DictReader(io.StringIO(run("export", "--format", "csv").out))]
    redacted = run("export", "--format", "csv", "--redact").out

    assert [row["date"] for row in found] == [o.date for o in booked.occurrences]
    assert [row["startTime"] for row in found] == [
        o.start_time for o in booked.occurrences
    ]
    assert {row["attendee.name"] for row in found} == {"'=Ada"}
    assert "Ada" not in redacted
    assert "ada@" not in redacted


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        (("--format", "csv"), {"booking": 1}),
        (("--format", "ics"), {"booking": 1}),
        (("--person", "ada@example.com"), {"person": 1, "booking": 1}),
        (
            ("--person", "ada@example.com", "--format", "text"),
            {"person": 1, "booking": 1},
        ),
    ],
    ids=lambda value: "-".join(value),
)
def test_each_form_says_what_went_into_a_file(
    run: Run,
    booked: Booking,
    tmp_path: Path,
    options: tuple[str, ...],
    counts: dict[str, int],
) -> None:
    """Of csv and ics nothing was said, and --json printed nothing."""
    file = tmp_path / "all"

    answer = run("export", *options, "-o", file, "--json")
    words = run("export", *options, "-o", file, "--force")

    assert answer.json == {"file": str(file), "exported": counts}
    assert words.err.startswith(f"Exported to {file}: ")
    assert words.err.endswith("1 booking\n")
    assert file.read_text() == run("export", *options).out.replace("\r\n", "\n")


def test_csv_is_written_as_it_is_made(tmp_path: Path) -> None:
    """All of it was held in memory."""

    def rows() -> Iterator[dict[str, str]]:
        yield {"uid": "bk_1"}
        raise errors.StoreError("damaged")

    lines = csv_lines(rows(), ["uid"])
    target = tmp_path / "all.csv"

    assert next(lines) == "uid\r\nbk_1\r\n"
    with pytest.raises(errors.StoreError):
        save_parts(str(target), map(str.encode, lines), force=False)
    assert [*tmp_path.iterdir()] == []


def test_what_was_done_is_folded_between_words_on_a_terminal(
    terminal: Callable[..., Terminal],
    booked: Booking,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    long = f"{'x' * 20}.jsonl"

    screen = terminal("export", "-o", long, columns=60)

    assert screen.end() == 0
    lines = screen.shown.splitlines()
    at = next(n for n, line in enumerate(lines) if "Exported to" in line)
    assert lines[at].rstrip().endswith("2 schedules, 1 host,")
    assert lines[at + 1].startswith("  1 event type, 1 person, 1 booking")


def test_no_bar_comes_between_the_lines_of_a_terminal(
    terminal: Callable[..., Terminal], booked: Booking
) -> None:
    screen = terminal("export")

    assert screen.end() == 0
    assert '"type":"booking"' in screen.shown
    assert "Exporting" not in screen.shown


def test_ics_is_a_feed_of_all(run: Run, booked: Booking) -> None:
    found = run("export", "--format", "ics").out
    redacted = run("export", "--format", "ics", "--redact").out

    assert f"UID:{booked.uid}" in found.replace("\r\n ", "")
    assert "BEGIN:VEVENT" in redacted
    assert "Ada" not in redacted


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("export", "--format", "xml"), "--format cannot be xml"),
        (("export", "--redact", "--secrets"), "--secrets is for a whole export"),
        (("export", "--format", "csv", "--secrets"), "--secrets is for a whole"),
        (("import", "-", "--on-conflict", "merge"), "--on-conflict cannot be merge"),
        (("import", "-", "--from", "xls"), "--from cannot be xls"),
        (
            ("import", "-", "--from", "csv", "--map", "nome=x"),
            "--map cannot be nome",
        ),
        (("import", "nowhere.jsonl"), "cannot read nowhere.jsonl: No such file"),
        (("import", "."), "cannot read .: Is a directory"),
    ],
)
def test_what_cannot_be_asked_for_is_one_line(
    run: Run, booked: Booking, options: tuple[str, ...], said: str
) -> None:
    answer = run(*options)

    assert answer.status == 2
    assert said in answer.err
    assert len(answer.err.splitlines()) <= 2


@pytest.mark.parametrize("form", ["jsonl", "json", "csv", "ics"])
def test_where_nothing_is_there_is_nothing_to_export(
    run: Run, tmp_path: Path, form: str
) -> None:
    nowhere = tmp_path / "none.db"

    answer = run("export", "--db", nowhere, "--format", form)

    assert answer.status == 7
    assert f"there are no bookings in {nowhere}" in answer.err
    assert answer.out == ""
    assert not nowhere.exists()


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        (("export",), "name the file with --db or CALBOOK_DB"),
        (("db", "check"), "name the file with --db or CALBOOK_DB"),
        (("db", "backup", "copy.db"), "name the file with --db or CALBOOK_DB"),
        (("db", "restore", "none.db", "--yes"), "name a copy that calbook db backup"),
        (("db", "copy", "--from", "none.db", "--to", "new.db"), "file with --from"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_not_there_is_named_by_an_option_of_the_command(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    hint: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALBOOK_DB", "none.db")
    where = () if command[1:2] == ("copy",) else ("--db", "none.db")

    answer = run(*command, *where)

    assert answer.status == 7
    assert hint in answer.err
    assert ("--from" in answer.err) == (where == ())


def test_an_export_that_fails_leaves_the_file_as_it_was(
    run: Run, booked: Booking, tmp_path: Path
) -> None:
    file = tmp_path / "export.jsonl"
    file.write_text("before")

    answer = run("export", "-o", file, "--force", "--db", tmp_path / "none.db")

    assert answer.status == 7
    assert file.read_text() == "before"
    assert [p.name for p in tmp_path.glob(".calbook-*")] == []


def test_left_out_lines_are_named_on_stderr(
    run: Run, client: Client, booked: Booking, tmp_path: Path
) -> None:
    file = tmp_path / "export.jsonl"
    run("export", "-o", file)
    file.write_text(file.read_text().replace(booked.uid, f"{booked.uid[:-1]}z"))
    client.calendar.hosts.update("me", name="Eve")
    client.calendar.bookings.create(
        event_type_id="demo",
        start_time=MONDAY.replace(day=25),
        attendee={"name": "Bob", "email": "bob@example.com"},
    )

    answer = run("import", file, "--on-conflict", "skip")

    assert answer.status == 4
    first, *_, done, why, hint = answer.err.splitlines()
    assert first == "left out: line 4: host user_me is there already, and differs"
    assert "left out: 1 host, 1 booking" in done
    assert why == (
        "Of the bookings 1 were left out, 1 as what they need was;"
        " the first reason was line 4: host user_me is there already, and differs"
    )
    assert hint.endswith("--db NEW")


def test_what_differs_is_named_as_json_and_by_the_exit_status(
    run: Run, client: Client, booked: Booking, tmp_path: Path
) -> None:
    file = tmp_path / "export.jsonl"
    run("export", "-o", file)
    client.calendar.hosts.update("me", name="Eve")

    answer = run("import", file, "--on-conflict", "skip", "--json")

    assert answer.status == 4
    lines = answer.err.splitlines()
    assert {line["error"]["code"] for line in map(json.loads, lines)} == {
        "import_conflict"
    }


def test_a_new_computer_takes_all_in_and_says_what_gave_way(
    run: Run, booked: Booking, tmp_path: Path
) -> None:
    exported, new = run("export").out, tmp_path / "new.db"
    run("init", "--name", "Ada", "--tz", "Asia/Tokyo", "--db", new)

    answer = run("import", "-", "--db", new, input=exported)

    assert (answer.status, run("export", "--db", new).out) == (0, exported)
    assert "replaced what was set up there: sched_work, user_me" in answer.err


def test_a_webhook_without_secret_is_named(
    run: Run, client: Client, booked: Booking, tmp_path: Path
) -> None:
    hook = client.calendar.webhooks.create("https://example.com")
    exported = run("export").out
    secret = client.calendar.webhooks.rotate(hook.id).secret

    plain = run("import", "-", "--db", tmp_path / "new.db", input=exported)
    whole = run(
        *("import", "-", "--db", tmp_path / "whole.db"),
        input=run("export", "--secrets").out,
    )

    assert f"webhook {hook.id} came without its secret" in plain.err
    assert "without its secret" not in whole.err
    assert secret not in exported


def test_a_terminal_shows_how_far_it_has_come(
    run: Run, booked: Booking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    file = tmp_path / "export.jsonl"

    exported = run("export", "-o", file)
    imported = run("import", file, "--db", tmp_path / "new.db")

    assert "Exporting" in exported.err
    assert "Importing" in imported.err


def test_a_full_disk_is_not_exit_0(spawn: Spawn, booked: Booking) -> None:
    with open("/dev/full", "wb") as full:
        process = spawn("export", stdout=full)
        _, err = process.communicate()

    assert process.returncode == 1
    assert b"Traceback" not in err


def test_nobody_waits_for_who_reads_an_export_slowly(
    spawn: Spawn, run: Run, booked: Booking, client: Client
) -> None:
    """`calbook export | less` kept everybody from booking."""
    for _ in range(10):
        client.calendar.bookings.add_note(booked.uid, content="x" * 20_000)
    process = spawn("export")
    assert process.stdout is not None
    begun = os.read(process.stdout.fileno(), 1)

    answer = run("note", "add", booked.uid, "while somebody reads")

    out, _ = process.communicate()
    assert (answer.status, process.returncode) == (0, 0)
    assert len((begun + out).splitlines()) > 5
    assert b"while somebody reads" not in out


def test_nobody_waits_for_who_writes_an_export_slowly(
    spawn: Spawn, run: Run, booked: Booking
) -> None:
    """Who typed `calbook import -` alone kept everybody from booking."""
    exported = run("export").out.encode()
    process = spawn("import", "-")
    assert process.stdin is not None
    process.stdin.write(exported[:-1])
    process.stdin.flush()
    time.sleep(0.5)  # so that it has begun to read

    answer = run("note", "add", booked.uid, "while somebody writes")

    assert answer.status == 0
    _, err = process.communicate(exported[-1:])
    assert (process.returncode, b"differs" in err) == (4, True)


def test_what_is_no_export_is_not_read_to_its_end(spawn: Spawn) -> None:
    process = spawn("import", "-")
    assert process.stdin is not None
    process.stdin.write(b"\n\ny\n")
    process.stdin.flush()

    assert process.wait(timeout=60) == 2
    assert process.stderr is not None
    assert process.stderr.read().count(b"\n") == 1
