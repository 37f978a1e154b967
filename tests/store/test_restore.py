"""A restore writes into the file itself: whoever else has it open, under any name."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest
from support.properties import TORTURE

from calbook import Client, EventType, errors
from calbook.store.sqlite.file_access import APPLICATION_ID, SCHEMA_VERSION

WRITERS = 8


@pytest.fixture
def database(path: Path) -> str:
    return str(path)


@pytest.fixture
def copy(client: Client, path: Path) -> Path:
    """A backup in which the host is called One; in the file it is Two."""
    copy = path.with_name("copy.db")
    client.calendar.hosts.update("me", name="One")
    client.backup(copy)
    client.calendar.hosts.update("me", name="Two")
    client.close()
    return copy


def name_in(path: Path | str) -> str:
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("pragma integrity_check").fetchone() == ("ok",)
        name: str = conn.execute("select name from hosts").fetchone()[0]
        return name


def restored(path: Path, copy: Path) -> Path:
    """Where the file's content before is kept."""
    with Client(path) as client:
        kept = client.restore(copy)
        assert client.check() == ()
    assert kept is not None
    return Path(kept)


def others(path: Path, *known: Path) -> set[str]:
    """What lies about besides."""
    return {p.name for p in path.parent.iterdir()} - {p.name for p in (path, *known)}


# -- the same file -------------------------------------------------------------------


def test_the_file_stays_the_same_one(path: Path, copy: Path) -> None:
    """A file for a group, 0660, was the owner's alone afterwards; it was another one,
    so that who had it open went on writing into the one that was gone.
    """
    path.chmod(0o660)
    hard = path.with_name("hard.db")
    hard.hardlink_to(path)
    before = path.stat()

    kept = restored(path, copy)

    after = path.stat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert (name_in(path), name_in(hard), name_in(kept)) == ("One", "One", "Two")
    assert kept.stat().st_mode & 0o777 == 0o660
    assert others(path, copy, hard, kept) == set()


def test_it_is_restored_through_a_link(path: Path, copy: Path) -> None:
    """The link was replaced by a second file: two were in use from then on."""
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir()
    link = elsewhere / "link.db"
    link.symlink_to(path)

    kept = restored(link, copy)

    assert link.is_symlink()
    assert (name_in(path), name_in(kept)) == ("One", "Two")
    assert kept.parent == path.parent


def test_who_has_it_open_goes_on_in_the_same_file(path: Path, copy: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("select name from hosts").fetchone() == ("Two",)

        restored(path, copy)

        assert other.execute("select name from hosts").fetchone() == ("One",)
        with other:
            other.execute("update hosts set name = 'Three'")
    assert name_in(path) == "Three"


@pytest.mark.parametrize("planted", ["link", "file", "directory"])
def test_what_is_kept_takes_no_name_that_is_taken(
    path: Path, copy: Path, planted: str
) -> None:
    """Who made a link of that name chose what was overwritten."""
    target = path.with_name("target")
    target.write_text("mine")
    taken = path.with_name(f"{path.name}.before-restore")
    if planted == "link":
        taken.symlink_to(target)
    elif planted == "file":
        taken.write_text("mine")
    else:
        taken.mkdir()

    kept = restored(path, copy)

    assert kept.name == f"{path.name}.before-restore-2"
    assert name_in(kept) == "Two"
    assert target.read_text() == "mine"
    assert planted != "file" or taken.read_text() == "mine"


# -- what the two files may be -------------------------------------------------------


@pytest.mark.parametrize("which", ["backup", "file"])
@pytest.mark.parametrize("size", [512, 65_536])
def test_the_size_of_a_page_may_differ(
    path: Path, copy: Path, which: str, size: int
) -> None:
    changed = copy if which == "backup" else path
    with closing(sqlite3.connect(changed, isolation_level=None)) as conn:
        conn.execute(f"pragma page_size = {size}")
        conn.execute("vacuum")

    kept = restored(path, copy)

    assert (name_in(path), name_in(kept)) == ("One", "Two")


@pytest.mark.parametrize("which", ["backup", "file"])
def test_one_may_have_been_turned_to_wal(path: Path, copy: Path, which: str) -> None:
    changed = copy if which == "backup" else path
    with closing(sqlite3.connect(changed)) as conn:
        conn.execute("pragma journal_mode = wal")

    kept = restored(path, copy)

    assert (name_in(path), name_in(kept)) == ("One", "Two")
    assert others(path, copy, kept) <= {f"{copy.name}-wal", f"{copy.name}-shm"}


def test_a_newer_file_goes_back_to_the_copy_before(path: Path, copy: Path) -> None:
    """The older calbook refused to restore what its upgrade had kept."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("pragma user_version = 99")

    with Client(path) as client:
        kept = client.restore(copy)

    assert kept is not None
    assert (name_in(path), name_in(kept)) == ("One", "Two")
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("pragma user_version").fetchone() == (SCHEMA_VERSION,)


def broken_header(path: Path) -> None:
    with open(path, "r+b") as file:
        file.write(b"\x07" * 100)


def blank_page(path: Path) -> None:
    """As a file system leaves it after a power cut."""
    with open(path, "r+b") as file:
        file.write(bytes(4096))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1_000)


@pytest.mark.parametrize("spoil", [broken_header, blank_page, cut])
@pytest.mark.parametrize("with_journal", [False, True])
def test_a_broken_file_is_restored_and_kept_as_it_is(
    path: Path, copy: Path, spoil: Callable[[Path], None], with_journal: bool
) -> None:
    """What people restore for: a file that cannot even be opened."""
    spoil(path)
    broken, inode = path.read_bytes(), path.stat().st_ino
    journal = path.with_name(f"{path.name}-journal")
    if with_journal:
        journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(504))

    with Client(path) as client:
        kept = client.restore(copy)

    assert kept is not None
    assert Path(kept).read_bytes() == broken
    assert (name_in(path), path.stat().st_ino) == ("One", inode)
    assert not journal.exists()


def another_programs(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("create table claims_inserted (name text)")


def text(path: Path) -> None:
    path.write_text("uid,start\n" * 1_000)


@pytest.mark.parametrize("spoil", [another_programs, text])
def test_what_was_never_a_bookings_file_is_not_written_over(
    path: Path, copy: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(path)
    before = path.read_bytes()

    with Client(path) as client, pytest.raises(errors.NotCalbook):
        client.restore(copy)

    assert path.read_bytes() == before
    assert others(path, copy) == set()


def test_a_file_named_as_an_address_is_one_all_the_same(
    path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    odd = path.rename(path.with_name("file:odd.db"))

    with Client(odd.name) as client:
        kept = client.restore(copy.name)

    assert kept is not None
    assert (name_in(f"./{odd.name}"), name_in(kept)) == ("One", "Two")
    assert others(odd, copy, Path(kept)) == set()


def test_memory_takes_a_copy_too(copy: Path) -> None:
    """It made a file called `:memory:`."""
    with Client(":memory:") as client:
        assert client.restore(copy) is None
        assert client.calendar.hosts.get("me").name == "One"
    assert not os.path.exists(":memory:")


# -- while others use it -------------------------------------------------------------

_WRITER = """
import sys, datetime as d, calbook
client = calbook.Client(sys.argv[1])
writer, most = int(sys.argv[2]), 4000
start = d.datetime(2031, 1, 6, tzinfo=d.UTC)
for n in range(most):
    try:
        booking = client.calendar.bookings.create(
            event_type_id="demo",
            start_time=start + d.timedelta(hours=8 * n + writer),
            attendee={"name": "A", "email": "a@example.com"},
            by="host", override=["advance"],
        )
    except calbook.errors.Busy:
        continue
    print(booking.uid, flush=True)
"""


@pytest.fixture
def writers(path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Who will book one meeting after another, once started."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for writer in started:
        writer.kill()
        writer.communicate()


def start_writer(path: Path, number: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), str(number)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lines(writer: subprocess.Popen[str]) -> IO[str]:
    assert writer.stdout
    return writer.stdout


def uids_in(path: Path | str) -> set[str]:
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("pragma integrity_check").fetchone() == ("ok",)
        assert conn.execute("pragma foreign_key_check").fetchall() == []
        return {uid for (uid,) in conn.execute("select uid from bookings")}


@pytest.mark.torture
def test_what_was_booked_beside_restores_is_in_one_file_each(
    path: Path,
    client: Client,
    event_type: Callable[..., EventType],
    writers: list[subprocess.Popen[str]],
) -> None:
    """Of 3,835 bookings that were acknowledged 661 were in no file: a writer that
    waited rolled the journal of the new file back into the old one.
    """
    event_type()
    copy = path.with_name("copy.db")
    client.backup(copy)
    writers += [start_writer(path, number) for number in range(WRITERS)]
    chance = random.Random(5)

    kept, told = [], set()
    for _ in range(max(3, 50 * TORTURE // 20)):
        for _ in range(chance.randint(1, 4)):  # so that there is something to keep
            told.add(lines(writers[0]).readline())
        kept.append(client.restore(copy))
    for writer in writers:
        writer.send_signal(signal.SIGINT)  # a booking is answered or was not made
    for writer in writers:
        told.update(lines(writer))
        assert writer.stderr
        assert writer.stderr.read().endswith("KeyboardInterrupt\n")

    found = Counter(uid for file in (*kept, path) for uid in uids_in(str(file)))
    assert {uid: n for uid, n in found.items() if n > 1} == {}
    assert {line.strip() for line in told} - found.keys() == set()
    assert client.check() == ()


_RESTORES = """
import sys, calbook
client = calbook.Client(sys.argv[1])
print("restoring", flush=True)
client.restore(sys.argv[2])
"""


@pytest.mark.torture
def test_a_restore_that_is_killed_leaves_the_old_content_or_the_new(
    path: Path, client: Client, copy: Path
) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("create table ballast as select zeroblob(2000000) as b")
    before = path.read_bytes()
    chance, seen = random.Random(6), set()
    began = time.monotonic()
    restored(path, copy).unlink()
    took = time.monotonic() - began

    for _ in range(8 * TORTURE):
        path.write_bytes(before)
        command = [sys.executable, "-c", _RESTORES, str(path), str(copy)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout
            child.stdout.readline()
            time.sleep(chance.uniform(0, took))
            child.kill()

        name = name_in(path)
        seen.add(name)
        kept = path.with_name(f"{path.name}.before-restore")
        assert name == "Two" or kept.exists()
        assert not kept.exists() or name_in(kept) == "Two"
        for each in path.parent.iterdir():
            if each not in (path, copy) and each.is_file():
                each.unlink()

    assert seen <= {"One", "Two"}
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("pragma application_id").fetchone() == (APPLICATION_ID,)
