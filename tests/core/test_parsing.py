"""WHEN as people type it: product.md 3."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from calbook.core.errors import (
    AmbiguousTime,
    BadTime,
    BadZone,
    NonexistentTime,
)
from calbook.core.time import parsing

utc = datetime.fromisoformat

NEW_YORK = "America/New_York"
MONDAY = utc("2027-01-04T14:00Z")  # 09:00 in New York


# -- moments -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2027-01-18 10:00", "2027-01-18T15:00Z", id="space"),
        pytest.param("2027-01-18T10:00", "2027-01-18T15:00Z", id="T"),
        pytest.param("2027-01-18 10:00:59", "2027-01-18T15:00:59Z", id="seconds"),
        pytest.param("2027-07-18 10:00", "2027-07-18T14:00Z", id="summer"),
        pytest.param("2028-02-29 10:00", "2028-02-29T15:00Z", id="leap-day"),
        pytest.param("2027-01-18 00:00", "2027-01-18T05:00Z", id="midnight"),
        pytest.param("2027-01-18 23:59:59", "2027-01-19T04:59:59Z", id="day-end"),
        pytest.param("1970-01-01 00:00", "1970-01-01T05:00Z", id="first-year"),
        pytest.param("9000-12-31 12:00", "9000-12-31T17:00Z", id="last-year"),
        pytest.param("2027-01-18T10:00Z", "2027-01-18T10:00Z", id="Z"),
        pytest.param("2027-01-18 10:00:00Z", "2027-01-18T10:00Z", id="seconds-Z"),
        pytest.param("2027-01-18T10:00-05:00", "2027-01-18T15:00Z", id="west"),
        pytest.param("2027-01-18 10:00+05:45", "2027-01-18T04:15Z", id="east"),
        pytest.param("2027-01-18T10:00:30+01:00", "2027-01-18T09:00:30Z", id="both"),
        pytest.param("2027-01-18T00:00+14:00", "2027-01-17T10:00Z", id="day-before"),
        pytest.param("2027-01-18T10:00-00:00", "2027-01-18T10:00Z", id="minus-zero"),
        pytest.param("now", "2027-01-04T14:00Z", id="now"),
        pytest.param("today 10:00", "2027-01-04T15:00Z", id="today"),
        pytest.param("today 08:00", "2027-01-04T13:00Z", id="today-gone-by"),
        pytest.param("tomorrow 10:00", "2027-01-05T15:00Z", id="tomorrow"),
        pytest.param("yesterday 10:00", "2027-01-03T15:00Z", id="yesterday"),
        pytest.param("mon 10:00", "2027-01-11T15:00Z", id="mon-is-not-today"),
        pytest.param("tue 10:00", "2027-01-05T15:00Z", id="tue"),
        pytest.param("wed 10:00", "2027-01-06T15:00Z", id="wed"),
        pytest.param("thu 10:00", "2027-01-07T15:00Z", id="thu"),
        pytest.param("fri 14:30", "2027-01-08T19:30Z", id="fri"),
        pytest.param("sat 10:00", "2027-01-09T15:00Z", id="sat"),
        pytest.param("sun 10:00", "2027-01-10T15:00Z", id="sun"),
        pytest.param("+0m", "2027-01-04T14:00Z", id="no-minutes"),
        pytest.param("+90m", "2027-01-04T15:30Z", id="minutes"),
        pytest.param("+2h", "2027-01-04T16:00Z", id="hours"),
        pytest.param("+2d", "2027-01-06T14:00Z", id="days"),
    ],
)
def test_each_form_means_one_moment(text: str, expected: str) -> None:
    moment = parsing.moment(text, now=MONDAY, timezone=NEW_YORK)

    assert moment.instant == utc(expected)
    assert moment.instant.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "wall", "by_offset"),
    [
        pytest.param("2027-01-18 10:00", "2027-01-18 10:00", False, id="wall"),
        pytest.param("fri 14:30", "2027-01-08 14:30", False, id="day-word"),
        pytest.param("2027-01-18T15:00Z", "2027-01-18 10:00", True, id="Z"),
        pytest.param("2027-01-18T10:00+05:45", "2027-01-17 23:15", True, id="offset"),
        pytest.param("+90m", "2027-01-04 10:30", True, id="ahead"),
        pytest.param("now", "2027-01-04 09:00", True, id="now"),
    ],
)
def test_a_moment_keeps_its_wall_time_and_how_it_was_given(
    text: str, wall: str, by_offset: bool
) -> None:
    moment = parsing.moment(text, now=MONDAY, timezone=NEW_YORK)

    assert moment.wall == datetime.fromisoformat(wall)
    assert moment.timezone == NEW_YORK
    assert moment.by_offset is by_offset


@pytest.mark.parametrize(
    ("now", "zone", "text", "expected"),
    [
        pytest.param(
            "2027-01-05T02:00Z", NEW_YORK, "today 10:00", "2027-01-04T15:00Z", id="west"
        ),
        pytest.param(
            "2027-01-04T20:00Z",
            "Asia/Kathmandu",
            "today 10:00",
            "2027-01-05T04:15Z",
            id="east",
        ),
        pytest.param(
            "2027-01-04T20:00Z",
            "Asia/Kathmandu",
            "tue 10:00",
            "2027-01-12T04:15Z",
            id="weekday",
        ),
        pytest.param(
            "2026-12-31T14:00Z", NEW_YORK, "tomorrow 10:00", "2027-01-01T15:00Z", id="y"
        ),
    ],
)
def test_day_words_count_from_the_date_in_the_zone(
    now: str, zone: str, text: str, expected: str
) -> None:
    moment = parsing.moment(text, now=utc(now), timezone=zone)

    assert moment.instant == utc(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("+90m", "2027-01-04T15:31Z", id="minutes"),
        pytest.param("+0m", "2027-01-04T14:01Z", id="no-minutes"),
        pytest.param("+2d", "2027-01-06T14:01Z", id="days"),
        pytest.param("now", "2027-01-04T14:00:01Z", id="but-now-is-now"),
    ],
)
def test_a_moment_ahead_is_the_next_whole_minute(text: str, expected: str) -> None:
    a_second_past = utc("2027-01-04T14:00:01Z")

    moment = parsing.moment(text, now=a_second_past, timezone=NEW_YORK)

    assert moment.instant == utc(expected)


def test_a_day_ahead_is_24_hours_even_when_the_clocks_change() -> None:
    saturday_noon = utc("2024-03-09T17:00Z")

    moment = parsing.moment("+1d", now=saturday_noon, timezone=NEW_YORK)

    assert moment.instant == utc("2024-03-10T17:00Z")
    assert moment.wall == datetime.fromisoformat("2024-03-10 13:00")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" ", id="blank"),
        pytest.param("soon", id="word"),
        pytest.param("18/01/2027 10:00", id="slashes"),
        pytest.param("2027/01/18 10:00", id="slashes-iso"),
        pytest.param("01-18-2027 10:00", id="american"),
        pytest.param("18.01.2027 10:00", id="dots"),
        pytest.param("1.5", id="number"),
        pytest.param("1800000000", id="epoch"),
        pytest.param("2027-01-18", id="bare-date"),
        pytest.param("today", id="bare-today"),
        pytest.param("tomorrow", id="bare-tomorrow"),
        pytest.param("fri", id="bare-weekday"),
        pytest.param("2027-04-31 10:00", id="31-april"),
        pytest.param("2027-02-29 10:00", id="no-leap-day"),
        pytest.param("2027-13-01 10:00", id="month-13"),
        pytest.param("2027-00-01 10:00", id="month-0"),
        pytest.param("2027-01-00 10:00", id="day-0"),
        pytest.param("0000-01-01 10:00", id="year-0"),
        pytest.param("0001-01-01 10:00", id="year-1"),
        pytest.param("1969-12-31 23:59", id="year-1969"),
        pytest.param("9001-01-01 00:00", id="year-9001"),
        pytest.param("9999-12-31 23:59", id="year-9999"),
        pytest.param("1970-01-01T00:00+14:00", id="year-1969-in-utc"),
        pytest.param("9000-12-31T23:59-05:00", id="year-9001-in-utc"),
        pytest.param("10000-01-01 10:00", id="year-10000"),
        pytest.param("27-01-18 10:00", id="short-year"),
        pytest.param("2027-01-18 10", id="no-minutes"),
        pytest.param("2027-01-18 1000", id="no-colon"),
        pytest.param("20270118T100000", id="basic-form"),
        pytest.param("2027-01-18 24:00", id="hour-24"),
        pytest.param("2027-01-18 25:00", id="hour-25"),
        pytest.param("2027-01-18 10:60", id="minute-60"),
        pytest.param("2027-01-18 10:00:60", id="second-60"),
        pytest.param("2027-01-18 10:00:00.5", id="fraction"),
        pytest.param("2027-01-18_10:00", id="other-separator"),
        pytest.param("2027-01-18 10:00\n", id="line-break-after"),
        pytest.param("2027-W03-1 10:00", id="week-date"),
        pytest.param("2027W031T1000", id="basic-week-date"),
        pytest.param("2027-018T10:00", id="day-of-year"),
        pytest.param("2027-01-18T10:00+05:00:00", id="offset-seconds"),
        pytest.param("2027-01-18T10:00+24:00", id="offset-24"),
        pytest.param("2027-01-18T10:00+05:60", id="offset-minute-60"),
        pytest.param("2027-01-18T10:00\u221205:00", id="minus-sign"),
        pytest.param("2027-01-18T10:00[America/New_York]", id="zone-suffix"),
        pytest.param("２０２７-01-18 10:00", id="full-width-digits"),
        pytest.param("2027-01-18 ١٠:00", id="arabic-digits"),
        pytest.param("+９0m", id="full-width-length"),
        pytest.param("today 24:00", id="today-24"),
        pytest.param("next fri 10:00", id="next"),
        pytest.param("+90", id="no-unit"),
        pytest.param("90m", id="no-plus"),
        pytest.param("-90m", id="backwards"),
        pytest.param("+9999999d", id="beyond-every-year"),
        pytest.param("+2600000d", id="beyond-year-9000"),
        pytest.param("now\0", id="nul"),
    ],
)
def test_everything_else_is_refused_as_a_moment(text: str) -> None:
    with pytest.raises(BadTime) as refusal:
        parsing.moment(text, now=MONDAY, timezone=NEW_YORK)

    assert refusal.value.code == "bad_time"
    assert refusal.value.exit_code == 2


FORMS = (
    "write 2027-01-18 10:00 (or with an offset: …T10:00-05:00), 18 jan 10:00,"
    " fri 14:30, 2pm, +90m or in 2h"
)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param(
            "2027-01-18",
            "2027-01-18 is a day; a time is needed",
            "write 2027-01-18 10:00",
            id="bare-date",
        ),
        pytest.param(
            "fri",
            "fri is a day; a time is needed",
            "write fri 10:00",
            id="bare-weekday",
        ),
        pytest.param("whenever", "not a moment: whenever", FORMS, id="word"),
        pytest.param(
            "2027-04-31 10:00",
            "there is no day 2027-04-31",
            "April 2027 has 30 days",
            id="31-april",
        ),
        pytest.param(
            "1969-12-31 10:00",
            "1969-12-31 10:00 lies outside the years 1970–9000",
            None,
            id="year-1969",
        ),
        pytest.param(
            datetime.fromisoformat("2027-01-18T10:00"),
            "2027-01-18T10:00:00 has no time zone",
            "pass an aware datetime, or text to be read in the schedule's zone",
            id="naive",
        ),
    ],
)
def test_a_refused_moment_comes_with_a_hint(
    text: str | datetime, message: str, hint: str | None
) -> None:
    with pytest.raises(BadTime) as refusal:
        parsing.moment(text, now=MONDAY, timezone=NEW_YORK)

    assert (refusal.value.message, refusal.value.hint) == (message, hint)


def test_a_refused_day_comes_with_a_hint() -> None:
    with pytest.raises(BadTime) as no_day:
        parsing.day("whenever", now=MONDAY, timezone=NEW_YORK)

    assert no_day.value.message == "not a day: whenever"
    assert no_day.value.hint == "write 2027-01-18, 18 jan, today, tomorrow or mon…sun"


def test_a_refused_moment_is_shown_harmless() -> None:
    with pytest.raises(BadTime) as refusal:
        parsing.moment("\x1b[31mred", now=MONDAY, timezone=NEW_YORK)

    assert refusal.value.message == "not a moment: \\u001b[31mred"


def test_too_far_ahead_is_refused_on_a_leap_day_too() -> None:
    """`+9999999d` on 29 February raised ValueError: year 9999 has no such day."""
    leap_day = utc("2028-02-29T12:00Z")

    with pytest.raises(BadTime):
        parsing.moment("+9999999d", now=leap_day, timezone="UTC")


# -- datetimes, as the library takes them --------------------------------------------


def test_an_aware_datetime_is_its_instant_in_whole_seconds() -> None:
    east = timezone(timedelta(hours=5, minutes=45))

    moment = parsing.moment(
        datetime(2027, 1, 18, 10, 0, 0, 999_999, tzinfo=east),
        now=MONDAY,
        timezone=NEW_YORK,
    )

    assert moment.instant == utc("2027-01-18T04:15Z")
    assert moment.wall == datetime.fromisoformat("2027-01-17 23:15")
    assert moment.by_offset


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(datetime.fromisoformat("2027-01-18T10:00"), id="naive"),
        pytest.param(utc("1969-12-31T23:59Z"), id="before-1970"),
        pytest.param(utc("9001-01-01T00:00Z"), id="after-9000"),
        pytest.param(utc("9999-12-31T23:59-12:00"), id="overflows-in-utc"),
    ],
)
def test_a_naive_or_outlying_datetime_is_refused(value: datetime) -> None:
    with pytest.raises(BadTime):
        parsing.moment(value, now=MONDAY, timezone=NEW_YORK)


# -- clocks that go forward and back -------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "text", "before", "after"),
    [
        pytest.param(
            NEW_YORK,
            "2024-03-10 02:30",
            "2024-03-10T01:30:00-05:00",
            "2024-03-10T03:30:00-04:00",
            id="new-york",
        ),
        pytest.param(
            NEW_YORK,
            "2024-03-10 02:00",
            "2024-03-10T01:00:00-05:00",
            "2024-03-10T03:00:00-04:00",
            id="first-skipped",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2024-10-06 02:15",
            "2024-10-06T01:45:00+10:30",
            "2024-10-06T02:45:00+11:00",
            id="half-hour",
        ),
        pytest.param(
            "Africa/Casablanca",
            "2024-04-14 02:30",
            "2024-04-14T01:30:00+00:00",
            "2024-04-14T03:30:00+01:00",
            id="casablanca",
        ),
        pytest.param(
            "America/Santiago",
            "2024-09-08 00:00",
            "2024-09-07T23:00:00-04:00",
            "2024-09-08T01:00:00-03:00",
            id="santiago-midnight",
        ),
        pytest.param(
            "Asia/Beirut",
            "2024-03-31 00:30",
            "2024-03-30T23:30:00+02:00",
            "2024-03-31T01:30:00+03:00",
            id="beirut-midnight",
        ),
        pytest.param(
            "Africa/Cairo",
            "2024-04-26 00:15",
            "2024-04-25T23:15:00+02:00",
            "2024-04-26T01:15:00+03:00",
            id="cairo-midnight",
        ),
        pytest.param(
            "Pacific/Apia",
            "2011-12-30 10:00",
            "2011-12-29T10:00:00-10:00",
            "2011-12-31T10:00:00+14:00",
            id="skipped-day",
        ),
    ],
)
def test_a_time_that_the_clocks_skip_is_refused_naming_both_sides(
    zone: str, text: str, before: str, after: str
) -> None:
    with pytest.raises(NonexistentTime) as refusal:
        parsing.moment(text, now=MONDAY, timezone=zone)

    assert refusal.value.code == "nonexistent_time"
    assert refusal.value.message == (
        f"{text} does not exist in {zone}: the clocks skip it"
    )
    assert refusal.value.hint == f"write {before} or {after}"
    assert refusal.value.details == {
        "time": text,
        "timezone": zone,
        "choices": [before, after],
    }


@pytest.mark.parametrize(
    ("zone", "text", "first", "second"),
    [
        pytest.param(
            NEW_YORK,
            "2024-11-03 01:30",
            "2024-11-03T01:30:00-04:00",
            "2024-11-03T01:30:00-05:00",
            id="new-york",
        ),
        pytest.param(
            NEW_YORK,
            "2024-11-03 01:00",
            "2024-11-03T01:00:00-04:00",
            "2024-11-03T01:00:00-05:00",
            id="first-repeated",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2024-04-07 01:45",
            "2024-04-07T01:45:00+11:00",
            "2024-04-07T01:45:00+10:30",
            id="half-hour",
        ),
        pytest.param(
            "Africa/Casablanca",
            "2024-03-10 02:30",
            "2024-03-10T02:30:00+01:00",
            "2024-03-10T02:30:00+00:00",
            id="casablanca",
        ),
        pytest.param(
            "America/Santiago",
            "2024-04-06 23:30",
            "2024-04-06T23:30:00-03:00",
            "2024-04-06T23:30:00-04:00",
            id="santiago",
        ),
        pytest.param(
            "Africa/Cairo",
            "2024-10-31 23:15",
            "2024-10-31T23:15:00+03:00",
            "2024-10-31T23:15:00+02:00",
            id="cairo",
        ),
    ],
)
def test_a_time_that_happens_twice_is_refused_naming_both(
    zone: str, text: str, first: str, second: str
) -> None:
    with pytest.raises(AmbiguousTime) as refusal:
        parsing.moment(text, now=MONDAY, timezone=zone)

    assert refusal.value.code == "ambiguous_time"
    assert (
        refusal.value.message == f"{text} happens twice in {zone}: the clocks go back"
    )
    assert refusal.value.hint == f"write {first} (first) or {second} (second)"
    assert refusal.value.details == {
        "time": text,
        "timezone": zone,
        "choices": [first, second],
    }


@pytest.mark.parametrize(
    ("zone", "text", "expected"),
    [
        pytest.param(
            NEW_YORK, "2024-03-10 01:59", "2024-03-10T06:59Z", id="gap-before"
        ),
        pytest.param(NEW_YORK, "2024-03-10 03:00", "2024-03-10T07:00Z", id="gap-after"),
        pytest.param(
            NEW_YORK, "2024-11-03 00:59", "2024-11-03T04:59Z", id="fold-before"
        ),
        pytest.param(
            NEW_YORK, "2024-11-03 02:00", "2024-11-03T07:00Z", id="fold-after"
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2024-10-06 02:30",
            "2024-10-05T15:30Z",
            id="half-gap",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2024-04-07 02:00",
            "2024-04-06T15:30Z",
            id="half-fold",
        ),
        pytest.param(
            "America/Santiago", "2024-09-08 01:00", "2024-09-08T04:00Z", id="santiago"
        ),
        pytest.param(
            "Asia/Beirut", "2024-10-27 00:00", "2024-10-26T22:00Z", id="beirut"
        ),
        pytest.param(
            "Pacific/Apia", "2011-12-31 00:00", "2011-12-30T10:00Z", id="skipped-day"
        ),
    ],
)
def test_times_beside_a_change_of_the_clocks_are_read(
    zone: str, text: str, expected: str
) -> None:
    moment = parsing.moment(text, now=MONDAY, timezone=zone)

    assert moment.instant == utc(expected)


def test_an_offset_settles_which_of_the_two_is_meant() -> None:
    moment = parsing.moment("2024-11-03T01:30-05:00", now=MONDAY, timezone=NEW_YORK)

    assert moment.instant == utc("2024-11-03T06:30Z")


def test_a_day_word_is_refused_where_the_clocks_skip_its_time() -> None:
    saturday = utc("2024-03-09T17:00Z")

    with pytest.raises(NonexistentTime):
        parsing.moment("tomorrow 02:30", now=saturday, timezone=NEW_YORK)


# -- zones ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "UTC",
        "Europe/Lisbon",
        "America/New_York",
        "America/Argentina/Buenos_Aires",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Etc/GMT+5",
    ],
)
def test_an_iana_name_is_a_zone(name: str) -> None:
    assert parsing.timezone(name) == name


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="empty"),
        pytest.param("Mars/Olympus", id="unknown"),
        pytest.param("../../etc/passwd", id="path-up"),
        pytest.param("/etc/passwd", id="path"),
        pytest.param("/usr/share/zoneinfo/UTC", id="path-to-a-zone"),
        pytest.param("Europe/../UTC", id="path-between"),
        pytest.param("Europe", id="directory"),
        pytest.param("right/Paris", id="right-short"),
        pytest.param("right/Europe/Paris", id="right"),
        pytest.param("posix/Europe/Paris", id="posix"),
        pytest.param("posixrules", id="posixrules"),
        pytest.param("localtime", id="localtime"),
        pytest.param("Factory", id="factory"),
        pytest.param("tzdata.zi", id="file-beside"),
        pytest.param("zone.tab", id="table"),
        pytest.param("EST5EDT4", id="posix-text"),
        pytest.param("+05:00", id="offset"),
        pytest.param("UTC\0", id="nul"),
        pytest.param("UTC\n", id="line-break"),
        pytest.param("ＵＴＣ", id="full-width"),
        pytest.param("A" * 100_000, id="long"),
    ],
)
def test_any_other_name_is_no_zone(name: str) -> None:
    with pytest.raises(BadZone) as refusal:
        parsing.timezone(name)

    assert refusal.value.code == "bad_zone"
    assert len(refusal.value.message) < 120


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        pytest.param("europe/lisbon", "Europe/Lisbon", id="case"),
        pytest.param("America/New York", "America/New_York", id="space"),
        pytest.param(" UTC ", "UTC", id="blanks"),
        pytest.param("lisbon", "Europe/Lisbon", id="city"),
        pytest.param("new york", "America/New_York", id="city-of-two-words"),
        pytest.param("Europe/Lisbn", "Europe/Lisbon", id="typing-error"),
    ],
)
def test_a_near_miss_names_the_zone_meant(name: str, meant: str) -> None:
    with pytest.raises(BadZone) as refusal:
        parsing.timezone(name)

    assert refusal.value.hint == f"did you mean {meant}?"


# -- days, and the ends of a range ---------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2027-01-18", "2027-01-18", id="date"),
        pytest.param("today", "2027-01-04", id="today"),
        pytest.param("tomorrow", "2027-01-05", id="tomorrow"),
        pytest.param("yesterday", "2027-01-03", id="yesterday"),
        pytest.param("mon", "2027-01-11", id="mon-is-not-today"),
        pytest.param("sun", "2027-01-10", id="sun"),
        pytest.param(date(2027, 1, 18), "2027-01-18", id="value"),
    ],
)
def test_a_day_is_a_date_or_a_word(text: str | date, expected: str) -> None:
    assert parsing.day(text, now=MONDAY, timezone=NEW_YORK) == date.fromisoformat(
        expected
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("18/01/2027", id="slashes"),
        pytest.param("20270118", id="basic"),
        pytest.param("2027-W03-1", id="week-date"),
        pytest.param("2027-04-31", id="31-april"),
        pytest.param("1969-12-31", id="year-1969"),
        pytest.param("9001-01-01", id="year-9001"),
        pytest.param("２０２７-01-18", id="full-width-digits"),
        pytest.param("now", id="now"),
        pytest.param("+2d", id="ahead"),
        pytest.param("2027-01-18 10:00", id="moment"),
        pytest.param(utc("2027-01-18T10:00Z"), id="datetime"),
        pytest.param(date(1969, 12, 31), id="value-1969"),
        pytest.param(date.max, id="value-last"),
        pytest.param(20270118, id="number"),
        pytest.param(None, id="nothing"),
    ],
)
def test_a_moment_is_no_day(text: Any) -> None:
    with pytest.raises(BadTime):
        parsing.day(text, now=MONDAY, timezone=NEW_YORK)


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        pytest.param(
            "2027-01-18", "2027-01-18T05:00Z", "2027-01-19T05:00Z", id="whole-day"
        ),
        pytest.param(
            date(2027, 1, 18), "2027-01-18T05:00Z", "2027-01-19T05:00Z", id="value"
        ),
        pytest.param("today", "2027-01-04T05:00Z", "2027-01-05T05:00Z", id="today"),
        pytest.param("mon", "2027-01-11T05:00Z", "2027-01-12T05:00Z", id="weekday"),
        pytest.param(
            "2024-03-10", "2024-03-10T05:00Z", "2024-03-11T04:00Z", id="23-hours"
        ),
        pytest.param(
            "2024-11-03", "2024-11-03T04:00Z", "2024-11-04T05:00Z", id="25-hours"
        ),
        pytest.param(
            "2027-01-18 10:00", "2027-01-18T15:00Z", "2027-01-18T15:00Z", id="moment"
        ),
        pytest.param("now", "2027-01-04T14:00Z", "2027-01-04T14:00Z", id="now"),
        pytest.param("+2d", "2027-01-06T14:00Z", "2027-01-06T14:00Z", id="ahead"),
        pytest.param(
            utc("2027-01-18T10:00Z"),
            "2027-01-18T10:00Z",
            "2027-01-18T10:00Z",
            id="datetime",
        ),
    ],
)
def test_a_bare_date_is_the_whole_day_at_either_end_of_a_range(
    text: str | date, lower: str, upper: str
) -> None:
    assert parsing.range_start(text, now=MONDAY, timezone=NEW_YORK) == utc(lower)
    assert parsing.range_end(text, now=MONDAY, timezone=NEW_YORK) == utc(upper)


@pytest.mark.parametrize("value", [date(2027, 1, 18), 1_800_000_000, None, b"now"])
def test_what_is_neither_text_nor_a_datetime_is_no_moment(value: Any) -> None:
    """It raised TypeError, as a date did at either end of a range."""
    with pytest.raises(BadTime):
        parsing.moment(value, now=MONDAY, timezone=NEW_YORK)


def test_a_day_that_begins_with_a_gap_begins_after_it() -> None:
    first = parsing.range_start("2024-09-08", now=MONDAY, timezone="America/Santiago")

    assert first == utc("2024-09-08T04:00Z")
