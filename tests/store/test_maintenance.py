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
    before = {p.name for p in path.parent.iterdir()}
    plain.execute("begin immediate")

    with pytest.raises(errors.Busy, match=path.name):
        client.restore(copy)

    plain.execute("rollback")
    assert name_in(path) == "Two"
    assert {p.name for p in path.parent.iterdir()} == before


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
    names = {p.name for p in path.parent.iterdir()}
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


# -- what a check finds --------------------------------------------------------------


def test_nothing_is_wrong_with_what_calbook_wrote(
    client: Client, plain: sqlite3.Connection
) -> None:
    first, _ = client.calendar.bookings.list()
    client.calendar.bookings.cancel(first.uid)

    assert client.check() == ()


# What another program does, first without the file's guards, and what is found.
FAULTS = {
    "claims of user_me overlap: {0} and {1}": "update claims"
    " set claim_end = claim_end + 3600",
    "the trigger claims_moved is missing": "drop trigger claims_moved",
    "the trigger claims_inserted is not as calbook made it": "drop trigger"
    " claims_inserted; create trigger claims_inserted before insert on claims"
    " begin select 1; end",
    "the trigger helpful is not calbook's": "create trigger helpful after insert on"
    " bookings begin delete from claims; end",
    "the index occurrences_due is missing": "drop index occurrences_due",
    "{0} holds time of user_me for a cancelled occurrence": "update occurrences"
    " set status = 'CANCELLED' where uid = '{0}'",
    "{0} holds time of user_me for no occurrence": "delete from occurrences"
    " where uid = '{0}'",
    "{0} holds time of user_bob, who is not its host": "update claims"
    " set host_id = 'user_bob' where uid = '{0}'",
    "{0} holds other time of user_me than its occurrence says": "update claims"
    " set claim_end = claim_end + 60 where uid = '{0}'",
    "{0} will take place but holds no time of user_me": "delete from claims"
    " where uid = '{0}'",
    "{0} takes place outside the time that it holds of user_me": "update occurrences"
    " set end_at = end_at + 60 where uid = '{0}'",
    "{0} is at another time than 2027-01-18T10:00:00 in UTC": "update occurrences"
    " set by_offset = 0, start_at = start_at + 60 where uid = '{0}'",
    "{0} is at another time than its newest event tells": "update occurrences"
    " set end_at = end_at - 60 where uid = '{0}'",
    "{0} has another status than its newest event tells": "update occurrences set"
    " status = 'CANCELLED', resolution = 'cancelled' where uid = '{0}'",
    "{0} is an older revision than its newest event tells of": "update bookings"
    " set sequence = -1 where uid = '{0}'",
    "{0} is due at another time than its status ends": "update occurrences"
    " set due = due + 60 where uid = '{0}'",
    "{0} is at another time than rubbish in UTC": "update occurrences"
    " set wall = 'rubbish' where uid = '{0}'",
    "{0} is in the unknown zone Mars/One": "update bookings"
    " set timezone = 'Mars/One' where uid = '{0}'",
    "user_me is in the unknown zone America": "update hosts"
    " set timezone = 'America' where id = 'user_me'",
    "{0} has no title": "update bookings set title = '' where uid = '{0}'",
    "evt_demo has a value that is not JSON": "update event_types"
    " set reminders = '{{' where id = 'evt_demo'",
    "user_bob joined evt_demo behind a booking that is not there": "insert into"
    " host_joins values ('evt_demo', 'user_bob', 9999)",
    "the reminders of evt_x wait for a change of host, which is not there": "insert"
    " into reminder_updates values ('host', 'evt_x', 0)",
    "{0} has the unknown status DONE": "update occurrences set status = 'DONE'"
    " where uid = '{0}'",
    "{0} is CONFIRMED and yet ended as rejected": "update occurrences"
    " set resolution = 'rejected' where uid = '{0}'",
    "{0} is listed at another time or with another status than its occurrences"
    " have": "update bookings set confirmed_until = null where uid = '{0}'",
    "{0} counts as a booking of evt_other, which it is not": "update occurrences"
    " set event_type_id = 'evt_other' where uid = '{0}'",
    "{0} is counted wrong in the turns of user_me": "update booking_hosts"
    " set is_live = 0 where uid = '{0}'",
    "the bookings of user_me are counted wrong": "update host_loads"
    " set bookings = bookings + 1",
    "{0} has no occurrence": "delete from claims where uid = '{0}';"
    " delete from occurrences where uid = '{0}'",
    "{0} has no host": "delete from booking_hosts where uid = '{0}'",
    "{0} has no attendee": "delete from attendees where uid = '{0}'",
    "{0} is not found by the address ada@example.com": "update attendees"
    " set email_folded = 'bob@example.com' where uid = '{0}'",
    "{0} has no event that tells of its making": "delete from events where uid = '{0}'",
    "{0} has an event of time's that says mary did it": "update events"
    " set by = 'system', actor = 'mary' where uid = '{0}'",
    "dlv_x is being sent by another machine, which no file allows": "insert into"
    " deliveries (id, channel, target, kind, status, due_at, created_at, leased_until)"
    " values ('dlv_x', 'mail', 'a@example.com', 'reminder', 'pending', 0, 0, 9)",
    "the table deliveries is not as calbook made it": "alter table deliveries"
    " drop column leased_until",
    "the table events is not as calbook made it": "alter table events"
    " drop column actor",
    "{0} has something that is not JSON": "update bookings set policy = '{{'"
    " where uid = '{0}'",
    "{0} is not there, but its attendees": "delete from bookings where uid = '{0}'",
    "a row of bookings refers to a missing row of event_types": "delete from"
    " event_types",
    "busy time of user_bob belongs to a calendar of user_me": "update busy"
    " set host_id = 'user_bob'",
    "busy time of user_me belongs to no calendar": "delete from calendars",
    "the busy time of user_me in {2} has a gap": "delete from busy"
    " where busy_start = (select busy_start from busy limit 1 offset 2)",
}


@pytest.mark.parametrize(("finding", "damage"), FAULTS.items(), ids=FAULTS)
def test_a_check_finds_and_names_what_another_program_broke(
    client: Client, plain: sqlite3.Connection, finding: str, damage: str
) -> None:
    """A meeting moved onto another one, and a guard that guards nothing, passed."""
    first, second = (b.uid for b in client.calendar.bookings.list())
    client.calendar.hosts.create("bob", name="Bob", email="bob@example.com")
    calendar = client.calendar.busy.add(
        start_time="2027-03-01 00:00Z", end_time="2027-03-20 00:00Z", host_id="me"
    )
    assert client.check() == ()
    names = (first, second, calendar.name)
    plain.execute("pragma foreign_keys = off")
    guards = plain.execute(
        "select name, sql from sqlite_master where type = 'trigger'"
    ).fetchall()
    if "trigger" not in damage:
        for name, _ in guards:
            plain.execute(f"drop trigger {name}")
    plain.executescript(damage.format(*names))
    if "trigger" not in damage:
        for _, text in guards:
            plain.execute(text)

    assert finding.format(*names) in client.check()


def test_a_check_finds_a_request_that_holds_no_time(
    client: Client, booking: Callable[..., Booking], plain: sqlite3.Connection
) -> None:
    """It could not be confirmed, and a check passed it over."""
    client.calendar.event_types.create("ask", requires_confirmation=True)
    uid = booking(event_type_id="ask").uid
    plain.execute("delete from claims where uid = ?", [uid])
    plain.commit()

    assert client.check() == (f"{uid} will take place but holds no time of user_me",)


def test_a_check_finds_a_request_that_nobody_confirmed(
    client: Client, booking: Callable[..., Booking], plain: sqlite3.Connection
) -> None:
    client.calendar.event_types.create("ask", requires_confirmation=True)
    uid = booking(event_type_id="ask").uid
    plain.execute(
        "update occurrences set status = 'CONFIRMED', due = end_at where uid = ?", [uid]
    )
    plain.commit()

    assert f"{uid} has another status than its newest event tells" in client.check()


def test_a_check_finds_the_date_of_a_series_that_was_moved_or_revived(
    client: Client, booking: Callable[..., Booking], plain: sqlite3.Connection
) -> None:
    """Of a series nothing was compared with what people were told."""
    uid = booking(recurring={"frequency": "DAILY", "count": 5}).uid
    plain.executescript(
        f"create temp table middle as select recurrence_id as r from occurrences"
        f"  where uid = '{uid}' order by 1 limit 1 offset 2;"
        f"create temp table held as select host_id from claims where uid = '{uid}'"
        f"  and recurrence_id = (select r from middle);"
        f"delete from claims where uid = '{uid}'"
        f"  and recurrence_id = (select r from middle);"
        "update occurrences set start_at = start_at + 43200, end_at = end_at + 43200,"
        "  claim_start = claim_start + 43200, claim_end = claim_end + 43200,"
        "  due = due + 43200, wall = replace(wall, 'T10', 'T22')"
        f"  where uid = '{uid}' and recurrence_id = (select r from middle);"
        "insert into claims select host_id, claim_start, claim_end, uid, recurrence_id"
        f"  from occurrences, held where uid = '{uid}'"
        "  and recurrence_id = (select r from middle);"
    )

    assert f"{uid} is at another time than its newest event tells" in client.check()


def test_findings_of_one_kind_are_named_a_few_at_a_time(
    client: Client, booking: Callable[..., Booking], plain: sqlite3.Connection
) -> None:
    for _ in range(8):
        booking()
    plain.execute("delete from claims")

    assert len(client.check()) == 5


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


@pytest.mark.parametrize(
    "damage",
    [
        "update host_loads set bookings = bookings + 1",
        "delete from host_loads",
        "update booking_hosts set is_live = 0",
    ],
)
def test_a_check_finds_turns_that_are_counted_wrong(
    client: Client, plain: sqlite3.Connection, damage: str
) -> None:
    plain.executescript(damage)

    assert "the bookings of user_me are counted wrong" in client.check()


def test_a_check_finds_a_host_of_several_whose_time_is_free(
    client: Client, plain: sqlite3.Connection
) -> None:
    uid = client.calendar.bookings.list()[0].uid
    client.calendar.hosts.create("bob", name="Bob")
    plain.execute(
        "insert into booking_hosts select uid, 1, 'user_bob', event_type_id, made, 0"
        " from booking_hosts where uid = ?",
        [uid],
    )
    plain.commit()

    assert f"{uid} will take place but holds no time of user_bob" in client.check()


@pytest.mark.parametrize(
    ("finding", "damage"),
    [
        ("{} waits for a webhook that is sent nothing", "delete from webhooks"),
        (
            "{} waits for a webhook that is sent nothing",
            "update webhooks set active = 0",
        ),
        (
            "{} tells of an event of another booking",
            "update deliveries set uid = (select uid from bookings b"
            " where b.uid <> deliveries.uid)",
        ),
    ],
)
def test_a_check_finds_what_waits_in_vain(
    client: Client,
    booking: Callable[..., Booking],
    plain: sqlite3.Connection,
    finding: str,
    damage: str,
) -> None:
    client.calendar.webhooks.create("https://example.com/")
    booking()
    (queued,) = client.calendar.webhooks.log()
    assert client.check() == ()

    plain.execute(damage)
    plain.commit()

    assert finding.format(queued.id) in client.check()


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
