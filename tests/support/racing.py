"""Processes that do something at the same moment, each with a client of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from support.forking import Popen
from support.properties import TORTURE

RACERS = 32 if TORTURE > 1 else 8

_RACER = """
import json, sys
from datetime import UTC, datetime, timedelta
from calbook import Client, errors

TEN = datetime(2027, 1, 18, 10, tzinfo=UTC)
HALF = timedelta(minutes=30)

def book(bookings, start=TEN, n=0, **fields):
    wanted = {"event_type_id": "demo", "start_time": start}
    wanted["attendee"] = {"name": "Ada", "email": f"ada{n}@example.com"}
    return bookings.create(**{**wanted, **fields})

def act(client, n):
    calendar, bookings = client.calendar, client.calendar.bookings
"""
_RUN = """
url, n = sys.argv[1], int(sys.argv[2])
now = datetime.fromisoformat(sys.argv[3])
with Client(url, clock=lambda: now) as client:
    client.calendar.hosts.list()
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        answer = {"answer": act(client, n)}
    except errors.CalbookError as error:
        answer = {"error": error.code, "details": error.details}
print(json.dumps(answer, default=lambda value: value.to_dict()))
"""
NOW = "2027-01-04T09:00:00+00:00"


class Outcome(NamedTuple):
    """What a racer was answered: something, or an error with its details."""

    answer: Any
    error: str | None
    details: dict[str, Any]


def race(url: str, *acts: str, racers: int = RACERS, now: str = NOW) -> list[Outcome]:
    """Let processes act at once; the outcomes by racer.

    An act is the body of a function of `client`, `calendar`, `bookings` and the
    racer's number `n`, which returns JSON or values of the library; they take turns
    among the racers.
    """
    running = [
        Popen(
            [sys.executable, "-c", _program(acts[n % len(acts)]), url, str(n), now],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for n in range(racers)
    ]
    for racer in running:
        assert racer.stdout
        racer.stdout.readline()
    for racer in running:
        assert racer.stdin
        racer.stdin.write(b"go\n")
        racer.stdin.flush()
    printed = [racer.communicate(timeout=120) for racer in running]
    said = b"".join(err for _, err in printed)
    assert not said, said.decode()
    return [_outcome(json.loads(out)) for out, _ in printed]


def _program(act: str) -> str:
    body = "".join(f"    {line}\n" for line in act.strip().splitlines())
    return f"{_RACER}{body}{_RUN}"


def _outcome(said: dict[str, Any]) -> Outcome:
    return Outcome(said.get("answer"), said.get("error"), said.get("details", {}))


def answers(outcomes: Sequence[Outcome]) -> list[Any]:
    """What those were answered who heard of no error."""
    return [outcome.answer for outcome in outcomes if outcome.error is None]


def errors(outcomes: Sequence[Outcome]) -> list[str]:
    return sorted(outcome.error for outcome in outcomes if outcome.error is not None)
