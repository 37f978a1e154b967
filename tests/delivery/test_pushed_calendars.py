"""Bookings in real calendars: others read there what `list --occurrences` says."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import DAYS
from support.calendar_readers import Reader, save
from support.cyrus import Cyrus
from support.dav import CalendarServer

from calbook import Client

pytest_plugins = ("support.calendar_readers",)

ZONE = "America/New_York"  # whose clocks change within the series
FIRST = "2027-02-22T00:00:00"
WEEKLY = {"frequency": "weekly", "count": 6}
WINDOW = (datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC))


class Place(NamedTuple):
    """A calendar somewhere, and how to look into it without calbook."""

    source: str
    options: dict[str, Any]
    objects: Callable[[], dict[str, str]]


@pytest.fixture
def new_place(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> Callable[[], Place]:
    """Makes calendars in one place."""
    if where == "vdir":
        numbers = itertools.count()

        def new_directory() -> Place:
            path = tmp_path / f"vdir{next(numbers)}"
            path.mkdir()
            return Place(
                str(path), {}, lambda: {f.name: f.read_text() for f in path.iterdir()}
            )

        return new_directory
    server: CalendarServer = request.getfixturevalue(where)
    accounts = itertools.count()

    def new_collection() -> Place:
        """Each of another user: Cyrus takes a UID once from each."""
        account = server.account
        number = next(accounts)
        if number and isinstance(server, Cyrus):
            account = server.add_account()
            url = f"{account.home}Default/"
        else:
            url = server.collection()
        monkeypatch.setenv(f"PASSWORD_{number}", account.password)
        login = {"user": account.user, "password_env": f"PASSWORD_{number}"}
        return Place(
            url,
            {"allow_private": True, **login},
            lambda: server.objects(url, account=account),
        )

    return new_collection


SERVERS = [
    "vdir",
    "radicale",
    "xandikos",
    pytest.param("cyrus", marks=pytest.mark.cyrus),
]


@pytest.fixture
def office(client: Client) -> Client:
    """Two hosts of one team, with meetings for one and for many."""
    client.set_up(timezone=ZONE, email="grace@example.com", name="Grace")
    hours = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in DAYS]
    calendar = client.calendar
    calendar.schedules.create("always", timezone=ZONE, availability=hours)
    calendar.hosts.create("bob", name="Bob", timezone=ZONE, schedule_id="always")
    team = {"scheduling_type": "ROUND_ROBIN", "hosts": ["me", "bob"]}
    calendar.event_types.create("demo", schedule_id="always", **team)
    calendar.event_types.create("yoga", schedule_id="always", seats=5, **team)
    return client


@pytest.mark.parametrize("where", SERVERS)
def test_all_read_there_what_takes_place(
    office: Client,
    new_place: Callable[[], Place],
    readers: tuple[Reader, ...],
    tmp_path: Path,
) -> None:
    places = {"user_me": new_place(), "user_bob": new_place()}
    for host, place in places.items():
        office.calendar.connections.add(
            "work", place.source, host_id=host, push=True, **place.options
        )
    make_bookings(office)
    assert [each for each in office.deliver() if each.status != "delivered"] == []

    for host, place in places.items():
        folder = save(tmp_path / f"copy-{host}", place.objects())
        expected = instants(office, host)
        assert len(expected) > 5
        for read in readers:
            assert read(folder, *WINDOW) == expected
    assert office.calendar.connections.sync() == ()

    for booking in office.calendar.bookings.list():
        if booking.status != "CANCELLED":
            office.calendar.bookings.cancel(booking.uid, all=True)
    assert {each.status for each in office.deliver()} == {"delivered"}

    assert [place.objects() for place in places.values()] == [{}, {}]


def make_bookings(client: Client) -> None:
    """Single, series, moved, cancelled, a group, and what was handed over."""
    bookings = client.calendar.bookings
    first = datetime.fromisoformat(FIRST)
    starts = ((first + timedelta(hours=n, minutes=30)).isoformat() for n in range(12))

    def book(event: str = "demo", name: str = "Ada", **fields: Any) -> Any:
        person = {"name": name, "email": f"{name.lower()}@example.com"}
        given = {"start_time": next(starts), "host_id": "me", "timezone": ZONE}
        return bookings.create(
            event_type_id=event, attendee=person, **{**given, **fields}
        )

    book(notes="Über — “quotes”; and, commas\\n")
    later = book()
    bookings.reschedule(later.uid, start_time="2027-02-23T15:00:00", timezone=ZONE)
    bookings.cancel(book().uid)
    book(recurring=WEEKLY)
    gap = book(recurring=WEEKLY)
    bookings.cancel(gap.uid, date=gap.occurrences[2].date)
    bookings.reschedule(
        gap.uid,
        date=gap.occurrences[3].date,
        start_time="2027-03-20T18:00:00",
        timezone=ZONE,
    )
    moved = book(recurring=WEEKLY)
    bookings.reschedule(
        moved.uid, all=True, start_time="2027-02-27T20:00:00", timezone=ZONE
    )
    group = book("yoga", recurring={"frequency": "daily", "count": 3})
    seat = {"name": "Bob", "email": "bob@example.com"}
    bookings.add_attendee(group.uid, **seat)
    bookings.reassign(book().uid, host_id="bob")
    shared = book(recurring=WEEKLY)
    bookings.reassign(shared.uid, host_id="bob", date=shared.occurrences[1].date)
    given = book(recurring=WEEKLY)
    bookings.reassign(given.uid, host_id="bob", all=True)


def instants(client: Client, host: str) -> list[tuple[datetime, datetime]]:
    """Of all that a host gives, in order."""
    found = client.calendar.bookings.list_occurrences(host_id=host)
    return sorted(
        (each.starts_at.astimezone(UTC), each.ends_at.astimezone(UTC))
        for each in found
        if each.status != "CANCELLED"
    )
