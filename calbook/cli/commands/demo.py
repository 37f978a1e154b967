"""`demo`: the main job on a scratch file, each command with its real output."""

import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

from calbook.api.client import Client
from calbook.cli import app, output
from calbook.core.errors import CalbookError

_ADA = '--name "Ada Lovelace" --email ada@example.com'
_BOB = '--name "Bob Martin" --email bob@example.com'

# Each step: why, the command, the exit status it must have.
_STEPS = (
    (
        "Who gives the time, and where",
        'init --name "Grace Hopper" --email grace@example.com --tz America/New_York',
        0,
    ),
    (
        "What can be booked: half an hour, with ten minutes of rest after it",
        'event add demo --title "Product demo" --duration 30 --buffer-after 10',
        0,
    ),
    (
        "Somebody books it",
        f'create --event demo --start "mon 10:00" {_ADA}',
        0,
    ),
    (
        "Nobody else gets that time",
        f'create --event demo --start "mon 10:15" {_BOB}',
        4,
    ),
    (
        "But there is room beside it",
        f'create --event demo --start "mon 11:00" {_BOB}',
        0,
    ),
    ("What is coming", "list --upcoming", 0),
    (
        "Ada moves; the uid stays",
        'reschedule {uid} --start "tue 14:30" --reason "A train is late"',
        0,
    ),
    ("Her calendar takes this file", "ics {uid}", 0),
    ("The host calls it off", 'cancel {uid} --by host --reason "Ill, sorry"', 0),
    ("All of it is on record", "history {uid}", 0),
    (
        "A series, all of it or nothing",
        'create --event demo --start "wed 09:00" --repeat weekly --count 3'
        ' --name "Eve Adams" --email eve@example.com',
        0,
    ),
    ("Each of its dates", "list --occurrences --email eve@example.com", 0),
)
_NEXT = """
That file is gone again. Yours begins with:

  calbook init
  calbook event add demo --title "Product demo" --duration 30
  calbook create --event demo
"""


def demo() -> None:
    """Play the main job on a scratch file, and show every command."""
    with _scratch() as path:
        for number, (why, command, status) in enumerate(_STEPS):
            line = command.replace("{uid}", _uid(path))
            _step(why, line, status, first=not number)
    output.write(_NEXT)


def _step(why: str, command: str, status: int, *, first: bool) -> None:
    output.write(("" if first else "\n") + f"# {why}\n$ calbook {command}\n")
    output.flush()
    with redirect_stderr(sys.stdout):
        found = app.run(shlex.split(command))
    if found != status:
        raise CalbookError(f"the demo failed: exit {found}, not {status}")
    if status:
        output.write(f"(exit {status})\n")


@contextmanager
def _scratch() -> Iterator[str]:
    """A bookings file that every step uses and nobody else; removed at the end."""
    names = ("CALBOOK_DB", "CALBOOK_TZ", "CALBOOK_CONFIG")
    kept = {name: os.environ.pop(name, None) for name in names}
    with tempfile.TemporaryDirectory(prefix="calbook-demo-") as directory:
        path = os.path.join(directory, "demo.db")
        os.environ["CALBOOK_DB"] = path
        os.environ["CALBOOK_CONFIG"] = os.path.join(directory, "config.toml")
        output.as_terminal = True
        try:
            yield path
        finally:
            output.as_terminal = False
            del os.environ["CALBOOK_DB"], os.environ["CALBOOK_CONFIG"]
            os.environ.update({k: v for k, v in kept.items() if v is not None})


def _uid(path: str) -> str:
    """Ada's booking, shortened as people would type it."""
    with Client(path) as client:
        found = client.calendar.bookings.list(attendee_email="ada@example.com")
    return found[0].uid[:9] if found else ""
