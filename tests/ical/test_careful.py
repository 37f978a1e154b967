"""Better too busy than booked twice: what is left out of a calendar may block too."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from calbook.core.busy import CalendarContent
from calbook.core.model import Span
from calbook.ical.reading.busy_times import read_busy_times
from calbook.ical.reading.objects import read_busy_objects

WINDOW = Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
START = "DTSTART:20270118T150000Z"
HOUR = "01-18T15:00/01-18T16:00"
BERLIN = (
    "BEGIN:VTIMEZONE\nTZID:Bureau\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
    "TZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n"
)


def read(data: str, **options: bool) -> CalendarContent:
    return read_busy_times(
        f"BEGIN:VCALENDAR\n{data}END:VCALENDAR\n".encode(),
        timezone="America/New_York",
        window=WINDOW,
        email="grace@example.com",
        **options,
    )


def event(lines: str, kind: str = "VEVENT") -> str:
    return f"BEGIN:{kind}\nUID:a\n{lines}\nEND:{kind}\n"


def spans(found: CalendarContent) -> list[str]:
    """In UTC, in order."""
    return sorted(
        f"{s.span.start:%m-%dT%H:%M}/{s.span.end:%m-%dT%H:%M}" for s in found.stretches
    )


LEFT_OUT = {
    "a bad end": (f"{START}\nDTEND:soon", HOUR),
    "a bad length": (f"{START}\nDURATION:PT1", HOUR),
    "a bad end, a length": (
        f"{START}\nDTEND:soon\nDURATION:PT2H",
        "01-18T15:00/01-18T17:00",
    ),
    "an end the day before": (f"{START}\nDTEND:20270117T150000Z", HOUR),
    "a bad end of a day": (
        "DTSTART;VALUE=DATE:20270118\nDTEND:x",
        "01-18T05:00/01-19T05:00",
    ),
    "whole days": (
        "DTSTART;VALUE=DATE:20270118\nDURATION:P2D\nRECURRENCE-ID:x",
        "01-18T05:00/01-20T05:00",
    ),
    "a bad date of a series": (
        f"{START}\nDTEND:20270118T170000Z\nRECURRENCE-ID:x",
        "01-18T15:00/01-18T17:00",
    ),
    "too many dates": (f"{START}\nDURATION:PT1H\nRRULE:FREQ=SECONDLY", HOUR),
}


@pytest.mark.parametrize(("lines", "span"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_is_left_out_blocks_from_its_start_to_its_end(
    lines: str, span: str
) -> None:
    careless, careful = read(event(lines)), read(event(lines), careful=True)

    assert (spans(careless), spans(careful)) == ([], [span])
    [left_out] = careless.skipped
    said = f"{left_out.reason}: its own time is busy all the same"
    assert careful.skipped == (left_out._replace(reason=said),)


def test_two_starts_are_both_busy() -> None:
    lines = f"{START}\nDTSTART:20270119T150000Z"

    found = read(event(lines), careful=True)

    assert spans(found) == [HOUR, "01-19T15:00/01-19T16:00"]


def test_a_kind_that_is_not_known_may_be_an_event() -> None:
    lines = event(f"{START}\nDURATION:PT1H", "VEVNT")

    assert spans(read(lines)) == []
    assert spans(read(lines, careful=True)) == [HOUR]


FREE = ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"]
FREE += ["ATTENDEE;PARTSTAT=DECLINED:mailto:grace@example.com"]


@pytest.mark.parametrize("line", FREE)
def test_what_leaves_the_host_free_never_blocks(line: str) -> None:
    found = read(event(f"{START}\nDTEND:soon\n{line}"), careful=True)

    assert (spans(found), len(found.skipped)) == ([], 1)
    off = read(f"METHOD:CANCEL\n{event(START + chr(10) + 'DTEND:x')}", careful=True)
    assert spans(off) == []


@pytest.mark.parametrize("lines", ["SUMMARY:x", "DTSTART:never", "DTSTART;X=:2027"])
def test_without_a_start_nothing_is_busy(lines: str) -> None:
    found = read(event(lines), careful=True)

    assert (spans(found), len(found.skipped)) == ([], 1)
    assert "busy" not in found.skipped[0].reason


def test_bounds_of_free_busy_that_cannot_be_read_are_no_busy_time() -> None:
    """They are what was asked for: a whole quarter would be blocked."""
    asked = "DTSTART:20270101T000000Z\nDTEND:20270401T000000Z"

    found = read(event(f"{asked}\nFREEBUSY:x", "VFREEBUSY"), careful=True)

    assert (spans(found), len(found.skipped)) == ([], 1)


def test_an_unknown_zone_blocks_in_each_that_may_be_meant() -> None:
    """The calendar's own, the host's, and those that it describes."""
    lines = "DTSTART;TZID=Mitteland:20270118T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY"
    data = f"X-WR-TIMEZONE:Asia/Tokyo\n{BERLIN}{event(lines + ';COUNT=2')}"

    found = read(data)

    assert spans(found) == [
        f"01-{day}T{hour:02}:00/01-{day}T{hour + 1:02}:00"
        for day in (18, 25)
        for hour in (1, 9, 15)
    ]
    assert (found.events, found.free, found.skipped) == (1, 0, ())
    assert [each.reason for each in found.remarks] == [
        "its time zone Mitteland is not known: read in Asia/Tokyo and in Bureau"
        " and in America/New_York"
    ]


def test_a_zone_that_is_known_is_read_once() -> None:
    lines = "DTSTART;TZID=Bureau:20270118T100000\nDURATION:PT1H"

    found = read(BERLIN + event(lines))

    assert (spans(found), found.remarks) == (["01-18T09:00/01-18T10:00"], ())


def test_what_is_free_in_an_unknown_zone_is_counted_once() -> None:
    lines = "DTSTART;TZID=Mitteland:20270118T100000\nTRANSP:TRANSPARENT"

    found = read(BERLIN + event(lines))

    assert (spans(found), found.events, found.free) == ([], 1, 1)


def test_titles_are_kept_of_what_is_left_out_too() -> None:
    found = read(event(f"{START}\nDTEND:x\nSUMMARY:Lunch"), careful=True)
    shown = read(
        event(f"{START}\nDTEND:x\nSUMMARY:Lunch"), careful=True, shows_text=True
    )

    assert [s.text for s in (*found.stretches, *shown.stretches)] == [None, "Lunch"]


def test_an_object_that_was_cut_short_blocks_its_own_time() -> None:
    whole = f"BEGIN:VCALENDAR\n{event(f'{START}{chr(10)}DURATION:PT1H')}END:VCALENDAR\n"
    objects = [("a.ics", whole.partition("END:VEVENT")[0].encode())]
    options: dict[str, Any] = {"timezone": "America/New_York", "window": WINDOW}

    careless = read_busy_objects(objects, **options)
    careful = read_busy_objects(objects, **options, careful=True)

    assert (spans(careless), spans(careful)) == ([], [HOUR])
    assert careful.skipped[0].reason.endswith(": its own time is busy all the same")
