"""`ics --folder`: a folder with a file for each booking, kept up to date."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from support.stores import opened

from calbook import Client

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

ADA = {"name": "Ada", "email": "ada@example.com"}


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "calendar"


@pytest.fixture
def uids(client: Client) -> list[str]:
    """A single booking, and a series with a date that moved."""
    client.set_up(name="Grace", email="grace@example.com", timezone="Europe/Lisbon")
    client.calendar.event_types.create("demo")
    create = client.calendar.bookings.create
    common: dict[str, Any] = {"event_type_id": "demo", "attendee": ADA}
    single = create(start_time="2027-01-18 10:00", **common).uid
    weekly = {"frequency": "WEEKLY", "count": 3}
    series = create(start_time="2027-01-19 10:00", recurring=weekly, **common).uid
    client.calendar.bookings.reschedule(
        series, date="2027-01-26", start_time="2027-01-27 10:00"
    )
    return [single, series]


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def counts(run: Run, folder: Path, *options: str) -> tuple[int, int, int]:
    """How many files were written, unchanged and removed."""
    done = run("ics", "--folder", folder, *options, "--json").json
    assert done["path"] == str(folder)
    return done["written"], done["unchanged"], done["removed"]


def test_each_booking_has_a_file_without_method(
    run: Run, folder: Path, uids: list[str]
) -> None:
    """Servers of CalDAV refuse METHOD, and several bookings in one file."""
    assert counts(run, folder) == (2, 0, 0)

    assert names(folder) == sorted(f"{uid}.ics" for uid in uids)
    for uid, length in zip(uids, (1, 2), strict=True):
        data = (folder / f"{uid}.ics").read_bytes()
        events = icalendar.Calendar.from_ical(data).walk("VEVENT")
        assert [event["UID"] for event in events] == [f"{uid}@calbook"] * length
        for word in (b"METHOD", b"ORGANIZER", b"ATTENDEE"):
            assert word not in data
        assert data.decode() == run("ics", uid, "--method", "none").out


def test_only_what_changed_is_written_again(
    client: Client, run: Run, folder: Path, uids: list[str]
) -> None:
    run("ics", "--folder", folder)
    before = [(folder / f"{uid}.ics").stat() for uid in uids]

    assert counts(run, folder) == (0, 2, 0)
    client.calendar.bookings.reschedule(uids[0], start_time="2027-01-20 10:00")
    assert counts(run, folder) == (1, 1, 0)

    after = [(folder / f"{uid}.ics").stat() for uid in uids]
    assert [a.st_ino == b.st_ino for a, b in zip(before, after, strict=True)] == [
        False,
        True,
    ]


def test_what_was_cancelled_is_removed_and_what_moved_away_kept_right(
    client: Client, run: Run, folder: Path, uids: list[str]
) -> None:
    """Neither is among the bookings that the second call chooses."""
    days = ("--from", "2027-01-18", "--to", "2027-01-27")
    run("ics", "--folder", folder, *days)
    client.calendar.bookings.reschedule(uids[0], start_time="2027-03-01 10:00")
    client.calendar.bookings.cancel(uids[1], all=True)

    assert counts(run, folder, *days) == (1, 0, 1)

    assert names(folder) == [f"{uids[0]}.ics"]
    assert b":20270301T100000" in (folder / f"{uids[0]}.ics").read_bytes()
    assert counts(run, folder, *days) == (0, 1, 0)


def test_what_is_not_calbook_s_is_left_alone(
    run: Run, folder: Path, uids: list[str]
) -> None:
    folder.mkdir()
    other = b"BEGIN:VCALENDAR\r\nPRODID:-//calbook//calbook//EN\r\nUID:bk_other@calbook"
    for name in ("mine.ics", "bk_other.ics", "notes.txt"):
        (folder / name).write_bytes(other)
    (folder / ".hidden.ics").write_bytes(other)

    assert counts(run, folder) == (2, 0, 0)

    assert len(names(folder)) == 6
    assert (folder / "bk_other.ics").read_bytes() == other


def test_another_s_file_of_that_name_is_replaced_by_force_alone(
    run: Run, folder: Path, uids: list[str]
) -> None:
    folder.mkdir()
    file = folder / f"{uids[0]}.ics"
    file.write_text("my own")

    assert "exists" in run("ics", "--folder", folder).err
    assert file.read_text() == "my own"

    assert run("ics", "--folder", folder, "--force").status == 0
    assert "BEGIN:VCALENDAR" in file.read_text()


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_no_link_is_followed(
    run: Run, folder: Path, uids: list[str], tmp_path: Path, kind: str
) -> None:
    folder.mkdir()
    goal, file = tmp_path / "goal", folder / f"{uids[0]}.ics"
    goal.write_bytes(b"PRODID:-//calbook//")
    make = {
        "link": lambda: file.symlink_to(goal),
        "pipe": lambda: os.mkfifo(file),
        "folder": lambda: file.mkdir(),
    }
    make[kind]()

    answer = run("ics", "--folder", folder, "--force")

    assert answer.status != 0
    assert "is not a regular file" in answer.err
    assert goal.read_bytes() == b"PRODID:-//calbook//"


@pytest.mark.parametrize("name", ["../../evil", ".", "a/b", "a\nb", "-rf", "x" * 300])
def test_a_hostile_uid_leads_nowhere(
    run: Run, path: Path, folder: Path, uids: list[str], name: str
) -> None:
    """Whoever writes the file of bookings by other means."""
    with opened(path) as conn:
        tables = conn.execute(
            "select m.name from sqlite_master m, pragma_table_info(m.name) c"
            " where m.type = 'table' and c.name = 'uid'"
        ).fetchall()
        for trigger in conn.execute(
            "select name from sqlite_master where type = 'trigger'"
        ).fetchall():
            conn.execute(f"drop trigger {trigger[0]}")
        for (table,) in tables:
            conn.execute(f"update {table} set uid = ? where uid = ?", (name, uids[0]))

    assert counts(run, folder) == (2, 0, 0)
    assert counts(run, folder) == (0, 2, 0)

    assert all(file.endswith(".ics") and len(file) < 80 for file in names(folder))
    assert len(names(folder)) == 2


@pytest.mark.parametrize(
    "args",
    [
        ("UID",),
        ("--method", "publish"),
        ("-o", "x.ics"),
        ("--alarm", "soon"),
        ("--host", "nobody"),
    ],
    ids=" ".join,
)
def test_what_does_not_go_with_a_folder_is_refused(
    run: Run, folder: Path, uids: list[str], args: tuple[str, ...]
) -> None:
    args = tuple(uids[0] if arg == "UID" else arg for arg in args)

    answer = run("ics", "--folder", folder, *args)

    assert answer.status != 0
    assert not folder.exists() or names(folder) == []


def test_a_feed_can_be_without_method_too(run: Run, uids: list[str]) -> None:
    answer = run("ics", "--event", "demo", "--method", "None")

    assert (answer.status, answer.err) == (0, "")
    assert "METHOD" not in answer.out
    assert answer.out.count("BEGIN:VEVENT") == 3
    refused = run("ics", "--event", "demo", "--method", "request")
    assert "--method is for one booking" in refused.err


def test_the_library_gives_the_same_files(
    client: Client, run: Run, folder: Path, uids: list[str]
) -> None:
    run("ics", "--folder", folder, "--alarm", "15m")

    found = dict(client.calendar.bookings.iter_ics(alarm=15))

    assert found.keys() == set(uids)
    for uid, text in found.items():
        assert (folder / f"{uid}.ics").read_bytes() == text.encode()
        assert "TRIGGER:-PT15M" in text
    feed = client.calendar.bookings.get_feed(method="none")
    assert "METHOD" not in feed
