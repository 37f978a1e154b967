"""What drop-ins, absentees and those who move are told by e-mail and calendar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import icalendar
import pytest
from conftest import Clock
from support.mailing import Received, Server

from calbook import Booking, Client, errors

pytest_plugins = ("support.mailing",)

FIRST, SECOND, THIRD = "2027-01-18", "2027-01-25", "2027-02-01"
Sent = Callable[[], list[Received]]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def host(client: Client) -> Client:
    """Grace, who gives yoga to four and tells everybody of everything."""
    client.set_up(
        name="Grace Hopper", email="grace@example.com", timezone="America/New_York"
    )
    client.calendar.event_types.create("yoga", title="Yoga", seats=4, notify=True)
    return client


@pytest.fixture
def sent(client: Client, post: Server) -> Sent:
    """Delivers, and gives what the server got by that."""

    def sent() -> list[Received]:
        post.received.clear()
        client.deliver()
        return [*post.received]

    return sent


@pytest.fixture
def course(host: Client, sent: Sent) -> str:
    """Ada on three Mondays, Bob on the second; both have been told."""
    bookings = host.calendar.bookings
    uid = bookings.create(
        event_type_id="yoga",
        start_time=f"{FIRST} 10:00",
        attendee={"name": "Ada", "email": "ada@a.org"},
        recurring={"frequency": "WEEKLY", "count": 3},
    ).uid
    bookings.add_attendee(uid, email="bob@b.org", name="Bob", on=SECOND)
    sent()
    return uid


def entries(calendar: bytes | str) -> list[tuple[Any, ...]]:
    """Of each entry the date that it is about, the rule, and what is excepted."""
    found = []
    for event in icalendar.Calendar.from_ical(calendar).walk("VEVENT"):
        about, out = event.get("RECURRENCE-ID"), event.get("EXDATE")
        every = [] if out is None else out if isinstance(out, list) else [out]
        found.append(
            (
                about and str(about.dt.date()),
                "RRULE" in event,
                [str(day.dt.date()) for each in every for day in each.dts],
            )
        )
    return found


def told(mails: list[Received]) -> list[tuple[str, str, list[tuple[Any, ...]]]]:
    return [
        (
            mail.to[0],
            str(icalendar.Calendar.from_ical(mail.calendar)["METHOD"]),
            entries(mail.calendar),
        )
        for mail in mails
    ]


ON_SECOND = [(SECOND, False, [])]


def test_a_drop_in_is_asked_to_single_dates(
    host: Client, course: str, sent: Sent
) -> None:
    bookings = host.calendar.bookings

    bookings.add_attendee(course, email="eve@e.org", name="Eve", on=SECOND)
    bookings.add_attendee(course, email="eve@e.org", on=THIRD)

    one, both = sent()
    assert told([one]) == [("eve@e.org", "REQUEST", ON_SECOND)]
    assert told([both]) == [("eve@e.org", "REQUEST", [*ON_SECOND, (THIRD, False, [])])]
    assert "Mon 25 Jan 2027" in one.text
    assert "Mon 18 Jan 2027" not in one.text
    assert "Ada" not in one.text


def test_an_absence_takes_one_date_out_of_the_calendar(
    host: Client, course: str, sent: Sent
) -> None:
    bookings = host.calendar.bookings

    bookings.remove_attendee(course, email="ada@a.org", on=SECOND)
    [out] = sent()
    bookings.add_attendee(course, email="ada@a.org", on=SECOND)
    [back] = sent()

    assert told([out]) == [("ada@a.org", "CANCEL", ON_SECOND)]
    assert "You no longer take part in one date of Yoga with Grace" in out.text
    assert told([back]) == [("ada@a.org", "REQUEST", [(None, True, [])])]


def test_a_drop_in_who_leaves_is_told_of_their_dates_alone(
    host: Client, course: str, sent: Sent
) -> None:
    host.calendar.bookings.remove_attendee(course, email="bob@b.org", on=SECOND)

    assert told(sent()) == [("bob@b.org", "CANCEL", ON_SECOND)]


def test_only_who_takes_part_is_told_of_a_date(
    host: Client, course: str, sent: Sent
) -> None:
    bookings = host.calendar.bookings
    bookings.remove_attendee(course, email="ada@a.org", on=SECOND)
    sent()

    bookings.reschedule(course, date=SECOND, start_time="2027-01-26 10:00")
    moved = sent()
    bookings.cancel(course, date=FIRST)
    cancelled = sent()

    assert [mail.to for mail in moved] == [["bob@b.org"]]
    assert [mail.to for mail in cancelled] == [["ada@a.org"]]


def test_a_drop_in_is_told_of_their_date_when_several_are_off(
    host: Client, course: str, sent: Sent
) -> None:
    host.calendar.bookings.cancel(course, from_date=SECOND)

    mails = sorted(told(sent()))

    assert mails == [
        ("ada@a.org", "REQUEST", [(None, True, [])]),
        ("bob@b.org", "CANCEL", ON_SECOND),
    ]


def test_an_absentee_s_calendar_keeps_the_date_out(
    host: Client, course: str, sent: Sent
) -> None:
    bookings = host.calendar.bookings
    bookings.remove_attendee(course, email="ada@a.org", on=SECOND)
    sent()

    bookings.update(course, meeting_url="https://m.org")

    assert sorted(told(sent())) == [
        ("ada@a.org", "REQUEST", [(None, True, [SECOND])]),
        ("bob@b.org", "REQUEST", ON_SECOND),
    ]


def test_where_all_has_moved_a_drop_in_s_date_keeps_its_name(
    host: Client, course: str, sent: Sent
) -> None:
    """A calendar without the rule knows a date by where it was first."""
    host.calendar.bookings.reschedule(course, all=True, start_time="2027-01-19 11:00")

    found = {to: entry for to, _, entry in told(sent())}

    assert found["bob@b.org"] == ON_SECOND


def test_who_moves_leaves_one_calendar_entry_for_another(
    host: Client, course: str, sent: Sent
) -> None:
    host.calendar.bookings.move_attendee(
        course, email="ada@a.org", on=THIRD, start_time="2027-02-03 10:00"
    )

    assert told(sent()) == [
        ("ada@a.org", "CANCEL", [(THIRD, False, [])]),
        ("ada@a.org", "REQUEST", [(None, False, [])]),
    ]


def test_reminders_are_for_who_takes_part(
    host: Client, clock: Clock, course: str, sent: Sent
) -> None:
    host.calendar.event_types.update("yoga", reminders=[{"minutes_before": 60}])
    host.calendar.bookings.remove_attendee(
        course, email="ada@a.org", on=SECOND, notify_attendee=False
    )

    to = []
    for day in (FIRST, SECOND, THIRD):
        clock.now = clock.now.fromisoformat(f"{day}T14:30:00+00:00")
        host.tick()
        to.append([mail.to[0] for mail in sent()])

    assert to == [["ada@a.org"], ["bob@b.org"], ["ada@a.org"]]


# -- copies ----------------------------------------------------------------------------


def copy(host: Client, uid: str, **whose: Any) -> str:
    return host.calendar.bookings.get_ics(uid, **whose).replace("\r\n ", "")


def test_a_copy_has_the_dates_and_the_name_of_one_person(
    host: Client, course: str
) -> None:
    host.calendar.bookings.remove_attendee(
        course, email="ada@a.org", on=FIRST, notify_attendee=False
    )

    ada, bob = (copy(host, course, email=f"{e}") for e in ("ada@a.org", "bob@b.org"))

    assert entries(ada) == [(None, True, [FIRST])]
    assert entries(bob) == ON_SECOND
    assert ("bob@b.org" in ada, "Bob" in ada) == (False, False)
    assert ("ada@a.org" in bob, "Ada" in bob) == (False, False)
    assert copy(host, course, person="Bob") == bob


def test_a_copy_of_a_group_names_nobody_but_the_host(host: Client, course: str) -> None:
    plain, own = copy(host, course), copy(host, course, all_attendees=True)

    assert "METHOD:PUBLISH" in plain
    assert "ATTENDEE" not in plain
    assert "grace@example.com" in plain
    assert own.count("ATTENDEE") == 2
    with pytest.raises(errors.UsageError):
        copy(host, course, email="ada@a.org", all_attendees=True)
    with pytest.raises(errors.NotFound):
        copy(host, course, email="nobody@a.org")


def test_a_guest_s_copy_is_without_who_booked(host: Client) -> None:
    host.calendar.event_types.create("demo", title="Demo")
    booked: Booking = host.calendar.bookings.create(
        event_type_id="demo",
        start_time=f"{FIRST} 12:00",
        attendee={"name": "Ada", "email": "ada@a.org"},
        guests=["bob@b.org"],
        notes="Call me Ada",
    )

    guest = copy(host, booked.uid, email="bob@b.org")

    assert "Ada" not in guest
    assert "ada@a.org" not in guest
    assert copy(host, booked.uid).count("ATTENDEE") == 2
