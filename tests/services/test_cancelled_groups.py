"""Where a group was cancelled no other one begins, unless somebody reopens it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Clock

from calbook import Booking, Client, EventType, errors

FIRST, SECOND, THIRD = "2027-01-18", "2027-01-25", "2027-02-01"
WEEKLY = {"frequency": "WEEKLY", "count": 3}
BookingMaker = Callable[..., Booking]
EventTypeMaker = Callable[..., EventType]


@pytest.fixture
def seat(booking: BookingMaker) -> BookingMaker:
    """Books a group of 10:00 for somebody by name."""

    def take(name: str, start: str = FIRST, **fields: Any) -> Booking:
        person = {"name": name, "email": f"{name.lower()}@example.com"}
        wanted = {"attendee": person, "start_time": f"{start} 10:00", **fields}
        return booking(**wanted)

    return take


@pytest.fixture
def group(event_type: EventTypeMaker, seat: BookingMaker) -> str:
    """Ada and Bob on a Monday."""
    event_type(seats=3)
    seat("Ada")
    return seat("Bob").uid


@pytest.fixture
def course(event_type: EventTypeMaker, seat: BookingMaker) -> str:
    """Ada on three Mondays."""
    event_type(seats=3)
    return seat("Ada", recurring=WEEKLY).uid


def is_listed(client: Client, day: str, **fields: Any) -> bool:
    slots = client.calendar.availability.get(
        event_type_id="demo", start_date=day, end_date=day, **fields
    )
    return f"{day}T10:00" in [slot.start_time[:16] for slot in slots]


def is_explained(client: Client, day: str, **fields: Any) -> bool:
    answer = client.calendar.availability.explain(
        event_type_id="demo", start_time=f"{day} 10:00", **fields
    )
    return answer.bookable


def test_a_cancelled_group_is_closed_to_new_takers(
    client: Client, group: str, seat: BookingMaker
) -> None:
    client.calendar.bookings.cancel(group, cancelled_by="host")

    with pytest.raises(errors.GroupCancelled) as refusal:
        seat("Carl")

    assert refusal.value.details["uid"] == group
    assert "reopen=True" in str(refusal.value.hint)
    assert "--reopen" in str(refusal.value.command_hint)
    assert not is_listed(client, FIRST)
    assert not is_explained(client, FIRST)
    with pytest.raises(errors.GroupCancelled):
        client.calendar.bookings.hold(event_type_id="demo", start_time=f"{FIRST} 10:00")


def test_a_group_can_be_reopened(
    client: Client, group: str, seat: BookingMaker
) -> None:
    client.calendar.bookings.cancel(group, cancelled_by="host")

    again = seat("Carl", reopen=True)

    assert again.uid != group
    [created] = client.calendar.bookings.history(again.uid)
    assert created.change == {"reopens": [group]}
    assert seat("Dora").uid == again.uid
    assert is_listed(client, FIRST)
    assert is_explained(client, FIRST)


def test_a_group_is_reopened_by_a_hold_and_by_who_moves_there(
    client: Client, group: str, seat: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    bookings.cancel(group, cancelled_by="host")
    where = {"event_type_id": "demo", "start_time": f"{FIRST} 10:00"}
    bookings.cancel(bookings.hold(**where, reopen=True).uid)
    other = seat("Carl", SECOND).uid
    move = {"email": "carl@example.com", "start_time": f"{FIRST} 10:00"}

    with pytest.raises(errors.GroupCancelled):
        bookings.move_attendee(other, **move)
    moved = bookings.move_attendee(other, **move, reopen=True)

    assert moved.start_time[:10] == FIRST
    assert moved.uid not in (group, other)


def test_a_cancelled_date_of_a_series_is_closed(
    client: Client, course: str, seat: BookingMaker
) -> None:
    client.calendar.bookings.cancel(course, date=SECOND)

    with pytest.raises(errors.GroupCancelled):
        seat("Carl", SECOND)

    assert not is_listed(client, SECOND)
    assert not is_explained(client, SECOND)
    assert seat("Carl", SECOND, reopen=True).uid != course


@pytest.mark.parametrize("cancelled_by", ["attendee", "host"])
def test_who_was_alone_in_a_group_gives_up_a_seat(
    client: Client,
    event_type: EventTypeMaker,
    seat: BookingMaker,
    cancelled_by: Any,
) -> None:
    """The last one cannot leave a group, and cancels it; the host calls it off."""
    event_type(seats=3)
    client.calendar.bookings.cancel(seat("Ada").uid, cancelled_by=cancelled_by)

    is_open = cancelled_by == "attendee"
    assert is_listed(client, FIRST) == is_open
    assert is_explained(client, FIRST) == is_open


def test_a_series_that_its_only_attendee_gave_up_is_open(
    client: Client, clock: Clock, course: str
) -> None:
    clock.move(days=15)
    client.calendar.bookings.cancel(course, all=True)

    assert is_listed(client, SECOND)
    assert is_explained(client, THIRD)


def test_starts_beside_a_cancelled_one_are_open(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=3, slot_interval=15)
    client.calendar.bookings.cancel(seat("Ada").uid, cancelled_by="host")

    slots = client.calendar.availability.get(
        event_type_id="demo", start_date=FIRST, end_date=FIRST
    )

    starts = [slot.start_time[11:16] for slot in slots]
    assert {"09:45", "10:15"} < set(starts)
    assert "10:00" not in starts


def test_a_meeting_that_is_no_group_can_be_booked_again(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type()
    client.calendar.bookings.cancel(seat("Ada").uid, cancelled_by="host")

    assert seat("Bob").status == "CONFIRMED"


def test_a_series_is_not_begun_over_a_cancelled_date(
    client: Client, group: str, seat: BookingMaker
) -> None:
    client.calendar.bookings.cancel(group, cancelled_by="host")
    before = "2027-01-11"

    with pytest.raises(errors.GroupCancelled, match="1 of 3 dates"):
        seat("Carl", before, recurring=WEEKLY)

    assert not is_listed(client, before, recurring=WEEKLY)
    booked = seat("Carl", before, recurring=WEEKLY, on_conflict="skip")
    assert [o.status for o in booked.occurrences] == [
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
    ]


def test_another_host_of_the_team_is_open(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    calendar = client.calendar
    for name in ("alice", "bob"):
        calendar.hosts.create(name, name=name.title())
    event_type(seats=3, hosts=["user_alice", "user_bob"], scheduling_type="ROUND_ROBIN")
    first = seat("Ada", host_id="user_alice")
    calendar.bookings.cancel(first.uid, cancelled_by="host")

    with pytest.raises(errors.GroupCancelled):
        seat("Carl", host_id="user_alice")

    assert is_listed(client, FIRST)
    assert not is_listed(client, FIRST, host_id="user_alice")
    assert seat("Carl").host_id == "user_bob"


def test_a_day_tells_of_what_was_cancelled(client: Client, group: str) -> None:
    client.calendar.bookings.cancel(group, cancelled_by="host")

    blocks = client.calendar.availability.blocked(event_type_id="demo", date=FIRST)

    assert [(b.code, b.start_time[11:16]) for b in blocks] == [
        ("group_cancelled", "10:00")
    ]
