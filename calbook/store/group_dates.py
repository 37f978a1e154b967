"""Dates of groups by their starts: those that take place, and those that are off."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING, NamedTuple
from calbook.store import rows
from calbook.store.facts import SPANS, edges
from calbook.store.reader import WHOLE_BOOKING

if TYPE_CHECKING:
    from calbook.core.model import Booking, Span
    from calbook.store.reader import Reader


class CancelledDate(NamedTuple):
    """A date of a group that was cancelled, and the first host who would have given it.

    `number` is that of the span in which it starts.
    """

    number: int
    start: datetime
    uid: str
    host_id: str


# Who was alone in a group and cancelled all that was to come gave up a seat: the group
# was not called off. What was only held or offered never was a group.
_CANCELLED = f"""
    {SPANS}
    select s.n as n, o.start_at as start_at, o.uid as uid, o.hosts as hosts, (
            select h.host_id from booking_hosts h
            where h.uid = o.uid and not h.is_of_dates order by h.position limit 1
        ) as host_id
    from spans s
    cross join occurrences o on o.event_type_id = :event_type_id
        and o.start_at >= s.start_at and o.start_at < s.end_at
    join bookings b on b.uid = o.uid
    where o.status = 'CANCELLED' and o.resolution = 'cancelled' and b.is_group
      and o.held_until is null
      and not (
          o.cancelled_by = 'attendee'
          and (select count(*) from attendees a where a.uid = o.uid) = 1
          and not exists (
              select 1 from occurrences u where u.uid = o.uid
              and u.status <> 'CANCELLED' and u.start_at > :now
          )
      )
    order by s.n, o.start_at, b.rowid
"""


def cancelled_dates(
    reader: Reader, event_type_id: str, spans: Sequence[Span], *, now: datetime
) -> list[CancelledDate]:
    """Those that were to start within the spans, the oldest booking first."""
    found = reader.connection.execute(
        _CANCELLED,
        {
            "event_type_id": event_type_id,
            "spans": edges(spans),
            "now": times.epoch(now),
        },
    )
    return [
        CancelledDate(
            row["n"],
            times.instant(row["start_at"]),
            row["uid"],
            json.loads(row["hosts"])[0] if row["hosts"] else row["host_id"],
        )
        for row in found
    ]


def meetings_at(reader: Reader, event_type_id: str, start: datetime) -> list[Booking]:
    """Bookings of an event type with a meeting that starts then, the oldest first."""
    found = reader.connection.execute(
        f"{WHOLE_BOOKING} where b.uid in ("
        " select uid from occurrences where event_type_id = :event_type_id"
        " and start_at = :start and status <> 'CANCELLED') order by b.rowid",
        {"event_type_id": event_type_id, "start": times.epoch(start)},
    )
    return [rows.booking(row) for row in found]
