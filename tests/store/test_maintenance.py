"""Looking after the file: copies, copies back in its place, and what a check finds."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.forking import Popen

from calbook import Booking, Client, errors
from calbook.store.sqlite import file_access


@pytest.fixture
def database(path: Path) -> str:
    return str(path)


@pytest.fixture
def copy(path: Path) -> Path:
    return path.with_name("copy.db")


@pytest.fixture
def plain(path: Path, booking: Callable[..., Booking]) -> Iterator[sqlite3.Connection]:
    """A file with two bookings, as any other program opens it."""
    booking()
    booking()
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        yield conn


def dumped(path: Path) -> str:
    with closing(sqlite3.connect(path)) as conn:
        return "\n".join(conn.iterdump())


def named(client: Client, name: str) -> Client:
    client.calendar.hosts.update("me", name=name)
    return client


def name_in(path: Path) -> str:
    with Client(path) as client:
        return client.calendar.hosts.get("me").name


# -- copies --------------------------------------------------------------------------


def test_a_backup_is_the_whole_file_for_its_owner_alone(
    client: Client, path: Path, copy: Path, plain: sqlite3.Connection
) -> None:
    client.backup(copy)

    assert dumped(copy) == dumped(path)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert {p.name for p in path.parent.iterdir()} == {path.name, copy.name}


def test_a_backup_holds_what_was_committed(
    client: Client, path: Path, copy: Path, plain: sqlite3.Connection
) -> None:
    before = dumped(path)
    plain.execute("begin immediate")
    plain.execute("update hosts set name = 'Not yet'")

    client.backup(copy)

    assert dumped(copy) == before


@pytest.mark.parametrize("force", [False, True])
def test_the_file_is_not_copied_onto_itself(
    client: Client, path: Path, force: bool
) -> None:
    """Who had it open went on writing into a file that was gone."""
    named(client, "Ada")
    link = path.with_name("link.db")
    link.hardlink_to(path)
    before = path.stat().st_ino

    for target in (path, link):
        with pytest.raises(errors.OutputError, match="itself"):
            client.backup(target, force=force)

    assert path.stat().st_ino == link.stat().st_ino == before


def test_a_backup_touches_no_file_but_its_target(client: Client, copy: Path) -> None:
    """`copy.db.part` was deleted, whosever it was."""
    other = copy.with_name(f"{copy.name}.part")
    other.write_text("mine")

    named(client, "Ada").backup(copy)

    assert other.read_text() == "mine"


def test_a_backup_into_a_directory_that_is_missing_is_refused(
    client: Client, path: Path
) -> None:
    with pytest.raises(errors.OutputError, match="No such file or directory"):
        named(client, "Ada").backup(path.parent / "missing" / "copy.db")


# -- back in its place ---------------------------------------------------------------


def test_what_each_restore_replaced_is_kept(
    client: Client, path: Path, copy: Path
) -> None:
    """The second one used to overwrite what the first had kept."""
    named(client, "One").backup(copy)
    named(client, "Two")

    first = client.restore(copy)
    named(client, "Three")
    second = client.restore(copy)

    assert first is not None
    assert second is not None
    assert name_in(path) == client.calendar.hosts.get("me").name == "One"
    assert [name_in(Path(kept)) for kept in (first, second)] == ["Two", "Three"]


def test_a_damaged_file_is_laid_aside_as_it_is(
    client: Client, path: Path, copy: Path
) -> None:
    """It could not be restored: the damaged file had to be read to be kept."""
    named(client, "One").backup(copy)
    client.close()
    damaged = path.read_bytes()[:-4096]
    path.write_bytes(damaged)

    kept = client.restore(copy)

    assert kept is not None
    assert Path(kept).read_bytes() == damaged
    assert name_in(path) == "One"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_missing_is_made(path: Path, copy: Path) -> None:
    with Client(path) as client:
        named(client, "One").backup(copy)
    path.unlink()

    with Client(path) as client:
        kept = client.restore(copy)

    assert (kept, name_in(path)) == (None, "One")


def text(path: Path) -> None:
    path.write_text("uid,start\n" * 1_000)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def unsound(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            "insert into bookings (uid, event_type_id, timezone, starts_at,"
            " final_status, responses, metadata, overrides, policy, sequence, version,"
            " created_at, updated_at)"
            " values ('bk_x', 'evt_none', 'UTC', 1, '', '', '', '', '', 0, 0, 0, 0)"
        )


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (text, errors.NotCalbook),
        (cut, errors.Damaged),
        (unsound, errors.StoreError),
        (Path.unlink, errors.StoreError),
    ],
)
def test_what_is_no_sound_copy_is_not_restored(
    client: Client,
    path: Path,
    copy: Path,
    spoil: Callable[[Path], None],
    error: type[errors.StoreError],
) -> None:
    named(client, "One").backup(copy)
    spoil(copy)
    before = path.read_bytes()

    with pytest.raises(errors.StoreError) as refusal:
        client.restore(copy)

    assert type(refusal.value) is error
    assert path.read_bytes() == before
    assert {p.name for p in path.parent.iterdir()} <= {path.name, copy.name}


def test_another_programs_file_is_not_replaced(
    client: Client, path: Path, copy: Path
) -> None:
    named(client, "One").backup(copy)
    client.close()
    text(path)
    before = path.read_bytes()

    with pytest.raises(errors.NotCalbook):
        client.restore(copy)

    assert path.read_bytes() == before


def test_the_file_is_not_restored_from_itself(client: Client, path: Path) -> None:
    """It waited for ever: for the lock of its own copy."""
    named(client, "One")

    with pytest.raises(errors.StoreError, match="itself"):
        client.restore(path)


def test_a_restore_waits_for_who_writes_as_long_as_patience_lasts(
    client: Client,
    path: Path,
    copy: Path,
    plain: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(file_access, "LOCK_WAIT_SECONDS", 0.3)
    named(client, "One").backup(copy)
    named(client, "Two")
    queue = f"{path.name}.queue"  # of those who wait
    before = {p.name for p in path.parent.iterdir()}
    plain.execute("begin immediate")

    with pytest.raises(errors.Busy, match=path.name):
        client.restore(copy)

    plain.execute("rollback")
    assert name_in(path) == "Two"
    assert {p.name for p in path.parent.iterdir()} == before | {queue}


def test_a_restore_waits_for_who_reads_and_who_reads_then_sees_it(
    client: Client,
    path: Path,
    copy: Path,
    plain: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(file_access, "LOCK_WAIT_SECONDS", 0.3)
    named(client, "One").backup(copy)
    named(client, "Two")
    queue = f"{path.name}.queue"  # of those who wait to write
    names = {p.name for p in path.parent.iterdir()} | {queue}
    plain.execute("begin")
    assert plain.execute("select name from hosts").fetchall() == [("Two",)]

    with pytest.raises(errors.Busy, match=path.name):
        client.restore(copy)

    assert plain.execute("select name from hosts").fetchall() == [("Two",)]
    assert {p.name for p in path.parent.iterdir()} == names
    plain.execute("commit")
    client.restore(copy)
    assert plain.execute("select name from hosts").fetchall() == [("One",)]


def test_who_has_the_file_open_goes_on_with_the_restored_one(
    client: Client, path: Path, copy: Path
) -> None:
    named(client, "One").backup(copy)
    named(client, "Two")
    with Client(path) as other:
        other.calendar.hosts.list()
        client.restore(copy)

        other.calendar.schedules.update("work", name="After")

    with Client(path) as again:
        assert again.calendar.hosts.get("me").name == "One"
        assert again.calendar.schedules.get("work").name == "After"


def test_a_restored_file_takes_nothing_from_the_log_of_the_old_one(
    client: Client, path: Path, copy: Path, plain: sqlite3.Connection
) -> None:
    """SQLite played the write-ahead log of the file that was replaced into it."""
    named(client, "One").backup(copy)
    plain.execute("pragma journal_mode = wal")
    plain.execute("update hosts set name = 'In the log'")

    with pytest.raises(errors.StoreError, match="-wal is in the way"):
        client.restore(copy)

    assert name_in(path) == "In the log"


@pytest.mark.parametrize("log", ["-wal", "-journal"])
def test_a_log_left_without_its_file_is_in_the_way(
    client: Client, path: Path, copy: Path, log: str
) -> None:
    named(client, "One").backup(copy)
    path.unlink()
    path.with_name(path.name + log).write_bytes(b"left")

    with pytest.raises(errors.StoreError, match="in the way"):
        client.restore(copy)

    assert not path.exists()


_BOOKS = """
import sys, datetime as d, calbook
client = calbook.Client(sys.argv[1])
start = d.datetime(2031, 1, 6, 12, tzinfo=d.UTC)
for n in range(400):
    try:
        booking = client.calendar.bookings.create(
            event_type_id="demo", start_time=start + d.timedelta(days=n),
            attendee={"name": "A", "email": "a@example.com"},
            by="host", override=["hours", "advance"],
        )
        print(booking.uid, flush=True)
    except calbook.errors.StoreError:
        pass
"""


def test_what_was_booked_during_a_restore_is_in_one_of_the_two_files(
    client: Client, path: Path, copy: Path
) -> None:
    """Bookings acknowledged between the keeping and the restoring were in neither."""
    client.calendar.event_types.create("demo")
    client.backup(copy)
    writer = Popen(
        [sys.executable, "-c", _BOOKS, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None

    told = [writer.stdout.readline().strip() for _ in range(20)]
    kept = client.restore(copy)
    told += [line.strip() for line in writer.stdout]
    status = writer.wait()
    writer.stdout.close()

    assert status == 0
    assert kept is not None
    found: set[str] = set()
    for file in (path, kept):
        with Client(file) as other:
            found |= {b.uid for b in other.calendar.bookings.list(count=None)}
    assert set(told) <= found


# -- guards ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "update occurrences set start_at = start_at - 3600",
        "update occurrences set end_at = end_at + 3600",
        "update occurrences set start_at = start_at + 3600, end_at = end_at + 3600,"
        " claim_start = claim_start + 3600, claim_end = claim_end + 3600",
        "update occurrences set claim_end = claim_end + 60",
        "update occurrences set status = 'CANCELLED' where status = 'CONFIRMED'",
        "update occurrences set status = 'CONFIRMED' where status = 'CANCELLED'",
        "update occurrences set recurrence_id = recurrence_id + 1",
        "update or replace occurrences set end_at = end_at + 3600",
        "insert or replace into occurrences (uid, recurrence_id, event_type_id, date,"
        " start_at, end_at, claim_start, claim_end, wall, wall_timezone, by_offset,"
        " tzdata, status, resolution, cancelled_by, reason, attendance, due,"
        " attendances) select uid, recurrence_id, event_type_id,"
        " date, start_at + 3600, end_at + 3600, claim_start + 3600, claim_end + 3600,"
        " wall, wall_timezone, by_offset, tzdata, status, resolution, cancelled_by,"
        " reason, attendance, due, attendances from occurrences",
        "insert or replace into occurrences (uid, recurrence_id, event_type_id, date,"
        " start_at, end_at, claim_start, claim_end, wall, wall_timezone, by_offset,"
        " status, resolution, attendance) select uid, recurrence_id, event_type_id,"
        " date, start_at, end_at, claim_start, claim_end, wall, wall_timezone,"
        " by_offset, 'CANCELLED', 'cancelled', attendance from occurrences"
        " where status = 'CONFIRMED'",
        "update claims set claim_start = claim_start + 3600,"
        " claim_end = claim_end + 3600",
        "update claims set uid = 'bk_x'",
    ],
)
def test_no_program_moves_a_meeting_away_from_its_claim(
    client: Client, plain: sqlite3.Connection, statement: str
) -> None:
    """Two confirmed meetings shared a time, and nothing refused or found it."""
    client.calendar.bookings.cancel(client.calendar.bookings.list()[1].uid)
    plain.execute("pragma foreign_keys = off")
    before = "\n".join(plain.iterdump())

    with pytest.raises(sqlite3.IntegrityError, match=r"meeting|overlaps"):
        plain.execute(statement)

    assert "\n".join(plain.iterdump()) == before


@pytest.mark.parametrize("empty", [False, True], ids=["missing", "empty"])
def test_what_is_not_there_is_neither_checked_nor_copied(
    client: Client, path: Path, copy: Path, empty: bool
) -> None:
    if empty:
        path.touch()

    for look in (client.check, lambda: client.backup(copy)):
        with pytest.raises(errors.StoreError, match="there are no bookings in"):
            look()

    assert not copy.exists()
