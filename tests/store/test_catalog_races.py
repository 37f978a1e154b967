"""Many who change what can be booked at the same time, also while others book it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.places import Place
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests
from support.racing import RACERS, answers, errors, race

import calbook
from calbook import Client, EventType


@pytest.fixture
def database(place: Place) -> str:
    return place.url


def test_one_of_many_makes_an_event_type(place: Place, client: Client) -> None:
    outcomes = race(
        place.url, 'return calendar.event_types.create("demo", title=f"by {n}")'
    )

    [made] = answers(outcomes)
    assert errors(outcomes) == ["exists"] * (RACERS - 1)
    assert client.calendar.event_types.get("demo").to_dict() == made


def test_one_of_many_makes_a_host_and_a_schedule(place: Place, client: Client) -> None:
    outcomes = race(
        place.url,
        'return calendar.hosts.create("bob", name=f"by {n}")',
        'return calendar.schedules.create("late", timezone="UTC")',
        racers=8,
    )

    assert len(answers(outcomes)) == 2
    assert errors(outcomes) == ["exists"] * 6


def test_changes_of_different_fields_do_not_undo_each_other(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    """All fields are written, so each has to read what the others wrote."""
    event_type()
    fields = ("title", "description", "seats", "slots_per_day", "duration")
    values = ("new", "said", 2, 3, 45)

    outcomes = race(
        place.url,
        *(
            f'return calendar.event_types.update("demo", {name}={value!r}).id'
            for name, value in zip(fields, values, strict=True)
        ),
        racers=10,
    )

    assert errors(outcomes) == []
    changed = client.calendar.event_types.get("demo")
    assert tuple(getattr(changed, name) for name in fields) == values


def test_dates_of_a_schedule_are_changed_beside_each_other(
    place: Place, client: Client
) -> None:
    client.calendar.schedules.create("late", timezone="UTC")

    outcomes = race(
        place.url,
        'return calendar.schedules.override("late", date=f"2027-02-{n + 1:02}",'
        " availability=[]).id",
        racers=8,
    )

    assert errors(outcomes) == []
    assert len(client.calendar.schedules.get("late").overrides) == 8


@pytest.mark.parametrize("goes", ["event_types", "hosts"])
def test_what_is_booked_stays_and_what_is_gone_is_not_booked(
    place: Place, client: Client, event_type: Callable[..., EventType], goes: str
) -> None:
    """A host goes with the event type's change, which lets go of it first."""
    client.calendar.hosts.create("bob")
    event_type(hosts=["bob"])
    removing = {
        "event_types": 'calendar.event_types.delete("demo")',
        "hosts": 'calendar.event_types.update("demo", hosts=["me"])\n'
        'calendar.hosts.delete("bob")',
    }

    outcomes = race(
        place.url, "return book(bookings, TEN + n * HALF, n).host_id", removing[goes]
    )

    booked = client.calendar.bookings.list()
    made = [answer for answer in answers(outcomes) if answer is not None]
    assert len(booked) == len(made)
    assert set(errors(outcomes)) <= {"not_found", "in_use"}
    if any(host == "user_bob" for host in made):
        assert client.calendar.hosts.get("bob").id == "user_bob"
    if goes == "event_types" and not booked:
        with pytest.raises(calbook.errors.NotFound):
            client.calendar.event_types.get("demo")
    place.check_whole()
