"""What calbook writes into a folder, as other programs read and copy it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.calendar_readers import Reader, synchronise
from support.round_trips import FROM, UNTIL, listed

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


def test_all_readers_find_the_instants_of_a_folder(
    run: Run, uids: list[str], readers: tuple[Reader, ...], tmp_path: Path
) -> None:
    run("ics", "--folder", tmp_path / "calendar")

    instants = listed(run)
    assert len(instants) == 1 + 1 + 6 + 4 + 5 + 1 + 5
    for read in readers:
        found = read(tmp_path / "calendar", FROM, UNTIL)
        assert found == instants, read.__name__


def test_ical_js_finds_the_dates_of_a_series(
    run: Run, uids: list[str], ical_js: Reader, tmp_path: Path
) -> None:
    run("ics", "--folder", tmp_path / "calendar")

    assert ical_js(tmp_path / "calendar", FROM, UNTIL) == listed(run)


def test_vdirsyncer_takes_changes_to_a_server_and_back(
    client: Client,
    run: Run,
    uids: list[str],
    radicale: Radicale,
    tmp_path: Path,
) -> None:
    """It gives what it copies another name, as ours has a sign that it avoids."""
    folder, collection = tmp_path / "calendar", radicale.collection()

    run("ics", "--folder", folder)
    synchronise(folder, (radicale, collection))
    assert uids_of(radicale.objects(collection)) == set(uids)

    client.calendar.bookings.cancel(uids[0], cancelled_by="host")
    run("ics", "--folder", folder)
    objects = radicale.objects(collection)
    (name,) = [name for name, text in objects.items() if uids[1] in text]
    radicale.remove(collection, name)
    synchronise(folder, (radicale, collection))

    assert uids_of(radicale.objects(collection)) == set(uids[2:])
    assert {file.stem for file in folder.glob("*.ics")} == set(uids[2:])


def uids_of(objects: dict[str, str]) -> set[str]:
    unfolded = "".join(objects.values()).replace("\r\n ", "")
    return set(re.findall(r"^UID:(.*)@calbook\r$", unfolded, re.MULTILINE))
