"""Dates that a series leaves out: a date counts for others only if it is booked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import DAYS

from calbook import Booking, Client, errors

Make = Callable[..., Any]
OPEN = ("09:00", "17:00")


@pytest.fixture
def database(place: str) -> str:
    return place


def daily(count: int) -> dict[str, Any]:
    return {"frequency": "DAILY", "count": count}


def set_hours(
    client: Client, days: str, *, host: str = "me", hours: tuple[str, str] = OPEN
) -> None:
    """A schedule of the host's own, open on these days as `Tu,We`."""
    slots = [{"day": day, "startTime": hours[0], "endTime": hours[1]} for day in DAYS]
    found = [slot for slot in slots if slot["day"][:2].title() in days.split(",")]
    name = f"{host}_{days}".lower().replace(",", "_")
    client.calendar.schedules.create(name, timezone="UTC", availability=found)
    client.calendar.hosts.update(host, schedule_id=name)


def book(client: Client, start: str, count: int, **more: Any) -> Booking:
    return client.calendar.bookings.create(
        **{"event_type_id": "demo", "on_conflict": "skip", **more},
        start_time=f"2027-01-{start}",
        attendee={"name": "Bea", "email": "bea@example.com"},
        recurring=daily(count),
    )


def dates(booking: Booking, status: str = "CONFIRMED") -> list[str]:
    return [o.date[5:] for o in booking.occurrences if o.status == status]


# -- limits ----------------------------------------------------------------------------


def test_a_limit_is_not_used_up_by_dates_that_are_not_booked(
    client: Client, event_type: Make
) -> None:
    """A Monday on which the host is closed took one of two a week: 7 were booked."""
    set_hours(client, "Tu,We,Th,Fr")
    event_type(schedule_id=None, limits=["2/week"])

    booked = book(client, "18 11:00", 4, on_conflict="extend")

    assert dates(booked) == ["01-19", "01-20", "01-26", "01-27"]


def test_dates_are_found_where_a_limit_leaves_some(
    client: Client, event_type: Make
) -> None:
    """None of 730 was, as each Monday, which is closed, filled its week."""
    set_hours(client, "Th,Fr")
    event_type(schedule_id=None, limits=["1/week"])

    assert dates(book(client, "18 10:00", 2, on_conflict="extend")) == [
        "01-21",
        "01-28",
    ]


def test_a_series_gets_as_many_more_dates_as_are_wanted(
    client: Client, event_type: Make
) -> None:
    """It got three instead of two."""
    set_hours(client, "Tu,We,Th,Fr")
    event_type(schedule_id=None, limits=["2/week"])
    made = book(client, "19 11:00", 2)

    after = client.calendar.bookings.extend(made.uid, count=2, on_conflict="extend")

    assert dates(after) == ["01-19", "01-20", "01-26", "01-27"]


def test_of_a_team_whoever_can_take_most_does(client: Client, event_type: Make) -> None:
    """Who is closed at first has the whole limit left; so has who is closed later."""
    client.calendar.hosts.create("bob")
    set_hours(client, "Mo")
    set_hours(client, "We,Th,Fr", host="bob")
    event_type(
        schedule_id=None,
        hosts=["me", "bob"],
        scheduling_type="ROUND_ROBIN",
        limits=["2/week"],
    )

    some = book(client, "18 11:00", 5)
    longer = book(client, "25 13:00", 3, on_conflict="extend")

    assert (some.host_id, dates(some)) == ("user_bob", ["01-20", "01-21"])
    assert (longer.host_id, dates(longer)) == ("user_bob", ["01-27", "01-28", "02-03"])


def test_the_limits_of_hosts_count_what_each_of_them_takes(
    client: Client, event_type: Make
) -> None:
    client.calendar.hosts.create("bob")
    client.calendar.hosts.update("me", limits=["1/week"])
    set_hours(client, "Mo,Tu,We,Th,Fr", host="me")
    set_hours(client, "Tu,We", host="bob")
    event_type(
        schedule_id=None,
        hosts=["me", "bob"],
        scheduling_type="ROUND_ROBIN",
    )

    booked = book(client, "18 11:00", 5)

    assert (booked.host_id, dates(booked)) == ("user_bob", ["01-19", "01-20"])


# -- overlap ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        pytest.param(2, ["01-19"], id="two"),
        pytest.param(3, ["01-19"], id="three"),
        pytest.param(4, ["01-19", "01-21"], id="four"),
    ],
)
def test_a_date_that_is_taken_is_in_no_others_way(
    client: Client, event_type: Make, count: int, expected: list[str]
) -> None:
    """The 19th was refused for the sake of the 18th, which was not booked either."""
    event_type(duration=60, buffer_after=1440)
    client.calendar.busy.add(
        start_time="2027-01-18T08:00Z", end_time="2027-01-18T12:00Z"
    )

    booked = book(client, "18 10:00", count)

    assert dates(booked) == expected


def test_dates_are_in_each_others_way_if_they_are_booked(
    client: Client, event_type: Make
) -> None:
    event_type(duration=60, buffer_after=1440)

    with pytest.raises(errors.SlotTaken) as refusal:
        book(client, "18 10:00", 3, on_conflict="refuse")

    said = [each["date"] for each in refusal.value.details["conflicts"]]
    assert said == ["2027-01-19"]
