"""Calendars that say when a host is busy, and their busy time in pieces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from calbook.core.busy import Stretch, split_span
from calbook.core.time import times
from calbook.store.facts import CLAIM_SECONDS, Facts
from calbook.store.reader import Row

if TYPE_CHECKING:
    from calbook.store.writer import Writer

# One row for each, with what is to be told of it.
_CALENDARS = """
    select k.*, h.timezone,
        (select count(distinct stretch) from busy where calendar_id = k.id)
            as stretches,
        (select min(stretch_start) from busy where calendar_id = k.id) as first,
        (select max(stretch_end) from busy where calendar_id = k.id) as last,
        (select max(text) from busy where calendar_id = k.id and k.kind = 'own') as text
    from calendars k join hosts h on h.id = k.host_id
    where (:host_id is null or k.host_id = :host_id)
      and (:name is null or k.name = :name)
      and (:since is null and :until is null or exists (
        select 1 from busy b where b.calendar_id = k.id
        and (:until is null or b.busy_start < :until)
        and (:since is null or b.busy_end > :since)
      ))
    order by k.host_id, k.kind, iif(k.kind = 'own', first, 0), k.name
"""

# From the host's claims that are still to come: they are fewer than a calendar's days.
_OVERLAPPING = """
    select distinct c.uid from claims c
    join occurrences o on o.uid = c.uid and o.recurrence_id = c.recurrence_id
    where c.host_id = :host_id and c.claim_start > :now - :longest
      and o.end_at > :now and not (o.status = 'PENDING' and o.start_at <= :now)
      and exists (
        select 1 from busy b where b.host_id = c.host_id
        and b.busy_start < c.claim_end
        and b.busy_start > c.claim_start - :longest
        and b.busy_end > c.claim_start
        and b.calendar_id = :calendar_id
      )
    order by c.claim_start
"""

_MOST_AHEAD = """
    select max(e.maximum_advance) from event_types e
    join event_type_hosts h on h.event_type_id = e.id
    where h.host_id = :host_id
"""


class BusyReader(Facts):
    """What is known of busy time from elsewhere, calendar by calendar."""

    def calendar_rows(
        self,
        *,
        host_id: str | None = None,
        name: str | None = None,
        since: int | None = None,
        until: int | None = None,
    ) -> list[Row]:
        """By host, then name; of those busy in `[since, until)` if that is given."""
        facts = {"host_id": host_id, "name": name, "since": since, "until": until}
        return self._conn.execute(_CALENDARS, facts).fetchall()

    def overlapping(self, row: Row, *, now: int) -> list[str]:
        """Bookings still to come whose time a calendar covers, the next one first."""
        found = self._conn.execute(
            _OVERLAPPING,
            {
                "host_id": row["host_id"],
                "calendar_id": row["id"],
                "longest": CLAIM_SECONDS,
                "now": now,
            },
        )
        return list(dict.fromkeys(uid for (uid,) in found))

    def most_ahead(self, host_id: str) -> int | None:
        """How many days ahead a host's event types can be booked, where they say so."""
        found = self._conn.execute(_MOST_AHEAD, {"host_id": host_id}).fetchone()[0]
        return None if found is None else int(found)

    def booked(self, host_id: str, uids: Iterable[str]) -> set[str]:
        """Those of some uids that are bookings of this file, by that host."""
        found = self._conn.execute(
            "select uid from booking_hosts where host_id = ?"
            " and uid in (select value from json_each(?))",
            (host_id, json.dumps(list(uids))),
        )
        return {uid for (uid,) in found}


def save_calendar(
    tx: Writer, calendar: Mapping[str, Any], stretches: Sequence[Stretch]
) -> None:
    """Write a calendar and all its busy time in the place of one of its name."""
    remove_calendar(tx, calendar["host_id"], calendar["name"])
    names = tuple(calendar)
    tx.insert_all("calendars", names, [tuple(calendar.values())])
    row = tx.connection.execute("select last_insert_rowid()").fetchone()
    tx.insert_all("busy", _PIECE, list(_pieces(calendar["host_id"], row[0], stretches)))


_PIECE = (
    *("host_id", "busy_start", "busy_end", "calendar_id"),
    *("stretch", "stretch_start", "stretch_end", "text"),
)


def _pieces(
    host_id: str, calendar_id: int, stretches: Sequence[Stretch]
) -> Iterable[tuple[Any, ...]]:
    epoch = times.epoch
    for number, stretch in enumerate(stretches):
        whole = (epoch(stretch.span.start), epoch(stretch.span.end))
        for piece in split_span(stretch.span):
            edges = (epoch(piece.start), epoch(piece.end))
            yield (host_id, *edges, calendar_id, number, *whole, stretch.text)


def remove_calendar(tx: Writer, host_id: str, name: str) -> None:
    tx.run(
        "delete from calendars where host_id = :host_id and name = :name",
        host_id=host_id,
        name=name,
    )
