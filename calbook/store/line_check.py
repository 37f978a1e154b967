"""Whether anybody waits or proposes another time, and how many seats are offered.

Light, as every change of a booking asks it.
"""

from __future__ import annotations

import json

from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.store.reader import Reader
    from calbook.store.writer import Writer

# Two looks into small indexes, once for each change, whoever is in line.
_IS_USED = """
    select exists (select 1 from waiting where state = 'waiting' and until > :now)
        or exists (select 1 from waiting where state = 'offered')
"""
_HELD_SEATS = """
    select recurrence_id, attendees from waiting
    where offered_uid = :uid and state = 'offered' and is_seat and held_until > :now
"""


def has_proposal(tx: Writer, uid: str) -> bool:
    """Whether another time is proposed for a booking that nobody has decided on."""
    row = tx.connection.execute(
        "select 1 from counter_proposals where uid = :uid and state = 'open' limit 1",
        {"uid": uid},
    ).fetchone()
    return row is not None


def is_used(tx: Writer, now: datetime) -> bool:
    """Whether anybody waits or was offered time; asked once a transaction."""
    if tx.has_waiting is None:
        row = tx.connection.execute(_IS_USED, {"now": times.epoch(now)}).fetchone()
        tx.has_waiting = bool(row[0])
    return tx.has_waiting


def held_seats(facts: Reader, uid: str, now: datetime) -> dict[datetime | None, int]:
    """How many seats of a group are offered to somebody in line just now.

    By the `recurrence_id` of the date that is meant; None is all of them.
    """
    held: dict[datetime | None, int] = {}
    for row in facts.connection.execute(
        _HELD_SEATS, {"uid": uid, "now": times.epoch(now)}
    ):
        key = row["recurrence_id"]
        date = None if key is None else times.instant(key)
        held[date] = held.get(date, 0) + len(json.loads(row["attendees"]))
    return held
