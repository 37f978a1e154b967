"""Hosts who take over, are booked and go away at the same time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from conftest import MONDAY
from support.places import Place
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests
from support.racing import RACERS, answers, errors, race

from calbook import Client, EventType

TEN = MONDAY + timedelta(days=14, hours=1)
HOUR = timedelta(hours=1)
ADA = {"name": "Ada", "email": "ada@example.com"}


@pytest.fixture
def database(place: Place) -> str:
    return place.url


@pytest.fixture
def mine(client: Client, event_type: Callable[..., EventType]) -> list[str]:
    """Bookings of one host of two, an hour apart."""
    client.calendar.hosts.create("bob")
    event_type(hosts=["me", "bob"], scheduling_type="ROUND_ROBIN")
    event_type("bobs", hosts=["bob"])
    return [
        client.calendar.bookings.create(
            event_type_id="demo", start_time=TEN + n * HOUR, attendee=ADA, host_id="me"
        ).uid
        for n in range(RACERS // 2)
    ]


def check_no_overlap(client: Client, host: str) -> None:
    found = client.calendar.bookings.list(host_id=host, count=None)
    live = [b for b in found if b.status == "CONFIRMED"]
    for first, second in pairwise(live):
        assert first.ends_at <= second.starts_at


def test_who_takes_over_is_booked_by_nobody_else(
    place: Place, client: Client, mine: list[str]
) -> None:
    outcomes = race(
        place.url,
        f"return bookings.reassign({mine}[n // 2]).host_id",
        "return book(bookings, TEN + timedelta(hours=n // 2), n,"
        ' event_type_id="bobs").host_id',
    )

    assert set(errors(outcomes)) <= {"slot_taken"}
    assert len(answers(outcomes)) == len(mine)
    check_no_overlap(client, "bob")
    place.check_whole()


def test_of_two_who_hand_over_the_same_one_does(
    place: Place, client: Client, mine: list[str]
) -> None:
    outcomes = race(
        place.url, f'return bookings.reassign({mine}[n // 2], host_id="bob").host_id'
    )

    assert errors(outcomes) == []
    assert answers(outcomes) == ["user_bob"] * 2 * len(mine)
    place.check_whole()


def test_who_goes_away_is_booked_by_nobody_afterwards(
    place: Place, client: Client, mine: list[str]
) -> None:
    outcomes = race(
        place.url,
        "import calbook; return client.calendar.hosts.away("
        'TEN and "me", start_time=TEN, end_time=TEN + timedelta(days=1),'
        " reassign=True).busy",
        "return book(bookings, TEN + timedelta(hours=n, minutes=30), n,"
        ' host_id="me").host_id',
    )

    assert set(errors(outcomes)) <= {"slot_taken", "outside_hours"}
    left = client.calendar.hosts.away(
        "me", start_time=TEN, end_time=TEN + timedelta(days=1)
    ).left
    assert left == ()
    [busy] = client.calendar.busy.list(host_id="me")
    assert busy.name in answers(outcomes)
    check_no_overlap(client, "bob")
    place.check_whole()
