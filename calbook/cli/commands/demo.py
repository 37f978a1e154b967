"""`demo`: the main job on a scratch file, each command with its real output."""

import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

from calbook.api.client import Client
from calbook.cli import app, output
from calbook.cli.screen import cells
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
_OPTION = r'--[\w-]+ (?:"[^"]*"|[^-\s]\S*)'
_NEXT = (
    "calbook init",
    'calbook event add demo --title "Product demo" --duration 30',
    "calbook create --event demo",
)


def demo() -> None:
    """Play the main job on a scratch file, and show every command."""
    with _scratch() as path:
        for number, (why, command, status) in enumerate(_STEPS):
            line = command.replace("{uid}", _uid(path))
            _step(why, line, status, first=not number)
    _write_folded("\nThat file is gone. To begin with your own:\n\n")
    output.write("".join(f"{_call_text(f'  {call}')}\n" for call in _NEXT))


def _write_folded(text: str) -> None:
    lines = (cells.fold(line, output.width()) for line in text.splitlines())
    output.write("".join(f"{part}\n" for parts in lines for part in parts))


def _call_text(call: str) -> str:
    """As a shell reads it on several lines; an option stays with its value."""
    bound = re.sub(_OPTION, lambda found: cells.keep_together(found[0]), call)
    lines = cells.fold(bound, output.width() - len(" \\"))
    return " \\\n".join(lines).replace(cells.BLANK, " ")


def _step(why: str, command: str, status: int, *, first: bool) -> None:
    _write_folded(("" if first else "\n") + f"# {why}\n")
    output.write(_call_text(f"$ calbook {command}") + "\n")
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
