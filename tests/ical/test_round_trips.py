"""What calbook writes for a calendar, read by other programs after a server had it.

The instants that a reader finds are those of `list --occurrences`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.calendar_readers import Instant, Reader, save, synchronise
from support.dav import CalendarServer
from support.round_trips import FROM, UNTIL, Folder, listed

from calbook import Client

if TYPE_CHECKING:
    from support.plain_calendars import Radicale
    from support.running import Run

pytest_plugins = (
    "support.running",
    "support.calendar_readers",
    "support.round_trips",
)


@pytest.fixture
def database(path: Path) -> str:
    return str(path)


def written(run: Run, uid: str) -> str:
    """The object of a booking: in this form no server invites anybody."""
    return run("ics", uid, "--method", "none").out


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
