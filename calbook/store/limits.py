"""What limits look at: the meetings of hosts and of persons."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from calbook.core.model import Span
from calbook.core.time import times
from calbook.store import rows
from calbook.store.booking_filters import HAS_EXPIRED, TAKES_PART
from calbook.store.facts import (
    CLAIM_SECONDS,
    IS_EXCLUDED,
    SPANS,
    Exclusion,
    edges,
    left_out,
)

if TYPE_CHECKING:
    from calbook.store.reader import Reader

# A claim begins before its meeting and is no longer than the longest one.
_MEETINGS = f"""
    {SPANS}
    select o.start_at, o.end_at
    from spans s
    cross join claims c on c.host_id = :host_id
        and c.claim_start < s.end_at
        and c.claim_start > s.start_at - :longest
    join occurrences o on o.uid = c.uid and o.recurrence_id = c.recurrence_id
    where o.start_at >= s.start_at and o.start_at < s.end_at
      and not {HAS_EXPIRED.format(row="o")}
      and not ({IS_EXCLUDED.format(row="o")})
    order by o.start_at
"""


_PERSONS = f"""
    select a.person_id, o.uid, o.event_type_id, o.start_at, o.end_at,
        e.rules like '%"no_double"%' as no_double
    from attendees a join occurrences o on o.uid = a.uid
    join event_types e on e.id = o.event_type_id
    where a.person_id in (select value from json_each(:ids)) and {TAKES_PART}
      and o.end_at > :since and o.status <> 'CANCELLED'
      and not {HAS_EXPIRED.format(row="o")}
      and not ({IS_EXCLUDED.format(row="o")})
    order by o.start_at, o.uid
"""


class PersonMeeting(NamedTuple):
    """A meeting that a person of the book is in."""

    person_id: str
    uid: str
    event_type_id: str
    span: Span
    no_double: bool  # its event type lets nobody be anywhere else


def read_person_meetings(
    reader: Reader,
    ids: Collection[str],
    *,
    since: datetime,
    exclusion: Exclusion | None,
    now: datetime,
) -> list[PersonMeeting]:
    """What persons are in and ends after a moment, by start."""
    if not ids:
        return []
    found = reader.connection.execute(
        _PERSONS,
        {
            "ids": json.dumps(list(ids)),
            "since": times.epoch(since),
            "now": times.epoch(now),
            **left_out(exclusion),
        },
    )
    return [
        PersonMeeting(
            *(row["person_id"], row["uid"], row["event_type_id"]),
            rows.span(row["start_at"], row["end_at"]),
            no_double=bool(row["no_double"]),
        )
        for row in found
    ]


def read_host_meetings(
    reader: Reader,
    host_id: str,
    spans: Sequence[Span],
    *,
    exclusion: Exclusion | None,
    now: datetime,
) -> list[Span]:
    """A host's meetings that start within spans which have nothing in common."""
    found = reader.connection.execute(
        _MEETINGS,
        {
            "host_id": host_id,
            "spans": edges(spans),
            "longest": CLAIM_SECONDS,
            "now": times.epoch(now),
            **left_out(exclusion),
        },
    )
    return [rows.span(row["start_at"], row["end_at"]) for row in found]
