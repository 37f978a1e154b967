"""Calendars as programs and services write them: shapes from bug reports, rewritten."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from calbook.core.busy import CalendarContent
from calbook.core.errors import BadInput
from calbook.core.model import Span
from calbook.ical.reading.busy_times import read_busy_times

WINDOW = Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
NEW_YORK = ZoneInfo("America/New_York")


def read(data: str | bytes, *, shows_text: bool = False) -> CalendarContent:
    data = data.encode() if isinstance(data, str) else data
    return read_busy_times(
        data,
        timezone=NEW_YORK.key,
        window=WINDOW,
        email="grace@example.com",
        shows_text=shows_text,
    )


def spans(found: CalendarContent) -> list[str]:
    """In UTC, in order."""
    return sorted(
        f"{s.span.start:%m-%dT%H:%M}/{s.span.end:%m-%dT%H:%M}" for s in found.stretches
    )


def calendar(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])


def event(*lines: str, start: str = "DTSTART:20270118T150000Z") -> str:
    body = ["BEGIN:VEVENT", "UID:a", start, "DURATION:PT1H", *lines, "END:VEVENT"]
    return calendar(*body)


HOUR = ["01-18T15:00/01-18T16:00"]

ICLOUD = calendar(
    "CALSCALE:GREGORIAN",
    "PRODID:-//Apple Inc.//iOS 18.1//EN",
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Berlin",
    "X-LIC-LOCATION:Europe/Berlin",
    "BEGIN:DAYLIGHT",
    "DTSTART:19810329T020000",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
    "TZNAME:GMT+2",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "DTSTART:19961027T030000",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    "TZNAME:GMT+1",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "END:STANDARD",
    "END:VTIMEZONE",
    "BEGIN:VEVENT",
    "UID:0A1B-2C3D",
    "DTSTART;TZID=Europe/Berlin:20270118T160000",
    "DTEND;TZID=Europe/Berlin:20270118T170000",
    'ATTENDEE;CN="Hopper, Grace: US Navy; ret.";CUTYPE=INDIVIDUAL;EMAIL="Grace@',
    ' example.com";PARTSTAT=ACCEPTED;ROLE=CHAIR:/aMTIzNDU2Nzg5/principal/',
    'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="Main St 1\\\\nBerlin";X-APP',
    " LE-RADIUS=70;X-TITLE=\"Café: 'x'\":geo:52.5,13.4",
    "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT30M",
    "TRANSP:OPAQUE",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "TRIGGER:-PT15M",
    "X-APPLE-DEFAULT-ALARM:TRUE",
    "END:VALARM",
    "END:VEVENT",
)
ZOHO = calendar(
    "PRODID:-//Zoho Corporation//Zoho Calendar-US//EN",
    "X-WR-CALNAME:Grace",
    "X-WR-TIMEZONE:US/Eastern",
    "METHOD:PUBLISH",
    "BEGIN:VTIMEZONE",
    "TZID:US/Eastern",
    "TZURL:http://tzurl.org/zoneinfo-outlook/US/Eastern",
    "BEGIN:STANDARD",
    "DTSTART:19701101T020000",
    "TZOFFSETFROM:-0400",
    "TZOFFSETTO:-0500",
    "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
    "END:STANDARD",
    "END:VTIMEZONE",
    "BEGIN:VEVENT",
    "UID:1f2e3d@zoho.com",
    "DTSTART;TZID=US/Eastern;VALUE=DATE-TIME:20270118T100000",
    "DTEND;TZID=US/Eastern;VALUE=DATE-TIME:20270118T110000",
    "ORGANIZER;CN=Grace:mailto:grace@example.com",
    "CLASS:PUBLIC",
    "X-ZOHO-CONFERENCE:https\\://meet.example.com",
    "X-ALT-DESC;FMTTYPE=text/html:<p>a</p>",
    "STATUS:CONFIRMED",
    "SEQUENCE:0.0",
    "END:VEVENT",
)
PROTON = calendar(
    "PRODID:-//Proton AG//WebCalendar 5.0//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    "X-WR-CALNAME:My calendar",
    "X-WR-TIMEZONE:Europe/Zurich",
    "BEGIN:VEVENT",
    "UID:Ab_c-d@proton.me",
    "DTSTAMP:20270101T000000Z",
    "DTSTART;TZID=Europe/Zurich:20270118T160000",
    "DTEND;TZID=Europe/Zurich:20270118T170000",
    "SEQUENCE:0",
    "ORGANIZER;CN=ada@proton.me:mailto:ada@proton.me",
    "ATTENDEE;CN=grace@example.com;ROLE=REQ-PARTICIPANT;RSVP=TRUE;X-PM-TOKEN=c0f",
    " fee:mailto:grace@example.com",
    "X-PM-SESSION-KEY:YWJj",
    "COMMENT;X-PM-TOKEN=x:DECLINED",
    "END:VEVENT",
)
FASTMAIL = calendar(
    "PRODID:-//CyrusIMAP.org/Cyrus 3.13//EN",
    "X-APPLE-CALENDAR-COLOR:#3a429c",
    "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    "BEGIN:VEVENT",
    "UID:6b9f",
    "DTSTART;TZID=America/New_York;X-JMAP-ID=1:20270118T100000",
    "DURATION:PT1H",
    "PRIORITY:0",
    'CONFERENCE;VALUE=URI;FEATURE="AUDIO,VIDEO";LABEL="Join: now; x":https://a.b/c',
    "ATTENDEE;X-JMAP-ROLE=owner;X-JMAP-ID=ab;SCHEDULE-AGENT=SERVER;PARTSTAT=ACCE",
    " PTED:mailto:grace@example.com",
    "X-JMAP-SENT-BY;VALUE=TEXT:x",
    "END:VEVENT",
)
MAKERS = {"icloud": ICLOUD, "zoho": ZOHO, "proton": PROTON, "fastmail": FASTMAIL}


@pytest.mark.parametrize("data", MAKERS.values(), ids=MAKERS)
def test_a_service_s_calendar_is_read_whole(data: str) -> None:
    found = read(data)

    assert (spans(found), found.events, found.free) == (HOUR, 1, 0)
    assert (found.skipped, found.remarks) == ((), ())


DECLINED = "ATTENDEE;PARTSTAT=DECLINED"
OWN_ANSWERS = {
    "a principal": f'{DECLINED};EMAIL="Grace@example.com":/aMTIz/principal/',
    "a urn": f"{DECLINED};EMAIL=grace@example.com:urn:uuid:77-88",
    "no address": f"{DECLINED};EMAIL=grace@example.com:invalid:nomail",
    "icloud's relay": f"{DECLINED};EMAIL=grace@example.com:mailto:2_GE3D@imip.me.com",
    "odd characters": f'{DECLINED};CN="x:y;z";EMAIL=grace@example.com:/users/g',
    "the address": f"{DECLINED};EMAIL=other@example.com:MAILTO:Grace@Example.com",
    "a colon unquoted": f"{DECLINED};CN=Dr: Grace:mailto:grace@example.com",
    "a bare address": f"{DECLINED}:grace@example.com",
}
OTHERS_ANSWERS = {
    "another's address": f"{DECLINED};EMAIL=grace@example.com:mailto:bob@example.com",
    "another's email": f"{DECLINED};EMAIL=bob@example.com:urn:uuid:77-88",
    "accepted": "ATTENDEE;PARTSTAT=ACCEPTED;CN=DECLINED:mailto:grace@example.com",
    "sent by the host": f'{DECLINED};SENT-BY="mailto:grace@example.com":mailto:b@c.d',
}


@pytest.mark.parametrize("line", OWN_ANSWERS.values(), ids=OWN_ANSWERS)
def test_what_the_host_declined_leaves_the_host_free(line: str) -> None:
    """Apple's servers name people by a path, and their address in EMAIL (RFC 7986)."""
    found = read(event(line))

    assert (spans(found), found.free) == ([], 1)


@pytest.mark.parametrize("line", OTHERS_ANSWERS.values(), ids=OTHERS_ANSWERS)
def test_what_somebody_else_declined_blocks(line: str) -> None:
    assert spans(read(event(line))) == HOUR


@pytest.mark.parametrize("status", ["CANCELLED", "CANCELED", " canceled", "Cancelled"])
def test_what_is_cancelled_leaves_the_host_free(status: str) -> None:
    assert spans(read(event(f"STATUS:{status}"))) == []


ZONES = {
    "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna": 13,
    "(GMT+01:00) Amsterdam / Berlin / Bern / Rom / Stockholm / Wien": 13,
    r"(UTC+01:00) Amsterdam\, Berlin\, Bern\, Rome\, Stockholm\, Vienna": 13,
    "(UTC-05:00) Eastern Time (US & Canada)": 19,
    "(UTC) Coordinated Universal Time": 15,
    "Microsoft/W. Europe Standard Time": 13,
    **{"UTC+2": 13, "GMT+0200": 13, "+02:00": 13, "+0200": 13, "Etc/GMT-2": 13},
    **{"UTC-5": 20, "GMT": 15, "Z": 15},
}


@pytest.mark.parametrize("quote", ['"', ""], ids=["quoted", "plain"])
@pytest.mark.parametrize(("tzid", "hour"), ZONES.items())
def test_a_zone_by_its_shown_name_or_offset(tzid: str, hour: int, quote: str) -> None:
    found = read(event(start=f"DTSTART;TZID={quote}{tzid}{quote}:20270718T150000"))

    assert spans(found) == [f"07-18T{hour}:00/07-18T{hour + 1}:00"]
    assert (found.skipped, found.remarks) == ((), ())


def test_each_calendar_of_a_file_has_zones_of_its_own() -> None:
    def one(uid: str, offset: str) -> str:
        return calendar(
            "X-WR-TIMEZONE:Custom",
            "BEGIN:VTIMEZONE",
            "TZID:Custom",
            "BEGIN:STANDARD",
            "DTSTART:19700101T000000",
            f"TZOFFSETFROM:{offset}",
            f"TZOFFSETTO:{offset}",
            "END:STANDARD",
            "END:VTIMEZONE",
            "BEGIN:VEVENT",
            f"UID:{uid}",
            "DTSTART;TZID=Custom:20270118T100000",
            "DURATION:PT1H",
            "END:VEVENT",
            "BEGIN:VEVENT",
            f"UID:{uid}2",
            "DTSTART:20270119T100000",
            "DURATION:PT1H",
            "END:VEVENT",
        )

    found = read(one("a", "+0100") + one("b", "+0500"))

    assert spans(found) == [
        "01-18T05:00/01-18T06:00",
        "01-18T09:00/01-18T10:00",
        "01-19T05:00/01-19T06:00",
        "01-19T09:00/01-19T10:00",
    ]


LONE = event().partition("VERSION:2.0\r\n")[2].partition("END:VCALENDAR")[0]
BYTES = {
    "old Mac's line ends": event().replace("\r\n", "\r").encode(),
    "UTF-16": event().encode("utf-16"),
    "UTF-16 with no mark": event().encode("utf-16-le"),
    "one event, UTF-16": LONE.encode("utf-16-be"),
    "one event": LONE.encode(),
    "one event, line ends of old Macs": LONE.replace("\r\n", "\r").encode(),
    "small letters": event().replace("BEGIN:VEVENT", "begin:vevent").encode(),
    "all small letters": event().lower().encode(),
    "folded by tabs": event().replace("2027", "20\r\n\t27").encode(),
    "blanks": event().replace("DTSTART:", "DTSTART \t: ").encode(),
    "8 bit": event().encode().replace(b"UID", b"X-\xff\xfe:\x80\0\x1b[1m\r\nUID"),
    "html": event("X-ALT-DESC:<p>", "x: y</p>").encode(),
    "no END of the event": event().replace("END:VEVENT\r\n", "").encode(),
    "a calendar in another": calendar(event().strip()).encode(),
}


@pytest.mark.parametrize("data", BYTES.values(), ids=BYTES)
def test_bytes_of_any_kind_are_read(data: bytes) -> None:
    assert spans(read(data)) == HOUR


def test_a_title_may_be_folded_within_a_letter() -> None:
    data = event("SUMMARY:Köln").encode().replace(b"\xc3\xb6", b"\xc3\r\n \xb6")

    found = read(data, shows_text=True)

    assert [each.text for each in found.stretches] == ["Köln"]


@pytest.mark.parametrize("end", ["", "Z"])
def test_a_date_may_have_a_midnight(end: str) -> None:
    data = event(start=f"DTSTART;VALUE=DATE:20270118T000000{end}")

    found = read(data.replace("PT1H", "P1D"))

    assert spans(found) == ["01-18T05:00/01-19T05:00"]


@pytest.mark.parametrize(
    ("duration", "days"), [("PT1W", 7), ("PT1D", 1), ("P1W", 7), ("P1H30M", 0)]
)
def test_a_duration_may_have_its_t_in_the_wrong_place(duration: str, days: int) -> None:
    """Synology writes a week as PT1W; the event was skipped."""
    data = event().replace("DURATION:PT1H", f"DURATION:{duration}")

    [stretch] = read(data).stretches

    length = stretch.span.end - stretch.span.start
    assert (length.days, length.seconds) == (days, 0 if days else 5_400)


@pytest.mark.parametrize("before", ["UID", "END:VEVENT", "END:VCALENDAR"])
def test_a_calendar_that_was_cut_short_is_refused(before: str) -> None:
    """As by the network: nobody knows which events are missing."""
    with pytest.raises(BadInput, match="cut short"):
        read(event().partition(before)[0])
