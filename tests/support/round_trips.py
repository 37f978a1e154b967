"""Bookings of each kind, and where they are written to: servers, and a folder.

A plugin: a module says `pytest_plugins = ("support.running", "support.round_trips")`.
Nothing is asserted here: PYTEST_DONT_REWRITE, as tests import it first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from calbook import Client
from support.calendar_readers import Instant
from support.dav import CalendarServer

if TYPE_CHECKING:
    from support.running import Run

ADA = {"name": "Ada", "email": "ada@example.com"}
BOB = {"name": "Bob", "email": "bob@example.com"}
FROM, UNTIL = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)


class Folder:
    """Vdirs in a folder, used as a server is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collection(self, name: str = "calendar") -> str:
        made = self._folder / name
        made.mkdir(parents=True)
        return str(made)

    def put(self, collection: str, name: str, text: str) -> None:
        Path(collection, name).write_text(text, newline="")

    def objects(self, collection: str) -> dict[str, str]:
        files = Path(collection).iterdir()
        return {file.name: file.read_bytes().decode() for file in files}

    def remove(self, collection: str, name: str) -> None:
        Path(collection, name).unlink()


@pytest.fixture(
    params=[
        "radicale",
        "xandikos",
        pytest.param("cyrus", marks=pytest.mark.cyrus),
        "vdir",
    ]
)
def calendars(
    request: pytest.FixtureRequest, tmp_path: Path
) -> CalendarServer | Folder:
    if request.param == "vdir":
        return Folder(tmp_path / "vdirs")
    return request.getfixturevalue(request.param)


@pytest.fixture
def book(client: Client) -> Callable[..., str]:
    """Books a start for Ada, with Grace in Lisbon, and says the uid."""
    client.set_up(name="Grace", email="grace@example.com", timezone="Europe/Lisbon")
    client.calendar.hosts.create("alan", name="Alan", email="alan@example.com")
    client.calendar.event_types.create(
        "demo", hosts=["me", "alan"], scheduling_type="ROUND_ROBIN"
    )
    client.calendar.event_types.create("course", duration=90, seats=4)
    always = [
        {"day": day, "startTime": "00:00", "endTime": "24:00"}
        for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
    ]
    client.calendar.schedules.create(
        "york", timezone="America/New_York", availability=always
    )
    client.calendar.event_types.create("call", schedule_id="york")

    def book(start: str, event_type: str = "demo", **fields: Any) -> str:
        wanted = {"attendee": ADA, **fields}
        made = client.calendar.bookings.create(
            event_type_id=event_type, start_time=start, **wanted
        )
        return made.uid

    return book


@pytest.fixture
def uids(client: Client, book: Callable[..., str]) -> list[str]:
    """A booking of each kind; summer begins in March, on another day in New York."""
    bookings = client.calendar.bookings
    weekly = {"frequency": "WEEKLY", "count": 6}
    single, handed_over = book("2027-01-18 10:00"), book("2027-01-18 11:00")
    bookings.reassign(handed_over)
    moved = book("2027-03-02 10:00", recurring=weekly)
    bookings.reschedule(moved, date="2027-03-16", start_time="2027-03-17 16:00")
    bookings.reschedule(moved, from_date="2027-03-30", start_time="2027-03-30 14:00")
    thinned = book("2027-03-03 10:00", "call", recurring=weekly)
    for date in ("2027-03-03", "2027-03-17"):
        bookings.cancel(thinned, date=date, cancelled_by="host")
    monthly = book("2027-01-12 12:00", recurring={"frequency": "MONTHLY", "count": 5})
    group = book("2027-02-01 10:00", "course")
    bookings.add_attendee(group, **BOB)
    course = book("2027-10-21 10:00", "course", recurring=weekly)
    bookings.add_attendee(course, **BOB)
    bookings.cancel(course, date="2027-11-04", cancelled_by="host")
    return [single, handed_over, moved, thinned, monthly, group, course]


def listed(run: Run) -> list[Instant]:
    """The instants that take place."""
    found = run("list", "--occurrences", "--all", "--json").json
    return sorted(
        (utc(occurrence["startTime"]), utc(occurrence["endTime"]))
        for occurrence in found
        if occurrence["status"] != "CANCELLED"
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
