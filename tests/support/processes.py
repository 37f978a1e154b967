"""Programs that tests start as servers, each in a directory of its own.

A server refuses to run as root: started by root, it runs as `nobody`. Run as a program,
this waits for the end of the process that is named and cleans up after it.
"""

from __future__ import annotations

import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from support.ports import free_port

PATIENCE = 60  # seconds for a server on a busy machine
_PORTS_TRIED = 5
_BEHIND = 'cd "$0" && exec "$@" </dev/null >log 2>&1'


class Unavailable(Exception):
    """A server cannot be had here; says why in one line."""


def server_user() -> pwd.struct_passwd | None:
    """Who runs the servers, where it is not the user of the tests."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else None


def own(directory: Path) -> None:
    """Let the server's user have a directory."""
    if (user := server_user()) is not None:
        os.chown(directory, user.pw_uid, user.pw_gid)


@contextmanager
def explained(log: Path) -> Iterator[None]:
    """What a server said before it failed, in a line."""
    try:
        yield
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or ""
        with suppress(OSError):
            said += log.read_text(errors="replace")
        line = " / ".join(said.split("\n")[-4:]).strip(" /") or str(error)
        raise Unavailable(f"a server does not start: {line}") from error


def try_ports(directory: Path, start: Callable[[], None]) -> None:
    """Another process may take a port that was free: then another one is tried."""
    for attempts_left in reversed(range(_PORTS_TRIED)):
        (directory / "port").write_text(str(free_port()))
        try:
            return start()
        except subprocess.CalledProcessError:
            if not attempts_left:
                raise


def start_python(directory: Path, *arguments: str, ready: str) -> None:
    """Start a server written in Python, as the tests' user, at the port of `port`.

    It logs `ready` when the port is its own. Its directory is its home: what its user
    has configured elsewhere is not read.
    """
    log = directory / "log"
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(directory)}
    pid = os.posix_spawn(
        "/bin/sh",
        ("sh", "-c", _BEHIND, str(directory), sys.executable, *arguments),
        env | forgetful(),
        setsid=True,  # Ctrl-C is not for it
    )
    (directory / "server.pid").write_text(str(pid))
    deadline = time.monotonic() + PATIENCE
    while ready not in (
        said := log.read_text() if log.exists() else ""
    ) or not _answers(directory):
        has_ended = os.waitpid(pid, os.WNOHANG) != (0, 0)
        if has_ended or time.monotonic() > deadline:
            raise subprocess.CalledProcessError(1, arguments, stderr=said)
        time.sleep(0.02)


def _answers(directory: Path) -> bool:
    port = int((directory / "port").read_text())
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def clean_up(directory: Path) -> None:
    """End whatever runs in the directories within a directory, and remove it."""
    for inner in directory.glob("*/"):
        remove(inner)
    shutil.rmtree(directory, ignore_errors=True)


def clean_up_after(pid: int, directory: Path) -> None:
    """Start a program that cleans up when a process has ended, however it ended."""
    subprocess.run(
        [sys.executable, "-m", "support.processes", str(pid), str(directory)],
        cwd=Path(__file__).parents[1],
        check=True,
    )


def forgetful() -> dict[str, str]:
    """Environment in which nothing is written out in time, where Debian's lib is."""
    found = sorted(Path("/usr/lib").glob("*/libeatmydata.so"))
    return {"LD_PRELOAD": str(found[0])} if found else {}


def run(directory: Path, *command: str, env: dict[str, str] | None = None) -> None:
    """Run a program as the server's user; `env` is added to its environment."""
    user = server_user()
    as_user: dict[str, Any] = (
        {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    )
    with TemporaryFile("w+") as said:  # a server would keep a pipe open
        try:
            subprocess.run(
                command,
                cwd=directory,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C"} | (env or {}),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                check=True,
                timeout=PATIENCE,
                **as_user,
            )
        except subprocess.CalledProcessError as error:
            said.seek(0)
            error.stderr = said.read()
            raise


def remove(directory: Path) -> None:
    """End the servers of a directory, and take it away if it is there."""
    for file in directory.glob("*.pid"):
        for pid in map(int, file.read_text().split()[:1]):
            _end(pid, directory)
    shutil.rmtree(directory, ignore_errors=True)


def _end(pid: int, directory: Path) -> None:
    for number in (signal.SIGQUIT, signal.SIGKILL):
        deadline = time.monotonic() + PATIENCE / 4
        with suppress(ProcessLookupError):
            if _runs_in(pid, directory):
                os.kill(pid, number)
        while _runs_in(pid, directory) and time.monotonic() < deadline:
            time.sleep(0.01)


def _runs_in(pid: int, directory: Path) -> bool:
    """Whether a process lives and has that directory; one that is a zombie has none."""
    try:
        return os.readlink(f"/proc/{pid}/cwd") == str(directory)
    except OSError:
        return False


def _main() -> None:
    pid, directory = int(sys.argv[1]), Path(sys.argv[2])
    ends = os.pidfd_open(pid)
    if os.fork():
        os._exit(0)  # who asked need not wait
    os.setsid()  # Ctrl-C is not for it
    with open(os.devnull, "r+") as nothing:
        for stream in range(3):
            os.dup2(nothing.fileno(), stream)
    os.chdir("/")
    select.select([ends], [], [])
    clean_up(directory)


if __name__ == "__main__":
    _main()
