"""A clock that was wrong and is right again: what time did is undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from support.mailing import Server

from calbook import Booking, Client, EventType

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Clock

pytest_plugins = ("support.running", "support.mailing", "support.receiving")

ADA = {"name": "Ada", "email": "ada@example.com"}
TEN = datetime(2027, 1, 18, 10, tzinfo=UTC)
YEAR = timedelta(days=365)


@pytest.fixture
def database(path: Path) -> str:
    return str(path)


# -- what calendars are told -----------------------------------------------------------


def stamps(event: icalendar.Event) -> tuple[datetime, datetime, int]:
    return event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt, int(event["SEQUENCE"])


@pytest.mark.parametrize("ahead", [YEAR, timedelta(seconds=1)], ids=str)
def test_no_message_is_older_than_the_one_before(
    client: Client,
    clock: Clock,
    post: Server,
    event_type: Callable[..., EventType],
    ahead: timedelta,
) -> None:
    """An update after the clock went back had an older DTSTAMP; calendars drop it."""
    client.set_up(name="Grace", email="grace@example.com")
    event_type(seats=3, notify=True)
    bookings = client.calendar.bookings
    clock.now += ahead
    uid = bookings.create(
        event_type_id="demo", start_time=TEN + 2 * YEAR, attendee=ADA
    ).uid
    clock.now -= ahead

    bookings.update(uid, meeting_url="https://meet.example/1")
    bookings.update(uid, meeting_url="https://meet.example/2")
    bookings.add_attendee(uid, email="bob@b.org")
    bookings.reschedule(uid, start_time=TEN + YEAR)
    bookings.remove_attendee(uid, email="bob@b.org")
    bookings.cancel(uid)
    clock.now += ahead
    client.deliver()

    told: dict[str, list[Any]] = {}
    for mail in post.received:
        [event] = icalendar.Calendar.from_ical(mail.calendar).walk("VEVENT")
        told.setdefault(mail.to[0], []).append(stamps(event))
    assert {person: len(all_) for person, all_ in told.items()} == {
        "ada@example.com": 5,
        "bob@b.org": 3,
    }
    for messages in told.values():
        assert messages == sorted(messages)
        assert len({stamp for stamp, *_ in messages}) == len(messages)
    shown = bookings.get(uid)
    assert shown.updated_at >= shown.created_at


def test_a_message_follows_an_expiry_that_a_wrong_clock_told(
    client: Client, clock: Clock, event_type: Callable[..., EventType]
) -> None:
    event_type(requires_confirmation=True)
    bookings = client.calendar.bookings
    made: Booking = bookings.create(event_type_id="demo", start_time=TEN, attendee=ADA)
    clock.move(days=30)
    client.tick()
    off = bookings.get_ics(made.uid)
    clock.move(days=-30)

    bookings.confirm(made.uid)

    both = [
        stamps(event)
        for text in (off, bookings.get_ics(made.uid))
        for event in icalendar.Calendar.from_ical(text).walk("VEVENT")
    ]
    assert both[0][0] < both[1][0]
    assert both[0][2] <= both[1][2]
