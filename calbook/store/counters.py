"""Other times that attendees propose, in rows; read where there may be any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calbook.core.booking.counters import Counter, State
from calbook.core.model import Span
from calbook.core.time import times
from calbook.store.writer import to_epoch

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.reader import Reader
    from calbook.store.writer import Writer


def list_counters(
    reader: Reader, *, uid: str | None = None, past: bool = False
) -> list[Counter]:
    """Those that nobody has decided on, with `past` the others too, as they came."""
    found = reader.connection.execute(
        "select * from counter_proposals where (:uid is null or uid = :uid)"
        " and (:past or state = 'open') order by number",
        {"uid": uid, "past": past},
    )
    return [counter(row) for row in found.fetchall()]


def find_counter(reader: Reader, id: str) -> Counter:
    """One that is known to be there."""
    row = reader.connection.execute(
        "select * from counter_proposals where id = :id", {"id": id}
    ).fetchone()
    assert row is not None
    return counter(row)


def save_counter(tx: Writer, counter: Counter) -> None:
    columns: dict[str, Any] = {
        "id": counter.id,
        "uid": counter.uid,
        "recurrence_id": to_epoch(counter.recurrence_id),
        "person_key": counter.person_key,
        "start_at": times.epoch(counter.span.start),
        "end_at": times.epoch(counter.span.end),
        "comment": counter.comment,
        "state": counter.state.value,
        "sequence": counter.sequence,
        "stamped_at": times.epoch(counter.stamped_at),
        "created_at": times.epoch(counter.created_at),
        "updated_at": times.epoch(counter.updated_at),
    }
    tx.upsert("counter_proposals", "id", **columns)


def counter(row: Row) -> Counter:
    key = row["recurrence_id"]
    return Counter(
        id=row["id"],
        uid=row["uid"],
        recurrence_id=None if key is None else times.instant(key),
        person_key=row["person_key"],
        span=Span(times.instant(row["start_at"]), times.instant(row["end_at"])),
        comment=row["comment"],
        state=State(row["state"]),
        sequence=row["sequence"],
        stamped_at=times.instant(row["stamped_at"]),
        created_at=times.instant(row["created_at"]),
        updated_at=times.instant(row["updated_at"]),
    )
