"""Local days as the clock on the wall tells them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calbook.core.model import Span
from calbook.core.time import local_days, times

MINUTE = timedelta(minutes=1)
ZONES = (
    "America/New_York",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Europe/Dublin",
)


@pytest.mark.parametrize(
    ("zone", "day", "wall", "by"),
    [
        ("America/New_York", "2027-03-14", "02:00", 60),
        ("America/New_York", "2027-11-07", "02:00", -60),
        ("Australia/Lord_Howe", "2027-10-03", "02:00", 30),
        ("Australia/Lord_Howe", "2027-04-04", "02:00", -30),
        ("America/Havana", "2028-03-12", "00:00", 60),
        ("America/Havana", "2028-11-05", "01:00", -60),
        ("Asia/Kathmandu", "1986-01-01", "00:00", 15),
    ],
)
def test_a_change_of_the_clocks_is_known_by_its_wall_time(
    zone: str, day: str, wall: str, by: int
) -> None:
    found = local_days.clock_change(date.fromisoformat(day), zone)

    assert found == (datetime.fromisoformat(f"{day}T{wall}"), by * MINUTE)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/New_York", "2027-03-13"),
        ("America/New_York", "2027-03-15"),
        ("America/Havana", "2028-03-11"),
        ("Pacific/Apia", "2011-12-30"),
        ("Pacific/Apia", "2011-12-31"),
        ("UTC", "2027-03-14"),
    ],
)
def test_other_days_have_no_change(zone: str, day: str) -> None:
    assert local_days.clock_change(date.fromisoformat(day), zone) is None


@given(st.sampled_from(ZONES), st.dates(date(1975, 1, 1), date(2040, 1, 1)))
def test_the_passes_of_a_day_are_all_of_it(zone: str, day: date) -> None:
    found = local_days.offset_periods(day, zone)
    start, end = times.day_bounds(day, zone)

    assert bool(found) == (start < end)
    if not found:
        return
    assert (found[0].start, found[-1].end) == (start, end)
    assert [one.end for one in found[:-1]] == [one.start for one in found[1:]]
    for one in found:
        for at in (one.start, one.end - MINUTE):
            assert one.wall(at) == times.wall_time(at, zone)
            assert one.moment(one.wall(at)) == at
    assert local_days.has_repeated_hour(found) == (end - start > timedelta(days=1))


def test_a_span_is_cut_to_the_day() -> None:
    start = datetime(2027, 1, 18, 20, tzinfo=UTC)
    night = Span(start, start + timedelta(hours=9))

    first, second = (
        local_days.clip_to_day(date(2027, 1, n), "UTC", [night]) for n in (18, 19)
    )

    midnight = datetime(2027, 1, 19, tzinfo=UTC)
    assert (first, second) == (
        (Span(start, midnight),),
        (Span(midnight, night.end),),
    )
    assert local_days.clip_to_day(date(2027, 1, 20), "UTC", [night]) == ()
