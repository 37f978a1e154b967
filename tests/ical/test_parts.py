"""The parts of one event: what is bad of them is named, and spoils no other."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from calbook.core.busy import CalendarContent
from calbook.core.model import Span
from calbook.ical.reading.busy_times import read_busy_times

WINDOW = Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
NEW_YORK = ZoneInfo("America/New_York")


def read(event: str, kind: str = "VEVENT") -> CalendarContent:
    data = f"BEGIN:VCALENDAR\nBEGIN:{kind}\n{event}\nEND:{kind}\nEND:VCALENDAR\n"
    return read_busy_times(data.encode(), timezone=NEW_YORK.key, window=WINDOW)


def spans(found: CalendarContent) -> list[str]:
    return [
        f"{s.span.start.astimezone(NEW_YORK):%dT%H:%M}"
        f"/{s.span.end.astimezone(NEW_YORK):%dT%H:%M}"
        for s in found.stretches
    ]


TIMES = [
    *(
        "DTSTART: 20270118T150000Z ",
        "DTSTART:\t20270118T150000Z",
        "DTSTART :20270118T150000Z",
    ),
    *(
        "DTSTART:20270118T150000Z,",
        "DTSTART:20270118T150000Z;",
        "DTSTART:20270118t150000z",
    ),
    *(
        "DTSTART:2027-01-18T15:00:00Z",
        "DTSTART:20270118 150000Z",
        "DTSTART:20270118T1500Z",
    ),
    *("DTSTART:20270118T150000+0000", "DTSTART:20270118T160000+01:00"),
    *("DTSTART:20270118T150000.000Z", "DTSTART;FOO:20270118T150000Z"),
    *('DTSTART;X-A="b:c":20270118T150000Z', "DTSTART;TZID=:20270118T100000"),
    *(
        "DTSTART:20270117T240000\nEXDATE:20270117",
        "DTSTART;VALUE=DATE-TIME:20270118T150000Z",
    ),
    "DTSTART:20270118T150000Z\nDTSTART:20270118T150000Z",
]


@pytest.mark.parametrize("start", TIMES)
def test_a_time_may_be_written_oddly(start: str) -> None:
    found = read(f"{start}\nDURATION: pt1h ")

    hour = "00" if "24" in start else "10"
    assert spans(found) == [f"18T{hour}:00/18T{int(hour) + 1:02}:00"]
    assert (found.skipped, found.remarks) == ((), ())


@pytest.mark.parametrize(
    "start",
    [
        *("DTSTART;VALUE=DATE: 20270118", "DTSTART;VALUE=date:20270118"),
        *("DTSTART;VALUE=DATE:20270118T000000", "DTSTART;VALUE=DATE:2027-01-18"),
        "DTSTART:20270118,",
    ],
)
def test_a_day_may_be_written_oddly(start: str) -> None:
    assert spans(read(start)) == ["18T00:00/19T00:00"]


SERIES = (
    "UID:w\nDTSTART;TZID=America/New_York:20270308T100000\nDURATION:PT1H\n"
    "RRULE:FREQ=WEEKLY;COUNT=4\n"
)
WITHOUT = {
    "EXDATE;TZID=America/New_York:20270315T100000,": "15",
    "EXDATE;TZID=America/New_York:,20270315T100000,,20270322T100000": "15 22",
    "EXDATE;TZID=America/New_York: 20270315T100000 , 20270322T100000 ": "15 22",
    "EXDATE;TZID=America/New_York:20270315T100000;20270322T100000": "15 22",
    "EXDATE;VALUE=DATE:20270315,20270322T100000": "15 22",
    "EXDATE;TZID=(UTC-05:00) Eastern Time (US & Canada):20270315T100000": "15",
    "EXDATE:,": "",
}


@pytest.mark.parametrize(("line", "days"), WITHOUT.items())
def test_dates_may_be_left_out_oddly(line: str, days: str) -> None:
    """One comma too many, and the whole series was skipped."""
    found = read(SERIES + line)

    wanted = [day for day in ("08", "15", "22", "29") if day not in days.split()]
    assert [span[:2] for span in spans(found)] == wanted
    assert found.skipped == ()


PARTLY = {
    "EXDATE:foo": (4, "EXDATE FOO"),
    "EXDATE;TZID=America/New_York:20270315T100000,20270332T100000": (
        3,
        "EXDATE 20270332T100000",
    ),
    "EXDATE:20270315T140000Z/PT1H": (4, "EXDATE 20270315T140000Z/PT1H"),
    "RDATE;VALUE=DATE-TIME:20270310T150000Z,x": (5, "RDATE X"),
    "RDATE;VALUE=PERIOD:20270310T150000Z/PT1H,20270311T150000Z/PT-1H": (
        5,
        "RDATE 20270311T150000Z/PT-1H",
    ),
}


@pytest.mark.parametrize(("line", "found"), PARTLY.items())
def test_a_bad_date_is_named_and_spoils_no_other(
    line: str, found: tuple[int, str]
) -> None:
    content = read(SERIES + line)

    assert len(content.stretches) == found[0]
    assert content.skipped == (("w", 2, f"{found[1]} cannot be read"),)


FIRST = "20270118T150000Z/20270118T160000Z"
PERIODS = {
    f"FREEBUSY:{FIRST},bad,20270119T150000Z/PT1H": (2, "BAD"),
    f"FREEBUSY:{FIRST},20270119T150000Z/20270119T140000Z": (
        1,
        "20270119T150000Z/20270119T140000Z",
    ),
    f"FREEBUSY:{FIRST},20270119T150000Z/P": (1, "20270119T150000Z/P"),
    f"FREEBUSY:{FIRST}\nFREEBUSY:20270119T150000Z": (1, "20270119T150000Z"),
    f"FREEBUSY: {FIRST} , 20270119T150000Z / PT1H ,": (2, None),
    f"DTSTART:never\nDTEND:\nFREEBUSY:{FIRST}": (1, None),
    f"FREEBUSY;FBTYPE=free:{FIRST}": (0, None),
    "FREEBUSY:": (0, None),
    "DTSTART:20270118T150000Z\nDTEND:20270118T160000Z": (0, None),
    "DTSTART:20270118T150000Z\nDTEND:20270118T160000Z\nFBTYPE:BUSY-TENTATIVE": (
        1,
        None,
    ),
    "DTSTART:20270118T150000Z\nDTEND:20270118T160000Z\nFBTYPE:FREE": (0, None),
}


@pytest.mark.parametrize(("lines", "found"), PERIODS.items())
def test_a_bad_period_is_named_and_spoils_no_other(
    lines: str, found: tuple[int, str | None]
) -> None:
    """All were lost with it. Radicale writes one for each event, by its bounds."""
    content = read(f"UID:f\n{lines}", "VFREEBUSY")

    named = (
        [] if found[1] is None else [("f", 2, f"FREEBUSY {found[1]} cannot be read")]
    )
    assert len(content.stretches) == found[0]
    assert list(content.skipped) == named


BACKWARDS = {
    "DTSTART;VALUE=DATE:20270118\nDTEND;VALUE=DATE:20270117": "18T00:00/19T00:00",
    "DTSTART;VALUE=DATE:20270118\nDTEND;VALUE=DATE:20270110": "18T00:00/19T00:00",
    "DTSTART;VALUE=DATE:20270118\nDTEND:20270117T150000": "18T00:00/19T00:00",
    "DTSTART;VALUE=DATE:20270118\nDURATION:-P1D": "18T00:00/19T00:00",
    "DTSTART:20270118T100000\nDTEND:20270118T090000": "18T09:00/18T10:00",
    "DTSTART:20270118T100000\nDURATION:-PT1H": "18T09:00/18T10:00",
    "DTSTART:20270118T100000\nDTEND:20270117T110000": None,
    "DTSTART:20270118T100000\nDURATION:-P1D": None,
    "DTSTART:20270118T020000Z\nDTEND:20270117T220000Z": None,
    "DTSTART:20270118T100000\nDTEND;VALUE=DATE:20270117": None,
}


@pytest.mark.parametrize(("event", "span"), BACKWARDS.items())
@pytest.mark.parametrize(
    "rule", ["", "\nRRULE:FREQ=YEARLY;COUNT=2"], ids=["", "series"]
)
def test_what_ends_before_it_begins_takes_its_own_day_or_nothing(
    event: str, span: str | None, rule: str
) -> None:
    """The day before was blocked."""
    found = read(event + rule)

    named = found.remarks if span else found.skipped
    assert spans(found) == ([span] if span else [])
    assert [each.reason.partition(":")[0] for each in named] == [
        "it ends before it begins"
    ]
    assert len(found.remarks) + len(found.skipped) == 1


@pytest.mark.parametrize(
    ("event", "span"),
    [
        ("DTSTART:20270118T100000\nDTEND;VALUE=DATE:20270118", "18T10:00/19T00:00"),
        ("DTSTART:20270118T100000\nDTEND;VALUE=DATE:20270119", "18T10:00/19T00:00"),
        ("DTSTART;VALUE=DATE:20270118\nDTEND:20270118T150000", "18T00:00/18T15:00"),
    ],
)
def test_a_day_and_a_time_may_stand_together(event: str, span: str) -> None:
    found = read(event)

    assert (spans(found), found.skipped, found.remarks) == ([span], (), ())


@pytest.mark.parametrize("status", ["CANCELED", " canceled ", "Cancelled"])
def test_either_spelling_cancels(status: str) -> None:
    found = read(f"DTSTART:20270118T150000Z\nDURATION:PT1H\nSTATUS:{status}")

    assert (found.stretches, found.free) == ((), 1)
