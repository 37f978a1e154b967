"""A host's notes about a booking: appended and removed, never changed.

Private ones go into no event, and so nowhere where a booking is carried to others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from calbook.core.time.times import epoch, rfc3339
from calbook.store import notes
from calbook.store.reader import Reader
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.core.booking.changes import Change
    from calbook.core.booking.undo import PastChange
    from calbook.core.model import Booking
    from calbook.store.connection import Row
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction


def read_notes(context: Context, uid: str) -> list[Json]:
    """Public and private notes, in the order in which they were written."""
    with context.store.read(Reader) as reader:
        booking = reader.booking_row(reader.resolve_uid(uid))
        assert booking is not None
        found = notes.note_rows(reader, booking["uid"])
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
    change = {"note": {"id": note["id"], "content": note["content"]}}
    _append(tx, booking, change, now)


def _append(
    tx: Transaction, booking: Row, change: Mapping[str, Any], now: datetime
) -> None:
    from calbook.core.model import Actor, Event
    from calbook.services.bookings.record import append_event  # slow to import
    from calbook.wire.writing.bookings import booking_to_json

    event = Event("booking.updated", booking["uid"], now, Actor.HOST, change)
    append_event(tx, event, booking_to_json(booking, now=epoch(now)))


def remove_note(context: Context, uid: str, note: str, *, dry_run: bool) -> Json:
    """Take a note out of the store for good; the note as it was.

    Its text is gone from the history, too. That a public one is gone is an event; a
    private one is told of by none.

    Raises:
        NotFound: the booking has no such note.
        AmbiguousUid: the shortened id fits several.
        StoreError: this role may not change what is past.
    """
    from calbook.services.bookings import record  # slow to import

    prepare_removal(context, dry_run=dry_run)

    def remove(tx: Transaction) -> Json:
        now = context.clock()
        key = tx.resolve_uid(uid)
        tx.lock_booking(key)
        record.record_expired_and_completed(tx, now)
        booking = tx.booking_row(key)
        assert booking is not None
        gone = _find_note(notes.note_rows(tx, key), note, key)
        notes.remove_note(tx, key, gone["id"])
        if not gone["is_private"]:
            _append(tx, booking, {"noteRemoved": {"id": gone["id"]}}, now)
        return _note_json(gone, booking["timezone"])

    return context.store.write(remove, dry_run=dry_run)


def prepare_removal(context: Context, *, dry_run: bool) -> None:
    """What is deleted from now on stands in the file no more.

    Raises:
        StoreError: this role may not change what is past.
    """
    from calbook.core.errors import StoreError

    if not context.store.may_change_history():
        raise StoreError(
            f"only who owns the tables of {context.store.path} may remove a note",
            hint="history is changed by it, which the role of every day may not do",
            path=context.store.path,
        )
    if not dry_run:
        context.store.overwrite_deleted()


def _find_note(rows: Sequence[Row], id: object, uid: str) -> Row:
    """The only one whose id begins so."""
    from calbook.core.errors import AmbiguousUid, NotFound
    from calbook.core.text import excerpt

    letters = str(id).strip().lower().removeprefix("note_")
    found = [row for row in rows if row["id"].startswith(f"note_{letters}")]
    exact = [row for row in found if row["id"] == f"note_{letters}"]
    if len(letters) >= _LEAST and len(exact or found) == 1:
        return (exact or found)[0]
    if len(letters) >= _LEAST and found:
        candidates = [row["id"] for row in found]
        raise AmbiguousUid(str(id), candidates, noun="note")
    missing = NotFound("note", f"{excerpt(id)} of {uid}")
    missing.hint = f'its notes have ids: bookings.get_notes("{uid}")'
    missing.command_hint = f"its notes have ids: calbook note list {uid} --json"
    raise missing


_LEAST = 4  # letters of a shortened id


def withdraw(
    tx: Transaction, booking: Booking, past: PastChange, now: datetime
) -> Change:
    """Take back that a public note was added: it is removed, as by `remove_note`."""
    from calbook.core.booking.changes import Change
    from calbook.core.model import Actor, Event

    id = past.facts["note"]["id"]
    notes.remove_note(tx, booking.uid, id)
    change = {"noteRemoved": {"id": id}, "undoes": past.undoes}
    event = Event("booking.updated", booking.uid, now, Actor.HOST, change)
    return Change(booking, (event,))


def _note_json(note: Row | Json, timezone: str) -> Json:
    return {
        "id": note["id"],
        "content": note["content"],
        "isPrivate": bool(note["is_private"]),
        "createdAt": rfc3339(note["created_at"], timezone),
    }
