"""Series of other people's calendars: where they end, move, and cross a clock change.

No busy time may be lost: where a calendar can be read in two ways, the host is busy in
both.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from calbook.core.busy import CalendarContent
from calbook.core.model import Span
from calbook.ical.reading import busy_times

NEW_YORK, BERLIN, TOKYO = "America/New_York", "Europe/Berlin", "Asia/Tokyo"
LORD_HOWE = "Australia/Lord_Howe"
WINDOW = Span(datetime(2026, 12, 4, tzinfo=UTC), datetime(2029, 1, 4, tzinfo=UTC))


def read(*events: str, zone: str = NEW_YORK, **given: bool) -> CalendarContent:
    inner = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    data = f"BEGIN:VCALENDAR\n{inner}END:VCALENDAR\n".encode()
    return busy_times.read_busy_times(data, timezone=zone, window=WINDOW, **given)


def spans(*events: str, zone: str = NEW_YORK, shown: str | None = None) -> list[str]:
    """`day hour/day hour` in the host's zone, or another."""
    found = read(*events, zone=zone)
    assert found.skipped == ()
    place = ZoneInfo(shown or zone)
    return sorted(
        f"{s.span.start.astimezone(place):%m-%d %H:%M}"
        f"/{s.span.end.astimezone(place):%m-%d %H:%M}"
        for s in found.stretches
    )


def starts(*events: str, zone: str = NEW_YORK) -> list[str]:
    return [each.partition("/")[0] for each in spans(*events, zone=zone)]


def days(*events: str, zone: str = NEW_YORK) -> list[str]:
    return [each[:5] for each in starts(*events, zone=zone)]


# -- where a series ends ---------------------------------------------------------------

AT_20 = "DTSTART{}:20270118T200000{}\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL={}"
UNTIL = {
    "floating, both": (("", "", "20270120T200000"), ["01-18", "01-19", "01-20"]),
    "floating, a second too soon": (("", "", "20270120T195959"), ["01-18", "01-19"]),
    "floating beside a zone": (
        (";TZID={zone}", "", "20270120T200000"),
        ["01-18", "01-19", "01-20"],
    ),
    "floating beside a zone, too soon": (
        (";TZID={zone}", "", "20270120T195959"),
        ["01-18", "01-19"],
    ),
    "a date beside a floating time": (
        ("", "", "20270120"),
        ["01-18", "01-19", "01-20"],
    ),
    "a date beside a zone": (
        (";TZID={zone}", "", "20270120"),
        ["01-18", "01-19", "01-20"],
    ),
    "before the start": ((";TZID={zone}", "", "20200101T000000Z"), ["01-18"]),
    "before the start, a date": (("", "", "20270117"), ["01-18"]),
}


@pytest.mark.parametrize("zone", [NEW_YORK, TOKYO, BERLIN])
@pytest.mark.parametrize(("parts", "found"), UNTIL.values(), ids=UNTIL)
def test_a_local_until_is_local(
    parts: tuple[str, str, str], found: list[str], zone: str
) -> None:
    """It was read as UTC: a date missing in New York, one too many in Tokyo."""
    assert days(AT_20.format(*parts).format(zone=zone), zone=zone) == found


@pytest.mark.parametrize(
    ("until", "found"),
    [
        ("20270121T010000Z", ["01-18", "01-19", "01-20"]),  # 20:00 in New York
        ("20270121T005959Z", ["01-18", "01-19"]),
        ("20270120T230000", ["01-18", "01-19", "01-20"]),
    ],
)
def test_an_instant_ends_a_series_of_a_zone(until: str, found: list[str]) -> None:
    assert days(AT_20.format(";TZID=America/New_York", "", until)) == found


def test_an_instant_ends_a_series_within_the_hour_that_comes_twice() -> None:
    """06:15Z is 01:15 for the second time; 01:30 was before it."""
    event = (
        "DTSTART;TZID=America/New_York:20271106T013000\nDURATION:PT10M\n"
        "RRULE:FREQ=DAILY;UNTIL=20271107T061500Z"
    )

    assert spans(event) == ["11-06 01:30/11-06 01:40", "11-07 01:30/11-07 01:40"]


WHOLE_DAYS = {
    "midnight in Berlin": ("20270119T230000Z", ["01-18", "01-19", "01-20"]),
    "midnight in New York": ("20270120T050000Z", ["01-18", "01-19", "01-20"]),
    "midnight in Tokyo": ("20270119T150000Z", ["01-18", "01-19", "01-20"]),
    "midnight in UTC": ("20270120T000000Z", ["01-18", "01-19", "01-20"]),
    "the end of a day in Berlin": ("20270120T225959Z", ["01-18", "01-19", "01-20"]),
    "the end of a day in UTC": ("20270120T235959Z", ["01-18", "01-19", "01-20"]),
    "the end of a day in New York": ("20270121T045959Z", ["01-18", "01-19", "01-20"]),
    "a date": ("20270120", ["01-18", "01-19", "01-20"]),
    "a time": ("20270120T000000", ["01-18", "01-19", "01-20"]),
    "before the start": ("20261201T230000Z", ["01-18"]),
}


@pytest.mark.parametrize("zone", [NEW_YORK, TOKYO, BERLIN])
@pytest.mark.parametrize(("until", "found"), WHOLE_DAYS.values(), ids=WHOLE_DAYS)
def test_an_instant_ends_whole_days_with_the_day_that_it_means(
    until: str, found: list[str], zone: str
) -> None:
    """A yearly day in Berlin, until 23:00Z of the day before, was not there at all."""
    event = f"DTSTART;VALUE=DATE:20270118\nRRULE:FREQ=DAILY;UNTIL={until}"

    assert days(event, zone=zone) == found


def test_a_yearly_day_until_midnight_in_berlin_is_there() -> None:
    event = "DTSTART;VALUE=DATE:20200118\nRRULE:FREQ=YEARLY;UNTIL=20270117T230000Z"

    assert days(event, zone=BERLIN) == ["01-18"]


def test_no_count_of_nothing_ends_a_series() -> None:
    """-1 and 0 are written where there is no end."""
    for count in ("0", "-1"):
        event = f"DTSTART;VALUE=DATE:20281230\nRRULE:FREQ=DAILY;COUNT={count}"
        assert days(event) == ["01-01", "01-02", "01-03", "12-30", "12-31"]


# -- several events with one UID -------------------------------------------------------

TEN = "UID:x\nDTSTART;TZID=America/New_York:202701{}T100000\nDURATION:PT1H"


def test_several_events_of_one_uid_all_block() -> None:
    """All but one were lost."""
    found = read(TEN.format(18), TEN.format(19), f"{TEN.format(20)}\nSEQUENCE:7")

    assert [s.span.start.day for s in found.stretches] == [18, 19, 20]
    assert found.events == 3


def test_several_series_of_one_uid_share_what_is_changed() -> None:
    weekly = "\nRRULE:FREQ=WEEKLY;COUNT=2"
    moved = (
        "UID:x\nRECURRENCE-ID;TZID=America/New_York:20270126T100000\n"
        "DTSTART;TZID=America/New_York:20270128T090000\nDURATION:PT1H"
    )

    assert starts(TEN.format(18) + weekly, moved, TEN.format(19) + weekly) == [
        *("01-18 10:00", "01-19 10:00", "01-25 10:00", "01-28 09:00")
    ]


def test_an_event_that_repeats_too_often_spoils_none_of_its_uid() -> None:
    found = read(TEN.format(18), f"{TEN.format(19)}\nRRULE:FREQ=SECONDLY")

    assert [s.span.start.day for s in found.stretches] == [18]
    assert [each.reason for each in found.skipped] == ["it repeats too often"]


def test_a_free_event_frees_none_of_its_uid() -> None:
    found = read(TEN.format(18), f"{TEN.format(19)}\nTRANSP:TRANSPARENT")

    assert [s.span.start.day for s in found.stretches] == [18]


# -- dates that were changed -----------------------------------------------------------

DAILY = f"{TEN.format(18)}\nRRULE:FREQ=DAILY;COUNT=5"
NY = ";TZID=America/New_York:"


def change(date: str, start: str, *more: str, scope: str = "") -> str:
    lines = (f"UID:x\nRECURRENCE-ID{scope}{date}", f"DTSTART{start}", "DURATION:PT1H")
    return "\n".join((*lines, *more))


MOVED = change(f"{NY}20270119T100000", f"{NY}20270119T150000")
CHANGED = {
    "a date that is left out too, as Evolution writes it": (
        [f"{DAILY}\nEXDATE{NY}20270119T100000", MOVED],
        ["18 10", "19 15", "20 10", "21 10", "22 10"],
    ),
    "a day that is left out too": (
        [f"{DAILY}\nEXDATE;VALUE=DATE:20270119", MOVED],
        ["18 10", "19 15", "20 10", "21 10", "22 10"],
    ),
    "a date that the series does not have": (
        [DAILY, change(f"{NY}20270119T110000", f"{NY}20270119T150000")],
        ["18 10", "19 10", "19 15", "20 10", "21 10", "22 10"],
    ),
    "to a date that is left out": (
        [
            f"{DAILY}\nEXDATE{NY}20270121T100000",
            change(f"{NY}20270119T100000", f"{NY}20270121T100000"),
        ],
        ["18 10", "20 10", "21 10", "22 10"],
    ),
    "told in UTC": (
        [DAILY, change(":20270119T150000Z", ":20270119T200000Z")],
        ["18 10", "19 15", "20 10", "21 10", "22 10"],
    ),
    "told by its day": (
        [DAILY, change(";VALUE=DATE:20270119", f"{NY}20270119T150000")],
        ["18 10", "19 15", "20 10", "21 10", "22 10"],
    ),
    "twice, the newer one first": (
        [
            DAILY,
            change(f"{NY}20270119T100000", f"{NY}20270119T150000", "SEQUENCE:2"),
            change(f"{NY}20270119T100000", f"{NY}20270119T120000", "SEQUENCE:1"),
        ],
        ["18 10", "19 15", "20 10", "21 10", "22 10"],
    ),
    "twice, and nobody knows which is newer": (
        [DAILY, MOVED, change(f"{NY}20270119T100000", f"{NY}20270119T120000")],
        ["18 10", "19 12", "19 15", "20 10", "21 10", "22 10"],
    ),
    "the series over, its change not": (
        [f"{DAILY}\nSTATUS:CANCELLED", MOVED],
        ["19 15"],
    ),
    "from a date on, twice": (
        [
            DAILY,
            change(
                f"{NY}20270119T100000",
                f"{NY}20270119T110000",
                scope=";RANGE=THISANDFUTURE",
            ),
            change(
                f"{NY}20270121T100000",
                f"{NY}20270121T120000",
                scope=";RANGE=THISANDFUTURE",
            ),
            change(f"{NY}20270122T100000", f"{NY}20270122T080000"),
        ],
        ["18 10", "19 11", "20 11", "21 12", "22 08"],
    ),
    "from a date on, by its day": (
        [
            DAILY,
            change(
                ";VALUE=DATE:20270120",
                f"{NY}20270121T110000",
                scope=";RANGE=THISANDFUTURE",
            ),
        ],
        ["18 10", "19 10", "21 11", "22 11", "23 11"],
    ),
    "from a date on, with a rule of its own": (
        [
            DAILY,
            change(
                f"{NY}20270120T100000",
                f"{NY}20270120T110000",
                "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=2",
                scope=";RANGE=THISANDFUTURE",
            ),
        ],
        ["18 10", "19 10", "20 11", "22 11"],
    ),
    "from a date on, over": (
        [
            DAILY,
            change(
                f"{NY}20270120T100000",
                f"{NY}20270120T100000",
                "STATUS:CANCELLED",
                scope=";RANGE=THISANDFUTURE",
            ),
        ],
        ["18 10", "19 10"],
    ),
    "one date, with the rule written again": (
        [
            DAILY,
            change(f"{NY}20270119T100000", f"{NY}20270119T150000", "RRULE:FREQ=DAILY"),
        ],
        ["18 10", "19 15", "20 10", "21 10", "22 10"],
    ),
    "left out in another zone": (
        [f"{DAILY}\nEXDATE;TZID=Asia/Tokyo:20270120T000000"],
        ["18 10", "20 10", "21 10", "22 10"],
    ),
    "added on a day": (
        [f"{DAILY}\nRDATE;VALUE=DATE:20270124"],
        ["18 10", "19 10", "20 10", "21 10", "22 10", "24 10"],
    ),
}


@pytest.mark.parametrize(("events", "found"), CHANGED.values(), ids=CHANGED)
def test_dates_of_a_series_are_changed(events: list[str], found: list[str]) -> None:
    assert [each[3:8] for each in starts(*events)] == found


def test_whole_days_are_left_out_by_instants() -> None:
    """In the zone they are written in, or in UTC, where midnight is the host's."""
    event = "DTSTART;VALUE=DATE:20270118\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE{}"
    rest = ["01-18", "01-20", "01-21", "01-22"]

    for date in (
        ";TZID=Europe/Berlin:20270119T000000",
        ":20270118T230000Z",
        ":20270119T000000Z",
    ):
        assert days(event.format(date), zone=BERLIN) == rest


def test_a_period_has_a_length_of_its_own() -> None:
    event = (
        f"{TEN.format(18)}\nRDATE;VALUE=PERIOD:20270119T150000Z/PT3H,"
        "20270120T150000Z/20270120T170000Z"
    )

    assert spans(event) == [
        *("01-18 10:00/01-18 11:00", "01-19 10:00/01-19 13:00"),
        "01-20 10:00/01-20 12:00",
    ]


# -- clock changes ---------------------------------------------------------------------

NIGHTS = "DTSTART;TZID=America/New_York:2027{}T220000\n{}\nRRULE:FREQ=DAILY;COUNT=2"
IN_THE_GAP = "DTSTART;TZID={}:{}\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3"
CLOCKS = {
    "8 h by their end, in spring": (
        NIGHTS.format("0312", "DTEND;TZID=America/New_York:20270313T060000"),
        ["03-12 22:00/03-13 06:00", "03-13 22:00/03-14 07:00"],
    ),
    "8 h by their end, in autumn": (
        NIGHTS.format("1105", "DTEND;TZID=America/New_York:20271106T060000"),
        ["11-05 22:00/11-06 06:00", "11-06 22:00/11-07 05:00"],
    ),
    "8 h by their length, in spring": (
        NIGHTS.format("0312", "DURATION:PT8H"),
        ["03-12 22:00/03-13 06:00", "03-13 22:00/03-14 07:00"],
    ),
    "8 h by their length, in autumn": (
        NIGHTS.format("1105", "DURATION:PT8H"),
        ["11-05 22:00/11-06 06:00", "11-06 22:00/11-07 05:00"],
    ),
    "24 h": (
        NIGHTS.format("0312", "DURATION:PT24H"),
        ["03-12 22:00/03-13 22:00", "03-13 22:00/03-14 23:00"],
    ),
    "36 h": (
        NIGHTS.format("0312", "DURATION:PT36H"),
        ["03-12 22:00/03-14 11:00", "03-13 22:00/03-15 11:00"],
    ),
    "a day": (
        NIGHTS.format("0312", "DURATION:P1D"),
        ["03-12 22:00/03-13 22:00", "03-13 22:00/03-14 22:00"],
    ),
    "a time that is skipped": (
        IN_THE_GAP.format(NEW_YORK, "20270313T023000"),
        [
            *("03-13 02:30/03-13 03:30", "03-14 03:30/03-14 04:30"),
            "03-15 02:30/03-15 03:30",
        ],
    ),
    "a time that comes twice": (
        IN_THE_GAP.format(NEW_YORK, "20271106T013000"),
        [
            *("11-06 01:30/11-06 02:30", "11-07 01:30/11-07 01:30"),
            "11-08 01:30/11-08 02:30",
        ],
    ),
}


@pytest.mark.parametrize(("event", "found"), CLOCKS.values(), ids=CLOCKS)
def test_no_date_shrinks_or_grows_when_the_clocks_change(
    event: str, found: list[str]
) -> None:
    """Lengths were added on the wall, and what the clocks skip was not there."""
    assert spans(event) == found


def test_half_an_hour_that_is_skipped_in_the_south() -> None:
    event = IN_THE_GAP.format(LORD_HOWE, "20271002T021500")

    assert spans(event, zone=LORD_HOWE) == [
        *("10-02 02:15/10-02 03:15", "10-03 02:45/10-03 03:45"),
        "10-04 02:15/10-04 03:15",
    ]


def test_a_series_that_began_in_the_gap_is_there_on_other_days() -> None:
    event = IN_THE_GAP.format(NEW_YORK, "20270314T023000")

    assert starts(event) == ["03-14 03:30", "03-15 02:30", "03-16 02:30"]


# -- clocks that skip an hour or repeat one --------------------------------------------

SPRING, AUTUMN = f"DTSTART{NY}20270314T", f"DTSTART{NY}20271107T"


@pytest.mark.parametrize(
    ("end", "found"),
    [
        ("030000", "03-14 03:30/03-14 04:00"),
        ("031500", "03-14 03:30/03-14 04:15"),
        ("034500", "03-14 03:30/03-14 04:45"),
    ],
)
def test_a_start_that_the_clocks_skip_keeps_its_length(end: str, found: str) -> None:
    """It began before it, or lasted a quarter of an hour."""
    assert spans(f"{SPRING}023000\nDTEND{NY}20270314T{end}") == [found]


def test_a_series_from_a_skipped_start_is_at_its_hour() -> None:
    """All its dates were at 02:00."""
    event = f"{SPRING}023000\nDTEND{NY}20270314T030000\nRRULE:FREQ=DAILY;COUNT=2"

    assert starts(event) == ["03-14 03:30", "03-15 02:30"]


def test_an_end_in_the_repeated_hour_is_the_second_where_it_must_be() -> None:
    """From half past one to one o'clock in winter time; it was read backwards."""
    found = read(f"{AUTUMN}013000\nDTEND{NY}20271107T010000")

    [stretch] = found.stretches
    assert (stretch.span.start.hour, stretch.span.start.minute) == (5, 30)
    assert stretch.span.end.hour == 6
    assert found.remarks == ()


def test_hours_of_a_rule_are_busy_both_times_when_they_repeat() -> None:
    """Time was free from one to two the second time."""
    event = f"{AUTUMN}000000\nDURATION:PT1H\nRRULE:FREQ=HOURLY;COUNT=3"

    assert len(set(read(event).stretches)) == 4


# -- parts that are bad, and others that are whole -------------------------------------


def test_a_bad_rule_leaves_the_other_dates() -> None:
    """Not one of the event's dates was busy."""
    found = read(f"{TEN.format(18)}\nRRULE:FREQ=FOO\nRDATE{NY}20270120T100000")

    assert [s.span.start.day for s in found.stretches] == [18, 20]
    assert [tuple(each) for each in found.skipped] == [
        ("x", 2, "its rule cannot be read")
    ]


def test_one_date_can_be_cancelled_without_saying_when_it_was() -> None:
    """RFC 5546 asks for no DTSTART there; the date stayed busy."""
    cancel = f"UID:x\nRECURRENCE-ID{NY}20270119T100000\nSTATUS:CANCELLED"

    assert days(DAILY, cancel) == ["01-18", "01-20", "01-21", "01-22"]


# -- calendars of a size that offices have ---------------------------------------------


def test_thousands_of_series_without_an_end_are_read_whole() -> None:
    """They were read in part: 100,000 dates, and less work, were all that fitted."""
    weekly = [
        f"DTSTART;TZID=Europe/Berlin:2020{n % 12 + 1:02}{n % 28 + 1:02}T{n % 24:02}0000"
        "\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=20300101T000000Z"
        for n in range(1_500)
    ]
    monthly = ["DTSTART:20200115T100000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY"] * 3_000

    found = read(*weekly, *monthly)

    assert found.skipped == ()
    assert found.events == 4_500
