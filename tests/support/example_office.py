"""The small office that the examples in the help are about.

It is made once; each example has a copy of its directory, which is home and place.
PYTEST_DONT_REWRITE, as tests import it first.
"""

from __future__ import annotations

import hmac
import io
import json
import os
import shlex
import shutil
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

from calbook.cli import app

NOW = "2027-01-11T09:00:00Z"
BEFORE = "2027-01-04T09:00:00Z"

_FILES = {
    "private.ics": "\r\n".join(
        (
            *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT"),
            *("UID:lunch", "DTSTAMP:20270101T000000Z", "SUMMARY:Lunch"),
            *("DTSTART:20270112T120000Z", "DURATION:PT1H", "END:VEVENT"),
            *("END:VCALENDAR", ""),
        )
    ),
    "old.csv": "Start;Minutes;Name;E-mail;Service\n"
    "18.01.2027 09:00;30;Ada Byron;byron@example.com;Intro\n",
    "minutes.txt": "Agreed on a price\n",
    "secret.txt": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
    "new-secret.txt": "whsec_C2FVsBQIhrscChlQIMV1b5sSYspob7oD\n",
    "requests.jsonl": json.dumps(
        {
            "eventTypeId": "demo",
            "startTime": "fri 14:00",
            "attendee": {"name": "Zoe", "email": "zoe@example.com"},
        }
    )
    + "\n",
}
_SET_UP = """
init --name 'Grace Hopper' --email grace@example.com --tz Europe/Lisbon
schedule add evening --tz Europe/Lisbon --hours 'mon-fri 09:00-21:00'
schedule add summer --tz Europe/Lisbon --hours 'mon-fri 08:00-14:00'
host add alice --name 'Alice Liddell' --email alice@example.com
host add bob --name 'Bob Hart' --email bob.hart@example.com
host add dave --name Dave
host add erin --name Erin
host retire erin
schedule override work --on 2027-02-16 --closed
resource add room1 --capacity 12
resource add room2 --capacity 6
resource add beamer --kind device
event add demo --title 'Product demo'
event add coaching --duration 1h --requires-confirmation
event add yoga --duration 1h --seats 12
event add trial
event add intro --scheduling-type round-robin --host me --host alice
"""
_ADA = "--name 'Ada Lovelace' --email ada@example.com"
_BOB = "--name 'Bob Martin' --email bob@example.com"
# What is booked when, by the ids that examples have.
_BOOKED = {
    "bk_3c9xf7": (BEFORE, f"create --event demo --start '2027-01-08 10:00' {_ADA}"),
    "bk_1p9vd5": (BEFORE, f"create --event yoga --start '2027-01-08 11:00' {_ADA}"),
    "_a": (BEFORE, f"attendee add bk_1p9vd5 {_BOB}"),
    "bk_5t8zc0": (
        NOW,
        f"create --event demo --start '2027-01-18 10:00' {_ADA}"
        " --guest eve@example.com --notify",
    ),
    "bk_6n1pk8": (NOW, f"create --event coaching --start '2027-01-19 10:00' {_BOB}"),
    "bk_9q3wm2": (
        NOW,
        "create --event demo --start '2027-01-25 10:00' --repeat weekly --count 6"
        " --name Eve --email eve@example.com",
    ),
    "bk_2v7hd4": (NOW, f"create --event yoga --start '2027-01-20 09:00' {_ADA}"),
    "_b": (NOW, f"attendee add bk_2v7hd4 {_BOB}"),
    "bk_7w1fn8": (NOW, f"create --event yoga --start '2027-01-27 09:00' {_BOB}"),
    "bk_0h5st6": (
        NOW,
        f"create --event yoga --start '2027-02-01 14:00' {_BOB}"
        " --repeat weekly --count 3",
    ),
    "bk_4k6mz0": (
        NOW,
        "create --event intro --start '2027-01-21 09:00' --host alice"
        " --name 'A. Lovelace' --email lovelace@example.org",
    ),
    "bk_8r4ya1": (NOW, "hold --event demo --start '2027-01-22 09:00'"),
    "bk_freed": (NOW, f"create --event demo --start '2027-01-18 16:00' {_BOB}"),
    "wait_7d2kq9": (
        NOW,
        "create --event demo --start '2027-01-18 10:00' --wait"
        " --name Rosa --email rosa@example.com",
    ),
    "wait_3n8cf1": (
        NOW,
        "create --event demo --start '2027-01-18 16:00' --wait"
        " --name Kim --email kim@example.com",
    ),
    "_c": (NOW, "cancel bk_freed --by host"),
    "bk_0c8bn3": (NOW, f"create --event demo --start '2027-01-19 16:00' {_ADA}"),
    "_x": (NOW, "cancel bk_0c8bn3 --by host"),
    "_y": (NOW, "cancel bk_9q3wm2 --on 2027-02-22 --by host"),
    "note_4h2mx7": (NOW, "note add bk_5t8zc0 'Asked about prices'"),
}


class Done(NamedTuple):
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str


class Office:
    """A directory with bookings, and the real ids in the place of those in examples."""

    def __init__(self, home: Path, ids: dict[str, str]) -> None:
        self.home = home
        self.ids = ids

    def copy(self, home: Path) -> Office:
        shutil.copytree(self.home, home, dirs_exist_ok=True)
        return Office(home, self.ids)

    def run(
        self,
        line: str,
        *,
        given: bytes = b"",
        now: str = NOW,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> Done:
        """Run a command in this process, its output piped."""
        for shown, real in self.ids.items():
            line = line.replace(shown, real)
        streams = [
            io.TextIOWrapper(io.BytesIO(data), "utf-8", write_through=True)
            for data in (given, b"", b"")
        ]
        with _at(self.home, now) as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            for name, stream in zip(
                ("stdin", "stdout", "stderr"), streams, strict=True
            ):
                patch.setattr(sys, name, stream)
            status = app.run(shlex.split(line))
        out, err = (stream.buffer.getvalue().decode() for stream in streams[1:])
        return Done(status, out, err)

    def do(self, line: str, *, given: bytes = b"", now: str = NOW) -> str:
        done = self.run(line, given=given, now=now)
        assert done.status == 0, (line, done)
        return done.out

    def first_id(self, line: str) -> str:
        return self.do(f"{line} --fields id").split()[0]


@contextmanager
def _at(home: Path, now: str) -> Iterator[pytest.MonkeyPatch]:
    """That directory as home and place, that moment, and no settings but its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith(("CALBOOK", "XDG")) or name in ("COLUMNS", "LINES"):
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("CALBOOK_NOW", now)
        patch.setenv("CALBOOK_DELIVER", "off")
        patch.setenv("LOGNAME", "grace")
        patch.chdir(home)
        yield patch


def make_office(home: Path) -> Office:
    """Every noun once, and a booking in each state."""
    office = Office(home, {})
    for name in ("home", "home2", "khal", "work"):
        (home / name).mkdir(parents=True)
    for name in ("new", "cur", "tmp"):
        (home / "Maildir" / name).mkdir(parents=True)
    for name, text in _FILES.items():
        (home / name).write_text(text, newline="")
    for line in _SET_UP.strip().splitlines():
        office.do(line, now=BEFORE)
    _make_connections(office)
    for name, (now, line) in _BOOKED.items():
        made = json.loads(office.do(f"{line} --json", now=now))
        if not name.startswith("_"):
            office.ids[name] = made.get("uid") or made["id"]
    office.ids["bk_5short"] = office.ids["bk_5t8zc0"][:9]
    _make_answers(office)
    _make_request(office)
    office.ids["wh_6b3n"] = office.first_id("webhook list")
    office.ids["ctr_4m6te3"] = office.first_id("counter list")
    office.ids["dl_5c8wr2"] = office.first_id("calendar log")
    office.ids["dl_2f9qz6"] = office.first_id("mail log")
    office.do("update bk_5t8zc0 --meta crm=1")
    office.ids["dl_7k4mx1"] = office.first_id("webhook log")
    office.do("export -o export.jsonl")
    office.do("db backup backup.db")
    return office


def _make_connections(office: Office) -> None:
    office.do(
        "config smtp --server smtp.example.com --sender grace@example.com"
        " --user grace --password-command 'echo secret'"
    )
    office.do("calendar add work --url work --push --host me")
    office.do("calendar add home --url home --busy --host me")
    office.do("busy import private.ics --name private --host me")


def _make_request(office: Office) -> None:
    """A webhook, and a request that is signed by its secret."""
    secret = (office.home / "secret.txt").read_bytes()
    office.do("webhook add https://example.com/calbook --secret-stdin", given=secret)
    key = b64decode(secret.strip().removeprefix(b"whsec_"))
    sent = int(datetime.fromisoformat(NOW).timestamp())
    body = '{"type": "booking.created"}'
    signed = hmac.digest(key, f"msg_1.{sent}.{body}".encode(), "sha256")
    request = (
        *("POST /hook HTTP/1.1", "webhook-id: msg_1", f"webhook-timestamp: {sent}"),
        *(f"webhook-signature: v1,{b64encode(signed).decode()}", "", body),
    )
    (office.home / "request.http").write_text("\n".join(request))


def _make_answers(office: Office) -> None:
    """A mail that says yes, and a proposal of another time that has been read."""
    invitation = office.do("ics bk_5t8zc0 --email ada@example.com")
    answer = invitation.replace("METHOD:REQUEST", "METHOD:REPLY")
    (office.home / "answer.eml").write_text(answer.replace("NEEDS-ACTION", "ACCEPTED"))
    lines = invitation.replace("METHOD:REQUEST", "METHOD:COUNTER").splitlines()
    moved = [line for line in lines if not line.startswith("DTEND")]
    text = "\r\n".join(moved).replace("20270118T10", "20270118T15")
    (office.home / "counter.ics").write_text(text + "\r\n", newline="")
    office.do("reply counter.ics")
