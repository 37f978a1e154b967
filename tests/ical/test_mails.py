"""Mail of any kind is read or refused in words, whatever it is made of."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from support.properties import examples

from calbook import errors
from calbook.ical.reading.mails import ReceivedMail, read_mail

PIECES = st.sampled_from(
    [
        *(b"From: ada@example.com", b"Content-Type: text/calendar; method=REPLY"),
        *(b"Content-Type: multipart/mixed; boundary=b", b"--b", b"--b--", b"", b""),
        *(b"Content-Transfer-Encoding: base64", b"BEGIN:VCALENDAR", b"METHOD:REPLY"),
        *(b"BEGIN:VEVENT", b"END:VEVENT", b"UID:bk_000000000000@calbook", b"END:VCAL"),
        *(b"RECURRENCE-ID;TZID=x:20270101T000000", b"DTSTART:1", b"BEGIN:VTIMEZONE"),
        *(b"Content-Type: message/rfc822", b"METHOD:COUNTER", b"DTSTAMP:2027", b"\xff"),
        *(b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com", b"SEQUENCE:1", b" x"),
    ]
)


@settings(examples(300))
@given(st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=30))
def test_no_mail_breaks_the_reader(pieces: list[bytes]) -> None:
    data = b"\r\n".join(pieces)
    try:
        read = read_mail(data, authserv_id="mx.example.com")
    except errors.BadInput:
        return

    assert isinstance(read, ReceivedMail)
    assert not read.is_authenticated


def test_a_part_whose_charset_is_none_is_read_by_its_bytes() -> None:
    """Python's reader decoded it to look for parts in it: a traceback."""
    head = b"From: ada@example.com\r\nContent-Type: text/plain; charset=utf-7\0\r\n\r\n"

    assert read_mail(head + b"caf\xe9").answers == ()
