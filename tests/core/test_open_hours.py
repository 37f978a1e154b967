"""A schedule's open time; the expected instants are worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.properties import examples

from calbook.core.catalog import DateOverride, Hours, Schedule
from calbook.core.model import DAY, MINUTE, Span
from calbook.core.time import open_hours, times

MakeSchedule = Callable[..., Schedule]

utc = datetime.fromisoformat
day = date.fromisoformat

NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
CASABLANCA = "Africa/Casablanca"
SANTIAGO = "America/Santiago"
BEIRUT = "Asia/Beirut"
CAIRO = "Africa/Cairo"
APIA = "Pacific/Apia"
NUUK = "America/Nuuk"


def shown(spans: Iterable[Span]) -> list[str]:
    """Each span in UTC, as in `18 09:00 - 18 17:00` with the day of the month."""
    return [f"{start:%d %H:%M} - {end:%d %H:%M}" for start, end in spans]


def span(start: str, end: str) -> Span:
    return Span(utc(start), utc(end))


# -- weekly hours --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weekly", "first", "last", "expected"),
    [
        pytest.param("", "2027-01-18", "2027-01-20", [], id="never"),
        pytest.param(
            "09:00-17:00", "2027-01-18", "2027-01-18", ["18 09:00 - 18 17:00"], id="one"
        ),
        pytest.param(
            "09:00-12:30,13:30-18:00",
            "2027-01-18",
            "2027-01-18",
            ["18 09:00 - 18 12:30", "18 13:30 - 18 18:00"],
            id="two",
        ),
        pytest.param(
            "09:00-12:00,12:00-17:00",
            "2027-01-18",
            "2027-01-18",
            ["18 09:00 - 18 17:00"],
            id="touching",
        ),
        pytest.param(
            "09:00-13:00,12:00-17:00,10:00-11:00",
            "2027-01-18",
            "2027-01-18",
            ["18 09:00 - 18 17:00"],
            id="overlapping",
        ),
        pytest.param(
            "09:00-17:00",
            "2027-01-18",
            "2027-01-19",
            ["18 09:00 - 18 17:00", "19 09:00 - 19 17:00"],
            id="two-days",
        ),
        pytest.param(
            {"mon": "09:00-17:00", "wed": "10:00-12:00"},
            "2027-01-18",
            "2027-01-20",
            ["18 09:00 - 18 17:00", "20 10:00 - 20 12:00"],
            id="not-on-tuesday",
        ),
        pytest.param(
            {"sun": "09:00-17:00"}, "2027-01-18", "2027-01-23", [], id="sunday-is-last"
        ),
        pytest.param(
            {"mon": "20:00-24:00"},
            "2027-01-18",
            "2027-01-18",
            ["18 20:00 - 19 00:00"],
            id="to-midnight",
        ),
        pytest.param(
            {"mon": "20:00-24:00", "tue": "00:00-02:00"},
            "2027-01-18",
            "2027-01-19",
            ["18 20:00 - 19 02:00"],
            id="touching-at-midnight",
        ),
        pytest.param(
            {"mon": "22:00-02:00"},
            "2027-01-18",
            "2027-01-18",
            ["18 22:00 - 19 02:00"],
            id="across-midnight",
        ),
        pytest.param(
            {"mon": "22:00-02:00"},
            "2027-01-19",
            "2027-01-19",
            ["18 22:00 - 19 02:00"],
            id="from-the-day-before",
        ),
        pytest.param(
            {"mon": "22:00-02:00"}, "2027-01-20", "2027-01-20", [], id="two-days-before"
        ),
        pytest.param(
            {"mon": "22:00-06:00", "tue": "06:00-08:00,08:30-09:00"},
            "2027-01-19",
            "2027-01-19",
            ["18 22:00 - 19 08:00", "19 08:30 - 19 09:00"],
            id="night-into-morning",
        ),
        pytest.param(
            "00:00-24:00",
            "2027-01-18",
            "2027-01-19",
            ["16 00:00 - 20 00:00"],
            id="always-is-one-stretch",
        ),
    ],
)
def test_weekly_windows_become_stretches(
    a_schedule: MakeSchedule, weekly: object, first: str, last: str, expected: list[str]
) -> None:
    schedule = a_schedule(weekly)

    open_time = open_hours.open_stretches(schedule, day(first), day(last))

    assert shown(open_time) == expected


@pytest.mark.parametrize(
    ("zone", "text", "expected"),
    [
        pytest.param(NEW_YORK, "2024-01-15", "15 14:00 - 15 22:00", id="winter"),
        pytest.param(NEW_YORK, "2024-07-15", "15 13:00 - 15 21:00", id="summer"),
        pytest.param("Asia/Kathmandu", "2024-01-15", "15 03:15 - 15 11:15", id="east"),
    ],
)
def test_windows_are_wall_times_of_the_schedules_zone(
    a_schedule: MakeSchedule, zone: str, text: str, expected: str
) -> None:
    schedule = a_schedule({"mon": "09:00-17:00"}, timezone=zone)

    open_time = open_hours.open_stretches(schedule, day(text), day(text))

    assert shown(open_time) == [expected]


def test_days_before_the_first_are_left_out(a_schedule: MakeSchedule) -> None:
    """Tuesday's hours came with Monday's, which do not touch Tuesday."""
    schedule = a_schedule({"mon": "09:00-17:00", "tue": "09:00-17:00"})

    open_time = open_hours.open_stretches(
        schedule, day("2027-01-19"), day("2027-01-19")
    )

    assert shown(open_time) == ["19 09:00 - 19 17:00"]


# -- overrides -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weekly", "overrides", "expected"),
    [
        pytest.param(
            "09:00-17:00",
            {"2027-01-19": ""},
            ["18 09:00 - 18 17:00", "20 09:00 - 20 17:00"],
            id="closed",
        ),
        pytest.param(
            "09:00-17:00",
            {"2027-01-19": "10:00-12:00"},
            ["18 09:00 - 18 17:00", "19 10:00 - 19 12:00", "20 09:00 - 20 17:00"],
            id="other-hours",
        ),
        pytest.param(
            "",
            {"2027-01-19": "10:00-12:00,14:00-15:00"},
            ["19 10:00 - 19 12:00", "19 14:00 - 19 15:00"],
            id="open-for-once",
        ),
        pytest.param(
            {"mon": "22:00-02:00"},
            {"2027-01-19": ""},
            ["18 22:00 - 19 00:00"],
            id="closed-cuts-the-night-before",
        ),
        pytest.param(
            {"tue": "22:00-02:00"}, {"2027-01-19": ""}, [], id="closed-drops-its-night"
        ),
        pytest.param(
            {"mon": "22:00-02:00"},
            {"2027-01-19": "10:00-12:00"},
            ["18 22:00 - 19 02:00", "19 10:00 - 19 12:00"],
            id="other-hours-leave-the-night-before",
        ),
        pytest.param(
            {"mon": "22:00-02:00"},
            {"2027-01-19": "02:00-03:00"},
            ["18 22:00 - 19 03:00"],
            id="other-hours-touch-the-night-before",
        ),
        pytest.param(
            "",
            {"2027-01-18": "22:00-04:00", "2027-01-19": ""},
            ["18 22:00 - 19 00:00"],
            id="closed-cuts-an-override",
        ),
        pytest.param(
            "00:00-24:00",
            {"2027-01-18": "", "2027-01-19": ""},
            ["20 00:00 - 21 00:00"],
            id="two-closed",
        ),
        pytest.param(
            {"wed": "22:00-02:00"},
            {"2027-01-21": ""},
            ["20 22:00 - 21 00:00"],
            id="closed-after-the-last-day",
        ),
    ],
)
def test_overrides_change_single_dates(
    a_schedule: MakeSchedule,
    weekly: object,
    overrides: dict[str, str],
    expected: list[str],
) -> None:
    schedule = a_schedule(weekly, overrides=overrides)

    open_time = open_hours.open_stretches(
        schedule, day("2027-01-18"), day("2027-01-20")
    )

    assert shown(open_time) == expected


def test_a_closed_date_behind_the_last_cuts_its_night(a_schedule: MakeSchedule) -> None:
    """Asked for Monday alone, its night ran on into a closed Tuesday."""
    schedule = a_schedule({"mon": "22:00-02:00"}, overrides={"2027-01-19": ""})

    open_time = open_hours.open_stretches(
        schedule, day("2027-01-18"), day("2027-01-18")
    )

    assert shown(open_time) == ["18 22:00 - 19 00:00"]


def test_a_closed_date_is_as_long_as_its_day(a_schedule: MakeSchedule) -> None:
    schedule = a_schedule(
        "00:00-24:00", timezone=NEW_YORK, overrides={"2024-03-10": ""}
    )

    open_time = open_hours.open_stretches(
        schedule, day("2024-03-09"), day("2024-03-11")
    )

    assert shown(open_time) == ["07 05:00 - 10 05:00", "11 04:00 - 12 04:00"]


def test_the_windows_of_a_date_are_the_overrides_if_there_is_one(
    a_schedule: MakeSchedule,
) -> None:
    schedule = a_schedule(
        {"mon": "09:00-17:00", "tue": "09:00-17:00", "wed": "09:00-17:00"},
        overrides={"2027-01-19": "10:00-12:00", "2027-01-20": ""},
    )
    monday, tuesday, wednesday = (
        schedule.weekly[0],
        schedule.overrides[day("2027-01-19")].hours,
        (),
    )

    assert open_hours.hours_on(schedule, day("2027-01-18")) == monday
    assert open_hours.hours_on(schedule, day("2027-01-19")) == tuesday
    assert open_hours.hours_on(schedule, day("2027-01-20")) == wednesday


# -- clocks that go forward and back (RFC 5545, 3.3.5) --------------------------------


@pytest.mark.parametrize(
    ("zone", "text", "window", "expected"),
    [
        pytest.param(
            NEW_YORK,
            "2024-03-10",
            "01:00-04:00",
            "10 06:00 - 10 08:00",
            id="gap-inside",
        ),
        pytest.param(
            NEW_YORK, "2024-03-10", "02:30-05:00", "10 07:30 - 10 09:00", id="gap-start"
        ),
        pytest.param(
            NEW_YORK, "2024-03-10", "01:30-02:30", "10 06:30 - 10 07:30", id="gap-end"
        ),
        pytest.param(
            NEW_YORK,
            "2024-03-10",
            "02:00-02:30",
            "10 07:00 - 10 07:30",
            id="all-in-gap",
        ),
        pytest.param(
            NEW_YORK, "2024-03-10", "02:30-03:00", None, id="ends-before-start"
        ),
        pytest.param(NEW_YORK, "2024-03-10", "02:00-03:00", None, id="exactly-the-gap"),
        pytest.param(
            NEW_YORK,
            "2024-11-03",
            "00:00-03:00",
            "03 04:00 - 03 08:00",
            id="fold-inside",
        ),
        pytest.param(
            NEW_YORK,
            "2024-11-03",
            "01:30-03:00",
            "03 05:30 - 03 08:00",
            id="fold-start",
        ),
        pytest.param(
            NEW_YORK, "2024-11-03", "00:30-01:30", "03 04:30 - 03 05:30", id="fold-end"
        ),
        pytest.param(
            NEW_YORK,
            "2024-11-03",
            "01:00-01:30",
            "03 05:00 - 03 05:30",
            id="first-pass",
        ),
        pytest.param(
            NEW_YORK,
            "2024-11-03",
            "01:00-02:00",
            "03 05:00 - 03 07:00",
            id="both-passes",
        ),
        pytest.param(
            NEW_YORK,
            "2024-11-02",
            "22:00-02:00",
            "03 02:00 - 03 07:00",
            id="long-night",
        ),
        pytest.param(
            LORD_HOWE, "2024-10-06", "01:00-04:00", "05 14:30 - 05 17:00", id="half-gap"
        ),
        pytest.param(
            LORD_HOWE,
            "2024-10-06",
            "02:15-03:00",
            "05 15:45 - 05 16:00",
            id="half-gap-in",
        ),
        pytest.param(
            LORD_HOWE,
            "2024-04-07",
            "01:00-03:00",
            "06 14:00 - 06 16:30",
            id="half-fold",
        ),
        pytest.param(
            LORD_HOWE,
            "2024-04-07",
            "01:45-02:00",
            "06 14:45 - 06 15:30",
            id="half-fold-in",
        ),
        pytest.param(
            CASABLANCA, "2024-04-14", "01:00-04:00", "14 01:00 - 14 03:00", id="cas-gap"
        ),
        pytest.param(
            CASABLANCA,
            "2024-03-10",
            "01:00-04:00",
            "10 00:00 - 10 04:00",
            id="cas-fold",
        ),
        pytest.param(
            SANTIAGO, "2024-09-08", "00:00-03:00", "08 04:00 - 08 06:00", id="midnight"
        ),
        pytest.param(
            SANTIAGO,
            "2024-09-07",
            "22:00-24:00",
            "08 02:00 - 08 04:00",
            id="to-midnight",
        ),
        pytest.param(
            SANTIAGO, "2024-04-06", "22:00-24:00", "07 01:00 - 07 04:00", id="23h-twice"
        ),
        pytest.param(
            BEIRUT, "2024-03-31", "00:30-02:00", "30 22:30 - 30 23:00", id="beirut"
        ),
        pytest.param(
            CAIRO,
            "2024-04-26",
            "00:00-24:00",
            "25 22:00 - 26 21:00",
            id="cairo-23-hours",
        ),
        pytest.param(
            CAIRO,
            "2024-10-31",
            "00:00-24:00",
            "30 21:00 - 31 22:00",
            id="cairo-25-hours",
        ),
        pytest.param(
            APIA, "2011-12-30", "09:00-17:00", None, id="apia-has-no-such-day"
        ),
        pytest.param(
            APIA, "2011-12-29", "22:00-24:00", "30 08:00 - 30 10:00", id="apia-before"
        ),
        pytest.param(
            APIA, "2011-12-31", "00:00-02:00", "30 10:00 - 30 12:00", id="apia-after"
        ),
    ],
)
def test_the_edges_of_a_window_follow_rfc_5545(
    a_schedule: MakeSchedule, zone: str, text: str, window: str, expected: str | None
) -> None:
    schedule = a_schedule(timezone=zone, overrides={text: window})

    open_time = open_hours.open_stretches(schedule, day(text), day(text))

    assert shown(open_time) == ([expected] if expected else [])


def test_open_time_goes_on_over_a_day_that_was_skipped(
    a_schedule: MakeSchedule,
) -> None:
    schedule = a_schedule("00:00-24:00", timezone=APIA)

    open_time = open_hours.open_stretches(
        schedule, day("2011-12-31"), day("2011-12-31")
    )

    assert shown(open_time) == ["29 10:00 - 31 10:00"]


def test_a_window_whose_end_is_skipped_reaches_the_date_after_next(
    a_schedule: MakeSchedule,
) -> None:
    """Friday's 24 hours end in Nuuk's gap, 23:00 to 24:00 on Saturday: on Sunday."""
    schedule = a_schedule({"fri": "23:59-23:58"}, timezone=NUUK)

    open_time = open_hours.open_stretches(
        schedule, day("2024-03-31"), day("2024-03-31")
    )

    assert shown(open_time) == ["30 01:59 - 31 01:58"]


# -- around meetings -----------------------------------------------------------------


def test_the_hours_around_a_meeting_reach_a_day_and_two_hours_from_it(
    a_schedule: MakeSchedule,
) -> None:
    schedule = a_schedule("09:00-17:00")
    meeting = span("2027-01-18T10:00Z", "2027-01-18T10:30Z")

    [open_time] = open_hours.open_stretches_near(schedule, [meeting])

    assert shown(open_time) == [
        "17 09:00 - 17 17:00",
        "18 09:00 - 18 17:00",
        "19 09:00 - 19 12:30",
    ]


@pytest.mark.parametrize(
    ("weekly", "start", "end", "expected"),
    [
        pytest.param(
            "09:00-17:00",
            "2027-01-18T23:45Z",
            "2027-01-19T00:15Z",
            [
                "18 09:00 - 18 17:00",
                "19 09:00 - 19 17:00",
            ],
            id="over-midnight",
        ),
        pytest.param(
            "22:00-02:00",
            "2027-01-18T10:00Z",
            "2027-01-18T10:30Z",
            [
                "17 22:00 - 18 02:00",
                "18 22:00 - 19 02:00",
            ],
            id="night-shifts",
        ),
        pytest.param(
            "22:00-10:00",
            "2027-01-18T10:00Z",
            "2027-01-18T10:30Z",
            [
                "17 08:00 - 17 10:00",
                "17 22:00 - 18 10:00",
                "18 22:00 - 19 10:00",
            ],
            id="night-shifts-cut-at-the-edges",
        ),
        pytest.param(
            "00:00-24:00",
            "2027-01-18T10:00Z",
            "2027-01-18T10:30Z",
            ["17 08:00 - 19 12:30"],
            id="always",
        ),
        pytest.param("", "2027-01-18T10:00Z", "2027-01-18T10:30Z", [], id="never"),
    ],
)
def test_the_hours_around_a_meeting_are_cut_a_day_and_two_hours_from_it(
    a_schedule: MakeSchedule, weekly: str, start: str, end: str, expected: list[str]
) -> None:
    [open_time] = open_hours.open_stretches_near(a_schedule(weekly), [span(start, end)])

    assert shown(open_time) == expected


def test_the_hours_around_meetings_are_in_the_order_of_the_meetings(
    a_schedule: MakeSchedule,
) -> None:
    """They reached further where another meeting was near."""
    schedule = a_schedule("00:00-24:00")
    days = [18, 20, 19, 18]
    meetings = [span(f"2027-01-{n}T10:00Z", f"2027-01-{n}T10:30Z") for n in days]

    assert [
        shown(open_time)
        for open_time in open_hours.open_stretches_near(schedule, meetings)
    ] == [[f"{n - 1} 08:00 - {n + 1} 12:30"] for n in days]


def test_around_no_meetings_there_are_no_hours(a_schedule: MakeSchedule) -> None:
    assert open_hours.open_stretches_near(a_schedule("09:00-17:00"), []) == ()


# Zones, and an instant near which their clocks change.
CHANGES = [
    (NEW_YORK, "2027-03-14T07:00Z"),
    (NEW_YORK, "2027-11-07T06:00Z"),
    (LORD_HOWE, "2027-10-02T15:30Z"),
    (SANTIAGO, "2024-04-07T03:00Z"),
    (SANTIAGO, "2024-09-08T04:00Z"),
    (NUUK, "2027-03-28T00:00Z"),
    (APIA, "2011-12-30T10:00Z"),
    ("UTC", "2027-01-18T00:00Z"),
]


@st.composite
def windows(draw: st.DrawFn) -> tuple[Hours, ...]:
    """Windows of up to 24 hours in quarters of an hour, as anybody may write them."""
    drawn = draw(
        st.lists(st.tuples(st.integers(0, 95), st.integers(1, 96)), max_size=3)
    )
    quarter = 15 * MINUTE
    return tuple(
        Hours(start * quarter, (start + length) * quarter) for start, length in drawn
    )


@st.composite
def schedules_and_meetings(draw: st.DrawFn) -> tuple[Schedule, list[Span]]:
    """Meetings close together and far apart, in any order, near a change of clocks."""
    timezone, change = draw(st.sampled_from(CHANGES))
    near = utc(change)
    overridden = draw(st.dictionaries(st.integers(-6, 6), windows(), max_size=4))
    dates = {near.date() + n * DAY: open_time for n, open_time in overridden.items()}
    schedule = Schedule(
        id="sched_test",
        name="Test",
        timezone=timezone,
        weekly=tuple(draw(windows()) for _ in range(7)),
        overrides={day: DateOverride(day, hours) for day, hours in dates.items()},
    )
    starts = st.integers(-6 * 96, 6 * 96) | st.sampled_from([-9000, 9000])
    drawn = draw(
        st.lists(st.tuples(starts, st.integers(1, 96)), min_size=1, max_size=6)
    )
    meetings = [
        Span(
            near + start * timedelta(minutes=15),
            near + (start + length) * timedelta(minutes=15),
        )
        for start, length in drawn
    ]
    return schedule, meetings


@examples(100)
@given(given_both=schedules_and_meetings())
def test_the_hours_around_many_meetings_are_those_around_each(
    given_both: tuple[Schedule, list[Span]],
) -> None:
    schedule, meetings = given_both

    together = open_hours.open_stretches_near(schedule, meetings)

    assert list(together) == [
        open_hours.open_stretches_near(schedule, [m])[0] for m in meetings
    ]


@examples(200)
@given(given_both=schedules_and_meetings())
def test_meetings_are_open_when_each_is_within_the_hours_around_it(
    given_both: tuple[Schedule, list[Span]],
) -> None:
    schedule, meetings = given_both
    together = open_hours.open_stretches_near(schedule, meetings)
    each = [
        any(stretch.covers(meeting) for stretch in near)
        for meeting, near in zip(meetings, together, strict=True)
    ]

    assert open_hours.are_open(schedule, meetings) == all(each)
    for meeting, is_open in zip(meetings, each, strict=True):
        assert open_hours.are_open(schedule, [meeting]) == is_open


@examples(100)
@given(given_both=schedules_and_meetings())
def test_a_meeting_is_within_the_hours_around_it_when_it_is_within_all_hours(
    given_both: tuple[Schedule, list[Span]],
) -> None:
    schedule, meetings = given_both

    together = open_hours.open_stretches_near(schedule, meetings)

    for meeting, open_time in zip(meetings, together, strict=True):
        first, last = (times.local_date(t, schedule.timezone) for t in meeting)
        every = open_hours.open_stretches(schedule, first - 9 * DAY, last + 9 * DAY)
        assert any(s.covers(meeting) for s in open_time) == any(
            s.covers(meeting) for s in every
        )


# -- helpers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cuts", "expected"),
    [
        pytest.param([], ["18 10:00 - 18 16:00"], id="none"),
        pytest.param([("08", "10")], ["18 10:00 - 18 16:00"], id="touching-before"),
        pytest.param([("16", "18")], ["18 10:00 - 18 16:00"], id="touching-after"),
        pytest.param([("08", "12")], ["18 12:00 - 18 16:00"], id="head"),
        pytest.param([("14", "18")], ["18 10:00 - 18 14:00"], id="tail"),
        pytest.param(
            [("12", "13")], ["18 10:00 - 18 12:00", "18 13:00 - 18 16:00"], id="middle"
        ),
        pytest.param(
            [("08", "11"), ("12", "13"), ("15", "20")],
            ["18 11:00 - 18 12:00", "18 13:00 - 18 15:00"],
            id="three",
        ),
        pytest.param([("10", "16")], [], id="exactly-all"),
        pytest.param([("08", "20")], [], id="more-than-all"),
    ],
)
def test_cuts_are_taken_out_of_a_window(
    cuts: list[tuple[str, str]], expected: list[str]
) -> None:
    window = span("2027-01-18T10:00Z", "2027-01-18T16:00Z")
    taken = [span(f"2027-01-18T{a}:00Z", f"2027-01-18T{b}:00Z") for a, b in cuts]

    left = open_hours.subtract_spans(window, taken)

    assert shown(left) == expected


@pytest.mark.parametrize(
    ("zone", "start", "end", "expected"),
    [
        pytest.param("UTC", "2027-01-18T09:00Z", "2027-01-18T17:00Z", [], id="none"),
        pytest.param(
            "UTC", "2027-01-18T00:00Z", "2027-01-19T00:00Z", [], id="not-at-the-edges"
        ),
        pytest.param(
            "UTC",
            "2027-01-17T12:00Z",
            "2027-01-19T12:00Z",
            ["2027-01-18T00:00Z", "2027-01-19T00:00Z"],
            id="two",
        ),
        pytest.param(
            NEW_YORK,
            "2024-03-10T03:00Z",
            "2024-03-11T12:00Z",
            ["2024-03-10T05:00Z", "2024-03-11T04:00Z"],
            id="23-hours-apart",
        ),
        pytest.param(
            SANTIAGO,
            "2024-09-08T02:00Z",
            "2024-09-08T06:00Z",
            ["2024-09-08T04:00Z"],
            id="gap",
        ),
        pytest.param(
            BEIRUT,
            "2024-10-26T19:00Z",
            "2024-10-27T00:00Z",
            ["2024-10-26T22:00Z"],
            id="fold",
        ),
    ],
)
def test_local_midnights_inside_a_stretch(
    zone: str, start: str, end: str, expected: list[str]
) -> None:
    midnights = open_hours.midnights_within(span(start, end), zone)

    assert list(midnights) == [utc(text) for text in expected]
