"""Moves: what is offered for one, and who takes a booking on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calbook import Booking, Client, EventType, errors
from services.test_teams import TEN, WEEKLY, host, team

__all__ = ["team"]

BookingMaker = Callable[..., Booking]
TeamMaker = Callable[..., EventType]
NEXT = "2027-01-18 12:00"


def offered(client: Client, uid: str, **more: Any) -> set[str]:
    found = client.calendar.availability.get(
        event_type_id="demo",
        start_date="2027-01-18 10:00",
        end_date="2027-01-18 13:00",
        exclude_booking_uid=uid,
        **more,
    )
    return {f"{slot.start_time[11:16]}–{slot.end_time[11:16]}" for slot in found}


def test_what_is_offered_for_a_move_has_the_bookings_own_length(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    """The list had the length that the event type has now."""
    team(hosts=["alice"], scheduling_type="SINGLE")
    uid = booking(start_time=TEN).uid
    booking(start_time="2027-01-18 11:00")
    client.calendar.event_types.update("demo", duration=120, slot_interval=30)

    found = offered(client, uid)

    assert found == {
        *("10:00–10:30", "10:30–11:00", "11:30–12:00", "12:00–12:30"),
        "12:30–13:00",
    }
    said = client.calendar.availability.explain(
        event_type_id="demo", start_time="2027-01-18 10:30", exclude_booking_uid=uid
    )
    assert (said.bookable, said.end_time[11:16]) == (True, "11:00")


def test_what_is_offered_for_a_move_is_of_the_bookings_own_host(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    """The list had the hosts that the event type has now."""
    team(hosts=["alice", "bob"])
    uid = booking(start_time=TEN, host_id="alice").uid
    booking(start_time=NEXT, host_id="alice")
    client.calendar.event_types.update("demo", hosts=["bob", "carl"])

    assert "12:00–12:30" not in offered(client, uid)
    assert "12:00–12:30" in offered(client, uid, host_id="bob")
    explain = client.calendar.availability.explain
    asked = {"event_type_id": "demo", "exclude_booking_uid": uid}
    assert explain(**asked, start_time=NEXT).code == "slot_taken"
    assert explain(**asked, start_time="2027-01-18 12:30").host_id == "user_alice"


def test_a_series_is_offered_the_starts_to_which_all_of_it_can_move(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    """Only the first date was looked at."""
    team(hosts=["alice"], scheduling_type="SINGLE")
    series = booking(start_time=TEN, recurring=WEEKLY)
    other = booking(start_time="2027-01-25 12:00")
    asked = {"event_type_id": "demo", "exclude_booking_uid": series.uid}

    said = client.calendar.availability.explain(**asked, start_time=NEXT)

    assert "12:00–12:30" not in offered(client, series.uid)
    assert "12:00–12:30" in offered(client, series.uid, exclude_date="2027-01-18")
    assert (said.bookable, said.code) == (False, "slot_taken")
    assert other.uid in said.message
    assert [rule.passed for rule in said.rules if rule.rule == "slot_taken"] == [False]


def test_nothing_is_offered_to_what_cannot_be_moved(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team()
    uid = booking(start_time=TEN).uid
    client.calendar.bookings.cancel(uid, cancelled_by="host")

    with pytest.raises(errors.WrongStatus):
        offered(client, uid)


# -- who takes it on -------------------------------------------------------------------


def test_a_host_who_left_the_event_type_keeps_it_until_it_is_reassigned(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    """`reassign` asked whether the host who had left was free."""
    bookings = client.calendar.bookings
    team(hosts=["alice", "bob"])
    uid = booking(start_time=TEN, host_id="alice").uid
    client.calendar.event_types.update("demo", hosts=["bob", "carl"])

    assert host(bookings.reschedule(uid, start_time=NEXT)) == "alice"
    moved = bookings.reschedule(uid, start_time="2027-01-18 11:00", reassign=True)

    assert host(moved) == "bob"
    change = bookings.history(uid)[-1].change
    assert change["hostIds"] == ["user_bob"]
    assert change["assignment"]["because"] == "never had one; of 2 who were free"


@pytest.mark.parametrize("has_left", [False, True], ids=["there", "left"])
def test_a_booking_is_handed_over_where_it_is(
    client: Client, team: TeamMaker, booking: BookingMaker, has_left: bool
) -> None:
    """It "is at that time already"."""
    bookings = client.calendar.bookings
    team(hosts=["alice", "bob"])
    before = booking(start_time=TEN, host_id="alice")
    if has_left:
        client.calendar.event_types.update("demo", hosts=["bob"])

    moved = bookings.reschedule(before.uid, start_time=TEN, reassign=True)

    assert (host(moved), moved.start_time) == ("bob", before.start_time)
    assert moved.sequence == before.sequence + 1
    if not has_left:
        assert host(booking(start_time=TEN, host_id="alice")) == "alice"


def test_a_host_who_has_handed_over_all_bookings_can_be_removed(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    """It ended as a bug: the count of its bookings, none, was still there."""
    team(hosts=["alice", "bob"])
    uid = booking(start_time=TEN, host_id="alice").uid
    client.calendar.event_types.update("demo", hosts=["bob"])
    client.calendar.bookings.reschedule(uid, start_time=TEN, reassign=True)

    client.calendar.hosts.delete("alice")

    assert "user_alice" not in {host.id for host in client.calendar.hosts.list()}


def test_the_host_of_a_single_event_type_is_replaced(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team(hosts=["alice"], scheduling_type="SINGLE")
    series = booking(start_time=TEN, recurring=WEEKLY)
    client.calendar.event_types.update("demo", hosts=["bob"])

    moved = client.calendar.bookings.reschedule(
        series.uid, start_time=TEN, all=True, reassign=True
    )

    assert host(moved) == "bob"
    assert [o.start_time for o in moved.occurrences] == [
        o.start_time for o in series.occurrences
    ]


def test_all_hosts_who_meet_together_are_exchanged(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team(scheduling_type="COLLECTIVE", hosts=["alice", "bob"])
    uid = booking(start_time=TEN).uid
    client.calendar.event_types.update("demo", hosts=["alice", "carl"])

    moved = client.calendar.bookings.reschedule(uid, start_time=TEN, reassign=True)

    assert moved.host_ids == ("user_alice", "user_carl")


@pytest.mark.parametrize("busy", [False, True], ids=["nobody-else", "others-busy"])
def test_where_nobody_can_take_it_over_it_stays(
    client: Client, team: TeamMaker, booking: BookingMaker, busy: bool
) -> None:
    team(hosts=["alice", "bob"] if busy else ["alice"])
    before = booking(start_time=TEN, host_id="alice")
    if busy:
        booking(start_time=TEN)
    refusal = errors.SlotTaken if busy else errors.NothingToChange

    with pytest.raises(refusal):
        client.calendar.bookings.reschedule(before.uid, start_time=TEN, reassign=True)

    assert client.calendar.bookings.get(before.uid) == before


def test_of_a_series_the_dates_that_are_moved_are_handed_over(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    """They kept the host who had left, without a word; later that was refused."""
    team(hosts=["alice", "bob"])
    uid = booking(start_time=TEN, recurring=WEEKLY, host_id="alice").uid
    client.calendar.event_types.update("demo", hosts=["bob"])

    moved = client.calendar.bookings.reschedule(
        uid, start_time="2027-01-25 12:00", from_date="2027-01-25", reassign=True
    )

    assert host(moved) == "alice"
    of_dates = [o.host_ids for o in moved.occurrences]
    assert of_dates[0] == ("user_alice",)
    assert set(of_dates[1:]) == {("user_bob",)}


def test_to_a_date_of_a_series_other_hosts_are_offered(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    """With `reassign`, starts were listed at which only the other one was free."""
    team(hosts=["alice", "bob"])
    series = booking(start_time=TEN, recurring=WEEKLY, host_id="alice")
    booking(start_time=NEXT, host_id="alice")
    asked = {"exclude_date": "2027-01-18"}

    assert "12:00–12:30" not in offered(client, series.uid, **asked)
    assert "12:00–12:30" in offered(client, series.uid, **asked, reassign=True)
    assert "12:00–12:30" in offered(client, series.uid, **asked, host_id="bob")
    moved = client.calendar.bookings.reschedule(
        series.uid, start_time=NEXT, date="2027-01-18", host_id="bob"
    )
    assert [o.host_ids[0] for o in moved.occurrences][:2] == ["user_bob", "user_alice"]


def test_a_host_who_handed_over_all_bookings_can_be_removed(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    """The count of them, by then 0, kept the host: an IntegrityError."""
    team(hosts=["alice", "bob"])
    uid = booking(start_time=TEN, host_id="alice").uid
    client.calendar.event_types.update("demo", hosts=["bob"])
    client.calendar.bookings.reschedule(uid, start_time=TEN, reassign=True)

    client.calendar.hosts.delete("alice")

    assert client.calendar.bookings.get(uid).host_id == "user_bob"
    assert "user_alice" not in [host.id for host in client.calendar.hosts.list()]
