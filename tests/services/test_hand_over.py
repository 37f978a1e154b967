"""Bookings and dates that other hosts take over where they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Clock

from calbook import Booking, Client, EventType, errors
from services.test_teams import TEN, WEEKLY, host, hosts, open_on, team

__all__ = ["team"]

BookingMaker = Callable[..., Booking]
TeamMaker = Callable[..., EventType]
DAY = "2027-01-18"
CARL_FIRST = {"user_id": "carl", "priority": 3}


def of_dates(booking: Booking) -> list[str]:
    """The first host of each date, without `user_`."""
    return [o.host_ids[0].removeprefix("user_") for o in booking.occurrences]


def test_it_goes_to_whose_turn_it_is_among_the_others(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team(round_robin="PRIORITY", hosts=[*["alice", "bob"], CARL_FIRST])
    uid = booking(start_time=TEN, host_id="alice").uid

    taken = client.calendar.bookings.reassign(uid)

    assert host(taken) == "carl"
    change = client.calendar.bookings.history(uid)[-1].change
    assert (change["fromHostIds"], change["hostIds"]) == (["user_alice"], ["user_carl"])
    assert change["from"] == change["to"]


def test_who_is_named_takes_it_or_nobody(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    team(hosts=["alice", "bob", "carl"])
    uid = booking(start_time=TEN, host_id="alice").uid
    booking(start_time=TEN, host_id="bob")

    with pytest.raises(errors.SlotTaken):
        bookings.reassign(uid, host_id="bob")
    assert host(bookings.reassign(uid, host_id="alice")) == "alice"
    assert client.unchanged == {uid: f"{uid} is with user_alice already"}
    with pytest.raises(errors.BadInput):
        bookings.reassign(uid, host_id="me")

    assert host(bookings.reassign(uid, host_id="carl")) == "carl"


def test_neither_notice_nor_deadline_nor_a_switch_is_asked(
    client: Client, team: TeamMaker, booking: BookingMaker, clock: Clock
) -> None:
    team(hosts=["alice", "bob"], minimum_notice=60, cancellation_deadline=1440)
    uid = booking(start_time=TEN, host_id="alice").uid
    client.calendar.event_types.update("demo", active=False, maximum_advance=1)
    start = client.calendar.bookings.get(uid).starts_at
    clock.now = start - timedelta(minutes=5)

    taken = client.calendar.bookings.reassign(uid, by="attendee")

    assert (host(taken), taken.sequence) == ("bob", 1)


def test_what_counts_bookings_of_the_event_type_or_a_person_is_not_asked(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    """There are as many bookings as before, and the person is where they were."""
    team(hosts=["alice", "bob"])
    first = booking(start_time=TEN, host_id="alice").uid
    second = booking(start_time=f"{DAY}T12:00:00Z", host_id="alice").uid
    client.calendar.event_types.update(
        "demo", limits=["1/week"], per_person=["1/day"], last_date="2027-01-10"
    )

    for uid in (first, second):
        assert host(client.calendar.bookings.reassign(uid)) == "bob"


def test_who_has_retired_speaks_for_nobody_else(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team(hosts=["carl", "alice", "bob"])
    uid = booking(start_time=TEN, host_id="alice").uid
    booking(start_time=TEN, host_id="bob")
    client.calendar.hosts.retire("carl")

    with pytest.raises(errors.SlotTaken) as refusal:
        client.calendar.bookings.reassign(uid)

    assert "restore" not in str(refusal.value.hint)
    codes = [each["code"] for each in refusal.value.details["hosts"]]
    assert sorted(codes) == ["host_retired", "slot_taken"]


def test_open_hours_are_asked_of_the_new_host(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team(hosts=["alice", "bob"], schedule_id=None)
    for name, hours in (("alice", "09:00-17:00"), ("bob", "13:00-17:00")):
        open_on(client, name, hours)
    uid = booking(start_time=TEN, host_id="alice").uid

    with pytest.raises(errors.OutsideHours):
        client.calendar.bookings.reassign(uid)
    taken = client.calendar.bookings.reassign(uid, override=["hours"])

    assert (host(taken), taken.overrides) == ("bob", ("hours",))


def test_where_nobody_else_gives_it_that_is_said(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team(hosts=["alice"])
    uid = booking(start_time=TEN).uid

    with pytest.raises(errors.NoOtherHost) as refused:
        client.calendar.bookings.reassign(uid)

    assert refused.value.code == "no_other_host"


# -- series ----------------------------------------------------------------------------


def test_a_date_of_a_series_goes_and_the_booking_stays(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    team(hosts=["alice", "bob"])
    for name in ("alice", "bob"):
        client.calendar.hosts.update(name, email=f"{name}@example.com")
    uid = booking(start_time=TEN, recurring=WEEKLY, host_id="alice").uid

    taken = bookings.reassign(uid, date=DAY)

    assert (host(taken), of_dates(taken)[:2]) == ("alice", ["bob", "alice"])
    file = bookings.get_ics(uid).replace("\r\n ", "")
    [_, master, other] = file.split("BEGIN:VEVENT")
    assert "ORGANIZER;CN=Alice" in master
    assert "ORGANIZER;CN=Alice" in other
    assert "SUMMARY:Demo: Bob and" in other
    assert "ATTENDEE;CN=Bob" in other
    assert "ATTENDEE;CN=Bob" not in master
    assert "SEQUENCE:1" in other
    assert "SEQUENCE:1" in master


def test_when_all_dates_go_the_booking_goes_and_what_is_over_keeps_its_host(
    client: Client, team: TeamMaker, booking: BookingMaker, clock: Clock
) -> None:
    bookings = client.calendar.bookings
    team(hosts=["alice", "bob"])
    made = booking(start_time=TEN, recurring=WEEKLY, host_id="alice")
    bookings.cancel(made.uid, date=made.occurrences[1].date, cancelled_by="host")
    clock.now = made.occurrences[0].ends_at + timedelta(hours=1)

    taken = bookings.reassign(made.uid, all=True)

    assert host(taken) == "bob"
    rest = ["bob"] * (len(made.occurrences) - 2)
    assert of_dates(taken) == ["alice", "alice", *rest]
    back = bookings.reassign(made.uid, all=True, host_id="alice")
    assert set(of_dates(back)) == {"alice"}


def test_dates_that_went_one_by_one_are_one_hosts_in_the_end(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    team(hosts=["alice", "bob"])
    made = booking(start_time=TEN, recurring=WEEKLY, host_id="alice")

    for occurrence in made.occurrences:
        taken = bookings.reassign(made.uid, date=occurrence.date)

    assert (host(taken), set(of_dates(taken))) == ("bob", {"bob"})


def test_when_no_host_has_all_dates_each_in_the_way_is_named(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    team(hosts=["alice", "bob"])
    made = booking(start_time=TEN, recurring=WEEKLY, host_id="alice")
    second = made.occurrences[1]
    booking(start_time=second.start_time, host_id="bob")

    with pytest.raises(errors.SlotTaken) as refused:
        bookings.reassign(made.uid, all=True)

    conflicts = refused.value.details["conflicts"]
    assert [each["date"] for each in conflicts] == [second.date]
    assert bookings.get(made.uid) == made


def test_dates_of_two_hosts_move_each_with_its_own(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    """Also `slots` asks each date of its own host."""
    bookings = client.calendar.bookings
    team(hosts=["alice", "bob"])
    made = booking(start_time=TEN, recurring=WEEKLY, host_id="alice")
    bookings.reassign(made.uid, date=made.occurrences[1].date)
    later = [o.starts_at + timedelta(hours=2) for o in made.occurrences]
    booking(start_time=later[1], host_id="alice")
    asked: dict[str, Any] = {
        "event_type_id": "demo",
        "exclude_booking_uid": made.uid,
        "start_date": later[0],
        "end_date": later[0] + timedelta(minutes=30),
    }

    listed = client.calendar.availability.get(**asked)
    moved = bookings.reschedule(made.uid, start_time=later[0], all=True)

    assert [slot.starts_at for slot in listed] == [later[0]]
    assert of_dates(moved)[:3] == ["alice", "bob", "alice"]


# -- several hosts ---------------------------------------------------------------------


def test_of_hosts_who_meet_together_the_one_who_is_named_is_replaced(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    team(scheduling_type="COLLECTIVE", hosts=["alice", "bob"])
    uid = booking(start_time=TEN).uid
    client.calendar.event_types.update("demo", hosts=["alice", "bob", "carl"])

    with pytest.raises(errors.UsageError, match="whose place"):
        bookings.reassign(uid, host_id="carl")
    taken = bookings.reassign(uid, host_id="carl", from_host_id="alice")

    assert hosts(taken) == ["carl", "bob"]


def test_a_fixed_host_stays_when_the_turn_goes_on(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    fixed = {"user_id": "carl", "is_fixed": True}
    team(hosts=["alice", "bob", fixed])
    uid = booking(start_time=TEN, host_id="alice").uid

    assert hosts(client.calendar.bookings.reassign(uid)) == ["bob", "carl"]


# -- what is offered -------------------------------------------------------------------


@pytest.mark.parametrize("is_busy", [False, True], ids=["free", "busy"])
def test_where_it_is_it_is_offered_when_somebody_can_take_it(
    client: Client,
    team: TeamMaker,
    booking: BookingMaker,
    clock: Clock,
    is_busy: bool,
) -> None:
    team(hosts=["alice", "bob"], minimum_notice=120)
    made = booking(start_time=TEN, host_id="alice")
    if is_busy:
        booking(start_time=TEN, host_id="bob")
    clock.now = made.starts_at - timedelta(minutes=5)
    asked = {"event_type_id": "demo", "exclude_booking_uid": made.uid}
    availability = client.calendar.availability

    listed = availability.get(**asked, start_date=made.starts_at, days=1, reassign=True)
    said = availability.explain(**asked, start_time=made.starts_at, reassign=True)

    assert (made.starts_at in [slot.starts_at for slot in listed]) is not is_busy
    assert said.bookable is not is_busy
    if is_busy:
        with pytest.raises(errors.SlotTaken):
            client.calendar.bookings.reassign(made.uid)
    else:
        assert said.host_ids == client.calendar.bookings.reassign(made.uid).host_ids


# -- away ------------------------------------------------------------------------------


def test_days_away_are_the_hosts_own_when_the_clocks_change(
    client: Client, team: TeamMaker, clock: Clock
) -> None:
    """Sunday 28 March 2027 has 23 hours in Lisbon."""
    client.calendar.hosts.create("lis", timezone="Europe/Lisbon")

    found = client.calendar.hosts.away(
        "lis", start_time="2027-03-28", end_time="2027-03-28", reassign=True
    )

    [busy] = client.calendar.busy.list(host_id="lis")
    assert busy.name == found.busy
    spans = (datetime.fromisoformat(str(t)) for t in (busy.start_time, busy.end_time))
    start, end = (moment.astimezone(UTC) for moment in spans)
    assert end - start == timedelta(hours=23)


def test_a_group_without_its_host_takes_nobody_more(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team(hosts=["alice"], scheduling_type="SINGLE", seats=3)
    booking(start_time=TEN)
    client.calendar.hosts.retire("alice")

    with pytest.raises(errors.HostRetired):
        booking(start_time=TEN, attendee={"name": "Eve", "email": "eve@example.com"})
    assert client.calendar.availability.get(event_type_id="demo", days=30) == ()


def test_who_has_retired_blocks_every_day_from_then_on(
    client: Client, team: TeamMaker
) -> None:
    team(hosts=["alice", "bob"])
    client.calendar.hosts.retire("alice")

    blocks = client.calendar.availability.blocked(event_type_id="demo", date=DAY)

    [retired] = [block for block in blocks if block.code == "host_retired"]
    assert retired.host_id == "user_alice"
    assert retired.message.startswith("user_alice takes no bookings from")
    start, end = map(datetime.fromisoformat, (retired.start_time, retired.end_time))
    assert end - start == timedelta(days=1)


def test_a_feed_of_a_host_has_the_dates_of_that_host_alone(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    team(hosts=["alice", "bob"])
    made = booking(start_time=TEN, recurring=WEEKLY, host_id="alice")
    bookings.reassign(made.uid, date=DAY)

    alices, bobs = (
        bookings.get_feed(host_id=name).replace("\r\n ", "")
        for name in ("alice", "bob")
    )

    assert "SUMMARY:Demo: Bob" not in alices
    assert "SUMMARY:Demo: Bob" in bobs
    assert bobs.count("EXDATE") == len(made.occurrences) - 1 or "UNTIL" in bobs


def test_several_are_changed_together_or_each(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    team(hosts=["alice", "bob"])
    one, two = (booking(start_time=TEN, host_id=name).uid for name in ("alice", "bob"))
    bookings.cancel(two, cancelled_by="host")
    seen: list[errors.CalbookError] = []

    with pytest.raises(errors.AlreadyCancelled):
        bookings.change_all([one, two], action="cancel", cancelled_by="host")
    assert bookings.get(one).status == "CONFIRMED"
    done = bookings.change_all(
        [two, one], action="cancel", cancelled_by="host", refused=seen.append
    )

    assert [b.uid for b in done] == [one]
    assert [error.details["uid"] for error in seen] == [two]
    with pytest.raises(errors.UsageError):
        bookings.change_all([one], action="cancel", if_version=1)


def test_two_dates_at_one_time_are_listed_as_the_rule_has_them(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    """In one order on every store."""
    bookings = client.calendar.bookings
    team(hosts=["alice", "bob"])
    uid = booking(start_time=TEN, host_id="alice", recurring=WEEKLY).uid
    bookings.reassign(uid, date="2027-01-25")
    bookings.reschedule(uid, date="2027-01-25", start_time=TEN)
    bookings.reschedule(uid, date=DAY, start_time="2027-01-18T13:00")
    bookings.reschedule(uid, date=DAY, start_time=TEN)

    found = bookings.list_occurrences(start_date=DAY, end_date=DAY)
    assert [each.date for each in found] == [DAY, "2027-01-25"]
