"""Other people's calendars: their quirks, their mistakes, and what is meant badly.

Beside small files written here, those that icalendar and recurring-ical-events ship.
"""

from __future__ import annotations

import random
import re
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
import recurring_ical_events

from calbook import BusyCalendar, Client, errors
from calbook.core.model import DAY, Span
from calbook.core.time import open_hours, times
from calbook.ical.reading import busy_times

if TYPE_CHECKING:
    from conftest import Clock

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def zone(client: Client) -> str:
    """A zone that no test runs in, and one in which the clocks change."""
    client.set_up(timezone="America/New_York", email="Grace@example.com")
    return "America/New_York"


def ics(*events: str, head: str = "", kind: str = "VEVENT") -> bytes:
    """A calendar of events with a line for each property."""
    inner = "".join(f"BEGIN:{kind}\n{event}\nEND:{kind}\n" for event in events)
    lines = f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}\n{inner}END:VCALENDAR\n"
    return lines.replace("\n\n", "\n").replace("\n", "\r\n").encode()


def imported(client: Client, data: bytes, **fields: Any) -> BusyCalendar:
    return client.calendar.busy.import_ics(data, name="work", **fields)


def spans(client: Client, data: bytes, **fields: Any) -> list[str]:
    """The busy stretches as `start/end`, to the minute, in New York."""
    imported(client, data, **fields)
    found = client.calendar.busy.times(start_date="2020-01-01", end_date="2030-12-31")
    return [f"{each.start_time[:16]}/{each.end_time[:16]}" for each in found]


# -- when an event is ------------------------------------------------------------------

WEST = (
    "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
    "TZOFFSETFROM:-0300\nTZOFFSETTO:-0300\nEND:STANDARD\nEND:VTIMEZONE"
)
QUOTED = WEST.replace("TZID:Own", r"TZID:(UTC-03:00) A\, B")
TIMES = {
    "in UTC": ("DTSTART:20270118T150000Z\nDTEND:20270118T160000Z", ""),
    "in a zone": (
        "DTSTART;TZID=Europe/Berlin:20270118T160000\n"
        "DTEND;TZID=Europe/Berlin:20270118T170000",
        "",
    ),
    "ending in another zone": (
        "DTSTART;TZID=Europe/Berlin:20270118T160000\n"
        "DTEND;TZID=Asia/Tokyo:20270119T010000",
        "",
    ),
    "with a length": ("DTSTART:20270118T150000Z\nDURATION:PT1H", ""),
    "floating, in the host's zone": (
        "DTSTART:20270118T100000\nDTEND:20270118T110000",
        "",
    ),
    "floating, in the calendar's zone": (
        "DTSTART:20270118T160000\nDTEND:20270118T170000",
        "X-WR-TIMEZONE;VALUE=TEXT:Europe/Berlin",
    ),
    "floating, in a calendar's zone that is none": (
        "DTSTART:20270118T100000\nDTEND:20270118T110000",
        "X-WR-TIMEZONE:Mars/Olympus",
    ),
    "in a zone by Windows' name": (
        "DTSTART;TZID=W. Europe Standard Time:20270118T160000\nDURATION:PT1H",
        "",
    ),
    "in a zone with a maker's name before it": (
        "DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20270118T160000\n"
        "DURATION:PT1H",
        "",
    ),
    "in a zone that the file describes": (
        "DTSTART;TZID=Own:20270118T120000\nDTEND;TZID=Own:20270118T130000",
        WEST,
    ),
    "in a zone whose name is quoted": (
        'DTSTART;TZID="(UTC-03:00) A, B":20270118T120000\nDURATION:PT1H',
        QUOTED,
    ),
    "in a zone whose name is quoted and escaped": (
        'DTSTART;TZID="(UTC-03:00) A\\, B":20270118T120000\nDURATION:PT1H',
        QUOTED,
    ),
    "in a zone that is an offset": (
        "DTSTART;TZID=UTC+01:20270118T160000\nDURATION:PT1H",
        "",
    ),
    "in UTC, with a zone beside": (
        "DTSTART;TZID=Europe/Berlin:20270118T150000Z\nDURATION:PT1H",
        "",
    ),
    "the wrong way round": ("DTSTART:20270118T160000Z\nDTEND:20270118T150000Z", ""),
}


@pytest.mark.parametrize(("event", "head"), TIMES.values(), ids=TIMES)
def test_an_hour_is_busy(client: Client, event: str, head: str) -> None:
    found = spans(client, ics(event, head=head))

    assert found == ["2027-01-18T10:00/2027-01-18T11:00"]


DAYS = {
    "a day": ("DTSTART;VALUE=DATE:20270118", "2027-01-18T00:00/2027-01-19T00:00"),
    "a day that ends when it begins": (
        "DTSTART;VALUE=DATE:20270118\nDTEND;VALUE=DATE:20270118",
        "2027-01-18T00:00/2027-01-19T00:00",
    ),
    "a day without VALUE": (
        "DTSTART:20270118\nDTEND:20270119",
        "2027-01-18T00:00/2027-01-19T00:00",
    ),
    "a day with a zone": (
        "DTSTART;TZID=Europe/Berlin;VALUE=DATE:20270118",
        "2027-01-18T00:00/2027-01-19T00:00",
    ),
    "a week by its length": (
        "DTSTART;VALUE=DATE:20270118\nDURATION:P1W",
        "2027-01-18T00:00/2027-01-25T00:00",
    ),
    "a short day": (
        "DTSTART;VALUE=DATE:20270314",
        "2027-03-14T00:00/2027-03-15T00:00",
    ),
    "half a day by its length": (
        "DTSTART;VALUE=DATE:20270118\nDURATION:PT12H",
        "2027-01-18T00:00/2027-01-18T12:00",
    ),
    "hours over the change": (
        "DTSTART;TZID=America/New_York:20270313T220000\nDURATION:PT8H",
        "2027-03-13T22:00/2027-03-14T07:00",
    ),
    "a day and an hour over the change": (
        "DTSTART;TZID=America/New_York:20270313T220000\nDURATION:P1DT1H",
        "2027-03-13T22:00/2027-03-14T23:00",
    ),
    "what began before": (
        "DTSTART;VALUE=DATE:20250101\nDTEND;VALUE=DATE:20270118",
        "2026-12-04T00:00/2027-01-18T00:00",
    ),
    "what never ends": (
        "DTSTART;VALUE=DATE:20281231\nDTEND;VALUE=DATE:99991231",
        "2028-12-31T00:00/2029-01-04T00:00",
    ),
}


@pytest.mark.parametrize(("event", "found"), DAYS.values(), ids=DAYS)
def test_days_are_the_host_s(client: Client, event: str, found: str) -> None:
    assert spans(client, ics(event)) == [found]


def test_a_day_that_the_host_s_zone_skipped_is_no_time(clock: Clock) -> None:
    window = Span(datetime(2011, 12, 1, tzinfo=UTC), datetime(2012, 2, 1, tzinfo=UTC))
    days = [f"DTSTART;VALUE=DATE:201112{day}" for day in (29, 30, 31)]

    found = busy_times.read_busy_times(
        ics(*days), timezone="Pacific/Apia", window=window
    )

    assert [str(s.span.start) for s in found.stretches] == [
        "2011-12-29 10:00:00+00:00",
        "2011-12-30 10:00:00+00:00",
    ]
    assert {s.span.end - s.span.start for s in found.stretches} == {DAY}


def test_a_moment_without_an_end_takes_no_time(client: Client) -> None:
    found = imported(client, ics("DTSTART:20270118T150000Z"))

    assert (found.events, found.stretches, found.skipped_count) == (1, 0, 0)


# -- series ----------------------------------------------------------------------------

WEEKLY = (
    "UID:w\nDTSTART;TZID=America/New_York:20270308T100000\n"
    "DTEND;TZID=America/New_York:20270308T110000\nRRULE:FREQ=WEEKLY;COUNT=4"
)
MOVED = (
    "UID:w\nRECURRENCE-ID;TZID=America/New_York:20270315T100000\n"
    "DTSTART;TZID=America/New_York:20270316T120000\nDURATION:PT30M"
)
SERIES = {
    "over the change": ([WEEKLY], ["08T10", "15T10", "22T10", "29T10"]),
    "with a date left out": (
        [f"{WEEKLY}\nEXDATE;TZID=America/New_York:20270315T100000"],
        ["08T10", "22T10", "29T10"],
    ),
    "with a date left out in UTC": (
        [f"{WEEKLY}\nEXDATE:20270315T140000Z"],
        ["08T10", "22T10", "29T10"],
    ),
    "with a day left out": (
        [f"{WEEKLY}\nEXDATE;VALUE=DATE:20270315,20270322"],
        ["08T10", "29T10"],
    ),
    "with nothing left out": (
        [f"{WEEKLY}\nEXDATE:"],
        ["08T10", "15T10", "22T10", "29T10"],
    ),
    "with a date more": (
        [f"{WEEKLY}\nRDATE;TZID=America/New_York:20270310T150000"],
        ["08T10", "10T15", "15T10", "22T10", "29T10"],
    ),
    "with a date that moved": ([WEEKLY, MOVED], ["08T10", "16T12", "22T10", "29T10"]),
    "with a date that moved, told first": (
        [MOVED, WEEKLY],
        ["08T10", "16T12", "22T10", "29T10"],
    ),
    "with a date that was cancelled": (
        [WEEKLY, f"{MOVED}\nSTATUS:CANCELLED"],
        ["08T10", "22T10", "29T10"],
    ),
    "with a date that leaves one free": (
        [WEEKLY, f"{MOVED}\nTRANSP:TRANSPARENT"],
        ["08T10", "22T10", "29T10"],
    ),
    "that is free but for one date": (
        [f"{WEEKLY}\nTRANSP:TRANSPARENT", f"{MOVED}\nTRANSP:OPAQUE"],
        ["16T12"],
    ),
    "moved from a date on": (
        [WEEKLY, MOVED.replace("RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE")],
        ["08T10", "16T12", "23T12", "30T12"],
    ),
    "of which one date alone is there": ([MOVED], ["16T12"]),
    "with blanks in its rule": (
        [WEEKLY.replace("FREQ=WEEKLY;", "FREQ=WEEKLY;BYDAY=MO, TU ;")],
        ["08T10", "09T10", "15T10", "16T10"],
    ),
    "with its rule twice": (
        [f"{WEEKLY}\nRRULE:FREQ=WEEKLY;COUNT=4"],
        ["08T10", "15T10", "22T10", "29T10"],
    ),
}


@pytest.mark.parametrize(("events", "starts"), SERIES.values(), ids=SERIES)
def test_a_series_is_expanded(
    client: Client, events: list[str], starts: list[str]
) -> None:
    found = spans(client, ics(*events))

    assert [span[8:13] for span in found] == starts


def test_utc_recurs_by_the_clocks_of_a_calendar_that_has_a_zone(client: Client) -> None:
    event = "DTSTART:20270308T150000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2"

    assert [each[11:16] for each in spans(client, ics(event))] == ["10:00", "11:00"]
    assert [
        each[11:16]
        for each in spans(client, ics(event, head="X-WR-TIMEZONE:America/New_York"))
    ] == ["10:00", "10:00"]


def test_an_endless_series_ends_where_the_host_can_be_booked_last(
    client: Client,
) -> None:
    daily = ics("DTSTART;VALUE=DATE:20150101\nRRULE:FREQ=DAILY")
    client.calendar.event_types.create("near", maximum_advance=10)

    first = imported(client, daily)
    client.calendar.event_types.create("far", maximum_advance=1_000)
    client.calendar.hosts.create("ann")
    client.calendar.event_types.create("ann", maximum_advance=2_000, hosts=["ann"])
    second = imported(client, daily, host_id="me")

    assert first.start_time == second.start_time == "2026-12-04T00:00:00-05:00"
    assert first.end_time == first.horizon == "2029-01-04T00:00:00-05:00"
    assert second.end_time == second.horizon == "2029-10-01T00:00:00-04:00"


# -- who is free all the same ----------------------------------------------------------

AT_TEN = "UID:x\nDTSTART:20270118T150000Z\nDTEND:20270118T160000Z"
OFF = "ATTENDEE;PARTSTAT=DECLINED;CN=Grace:mailto:grace@EXAMPLE.com"
LEFT = {
    "transparent": ("TRANSP:TRANSPARENT", 0),
    "cancelled": ("STATUS:CANCELLED", 0),
    "free in Outlook": ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", 0),
    "working elsewhere": ("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", 0),
    "declined by the host": (OFF, 0),
    "declined by another": (OFF.replace("grace", "bob"), 1),
    "accepted by the host": (OFF.replace("DECLINED", "ACCEPTED"), 1),
    "opaque": ("TRANSP:OPAQUE", 1),
    "tentative": ("STATUS:TENTATIVE\nX-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", 1),
    "out of the office": ("X-MICROSOFT-CDO-BUSYSTATUS:OOF", 1),
    "opaque, working elsewhere": (
        "TRANSP:OPAQUE\nX-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE",
        1,
    ),
    "of a word that is none": ("TRANSP:MAYBE\nSTATUS:", 1),
}


@pytest.mark.parametrize(("line", "stretches"), LEFT.values(), ids=LEFT)
def test_not_every_event_keeps_its_host(
    client: Client, line: str, stretches: int
) -> None:
    found = imported(client, ics(f"{AT_TEN}\n{line}"))

    assert (found.stretches, found.free) == (stretches, 1 - stretches)


def test_a_calendar_that_takes_events_out_keeps_nobody(client: Client) -> None:
    assert imported(client, ics(AT_TEN, head="METHOD:CANCEL")).stretches == 0


def test_times_that_are_busy_count_without_events(client: Client) -> None:
    block = (
        "UID:fb\nFREEBUSY:20270118T150000Z/20270118T160000Z,20270119T150000Z/PT1H\n"
        "FREEBUSY;FBTYPE=FREE:20270120T150000Z/PT1H\n"
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20270121T150000Z/PT30M"
    )

    assert spans(client, ics(block, kind="VFREEBUSY")) == [
        "2027-01-18T10:00/2027-01-18T11:00",
        "2027-01-19T10:00/2027-01-19T11:00",
        "2027-01-21T10:00/2027-01-21T10:30",
    ]


def test_tasks_journals_and_alarms_are_no_events(client: Client) -> None:
    alarm = "BEGIN:VALARM\nTRIGGER:-PT15M\nDTSTART:20270120T150000Z\nEND:VALARM"
    data = ics(f"{AT_TEN}\n{alarm}").replace(
        b"BEGIN:VEVENT",
        b"BEGIN:VTODO\r\nDTSTART:20270119T150000Z\r\nDUE:20270119T160000Z\r\n"
        b"END:VTODO\r\nBEGIN:VJOURNAL\r\nDTSTART:20270119\r\nEND:VJOURNAL\r\n"
        b"BEGIN:VEVENT",
    )

    found = imported(client, data)

    assert (found.events, found.stretches) == (1, 1)


def test_calbook_s_own_bookings_are_left_out(
    client: Client, booking: Any, clock: Clock
) -> None:
    """They came back from the calendar that the invites were sent to."""
    made = booking(start_time=datetime(2027, 1, 18, 10, tzinfo=UTC))
    feed = client.calendar.bookings.get_feed(host_id="me").encode()
    theirs = feed.replace(made.uid.encode(), b"bk_000000000000")
    client.calendar.event_types.create("ten", hosts=["me"])

    own, other = imported(client, feed), imported(client, theirs)
    client.calendar.bookings.cancel(made.uid)
    again = imported(client, feed)

    assert (own.bookings, own.stretches, own.overlapping) == (1, 0, ())
    assert (other.bookings, other.stretches) == (0, 1)
    assert other.overlapping == (made.uid,)
    assert (again.bookings, again.stretches) == (1, 0)


# -- what is broken, and what is meant badly -------------------------------------------

BROKEN = {
    "no start": ("UID:b", "it has no DTSTART"),
    "a start that is none": ("UID:b\nDTSTART:2027", "DTSTART cannot be read"),
    "a time of day": ("UID:b\nDTSTART:150000Z", "DTSTART cannot be read"),
    "an unclosed quote": (
        'UID:b\nDTSTART;TZID="Europe/Berlin:20270118T150000',
        "DTSTART cannot be read",
    ),
    "two starts": (
        "UID:b\nDTSTART:20270118T150000Z\nDTSTART:20270119T150000Z",
        "DTSTART stands there twice",
    ),
    "a length that is none": (
        "UID:b\nDTSTART:20270118\nDURATION:PT1",
        "DURATION cannot be read",
    ),
    "a rule that is none": (
        "UID:b\nDTSTART:20200118\nRRULE:FREQ=NEVER",
        "its rule cannot be read",
    ),
    "a rule without a step": (
        "UID:b\nDTSTART:20200118\nRRULE:FREQ=DAILY;INTERVAL=0",
        "its rule cannot be read",
    ),
    "a rule of another calendar": (
        "UID:b\nDTSTART:20200118\nRRULE:RSCALE=CHINESE;FREQ=YEARLY",
        "its rule cannot be read",
    ),
    "every second": (
        "UID:b\nDTSTART:20270118T150000Z\nRRULE:FREQ=SECONDLY",
        "it repeats too often",
    ),
    "every second of a day": (
        "UID:b\nDTSTART:20270118T000000Z\nRRULE:FREQ=DAILY;"
        f"BYHOUR={','.join(map(str, range(24)))};"
        f"BYMINUTE={','.join(map(str, range(60)))};"
        f"BYSECOND={','.join(map(str, range(60)))}",
        "it repeats too often",
    ),
    "every minute": (
        "UID:b\nDTSTART:20270118T000000Z\nDURATION:PT30S\n"
        "RRULE:FREQ=MINUTELY;COUNT=60000",
        "it has more than 50,000 dates",
    ),
    "a million dates": (
        "UID:b\nDTSTART:20270118T000000Z\nRDATE:"
        + ",".join(["20270118T000000Z"] * 60_000),
        "it is too long",
    ),
    "a million lines": (
        "UID:b\nDTSTART:20270118T000000Z\n" + "EXDATE:20270118T000000Z\n" * 50_000,
        "it is too long",
    ),
}


@pytest.mark.parametrize(("event", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_event_is_named_and_spoils_no_other(
    client: Client, event: str, reason: str
) -> None:
    found = imported(client, ics(AT_TEN, event, AT_TEN.replace("UID:x", "UID:y")))

    assert (found.events, found.stretches, found.skipped_count) == (3, 1, 1)
    assert found.skipped == [{"uid": "b", "line": 8, "reason": reason}]


@pytest.mark.parametrize(
    ("tzid", "shown"),
    [
        ("Mars/Olympus", "Mars/Olympus"),
        ("Europe", "Europe"),
        ("../../../etc/passwd", "../../../etc/passwd"),
        ("\x9b31m\u202eX", "\\u009b31m\\u202eX"),
    ],
)
def test_a_zone_that_is_unknown_is_the_host_s_or_skipped(
    client: Client, tzid: str, shown: str
) -> None:
    event = f"UID:b\nDTSTART;TZID={tzid}:20270118T100000\nDURATION:PT1H"
    what = f"its time zone {shown} is not known"
    remark = {"uid": "b", "line": 3, "reason": f"{what}: read in America/New_York"}

    guessed = imported(client, ics(event))
    strict = imported(client, ics(event), strict=True)

    assert (guessed.stretches, guessed.skipped_count) == (1, 0)
    assert (guessed.remark_count, guessed.remarks) == (1, [remark])
    assert (strict.stretches, strict.remark_count, strict.strict) == (0, 0, True)
    assert strict.skipped == [{**remark, "reason": what}]


def test_a_calendar_stays_as_strict_as_it_was_imported(
    client: Client, tmp_path: Path
) -> None:
    file = tmp_path / "work.ics"
    file.write_bytes(ics("DTSTART;TZID=Mars:20270118T100000\nDURATION:PT1H"))
    client.calendar.busy.import_ics(file, name="work", strict=True)
    client.calendar.busy.import_ics(file, name="home")

    found = {each.name: each for each in client.calendar.busy.refresh()}

    assert (found["work"].strict, found["work"].stretches) == (True, 0)
    assert (found["home"].strict, found["home"].stretches) == (False, 1)


def test_a_calendar_stays_as_careful_as_it_was_imported(
    client: Client, tmp_path: Path
) -> None:
    file = tmp_path / "work.ics"
    file.write_bytes(ics("UID:a\nDTSTART:20270118T150000Z\nDTEND:soon"))
    client.calendar.busy.import_ics(file, name="work", careful=True)
    client.calendar.busy.import_ics(file, name="home")

    found = {each.name: each for each in client.calendar.busy.refresh()}

    assert (found["work"].careful, found["work"].stretches) == (True, 1)
    assert (found["home"].careful, found["home"].stretches) == (False, 0)
    assert [each.skipped_count for each in found.values()] == [1, 1]
    times = client.calendar.busy.times(start_date="2027-01-18", end_date="2027-01-18")
    assert [each.start_time for each in times] == ["2027-01-18T10:00:00-05:00"]


def test_nothing_is_strict_and_careful_at_once(client: Client) -> None:
    with pytest.raises(
        errors.UsageError, match="strict and careful exclude each other"
    ):
        imported(client, ics(""), strict=True, careful=True)


def test_what_has_no_uid_is_named_by_its_line_alone(client: Client) -> None:
    found = imported(client, ics("SUMMARY:Secret", "UID:\nSUMMARY:Secret"))

    assert found.skipped == [
        {"uid": None, "line": 3, "reason": "it has no DTSTART"},
        {"uid": None, "line": 6, "reason": "it has no DTSTART"},
    ]


def test_what_is_broken_beside_the_time_does_no_harm(client: Client) -> None:
    junk = (
        "SEQUENCE:x\nSTATUS;:\nATTENDEE;DECLINED:::\nATTACH;;=:\nno colon\n"
        "SUMMARY;LANGUAGE=\x01:Lunch\nCREATED:never\nX-:\n;:\n:"
    )

    found = imported(client, ics(f"{AT_TEN}\n{junk}"), shows_text=True)

    assert (found.stretches, found.skipped_count) == (1, 0)


def test_a_broken_date_of_a_series_leaves_the_others(client: Client) -> None:
    broken = MOVED.replace("DTSTART", "DTSTARTED")

    found = imported(client, ics(WEEKLY, broken))

    assert (found.stretches, found.skipped_count) == (4, 1)


NEARLY_NOTHING = {
    "no date": "DTSTART:20270118T150000Z\nRRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
    "no date left, after a billion": "DTSTART:19700101T000000Z\n"
    "RRULE:FREQ=SECONDLY;COUNT=999999999",
    "no second place in a second": "DTSTART:20270118T150000Z\n"
    "RRULE:FREQ=SECONDLY;BYSETPOS=2;COUNT=2",
    "one date in years of minutes": "DTSTART:20000101T000000Z\n"
    "RRULE:FREQ=MINUTELY;INTERVAL=15768000;COUNT=1000000",
    "what began in the year 1": "DTSTART:00010101T000000Z\nRRULE:FREQ=DAILY;COUNT=1000",
}


@pytest.mark.parametrize("event", NEARLY_NOTHING.values(), ids=NEARLY_NOTHING)
def test_rules_with_hardly_a_date_cost_no_eternity(client: Client, event: str) -> None:
    """Each was followed to the year 9999, or date by date from its start."""
    events = [f"UID:{n}\n{event}" for n in range(3)]

    found = imported(client, ics(*events, AT_TEN))

    assert (found.stretches, found.skipped) == (1, [])


def test_a_zone_that_changes_every_second_does_so_once(client: Client) -> None:
    rule = "RRULE:FREQ=SECONDLY"
    head = WEST.replace("END:STANDARD", f"{rule}\nEND:STANDARD")

    found = imported(client, ics("DTSTART;TZID=Own:20270118T150000", head=head))

    reason = "its time zone Own is described badly: read as far as it is described"
    assert found.remarks[0]["reason"] == reason


def test_a_zone_is_that_of_its_own_file(client: Client) -> None:
    """The library keeps the zones of one calendar for all that are read later."""
    event = "DTSTART;TZID=Own:20270118T120000\nDURATION:PT1H"
    east = WEST.replace("-0300", "+0300")

    assert spans(client, ics(event, head=WEST)) == ["2027-01-18T10:00/2027-01-18T11:00"]
    assert spans(client, ics(event, head=east)) == ["2027-01-18T04:00/2027-01-18T05:00"]
    assert imported(client, ics(event)).remark_count == 1


CALENDAR = ics(AT_TEN)
REFUSED = {
    "nothing": (b"", "it is not a calendar file"),
    "text": (b"Dear Sir,\r\nno.", "it is not a calendar file"),
    "a page": (b"<html>404</html>", "it is not a calendar file"),
    "bytes": (bytes(range(256)) * 100, "it is not a calendar file"),
    "an event without its beginning": (CALENDAR[32:], "it is not a calendar file"),
    "half of it": (CALENDAR[:-40], "the calendar is cut short"),
    "all but its end": (CALENDAR[:-15], "the calendar is cut short"),
    "deep": (
        CALENDAR.replace(b"BEGIN:VEVENT", b"BEGIN:X\r\n" * 200_000 + b"BEGIN:VEVENT"),
        "the calendar is broken",
    ),
    "another calendar's days": (
        ics(AT_TEN, head="CALSCALE:HEBREW"),
        "only Gregorian calendars can be read",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_calendar_changes_nothing(
    client: Client, data: bytes, message: str
) -> None:
    before = imported(client, CALENDAR)

    with pytest.raises(errors.BadInput, match=f"^{message}"):
        imported(client, data)

    assert client.calendar.busy.list() == (before,)


def test_a_file_that_is_too_large_is_refused(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "large.ics"
    file.write_bytes(CALENDAR)
    with file.open("ab") as more:
        more.truncate(200 * 1024 * 1024)

    with pytest.raises(errors.BadInput, match="at most 33,554,432 fit"):
        client.calendar.busy.import_ics(file, name="work")


def test_a_file_of_too_many_events_is_refused(client: Client) -> None:
    """Each takes memory, however short it is: 100 MB of them took 1.8 GB."""
    with pytest.raises(errors.BadInput, match="at most 100,000 fit"):
        imported(client, ics(AT_TEN) + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 100_000)


FINE = {
    "empty": (ics(), 0),
    "with a mark of its bytes' order": (b"\xef\xbb\xbf" + CALENDAR, 1),
    "with bare line feeds": (CALENDAR.replace(b"\r\n", b"\n"), 1),
    "with blank lines": (b"\r\n \r\n" + CALENDAR.replace(b"\r\n", b"\r\n\r\n"), 1),
    "folded anywhere": (
        CALENDAR.replace(b"DTSTART:2027", b"DTST\r\n ART:20\r\n\t27"),
        1,
    ),
    "in small letters": (
        CALENDAR.lower().replace(b"t1", b"T1").replace(b"0z", b"0Z"),
        1,
    ),
    "without a break at its end": (CALENDAR.rstrip(), 1),
    "twice": (CALENDAR + CALENDAR.replace(b"UID:x", b"UID:z"), 1),
    "with another end": (CALENDAR.replace(b"END:VEVENT", b"END:VEVETN"), 1),
    "in Latin-1": (CALENDAR.replace(b"UID:x", b"UID:x\r\nSUMMARY:Caf\xe9"), 1),
}


@pytest.mark.parametrize(("data", "stretches"), FINE.values(), ids=FINE)
def test_a_calendar_may_look_odd(client: Client, data: bytes, stretches: int) -> None:
    found = imported(client, data)

    assert (found.stretches, found.skipped_count) == (stretches, 0)


def test_a_title_is_one_line_that_fits(client: Client) -> None:
    title = "SUMMARY:" + r"A\n  b\, c " + "x" * 300
    folded = b"UID:y\r\nDTSTART:20270119\r\nSUMMARY:\xc3\r\n \xa9t\xc3\xa9"
    data = ics(f"{AT_TEN}\n{title}", "FOLDED").replace(b"FOLDED", folded)

    imported(client, data, shows_text=True)

    found = client.calendar.busy.times(start_date="2027-01-18", end_date="2027-01-19")
    assert [each.reason for each in found] == [("A b, c " + "x" * 300)[:200], "été"]


def test_noise_is_never_a_traceback() -> None:
    """Bytes changed, lines swapped, left out and doubled."""
    chance = random.Random(7)
    window = Span(NOW - 30 * DAY, NOW + 700 * DAY)
    whole = ics(WEEKLY, MOVED, AT_TEN, head=WEST)
    for _ in range(300):
        lines = whole.split(b"\r\n")
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(lines))
            line = bytearray(lines[at] or b" ")
            line[chance.randrange(len(line))] = chance.randrange(256)
            lines[at : at + chance.randint(0, 1)] = [bytes(line)] * chance.randint(0, 2)
        try:
            found = busy_times.read_busy_times(
                b"\r\n".join(lines), timezone="Europe/Berlin", window=window
            )
        except errors.BadInput:
            continue
        assert all(window.covers(s.span) for s in found.stretches)


# -- how long it takes -----------------------------------------------------------------


def test_thousands_of_events_are_read_in_seconds(client: Client) -> None:
    """One in ten is weekly; measured: 3 s, so this is far from it."""
    events = [
        f"UID:{n}\nDTSTART;TZID=Europe/Berlin:2027{1 + n % 12:02}{1 + n % 28:02}"
        f"T{n % 24:02}0000\nDURATION:PT30M\nSUMMARY:Meeting"
        + "\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE"
        * (n % 10 == 0)
        for n in range(5_000)
    ]
    told: list[tuple[int, int]] = []
    begun = time.process_time()

    found = imported(
        client, ics(*events), progress=lambda done, total: told.append((done, total))
    )

    assert time.process_time() - begun < 30
    assert (found.events, found.skipped_count) == (5_000, 0)
    assert told == [(n, 5_000) for n in range(1, 5_001)]


# -- what the libraries bring along ----------------------------------------------------


def shipped() -> Iterator[Any]:
    """Every calendar file in the tests of the packages that read calendars."""
    for package, place in (
        ("icalendar", ("tests",)),
        ("recurring_ical_events", ("test", "calendars")),
    ):
        yield from _below(resources.files(package).joinpath(*place), package)


def _below(place: Traversable, name: str) -> Iterator[Any]:
    for each in sorted(place.iterdir(), key=lambda each: each.name):
        if each.is_dir():
            yield from _below(each, f"{name}/{each.name}")
        elif each.name.endswith(".ics"):
            yield pytest.param(each, id=f"{name}/{each.name}")


SHIPPED = list(shipped())


def year_of(data: bytes) -> int:
    """The latest year in which something begins, so that it lies in the window."""
    years = [int(year) for year in re.findall(rb"DTSTART[^\n]*?:((?:19|20)\d\d)", data)]
    return min(max([year for year in years if year > 1970], default=2027), 2090)


def test_there_are_calendars_to_try() -> None:
    assert len(SHIPPED) > 200


@pytest.mark.parametrize("file", SHIPPED)
def test_a_calendar_of_the_libraries_is_imported_or_refused(
    client: Client, clock: Clock, file: Traversable
) -> None:
    data = file.read_bytes()
    clock.now = datetime(year_of(data), 1, 1, tzinfo=UTC)

    try:
        found = [imported(client, data, shows_text=True)]
    except errors.BadInput:
        found = []

    assert client.calendar.busy.list() == tuple(found)


def expected(data: bytes, window: Span, timezone: str) -> tuple[Span, ...] | None:
    """Busy time as the libraries by themselves tell it; None where they fail."""

    def instant(value: Any) -> datetime:
        if not isinstance(value, datetime):
            return times.day_start(value, timezone)
        if value.tzinfo is None:
            return times.instant_of_wall(value, timezone)
        return value.astimezone(UTC)

    icalendar.use_zoneinfo()  # forget the zones of other calendars
    near = (window.start - 2 * DAY, window.end + 2 * DAY)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            calendar = icalendar.Calendar.from_ical(data)
            found = recurring_ical_events.of(calendar).between(*near)
        except Exception:
            return None
    spans = []
    for event in found:
        words = {str(event.get(name, "")).upper() for name in ("STATUS", "TRANSP")}
        start, end = instant(event["DTSTART"].dt), instant(event["DTEND"].dt)
        span = Span(max(start, window.start), min(end, window.end))
        if span.start < span.end and not words & {"CANCELLED", "TRANSPARENT"}:
            spans.append(span)
    return open_hours.merge_spans(spans)


ALIKE_BUT = {
    # A series and an older revision of it: both block.
    "issue_148_edge_case_1.ics",
    "issue_148_exdate_and_rdate_updated.ics",
    "issue_148_ignored_exdate.ics",
    # A changed date that the series leaves out, or does not have: it is there.
    "issue_163_deleted_modification.ics",
    "issue_253_additional_recurrence_id.ics",
    # The last day that a date in UNTIL names: the library ends with its midnight.
    "issue_75_range_parameter.ics",
    # RDATE beside RECURRENCE-ID, as Lotus Notes writes it.
    "issue_156_RDATE_with_PERIOD_TZID_khal.ics",
    "issue_156_RDATE_with_PERIOD_TZID_khal_2.ics",
    # A date as RDATE;VALUE=PERIOD of a series in UTC: midnight is the host's.
    "issue_1633_rdate_with_dates.ics",
    # An event alone: its dates that are left out are in UTC, and it is not.
    "event_with_recurrence.ics",
}


def test_most_are_understood_as_the_libraries_do() -> None:
    alike, other = 0, []
    for param in SHIPPED:
        [file] = param.values
        data = file.read_bytes()
        year = year_of(data)
        window = Span(
            datetime(year - 1, 12, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC)
        )
        if b"VFREEBUSY" in data or b"X-MICROSOFT-CDO-BUSYSTATUS:FREE" in data:
            continue  # which the library does not look at
        try:
            found = busy_times.read_busy_times(
                data, timezone="Europe/Berlin", window=window
            )
        except errors.BadInput:
            continue
        wanted = None if found.skipped else expected(data, window, "Europe/Berlin")
        if wanted is None:
            continue
        if open_hours.merge_spans(s.span for s in found.stretches) == wanted:
            alike += 1
        else:
            other.append(file.name)

    assert set(other) <= ALIKE_BUT
    assert alike > 130
