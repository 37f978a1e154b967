"""Answers in a Maildir: which mail is read, and where it is afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.answering import PROGRAMS, book, calendar, mail, said

from calbook import Client, errors

pytest_plugins = ("support.answering",)

Put = Callable[..., Path]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    folder = tmp_path / "Maildir"
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    return folder


@pytest.fixture
def put(box: Path) -> Put:
    def put(data: bytes, name: str = "1.a.host", place: str = "new") -> Path:
        file = box / place / name
        file.write_bytes(data)
        return file

    return put


def names(box: Path) -> dict[str, list[str]]:
    return {each.name: sorted(os.listdir(each)) for each in sorted(box.iterdir())}


def outcomes(client: Client, box: Path, **options: Any) -> list[str]:
    found = client.calendar.replies.read_maildir(box, **options)
    return [str(answer.outcome) for answer in found]


ORDINARY = b"From: eve@example.com\r\nSubject: calendar of sales\r\n\r\nHello\r\n"


def test_mail_that_was_understood_is_seen_and_other_mail_stays(
    host: Client, box: Path, put: Put
) -> None:
    booking = book(host)
    put(PROGRAMS["google"](booking.uid, "ACCEPTED", "ada@example.com"))
    put(ORDINARY, "2.b.host")
    foreign = mail(calendar("x").replace("x@calbook", "x@google.example"))
    put(foreign, "3.c.host")

    assert outcomes(host, box) == ["recorded"]
    assert names(box) == {
        "cur": ["1.a.host:2,S"],
        "new": ["2.b.host", "3.c.host"],
        "tmp": [],
    }
    assert said(host, booking) == "ACCEPTED"
    assert outcomes(host, box) == []


def test_what_somebody_has_to_look_at_is_flagged(
    host: Client, box: Path, put: Put
) -> None:
    booking = book(host)
    put(mail(calendar(booking.uid), sender="eve@example.com"))
    put(mail(calendar(booking.uid).replace("SEQUENCE:0", "SEQUENCE:x")), "2.b.host")
    refused: list[errors.CalbookError] = []

    found = outcomes(host, box, refused=refused.append)

    assert found == ["other_sender"]
    assert [str(e) for e in refused] == [
        "2.b.host: its answer cannot be read: SEQUENCE cannot be read"
    ]
    assert names(box)["cur"] == ["1.a.host:2,F", "2.b.host:2,F"]
    assert outcomes(host, box) == []


def test_a_late_no_is_flagged(host: Client, box: Path, put: Put) -> None:
    """It changes nothing, but somebody will not come."""
    booking = book(host)
    host.calendar.bookings.reschedule(booking.uid, start_time="2027-01-19T15:00Z")
    put(mail(calendar(booking.uid, says="DECLINED")))
    put(mail(calendar(booking.uid, says="ACCEPTED")), "2.b.host")

    assert outcomes(host, box) == ["out_of_date", "out_of_date"]
    assert names(box)["cur"] == ["1.a.host:2,F", "2.b.host:2,S"]


def test_what_cannot_be_read_is_raised_once_all_is_read(
    host: Client, box: Path, put: Put
) -> None:
    booking = book(host)
    put(mail(calendar(booking.uid).replace("SEQUENCE:0", "SEQUENCE:x")))
    put(mail(calendar(booking.uid)), "2.b.host")

    with pytest.raises(errors.BadInput):
        host.calendar.replies.read_maildir(box)

    assert said(host, booking) == "ACCEPTED"


def test_of_cur_only_what_nobody_has_read(host: Client, box: Path, put: Put) -> None:
    booking = book(host)
    data = mail(calendar(booking.uid))
    for number, flags in enumerate(("", ":2,", ":2,R", ":2,S", ":2,F", ":2,T")):
        put(data, f"{number}.a.host{flags}", "cur")

    assert outcomes(host, box) == ["recorded", "replayed", "replayed"]
    assert names(box)["cur"] == [
        *("0.a.host:2,S", "1.a.host:2,S", "2.a.host:2,RS"),
        *("3.a.host:2,S", "4.a.host:2,F", "5.a.host:2,T"),
    ]


def test_a_dry_run_leaves_all_mail_where_it_is(
    host: Client, box: Path, put: Put
) -> None:
    booking = book(host)
    put(mail(calendar(booking.uid)))
    before = names(box)

    assert outcomes(host, box, dry_run=True) == ["recorded"]
    assert (names(box), said(host, booking)) == (before, None)


def test_what_is_no_message_is_left_alone(host: Client, box: Path, put: Put) -> None:
    booking = book(host)
    outside = box.parent / "outside.eml"
    outside.write_bytes(mail(calendar(booking.uid)))
    (box / "new" / "link").symlink_to(outside)
    (box / "new" / "folder").mkdir()
    os.mkfifo(box / "new" / "pipe")
    put(mail(calendar(booking.uid)), ".hidden")
    put(calendar(booking.uid).encode(), "bare.ics")
    put(ORDINARY + b"x" * 2_000_000, "large")
    before = names(box)

    assert outcomes(host, box) == []
    assert names(box) == before


def test_a_name_that_is_there_already_is_not_written_over(
    host: Client, box: Path, put: Put
) -> None:
    booking = book(host)
    other = put(ORDINARY, "1.a.host:2,S", "cur")
    put(mail(calendar(booking.uid)))

    assert outcomes(host, box) == ["recorded"]
    assert other.read_bytes() == ORDINARY
    assert names(box)["new"] == ["1.a.host"]


def test_a_folder_that_is_none_is_refused(host: Client, tmp_path: Path) -> None:
    with pytest.raises(errors.BadInput):
        host.calendar.replies.read_maildir(tmp_path / "nowhere")


LARGE = {
    "many parts": b"From: eve@example.com\r\n\r\ncalendar" + b" boundary=b" * 51,
    "a long head": b"X-Calendar: y\r\n" * 2_000 + b"\r\n",
    "many files": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: image/png; name=calendar.png\r\n\r\nx\r\n" * 51
    + b"--b--\r\n",
}


@pytest.mark.parametrize("data", LARGE.values(), ids=LARGE)
def test_a_large_mail_that_says_no_answer_stays(
    host: Client, box: Path, put: Put, data: bytes
) -> None:
    put(data)

    assert outcomes(host, box) == []
    assert names(box)["new"] == ["1.a.host"]


def test_a_folder_that_cannot_be_written_is_refused(
    host: Client, box: Path, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who runs the tests may be allowed to write everywhere."""
    booking = book(host)
    put(mail(calendar(booking.uid)))
    monkeypatch.setattr(os, "access", lambda path, mode: "cur" not in str(path))

    with pytest.raises(errors.BadInput):
        outcomes(host, box)

    assert said(host, booking) is None
    assert outcomes(host, box, dry_run=True) == ["recorded"]


@pytest.mark.sqlite
def test_two_readers_beside_a_delivery_tell_of_each_mail_once(
    tmp_path: Path, box: Path, path: Path
) -> None:
    with Client(path) as client:
        client.calendar.event_types.create("demo")
        client.calendar.bookings.create(
            event_type_id="demo",
            start_time="2099-01-19 10:00",
            attendee={"name": "Ada", "email": "ada@example.com"},
            by="host",
        )
        [booking] = client.calendar.bookings.list()
    stamps = [f"20270111T10{n // 60:02}{n % 60:02}Z" for n in range(40)]

    def deliver(numbers: range) -> None:
        for n in numbers:
            written = box / "tmp" / f"{n:03}"
            written.write_bytes(mail(calendar(booking.uid, stamp=stamps[n])))
            written.rename(box / "new" / f"{n:03}")

    deliver(range(20))
    command = [sys.executable, "-m", "calbook", "reply", "--maildir", str(box)]
    env = {**os.environ, "CALBOOK_DB": str(path), "CALBOOK_DELIVER": "off"}
    readers = [
        subprocess.Popen([*command, "--jsonl"], env=env, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    deliver(range(20, 40))
    told = [reader.communicate()[0] for reader in readers]
    last = subprocess.run([*command, "--jsonl"], env=env, capture_output=True)

    lines = b"".join([*told, last.stdout]).splitlines()
    assert [reader.returncode for reader in readers] == [0, 0]
    assert len(lines) == 40
    assert names(box)["new"] == []
    assert len(names(box)["cur"]) == 40
