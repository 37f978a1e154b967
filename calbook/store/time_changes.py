"""When the dates of a booking got the time that they have, from its history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from calbook.store.reader import Reader

_MOVES = """
    select change, sequence, booking from events
    where uid = :uid and type in ('booking.rescheduled', 'booking.updated')
    order by seq desc
"""


class TimeChange(NamedTuple):
    """The SEQUENCE that a booking had once dates had another time; None are all."""

    sequence: int
    dates: frozenset[date] | None

    def touches(self, day: date) -> bool:
        return self.dates is None or day in self.dates


def time_changes_after(reader: Reader, uid: str, sequence: int) -> list[TimeChange]:
    """The changes of time since a revision, the latest first."""
    return list(_time_changes(reader, uid, sequence))


def _time_changes(reader: Reader, uid: str, sequence: int) -> Iterator[TimeChange]:
    rows = reader.connection.execute(_MOVES, {"uid": uid}).fetchall()
    for row in rows:
        change = json.loads(row["change"])
        is_move = change.get("from") != change.get("to")
        if not (is_move or "duration" in change or "extendedBy" in change):
            continue  # handed over, or corrected otherwise
        since = row["sequence"]
        if since is None:  # from before version 12
            since = json.loads(row["booking"])["sequence"]
        if since <= sequence:
            return
        days = change.get("dates")
        yield TimeChange(since, days and frozenset(map(date.fromisoformat, days)))
