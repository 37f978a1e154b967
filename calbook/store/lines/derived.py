"""What no line says, as it follows from what it says: columns and claims."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core.busy import split_span
from calbook.core.checks import fold_ref
from calbook.core.model import LONGEST_CLAIM, Span
from calbook.core.people import person_key, phone_digits
from calbook.core.search import Person, search_text
from calbook.core.time import times
from calbook.store.lines.kinds import WrongValue
from calbook.store.lines.nouns import BOOKING, CALENDAR
from calbook.store.lines.tables import Noun

if TYPE_CHECKING:
    from calbook.store.connection import Connection

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]  # by table
Derive = Callable[[Row, Rows], Rows]

_LONGEST = int(LONGEST_CLAIM.total_seconds())
_LONGEST_BUSY = 100 * 366 * 24 * 3600  # no longer than can be booked ahead
_TABLES = {table.name: table for table in (BOOKING.table, *BOOKING.children)}
_BOOKING, _OCCURRENCE = _TABLES["bookings"].places, _TABLES["occurrences"].places
_HOST, _ATTENDEE = _TABLES["booking_hosts"].places, _TABLES["attendees"].places
_UID, _NUMBER = _BOOKING["uid"], _BOOKING["rowid"]
_EVENT_TYPE = _BOOKING["event_type_id"]

# How many of each event type's bookings each host has, of those made by the import.
_COUNT_LOADS = """
    insert into host_loads (event_type_id, host_id, bookings)
    select event_type_id, host_id, count(*) filter (where is_live)
    from booking_hosts where not is_of_dates and made > :before
    group by event_type_id, host_id
    on conflict (event_type_id, host_id) do update
    set bookings = host_loads.bookings + excluded.bookings
"""


class Meeting(NamedTuple):
    """An occurrence as what is derived needs it, in epoch seconds."""

    key: int
    start: int
    end: int
    claim_start: int
    claim_end: int
    status: str
    resolution: str | None
    is_recorded: bool
    held_until: int | None
    hosts: tuple[str, ...]

    @property
    def expires_at(self) -> int:
        return self.start if self.held_until is None else self.held_until

    @property
    def due(self) -> int | None:
        if self.is_recorded:
            return None
        return {"PENDING": self.expires_at, "CONFIRMED": self.end}.get(self.status)

    @property
    def is_live(self) -> bool:
        return self.status != "CANCELLED" and not (
            self.status == "PENDING" and self.is_recorded
        )


def columns(noun: Noun) -> dict[str, tuple[str, ...]]:
    """Of each of a noun's tables, in the order in which they are written."""
    found = {noun.table.name: noun.table.stored}
    for table in noun.children:
        found[table.name] = (*table.stored, table.parent)
        if table.name == "occurrences":
            found["claims"] = _CLAIM
    return {name: (*found[name], *_ADDED.get(name, ())) for name in found}


_CLAIM = ("host_id", "claim_start", "claim_end", "uid", "recurrence_id")
_ADDED: dict[str, tuple[str, ...]] = {
    "bookings": (
        *("starts_at", "last_at", "pending_until", "confirmed_until"),
        *("final_status", "search"),
    ),
    "booking_hosts": ("event_type_id", "made", "is_live", "starts_at", "last_at"),
    "attendees": ("person_key", "phone_digits", "ref_folded"),
    "occurrences": ("event_type_id", "due"),
    "busy": ("host_id", "busy_start", "busy_end"),
    "reminder_updates": ("noun",),
}


def complete_booking(booking: Row, found: Rows) -> Rows:
    """The rows of a booking, with all columns, and its claims."""
    uid, event_type_id = booking[_UID], booking[_EVENT_TYPE]
    meetings = [_meeting(row) for row in found["occurrences"]]
    hosts, own = found["booking_hosts"], []
    if not meetings:
        raise WrongValue("has no occurrence")
    if not found["attendees"]:
        raise WrongValue("has no attendee")
    is_live = any(meeting.is_live for meeting in meetings)
    summary = _summary(meetings)
    starts_at, last_at, *_ = summary
    times = (starts_at, last_at if booking[_BOOKING["recurring"]] else None)
    rows = dict(found)
    rows["booking_hosts"] = []
    for row in hosts:
        is_of_dates = row[_HOST["is_of_dates"]]
        own += [] if is_of_dates else [row[_HOST["host_id"]]]
        counts = is_live and not is_of_dates
        rows["booking_hosts"].append(
            (*row, uid, event_type_id, booking[_NUMBER], counts, *times)
        )
    if not own:
        raise WrongValue("has no host")
    rows["attendees"] = [
        (*row, uid, *_person_keys(*(row[n] for n in _FACTS)))
        for row in found["attendees"]
    ]
    search = _search_text(booking, rows["attendees"])
    rows["bookings"] = [(*booking, *summary, search)]
    place = _OCCURRENCE["is_recorded"]
    rows["occurrences"] = [
        (*row[:place], *row[place + 1 :], uid, event_type_id, meeting.due)
        for row, meeting in zip(found["occurrences"], meetings, strict=True)
    ]
    rows["claims"] = [
        (host_id, meeting.claim_start, meeting.claim_end, uid, meeting.key)
        for meeting in meetings
        if meeting.status != "CANCELLED"
        for host_id in meeting.hosts or own
    ]
    for name in rows.keys() - _DONE:
        rows[name] = [(*row, uid) for row in found[name]]
    return rows


def _search_text(booking: Row, attendees: list[Row]) -> str:
    uid, title, notes = (booking[_BOOKING[n]] for n in ("uid", "title", "notes"))
    name, email = _ATTENDEE["name"], _ATTENDEE["email"]
    persons = [
        Person(row[name], key if row[email] else None, ref, digits)
        for row in attendees
        for key, digits, ref in [row[-3:]]
    ]
    return search_text(uid, title, notes, persons)


_DONE = {"bookings", "booking_hosts", "attendees", "occurrences", "claims"}
_FACTS = [_ATTENDEE[name] for name in ("email", "phone", "ref", "name")]
_FIRST = _OCCURRENCE["recurrence_id"]
_MEETING = [
    _OCCURRENCE[name]
    for name in (
        *("recurrence_id", "start_at", "end_at", "claim_start", "claim_end"),
        *("status", "resolution", "is_recorded", "held_until"),
    )
]
_HOSTS = _OCCURRENCE["hosts"]


def _meeting(row: Row) -> Meeting:
    hosts = row[_HOSTS]
    given = tuple(json.loads(hosts)) if hosts else ()
    meeting = Meeting._make((*(row[n] for n in _MEETING), given))
    if meeting.end <= meeting.start:
        raise WrongValue("ends before it begins")
    if not (
        meeting.claim_start <= meeting.start
        and meeting.end <= meeting.claim_end <= meeting.claim_start + _LONGEST
    ):
        raise WrongValue("takes place outside the time that it claims")
    if (meeting.status == "CANCELLED") != (meeting.resolution is not None):
        raise WrongValue("is cancelled without a resolution, or has one without")
    return meeting


def _summary(meetings: list[Meeting]) -> Row:
    """When it starts and ends, and what becomes of it: see `row_checks`."""
    booked = [m.start for m in meetings if m.resolution != "conflict"]
    if not booked:
        raise WrongValue("has no date that was ever free")
    pending = [m.expires_at for m in meetings if m.status == "PENDING"]
    confirmed = [m.end for m in meetings if m.status == "CONFIRMED"]
    words = {m.status for m in meetings} - {"PENDING", "CANCELLED"}
    final = "COMPLETED" if words - {"NO_SHOW"} else "NO_SHOW" if words else "CANCELLED"
    return (
        *(min(booked), max(booked)),
        *(max(pending, default=None), max(confirmed, default=None), final),
    )


@lru_cache(1024)
def _person_keys(
    email: str | None, phone: str | None, ref: str | None, name: str | None
) -> Row:
    said = {"email": email, "phone": phone, "ref": ref, "name": name}
    return person_key(said), phone_digits(phone), ref and fold_ref(ref)


_STRETCH = CALENDAR.children[0].places
_MOST_PIECES = 400_000  # as many as a file of a calendar may have


def complete_calendar(calendar: Row, found: Rows) -> Rows:
    """The rows of a calendar, its busy time in pieces."""
    id, host_id = (calendar[CALENDAR.table.places[n]] for n in ("id", "host_id"))
    number = sum(_count_pieces(row) for row in found["busy"])
    if number > _MOST_PIECES:
        raise WrongValue(f"is busy too long: at most {_MOST_PIECES:,} pieces fit")
    pieces = [
        (*row, id, host_id, start, end)
        for row in found["busy"]
        for start, end in _pieces(row)
    ]
    return {"calendars": [calendar], "busy": pieces}


def _count_pieces(row: Row) -> int:
    start, end = row[_STRETCH["stretch_start"]], row[_STRETCH["stretch_end"]]
    if end <= start:
        raise WrongValue("ends before it begins")
    if end - start > _LONGEST_BUSY:
        raise WrongValue("is busy for more than 100 years on end")
    return int((end - start) // LONGEST_CLAIM.total_seconds()) + 1


def _pieces(row: Row) -> Iterator[tuple[int, int]]:
    start, end = row[_STRETCH["stretch_start"]], row[_STRETCH["stretch_end"]]
    for piece in split_span(Span(times.instant(start), times.instant(end))):
        yield times.epoch(piece.start), times.epoch(piece.end)


def count_loads(conn: Connection, *, before: int) -> None:
    """Of the bookings with a greater number than `before`."""
    conn.execute(_COUNT_LOADS, {"before": before})


DERIVE: dict[str, Derive] = {
    "booking": complete_booking,
    "calendar": complete_calendar,
}
