"""Limits: their text, the periods they count in, and what is too much."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from calbook.core.catalog import Limit
from calbook.core.errors import BadInput
from calbook.core.model import Span
from calbook.core.rules import breaks, limit_text, limits
from calbook.core.rules.limits import LimitCounts, Load
from calbook.core.time import times

utc = datetime.fromisoformat
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "limit", "again"),
    [
        ("3/day", Limit(3, "day"), "3/day"),
        ("10/WEEK", Limit(10, "week"), "10/week"),
        (" 30/month ", Limit(30, "month"), "30/month"),
        ("8h/day", Limit(480, "day", True), "8h/day"),
        ("90m/day", Limit(90, "day", True), "90m/day"),
        ("120m/week", Limit(120, "week", True), "2h/week"),
        ("744h/month", Limit(44_640, "month", True), "744h/month"),
        ("1.5 hours/day", Limit(90, "day", True), "90m/day"),
        ("1h30m/day", Limit(90, "day", True), "90m/day"),
        ("3d/week", Limit(4320, "week", True), "72h/week"),
    ],
)
def test_a_limit_is_read_and_written(text: str, limit: Limit, again: str) -> None:
    assert limit_text.read_limit(text, "limits") == limit
    assert limit_text.limit_text(limit) == again


@pytest.mark.parametrize(
    "text",
    [
        *("3", "3/year", "/day", "-1/day", "0/day", "1.5/day", "8h", "3 / day"),
        *(
            "100001/day",
            "745h/month",
            "0h/day",
            "٣/day",
            "3 months/week",
            "1:30/day",
            "1s/day",
            "3 /day",
            3,
            None,
            ["3/day"],
        ),
    ],
)
def test_what_is_no_limit_is_refused(text: object) -> None:
    with pytest.raises(BadInput, match="limits"):
        limit_text.read_limit(text, "limits")


@pytest.mark.parametrize(
    ("kind", "day", "zone", "name", "start", "end"),
    [
        (
            *("day", "2027-01-18", "America/New_York", "2027-01-18"),
            *("2027-01-18T05:00Z", "2027-01-19T05:00Z"),
        ),
        (
            *("day", "2024-03-10", "America/New_York", "2024-03-10"),
            *("2024-03-10T05:00Z", "2024-03-11T04:00Z"),  # 23 hours
        ),
        (
            *("day", "2024-09-08", "America/Santiago", "2024-09-08"),
            *("2024-09-08T04:00Z", "2024-09-09T03:00Z"),  # no midnight
        ),
        (
            *("week", "2027-01-03", "UTC", "2026-W53"),
            *("2026-12-28T00:00Z", "2027-01-04T00:00Z"),
        ),
        (
            *("week", "2027-01-04", "UTC", "2027-W01"),
            *("2027-01-04T00:00Z", "2027-01-11T00:00Z"),
        ),
        (
            *("week", "2024-11-03", "America/New_York", "2024-W44"),
            *("2024-10-28T04:00Z", "2024-11-04T05:00Z"),
        ),
        (
            *("month", "2024-02-29", "UTC", "2024-02"),
            *("2024-02-01T00:00Z", "2024-03-01T00:00Z"),
        ),
        (
            *("month", "2026-12-31", "Asia/Kathmandu", "2026-12"),
            *("2026-11-30T18:15Z", "2026-12-31T18:15Z"),
        ),
    ],
)
def test_a_period_is_local(
    kind: str, day: str, zone: str, name: str, start: str, end: str
) -> None:
    [period] = limits.periods_of(kind, [date.fromisoformat(day)], zone)

    assert period.name == name
    assert period.span == Span(utc(start), utc(end))


def test_periods_follow_each_other_without_a_gap() -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(800)]

    for kind in ("day", "week", "month"):
        found = limits.periods_of(kind, days, "America/Santiago")
        for one, other in pairwise(found):
            assert one.span.end == other.span.start


def _load(limit: Limit, booked: int) -> Load:
    [day] = limits.periods_of("day", [date(2027, 1, 18)], "UTC")
    return Load(limit, "eventType", "evt_demo", day, booked)


TEN = Span(utc("2027-01-18T10:00Z"), utc("2027-01-18T11:00Z"))


@pytest.mark.parametrize(
    ("limit", "booked", "is_full"),
    [
        (Limit(3, "day"), 2, False),
        (Limit(3, "day"), 3, True),
        (Limit(3, "day"), 9, True),
        (Limit(480, "day", True), 420, False),
        (Limit(480, "day", True), 421, True),
    ],
)
def test_one_more_is_too_much(limit: Limit, booked: int, is_full: bool) -> None:
    assert _load(limit, booked).is_full(TEN) is is_full


def test_meetings_count_where_they_start() -> None:
    late = Span(utc("2027-01-18T23:30Z"), utc("2027-01-19T00:30Z"))
    early = Span(utc("2027-01-17T23:30Z"), utc("2027-01-18T00:30Z"))

    number = _load(Limit(3, "day"), 1).with_meetings([early, TEN, late])
    length = _load(Limit(480, "day", True), 30).with_meetings([early, TEN, late])

    assert (number.booked, length.booked) == (3, 150)


def test_several_starts_are_counted_together() -> None:
    days = [date(2027, 1, 18), date(2027, 1, 19)]
    counts = LimitCounts(
        Limit(3, "day"),
        of="eventType",
        owner="evt_demo",
        periods=limits.periods_of("day", days, "UTC"),
        booked=[1, 3],
    )
    first, second = (times.epoch(utc(f"2027-01-{n}T10:00Z")) for n in (18, 19))
    hour = 3600

    assert counts.takes_all([first, first + hour], HOUR)
    assert not counts.takes_all([first, first + hour, first + 2 * hour], HOUR)
    assert not counts.takes_all([first, second], HOUR)
    assert list(counts.refused_starts(HOUR)) == [
        (times.epoch(utc("2027-01-19T00:00Z")), times.epoch(utc("2027-01-20T00:00Z")))
    ]


def _meetings(*hours: str) -> list[Span]:
    """`10:00-10:30`, all on one day."""
    return [
        Span(*(utc(f"2027-01-18T{at}Z") for at in text.split("-"))) for text in hours
    ]


ROW = _meetings("09:00-09:30", "09:30-10:00", "10:10-10:30")


@pytest.mark.parametrize(
    ("meeting", "number"),
    [
        ("10:30-11:00", 4),
        ("10:44-11:00", 4),
        ("10:45-11:00", 1),  # a break lies between
        ("08:00-08:46", 4),
        ("08:00-08:45", 1),
        ("10:00-10:10", 4),  # in the gap
    ],
)
def test_a_row_goes_on_where_the_break_is_too_short(meeting: str, number: int) -> None:
    [wanted] = _meetings(meeting)

    assert breaks.run_length(wanted, ROW, timedelta(minutes=15)) == number


def test_a_meeting_between_two_rows_makes_one_of_them() -> None:
    [wanted] = _meetings("11:00-12:00")
    others = _meetings("10:00-10:50", "12:05-12:30", "12:30-13:00", "15:00-16:00")

    assert breaks.run_length(wanted, others, timedelta(minutes=15)) == 4


@pytest.mark.parametrize("most", [1, 2, 3, 4])
@pytest.mark.parametrize("pause", [1, 15, 45, 240])
@pytest.mark.parametrize("length", [10, 30])
def test_the_sweep_refuses_what_makes_a_row_too_long(
    most: int, pause: int, length: int
) -> None:
    others = _meetings(
        *("09:00-09:30", "09:30-10:00", "10:40-11:00", "13:00-13:20", "13:30-13:40")
    )
    rest, took = timedelta(minutes=pause), timedelta(minutes=length)
    found = list(breaks.starts_without_break(others, took, most=most, pause=rest))
    for minute in range(0, 1440 - length, 5):
        start = utc("2027-01-18T00:00Z") + timedelta(minutes=minute)
        wanted = Span(start, start + took)
        if any(wanted.overlaps(other) for other in others):
            continue

        is_refused = any(a <= times.epoch(start) < b for a, b in found)

        too_long = breaks.run_length(wanted, others, rest) > most
        assert is_refused is too_long, start
