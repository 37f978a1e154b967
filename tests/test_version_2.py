"""A file of schema version 2, from before busy time: brought up to date."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import MONDAY
from sqlite_utils import Database
from test_version_1 import dumped, fill, held, tables

from calbook import Client, errors
from calbook.cli import complete
from calbook.store import schema
from calbook.store.sqlite import APPLICATION_ID

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


@pytest.fixture
def old(path: Path, today: Path) -> Path:
    """The file that the calbook before would have made of them."""
    path.touch(0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("attach ? as today", [str(today)])
        schema.migrations.apply(Database(conn), stop_before="create_busy")
        for table in tables(conn):
            conn.execute(f"delete from main.{table}")
            conn.execute(f"insert into main.{table} select * from today.{table}")
        conn.execute(f"pragma application_id = {APPLICATION_ID}")
        conn.execute("pragma user_version = 2")
    return path


def test_it_holds_what_it_held_and_the_copy_too(
    old: Path, today: Path, clock: Clock
) -> None:
    before = dumped(old)
    with closing(sqlite3.connect(today)) as conn:
        everything = tables(conn)

    with Client(old, clock=clock) as client:
        client.calendar.bookings.list()
        findings = client.check()

    kept = old.with_name(f"{old.name}.before-3")
    assert findings == ()
    assert dumped(kept) == before
    assert kept.stat().st_mode & 0o777 == 0o600
    assert {"calendars", "busy"} <= everything.keys()
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
