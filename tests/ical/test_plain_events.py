"""Plain events are read at once, to the same as with all the care."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calbook.core.busy import CalendarContent
from calbook.core.errors import BadInput
from calbook.core.model import Span
from calbook.ical.reading import busy_times
from calbook.ical.reading.busy_times import read_busy_times

WINDOW = Span(datetime(1990, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
DATA = Path(__file__).parent.parent / "data"
FILES = sorted(
    file for kind in ("calendar", "import") for file in (DATA / "fuzz" / kind).iterdir()
)
FORMS: list[dict[str, Any]] = [
    {},
    {"shows_text": True, "email": "ada@example.com"},
    {"strict": True, "timezone": "America/New_York"},
    {"careful": True, "timezone": "Africa/Casablanca"},
]


def read(data: bytes, form: dict[str, Any]) -> CalendarContent | str:
    try:
        return read_busy_times(data, **{"timezone": "UTC", "window": WINDOW, **form})
    except BadInput as error:
        return str(error)


def read_with_care(data: bytes, form: dict[str, Any]) -> CalendarContent | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(busy_times, "read_plain_event", lambda block, zones: None)
        return read(data, form)


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_files_of_all_kinds_come_to_the_same(file: Path, form: dict[str, Any]) -> None:
    data = file.read_bytes()

    assert read(data, form) == read_with_care(data, form)


# -- events made of odd lines --------------------------------------------------------

MOMENTS = (
    *("20270118T100000Z", "20270118T103000Z", "20270118T240000Z", "20270118"),
    *("20270314T023000", "20271107T013000", "20271107T030000", "20270118T100060Z"),
    *("2027-01-18T10:00", "20270118t100000z", "20271332T100000Z", "20270118T1000Z"),
    *(" 20270118T110000Z ", "20270118T120000Z,20270118T130000Z", "19500101T000000Z"),
)
PARAMETERS = (
    *("", "", ";TZID=America/New_York", ";TZID=Europe/Berlin", ";TZID=UTC"),
    *(';TZID="America/New_York"', ";VALUE=DATE-TIME", ";TZID=Nowhere", ";TZID="),
    *(";TZID=Eastern Standard Time", ";tzid=Europe/Berlin", ";VALUE=DATE"),
    *(";TZID=/Europe/Berlin", ";X-A=b;TZID=Europe/Berlin", ";TZID=Own"),
)
NAMES = st.sampled_from(["DTSTART", "DTEND", "DTEND", "dtstart", "RECURRENCE-ID"])
DATED = st.builds(
    "{}{}:{}".format, NAMES, st.sampled_from(PARAMETERS), st.sampled_from(MOMENTS)
)
LINES = DATED | st.sampled_from(
    [
        *("UID:a", "UID:b@calbook", "SEQUENCE:2", "STATUS:CANCELLED", "status:free"),
        *("STATUS:CONFIRMED", "TRANSP:TRANSPARENT", "TRANSP:OPAQUE", "TRANSP: opaque"),
        *("SUMMARY:A, b\\, c\\n d", 'SUMMARY;X="a:b":c', "SUMMARY;LANGUAGE=en:e", ":"),
        *("DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20270119T100000Z"),
        *("ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.com", "FBTYPE:FREE", "X:y"),
        *("X-MICROSOFT-CDO-BUSYSTATUS:FREE", "BEGIN:VALARM", "END:VALARM", " folded"),
    ]
)
EVENTS = st.lists(LINES, max_size=7).map(
    lambda lines: [
        *("BEGIN:VEVENT", "DTSTART:20270118T090000Z", *lines),
        *("DTEND:20270118T093000Z", "END:VEVENT"),
    ]
) | st.lists(LINES, max_size=7).map(
    lambda lines: ["BEGIN:VEVENT", *lines, "END:VEVENT"]
)
OWN_ZONE = (
    *("BEGIN:VTIMEZONE", "TZID:Own", "BEGIN:STANDARD", "DTSTART:19960101T000000"),
    *("TZOFFSETFROM:+0300", "TZOFFSETTO:+0300", "END:STANDARD", "END:VTIMEZONE"),
)
BAD_ZONE = (*OWN_ZONE[:2], "BEGIN:DAYLIGHT", "END:DAYLIGHT", *OWN_ZONE[2:])
HEADS = st.sampled_from(
    [(), OWN_ZONE, BAD_ZONE, ("X-WR-TIMEZONE:Europe/Berlin",), ("METHOD:CANCEL",)]
)


def file_of(head: tuple[str, ...], events: list[list[str]]) -> bytes:
    def lines() -> Iterator[str]:
        yield from ("BEGIN:VCALENDAR", "VERSION:2.0", *head)
        for event in events:
            yield from event
        yield "END:VCALENDAR\r\n"

    return "\r\n".join(lines()).encode()


@given(
    head=HEADS,
    events=st.lists(EVENTS, min_size=1, max_size=3),
    form=st.sampled_from(FORMS),
)
@example(
    head=("X-WR-TIMEZONE:America/New_York",),
    events=[["BEGIN:VEVENT", "DTSTART:20271107T063000Z", "DTEND:20271107T073000Z",
             "END:VEVENT"]],
    form={},
)  # fmt: skip
@example(
    head=(),
    events=[["BEGIN:VEVENT", "DTSTART;TZID=America/New_York:20270314T023000",
             "DTEND;TZID=America/New_York:20270314T033000", "END:VEVENT"]],
    form={},
)  # fmt: skip
@example(
    head=(),
    events=[["BEGIN:VEVENT", "DTSTART:20270118T100000Z", "DTEND:20270118T093000Z",
             "END:VEVENT"]],
    form={},
)  # fmt: skip
@example(
    head=BAD_ZONE,
    events=[["BEGIN:VEVENT", "DTSTART;TZID=Own:20270118T100000",
             "DTEND;TZID=Own:20270118T113000", "END:VEVENT"]],
    form={"strict": True},
)  # fmt: skip
def test_events_of_odd_lines_come_to_the_same(
    head: tuple[str, ...], events: list[list[str]], form: dict[str, Any]
) -> None:
    data = file_of(head, events)

    assert read(data, form) == read_with_care(data, form)


def test_what_programs_write_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the tests above would compare a thing with itself."""
    slow: list[object] = []
    monkeypatch.setattr(busy_times, "read_event", slow.append)
    event = [
        *("BEGIN:VEVENT", "UID:a", "DTSTAMP:20270101T000000Z", "SUMMARY:A"),
        *("DTSTART;TZID=Europe/Berlin:20270118T100000", "TRANSP:OPAQUE"),
        *("DTEND;TZID=Europe/Berlin:20270118T110000", "STATUS:CONFIRMED"),
        *("DESCRIPTION:x", "LOCATION:y", "SEQUENCE:1", "END:VEVENT"),
    ]

    content = read(file_of((), [event]), {})

    assert slow == []
    assert isinstance(content, CalendarContent)
    assert [stretch.span for stretch in content.stretches] == [
        Span(
            datetime(2027, 1, 18, 9, tzinfo=UTC), datetime(2027, 1, 18, 10, tzinfo=UTC)
        )
    ]
