"""Two event types need the same rooms, and many book both at once."""

from __future__ import annotations

import pytest
from support.places import Place
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests
from support.racing import RACERS, answers, race

from calbook import Client


@pytest.fixture
def database(place: Place) -> str:
    return place.url


def set_up(client: Client, needs: str) -> None:
    """Classes by different hosts, whose ids and rooms are named in either order."""
    calendar = client.calendar
    for room in ("room1", "room2"):
        calendar.resources.create(room)
    for n in range(RACERS):
        calendar.hosts.create(f"host{n}")
        calendar.event_types.create(
            f"class{n}", hosts=[f"host{n}"], needs=[needs], duration=30
        )


def test_one_room_is_never_booked_twice(place: Place, client: Client) -> None:
    set_up(client, "room1")

    outcomes = race(place.url, 'return book(bookings, event_type_id=f"class{n}")')

    assert len(answers(outcomes)) == 1
    assert {o.error for o in outcomes} == {None, "slot_taken"}
    place.check_whole()


def test_of_two_rooms_each_is_booked_once(place: Place, client: Client) -> None:
    set_up(client, "1 of room2,room1")
    client.calendar.event_types.update("class0", needs=["1 of room1,room2"])

    outcomes = race(place.url, 'return book(bookings, event_type_id=f"class{n}")')

    rooms = [booked["resourceIds"] for booked in answers(outcomes)]
    assert sorted(rooms) == [["res_room1"], ["res_room2"]]
    assert {o.error for o in outcomes} == {None, "slot_taken"}
    place.check_whole()


def test_what_is_claimed_later_is_not_booked_meanwhile(
    place: Place, client: Client
) -> None:
    """Half of them book the room while the others have it claimed for a booking."""
    set_up(client, "room1")
    for n in range(0, RACERS, 2):
        client.calendar.event_types.update(f"class{n}", needs=[])
        client.calendar.bookings.create(
            event_type_id=f"class{n}",
            start_time="2027-01-18T10:00Z",
            attendee={"name": "Ada", "email": "ada@example.com"},
        )

    outcomes = race(
        place.url,
        'calendar.event_types.update(f"class{n}", needs=["room1"],'
        " claim_existing=True); return n",
        'return book(bookings, event_type_id=f"class{n}").uid',
    )

    assert len(answers(outcomes)) == 1
    assert {o.error for o in outcomes} <= {None, "slot_taken", "needs_taken"}
    assert client.calendar.bookings.total(resource_id="room1") == 1
    place.check_whole()
