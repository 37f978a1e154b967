"""The first and the last date on which an event type can be booked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from conftest import DAYS

from calbook import Booking, Client, EventType, errors

Make = Callable[..., EventType]
Book = Callable[..., Booking]

WEEK = {"first_date": "2027-01-18", "last_date": "2027-01-24"}


def always_open(client: Client, timezone: str) -> dict[str, str]:
    client.calendar.schedules.create(
        "local",
        timezone=timezone,
        availability=[
            {"day": day, "startTime": "00:00", "endTime": "24:00"} for day in DAYS
        ],
    )
    return {"schedule_id": "local"}


def code(client: Client, start: str, **wanted: Any) -> str | None:
    return client.calendar.availability.explain(
        event_type_id="demo", start_time=start, **wanted
    ).code


@pytest.mark.parametrize(
    ("dates", "start", "expected"),
    [
        (WEEK, "2027-01-17 23:30", "outside_dates"),
        (WEEK, "2027-01-18 00:00", None),
        (WEEK, "2027-01-24 23:30", None),  # it ends on the next date
        (WEEK, "2027-01-25 00:00", "outside_dates"),
        ({"first_date": "2027-01-18"}, "2027-01-17 12:00", "outside_dates"),
        ({"first_date": "2027-01-18"}, "2030-01-01 12:00", None),
        ({"last_date": "2027-01-18"}, "2027-01-19 12:00", "outside_dates"),
        ({"last_date": "2027-01-18"}, "2027-01-05 12:00", None),
        ({}, "2030-01-01 12:00", None),
    ],
)
def test_both_dates_are_included(
    client: Client,
    event_type: Make,
    booking: Book,
    dates: dict[str, str],
    start: str,
    expected: str | None,
) -> None:
    event_type(duration=60, **dates)

    assert code(client, start) == expected
    if expected is None:
        booking(start_time=start)
    else:
        with pytest.raises(errors.OutsideDates):
            booking(start_time=start)


@pytest.mark.parametrize(
    ("timezone", "day", "first", "last"),
    [
        ("Pacific/Kiritimati", "2027-01-18", "2027-01-17T10:00Z", "2027-01-18T09:00Z"),
        ("Pacific/Pago_Pago", "2027-01-18", "2027-01-18T11:00Z", "2027-01-19T10:00Z"),
        # a day of 23 hours, and one of 25
        ("America/New_York", "2027-03-14", "2027-03-14T05:00Z", "2027-03-15T03:00Z"),
        ("America/New_York", "2027-11-07", "2027-11-07T04:00Z", "2027-11-08T04:00Z"),
        # its midnight is skipped
        ("America/Santiago", "2027-09-05", "2027-09-05T04:00Z", "2027-09-06T02:00Z"),
    ],
)
def test_dates_are_those_of_the_bookings_zone(
    client: Client, timezone: str, day: str, first: str, last: str
) -> None:
    """Whatever zone it is looked at from."""
    client.calendar.event_types.create(
        "demo",
        duration=60,
        first_date=day,
        last_date=day,
        **always_open(client, timezone),
    )

    found = client.calendar.availability.get(
        event_type_id="demo", start_date="2027-01-05", days=365, timezone="Asia/Tokyo"
    )

    edges = [found[0].starts_at, found[-1].starts_at]
    assert edges == [datetime.fromisoformat(first), datetime.fromisoformat(last)]
    for start in (first, last):
        assert code(client, start) is None


def test_the_host_may_pass_them(event_type: Make, booking: Book) -> None:
    event_type(**WEEK)

    made = booking(start_time="2027-01-25 10:00", by="host", override=["dates"])

    assert made.overrides == ("dates",)


def test_a_refusal_says_from_when_to_when(
    client: Client, event_type: Make, booking: Book
) -> None:
    event_type(**WEEK)

    with pytest.raises(errors.OutsideDates) as refusal:
        booking(start_time="2027-01-25 10:00")

    error = refusal.value
    assert error.message == "2027-01-25 is outside the dates of evt_demo"
    assert error.hint is not None
    assert error.hint.startswith("it can be booked from 2027-01-18 to 2027-01-24")
    assert error.details["firstDate"] == "2027-01-18"
    assert error.exit_code == 5


def test_a_booking_is_not_moved_out_of_them(
    client: Client, event_type: Make, booking: Book
) -> None:
    event_type(**WEEK)
    uid = booking(start_time="2027-01-18 10:00").uid

    with pytest.raises(errors.OutsideDates):
        client.calendar.bookings.reschedule(uid, start_time="2027-01-25 10:00")


def test_each_date_of_a_series_must_be_within(
    client: Client, event_type: Make, booking: Book
) -> None:
    event_type(**WEEK)
    daily = {"frequency": "DAILY", "count": 3}
    wanted = {"start_time": "2027-01-23 10:00", "recurring": daily}

    with pytest.raises(errors.OutsideDates) as refusal:
        booking(**wanted)
    made = booking(**wanted, on_conflict="skip")
    found = client.calendar.availability.get(
        event_type_id="demo", start_date="2027-01-20", recurring=daily, days=7
    )

    assert [c["date"] for c in refusal.value.details["conflicts"]] == ["2027-01-25"]
    assert "2027-01-25 (outside its dates)" in refusal.value.message
    assert [o.status for o in made.occurrences] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
    ]
    assert found[-1].start_time == "2027-01-22T23:30:00+00:00"


def test_a_group_is_joined_within_them_only(
    client: Client, event_type: Make, booking: Book
) -> None:
    event_type(seats=3)
    booking(start_time="2027-01-25 10:00")
    client.calendar.event_types.update("demo", **WEEK)
    bob = {"name": "Bob", "email": "bob@example.com"}

    with pytest.raises(errors.OutsideDates):
        booking(start_time="2027-01-25 10:00", attendee=bob)
    joined = booking(
        start_time="2027-01-25 10:00", attendee=bob, by="host", override=["dates"]
    )

    assert len(joined.guests) == 1


def test_days_outside_are_blocked_as_a_whole(client: Client, event_type: Make) -> None:
    event_type(**WEEK)

    [block] = client.calendar.availability.blocked(
        event_type_id="demo", date="2027-01-25"
    )
    free = client.calendar.availability.blocked(event_type_id="demo", date="2027-01-24")

    assert (block.code, block.message) == (
        "outside_dates",
        "from 2027-01-18 to 2027-01-24",
    )
    assert free == ()


def test_a_rule_that_passes_says_the_dates(client: Client, event_type: Make) -> None:
    event_type(last_date="2027-01-24")

    answer = client.calendar.availability.explain(
        event_type_id="demo", start_time="2027-01-20 10:00"
    )

    [rule] = [rule for rule in answer.rules if rule.rule == "outside_dates"]
    assert (rule.passed, rule.message, rule.override) == (
        True,
        "to 2027-01-24",
        "dates",
    )
    assert rule.details["firstDate"] is None


def test_one_of_them_is_taken_out(client: Client, event_type: Make) -> None:
    event_type(**WEEK)

    updated = client.calendar.event_types.update("demo", last_date=None)

    assert (updated.first_date, updated.last_date) == ("2027-01-18", None)
    with pytest.raises(errors.BadInput, match="before it begins"):
        client.calendar.event_types.update("demo", last_date="2027-01-17")
