"""The command line: what each command prints, in every form, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.running import PATIENCE, golden, numbered, wait_until
from support.stores import dump, opened

import calbook
from calbook import Client
from calbook.api.bookings import Bookings
from calbook.cli.tree import COMMANDS
from calbook.core.time import times

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Answer, Look, Run, Spawn, Terminal

pytest_plugins = ("support.running",)

Office = Callable[..., str]

KEYS = [
    "uid",
    "eventTypeId",
    "title",
    "hostId",
    "hostIds",
    "resourceIds",
    "startTime",
    "endTime",
    "timezone",
    "status",
    "heldUntil",
    "resolution",
    "cancelledBy",
    "reason",
    "attendance",
    "partstat",
    "repliedAt",
    "attendee",
    "guests",
    "location",
    "meetingUrl",
    "notes",
    "responses",
    "metadata",
    "recurring",
    "occurrences",
    "overrides",
    "sequence",
    "version",
    "createdAt",
    "updatedAt",
]
COLUMNS = (
    "uid",
    "startTime",
    "endTime",
    "timezone",
    "status",
    "eventTypeId",
    "hostId",
    "attendee.name",
    "attendee.email",
)


class SomePerson:
    """Equal to the id of anybody in the book of people, and to nobody's."""

    def __eq__(self, other: object) -> bool:
        return other is None or str(other).startswith("per_")

    __hash__ = None  # type: ignore[assignment]


# Of a guest who came along, without a seat of their own.
UNKNOWN = {"ref": None, "timezone": None, "language": None, "personId": SomePerson()}
UNKNOWN |= {"onlyOn": [], "absentOn": [], "partstat": None, "repliedAt": None}
SEATED = {"attendance": "unknown", "responses": {}, "notes": None, "metadata": {}}


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def office(client: Client) -> Office:
    """A host in New York with an event type; makes bookings of it by their start."""
    client.set_up(
        name="Grace Hopper", email="grace@example.com", timezone="America/New_York"
    )
    client.calendar.event_types.create("demo", title="Product demo")

    def book(start: str = "2027-01-18 10:00", **fields: Any) -> str:
        wanted = {
            "event_type_id": "demo",
            "attendee": {"name": "Ada", "email": "ada@example.com"},
            **fields,
        }
        return client.calendar.bookings.create(start_time=start, **wanted).uid

    return book


@pytest.fixture
def uid(office: Office) -> str:
    """A confirmed booking at 2027-01-18 10:00 in New York."""
    return office()


@pytest.fixture
def request_uid(client: Client, office: Office) -> str:
    """A booking that awaits confirmation."""
    client.calendar.event_types.update("demo", requires_confirmation=True)
    return office()


def booked(*options: str, start: str = "2027-01-18 10:00") -> tuple[str, ...]:
    person = ("--name", "Ada", "--email", "ada@example.com")
    return ("create", "--event", "demo", "--start", start, *person, *options)


def expected(uid: str | None, **different: Any) -> dict[str, Any]:
    """The JSON of what `booked` books, but for what is given."""
    start, end = "2027-01-18T10:00:00-05:00", "2027-01-18T10:30:00-05:00"
    state = {
        "status": "CONFIRMED",
        "resolution": None,
        "cancelledBy": None,
        "reason": None,
        "attendance": "unknown",
    }
    state |= {key: different[key] for key in state if key in different}
    times = {"startTime": start, "endTime": end}
    times |= {key: different[key] for key in times if key in different}
    return {
        "uid": uid,
        "eventTypeId": "evt_demo",
        "title": "Product demo",
        "hostId": "user_me",
        "hostIds": ["user_me"],
        "resourceIds": [],
        **times,
        "timezone": "America/New_York",
        "status": state["status"],
        "heldUntil": None,
        **state,
        "partstat": None,
        "repliedAt": None,
        "attendee": {
            "email": "ada@example.com",
            "name": "Ada",
            "phone": None,
            **UNKNOWN,
            "attendance": "unknown",
        },
        "guests": [],
        "location": None,
        "meetingUrl": None,
        "notes": None,
        "responses": {},
        "metadata": {},
        "recurring": None,
        "occurrences": [
            {
                "date": times["startTime"][:10],
                **times,
                **state,
                "attendances": {},
                "replies": {},
                "seatsTaken": None,
                "offsetDiffers": False,
                "hostIds": ["user_me"],
                "resourceIds": [],
            }
        ],
        "overrides": [],
        "sequence": 0,
        "version": 0,
        "createdAt": "2027-01-04T04:00:00-05:00",
        "updatedAt": "2027-01-04T04:00:00-05:00",
    } | different


# -- create ----------------------------------------------------------------------------


def test_a_new_booking_is_one_line_of_columns(run: Run, office: Office) -> None:
    answer = run(*booked())

    (row,) = answer.rows
    uid = row[0]
    assert row == [
        uid,
        "2027-01-18T10:00:00-05:00",
        "2027-01-18T10:30:00-05:00",
        "America/New_York",
        "CONFIRMED",
        "evt_demo",
        "user_me",
        "Ada",
        "ada@example.com",
    ]
    assert run("show", uid).rows == [row]


def test_a_new_booking_as_json_has_every_key(run: Run, office: Office) -> None:
    made = run(*booked("--json")).json

    assert list(made) == KEYS
    assert made == expected(made["uid"])
    assert run("show", made["uid"], "--json").json == made


def test_every_option_of_create_is_in_its_answer(
    run: Run, client: Client, office: Office
) -> None:
    questions = [
        {"key": "company", "label": "Company", "required": True},
        {"key": "size", "label": "Size", "type": "NUMBER"},
    ]
    client.calendar.event_types.update("demo", questions=questions)

    made = run(
        *("create", "--event", "evt_demo", "--start", "2027-01-18T15:00:00Z"),
        *("--name", "Ada Lovelace", "--email", "Ada@Example.com"),
        *("--phone", "+44 20 7946 0000", "--attendee-tz", "Europe/London"),
        *("--guest", "bob@example.com", "--guest", "eve@example.com"),
        *("--notes", "Two\nlines", "--response", "company=Acme=1"),
        *("--response", "size=12", "--meta", "dealId=deal_1", "--meta", "empty="),
        *("--host", "me", "--location", "ZOOM:https://zoom.example/1"),
        *("--meeting-url", "https://meet.example/1", "--by", "HOST"),
        *("--override", "duration, hours", "--duration", "1h", "--json"),
    ).json

    nobody = {"name": None, "phone": None, **UNKNOWN, **SEATED}
    assert made == expected(
        made["uid"],
        endTime="2027-01-18T11:00:00-05:00",
        attendee={
            "email": "Ada@Example.com",
            "name": "Ada Lovelace",
            "phone": "+44 20 7946 0000",
            **UNKNOWN,
            "timezone": "Europe/London",
            "attendance": "unknown",
        },
        guests=[
            {"email": "bob@example.com", **nobody},
            {"email": "eve@example.com", **nobody},
        ],
        location={"type": "ZOOM", "url": "https://zoom.example/1"},
        meetingUrl="https://meet.example/1",
        notes="Two\nlines",
        responses={"company": "Acme=1", "size": 12},
        metadata={"dealId": "deal_1", "empty": ""},
        overrides=["duration"],
    )


def test_a_request_waits_for_the_host(run: Run, client: Client, office: Office) -> None:
    client.calendar.event_types.update("demo", requires_confirmation=True)

    made = run(*booked("--json")).json

    assert made == expected(made["uid"], status="PENDING")


@pytest.mark.parametrize("how", ["option", "variable"])
def test_a_start_is_read_in_the_zone_asked_for_and_stored_in_the_schedules(
    run: Run, office: Office, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    zone = ("--tz", "Europe/Lisbon")
    if how == "variable":
        zone = ()
        monkeypatch.setenv("CALBOOK_TZ", "Europe/Lisbon")

    made = run(*booked("--json", *zone, start="2027-01-18 15:00")).json

    assert made == expected(made["uid"])


def test_the_zone_of_the_command_line_goes_before_the_variable(
    run: Run, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALBOOK_TZ", "Asia/Tokyo")

    made = run(*booked("--tz", "America/New_York", "--json")).json

    assert made == expected(made["uid"])


@pytest.mark.parametrize("missing", ["--event", "--start", "--name"])
def test_off_a_terminal_what_is_missing_is_named(
    run: Run, office: Office, missing: str
) -> None:
    args = list(booked("--json"))
    at = args.index(missing)

    error = run(*args[:at], *args[at + 2 :]).error

    assert (error["code"], error["exitCode"]) == ("usage", 2)
    assert error["message"] == f"missing {missing}"
    assert error["details"] == {"missing": [missing]}


def test_a_repeat_with_the_same_key_has_the_first_answer(
    run: Run, office: Office
) -> None:
    first = run(*booked("--idempotency-key", "k1", "--json")).json

    again = run(*booked("--idempotency-key", "k1", "--json")).json

    assert again == first
    assert len(run("list").rows) == 1
    assert len(run("history", first["uid"]).rows) == 1


def test_changes_with_the_same_key_are_made_once(run: Run, uid: str) -> None:
    move = ("reschedule", uid, "--start", "2027-01-18 11:00", "--idempotency-key", "m")
    cancel = ("cancel", uid, "--idempotency-key", "c")

    answers = [run(*args, "--json").json for args in (move, move, cancel, cancel)]

    assert [answer["version"] for answer in answers] == [1, 1, 2, 2]
    assert len(run("history", uid).rows) == 3


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(booked(start="2027-01-18 11:00"), id="create"),
        pytest.param(("reschedule", "UID", "--start", "2027-01-18 12:00"), id="move"),
        pytest.param(("cancel", "UID"), id="cancel"),
        pytest.param(("confirm", "UID"), id="confirm"),
        pytest.param(("reject", "UID", "--reason", "No"), id="reject"),
    ],
)
def test_a_dry_run_answers_as_the_change_would_and_writes_nothing(
    run: Run, place: str, request_uid: str, args: tuple[str, ...]
) -> None:
    args = tuple(request_uid if arg == "UID" else arg for arg in args)
    before = dump(place)

    tried = run(*args, "--dry-run", "--json").json
    after = dump(place)
    done = run(*args, "--json").json

    assert after == before
    assert tried | {"uid": done["uid"]} == done


def test_a_dry_run_gives_away_no_uid(run: Run, client: Client, office: Office) -> None:
    template = "https://meet.example/{uid}/{token}"
    client.calendar.event_types.update("demo", meeting_url_template=template)

    tried = run(*booked("--dry-run", "--json")).json

    assert tried == expected(None)


def test_an_update_is_tried_in_a_dry_run(run: Run, uid: str, place: str) -> None:
    before = dump(place)

    tried = run("update", uid, "--notes", "Bring tea", "--dry-run", "--json").json

    assert dump(place) == before
    assert (tried["uid"], tried["notes"]) == (uid, "Bring tea")


# -- create --input --------------------------------------------------------------------


def wanted(start: str, **fields: Any) -> dict[str, Any]:
    return {
        "eventTypeId": "demo",
        "startTime": start,
        "attendee": {"name": "Ada", "email": "ada@example.com"},
        **fields,
    }


def lines(*items: object) -> str:
    return "".join(
        (item if isinstance(item, str) else json.dumps(item)) + "\n" for item in items
    )


@pytest.mark.parametrize("indent", [None, 2], ids=["one line", "many lines"])
@pytest.mark.parametrize("source", ["-", "file"])
def test_one_object_is_booked_and_answered_as_one(
    run: Run, office: Office, tmp_path: Path, source: str, indent: int | None
) -> None:
    text = json.dumps(wanted("2027-01-18 10:00"), indent=indent)
    file = tmp_path / "in.json"
    file.write_text(text)

    args = ("create", "--input", "-" if source == "-" else file, "--json")
    made = run(*args, input=text).json

    assert made == expected(made["uid"])


def test_every_key_of_an_object_in_either_spelling(
    run: Run, client: Client, office: Office
) -> None:
    client.calendar.event_types.update("demo", questions=[{"label": "Company"}])
    facts = wanted(
        "2027-01-18 15:00",
        guests=["bob@example.com", {"name": "Eve", "email": "eve@example.com"}],
        notes="Hello",
        responses={"company": "Acme"},
        metadata={"dealId": {"nested": [1, None, True]}},
        hostId="user_me",
        location="PHONE:+351 912",
        meetingUrl="https://meet.example/1",
        timezone="Europe/Lisbon",
        duration=60,
        by="host",
        override=["duration"],
        notifyAttendee=False,
        idempotencyKey="k",
    )
    snake = {
        "".join(f"_{c.lower()}" if c.isupper() else c for c in key): value
        for key, value in facts.items()
    }

    made = run("create", "--input", "-", "--json", input=json.dumps(facts)).json
    snake |= {"idempotency_key": "j", "start_time": "2027-01-18 16:00"}
    again = run("create", "--input", "-", "--json", input=json.dumps(snake)).json

    nothing_more = {"phone": None, **UNKNOWN, **SEATED}
    assert made == expected(
        made["uid"],
        endTime="2027-01-18T11:00:00-05:00",
        guests=[
            {"email": "bob@example.com", "name": None, **nothing_more},
            {"email": "eve@example.com", "name": "Eve", **nothing_more},
        ],
        location={"type": "PHONE", "phone": "+351 912"},
        meetingUrl="https://meet.example/1",
        notes="Hello",
        responses={"company": "Acme"},
        metadata={"dealId": {"nested": [1, None, True]}},
        overrides=["duration"],
    )
    own = ("uid", "startTime", "endTime", "occurrences")
    assert [again[key] for key in KEYS if key not in own] == [
        made[key] for key in KEYS if key not in own
    ]


def test_a_line_that_fails_is_named_and_stops_no_other(
    run: Run, office: Office
) -> None:
    text = lines(
        wanted("2027-01-18 10:00"),
        "",
        wanted("2027-01-18 10:15"),
        wanted("2027-01-18 11:00"),
        "{not json}",
        {"eventTypeId": "demo"},
        wanted("2027-01-18 12:00", eventTypeId="nothing"),
    )

    answer = run("create", "--input", "-", "--json", input=text)

    made = json.loads(answer.out)
    errors = [json.loads(line)["error"] for line in answer.err.splitlines()]
    assert [item["startTime"][11:16] for item in made] == ["10:00", "11:00"]
    assert [(e["details"]["line"], e["code"]) for e in errors] == [
        (3, "slot_taken"),
        (5, "bad_input"),
        (6, "bad_input"),
        (7, "not_found"),
    ]
    for error in errors:
        assert error["message"].startswith(f"line {error['details']['line']}: ")
    assert answer.status == 4
    assert [row[0] for row in run("list").rows] == [item["uid"] for item in made]


def test_failing_lines_are_told_on_a_line_each(run: Run, office: Office) -> None:
    text = lines(wanted("2027-01-18 10:00"), {"eventTypeId": "demo"}, "null")

    answer = run("create", "--input", "-", input=text)

    assert answer.status == 2
    assert len(answer.out.splitlines()) == 1
    assert answer.err == (
        "calbook: line 2: the booking has no startTime\n"
        "calbook: line 3: the booking must be an object\n"
    )


@pytest.mark.parametrize(
    ("second", "code", "status"),
    [
        (wanted("2027-01-18 10:15"), "slot_taken", 4),
        (wanted("2027-04-31 10:00"), "bad_time", 2),
        (wanted("2027-01-18 11:00", nonsense=1), "bad_input", 2),
        ("nonsense", "bad_input", 2),
    ],
    ids=["refused", "unreadable time", "unknown key", "not JSON"],
)
def test_atomic_lines_are_booked_together_or_not_at_all(
    run: Run, place: str, office: Office, second: Any, code: str, status: int
) -> None:
    before = dump(place)
    text = lines(wanted("2027-01-18 10:00"), second, wanted("2027-01-18 12:00"))

    error = run("create", "--input", "-", "--atomic", "--json", input=text).error

    assert (error["code"], error["exitCode"]) == (code, status)
    assert error["details"]["line"] == 2
    assert dump(place) == before


def test_atomic_lines_that_fit_are_all_booked(run: Run, office: Office) -> None:
    text = lines(wanted("2027-01-18 10:00"), wanted("2027-01-18 10:30"))

    made = run("create", "--input", "-", "--atomic", "--json", input=text).json

    assert [item["uid"] for item in made] == [row[0] for row in run("list").rows]


def test_options_stand_in_for_what_a_line_leaves_out(run: Run, office: Office) -> None:
    text = lines(
        {"startTime": "2027-01-18 10:00"},
        {"startTime": "2027-01-18 11:00", "notes": "Own"},
    )

    made = run(
        *("create", "--input", "-", "--event", "demo", "--notes", "Shared", "--jsonl"),
        *("--name", "Ada", "--email", "ada@example.com"),
        input=text,
    )

    assert [json.loads(line)["notes"] for line in made.out.splitlines()] == [
        "Shared",
        "Own",
    ]


def test_lines_tried_in_a_dry_run_write_nothing(
    run: Run, place: str, office: Office
) -> None:
    before = dump(place)
    text = lines(wanted("2027-01-18 10:00"), wanted("2027-01-18 11:00"))

    answers = [
        run("create", "--input", "-", "--dry-run", *more, input=text)
        for more in ((), ("--atomic",))
    ]

    assert [(a.status, len(a.out.splitlines())) for a in answers] == [(0, 2), (0, 2)]
    assert dump(place) == before


def test_repeated_lines_with_keys_are_booked_once(run: Run, office: Office) -> None:
    text = lines(
        wanted("2027-01-18 10:00", idempotencyKey="a"),
        wanted("2027-01-18 11:00", idempotencyKey="b"),
    )

    first = run("create", "--input", "-", "--json", input=text).json
    again = run("create", "--input", "-", "--json", input=text).json

    assert again == first


def test_one_key_cannot_stand_for_several_lines(
    run: Run, place: str, office: Office
) -> None:
    before = dump(place)
    text = lines(wanted("2027-01-18 10:00"), wanted("2027-01-18 11:00"))

    args = ("create", "--input", "-", "--idempotency-key", "k", "--json")
    error = run(*args, input=text).error

    assert error["code"] == "usage"
    assert dump(place) == before


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "  \r\n"], ids=ascii)
@pytest.mark.parametrize("more", [(), ("--json",), ("--atomic",), ("--dry-run",)])
def test_an_input_without_a_booking_is_refused(
    run: Run, place: str, office: Office, text: str, more: tuple[str, ...]
) -> None:
    """What should have written it had failed, and the answer was silence and 0."""
    before = dump(place)

    answer = run("create", "--input", "-", *more, input=text)

    assert (answer.status, answer.out) == (2, "")
    assert "standard input holds no booking" in answer.err
    assert dump(place) == before


# -- list, and the forms of an answer --------------------------------------------------


@pytest.fixture
def shelf(client: Client, office: Office, clock: Clock) -> dict[str, str]:
    """Bookings of every kind; their uids by a name for each."""
    calendar = client.calendar
    calendar.hosts.create("bob", name="Bob", timezone="America/New_York")
    calendar.event_types.create("talk", title="Long talk", duration=60, hosts=["bob"])
    calendar.event_types.update("demo", requires_confirmation=True)
    people = {
        "early": {"name": "Ada Lovelace", "email": "Ada@Example.com"},
        "late": {"name": "Łukasz", "email": "lukasz@example.com"},
        "eve": {"name": "Łukasz", "email": "eve@example.com"},
    }
    uids = {
        "over": office("2027-01-04 09:00", notes="An old STRASSE"),
        "early": office("2027-01-18 09:00", attendee=people["early"]),
        "moved": office(
            "2027-01-18 10:00", attendee=people["late"], guests=["ada@example.COM"]
        ),
        "gone": office("2027-01-19 10:00"),
        "talk": office("2027-01-20 09:00", event_type_id="talk"),
        "late": office("2027-01-20 10:00", attendee=people["eve"]),
    }
    calendar.bookings.confirm(uids["over"])
    calendar.bookings.confirm(uids["early"])
    calendar.bookings.cancel(uids["gone"])
    clock.move(hours=12)
    return uids


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), "over early moved gone talk late"),
        (("--status", "confirmed"), "early talk"),
        (("--status", "PENDING", "--status", "Cancelled"), "moved gone late"),
        (("--status", "completed"), "over"),
        (("--status", "no-show"), ""),
        (("--event", "talk"), "talk"),
        (("--event", "evt_demo", "--status", "confirmed"), "early"),
        (("--host", "bob"), "talk"),
        (("--host", "user_me", "--status", "confirmed"), "early"),
        (("--email", "ADA@example.com"), "over early moved gone talk"),
        (("--email", "ada"), ""),
        (("--search", "łUKASZ"), "moved late"),
        (("--search", "strasse"), "over"),
        (("--search", "straße"), "over"),
        (("--search", "long TALK"), "talk"),
        (("--search", "LUKASZ@"), "moved"),
        (("--search", "%"), ""),
        (("--from", "2027-01-19"), "gone talk late"),
        (("--from", "2027-01-20 09:30"), "late"),
        (("--from", "2027-01-20 09:00"), "talk late"),
        (("--to", "2027-01-18"), "over early moved"),
        (("--to", "2027-01-18 10:00"), "over early"),
        (("--from", "2027-01-18", "--to", "2027-01-18"), "early moved"),
        (("--from", "today", "--to", "today"), "over"),
        (("--from", "2027-01-20 23:00", "--tz", "Asia/Tokyo"), "talk late"),
        (("--upcoming",), "early moved gone talk late"),
        (("--upcoming", "--status", "confirmed"), "early talk"),
        (("--past",), "over"),
        (("--limit", "2"), "over early"),
        (("--limit", "2", "--offset", "3"), "gone talk"),
        (("--offset", "9"), ""),
        (("--limit", "0"), ""),
        (("--all",), "over early moved gone talk late"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_filter_finds_what_it_says(
    run: Run, shelf: dict[str, str], options: tuple[str, ...], found: str
) -> None:
    names = {uid: name for name, uid in shelf.items()}

    items = run("list", *options, "--json").json

    assert " ".join(names[item["uid"]] for item in items) == found


def test_the_search_finds_a_uid(run: Run, shelf: dict[str, str]) -> None:
    (item,) = run("list", "--search", shelf["talk"][5:], "--json").json

    assert item["uid"] == shelf["talk"]


def test_past_bookings_come_latest_first(
    run: Run, shelf: dict[str, str], clock: Clock
) -> None:
    clock.move(days=30)

    uids = [row[0] for row in run("list", "--past").rows]

    assert uids == list(reversed(shelf.values()))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--status", "open"), "bad_input"),
        (("--event", "demoo"), "not_found"),
        (("--host", "nobody"), "not_found"),
        (("--from", "soon"), "bad_time"),
        (("--to", "2027-02-30"), "bad_time"),
        (("--tz", "Mars/Olympus"), "bad_zone"),
        (("--upcoming", "--from", "today"), "usage"),
        (("--past", "--to", "today"), "usage"),
        (("--limit", "-1"), "usage"),
        (("--limit", "many"), "usage"),
        (("--offset", "99999999999999999999"), "usage"),
        (("--after", "bk_zzzzzzzzzzzz"), "not_found"),
        (("--fields", "uid,name"), "usage"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_a_filter_that_cannot_be_read_is_refused(
    run: Run, shelf: dict[str, str], options: tuple[str, ...], code: str
) -> None:
    error = run("list", *options, "--json").error

    assert error["code"] == code


def test_a_list_is_the_same_in_every_form(run: Run, shelf: dict[str, str]) -> None:
    found = run("list", "--json").json
    uids = list(shelf.values())
    piped = [[_at(item, column) for column in COLUMNS] for item in found]

    assert [item["uid"] for item in found] == uids
    assert [run("show", uid, "--json").json for uid in uids] == found
    assert [json.loads(line) for line in run("list", "--jsonl").out.splitlines()] == (
        found
    )
    assert run("list").rows == piped
    assert _csv(run("list", "--csv")) == [list(COLUMNS), *piped]


def _at(item: Any, key: str) -> str:
    for part in key.split("."):
        item = item[part]
    return str(item)


def _csv(answer: Answer) -> list[list[str]]:
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.endswith("\r\n")
    return list(csv.reader(io.StringIO(answer.out, newline="")))


def test_an_empty_list_is_an_answer_too(run: Run, office: Office) -> None:
    header = ",".join(COLUMNS) + "\r\n"
    forms = {"": "", "--json": "[]\n", "--jsonl": "", "--csv": header}

    answers = {form: run("list", *filter(None, [form])) for form in forms}

    assert {form: answer.out for form, answer in answers.items()} == forms
    assert {(answer.status, answer.err) for answer in answers.values()} == {(0, "")}


def test_fields_are_chosen_in_every_form(run: Run, uid: str) -> None:
    chosen = ("--fields", "attendee.email, status,resolution,hostIds,attendee.phone")
    values = ["ada@example.com", "CONFIRMED", None, ["user_me"], None]
    keys = [key.strip() for key in chosen[1].split(",")]

    assert run("list", *chosen, "--json").json == [dict(zip(keys, values, strict=True))]
    assert run("list", *chosen, "--jsonl").json == dict(zip(keys, values, strict=True))
    assert run("show", uid, *chosen, "--json").json == (
        dict(zip(keys, values, strict=True))
    )
    row = ["ada@example.com", "CONFIRMED", "", '["user_me"]', ""]
    assert run("list", *chosen).rows == [row]
    assert _csv(run("list", *chosen, "--csv")) == [keys, row]


@pytest.mark.parametrize(
    "name", ["=1+1", "+x", "-x", "@x", "＝1+1", "＋x", "－x", "＠x", "\u3000=x", "\tx"]
)
def test_a_cell_that_a_spreadsheet_would_run_is_text(
    run: Run, client: Client, uid: str, name: str
) -> None:
    client.calendar.bookings.update(uid, name=name)

    in_csv = _csv(run("list", "--csv", "--fields", "attendee.name"))
    piped = run("list", "--fields", "attendee.name").rows

    shown = name.replace("\t", "\\u0009")
    assert in_csv[1:] == [[shown if name == "\tx" else f"'{name}"]]
    assert piped == [[shown]]


@pytest.mark.parametrize(
    ("notes", "shown"),
    [
        ("a;=1+1", "a;'=1+1"),
        ("a; =1+1;b", "a;' =1+1;b"),
        ("a,@x", "a,'@x"),
        ("a|＋x", "a|'＋x"),
        ('a;"=1+1";-2', "a;'\"=1+1\";'-2"),
        ("a\n=1+1\n\n+x", "a\n'=1+1\n\n'+x"),
        ("a\t=1+1", "a\\u0009=1+1"),
        ("a=b; c-d, e@f.org", "a=b; c-d, e@f.org"),
    ],
)
def test_what_begins_a_cell_in_another_region_is_text_too(
    run: Run, client: Client, uid: str, notes: str, shown: str
) -> None:
    """Where the semicolon separates, the part behind it was a formula."""
    client.calendar.bookings.update(uid, notes=notes, metadata={"n": f"{notes};=1"})

    found = _csv(run("list", "--csv", "--fields", "notes,metadata"))

    assert found[1][0] == shown
    assert json.loads(found[1][1]) == {"n": f"{notes};=1"}
    separated = re.split(
        r"[;|\t\r\n]", run("list", "--csv", "--fields", "notes,metadata").out
    )
    assert not [cell for cell in separated if re.match(r'[\s"]*[=+\-@＝＋－＠]', cell)]


def test_cells_of_csv_hold_commas_quotes_and_lines(
    run: Run, client: Client, uid: str
) -> None:
    notes = 'One, "two"\nthree; four'
    client.calendar.bookings.update(uid, notes=notes)

    assert _csv(run("list", "--csv", "--fields", "notes")) == [["notes"], [notes]]
    assert run("list", "--fields", "notes").rows == [[notes.replace("\n", "\\u000a")]]


def test_nothing_is_cut_when_piped(run: Run, client: Client, uid: str) -> None:
    name = "Ada " * 49 + "Ada."
    client.calendar.bookings.update(uid, name=name)

    assert run("list", "--fields", "attendee.name").rows == [[name]]


@pytest.mark.parametrize("how", ["option", "variable"])
def test_times_are_shown_in_the_zone_asked_for_and_json_stays(
    run: Run, uid: str, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    stored = run("list", "--json").json
    zone = ("--tz", "Asia/Kathmandu")
    if how == "variable":
        zone = ()
        monkeypatch.setenv("CALBOOK_TZ", "Asia/Kathmandu")
    chosen = ("--fields", "startTime,endTime,createdAt,timezone", *zone)
    shown = [
        "2027-01-18T20:45:00+05:45",
        "2027-01-18T21:15:00+05:45",
        "2027-01-04T14:45:00+05:45",
        "America/New_York",
    ]

    assert run("list", *chosen).rows == [shown]
    assert run("show", uid, *chosen).rows == [shown]
    assert _csv(run("list", *chosen, "--csv"))[1:] == [shown]
    assert run("history", uid, "--fields", "at", *zone).rows == [[shown[2]]]
    assert run("list", "--json", *zone).json == stored


def test_a_bad_zone_in_the_environment_is_named(
    run: Run, uid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALBOOK_TZ", "../../etc/passwd")

    error = run("list", "--json").error

    assert (error["code"], error["exitCode"]) == ("bad_zone", 2)


# -- paging ----------------------------------------------------------------------------


@pytest.fixture(params=[(), ("--past",)], ids=["forth", "back"])
def crowd(
    request: pytest.FixtureRequest, client: Client, office: Office, clock: Clock
) -> tuple[str, ...]:
    """A file of 41 bookings made in no order, three hosts often at the same time."""
    calendar = client.calendar
    for host in ("one", "two", "three"):
        calendar.hosts.create(host)
        calendar.event_types.create(host, hosts=[host])
    slots = [
        (f"2027-01-{day} {hour:02}:{minute:02}", host)
        for day in (18, 19)
        for hour in (9, 10, 11, 12)
        for minute in (0, 30)
        for host in ("one", "two", "three")
    ]
    for start, host in random.Random(7).sample(slots, 41):
        office(start, event_type_id=host)
    clock.move(days=60)
    return request.param


def test_pages_by_the_last_uid_are_those_by_number(
    run: Run, crowd: tuple[str, ...]
) -> None:
    everything = [row[0] for row in run("list", *crowd, "--all").rows]
    by_number = [
        _page(run, *crowd, "--limit", "7", "--offset", n) for n in range(0, 42, 7)
    ]
    by_uid = [_page(run, *crowd, "--limit", "7")]
    while len(by_uid[-1]) == 7:
        by_uid.append(_page(run, *crowd, "--limit", "7", "--after", by_uid[-1][-1]))

    assert by_uid == by_number
    assert [uid for page in by_uid for uid in page] == everything
    assert len(set(everything)) == 41


def _page(run: Run, *options: object) -> list[str]:
    return [item["uid"] for item in run("list", *options, "--json").json]


def test_pages_are_by_start_and_then_by_uid(run: Run, crowd: tuple[str, ...]) -> None:
    items = run("list", *crowd, "--all", "--json").json

    order = [(item["startTime"], item["uid"]) for item in items]
    assert order == sorted(order, reverse=bool(crowd))


def test_a_filter_holds_on_every_page(run: Run, crowd: tuple[str, ...]) -> None:
    filter = (*crowd, "--host", "two")
    everything = _page(run, *filter, "--all")

    first = _page(run, *filter, "--limit", "5")
    rest = _page(run, *filter, "--after", first[-1])

    assert first + rest == everything


@pytest.fixture
def screenful(office: Office) -> list[str]:
    """52 bookings, and as many dates: two more than a terminal shows."""
    return [
        office(f"2027-01-{day} {hour:02}:{minute:02}")
        for day in (18, 19, 20, 21)
        for hour in range(9, 16)
        for minute in (0, 30)
        if (day, hour) < (21, 14)
    ]


@pytest.mark.parametrize("rows", [(), ("--occurrences",)], ids=["bookings", "dates"])
def test_what_programs_read_is_the_whole_list(
    run: Run, screenful: list[str], rows: tuple[str, ...]
) -> None:
    piped = [row[0] for row in run("list", *rows).rows]
    behind = _page(run, "--after", screenful[1]) if not rows else _page(run, *rows)[2:]

    assert piped == screenful
    assert piped == _page(run, *rows) == _page(run, *rows, "--all")
    assert behind == piped[2:]
    assert len(_page(run, *rows, "--limit", "3")) == 3


@pytest.mark.parametrize("rows", [(), ("--occurrences",)], ids=["bookings", "dates"])
def test_people_are_shown_fifty_and_told_of_the_others(
    terminal: Callable[..., Terminal], screenful: list[str], rows: tuple[str, ...]
) -> None:
    part, whole = terminal("list", *rows), terminal("list", *rows, "--all")
    assert (part.end(), whole.end()) == (0, 0)

    more = "--offset 50" if rows else f"--after {screenful[49]}"
    assert part.shown.splitlines()[-1] == f"2 more: {more}, --limit N or --all"
    assert len(whole.shown.splitlines()) == len(part.shown.splitlines()) + 1


def test_json_on_a_terminal_is_whole_too(
    terminal: Callable[..., Terminal], screenful: list[str]
) -> None:
    screen = terminal("list", "--json")
    assert screen.end() == 0

    assert [item["uid"] for item in json.loads(screen.shown)] == screenful


# -- one booking, and its changes ------------------------------------------------------


def test_a_prefix_of_four_letters_is_enough(run: Run, uid: str) -> None:
    shortened = (uid, uid.upper(), uid[3:], uid[3:7], uid[:9], f" {uid} ")

    assert {run("show", text, "--json").json["uid"] for text in shortened} == {uid}


@pytest.mark.parametrize("letters", [slice(3, 6), slice(6), slice(3), slice(0)])
def test_fewer_letters_are_not(run: Run, uid: str, letters: slice) -> None:
    error = run("show", uid[letters], "--json").error

    assert (error["code"], error["exitCode"]) == ("not_found", 3)


def test_a_request_is_confirmed(run: Run, request_uid: str) -> None:
    confirmed = run("confirm", request_uid, "--json").json

    assert confirmed == expected(request_uid, version=1)


def test_a_request_is_rejected(run: Run, request_uid: str) -> None:
    rejected = run("reject", request_uid, "--reason", "Busy", "--json").json

    assert rejected == expected(
        request_uid,
        status="CANCELLED",
        resolution="rejected",
        cancelledBy="host",
        reason="Busy",
        sequence=1,
        version=1,
    )


def test_every_change_may_leave_what_is_to_be_sent_in_the_outbox(
    run: Run, request_uid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALBOOK_DELIVER", "off")
    for args in (
        booked(start="2027-01-18 11:00"),
        ("confirm", request_uid),
        ("update", request_uid, "--notes", "New"),
        ("reschedule", request_uid, "--start", "2027-01-18 12:00"),
        ("reject", request_uid),
        ("tick",),
    ):
        answer = run(*args, "--no-deliver")
        assert (answer.status, answer.err) == (0, "")


@pytest.mark.parametrize("by", ["attendee", "host"])
def test_a_booking_is_cancelled(run: Run, uid: str, by: str, clock: Clock) -> None:
    clock.move(hours=1)

    cancelled = run("cancel", uid, "--reason", "Ill", "--by", by, "--json").json

    assert cancelled == expected(
        uid,
        status="CANCELLED",
        resolution="cancelled",
        cancelledBy=by,
        reason="Ill",
        sequence=1,
        version=1,
        updatedAt="2027-01-04T05:00:00-05:00",
    )


def test_a_booking_is_moved(run: Run, uid: str) -> None:
    moved = run("reschedule", uid, "--start", "2027-01-19 14:30", "--json").json

    assert moved == expected(
        uid,
        startTime="2027-01-19T14:30:00-05:00",
        endTime="2027-01-19T15:00:00-05:00",
        sequence=1,
        version=1,
    )


def test_a_booking_moved_by_its_attendee_is_asked_for_again(
    run: Run, request_uid: str
) -> None:
    run("confirm", request_uid)

    moved = run("reschedule", request_uid, "--start", "tue 10:00", "--json").json

    assert moved["status"] == "PENDING"


def test_a_move_needs_a_start(run: Run, uid: str) -> None:
    error = run("reschedule", uid, "--json").error

    assert (error["code"], error["message"]) == ("usage", "missing --start")


def test_the_host_moves_past_the_rules_named(run: Run, uid: str) -> None:
    args = ("reschedule", uid, "--start", "2027-01-23 20:00", "--json")

    refused = run(*args, "--by", "host").error
    moved = run(*args, "--by", "host", "--override", "hours,notice").json

    assert refused["code"] == "outside_hours"
    assert moved["overrides"] == ["hours"]


def test_details_of_a_booking_are_corrected(run: Run, uid: str) -> None:
    updated = run(
        *("update", uid, "--name", "Ada King", "--email", "king@example.com"),
        *("--phone", "+44 1", "--notes", "Note", "--location", "in-person:Main St 1"),
        *("--meeting-url", "https://meet.example/2", "--meta", "a=1", "--meta", "b=2"),
        "--json",
    ).json

    assert updated == expected(
        uid,
        attendee={
            "email": "king@example.com",
            "name": "Ada King",
            "phone": "+44 1",
            **UNKNOWN,
            "attendance": "unknown",
        },
        location={"type": "IN_PERSON", "address": "Main St 1"},
        meetingUrl="https://meet.example/2",
        notes="Note",
        metadata={"a": "1", "b": "2"},
        sequence=1,  # who is at another address has left the old one
        version=1,
    )
    emptied = run(
        *("update", uid, "--phone", "", "--notes", "", "--location", ""),
        *("--meeting-url", "", "--clear", "meta.a", "--meta", "c=3", "--json"),
    ).json
    assert emptied == expected(
        uid,
        attendee={
            "email": "king@example.com",
            "name": "Ada King",
            "phone": None,
            **UNKNOWN,
            "attendance": "unknown",
        },
        metadata={"b": "2", "c": "3"},
        sequence=1,
        version=2,
    )


@pytest.mark.parametrize(
    "change",
    [
        ("cancel", "UID"),
        ("reschedule", "UID", "--start", "2027-01-18 11:00"),
        ("update", "UID", "--notes", "New"),
        ("confirm", "UID"),
        ("reject", "UID"),
    ],
    ids=lambda change: change[0],
)
def test_a_change_is_made_at_the_version_that_was_seen(
    run: Run, request_uid: str, change: tuple[str, ...]
) -> None:
    args = [request_uid if arg == "UID" else arg for arg in change]
    run("update", request_uid, "--notes", "Meanwhile")

    error = run(*args, "--if-version", "0", "--json").error
    changed = run(*args, "--if-version", "1", "--json").json

    assert (error["code"], error["exitCode"]) == ("version_conflict", 4)
    assert error["details"] == {"uid": request_uid, "expected": 0, "actual": 1}
    assert changed["version"] == 2


# -- history, tick, db, ics ------------------------------------------------------------


def test_the_history_tells_every_step(run: Run, request_uid: str, clock: Clock) -> None:
    move = ("reschedule", request_uid, "--start", "2027-01-23 11:00")
    steps = [
        ("confirm", request_uid),
        ("update", request_uid, "--notes", "New", "--name", "Eve"),
        (*move, "--reason", "Late", "--by", "host", "--override", "hours"),
        ("cancel", request_uid, "--by", "host"),
    ]
    for step in steps:
        clock.move(hours=1)
        run(*step)

    told = run("history", request_uid, "--json").json

    assert [list(event) for event in told] == [
        ["id", "type", "uid", "at", "by", "actor", "change"]
    ] * 5
    assert [(e["at"], e["type"], e["by"], e["change"]) for e in told] == [
        ("2027-01-04T04:00:00-05:00", "booking.created", "attendee", {}),
        ("2027-01-04T05:00:00-05:00", "booking.confirmed", "host", {}),
        (
            "2027-01-04T06:00:00-05:00",
            "booking.updated",
            "host",
            {"fields": ["notes", "attendee"]},
        ),
        (
            "2027-01-04T07:00:00-05:00",
            "booking.rescheduled",
            "host",
            {
                "from": "2027-01-18T10:00:00-05:00",
                "to": "2027-01-23T11:00:00-05:00",
                "reason": "Late",
                "overrides": ["hours"],
            },
        ),
        (
            "2027-01-04T08:00:00-05:00",
            "booking.cancelled",
            "host",
            {"resolution": "cancelled", "reason": None},
        ),
    ]
    assert len({event["id"] for event in told}) == 5
    piped = run("history", request_uid).rows
    assert [row[:3] for row in piped] == [[e["at"], e["type"], e["by"]] for e in told]
    assert [row[5] for row in piped] == ["grace"] * 5


def test_tick_tells_once_of_what_time_did(
    run: Run, request_uid: str, client: Client, office: Office, clock: Clock
) -> None:
    client.calendar.event_types.update("demo", requires_confirmation=False)
    held = office("2027-01-18 11:00")
    clock.move(days=30)

    told = run("tick", "--json").json
    again = run("tick", "--json").json

    assert [(e["type"], e["uid"], e["by"], e["change"]) for e in told] == [
        ("booking.cancelled", request_uid, "system", {"resolution": "expired"}),
        ("booking.completed", held, "system", {}),
    ]
    assert again == []
    assert run("show", held, "--json").json["status"] == "COMPLETED"
    assert run("tick", "--no-deliver").out == ""


def test_the_path_of_the_file_is_told(
    run: Run, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("db", "path").out == f"{path}\n"
    assert run("db", "path", "--db", "other.db").out == "other.db\n"

    monkeypatch.delenv("CALBOOK_DB")
    assert run("db", "path").out == f"{tmp_path}/home/data/calbook/calbook.db\n"
    assert not path.exists()


def test_a_sound_file_has_no_findings(run: Run, uid: str) -> None:
    zones = f"zone data: {times.zone_data()}\n"
    assert run("db", "check") == (0, "", f"{zones}no findings\n")
    assert run("db", "check", "--json") == (0, "[]\n", "")


def test_a_check_names_what_it_found(run: Run, uid: str, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("delete from claims")

    answer = run("db", "check", "--db", path)

    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith(
        f"calbook: {uid} will take place but holds no time of user_me\n"
    )


def test_a_backup_is_a_copy_and_restoring_brings_it_back(
    run: Run, uid: str, path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    backed_up = run("db", "backup", copy)
    kept = dump(path)
    run("cancel", uid)

    restored = run("db", "restore", copy, "--yes")

    assert (backed_up.status, backed_up.out) == (0, "")
    assert (restored.status, restored.out) == (0, "")
    assert dump(path) == kept
    assert (copy.stat().st_mode & 0o777) == 0o600
    assert run("show", uid, "--json").json == expected(uid)
    assert run("db", "check").status == 0


def test_what_happens_to_the_file_is_told_in_json(
    run: Run, uid: str, path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"

    backed_up = run("db", "backup", copy, "--json").json
    restored = run("db", "restore", copy, "--yes", "--json").json

    assert backed_up == {"path": str(copy)}
    assert restored == {"path": str(path), "kept": f"{path}.before-restore"}
    assert run("db", "path", "--json").json == {"path": str(path)}


def test_a_file_in_no_directory_is_a_mistyped_one(run: Run, tmp_path: Path) -> None:
    """An empty list looked like lost bookings."""
    answer = run("list", "--json", "--db", tmp_path / "missing" / "bookings.db")

    assert (answer.status, answer.error["code"]) == (7, "storage")


def test_an_invite_comes_in_json_too(run: Run, uid: str) -> None:
    plain = run("ics", uid).out

    assert run("ics", uid, "--json").json == {"ics": plain}
    assert run("ics", "bk_zzzzzzzzzzzz", "--json").error["code"] == "not_found"


@pytest.mark.sqlite
def test_a_backup_replaces_a_file_only_by_force(
    run: Run, uid: str, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("mine")

    refused = run("db", "backup", copy)
    text = copy.read_text()
    forced = run("db", "backup", copy, "--force")

    assert (refused.status, text) == (1, "mine")
    assert forced.status == 0
    assert run("show", uid, "--json", "--db", copy).json == expected(uid)


def test_a_file_is_replaced_only_by_a_yes(
    run: Run, uid: str, path: Path, tmp_path: Path
) -> None:
    """Off a terminal a typing error put an old copy in the place of all bookings."""
    copy, elsewhere = tmp_path / "copy.db", tmp_path / "elsewhere.db"
    run("db", "backup", copy)
    run("cancel", uid)
    before = dump(path)

    refused = run("db", "restore", copy)
    unasked = run("db", "restore", copy, "--db", elsewhere)

    assert (refused.status, dump(path)) == (2, before)
    assert f"nobody is there to ask: replace {path} by" in refused.err
    assert f"calbook db check --db {copy}" in refused.err
    assert (unasked.status, unasked.err) == (0, f"Restored {elsewhere}\n")


@pytest.mark.parametrize("what", ["nothing", "text", "directory", "cut short"])
def test_what_is_no_backup_is_not_restored(
    run: Run, uid: str, path: Path, tmp_path: Path, what: str
) -> None:
    copy = tmp_path / "copy.db"
    if what == "text":
        copy.write_text("text" * 1000)
    elif what == "directory":
        copy.mkdir()
    elif what == "cut short":
        copy.write_bytes(path.read_bytes()[:-5000])
    before = dump(path)

    answer = run("db", "restore", copy, "--yes")
    unasked = run("db", "restore", copy)

    assert answer.status == unasked.status == 7
    assert dump(path) == before
    assert copy.exists() is (what != "nothing")


def test_a_calendar_file_goes_to_stdout_as_the_library_gives_it(
    run: Run, client: Client, uid: str
) -> None:
    for options, method in (((), None), (("--method", "PUBLISH"), "publish")):
        answer = run("ics", uid[:8], *options)

        assert answer == (0, client.calendar.bookings.get_ics(uid, method=method), "")
    assert "\r\nTRIGGER:-PT1H30M\r\n" in run("ics", uid, "--alarm", "90m").out


@pytest.mark.parametrize(
    ("method", "hint"),
    [
        ("request", "hint: this booking is cancelled; the file invites to it\n"),
        ("publish", ""),
        ("cancel", ""),
    ],
)
def test_a_calendar_file_that_says_what_is_not_so_is_hinted_at(
    run: Run, uid: str, method: str, hint: str
) -> None:
    run("cancel", uid)

    answer = run("ics", uid, "--method", method)

    assert (answer.status, answer.err) == (0, hint)


def test_a_host_without_an_address_is_hinted_at(
    run: Run, client: Client, uid: str
) -> None:
    client.calendar.hosts.update("me", email=None)

    answer = run("ics", uid)

    assert answer.status == 0
    assert "\r\nMETHOD:" not in answer.out
    assert answer.err.startswith("hint: the host has no e-mail")


def test_a_calendar_file_is_written_whole(run: Run, uid: str, tmp_path: Path) -> None:
    file = tmp_path / "invite.ics"

    answer = run("ics", uid, "-o", file)

    assert answer == (0, "", "")
    assert file.read_bytes().decode() == run("ics", uid).out
    assert [p.name for p in tmp_path.glob("*.ics")] == ["invite.ics"]
    assert not list(tmp_path.glob(".calbook-*"))


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["plain", "forced"])
@pytest.mark.parametrize(
    "what", ["file", "link", "directory", "pipe", "missing directory"]
)
def test_only_regular_files_are_written_and_replaced_only_by_force(
    run: Run, uid: str, tmp_path: Path, what: str, force: tuple[str, ...]
) -> None:
    target, other = tmp_path / "target", tmp_path / "other"
    other.write_text("mine")
    match what:
        case "file":
            target.write_text("mine")
        case "link":
            target.symlink_to(other)
        case "directory":
            target.mkdir()
        case "pipe":
            os.mkfifo(target)
        case "missing directory":
            target = tmp_path / "none" / "target"
    before = sorted(tmp_path.iterdir())

    answer = run("ics", uid, "-o", target, *force)

    written = what == "file" and bool(force)
    assert answer.status == (0 if written else 1)
    assert answer.out == ""
    assert other.read_text() == "mine"
    assert sorted(tmp_path.iterdir()) == before
    if what == "file":
        assert (target.read_text() == "mine") is not written


# -- init ------------------------------------------------------------------------------


def test_init_makes_the_file_ones_own(run: Run, path: Path) -> None:
    who = ("--name", "Grace Hopper", "--email", "grace@example.com")

    host = run("init", *who, "--tz", "America/New_York", "--json").json

    assert host == {
        "id": "user_me",
        "name": "Grace Hopper",
        "email": "grace@example.com",
        "timezone": "America/New_York",
        "scheduleId": "sched_work",
        "retiredAt": None,
        "limits": [],
        "language": None,
    }
    assert run("host", "list", "--json").json == [host]
    (schedule,) = run("schedule", "list", "--json").json
    assert schedule["timezone"] == "America/New_York"
    assert path.stat().st_mode & 0o777 == 0o600


def test_init_takes_options_one_by_one_anywhere(run: Run) -> None:
    run("init", "--tz", "Europe/Lisbon")
    run("init", "--name", "Grace")

    host = run("init", "--email", "grace@example.com", "--json").json

    assert (host["name"], host["email"], host["timezone"]) == (
        "Grace",
        "grace@example.com",
        "Europe/Lisbon",
    )


# -- streams and signals ---------------------------------------------------------------


def test_json_is_utf_8_whatever_the_locale(
    client: Client, spawn: Spawn, uid: str
) -> None:
    name = "Łukasz 🦊 日本"
    client.calendar.bookings.update(uid, name=name)
    c = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    out, err = spawn("list", "--json", env=c).communicate()
    piped, _ = spawn("list", env=c).communicate()
    _, refused = spawn("host", "show", name, env=c).communicate()

    assert json.loads(out.decode("utf-8"))[0]["attendee"]["name"] == name
    assert (name.encode() in out, err) == (True, b"")
    assert name.encode() in piped
    assert refused.isascii()
    assert refused.startswith(b"calbook: ")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "args",
    [
        ("list",),
        ("list", "--json", "--all"),
        ("show", "UID"),
        ("ics", "UID"),
        ("--help",),
        ("list", "--help"),
    ],
    ids=" ".join,
)
def test_a_closed_pipe_ends_quietly(
    spawn: Spawn, uid: str, args: tuple[str, ...], unbuffered: str
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        process = spawn(
            *(uid if arg == "UID" else arg for arg in args),
            stdout=writer,
            env={"PYTHONUNBUFFERED": unbuffered},
        )
    finally:
        os.close(writer)

    _, err = process.communicate()

    assert (process.returncode, err) == (0, b"")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_fails_naming_what_was_changed(
    run: Run, spawn: Spawn, uid: str, unbuffered: str
) -> None:
    env = {"PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "wb") as full:
        cancelled = spawn("cancel", uid, stdout=full, env=env)
        _, said = cancelled.communicate()
        listed = spawn("list", "--json", stdout=full, env=env)
        _, error = listed.communicate()

    assert (cancelled.returncode, listed.returncode) == (1, 1)
    assert uid.encode() in said
    assert len(said.splitlines()) == 1
    assert json.loads(error)["error"]["code"] == "io"
    assert run("show", uid, "--json").json["status"] == "CANCELLED"


def test_a_full_disk_names_every_line_that_was_booked(
    run: Run, spawn: Spawn, office: Office
) -> None:
    text = lines(wanted("2027-01-18 10:00"), "{}", wanted("2027-01-18 11:00"))
    with open("/dev/full", "wb") as full:
        process = spawn("create", "--input", "-", "--json", stdout=full)
        _, err = process.communicate(text.encode())

    refused, unsaid = (json.loads(line)["error"] for line in err.splitlines())
    assert process.returncode == 1
    assert refused["details"]["line"] == 2
    assert unsaid["details"]["uids"] == [row[0] for row in run("list").rows]


def test_a_dry_run_on_a_full_disk_names_nothing(spawn: Spawn, uid: str) -> None:
    with open("/dev/full", "wb") as full:
        process = spawn("cancel", uid, "--dry-run", stdout=full)
        _, err = process.communicate()

    assert (process.returncode, uid.encode() in err) == (1, False)


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_stream_closed_by_the_caller_is_no_bug(
    run: Run, spawn: Spawn, uid: str, closed: int
) -> None:
    shell = f'"$@" {closed}{"<" if closed == 0 else ">"}&-'
    process = subprocess.run(
        ["sh", "-c", shell, "sh", *spawn("list").args[:3], "cancel", uid],
        capture_output=True,
        timeout=PATIENCE,
    )

    assert (process.returncode, process.stderr) == (0, b"")
    assert run("show", uid, "--json").json["status"] == "CANCELLED"


@contextmanager
def locked(place: str) -> Iterator[None]:
    """The file's lock, held by another program."""
    with opened(place) as conn:
        conn.execute("begin exclusive")
        yield


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["plain", "json"])
@pytest.mark.parametrize(
    ("sent", "status", "message"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "stopped")],
    ids=["Ctrl-C", "SIGTERM"],
)
def test_a_signal_ends_a_command_that_waits(
    spawn: Spawn,
    path: Path,
    uid: str,
    sent: int,
    status: int,
    message: str,
    form: tuple[str, ...],
) -> None:
    before = dump(path)
    with locked(path):
        process = spawn("cancel", uid, *form)
        wait_until(lambda: _waits(process.pid, path))
        process.send_signal(sent)
        out, err = process.communicate(timeout=PATIENCE)

    assert (process.returncode, out) == (-sent, b"")
    if form:
        error = json.loads(err)["error"]
        assert (error["code"], error["exitCode"]) == ("interrupted", status)
    else:
        assert err.decode() == f"calbook: {message}\n"  # it still reads
    assert dump(path) == before


def _waits(pid: int, path: Path) -> bool:
    """Whether a process has the file open."""
    links = Path(f"/proc/{pid}/fd").iterdir()
    return any(link.is_symlink() and link.resolve() == path.resolve() for link in links)


def test_an_interrupt_while_input_is_read_says_so(
    spawn: Spawn, office: Office, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = spawn("create", "--input", pipe)
    with pipe.open("wb"):  # once the command reads from it
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == -signal.SIGINT
    assert (out, err) == (b"", b"calbook: interrupted\n")


def test_a_bug_is_one_line_and_a_report_without_secrets(
    environment: Callable[[], dict[str, str]],
) -> None:
    code = (
        "import sys; from calbook.cli import app\n"
        "from calbook.cli import options\n"
        "def broken(*args, **options): raise KeyError(options)\n"
        "options.open_client = broken\n"
        "sys.exit(app.run(['list', '--search', 'hunter2']))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True
    )

    said, hint = found.stderr.splitlines()
    name, _, address = hint.removeprefix("hint: its report: ").partition("; ")
    report = Path(name)
    assert address == "please send it to whoever you have calbook from"
    assert (found.returncode, found.stdout) == (1, "")
    assert said == "calbook: a bug in calbook: KeyError"
    assert report.stat().st_mode & 0o777 == 0o600
    assert "bookings.py" in report.read_text()
    assert f"zone data {times.zone_data()}\n" in report.read_text()
    assert "hunter2" not in report.read_text()


def test_a_trace_is_shown_to_who_asks_for_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = ("show", "bk_\x1b[31m")
    plain = run(*refused)
    monkeypatch.setenv("CALBOOK_DEBUG", "1")

    traced = run(*refused)

    assert "Traceback" not in plain.err
    assert traced.err.startswith("Traceback (most recent call last):\n")
    assert traced.err.endswith(plain.err)
    assert "\x1b" not in traced.err
    assert traced.status == plain.status


def test_a_file_that_is_not_there_is_named_as_its_name_may_be_mistyped(
    run: Run, tmp_path: Path
) -> None:
    there, mistyped = tmp_path / "practice.db", tmp_path / "practise.db"
    run("create", "--event", "demo", "--db", str(there))
    there.touch()

    answer = run("list", "--json", "--db", str(mistyped))

    assert (answer.status, answer.out) == (0, "[]\n")
    assert answer.err == (
        f"There is no {mistyped} yet: this is what a new file holds;"
        f" did you mean {there}?\n"
    )
    assert not mistyped.exists()


@pytest.mark.parametrize("noun", ["booking", "event type"])
def test_nothing_is_found_where_the_file_is_not_there(
    run: Run, tmp_path: Path, noun: str
) -> None:
    """Only the uid was blamed, and JSON had no word of the file."""
    there, mistyped = tmp_path / "practice.db", tmp_path / "practise.db"
    there.touch()
    asked = ("event", "show", "demo") if noun == "event type" else ("show", "bk_abcd")

    answer = run(*asked, "--db", str(mistyped))
    as_json = run(*asked, "--json", "--db", str(mistyped))

    hint = f"there is no {mistyped}; did you mean {there}?"
    missing, told = answer.err.splitlines()
    assert missing.startswith(f"calbook: no such {noun}: ")
    assert told == f"hint: {hint}"
    assert json.loads(as_json.err)["error"]["hint"] == hint
    assert answer.status == as_json.status == 3
    assert not mistyped.exists()


# -- help, and what is unknown ---------------------------------------------------------


def every_command(tree: Any = COMMANDS, *place: str) -> Iterator[tuple[str, ...]]:
    yield place
    if not isinstance(tree, str):
        for name, below in tree.items():
            yield from every_command(below, *place, name)


@pytest.mark.parametrize("command", tuple(every_command()), ids=" ".join)
def test_every_command_has_help_that_opens_no_file(
    run: Run, path: Path, command: tuple[str, ...]
) -> None:
    path.mkdir()  # what opens it fails

    answer = run(*command, "--help")

    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(" ".join(("Usage: calbook", *command, "[OPTIONS]")))
    assert "--help" in answer.out
    assert not list(path.iterdir())


@pytest.mark.parametrize("args", [("list", "-h"), ("help", "list")], ids=" ".join)
def test_help_is_asked_for_in_other_ways_too(run: Run, args: tuple[str, ...]) -> None:
    assert run(*args) == run("list", "--help")


def test_the_first_help_is_what_it_was(run: Run) -> None:
    assert run() == run("--help")
    text = run("--help").out
    assert text == golden("help.txt", text)


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_told(run: Run, option: str) -> None:
    assert run(option) == (0, f"calbook {calbook.__version__}\n", "")


@pytest.mark.parametrize(
    "args",
    [("list", "x"), ("show",), ("event",), ("list", "--limit"), ("show", "a", "b")],
    ids=" ".join,
)
def test_a_command_line_that_does_not_fit_is_one_line_and_a_hint(
    run: Run, args: tuple[str, ...]
) -> None:
    answer = run(*args)

    said, hint = answer.err.splitlines()
    assert (answer.status, answer.out) == (2, "")
    assert said.startswith("calbook: ")
    assert hint.startswith("hint: see calbook")


@pytest.mark.parametrize("noun", ["event", "host", "schedule"])
def test_an_unknown_thing_is_told_with_what_is_near(
    run: Run, office: Office, noun: str
) -> None:
    near = {"event": "evt_demo", "host": "user_me", "schedule": "sched_work"}[noun]

    error = run(noun, "show", near + "x", "--json").error

    assert error["hint"] == f"did you mean {near}?"


# -- on a terminal ---------------------------------------------------------------------


@pytest.fixture
def shown(client: Client, office: Office, clock: Clock) -> list[str]:
    """Bookings that show what tables must bear."""
    calendar = client.calendar
    calendar.hosts.create("bob", name="Bob", timezone="Asia/Kathmandu")
    calendar.event_types.create(
        "talk",
        title="[red]Long[/red] talk \x1b[31m",
        description="Two\nlines",
        hosts=["bob"],
        duration=90,
        requires_confirmation=True,
        questions=[{"label": "Company?", "required": True}],
        location="ZOOM:https://zoom.example/1",
        metadata={"colour": "red"},
    )
    uids = [
        office(),
        office(
            "2027-01-18 11:00", attendee={"name": "名前 🦊", "email": "x@y.example"}
        ),
        office(
            "2027-01-19 09:00", attendee={"name": "A" * 100, "email": "y@y.example"}
        ),
        office(
            "2027-01-20 09:00",
            event_type_id="talk",
            responses={"company": "Acme"},
            guests=["bob@example.com"],
            notes="Line one\nLine two",
            meeting_url="https://meet.example/1",
            metadata={"dealId": "deal_1"},
        ),
        office("2027-01-21 09:00", event_type_id="talk", responses={"company": "B"}),
    ]
    clock.move(hours=1)
    calendar.bookings.reject(uids[4], reason="Too [bold]late[/bold]")
    calendar.bookings.reschedule(uids[0], start_time="2027-01-18 10:15")
    return uids


@pytest.fixture
def course(client: Client, office: Office, clock: Clock) -> str:
    """A group that meets on six Mondays, across a change of the clocks.

    One date is over and somebody stayed away, one was in the way, one is moved and one
    cancelled.
    """
    bookings = client.calendar.bookings
    client.calendar.event_types.create("class", title="Yoga", seats=4)
    office("2027-03-01 10:15", by="host")
    uid = office(
        "2027-02-22 10:00",
        event_type_id="class",
        recurring={"frequency": "WEEKLY", "count": 6},
        on_conflict="skip",
    )
    eve = {"name": "Eve [b]", "email": "Eve@example.com", "phone": "+44 20 7946"}
    bookings.add_attendee(uid, **eve, timezone="Europe/London")
    bookings.add_attendee(uid, email="bob@example.com")
    bookings.cancel(uid, date="2027-03-15", reason="Ill", cancelled_by="host")
    bookings.reschedule(uid, date="2027-03-22", start_time="2027-03-23 15:00")
    bookings.remove_attendee(uid, email="ada@example.com")
    bookings.add_note(uid, content="Bring mats\nand tea")
    bookings.add_note(uid, content="Late payer", is_private=True)
    clock.now = datetime(2027, 2, 24, tzinfo=UTC)
    bookings.mark_attended(uid, date="2027-02-22", email="eve@example.com")
    bookings.mark_no_show(uid, date="2027-02-22", email="bob@example.com")
    return uid


def test_a_terminal_shows_a_series(look_at_all_widths: Look, course: str) -> None:
    text = "".join(
        look_at_all_widths(*args)
        for args in (
            ("list",),
            ("list", "--occurrences"),
            ("show", course),
            ("history", course),
            ("occurrences", course),
            ("occurrences", course, "--tz", "Asia/Kathmandu"),
            ("attendee", "list", course),
            ("note", "list", course),
        )
    )

    text = numbered(text)
    assert text == golden("series.txt", text)


def test_colour_stands_beside_a_word_and_can_be_left_out(
    terminal: Callable[..., Terminal], shown: list[str]
) -> None:
    coloured, plain = terminal("list"), terminal("list", NO_COLOR="1")
    assert (coloured.end(), plain.end()) == (0, 0)

    assert "\x1b[32mCONFIRMED" in coloured.raw
    assert "\x1b[3" not in plain.raw
    assert plain.shown == coloured.shown


def test_a_change_is_told_in_a_line_with_the_whole_moment(
    terminal: Callable[..., Terminal], office: Office, client: Client
) -> None:
    client.calendar.event_types.update(
        "demo",
        requires_confirmation=True,
        meeting_url_template="https://meet.example/{uid}",
    )
    said = []
    for args in (
        booked(),
        ("confirm",),
        ("reschedule", "--start", "2027-01-19 14:00"),
        ("confirm", "--dry-run"),
        ("reject", "--reason", "No"),
    ):
        mine = client.calendar.bookings.list()
        screen = terminal(*args[:1], *(b.uid for b in mine), *args[1:])
        assert screen.end() == 0
        said.append(screen.shown)

    text = numbered("".join(said))
    assert text == golden("changes.txt", text)


def test_a_long_list_says_how_many_more_there_are(
    terminal: Callable[..., Terminal], shown: list[str]
) -> None:
    screen = terminal("list", "--limit", "2")
    assert screen.end() == 0

    assert screen.shown.splitlines()[-1] == (
        f"3 more: --after {shown[1]}, --limit N or --all"
    )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(
            ("--limit", "0"),
            ["none shown: --limit 0", "5 more: --limit N or --all"],
            id="no-limit-left",
        ),
        pytest.param(
            ("--limit", "0", "--occurrences"),
            ["none shown: --limit 0", "5 more: --limit N or --all"],
            id="dates",
        ),
        pytest.param(("--offset", "5"), ["none of 5 is that far down"], id="offset"),
        pytest.param(("--limit", "0", "--search", "?"), ["no bookings"], id="nothing"),
        pytest.param(("--offset", "5", "--search", "?"), ["no bookings"], id="none"),
    ],
)
def test_an_empty_page_is_not_said_to_be_no_bookings(
    terminal: Callable[..., Terminal],
    shown: list[str],
    args: tuple[str, ...],
    said: list[str],
) -> None:
    """`--limit 0` and an offset too far said "no bookings"."""
    screen = terminal("list", *args)
    assert screen.end() == 0

    assert screen.shown.splitlines() == said


def test_bookings_are_counted_only_where_it_is_said(
    look: Look, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page behind another, or all of a sorted list, was counted for nothing."""
    first, *_ = (office(f"2027-01-18 {hour}:00") for hour in (9, 10, 11, 12))
    counted = []
    total = Bookings.total

    def count(self: Bookings, **filters: Any) -> int:
        counted.append(filters)
        return total(self, **filters)

    monkeypatch.setattr(Bookings, "total", count)
    for args in (
        (),
        ("--after", first, "--limit", "2"),
        ("--sort", "uid", "--limit", "2"),
        ("--search", "nobody"),
    ):
        look("list", *args)
    sorted_page = look("list", "--sort", "uid", "--limit", "1").splitlines()

    assert counted == []
    assert sorted_page[-1] == "3 more: --offset 1, --limit N or --all"
    assert look("list", "--limit", "1").splitlines()[-1].startswith("3 more: ")
    assert len(counted) == 1


def test_a_limit_of_0_starts_says_nothing_of_why_not(
    terminal: Callable[..., Terminal], office: Office
) -> None:
    monday = ("slots", "--event", "demo", "--from", "2027-01-18")
    screen = terminal(*monday, "--limit", "0")
    assert screen.end() == 0

    assert screen.shown.splitlines() == ["none shown: --limit 0"]


def test_create_asks_for_what_is_missing(
    terminal: Callable[..., Terminal], client: Client, office: Office
) -> None:
    client.calendar.event_types.update(
        "demo",
        questions=[
            {"label": "Company", "required": True},
            {"label": "Size", "type": "SELECT", "options": ["1-10", "11-50"]},
            {"label": "Why"},
        ],
    )
    office("2027-01-04 09:00", responses={"company": "First"})

    screen = terminal("create", "--event", "demo")
    screen.expect("Mon 4 Jan 2027, 09:30")
    screen.expect("When")
    screen.type("someday\n")
    screen.expect("not a moment: someday")
    screen.type("2\n")
    screen.expect("Name")
    screen.type("Ada\n")
    screen.expect("E-mail")
    screen.type("nobody\n")
    screen.expect("this is no e-mail address, phone number or")
    screen.type("ada@acme\n")
    screen.expect("not an e-mail address")
    screen.type("ada@example.com\n")
    screen.expect("Company")
    screen.type("Acme\n")
    screen.expect("Size")
    screen.type("9\n")
    screen.expect("1-10")
    screen.type("1-10\n")
    screen.expect("Why")
    screen.type("\n")
    screen.expect("Mon 4 Jan 2027, 10:00–10:30 America/New_York")
    screen.expect("Book it?")
    nobody_yet = len(client.calendar.bookings.list())
    screen.type("y\n")

    assert screen.end() == 0
    assert nobody_yet == 1
    made = client.calendar.bookings.list()[1]
    assert made.start_time == "2027-01-04T10:00:00-05:00"
    assert made.attendee.to_dict() == expected("")["attendee"]
    assert made.responses == {"company": "Acme", "size": "1-10"}
    assert made.uid in screen.shown


def test_create_asks_only_for_what_was_not_given(
    terminal: Callable[..., Terminal], client: Client, office: Office
) -> None:
    screen = terminal("create", "--name", "Ada", "--start", "2027-01-18 10:00")
    screen.expect("E-mail")
    screen.type("ada@example.com\n")
    screen.expect("Book it?")
    screen.type("\n")

    assert screen.end() == 0
    (made,) = client.calendar.bookings.list()
    assert made.to_dict() == expected(made.uid)


@pytest.mark.parametrize(
    ("answer", "status"),
    [("n\n", 130), ("\x03", -signal.SIGINT), ("\x04", 130)],
    ids=["no", "Ctrl-C", "end"],
)
def test_no_at_the_end_books_nothing(
    terminal: Callable[..., Terminal],
    place: str,
    office: Office,
    answer: str,
    status: int,
) -> None:
    before = dump(place)
    screen = terminal(*booked()[:-2])
    screen.expect("E-mail")
    screen.type("ada@example.com\n")
    screen.expect("Book it?")

    assert screen.press_until_end(answer) == status
    assert "calbook: nothing was changed" in screen.shown
    assert dump(place) == before


def test_what_would_be_refused_is_refused_before_it_is_asked_for(
    terminal: Callable[..., Terminal], place: str, uid: str
) -> None:
    before = dump(place)
    screen = terminal(*booked()[:-2])
    screen.expect("E-mail")
    screen.type("eve@example.com\n")
    screen.expect("Put them in line for it?")
    screen.type("n\n")

    assert screen.end() == 4
    assert f"that time is taken by {uid}" in screen.shown
    assert "Book it?" not in screen.shown
    assert dump(place) == before


def test_a_start_that_cannot_be_booked_is_refused_when_it_is_said(
    terminal: Callable[..., Terminal], client: Client, uid: str
) -> None:
    screen = terminal("create", "--event", "demo")
    for start, refusal in [
        ("2027-01-18 10:15", f"that time is taken by {uid}"),
        ("2027-01-17 10:00", "is outside the open hours"),
        ("99", "choose from 1 to 9"),
    ]:
        screen.expect("When")
        screen.type(f"{start}\n")
        screen.expect(refusal)
    screen.expect("When")
    screen.type("2027-01-18 10:30\n")
    screen.expect("Name")
    screen.type("\x04")

    assert screen.end() == 130
    assert len(client.calendar.bookings.list()) == 1


def test_an_answer_that_is_missing_is_asked_for(
    terminal: Callable[..., Terminal], client: Client, office: Office
) -> None:
    client.calendar.event_types.update(
        "demo", questions=[{"label": "Company", "required": True}]
    )
    screen = terminal(*booked())
    screen.expect("Company")
    screen.type("Acme\n")
    screen.expect("Book it?")
    screen.type("y\n")

    assert screen.end() == 0
    (made,) = client.calendar.bookings.list()
    assert made.responses == {"company": "Acme"}


@pytest.mark.parametrize(
    ("args", "asks"),
    [
        (booked(), True),
        (("reschedule", "OTHER", "--start", "2027-01-18 10:00"), False),
    ],
    ids=["create", "reschedule"],
)
def test_a_refusal_on_a_terminal_names_the_next_free_start(
    terminal: Callable[..., Terminal],
    office: Office,
    uid: str,
    args: tuple[str, ...],
    asks: bool,
) -> None:
    """To what was to be moved its present place was offered: it is there already."""
    other = office("2027-01-18 10:30")

    given = (other if arg == "OTHER" else arg for arg in args)
    screen = terminal(*given, columns=120)
    if asks:
        screen.expect("Put them in line for it?")
        screen.type("n\n")

    assert screen.end() == 4
    free = "Mon 18 Jan 2027, 11:00 America/New_York"
    assert screen.shown.splitlines()[1] == f"hint: the next free start is {free}"


def test_with_nothing_missing_nothing_is_asked(
    terminal: Callable[..., Terminal], office: Office
) -> None:
    screen = terminal(*booked())

    assert screen.end() == 0
    assert "?" not in screen.shown


def test_init_offers_what_it_will_change(
    terminal: Callable[..., Terminal], client: Client, tmp_path: Path
) -> None:
    """It offered a colleague's name, and gave it to the first host."""
    client.set_up(name="Petra", email="petra@example.com")
    client.calendar.hosts.create("ann", name="Ann")

    screen = terminal("init", CALBOOK_CONFIG=str(tmp_path / "config.toml"))
    for asked in (
        *("Your name [Petra]", "Your e-mail [petra@example.com]", "Your time"),
        "Who asks (a number) [1]",
    ):
        screen.expect(asked)
        screen.type("\n")
    screen.expect("Next:")

    assert [host.name for host in client.calendar.hosts.list()] == ["Ann", "Petra"]


def test_init_asks_on_a_terminal(terminal: Callable[..., Terminal], place: str) -> None:
    screen = terminal("init")
    screen.expect("Your name")
    screen.type("Grace Hopper\n")
    screen.expect("Your e-mail")
    screen.type("grace\n")
    screen.expect("not an e-mail address")
    screen.type("grace@example.com\n")
    screen.expect("zone")
    screen.type("Lisbon\n")
    screen.expect("no such time zone")
    screen.type("Europe/Lisbon\n")
    screen.expect("Who asks (a number) [1]")
    screen.type("me\n")
    screen.expect("choose one of host, attendee")
    screen.type("attendee\n")
    screen.expect("calbook create --event demo")

    assert screen.end() == 0
    with Client(place) as client:
        (host,) = client.calendar.hosts.list()
    assert (host.name, host.email, host.timezone) == (
        "Grace Hopper",
        "grace@example.com",
        "Europe/Lisbon",
    )


def test_init_interrupted_writes_nothing(
    terminal: Callable[..., Terminal], path: Path
) -> None:
    screen = terminal("init", "--name", "Grace")
    screen.expect("Your e-mail")

    assert screen.press_until_end("\x03") == -signal.SIGINT
    assert not path.exists()


@pytest.mark.parametrize(
    ("answer", "status"), [("y\n", 0), ("n\n", 130), ("\n", 130)], ids=["y", "n", ""]
)
def test_a_removal_asks_on_a_terminal(
    terminal: Callable[..., Terminal],
    client: Client,
    office: Office,
    answer: str,
    status: int,
) -> None:
    screen = terminal("event", "remove", "demo")
    screen.expect("Remove evt_demo?")
    screen.type(answer)

    assert screen.end() == status
    assert len(client.calendar.event_types.list()) == (0 if status == 0 else 1)


def test_yes_is_said_beforehand(
    terminal: Callable[..., Terminal], client: Client, office: Office
) -> None:
    screen = terminal("event", "remove", "demo", "--yes")

    assert screen.end() == 0
    assert screen.shown == "Removed evt_demo\n"


def test_restoring_asks_on_a_terminal(
    terminal: Callable[..., Terminal], run: Run, path: Path, uid: str, tmp_path: Path
) -> None:
    run("db", "backup", tmp_path / "copy.db")
    run("cancel", uid)
    before = dump(path)

    screen = terminal("db", "restore", tmp_path / "copy.db")
    screen.expect("[y/N]: ")
    screen.type("n\n")

    assert screen.end() == 130
    assert dump(path) == before
