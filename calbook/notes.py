"""A host's notes about a booking: appended, never changed.

Private ones go into no event, and so nowhere where a booking is carried to others.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from calbook.core.times import epoch, rfc3339
from calbook.store import notes

if TYPE_CHECKING:
    from calbook.desk import Desk
    from calbook.store.reading import Row
    from calbook.store.transaction import Transaction

Json = dict[str, Any]


def read(desk: Desk, uid: str) -> list[Json]:
    """Public and private notes, in the order in which they were written."""
    with desk.store.read(notes.NotesReading) as reading:
        booking = reading.booking_row(reading.found(uid))
        assert booking is not None
        found = reading.note_rows(booking["uid"])
    return [_json(note, booking["timezone"]) for note in found]


def add(desk: Desk, uid: str, *, content: str, is_private: bool) -> Json:
    """Append a note to a booking of any status; the booking itself stays.

    Raises:
        BadInput: it is blank, too long, or not text.
    """
    from calbook import ledger  # slow to import
    from calbook.core import fields, ids

    said = {
        "id": ids.note(),
        "content": _checked(content),
        "is_private": fields.boolean(is_private, "isPrivate"),
    }
    with desk.store.write() as tx:
        now = desk.clock()
        ledger.pass_time(tx, now)
        note: Json = {**said, "uid": tx.found(uid), "created_at": epoch(now)}
        notes.insert(tx, note)
        booking = tx.booking_row(note["uid"])
        assert booking is not None
        if not note["is_private"]:
            _tell(tx, note, booking, now)
    return _json(note, booking["timezone"])


def _checked(content: object) -> str:
    from calbook.core import fields
    from calbook.core.errors import BadInput

    text = fields.prose(content, "content")
    if not text.strip():
        raise BadInput("content is empty", field="content")
    return text


def _tell(tx: Transaction, note: Json, booking: Row, now: datetime) -> None:
    """The event of a public note; version and sequence count other changes."""
    from calbook import wire
    from calbook.core import ids
    from calbook.core.model import Actor, Event

    change = {"note": {"id": note["id"], "content": note["content"]}}
    tx.emit(
        Event("booking.updated", booking["uid"], now, Actor.HOST, change),
        id=ids.event(),
        booking=wire.booking(booking, now=epoch(now)),
    )


def _json(note: Row | Json, timezone: str) -> Json:
    return {
        "id": note["id"],
        "content": note["content"],
        "isPrivate": bool(note["is_private"]),
        "createdAt": rfc3339(note["created_at"], timezone),
    }
