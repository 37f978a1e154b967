"""Feeds to subscribe to: how often to look, and what others need not know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import icalendar
import pytest
import recurring_ical_events

from calbook import Client, errors

SECRETS = (
    *("Ada", "ada@example.com", "351999888777", "Acme", "bring the contract"),
    *("meet.example", "grace@example.com"),
)
PERSON = {"name": "Ada Lovelace", "email": "ada@example.com", "phone": "+351999888777"}
WEEKLY = {"frequency": "WEEKLY", "count": 3}


@pytest.fixture
def booked(
    client: Client, event_type: Callable[..., Any], booking: Callable[..., Any]
) -> tuple[str, str]:
    """A booking with all that can be said of one, and a series with a moved date."""
    client.calendar.hosts.update("me", name="Grace", email="grace@example.com")
    event_type(title="Product demo")
    made = booking(
        start_time="2027-01-18T10:00Z",
        attendee=PERSON,
        notes="bring the contract",
    )
    client.calendar.bookings.update(made.uid, meeting_url="https://meet.example/abc")
    series = booking(start_time="2027-01-19T10:00Z", attendee=PERSON, recurring=WEEKLY)
    client.calendar.bookings.reschedule(
        series.uid,
        date="2027-01-26",
        start_time="2027-01-26T12:00Z",
        reason="Ada is late",
    )
    return made.uid, series.uid


def starts(text: str) -> list[str]:
    calendar = icalendar.Calendar.from_ical(text)
    found = recurring_ical_events.of(calendar).between((2027, 1, 1), (2027, 3, 1))
    return sorted(f"{each.start:%m-%dT%H:%M} {each['SUMMARY']}" for each in found)


TIMES = ["01-18T10:00", "01-19T10:00", "01-26T12:00", "02-02T10:00"]


@pytest.mark.parametrize(
    ("form", "title"),
    [({"redact": True}, "Product demo"), ({"busy_only": True}, "Busy")],
    ids=["redacted", "busy only"],
)
def test_what_others_need_not_know_is_left_out(
    client: Client, booked: tuple[str, str], form: dict[str, bool], title: str
) -> None:
    text = client.calendar.bookings.get_feed(event_type_id="demo", **form)
    plain = text.replace("\r\n ", "")

    assert starts(text) == [f"{time} {title}" for time in TIMES]
    for secret in (*SECRETS, *booked):
        assert secret not in plain
    for name in ("ORGANIZER", "ATTENDEE", "DESCRIPTION", "LOCATION", "METHOD"):
        assert f"\n{name}" not in text
    assert "Ada" in client.calendar.bookings.get_feed(event_type_id="demo")


def test_an_entry_without_names_is_the_same_after_a_change(
    client: Client, booked: tuple[str, str]
) -> None:
    """Who subscribes sees a move, and not two entries."""
    bookings = client.calendar.bookings

    def uid_and_sequence() -> tuple[str, int]:
        calendar = icalendar.Calendar.from_ical(bookings.get_feed(busy_only=True))
        event = calendar.walk("VEVENT")[0]
        return str(event["UID"]), int(event["SEQUENCE"])

    before = uid_and_sequence()
    bookings.reschedule(booked[0], start_time="2027-01-18T11:00Z")
    after = uid_and_sequence()

    assert (after[0], after[1] > before[1]) == (before[0], True)


@pytest.mark.parametrize(("minutes", "said"), [(15, "PT15M"), (1_440, "P1D")])
def test_a_feed_says_when_to_look_again(
    client: Client, booked: object, minutes: int, said: str
) -> None:
    text = client.calendar.bookings.get_feed(refresh=minutes)

    assert f"\r\nREFRESH-INTERVAL;VALUE=DURATION:{said}\r\n" in text
    assert f"\r\nX-PUBLISHED-TTL:PT{minutes}M\r\n" in text
    assert "REFRESH" not in client.calendar.bookings.get_feed()


@pytest.mark.parametrize("minutes", [0, -1, 525_601, "15", True])
def test_the_time_to_look_again_is_minutes(client: Client, minutes: Any) -> None:
    with pytest.raises(errors.BadInput, match="refresh"):
        client.calendar.bookings.get_feed(refresh=minutes)


def test_free_busy_time_is_told_in_one_piece(
    client: Client, booked: tuple[str, str], booking: Callable[..., Any]
) -> None:
    booking(start_time="2027-01-18T10:30Z")
    client.calendar.bookings.cancel_occurrence(booked[1], date="2027-02-02")

    text = client.calendar.bookings.get_free_busy(
        host_id="me", start_date="2027-01-18T10:15Z", end_date="2027-02-28"
    )

    [busy] = icalendar.Calendar.from_ical(text).walk("VFREEBUSY")
    periods = [
        f"{period.dt[0]:%m-%dT%H:%M}/{period.dt[1]:%H:%M}"
        for period in busy["FREEBUSY"]
    ]
    assert periods == [
        "01-18T10:15/11:00",
        "01-19T10:00/10:30",
        "01-26T12:00/12:30",
    ]
    assert (busy.start.isoformat(), "Ada" in text) == (
        "2027-01-18T10:15:00+00:00",
        False,
    )


def test_a_request_is_tentative(
    client: Client, event_type: Callable[..., Any], booking: Callable[..., Any]
) -> None:
    event_type(requires_confirmation=True)
    booking(start_time="2027-01-18T10:00Z")

    text = client.calendar.bookings.get_free_busy(host_id="me")

    assert (
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20270118T100000Z/20270118T103000Z"
        in text.replace("\r\n ", "")
    )


def test_somebody_has_free_and_busy_time(client: Client) -> None:
    with pytest.raises(errors.UsageError, match="whose time is it"):
        client.calendar.bookings.get_free_busy(event_type_id=None)
