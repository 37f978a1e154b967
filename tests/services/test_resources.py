"""Rooms and things: claimed as hosts are, told of nothing, full when they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calbook import Booking, Client, errors

Book = Callable[..., Booking]


@pytest.fixture
def classes(client: Client) -> Client:
    """Two event types by different hosts, both in one of two rooms."""
    calendar = client.calendar
    calendar.resources.create("room1", capacity=3)
    calendar.resources.create("room2", capacity=2)
    for name, host in (("yoga", "alice"), ("dance", "bob")):
        calendar.hosts.create(host, email=f"{host}@example.com")
        calendar.event_types.create(
            name, hosts=[host], duration=60, needs=["1 of room1,room2"]
        )
    return client


@pytest.fixture
def book(classes: Client) -> Book:
    def book(event_type: str, start: str = "2027-01-18 10:00", **more: Any) -> Booking:
        wanted = {"attendee": {"name": "Ada", "email": "ada@example.com"}, **more}
        return classes.calendar.bookings.create(
            event_type_id=event_type, start_time=start, **wanted
        )

    return book


def test_a_resource_is_told_apart_from_hosts(classes: Client, book: Book) -> None:
    booking = book("yoga")

    assert (booking.host_ids, booking.resource_ids) == (("user_alice",), ("res_room1",))
    assert booking.occurrences[0].resource_ids == ("res_room1",)
    hosts = {host.id for host in classes.calendar.hosts.list()}
    rooms = {room.id for room in classes.calendar.resources.list()}
    assert rooms == {"res_room1", "res_room2"}
    assert hosts.isdisjoint(rooms)


def test_two_classes_share_rooms_and_a_third_finds_none(
    classes: Client, book: Book
) -> None:
    first, second = book("yoga"), book("dance")
    classes.calendar.hosts.create("carol")
    classes.calendar.event_types.create("choir", hosts=["carol"], needs=["1 of room1"])

    with pytest.raises(errors.SlotTaken) as refusal:
        book("choir")

    assert {*first.resource_ids, *second.resource_ids} == {"res_room1", "res_room2"}
    assert refusal.value.message.startswith(f"room1: that time is taken by {first.uid}")
    assert refusal.value.details["resourceId"] == "res_room1"


def test_none_of_several_rooms_is_free(classes: Client, book: Book) -> None:
    classes.calendar.hosts.create("carol")
    classes.calendar.event_types.create(
        "choir", hosts=["carol"], needs=["1 of room1,room2"]
    )
    book("yoga"), book("dance")

    with pytest.raises(errors.SlotTaken) as refusal:
        book("choir")

    assert refusal.value.message.startswith("none of room1, room2 is free: ")
    named = [room["resourceId"] for room in refusal.value.details["resources"]]
    assert named == ["res_room1", "res_room2"]


def test_starts_of_one_room_are_those_at_which_it_is_free(
    classes: Client, book: Book
) -> None:
    book("yoga", resource_id="room1")
    wanted = {"event_type_id": "dance", "start_date": "2027-01-18 10:00", "count": 1}
    get = classes.calendar.availability.get

    found = {
        room: get(**wanted, resource_id=room)[0].starts_at.hour
        for room in ("room1", "room2")
    }

    assert found == {"room1": 11, "room2": 10}
    with pytest.raises(errors.SlotTaken, match="room1: "):
        book("dance", resource_id="room1")
    classes.calendar.resources.create("room3")
    with pytest.raises(errors.BadInput, match="is not needed"):
        book("dance", resource_id="room3")


def test_the_rooms_hours_cut_and_the_grid_stays_the_hosts(
    classes: Client, book: Book
) -> None:
    classes.calendar.schedules.create(
        "noon",
        timezone="UTC",
        availability=[{"day": "MONDAY", "startTime": "11:30", "endTime": "13:30"}],
    )
    classes.calendar.resources.update("room1", schedule_id="noon")
    classes.calendar.event_types.update("yoga", needs=["room1"], schedule_id="work")

    found = classes.calendar.availability.get(
        event_type_id="yoga", start_date="2027-01-18", days=1
    )

    assert [slot.starts_at.hour for slot in found] == [12]
    with pytest.raises(errors.OutsideHours, match="room1: "):
        book("yoga")


def test_a_room_bounds_who_comes(classes: Client, book: Book) -> None:
    guests = [{"name": n, "email": f"{n}@example.com"} for n in ("one", "two", "three")]

    larger = book("yoga", guests=guests[:2])
    with pytest.raises(errors.SeatsFull) as refusal:
        book("dance", "2027-01-18 12:00", guests=guests)

    assert larger.resource_ids == ("res_room1",)
    assert refusal.value.details["resourceId"] in ("res_room1", "res_room2")
    assert (refusal.value.exit_code, refusal.value.details["persons"]) == (4, 4)


def test_a_group_has_no_more_seats_than_its_room(classes: Client, book: Book) -> None:
    classes.calendar.event_types.update("yoga", seats=3)
    book("dance")
    group = book("yoga")
    assert group.resource_ids == ("res_room2",)

    [slot] = classes.calendar.availability.get(
        event_type_id="yoga", start_date="2027-01-18 10:00", days=1, count=1
    )
    assert (slot.starts_at.hour, slot.seats_left) == (10, 1)
    book("yoga", attendee={"name": "Bea", "email": "bea@example.com"})
    with pytest.raises(errors.SeatsFull, match="room2, which holds 2"):
        book("yoga", attendee={"name": "Cid", "email": "cid@example.com"})
    with pytest.raises(errors.BadInput, match="4 seats are more than"):
        classes.calendar.event_types.update("yoga", seats=4)


def test_a_move_keeps_its_room_and_takes_another_where_it_must(
    classes: Client, book: Book
) -> None:
    moved = book("yoga")
    other = book("dance", "2027-01-18 12:00", resource_id="room2")
    assert (moved.resource_ids, other.resource_ids) == (("res_room1",), ("res_room2",))
    bookings = classes.calendar.bookings

    kept = bookings.reschedule(moved.uid, start_time="2027-01-18 12:00")
    classes.calendar.busy.add(
        resource_id="room1", start_time="2027-01-19", end_time="2027-01-19"
    )
    swapped = bookings.reschedule(moved.uid, start_time="2027-01-19 12:00")

    assert kept.resource_ids == ("res_room1",)
    assert (swapped.host_ids, swapped.resource_ids) == (("user_alice",), ("res_room2",))
    change = bookings.history(moved.uid)[-1].change
    assert change["resourceIds"] == ["res_room2"]
    assert "hostIds" not in change


def test_one_date_of_a_series_takes_another_room(classes: Client, book: Book) -> None:
    series = book("yoga", recurring={"frequency": "DAILY", "count": 3})
    classes.calendar.busy.add(
        resource_id="room1", start_time="2027-01-22", end_time="2027-01-22"
    )

    moved = classes.calendar.bookings.reschedule(
        series.uid, date="2027-01-20", start_time="2027-01-22 12:00"
    )

    rooms = [o.resource_ids for o in moved.occurrences]
    assert rooms == [("res_room1",), ("res_room1",), ("res_room2",)]


def test_coming_bookings_are_given_what_they_need(classes: Client, book: Book) -> None:
    classes.calendar.resources.create("piano")
    classes.calendar.hosts.create("carol")
    classes.calendar.event_types.create("choir", hosts=["carol"], duration=60)
    one = book("choir")
    series = book(
        "choir", "2027-01-19 10:00", recurring={"frequency": "DAILY", "count": 2}
    )

    told = classes.calendar.event_types.update("choir", needs=["piano"])
    given = classes.calendar.event_types.update("choir", claim_existing=True)

    lacking = [(each["uid"], each["date"]) for each in told.bookings_without_needs]
    assert lacking == [
        (one.uid, "2027-01-18"),
        (series.uid, "2027-01-19"),
        (series.uid, "2027-01-20"),
    ]
    assert given.bookings_claimed == told.bookings_without_needs
    found = classes.calendar.bookings.list(resource_id="piano")
    assert {b.uid for b in found} == {one.uid, series.uid}
    last = classes.calendar.bookings.history(one.uid)[-1]
    assert (last.type, last.change["resourceIds"]) == ("booking.updated", ["res_piano"])
    again = classes.calendar.event_types.update("choir", claim_existing=True)
    assert again.bookings_claimed == []


def test_all_get_it_or_none(classes: Client, book: Book) -> None:
    classes.calendar.hosts.create("carol")
    classes.calendar.event_types.create("choir", hosts=["carol"], duration=60)
    book("yoga", resource_id="room1")
    taken, free = book("choir"), book("choir", "2027-01-18 14:00")

    with pytest.raises(errors.NeedsTaken) as refusal:
        classes.calendar.event_types.update(
            "choir", needs=["room1"], claim_existing=True
        )

    assert [c["uid"] for c in refusal.value.details["conflicts"]] == [taken.uid]
    assert classes.calendar.event_types.get("choir").needs == []
    assert classes.calendar.bookings.get(free.uid).resource_ids == ()


def test_a_resource_in_use_is_not_removed(classes: Client, book: Book) -> None:
    booking = book("yoga")

    with pytest.raises(errors.InUse, match="event type evt_dance"):
        classes.calendar.resources.delete("room1")
    for event_type in ("yoga", "dance"):
        classes.calendar.event_types.update(event_type, needs=[])
    with pytest.raises(errors.InUse, match=f"booking {booking.uid}"):
        classes.calendar.resources.delete("room1")
    classes.calendar.resources.delete("room2")


def test_people_are_told_of_the_room_and_it_is_asked_nothing(
    classes: Client, book: Book
) -> None:
    entry = classes.calendar.bookings.get_ics(book("yoga").uid)
    text = entry.decode() if isinstance(entry, bytes) else entry

    assert "LOCATION:Room1" in text
    assert "res_room1" not in text
    assert text.count("ATTENDEE") <= 1


def test_who_is_free_is_explained_need_by_need(classes: Client, book: Book) -> None:
    booking = book("yoga", resource_id="room2")

    said = classes.calendar.availability.explain(
        event_type_id="dance", start_time="2027-01-18 10:00"
    )

    hosts, rooms = said.needs
    assert (said.bookable, said.resource_ids) == (True, ("res_room1",))
    assert (hosts.free, hosts.others) == (("user_bob",), [])
    assert rooms.free == ("res_room1",)
    assert [other["id"] for other in rooms.others] == ["res_room2"]
    assert booking.uid in rooms.others[0]["message"]
    opened = [rule.message for rule in said.rules if rule.rule == "outside_hours"]
    assert opened[1:] == ["open all day"] * 2


@pytest.mark.parametrize(
    ("needs", "hosts", "message"),
    [
        pytest.param(["nobody"], None, "no such resource or host: nobody", id="nobody"),
        pytest.param(["1 of room1,alice"], None, "hosts or of resources", id="mixed"),
        pytest.param(["3 of room1,room2"], None, "from 1 to 2", id="too-many"),
        pytest.param(["room1", "room1"], None, "who are only 1", id="twice"),
        pytest.param(["room1"] * 9, None, "at most 8 fit", id="nine"),
        pytest.param(["1 of alice,bob"], ["me"], "those that it needs", id="others"),
        pytest.param(["1 of room1 by chance"], None, "rule", id="rule"),
    ],
)
def test_needs_that_cannot_be_are_refused(
    classes: Client, needs: list[str], hosts: list[str] | None, message: str
) -> None:
    more: dict[str, Any] = {} if hosts is None else {"hosts": hosts}

    with pytest.raises(errors.CalbookError, match=message):
        classes.calendar.event_types.create("odd", needs=needs, **more)


def test_needs_of_hosts_are_the_hosts(classes: Client) -> None:
    classes.calendar.hosts.create("carol")

    made = classes.calendar.event_types.create(
        "panel", needs=["2 of alice,bob,carol by priority", "room1"]
    )

    assert [host["userId"] for host in made.hosts] == [
        *("user_alice", "user_bob", "user_carol")
    ]
    assert made.needs == [
        {
            "count": 2,
            "of": ["user_alice", "user_bob", "user_carol"],
            "rule": "PRIORITY",
        },
        {"count": 1, "of": ["res_room1"], "rule": "LEAST_RECENT"},
    ]
    booked = classes.calendar.bookings.create(
        event_type_id="panel",
        start_time="2027-01-18 10:00",
        attendee={"name": "Ada", "email": "ada@example.com"},
    )
    assert booked.host_ids == ("user_alice", "user_bob")


def test_a_resource_that_is_not_there_is_no_host(client: Client) -> None:
    """`--resource me` was told of as a host, with another one as a hint."""
    client.calendar.event_types.create("demo")

    with pytest.raises(errors.NotFound, match="no such resource: res_me") as refusal:
        client.calendar.availability.get(
            event_type_id="demo", start_date="2027-01-18", resource_id="me"
        )

    assert "user_me" not in (refusal.value.hint or "")
