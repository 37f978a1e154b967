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
        "bookings.db.delivering",
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
