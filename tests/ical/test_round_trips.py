"""What calbook writes for a calendar, read by other programs after a server had it.

The instants that a reader finds are those of `list --occurrences`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.calendar_readers import Instant, Reader, save, synchronise
from support.dav import CalendarServer

from calbook import Client

if TYPE_CHECKING:
    from support.plain_calendars import Radicale
    from support.running import Run

pytest_plugins = ("support.running", "support.calendar_readers")

ADA = {"name": "Ada", "email": "ada@example.com"}
BOB = {"name": "Bob", "email": "bob@example.com"}
FROM, UNTIL = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)


class Folder:
    """A vdir, used as a server is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collection(self) -> str:
        self._folder.mkdir()
        return str(self._folder)

    def put(self, collection: str, name: str, text: str) -> None:
        Path(collection, name).write_text(text, newline="")

    def objects(self, collection: str) -> dict[str, str]:
        files = Path(collection).iterdir()
        return {file.name: file.read_bytes().decode() for file in files}

    def remove(self, collection: str, name: str) -> None:
        Path(collection, name).unlink()


@pytest.fixture
def database(path: Path) -> str:
    return str(path)


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
        return Folder(tmp_path / "vdir")
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


def written(run: Run, uid: str) -> str:
    """The object of a booking: in this form no server invites anybody."""
    return run("ics", uid, "--method", "none").out


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


def test_all_readers_find_the_instants_of_what_a_server_has(
    client: Client,
    run: Run,
    uids: list[str],
    calendars: CalendarServer | Folder,
    readers: tuple[Reader, ...],
    tmp_path: Path,
) -> None:
    collection = calendars.collection()

    def check(instants: list[Instant]) -> None:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        save(folder, calendars.objects(collection))
        for read in readers:
            assert read(folder, FROM, UNTIL) == instants, read.__name__

    for uid in uids:
        calendars.put(collection, f"{uid}.ics", written(run, uid))
    before = listed(run)
    assert len(before) == 1 + 1 + 6 + 4 + 5 + 1 + 5
    check(before)

    bookings, (single, _, moved, *_, course) = client.calendar.bookings, uids
    bookings.cancel(single, cancelled_by="host")
    calendars.remove(collection, f"{single}.ics")
    bookings.reschedule(moved, date="2027-03-16", start_time="2027-03-18 09:00")
    bookings.cancel(course, from_date="2027-11-11", cancelled_by="host")
    for uid in (moved, course):
        calendars.put(collection, f"{uid}.ics", written(run, uid))

    after = listed(run)
    assert after != before
    check(after)


def test_ical_js_finds_the_dates_of_a_series(
    run: Run, uids: list[str], ical_js: Reader, tmp_path: Path
) -> None:
    save(tmp_path / "vdir", {f"{uid}.ics": written(run, uid) for uid in uids})

    assert ical_js(tmp_path / "vdir", FROM, UNTIL) == listed(run)


def test_vdirsyncer_takes_changes_to_a_server_and_back(
    client: Client,
    run: Run,
    uids: list[str],
    radicale: Radicale,
    tmp_path: Path,
) -> None:
    """It gives what it copies another name, as ours has a sign that it avoids."""
    folder, collection = tmp_path / "calendar", radicale.collection()

    run("ics", "--each", folder)
    synchronise(folder, (radicale, collection))
    assert uids_of(radicale.objects(collection)) == set(uids)

    client.calendar.bookings.cancel(uids[0], cancelled_by="host")
    run("ics", "--each", folder)
    objects = radicale.objects(collection)
    (name,) = [name for name, text in objects.items() if uids[1] in text]
    radicale.remove(collection, name)
    synchronise(folder, (radicale, collection))

    assert uids_of(radicale.objects(collection)) == set(uids[2:])
    assert {file.stem for file in folder.glob("*.ics")} == set(uids[2:])


def uids_of(objects: dict[str, str]) -> set[str]:
    unfolded = "".join(objects.values()).replace("\r\n ", "")
    return set(re.findall(r"^UID:(.*)@calbook\r$", unfolded, re.MULTILINE))
