"""The e-mail about a booking, written whole when it is queued: RFC 5322 and 6047.

Text from people is hostile. Header lines are written here, as the header objects of
`email` read what they are given, and would decode what only looks encoded (RFC 2047).
Slow to import: it loads icalendar.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from typing import NamedTuple

from calbook.core import domain_names
from calbook.core.catalog import Host
from calbook.core.model import Attendee, Occurrence
from calbook.core.outgoing.mail_notices import Notice
from calbook.core.people import is_same, public_label
from calbook.core.text import printable
from calbook.core.time import times
from calbook.ical.writing import event_text
from calbook.ical.writing.event_text import Invite
from calbook.ical.writing.vcalendar import Method, write_calendar

Person = Attendee | Host

_LINE = 78  # characters of a header line (RFC 5322, 2.1.1)
_WORD = 60  # of one word in it, before it is encoded to be cut
_SHOWN = 200  # of a name or title
_DATES = 12  # of a series that are listed
_MARGIN = 11  # characters before what the labels stand for

_SENTENCES = {
    "booked": "{what} is booked.",
    "requested": "{what} is requested. You will be told when it is confirmed or"
    " declined.",
    "confirmed": "{what} is confirmed.",
    "moved": "{what} has moved.",
    "moved again": "{what} has moved, and is to be confirmed again. You will be told.",
    "some moved": "Some dates of {what} have moved.",
    "some moved again": "Some dates of {what} have moved, and are to be confirmed"
    " again. You will be told.",
    "handed over": "{what} has a new host.",
    "some handed over": "Some dates of {what} have a new host.",
    "changed": "{what} has changed.",
    "extended": "{what} goes on: it has further dates.",
    "extended request": "{what} goes on. The further dates are requested: you will be"
    " told when they are confirmed or declined.",
    "cancelled": "{what} is cancelled.",
    "some cancelled": "Some dates of {what} are cancelled.",
    "declined": "{what} was declined.",
    "restored": "{what} is on again.",
    "restored request": "{what} is on again, and is to be confirmed. You will be told.",
    "asked again": "{what} is to be confirmed again. You will be told.",
    "some restored": "Some dates of {what} are on again.",
    "some restored request": "Some dates of {what} are on again, and are to be"
    " confirmed. You will be told.",
    "some asked again": "Some dates of {what} are to be confirmed again. You will be"
    " told.",
    "expired": "{what} was not confirmed in time and is off.",
    "some declined": "Some dates of {what} were declined.",
    "removed": "You no longer take part in {what}.",
    "date removed": "You no longer take part in one date of {what}.",
    "dates removed": "You no longer take part in some dates of {what}.",
    "reminder": "{what} is coming up.",
    "sent again": "You asked for {what} once more. This is how it stands.",
    "counter declined": "{what} stays where it is: the time that you proposed is not"
    " taken.",
    "offered": "You are on the waiting list, and there is time for you now: {what}.",
}


_ENDS = frozenset(
    {
        *("cancelled", "some cancelled", "declined", "some declined", "expired"),
        *("removed", "date removed", "dates removed"),
    }
)


class Envelope(NamedTuple):
    """What a mail needs besides its matter; `id` is the delivery's."""

    id: str
    sender: str
    now: datetime


def invitation_message(
    envelope: Envelope,
    invite: Invite,
    notice: Notice,
    person: Attendee,
    *,
    reason: str | None = None,
    moved_from: datetime | None = None,
) -> str:
    """A change to one person, with the calendar part that makes it."""
    method = Method(notice.kind)
    file = write_calendar([invite], method=method)
    text = _text(
        invite,
        person,
        notice.what,
        notice.dates,
        reason=reason,
        moved_from=moved_from,
    )
    subject = _invitation_subject(invite, method)
    both = MIMEMultipart("alternative", boundary=f"{envelope.id}_=_2")
    both.attach(_plain(text))
    both.attach(_calendar(file, method))
    whole = MIMEMultipart("mixed", boundary=f"{envelope.id}_=_1")
    whole.attach(both)
    whole.attach(_attachment(file))
    return _address_headers(envelope, invite, person, subject) + _body(whole)


def reminder_message(
    envelope: Envelope, invite: Invite, person: Person, occurrence: Occurrence
) -> str:
    """A word before a meeting; the calendars know of it already."""
    text = _text(invite, person, "reminder", [occurrence])
    subject = _reminder_subject(invite, person, occurrence)
    host = invite.hosts_of(occurrence)[0]
    head = _address_headers(envelope, invite, person, subject, host=host)
    return head + _body(_plain(text))


def offer_message(
    envelope: Envelope,
    invite: Invite,
    person: Attendee,
    dates: Sequence[Occurrence],
    *,
    until: datetime,
    id: str,
) -> str:
    """Time for somebody who waits: it is in no calendar before it is taken."""
    text = _text(invite, person, "offered", dates, held=(id, until))
    subject = f"Offer: {_one_line(invite.booking.title)}"
    head = _address_headers(envelope, invite, person, subject)
    return head + _body(_plain(text))


def test_message(envelope: Envelope, to: str) -> str:
    """A mail about nothing, to see that mail goes out."""
    text = "This is a test: calbook can send mail from here.\n"
    head = [("To", mailbox(None, to)), ("Subject", "A test by calbook")]
    from_ = ("From", mailbox(None, envelope.sender))
    return _headers(envelope, [from_, *head]) + _body(_plain(text))


# -- what it says ----------------------------------------------------------------------


def _invitation_subject(invite: Invite, method: Method) -> str:
    """The calendar entry's title, whatever happened: Exchange makes it that.

    A request says so, as long as it is one.
    """
    is_request = method is Method.REQUEST and invite.is_request
    only = invite.occurrences[0] if invite.only else None
    title = _one_line(event_text.summary(invite, only)) or invite.booking.uid
    return f"{'Request: ' * is_request}{title}"


def _reminder_subject(invite: Invite, person: Person, occurrence: Occurrence) -> str:
    zone = person.timezone or invite.booking.timezone
    named = "" if person.timezone else f" {zone}"
    start = times.format_moment(occurrence.span.start, zone)
    return f"Reminder: {_one_line(invite.booking.title)}, {start}{named}"


def _text(
    invite: Invite,
    person: Person,
    what: str,
    dates: Sequence[Occurrence],
    *,
    reason: str | None = None,
    moved_from: datetime | None = None,
    held: tuple[str, datetime] | None = None,
) -> str:
    """In the zone of whoever reads it; `held` is an offer, and until when it is."""
    zone = person.timezone or invite.booking.timezone
    title = _one_line(invite.booking.title)
    facts = [
        ("When", _when(invite, dates, zone)),
        ("Before", moved_from and f"{times.format_moment(moved_from, zone)} {zone}"),
        ("Where", event_text.place(invite)),
        ("Link", event_text.link(invite)),
        ("Reason", reason),
        ("Booked by", _booker(invite, person)),
        ("Booking", None if held else invite.booking.uid),
        ("Offer", held and held[0]),
        ("Held until", held and f"{times.format_moment(held[1], zone)} {zone}"),
    ]
    one = "One date of " if invite.only and what != "date removed" else ""
    named = f"{one}{title} with {_company(invite, person, dates)}"
    paragraphs = [
        f"Hello {_one_line(person.name)}," if person.name else "Hello,",
        _SENTENCES[what].format(what=named),
        "\n".join(_fact(name, text) for name, text in facts if text),
    ]
    if what not in _ENDS and _can_answer(invite, person):
        answers = "To take it" if held else "To change or cancel it"
        paragraphs.append(f"{answers}, reply to this mail.")
    return "\n\n".join(paragraphs) + "\n"


def _can_answer(invite: Invite, person: Person) -> bool:
    """Whether a reply goes to the host, and from somebody else."""
    return isinstance(person, Attendee) and bool(invite.organizer.email)


def _booker(invite: Invite, person: Person) -> str | None:
    """Who asked a guest along; nobody in a group was."""
    booker = invite.booking.attendee
    is_guest = isinstance(person, Attendee) and not is_same(person, booker)
    if invite.booking.is_group or not is_guest:
        return None
    return _one_line(public_label(booker))


def _company(invite: Invite, person: Person, dates: Sequence[Occurrence]) -> str:
    """Whom the person meets; nobody in a group is told who else is in it."""
    if isinstance(person, Host):
        booking = invite.booking
        more = len(booking.guests)
        name = _one_line(public_label(booking.attendee))
        return f"{name} and {more} more" if more else name
    return _names(invite.hosts_of(dates[0] if len(dates) == 1 else None))


def _names(hosts: Sequence[Host]) -> str:
    return ", ".join(_one_line(host.name) for host in hosts)


def _when(invite: Invite, dates: Sequence[Occurrence], zone: str) -> str:
    """The dates; of several, with whom those are that others give."""
    lines = [
        f"{times.format_meeting(*each.span, zone)} {zone}" for each in dates[:_DATES]
    ]
    if len(dates) > 1:
        others = [invite.of_dates.get(each.recurrence_id) for each in dates]
        lines = [
            f"{line}, with {_names(hosts)}" if hosts else line
            for line, hosts in zip(lines, others, strict=False)
        ]
    more = len(dates) - len(lines)
    return "\n".join([*lines, *([f"and {more} more"] if more else [])])


def _fact(name: str, text: str) -> str:
    """`When       Mon 18 Jan 2027, 10:00`; further lines stand below the first."""
    lines = event_text.clean_text(text).strip("\n").split("\n")
    return "\n".join(
        f"{'' if number else name:{_MARGIN}}{printable(line)}".rstrip()
        for number, line in enumerate(lines)
    )


def _one_line(text: str) -> str:
    """On one line, harmless, and no longer than a name may be."""
    return printable(event_text.clean_line(text[:_SHOWN])).strip()


# -- headers ---------------------------------------------------------------------------


def _address_headers(
    envelope: Envelope,
    invite: Invite,
    person: Person,
    subject: str,
    *,
    host: Host | None = None,
) -> str:
    """Who answers writes to the organizer, or to the `host` of one date."""
    host = host or invite.organizer
    assert person.email is not None
    thread = f"<{invite.booking.uid}@calbook>"
    return _headers(
        envelope,
        [
            ("From", mailbox(host.name, envelope.sender)),
            ("Reply-To", host.email and mailbox(host.name, host.email)),
            ("To", mailbox(person.name, person.email)),
            ("Subject", _encoded_words(subject)),
            ("In-Reply-To", thread),
            ("References", thread),
        ],
    )


def _headers(envelope: Envelope, lines: Sequence[tuple[str, str | None]]) -> str:
    domain = envelope.sender.rpartition("@")[2]
    every = [
        ("Date", format_datetime(envelope.now)),
        *lines,
        ("Message-ID", f"<{envelope.id}@calbook.{domain}>"),
        ("Auto-Submitted", "auto-generated"),
    ]
    return "".join(_fold_header(f"{name}: {value}") for name, value in every if value)


def mailbox(name: str | None, email: str) -> str:
    """`"Ada" <ada@example.com>`; a domain that is not ASCII in its xn-- form."""
    address = f"<{domain_names.ascii_address(email)}>"
    shown = _one_line(name or "")
    if not shown:
        return address
    if _is_plain(shown):
        quoted = re.sub(r'(["\\])', r"\\\1", shown)
        return f'"{quoted}" {address}'
    return f"{_encoded_words(shown)} {address}"


def _encoded_words(text: str) -> str:
    """Unstructured text as encoded words, where a reader could take it for more."""
    if _is_plain(text):
        return text
    return Header(text, "utf-8", maxlinelen=_LINE - 12).encode().replace("\n ", " ")


def _is_plain(text: str) -> bool:
    """Whether it can stand as it is: printable ASCII, no `=?`, no word too long."""
    return (
        text.isascii()
        and text.isprintable()
        and "=?" not in text
        and max(map(len, text.split()), default=0) < _WORD
    )


def _fold_header(line: str) -> str:
    """One header, broken before words, its further lines indented.

    Many spaces count as one, as no line may be made of them (RFC 5322, 2.2.3).
    """
    lines = [""]
    for word in filter(None, line.split(" ")):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _LINE:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] or len(lines) > 1 else word
    return "\n".join(lines) + "\n"


# -- parts -----------------------------------------------------------------------------


def _body(part: MIMENonMultipart | MIMEMultipart) -> str:
    return part.as_string().replace("\r\n", "\n")


def _plain(text: str) -> MIMEText:
    readable = Charset("utf-8")
    readable.body_encoding = QP
    return MIMEText(text, "plain", readable)  # type: ignore[arg-type]


def _calendar(file: bytes, method: Method) -> MIMEBase:
    """The part that mail programs act on (RFC 6047, 2.4)."""
    return _encoded_part(
        "text", "calendar", file, method=method.upper(), charset="UTF-8"
    )


def _attachment(file: bytes) -> MIMEBase:
    """The same as a file, for programs that do not."""
    part = _encoded_part("application", "ics", file, name="invite.ics")
    part["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return part


def _encoded_part(kind: str, subkind: str, data: bytes, **params: str) -> MIMEBase:
    part = MIMEBase(kind, subkind, policy=None, **params)
    part.set_payload(data)
    encode_base64(part)
    return part
