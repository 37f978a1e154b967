"""A host's notes about a booking: appended, never changed.

Private ones go into no event, and so nowhere where a booking is carried to others.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from calbook.core.time.times import epoch, rfc3339
from calbook.store import notes
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction


def read_notes(context: Context, uid: str) -> list[Json]:
    """Public and private notes, in the order in which they were written."""
    with context.store.read(notes.NotesReader) as reading:
        booking = reading.booking_row(reading.resolve_uid(uid))
        assert booking is not None
        found = reading.note_rows(booking["uid"])
    return [_note_json(note, booking["timezone"]) for note in found]


def add_note(context: Context, uid: str, *, content: str, is_private: bool) -> Json:
    """Append a note to a booking of any status; the booking itself stays.

    Raises:
        BadInput: it is blank, too long, or not text.
    """
    from calbook.core import checks, ids
    from calbook.services.bookings import record  # slow to import

    said = {
        "id": ids.note(),
        "content": _check_content(content),
        "is_private": checks.boolean(is_private, "isPrivate"),
    }

    def add(tx: Transaction) -> Json:
        now = context.clock()
        note: Json = {**said, "uid": tx.resolve_uid(uid), "created_at": epoch(now)}
        tx.lock_booking(note["uid"])
        record.record_expired_and_completed(tx, now)
        notes.insert_note(tx, note)
        booking = tx.booking_row(note["uid"])
        assert booking is not None
        if not note["is_private"]:
            _append_event(tx, note, booking, now)
        return _note_json(note, booking["timezone"])

    return context.store.write(add)


def _check_content(content: object) -> str:
    from calbook.core import checks
    from calbook.core.errors import BadInput

    text = checks.prose(content, "content")
    if not text.strip():
        raise BadInput("content is empty", field="content")
    return text


def _append_event(tx: Transaction, note: Json, booking: Row, now: datetime) -> None:
    """The event of a public note; version and sequence count other changes."""
    from calbook.core import ids
    from calbook.core.model import Actor, Event
    from calbook.services.bookings.record import is_hold  # slow to import
    from calbook.wire.writing.bookings import booking_to_json

    change = {"note": {"id": note["id"], "content": note["content"]}}
    answer = booking_to_json(booking, now=epoch(now))
    tx.append_event(
        Event("booking.updated", booking["uid"], now, Actor.HOST, change),
        id=ids.event(),
        booking=answer,
        is_told=not is_hold(answer),
    )


def _note_json(note: Row | Json, timezone: str) -> Json:
    return {
        "id": note["id"],
        "content": note["content"],
        "isPrivate": bool(note["is_private"]),
        "createdAt": rfc3339(note["created_at"], timezone),
    }
