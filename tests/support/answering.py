"""Answers to invitations as programs write them: shapes from public bug reports.

Rewritten, with the addresses and uids of tests. And what is answered to; a plugin for
`host` (PYTEST_DONT_REWRITE, as tests import it first).
"""

from __future__ import annotations

import base64
import quopri
import textwrap
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MONDAY

from calbook import Booking, Client, EventType

if TYPE_CHECKING:
    from conftest import Clock

WHEN = MONDAY + timedelta(days=14, hours=6)
ADA = {"name": "Ada", "email": "Ada@example.com"}
BOB = {"name": "Bob", "email": "bob@example.com"}
STAMP = "20270111T100000Z"


def calendar(
    uid: str,
    *,
    method: str = "REPLY",
    says: str = "ACCEPTED",
    who: str = "ada@example.com",
    stamp: str = STAMP,
    sequence: int | None = 0,
    date: str | None = None,
    more: str = "",
    attendees: str | None = None,
) -> str:
    """A bare answer; `date` is its RECURRENCE-ID with parameters: `:2027…`."""
    lines = [
        *("BEGIN:VCALENDAR", "PRODID:-//test//EN", "VERSION:2.0", f"METHOD:{method}"),
        *("BEGIN:VEVENT", f"UID:{uid}@calbook", f"DTSTAMP:{stamp}"),
        attendees or f"ATTENDEE;PARTSTAT={says}:mailto:{who}",
        *([] if sequence is None else [f"SEQUENCE:{sequence}"]),
        *([] if date is None else [f"RECURRENCE-ID{date}"]),
        *more.splitlines(),
        *("END:VEVENT", "END:VCALENDAR", ""),
    ]
    return "\r\n".join(lines)


def mail(
    body: str,
    *,
    sender: str = "Ada Lovelace <ada@example.com>",
    head: str = "",
    method: str = "REPLY",
) -> bytes:
    """A mail that is nothing but an answer; `head` are headers above its own."""
    text = (
        f"{head}From: {sender}\r\nTo: grace@example.com\r\nSubject: Accepted\r\n"
        "MIME-Version: 1.0\r\n"
        f"Content-Type: text/calendar; method={method}; charset=UTF-8\r\n\r\n{body}"
    )
    return text.encode()


def google(uid: str, says: str, who: str, date: str | None = None) -> bytes:
    """Alternative and attachment, both base64; a Sender of its own."""
    body = "\r\n".join(
        [
            *("BEGIN:VCALENDAR", "PRODID:-//Google Inc//Google Calendar 70.9054//EN"),
            *("VERSION:2.0", "CALSCALE:GREGORIAN", "METHOD:REPLY", "BEGIN:VEVENT"),
            *("DTSTART:20270118T150000Z", "DTEND:20270118T153000Z", f"DTSTAMP:{STAMP}"),
            f"ORGANIZER;CN=Grace Hopper:mailto:grace@example.com\r\nUID:{uid}@calbook",
            "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT="
            f"{says};CN={who}\r\n ;X-NUM-GUESTS=0:mailto:{who}",
            "X-MICROSOFT-CDO-OWNERAPPTID:-1234",
            *([f"RECURRENCE-ID{date}"] if date else []),
            *("CREATED:20270104T090000Z", "DESCRIPTION:", "LAST-MODIFIED:" + STAMP),
            *("LOCATION:", "SEQUENCE:0", "STATUS:CONFIRMED", "SUMMARY:Demo"),
            *("TRANSP:OPAQUE", "END:VEVENT", "END:VCALENDAR", ""),
        ]
    )
    part = base64.encodebytes(body.encode()).decode()
    return (
        textwrap.dedent(
            f"""\
        From: Ada Lovelace <{who}>
        Sender: Google Calendar <calendar-notification@google.example>
        Reply-To: Ada Lovelace <{who}>
        To: grace@example.com
        Subject: Accepted: Demo @ Mon Jan 18, 2027 (grace@example.com)
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="000000000000b1"

        --000000000000b1
        Content-Type: multipart/alternative; boundary="000000000000b2"

        --000000000000b2
        Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes

        Ada Lovelace has accepted this invitation.
        --000000000000b2
        Content-Type: text/calendar; charset="UTF-8"; method=REPLY
        Content-Transfer-Encoding: base64

        @PART@
        --000000000000b2--
        --000000000000b1
        Content-Type: application/ics; name="invite.ics"
        Content-Disposition: attachment; filename="invite.ics"
        Content-Transfer-Encoding: base64

        @PART@
        --000000000000b1--
        """
        )
        .replace("@PART@", part)
        .encode()
    )


def exchange(uid: str, says: str, who: str, date: str | None = None) -> bytes:
    """Without ORGANIZER; a Windows zone; everything else in one part."""
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Eastern Standard Time\r\nBEGIN:STANDARD\r\n"
        "DTSTART:16010101T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\n"
        "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11\r\nEND:STANDARD\r\n"
        "BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:-0500\r\n"
        "TZOFFSETTO:-0400\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3\r\n"
        "END:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
    )
    on = f"RECURRENCE-ID{date}\r\n" if date else ""
    body = (
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nPRODID:Microsoft Exchange Server 2010\r\n"
        f"VERSION:2.0\r\n{zone}BEGIN:VEVENT\r\n"
        f"ATTENDEE;PARTSTAT={says};CN=Ada Lovelace:mailto:{who}\r\n"
        "COMMENT;LANGUAGE=en-US:\\n\r\n"
        f"UID:{uid}@calbook\r\n"
        "SUMMARY;LANGUAGE=en-US:Accepted: Demo\r\n"
        "DTSTART;TZID=Eastern Standard Time:20270118T100000\r\n"
        "DTEND;TZID=Eastern Standard Time:20270118T103000\r\n"
        f"{on}CLASS:PUBLIC\r\nPRIORITY:5\r\nDTSTAMP:{STAMP}\r\nTRANSP:OPAQUE\r\n"
        "STATUS:CONFIRMED\r\nSEQUENCE:0\r\nX-MICROSOFT-CDO-APPT-SEQUENCE:0\r\n"
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    coded = base64.encodebytes(body.encode()).decode()
    head = (
        f'From: "Lovelace, Ada" <{who}>\r\nTo: Grace <grace@example.com>\r\n'
        "Subject: Accepted: Demo\r\nThread-Index: AQHa\r\nContent-Language: en-US\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;"
        '\r\n\tboundary="_000_"'
        "\r\n\r\n--_000_\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n\r\n"
        '--_000_\r\nContent-Type: text/calendar; charset="utf-8"; method=REPLY\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return f"{head}{coded}\r\n--_000_--\r\n".encode()


def outlook_com(uid: str, says: str, who: str, date: str | None = None) -> bytes:
    """MAILTO in capitals, quoted-printable in Latin-1, a folded ATTENDEE."""
    on = f"RECURRENCE-ID{date}\r\n" if date else ""
    body = (
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nPRODID:Microsoft CDO for Microsoft "
        "Exchange\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n"
        f"DTSTAMP:{STAMP}\r\n"
        f'ATTENDEE;CN="Ada Löv\r\n elace";PARTSTAT={says}:MAILTO:{who.upper()}\r\n'
        f"UID:{uid}@calbook\r\n{on}SEQUENCE:0\r\nSUMMARY:Zugesagt: Vorführung\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    coded = quopri.encodestring(body.encode("latin-1")).decode()
    return (
        f"From: =?iso-8859-1?Q?Ada_L=F6velace?= <{who}>\r\nTo: g@example.com\r\n"
        "Subject: =?iso-8859-1?Q?Zugesagt:_Vorf=FChrung?=\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/calendar; charset=iso-8859-1; method=REPLY;\r\n"
        ' name="meeting.ics"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        f"{coded}"
    ).encode()


def apple(uid: str, says: str, who: str, date: str | None = None) -> bytes:
    """A path for an address, with EMAIL; the calendar only as an attachment."""
    on = f"RECURRENCE-ID{date}\r\n" if date else ""
    body = (
        "BEGIN:VCALENDAR\r\nCALSCALE:GREGORIAN\r\nMETHOD:REPLY\r\n"
        "PRODID:-//Apple Inc.//macOS 14.2//EN\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n"
        f"ATTENDEE;CN=Ada;CUTYPE=INDIVIDUAL;EMAIL={who};PARTSTAT={says}:/a/princi\r\n"
        f" pal/\r\nDTSTAMP:{STAMP}\r\nORGANIZER;CN=Grace:mailto:grace@example.com\r\n"
        f"{on}SEQUENCE:0\r\nUID:{uid}@calbook\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    coded = base64.encodebytes(body.encode()).decode()
    return (
        f"From: Ada <{who}>\r\nTo: grace@example.com\r\nSubject: Ada accepted\r\n"
        'MIME-Version: 1.0 (1.0)\r\nContent-Type: multipart/mixed; boundary="Apple-M"'
        "\r\n\r\n--Apple-M\r\nContent-Type: text/plain;\r\n\tcharset=us-ascii\r\n\r\n"
        "Ada accepted your invitation\r\n--Apple-M\r\nContent-Disposition: attachment;"
        "\r\n\tfilename=iCal-20270111-100000.ics\r\nContent-Type: text/calendar;\r\n"
        "\tname=iCal-20270111-100000.ics\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{coded}\r\n--Apple-M--\r\n"
    ).encode()


def thunderbird(uid: str, says: str, who: str, date: str | None = None) -> bytes:
    """7bit, LF only, the method last."""
    on = f"RECURRENCE-ID{date}\n" if date else ""
    return (
        f"From: Ada Lovelace <{who}>\nTo: Grace <grace@example.com>\n"
        "Subject: Event Invitation Reply (Accepted): Demo\nMIME-Version: 1.0\n"
        'Content-type: multipart/mixed;\n boundary="Boundary_(ID_qy)"\n\n\n'
        '--Boundary_(ID_qy)\nContent-type: multipart/alternative;\n boundary="B_2"\n\n'
        "--B_2\nContent-type: text/plain;\n charset=UTF-8\n\nAda has accepted\n\n"
        "--B_2\nContent-type: text/calendar;\n method=REPLY;\n charset=UTF-8\n"
        "Content-transfer-encoding: 7BIT\n\n"
        "BEGIN:VCALENDAR\nPRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN\n"
        f"VERSION:2.0\nMETHOD:REPLY\nBEGIN:VEVENT\nDTSTAMP:{STAMP}\n"
        f"UID:{uid}@calbook\nATTENDEE;CN=Ada;PARTSTAT={says};ROLE=REQ-PARTICIPANT:\n"
        f" mailto:{who}\n{on}SEQUENCE:0\nX-MOZ-RECEIVED-SEQUENCE:0\nBEGIN:VALARM\n"
        "UID:an-alarm\nACTION:DISPLAY\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n\n"
        "--B_2--\n\n--Boundary_(ID_qy)--\n"
    ).encode()


def nextcloud(uid: str, says: str, who: str, date: str | None = None) -> bytes:
    """Sabre's: several ATTENDEEs, octets declared, a file of another kind."""
    on = f"RECURRENCE-ID{date}\r\n" if date else ""
    body = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Sabre//Sabre VObject 4.5.3//EN\r\n"
        f"CALSCALE:GREGORIAN\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nDTSTAMP:{STAMP}\r\n"
        f"UID:{uid}@calbook\r\nSEQUENCE:0\r\n{on}"
        f"ATTENDEE;PARTSTAT={says};CN=Ada:mailto:{who}\r\n"
        "ATTENDEE;PARTSTAT=NEEDS-ACTION;CN=Bob:mailto:bob@example.com\r\n"
        "REQUEST-STATUS:2.0;Success\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    coded = quopri.encodestring(body.encode()).decode()
    return (
        f"From: Ada <{who}>\r\nTo: grace@example.com\r\nSubject: Re: Demo\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=_=_swift\r\n\r\n"
        "--_=_swift\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Ada</p>\r\n"
        "--_=_swift\r\nContent-Type: application/octet-stream; name=event.ics\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "Content-Disposition: attachment;"
        f" filename=event.ics\r\n\r\n{coded}\r\n--_=_swift--\r\n"
    ).encode()


PROGRAMS = {
    "google": google,
    "exchange": exchange,
    "outlook.com": outlook_com,
    "apple": apple,
    "thunderbird": thunderbird,
    "nextcloud": nextcloud,
}


# -- what is answered to ---------------------------------------------------------------


@pytest.fixture
def host(client: Client, event_type: Callable[..., EventType], clock: Clock) -> Client:
    """Grace, who has an address, and two things to book; it is 12 January."""
    clock.move(days=8)
    client.calendar.hosts.update("me", name="Grace", email="grace@example.com")
    event_type("demo")
    event_type("class", seats=5)
    return client


def book(client: Client, **more: Any) -> Booking:
    wanted = {"event_type_id": "demo", "start_time": WHEN, "attendee": ADA}
    return client.calendar.bookings.create(**{**wanted, **more})


def weekly(client: Client, **more: Any) -> Booking:
    return book(client, recurring={"frequency": "WEEKLY", "count": 4}, **more)


def read(client: Client, data: bytes, **options: Any) -> str:
    """What came of the one answer in it."""
    [answer] = client.calendar.replies.read(data, **options)
    return str(answer.outcome)


def said(client: Client, booking: Booking, email: str = "ada@example.com") -> Any:
    found = client.calendar.bookings.get(booking.uid)
    [person] = [
        each
        for each in (found.attendee, *found.guests)
        if each.email and each.email.lower() == email
    ]
    return person.partstat
