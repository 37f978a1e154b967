"""Many bookings at the same time: one gets it, and the others hear why."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from support.forking import Popen
from support.places import Place
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests
from support.properties import TORTURE
from support.racing import RACERS, answers, errors, race

from calbook import Client, EventType

COMMANDS = 32
HALF = timedelta(minutes=30)


class Outcome(NamedTuple):
    exit_status: int
    answer: dict[str, Any]  # the booking, or the error


@pytest.fixture
def database(place: Place) -> str:
    return place.url


def race_commands(place: Place, starts: Sequence[str], *options: str) -> list[Outcome]:
    """Book all starts at once, each in a process and for a person of its own."""
    command = [sys.executable, "-m", "calbook", "create", "--db", place.url, "--json"]
    command += ["--event", "demo", "--name", "Ada", *options]
    racers = [
        Popen(
            [*command, "--start", start, "--email", f"ada{n}@example.com"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "CALBOOK_NOW": "2027-01-04T09:00:00Z"},
        )
        for n, start in enumerate(starts)
    ]
    printed = [racer.communicate(timeout=60) for racer in racers]
    return [
        Outcome(racer.returncode, json.loads(out or err))
        for racer, (out, err) in zip(racers, printed, strict=True)
    ]


def test_one_of_many_gets_the_slot(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type()

    outcomes = race_commands(place, ["2027-01-18 10:00"] * COMMANDS)

    [winner] = [o.answer for o in outcomes if o.exit_status == 0]
    errors = [o.answer["error"] for o in outcomes if o.exit_status == 4]
    assert len(errors) == COMMANDS - 1
    assert {error["code"] for error in errors} == {"slot_taken"}
    assert {error["details"]["uid"] for error in errors} == {winner["uid"]}
    assert [b.to_dict() for b in client.calendar.bookings.list()] == [winner]
    place.check_whole()


def test_of_many_that_overlap_as_many_as_fit_are_booked(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type()
    ten = datetime(2027, 1, 18, 10, tzinfo=UTC)
    starts = [ten + n * HALF / 6 for n in range(COMMANDS)]

    outcomes = race_commands(place, [f"{start:%Y-%m-%d %H:%M}" for start in starts])

    booked = client.calendar.bookings.list()
    for first, second in pairwise(booked):
        assert first.ends_at <= second.starts_at
    for start, (exit_status, answer) in zip(starts, outcomes, strict=True):
        there = {b.uid for b in booked if abs(b.starts_at - start) < HALF}
        if exit_status == 0:
            assert there == {answer["uid"]}
        else:
            assert (exit_status, answer["error"]["code"]) == (4, "slot_taken")
            assert answer["error"]["details"]["uid"] in there
    place.check_whole()


def test_of_many_in_a_group_as_many_as_it_seats_come_in(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type(seats=5)

    outcomes = race_commands(place, ["2027-01-18 10:00"] * COMMANDS)

    came = [o.answer for o in outcomes if o.exit_status == 0]
    errors = [o.answer["error"] for o in outcomes if o.exit_status == 4]
    assert (len(came), len(errors)) == (5, COMMANDS - 5)
    assert {error["code"] for error in errors} == {"seats_full"}
    [group] = client.calendar.bookings.list()
    assert {answer["uid"] for answer in came} == {group.uid}
    people = [group.attendee, *group.guests]
    assert len({person.email for person in people}) == len(people) == 5
    types = [event.type for event in client.calendar.bookings.history(group.uid)]
    assert types == ["booking.created", *["booking.attendee_added"] * 4]
    assert group.version == 4
    place.check_whole()


def test_each_host_of_a_team_has_one_turn(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    hosts = ["me", *(client.calendar.hosts.create(f"h{n}").id for n in range(3))]
    event_type(hosts=hosts, scheduling_type="ROUND_ROBIN")

    outcomes = race_commands(place, ["2027-01-18 10:00"] * COMMANDS)

    booked = [o.answer["hostId"] for o in outcomes if o.exit_status == 0]
    errors = [o.answer["error"]["code"] for o in outcomes if o.exit_status == 4]
    assert sorted(booked) == ["user_h0", "user_h1", "user_h2", "user_me"]
    assert errors == ["slot_taken"] * (COMMANDS - 4)
    assert len(client.calendar.bookings.list()) == 4
    place.check_whole()


def test_a_series_gets_all_of_its_dates_or_none(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    """Each begins a day later than the one before, and has twelve days."""
    event_type()
    ten = datetime(2027, 1, 18, 10, tzinfo=UTC)
    starts = [ten + timedelta(days=n) for n in range(COMMANDS)]
    daily = ("--repeat", "daily", "--count", "12")

    outcomes = race_commands(
        place, [f"{start:%Y-%m-%d %H:%M}" for start in starts], *daily
    )

    booked = client.calendar.bookings.list()
    meetings = client.calendar.bookings.list_occurrences(count=None)
    for first, second in pairwise(meetings):
        assert first.ends_at <= second.starts_at
    assert {len(booking.occurrences) for booking in booked} == {12}
    assert len(meetings) == 12 * len(booked)
    won = {o.answer["uid"] for o in outcomes if o.exit_status == 0}
    assert won == {booking.uid for booking in booked}
    for exit_status, answer in outcomes:
        if exit_status:
            assert (exit_status, answer["error"]["code"]) == (4, "slot_taken")
            assert {c["uid"] for c in answer["error"]["details"]["conflicts"]} <= won
    place.check_whole()


def test_one_key_makes_one_booking_and_all_hear_of_it(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    """Who came second had looked for the key before the first had written it."""
    event_type()

    outcomes = race(place.url, 'return book(bookings, idempotency_key="k")')

    [booked] = client.calendar.bookings.list()
    assert answers(outcomes) == [booked.to_dict()] * RACERS
    place.check_whole()


def test_one_key_for_different_requests_is_the_firsts(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    """Of event types without a host in common: they meet nowhere but at the key."""
    client.calendar.hosts.create("bob")
    event_type()
    event_type("other", hosts=["bob"])

    outcomes = race(
        place.url,
        'return book(bookings, idempotency_key="k")',
        'return book(bookings, event_type_id="other", idempotency_key="k")',
    )

    [booked] = client.calendar.bookings.list()
    assert answers(outcomes) == [booked.to_dict()] * (RACERS // 2)
    assert errors(outcomes) == ["key_reused"] * (RACERS // 2)


def test_a_day_takes_as_many_as_it_may(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type(slots_per_day=3)

    outcomes = race(place.url, "return book(bookings, TEN + n * HALF / 6 * 5, n)")

    assert len(client.calendar.bookings.list()) == len(answers(outcomes)) == 3
    assert set(errors(outcomes)) <= {"slots_per_day", "slot_taken"}
    place.check_whole()


@pytest.mark.parametrize(
    "weights",
    [{"a": 3, "b": 2, "c": 1}, {"a": 1, "b": 1, "c": 1}],
    ids=["weighted", "equal"],
)
def test_hosts_get_their_share_of_what_many_book(
    place: Place,
    client: Client,
    event_type: Callable[..., EventType],
    weights: dict[str, int],
) -> None:
    """Each racer books all its own starts, which are free for all hosts."""
    for name in weights:
        client.calendar.hosts.create(name)
    hosts = [{"userId": f"user_{name}", "weight": w} for name, w in weights.items()]
    rules = {"scheduling_type": "ROUND_ROBIN", "round_robin": "EQUAL_DISTRIBUTION"}
    event_type(hosts=hosts, maximum_advance=None, **rules)
    each = 75 if TORTURE > 1 else 9
    act = f"""
starts = [TEN + (8 * k + n) * HALF for k in range({each})]
return [book(bookings, start, n).host_id for start in starts]
"""

    outcomes = race(place.url, act, racers=8)

    booked = Counter(host for hosts in answers(outcomes) for host in hosts)
    share = 8 * each // sum(weights.values())
    assert booked == {f"user_{name}": w * share for name, w in weights.items()}
    place.check_whole()


def test_series_with_the_same_hosts_wait_for_nobody_who_waits_for_them(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    """One event type names the hosts in one order, the other in the other."""
    client.calendar.hosts.create("bob")
    event_type("one", hosts=["me", "bob"], scheduling_type="COLLECTIVE")
    event_type("two", hosts=["bob", "me"], scheduling_type="COLLECTIVE")
    series = """
every = {"frequency": "DAILY", "count": 10}
start = TEN + timedelta(days=n % 8)
return book(bookings, start, n, event_type_id=ID, recurring=every)
"""

    outcomes = race(
        place.url, series.replace("ID", '"one"'), series.replace("ID", '"two"')
    )

    booked = client.calendar.bookings.list()
    assert {len(booking.occurrences) for booking in booked} == {10}
    assert len(booked) == len(answers(outcomes)) >= 1
    assert set(errors(outcomes)) == {"slot_taken"}
    place.check_whole()


def test_a_calendar_that_comes_in_is_before_or_behind_a_booking(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type()
    busy = client.calendar.busy

    outcomes = race(
        place.url,
        "return book(bookings, TEN + n * HALF, n)",
        "return calendar.busy.add(start_time=TEN + (n - 1) * HALF,"
        " end_time=TEN + n * HALF)",
    )

    assert set(errors(outcomes)) <= {"slot_taken"}
    told = {uid for calendar in busy.list() for uid in calendar.overlapping}
    booked = {b.uid for b in client.calendar.bookings.list()}
    assert len(booked) + len(errors(outcomes)) == RACERS // 2
    assert told == booked  # each half hour was blocked, in the end
    place.check_whole()


def test_a_host_does_no_more_than_the_limit_over_all_event_types(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    client.calendar.hosts.update("me", limits=["3/day"])
    event_type()
    event_type("other")

    outcomes = race(
        place.url,
        "return book(bookings, TEN + n * HALF / 6 * 5, n)",
        'return book(bookings, TEN + n * HALF / 6 * 5, n, event_type_id="other")',
    )

    assert len(client.calendar.bookings.list()) == len(answers(outcomes)) == 3
    assert set(errors(outcomes)) <= {"limit_reached", "slot_taken"}
    place.check_whole()


def test_a_person_books_no_more_than_one_may(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    """With hosts of their own, they meet nowhere but at the person."""
    for n in range(RACERS):
        client.calendar.hosts.create(f"h{n}")
        event_type(f"e{n}", hosts=[f"h{n}"], no_double=True)

    outcomes = race(place.url, 'return book(bookings, TEN, 0, event_type_id=f"e{n}")')

    assert len(client.calendar.bookings.list()) == len(answers(outcomes)) == 1
    assert set(errors(outcomes)) == {"limit_reached"}
    place.check_whole()
