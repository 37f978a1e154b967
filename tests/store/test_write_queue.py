"""Who comes first writes first, and nobody waits for who is gone or stopped."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.running import PATIENCE, wait_until

from calbook.core import errors
from calbook.store.sqlite import write_queue
from calbook.store.sqlite.file_locks import lock_database
from calbook.store.sqlite.store import SqliteStore
from calbook.store.sqlite.write_queue import WriteQueue, queue_file

if TYPE_CHECKING:
    from support.running import Spawn

pytest_plugins = ("support.running",)

WRITERS = 8
HELD = """
import sys, time
from calbook.store.sqlite.write_queue import WriteQueue
with WriteQueue(sys.argv[1]) as queue:
    queue.form(time.monotonic() + 10)
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def place(made: Path) -> str:
    return str(made)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A file that nobody has waited for."""
    path = tmp_path / "bookings.db"
    with closing(SqliteStore(str(path))) as store, store.transaction():
        pass
    return path


@contextmanager
def at_the_head(path: Path) -> Iterator[None]:
    """The first in the line, which is made."""
    with WriteQueue(str(path)) as queue:
        queue.form(time.monotonic() + PATIENCE)
        yield


@contextmanager
def another_at_the_head(path: Path) -> Iterator[subprocess.Popen[str]]:
    """As `at_the_head`, in a process of its own."""
    command = [sys.executable, "-c", HELD, str(path)]
    streams: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **streams) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def in_line(path: Path) -> int:
    """How many have a place there, as the kernel says."""
    found = os.stat(queue_file(str(path)))
    with open("/proc/locks", encoding="ascii") as file:
        held = [line.split() for line in file if "->" not in line]
    return sum(
        words[1] == "OFDLCK" and words[5].endswith(f":{found.st_ino}") for words in held
    )


def write(path: Path, name: str, patience: float | None = None) -> None:
    with (
        closing(SqliteStore(str(path), patience=patience)) as store,
        store.transaction() as tx,
    ):
        tx.run(
            "insert into settings (name, value) select :name, count(*) from settings",
            name=name,
        )


def written(path: Path) -> list[str]:
    """In the order in which it was written."""
    with closing(sqlite3.connect(path)) as conn:
        rows = conn.execute(
            "select name from settings where name like 'w%'"
            " order by cast(value as integer)"
        )
        return [name for (name,) in rows]


def line_up(path: Path, pool: ThreadPoolExecutor) -> list[Future[None]]:
    """Let writers come one after another behind the one at the head."""
    coming = []
    for n in range(WRITERS):
        coming.append(pool.submit(write, path, f"w{n}"))
        wait_until(partial(stand_in_line, path, n + 2))
    return coming


def stand_in_line(path: Path, count: int) -> bool:
    return in_line(path) == count


# -- the order -----------------------------------------------------------------------


def test_who_comes_first_writes_first(made: Path) -> None:
    """They looked now and then: who came last was often the first."""
    with ThreadPoolExecutor(WRITERS) as pool:
        with at_the_head(made):
            coming = line_up(made, pool)
        for each in coming:
            each.result(PATIENCE)

    assert written(made) == [f"w{n}" for n in range(WRITERS)]


def test_a_line_is_made_when_somebody_has_waited(made: Path) -> None:
    """A lone program needs no file."""
    assert not os.path.exists(queue_file(str(made)))

    with ThreadPoolExecutor() as pool, closing(sqlite3.connect(made)) as other:
        other.execute("begin immediate")
        waiting = pool.submit(write, made, "w0")
        wait_until(lambda: os.path.exists(queue_file(str(made))))
        other.rollback()
        waiting.result(PATIENCE)

    assert written(made) == ["w0"]
    assert os.path.getsize(queue_file(str(made))) == 0
    assert in_line(made) == 0


def test_a_write_through_a_link_waits_in_the_same_line(made: Path) -> None:
    link = made.with_name("link.db")
    link.symlink_to(made)

    with ThreadPoolExecutor() as pool:
        with at_the_head(made):
            waiting = pool.submit(write, link, "w0")
            wait_until(lambda: in_line(made) > 1)
        waiting.result(PATIENCE)

    assert written(made) == ["w0"]


def test_a_restore_waits_in_the_line(made: Path) -> None:
    def restore() -> None:
        with lock_database(str(made), None):
            pass

    with ThreadPoolExecutor() as pool:
        with at_the_head(made):
            waiting = pool.submit(restore)
            wait_until(lambda: in_line(made) > 1)
            assert not waiting.done()
        waiting.result(PATIENCE)


# -- who is gone ---------------------------------------------------------------------


def test_nobody_waits_for_a_process_that_was_killed(made: Path) -> None:
    with ThreadPoolExecutor() as pool, another_at_the_head(made) as other:
        waiting = pool.submit(write, made, "w0")
        wait_until(lambda: in_line(made) > 1)

        other.kill()

        waiting.result(PATIENCE)
    assert written(made) == ["w0"]


def test_a_stopped_process_holds_nobody_up_for_long(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps its place, but SQLite's lock is free."""
    monkeypatch.setattr(write_queue, "_LONGEST_SECONDS", 0)
    with another_at_the_head(made) as other:
        os.kill(other.pid, signal.SIGSTOP)

        write(made, "w0")

    assert written(made) == ["w0"]


def test_a_forked_process_keeps_no_place(made: Path) -> None:
    with at_the_head(made):
        child = os.fork()
        if not child:
            signal.pause()
    try:
        assert in_line(made) == 0
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_one_thread_at_most_waits_for_a_stopped_process(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_queue, "_LONGEST_SECONDS", 0)
    before = set(os.listdir("/proc/self/task"))
    with another_at_the_head(made) as other:
        os.kill(other.pid, signal.SIGSTOP)

        for n in range(5):
            write(made, f"w{n}")

        assert len(set(os.listdir("/proc/self/task")) - before) <= 1
    assert len(written(made)) == 5
    wait_until(lambda: not write_queue._stuck)


def test_who_waits_too_long_is_refused_and_gone(made: Path) -> None:
    with at_the_head(made), closing(sqlite3.connect(made)) as other:
        other.execute("begin immediate")

        with pytest.raises(errors.Busy):
            write(made, "w0", patience=0.2)

        wait_until(lambda: in_line(made) == 1)
    wait_until(lambda: in_line(made) == 0)
    assert written(made) == []


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_command_that_stands_in_line(
    spawn: Spawn, made: Path, sent: int
) -> None:
    with at_the_head(made):
        process = spawn("host", "add", "bob")
        wait_until(lambda: in_line(made) > 1)
        process.send_signal(sent)
        out, err = process.communicate(timeout=PATIENCE)
        wait_until(lambda: in_line(made) == 1)

    assert process.returncode == -sent
    assert out == b""
    assert err.count(b"\n") == 1


# -- where there can be none ---------------------------------------------------------


def no_locks(path: Path, patch: pytest.MonkeyPatch) -> None:
    patch.delattr(fcntl, "F_OFD_SETLK")


def refused_locks(path: Path, patch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise OSError(95, "Operation not supported")

    patch.setattr(fcntl, "fcntl", refuse)


def no_module(path: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setitem(sys.modules, "fcntl", None)


def directory(path: Path, patch: pytest.MonkeyPatch) -> None:
    Path(queue_file(str(path))).mkdir()


def link(path: Path, patch: pytest.MonkeyPatch) -> None:
    Path(queue_file(str(path))).symlink_to(path)


def pipe(path: Path, patch: pytest.MonkeyPatch) -> None:
    os.mkfifo(queue_file(str(path)))


def others_file(path: Path, patch: pytest.MonkeyPatch) -> None:
    name, opened = queue_file(str(path)), os.open

    def refuse(path: str, *args: Any) -> int:
        if path == name:
            raise PermissionError(13, "Permission denied")
        return opened(path, *args)

    patch.setattr(os, "open", refuse)


@pytest.mark.parametrize(
    "obstacle",
    [no_locks, refused_locks, no_module, directory, link, pipe, others_file],
    ids=lambda obstacle: obstacle.__name__,
)
def test_without_a_line_writers_look_now_and_then(
    made: Path,
    monkeypatch: pytest.MonkeyPatch,
    obstacle: Callable[[Path, pytest.MonkeyPatch], None],
) -> None:
    obstacle(made, monkeypatch)

    with ThreadPoolExecutor() as pool, closing(sqlite3.connect(made)) as other:
        other.execute("begin immediate")
        waiting = pool.submit(write, made, "w0")
        time.sleep(0.3)  # three looks in vain
        other.rollback()
        waiting.result(PATIENCE)

    assert written(made) == ["w0"]


def test_who_has_a_later_place_by_a_wrong_clock_is_not_asked_for_ever(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock was set back: each new place is one that has been passed."""
    with at_the_head(made):
        hour = 3_600 * 10**9
        early = time.time_ns() - hour
        monkeypatch.setattr(time, "time_ns", lambda: early)

        write(made, "w0")

    assert written(made) == ["w0"]


# -- whose it is ---------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o640])
def test_the_line_is_for_those_who_may_use_the_file(made: Path, mode: int) -> None:
    made.chmod(mode)

    with at_the_head(made):
        found = os.stat(queue_file(str(made)))

    assert found.st_mode & 0o777 == mode
