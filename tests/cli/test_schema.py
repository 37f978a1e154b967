"""`schema`, and that what commands print is what it says."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from support import schemas
from support.answering import calendar, mail
from support.receiving import Receiver

import calbook
from calbook.api.schema.nouns import INPUTS, NAMES, NOUNS
from calbook.cli import tree
from calbook.cli.answers import ANSWERS
from calbook.core.outgoing.webhooks import EVENT_NAMES

if TYPE_CHECKING:
    from conftest import Clock
    from support.mailing import Server
    from support.running import Run

COMING = Path(__file__).parents[1] / "data" / "coming"

pytest_plugins = ("support.running", "support.receiving", "support.mailing")

_NOT_PRINTED = {"error", "webhook-body", *INPUTS}


@pytest.fixture
def database(place: str) -> str:
    return place


# -- the command


def test_nouns_are_listed_with_what_they_are(run: Run) -> None:
    rows = run("schema").rows

    assert [noun for noun, _ in rows] == [*NAMES]
    assert ["note", "What the host wrote about a booking."] in rows
    assert all(text.endswith(".") for _, text in rows)


def test_a_schema_is_that_of_the_library(run: Run) -> None:
    assert run("schema", "booking").json == calbook.schema("booking")
    assert run("schema", "--all").json == calbook.schema()


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (("bokking",), 3, "no such noun: bokking\nhint: did you mean booking?\n"),
        (("booking", "--all"), 2, "--all is every noun: name none beside it\n"),
    ],
    ids=["unknown", "both"],
)
def test_what_is_no_noun_is_refused(
    run: Run, args: tuple[str, ...], status: int, said: str
) -> None:
    assert run("schema", *args) == (status, "", f"calbook: {said}")


# -- the schemas


@pytest.mark.parametrize("noun", NAMES)
def test_a_schema_is_valid_and_refers_to_nothing_else(noun: str) -> None:
    schema = calbook.schema(noun)

    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:calbook:schema:1:{noun}"
    references = set(re.findall(r'"#/\$defs/([\w-]+)"', json.dumps(schema)))
    assert references == schema.get("$defs", {}).keys()


@pytest.mark.parametrize("noun", NOUNS)
def test_every_key_says_what_it_is(noun: str) -> None:
    schema = calbook.schema(noun)

    for place in _objects(schema):
        assert place["description"]
        for key, each in place["properties"].items():
            assert each.get("description"), key
        assert place.get("additionalProperties", True) is (noun not in INPUTS)


def _objects(schema: Any) -> Iterator[Any]:
    yield schema
    yield from schema.get("$defs", {}).values()


def test_one_document_has_all_of_them() -> None:
    whole = calbook.schema()

    Draft202012Validator.check_schema(whole)
    for noun in NAMES:
        alone = calbook.schema(noun)
        inside = alone.pop("$defs", {})
        del alone["$id"], alone["$schema"]
        assert whole["$defs"][noun] == alone
        for name, part in inside.items():
            assert whole["$defs"][name] == part | (
                {"title": name} if name in NOUNS else {}
            )


def test_a_reader_has_to_take_new_keys_and_new_words(booking: Any) -> None:
    event = booking().to_dict() | {"new": 1, "overrides": ["new"]}
    closed = event | {"status": "NEW"}

    judge = Draft202012Validator(calbook.schema("booking"))

    assert judge.is_valid(event)
    assert not judge.is_valid(closed)
    assert len([*schemas.faults("booking", event)]) == 2


def test_every_command_with_json_says_what_it_prints() -> None:
    root = tree.LazyGroup("calbook", tree.COMMANDS, "")

    assert {place.strip() for place in _printing(root, "")} == ANSWERS.keys()


def _printing(command: Any, place: str) -> Iterator[str]:
    if hasattr(command, "list_commands"):
        for name in command.list_commands(None):
            yield from _printing(command.get_command(None, name), f"{place} {name}")
    elif any("--json" in param.opts for param in command.params):
        yield place


def test_every_noun_is_printed_by_a_command_or_part_of_one() -> None:
    shapes = {shape.rstrip("[]?") for shapes in ANSWERS.values() for shape in shapes}
    parts = {name for noun in NOUNS for name in calbook.schema(noun).get("$defs", {})}

    assert shapes - {""} <= NOUNS.keys()
    assert NOUNS.keys() - shapes - parts == _NOT_PRINTED


# -- what is printed


class Judged:
    """Runs commands with `--json`, judges what they print, and knows which ran."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.shapes: dict[str, int] = {}

    def __call__(self, *args: object, status: int = 0, input: bytes | str = b"") -> Any:
        answer = self._run(*args, "--json", input=input)
        assert answer.status == status, (args, answer)
        found = json.loads(answer.out)
        words = " ".join(map(str, args[:2]))
        command = words if words in ANSWERS else str(args[0])
        assert schemas.faults_of_answer(command, found) == [], args
        assert found != [] or command == "db check", args
        self.shapes[command] = self.shapes.get(command, 0) + 1
        return found

    def book(self, event: str, start: str, *more: object) -> str:
        booked = self("create", "--event", event, "--start", start, *more)
        uid: str = booked["uid"]
        return uid


@pytest.fixture
def judged(run: Run) -> Judged:
    return Judged(run)


ADA = ("--name", "Ada", "--email", "ada@example.com")
BOB = ("--name", "Bob", "--email", "bob@example.com")
EVE = ("--name", "Eve", "--phone", "+351 912 345 678")
WEEK = ("--from", "2027-01-18", "--to", "2027-01-22")


def test_every_command_prints_what_its_noun_says(
    judged: Judged,
    clock: Clock,
    tmp_path: Path,
    post: Server,
    receiver: Receiver,
    store: str,
) -> None:
    """One story in which each command of the tree has something to print."""
    hook = _set_up(judged, receiver)
    _book(judged, tmp_path)
    _look(judged, tmp_path)
    _move_time(judged, tmp_path)
    clock.move(days=14)
    judged("today")
    judged("tomorrow")
    clock.move(days=4)
    _end(judged)
    _send(judged, hook, receiver, post)
    _export(judged, tmp_path)
    judged("erase", "ada@example.com", "--cancel", "--yes")
    judged("retention", "--keep", "3y")
    judged("db", "compact")
    _take_out(judged, hook)
    if store == "sqlite":
        _keep(judged, tmp_path)
    else:
        judged("db", "init", "--grants")
    of_files = {f"db {name}" for name in ("copy", "backup", "restore", "share")}

    missing = ANSWERS.keys() - judged.shapes
    assert missing == (set() if store == "sqlite" else of_files)


def _set_up(judged: Judged, receiver: Receiver) -> str:
    own = ("--name", "Grace", "--email", "grace@example.com")
    judged("db", "init")
    judged("db", "migrate")
    judged("db", "path")
    judged("init", *own, "--tz", "America/New_York")
    judged("config", "show")
    judged("config", "set", "defaults.by", "attendee")
    judged("config", "unset", "defaults.by")
    judged("config", "smtp", "--user", "none")
    judged("config", "smtp-test", "--send-to", "ada@example.com")
    judged("schedule", "add", "late", "--tz", "UTC", "--hours", "mon-fri 09:00-24:00")
    judged("schedule", "update", "late", "--name", "Late")
    judged("schedule", "override", "late", "--on", "2027-01-29", "--closed")
    judged("schedule", "list")
    judged("schedule", "show", "late")
    judged("host", "add", "bob", "--name", "Bob", "--tz", "UTC", "--schedule", "late")
    judged("host", "update", "bob", "--booking-limit", "6/day")
    judged("host", "list")
    judged("host", "show", "bob")
    judged("resource", "add", "room1", "--kind", "room", "--schedule", "late")
    judged("resource", "update", "room1", "--capacity", "8")
    judged("resource", "list")
    judged("resource", "show", "room1")
    zoom = ("--location", "ZOOM:https://zoom.example/1", "--reminder", "60")
    judged("event", "add", "demo", "--question", "Why|text", *zoom)
    team = ("--host", "me", "--host", "bob:2", "--scheduling-type", "round-robin")
    judged("event", "add", "team", *team, "--assignment", "priority")
    judged("event", "add", "yoga", "--seats", "3", "--needs", "room1", "--notify")
    judged("event", "add", "talk", "--requires-confirmation", "--hours", "mon 10-12")
    judged("event", "update", "demo", "--title", "Product demo")
    judged("event", "list")
    judged("event", "show", "team")
    answer = judged("webhook", "add", receiver.url(), "--header", "x-key=1")
    hook: str = answer["id"]
    judged("webhook", "update", hook, "--active")
    judged("webhook", "list")
    judged("webhook", "show", hook)
    judged("webhook", "test", hook)
    judged("webhook", "rotate", hook)
    request = receiver.requests[0]
    head = "".join(f"{name}: {value}\n" for name, value in request.headers.items())
    judged("webhook", "verify", hook, input=head.encode() + b"\n" + request.body)
    return hook


def _book(judged: Judged, tmp_path: Path) -> None:
    first = judged.book("demo", "2027-01-18 10:00", *ADA, "--guest", "Eve")
    weekly = ("--repeat", "weekly", "--count", "3")
    series = judged.book("demo", "2027-01-19 10:00", *BOB, *weekly)
    judged("reschedule", first, "--start", "2027-01-18 11:00", "--no-notify")
    judged("update", first, "--notes", "late", "--location", "PHONE:+351912345678")
    judged("extend", series, "--count", "1")
    judged("cancel", series, "--on", "2027-01-26", "--reason", "ill")
    judged("undo", series, "--on", "2027-01-26")
    judged("undo", series)
    judged("occurrences", series)
    taken = ("--event", "demo", "--start", "2027-01-18 11:00")
    waiting = judged("create", *taken, *EVE, "--wait")
    ranged = (
        "--event",
        "demo",
        "--from",
        "2027-01-18 11:00",
        "--to",
        "2027-01-18 11:30",
    )
    judged("create", *ranged, *BOB, "--wait")
    judged("waiting", "list")
    judged("waiting", "show", waiting["id"])
    judged("waiting", "remove", waiting["id"])
    held = judged("hold", "--event", "demo", "--start", "2027-01-20 15:00")
    judged("create", "--hold", held["uid"], *EVE, "--idempotency-key", "order-17")
    judged(
        "create", "--event", "demo", "--start", "2027-01-20 16:00", *EVE, "--dry-run"
    )
    talks = [judged.book("talk", f"2027-01-18 1{n}:00", *ADA) for n in (0,)]
    talks += [judged.book("talk", f"2027-01-25 1{n}:00", *ADA) for n in (0, 1)]
    judged("confirm", talks[0])
    judged("reject", *talks[1:], "--reason", "no time", "--yes")
    handed = judged.book("team", "2027-01-21 10:00", *ADA)
    judged("reassign", handed)
    lines = tmp_path / "lines.jsonl"
    wanted = {"eventTypeId": "demo", "attendee": {"name": "Ida", "ref": "7"}}
    starts = ("2027-01-20 09:00", "2027-01-20 10:00")
    lines.write_text("\n".join(json.dumps(wanted | {"startTime": s}) for s in starts))
    judged("create", "--input", lines)
    _group(judged)
    judged("note", "add", first, "Called back", "--private")
    [note] = judged("note", "list", first)
    judged("note", "remove", first, note["id"], "--yes")
    judged("history", series)


def _group(judged: Judged) -> None:
    weekly = ("--repeat", "weekly", "--count", "2")
    group = judged.book("yoga", "2027-01-20 12:00", *ADA, *weekly)
    other = judged.book("yoga", "2027-01-20 14:00", *ADA)
    judged("attendee", "add", group, *BOB, "--on", "2027-01-27")
    judged("attendee", "add", other, *EVE)
    judged("attendee", "move", other, "--phone", "+351912345678", "--into", group)
    guests = ("--guest", "bob@example.com", "--guest", "Ann <ann@example.com>")
    full = judged.book("yoga", "2027-01-21 12:00", *ADA, *guests)
    judged("create", "--event", "yoga", "--start", "2027-01-21 12:00", *EVE, "--wait")
    judged("attendee", "remove", full, "--email", "bob@example.com", "--yes")
    judged("attendee", "list", group)
    judged("attendee", "list", group, "--on", "2027-01-27")
    judged("attendee", "remove", group, "--phone", "+351912345678", "--yes")


def _look(judged: Judged, tmp_path: Path) -> None:
    judged("list")
    judged("list", "--occurrences")
    judged("agenda", *WEEK[:2])
    judged("week", "--of", "2027-01-18")
    judged("day", "--on", "2027-01-18")
    judged("month", "--of", "2027-01-18")
    judged("next")
    judged("slots", "--event", "demo", *WEEK)
    judged("slots", "--event", "demo", "--on", "2027-01-18", "--explain")
    judged("explain", "--event", "demo", "--start", "2027-01-18 15:00")
    judged("explain", "--event", "yoga", "--start", "2027-01-18 03:00", status=5)
    judged("stats")
    judged("stats", "--by", "week")
    uid = judged("list", "--limit", "1")[0]["uid"]
    judged("show", uid)
    judged("ics", uid)
    judged("ics", "--folder", tmp_path / "each")
    judged("ics", "publish", tmp_path / "feeds")
    judged("ics", "publish", "--list")
    _busy(judged, tmp_path)
    _calendar(judged, tmp_path)
    ada = judged("person", "list", "--search", "ada")[0]["id"]
    judged("person", "show", ada)
    judged("person", "show", ada, "--occurrences")
    judged("person", "update", ada, "--ref", "K1007")
    judged("person", "merge", ada, "bob@example.com", "--yes")


def _busy(judged: Judged, tmp_path: Path) -> None:
    event = "BEGIN:VEVENT\nUID:{0}\nDTSTAMP:20270101T000000Z\n{1}\nEND:VEVENT\n"
    day = "DTSTART;VALUE=DATE:20270220\nSUMMARY:Away"
    local = "DTSTART;TZID=Nowhere:20270221T100000"
    events = event.format("a", day) + event.format("b", local) + event.format("c", "")
    file = tmp_path / "work.ics"
    file.write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n")
    judged("busy", "import", file, "--name", "own", "--host", "me", "--show")
    own = judged("busy", "add", "--host", "bob", *WEEK, "--reason", "ill", "--show")
    judged("busy", "list")
    judged("busy", "list", "--times", "--from", "2027-02-18")
    judged("busy", "refresh")
    judged("busy", "remove", own["name"], "--yes")


def _calendar(judged: Judged, tmp_path: Path) -> None:
    folder = tmp_path / "vdir"
    folder.mkdir()
    judged("calendar", "add", "elsewhere", "--url", folder, "--host", "me", "--push")
    judged("calendar", "list")
    judged("calendar", "show", "elsewhere")
    judged("calendar", "check", "elsewhere")
    files = sorted(folder.iterdir())
    files[0].unlink()
    moved = files[1].read_text().replace("SUMMARY:", "SUMMARY:Moved ")
    files[1].write_text(moved.replace("DTSTART;", "DTSTART;X-A=1;"))
    os.utime(files[1], (1, 1))
    judged("calendar", "sync", "elsewhere", status=1)
    log = judged("calendar", "log", "elsewhere")
    judged("calendar", "log", "--id", log[0]["id"])
    judged("calendar", "redeliver", log[0]["id"])
    judged("calendar", "update", "elsewhere", "--busy", "--careful")


def _move_time(judged: Judged, tmp_path: Path) -> None:
    """What attendees answer and propose."""
    uid = judged.book("team", "2027-01-22 10:00", *ADA, "--notify")
    file = tmp_path / "answer.eml"
    for n, hour in enumerate((19, 20)):
        times = f"DTSTART:20270122T{hour}0000Z\nDTEND:20270122T{hour}3000Z"
        stamp = f"2027010{4 + n}T100000Z"
        text = calendar(uid, method="COUNTER", stamp=stamp, more=times)
        file.write_bytes(mail(text, method="COUNTER"))
        judged("reply", file)
        judged("counter", "list")
        judged("counter", ("decline", "accept")[n], uid)
    file.write_bytes(mail(calendar(uid, sequence=1, stamp="20270106T100000Z")))
    judged("reply", file)
    file.write_bytes(mail(calendar("bk_00000000nope")))
    judged("reply", file, status=1)
    judged("list", "--status", "confirmed")


def _end(judged: Judged) -> None:
    """When all of the first week is over."""
    judged("tick", "--no-deliver")
    over = [item["uid"] for item in judged("list", *WEEK) if not item["recurring"]]
    judged("attended", over[0])
    judged("no-show", *over[1:3])
    group = next(b["uid"] for b in judged("list") if b["eventTypeId"] == "evt_yoga")
    judged("attended", group, "--on", "2027-01-20", "--email", "ada@example.com")
    judged("stats", "--by", "status")
    away = ("--from", "2027-01-25", "--to", "2027-02-20")
    judged("host", "away", "me", *away)
    judged("host", "away", "me", *away, "--cancel", "--yes")
    judged("host", "retire", "bob")
    judged("host", "restore", "bob")


def _send(judged: Judged, hook: str, receiver: Receiver, post: Server) -> None:
    judged("deliver")
    log = judged("webhook", "log")
    judged("webhook", "log", "--id", log[0]["id"])
    judged("webhook", "redeliver", log[0]["id"])
    sent = judged("mail", "log")
    judged("mail", "log", "--id", sent[0]["id"])
    judged("mail", "redeliver", sent[0]["id"])
    for request in receiver.requests:
        assert [*schemas.faults("webhook-body", request.json)] == []
    told = {request.type for request in receiver.requests}
    assert told == {*EVENT_NAMES, "webhook.test"}
    assert post.received


def _export(judged: Judged, tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    judged("export", "-o", file, "--secrets")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        assert [*schemas.faults("export-line", line)] == []
    types = len(calbook.schema("export-line")["$defs"])
    assert len({line["type"] for line in lines}) == types - 1  # nothing is a setting
    judged("import", file)
    judged("import", COMING / "google.ics", "--from", "google", status=4)


def _take_out(judged: Judged, hook: str) -> None:
    judged("calendar", "remove", "elsewhere", "--yes")
    judged("webhook", "remove", hook, "--yes")
    judged("event", "add", "once")
    judged("event", "remove", "once", "--yes")
    judged("resource", "add", "once")
    judged("resource", "remove", "once", "--yes")
    judged("schedule", "add", "once", "--tz", "UTC")
    judged("schedule", "remove", "once", "--yes")
    judged("host", "add", "once")
    judged("host", "remove", "once", "--yes")
    judged("db", "check")
    judged("doctor", "--fix-times")
    judged("doctor", status=1)


def _keep(judged: Judged, tmp_path: Path) -> None:
    """What is about the file itself."""
    file, copy = tmp_path / "backup.db", tmp_path / "copy.db"
    judged("db", "backup", file)
    judged("db", "copy", "--from", file, "--to", copy)
    judged("db", "restore", file, "--yes")
    with TemporaryDirectory() as reached:  # by the group, unlike pytest's own
        os.chmod(reached, 0o2770)
        shared = Path(reached, "shared.db")
        judged("db", "backup", shared)
        judged("db", "share", "--db", shared, "--group", str(os.getgid()))
