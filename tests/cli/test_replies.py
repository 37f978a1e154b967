"""`reply` and `counter`: what they print, and how they end."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.answering import calendar, mail

from calbook import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.running import Run, Terminal

pytest_plugins = ("support.running",)


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def uid(client: Client) -> str:
    client.set_up(name="Grace", email="grace@example.com", timezone="America/New_York")
    client.calendar.event_types.create("demo")
    return client.calendar.bookings.create(
        event_type_id="demo",
        start_time="2027-01-18 10:00",
        attendee={"name": "Ada", "email": "ada@example.com"},
    ).uid


@pytest.fixture
def answer(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(data: bytes) -> Path:
        file = tmp_path / "answer.eml"
        file.write_bytes(data)
        return file

    return write


def test_an_answer_is_a_line_and_ends_well(run: Run, uid: str, answer: Any) -> None:
    told = run("reply", answer(mail(calendar(uid))))

    assert told.status == 0
    [row] = told.rows
    assert row[:3] == ["recorded", "REPLY", uid]
    assert row[3:] == ["[]", "ada@example.com", "ACCEPTED", f"Ada accepted {uid}"]
    assert run("list", "--fields", "partstat").rows == [["ACCEPTED"]]


def test_what_is_only_reported_ends_with_one(run: Run, uid: str, answer: Any) -> None:
    forged = mail(calendar(uid), sender="eve@example.com")

    told = run("reply", answer(forged), "--jsonl")

    assert told.status == 1
    [line] = told.out.splitlines()
    assert json.loads(line)["outcome"] == "other_sender"
    assert run("reply", answer(forged), "--trust-forwarded").status == 0


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"Subject: hi\r\n\r\nhello", 1, "no answer to an invitation\n"),
        (b"", 1, "no answer to an invitation\n"),
        (b"calendar" * 200_000, 2, "calbook: the mail has more than 1,000,000 bytes\n"),
    ],
    ids=["other mail", "nothing", "too large"],
)
def test_what_brings_no_answer_says_so(
    run: Run, uid: str, answer: Any, data: bytes, status: int, said: str
) -> None:
    told = run("reply", answer(data))

    assert (told.status, told.out, told.err) == (status, "", said)


def test_either_a_file_or_a_folder_is_read(run: Run, uid: str, tmp_path: Path) -> None:
    for args in ((), ("x.eml", "--maildir", tmp_path)):
        assert run("reply", *args).status == 2
    assert run("reply", tmp_path / "nowhere").status == 2
    assert run("reply", "--maildir", tmp_path).status == 2


def test_a_folder_is_read_mail_by_mail(run: Run, uid: str, tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    new = tmp_path / "box" / "new"
    (new / "1.a").write_bytes(mail(calendar(uid)))
    broken = calendar(uid).replace("SEQUENCE:0", "SEQUENCE:x")
    (new / "2.b").write_bytes(mail(broken))

    told = run("reply", "--maildir", tmp_path / "box", "--fields", "file,outcome")

    assert told.status == 1
    assert told.out == "1.a\trecorded\n"
    assert told.err.startswith("calbook: 2.b: its answer cannot be read")


def test_a_card_says_who_answered_and_what_is_proposed(
    terminal: Callable[..., Terminal], client: Client, uid: str
) -> None:
    client.calendar.replies.read(mail(calendar(uid)))
    more = "DTSTART:20270118T190000Z\r\nCOMMENT:after lunch"
    client.calendar.replies.read(mail(calendar(uid, method="COUNTER", more=more)))

    screen = terminal("show", uid)

    screen.expect("Ada <ada@example.com>: accepted")
    screen.expect("Proposed")
    screen.expect("14:00–14:30")
    assert screen.end() == 0


def test_proposals_are_listed_and_declined(run: Run, client: Client, uid: str) -> None:
    more = "DTSTART:20270118T190000Z"
    client.calendar.replies.read(mail(calendar(uid, method="COUNTER", more=more)))

    [proposal] = run("counter", "list", "--json").json
    declined = run("counter", "decline", proposal["id"], "--reason", "Full", "--json")

    after = json.loads(declined.out)
    assert after == {**proposal, "state": "declined", "updatedAt": after["updatedAt"]}
    assert run("counter", "list").out == ""
    assert [row[6] for row in run("counter", "list", "--all").rows] == ["declined"]
    again = run("counter", "decline", uid, "--json")
    assert (again.status, again.error["code"]) == (5, "counter_ended")
    assert again.error["hint"] == "see calbook counter list --all"


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_proposal_says_all_that_is_in_it(
    client: Client,
    run: Run,
    terminal: Callable[..., Terminal],
    uid: str,
    columns: int,
) -> None:
    comment = "COMMENT:Could we meet in the afternoon, when the train is there? " * 3
    more = f"DTSTART:20270118T190000Z\n{comment}"
    for _ in range(2):
        client.calendar.replies.read(mail(calendar(uid, method="COUNTER", more=more)))
        more = more.replace("T19", "T20")
    every = run("counter", "list", "--all", "--json").json

    screen = terminal("counter", "list", "--all", columns=columns)

    assert screen.end() == 0
    lines = screen.shown.splitlines()
    assert re.findall("ctr_......", screen.shown) == [e["id"][:10] for e in every]
    for said in ("Mon 18 Jan 2027, 1", "Ada", uid[:9], "Could we meet"):
        assert screen.shown.count(said) >= 2
    assert "replaced" in screen.shown
    assert "ada@example.com" not in screen.shown
    assert " ".join(screen.shown.split()).count("Could we meet in the afternoon,") == 6
    assert lines[-1] == "times in America/New_York"
    assert max(map(len, lines)) <= columns


def test_no_word_is_said_twice(
    client: Client, uid: str, terminal: Callable[..., Terminal], answer: Any
) -> None:
    client.calendar.bookings.reschedule(uid, start_time="2027-01-19 10:00")
    whole = calendar(uid)
    shown = []
    for text in (
        whole,
        calendar("bk_000000000000"),
        whole[: whole.index("ATTENDEE")],
        whole.replace(f"UID:{uid}@calbook", "UID:"),
    ):
        screen = terminal("reply", answer(mail(text)), columns=200)
        screen.end()
        shown += screen.shown.splitlines()

    assert shown == [
        f"out of date: Ada answered to {uid} as it was before",
        "unknown booking: there is no bk_000000000000@calbook here",
        f"unclear attendee: the answer to {uid} is cut short and does not say whose",
        "unknown booking: the answer names no booking",
    ]


def test_whose_word_is_taken_is_a_setting(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALBOOK_CONFIG", str(tmp_path / "config.toml"))

    set_ = run("config", "set", "mail.authserv_id", "mx.example.com", "--json")
    bad = run("config", "set", "mail.authserv_id", "a b")
    none = run("config", "set", "mail.authserv_id", "none", "--json")

    assert (set_.json["value"], set_.json["source"]) == ("mx.example.com", "file")
    assert bad.status == 2
    assert (none.json["value"], none.json["source"]) == (None, "default")
