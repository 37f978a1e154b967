"""Starts of series, all dates looked at together, against each start for itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from conftest import DAYS
from hypothesis import given
from hypothesis import strategies as st

from calbook import Client, errors
from calbook.core import needs, start_ranges
from calbook.core.errors import BadInput
from calbook.core.model import Span
from calbook.core.time import times
from calbook.core.wall_clock import DAY_SECONDS, WallClock
from calbook.services.availability import free_starts, limit_counts
from calbook.services.availability.booking_request import (
    BookingRequest,
    series_starts,
)
from calbook.services.availability.free_ranges import FreeRanges

# Where clocks change, and a date begins late or is left out, within some weeks.
CHANGES = {
    "Europe/London": date(2027, 3, 28),
    "America/New_York": date(2027, 11, 7),
    "Australia/Lord_Howe": date(2027, 4, 4),  # by half an hour
    "America/Sao_Paulo": date(2017, 10, 15),  # at midnight
    "America/St_Johns": date(2010, 11, 7),  # at 00:01, back to the day before
    "Asia/Beirut": date(2026, 3, 29),
    "Pacific/Apia": date(2011, 12, 30),  # no such date
    "UTC": date(2027, 3, 28),
}


class EachAlone:
    """Every start's dates are worked out and asked one by one."""

    def __init__(self, facts: Any, request: BookingRequest, rule: Any) -> None:
        self.facts, self.request, self.rule = facts, request, rule
        self.end = 2**40
        self.fits, self.too_long = False, None

    def check_tried(self) -> None:
        pass

    def check(self) -> None:
        if self.too_long is not None and not self.fits:
            raise self.too_long

    def keep_fitting(self, candidates: Any, leads: Any) -> dict[int, list[str]]:
        found = {}
        for first in candidates:
            starts = self.starts(first)
            if starts and (free := self.free(starts)) is not None:
                found[first] = [id for id in leads if id in free]
        return found

    def starts(self, first: int) -> list[int]:
        request, at = self.request, times.instant(first)
        try:
            if self.rule is None:
                every = (at, *request.other_starts(at))
            else:
                every = series_starts(
                    request.event_type, self.rule, at, request.timezone
                )
        except BadInput as error:
            self.too_long = self.too_long or error
            return []
        self.fits = self.fits or bool(every)
        return [times.epoch(start) for start in every]

    def free(self, starts: list[int]) -> set[str] | None:
        request, facts, event_type = self.request, self.facts, self.request.event_type
        need = start_ranges.slot_lengths(event_type)
        claim = need.before + need.meeting + need.after
        if any(b - a < claim for a, b in pairwise(sorted(starts))):
            return None
        days = [times.local_date(times.instant(at), request.timezone) for at in starts]
        if not all(map(event_type.takes_date, days[1:])):
            return None
        spans = [Span(at, at) for at in map(times.instant, starts)]
        length = event_type.duration
        counts = limit_counts.of_event_type(facts, request, spans)
        persons = limit_counts.PersonLoads(facts, request, spans)
        refused = [*persons.refused_starts()]
        if not all(each.takes_all(starts, length) for each in counts):
            return None
        if not persons.takes_all(starts) or any(
            begin <= at < end for begin, end in refused for at in starts
        ):
            return None
        free_ranges = FreeRanges(facts, request, spans)
        free = {
            id
            for id in needs.members_of(request.needs)
            if self.is_free(free_ranges, id, starts)
        }
        if free.issuperset(request.wanted) and needs.are_met(request.needs, free):
            return free
        return None

    def is_free(self, free_ranges: FreeRanges, id: str, starts: list[int]) -> bool:
        rows = [self.request.members_on(n, (id,)) for n in range(len(starts))]
        return all(
            any(begin <= at < end for begin, end in free_ranges.starts(row))
            for at, row in zip(starts, rows, strict=True)
        ) and free_ranges.loads.take_all(rows, starts)


rules = st.fixed_dictionaries(
    {"frequency": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])},
    optional={"interval": st.integers(1, 3)},
).flatmap(
    lambda rule: st.fixed_dictionaries(
        {key: st.just(value) for key, value in rule.items()},
        optional={
            "by_day": st.lists(
                st.sampled_from(
                    ["MO", "WE", "FR", "SU", "1SU", "-1FR", "2TU"]
                    if rule["frequency"] == "MONTHLY"
                    else ["MO", "WE", "FR", "SU"]
                ),
                min_size=1,
                max_size=3,
                unique=True,
            )
        },
    )
)
ends = st.one_of(
    st.builds(lambda n: {"count": n}, st.integers(1, 9)),
    st.builds(lambda n: {"until": n}, st.integers(-5, 60)),
)
hours = st.sampled_from(
    [
        [("00:00", "24:00")],
        [("09:00", "12:00"), ("13:30", "17:00")],
        [("22:00", "02:00")],
        [("00:30", "03:30"), ("23:00", "24:00")],
    ]
)
event_types = st.fixed_dictionaries(
    {
        "duration": st.sampled_from([15, 30, 90, 600, 1430]),
        "slot_interval": st.sampled_from([15, 30, 45, 60]),
    },
    optional={
        "buffer_before": st.sampled_from([10, 60]),
        "buffer_after": st.sampled_from([5, 30]),
        "slots_per_day": st.integers(1, 2),
        "limits": st.sampled_from([["3/week"], ["4h/month"]]),
        "max_occurrences": st.integers(2, 20),
        "first_date": st.integers(-5, 5),
        "last_date": st.integers(3, 40),
    },
)


@given(
    zone=st.sampled_from(sorted(CHANGES)),
    opened=hours,
    team=st.sampled_from([None, "ROUND_ROBIN", "COLLECTIVE"]),
    event=event_types,
    rule=rules,
    end=ends,
    begin=st.integers(-9, 2),
    booked=st.lists(
        st.tuples(st.integers(-20, 60), st.integers(0, 95), st.sampled_from("ab")),
        max_size=6,
    ),
    limited=st.booleans(),
)
def test_the_same_starts_are_found_as_one_by_one(
    zone: str,
    opened: list[tuple[str, str]],
    team: str | None,
    event: dict[str, Any],
    rule: dict[str, Any],
    end: dict[str, int],
    begin: int,
    booked: list[tuple[int, int, str]],
    limited: bool,
) -> None:
    change = CHANGES[zone]

    def day(n: int) -> str:
        return (change + timedelta(days=n)).isoformat()

    now = datetime(change.year, change.month, change.day, tzinfo=UTC) - timedelta(30)
    end_of_rule = {"until": day(end["until"])} if "until" in end else end
    dates = {
        key: day(event[key]) for key in ("first_date", "last_date") if key in event
    }
    with Client(":memory:", clock=lambda: now) as client:
        calendar = client.calendar
        calendar.schedules.create("s", timezone=zone, availability=_weekly(opened))
        for host in ("a", "b"):
            limits = ["2/day"] if limited else []
            calendar.hosts.create(host, schedule_id="s", limits=limits)
        hosts = {"hosts": ["a"]}
        if team:
            hosts = {"hosts": ["a", "b"], "scheduling_type": team}
        calendar.event_types.create(
            "demo", **{"maximum_advance": None, **event, **dates, **hosts}
        )
        for n, quarter, host in booked:
            start = datetime.fromisoformat(f"{day(n)}T00:00:00+00:00")
            start += timedelta(minutes=15 * quarter)
            calendar.busy.add(
                start_time=start, end_time=start + timedelta(minutes=50), host_id=host
            )
        wanted = {
            "event_type_id": "demo",
            "start_date": day(begin),
            "days": 5,
            "recurring": {**rule, **end_of_rule},
        }

        found = _answer(client, wanted)
        with patch.object(free_starts, "_search_series", EachAlone):
            expected = _answer(client, wanted)

    assert found == expected


def _weekly(opened: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [
        {"day": day, "startTime": start, "endTime": end}
        for day in DAYS
        for start, end in opened
    ]


def _answer(client: Client, wanted: dict[str, Any]) -> object:
    try:
        return client.calendar.availability.get(**wanted)
    except errors.CalbookError as error:
        return str(error)


# -- the clock -----------------------------------------------------------------------


@given(
    zone=st.sampled_from(sorted(CHANGES)),
    minutes=st.lists(st.integers(-6 * 1440, 6 * 1440), min_size=1, max_size=20),
)
def test_the_clock_shows_what_zones_say(zone: str, minutes: list[int]) -> None:
    first = times.epoch(times.day_start(CHANGES[zone], "UTC"))
    every = [first + 60 * n for n in minutes]
    clock = WallClock(sorted({at // DAY_SECONDS for at in every}), zone)

    for at in every:
        wall = times.wall_time(times.instant(at), zone).replace(tzinfo=UTC, fold=0)
        assert clock.wall(at) == times.epoch(wall)
        naive = times.instant(at).replace(tzinfo=None)
        assert times.instant(clock.instant(at)) == times.instant_of_wall(naive, zone)
        length = 60 * (1 + at % 97)
        walls = clock.wall_ranges([(at, at + length)])
        for wall_at in range(at - 30 * 3_600, at + 30 * 3_600, 900):
            shown = any(begin <= wall_at < end for begin, end in walls)
            assert shown == (at <= clock.instant(wall_at) < at + length)
        instants = clock.instant_ranges([(at, at + length)])
        for moment in range(at - 30 * 3_600, at + 30 * 3_600, 900):
            is_found = any(begin <= moment < end for begin, end in instants)
            assert is_found == (at <= clock.wall(moment) < at + length)
        end = clock.end_of_date(at)
        assert all(clock.date_of(n) == clock.date_of(at) for n in (at, end - 1))
        assert end - at <= DAY_SECONDS


def test_dates_far_apart_need_no_days_between(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    offset = WallClock._offset

    def count(self: WallClock, at: int) -> int:
        asked.append(at)
        return offset(self, at)

    monkeypatch.setattr(WallClock, "_offset", count)
    clock = WallClock([20_100, 56_300], "Europe/London")

    assert clock.wall(20_100 * DAY_SECONDS) == 20_100 * DAY_SECONDS
    assert len(asked) < 200


@given(
    zone=st.sampled_from([*sorted(CHANGES), "Africa/Monrovia", "Asia/Kathmandu"]),
    begin=st.integers(-50 * 86_400, 50 * 86_400),
    step=st.sampled_from([1, 59, 60, 900, 3_600, 50_000]),
)
def test_many_times_are_written_as_one_is(zone: str, begin: int, step: int) -> None:
    change = CHANGES.get(zone, date(1972, 1, 7))  # Monrovia's offset had seconds
    first = times.epoch(times.day_start(change, "UTC")) + begin
    text = times.rfc3339_of_many(zone)

    for at in range(first, first + 90 * step, step):
        assert text(at) == times.rfc3339(at, zone)
