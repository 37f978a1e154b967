"""What commands write beside the bookings file: never over it, for nobody else."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calbook import Booking, Client, errors
from calbook.cli import file_output
from calbook.settings.directories import make_directory

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize(
    "target",
    [
        *("bookings.db", "hard.db", "bookings.db-journal", "bookings.db-shm"),
        *("bookings.db.delivering", "bookings.db.queue"),
    ],
)
@pytest.mark.parametrize("command", ["ics", "week", "backup"])
def test_no_answer_is_written_over_the_bookings_file(
    path: Path,
    client: Client,
    booking: Callable[..., Booking],
    run: Run,
    command: str,
    target: str,
) -> None:
    """`--force` was for another file: all bookings were gone.

    Or two processes delivered at once, each with a lock file of its own.
    """
    uid = booking().uid
    client.close()
    path.with_name("hard.db").hardlink_to(path)
    file = str(path.with_name(target))
    commands = {
        "ics": ("ics", uid, "-o", file),
        "week": ("week", "--of", "2027-01-18", "--svg", "-o", file),
        "backup": ("db", "backup", file),
    }

    answer = run(*commands[command], "--force")

    assert (answer.status, answer.out) == (1, "")
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("select uid from bookings").fetchall() == [(uid,)]


def test_a_backup_over_one_with_a_log_is_refused(
    path: Path, client: Client, booking: Callable[..., Booking]
) -> None:
    """SQLite would have played the old copy's log back into the new one."""
    booking()
    copy = path.with_name("copy.db")
    client.backup(copy)
    log = path.with_name("copy.db-journal")
    log.write_bytes(b"left")

    with pytest.raises(errors.OutputError, match="in the way"):
        client.backup(copy, force=True)


def test_a_file_is_written_where_it_can_have_one_name_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On vfat nothing could be written without `--force`: there are no links."""

    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    file = tmp_path / "out.ics"

    file_output.save_file(str(file), b"first", force=False)
    with pytest.raises(errors.OutputError, match="exists"):
        file_output.save_file(str(file), b"second", force=False)

    assert file.read_bytes() == b"first"
    assert [p.name for p in tmp_path.iterdir()] == ["out.ics"]


PUBLIC = {
    "a feed": ("ics", "--feed", "-o", "{file}"),
    "a calendar file": ("ics", "{uid}", "-o", "{file}"),
    "a picture": ("week", "--of", "2027-01-18", "--svg", "-o", "{file}"),
    "a file of a folder": ("ics", "--folder", "{folder}"),
}
PRIVATE = {
    "an export": ("export", "-o", "{file}"),
    "an export of a calendar": ("export", "--format", "ics", "-o", "{file}"),
    "a backup": ("db", "backup", "{file}"),
}


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    before = os.umask(0o022)
    os.umask(before)
    yield os.umask
    os.umask(before)


def written(run: Run, command: tuple[str, ...], uid: str, folder: Path) -> Path:
    """The one file that a command makes, below a folder."""
    folder.mkdir(exist_ok=True)
    places = {"file": folder / "made", "uid": uid, "folder": folder}
    answer = run(*(word.format(**places) for word in command), "--force")
    assert answer.status == 0, answer
    (file,) = folder.iterdir()
    return file


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0, 0o666)])
@pytest.mark.parametrize("command", PUBLIC.values(), ids=PUBLIC)
def test_what_others_are_to_read_has_the_mode_that_the_umask_leaves(
    run: Run,
    booking: Callable[..., Booking],
    umask: Callable[[int], int],
    tmp_path: Path,
    command: tuple[str, ...],
    mask: int,
    mode: int,
) -> None:
    """A web server could read no feed and no picture: they were 0600."""
    uid = booking().uid
    umask(mask)

    file = written(run, command, uid, tmp_path / "out")

    assert file.stat().st_mode & 0o777 == mode
    assert umask(mask) == mask


@pytest.mark.sqlite
@pytest.mark.parametrize("command", PRIVATE.values(), ids=PRIVATE)
def test_what_holds_all_bookings_is_its_owners_alone(
    run: Run,
    booking: Callable[..., Booking],
    umask: Callable[[int], int],
    tmp_path: Path,
    command: tuple[str, ...],
) -> None:
    uid = booking().uid
    umask(0)

    file = written(run, command, uid, tmp_path / "out")

    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("command", PUBLIC.values(), ids=PUBLIC)
def test_a_file_that_is_written_again_keeps_its_mode_and_group(
    run: Run,
    booking: Callable[..., Booking],
    tmp_path: Path,
    command: tuple[str, ...],
) -> None:
    """A web server of that group could not read the new one."""
    made = booking()
    file = written(run, command, made.uid, tmp_path / "out")
    group = next((g for g in os.getgroups() if g != file.stat().st_gid), None)
    group = 65534 if group is None and os.geteuid() == 0 else group
    if group is not None:
        os.chown(file, -1, group)
    file.chmod(0o640)
    file.write_bytes(b"PRODID:-//calbook//")

    file = written(run, command, made.uid, tmp_path / "out")

    assert b"svg" in file.read_bytes() or b"VCALENDAR" in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o640
    assert group in (None, file.stat().st_gid)


@pytest.mark.usefixtures("open_umask")
def test_directories_that_are_missing_are_made_for_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    """With a umask of 0 everybody could write into `~/.config`."""
    config = tmp_path / "config" / "calbook" / "config.toml"
    monkeypatch.setenv("CALBOOK_CONFIG", str(config))

    make_directory(str(tmp_path / "data" / "calbook"))
    answer = run("config", "smtp", "--server", "localhost", "--sender", "a@example.com")

    assert answer.status == 0
    made = [config.parent, config.parent.parent, *(tmp_path / "data").iterdir()]
    made.append(tmp_path / "data")
    assert {directory.stat().st_mode & 0o777 for directory in made} == {0o700}
    assert config.stat().st_mode & 0o777 == 0o600
