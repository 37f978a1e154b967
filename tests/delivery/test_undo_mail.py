"""What people are told when something is taken back, by e-mail and calendar."""

from __future__ import annotations

from collections.abc import Callable

import icalendar
import pytest
from support.mailing import Received, Server

from calbook import Client
from delivery.test_group_mail_walk import expand

pytest_plugins = ("support.mailing",)

Sent = Callable[[], list[Received]]
ADA = {"name": "Ada", "email": "ada@a.org"}
WEEKLY = {"frequency": "WEEKLY", "count": 3}


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def host(client: Client) -> Client:
    """Grace, who tells everybody of everything."""
    client.set_up(name="Grace", email="grace@example.com", timezone="America/New_York")
    types = client.calendar.event_types
    types.create("demo", title="Demo", notify=True)
    types.create("asked", title="Asked", notify=True, requires_confirmation=True)
    return client


@pytest.fixture
def sent(client: Client, post: Server) -> Sent:
    def sent() -> list[Received]:
        post.received.clear()
        client.deliver()
        return [*post.received]

    return sent


def book(host: Client, kind: str = "demo", **fields: object) -> str:
    wanted = {"event_type_id": kind, "start_time": "2027-01-18 10:00", "attendee": ADA}
    return host.calendar.bookings.create(**wanted, **fields).uid


def entry(mail: Received) -> tuple[str, str, int, bool]:
    """Its method; status and SEQUENCE of the only entry, and whether it is one date."""
    file = icalendar.Calendar.from_ical(mail.calendar)
    [event] = file.walk("VEVENT")
    facts = str(event["STATUS"]), int(event["SEQUENCE"]), "RECURRENCE-ID" in event
    return (str(file["METHOD"]), *facts)


def test_what_is_on_again_is_asked_for_by_a_new_revision(
    host: Client, sent: Sent
) -> None:
    """RFC 5546, 3.2.2: a calendar that has taken it off has it again."""
    uid = book(host)
    host.calendar.bookings.cancel(uid)
    asked, off = sent()

    host.calendar.bookings.undo(uid, reason="that was the wrong one")
    [again] = sent()

    assert entry(asked) == ("REQUEST", "CONFIRMED", 0, False)
    assert entry(off) == ("CANCEL", "CANCELLED", 1, False)
    assert entry(again) == ("REQUEST", "CONFIRMED", 2, False)
    assert "Demo with Grace is on again." in again.text
    assert "that was the wrong one" in again.text


def test_one_date_of_several_is_asked_for_alone(host: Client, sent: Sent) -> None:
    uid = book(host, recurring=WEEKLY)
    host.calendar.bookings.cancel(uid, date="2027-01-25")
    sent()

    host.calendar.bookings.undo(uid)
    [again] = sent()

    assert entry(again) == ("REQUEST", "CONFIRMED", 2, True)
    assert "One date of Demo with Grace is on again." in again.text


def test_one_date_of_none_is_asked_for_with_its_series(
    host: Client, sent: Sent
) -> None:
    """A calendar that was told that all is off knows no series for it."""
    uid = book(host, recurring=WEEKLY)
    host.calendar.bookings.cancel(uid, all=True)
    sent()

    host.calendar.bookings.undo(uid, date="2027-01-25")
    [again] = sent()

    assert entry(again) == ("REQUEST", "CONFIRMED", 2, False)
    [event] = icalendar.Calendar.from_ical(again.calendar).walk("VEVENT")
    assert [str(start.date()) for start in expand(event)] == ["2027-01-25"]


def test_what_is_to_be_confirmed_again_says_so(host: Client, sent: Sent) -> None:
    uid = book(host, "asked")
    host.calendar.bookings.confirm(uid)
    sent()

    host.calendar.bookings.undo(uid)
    [again] = sent()

    assert entry(again) == ("REQUEST", "TENTATIVE", 2, False)
    assert "Asked with Grace is to be confirmed again." in again.text


def test_a_request_that_was_declined_is_one_again(host: Client, sent: Sent) -> None:
    uid = book(host, "asked")
    host.calendar.bookings.reject(uid)
    sent()

    host.calendar.bookings.undo(uid)
    [again] = sent()

    assert entry(again) == ("REQUEST", "TENTATIVE", 2, False)
    assert "is on again, and is to be confirmed." in again.text


def test_who_asks_for_no_mail_sends_none(host: Client, sent: Sent) -> None:
    uid = book(host)
    host.calendar.bookings.cancel(uid)
    sent()

    host.calendar.bookings.undo(uid, notify_attendee=False)

    assert sent() == []
