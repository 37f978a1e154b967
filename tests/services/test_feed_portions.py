"""Feeds read some bookings at a time: the same bytes, and nobody waits for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from conftest import MONDAY, Clock

from calbook import Booking, Client
from calbook.core.time import times
from calbook.ical.writing.method import Method
from calbook.ical.writing.vcalendar import write_calendar
from calbook.services.bookings.filters import read_filters
from calbook.services.calendars import feed_bookings
from calbook.store.facts import Facts

START = MONDAY + timedelta(days=14, hours=1)
DAILY = {"frequency": "DAILY", "count": 3}
ALWAYS = [
    {"day": day, "startTime": "00:00", "endTime": "24:00"}
    for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two bookings in each portion."""
    usual = feed_bookings.read_portions.__kwdefaults__
    monkeypatch.setitem(usual, "portion", 2)


@pytest.fixture
def booked(
    client: Client, event_type: Callable[..., object], booking: Callable[..., Booking]
) -> list[Booking]:
    """Of two hosts, in zones of each kind; series whose first date was moved or off."""
    bookings = client.calendar.bookings
    client.calendar.hosts.update("me", email="grace@example.com")
    client.calendar.hosts.create("bob", email="bob@example.com")
    for zone in ("Africa/Casablanca", "America/New_York"):
        name = zone.rpartition("/")[2].lower().replace("_", "-")
        client.calendar.schedules.create(name, timezone=zone, availability=ALWAYS)
        event_type(name, hosts=["bob"], schedule_id=name, title="Tëa, and; more\\")
    at = [START + timedelta(hours=n) for n in range(9)]
    made = [
        booking(start_time=at[0]),
        booking(start_time=at[0], event_type_id="casablanca"),
        booking(start_time=at[1], event_type_id="new-york", notes="é" * 90),
        booking(start_time=at[2], recurring=DAILY),
        booking(start_time=at[3]),
        booking(start_time=at[4], recurring=DAILY),
        booking(start_time=at[5]),
        booking(start_time=at[6]),
    ]
    first = f"{times.local_date(at[2], made[3].timezone)}"
    bookings.reschedule(made[3].uid, date=first, start_time=at[2] + timedelta(days=9))
    bookings.cancel(made[6].uid, cancelled_by="host")
    return made


def whole(client: Client, **filters: Any) -> bytes:
    """All of a feed, written at once."""
    context = client._context
    now = context.clock()
    with context.store.read(Facts) as facts:
        chosen = read_filters(facts, filters, now=times.epoch(now))
        found = facts.bookings(chosen, now=now)
        invites = feed_bookings.read_invites(facts, chosen, found, now)
    live = [invite for invite in invites if not invite.is_cancelled]
    return write_calendar(live, method=Method.PUBLISH, name="Bookings")


@pytest.mark.parametrize(
    "filters", [{}, {"start_date": START + timedelta(hours=3)}], ids=["all", "later"]
)
def test_portions_make_the_same_file(
    client: Client, booked: list[Booking], few: None, filters: dict[str, Any]
) -> None:
    feed = client.calendar.bookings.get_feed(**filters)

    assert feed.encode() == whole(client, **filters)
    assert feed.count("BEGIN:VEVENT") > 2


def test_one_without_mail_takes_the_method_from_all(
    client: Client, booked: list[Booking], few: None
) -> None:
    client.calendar.hosts.update("bob", email=None)

    feed = client.calendar.bookings.get_feed()

    assert "METHOD" not in feed
    assert feed.encode() == whole(client)


def test_a_zone_that_only_later_bookings_need_is_described(
    client: Client, booked: list[Booking], few: None
) -> None:
    """Casablanca's clocks follow no rule: it is described where a series needs it."""
    series = client.calendar.bookings.create(
        event_type_id="casablanca",
        start_time=START + timedelta(days=42),
        attendee={"name": "Ada", "email": "ada@example.com"},
        recurring=DAILY,
    )

    feed = client.calendar.bookings.get_feed()

    assert feed.encode() == whole(client)
    assert feed.count("DTSTART;TZID=Africa/Casablanca") == 2
    assert series.uid in feed


@pytest.mark.parametrize(
    "act",
    [
        lambda bookings, made: bookings.cancel(made[0].uid, cancelled_by="host"),
        lambda bookings, made: bookings.reschedule(
            made[0].uid, start_time=START + timedelta(days=2)
        ),
        lambda bookings, made: bookings.reschedule(
            made[7].uid, start_time=START + timedelta(days=-2)
        ),
        lambda bookings, made: bookings.update(made[4].uid, notes="changed"),
    ],
    ids=["cancelled", "moved on", "moved back", "changed"],
)
def test_what_has_changed_meanwhile_is_as_it_is_at_the_end(
    client: Client,
    booked: list[Booking],
    few: None,
    act: Callable[[Any, list[Booking]], object],
    database: str,
    clock: Clock,
) -> None:
    """One that moved meanwhile would have been there twice, or not at all."""
    acts = [act]

    def change(done: int, total: int) -> None:
        if done >= 4 and acts:
            with Client(database, clock=clock) as other:
                acts.pop()(other.calendar.bookings, booked)

    feed = client.calendar.bookings.get_feed(progress=change)

    assert not acts
    assert feed.encode() == whole(client)


def test_who_takes_a_feed_slowly_keeps_nobody_from_booking(
    client: Client, booked: list[Booking], few: None, database: str, clock: Clock
) -> None:
    parts = client.calendar.bookings.iter_feed()
    first = next(parts)

    with Client(database, clock=clock) as other:
        other.calendar.bookings.cancel(booked[0].uid, cancelled_by="host")

    assert booked[0].uid.encode() in first + b"".join(parts)


@pytest.mark.parametrize("form", [{"redact": True}, {"busy_only": True}], ids=str)
def test_a_file_that_is_long_says_no_more_than_a_short_one(
    client: Client, booked: list[Booking], form: dict[str, bool], few: None
) -> None:
    feed = client.calendar.bookings.get_feed(**form)

    usual = feed_bookings.read_portions.__kwdefaults__
    usual["portion"] = 500
    assert feed == client.calendar.bookings.get_feed(**form)
    assert booked[0].uid not in feed
