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


# -- who has no date left --------------------------------------------------------------


def master_status(mail: Received) -> str | None:
    """The STATUS of the entry that is about all dates."""
    events = icalendar.Calendar.from_ical(mail.calendar).walk("VEVENT")
    return next((str(e["STATUS"]) for e in events if "RECURRENCE-ID" not in e), None)


def last_to(mails: list[Received], email: str) -> Received:
    return [mail for mail in mails if mail.to == [email]][-1]


ALL_OFF = [(None, True, [])]


@pytest.fixture
def regular(host: Client, course: str, sent: Sent) -> str:
    """The course, in which Eve has all dates; she has been told."""
    host.calendar.bookings.add_attendee(course, email="eve@e.org", name="Eve")
    sent()
    return course


@pytest.mark.parametrize(
    ("absences", "cancelled"),
    [
        ([FIRST], {"from_date": SECOND}),
        ([FIRST, THIRD], {"date": SECOND}),
        ([SECOND, THIRD], {"date": FIRST}),
    ],
    ids=["several", "one in the middle", "the first"],
)
def test_who_loses_the_last_date_by_a_cancellation_is_told_that_all_is_off(
    host: Client,
    regular: str,
    sent: Sent,
    absences: list[str],
    cancelled: dict[str, str],
) -> None:
    """A REQUEST went out, with the whole rule and STATUS:CANCELLED (RFC 5546, 3.2.2).

    A calendar that goes by METHOD invited to all dates again.
    """
    bookings = host.calendar.bookings
    bookings.remove_attendee(regular, email="eve@e.org", on=absences)
    sent()

    bookings.cancel(regular, **cancelled, cancelled_by="host")

    mails = sent()
    mail = last_to(mails, "eve@e.org")
    assert told([mail]) == [("eve@e.org", "CANCEL", ALL_OFF)]
    assert "Yoga with Grace Hopper is cancelled." in mail.text
    assert mail.calendar.decode() == bookings.get_ics(regular, email="eve@e.org")
    assert master_status(last_to(mails, "ada@a.org")) != "CANCELLED"


@pytest.mark.parametrize("is_moved", [True, False], ids=["moved", "as it was"])
@pytest.mark.parametrize(
    "steps",
    [[[FIRST, SECOND, THIRD]], [[FIRST, SECOND], [THIRD]], [[FIRST], [SECOND, THIRD]]],
    ids=["at once", "one last", "two last"],
)
def test_who_gives_up_the_last_date_is_told_that_all_is_off_and_may_come_back(
    host: Client, regular: str, sent: Sent, steps: list[list[str]], is_moved: bool
) -> None:
    """A REQUEST went out where the series had moved, else a CANCEL of each date."""
    bookings = host.calendar.bookings
    if is_moved:
        bookings.reschedule(regular, all=True, start_time="2027-01-19 11:00")
    for days in steps:
        sent()
        bookings.remove_attendee(regular, email="eve@e.org", on=days)
    gone = sent()

    bookings.add_attendee(regular, email="eve@e.org", on=SECOND, by="host")
    [back] = sent()

    assert [(mail.method, entries(mail.calendar)) for mail in gone] == [
        ("CANCEL", ALL_OFF)
    ]
    assert "You no longer take part in Yoga with Grace Hopper." in gone[0].text
    assert back.method == "REQUEST"
    assert master_status(back) == "CONFIRMED"
    assert sequence(back) > sequence(gone[0])


def sequence(mail: Received) -> int:
    first, *_ = icalendar.Calendar.from_ical(mail.calendar).walk("VEVENT")
    return int(first["SEQUENCE"])


def test_who_has_no_date_left_is_told_of_no_change(
    host: Client, regular: str, sent: Sent
) -> None:
    """Another link was a REQUEST with STATUS:CANCELLED; so was another address."""
    bookings = host.calendar.bookings
    bookings.remove_attendee(regular, email="ada@a.org", on=[FIRST, SECOND, THIRD])
    sent()

    bookings.update(regular, meeting_url="https://m.org")
    told_of_link = sent()
    bookings.update(regular, email="king@a.org", name="Ada King")
    told_of_address = sent()

    assert sorted(mail.to[0] for mail in told_of_link) == ["bob@b.org", "eve@e.org"]
    assert told_of_address == []


def test_a_drop_in_whose_dates_are_off_is_told_of_no_change(
    host: Client, course: str, sent: Sent
) -> None:
    bookings = host.calendar.bookings
    bookings.cancel(course, date=SECOND, cancelled_by="host")
    assert told([last_to(sent(), "bob@b.org")]) == [("bob@b.org", "CANCEL", ON_SECOND)]

    bookings.update(course, meeting_url="https://m.org")

    assert [mail.to for mail in sent()] == [["ada@a.org"]]


def test_a_host_who_is_away_cancels_the_last_date_of_somebody(
    host: Client, regular: str, sent: Sent
) -> None:
    bookings = host.calendar.bookings
    bookings.remove_attendee(regular, email="eve@e.org", on=[FIRST, THIRD])
    sent()

    host.calendar.hosts.away(
        "me", start_time=SECOND, end_time="2027-01-26", cancel=True
    )

    assert told([last_to(sent(), "eve@e.org")]) == [("eve@e.org", "CANCEL", ALL_OFF)]


def test_a_longer_series_asks_who_had_no_date_left_again(
    host: Client, regular: str, sent: Sent
) -> None:
    bookings = host.calendar.bookings
    bookings.remove_attendee(regular, email="eve@e.org", on=[FIRST, SECOND, THIRD])
    [gone] = sent()

    bookings.extend(regular, count=1, by="host")

    back = last_to(sent(), "eve@e.org")
    assert (back.method, master_status(back)) == ("REQUEST", "CONFIRMED")
    assert sequence(back) > sequence(gone)


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
