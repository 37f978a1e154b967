"""Every error code: reached from the command line, with its status and its JSON."""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from support import answering, schemas
from support.stores import locked, opened

from calbook import Client, errors
from calbook.cli import error_output, options
from calbook.core import ids
from calbook.core.text import printable
from calbook.store.postgres import store as postgres_store
from calbook.store.sqlite import file_access
from calbook.store.sqlite.file_access import SCHEMA_VERSION

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run, Terminal

pytest_plugins = ("support.running",)

# The table of the manual: each code with its exit status.
TABLE = {
    **dict.fromkeys(("internal", "io", "findings"), 1),
    **dict.fromkeys(("calendar_empty", "entries_gone"), 1),
    **dict.fromkeys(("usage", "mail_not_configured", "bad_url", "bad_time"), 2),
    **dict.fromkeys(("nonexistent_time", "ambiguous_time", "bad_zone"), 2),
    **dict.fromkeys(("bad_input", "invalid_responses"), 2),
    **dict.fromkeys(("not_found",), 3),
    **dict.fromkeys(("exists", "slot_taken", "seats_full", "duplicate_attendee"), 4),
    **dict.fromkeys(("key_reused", "version_conflict", "host_retired"), 4),
    **dict.fromkeys(("needs_taken", "already_waiting", "nothing_to_wait_for"), 4),
    "import_conflict": 4,
    "has_bookings": 4,
    **dict.fromkeys(("in_the_past", "inactive", "outside_hours", "minimum_notice"), 5),
    "outside_dates": 5,
    **dict.fromkeys(("maximum_advance", "slots_per_day", "deadline_passed"), 5),
    **dict.fromkeys(("limit_reached", "open_bookings_reached", "group_cancelled"), 5),
    **dict.fromkeys(("cancellation_not_allowed", "already_cancelled"), 5),
    **dict.fromkeys(("wrong_status", "hold_ended", "not_a_group"), 5),
    **dict.fromkeys(("last_attendee", "in_use", "offer_ended", "counter_ended"), 5),
    **dict.fromkeys(("nothing_to_change", "no_other_host", "cannot_undo"), 5),
    **dict.fromkeys(("ambiguous_uid", "ambiguous_person"), 6),
    **dict.fromkeys(("busy", "damaged", "not_calbook", "newer"), 7),
    **dict.fromkeys(("read_only", "storage"), 7),
    **dict.fromkeys(("delivery_failed", "calendar_unreachable"), 8),
    **dict.fromkeys(("interrupted",), 130),
}


class Scene(NamedTuple):
    """What the ways to an error are made of."""

    client: Client
    clock: Clock
    place: str
    monkeypatch: pytest.MonkeyPatch

    @property
    def path(self) -> Path:
        return Path(self.place)

    def change(self, **fields: Any) -> None:
        self.client.calendar.event_types.update("demo", **fields)

    def booked(self, start: str = "2027-01-18 10:00", **fields: Any) -> str:
        ada = {"name": "Ada", "email": "ada@example.com"}
        wanted = {"event_type_id": "demo", "start_time": start, "attendee": ada}
        return self.client.calendar.bookings.create(**(wanted | fields)).uid


class Reached(NamedTuple):
    """The command that fails, and the details of its error."""

    args: tuple[object, ...]
    details: dict[str, Any]


Way = Callable[[Scene], AbstractContextManager[Reached]]
WAYS: dict[str, Way] = {}


def way(function: Callable[[Scene], Iterator[Reached]]) -> Way:
    """A way to the error whose code is the function's name."""
    made = WAYS[function.__name__] = contextmanager(function)
    return made


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def scene(
    client: Client, clock: Clock, place: str, monkeypatch: pytest.MonkeyPatch
) -> Scene:
    client.set_up(name="Grace", email="grace@example.com", timezone="America/New_York")
    client.calendar.event_types.create("demo", title="Product demo")
    return Scene(client, clock, place, monkeypatch)


EVE = {"name": "Eve", "email": "eve@example.com"}


def create(*options: object, start: str = "2027-01-18 10:00") -> tuple[object, ...]:
    person = ("--name", "Eve", "--email", "eve@example.com")
    return ("create", "--event", "demo", "--start", start, *person, *options)


# -- 1: a bug, output, findings --------------------------------------------------------


@way
def internal(scene: Scene) -> Iterator[Reached]:
    def broken(*args: object) -> None:
        raise KeyError("secret")

    with scene.monkeypatch.context() as patch:
        patch.setattr(options, "open_client", broken)
        yield Reached(("list",), {})


@way
def io(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked()
    with scene.monkeypatch.context() as patch, open("/dev/full", "w") as full:
        patch.setattr(sys, "stdout", full)
        yield Reached(("cancel", uid, "--idempotency-key", "k"), {"uids": [uid]})


@way
def findings(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked()
    with opened(scene.place) as conn:
        conn.execute("delete from claims")
    found = [f"{uid} will take place but holds no time of user_me"]
    yield Reached(("db", "check"), {"findings": found})


# -- 2: what was given -----------------------------------------------------------------


@way
def usage(scene: Scene) -> Iterator[Reached]:
    yield Reached(
        ("create", "--event", "demo", "--start", "now"),
        {"missing": ["--name", "--email"]},
    )


@way
def mail_not_configured(scene: Scene) -> Iterator[Reached]:
    yield Reached(create("--notify"), {})


@way
def bad_time(scene: Scene) -> Iterator[Reached]:
    yield Reached(create(start="2027-04-31 10:00"), {"value": "2027-04-31 10:00"})


@way
def nonexistent_time(scene: Scene) -> Iterator[Reached]:
    yield Reached(
        create(start="2027-03-14 02:30"),
        {
            "time": "2027-03-14 02:30",
            "timezone": "America/New_York",
            "choices": ["2027-03-14T01:30:00-05:00", "2027-03-14T03:30:00-04:00"],
        },
    )


@way
def ambiguous_time(scene: Scene) -> Iterator[Reached]:
    yield Reached(
        create(start="2027-11-07 01:30"),
        {
            "time": "2027-11-07 01:30",
            "timezone": "America/New_York",
            "choices": ["2027-11-07T01:30:00-04:00", "2027-11-07T01:30:00-05:00"],
        },
    )


@way
def bad_zone(scene: Scene) -> Iterator[Reached]:
    yield Reached(create("--tz", "Europe/Lisbonne"), {"timezone": "Europe/Lisbonne"})


@way
def bad_url(scene: Scene) -> Iterator[Reached]:
    url = "http://169.254.169.254/"
    yield Reached(("webhook", "add", url), {"url": url})


@way
def bad_input(scene: Scene) -> Iterator[Reached]:
    yield Reached(
        create("--duration", "1441"),
        {"field": "duration", "value": 1441, "least": 1, "most": 1440},
    )


@way
def invalid_responses(scene: Scene) -> Iterator[Reached]:
    scene.change(
        questions=[
            {"label": "Company", "required": True},
            {"label": "Size", "type": "NUMBER"},
        ]
    )
    yield Reached(
        create("--response", "size=many", "--response", "sise=9"),
        {
            "faults": {
                "sise": "there is no such question (company, size)",
                "company": "an answer is required",
                "size": "it must be a number",
            }
        },
    )


# -- 3 and 4: nobody has it, somebody else has it --------------------------------------


@way
def not_found(scene: Scene) -> Iterator[Reached]:
    yield Reached(("event", "show", "domo"), {"noun": "event type", "id": "evt_domo"})


@way
def exists(scene: Scene) -> Iterator[Reached]:
    yield Reached(("event", "add", "demo"), {"noun": "event type", "id": "evt_demo"})


@way
def import_conflict(scene: Scene) -> Iterator[Reached]:
    file = Path(os.environ["HOME"], "export.jsonl")
    file.parent.mkdir(parents=True, exist_ok=True)
    scene.client.export_to(file)
    scene.client.calendar.hosts.update("me", name="Hopper")
    details = {"noun": "host", "id": "user_me", "line": 3}
    yield Reached(("import", file), details)


@way
def slot_taken(scene: Scene) -> Iterator[Reached]:
    scene.change(buffer_after=5)
    uid = scene.booked()
    yield Reached(
        create(start="2027-01-18 10:30"),
        {
            "uid": uid,
            "when": "Mon 18 Jan 2027, 10:00–10:30 America/New_York",
            "hostId": "user_me",
            "freeFrom": "2027-01-18T10:35:00-05:00",
        },
    )


@way
def seats_full(scene: Scene) -> Iterator[Reached]:
    scene.change(seats=2)
    guests = ("--guest", "one@example.com", "--guest", "two@example.com")
    yield Reached(create(*guests), {"seats": 2, "persons": 3})


@way
def duplicate_attendee(scene: Scene) -> Iterator[Reached]:
    yield Reached(create("--guest", "EVE@example.com"), {"email": "EVE@example.com"})


@way
def has_bookings(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked()
    yield Reached(("erase", "ada@example.com", "--yes"), {"uids": [uid]})


@way
def key_reused(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked(idempotency_key="k1")
    yield Reached(create("--idempotency-key", "k1"), {"key": "k1", "uid": uid})


@way
def needs_taken(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked()
    scene.client.calendar.resources.create("room1")
    scene.client.calendar.busy.add(
        resource_id="room1", start_time="2027-01-18", end_time="2027-01-18"
    )
    taken = {
        "uid": uid,
        "date": "2027-01-18",
        "startTime": "2027-01-18T10:00:00-05:00",
        "code": "slot_taken",
        "message": "room1: that time is taken: res_room1 is busy (Mon 18 Jan 2027,"
        " 00:00–Tue 19 Jan 00:00 America/New_York)",
    }
    needs = ("--needs", "room1", "--claim-existing")
    yield Reached(("event", "update", "demo", *needs), {"conflicts": [taken]})


@way
def version_conflict(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked()
    yield Reached(
        ("cancel", uid, "--if-version", "7"),
        {"uid": uid, "expected": 7, "actual": 0},
    )


# -- 5: a rule or a status says no -----------------------------------------------------


@way
def in_the_past(scene: Scene) -> Iterator[Reached]:
    yield Reached(
        create(start="2026-12-30 10:00"),
        {"start": "2026-12-30T10:00:00-05:00", "now": "2027-01-04T04:00:00-05:00"},
    )


@way
def inactive(scene: Scene) -> Iterator[Reached]:
    scene.change(active=False)
    yield Reached(create(), {"eventTypeId": "evt_demo"})


@way
def outside_hours(scene: Scene) -> Iterator[Reached]:
    yield Reached(
        create(start="2027-01-18 16:45"),
        {
            "start": "2027-01-18T16:45:00-05:00",
            "end": "2027-01-18T17:15:00-05:00",
            "open": ["Mon 18 Jan 2027, 09:00–17:00"],
        },
    )


@way
def minimum_notice(scene: Scene) -> Iterator[Reached]:
    scene.change(minimum_notice=24 * 60)
    yield Reached(
        create(start="2027-01-04 10:00"),
        {
            "start": "2027-01-04T10:00:00-05:00",
            "earliest": "2027-01-05T04:00:00-05:00",
            "minimumNotice": 24 * 60,
        },
    )


@way
def outside_dates(scene: Scene) -> Iterator[Reached]:
    scene.change(last_date="2027-01-17")
    yield Reached(
        create(),
        {
            "start": "2027-01-18T10:00:00-05:00",
            "firstDate": None,
            "lastDate": "2027-01-17",
        },
    )


@way
def maximum_advance(scene: Scene) -> Iterator[Reached]:
    scene.change(maximum_advance=13)
    yield Reached(
        create(),
        {
            "start": "2027-01-18T10:00:00-05:00",
            "lastDate": "2027-01-17",
            "maximumAdvance": 13,
        },
    )


@way
def host_retired(scene: Scene) -> Iterator[Reached]:
    retired = scene.client.calendar.hosts.retire("me", from_date="2027-01-18")
    facts = {"hostId": "user_me", "retiredAt": retired.host.retired_at, "uid": None}
    yield Reached(create(), facts)


@way
def slots_per_day(scene: Scene) -> Iterator[Reached]:
    scene.change(slots_per_day=1)
    scene.booked("2027-01-18 15:00")
    yield Reached(create(), {"date": "2027-01-18", "booked": 1, "slotsPerDay": 1})


@way
def limit_reached(scene: Scene) -> Iterator[Reached]:
    scene.change(limits=["1/week"])
    scene.booked("2027-01-18 15:00")
    facts = {"limit": "1/week", "period": "2027-W03", "booked": 1, "of": "eventType"}
    yield Reached(create(), {**facts, "eventTypeId": "evt_demo"})


@way
def open_bookings_reached(scene: Scene) -> Iterator[Reached]:
    scene.change(per_person_open=1)
    scene.booked("2027-01-18 15:00", attendee=EVE)
    facts = {"limit": "1 to come", "booked": 1, "of": "person", "person": "Eve"}
    yield Reached(create(), facts)


@way
def group_cancelled(scene: Scene) -> Iterator[Reached]:
    scene.change(seats=2)
    uid = scene.booked()
    scene.client.calendar.bookings.cancel(uid, cancelled_by="host")
    yield Reached(create(), {"uid": uid, "start": "2027-01-18T10:00:00-05:00"})


@way
def deadline_passed(scene: Scene) -> Iterator[Reached]:
    scene.change(cancellation_deadline=12 * 60)
    uid = scene.booked("2027-01-04 10:00")
    yield Reached(
        ("reschedule", uid, "--start", "2027-01-18 10:00"),
        {
            "uid": uid,
            "deadline": "2027-01-03T22:00:00-05:00",
            "now": "2027-01-04T04:00:00-05:00",
        },
    )


@way
def cancellation_not_allowed(scene: Scene) -> Iterator[Reached]:
    scene.change(allow_cancellation=False)
    uid = scene.booked()
    yield Reached(("cancel", uid), {"uid": uid})


@way
def already_cancelled(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked()
    scene.client.calendar.bookings.cancel(uid)
    yield Reached(("cancel", uid), {"uid": uid, "resolution": "cancelled"})


@way
def wrong_status(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked()
    yield Reached(
        ("confirm", uid),
        {"uid": uid, "status": "CONFIRMED", "allowed": ["PENDING"]},
    )


def waits(scene: Scene) -> str:
    entry = scene.client.calendar.waiting.add(
        event_type_id="demo",
        start_time="2027-01-18 10:00",
        attendee={"name": "Eve", "email": "eve@example.com"},
    )
    return str(entry.id)


@way
def already_waiting(scene: Scene) -> Iterator[Reached]:
    scene.booked()
    yield Reached(create("--wait"), {"waitingId": waits(scene)})


@way
def nothing_to_wait_for(scene: Scene) -> Iterator[Reached]:
    person = ("--name", "Eve", "--email", "eve@example.com")
    ends = ("--from", "2027-01-18 10:00", "--to", "2027-01-18 11:00")
    yield Reached(
        ("create", "--event", "demo", "--wait", *ends, *person),
        {"startTime": "2027-01-18T10:00:00-05:00"},
    )


@way
def offer_ended(scene: Scene) -> Iterator[Reached]:
    scene.booked()
    id = waits(scene)
    yield Reached(("confirm", id), {"waitingId": id, "state": "waiting"})


@way
def counter_ended(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked()
    more = "DTSTART:20270119T150000Z"
    data = answering.calendar(uid, method="COUNTER", more=more).encode()
    [answer] = scene.client.calendar.replies.read(data)
    scene.client.calendar.bookings.cancel(uid, cancelled_by="host")
    yield Reached(
        ("counter", "accept", answer.counter_id),
        {"counterId": answer.counter_id, "state": "ended"},
    )


@way
def hold_ended(scene: Scene) -> Iterator[Reached]:
    held = scene.client.calendar.bookings.hold(
        event_type_id="demo", start_time="2027-01-18 10:00"
    )
    scene.client.calendar.bookings.cancel(held.uid)
    yield Reached(
        ("create", "--hold", held.uid, "--name", "Ada", "--email", "ada@example.com"),
        {"uid": held.uid, "heldUntil": held.held_until},
    )


@way
def not_a_group(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked()
    yield Reached(
        ("attendee", "add", uid, "--email", "eve@example.com"),
        {"uid": uid, "eventTypeId": "evt_demo"},
    )


@way
def last_attendee(scene: Scene) -> Iterator[Reached]:
    scene.change(seats=2)
    uid = scene.booked()
    yield Reached(
        ("attendee", "remove", uid, "--email", "ADA@example.com", "--yes"),
        {"uid": uid, "email": "ada@example.com"},
    )


@way
def in_use(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked()
    yield Reached(
        ("event", "remove", "demo", "--yes"),
        {"noun": "event type", "id": "evt_demo", "usedBy": f"booking {uid}"},
    )


@way
def no_other_host(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked()
    facts = {"uid": uid, "eventTypeId": "evt_demo", "hostIds": ["user_me"]}
    yield Reached(("reassign", uid), facts)


@way
def cannot_undo(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked()
    yield Reached(("undo", uid), {"uid": uid, "type": "booking.created"})


@way
def nothing_to_change(scene: Scene) -> Iterator[Reached]:
    uid = scene.booked()
    yield Reached(("update", uid), {"uid": uid})


# -- 8: delivery -----------------------------------------------------------------------


@way
def delivery_failed(scene: Scene) -> Iterator[Reached]:
    hook = scene.client.calendar.webhooks.create("http://127.0.0.1:1/")
    details = {"webhook": hook.id, "code": None, "response": "Connection refused"}
    yield Reached(("webhook", "test", hook.id), details)


@way
def calendar_unreachable(scene: Scene) -> Iterator[Reached]:
    directory = _connected(scene)
    shutil.rmtree(directory)
    details = {"calendar": "work", "hostId": "user_me", "status": None}
    yield Reached(("busy", "refresh", "work"), details)


@way
def calendar_empty(scene: Scene) -> Iterator[Reached]:
    directory = _connected(scene)
    (directory / "lunch.ics").unlink()
    details = {"calendar": "work", "hostId": "user_me", "stretches": 1}
    yield Reached(("busy", "refresh", "work"), details)


@way
def entries_gone(scene: Scene) -> Iterator[Reached]:
    directory = Path(os.environ["HOME"], "written")
    directory.mkdir(parents=True)
    scene.client.calendar.connections.add("work", directory, push=True)
    scene.booked("2027-01-18 10:00")
    scene.client.deliver()
    for entry in directory.glob("*.ics"):
        entry.unlink()
    details = {"calendar": "work", "hostId": "user_me", "written": 1, "gone": 1}
    yield Reached(("calendar", "sync", "work"), details)


def _connected(scene: Scene) -> Path:
    """A directory with one event that blocks."""
    directory = Path(os.environ["HOME"], "vdir")
    directory.mkdir(parents=True)
    (directory / "lunch.ics").write_text(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:lunch\nDTSTART:20270118T100000Z\n"
        "DURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    scene.client.calendar.connections.add("work", directory, busy=True)
    return directory


# -- 6 and 7: which one, and the file --------------------------------------------------


@way
def ambiguous_uid(scene: Scene) -> Iterator[Reached]:
    twins = ["bk_twin00000000", "bk_twin00000001"]
    starts = ("2027-01-18 10:00", "2027-01-18 11:00")
    with scene.monkeypatch.context() as patch:
        patch.setattr(ids, "uid", iter(twins).__next__)
        for start in starts:
            scene.booked(start)
    yield Reached(("show", "TWIN0"), {"prefix": "twin0", "candidates": twins})


@way
def ambiguous_person(scene: Scene) -> Iterator[Reached]:
    names = [f"{name}@example.com" for name in ("one", "two")]
    for hour, email in enumerate(names, 10):
        who = {"name": "Twin", "email": email}
        scene.client.calendar.bookings.create(
            event_type_id="demo", start_time=f"2027-01-18 {hour}:00", attendee=who
        )
    people = scene.client.calendar.people.list(search="Twin")
    shown = [f"{each.id} Twin <{each.email}>" for each in people]
    yield Reached(
        ("list", "--person", "twin"), {"person": "twin", "candidates": sorted(shown)}
    )


@way
def busy(scene: Scene) -> Iterator[Reached]:
    with scene.monkeypatch.context() as patch, locked(scene.place):
        for module in (file_access, postgres_store):
            patch.setattr(module, "LOCK_WAIT_SECONDS", 0)
        yield Reached(create(), {"path": scene.place})


@way
def damaged(scene: Scene) -> Iterator[Reached]:
    with scene.path.open("r+b") as file:
        file.truncate(scene.path.stat().st_size - 100)
    yield Reached(("list",), {"path": str(scene.path)})


@way
def not_calbook(scene: Scene) -> Iterator[Reached]:
    file = scene.path.with_name("notes.txt")
    file.write_text("not a database\n" * 100)
    yield Reached(("list", "--db", file), {"path": str(file)})


@way
def newer(scene: Scene) -> Iterator[Reached]:
    with opened(scene.place) as conn:
        if conn.is_sqlite:
            conn.execute("pragma user_version = 99")
        else:
            conn.execute("update calbook_schema set version = 99")
    yield Reached(
        ("list",),
        {"path": scene.place, "schema": 99, "known": SCHEMA_VERSION, "copies": []},
    )


@way
def read_only(scene: Scene) -> Iterator[Reached]:
    directory = Path(tempfile.mkdtemp())  # unlike pytest's, others can reach it
    try:
        path = shutil.copy(scene.path, directory / "bookings.db")
        path.chmod(0o444)
        directory.chmod(0o555)
        with nobody():
            args = ("host", "update", "me", "--name", "Eve", "--db", path)
            yield Reached(args, {"path": str(path)})
    finally:
        directory.chmod(0o755)
        shutil.rmtree(directory)


@contextmanager
def nobody() -> Iterator[None]:
    """No file permission stops root."""
    me = os.geteuid()
    os.seteuid(me or 65534)
    try:
        yield
    finally:
        os.seteuid(me)


@way
def storage(scene: Scene) -> Iterator[Reached]:
    path = scene.path.with_name("none") / "bookings.db"
    yield Reached(create("--db", path), {"path": str(path)})


OF_FILES = ("damaged", "not_calbook", "read_only", "storage")
CODES = [
    pytest.param(code, marks=[pytest.mark.sqlite] * (code in OF_FILES)) for code in WAYS
]


# -- each of them, in both forms -------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_every_error_is_one_json_object_on_stderr(
    run: Run, scene: Scene, code: str
) -> None:
    _load_everything(run)
    with WAYS[code](scene) as (args, details):
        answer = run(*args, "--json")

    error = answer.error
    assert [*schemas.faults("error", {"error": error})] == []
    refusals = error["details"].pop("refusals", [error])
    assert list(error) == ["code", "message", "hint", "exitCode", "details"]
    assert (error["code"], error["exitCode"]) == (code, TABLE[code])
    assert error["details"] == details
    assert answer.status == TABLE[code]
    assert refusals[0]["code"] == code
    assert refusals[0]["details"] == details
    assert error["message"]
    assert not error["message"].endswith(".")
    assert error["hint"] is None or not error["hint"].endswith(".")


@pytest.mark.parametrize(
    "code",
    [
        code for code in CODES if code.values != ("io",)
    ],  # a full disk is given up at once
)
def test_every_error_is_one_line_and_a_hint_for_people(
    run: Run, scene: Scene, code: str
) -> None:
    _load_everything(run)
    with WAYS[code](scene) as (args, _):
        error = run(*args, "--json").error
        answer = run(*args)

    message = error["message"].removeprefix("duration is ")
    name = "" if message == error["message"] else "--duration is "  # as it is typed
    said = [f"calbook: {name}{printable(message)}\n"]
    if error["hint"]:
        said.append(f"hint: {printable(error['hint'])}\n")
    assert (answer.status, answer.out) == (TABLE[code], "")
    assert answer.err == "".join(said)


def _load_everything(run: Run) -> None:
    """Before another user's rights, with which Python's files may be out of reach."""
    run("host", "update", "me", "--name", "Grace Hopper")
    run("host", "update", "me", "--name", "Grace Hopper", "--json")


def test_no_at_a_question_is_an_error_too(
    terminal: Callable[..., Terminal], scene: Scene
) -> None:
    screen = terminal("event", "remove", "demo", "--json")
    screen.expect("Remove evt_demo?")
    screen.type("n\n")

    assert screen.end() == 130
    assert json.loads(screen.shown.splitlines()[-1]) == {
        "error": {
            "code": "interrupted",
            "message": "nothing was changed",
            "hint": None,
            "exitCode": 130,
            "details": {},
        }
    }


def test_a_seat_is_refused_as_a_booking_is(run: Run, scene: Scene) -> None:
    scene.change(seats=2)
    uid = scene.booked(guests=["bob@example.com"])
    add = ("attendee", "add", uid, "--email")

    full = run(*add, "eve@example.com", "--json").error
    twice = run(*add, "BOB@example.com", "--json").error
    joining = run(*create("--json")).error

    assert (full["code"], joining["code"]) == ("seats_full", "seats_full")
    assert full["details"]["refusals"] == joining["details"]["refusals"]
    assert full["details"]["seats"] == 2
    assert full["details"]["persons"] == 3
    assert twice["code"] == "duplicate_attendee"
    assert twice["details"] == {"email": "BOB@example.com"}


def test_a_refused_series_names_every_date_in_the_way(run: Run, scene: Scene) -> None:
    uid = scene.booked("2027-01-25 10:00")
    series = ("--repeat", "weekly", "--count", "3", "--json")

    error = run(*create(*series)).error

    assert (error["code"], error["exitCode"]) == ("slot_taken", 4)
    assert error["hint"].endswith("book the other dates: --on-conflict skip")
    assert error["details"]["conflicts"] == [
        {
            "date": "2027-01-25",
            "startTime": "2027-01-25T10:00:00-05:00",
            "code": "slot_taken",
            "message": (
                f"that time is taken by {uid}"
                " (Mon 25 Jan 2027, 10:00–10:30 America/New_York)"
            ),
            "uid": uid,
        }
    ]


def test_every_code_is_reached() -> None:
    reached = {*WAYS, "interrupted"}

    assert reached == TABLE.keys()


def test_every_error_class_is_in_the_table() -> None:
    classes = [
        item
        for _, item in inspect.getmembers(errors, inspect.isclass)
        if issubclass(item, errors.CalbookError) and "code" in vars(item)
    ]

    assert {item.code: item.exit_code for item in classes} == TABLE
    assert len({item.code for item in classes}) == len(classes)


def test_all_refusals_are_told_and_the_first_decides(run: Run, scene: Scene) -> None:
    scene.change(minimum_notice=600, questions=[{"label": "Q", "required": True}])
    scene.booked("2027-01-04 16:30", responses={"q": "A"})

    error = run(*create("--json", start="2027-01-04 16:45")).error

    assert error["code"] == "outside_hours"
    assert [refusal["code"] for refusal in error["details"]["refusals"]] == [
        "outside_hours",
        "invalid_responses",
        "slot_taken",
    ]


def test_an_error_of_the_library_has_what_the_command_line_prints(
    run: Run, scene: Scene
) -> None:
    with pytest.raises(errors.NotFound) as caught:
        scene.client.calendar.event_types.get("domo")

    error = caught.value
    assert run("event", "show", "domo", "--json").error == error.to_dict()["error"]
    assert error.to_dict()["error"] == {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "exitCode": error.exit_code,
        "details": error.details,
    }
    assert str(error) == error.message == "no such event type: evt_domo"


# -- the library's words ---------------------------------------------------------------

COMMANDS = r"show|list|create|cancel|event|host|schedule|webhook|mail|busy|config"
OPTION = re.compile(
    rf"(?<![\w-])--[a-z]|\bcalbook (?:{COMMANDS}|attendee|occurrences)\b"
)
JSON_NAME = re.compile(r"\b[a-z]+[A-Z][a-z]")


@pytest.mark.parametrize("code", [code for code in CODES if code.values != ("usage",)])
def test_errors_of_the_library_speak_python(
    run: Run, scene: Scene, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """They named `startTime`, and advised to `add --by host`."""
    shown: list[errors.CalbookError] = []
    monkeypatch.setattr(
        error_output, "show", lambda error, *, wants_json: shown.append(error)
    )
    _load_everything(run)
    with WAYS[code](scene) as (args, _):
        run(*args)

    [error] = shown
    said = f"{error.message} {error.hint or ''}"
    assert not OPTION.search(said)
    assert not JSON_NAME.search(said.replace(scene.place, ""))
    assert str(error) == error.message


@pytest.mark.parametrize(
    ("given", "field", "message", "json_field"),
    [
        (
            {"host_id": "a b"},
            "host_id",
            "host_id cannot be a b",
            "hostId",
        ),
        (
            {"attendee": {"name": "Ada", "email": "x"}},
            "attendee.email",
            "attendee.email is not an e-mail address: x",
            "attendee.email",
        ),
        (
            {"recurring": {"frequency": "DAILY", "count": 2, "byDay": "x"}},
            "recurring.by_day",
            "recurring.by_day cannot be x",
            "recurring.byDay",
        ),
        (
            {"start_time": 3},
            "start_time",
            "start_time must be text, not a number",
            "startTime",
        ),
    ],
    ids=["id", "nested", "series", "start"],
)
def test_a_field_is_named_as_it_was_passed(
    scene: Scene, given: dict[str, Any], field: str, message: str, json_field: str
) -> None:
    ada = {"name": "Ada", "email": "ada@example.com"}
    wanted = {"event_type_id": "demo", "start_time": "2027-01-18 10:00"}
    with pytest.raises(errors.BadInput) as caught:
        scene.client.calendar.bookings.create(
            **{**wanted, "attendee": ada, **given}  # type: ignore[arg-type]
        )

    error = caught.value
    said = error.to_dict()["error"]
    assert (error.details["field"], str(error)) == (field, message)
    assert said["details"]["field"] == json_field
    assert said["message"] == message.replace(field, json_field)


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"override": ["hours"]}, 'add by="host"'),
        (
            {"start_time": "2027-01-18 16:45"},
            'the host may: by="host", override=["hours"]',
        ),
        (
            {"duration": 45},
            'another length needs by="host", override=["duration"]',
        ),
        ({"on_conflict": "skip"}, "give recurring"),
    ],
    ids=["by", "rule", "duration", "series"],
)
def test_a_hint_is_the_librarys(scene: Scene, given: dict[str, Any], hint: str) -> None:
    fields = {**given}
    start = fields.pop("start_time", "2027-01-18 10:00")

    with pytest.raises(errors.CalbookError) as caught:
        scene.booked(start, **fields)

    assert str(caught.value.hint).endswith(hint)


def test_no_hint_outside_the_command_line_has_its_options() -> None:
    """Also those that no test reaches."""
    package = Path(errors.__file__).parents[1]
    hints = [
        (path.name, ast.unparse(node.value))
        for path in package.rglob("*.py")
        if "cli" not in path.relative_to(package).parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "hint"
    ]

    assert len(hints) > 80
    assert [hint for hint in hints if OPTION.search(hint[1])] == []
