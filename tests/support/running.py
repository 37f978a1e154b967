"""The command line under test: in this process, in its own, and on a terminal.

A plugin: a module says `pytest_plugins = ("support.running",)` and has the fixtures.
What it asserts says what was there: PYTEST_DONT_REWRITE, as tests import it first.
"""

from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from fcntl import ioctl
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pytest

from calbook.cli import app, output, plain_parser
from support.forking import Popen

if TYPE_CHECKING:
    from conftest import Clock

GOLDEN = Path(__file__).parents[1] / "golden"
COMMAND = (sys.executable, "-m", "calbook")
PATIENCE = 60  # seconds for a program on a busy machine
_LEFT_OUT = (
    *("CALBOOK_TZ", "CALBOOK_DELIVER", "COLUMNS", "LINES", "NO_COLOR"),
    *("PYTHONUNBUFFERED", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"),
    *("CLICOLOR", "CLICOLOR_FORCE", "CALBOOK_ASCII", "CALBOOK_NO_INPUT"),
    *("CALBOOK_PAGER", "PAGER", "LESS", "LESSCHARSET"),
)
_UID = re.compile(r"\b(bk|note)_[0-9a-hjkmnp-tv-z]{6}(?:[0-9a-hjkmnp-tv-z]{6})?\b")


class Answer(NamedTuple):
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert (self.status, self.err) == (0, ""), self
        return json.loads(self.out)

    @property
    def rows(self) -> list[list[str]]:
        """The columns of piped output."""
        assert (self.status, self.err) == (0, ""), self
        return [line.split("\t") for line in self.out.removesuffix("\n").split("\n")]

    @property
    def error(self) -> dict[str, Any]:
        """The JSON error, alone on stderr, with nothing on stdout."""
        assert self.out == "", self
        assert len(self.err.splitlines()) == 1, self
        found = json.loads(self.err)
        assert found.keys() == {"error"}, self
        assert found["error"]["exitCode"] == self.status, self
        return found["error"]


class Run(Protocol):
    def __call__(self, *args: object, input: bytes | str = b"") -> Answer: ...


class Spawn(Protocol):
    def __call__(
        self, *args: object, env: dict[str, str] = ..., **options: Any
    ) -> subprocess.Popen[bytes]: ...


@pytest.fixture
def environment(
    tmp_path: Path, place: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], dict[str, str]]:
    """A home of its own, the test's bookings, the test's clock."""
    for name in _LEFT_OUT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("DATA", "STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "home" / name.lower()))
    monkeypatch.setenv("CALBOOK_DB", str(place))

    def now() -> dict[str, str]:
        monkeypatch.setenv("CALBOOK_NOW", clock.now.strftime("%Y-%m-%dT%H:%M:%SZ"))
        return dict(os.environ)

    return now


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What a golden file holds is the answer whoever reads the line."""
    compares = "golden" in metafunc.function.__code__.co_names
    if compares and "reader" in metafunc.fixturenames:
        metafunc.parametrize("reader", ["plain", "typer"], indirect=True)


@pytest.fixture
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who reads the lines of this test: typer all of them, or plain ones not."""
    found: str = getattr(request, "param", "plain")
    if found == "typer":
        monkeypatch.setattr(plain_parser, "read_call", lambda args: None)
    return found


@pytest.fixture
def run(
    reader: str,
    environment: Callable[[], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> Run:
    """Runs a command in this process, its output piped."""

    def run(*args: object, input: bytes | str = b"") -> Answer:
        environment()
        data = input.encode() if isinstance(input, str) else input
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        capsysbinary.readouterr()
        status = app.run([str(arg) for arg in args])
        out, err = capsysbinary.readouterr()
        return Answer(status, out.decode(), err.decode())

    return run


@pytest.fixture
def spawn(environment: Callable[[], dict[str, str]]) -> Iterator[Spawn]:
    """Starts a command in a process of its own; `env` is added to its environment."""
    running = []

    def spawn(
        *args: object, env: dict[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = Popen(
            [*COMMAND, *(a if isinstance(a, bytes) else str(a) for a in args)],
            env=environment() | (env or {}),
            **streams | options,
        )
        running.append(process)
        return process

    yield spawn
    for process in running:
        with process:
            process.kill()


# The command, on the terminal whose Ctrl-C it hears.
_CONTROLLED = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from calbook.__main__ import main
main()
"""

# Before it: typer reads every line.
_BY_TYPER = """
from calbook.cli import plain_parser
plain_parser.read_call = lambda args: None
"""

# Before it: the work is long, however fast the machine.
_IMPATIENT = "from calbook.cli import progress; progress._PATIENCE = 0"


class Terminal:
    """A command on a terminal, and the person before it."""

    def __init__(
        self,
        args: tuple[object, ...],
        env: dict[str, str],
        *,
        size: tuple[int, int],
        code: str,
    ) -> None:
        self._screen, line = pty.openpty()
        ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self._process = Popen(
            [sys.executable, "-c", code, *map(str, args)],
            stdin=line,
            stdout=line,
            stderr=line,
            env={"CALBOOK_PAGER": "", "TERM": "xterm-256color", **env},
            start_new_session=True,
        )
        os.close(line)
        self._shown = b""
        self._read = 0

    def expect(self, text: str) -> None:
        """Wait until something appears behind what was expected before."""
        wanted = text.encode()
        while (at := self._shown.find(wanted, self._read)) < 0:
            more = self._more()
            assert more, f"{text!r} is not in {self.shown!r}"
        self._read = at + len(wanted)

    def type(self, text: str) -> None:
        os.write(self._screen, text.encode())

    def press_until_end(self, key: str) -> int:
        """Press a key, again each second: Python misses a Ctrl-C just before it reads.

        The signal comes between its last look for signals and the blocking read.
        """
        for _ in range(PATIENCE):
            self.type(key)
            try:
                self._process.wait(1)
            except subprocess.TimeoutExpired:
                continue
            break
        return self.end()

    def end(self) -> int:
        """Wait for the end; the exit status."""
        while self._more():
            pass
        return self._process.wait(PATIENCE)

    @property
    def shown(self) -> str:
        """All that was on the screen, without colour and blanks behind lines."""
        plain = re.sub(r"\x1b\[[0-9;]*m|\r", "", self.raw)
        return re.sub(r" +\n", "\n", plain)

    @property
    def raw(self) -> str:
        return self._shown.decode()

    def close(self) -> None:
        with self._process as process:
            process.kill()
        os.close(self._screen)

    def _more(self) -> bool:
        ready, _, _ = select.select([self._screen], [], [], PATIENCE)
        assert ready, f"nothing came behind {self.shown!r}"
        try:
            data = os.read(self._screen, 65536)
        except OSError:  # Linux says so when the other side has closed
            return False
        self._shown += data
        return bool(data)


@pytest.fixture
def terminal(
    reader: str,
    environment: Callable[[], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Terminal]]:
    """Starts a command on a terminal of so many columns and rows.

    With `is_long` its work takes long enough for a bar.
    """
    opened = []

    def start(
        *args: object,
        columns: int = 80,
        rows: int = 50,
        is_long: bool = False,
        **env: str,
    ) -> Terminal:
        monkeypatch.delenv("TERM", raising=False)
        code = _IMPATIENT + _CONTROLLED if is_long else _CONTROLLED
        code = _BY_TYPER + code if reader == "typer" else code
        size = rows, columns
        opened.append(Terminal(args, environment() | env, size=size, code=code))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


WIDTHS = (40, 60, 66, 80, 120, 200)  # of the terminals that screens are looked at on
Look = Callable[..., str]


@pytest.fixture
def look(run: Run, monkeypatch: pytest.MonkeyPatch) -> Look:
    """What a terminal of so many columns shows, without colour."""

    def look(*args: object, columns: int = 80) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(output, "as_terminal", True)
        answer = run(*args)
        monkeypatch.setattr(output, "as_terminal", False)
        return (answer.out + answer.err).replace("\r", "")

    return look


@pytest.fixture
def look_at_all_widths(look: Look) -> Look:
    """One command on terminals of all widths, with a heading for each."""

    def look_at_all(*args: object) -> str:
        return "".join(
            f"{f' {columns} ':=^{columns}}\n{look(*args, columns=columns)}"
            for columns in WIDTHS
        )

    return look_at_all


def numbered(text: str) -> str:
    """Random uids, whole or short, as letters in the order in which they appear."""
    letters: dict[str, str] = {}

    def letter(uid: re.Match[str]) -> str:
        kind, _, rest = uid[0].partition("_")
        short = f"{kind}_{rest[:6]}"
        chosen = letters.setdefault(short, "abcdefghjkmnpqrstvwxyz"[len(letters)])
        return f"{kind}_{chosen * len(rest)}"

    return _UID.sub(letter, text)


def golden(name: str, text: str) -> str:
    """What a file of `golden/` holds; `CALBOOK_GOLDEN=1` writes the text into it."""
    file = GOLDEN / name
    if os.environ.get("CALBOOK_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    return file.read_text(encoding="utf-8")


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)
