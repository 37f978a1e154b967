"""Events of a calendar read as bookings: hostile files, and rules of every kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calbook.core.errors import CalbookError
from calbook.core.imports import Content
from calbook.core.time import recurrence, times
from calbook.ical.reading.booked_series import Limits
from calbook.ical.reading.bookings import Manner, read_bookings

FILES = Path(__file__).parents[1] / "data" / "coming"
LINES = (FILES / "calendar.ics").read_bytes().split(b"\n")
LINES += (FILES / "google.ics").read_bytes().split(b"\n")
HOW = Manner(
    "Europe/Lisbon",
    frozenset({"grace@example.com"}),
    Limits(50, datetime(2027, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)),
)


def read(*events: str, how: Manner = HOW) -> Content:
    text = "".join(f"BEGIN:VEVENT\r\n{each}END:VEVENT\r\n" for each in events)
    return read_bookings(f"BEGIN:VCALENDAR\r\n{text}END:VCALENDAR\r\n".encode(), how)


def series(rule: str, more: str = "") -> str:
    start = "DTSTART;TZID=Europe/Lisbon:20270104T090000\r\nDURATION:PT30M\r\n"
    return f"UID:s\r\n{start}RRULE:{rule}\r\n{more}"


@given(
    st.lists(st.sampled_from(LINES) | st.binary(max_size=30), max_size=60),
    st.booleans(),
)
def test_any_lines_are_bookings_or_refused(lines: list[bytes], google: bool) -> None:
    data = b"BEGIN:VCALENDAR\n" + b"\n".join(lines) + b"\nEND:VCALENDAR\n"
    try:
        found = read_bookings(data, HOW._replace(only_appointments=google))
    except CalbookError:
        return
    for booking in found.bookings:
        assert booking.dates
        for date in booking.dates:
            assert timedelta() <= date.end - date.start <= timedelta(days=1)


@given(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY"]),
    st.integers(1, 3),
    st.sampled_from(
        [
            *("", ";BYDAY=MO", ";BYDAY=MO,WE,FR", ";BYDAY=1MO", ";BYMONTHDAY=4,20"),
            *(";BYMONTH=1,3", ";BYDAY=-1MO", ";BYSETPOS=1;BYDAY=MO,TU", ";WKST=SU"),
        ]
    ),
    st.sampled_from(["", ";COUNT=7", ";UNTIL=20270401T080000Z", ";UNTIL=20270330"]),
)
def test_a_rule_comes_to_its_dates_whatever_it_is(
    frequency: str, interval: int, parts: str, end: str
) -> None:
    found = read(series(f"FREQ={frequency};INTERVAL={interval}{parts}{end}"))

    starts = [d.start for b in found.bookings for d in b.dates]
    assert len(starts) == len(set(starts)) <= 50
    for booking in found.bookings:
        if booking.rule is None:
            continue
        zone = booking.timezone or ""
        first = times.wall_time(booking.dates[0].key, zone)
        own = [s.instant for s in recurrence.starts(booking.rule, first, zone)]
        assert own == [date.key for date in booking.dates]


def test_a_long_series_keeps_the_dates_of_this_year() -> None:
    daily = series("FREQ=DAILY").replace("20270104", "20200104")

    [booking] = read(daily).bookings

    assert booking.dates[0].start == datetime(2027, 1, 1, 9, tzinfo=UTC)
    assert len(booking.dates) == 50


def test_of_two_revisions_of_an_event_the_newer_counts() -> None:
    old, new = (
        f"UID:a\r\nSEQUENCE:{n}\r\nDTSTART:2027011{n}T090000Z\r\nDURATION:PT1H\r\n"
        for n in (1, 2)
    )

    for events in ((old, new), (new, old)):
        [booking] = read(*events).bookings
        assert booking.dates[0].start == datetime(2027, 1, 12, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("people", "who", "hosts"),
    [
        ("ORGANIZER:mailto:grace@example.com\r\nATTENDEE:mailto:a@x.example\r\n",
         ["a@x.example"], ("grace@example.com",)),
        ("ORGANIZER:mailto:a@x.example\r\nATTENDEE:MAILTO:Grace@Example.com\r\n",
         ["a@x.example"], ("Grace@Example.com",)),
        ("ORGANIZER:mailto:else@x.example\r\nATTENDEE:mailto:a@x.example\r\n",
         ["a@x.example"], ()),
        ("ATTENDEE;PARTSTAT=DECLINED:mailto:a@x.example\r\n", [], ()),
        ("ATTENDEE;CUTYPE=RESOURCE:mailto:a@x.example\r\n", [], ()),
        ("ATTENDEE;CN=Ada;EMAIL=a@x.example:/principals/ada\r\n", ["a@x.example"], ()),
    ],
)  # fmt: skip
def test_who_comes_is_no_host(people: str, who: list[str], hosts: tuple[str]) -> None:
    event = f"UID:a\r\nDTSTART:20270118T090000Z\r\nDURATION:PT1H\r\n{people}"

    [booking] = read(event).bookings

    assert [p.email for p in booking.people] == who
    assert booking.hosts == hosts


@pytest.mark.parametrize("year", ["0001", "1969", "9500", "9999"])
def test_years_that_calbook_has_not_are_left_out(year: str) -> None:
    found = read(f"UID:a\r\nDTSTART:{year}0118T090000Z\r\nDURATION:PT1H\r\n")

    assert (found.bookings, len(found.left_out)) == ((), 1)
