"""Busy time pulled from real servers: what stands there blocks, whatever else does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Clock
from support.broken_events import BROKEN, broken_event, event
from support.cyrus import Cyrus
from support.dav import CalendarServer
from support.plain_calendars import Radicale, Xandikos

from calbook import BusyCalendar, Client, errors

HALF_AN_HOUR = timedelta(minutes=30)
FIRST = datetime(2027, 1, 5, tzinfo=UTC)
SOUND = event(FIRST, HALF_AN_HOUR, uid="sound")


@pytest.fixture
def client(clock: Clock) -> Iterator[Client]:
    with Client(":memory:", clock=clock) as client:
        client.set_up(name="Grace", email="grace@example.com", timezone="UTC")
        yield client


def pull(
    client: Client,
    server: CalendarServer,
    collection: str,
    monkeypatch: pytest.MonkeyPatch,
    **fields: Any,
) -> BusyCalendar:
    """Connect a calendar and read it."""
    monkeypatch.setenv("CALENDAR_PASSWORD", server.password)
    client.calendar.connections.add(
        "work",
        collection,
        busy=True,
        user=server.user,
        password_env="CALENDAR_PASSWORD",
        allow_private=True,
        **fields,
    )
    (read,) = client.calendar.busy.refresh("work")
    return read


def blocked(client: Client) -> list[datetime]:
    found = client.calendar.busy.times(start_date="2027-01-01", end_date="2027-02-28")
    return [each.starts_at for each in found]


@pytest.mark.parametrize(
    "name", ["radicale", "xandikos", pytest.param("cyrus", marks=pytest.mark.cyrus)]
)
def test_what_stands_on_a_server_blocks_until_it_is_moved_there(
    request: pytest.FixtureRequest,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    server: CalendarServer = request.getfixturevalue(name)
    collection = server.collection()
    server.put(collection, "sound.ics", SOUND)

    pull(client, server, collection, monkeypatch)
    assert blocked(client) == [FIRST]

    moved = event(FIRST + HALF_AN_HOUR, HALF_AN_HOUR, uid="sound")
    server.put(collection, "sound.ics", moved)
    client.calendar.busy.refresh("work")
    assert blocked(client) == [FIRST + HALF_AN_HOUR]


def test_five_broken_events_of_five_hundred_are_named_and_the_others_block(
    client: Client, radicale: Radicale, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = radicale.collection()
    starts = [FIRST + n * timedelta(hours=1) for n in range(495)]
    radicale.place(
        collection,
        {f"{n}.ics": event(s, HALF_AN_HOUR, uid=f"{n}") for n, s in enumerate(starts)},
    )
    for number, kind in enumerate(BROKEN):
        broken = broken_event(kind, FIRST, uid=f"broken{number}")
        radicale.put(collection, f"broken{number}.ics", broken)

    read = pull(client, radicale, collection, monkeypatch)

    assert (read.events, read.skipped_count) == (500, 5)
    assert {each["uid"] for each in read.skipped} == {f"broken{n}" for n in range(5)}
    assert set(blocked(client)) >= set(starts)


def test_a_query_that_one_broken_event_spoils_is_answered_by_objects(
    client: Client, xandikos: Xandikos, monkeypatch: pytest.MonkeyPatch
) -> None:
    """xandikos answers 500 to each query of a calendar in which one date is wrong."""
    collection = xandikos.collection()
    xandikos.put(collection, "sound.ics", SOUND)
    broken = SOUND.replace("0105T000000Z", "1305T000000Z").replace("sound", "broken")
    xandikos.put(collection, "broken.ics", broken)

    read = pull(client, xandikos, collection, monkeypatch)

    assert [each["uid"] for each in read.skipped] == ["broken"]
    assert blocked(client) == [FIRST]


@pytest.mark.cyrus
def test_one_event_in_another_encoding_spoils_no_answer(
    client: Client, cyrus: Cyrus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cyrus writes its bytes into the XML, which then is none."""
    collection = cyrus.collection()
    cyrus.put(collection, "sound.ics", SOUND)
    other = SOUND.replace("sound", "other").replace("Elsewhere", "Café")
    cyrus.put(collection, "other.ics", other.encode("latin-1"))

    pull(client, cyrus, collection, monkeypatch)

    assert FIRST in blocked(client)


@pytest.mark.parametrize(
    "name", ["radicale", "xandikos", pytest.param("cyrus", marks=pytest.mark.cyrus)]
)
def test_a_calendar_that_shows_no_more_is_asked_when_its_owner_is_busy(
    request: pytest.FixtureRequest,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    server: CalendarServer = request.getfixturevalue(name)
    collection = server.collection()
    server.put(collection, "sound.ics", SOUND)

    pull(client, server, collection, monkeypatch, free_busy=True)

    assert blocked(client) == [FIRST]


@pytest.mark.parametrize(
    "name", ["radicale", pytest.param("cyrus", marks=pytest.mark.cyrus)]
)
def test_a_wrong_password_is_said_and_not_shown(
    request: pytest.FixtureRequest,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    server: CalendarServer = request.getfixturevalue(name)
    server.password = "another-password"

    with pytest.raises(errors.CalendarUnreachable) as refused:
        pull(client, server, server.collection(), monkeypatch)

    assert "another-password" not in f"{refused.value} {refused.value.details}"
