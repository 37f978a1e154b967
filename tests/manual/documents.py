"""README and manual as stories: commands and Python in their order, with output."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Iterator
from fcntl import ioctl
from pathlib import Path
from struct import pack
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "calbook" / "manual"
PAGES = sorted(MANUAL.glob("*.md"))
DOCUMENTS = (ROOT / "README.md", *PAGES)
NOW = "2027-01-11T09:00:00Z"

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_UID = re.compile(r"(?:bk|wait|ctr|note)_[0-9a-z]{12}")
_SHORT = re.compile(r"(?:bk|wait|ctr|note)_(?!nobody)[0-9a-z]{6}")
_PERSON = re.compile(r"per_[0-9a-z]{12}")
_TOKEN = re.compile(r"https://meet\.example/[\w-]{22}")
_BUSY = re.compile(r"busy_[0-9a-z]{12}")
_SERVES = "serve_forever"  # the receiver: test_webhooks runs it


class Step(NamedTuple):
    """A command, or a piece of Python, and what is printed under it."""

    language: str
    source: str
    printed: str


def blocks(text: str, language: str) -> list[str]:
    return [body for found, body in _BLOCK.findall(text) if found == language]


def steps(text: str) -> Iterator[Step]:
    """What a document tells its reader to do; a `text` block is a Python's output."""
    found = _BLOCK.findall(text)
    for (language, body), (next_language, next_body) in zip(
        found, [*found[1:], ("", "")], strict=True
    ):
        if language == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, printed = part.partition("\n")
                yield Step(language, command, printed)
        elif language == "python" and _SERVES not in body:
            yield Step(language, body, next_body if next_language == "text" else "")


def environment(home: Path) -> dict[str, str]:
    """A home of its own, a clock that stands, and `calbook` on the path."""
    scripts = home / "bin"
    scripts.mkdir()
    calbook = scripts / "calbook"
    calbook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m calbook "$@"\n')
    calbook.chmod(0o755)
    return {
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "LOGNAME": "grace",
        "CALBOOK_NOW": NOW,
        "TERM": "dumb",
        "COLUMNS": "80",
        "LANG": "C.UTF-8",
    }


class Reader:
    """Somebody who does what a document says, in an empty directory."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self._home = home
        self._environment = environment
        self._known: dict[str, str] = {}
        self._names: dict[str, Any] = {"__name__": "__main__"}

    def run(self, step: Step) -> str:
        """What a step prints, with the document's uids in the place of real ones."""
        source = step.source
        for shown, real in self._known.items():
            source = source.replace(shown, real)
        if step.language == "python":
            output = self._run_python(source)
        else:
            output = on_terminal(source, cwd=self._home, env=self._environment)
        return self._as_printed(output, step.printed)

    def _run_python(self, source: str) -> str:
        """Run in this process: a document's pieces go on where the one before ended."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(source, "example.py", "exec"), self._names)
        return printed.getvalue()

    def _as_printed(self, output: str, printed: str) -> str:
        """A uid is known by its first six letters; new ones are learnt in order."""
        pairs = zip(_SHORT.findall(printed), _SHORT.findall(output), strict=False)
        for shown, real in pairs:
            self._known.setdefault(shown, real)
        full = {uid[:-6]: uid for uid in _UID.findall(printed)}
        for shown, real in self._known.items():
            if shown in full:
                output = re.sub(rf"{real}[0-9a-z]{{6}}", full[shown], output)
            output = output.replace(real, shown)
        people = zip(_PERSON.findall(printed), _PERSON.findall(output), strict=False)
        for shown, real in people:
            output = output.replace(real, shown)
        output = _BUSY.sub("busy_…", output)
        return _TOKEN.sub("https://meet.example/…", output)


def on_terminal(command: str, *, cwd: Path, env: dict[str, str]) -> str:
    """What a terminal of 80 columns shows of a shell command; who is asked says no."""
    leader, follower = pty.openpty()
    ioctl(follower, termios.TIOCSWINSZ, pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        ["bash", "-c", command],
        cwd=cwd,
        env=env,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        close_fds=True,
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            chunk = os.read(leader, 65536)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
        if shown.endswith(b"[y/N]: "):
            os.write(leader, b"n\n")
    process.wait()
    os.close(leader)
    return shown.decode().replace("\r", "")


def aligned(text: str) -> list[str]:
    """Lines without the table's own left margin, and without empty last columns."""
    return [line.lstrip(" ").rstrip() for line in text.splitlines()]
