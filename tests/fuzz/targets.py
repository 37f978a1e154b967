"""What is given bytes: each target may raise a CalbookError, and nothing else."""

from __future__ import annotations

import io
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from calbook import Client
from calbook.cli.json_input import parse_json
from calbook.core.errors import CalbookError
from calbook.core.model import Span
from calbook.core.time import lengths, parsing, recurrence
from calbook.delivery.calendars import dav_xml
from calbook.ical.reading import entries, mails, replies
from calbook.ical.reading.busy_times import read_busy_times
from calbook.settings import editing
from calbook.settings.mail_server import mail_server
from calbook.settings.table import SETTINGS
from calbook.settings.values import read_values
from calbook.wire.reading import (
    booking_requests,
    event_types,
    schedules,
)
from calbook.wire.reading import (
    recurrence as rules,
)
from calbook.wire.reading.foreign import files
from calbook.wire.reading.shapes import read_object

NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)
YEAR = Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
ZONES = ("UTC", "America/New_York", "Europe/Lisbon", "Australia/Lord_Howe")
EXPECTED = (CalbookError,)


class Target(NamedTuple):
    """What reads the bytes, what to begin with, and words that are worth a try."""

    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    words: tuple[str, ...] = ()
    largest: int = 4096  # bytes that are tried
    refusals: tuple[type[Exception], ...] = EXPECTED


# -- what people type -----------------------------------------------------------------


def read_when(data: bytes) -> None:
    """WHEN, a day, an end and a length; whatever the shell passes on."""
    text = data[1:].decode(errors="surrogateescape")
    zone = ZONES[data[0] % len(ZONES)] if data else "UTC"
    for read in (parsing.moment, parsing.day, parsing.days, parsing.range_end):
        with suppress(CalbookError):
            read(text, now=NOW, timezone=zone)
    with suppress(CalbookError):
        lengths.duration(text, "duration")
    if zlib.crc32(data) & 15 == 0:  # it is slow to say which zone may be meant
        parsing.timezone(text)


def read_recurrence(data: bytes) -> None:
    """The rule of a series in JSON, and its dates."""
    rule = rules.read_recurrence(_json(data), now=NOW, timezone="America/New_York")
    first = NOW.replace(tzinfo=None)
    list(islice(recurrence.wall_times(rule, first), 800))
    recurrence.starts(rule, first, "America/New_York")


def read_booking(data: bytes) -> None:
    """A line of `create --input`, up to the answer of `--dry-run`."""
    wanted = read_object(_json(data), booking_requests.FIELDS, "the booking")
    needed = dict.fromkeys(("event_type_id", "start_time", "attendee"))
    _client().calendar.bookings.create(**{**needed, **wanted}, dry_run=True)


def read_event_type(data: bytes) -> None:
    """The object of `event add --input`."""
    facts = read_object(_json(data), ("id", *event_types.FIELD_READERS), "the input")
    read = event_types.new_event_type(facts.pop("id", "demo"), facts, default_host="me")
    event_types.check_event_type(read)


def read_schedule(data: bytes) -> None:
    """Hours and overrides in JSON."""
    schedules.new_schedule("sched_work", _json(data))


def read_import(data: bytes) -> None:
    """Lines of an export, into what is empty and into what is not, up to the end."""
    for client in (_empty_client(), _client()):
        on_conflict = "skip" if zlib.crc32(data) & 1 else "refuse"
        with suppress(CalbookError):
            client.import_from(io.BytesIO(data), on_conflict=on_conflict, dry_run=True)


def read_config(data: bytes) -> None:
    """The config file, as it is read and as it is written again."""
    path = _config_path()
    with open(path, "wb") as file:
        file.write(data)
    os.environ["CALBOOK_CONFIG"] = path
    try:
        for do in (
            mail_server,
            read_values,
            lambda: editing.with_value(SETTINGS["defaults.by"], "host"),
            lambda: editing.with_value(SETTINGS["defaults.zone"], None),
            lambda: editing.with_mail_server({"host": "localhost"}),
            lambda: editing.check_file(data),
            editing.without_mail_server,
        ):
            with suppress(CalbookError):
                do()
    finally:
        os.environ["CALBOOK_CONFIG"] = os.devnull


# -- what others send -----------------------------------------------------------------


def read_calendar(data: bytes) -> None:
    """A calendar file as busy time, now and then strictly or carefully."""
    draw = zlib.crc32(data)
    read_busy_times(
        data,
        timezone="America/New_York",
        window=YEAR,
        email="grace@example.com",
        shows_text=True,
        strict=draw & 3 == 1,
        careful=draw & 3 == 2,
    )


def read_entry(data: bytes) -> None:
    """A resource of a calendar elsewhere, to be compared."""
    with suppress(CalbookError):
        found = entries.read_entry(data)
        assert found.digest
    entries.digest_of_all(data, but=("DTSTAMP",))


def read_reply(data: bytes) -> None:
    """A mail that answers an invitation, or the calendar file of one."""
    mails.may_answer(data)
    with suppress(CalbookError):
        mails.read_mail(data, authserv_id="mx.example.com")
    replies.read_answers(data)


def read_foreign(data: bytes) -> None:
    """The exports of other programs: tables, JSON and a dump of SQL."""
    for source in ("calendly", "calcom", "easyappointments"):
        with suppress(CalbookError):
            files.read_files(
                source, [files.File("a", data)], timezone="America/New_York", dates=None
            )


def read_server_answer(data: bytes) -> None:
    """The XML of a calendar server."""
    dav_xml.read_conditions(data)
    dav_xml.read_multistatus(data)


# -- means ----------------------------------------------------------------------------


def _json(data: bytes) -> Any:
    with suppress(UnicodeDecodeError):
        return parse_json(data.decode("utf-8-sig"))
    return None


@cache
def _client() -> Client:
    """Bookings to be, of a group, of a single person, and of a choice of lengths."""
    client = Client(":memory:", clock=lambda: NOW)
    client.set_up(name="Grace", timezone="America/New_York")
    types = client.calendar.event_types
    question = {"key": "goal", "label": "Goal", "type": "textarea", "required": True}
    types.create("demo", title="Demo", durations=[30, 60], buffer_after=10)
    types.create("coaching", requires_confirmation=True, questions=[question])
    types.create("yoga", seats=3, max_occurrences=20)
    client.calendar.bookings.create(
        event_type_id="yoga",
        start_time="2027-01-20 09:00",
        attendee={"name": "Ada", "email": "ada@example.com"},
    )
    return client


@cache
def _empty_client() -> Client:
    return Client(":memory:", clock=lambda: NOW)


@cache
def _config_path() -> str:
    return os.path.join(tempfile.mkdtemp(), "config.toml")


def _event(*lines: str) -> bytes:
    """A calendar with one event."""
    said = ("BEGIN:VEVENT", "UID:a", "DTSTAMP:20270101T000000Z", *lines, "END:VEVENT")
    return _calendar(said)


def _calendar(lines: Iterable[str]) -> bytes:
    said = ("BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", "")
    return "\r\n".join(said).encode()


_ZONE = (
    *("BEGIN:VTIMEZONE", "TZID:Bureau", "BEGIN:STANDARD", "DTSTART:19701025T030000"),
    *("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "TZOFFSETFROM:+0200"),
    *("TZOFFSETTO:+0100", "END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:19700329T020000"),
    *("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "TZOFFSETFROM:+0100"),
    *("TZOFFSETTO:+0200", "END:DAYLIGHT", "END:VTIMEZONE"),
)
_CALENDARS = (
    _event("DTSTART:20270118T150000Z", "DTEND:20270118T160000Z", "SUMMARY:Lunch"),
    _event("DTSTART;VALUE=DATE:20270118", "RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO,WE"),
    _event(
        *("DTSTART;TZID=Europe/Berlin:20270118T090000", "DURATION:PT1H30M"),
        *("RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20271231T000000Z", "TRANSP:OPAQUE"),
        *("EXDATE;TZID=Europe/Berlin:20270226T090000", "RDATE:20270301T090000Z"),
    ),
    _calendar((*_ZONE, *_event("DTSTART;TZID=Bureau:20270118T09").decode().split())),
    _calendar(
        (
            *("BEGIN:VFREEBUSY", "UID:f", "DTSTART:20270118T000000Z"),
            *("FREEBUSY;FBTYPE=BUSY:20270118T090000Z/PT1H", "END:VFREEBUSY"),
        )
    ),
)
_ICAL_WORDS = (
    *("BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "RRULE:FREQ="),
    *("BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VALARM", "END:VALARM", "DTSTART:"),
    *("DTSTART;VALUE=DATE:", "DTEND:", "DURATION:", "EXDATE:", "RDATE;VALUE=PERIOD:"),
    *("RECURRENCE-ID:", ";RANGE=THISANDFUTURE", ";TZID=Europe/Berlin:", "TZID:"),
    *("BYDAY=", "BYSETPOS=-1", "BYMONTHDAY=", "BYWEEKNO=", "BYYEARDAY=", "BYHOUR="),
    *("COUNT=", "UNTIL=", "INTERVAL=", "SECONDLY", "HOURLY", "DAILY", "WEEKLY"),
    *("MONTHLY", "YEARLY", "20270118T090000Z", "20270118", "PT1H", "P1D", "P1W"),
    *("STATUS:CANCELLED", "TRANSP:TRANSPARENT", "SEQUENCE:", "UID:", "METHOD:REPLY"),
    *("ATTENDEE;PARTSTAT=DECLINED:mailto:", "ORGANIZER:mailto:grace@example.com"),
    *("X-WR-TIMEZONE:", "TZOFFSETFROM:+0100", "TZOFFSETTO:-0500", "RSCALE=GREGORIAN"),
    *("BEGIN:VFREEBUSY", "FREEBUSY:", "SKIP=FORWARD", "\r\n", "\r\n ", "00000000"),
)
_REPLY = _calendar(
    (
        *("METHOD:REPLY", "BEGIN:VEVENT", "UID:bk_7q2mx41v9d3k@calbook", "SEQUENCE:0"),
        *("DTSTAMP:20270111T100000Z", "DTSTART:20270118T150000Z"),
        *("ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com", "COMMENT:Yes"),
        *("ORGANIZER:mailto:grace@example.com", "END:VEVENT"),
    )
)
_HEAD = (
    b"From: Ada <ada@example.com>\r\nTo: grace@example.com\r\nSubject: Accepted\r\n"
    b"Authentication-Results: mx.example.com; dmarc=pass header.from=example.com\r\n"
    b"MIME-Version: 1.0\r\n"
)
_MAIL = _HEAD + b"Content-Type: text/calendar; method=REPLY\r\n\r\n" + _REPLY
_PARTS = (
    _HEAD + b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
    b"Content-Type: text/plain\r\n\r\nYes\r\n--x\r\nContent-Type: text/calendar;"
    b" charset=utf-8; method=REPLY\r\n\r\n" + _REPLY + b"\r\n--x--\r\n"
)
_MAIL_WORDS = (
    *("Content-Type: multipart/alternative; boundary=", "charset=", "utf-16", "--x"),
    *("Content-Transfer-Encoding: base64", "quoted-printable", "message/rfc822"),
    *("Content-Disposition: attachment; filename=a.ics", "application/ics", "=?utf-8?"),
    *("dkim=pass header.d=", "spf=pass", "dmarc=fail", "From: ", "BEGIN:VCALENDAR"),
    *("METHOD:COUNTER", "PARTSTAT=TENTATIVE", "SENT-BY=", "REQUEST-STATUS:2.0"),
)
_BOOKINGS = (
    b'{"eventTypeId": "demo", "startTime": "fri 10:00", "attendee": {"name": "Eve",'
    b' "email": "eve@example.com"}, "guests": ["Bob <bob@example.com>"]}',
    b'{"eventTypeId": "coaching", "startTime": "2027-02-01T10:00:00-05:00", "attendee":'
    b' {"name": "Eve", "phone": "+1 555"}, "responses": {"goal": "x"}, "by": "host",'
    b' "override": ["hours"], "notes": "n", "metadata": {"a": 1}, "duration": 30}',
    b'{"eventTypeId": "yoga", "startTime": "2027-02-01 10:00", "attendee": {"name": "E"'
    b', "ref": "1"}, "recurring": {"frequency": "weekly", "count": 3}, "onConflict":'
    b' "skip", "location": {"type": "PHONE", "phone": "1"}, "meetingUrl": "https://a"}',
)
_BOOKING_WORDS = (
    *('"timezone"', '"language"', '"hostId"', '"resourceId"', '"reopen"', '"hold"'),
    *('"notifyAttendee"', '"until"', '"byDay"', '"interval"', "true", "null", "[]"),
    *("yoga", "coaching", "host", "extend", "user_me", "1e999", "-0", "\\ud800"),
    *("America/New_York", "monthly", "2tu", "-1fr", "9999-12-31", "{}", "per_"),
)
_TYPE = (
    b'{"title": "Demo", "duration": 30, "bufferAfter": 10, "minimumNotice": 60,'
    b' "hosts": ["me"], "seats": 3, "firstDate": "2027-01-18", "limits": ["3/day"],'
    b' "questions": [{"label": "Goal", "type": "select", "options": ["a", "b"]}],'
    b' "availability": [{"day": "MONDAY", "startTime": "10:00", "endTime": "12:00"}],'
    b' "location": {"type": "ZOOM", "url": "https://a.example"}}'
)
_TYPE_WORDS = (
    *(f'"{key}": ' for key in event_types.FIELD_READERS),
    *("ROUND_ROBIN", "COLLECTIVE", "8h/day", "10/week", "90m", "{token}", "{uid}"),
    *("least-recent", "textarea", "1 of a,b", "offer", "book", "any", "null", "[1, 2]"),
)
_SCHEDULE = (
    b'{"name": "Work", "timezone": "UTC", "availability": [{"day": "MONDAY",'
    b' "startTime": "09:00", "endTime": "24:00"}], "overrides": [{"date": "2027-02-15",'
    b' "closed": true, "reason": "off"}]}'
)
_IMPORT = (
    b'{"type":"export","apiVersion":"1","schemaVersion":9}\n'
    b'{"type":"schedule","id":"sched_work","name":"Work","timezone":"UTC"}\n'
    b'{"type":"end"}\n'
)
_IMPORT_WORDS = (
    *(
        '{"type":"end"}\n',
        '"type":"booking"',
        '"type":"host"',
        '"type":"eventType"',
        "null",
        "[]",
        "{}",
    ),
    *('"uid":', '"id":', "-1", "1e999", "99999999999", "\\u0000", "true", '""'),
)
_CONFIG = (
    b'[smtp]\nhost = "smtp.example.com"\nport = 587\nsecurity = "starttls"\n'
    b'from = "grace@example.com"\nuser = "grace"\npassword_env = "SECRET"\n'
    b'[mail]\nauthserv_id = "mx.example.com"\n[defaults]\nby = "host"\n'
)
_LIST = (
    b'<?xml version="1.0"?><D:multistatus xmlns:D="DAV:"><D:response><D:href>/a.ics'
    b"</D:href><D:propstat><D:prop><D:getetag>1</D:getetag></D:prop><D:status>HTTP/1.1"
    b" 200 OK</D:status></D:propstat></D:response></D:multistatus>"
)

TARGETS = {
    "when": Target(
        read_when,
        tuple(
            b"\1" + text
            for text in (
                *(b"2027-01-18 10:00", b"2027-01-18T10:00-05:00", b"+90m", b"now"),
                *(b"tomorrow 10:00", b"fri 14:30", b"2027-03-14 02:30", b"12h"),
            )
        ),
        ("today", "yesterday", "mon", "sun", "-05:00", "Z", "T", "9999", "1970-01-01"),
        largest=64,
    ),
    "recurrence": Target(
        read_recurrence,
        (
            b'{"frequency": "weekly", "interval": 2, "count": 4}',
            b'{"frequency": "monthly", "until": "2027-12-31", "byDay": ["2tu"]}',
        ),
        ("daily", "yearly", "5su", '"th"', "null", "730", "9000-12-31", "+1"),
        largest=512,
    ),
    "booking": Target(read_booking, _BOOKINGS, _BOOKING_WORDS),
    "event_type": Target(read_event_type, (_TYPE, b"{}"), _TYPE_WORDS),
    "schedule": Target(read_schedule, (_SCHEDULE,), ('"hours": ', "SUNDAY", "22:00")),
    "import": Target(read_import, (_IMPORT,), _IMPORT_WORDS, largest=8192),
    "config": Target(read_config, (_CONFIG,), ("allow_plain = true", "tls", "[[", "'")),
    "calendar": Target(read_calendar, _CALENDARS, _ICAL_WORDS),
    "entry": Target(read_entry, _CALENDARS, _ICAL_WORDS),
    "reply": Target(read_reply, (_REPLY, _MAIL, _PARTS), (*_ICAL_WORDS, *_MAIL_WORDS)),
    "foreign": Target(
        read_foreign,
        (
            b"Invitee Name,Invitee Email,Start Date & Time,Event Type Name\r\n"
            b"Ada,ada@example.com,2027-01-18 10:00,Demo\r\n",
            b'{"data": [{"uid": "a", "start": "2027-01-18T10:00:00Z"}]}',
            b"INSERT INTO `ea_appointments` (`id`, `notes`) VALUES (1, 'it''s');\n",
        ),
        ("CREATE TABLE", "ea_users", "NULL", "\\'", "';", '""', "18.01.2027", "am"),
        largest=8192,
    ),
    "server_answer": Target(
        read_server_answer,
        (_LIST, b'<D:error xmlns:D="DAV:"><D:no-uid-conflict/></D:error>'),
        ("<!DOCTYPE", "&#0;", "&amp;", "<![CDATA[", "]]>", "HTTP/1.1 404", "xmlns:C="),
        refusals=(dav_xml.BadXml,),
    ),
}
