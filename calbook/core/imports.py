"""Bookings that were made with another program, and what becomes of each here."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core import checks, ids
from calbook.core.model import Actor, Attendee, Status
from calbook.core.people import person_key
from calbook.core.time import times

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence

SOURCES = ("ics", "csv", "calendly", "calcom", "easyappointments", "google")
LARGEST_FILE = 100 * 1024 * 1024  # bytes of all files together
MOST_BOOKINGS = 100_000
YEARS_AHEAD = 2  # whole ones, in which a series without an end is taken over

PREFIX = "import."
_OWN_UID = re.compile(r"(bk_[0-9a-hjkmnp-tv-z]{12})@[^/]*")
_MOST_KEYS = checks.METADATA_KEYS - 7  # beside those of `trace`
_LONGEST_VALUE = 2_000
_MOST_ANSWERS = 50
_MOST_BYTES = checks.METADATA_BYTES - 8 * 1024


class ForeignDate(NamedTuple):
    """When it takes place, in UTC; `original` where a date of a series has moved."""

    start: datetime
    end: datetime
    original: datetime | None = None
    is_cancelled: bool = False

    @property
    def key(self) -> datetime:
        return self.original or self.start


class ForeignBooking(NamedTuple):
    """A booking as another program has it.

    `event` is what it calls the event type, and `hosts` are e-mail addresses or names;
    `absent` are who did not come, by `people.person_key`. A series has a `rule`, which
    recurs by the clocks of `timezone`.
    """

    uid: str
    dates: tuple[ForeignDate, ...]
    people: tuple[Attendee, ...] = ()
    line: int | None = None
    event: str = ""
    title: str | None = None
    status: Status = Status.CONFIRMED
    absent: frozenset[str] = frozenset()
    is_group: bool = False
    sequence: int = 0
    changed_at: datetime | None = None
    created_at: datetime | None = None
    hosts: tuple[str, ...] = ()
    reason: str | None = None
    cancelled_by: Actor = Actor.SYSTEM
    location: Mapping[str, str] | None = None
    meeting_url: str | None = None
    notes: str | None = None
    responses: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] = {}
    rule: Recurrence | None = None
    timezone: str | None = None


class ForeignEventType(NamedTuple):
    """What can be booked there; `key` is what bookings name it by, with its title.

    `fields` are as `event_types.create` takes them; one that is not `is_known` was
    told by its bookings.
    """

    key: str
    title: str
    fields: Mapping[str, Any] = {}
    hosts: tuple[str, ...] = ()
    is_known: bool = True


class Remark(NamedTuple):
    """What is to be said of a line or an event: why it is left out, what was guessed.

    A fault is of what should have been taken over.
    """

    reason: str
    line: int | None = None
    uid: str | None = None
    is_fault: bool = False

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line is not None else ""
        named = ", ".join(filter(None, (place, self.uid)))
        return f"{named}: {self.reason}" if named else self.reason


class Content(NamedTuple):
    """What some files hold: what can be taken over, and what was left out of them.

    `kept` are the fields that are kept as metadata, and `dropped` those that are not.
    """

    bookings: tuple[ForeignBooking, ...] = ()
    event_types: tuple[ForeignEventType, ...] = ()
    left_out: tuple[Remark, ...] = ()
    remarks: tuple[Remark, ...] = ()
    kept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


# -- what it is called here -----------------------------------------------------------


def uid_of(source: str, foreign_uid: str) -> str:
    """The uid that a booking of elsewhere has here, the same each time.

    One that calbook gave is kept, so that its own calendars are told of one booking;
    not so that of a date alone.
    """
    own = _OWN_UID.fullmatch(foreign_uid)
    return own[1] if own else ids.derived_uid(f"{source}\n{foreign_uid}")


def state_of(booking: ForeignBooking) -> str:
    """A short sign that differs where anything differs that is taken over."""
    rule = booking.rule and [booking.rule.frequency, booking.rule.interval]
    facts = [
        [[d.start, d.end, d.key, d.is_cancelled] for d in booking.dates],
        [[p.name, p.email, p.phone, p.timezone, p.language] for p in booking.people],
        sorted(booking.absent),
        [booking.event, booking.title, booking.status, booking.is_group],
        [booking.hosts, booking.reason, booking.location, booking.meeting_url],
        [booking.notes, booking.responses, booking.metadata, rule, booking.timezone],
    ]
    said = json.dumps(facts, default=str, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def newest_of_each(
    source: str, bookings: Iterable[ForeignBooking]
) -> dict[str, ForeignBooking]:
    """By their uids here: where several come to one, the newest, or the last."""
    found: dict[str, ForeignBooking] = {}
    for booking in bookings:
        other = found.get(uid := uid_of(source, booking.uid), booking)
        if _age(booking) >= _age(other):
            found[uid] = booking
    return found


def _age(booking: ForeignBooking) -> tuple[int, float]:
    changed = booking.changed_at
    return booking.sequence, changed.timestamp() if changed else 0


def trace(source: str, booking: ForeignBooking) -> dict[str, Any]:
    """What a booking keeps of where it came from, by which it is known again."""
    changed = booking.changed_at and times.rfc3339(booking.changed_at, "UTC")
    is_off = booking.status is Status.CANCELLED
    facts = {
        "source": source,
        "uid": _uid_kept(booking),
        "sequence": booking.sequence,
        "changed": changed,
        "state": state_of(booking),
        "title": booking.title,
        "cancelledBy": booking.cancelled_by.value if is_off else None,
    }
    return {
        f"{PREFIX}{key}": value for key, value in facts.items() if value is not None
    }


def _uid_kept(booking: ForeignBooking) -> str:
    return clean_prose(booking.uid, most=_LONGEST_VALUE)


class Kept:
    """Fields that have no place in a booking, kept as metadata as far as they fit."""

    def __init__(self) -> None:
        self.kept: dict[str, None] = {}
        self.dropped: dict[str, None] = {}

    def metadata(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        size = 0
        for name, value in fields.items():
            key = " ".join(name.replace("\0", "").split())[: checks.METADATA_KEY_LENGTH]
            said = _metadata_value(value)
            if said in (None, "", [], {}):
                continue
            size += len(key) + _size(said)
            is_full = len(found) >= _MOST_KEYS or size > _MOST_BYTES
            if not key or key.startswith(PREFIX) or key in found or is_full:
                self.dropped[name] = None
            else:
                self.kept[name] = None
                found[key] = said
        return found


def _metadata_value(value: Any) -> Any:
    """As JSON holds it; a long text is cut."""
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, str):
        return clean_prose(value, most=_LONGEST_VALUE)
    try:
        text = checks.to_json_text(value, "metadata")
    except ValueError:
        return None
    except Exception:  # too deep, or no JSON: as text
        return clean_prose(str(value), most=_LONGEST_VALUE)
    return value if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE]


def _size(value: Any) -> int:
    return 4 * len(str(value)) + 8


# -- text of elsewhere ----------------------------------------------------------------


def clean_prose(text: str, *, most: int = checks.NOTES_LENGTH) -> str:
    """Without what no store takes: NUL, and halves of characters."""
    plain = text.replace("\0", "").encode("utf-8", "replace").decode()
    return plain.strip()[:most]


def clean_line(text: object, *, most: int = checks.NAME_LENGTH) -> str | None:
    """On one line, or None where it says nothing."""
    words = clean_prose(str(text or ""), most=20 * most).split()
    return " ".join(words)[:most].strip() or None


def clean_answer(value: object) -> Any:
    """An answer to a question: a text, number or word, or several."""
    if isinstance(value, str):
        return clean_prose(value, most=_LONGEST_VALUE)
    if isinstance(value, list):
        texts = [each for each in value if isinstance(each, str)]
        return [clean_answer(each) for each in texts[:_MOST_ANSWERS]]
    return value


# -- what becomes of it ---------------------------------------------------------------


class Verdict(StrEnum):
    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    OLDER = "older"  # than what is here


def judge(
    booking: ForeignBooking, sequence: int | None, metadata: Mapping[str, Any]
) -> Verdict:
    """What a booking is beside the one that is here; None where there is none.

    What calbook made itself has no trace of it, nor has what came under another UID:
    there a higher SEQUENCE alone is news.
    """
    if sequence is None:
        return Verdict.NEW
    state = metadata.get(f"{PREFIX}state")
    if state is None or metadata.get(f"{PREFIX}uid") != _uid_kept(booking):
        return Verdict.CHANGED if booking.sequence > sequence else Verdict.SAME
    if state == state_of(booking):
        return Verdict.SAME
    before = metadata.get(f"{PREFIX}sequence")
    if isinstance(before, int) and booking.sequence != before:
        return Verdict.CHANGED if booking.sequence > before else Verdict.OLDER
    changed = metadata.get(f"{PREFIX}changed")
    if isinstance(changed, str) and booking.changed_at is not None:
        is_older = times.rfc3339(booking.changed_at, "UTC") < changed
        return Verdict.OLDER if is_older else Verdict.CHANGED
    return Verdict.CHANGED


def check_size(size: int) -> None:
    """Raises BadInput where files are larger than can be read."""
    if size > LARGEST_FILE:
        from calbook.core.errors import BadInput

        raise BadInput(
            f"the files have {size:,} bytes or more; at most {LARGEST_FILE:,} fit",
            length=size,
            most=LARGEST_FILE,
        )


def absent_keys(
    people: tuple[Attendee, ...], flags: tuple[bool, ...]
) -> frozenset[str]:
    """The keys of those whose flag is set."""
    return frozenset(
        person_key(person) for person, flag in zip(people, flags, strict=True) if flag
    )
