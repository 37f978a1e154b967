"""A file from before busy time, and one from before the outbox: brought up to date."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import MONDAY
from sqlite_utils import Database

from calbook import Client, errors
from calbook.cli.shell import complete
from calbook.store.sqlite import schema
from calbook.store.sqlite.file_access import APPLICATION_ID
from store.test_version_1 import dumped, fill, held, tables

if TYPE_CHECKING:
    from conftest import Clock

ADA = {"name": "Ada", "email": "ada@example.com"}


@pytest.fixture
def today(path: Path, clock: Clock) -> Path:
    """A file of today with bookings of every kind."""
    today = path.with_name("today.db")
    with Client(today, clock=clock) as client:
        uids = fill(client, clock)
        client.calendar.bookings.add_note(uids["confirmed"], content="Tea")
    return today


@pytest.fixture(
    params=[(2, "create_busy"), (3, "create_outbox"), (4, "create_host_joins")],
    ids=["2", "3", "4"],
)
def version(request: pytest.FixtureRequest) -> tuple[int, str]:
    """A version, and the first migration that it had not seen."""
    found: tuple[int, str] = request.param
    return found


@pytest.fixture
def old(path: Path, today: Path, version: tuple[int, str]) -> Path:
    """The file that the calbook of that version would have made of them."""
    number, unseen = version
    path.touch(0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("attach ? as today", [str(today)])
        schema.migrations.apply(Database(conn), stop_before=unseen)
        for table, names in tables(conn).items():
            columns = ", ".join(names)
            conn.execute(f"delete from main.{table}")
            conn.execute(
                f"insert into main.{table} ({columns})"
                f" select {columns} from today.{table}"
            )
        conn.execute(f"pragma application_id = {APPLICATION_ID}")
        conn.execute(f"pragma user_version = {number}")
    return path


def test_it_holds_what_it_held_and_the_copy_too(
    old: Path, today: Path, clock: Clock, version: tuple[int, str]
) -> None:
    before = dumped(old)
    with closing(sqlite3.connect(today)) as conn:
        everything = tables(conn)

    with Client(old, clock=clock) as client:
        client.calendar.bookings.list()
        findings = client.check()

    kept = old.with_name(f"{old.name}.before-{version[0] + 1}")
    assert findings == ()
    assert dumped(kept) == before
    assert kept.stat().st_mode & 0o777 == 0o600
    assert {"calendars", "busy", "webhooks", "deliveries"} <= everything.keys()
    assert {t: held(old, t) for t in everything} == {
        t: held(today, t) for t in everything
    }


def test_it_takes_busy_time(old: Path, clock: Clock) -> None:
    start = MONDAY.replace(day=18)
    with Client(old, clock=clock) as client:
        client.calendar.busy.add(
            start_time=start, end_time=start.replace(hour=12), host_id="me"
        )

        with pytest.raises(errors.SlotTaken, match="user_me is busy"):
            client.calendar.bookings.create(
                event_type_id="demo", start_time=start, attendee=ADA
            )


def test_completion_reads_it_before_it_is_brought_up_to_date(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = old.read_bytes()

    complete.complete(["events", f"--db={old}", "de"])

    assert capsys.readouterr().out == "demo\n"
    assert old.read_bytes() == before
