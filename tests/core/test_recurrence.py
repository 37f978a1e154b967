"""Recurrence rules against the seed, RFC 5545 and two other ways to expand them."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, islice
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from hypothesis import example, given
from hypothesis import strategies as st
from support.properties import examples

from calbook.core.errors import BadInput
from calbook.core.time import recurrence
from calbook.core.time.recurrence import (
    DAYS,
    MAX_OCCURRENCES,
    MAX_YEARS,
    Frequency,
    Recurrence,
    Start,
    Weekday,
    starts,
)

utc = datetime.fromisoformat
wall_time = datetime.fromisoformat
day = date.fromisoformat

NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
ASUNCION = "America/Asuncion"
CAIRO = "Africa/Cairo"
HAVANA = "America/Havana"
DHAKA = "Asia/Dhaka"
APIA = "Pacific/Apia"

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_rule(
    frequency: str, end: int | str, by_day: str = "", interval: int = 1
) -> Recurrence:
    """A rule from text, `end` being its count or its last date: MONTHLY, 3, 2TU."""
    return Recurrence(
        frequency=Frequency(frequency),
        interval=interval,
        count=end if isinstance(end, int) else None,
        until=day(end) if isinstance(end, str) else None,
        by_day=tuple(
            Weekday(text[-2:], int(text[:-2]) if text[:-2] else None)
            for text in by_day.split()
        ),
    )


def dates(rule: Recurrence, first: str, timezone: str = "UTC") -> list[str]:
    found = starts(rule, wall_time(f"{first} 10:00"), timezone)
    return [start.wall.date().isoformat() for start in found]


def instants(rule: Recurrence, first: str, timezone: str) -> list[datetime]:
    return [start.instant for start in starts(rule, wall_time(first), timezone)]


def refused(rule: Recurrence, first: str, *, timezone: str = "UTC") -> BadInput:
    with pytest.raises(BadInput) as refusal:
        starts(rule, wall_time(first), timezone)
    return refusal.value


# -- wall-clock time -----------------------------------------------------------------


def test_the_series_of_the_seed_stays_at_ten_when_the_clocks_change() -> None:
    rule = a_rule("WEEKLY", 12)

    found = starts(rule, wall_time("2024-01-15 10:00"), NEW_YORK)

    monday = wall_time("2024-01-15 10:00")
    assert [start.wall for start in found] == [monday + n * 7 * DAY for n in range(12)]
    offsets = [start.wall - start.instant.replace(tzinfo=None) for start in found]
    assert offsets == [-5 * HOUR] * 8 + [-4 * HOUR] * 4
    assert {start.instant.tzinfo for start in found} == {UTC}


@pytest.mark.parametrize(
    ("timezone", "first", "expected"),
    [
        pytest.param(
            NEW_YORK,
            "2027-03-13 02:30",
            ["2027-03-13T07:30Z", "2027-03-14T07:30Z", "2027-03-15T06:30Z"],
            id="gap",
        ),
        pytest.param(
            NEW_YORK,
            "2027-03-14 02:30",
            ["2027-03-14T07:30Z", "2027-03-15T06:30Z", "2027-03-16T06:30Z"],
            id="gap-on-the-first-date",
        ),
        pytest.param(
            NEW_YORK,
            "2027-03-13 03:00",
            ["2027-03-13T08:00Z", "2027-03-14T07:00Z", "2027-03-15T07:00Z"],
            id="end-of-the-gap",
        ),
        pytest.param(
            NEW_YORK,
            "2027-11-06 01:30",
            ["2027-11-06T05:30Z", "2027-11-07T05:30Z", "2027-11-08T06:30Z"],
            id="repeated-hour",
        ),
        pytest.param(
            NEW_YORK,
            "2027-11-06 02:00",
            ["2027-11-06T06:00Z", "2027-11-07T07:00Z", "2027-11-08T07:00Z"],
            id="end-of-the-repeated-hour",
        ),
        pytest.param(
            LORD_HOWE,
            "2027-10-02 02:15",
            ["2027-10-01T15:45Z", "2027-10-02T15:45Z", "2027-10-03T15:15Z"],
            id="gap-of-half-an-hour",
        ),
        pytest.param(
            LORD_HOWE,
            "2027-04-03 01:45",
            ["2027-04-02T14:45Z", "2027-04-03T14:45Z", "2027-04-04T15:15Z"],
            id="repeated-half-hour",
        ),
        pytest.param(
            ASUNCION,
            "2023-09-30 00:00",
            ["2023-09-30T04:00Z", "2023-10-01T04:00Z", "2023-10-02T03:00Z"],
            id="gap-at-midnight",
        ),
        pytest.param(
            CAIRO,
            "2010-04-29 00:30",
            ["2010-04-28T22:30Z", "2010-04-29T22:30Z", "2010-04-30T21:30Z"],
            id="gap-after-midnight",
        ),
        pytest.param(
            HAVANA,
            "2027-11-06 00:30",
            ["2027-11-06T04:30Z", "2027-11-07T04:30Z", "2027-11-08T05:30Z"],
            id="midnight-twice",
        ),
        pytest.param(
            "Africa/Casablanca",
            "2024-04-13 02:30",
            ["2024-04-13T02:30Z", "2024-04-14T02:30Z", "2024-04-15T01:30Z"],
            id="end-of-ramadan",
        ),
    ],
)
def test_a_gap_takes_the_offset_before_it_and_a_repeated_time_is_the_first(
    timezone: str, first: str, expected: list[str]
) -> None:
    """RFC 5545, 3.3.5."""
    found = instants(a_rule("DAILY", 3), first, timezone)

    assert found == [utc(text) for text in expected]


def test_a_later_repeated_time_is_the_first_whichever_the_series_began_with() -> None:
    """All later ones were the second, after a first date that was."""
    second = wall_time("2026-11-01 01:30").replace(fold=1)

    *_, last = starts(a_rule("WEEKLY", 54), second, NEW_YORK)

    assert last.instant == utc("2027-11-07T05:30Z")


def test_a_start_keeps_its_date_where_the_clocks_skip_midnight() -> None:
    """In Dhaka 23:00 on 19 June 2009 was 00:00 on the 20th."""
    found = starts(a_rule("DAILY", 3), wall_time("2009-06-18 23:30"), DHAKA)

    assert found == (
        Start(wall_time("2009-06-18 23:30"), utc("2009-06-18T17:30Z")),
        Start(wall_time("2009-06-19 23:30"), utc("2009-06-19T17:30Z")),
        Start(wall_time("2009-06-20 23:30"), utc("2009-06-20T16:30Z")),
    )


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        pytest.param(3, ["2011-12-29", "2011-12-31", "2012-01-01"], id="not-counted"),
        pytest.param("2011-12-31", ["2011-12-29", "2011-12-31"], id="until-after"),
        pytest.param("2011-12-30", ["2011-12-29"], id="until-that-day"),
    ],
)
@pytest.mark.parametrize("clock", ["00:00", "10:00", "23:59"])
def test_a_day_that_a_zone_left_out_is_no_date_of_the_series(
    clock: str, end: int | str, expected: list[str]
) -> None:
    found = starts(a_rule("DAILY", end), wall_time(f"2011-12-29 {clock}"), APIA)

    assert [start.wall for start in found] == [
        wall_time(f"{text} {clock}") for text in expected
    ]


def test_a_series_cannot_begin_on_a_day_that_the_zone_left_out() -> None:
    """It began a day later, or, until that very day, raised IndexError."""
    refusal = refused(a_rule("DAILY", "2011-12-30"), "2011-12-30 10:00", timezone=APIA)

    assert refusal.json_message == (
        "the series cannot begin on 2011-12-30: Pacific/Apia left that day out"
    )
    assert refusal.to_dict()["error"]["details"] == {"field": "startTime"}


# -- dates ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(
            a_rule("DAILY", 3),
            ["2027-01-18", "2027-01-19", "2027-01-20"],
            id="daily",
        ),
        pytest.param(
            a_rule("DAILY", 3, interval=10),
            ["2027-01-18", "2027-01-28", "2027-02-07"],
            id="every-tenth-day",
        ),
        pytest.param(
            a_rule("DAILY", 4, "MO FR"),
            ["2027-01-18", "2027-01-22", "2027-01-25", "2027-01-29"],
            id="daily-on-some-days",
        ),
        pytest.param(
            a_rule("DAILY", 3, "MO WE", interval=2),
            ["2027-01-18", "2027-01-20", "2027-02-01"],
            id="every-other-day-on-some-days",
        ),
        pytest.param(
            a_rule("WEEKLY", 3),
            ["2027-01-18", "2027-01-25", "2027-02-01"],
            id="weekly",
        ),
        pytest.param(
            a_rule("WEEKLY", 4, "SU MO"),
            ["2027-01-18", "2027-01-24", "2027-01-25", "2027-01-31"],
            id="weekly-on-some-days",
        ),
        pytest.param(
            a_rule("WEEKLY", 4, "MO SU", interval=2),
            ["2027-01-18", "2027-01-24", "2027-02-01", "2027-02-07"],
            id="weeks-begin-on-monday",
        ),
        pytest.param(
            a_rule("MONTHLY", 3),
            ["2027-01-18", "2027-02-18", "2027-03-18"],
            id="monthly",
        ),
        pytest.param(
            a_rule("MONTHLY", 3, interval=6),
            ["2027-01-18", "2027-07-18", "2028-01-18"],
            id="every-sixth-month",
        ),
        pytest.param(
            a_rule("MONTHLY", 4, "MO"),
            ["2027-01-18", "2027-01-25", "2027-02-01", "2027-02-08"],
            id="each-monday-of-a-month",
        ),
        pytest.param(
            a_rule("MONTHLY", 3, "3MO"),
            ["2027-01-18", "2027-02-15", "2027-03-15"],
            id="third-monday",
        ),
        pytest.param(
            a_rule("MONTHLY", 3, "-2MO"),
            ["2027-01-18", "2027-02-15", "2027-03-22"],
            id="last-monday-but-one",
        ),
        pytest.param(
            a_rule("MONTHLY", 4, "3MO -1FR"),
            ["2027-01-18", "2027-01-29", "2027-02-15", "2027-02-26"],
            id="two-days-of-a-month",
        ),
        pytest.param(
            a_rule("MONTHLY", 3, "3MO 5FR", interval=2),
            ["2027-01-18", "2027-01-29", "2027-03-15"],
            id="no-fifth-friday",
        ),
        pytest.param(
            a_rule("YEARLY", 3),
            ["2027-01-18", "2028-01-18", "2029-01-18"],
            id="yearly",
        ),
        pytest.param(
            a_rule("YEARLY", 3, interval=50),
            ["2027-01-18", "2077-01-18", "2127-01-18"],
            id="a-hundred-years-included",
        ),
        pytest.param(
            a_rule("YEARLY", 3, "MO"),
            ["2027-01-18", "2027-01-25", "2027-02-01"],
            id="each-monday-of-a-year",
        ),
        pytest.param(a_rule("YEARLY", 1), ["2027-01-18"], id="once"),
        pytest.param(
            a_rule("WEEKLY", "2027-02-01"),
            ["2027-01-18", "2027-01-25", "2027-02-01"],
            id="until-included",
        ),
        pytest.param(
            a_rule("WEEKLY", "2027-01-31"),
            ["2027-01-18", "2027-01-25"],
            id="until-between-dates",
        ),
        pytest.param(
            a_rule("WEEKLY", "2027-01-18"), ["2027-01-18"], id="until-the-first"
        ),
        pytest.param(
            a_rule("MONTHLY", "2027-03-14", "3MO"),
            ["2027-01-18", "2027-02-15"],
            id="until-the-day-before",
        ),
    ],
)
def test_a_rule_has_these_dates_from_monday_2027_01_18_on(
    rule: Recurrence, expected: list[str]
) -> None:
    assert dates(rule, "2027-01-18") == expected


@pytest.mark.parametrize(
    ("first", "rule", "expected"),
    [
        pytest.param(
            "2027-01-31",
            a_rule("MONTHLY", 4),
            ["2027-01-31", "2027-03-31", "2027-05-31", "2027-07-31"],
            id="the-31st",
        ),
        pytest.param(
            "2027-01-30",
            a_rule("MONTHLY", "2027-03-30"),
            ["2027-01-30", "2027-03-30"],
            id="the-30th",
        ),
        pytest.param(
            "2096-02-29",
            a_rule("YEARLY", 3),
            ["2096-02-29", "2104-02-29", "2108-02-29"],
            id="29-february",
        ),
        pytest.param(
            "2028-02-29",
            a_rule("YEARLY", 3, interval=3),
            ["2028-02-29", "2040-02-29", "2052-02-29"],
            id="29-february-every-third-year",
        ),
        pytest.param(
            "2028-02-29",
            a_rule("MONTHLY", 3, interval=12),
            ["2028-02-29", "2032-02-29", "2036-02-29"],
            id="29-february-every-twelfth-month",
        ),
    ],
)
def test_a_date_that_a_month_does_not_have_is_skipped(
    first: str, rule: Recurrence, expected: list[str]
) -> None:
    """RFC 5545, 3.3.10: not moved to another day, and not counted."""
    assert dates(rule, first) == expected


@pytest.mark.parametrize(
    ("first", "by_day", "expected"),
    [
        pytest.param(
            "2027-01-12", "2TU", ["2027-01-12", "2027-02-09", "2027-03-09"], id="2TU"
        ),
        pytest.param(
            "2027-01-29", "-1FR", ["2027-01-29", "2027-02-26", "2027-03-26"], id="-1FR"
        ),
        pytest.param(
            "2027-01-29", "5FR", ["2027-01-29", "2027-04-30", "2027-07-30"], id="5FR"
        ),
        pytest.param(
            "2027-01-01", "-5FR", ["2027-01-01", "2027-04-02", "2027-07-02"], id="-5FR"
        ),
        pytest.param(
            "2027-02-07",
            "1SU",
            ["2027-02-07", "2027-03-07", "2027-04-04"],
            id="the-7th",
        ),
        pytest.param(
            "2027-02-08",
            "2MO",
            ["2027-02-08", "2027-03-08", "2027-04-12"],
            id="the-8th",
        ),
        pytest.param(
            "2027-02-22",
            "-1MO",
            ["2027-02-22", "2027-03-29", "2027-04-26"],
            id="7-left",
        ),
        pytest.param(
            "2027-02-21",
            "-2SU",
            ["2027-02-21", "2027-03-21", "2027-04-18"],
            id="8-left",
        ),
        pytest.param(
            "2027-01-29",
            "5FR -1FR",
            ["2027-01-29", "2027-02-26", "2027-03-26"],
            id="once-where-two-are-one",
        ),
        pytest.param(
            "2027-01-05",
            "1TU SU",
            ["2027-01-05", "2027-01-10", "2027-01-17"],
            id="beside-a-plain-day",
        ),
        pytest.param(
            "2027-01-24",
            "SU 1TU",
            ["2027-01-24", "2027-01-31", "2027-02-02"],
            id="after-a-plain-day",
        ),
    ],
)
def test_days_of_a_month_are_counted_from_either_end(
    first: str, by_day: str, expected: list[str]
) -> None:
    """A numbered day beside a plain one was taken for a day that is both: none."""
    assert dates(a_rule("MONTHLY", 3, by_day), first) == expected


# -- what is refused -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        pytest.param(a_rule("WEEKLY", 3, "TU FR"), "2027-01-18", id="weekly"),
        pytest.param(a_rule("DAILY", 3, "TU"), "2027-01-18", id="daily"),
        pytest.param(a_rule("YEARLY", 3, "TU"), "2027-01-18", id="yearly"),
        pytest.param(a_rule("MONTHLY", 3, "TU"), "2027-01-18", id="monthly"),
        pytest.param(a_rule("MONTHLY", 3, "2MO"), "2027-01-18", id="other-number"),
        pytest.param(a_rule("MONTHLY", 3, "-1MO"), "2027-01-18", id="not-the-last"),
        pytest.param(a_rule("MONTHLY", 3, "-1TU"), "2027-01-25", id="last-other-day"),
        pytest.param(a_rule("MONTHLY", 3, "5MO"), "2027-01-25", id="not-the-fifth"),
        pytest.param(
            a_rule("WEEKLY", "2027-01-18", "TU"), "2027-01-18", id="until-the-first"
        ),
    ],
)
def test_a_series_begins_on_one_of_its_days(rule: Recurrence, first: str) -> None:
    refusal = refused(rule, f"{first} 10:00")

    days = ", ".join(map(str, rule.by_day))
    assert (
        refusal.json_message
        == f"the series falls on {days}, and {first} is not such a day"
    )
    assert refusal.json_hint == "let --start be the first date of the series"
    assert refusal.to_dict()["error"]["details"] == {"field": "recurring.byDay"}


def test_a_rule_that_never_meets_its_first_date_is_not_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every seventh day from a Monday is no Tuesday: eight thousand years, a second."""
    monkeypatch.setattr(rrule, "rrule", None)

    assert refused(a_rule("DAILY", 3, "TU", interval=7), "2027-01-18 10:00")


def test_a_series_cannot_end_before_it_begins() -> None:
    refusal = refused(a_rule("WEEKLY", "2027-01-17"), "2027-01-18 10:00")

    assert refusal.json_message == (
        "the series would end on 2027-01-17, before it begins on 2027-01-18"
    )
    assert refusal.to_dict()["error"]["details"] == {"field": "recurring.until"}


@pytest.mark.parametrize(
    ("end", "most"),
    [
        pytest.param(MAX_OCCURRENCES, MAX_OCCURRENCES, id="count"),
        pytest.param("2029-01-16", MAX_OCCURRENCES, id="until"),
        pytest.param(12, 12, id="count-of-fewer"),
        pytest.param("2027-01-29", 12, id="until-with-fewer"),
    ],
)
def test_a_series_may_have_exactly_the_most(end: int | str, most: int) -> None:
    found = starts(
        a_rule("DAILY", end), wall_time("2027-01-18 10:00"), "UTC", most=most
    )

    assert len(found) == most


@pytest.mark.parametrize(
    ("end", "most"),
    [
        pytest.param(MAX_OCCURRENCES + 1, MAX_OCCURRENCES, id="count"),
        pytest.param("2029-01-17", MAX_OCCURRENCES, id="until"),
        pytest.param("2126-01-18", MAX_OCCURRENCES, id="until-far-away"),
        pytest.param(13, 12, id="count-of-fewer"),
        pytest.param("2027-01-30", 12, id="until-with-fewer"),
    ],
)
def test_more_occurrences_than_the_most_are_refused(end: int | str, most: int) -> None:
    with pytest.raises(BadInput) as refusal:
        starts(a_rule("DAILY", end), wall_time("2027-01-18 10:00"), "UTC", most=most)

    assert refusal.value.json_message == (
        f"the series has more than {most} occurrences; at most {most} are booked"
    )
    assert refusal.value.to_dict()["error"]["details"] == {
        "field": "recurring",
        "most": most,
    }


@pytest.mark.parametrize(
    ("first", "rule", "furthest"),
    [
        pytest.param("2027-01-18", a_rule("YEARLY", 102), "2127-01-18", id="count"),
        pytest.param(
            "2027-01-18", a_rule("YEARLY", "2127-01-19"), "2127-01-18", id="until"
        ),
        pytest.param(
            "2027-01-18",
            a_rule("YEARLY", 2, interval=101),
            "2127-01-18",
            id="interval",
        ),
        pytest.param(
            "2028-02-29", a_rule("YEARLY", 26), "2128-02-29", id="29-february"
        ),
        pytest.param("9000-12-01", a_rule("MONTHLY", 2), "9000-12-31", id="last-year"),
        pytest.param(
            "8950-01-01",
            a_rule("YEARLY", "9001-01-01"),
            "9000-12-31",
            id="until-after-the-last-year",
        ),
        pytest.param("9001-01-01", a_rule("DAILY", 1), "9000-12-31", id="after-it"),
        pytest.param(
            "9001-01-01",
            a_rule("DAILY", "9001-01-02"),
            "9000-12-31",
            id="after-it-until",
        ),
    ],
)
def test_a_series_reaches_a_hundred_years_and_the_last_year(
    first: str, rule: Recurrence, furthest: str
) -> None:
    refusal = refused(rule, f"{first} 10:00")

    assert refusal.json_message == (
        f"the series goes on after {furthest}, the last date that it may have"
    )
    assert refusal.to_dict()["error"]["details"] == {
        "field": "recurring",
        "latest": furthest,
    }


@pytest.mark.parametrize(
    ("first", "rule", "number", "last"),
    [
        pytest.param(
            "2027-01-18", a_rule("YEARLY", 101), 101, "2127-01-18", id="a-hundred-years"
        ),
        pytest.param(
            "2027-01-18",
            a_rule("YEARLY", "2127-01-18"),
            101,
            "2127-01-18",
            id="until-a-hundred-years",
        ),
        pytest.param(
            "2028-02-29", a_rule("YEARLY", 25), 25, "2128-02-29", id="29-february"
        ),
        pytest.param(
            "8999-12-15", a_rule("MONTHLY", 13), 13, "9000-12-15", id="into-the-last"
        ),
        pytest.param(
            "8950-06-01",
            a_rule("YEARLY", "9000-12-31"),
            51,
            "9000-06-01",
            id="until-the-last-year",
        ),
        pytest.param(
            "9000-01-01", a_rule("WEEKLY", 53), 53, "9000-12-31", id="the-last-year"
        ),
        pytest.param(
            "9000-12-01",
            a_rule("DAILY", "9000-12-31"),
            31,
            "9000-12-31",
            id="the-last-month",
        ),
        pytest.param("9000-12-31", a_rule("DAILY", 1), 1, "9000-12-31", id="last-day"),
    ],
)
def test_a_series_may_end_on_the_last_date_it_may_have(
    first: str, rule: Recurrence, number: int, last: str
) -> None:
    """It could not go on in the year 9000, and lost dates before it without a word."""
    found = dates(rule, first, NEW_YORK)

    assert (len(found), found[-1]) == (number, last)


# -- against other ways to expand a rule -----------------------------------------------

ZONES = (
    *(NEW_YORK, LORD_HOWE, ASUNCION, CAIRO, HAVANA, DHAKA, APIA),
    *("Europe/London", "Europe/Dublin", "Africa/Casablanca", "Antarctica/Troll"),
    *("America/St_Johns", "America/Nuuk", "Asia/Tehran", "Pacific/Auckland", "UTC"),
)
FREQUENCIES = {
    Frequency.DAILY: rrule.DAILY,
    Frequency.WEEKLY: rrule.WEEKLY,
    Frequency.MONTHLY: rrule.MONTHLY,
    Frequency.YEARLY: rrule.YEARLY,
}
NEAR_CHANGES = [
    *("2027-03-14", "2027-11-07", "2023-10-01", "2010-04-30", "2009-06-19"),
    *("2011-12-29", "2011-12-31", "2024-04-14", "2022-03-22", "2045-03-26"),
]


def shown(instant: datetime, timezone: str) -> datetime:
    return instant.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)


def by_search(wall: datetime, timezone: str) -> datetime | None:
    """The instant by RFC 5545, 3.3.5, asking nothing but what UTC instants show.

    None on a date that the zone left out. (`dateutil.tz` could not be asked: it knows
    no change of the clocks after 2037.)
    """
    around = [wall.replace(tzinfo=UTC) + n * HOUR for n in range(-30, 31)]
    walls = [shown(instant, timezone) for instant in around]
    offsets = {w - i.replace(tzinfo=None) for w, i in zip(walls, around, strict=True)}
    possible = sorted((wall - offset).replace(tzinfo=UTC) for offset in offsets)
    for instant in possible:
        if shown(instant, timezone) == wall:
            return instant
    if all(w.date() != wall.date() for w in walls):
        return None
    before = max(i for i, w in zip(around, walls, strict=True) if w < wall)
    return wall.replace(tzinfo=UTC) - (
        shown(before, timezone) - before.replace(tzinfo=None)
    )


def by_dateutil(rule: Recurrence, first: datetime, spare: int) -> Iterator[datetime]:
    """Wall times with dateutil's own COUNT (`spare` more) or UNTIL, day by day.

    A rule of its own for plain and for numbered days, which it does not mix.
    """
    until = (
        None
        if rule.until is None
        else datetime.combine(rule.until, datetime.max.time())
    )
    parts = [
        [
            getattr(rrule, name)(nth)
            for name, nth in rule.by_day
            if (nth is None) is plain
        ]
        for plain in (True, False)
    ]
    rules = [
        rrule.rrule(
            FREQUENCIES[rule.frequency],
            dtstart=first,
            interval=rule.interval,
            count=None if rule.count is None else rule.count + spare,
            until=until,
            byweekday=part,
        )
        for part in ([p for p in parts if p] or [None])
    ]
    together = (wall for wall, _ in groupby(heapq.merge(*rules)))
    return together if rule.count is None else islice(together, rule.count + spare)


@st.composite
def series(draw: st.DrawFn) -> tuple[Recurrence, datetime]:
    """A rule and its first wall time, on one of the rule's days, often in the night."""
    begin = draw(
        st.sampled_from(NEAR_CHANGES)
        .map(day)
        .map(lambda d: d - draw(DAYS_BEFORE) * DAY)
        | st.dates(day("1972-01-01"), day("2100-12-31"))
    )
    hour, quarter = draw(st.sampled_from((0, 0, 1, 1, 2, 2, 10, 23))), draw(QUARTERS)
    frequency = draw(st.sampled_from(Frequency))
    count, until = draw(st.integers(1, 60)), None
    if draw(st.booleans()):
        count, until = None, begin + draw(st.integers(0, 700)) * DAY
    rule = Recurrence(
        frequency=frequency,
        interval=draw(st.integers(1, 6)),
        count=count,
        until=until,
        by_day=draw(_days(begin, frequency)),
    )
    return rule, datetime.combine(begin, datetime.min.time()) + hour * HOUR + quarter


DAYS_BEFORE = st.integers(0, 20)
QUARTERS = st.sampled_from([n * HOUR / 4 for n in range(4)])


def _days(begin: date, frequency: Frequency) -> st.SearchStrategy[tuple[Weekday, ...]]:
    """No days, or those of which `begin` is one."""
    nth: st.SearchStrategy[int | None] = st.none()
    own: tuple[int | None, ...] = (None,)
    if frequency is Frequency.MONTHLY:
        nth = st.none() | st.sampled_from((1, 2, 3, 4, 5, -1, -2, -3, -4, -5))
        following = [begin + n * 7 * DAY for n in range(6)]
        weeks_left = sum(d.month == begin.month for d in following)
        own = (None, (begin.day - 1) // 7 + 1, -weeks_left)
    others = st.lists(st.builds(Weekday, st.sampled_from(DAYS), nth), max_size=3)
    mine = st.builds(Weekday, st.just(DAYS[begin.weekday()]), st.sampled_from(own))
    both = st.builds(lambda mine, others: [*others, mine], mine, others)
    unique = both.flatmap(st.permutations).map(lambda days: tuple(dict.fromkeys(days)))
    return st.just(()) | unique


def _is_too_far(last: datetime, first: datetime) -> bool:
    years = last.year - first.year
    return (years, last.month, last.day) > (MAX_YEARS, first.month, first.day)


@examples(100)
@given(series(), st.sampled_from(ZONES))
@example((a_rule("DAILY", 9), wall_time("2011-12-27 10:00")), APIA)
@example((a_rule("DAILY", "2011-12-30"), wall_time("2011-12-27 10:00")), APIA)
@example((a_rule("DAILY", 9), wall_time("2009-06-15 23:30")), DHAKA)
@example((a_rule("WEEKLY", 30), wall_time("2045-01-01 02:30")), NEW_YORK)
@example((a_rule("MONTHLY", 9, "1TU SU"), wall_time("2027-01-03 01:30")), HAVANA)
@example((a_rule("YEARLY", 60, interval=6), wall_time("2027-01-03 01:30")), HAVANA)
def test_a_series_is_what_dateutil_and_a_search_make_of_it(
    given: tuple[Recurrence, datetime], timezone: str
) -> None:
    rule, first = given
    one_left_out = 1 if timezone == APIA else 0
    walls = list(by_dateutil(rule, first, one_left_out))
    found = [(wall, by_search(wall, timezone)) for wall in walls]
    expected = tuple(Start(wall, at) for wall, at in found if at is not None)[
        : rule.count
    ]

    if found[0][1] is None or _is_too_far(expected[-1].wall, first):
        assert refused(rule, first.isoformat(), timezone=timezone)
    else:
        assert starts(rule, first, timezone) == expected
        days = recurrence.dates(rule, first.date(), timezone)
        assert days == tuple(start.wall.date() for start in expected)


# -- stored and shown ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(
            a_rule("WEEKLY", 12),
            {
                "frequency": "WEEKLY",
                "interval": 1,
                "count": 12,
                "until": None,
                "byDay": [],
            },
            id="count",
        ),
        pytest.param(
            a_rule("MONTHLY", "2027-12-31", "MO 2TU -1FR", interval=3),
            {
                "frequency": "MONTHLY",
                "interval": 3,
                "count": None,
                "until": "2027-12-31",
                "byDay": ["MO", "2TU", "-1FR"],
            },
            id="until",
        ),
    ],
)
def test_a_rule_is_written_with_every_key(
    rule: Recurrence, expected: dict[str, object]
) -> None:
    written = recurrence.to_json(rule)

    assert list(written.items()) == list(expected.items())
    assert type(written["frequency"]) is str
    assert recurrence.from_json(written) == rule


@given(series())
def test_a_rule_is_read_as_it_was_written(given: tuple[Recurrence, datetime]) -> None:
    rule, _ = given

    read = recurrence.from_json(recurrence.to_json(rule))

    assert read == rule
    assert isinstance(read.frequency, Frequency)
