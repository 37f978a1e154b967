"""Facts that decisions are made from, as core values; nothing here writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from calbook.core import times
from calbook.core.errors import NotFound
from calbook.core.model import (
    DAY,
    LONGEST_CLAIM,
    Booking,
    Claim,
    EventType,
    Host,
    Schedule,
    Span,
)
from calbook.core.policy import Obstacle
from calbook.store import rows
from calbook.store.reading import PART_OF_BOOKING, WHOLE_BOOKING, Reading, Row

LONGEST = int(LONGEST_CLAIM.total_seconds())


class Aside(NamedTuple):
    """A booking that does not stand in its own way: all of it, or some occurrences."""

    uid: str
    keys: tuple[datetime, ...] | None = None


_IS_ASIDE = """
    {row}.uid is :aside and (
        :keys is null or {row}.recurrence_id in (select value from json_each(:keys))
    )
"""

# The spans as rows, taken from their JSON once.
_SPANS = """
    with spans (n, start_at, end_at) as materialized (
        select key, value ->> 0, value ->> 1 from json_each(:spans)
    )
"""
# Bounded by the longest claim, as in the triggers; the spans lead, so that each is
# one look into the index.
_OBSTACLES = f"""
    {_SPANS}
    select s.n, c.host_id, c.claim_start, c.claim_end, c.uid, c.recurrence_id,
           o.start_at, o.end_at
    from spans s
    cross join claims c on c.host_id = :host_id
        and c.claim_start < s.end_at
        and c.claim_start > s.start_at - :longest
        and c.claim_end > s.start_at
    join occurrences o on o.uid = c.uid and o.recurrence_id = c.recurrence_id
    where not ({_IS_ASIDE.format(row="c")})
      and not (o.status = 'PENDING' and o.start_at <= :now)
    order by s.n, c.claim_start
"""
_COUNTS = f"""
    {_SPANS}
    select (
        select count(*) from occurrences o
        where o.event_type_id = :event_type_id
          and o.start_at >= s.start_at and o.start_at < s.end_at
          and o.status <> 'CANCELLED'
          and not (o.status = 'PENDING' and o.start_at <= :now)
          and not ({_IS_ASIDE.format(row="o")})
    ) as number
    from spans s order by s.n
"""


def _edges(spans: Iterable[Span]) -> str:
    return json.dumps([[times.epoch(s.start), times.epoch(s.end)] for s in spans])


def _left_out(aside: Aside | None) -> dict[str, str | None]:
    if aside is None:
        return {"aside": None, "keys": None}
    keys = None if aside.keys is None else to_keys(aside.keys)
    return {"aside": aside.uid, "keys": keys}


def to_keys(keys: Iterable[datetime]) -> str:
    """Keys of occurrences as a statement takes them."""
    return json.dumps([times.epoch(key) for key in keys])


def _obstacle(row: Row) -> Obstacle:
    claim = Claim(
        row["host_id"],
        rows.span(row["claim_start"], row["claim_end"]),
        row["uid"],
        times.instant(row["recurrence_id"]),
    )
    return Obstacle(claim, rows.span(row["start_at"], row["end_at"]))


class Facts(Reading):
    """Bookings, catalog and claimed time of a transaction, as values."""

    def booking(self, uid: str) -> Booking:
        """A booking that is known to exist."""
        row = self._one(f"{WHOLE_BOOKING} where b.uid = :uid", uid=uid)
        assert row is not None
        return rows.booking(row)

    def part(self, uid: str, keys: Iterable[datetime]) -> Booking:
        """A booking with some of its occurrences only, for what is asked of them."""
        row = self._one(
            f"{PART_OF_BOOKING} where b.uid = :uid", uid=uid, keys=to_keys(keys)
        )
        assert row is not None
        return rows.booking(row)

    def bookings(self, filters: Mapping[str, Any], *, now: datetime) -> list[Booking]:
        """The bookings that filters mean, by start."""
        found = self.whole_rows(filters, now=times.epoch(now))
        return [rows.booking(row) for row in found]

    def event_type(self, key: str) -> EventType:
        row = self.event_type_row(key)
        if row is None:
            raise NotFound("event type", key, known=self.ids("event type"))
        return rows.event_type(row)

    def schedule(
        self, key: str, first: date = date.min, last: date = date.max
    ) -> Schedule:
        """With the overrides of the local dates `first` to `last`."""
        row = self.schedule_row_between(key, first.isoformat(), last.isoformat())
        if row is None:
            raise NotFound("schedule", key, known=self.ids("schedule"))
        return rows.schedule(row)

    def timezone_of(self, schedule_id: str) -> str:
        return self.schedule(schedule_id, date.max, date.max).timezone

    def schedule_around(self, key: str, meetings: Sequence[Span]) -> Schedule:
        """With the overrides near some meetings: a long history costs nothing."""
        first = min(meeting.start for meeting in meetings).date()
        last = max(meeting.end for meeting in meetings).date()
        return self.schedule(key, first - 4 * DAY, last + 4 * DAY)

    def host(self, key: str) -> Host:
        row = self.host_row(key)
        if row is None:
            raise NotFound("host", key, known=self.ids("host"))
        return rows.host(row)

    def obstacles(
        self,
        host_ids: Iterable[str],
        spans: Sequence[Span],
        *,
        aside: Aside | None,
        now: datetime,
    ) -> dict[int, Obstacle]:
        """Under the number of each span, the first claim of these hosts in its way.

        A request that expired holds its time no longer, see `release_expired`.
        """
        found: dict[int, Obstacle] = {}
        for host_id in host_ids:
            for row in self._conn.execute(
                _OBSTACLES,
                {
                    "host_id": host_id,
                    "spans": _edges(spans),
                    "longest": LONGEST,
                    "now": times.epoch(now),
                    **_left_out(aside),
                },
            ):
                found.setdefault(row["n"], _obstacle(row))
        return found

    def claims(self, host_id: str, span: Span) -> list[Span]:
        """A host's claimed time that overlaps a span of any length, in order."""
        found = self._conn.execute(
            """
            select claim_start, claim_end from claims
            where host_id = :host_id and claim_start < :end
              and claim_start > :start - :longest and claim_end > :start
            order by claim_start
            """,
            {
                "host_id": host_id,
                "start": times.epoch(span.start),
                "end": times.epoch(span.end),
                "longest": LONGEST,
            },
        )
        return [rows.span(row[0], row[1]) for row in found]

    def counts(
        self,
        event_type_id: str,
        spans: Sequence[Span],
        *,
        aside: Aside | None,
        now: datetime,
    ) -> list[int]:
        """For each span, how many of an event type start in it, not cancelled."""
        found = self._conn.execute(
            _COUNTS,
            {
                "event_type_id": event_type_id,
                "spans": _edges(spans),
                "now": times.epoch(now),
                **_left_out(aside),
            },
        )
        return [row["number"] for row in found]

    def group_uids(self, event_type_id: str, start: datetime) -> tuple[str, ...]:
        """Bookings of an event type whose first meeting starts then, oldest first."""
        found = self._conn.execute(
            "select uid from bookings where event_type_id = :event_type_id"
            " and starts_at = :start order by rowid",
            {"event_type_id": event_type_id, "start": times.epoch(start)},
        )
        return tuple(row["uid"] for row in found)

    def turn(self, event_type_id: str, host_id: str) -> tuple[int, int | None]:
        """How many bookings of an event type a host has, and which is the newest.

        Without cancelled ones. The newest is told by the order of making.
        """
        facts = {"event_type_id": event_type_id, "host_id": host_id}
        load = self._one(
            "select bookings from host_loads"
            " where event_type_id = :event_type_id and host_id = :host_id",
            **facts,
        )
        newest = self._one(
            "select max(made) as made from booking_hosts"
            " where event_type_id = :event_type_id and host_id = :host_id and is_live",
            **facts,
        )
        assert newest is not None
        return (load["bookings"] if load else 0), newest["made"]

    def due(self, now: datetime, *, limit: int) -> list[tuple[str, datetime]]:
        """Occurrences that time has changed and nobody was told of, oldest first."""
        found = self._conn.execute(
            "select uid, recurrence_id from occurrences"
            " where due <= :now order by due limit :limit",
            {"now": times.epoch(now), "limit": limit},
        )
        return [(row["uid"], times.instant(row["recurrence_id"])) for row in found]
