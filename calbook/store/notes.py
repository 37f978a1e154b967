"""A host's notes: public and private ones in a table each, in one order.

Private ones are named here and nowhere else, so that no other statement shows them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.reader import Reader
    from calbook.store.writer import Writer

_ALL = """
    select id, content, false as is_private, created_at, position
    from notes where uid = :uid
    union all
    select id, content, true, created_at, position
    from private_notes where uid = :uid
    order by position
"""


def _insert(table: str) -> str:
    return f"""
        insert into {table} (id, uid, content, created_at, position)
        values (:id, :uid, :content, :created_at, 1 + (
            select coalesce(max(position), 0) from (
                select position from notes where uid = :uid
                union all select position from private_notes where uid = :uid
            ) x
        ))
    """


_INSERT = {False: _insert("notes"), True: _insert("private_notes")}


def note_rows(reader: Reader, uid: str) -> list[Row]:
    """Public and private notes, in the order in which they were written.

    Only the host may read them.
    """
    return reader.connection.execute(_ALL, {"uid": uid}).fetchall()


def insert_note(tx: Writer, note: Mapping[str, Any]) -> None:
    """Append a note to its booking's others, by its columns but for `position`.

    The clock may go back, so it does not say which note came first.
    """
    tx.run(_INSERT[note["is_private"]], **note)


def remove_note(tx: Writer, uid: str, id: str) -> None:
    """Let a note be gone, and what its event says of it."""
    from calbook.store.writer import to_json  # slow to import

    for table in ("notes", "private_notes"):
        tx.run(f"delete from {table} where id = :id and uid = :uid", id=id, uid=uid)
    for event in tx.event_rows(uid):
        change = json.loads(event["change"])
        if change.get("note", {}).get("id") == id:
            change["note"]["content"] = None
            tx.run(
                "update events set change = :change where seq = :seq",
                change=to_json(change),
                seq=event["seq"],
            )
