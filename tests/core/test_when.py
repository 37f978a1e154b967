"""WHEN in words: each form, now and zone, and the one instant or the refusal."""

from __future__ import annotations

import string
from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calbook.core.errors import (
    AmbiguousTime,
    BadTime,
    BadZone,
    CalbookError,
    NonexistentTime,
)
from calbook.core.time import clocks, parsing, times

utc = datetime.fromisoformat

NEW_YORK, LISBON, APIA = "America/New_York", "Europe/Lisbon", "Pacific/Apia"
MONDAY = "2027-01-04T14:00Z"  # 09:00 in New York
FRIDAY, SATURDAY, SUNDAY = "2027-01-08T14:00Z", "2027-01-09T14:00Z", "2027-01-10T14:00Z"


def moment(text: str, now: str = MONDAY, zone: str = NEW_YORK) -> datetime:
    return parsing.moment(text, now=utc(now), timezone=zone).instant


# -- moments -------------------------------------------------------------------------

MOMENTS = [
    # a time alone is today's
    ("14:00", MONDAY, NEW_YORK, "2027-01-04T19:00Z"),
    ("14:00", "2027-01-05T02:00Z", NEW_YORK, "2027-01-04T19:00Z"),
    ("14:00", MONDAY, LISBON, "2027-01-04T14:00Z"),
    ("8:00", MONDAY, NEW_YORK, "2027-01-04T13:00Z"),
    ("2pm", MONDAY, NEW_YORK, "2027-01-04T19:00Z"),
    ("2 PM", MONDAY, NEW_YORK, "2027-01-04T19:00Z"),
    ("2:30pm", MONDAY, NEW_YORK, "2027-01-04T19:30Z"),
    ("2.30 p.m.", MONDAY, NEW_YORK, "2027-01-04T19:30Z"),
    ("2:30\u202fPM", MONDAY, NEW_YORK, "2027-01-04T19:30Z"),
    ("12am", MONDAY, NEW_YORK, "2027-01-04T05:00Z"),
    ("12:30 am", MONDAY, NEW_YORK, "2027-01-04T05:30Z"),
    ("12pm", MONDAY, NEW_YORK, "2027-01-04T17:00Z"),
    ("noon", MONDAY, NEW_YORK, "2027-01-04T17:00Z"),
    ("10.30", MONDAY, NEW_YORK, "2027-01-04T15:30Z"),
    ("10:12", MONDAY, NEW_YORK, "2027-01-04T15:12Z"),
    # days by name
    ("monday 10:00", MONDAY, NEW_YORK, "2027-01-11T15:00Z"),
    ("Fri 10:00", MONDAY, NEW_YORK, "2027-01-08T15:00Z"),
    ("FRIDAY 10:00", MONDAY, NEW_YORK, "2027-01-08T15:00Z"),
    ("Fri. 10:00", MONDAY, NEW_YORK, "2027-01-08T15:00Z"),
    ("thurs 10:00", MONDAY, NEW_YORK, "2027-01-07T15:00Z"),
    ("Fri  10:00", MONDAY, NEW_YORK, "2027-01-08T15:00Z"),
    (" fri\t10:00 ", MONDAY, NEW_YORK, "2027-01-08T15:00Z"),
    ("fri, 10:00", MONDAY, NEW_YORK, "2027-01-08T15:00Z"),
    ("fri at 10:00", MONDAY, NEW_YORK, "2027-01-08T15:00Z"),
    ("fri noon", MONDAY, NEW_YORK, "2027-01-08T17:00Z"),
    ("10:00 fri", MONDAY, NEW_YORK, "2027-01-08T15:00Z"),
    ("2 pm on fri", MONDAY, NEW_YORK, "2027-01-08T19:00Z"),
    ("fri 10:00", FRIDAY, NEW_YORK, "2027-01-15T15:00Z"),
    ("fri week 10:00", MONDAY, NEW_YORK, "2027-01-15T15:00Z"),
    ("friday week at 2pm", FRIDAY, NEW_YORK, "2027-01-22T19:00Z"),
    ("Tomorrow 10:00", MONDAY, NEW_YORK, "2027-01-05T15:00Z"),
    ("tomorrow week 10:00", MONDAY, NEW_YORK, "2027-01-12T15:00Z"),
    ("tomorrow 10.12", MONDAY, NEW_YORK, "2027-01-05T15:12Z"),
    ("next fri 10:00", FRIDAY, NEW_YORK, "2027-01-15T15:00Z"),
    ("next fri 10:00", SATURDAY, NEW_YORK, "2027-01-15T15:00Z"),
    ("next mon 10:00", MONDAY, NEW_YORK, "2027-01-11T15:00Z"),
    ("last fri 10:00", MONDAY, NEW_YORK, "2027-01-01T15:00Z"),
    ("last mon 10:00", MONDAY, NEW_YORK, "2026-12-28T15:00Z"),
    # so long from now
    ("in 2h", MONDAY, NEW_YORK, "2027-01-04T16:00Z"),
    ("In 90 Minutes", MONDAY, NEW_YORK, "2027-01-04T15:30Z"),
    ("in 1.5 h", MONDAY, NEW_YORK, "2027-01-04T15:30Z"),
    ("in 2 days", MONDAY, NEW_YORK, "2027-01-06T14:00Z"),
    ("+1h30m", MONDAY, NEW_YORK, "2027-01-04T15:30Z"),
    ("+ 90 min", MONDAY, NEW_YORK, "2027-01-04T15:30Z"),
    ("+1w", MONDAY, NEW_YORK, "2027-01-11T14:00Z"),
    # days of the year
    ("18 Jan 10:00", MONDAY, NEW_YORK, "2027-01-18T15:00Z"),
    ("Jan 18 10:00", MONDAY, NEW_YORK, "2027-01-18T15:00Z"),
    ("18 January 2027 10:00", MONDAY, NEW_YORK, "2027-01-18T15:00Z"),
    ("January 18th, 2027 at 2pm", MONDAY, NEW_YORK, "2027-01-18T19:00Z"),
    ("Mon 18 Jan 2027, 10:00", MONDAY, NEW_YORK, "2027-01-18T15:00Z"),
    ("10:00 18 jan", MONDAY, NEW_YORK, "2027-01-18T15:00Z"),
    ("18 jan 10.12", MONDAY, NEW_YORK, "2027-01-18T15:12Z"),
    ("18 jan 10:00", "2026-12-20T14:00Z", NEW_YORK, "2027-01-18T15:00Z"),
    ("4 jan 10:00", MONDAY, NEW_YORK, "2027-01-04T15:00Z"),
    ("29 feb 10:00", "2027-12-01T14:00Z", NEW_YORK, "2028-02-29T15:00Z"),
    ("mon 2027-01-18 10:00", MONDAY, NEW_YORK, "2027-01-18T15:00Z"),
    ("2027-1-8 9:00", MONDAY, NEW_YORK, "2027-01-08T14:00Z"),
    ("2027-01-18 2pm", MONDAY, NEW_YORK, "2027-01-18T19:00Z"),
    # what other programs print
    ("2027-01-18T15:00:00.000Z", MONDAY, NEW_YORK, "2027-01-18T15:00Z"),
    ("2027-01-18t15:00z", MONDAY, NEW_YORK, "2027-01-18T15:00Z"),
    ("2027-01-18 10:00:00 -0500", MONDAY, NEW_YORK, "2027-01-18T15:00Z"),
    ("2027-01-18 10:00:00+05", MONDAY, NEW_YORK, "2027-01-18T05:00Z"),
    # a zone behind it counts
    ("2027-01-18 10:00 Europe/Lisbon", MONDAY, NEW_YORK, "2027-01-18T10:00Z"),
    ("fri 10:00 Asia/Kathmandu", MONDAY, NEW_YORK, "2027-01-08T04:15Z"),
    ("today 10:00 Pacific/Kiritimati", MONDAY, NEW_YORK, "2027-01-04T20:00Z"),
    ("14:00 UTC", MONDAY, NEW_YORK, "2027-01-04T14:00Z"),
    # on a day of 23 hours, and of 25
    ("14:00", "2024-03-10T05:30Z", NEW_YORK, "2024-03-10T18:00Z"),
    ("14:00", "2024-11-03T04:30Z", NEW_YORK, "2024-11-03T19:00Z"),
    ("in 1 day", "2024-03-09T17:00Z", NEW_YORK, "2024-03-10T17:00Z"),
    ("tomorrow 12:00", "2024-03-09T17:00Z", NEW_YORK, "2024-03-10T16:00Z"),
]


@pytest.mark.parametrize(("text", "now", "zone", "expected"), MOMENTS)
def test_each_form_means_one_moment(
    text: str, now: str, zone: str, expected: str
) -> None:
    assert moment(text, now, zone) == utc(expected)


def test_a_zone_behind_it_is_the_zone_of_the_start() -> None:
    """So that a later change of that zone's clocks is seen."""
    start = parsing.moment(
        "2027-01-18 10:00 Europe/Lisbon", now=utc(MONDAY), timezone=NEW_YORK
    )

    assert (start.timezone, start.by_offset) == (LISBON, False)
    assert f"{start.wall:%H:%M}" == "10:00"


TWO = [
    (
        "next fri 10:00",
        MONDAY,
        "next fri could be Fri 8 Jan 2027 or Fri 15 Jan 2027",
        "write fri for the first, fri week for the second",
    ),
    (
        "next friday",
        SUNDAY,
        "next friday could be Fri 15 Jan 2027 or Fri 22 Jan 2027",
        "write friday for the first, friday week for the second",
    ),
    (
        "last fri 10:00",
        SATURDAY,
        "last fri could be Fri 8 Jan 2027 or Fri 1 Jan 2027",
        "write 2027-01-08 or 2027-01-01",
    ),
    (
        "03/04 10:00",
        MONDAY,
        "03/04 could be Thu 4 Mar 2027 or Sat 3 Apr 2027",
        "write 2027-03-04 or 2027-04-03",
    ),
    (
        "3.4.",
        MONDAY,
        "3.4. could be Thu 4 Mar 2027 or Sat 3 Apr 2027",
        "write 2027-03-04 or 2027-04-03",
    ),
    (
        "1/2/2027",
        MONDAY,
        "1/2/2027 could be Sat 2 Jan 2027 or Mon 1 Feb 2027",
        "write 2027-01-02 or 2027-02-01",
    ),
    (
        "1-2-27",
        MONDAY,
        "1-2-27 could be Tue 27 Feb 2001 or Sat 2 Jan 2027 or Mon 1 Feb 2027",
        "write 2001-02-27 or 2027-01-02 or 2027-02-01",
    ),
    (
        "10.12",
        MONDAY,
        "10.12 could be 10:12 or 10 December",
        "write 10:12 or 2027-12-10",
    ),
    (
        "fri 10.12",
        MONDAY,
        "10.12 could be 10:12 or 10 December",
        "write 10:12 or 2027-12-10",
    ),
    (
        "20 Dec 10:00",
        MONDAY,
        "20 dec could be Sun 20 Dec 2026 or Mon 20 Dec 2027",
        "write 2026-12-20 or 2027-12-20",
    ),
    (
        "3 jan",
        MONDAY,
        "3 jan could be Sun 3 Jan 2027 or Mon 3 Jan 2028",
        "write 2027-01-03 or 2028-01-03",
    ),
    (
        "fri 24:00",
        MONDAY,
        "fri 24:00 is the end of a day",
        "write 2027-01-09 00:00 for then, 2027-01-08 00:00 for the beginning of"
        " that day",
    ),
    (
        "fri midnight",
        MONDAY,
        "not a moment: fri midnight",
        "write 00:00, with which a day begins, or 24:00, with which it ends",
    ),
]


@pytest.mark.parametrize(("text", "now", "message", "hint"), TWO)
def test_what_could_be_two_things_is_refused_with_both(
    text: str, now: str, message: str, hint: str
) -> None:
    with pytest.raises(BadTime) as refusal:
        moment(text, now)

    assert (refusal.value.message, refusal.value.hint) == (message, hint)
    assert refusal.value.details["value"] == text


HINTS = [
    ("18/01/2027", "write 2027-01-18"),
    ("18.01.2027 10:00", "write 2027-01-18"),
    ("2027/01/18", "write 2027-01-18"),
    ("Tue 18 Jan 2027 10:00", "write 2027-01-18 for that Monday"),
    ("31 apr", "April has 30 days"),
    ("30 feb 2028", "February 2028 has 29 days"),
    ("2027-13-01 10:00", "months are 01 to 12"),
    ("fri 10", "write fri 10:00, or the month beside a date"),
    ("today at 9", "write today 09:00, or the month beside a date"),
    ("10", "write 10:00 for the time"),
    ("2027", "write 20:27 for the time, 2027-01 for a month"),
    ("in 90", "write in 90 min or in 90 h"),
    ("in 3 months", "months and years differ in length: write days, as in 30d"),
    ("tommorow 10:00", "did you mean tomorrow 10:00?"),
    ("firday 10:00", "did you mean friday 10:00?"),
    ("next week", "write 2027-01-11 10:00"),
    ("next week 10:00", "write 2027-01-11 and the time"),
    ("monday", "write monday 10:00"),
    ("2027-01-18T15:00:00.123Z", "write whole seconds, or leave them out"),
    (
        "2027-01-18T10:00-05:00 Europe/Lisbon",
        "write 2027-01-18T10:00-05:00, or a local time before the zone",
    ),
]


@pytest.mark.parametrize(("text", "hint"), HINTS)
def test_a_refusal_names_what_would_be_right(text: str, hint: str) -> None:
    with pytest.raises(BadTime) as refusal:
        moment(text)

    assert refusal.value.hint == hint


@pytest.mark.parametrize(
    "text",
    [
        *("mo 10:00", "fr 10:00", "18 ja 10:00", "18 10:00", "18 jan 27 10:00"),
        *("13pm", "0am", "14:00pm", "25:00", "24:01", "10:60", "9:5", "10.5", "1030"),
        *("2２pm", "２pm", "fri ١٠:00", "fri\u3000week 10:00"),
        *("fri\n10:00", "fri 10:00\0", "fri 10:00.", "fri 10:00 10:00", "a" * 500),
        *("fri sat 10:00", "fri week week 10:00", "next today 10:00", "18 jan jan"),
        *(
            "+",
            "in",
            "in ",
            "+h",
            "in -2h",
            "2h",
            "2h ago",
            "week from",
            "week from jan",
            "EST",
            "10:00 EST",
        ),
        *("2027-01-18 10:00 Europe/Lisbon Europe/Lisbon", "now Europe/Lisbon"),
        *(
            "1969-12-31 9:00",
            "31 dec 9001 10:00",
            "31 dec 9999",
            "9999-W52",
            "in 8000w",
        ),
        *("in 999999999w", "0000-01", "0000-W01", "2027-00", "0/0", "2027-w03-1"),
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises((BadTime, BadZone)) as refusal:
        moment(text, "8999-06-01T00:00Z" if text == "in 8000w" else MONDAY)

    assert len(refusal.value.message) < 120


# -- days ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Monday", "2027-01-11"),
        ("TODAY", "2027-01-04"),
        ("fri week", "2027-01-15"),
        ("18 jan", "2027-01-18"),
        ("jan 18", "2027-01-18"),
        ("18 Jan 2028", "2028-01-18"),
        ("Mon 18 Jan", "2027-01-18"),
        ("2027-1-8", "2027-01-08"),
        ("1 july", "2027-07-01"),
    ],
)
def test_a_day_needs_no_time(text: str, expected: str) -> None:
    assert parsing.day(text, now=utc(MONDAY), timezone=NEW_YORK) == date.fromisoformat(
        expected
    )


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("14:00", "not a day: 14:00", "write 2027-01-04"),
        ("in 2h", "not a day: in 2h", "write 2027-01-04"),
        (
            "week",
            "week is more than a day; a day is wanted",
            "write 2027-01-04 or 2027-01-10",
        ),
        (
            "fri Europe/Lisbon",
            "fri Europe/Lisbon is in a zone; a day is wanted",
            "write 2027-01-08",
        ),
    ],
)
def test_what_is_more_or_less_than_a_day_is_none(
    text: str, message: str, hint: str
) -> None:
    with pytest.raises(BadTime) as refusal:
        parsing.day(text, now=utc(MONDAY), timezone=NEW_YORK)

    assert (refusal.value.message, refusal.value.hint) == (message, hint)


# -- ranges --------------------------------------------------------------------------

RANGES = [
    ("week", MONDAY, "2027-01-04", "2027-01-11"),
    ("week", SUNDAY, "2027-01-04", "2027-01-11"),
    ("This Week", MONDAY, "2027-01-04", "2027-01-11"),
    ("next week", MONDAY, "2027-01-11", "2027-01-18"),
    ("last week", MONDAY, "2026-12-28", "2027-01-04"),
    ("month", MONDAY, "2027-01-01", "2027-02-01"),
    ("next month", MONDAY, "2027-02-01", "2027-03-01"),
    ("last month", MONDAY, "2026-12-01", "2027-01-01"),
    ("next month", "2026-12-31T14:00Z", "2027-01-01", "2027-02-01"),
    ("year", MONDAY, "2027-01-01", "2028-01-01"),
    ("last year", MONDAY, "2026-01-01", "2027-01-01"),
    ("2027-W03", MONDAY, "2027-01-18", "2027-01-25"),
    ("2026-w53", MONDAY, "2026-12-28", "2027-01-04"),
    ("2027-01", MONDAY, "2027-01-01", "2027-02-01"),
    ("2028-02", MONDAY, "2028-02-01", "2028-03-01"),
    ("2027-12", MONDAY, "2027-12-01", "2028-01-01"),
    ("Jan 2027", MONDAY, "2027-01-01", "2027-02-01"),
    ("9000-12", MONDAY, "9000-12-01", "9001-01-01"),
    ("fri", MONDAY, "2027-01-08", "2027-01-09"),
]


@pytest.mark.parametrize(("text", "now", "first", "end"), RANGES)
def test_a_range_is_whole_days_half_open(
    text: str, now: str, first: str, end: str
) -> None:
    given = {"now": utc(now), "timezone": NEW_YORK}
    found = parsing.days(text, **given)
    dates = (date.fromisoformat(first), date.fromisoformat(end))

    assert (found.first, found.end) == dates
    assert parsing.range_start(text, **given) == times.day_start(dates[0], NEW_YORK)
    assert parsing.range_end(text, **given) == times.day_start(dates[1], NEW_YORK)


@pytest.mark.parametrize(
    ("now", "first"),
    [(SATURDAY, "2027-01-03"), (SUNDAY, "2027-01-10"), (MONDAY, "2027-01-03")],
)
def test_a_week_can_begin_on_another_day(now: str, first: str) -> None:
    found = parsing.days("week from sunday", now=utc(now), timezone=NEW_YORK)
    week_later = parsing.days("next week from Sun", now=utc(now), timezone=NEW_YORK)

    assert found.first == date.fromisoformat(first)
    assert week_later.first == found.end


@pytest.mark.parametrize(
    ("text", "zone", "start", "end"),
    [
        # 23 and 25 hours, a midnight that the clocks skip, a day that was left out
        ("2024-03-10", NEW_YORK, "2024-03-10T05:00Z", "2024-03-11T04:00Z"),
        ("10 mar 2024", NEW_YORK, "2024-03-10T05:00Z", "2024-03-11T04:00Z"),
        ("3 nov 2024", NEW_YORK, "2024-11-03T04:00Z", "2024-11-04T05:00Z"),
        ("2024-W10", NEW_YORK, "2024-03-04T05:00Z", "2024-03-11T04:00Z"),
        ("2024-03", LISBON, "2024-03-01T00:00Z", "2024-03-31T23:00Z"),
        ("8 sep 2024", "America/Santiago", "2024-09-08T04:00Z", "2024-09-09T03:00Z"),
        ("2011-12-30", APIA, "2011-12-30T10:00Z", "2011-12-30T10:00Z"),
        (
            "18 jan 2027 Europe/Lisbon",
            NEW_YORK,
            "2027-01-18T00:00Z",
            "2027-01-19T00:00Z",
        ),
    ],
)
def test_days_begin_and_end_with_the_clocks_of_their_zone(
    text: str, zone: str, start: str, end: str
) -> None:
    given = {"now": utc(MONDAY), "timezone": zone}

    assert parsing.range_start(text, **given) == utc(start)
    assert parsing.range_end(text, **given) == utc(end)


@pytest.mark.parametrize(
    ("text", "zone", "end"),
    [
        ("fri 24:00", NEW_YORK, "2027-01-09T05:00Z"),
        ("24:00", NEW_YORK, "2027-01-05T05:00Z"),
        ("2027-01-18T24:00:00", NEW_YORK, "2027-01-19T05:00Z"),
        ("2027-01-18 24:00 Europe/Lisbon", NEW_YORK, "2027-01-19T00:00Z"),
        ("2024-03-10 24:00", NEW_YORK, "2024-03-11T04:00Z"),
        ("2024-09-07 24:00", "America/Santiago", "2024-09-08T04:00Z"),
    ],
)
def test_a_range_may_end_at_24_00(text: str, zone: str, end: str) -> None:
    assert parsing.range_end(text, now=utc(MONDAY), timezone=zone) == utc(end)
    with pytest.raises(BadTime):
        parsing.range_start(text, now=utc(MONDAY), timezone=zone)


def test_a_moment_is_not_days() -> None:
    with pytest.raises(BadTime) as refusal:
        parsing.days("fri 10:00", now=utc(MONDAY), timezone=NEW_YORK)

    assert refusal.value.message == "fri 10:00 is a moment; days are wanted"


def test_a_week_that_a_year_does_not_have_is_refused() -> None:
    with pytest.raises(BadTime) as refusal:
        parsing.days("2027-W53", now=utc(MONDAY), timezone=NEW_YORK)

    assert refusal.value.message == "2027 has no week 53"
    assert refusal.value.hint == "its weeks are 01 to 52"


# -- times of day --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("09:30", 570), ("9.30", 570), ("2pm", 840), ("noon", 720), (" 9:30 AM", 570)],
)
def test_a_time_of_day_is_read_alone(text: str, minutes: int) -> None:
    assert clocks.read_clock(text, "between") == timedelta(minutes=minutes)


def test_only_an_end_may_be_24_00() -> None:
    assert clocks.read_clock("24:00", "to", is_end=True) == timedelta(days=1)
    with pytest.raises(BadTime) as refusal:
        clocks.read_clock("24:00", "from")

    assert refusal.value.message == "from is not a time of day: 24:00"
    assert refusal.value.hint == "write 09:30, 9.30 or 2pm"


# -- anything ------------------------------------------------------------------------

ZONES = st.sampled_from(["UTC", NEW_YORK, LISBON, "Australia/Lord_Howe", APIA])
NOWS = st.datetimes(
    utc("1970-01-02"), utc("8999-12-31"), timezones=st.just(utc(MONDAY).tzinfo)
)
WORDS = st.sampled_from(
    [
        *("next", "last", "this", "week", "month", "year", "fri", "Monday", "today"),
        *(
            "18",
            "jan",
            "2027",
            "10:00",
            "24:00",
            "10.12",
            "2pm",
            "noon",
            "at",
            "in",
            "+",
        ),
        *("2h", "1h30m", "2027-01-18", "2027-W03", "2027-01", "03/04", "3.4.", "UTC"),
        *(
            "Europe/Lisbon",
            "T",
            "Z",
            "-05:00",
            ",",
            ".",
            "\0",
            "29",
            "feb",
            "9999",
            "0",
        ),
    ]
)


@given(
    text=st.text(max_size=30)
    | st.text(string.digits + "-:./ TZapm+", max_size=20)
    | st.lists(WORDS, max_size=6).map(" ".join)
    | st.lists(WORDS, max_size=4).map("".join),
    now=NOWS,
    zone=ZONES,
)
def test_any_text_is_read_or_refused(text: str, now: datetime, zone: str) -> None:
    for read in (parsing.moment, parsing.day, parsing.days, parsing.range_end):
        try:
            read(text, now=now, timezone=zone)
        except CalbookError as refusal:
            assert refusal.exit_code == 2  # noqa: PT017


@given(at=NOWS, now=NOWS, zone=ZONES)
def test_what_is_written_is_read_again(at: datetime, now: datetime, zone: str) -> None:
    """But for a local time that happens twice, which is refused."""
    at = at.replace(second=0, microsecond=0)
    assume(times.wall_time(at, zone).year >= times.FIRST_YEAR)
    given = {"now": now, "timezone": zone}

    assert parsing.moment(times.rfc3339(at, zone), **given).instant == at
    try:
        assert parsing.moment(times.format_moment(at, zone), **given).instant == at
    except AmbiguousTime:
        assert len(times.possible_instants(times.wall_time(at, zone), zone)) == 2


PHRASES = st.tuples(
    st.sampled_from(
        [
            *("today", "Tomorrow", "fri", "sunday", "fri week", "18 jan 2031"),
            *("Feb 29 2028", "2027-01-18", "10 March 2024", "3 nov 2024"),
        ]
    ),
    st.sampled_from(["10:00", "9.30", "2pm", "2:30 am", "noon", "00:00", "1:59:59"]),
    st.sampled_from(["", " UTC", " Europe/Lisbon", " Australia/Lord_Howe"]),
).map(lambda parts: f"{parts[0]} {parts[1]}{parts[2]}")


@given(text=PHRASES, now=NOWS, zone=ZONES)
def test_a_moment_in_words_is_the_moment_that_is_written_of_it(
    text: str, now: datetime, zone: str
) -> None:
    try:
        found = parsing.moment(text, now=now, timezone=zone)
    except (NonexistentTime, AmbiguousTime):
        return
    written = times.rfc3339(found.instant, zone)

    assert parsing.moment(written, now=now, timezone=zone).instant == found.instant
    assert found.wall == times.wall_time(found.instant, found.timezone)
