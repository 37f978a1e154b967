"""`db compact`: the room of what was deleted is given back, and nothing else changes.

SQLite promises nothing of the numbers of rows that have no column of their own for it.
"""

from __future__ import annotations

import sqlite3
import stat
from collections import namedtuple
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

import pytest
from support.postgres import Server
from support.stores import opened

from calbook import Client, errors
from calbook.store.sqlite import compacting, file_access
from store.test_files import plain
from store.test_kills import rows
from store.test_old_files import unpack
from store.test_version_1 import tables

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)


@pytest.fixture
def loose(path: Path) -> Path:
    """A file of which most was deleted."""
    unpack(path, 8)
    with Client(path) as client:
        calendar = client.calendar
        for id in ("old", "new"):
            calendar.hosts.create(f"{id}er", email=f"{id}@example.com")
            calendar.event_types.create(f"{id}er", hosts=["me"])
            calendar.schedules.create(f"{id}er", timezone="UTC")
        for noun in (calendar.event_types, calendar.hosts, calendar.schedules):
            noun.delete("older")  # leaves a gap in the numbers
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("create table gone (text)")
        conn.execute("insert into gone values (?)", ["x" * 2_000_000])
        conn.execute("drop table gone")
    return path


def numbered(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of each table with its number, if it has one; and the tables."""
    found = {"": sorted(rows(path, "select type, name, sql from sqlite_master"))}
    with closing(sqlite3.connect(path)) as conn:
        names = tables(conn)
    found["sequence"] = rows(path, "select name, seq from sqlite_sequence order by 1")
    for name in names:
        try:
            found[name] = rows(path, f"select rowid, * from {name} order by 1")
        except sqlite3.OperationalError:  # without rowid
            found[name] = rows(path, f"select * from {name}")
    return found


def test_the_file_is_smaller_and_holds_what_it_held(loose: Path, run: Run) -> None:
    loose.chmod(0o640)
    before, identity = numbered(loose), loose.stat().st_ino
    size = loose.stat().st_size

    answer = run("db", "compact", "--json").json

    assert answer == {
        "path": str(loose),
        "bytesBefore": size,
        "bytesAfter": loose.stat().st_size,
    }
    assert loose.stat().st_size < size - 2_000_000
    assert numbered(loose) == before
    assert loose.stat().st_ino == identity
    assert stat.S_IMODE(loose.stat().st_mode) == 0o640
    assert run("db", "check", "--json").json == []
    assert not list(loose.parent.glob("*-journal"))


def test_people_are_told_both_sizes(run: Run, place: str) -> None:
    run("event", "add", "demo")
    with opened(place) as conn:
        before = dict(conn.execute("select id, name from hosts").fetchall())

    answer = run("db", "compact")

    assert (answer.status, answer.out) == (0, "")
    assert answer.err.startswith(f"Compacted {place}: ")
    assert answer.err.count("B") == 2
    with opened(place) as conn:
        assert dict(conn.execute("select id, name from hosts").fetchall()) == before


def test_a_file_that_is_not_there_is_not_made(path: Path, run: Run) -> None:
    answer = run("db", "compact")

    assert answer.status == 7
    assert f"there are no bookings in {path}" in answer.err
    assert not path.exists()


def test_an_older_file_is_brought_up_to_date_first(path: Path, run: Run) -> None:
    unpack(path, 3)

    answer = run("db", "compact")

    assert answer.status == 0
    assert [line.split()[0] for line in answer.err.splitlines()] == [
        "Brought",
        "Compacted",
    ]


@pytest.mark.parametrize("lock", ["begin immediate", "begin; select * from hosts"])
def test_it_waits_for_others_and_gives_up(
    loose: Path, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    monkeypatch.setattr(file_access, "LOCK_WAIT_SECONDS", 0.3)
    size = loose.stat().st_size
    with plain(loose, check_same_thread=False) as conn, Client(loose) as client:
        for statement in lock.split("; "):
            conn.execute(statement).fetchall()

        with pytest.raises(errors.Busy):
            client.compact()
        assert loose.stat().st_size == size

        monkeypatch.setattr(file_access, "LOCK_WAIT_SECONDS", 10)
        timer = Timer(0.3, conn.rollback)
        timer.start()
        before, after = client.compact()
        timer.join()

    assert (before, after) == (size, loose.stat().st_size)
    assert after < before


def test_without_room_nothing_is_begun(
    loose: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    before = loose.read_bytes()
    monkeypatch.setattr(
        compacting.shutil, "disk_usage", lambda _: usage(0, 0, len(before) - 1)
    )

    with Client(loose) as client, pytest.raises(errors.StoreError) as refused:
        client.compact()

    assert f"which has {len(before) - 1:,}" in str(refused.value)
    assert refused.value.exit_code == 7
    assert loose.read_bytes() == before


def test_a_file_that_is_moved_away_is_not_acknowledged(loose: Path) -> None:
    with plain(loose, check_same_thread=False) as conn, Client(loose) as client:
        client.calendar.hosts.list()
        conn.execute("begin immediate")

        def move() -> None:
            loose.rename(loose.with_name("moved.db"))
            conn.rollback()

        timer = Timer(0.3, move)
        timer.start()
        with pytest.raises(errors.StoreError, match="moved or replaced"):
            client.compact()
        timer.join()


def test_memory_is_compacted_too() -> None:
    with Client(":memory:") as client:
        client.calendar.event_types.create("demo")

        before, after = client.compact()

    assert 0 < after <= before


@pytest.fixture
def url(postgres: Server, run: Run) -> Iterator[str]:
    owned = postgres.new_schema()
    assert run("db", "init", "--db", owned).status == 0
    yield owned
    postgres.drop_schema(owned)


@pytest.mark.sqlite  # which store others use is all the same
def test_a_database_is_compacted_by_its_owner_alone(
    postgres: Server, url: str, run: Run
) -> None:
    grants = run("db", "init", "--grants", "--db", url).out
    postgres.run(
        "do 'begin create role staff login;"
        " exception when duplicate_object then null; end'"
    )
    postgres.run(grants, "calbook")

    refused = run("db", "compact", "--db", url.replace("owner@", "staff@"))
    done = run("db", "compact", "--db", url, "--json")

    assert refused.status == 7
    assert "staff may not compact the tables" in refused.err
    assert done.json["bytesBefore"] > 0
