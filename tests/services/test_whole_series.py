"""A series is judged and written alike, its dates together or each for itself."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from conftest import DAYS
from support.stores import ask

from calbook import Client, errors
from calbook.services.availability import whole_series
from calbook.store import occurrences

Json = dict[str, Any]
ZONE = "America/New_York"  # whose clocks change on 2027-03-14
FIRST = datetime(2027, 1, 18, tzinfo=UTC)
ADA = {"name": "Ada", "email": "ada@example.com"}
HOST: Json = {"by": "host", "override": ["past", "hours", "dates", "per-day", "limit"]}
KINDS: dict[str, Json] = {
    "plain": {},
    "buffered": {
        "buffer_before": 20,
        "buffer_after": 10,
        "durations": [30, 90],
        "requires_confirmation": True,
    },
    "limited": {"limits": ["3/week"], "slots_per_day": 1},
    "dated": {"first_date": "2027-01-20", "last_date": "2027-04-30"},
    "personal": {"per_person": ["2/week"], "no_double": True},
    "own": {
        "availability": [
            {"day": d, "startTime": "09:00", "endTime": "21:00"} for d in DAYS[:5]
        ]
    },
    "pausing": {"max_in_a_row": 2, "break_after": 30},
    "team": {"scheduling_type": "ROUND_ROBIN", "hosts": ["me", "bob"]},
    "both": {"scheduling_type": "COLLECTIVE", "hosts": ["me", "bob"]},
    "roomy": {"needs": ["1 of room1"]},
}


are_free_together = whole_series.are_free


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def world(client: Client) -> Client:
    """Hours with overrides and across midnight, hosts with limits, and bookings."""
    calendar = client.calendar
    windows = (("08:00", "12:00"), ("13:00", "23:00"), ("23:00", "02:00"))
    calendar.schedules.create(
        "long",
        timezone=ZONE,
        availability=[
            {"day": day, "startTime": start, "endTime": end}
            for day in DAYS
            for start, end in windows
        ],
    )
    calendar.schedules.override("long", date="2027-02-10")
    calendar.schedules.override(
        "long",
        date="2027-02-03",
        availability=[{"startTime": "10:00", "endTime": "11:00"}],
    )
    calendar.hosts.create("bob", name="Bob", schedule_id="long", limits=["4/week"])
    calendar.hosts.update("me", schedule_id="long")
    calendar.resources.create("room1", schedule_id="long")
    for slug, fields in KINDS.items():
        calendar.event_types.create(slug, **fields)
    return client


def random_series(chance: random.Random) -> Json:
    frequency = chance.choice(["DAILY", "DAILY", "WEEKLY", "MONTHLY"])
    most = {"DAILY": 90, "WEEKLY": 15, "MONTHLY": 4}[frequency]
    rule = {"frequency": frequency, "count": chance.randint(2, most)}
    hours = chance.choice([14, 14.5, 16, 18, 23, 26, 27, 30]) + 24 * chance.randint(
        -9, 9
    )
    return {
        "event_type_id": chance.choice([*KINDS]),
        "start_time": FIRST + timedelta(hours=hours),
        "attendee": ADA,
        "recurring": rule,
        **chance.choice([{}, {}, {"on_conflict": "skip"}, HOST, {"host_id": "bob"}]),
    }


def try_series(client: Client, wanted: Json, *, dry_run: bool = True) -> object:
    try:
        made = client.calendar.bookings.create(**wanted, dry_run=dry_run)
    except errors.CalbookError as error:
        return error.to_dict()
    return made.to_dict()


def test_a_series_is_judged_alike_together_and_date_by_date(world: Client) -> None:
    """What one says of random series, the other does, down to the details."""
    chance = random.Random(17)
    said: list[bool] = []

    def are_free(*facts: Any, **more: Any) -> bool:
        said.append(are_free_together(*facts, **more))
        return said[-1]

    for n in range(150):
        wanted = random_series(chance)
        with patch.object(whole_series, "are_free", are_free):
            one = try_series(world, wanted)
        with patch.object(whole_series, "are_free", return_value=False):
            other = try_series(world, wanted)
        assert one == other, wanted
        if n % 10 == 0:
            try_series(world, wanted, dry_run=False)
    assert min(said.count(True), said.count(False)) > 20


ROWS = (
    "select * from occurrences where uid = :uid order by recurrence_id",
    "select * from claims where uid = :uid order by host_id, claim_start",
)


def test_dates_are_written_alike_together_and_one_by_one(world: Client) -> None:
    """A statement for all that are alike, and a row for each, make the same rows."""
    bookings = world.calendar.bookings
    wanted = {"event_type_id": "buffered", "attendee": ADA}
    start = "2027-01-20T14:00"
    bookings.create(**wanted, start_time="2027-01-25T14:00")
    found = []
    for fewest in (2, 1_000):
        with patch.object(occurrences, "_FEWEST", fewest):
            made = bookings.create(
                **wanted,
                start_time=start,
                recurring={"frequency": "DAILY", "count": 40},
                on_conflict="skip",
            )
            shown = made.to_dict()
            assert shown == bookings.get(made.uid).to_dict()
            bookings.confirm(made.uid)
            longer = bookings.extend(made.uid, count=30, by="host")
            bookings.reschedule(
                made.uid, start_time="2027-02-20T14:15", from_date="2027-02-20"
            )
            fewer = bookings.cancel_all_future(
                made.uid, from_date="2027-03-01", by="host", reason="ill"
            )
        rows = [[*row] for each in ROWS for row in ask(world, each, uid=made.uid)]
        answers = [each.to_dict()["occurrences"] for each in (made, longer, fewer)]
        found.append(str((answers, rows)).replace(str(made.uid), "uid"))
        bookings.cancel_all_future(made.uid, by="host")
    assert found[0] == found[1]
