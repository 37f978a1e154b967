"""Many processes that want the same time: one gets it, and the others hear why."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.forking import Popen

from calbook import Client, EventType

RACERS = 32
HALF = timedelta(minutes=30)


class Outcome(NamedTuple):
    exit_status: int
    answer: dict[str, Any]  # the booking, or the error


@pytest.fixture
def database(path: Path) -> str:
    return str(path)


def race(path: Path, starts: Sequence[str], *options: str) -> list[Outcome]:
    """Book all starts at once, each in a process and for a person of its own."""
    command = [sys.executable, "-m", "calbook", "create", "--db", str(path), "--json"]
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


def check_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("pragma integrity_check").fetchone() == ("ok",)
        assert conn.execute("pragma foreign_key_check").fetchall() == []


def test_one_of_many_gets_the_slot(
    path: Path, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type()

    outcomes = race(path, ["2027-01-18 10:00"] * RACERS)

    [winner] = [o.answer for o in outcomes if o.exit_status == 0]
    errors = [o.answer["error"] for o in outcomes if o.exit_status == 4]
    assert len(errors) == RACERS - 1
    assert {error["code"] for error in errors} == {"slot_taken"}
    assert {error["details"]["uid"] for error in errors} == {winner["uid"]}
    assert [b.to_dict() for b in client.calendar.bookings.list()] == [winner]
    check_whole(path)


def test_of_many_that_overlap_as_many_as_fit_are_booked(
    path: Path, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type()
    ten = datetime(2027, 1, 18, 10, tzinfo=UTC)
    starts = [ten + n * HALF / 6 for n in range(RACERS)]

    outcomes = race(path, [f"{start:%Y-%m-%d %H:%M}" for start in starts])

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
    check_whole(path)


def test_of_many_in_a_group_as_many_as_it_seats_come_in(
    path: Path, client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type(seats=5)

    outcomes = race(path, ["2027-01-18 10:00"] * RACERS)

    came = [o.answer for o in outcomes if o.exit_status == 0]
    errors = [o.answer["error"] for o in outcomes if o.exit_status == 4]
    assert (len(came), len(errors)) == (5, RACERS - 5)
    assert {error["code"] for error in errors} == {"seats_full"}
    [group] = client.calendar.bookings.list()
    assert {answer["uid"] for answer in came} == {group.uid}
    people = [group.attendee, *group.guests]
    assert len({person.email for person in people}) == len(people) == 5
    types = [event.type for event in client.calendar.bookings.history(group.uid)]
    assert types == ["booking.created", *["booking.attendee_added"] * 4]
    assert group.version == 4
    check_whole(path)


def test_each_host_of_a_team_has_one_turn(
    path: Path, client: Client, event_type: Callable[..., EventType]
) -> None:
    hosts = ["me", *(client.calendar.hosts.create(f"h{n}").id for n in range(3))]
    event_type(hosts=hosts, scheduling_type="ROUND_ROBIN")

    outcomes = race(path, ["2027-01-18 10:00"] * RACERS)

    booked = [o.answer["hostId"] for o in outcomes if o.exit_status == 0]
    errors = [o.answer["error"]["code"] for o in outcomes if o.exit_status == 4]
    assert sorted(booked) == ["user_h0", "user_h1", "user_h2", "user_me"]
    assert errors == ["slot_taken"] * (RACERS - 4)
    assert len(client.calendar.bookings.list()) == 4
    check_whole(path)


def test_a_series_gets_all_of_its_dates_or_none(
    path: Path, client: Client, event_type: Callable[..., EventType]
) -> None:
    """Each begins a day later than the one before, and has twelve days."""
    event_type()
    ten = datetime(2027, 1, 18, 10, tzinfo=UTC)
    starts = [ten + timedelta(days=n) for n in range(RACERS)]
    daily = ("--repeat", "daily", "--count", "12")

    outcomes = race(path, [f"{start:%Y-%m-%d %H:%M}" for start in starts], *daily)

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
    check_whole(path)
