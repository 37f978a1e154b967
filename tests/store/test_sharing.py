"""A bookings file for a group of users, and what the system's rights refuse."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from support.forking import Popen

from calbook import Client, errors
from calbook.delivery import lock

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be other users")
GRACE, ADA, EVE = 65_001, 65_002, 65_003
TEAM = 65_010 if os.geteuid() == 0 else os.getegid()
MODES = {"0007": 0o660, "027": 0o640, "0077": 0o600, "77": 0o600, "": 0o600}


@pytest.fixture
def path() -> Iterator[Path]:
    """Where a bookings file may be made; others can reach it, unlike pytest's own."""
    directory = Path(tempfile.mkdtemp(prefix="calbook-"))
    directory.chmod(0o755)
    yield directory / "bookings.db"
    directory.chmod(0o755)
    shutil.rmtree(directory)


def rename(client: Client) -> None:
    client.calendar.hosts.update("me", name="Ada")


@pytest.fixture
def made(path: Path) -> Path:
    with Client(path) as client:
        client.calendar.event_types.create("demo")
    return path


@pytest.fixture
def fit(made: Path) -> Path:
    """A file whose directory is the team's."""
    os.chown(made.parent, -1, TEAM)
    made.parent.chmod(0o2770)
    return made


@pytest.fixture
def shared(fit: Path) -> Path:
    if os.geteuid() == 0:
        for file in (fit, fit.parent):
            os.chown(file, GRACE, -1)
    with Client(fit) as client:
        client.share(group=str(TEAM))
    return fit


def rights(path: Path) -> tuple[int, int]:
    """A file's mode and group."""
    found = path.stat()
    return found.st_mode & 0o7777, found.st_gid


def all_rights(path: Path) -> dict[str, tuple[int, int]]:
    return {p.name: rights(p) for p in (path.parent, *path.parent.iterdir())}


# -- what new files are --------------------------------------------------------------


@pytest.mark.parametrize(("umask", "mode"), MODES.items())
def test_every_new_file_has_the_mode_that_the_variable_leaves(
    path: Path, monkeypatch: pytest.MonkeyPatch, umask: str, mode: int
) -> None:
    monkeypatch.setenv("CALBOOK_UMASK", umask)
    before = os.umask(0o027)
    try:
        with Client(path) as client:
            rename(client)
            client.backup(path.with_name("copy.db"))
            client.restore(path.with_name("copy.db"))
            client.deliver()
    finally:
        os.umask(before)

    modes = {p.name: p.stat().st_mode & 0o777 for p in path.parent.iterdir()}
    names = (path.name, "copy.db", f"{path.name}.before-restore")
    assert modes == dict.fromkeys((*names, f"{path.name}{lock.SUFFIX}"), mode)


@pytest.mark.parametrize("umask", ["8", "07x", "0700", "-7", " 7", "00007", "0o7"])
def test_what_is_no_umask_is_refused_and_nothing_is_made(
    path: Path, monkeypatch: pytest.MonkeyPatch, umask: str
) -> None:
    monkeypatch.setenv("CALBOOK_UMASK", umask)

    with pytest.raises(errors.BadInput, match="CALBOOK_UMASK") as refusal, Client(path):
        pass

    assert refusal.value.exit_code == 2
    assert not list(path.parent.iterdir())


# -- shared --------------------------------------------------------------------------


def test_a_shared_file_takes_what_belongs_to_it_along(fit: Path) -> None:
    other = fit.with_name("other.db")
    other.touch(0o600)
    with Client(fit) as client:
        client.deliver()

        client.share(group=str(TEAM))

    found = all_rights(fit)
    assert found.pop(fit.parent.name) == (0o2770, TEAM)
    assert found.pop(other.name) == (0o600, TEAM)
    assert found == dict.fromkeys((fit.name, f"{fit.name}{lock.SUFFIX}"), (0o660, TEAM))


def test_a_shared_file_keeps_its_group_and_so_do_its_copies(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of a file for a group was its maker's alone."""
    monkeypatch.setenv("CALBOOK_UMASK", "0077")
    copy = tmp_path / "copy.db"
    with Client(shared) as client:
        client.backup(copy)
        client.restore(copy)
        client.backup(copy, force=True)
        client.deliver()

    names = ("", ".before-restore", lock.SUFFIX)
    files = (copy, *(Path(f"{shared}{suffix}") for suffix in names))
    assert {rights(file) for file in files} == {(0o660, TEAM)}


def test_a_file_is_shared_through_a_link(fit: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(fit)

    with Client(link) as client:
        client.share(group=str(TEAM))

    assert rights(fit) == (0o660, TEAM)


def for_its_owner(path: Path) -> None:
    path.parent.chmod(0o700)


def without_setgid(path: Path) -> None:
    path.parent.chmod(0o770)


def not_to_be_written(path: Path) -> None:
    path.parent.chmod(0o2750)


def sticky(path: Path) -> None:
    path.parent.chmod(0o3770)


def foreign_lock(path: Path) -> None:
    path.with_name(f"{path.name}{lock.SUFFIX}").symlink_to(path)


def another_program(path: Path) -> None:
    path.write_text("uid,start\n" * 1_000)


@pytest.mark.parametrize(
    ("spoil", "said", "hint"),
    [
        (
            for_its_owner,
            "is not a directory for the group",
            "chgrp G D && chmod 2770 D",
        ),
        (without_setgid, "SQLite makes a journal there", "chgrp G D && chmod 2770 D"),
        (not_to_be_written, "is not a directory for", "chgrp G D && chmod 2770 D"),
        (sticky, "is sticky", "into a directory of G's own"),
        (foreign_lock, "is not a regular file", None),
        (another_program, "is not a calbook file", None),
    ],
)
def test_what_cannot_be_shared_is_refused_and_stays(
    fit: Path, spoil: Callable[[Path], None], said: str, hint: str | None
) -> None:
    spoil(fit)
    before = all_rights(fit)

    with Client(fit) as client, pytest.raises(errors.StoreError, match=said) as refusal:
        client.share(group=str(TEAM))

    wanted = hint and hint.replace("G", str(TEAM)).replace("D", str(fit.parent))
    assert refusal.value.exit_code == 7
    assert (wanted or "") in (refusal.value.hint or "")
    assert all_rights(fit) == before


@as_root
def test_the_directory_has_to_be_of_the_same_group(fit: Path) -> None:
    os.chown(fit.parent, -1, TEAM + 1)
    fit.parent.chmod(0o2777)

    with (
        Client(fit) as client,
        pytest.raises(errors.StoreError, match="is not a directory"),
    ):
        client.share(group=str(TEAM))

    assert rights(fit)[0] == 0o600


@as_root
def test_a_home_is_not_given_to_a_group(
    fit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hint was a command that let colleagues write there."""
    monkeypatch.setenv("HOME", str(fit.parent))

    with Client(fit) as client, pytest.raises(errors.StoreError) as refusal:
        client.share(group=str(TEAM))

    assert "is your home" in str(refusal.value)
    assert "chmod" not in str(refusal.value.hint)


def test_a_directory_that_nobody_else_can_reach_is_named(fit: Path) -> None:
    closed = fit.parent / "closed"
    inner = closed / "inner"
    inner.mkdir(parents=True)
    moved = fit.rename(inner / fit.name)
    os.chown(inner, -1, TEAM)
    inner.chmod(0o2770)
    closed.chmod(0o700)

    with Client(moved) as client, pytest.raises(errors.StoreError) as refusal:
        client.share(group=str(TEAM))

    assert str(refusal.value).startswith(f"{closed} lets nobody else through")


@pytest.mark.parametrize("group", ["no such group", "", "99999999999", "\0"], ids=ascii)
def test_a_group_that_is_not_there_is_refused(fit: Path, group: str) -> None:
    with Client(fit) as client, pytest.raises(errors.BadInput, match="no group"):
        client.share(group=group)


def test_a_file_that_is_missing_cannot_be_shared(path: Path) -> None:
    with Client(path) as client, pytest.raises(errors.StoreError, match="there is no"):
        client.share(group=str(TEAM))

    assert not list(path.parent.iterdir())


def test_a_system_without_groups_says_so(
    fit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "chown")

    with Client(fit) as client, pytest.raises(errors.StoreError, match="this system"):
        client.share(group=str(TEAM))


# -- used by several -----------------------------------------------------------------

ACTING = """
import grp, os, pwd, sys
from calbook import Client, errors
# What that user may not be able to read:
from calbook.delivery import worker
from calbook.services import maintenance
from calbook.services.outbox import sending
from calbook.store.sqlite import access_errors
user, groups, path, action = sys.argv[1:]

def act(path):
    with Client(path) as client:
        exec(action)

try:
    act(":memory:")
except errors.CalbookError:
    pass
first, *more = map(int, groups.split(","))
os.setgroups(more)
os.setgid(first)
os.setuid(int(user))
os.umask(0o022)
try:
    act(path)
except errors.CalbookError as error:
    print(error.code, error, "|", error.hint)
else:
    print("done")
"""
RENAME = "client.calendar.hosts.update('me', name='Ada')"
LOOK = "client.calendar.hosts.list()"
DELIVER = "client.deliver()"
SHARE = "client.share(group='0')"
BACK_UP = "client.backup(path + '.copy')"
BOOK = """client.calendar.bookings.create(
    event_type_id="demo", start_time="2027-01-18 {}",
    attendee={{"name": "Ada", "email": "ada@example.com"}},
)"""
KILLED = """
if path != ":memory:":
    with client._context.store.transaction() as tx:
        conn = client._context.store.connection
        conn.execute("pragma cache_size = 1")
        conn.execute("update hosts set name = 'Lost'")
        conn.execute("create table lost as select zeroblob(100000) as bytes")
        os.kill(os.getpid(), 9)
"""


def start(user: int, path: Path, action: str, *groups: int) -> subprocess.Popen[str]:
    own = ",".join(map(str, (user, *groups)))
    return Popen(
        [sys.executable, "-c", ACTING, str(user), own, str(path), action],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "CALBOOK_NOW": "2027-01-04T09:00:00Z"},
    )


def outcome(process: subprocess.Popen[str]) -> str:
    with process:
        out, err = process.communicate(timeout=60)
    assert not err
    return out.strip()


def done_by(user: int, path: Path, action: str, *groups: int) -> str:
    """`done`, or an error's code, message and hint."""
    return outcome(start(user, path, action, *groups))


@as_root
def test_two_users_book_at_once_and_nothing_overlaps(shared: Path) -> None:
    times = [f"{10 + n // 2}:{n % 2 * 30:02}" for n in range(10)] * 2

    running = [
        start((GRACE, ADA)[n // 10], shared, BOOK.format(time), TEAM)
        for n, time in enumerate(times)
    ]
    outcomes = [outcome(process).split(" ")[0] for process in running]

    assert sorted(outcomes) == ["done"] * 10 + ["slot_taken"] * 10
    with Client(shared) as client:
        booked = client.calendar.bookings.list()
        assert client.check() == ()
    assert len(booked) == 10
    assert all(one.end_time <= next.start_time for one, next in pairwise(booked))
    assert rights(shared) == (0o660, TEAM)


@as_root
@pytest.mark.parametrize("use", [LOOK, RENAME], ids=["reading", "writing"])
def test_a_write_of_a_user_who_was_killed_is_taken_back_by_another(
    shared: Path, use: str
) -> None:
    journal = Path(f"{shared}-journal")
    with start(GRACE, shared, KILLED, TEAM) as killed:
        assert killed.wait(60) == -9
    assert journal.stat().st_size > 512
    assert (journal.stat().st_uid, rights(journal)) == (GRACE, (0o660, TEAM))
    assert b"Lost" in shared.read_bytes()

    assert done_by(ADA, shared, use, TEAM) == "done"

    assert not journal.exists()
    assert b"Lost" not in shared.read_bytes()
    with Client(shared) as client:
        assert client.check() == ()


@as_root
def test_members_restore_and_deliver_for_each_other(shared: Path) -> None:
    copy = shared.with_name("copy.db")
    for user, action in [
        (ADA, f"client.deliver(); client.backup({str(copy)!r})"),
        (GRACE, f"client.deliver(); client.restore({str(copy)!r})"),
        (ADA, f"client.deliver(); client.restore({str(copy)!r})"),
    ]:
        assert done_by(user, shared, action, TEAM) == "done"

    found = all_rights(shared)
    assert found.pop(shared.parent.name) == (0o2770, TEAM)
    assert set(found.values()) == {(0o660, TEAM)}


@as_root
def test_only_its_owner_in_the_group_shares_a_file(shared: Path) -> None:
    shared.chmod(0o666)
    share = f"client.share(group='{TEAM}')"

    not_the_owner = done_by(ADA, shared, share, TEAM)
    not_a_member = done_by(GRACE, shared, share)
    allowed = done_by(GRACE, shared, share, TEAM)

    assert f"is not yours to share: it is {GRACE}'s" in not_the_owner
    assert f"{GRACE} is not in the group {TEAM}" in not_a_member
    assert allowed == "done"


# -- refused by the system -----------------------------------------------------------


@as_root
@pytest.mark.parametrize(
    ("mode", "directory_mode", "use", "said"),
    [
        (0o600, 0o755, LOOK, "storage cannot open {file}: {me} may not read it (0600)"),
        (0o640, 0o755, LOOK, "may not read it (0640) | it is for the group {team}"),
        (0o644, 0o755, RENAME, "read_only cannot write {file}: {me} may not write it"),
        (0o644, 0o755, RENAME, " (0644) | {owner} can share it with a group"),
        (0o664, 0o755, RENAME, " (0664) | it is for the group {team}: join it"),
        (
            0o666,
            0o755,
            RENAME,
            "read_only cannot write {file}: {me} may not make files",
        ),
        (0o666, 0o775, RENAME, " in {there} (0775) | it is for the group {team}"),
        (0o666, 0o755, DELIVER, "read_only cannot write {file}: {me} may not make"),
        (0o666, 0o700, LOOK, "storage cannot open {file}: {me} may not enter {there}"),
        (0o666, 0o770, RENAME, " (0770) | it is for the group {team}: join it"),
        (0o660, 0o700, SHARE, "storage cannot open {file}: {me} may not enter {there}"),
        (0o644, 0o755, BACK_UP, "cannot write {file}.copy: {me} may not make files in"),
    ],
)
def test_what_a_user_may_not_do_is_told_with_the_rights_that_refuse(
    shared: Path, mode: int, directory_mode: int, use: str, said: str
) -> None:
    shared.chmod(mode)
    shared.parent.chmod(directory_mode)
    before = all_rights(shared)

    answer = done_by(EVE, shared, use)

    facts = {"file": shared, "there": shared.parent, "me": EVE, "team": TEAM}
    wanted = said.format(owner=GRACE, **facts)
    assert wanted in answer.replace(f"({GRACE}:{TEAM} ", "(")
    assert all_rights(shared) == before


@as_root
def test_what_a_killed_user_left_is_named_where_nobody_else_may_touch_it(
    shared: Path,
) -> None:
    """In a directory without the group, a journal is its maker's group's."""
    shared.parent.chmod(0o777)
    with start(GRACE, shared, KILLED) as killed:
        killed.wait(60)

    answer = done_by(ADA, shared, LOOK, TEAM)

    journal = f"{shared}-journal ({GRACE}:{GRACE} 0660)"
    assert answer.startswith("storage cannot open")
    assert f"{ADA} may not read and remove {journal} | it is from a program" in answer
    assert done_by(GRACE, shared, LOOK) == "done"
    assert done_by(ADA, shared, LOOK, TEAM) == "done"


@as_root
def test_what_a_killed_user_left_in_a_sticky_directory_is_named(shared: Path) -> None:
    """There a journal can be read, but removed by its maker alone."""
    shared.parent.chmod(0o3777)
    with start(GRACE, shared, KILLED, TEAM) as killed:
        killed.wait(60)
    os.chown(shared.parent, 0, TEAM)

    answer = done_by(ADA, shared, LOOK, TEAM)

    assert f"{ADA} may not read and remove {shared}-journal" in answer


READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && "$@"'


def on_read_only(path: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command for which the directory is on a read-only file system."""
    mounting = ["unshare", "-rm", "sh", "-c", READ_ONLY, "-", str(path.parent)]
    try:
        done = subprocess.run([*mounting, "true"], capture_output=True)
    except FileNotFoundError:
        pytest.skip("unshare is not there")
    if done.returncode:
        pytest.skip("nobody may mount here")
    return subprocess.run([*mounting, *command], capture_output=True, text=True)


@pytest.mark.parametrize("is_there", [True, False], ids=["there", "new"])
def test_a_read_only_file_system_is_named(made: Path, is_there: bool) -> None:
    if not is_there:
        made.unlink()
    command: tuple[Any, ...] = (
        sys.executable,
        "-m",
        "calbook",
        "init",
        "--name",
        "Ada",
    )

    done = on_read_only(
        made,
        *command,
        *("--email", "ada@example.com", "--tz", "UTC", "--db", str(made)),
    )

    assert done.returncode == 7
    verb = "write" if is_there else "create"
    said = f"{made.parent} is on a read-only file system"
    assert done.stderr.startswith(f"calbook: cannot {verb} {made}: {said}\nhint: ")
