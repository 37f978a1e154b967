"""How often a command waits for the server: what it costs where that is far away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg2
import psycopg2.extensions
import pytest
from support.mailing import Configure
from support.running import Run
from support.stores import ask

from calbook import Client, EventType

pytest_plugins = ("support.running", "support.mailing")

CREATE = (
    *("create", "--event", "demo", "--start", "2027-01-05 10:00", "--json"),
    *("--name", "Ada", "--email", "ada@example.com"),
)


@pytest.fixture
def place(emptied_tables: str) -> str:
    return emptied_tables


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def trips(
    client: Client,
    event_type: Callable[..., EventType],
    monkeypatch: pytest.MonkeyPatch,
) -> list[object]:
    """What is sent from now on, each connection as one."""
    reminders = [{"minutesBefore": 60, "to": to} for to in ("attendee", "host")]
    event_type(reminders=reminders, notify=True)
    client.calendar.hosts.update("me", email="me@example.com")
    sent: list[object] = []

    class CountingCursor(psycopg2.extensions.cursor):
        def execute(self, statement: Any, facts: Any = None) -> None:
            sent.append(statement)
            super().execute(statement, facts)

    connect = psycopg2.connect

    def counted(**parts: Any) -> Any:
        sent.append("connect")
        driver = connect(**parts)
        driver.cursor_factory = CountingCursor
        return driver

    monkeypatch.setattr(psycopg2, "connect", counted)
    return sent


def test_a_listing_waits_four_times(run: Run, trips: list[object]) -> None:
    assert run("list", "--json").json == []

    assert len(trips) <= 4, trips


def test_a_booking_waits_twenty_times_at_most(
    run: Run, configure: Configure, client: Client, trips: list[object]
) -> None:
    """With all that it tells people of; what is sent, is sent after the answer."""
    configure(9)
    for number in range(3):
        client.calendar.webhooks.create(f"https://example.com/{number}")
    trips.clear()

    assert run(*CREATE, "--no-deliver").json["status"] == "CONFIRMED"

    waited = len(trips)
    queued = "select channel, kind from deliveries order by 1, 2"
    assert [tuple(row) for row in ask(client, queued)] == [
        *[("mail", "reminder")] * 2,
        ("mail", "request"),
        *[("webhook", "booking.created")] * 3,
    ]
    assert waited <= 20, trips
