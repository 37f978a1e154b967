"""The bookings file: how it is made, kept, shared, and refused when it is no good."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from support.forking import Popen
from support.receiving import no_hanging

from calbook import Client, errors
from calbook.store.facts import Facts
from calbook.store.sqlite import file_access, schema, setup
from calbook.store.sqlite import store as sqlite_store
from calbook.store.sqlite.file_access import APPLICATION_ID, SCHEMA_VERSION
from calbook.store.sqlite.store import SqliteStore
from calbook.store.transaction import Transaction

Act = Callable[[Client], object]


@pytest.fixture
def database(path: Path) -> str:
    return str(path)


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(str(path))
    yield store
    store.close()


@pytest.fixture
def made(path: Path) -> Path:
    """A bookings file that is closed."""
    with Client(path) as client:
        rename(client)
    return path


def rename(client: Client) -> object:
    return client.calendar.hosts.update("me", name=f"Host {time.monotonic_ns()}")


def look(client: Client) -> object:
    return client.calendar.hosts.list()


USES = pytest.mark.parametrize("use", [look, rename], ids=["reading", "writing"])


def plain(path: Path, **options: Any) -> closing[sqlite3.Connection]:
    """The file as any other program opens it."""
    return closing(sqlite3.connect(path, isolation_level=None, **options))


def contents(directory: Path) -> dict[str, bytes]:
    """Every file of a directory with its bytes."""
    return {p.name: p.read_bytes() for p in directory.iterdir() if p.is_file()}


def dumped(path: Path) -> str:
    with plain(path) as conn:
        return "\n".join(conn.iterdump())


def spawn(code: str, *args: object, **options: Any) -> subprocess.Popen[str]:
    return Popen(
        [sys.executable, "-c", code, *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


# -- what a new file is --------------------------------------------------------------


def test_a_new_file_and_its_journal_are_for_their_owner_alone(
    store: SqliteStore, path: Path
) -> None:
    everybody_may_all = os.umask(0)
    try:
        with store.transaction() as tx:
            tx.run("update hosts set name = 'Ada'")
            modes = {p.name: p.stat().st_mode & 0o777 for p in path.parent.iterdir()}
    finally:
        os.umask(everybody_may_all)

    assert modes == {path.name: 0o600, f"{path.name}-journal": 0o600}


def test_the_file_says_whose_it_is(made: Path) -> None:
    with plain(made) as conn:
        marks = [
            conn.execute(f"pragma {name}").fetchone()[0]
            for name in ("application_id", "user_version", "journal_mode")
        ]

    assert marks == [int.from_bytes(b"CalB"), SCHEMA_VERSION, "delete"]


def test_every_table_is_strict(made: Path) -> None:
    with plain(made) as conn:
        tables = conn.execute(
            "select name, strict from pragma_table_list"
            " where schema = 'main' and type = 'table'"
        ).fetchall()

    loose = {name for name, strict in tables if not strict}
    assert len(tables) > 10
    assert loose == {"sqlite_schema", "sqlite_sequence", "_sqlite_migrations"}


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("foreign_keys", 1),
        ("synchronous", 3),  # extra
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("query_only", 1),
    ],
)
def test_a_reader_is_careful(
    store: SqliteStore, made: Path, pragma: str, value: int
) -> None:
    with store.read(lambda conn: conn) as conn:
        found = conn.execute(f"pragma {pragma}").fetchone()[0]

    assert found == value


def test_a_reader_cannot_write(store: SqliteStore, made: Path) -> None:
    with (
        store.read(lambda conn: conn) as conn,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        conn.execute("delete from hosts")


def test_a_reader_sees_one_state_throughout(
    store: SqliteStore, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_access, "LOCK_WAIT_SECONDS", 0)

    with store.read(Facts) as facts, Client(made) as other:
        before = [host["name"] for host in facts.host_rows()]
        with pytest.raises(errors.Busy):
            rename(other)
        after = [host["name"] for host in facts.host_rows()]

    assert before == after


def test_foreign_keys_hold_in_a_write(store: SqliteStore, made: Path) -> None:
    with (
        pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"),
        store.transaction() as tx,
    ):
        tx.run("update hosts set schedule_id = 'sched_gone'")


def test_reading_a_missing_file_shows_a_new_one_and_writes_nothing(path: Path) -> None:
    with Client(path) as client:
        shown = [host.id for host in client.calendar.hosts.list()]
        bookings = client.calendar.bookings.list()

    assert (shown, bookings) == (["user_me"], ())
    assert not list(path.parent.iterdir())


def test_a_dry_run_on_a_missing_file_writes_nothing(path: Path) -> None:
    with Client(path) as client, pytest.raises(errors.NotFound):
        client.calendar.bookings.create(
            event_type_id="demo",
            start_time="2027-01-18 10:00",
            attendee={"name": "Ada", "email": "ada@example.com"},
            dry_run=True,
        )

    assert not list(path.parent.iterdir())


def test_an_empty_file_is_taken_as_new(path: Path) -> None:
    path.touch()

    with Client(path) as client:
        shown = [host.id for host in client.calendar.hosts.list()]
        size_after_reading = path.stat().st_size
        rename(client)
        kept = [host.id for host in client.calendar.hosts.list()]

    assert shown == kept == ["user_me"]
    assert size_after_reading == 0


def test_a_link_leads_to_the_file(made: Path) -> None:
    link = made.with_name("link.db")
    link.symlink_to(made)

    with Client(link) as client:
        client.calendar.hosts.update("me", name="Through the link")

    with Client(made) as client:
        assert client.calendar.hosts.get("me").name == "Through the link"
    assert link.is_symlink()


def test_a_file_that_is_deleted_meanwhile_is_made_anew(made: Path) -> None:
    with Client(made) as client:
        rename(client)
        made.unlink()
        rename(client)

    assert made.exists()


# -- made by several programs, or an older one ---------------------------------------

FIRST_OPENING = """
import sys
from calbook import Client
path, name = sys.argv[1:]
sys.stdin.readline()
with Client(path) as client:
    client.calendar.event_types.create(name)
"""


def test_eight_first_openings_at_once_make_one_file(path: Path) -> None:
    children = [spawn(FIRST_OPENING, path, f"evt_{n}") for n in range(8)]
    for child in children:
        assert child.stdin
        child.stdin.write("go\n")
        child.stdin.flush()

    outcomes = [child.communicate(timeout=60) for child in children]

    assert outcomes == [("", "")] * 8
    with Client(path) as client:
        assert [host.id for host in client.calendar.hosts.list()] == ["user_me"]
        assert len(client.calendar.event_types.list()) == 8
    with plain(path) as conn:
        assert conn.execute("pragma integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize(
    "moment", ["select count(*)", "select application_id", "begin immediate"]
)
def test_another_program_may_make_the_file_between_two_statements(
    path: Path, moment: str
) -> None:
    """A file made after its marks were read was "another program's database"."""
    path.touch()
    made_by_other: list[str] = []

    def make_it_meanwhile(statement: str) -> None:
        if statement.startswith(moment) and not made_by_other:
            with Client(path) as other:
                made_by_other.append(other.calendar.hosts.get("me").id)

    with plain(path) as conn:
        conn.row_factory = sqlite3.Row
        conn.set_trace_callback(make_it_meanwhile)
        setup.make_ready(conn, str(path))

    assert made_by_other == ["user_me"]
    with Client(path) as client:
        assert [host.id for host in client.calendar.hosts.list()] == ["user_me"]


@pytest.fixture
def next_schema(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[Any], None]]:
    """A calbook whose schema is one version ahead; what its migration does."""
    ahead: list[Callable[[Any], None]] = [
        lambda db: db.conn.execute("alter table hosts add column pronouns text")
    ]

    def add_pronouns(db: Any) -> None:
        for step in ahead:
            step(db)

    migrations = schema.Migrations("calbook")
    for migration in (
        schema.create_catalog,
        schema.create_bookings,
        schema.create_events,
        schema.add_series_groups_teams,
        schema.create_notes,
        add_pronouns,
    ):
        migrations()(migration)
    monkeypatch.setattr(schema, "migrations", migrations)
    version = SCHEMA_VERSION + 1
    for module in (sqlite_store, setup):
        monkeypatch.setattr(module, "SCHEMA_VERSION", version)
    return ahead


def columns(path: Path, table: str) -> set[str]:
    with plain(path) as conn:
        return {row[1] for row in conn.execute(f"pragma table_info({table})")}


@USES
def test_an_older_file_is_copied_beside_itself_and_then_migrated(
    made: Path, next_schema: list[Callable[[Any], None]], use: Act
) -> None:
    before = dumped(made)

    with Client(made) as client:
        use(client)

    copy = made.with_name(f"{made.name}.before-{setup.SCHEMA_VERSION}")
    assert dumped(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o600
    assert "pronouns" in columns(made, "hosts")
    with plain(made) as conn:
        assert conn.execute("pragma user_version").fetchone() == (setup.SCHEMA_VERSION,)
        assert conn.execute("select count(*) from hosts").fetchone() == (1,)


def test_the_copy_takes_no_name_that_is_taken(
    made: Path, next_schema: list[Callable[[Any], None]]
) -> None:
    """A link of that name was followed, and what it led to was overwritten."""
    target = made.with_name("target")
    target.write_text("mine")
    name = f"{made.name}.before-{setup.SCHEMA_VERSION}"
    made.with_name(name).symlink_to(target)
    before = dumped(made)

    with Client(made) as client:
        look(client)

    assert target.read_text() == "mine"
    assert dumped(made.with_name(f"{name}-2")) == before


def test_the_copy_of_a_file_named_as_an_address_is_whole(
    made: Path,
    next_schema: list[Callable[[Any], None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The copy was empty: SQLite took the name for a URI and made another file."""
    before = dumped(made)
    monkeypatch.chdir(made.parent)
    odd = made.rename(made.with_name("file:odd.db"))

    with Client(odd.name) as client:
        look(client)

    kept = f"{odd.name}.before-{setup.SCHEMA_VERSION}"
    assert dumped(made.with_name(kept)) == before
    assert set(contents(made.parent)) == {odd.name, kept}


def test_the_copy_is_for_whom_the_file_is(
    made: Path, next_schema: list[Callable[[Any], None]]
) -> None:
    made.chmod(0o660)

    with Client(made) as client:
        look(client)

    copy = made.with_name(f"{made.name}.before-{setup.SCHEMA_VERSION}")
    assert copy.stat().st_mode & 0o777 == 0o660


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    made: Path, next_schema: list[Callable[[Any], None]]
) -> None:
    next_schema.append(lambda db: db.conn.execute("no such statement"))
    before = made.read_bytes()

    with Client(made) as client, pytest.raises(sqlite3.OperationalError):
        look(client)

    assert made.read_bytes() == before


def test_without_room_for_the_copy_nothing_is_migrated(
    made: Path, next_schema: list[Callable[[Any], None]]
) -> None:
    """The longest name that a journal fits beside is too long for the copy's."""
    long = made.rename(made.with_name("x" * 246))
    before = long.read_bytes()

    with Client(long) as client, pytest.raises(errors.StoreError, match="cannot make"):
        look(client)

    assert contents(long.parent) == {long.name: before}


@USES
def test_who_opened_it_before_a_newer_calbook_changed_it_is_told(
    made: Path, use: Act
) -> None:
    """It went on writing rows as its own version has them."""
    with Client(made) as client, plain(made) as conn:
        look(client)
        conn.execute("alter table hosts add column pronouns text not null default ''")
        conn.execute(f"pragma user_version = {SCHEMA_VERSION + 1}")
        before = dumped(made)

        with pytest.raises(errors.Newer, match="while it was in use") as refusal:
            use(client)

    assert "start this program again" in str(refusal.value.hint)
    assert refusal.value.details["schema"] == SCHEMA_VERSION + 1
    assert dumped(made) == before


@USES
def test_who_has_it_open_brings_an_older_content_up_to_date(
    made: Path, next_schema: list[Callable[[Any], None]], use: Act
) -> None:
    """A copy from before, written into the file by another program."""
    old = made.with_name("old.db")
    shutil.copy(made, old)
    with Client(made) as client:
        look(client)
        with plain(old) as source, plain(made) as conn:
            source.backup(conn)

        use(client)

    assert "pronouns" in columns(made, "hosts")


# -- a file that another program has turned to WAL -----------------------------------


def to_wal(conn: sqlite3.Connection) -> None:
    assert conn.execute("pragma journal_mode = wal").fetchone() == ("wal",)


def test_a_wal_file_gets_its_rollback_journal_back(made: Path) -> None:
    with plain(made) as conn:
        to_wal(conn)

    with Client(made) as client:
        rename(client)

    assert made.read_bytes()[18:20] == b"\1\1"
    assert list(contents(made.parent)) == [made.name]


def test_a_wal_file_that_is_open_elsewhere_can_be_used_all_the_same(made: Path) -> None:
    with plain(made) as conn, Client(made) as client:
        to_wal(conn)
        conn.execute("select * from hosts").fetchall()

        client.calendar.hosts.update("me", name="Ada")

        assert client.calendar.hosts.get("me").name == "Ada"
        assert conn.execute("select name from hosts").fetchone() == ("Ada",)


# -- no good -------------------------------------------------------------------------


def a_directory(path: Path) -> None:
    path.mkdir()


def a_text(path: Path) -> None:
    path.write_text("uid,start\n" * 1_000)


def a_few_letters(path: Path) -> None:
    path.write_text("bk_1")


def another_program(path: Path) -> None:
    with plain(path) as conn:
        conn.execute("create table contacts (name text)")


def another_programs_mark(path: Path) -> None:
    with plain(path) as conn:
        conn.execute("pragma application_id = 7")


def another_programs_version(path: Path) -> None:
    with plain(path) as conn:
        conn.execute("pragma user_version = 1")


def our_mark_alone(path: Path) -> None:
    with plain(path) as conn:
        conn.execute(f"pragma application_id = {APPLICATION_ID}")
        conn.execute("create table contacts (name text)")


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing")


def a_link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


@USES
@pytest.mark.parametrize(
    ("make", "error"),
    [
        (a_directory, errors.NotCalbook),
        (a_text, errors.NotCalbook),
        (a_few_letters, errors.NotCalbook),
        (another_program, errors.NotCalbook),
        (another_programs_mark, errors.NotCalbook),
        (another_programs_version, errors.NotCalbook),
        (our_mark_alone, errors.NotCalbook),
        (a_link_to_nothing, errors.StoreError),
        (a_link_to_itself, errors.StoreError),
    ],
)
def test_what_is_no_bookings_file_is_refused_and_stays(
    path: Path, make: Act, error: type[errors.StoreError], use: Act
) -> None:
    make(path)
    before = contents(path.parent)

    with Client(path) as client, pytest.raises(errors.StoreError) as refusal:
        use(client)

    assert (type(refusal.value), refusal.value.exit_code) == (error, 7)
    assert str(path) in str(refusal.value)
    assert contents(path.parent) == before


@USES
def test_a_newer_file_is_refused_and_stays(made: Path, use: Act) -> None:
    with plain(made) as conn:
        conn.execute("pragma user_version = 99")
    before = contents(made.parent)

    with Client(made) as client, pytest.raises(errors.Newer) as refusal:
        use(client)

    assert refusal.value.details["schema"] == 99
    assert contents(made.parent) == before


# Bytes that are left; negative: bytes that are missing.
CUTS = [1, 15, 16, 50, 100, 512, 4095, 4096, 4097, 40_000, -4096, -4095, -512, -10, -1]


@USES
@pytest.mark.parametrize("cut", CUTS)
def test_a_file_cut_short_is_refused_and_stays(made: Path, cut: int, use: Act) -> None:
    """A cut within the last page used to go unnoticed, and one byte was overwritten."""
    os.truncate(made, cut if cut > 0 else made.stat().st_size + cut)
    before = contents(made.parent)

    with Client(made) as client, pytest.raises(errors.StoreError) as refusal:
        use(client)

    known = errors.NotCalbook if 1 < cut < 50 else errors.Damaged
    assert type(refusal.value) is known
    assert contents(made.parent) == before


@USES
def test_a_file_overwritten_in_part_is_damaged_and_stays(made: Path, use: Act) -> None:
    size = made.stat().st_size
    with open(made, "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    before = contents(made.parent)

    with Client(made) as client, pytest.raises(errors.Damaged):
        use(client)

    assert contents(made.parent) == before


USING = """
import os, sys
from calbook import Client, errors

def used(path, use):
    with Client(path) as client:
        if use == "look":
            client.calendar.hosts.list()
        else:
            client.calendar.hosts.update("me", name="Ada")

path, use, user = sys.argv[1:]
if int(user) != os.geteuid():
    used(":memory:", "rename")  # imports what that user may not be able to read
    os.setgroups([])
    os.setgid(int(user))
    os.setuid(int(user))
try:
    used(path, use)
except errors.StoreError as error:
    print(error.code, error)
else:
    print("done")
"""
NOBODY = os.geteuid() or 65534  # no file permission stops root


def used(path: Path, use: Act, *, user: int = os.geteuid()) -> str:
    """The outcome in a process of its own: a code and a message, or "done"."""
    with spawn(USING, path, use.__name__, user) as child:
        try:
            out, err = child.communicate(timeout=60)
        finally:
            child.kill()
    assert not err
    return out


@USES
def test_a_pipe_is_refused_at_once(path: Path, use: Act) -> None:
    os.mkfifo(path)

    assert used(path, use) == f"not_calbook {path} is not a file\n"


@USES
def test_a_socket_is_refused_at_once(
    path: Path, use: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)  # a socket's path has to be short
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(path.name)

        assert used(path, use) == f"not_calbook {path} is not a file\n"


@USES
@pytest.mark.parametrize(
    "name", ["a\0b", "x" * 300, "bookings.db/x", "\ud800"], ids=ascii
)
def test_a_path_that_cannot_be_is_refused(made: Path, name: str, use: Act) -> None:
    with (
        Client(f"{made.parent}/{name}") as client,
        pytest.raises(errors.StoreError, match="cannot open"),
    ):
        use(client)


def test_no_file_is_made_in_a_directory_that_is_missing(path: Path) -> None:
    lost = path.parent / "missing" / "bookings.db"

    with Client(lost) as client, pytest.raises(errors.StoreError) as refusal:
        rename(client)

    assert type(refusal.value) is errors.StoreError
    assert "No such file or directory" in str(refusal.value)
    assert not list(path.parent.iterdir())


# -- a file that this user may not touch ---------------------------------------------


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A directory that another user can reach, unlike pytest's own."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    directory.chmod(0o755)
    shutil.rmtree(directory)


@pytest.fixture
def foreign(elsewhere: Path) -> Path:
    path = elsewhere / "bookings.db"
    with Client(path) as client:
        rename(client)
    path.chmod(0o444)
    return path


def test_a_file_that_may_only_be_read_can_be_read(foreign: Path) -> None:
    foreign.parent.chmod(0o555)

    assert used(foreign, look, user=NOBODY) == "done\n"


@pytest.mark.parametrize("mode", [0o444, 0o666], ids=["file", "directory"])
def test_where_nothing_may_be_written_nothing_is(foreign: Path, mode: int) -> None:
    """A file that may be written is of no use without a journal beside it."""
    foreign.chmod(mode)
    foreign.parent.chmod(0o555)
    before = contents(foreign.parent)

    outcome = used(foreign, rename, user=NOBODY)

    assert outcome.startswith(f"read_only cannot write {foreign}: ")
    assert contents(foreign.parent) == before


@USES
@pytest.mark.parametrize("hidden", ["file", "directory"])
def test_a_file_that_cannot_be_seen_is_not_taken_as_missing(
    foreign: Path, use: Act, hidden: str
) -> None:
    """`list` was empty for a file in a directory that the user could not search."""
    (foreign if hidden == "file" else foreign.parent).chmod(0o000)

    outcome = used(foreign, use, user=NOBODY)

    assert outcome.startswith("storage ")


# -- used twice at once ----------------------------------------------------------------


def test_a_client_in_the_middle_of_a_call_takes_no_other(
    store: SqliteStore, made: Path
) -> None:
    """A read within a write took the write back."""
    with store.transaction() as tx:
        rename_all(tx)
        for use in (lambda: store.read(Facts), store.transaction):
            with pytest.raises(errors.StoreError, match="another call"), use():
                pass

    assert "Lost" in dumped(made)


def test_a_client_is_for_one_thread(made: Path) -> None:
    with Client(made) as client, ThreadPoolExecutor() as pool:
        rename(client)

        refusals = [
            pool.submit(use).exception()
            for use in (lambda: rename(client), client.check, client.close)
        ]

        rename(client)
    for refusal in refusals:
        assert isinstance(refusal, errors.StoreError)
        assert "from another thread" in str(refusal)
        assert "one client for each thread" in str(refusal.hint)


# -- a disk that is full -------------------------------------------------------------

WITHOUT_ROOM = """
import os, resource, sys
from calbook import Client, errors
path = sys.argv[1]
size = os.stat(path).st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
with Client(path) as client:
    try:
        client.calendar.event_types.create("long", description="x" * 20_000)
    except errors.StoreError as error:
        print(error.code)
"""


def test_a_write_without_room_leaves_the_file_as_it_was(made: Path) -> None:
    before = contents(made.parent)

    with spawn(WITHOUT_ROOM, made) as child:
        out, err = child.communicate(timeout=60)

    assert (out, err) == ("storage\n", "")
    assert contents(made.parent) == before


# -- moved away while it is written --------------------------------------------------


def move_away(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def replace(path: Path) -> None:
    other = path.with_name("other.db")
    shutil.copy(path, other)
    other.replace(path)


def delete(path: Path) -> None:
    path.unlink()


def write(store: SqliteStore, *steps: Callable[[Transaction], object]) -> None:
    with store.transaction() as tx:
        for step in steps:
            step(tx)


def rename_all(tx: Transaction) -> None:
    tx.run("update hosts set name = 'Lost'")


LOSSES = pytest.mark.parametrize("lose", [move_away, replace, delete])


@LOSSES
def test_a_file_lost_before_the_commit_is_reported(
    store: SqliteStore, made: Path, lose: Callable[[Path], None]
) -> None:
    with pytest.raises(errors.StoreError, match="moved or replaced") as refusal:
        write(store, rename_all, lambda tx: lose(made))

    assert refusal.value.code == "storage"


@LOSSES
def test_a_file_lost_before_the_first_change_is_reported(
    store: SqliteStore, made: Path, lose: Callable[[Path], None]
) -> None:
    """SQLite itself notices; that used to be told as "cannot be written"."""
    with pytest.raises(errors.StoreError, match="moved or replaced") as refusal:
        write(store, lambda tx: lose(made), rename_all)

    assert refusal.value.code == "storage"
    for left in made.parent.glob("*.db"):
        assert "Lost" not in dumped(left)


@pytest.mark.parametrize("lose", [move_away, replace, delete])
def test_a_file_lost_while_its_lock_is_waited_for_is_reported(
    made: Path, lose: Callable[[Path], None]
) -> None:
    before = dumped(made)
    with plain(made, check_same_thread=False) as conn, Client(made) as client:
        look(client)
        take(conn, "begin immediate")

        def let_go() -> None:
            lose(made)
            conn.rollback()

        timer = Timer(0.3, let_go)
        timer.start()
        with pytest.raises(errors.StoreError, match="moved or replaced"):
            rename(client)
        timer.join()

    if made.exists():
        assert dumped(made) == before


def test_the_file_now_at_the_path_is_used_from_then_on(made: Path) -> None:
    with Client(made) as client:
        rename(client)
        replace(made)

        client.calendar.hosts.update("me", name="After")

    with Client(made) as client:
        assert client.calendar.hosts.get("me").name == "After"


# -- locked --------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> float:
    patience = 0.3
    monkeypatch.setattr(file_access, "LOCK_WAIT_SECONDS", patience)
    return patience


LOCKS = pytest.mark.parametrize(
    ("lock", "use"),
    [
        pytest.param("begin exclusive", look, id="reading"),
        pytest.param("begin exclusive", rename, id="writing"),
        pytest.param("begin immediate", rename, id="another-writes"),
        pytest.param("begin; select * from hosts", rename, id="another-reads"),
    ],
)


def take(conn: sqlite3.Connection, lock: str) -> None:
    for statement in lock.split("; "):
        conn.execute(statement).fetchall()


@pytest.mark.parametrize("opened", [False, True], ids=["new", "open"])
@LOCKS
def test_a_lock_is_waited_for_as_long_as_patience_lasts(
    made: Path, impatient: float, lock: str, use: Act, opened: bool
) -> None:
    """Opening a file that was locked gave up after a tenth of a second."""
    before = dumped(made)
    with plain(made) as conn, Client(made) as client:
        if opened:
            look(client)
        take(conn, lock)
        began = time.monotonic()

        with pytest.raises(errors.Busy) as refusal:
            use(client)

        waited = time.monotonic() - began

    assert refusal.value.exit_code == 7
    assert impatient <= waited < impatient + file_access.LOCK_TRY_SECONDS + 10
    assert dumped(made) == before


@LOCKS
def test_what_waited_for_a_lock_is_done_when_it_is_let_go(
    made: Path, lock: str, use: Act
) -> None:
    with plain(made, check_same_thread=False) as conn, Client(made) as client:
        take(conn, lock)
        timer = Timer(0.4, conn.rollback)
        timer.start()

        use(client)

        timer.join()


def test_a_new_file_is_waited_for_while_another_program_makes_it(path: Path) -> None:
    path.touch()
    with plain(path, check_same_thread=False) as conn, Client(path) as client:
        take(conn, "begin exclusive")
        timer = Timer(0.4, conn.rollback)
        timer.start()

        rename(client)

        timer.join()


WAITING = """
import sys
from calbook import Client
path, use = sys.argv[1:]
with Client(path) as client:
    print("waiting", flush=True)
    if use == "look":
        client.calendar.hosts.list()
    else:
        client.calendar.hosts.update("me", name="Ada")
"""


@LOCKS
def test_an_interrupt_is_answered_at_once_while_a_lock_is_waited_for(
    made: Path, lock: str, use: Act
) -> None:
    before = dumped(made)
    with plain(made) as conn:
        take(conn, lock)
        with spawn(WAITING, made, use.__name__) as child:
            assert child.stdout
            assert child.stdout.readline() == "waiting\n"
            time.sleep(0.4)
            child.send_signal(signal.SIGINT)
            with no_hanging(file_access.LOCK_WAIT_SECONDS):
                _, err = child.communicate(timeout=60)

    assert err.endswith("KeyboardInterrupt\n")
    assert dumped(made) == before
