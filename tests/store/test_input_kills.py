"""A `create --input` that is killed leaves whole portions, and all that it has said."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.places import Place
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests

from calbook import Client, EventType
from store.test_kills import ROUNDS, killed, wait_for_the_killed

pytestmark = pytest.mark.torture

PORTION = 200
CALBOOK = """
import runpy
import sys
sys.argv[0] = "calbook"
runpy.run_module("calbook", run_name="__main__")
"""
FIRST = datetime(2027, 1, 18, tzinfo=UTC)


@pytest.fixture
def database(place: Place) -> str:
    return place.url


def write_lines(file: Path, first: int, number: int) -> None:
    """Each with the next start, in the name of its number."""
    file.write_text(
        "".join(
            json.dumps(
                {
                    "eventTypeId": "demo",
                    "startTime": (FIRST + n * timedelta(minutes=30)).isoformat(),
                    "attendee": {"name": f"{n}", "email": f"p{n}@example.com"},
                }
            )
            + "\n"
            for n in range(first, first + number)
        )
    )


def test_a_kill_leaves_whole_portions_and_all_that_was_said(
    place: Place,
    client: Client,
    event_type: Callable[..., EventType],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CALBOOK_NOW", "2027-01-04T09:00:00Z")
    event_type()
    chance = random.Random(5)
    given = tmp_path / "lines.jsonl"
    booked = 0

    for _ in range(ROUNDS // 2 if place.is_file else ROUNDS // 4):
        write_lines(given, booked, 4 * PORTION)
        command = ("create", "--input", given, "--jsonl", "--db", place.url)
        lines, after = chance.choice([0, 1, PORTION + 1]), chance.uniform(0, 0.3)
        said = killed(CALBOOK, *command, lines=lines, after=after + 0.4 * (not lines))

        wait_for_the_killed(place)
        place.check_whole()
        found = place.rows("select uid, name from attendees")
        uids = dict(found)
        assert {json.loads(line)["uid"] for line in said} <= uids.keys()
        assert sorted(map(int, uids.values())) == [*range(len(uids))]
        assert (len(uids) - booked) % PORTION == 0
        booked = len(uids)
    assert booked
    assert client.check() == ()
