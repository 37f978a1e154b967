"""The e-mail about a booking, written whole when it is queued: RFC 5322 and 6047.

Text from people is hostile. Header lines are written here, as the header objects of
`email` read what they are given, and would decode what only looks encoded (RFC 2047).
Slow to import.
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
from calbook.delivery.mail import texts
from calbook.delivery.mail.texts import Person, one_line
from calbook.ical.writing.event_text import Invite, in_language
from calbook.ical.writing.method import Method
from calbook.ical.writing.vcalendar import write_calendar

_LINE = 78  # characters of a header line (RFC 5322, 2.1.1)
_WORD = 60  # of one word in it, before it is encoded to be cut


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
    invite, method = in_language(invite, person), Method(notice.kind)
    file = write_calendar([invite], method=method)
    text = texts.mail_text(
        invite,
        person,
        notice.what,
        notice.dates,
        reason=reason,
        moved_from=moved_from,
    )
    subject = texts.invitation_subject(invite, method)
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
    invite = in_language(invite, person)
    text = texts.mail_text(invite, person, "reminder", [occurrence])
    subject = texts.reminder_subject(invite, person, occurrence)
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
    invite = in_language(invite, person)
    text = texts.mail_text(invite, person, "offered", dates, held=(id, until))
    subject = texts.offer_subject(invite)
    head = _address_headers(envelope, invite, person, subject)
    return head + _body(_plain(text))


def test_message(envelope: Envelope, to: str) -> str:
    """A mail about nothing, to see that mail goes out."""
    text = "This is a test: calbook can send mail from here.\n"
    head = [("To", mailbox(None, to)), ("Subject", "A test by calbook")]
    from_ = ("From", mailbox(None, envelope.sender))
    return _headers(envelope, [from_, *head]) + _body(_plain(text))


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
            ("Content-Language", invite.language.tag),
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
    shown = one_line(name or "")
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
