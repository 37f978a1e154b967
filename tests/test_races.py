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

from calbook import Client, EventType

RACERS = 32
HALF = timedelta(minutes=30)


class Outcome(NamedTuple):
    exit_status: int
    answer: dict[str, Any]  # the booking, or the error


@pytest.fixture
def database(path: Path) -> str:
    return str(path)


def race(path: Path, starts: Sequence[str]) -> list[Outcome]:
    """Book all starts at once, each in a process of its own."""
    command = [sys.executable, "-m", "calbook", "create", "--db", str(path), "--json"]
    command += ["--event", "demo", "--name", "Ada", "--email", "ada@example.com"]
    racers = [
        subprocess.Popen(
            [*command, "--start", start],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "CALBOOK_NOW": "2027-01-04T09:00:00Z"},
        )
        for start in starts
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
