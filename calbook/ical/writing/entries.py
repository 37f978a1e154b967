"""The entry of a booking as it is written into its host's own calendar.

Without METHOD, ORGANIZER and ATTENDEE: no server then takes it for an invitation that
it would have to send.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from calbook.ical.reading.entries import DIGEST, digest_of_all, read_entry
from calbook.ical.writing.event_text import Invite
from calbook.ical.writing.vcalendar import write_calendar

_OF_THE_WRITING = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "CREATED")
_END = re.compile(rb"^END:VEVENT\r$", re.MULTILINE)
_FOLDED = 70  # octets of a line
_CONTROL = re.compile("[\0-\x08\x0a-\x1f\x7f-\x9f]")


class NewEntry(NamedTuple):
    """An entry as it is to be; `says` is the digest of what it says, `whole` of all."""

    data: bytes
    says: str
    whole: str

    @property
    def digest(self) -> str:
        """Both, as they are stored and stand in it."""
        return f"{self.says}.{self.whole}"

    def with_additions(self, lines: Iterable[str]) -> bytes:
        """With lines of its owner's in each event, and the digest of the rest."""
        added = [f"{DIGEST}:{self.digest}", *lines]
        text = "".join(map(_folded, added)).encode()
        return _END.sub(lambda end: text + end[0], self.data)


def write_entry(invite: Invite) -> NewEntry:
    """Of an invite that is its host's copy and takes place."""
    data = write_calendar([invite], method=None)
    whole = digest_of_all(data, but=_OF_THE_WRITING)
    return NewEntry(data, read_entry(data).digest, whole)


def _folded(line: str) -> str:
    """RFC 5545, 3.1: in lines of 75 octets at most."""
    text = _CONTROL.sub("", line)
    parts, part = [], ""
    for letter in text:
        if len((part + letter).encode()) > _FOLDED:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part]) + "\r\n"
