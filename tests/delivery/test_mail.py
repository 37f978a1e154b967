"""E-mail about bookings: who is told what, in which form, and that it arrives."""

from __future__ import annotations

import email
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from email import policy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ical.test_invites import ALICE, BOB, invite_of
from support.mailing import (
    PASSWORD,
    USER,
    Configure,
    Received,
    Serve,
    Server,
)
from support.ports import free_port
from support.stores import dump

from calbook import Booking, Client, errors
from calbook.core.checks import NAME_LENGTH
from calbook.core.model import Attendee
from calbook.core.outgoing.mail_notices import Notice
from calbook.delivery.mail import messages
from calbook.delivery.mail.messages import Envelope
from calbook.delivery.mail.smtp import SmtpSender
from calbook.settings.mail_server import mail_server

if TYPE_CHECKING:
    from conftest import Clock
    from support.receiving import Receiver
    from support.running import Run

pytest_plugins = ("support.running", "support.mailing", "support.receiving")

ADA = {"name": "Ada", "email": "Ada@example.com", "timezone": "Europe/Lisbon"}
BOOKED = ("booked", "REQUEST")


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def host(client: Client) -> Client:
    """Grace in New York, who gives a demo; the same client."""
    client.set_up(
        name="Grace Hopper", email="grace@example.com", timezone="America/New_York"
    )
    client.calendar.event_types.create("demo", title="Product demo")
    return client


def book(client: Client, start: str = "2027-01-18 10:00", **fields: Any) -> Booking:
    wanted = {"event_type_id": "demo", "attendee": ADA, "notify_attendee": True}
    return client.calendar.bookings.create(start_time=start, **{**wanted, **fields})


@pytest.fixture
def sent(client: Client, post: Server) -> Callable[[], list[Received]]:
    """Delivers, and gives what the server got by that."""

    def sent() -> list[Received]:
        post.received.clear()
        delivered = client.deliver()
        assert {delivery.status for delivery in delivered} <= {"delivered"}
        return [*post.received]

    return sent


Sent = Callable[[], list[Received]]


# -- the message -----------------------------------------------------------------------


def test_an_invitation_is_written_like_this(host: Client, sent: Sent) -> None:
    booking = book(host, meeting_url="https://meet.example/abc", guests=["bob@b.org"])

    ada, bob = sent()

    message = ada.message
    [delivery, _] = reversed(host.calendar.mails.log(booking.uid))
    assert {name: str(message[name]) for name in message.keys()} == {  # noqa: SIM118
        "Date": "Mon, 04 Jan 2027 09:00:00 +0000",
        "From": "Grace Hopper <bookings@example.org>",
        "Reply-To": "Grace Hopper <grace@example.com>",
        "To": "Ada <Ada@example.com>",
        "Subject": "Product demo: Grace Hopper and Ada",
        "In-Reply-To": f"<{booking.uid}@calbook>",
        "References": f"<{booking.uid}@calbook>",
        "Content-Language": "en",
        "Message-ID": f"<{delivery.id}@calbook.example.org>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": message["Content-Type"],
    }
    assert ada.text == (
        "Hello Ada,\n\n"
        "Product demo with Grace Hopper is booked.\n\n"
        "When       Mon 18 Jan 2027, 15:00–15:30 Europe/Lisbon\n"
        "Link       https://meet.example/abc\n"
        f"Booking    {booking.uid}\n\n"
        "To change or cancel it, reply to this mail.\n"
    )
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/calendar",
        "application/ics",
    ]
    [attached] = ada.parts("application/ics")
    assert attached.get_filename() == "invite.ics"
    assert attached.get_payload(decode=True) == ada.calendar
    assert (ada.sender, ada.to) == ("bookings@example.org", ["Ada@example.com"])
    assert bob.to == ["bob@b.org"]
    assert bob.text.startswith("Hello,\n\nProduct demo")
    assert "10:00–10:30 America/New_York" in bob.text
    assert "Booked by  Ada\n" in bob.text
    assert bob.message["Subject"] == message["Subject"]
    assert (delivery.channel, delivery.target) == ("mail", "ada@example.com")


def test_the_calendar_part_is_what_ics_writes(host: Client, sent: Sent) -> None:
    booking = book(host)

    [mail] = sent()

    assert mail.calendar == host.calendar.bookings.get_ics(booking.uid).encode()
    [part] = mail.parts("text/calendar")
    assert part["Content-Type"].params == {"method": "REQUEST", "charset": "UTF-8"}
    assert icalendar.Calendar.from_ical(mail.calendar)["METHOD"] == "REQUEST"


def event_of(mail: Received) -> Any:
    return icalendar.Calendar.from_ical(mail.calendar).walk("VEVENT")[0]


def facts(mail: Received) -> tuple[str, str, int]:
    """Method, status and sequence of the first entry, as a calendar reads them."""
    calendar = icalendar.Calendar.from_ical(mail.calendar)
    assert calendar["METHOD"] == mail.method
    [event, *_] = calendar.walk("VEVENT")
    return mail.method, str(event.get("STATUS", "")), int(event["SEQUENCE"])


def test_each_step_tells_with_its_method_and_a_growing_sequence(
    host: Client, sent: Sent
) -> None:
    bookings = host.calendar.bookings
    host.calendar.event_types.update("demo", requires_confirmation=True)

    def told(mails: list[Received]) -> tuple[str, str, tuple[str, str, int]]:
        [mail] = mails
        said = mail.text.split("\n")[2]
        return str(mail.message["Subject"]), said, facts(mail)

    uid = book(host).uid
    steps = [told(sent())]
    bookings.confirm(uid, notify_attendee=True)
    steps.append(told(sent()))
    bookings.reschedule(
        uid, start_time="2027-01-19 10:00", reason="A train", notify_attendee=True
    )
    moved = sent()
    steps.append(told(moved))
    bookings.cancel(uid, reason="Ill,\nsorry", notify_attendee=True)
    cancelled = sent()
    steps.append(told(cancelled))

    with_grace = "Product demo with Grace Hopper"
    until = "You will be told when it is confirmed or declined."
    again = "and is to be confirmed again. You will be told."
    answers = "To change or cancel it, reply to this mail.\n"
    assert moved[0].text.endswith(answers)
    assert answers not in cancelled[0].text
    title = "Product demo: Grace Hopper and Ada"
    request = f"Request: {title}"
    assert steps == [
        (request, f"{with_grace} is requested. {until}", ("REQUEST", "TENTATIVE", 0)),
        (title, f"{with_grace} is confirmed.", ("REQUEST", "CONFIRMED", 1)),
        (request, f"{with_grace} has moved, {again}", ("REQUEST", "TENTATIVE", 2)),
        (title, f"{with_grace} is cancelled.", ("CANCEL", "CANCELLED", 3)),
    ]
    comments = [event_of(mail)["COMMENT"] for mail in (*moved, *cancelled)]
    assert comments == [["Request: not confirmed yet", "A train"], "Ill,\nsorry"]
    assert "Before     Mon 18 Jan 2027, 15:00 Europe/Lisbon\n" in moved[0].text
    assert "Reason     A train\n" in moved[0].text
    assert "Reason     Ill,\n           sorry\n" in cancelled[0].text
    assert len({str(mail.message["References"]) for mail in moved + cancelled}) == 1
    assert len({str(mail.message["Message-ID"]) for mail in moved + cancelled}) == 2


def test_the_subject_is_the_same_whatever_happens(host: Client, sent: Sent) -> None:
    """It said what had happened and when: Exchange makes it the entry's title."""
    bookings = host.calendar.bookings
    uid = book(host, guests=["bob@b.org"], recurring=WEEKLY).uid
    mails = sent()

    bookings.update(uid, meeting_url="https://m.example", notify_attendee=True)
    bookings.reschedule(
        uid, date="2027-01-25", start_time="2027-01-26 11:00", notify_attendee=True
    )
    bookings.cancel(uid, date="2027-02-01", notify_attendee=True)
    bookings.update(uid, email="king@example.com", notify_attendee=True)
    bookings.cancel(uid, all=True, notify_attendee=True)
    mails += sent()

    assert len(mails) == 12
    assert {str(mail.message["Subject"]) for mail in mails} == {
        "Product demo: Grace Hopper and Ada"
    }


def test_confirming_is_a_new_revision_to_who_had_the_request(
    host: Client, sent: Sent
) -> None:
    """Calendars kept the request, as the confirmation had the same SEQUENCE."""
    host.calendar.event_types.update("demo", requires_confirmation=True)
    told = book(host).uid
    untold = book(host, "2027-01-19 10:00", notify_attendee=False).uid

    host.calendar.bookings.confirm(told)
    host.calendar.bookings.confirm(untold)

    assert host.calendar.bookings.get(told).sequence == 1
    assert host.calendar.bookings.get(untold).sequence == 0


def test_a_series_that_is_cancelled_names_where_its_dates_were_last(
    host: Client, sent: Sent
) -> None:
    """It named the dates by its rule, on which nothing would have been."""
    bookings = host.calendar.bookings
    uid = book(host, recurring=WEEKLY).uid
    bookings.reschedule(uid, date="2027-01-25", start_time="2027-01-26 11:00")
    sent()

    bookings.cancel(uid, all=True, reason="Ill", notify_attendee=True)

    [mail] = sent()
    assert "Tue 26 Jan 2027, 16:00" in mail.text
    assert "25 Jan" not in mail.text
    events = icalendar.Calendar.from_ical(mail.calendar).walk("VEVENT")
    assert [(str(e["STATUS"]), str(e["COMMENT"]), e["SEQUENCE"]) for e in events] == [
        ("CANCELLED", "Ill", 2)
    ] * 2
    whole, moved = events
    assert "RRULE" in whole
    assert moved["RECURRENCE-ID"].dt.isoformat() == "2027-01-25T10:00:00-05:00"
    assert moved.start.isoformat() == "2027-01-26T11:00:00-05:00"


def test_an_international_domain_goes_in_its_ascii_form(
    host: Client, sent: Sent
) -> None:
    """Mail for straße went to strasse, as Python's own names are those of 2003."""
    book(host, attendee={"name": "Ada", "email": "Ada@straße.example"})

    [mail] = sent()

    ascii_form = "Ada@xn--strae-oqa.example"
    assert mail.to == [ascii_form]
    assert mail.message["To"].addresses[0].addr_spec == ascii_form
    assert event_of(mail)["ATTENDEE"] == f"mailto:{ascii_form}"


def test_a_refusal_by_the_host_says_so(host: Client, sent: Sent) -> None:
    host.calendar.event_types.update("demo", requires_confirmation=True)
    uid = book(host, notify_attendee=False).uid

    host.calendar.bookings.reject(uid, reason="Away", notify_attendee=True)

    [mail] = sent()
    assert mail.message["Subject"] == "Product demo: Grace Hopper and Ada"
    assert "Product demo with Grace Hopper was declined." in mail.text
    assert facts(mail) == ("CANCEL", "CANCELLED", 1)


def test_a_request_that_expires_is_told_of_where_the_event_type_notifies(
    host: Client, sent: Sent, clock: Clock
) -> None:
    host.calendar.event_types.update("demo", requires_confirmation=True, notify=True)
    uid = book(host).uid
    sent()

    clock.move(days=15)
    [mail] = sent()

    assert mail.message["Subject"] == "Product demo: Grace Hopper and Ada"
    assert mail.text.split("\n")[2].endswith("was not confirmed in time and is off.")
    assert facts(mail) == ("CANCEL", "CANCELLED", 1)
    assert mail.calendar == host.calendar.bookings.get_ics(uid).encode()
    assert sent() == []


def test_one_that_expires_where_nobody_can_be_told_is_in_nobody_s_way(
    host: Client, post: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.calendar.event_types.update("demo", requires_confirmation=True, notify=True)
    book(host)
    monkeypatch.setenv("CALBOOK_CONFIG", os.devnull)
    clock.move(days=15)

    assert [event.type for event in host.tick()] == ["booking.cancelled"]


WEEKLY = {"frequency": "WEEKLY", "count": 4}


def test_one_date_of_a_series_is_told_of_alone(host: Client, sent: Sent) -> None:
    bookings = host.calendar.bookings
    uid = book(host, recurring=WEEKLY).uid
    [whole] = sent()

    bookings.cancel(uid, date="2027-01-25", notify_attendee=True)
    [cancelled] = sent()
    bookings.reschedule(
        uid, date="2027-02-01", start_time="2027-02-02 11:00", notify_attendee=True
    )
    [moved] = sent()

    assert facts(whole) == ("REQUEST", "CONFIRMED", 0)
    assert whole.text.count("Europe/Lisbon") == 4
    assert facts(cancelled) == ("CANCEL", "CANCELLED", 1)
    assert facts(moved) == ("REQUEST", "CONFIRMED", 2)
    for mail, day in ((cancelled, "2027-01-25"), (moved, "2027-02-01")):
        ics = bookings.get_ics(uid, date=day).replace("SEQUENCE:2", "SEQUENCE:N")
        read = mail.calendar.decode()
        assert re.sub("SEQUENCE:[12]", "SEQUENCE:N", read) == ics
        assert "RECURRENCE-ID" in read
    one = "One date of Product demo with Grace Hopper"
    assert f"\n\n{one} is cancelled.\n" in cancelled.text
    assert f"\n\n{one} has moved.\n" in moved.text
    assert "One date" not in whole.text
    assert "When       Mon 25 Jan 2027, 15:00–15:30 Europe/Lisbon\nB" in cancelled.text
    assert "When       Tue 2 Feb 2027, 16:00–16:30 Europe/Lisbon\nB" in moved.text


def test_several_dates_are_told_of_with_the_series_as_it_is_now(
    host: Client, sent: Sent
) -> None:
    bookings = host.calendar.bookings
    uid = book(host, recurring=WEEKLY).uid
    sent()

    bookings.cancel(uid, from_date="2027-02-01", reason="Ill", notify_attendee=True)
    [some] = sent()
    ics = bookings.get_ics(uid).encode()
    bookings.cancel(uid, all=True, notify_attendee=True)
    [rest] = sent()

    assert facts(some) == ("REQUEST", "CONFIRMED", 1)
    assert some.calendar == ics
    assert "Some dates of Product demo with Grace Hopper are cancelled." in some.text
    assert "1 Feb 2027" in some.text
    assert "8 Feb 2027" in some.text
    assert "25 Jan 2027" not in some.text
    assert facts(rest) == ("CANCEL", "CANCELLED", 2)


def test_some_dates_that_moved_are_not_all(host: Client, sent: Sent) -> None:
    bookings = host.calendar.bookings
    uid = book(host, recurring=WEEKLY).uid
    sent()

    bookings.reschedule(
        uid, from_date="2027-02-01", start_time="2027-02-02 11:00", notify_attendee=True
    )

    [mail] = sent()
    assert "\n\nSome dates of Product demo with Grace Hopper have moved.\n" in mail.text
    assert "2 Feb 2027, 16:00" in mail.text
    assert "18 Jan 2027" not in mail.text


@pytest.mark.parametrize("step", ["move", "cancel"])
def test_one_date_of_a_series_that_moved_is_told_of_with_all_of_it(
    host: Client, sent: Sent, step: str
) -> None:
    """Calendars know it by its date in the new rule, and perhaps not yet."""
    bookings = host.calendar.bookings
    uid = book(host, recurring=WEEKLY).uid
    bookings.reschedule(
        uid, all=True, start_time="2027-01-19 11:00", notify_attendee=True
    )
    moved = sent()[-1]

    if step == "move":
        start = {"start_time": "2027-02-04 11:00"}
        bookings.reschedule(uid, date="2027-02-01", notify_attendee=True, **start)
    else:
        bookings.cancel(uid, date="2027-02-01", notify_attendee=True)

    [mail] = sent()
    assert b"DTSTART;TZID=America/New_York:20270119T110000" in moved.calendar
    assert b"RECURRENCE-ID" not in moved.calendar
    assert facts(mail) == ("REQUEST", "CONFIRMED", 2)
    assert mail.calendar == bookings.get_ics(uid).encode()
    known = b"RECURRENCE-ID" if step == "move" else b"EXDATE"
    assert known + b";TZID=America/New_York:20270202T110000" in mail.calendar


def test_a_long_series_lists_its_first_dates(host: Client, sent: Sent) -> None:
    book(host, recurring={"frequency": "DAILY", "count": 30, "byDay": ["MO", "TU"]})

    [mail] = sent()

    assert mail.text.count("Europe/Lisbon") == 12
    assert "           and 18 more\n" in mail.text


def test_of_a_group_only_who_comes_or_goes_is_told(host: Client, sent: Sent) -> None:
    bookings = host.calendar.bookings
    host.calendar.event_types.create("yoga", title="Yoga", seats=4)
    uid = book(host, event_type_id="yoga").uid
    sent()

    bookings.add_attendee(
        uid, email="bob@b.org", name="Bob", phone="+1 555 0100", notify_attendee=True
    )
    [joined] = sent()
    eve = {"name": "Eve", "email": "eve@e.org"}
    again = book(host, event_type_id="yoga", attendee=eve)
    [eves] = sent()
    bookings.remove_attendee(uid, email="bob@b.org", notify_attendee=True)
    [left] = sent()

    assert again.uid == uid
    assert (joined.to, eves.to, left.to) == (["bob@b.org"], ["eve@e.org"], joined.to)
    assert facts(joined) == ("REQUEST", "CONFIRMED", 0)
    assert joined.text.startswith("Hello Bob,\n\nYoga with Grace Hopper is booked.")
    assert "Ada" not in joined.text
    assert b"555 0100" not in joined.data
    assert facts(left) == ("CANCEL", "", 1)
    [event] = icalendar.Calendar.from_ical(left.calendar).walk("VEVENT")
    assert event["ATTENDEE"] == "mailto:bob@b.org"
    assert b"example.com" not in left.calendar.replace(b"grace@example.com", b"")
    assert "You no longer take part in Yoga with Grace Hopper." in left.text


def attendees(mail: Received) -> set[str]:
    """Whom each entry of a mail's calendar lists, in both of its parts."""
    [attached] = mail.parts("application/ics")
    assert attached.get_payload(decode=True) == mail.calendar
    found = set()
    for event in icalendar.Calendar.from_ical(mail.calendar).walk("VEVENT"):
        listed = event.get("ATTENDEE", [])
        listed = listed if isinstance(listed, list) else [listed]
        found |= {str(address).removeprefix("mailto:") for address in listed}
    return found


def test_nobody_in_a_group_learns_who_else_is_in_it(host: Client, sent: Sent) -> None:
    """Strangers' names and addresses stood in the calendar parts."""
    bookings = host.calendar.bookings
    host.calendar.event_types.create("yoga", title="Yoga", seats=4)
    uid = book(host, event_type_id="yoga", recurring=WEEKLY).uid
    bookings.add_attendee(uid, email="bob@b.org", name="Bob Stone")
    bookings.add_attendee(uid, email="eve@e.org", name="Eve Wood", notify_attendee=True)
    mails = sent()[1:]

    for change in (
        lambda: bookings.update(uid, meeting_url="https://m.org", notify_attendee=True),
        lambda: bookings.reschedule(
            uid, date="2027-01-25", start_time="2027-01-26 11:00", notify_attendee=True
        ),
        lambda: bookings.cancel(uid, date="2027-02-01", notify_attendee=True),
        lambda: bookings.cancel(uid, all=True, notify_attendee=True),
    ):
        change()
        told = sent()
        assert len(told) == 3
        mails += told

    persons = {"Ada@example.com": b"Ada", "bob@b.org": b"Bob", "eve@e.org": b"Eve"}
    for mail in mails:
        [to] = mail.to
        assert attendees(mail) == {to}
        for address, name in persons.items():
            told_of = mail.text.encode() + mail.calendar.replace(b"\r\n ", b"")
            assert ((name in told_of) or (address.encode() in told_of)) == (
                address == to
            )
    copy = bookings.get_ics(uid, all_attendees=True)
    entries = icalendar.Calendar.from_ical(copy).walk("VEVENT")
    assert [len(entry["ATTENDEE"]) for entry in entries] == [3, 3]


def test_guests_know_each_other(host: Client, sent: Sent) -> None:
    book(host, guests=["bob@b.org"])

    assert [attendees(mail) for mail in sent()] == [
        {"Ada@example.com", "bob@b.org"}
    ] * 2


def test_who_comes_back_is_asked_after_the_cancellation(
    host: Client, sent: Sent
) -> None:
    """A calendar ignores what is older than it knows (RFC 5546, 2.1.5)."""
    bookings = host.calendar.bookings
    host.calendar.event_types.create("yoga", title="Yoga", seats=4)
    uid = book(host, event_type_id="yoga").uid
    sent()

    bookings.add_attendee(uid, email="bob@b.org", notify_attendee=True)
    bookings.remove_attendee(uid, email="bob@b.org", notify_attendee=True)
    bookings.add_attendee(uid, email="bob@b.org", notify_attendee=True)

    assert [facts(mail)[::2] for mail in sent()] == [
        ("REQUEST", 0),
        ("CANCEL", 1),
        ("REQUEST", 1),
    ]


# -- details that change ---------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Ada King"},
        {"meeting_url": "https://meet.example/new"},
        {"meeting_url": None},
        {"location": "in-person:Main St 1"},
    ],
    ids=str,
)
def test_what_shows_is_told_to_all_when_it_changes(
    host: Client, sent: Sent, change: dict[str, Any]
) -> None:
    host.calendar.event_types.update("demo", notify=True)
    link = "https://meet.example/old"
    uid = book(host, meeting_url=link, guests=["bob@b.org"], recurring=WEEKLY).uid
    sent()

    host.calendar.bookings.update(uid, **change)

    ada, bob = sent()
    assert (ada.to, bob.to) == (["Ada@example.com"], ["bob@b.org"])
    assert ada.message["Subject"] == str(event_of(ada)["SUMMARY"])
    assert "\n\nProduct demo with Grace Hopper has changed.\n\nWhen " in ada.text
    assert ada.text.count("Europe/Lisbon") == 4
    assert facts(bob) == ("REQUEST", "CONFIRMED", 0)
    assert ada.calendar == host.calendar.bookings.get_ics(uid).encode()


@pytest.mark.parametrize(
    "change",
    [
        {"notes": "Tea"},
        {"phone": "+351 912 345 678"},
        {"metadata": {"crm": "1"}},
        {"email": "ADA@EXAMPLE.COM"},
        {"location": "PHONE:+1 555 0123"},
    ],
    ids=str,
)
def test_what_concerns_nobody_s_calendar_is_told_to_nobody(
    host: Client, sent: Sent, change: dict[str, Any]
) -> None:
    phone = {"type": "PHONE", "phone": "+1 555 0199"}
    uid = book(host, location=phone).uid
    sent()

    host.calendar.bookings.update(uid, **change, notify_attendee=True)

    assert sent() == []


def test_a_new_address_is_invited_and_the_old_one_let_go(
    host: Client, sent: Sent
) -> None:
    uid = book(host, meeting_url="https://meet.example/old", guests=["bob@b.org"]).uid
    sent()

    host.calendar.bookings.update(
        uid,
        email="king@example.com",
        meeting_url="https://meet.example/new",
        notify_attendee=True,
    )

    old, new, bob = sent()
    assert (old.to, new.to, bob.to) == (
        ["Ada@example.com"],
        ["king@example.com"],
        ["bob@b.org"],
    )
    assert [facts(mail) for mail in (old, new, bob)] == [
        ("CANCEL", "", 1),
        ("REQUEST", "CONFIRMED", 1),
        ("REQUEST", "CONFIRMED", 1),
    ]
    assert "You no longer take part in Product demo with Grace Hopper." in old.text
    assert "To change" not in old.text
    assert attendees(old) == {"Ada@example.com"}
    assert b"meet.example/new" not in old.data + old.calendar
    assert attendees(new) == {"king@example.com", "bob@b.org"}
    assert "Product demo with Grace Hopper is booked." in new.text
    assert "Ada@example.com" not in bob.calendar.decode()


def test_only_the_address_changed_is_nothing_to_the_guests(
    host: Client, sent: Sent
) -> None:
    host.calendar.event_types.update("demo", requires_confirmation=True)
    uid = book(host, guests=["bob@b.org"]).uid
    sent()

    host.calendar.bookings.update(uid, email="king@example.com", notify_attendee=True)

    old, new = sent()
    assert (old.method, new.method) == ("CANCEL", "REQUEST")
    assert new.message["Subject"].startswith("Request: Product demo: ")


def test_another_name_in_a_group_is_told_to_its_bearer(
    host: Client, sent: Sent
) -> None:
    host.calendar.event_types.create("yoga", title="Yoga", seats=4)
    uid = book(host, event_type_id="yoga").uid
    host.calendar.bookings.add_attendee(uid, email="bob@b.org")
    sent()

    host.calendar.bookings.update(uid, name="Ada King", notify_attendee=True)

    [ada] = sent()
    assert ada.text.startswith("Hello Ada King,\n\nYoga with Grace Hopper has changed.")


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_of_what_is_over_no_change_is_told(
    host: Client, sent: Sent, clock: Clock, is_cancelled: bool
) -> None:
    """A calendar would show again what was cancelled."""
    uid = book(host).uid
    if is_cancelled:
        host.calendar.bookings.cancel(uid)
    else:
        clock.move(days=30)
    sent()

    host.calendar.bookings.update(
        uid, email="king@example.com", meeting_url="https://m.org", notify_attendee=True
    )

    assert sent() == []


def test_a_change_that_would_be_told_needs_a_server(
    host: Client, place: str, configure: Configure
) -> None:
    bookings = host.calendar.bookings
    host.calendar.event_types.update("demo", notify=True)
    uid = book(host, notify_attendee=False).uid
    before = dump(place)

    for asked in (None, True):
        with pytest.raises(errors.MailNotConfigured):
            bookings.update(uid, name="Ada King", notify_attendee=asked)

    assert dump(place) == before
    assert bookings.update(uid, name="Ada King", notify_attendee=False).version == 1


def test_attendance_and_notes_are_no_change_of_details(
    host: Client, sent: Sent, clock: Clock
) -> None:
    host.calendar.event_types.update("demo", notify=True)
    uid = book(host, recurring=WEEKLY).uid
    sent()
    clock.move(days=16)

    host.calendar.bookings.add_note(uid, content="Prompt")
    host.calendar.bookings.mark_no_show(uid, date="2027-01-18")
    host.calendar.bookings.mark_attended(uid, date="2027-01-18")

    assert sent() == []


def test_private_things_are_in_no_mail(host: Client, sent: Sent) -> None:
    booking = book(
        host,
        attendee={**ADA, "phone": "+351 912 345 678"},
        location={"type": "PHONE", "phone": "+1 555 0199"},
        metadata={"crm": "hot lead"},
        notify_attendee=False,
    )
    host.calendar.bookings.add_note(booking.uid, content="a bad knee", is_private=True)

    host.calendar.bookings.reschedule(
        booking.uid, start_time="2027-01-19 10:00", notify_attendee=True
    )
    host.calendar.bookings.update(
        booking.uid, name="Ada King", phone="+351 912 00", notify_attendee=True
    )

    moved, changed = sent()
    for mail in (moved, changed):
        said = mail.text + mail.calendar.decode().replace("\r\n ", "")
        assert "Where      Phone call" in mail.text
        for hidden in ("351 912", "555 0199", "hot lead", "knee"):
            assert hidden not in said


# -- hostile text ----------------------------------------------------------------------

HOSTILE = [
    "Ada\r\nBcc: eve@example.com",
    "Ada\nBcc: eve@example.com\n\nbody",
    "Ada\rBcc: eve@example.com",
    "Ada\x85\u2028\u2029Bcc: eve@example.com",
    "=?utf-8?q?Ada=0d=0aBcc:_eve=40example.com?=",
    "=?utf-8?b?QWRhDQpCY2M6IGV2ZUBleGFtcGxlLmNvbQ==?=",
    "=?iso-2022-jp?b?GyRC?=",
    '"Ada" <eve@example.com>, ',
    'Ada\\" <eve@example.com>, "',
    "Ada, eve@example.com; (comment",
    "x" * 10_000,
    "é " * 5_000,
    "\U0001f600" * 3_000,
    "\u202eadA\u2066",
    " ",
    "\t",
    "\0",
    "Ada" + " " * 150 + "King",
    "Adé" + " " * 150 + "King",
]


def check_harmless(text: str, name: str) -> None:
    """One person is written to, by the headers that there are to be, and no others."""
    data = text.encode()
    assert max(map(len, data.split(b"\n"))) <= 998
    head = data.split(b"\n\n")[0].split(b"\n")
    assert max(map(len, head)) <= 200
    assert [line for line in head if not line.strip()] == []  # RFC 5322, 2.2.3
    message = email.message_from_bytes(data, policy=policy.default)
    assert [header.casefold() for header in message] == [
        *("date", "from", "reply-to", "to", "subject", "in-reply-to", "references"),
        *("content-language", "message-id", "auto-submitted"),
        *("content-type", "mime-version"),
    ]
    for header, address in (
        ("From", "me@example.org"),
        ("Reply-To", "alice@example.com"),
        ("To", "ada@example.com"),
    ):
        [one] = message[header].addresses
        assert one.addr_spec == address
        assert message[header].defects == ()
        assert len(one.display_name) <= 10 * NAME_LENGTH
        if name.isprintable() and name.strip():
            # Python's reader leaves the blanks between encoded words (RFC 2047, 6.2).
            shown = name[:NAME_LENGTH]
            assert one.display_name.replace(" ", "") == shown.replace(" ", "")
    assert message.defects == []
    [plain] = [p for p in message.walk() if p.get_content_type() == "text/plain"]
    assert not set(plain.get_content()) & {"\u202e", "\u2066", "\0", "\x1b"}


def hostile(text: str) -> str:
    """A mail in which everything that people may write is that text."""
    invite = invite_of(
        title=text,
        description=text,
        hosts=(ALICE._replace(name=text), BOB._replace(name=text)),
        attendees=(Attendee("ada@example.com", text),),
        notes=text,
        location={"type": "IN_PERSON", "address": text},
    )
    dates = invite.booking.occurrences
    notice = Notice("request", "moved", invite.booking.attendees, dates)
    envelope = Envelope("dl_0123456789abcdef", "me@example.org", dates[0].span.start)
    person = invite.booking.attendee
    return messages.invitation_message(envelope, invite, notice, person, reason=text)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_no_text_gets_out_of_its_place(text: str) -> None:
    check_harmless(hostile(text), text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=250))
def test_no_text_at_all_gets_out_of_its_place(text: str) -> None:
    check_harmless(hostile(text), text)


@given(
    st.lists(
        st.sampled_from(["Ada", "King", "é", ",", " " * 60, " " * 79, " " * 130]),
        max_size=7,
    ).map("".join)
)
def test_no_line_of_a_header_is_blank(text: str) -> None:
    check_harmless(hostile(text), text)


@given(st.text(alphabet='=?utf-8bqQ_ \r\n<>"\\,:;()@.é', max_size=80))
def test_nothing_made_of_what_headers_are_made_of_does(text: str) -> None:
    check_harmless(hostile(text), text)


# -- whether anybody is told -----------------------------------------------------------


def test_without_a_mail_server_nobody_is_told_and_nothing_written(
    host: Client, place: str
) -> None:
    bookings = host.calendar.bookings
    uid = book(host, notify_attendee=False).uid
    before = dump(place)

    with pytest.raises(errors.MailNotConfigured) as refusal:
        book(host, "2027-01-19 10:00")
    with pytest.raises(errors.MailNotConfigured):
        bookings.cancel(uid, notify_attendee=True)
    with pytest.raises(errors.MailNotConfigured):
        bookings.create_all(
            [
                {
                    "event_type_id": "demo",
                    "notify_attendee": True,
                    "start_time": "2027-01-20 10:00",
                    "attendee": ADA,
                }
            ]
        )

    assert "calbook config smtp" in (refusal.value.json_hint or "")
    assert dump(place) == before


def test_an_event_type_that_notifies_does_so_unless_told_not_to(
    host: Client, configure: Configure, place: str
) -> None:
    """Refused without a server too: nobody shall believe that a mail went out."""
    bookings, mails = host.calendar.bookings, host.calendar.mails
    host.calendar.event_types.update("demo", notify=True)
    before = dump(place)
    with pytest.raises(errors.MailNotConfigured):
        book(host, notify_attendee=None)
    with pytest.raises(errors.MailNotConfigured):
        book(host, notify_attendee=None, dry_run=True)
    assert dump(place) == before
    quiet = book(host, notify_attendee=False)
    bookings.update(quiet.uid, notes="Tea")
    configure(free_port())

    told = book(host, "2027-01-19 10:00", notify_attendee=None)
    bookings.cancel(told.uid)
    bookings.cancel(quiet.uid, notify_attendee=False)

    assert [mail.type for mail in mails.log(told.uid)] == ["cancel", "request"]
    assert mails.log(quiet.uid) == ()


def test_a_host_without_address_can_invite_nobody(
    client: Client, post: Server, place: str
) -> None:
    client.calendar.event_types.create("demo")
    before = dump(place)

    with pytest.raises(errors.MailNotConfigured) as refusal:
        book(client, "2027-01-18 10:00")

    assert refusal.value.code == "mail_not_configured"
    assert refusal.value.message.startswith("user_me has no e-mail address")
    assert dump(place) == before


@pytest.mark.parametrize("notifies", [True, None], ids=["said", "by-event-type"])
def test_of_a_team_one_whom_nobody_could_answer_is_passed_over(
    client: Client, post: Server, notifies: bool | None
) -> None:
    """The host whose turn it was had no address, and the booking was refused."""
    calendar = client.calendar
    for name in ("bob", "alice", "carl"):
        email = "alice@example.com" if name == "alice" else None
        calendar.hosts.create(name, name=name, email=email)
    calendar.event_types.create(
        "demo",
        scheduling_type="ROUND_ROBIN",
        hosts=["bob", "alice", "carl"],
        notify=notifies is None,
    )

    [slot] = calendar.availability.get(
        event_type_id="demo", start_date="2027-01-18 10:00", count=1
    )
    told = book(client, notify_attendee=notifies)
    moved = calendar.bookings.create(
        event_type_id="demo",
        start_time="2027-01-18 11:00",
        attendee={"name": "Eve", "email": "eve@example.com"},
        host_id="bob",
        notify_attendee=False,
    )
    handed = calendar.bookings.reschedule(
        moved.uid,
        start_time="2027-01-18 11:00",
        reassign=True,
        notify_attendee=notifies,
    )

    assert told.host_id == handed.host_id == "user_alice"
    assert slot.host_id == ("user_alice" if notifies is None else "user_bob")
    with pytest.raises(errors.HostWithoutEmail):  # nobody else is free
        book(client, notify_attendee=notifies)


def test_a_dry_run_queues_nothing(host: Client, post: Server) -> None:
    book(host, dry_run=True)

    assert host.calendar.mails.log() == ()


def test_a_repeated_request_tells_once(host: Client, post: Server) -> None:
    first = book(host, idempotency_key="k")
    again = book(host, idempotency_key="k")

    assert again == first
    assert len(host.calendar.mails.log(first.uid)) == 1


def test_notify_is_yes_or_no(host: Client, post: Server) -> None:
    with pytest.raises(errors.BadInput):
        book(host, notify_attendee="yes")


def test_the_seed_s_cancellation_by_the_host_tells_the_attendee(
    host: Client, sent: Sent
) -> None:
    booking = book(host, notify_attendee=False)

    host.calendar.bookings.cancel(
        booking.uid,
        reason="Need to reschedule due to emergency",
        cancelled_by="host",
        notify_attendee=True,
    )

    [mail] = sent()
    assert "Reason     Need to reschedule due to emergency\n" in mail.text


@pytest.mark.sqlite
def test_a_write_that_tells_nobody_loads_nothing_for_it(
    host: Client, environment: Callable[[], dict[str, str]], tmp_path: Path
) -> None:
    """And opens no settings, makes no lock: what is not asked for costs nothing."""
    code = (
        "import os, sys; opened = []\n"
        "sys.addaudithook(lambda e, a: e == 'open' and opened.append(str(a[0])))\n"
        "from calbook.cli import app\n"
        "status = app.run(sys.argv[1:])\n"
        "loaded = {'smtplib', 'email', 'ssl', 'socket', 'tomllib', 'icalendar',"
        " 'calbook.services.outbox.mail_notices',"
        " 'calbook.delivery'}\n"
        "print(*sorted(loaded & set(sys.modules)), file=sys.stderr)\n"
        "print(*(f for f in opened if 'config.toml' in f), file=sys.stderr)\n"
    )
    files = set(tmp_path.iterdir())
    start = ("create", "--event", "demo", "--start", "2027-01-18 10:00", "--json")
    person = ("--name", "Ada", "--email", "ada@example.com")

    done = subprocess.run(
        [sys.executable, "-c", code, *start, *person],
        env=environment() | {"CALBOOK_CONFIG": str(tmp_path / "config.toml")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout)["status"] == "CONFIRMED"
    assert done.stderr.split() == []
    assert set(tmp_path.iterdir()) == files


# -- delivery --------------------------------------------------------------------------


def test_what_a_server_refuses_for_now_arrives_later_and_in_order(
    host: Client, post: Server, clock: Clock
) -> None:
    post.refused["Ada@example.com"] = "451 later"
    booking = book(host)
    host.calendar.bookings.cancel(booking.uid, notify_attendee=True)

    [first] = host.deliver()
    clock.move(seconds=29)
    assert host.deliver() == ()
    post.refused.clear()
    clock.move(seconds=1)
    later = host.deliver()

    assert (first.status, first.code, first.response) == ("pending", 451, "later")
    assert [mail.status for mail in later] == ["delivered", "delivered"]
    assert [mail.method for mail in post.received] == ["REQUEST", "CANCEL"]
    assert [mail.attempts for mail in host.calendar.mails.log(booking.uid)] == [1, 2]


def test_a_refusal_for_good_fails_visibly_and_holds_up_nobody(
    host: Client, post: Server
) -> None:
    post.refused["bob@b.org"] = "550 no such user"
    booking = book(host, guests=["bob@b.org"])
    host.calendar.bookings.cancel(booking.uid, notify_attendee=True)

    host.deliver()

    log = host.calendar.mails.log(booking.uid, email="BOB@b.org")
    assert [(mail.status, mail.code) for mail in log] == [("failed", 550)] * 2
    assert len(host.calendar.mails.log(booking.uid, status="delivered")) == 2


def connections(received: list[Received]) -> list[int]:
    """How many mails came over each connection, in order."""
    return [*Counter(mail.peer for mail in received).values()]


def test_a_mail_that_a_later_one_has_overtaken_is_not_sent_again(
    host: Client, sent: Sent
) -> None:
    """ "Moved: …, to change or cancel it, reply" came after the cancellation."""
    booking = book(host)
    host.calendar.bookings.cancel(booking.uid, notify_attendee=True)
    sent()
    cancelled, booked = host.calendar.mails.log(booking.uid)

    with pytest.raises(errors.Inactive, match="out of date") as refused:
        host.calendar.mails.redeliver(booked.id)
    host.calendar.mails.redeliver(cancelled.id)

    assert refused.value.details["later"] == cancelled.id
    assert [mail.method for mail in sent()] == ["CANCEL"]


def test_many_mails_go_over_one_connection(host: Client, sent: Sent) -> None:
    """A log-in for each of them, and a server may take us for a spammer."""
    for hour in range(10, 14):
        book(host, f"2027-01-18 {hour}:00")

    assert connections(sent()) == [4]
    book(host, "2027-01-18 14:00")
    assert connections(sent()) == [1]


def test_a_refusal_holds_up_no_other_mail_on_its_connection(
    host: Client, post: Server
) -> None:
    book(host, attendee={"name": "Eve", "email": "eve@example.com"})
    book(host, "2027-01-18 11:00")
    post.refused["eve@example.com"] = "550 who?"

    delivered = host.deliver()

    assert [mail.status for mail in delivered] == ["failed", "delivered"]
    assert [mail.to for mail in post.received] == [["Ada@example.com"]]


@pytest.mark.parametrize(
    "enough",
    [("MAIL", "421 that was it"), ("RCPT", "452 too many"), ("DATA", "451 later")],
    ids=["sender", "recipient", "message"],
)
def test_a_server_that_has_taken_enough_is_called_again(
    host: Client, post: Server, enough: tuple[str, str]
) -> None:
    post.share, post.enough = 2, enough
    for hour in range(10, 15):
        book(host, f"2027-01-18 {hour}:00")

    delivered = host.deliver()

    assert [mail.status for mail in delivered] == ["delivered"] * 5
    assert connections(post.received) == [2, 2, 1]


def test_a_connection_that_fell_asleep_is_opened_anew(
    serve: Serve, configure: Configure, host: Client
) -> None:
    """Between two mails the server hangs up."""
    server = serve(timeout=0.3)
    settings = configure(server.port)
    with closing(SmtpSender()) as postman:
        for pause in (0, 1):
            time.sleep(pause)
            sent = postman.send_message(
                settings, "ada@example.com", "To: x\n\nHi\n", seconds=5
            )
            assert sent.status == "delivered"

    assert connections(server.received) == [1, 1]


def test_another_server_gets_none_of_the_old_connection(
    serve: Serve, configure: Configure
) -> None:
    old, new = serve(), serve()
    with closing(SmtpSender()) as postman:
        for server in (old, new):
            settings = configure(server.port)
            postman.send_message(
                settings, "ada@example.com", "To: x\n\nHi\n", seconds=5
            )

    assert (len(old.received), len(new.received)) == (1, 1)


def test_after_the_last_attempt_it_has_failed(
    host: Client, configure: Configure, clock: Clock
) -> None:
    configure(free_port())
    booking = book(host, "2027-02-18 10:00")
    waits = []

    for _ in range(20):
        sent = host.deliver()
        [mail] = host.calendar.mails.log(booking.uid)
        if mail.status == "failed":
            break
        assert sent[0].response == "Connection refused"
        waits.append(mail.next_at)
        clock.move(hours=24)

    assert mail.attempts == 8
    assert len(waits) == 7


def test_a_mail_that_was_queued_waits_for_its_server_to_come_back(
    host: Client, post: Server, clock: Clock
) -> None:
    book(host)
    settings = Path(os.environ["CALBOOK_CONFIG"])
    kept = settings.read_bytes()
    settings.unlink()

    [mail] = host.deliver()
    settings.write_bytes(kept)
    clock.move(seconds=30)
    [again] = host.deliver()

    assert (mail.status, mail.response) == ("pending", "no mail server is configured")
    assert again.status == "delivered"


# -- the command line ------------------------------------------------------------------

PERSON = ("--name", "Ada", "--email", "ada@example.com")
CREATE = ("create", "--event", "demo", "--start", "2027-01-18 10:00", *PERSON)


def test_a_command_that_notifies_sends_at_once(
    host: Client, run: Run, post: Server
) -> None:
    made = run(*CREATE, "--notify", "--json").json
    move = ("reschedule", made["uid"], "--start", "2027-01-19 10:00")
    name = ("update", made["uid"], "--name", "Ada King")
    assert run(*name, "--no-notify").status == 0
    name = (*name[:-1], "Ada Byron")
    for command in (move, name, ("cancel", made["uid"])):
        assert run(*command, "--notify").status == 0

    assert [mail.method for mail in post.received] == ["REQUEST"] * 3 + ["CANCEL"]
    log = run("mail", "log", made["uid"]).rows
    assert [row[1:6] for row in log] == [
        ["ada@example.com", kind, made["uid"], "delivered", "250"]
        for kind in ("cancel", "request", "request", "request")
    ]


def test_a_mail_that_was_refused_for_good_is_said_at_once(
    host: Client, run: Run, post: Server
) -> None:
    """Only `mail log` knew that somebody would hear nothing."""
    post.refused["ada@example.com"] = "550 5.1.1 who?"

    answer = run(*CREATE, "--notify")

    (failed,) = host.calendar.mails.log()
    assert answer.status == 0
    assert answer.err == (
        "calbook: the mail to ada@example.com has failed for good: 550: 5.1.1 who?\n"
        f"hint: to try again: calbook mail redeliver {failed.id}\n"
    )


def test_a_line_of_json_may_say_whom_to_tell(
    host: Client, run: Run, post: Server
) -> None:
    wanted = {"eventTypeId": "demo", "attendee": ADA}
    lines = [
        json.dumps(
            {**wanted, "startTime": f"2027-01-18 1{n}:00", "notifyAttendee": yes}
        )
        for n, yes in enumerate((True, False))
    ]

    made = run("create", "--input", "-", "--json", input="\n".join(lines) + "\n")

    assert len(made.json) == 2
    assert len(post.received) == 1


SET = ("config", "smtp")
FROM = ("--sender", "me@example.com")
AT = ("--server", "smtp.example.com")
SMTP = (*SET, *AT, *FROM)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config file in a directory that is not there yet."""
    file = tmp_path / "new" / "config.toml"
    monkeypatch.setenv("CALBOOK_CONFIG", str(file))
    return file


def set_in(settings: list[dict[str, Any]]) -> dict[str, Any]:
    """The values of the mail server's settings by their keys."""
    named = {each["name"]: each["value"] for each in settings}
    return {name[5:]: value for name, value in named.items() if name[:5] == "smtp."}


def test_the_settings_are_kept_in_a_file_for_its_owner(run: Run, config: Path) -> None:
    made = run(*SMTP, "--user", "me", "--password-command", "pass smtp", "--json").json

    assert set_in(made) == {
        "host": "smtp.example.com",
        "port": None,
        "security": "starttls",
        "user": "me",
        "password_command": "pass …",
        "password_env": None,
        "from": "me@example.com",
        "allow_plain": False,
    }
    assert run("config", "show", "--json").json[-len(made) :] == made
    assert config.stat().st_mode & 0o777 == 0o600
    assert config.parent.stat().st_mode & 0o777 == 0o700
    assert list(config.parent.iterdir()) == [config]


def test_settings_change_one_by_one_and_other_keys_stay(run: Run, config: Path) -> None:
    config.parent.mkdir()
    config.write_text('theme = "dark"\n[smtp]\nhost = "a.example"\nfrom = "a@b.org"\n')

    def set_(*args: str) -> dict[str, Any]:
        return set_in(run("config", "smtp", *args, "--json").json)

    tls = set_("--security", "TLS")
    user = set_("--user", "me", "--password-command", "pass")
    env = set_("--password-env", "SMTP_PASSWORD")
    nobody = set_("--user", "none")
    gone = set_("--remove")

    passwords = ("password_command", "password_env")
    assert [nobody[key] for key in ("user", *passwords)] == [None] * 3
    assert nobody["host"] == "a.example"
    assert (tls["host"], tls["security"]) == ("a.example", "tls")
    assert [user[key] for key in passwords] == ["pass", None]
    assert [env[key] for key in passwords] == [None, "SMTP_PASSWORD"]
    assert gone["host"] is None
    assert tomllib.loads(config.read_text()) == {"theme": "dark"}


def test_the_default_file_is_in_the_config_directory(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CALBOOK_CONFIG")

    run(*SMTP)

    path = tmp_path / "home/config/calbook/config.toml"
    assert run("config", "path").out == f"{path}\n"
    assert path.exists()


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(("config", "smtp"), id="nothing"),
        pytest.param(("config", "smtp", "--server", "a.example"), id="no from"),
        pytest.param(("config", "smtp", "--sender", "a@b.org"), id="no host"),
        pytest.param((*SMTP, "--remove"), id="to set and to remove"),
        pytest.param((*SMTP, "--port", "0"), id="port 0"),
        pytest.param((*SMTP, "--port", "65536"), id="a port too high"),
        pytest.param((*SMTP, "--port", "smtp"), id="a port by name"),
        pytest.param((*SMTP, "--security", "ssl"), id="an unknown security"),
        pytest.param((*SMTP, "--security", "none"), id="in the clear"),
        pytest.param((*SMTP, "--user", "me"), id="a user without password"),
        pytest.param((*SMTP, "--password-env", "P"), id="a password without user"),
        pytest.param(
            (*SMTP, "--user", "m", "--password-env", "P", "--password-command", "p"),
            id="two passwords",
        ),
        pytest.param((*SET, *FROM, "--server", "a b"), id="a host with a blank"),
        pytest.param((*SET, *FROM, "--server", "https://a.example"), id="a URL"),
        pytest.param((*SET, *FROM, "--server", "a\r\nb"), id="a host of two lines"),
        pytest.param((*SET, *AT, "--sender", "Me <me@example.com>"), id="a name"),
        pytest.param((*SET, *AT, "--sender", "mé@example.com"), id="not ASCII"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    run: Run, config: Path, options: tuple[str, ...]
) -> None:
    answer = run(*options, "--json")

    assert (answer.status, answer.error["exitCode"]) == (2, 2)
    assert not config.exists()


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (("config", "smtp", "--server", "a.example"), "--sender you@example.com"),
        (("config", "smtp", "--sender", "a@b.org"), "--server smtp.example.com"),
        ((*SET, *AT, "--sender", "Gwen <g@example.com>"), "write the address alone"),
        (("config", "smtp-test"), "calbook config smtp --server"),
    ],
)
def test_settings_that_are_refused_hint_at_what_to_write(
    run: Run, config: Path, options: tuple[str, ...], hint: str
) -> None:
    refused = run(*options, "--json").error

    assert hint in refused["hint"]
    assert "--no-notify" not in refused["hint"]


def test_an_international_domain_of_the_settings_is_ascii_to_the_server(
    configure: Configure,
) -> None:
    server = configure(25, **{"from": "Me@straße.example"})
    assert server.sender == "Me@xn--strae-oqa.example"

    with pytest.raises(errors.BadInput, match="before the @"):
        configure(25, **{"from": "mé@straße.example"})
    server = configure(25, host="mail.straße.example", security="tls")
    assert server.host == "mail.xn--strae-oqa.example"
    with pytest.raises(errors.BadInput, match="host cannot be"):
        configure(25, host="\U0001f600.example", security="tls")


def test_plain_mail_is_for_this_machine_or_asked_for(run: Run, config: Path) -> None:
    for host in ("localhost", "127.0.0.1", "::1"):
        assert run(*SET, *FROM, "--server", host, "--security", "none").status == 0
        server = mail_server()
        assert (server and server.port) == 25
    far = (*SET, *FROM, "--server", "10.0.0.1", "--security", "none")

    assert run(*far).status == 2
    assert run(*far, "--allow-plain").status == 0
    assert run("config", "get", "smtp.allow_plain").out == "true\n"


BROKEN = [
    "[smtp",
    "smtp = 1",
    "[smtp]\nhots = 'a'",
    "[smtp]\nhost = 1\nfrom = 'a@b.c'",
    "[" * 5_000,
    f"a = {'[' * 5_000}",
]


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:12])
def test_a_file_that_makes_no_sense_is_named(
    host: Client, run: Run, config: Path, text: str
) -> None:
    config.parent.mkdir()
    config.write_text(text)

    for command in (("config", "show"), (*CREATE, "--notify"), ("config", "smtp-test")):
        answer = run(*command, "--json")
        assert (answer.status, answer.error["code"]) == (2, "bad_input")
        assert str(config) in answer.error["message"]
    assert run(*CREATE).status == 0


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:12])
def test_a_file_that_makes_no_sense_is_in_nobody_s_way_who_asks_for_no_mail(
    host: Client,
    run: Run,
    post: Server,
    clock: Clock,
    receiver: Receiver,
    text: str,
) -> None:
    """It is as if there were no server; what is queued waits and says why."""
    ask = {"requires_confirmation": True, "notify": True}
    host.calendar.event_types.create("ask", title="Ask", **ask)
    host.calendar.event_types.update("demo", reminders=[{"minutes_before": 60}])
    book(host, event_type_id="ask", start="2027-01-18 11:00", notify_attendee=False)
    reminded = book(host).uid
    host.calendar.webhooks.create(receiver.url(), allow_http=True)
    Path(os.environ["CALBOOK_CONFIG"]).write_text(text)

    made = run(*CREATE[:4], "2027-01-19 10:00", *PERSON, "--no-deliver", "--json")
    off = run("cancel", reminded, "--no-deliver", "--json")
    later = run("event", "update", "demo", "--title", "A demo", "--json")
    clock.move(days=14, hours=9)
    ticked = run("tick", "--json")
    sent = run("deliver", "--json")

    assert [answer.status for answer in (made, off, later, ticked, sent)] == [
        *(0, 0, 0, 0),
        8,  # as the mail about the first booking waits
    ]
    assert "booking.cancelled" in receiver.types
    [mail] = host.calendar.mails.log(reminded, status="pending")
    assert (mail.type, mail.attempts) == ("request", 1)
    assert os.environ["CALBOOK_CONFIG"] in (mail.response or "")


def test_the_server_can_be_tried(run: Run, post: Server) -> None:
    tried = run("config", "smtp-test", "--json").json
    sent = run("config", "smtp-test", "--send-to", "me@example.com", "--json").json

    assert (tried["to"], tried["code"]) == (None, 250)
    assert (sent["to"], sent["code"], sent["response"]) == (
        "me@example.com",
        250,
        "taken",
    )
    [mail] = post.received
    assert mail.message["Subject"] == "A test by calbook"


def test_a_server_that_refuses_is_told_of_in_its_words(
    run: Run, post: Server, config_free: Callable[[], None]
) -> None:
    post.refused["me@example.com"] = "550 no such user"

    refused = run("config", "smtp-test", "--send-to", "me@example.com", "--json")
    config_free()
    nobody = run("config", "smtp-test", "--json")

    assert (refused.status, refused.error["code"]) == (8, "delivery_failed")
    assert refused.error["message"].endswith(": no such user")
    assert refused.error["details"]["code"] == 550
    assert (nobody.status, nobody.error["code"]) == (8, "delivery_failed")
    assert nobody.error["message"].endswith(": Connection refused")


@pytest.fixture
def config_free(configure: Configure) -> Callable[[], None]:
    """Names a server that is not there."""
    return lambda: configure(free_port()) and None


@pytest.mark.filterwarnings("ignore:Requiring AUTH while:UserWarning")
def test_no_password_is_shown_anywhere(
    host: Client, run: Run, serve: Serve, configure: Configure, tmp_path: Path
) -> None:
    from support.mailing import authenticator

    server = serve(
        authenticator=authenticator, auth_required=True, auth_require_tls=False
    )
    wrong = "not the right one"
    configure(server.port, user=USER, password_command=f"echo '{wrong}'")

    shown = [
        run("config", "show"),
        run("config", "show", "--json"),
        run("config", "smtp-test"),
        run(*CREATE, "--notify"),
        run("deliver", "--json"),
        run("mail", "log", "--json"),
    ]

    assert not [answer for answer in shown if wrong in answer.out + answer.err]
    assert PASSWORD not in (tmp_path / "config.toml").read_text()


def test_an_event_type_that_would_tell_nobody_hints_at_it(
    host: Client, run: Run, post: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = run("event", "update", "demo", "--reminder", "60")
    monkeypatch.setenv("CALBOOK_CONFIG", os.devnull)
    hinted = run("event", "update", "demo", "--notify")

    assert silent.err == ""
    assert hinted.status == 0
    assert "calbook config smtp" in hinted.err


def test_the_log_on_a_terminal(
    host: Client, run: Run, post: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from calbook.cli import output

    book(host)
    host.deliver()
    monkeypatch.setattr(output, "as_terminal", True)

    shown = run("mail", "log").out

    assert re.search(r"ada@example.com +invitation +bk_\w{6} +delivered", shown)
    assert run("mail", "log", "--status", "failed").out == "no mail\n"
