"""Facts that decisions are made from, as core values; nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

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
from calbook.store.reading import WHOLE_BOOKING, Reading

LONGEST = int(LONGEST_CLAIM.total_seconds())


class Facts(Reading):
    """Bookings, catalog and claimed time of a transaction, as values."""

    def booking(self, uid: str) -> Booking:
        """A booking that is known to exist."""
        row = self._one(f"{WHOLE_BOOKING} where b.uid = :uid", uid=uid)
        assert row is not None
        return rows.booking(row)

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

    def schedule_around(self, key: str, meeting: Span) -> Schedule:
        """With the overrides near a meeting: a long history costs nothing."""
        start, end = meeting.start.date(), meeting.end.date()
        return self.schedule(key, start - 4 * DAY, end + 4 * DAY)

    def host(self, key: str) -> Host:
        row = self.host_row(key)
        if row is None:
            raise NotFound("host", key, known=self.ids("host"))
        return rows.host(row)

    def obstacle(
        self, host_ids: Iterable[str], span: Span, *, but: str | None, now: datetime
    ) -> Obstacle | None:
        """The first claim of these hosts in the way of a span, `but` one booking's.

        A request that expired holds its time no longer, see `release_expired`.
        """
        for host_id in host_ids:
            row = self._one(
                """
                select c.host_id, c.claim_start, c.claim_end, c.uid, c.recurrence_id,
                       o.start_at, o.end_at
                from claims c join occurrences o using (uid, recurrence_id)
                where c.host_id = :host_id
                  and c.claim_start < :end
                  and c.claim_start > :start - :longest
                  and c.claim_end > :start
                  and c.uid is not :but
                  and not (o.status = 'PENDING' and o.start_at <= :now)
                order by c.claim_start limit 1
                """,
                host_id=host_id,
                start=times.epoch(span.start),
                end=times.epoch(span.end),
                longest=LONGEST,
                but=but,
                now=times.epoch(now),
            )
            if row:
                claim = Claim(
                    row["host_id"],
                    rows.span(row["claim_start"], row["claim_end"]),
                    row["uid"],
                    times.instant(row["recurrence_id"]),
                )
                return Obstacle(claim, rows.span(row["start_at"], row["end_at"]))
        return None

    def claims(self, host_id: str, span: Span, *, but: str | None) -> list[Span]:
        """A host's claimed time that overlaps a span of any length, in order."""
        found = self._conn.execute(
            """
            select claim_start, claim_end from claims
            where host_id = :host_id and claim_start < :end
              and claim_start > :start - :longest and claim_end > :start
              and uid is not :but
            order by claim_start
            """,
            {
                "host_id": host_id,
                "start": times.epoch(span.start),
                "end": times.epoch(span.end),
                "longest": LONGEST,
                "but": but,
            },
        )
        return [rows.span(row[0], row[1]) for row in found]

    def count_starts(
        self, event_type_id: str, span: Span, *, but: str | None, now: datetime
    ) -> int:
        """Occurrences of an event type that start in a span and are not cancelled."""
        row = self._one(
            """
            select count(*) as n from occurrences
            where event_type_id = :event_type_id
              and start_at >= :start and start_at < :end
              and status <> 'CANCELLED'
              and not (status = 'PENDING' and start_at <= :now)
              and uid is not :but
            """,
            event_type_id=event_type_id,
            start=times.epoch(span.start),
            end=times.epoch(span.end),
            but=but,
            now=times.epoch(now),
        )
        assert row is not None
        return int(row["n"])

    def due(self, now: datetime, *, limit: int) -> list[tuple[str, datetime]]:
        """Occurrences that time has changed and nobody was told of, oldest first."""
        found = self._conn.execute(
            "select uid, recurrence_id from occurrences"
            " where due <= :now order by due limit :limit",
            {"now": times.epoch(now), "limit": limit},
        )
        return [(row["uid"], times.instant(row["recurrence_id"])) for row in found]
