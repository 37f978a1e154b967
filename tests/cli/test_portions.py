"""`create --input` commits many lines at a time, and tells of each when it is there."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import MONDAY
from support.running import Run, Spawn

from calbook import Client

pytest_plugins = ("support.running",)

MANY, TOGETHER = 450, 200


@pytest.fixture
def database(place: str) -> str:
    return place


def wanted(number: int, **more: Any) -> dict[str, Any]:
    at = MONDAY + timedelta(days=14, hours=number)
    person = {"name": f"Ada {number}", "email": f"ada{number % 7}@example.com"}
    facts = {"eventTypeId": "demo", "startTime": at.isoformat(), "attendee": person}
    return {**facts, **more}


def written(tmp_path: Path, lines: list[Any]) -> Path:
    file = tmp_path / "lines.jsonl"
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    file.write_text("".join(f"{text}\n" for text in texts))
    return file


@pytest.fixture
def lines(tmp_path: Path, event_type: Callable[..., object]) -> Path:
    event_type()
    return written(tmp_path, [wanted(number) for number in range(MANY)])


def uids_in(client: Client) -> set[str]:
    return {booking.uid for booking in client.calendar.bookings.list()}


@pytest.mark.parametrize("form", ["--json", "--jsonl", "--csv", ""])
def test_what_is_told_is_the_same_as_line_by_line(
    run: Run, event_type: Callable[..., object], tmp_path: Path, form: str
) -> None:
    """In the order of the lines, those that are refused as well."""
    event_type()
    event_type("group", seats=2)
    told = []
    for days, more in ((0, ()), (200 * 24, ("--each",))):
        mixed = [
            *(wanted(days + n) for n in range(5)),
            "no json",
            wanted(days + 2),
            wanted(days + 6, idempotencyKey=f"k{days}"),
            wanted(days + 6, idempotencyKey=f"k{days}"),
            wanted(days + 7, eventTypeId="nothing"),
            *(wanted(days + 8, eventTypeId="group") for _ in range(3)),
            wanted(days + 9, recurring={"frequency": "DAILY", "count": 3}),
        ]
        file = written(tmp_path, mixed)
        args = ("create", "--input", file, *more, *filter(None, [form]))
        answer = run(*args, "--no-deliver", "--override", "advance", "--by", "host")
        told.append(
            [answer.status, without_times(answer.out), without_times(answer.err)]
        )

    assert told[0] == told[1]
    assert told[0][2].count("line ") >= 4


def without_times(text: str) -> str:
    text = re.sub(r"\b(bk|per)_[0-9a-z]{12}|\b([Aa]da) ?\d+", r"\1\2", text)
    return re.sub(
        r"[A-Z][a-z]{2} \d+ [A-Z][a-z]{2}( \d{4})?|20\d\d-\d\d-\d\d", "", text
    )


@pytest.mark.parametrize(("more", "commits"), [((), 3), (("--each",), MANY)])
def test_it_commits_so_many_times(
    run: Run, lines: Path, path: Path, more: tuple[str, ...], commits: int
) -> None:
    """SQLite counts the commits at the beginning of the file."""
    before = int.from_bytes(path.read_bytes()[24:28])

    assert run("create", "--input", lines, "--no-deliver", *more).status == 0

    assert int.from_bytes(path.read_bytes()[24:28]) - before == commits


def test_what_is_told_is_there_already(
    spawn: Spawn, lines: Path, client: Client
) -> None:
    process = spawn("create", "--input", lines, "--no-deliver", "--jsonl")
    assert process.stdout is not None
    for line in process.stdout:
        uid = json.loads(line)["uid"]
        assert client.calendar.bookings.get(uid).uid == uid
    assert process.wait(60) == 0
    assert len(uids_in(client)) == MANY


def test_ctrl_c_ends_it_behind_what_is_committed(
    spawn: Spawn, lines: Path, client: Client
) -> None:
    process = spawn("create", "--input", lines, "--no-deliver")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)

    assert process.stderr is not None
    out, err = process.stdout.read(), process.stderr.read()

    assert process.wait(60) == -signal.SIGINT
    booked = re.search(r"(\d+) booked, 0 refused, (\d+) left", err.decode())
    assert booked, err
    assert int(booked[1]) == len(uids_in(client)) == out.count(b"\n") + 1
    assert int(booked[1]) % TOGETHER == 0 or int(booked[1]) == MANY


def test_a_reader_who_leaves_is_told_what_he_has_not_seen(
    spawn: Spawn, lines: Path, client: Client
) -> None:
    """Two hundred bookings were in the file, and nobody knew of them."""
    process = spawn("create", "--input", lines, "--no-deliver", "--json")
    assert process.stdout is not None
    process.stdout.close()

    assert process.stderr is not None
    err = process.stderr.read().decode()
    process.wait(60)

    assert set(re.findall(r"bk_[0-9a-z]{12}", err)) == uids_in(client)
    assert len(uids_in(client)) == MANY


def test_a_reader_who_leaves_early_is_told_what_is_left(
    spawn: Spawn, lines: Path, client: Client
) -> None:
    """`create --input | head -1` was a success, though most lines were left."""
    text = lines.read_text()
    lines.write_text(f"no json\n\n{text}")
    process = spawn("create", "--input", lines, "--no-deliver", "--each")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()

    assert process.stderr is not None
    err = process.stderr.read().decode()

    assert process.wait(60) == 1
    found = re.search(
        r"the reader left: (\d+) booked, 1 refused, (\d+) left; go on with line"
        rf" (\d+) \(tail -n \+(\d+) {re.escape(str(lines))} \|",
        err,
    )
    assert found, err
    booked, left, *numbers = map(int, found.groups())
    assert booked == len(uids_in(client))
    assert booked + left == MANY
    assert numbers == [booked + 3] * 2


def test_who_reads_no_answer_is_told_what_was_booked(
    spawn: Spawn, lines: Path, client: Client
) -> None:
    """Of one booking nothing is left to do, so that it is no failure."""
    one = lines.with_name("one.json")
    one.write_text(lines.read_text().splitlines()[0])
    process = spawn("create", "--input", one, "--no-deliver")
    assert process.stdout is not None
    process.stdout.close()

    assert process.stderr is not None
    err = process.stderr.read().decode()
    (uid,) = uids_in(client)

    assert process.wait(60) == 0
    assert err == f"calbook: booked {uid}; its reader left before the answer\n"


def test_a_listing_that_nobody_reads_says_nothing(
    spawn: Spawn, run: Run, lines: Path
) -> None:
    run("create", "--input", lines, "--no-deliver")
    process = spawn("list", "--all")
    assert process.stdout is not None
    process.stdout.close()

    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait(60) == 0


@pytest.mark.parametrize("more", [("--dry-run",), ("--atomic",), ()])
def test_lines_are_refused_in_their_order_and_by_what_is_there(
    run: Run, event_type: Callable[..., object], tmp_path: Path, more: tuple[str, ...]
) -> None:
    """A dry run named a booking that never was, and what cannot be read first."""
    event_type()
    file = written(
        tmp_path, [wanted(1), wanted(2), wanted(1), "no json", wanted(2, colour="red")]
    )
    if more == ("--atomic",):
        file.write_text("".join(file.read_text().splitlines(keepends=True)[:3]))

    answer = run("create", "--input", file, "--no-deliver", *more)

    said = [line for line in answer.err.splitlines() if line.startswith("calbook")]
    numbers = [int(line.split()[2].strip(":")) for line in said]
    assert numbers == ([3] if more == ("--atomic",) else [3, 4, 5])
    uids = [row.split("\t")[0] for row in answer.out.splitlines()]
    by = "line 1" if more else uids[0]
    assert said[0].startswith(f"calbook: line 3: that time is taken by {by} (")
    if more == ("--dry-run",):
        counts = "would be: 2 booked, 3 refused: lines 3, 4, 5"
        assert answer.err.endswith(f"Nothing was written: --dry-run\n{counts}\n")
        told = run("create", "--input", file, "--jsonl", *more).err.splitlines()
        details = json.loads(told[0])["error"]["details"]
        assert (details["uid"], details["refusals"][0]["details"]["uid"]) == (None,) * 2
        assert len(told) == 3


def test_only_what_is_committed_is_to_be_sent(
    run: Run, client: Client, lines: Path, tmp_path: Path
) -> None:
    client.calendar.webhooks.create("https://example.com/")
    file = written(tmp_path, [wanted(0), wanted(0), wanted(1), "no json", wanted(1)])

    run("create", "--input", file, "--no-deliver")

    queued = client.calendar.webhooks.log()
    assert {each.uid for each in queued} == uids_in(client)
    assert len(queued) == 2


def test_each_and_atomic_exclude_each_other(run: Run, lines: Path) -> None:
    answer = run("create", "--input", lines, "--each", "--atomic")

    assert answer.status == 2
    assert "--atomic and --each exclude each other" in answer.err


def test_each_is_for_input(run: Run) -> None:
    answer = run("create", "--each", "--event", "demo")

    assert (answer.status, "--each is for --input" in answer.err) == (2, True)
