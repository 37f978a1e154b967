"""Python programs in processes of their own, without loading everything each time.

A server, started once, has loaded what calbook loads; each program is a fork of it.
Whoever asked is the fork's parent, so that it can wait for it and kill it as usual.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib
import json
import os
import runpy
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

LOADED = (
    *("calbook.cli.app", "calbook.services.bookings.create", "rich.console"),
    *("rich.table", "concurrent.futures", "sqlite_utils", "icalendar", "urllib3"),
    *("psycopg2", "calbook.store.postgres.store", "calbook.store.postgres.transaction"),
)
_MOST = 1 << 17  # bytes of a request
_CHILD_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
_OF_THE_INTERPRETER = ("PYTHON", "LC_", "LANG")  # read before any program runs


class Popen(subprocess.Popen[Any]):
    """A fork of the server that runs `python -c CODE ARG …` or `python -m MODULE …`.

    Another program, or one whose environment changes the interpreter, is started
    as it is.
    """

    def _execute_child(self, args: Any, *rest: Any) -> None:
        _, prepare, _, _, cwd, env, _, _, _, *more = rest
        pipes, (*_, starts_session, _) = more[:6], more[6:]
        is_python = args[:1] == [sys.executable] and args[1] in ("-c", "-m")
        if not is_python or prepare or _interpreter(env) != _interpreter(os.environ):
            super()._execute_child(args, *rest)  # type: ignore[misc]
            return
        request = {
            "args": [os.fsdecode(arg) for arg in args[1:]],
            "env": dict(os.environ if env is None else env),
            "directory": os.fspath(cwd or os.getcwd()),
            "starts_session": starts_session,
        }
        streams = [
            number if fd == -1 else fd
            for number, fd in enumerate((pipes[0], pipes[3], pipes[5]))
        ]
        socket.send_fds(_server(), [json.dumps(request).encode()], streams)
        self.pid = int(_server().recv(32))
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]


def _interpreter(env: Mapping[str, str] | None) -> dict[str, str]:
    found = os.environ if env is None else env
    return {k: v for k, v in found.items() if k.startswith(_OF_THE_INTERPRETER)}


@cache
def _server() -> socket.socket:
    """The line to the server, which ends with this process."""
    ctypes.CDLL(None).prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen(
            [sys.executable, __file__, str(its.fileno()), str(os.getpid())],
            pass_fds=[its.fileno()],
            stdin=subprocess.DEVNULL,
        )
    process.returncode = 0  # nobody waits for it
    atexit.register(ours.close)
    return ours


def _serve(asking: socket.socket, asker: int) -> dict[str, Any] | None:
    """Fork for each request; in the fork, the request. None at the end."""
    while True:
        message, fds, _, _ = socket.recv_fds(asking, _MOST, 3)
        if not message:
            return None
        between = os.fork()
        if not between:
            if os.fork():
                os._exit(0)
            while os.getppid() != asker:  # whose child it is once its parent has ended
                time.sleep(0.0002)
            asking.send(str(os.getpid()).encode())
            for number, fd in enumerate(fds):
                os.dup2(fd, number)
            os.closerange(3, 1024)
            return json.loads(message)
        for fd in fds:
            os.close(fd)
        os.waitpid(between, 0)


def _run(
    args: list[str], env: dict[str, str], directory: str, starts_session: bool
) -> None:
    """What a fresh interpreter would do."""
    if starts_session:
        os.setsid()
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = open(  # noqa: SIM115
            number,
            "r" if number == 0 else "w",
            encoding="utf-8",
            errors="backslashreplace" if number == 2 else "strict",
            buffering=1 if number == 2 or os.isatty(number) else -1,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    option, program, *more = args
    sys.argv = [option if option == "-c" else program, *more]
    if option == "-m":
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    else:
        exec(compile(program, "<string>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    for module in LOADED:
        importlib.import_module(module)
    wanted = _serve(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
    if wanted:
        _run(**wanted)
