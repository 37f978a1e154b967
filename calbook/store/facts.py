"""Facts that decisions are made from, as core values; nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from calbook.core import json_text as json
from calbook.core.model import LONGEST_CLAIM, Booking, Claim, Span
from calbook.core.rules.obstacles import BusyCalendarEntry, Obstacle
from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING, Any, NamedTuple
from calbook.store import rows
from calbook.store.booking_filters import HAS_EXPIRED
from calbook.store.catalog_facts import CatalogFacts
from calbook.store.reader import PART_OF_BOOKING, WHOLE_BOOKING

if TYPE_CHECKING:
    from calbook.core.time.open_hours import Opened
    from calbook.store.connection import Row

CLAIM_SECONDS = int(LONGEST_CLAIM.total_seconds())


class Exclusion(NamedTuple):
    """A booking that does not stand in its own way: all of it, or some occurrences."""

    uid: str
    keys: tuple[datetime, ...] | None = None


IS_EXCLUDED = """
    {row}.uid is :exclusion and (
        :keys is null or {row}.recurrence_id in (
            select cast(value as bigint) from json_each(:keys)
        )
    )
"""

# The spans as rows, taken from their JSON once.
SPANS = """
    with spans (n, start_at, end_at) as materialized (
        select cast(key as bigint), cast(value ->> 0 as bigint),
            cast(value ->> 1 as bigint)
        from json_each(:spans)
    )
"""
# Bounded by the longest claim, as in the triggers; the spans lead, so that each is
# one look into the index.
_CLAIMED = f"""
    {SPANS}
    select s.n, c.claim_start as held_from, c.host_id, c.claim_start, c.claim_end,
           c.uid, c.recurrence_id, o.start_at, o.end_at,
           null as calendar, null as kind, null as text
    from spans s
    cross join claims c on c.host_id = :host_id
        and c.claim_start < s.end_at
        and c.claim_start > s.start_at - :longest
        and c.claim_end > s.start_at
    join occurrences o on o.uid = c.uid and o.recurrence_id = c.recurrence_id
    where not ({IS_EXCLUDED.format(row="c")})
      and not {HAS_EXPIRED.format(row="o")}
"""
_OBSTACLES = f"""
    {_CLAIMED}
    union all
    select s.n, b.busy_start, b.host_id, b.stretch_start, b.stretch_end,
           '', b.stretch_start, b.stretch_start, b.stretch_end,
           k.name, k.kind, case when k.shows_text then b.text end
    from spans s
    cross join busy b on b.host_id = :host_id
        and b.busy_start < s.end_at
        and b.busy_start > s.start_at - :longest
        and b.busy_end > s.start_at
    join calendars k on k.id = b.calendar_id
    where not coalesce(b.uid = :exclusion, false)
    union all
    select s.n, h.retired_at, h.id, h.retired_at, h.retired_at,
           '', h.retired_at, h.retired_at, h.retired_at, '', 'retired', null
    from spans s join hosts h on h.id = :host_id and h.retired_at < s.end_at
"""
_IN_ORDER = "order by n, held_from"
# As above; only a claim that has begun can be of a request that expired, or of a hold.
_TAKEN = f"""
    with ended (uid, recurrence_id) as materialized (
        select uid, recurrence_id from occurrences indexed by occurrences_held
        where start_at > :start - :longest and start_at < :end + :longest
          and status = 'PENDING' and held_until is not null and held_until <= :now
    )
    select c.claim_start, c.claim_end from claims c
    where c.host_id = :host_id
      and c.claim_start < :end
      and c.claim_start > :start - :longest
      and c.claim_end > :start
      and not ({IS_EXCLUDED.format(row="c")})
      and (c.claim_start > :now or not exists (
          select 1 from occurrences o
          where o.uid = c.uid and o.recurrence_id = c.recurrence_id
            and o.status = 'PENDING' and o.start_at <= :now
      ))
      and (c.uid, c.recurrence_id) not in (select uid, recurrence_id from ended)
    union all
    select busy_start, busy_end from busy
    where host_id = :host_id
      and busy_start < :end
      and busy_start > :start - :longest
      and busy_end > :start
      and not coalesce(uid = :exclusion, false)
    union all
    select retired_at, cast(:end as bigint) from hosts
    where id = :host_id and retired_at < :end
"""
_COUNTS = f"""
    {SPANS}
    select count(o.uid) as number,
        cast(coalesce(sum(o.end_at - o.start_at), 0) as bigint) as seconds
    from spans s left join occurrences o
        on o.event_type_id = :event_type_id
        and o.start_at >= s.start_at and o.start_at < s.end_at
        and o.status <> 'CANCELLED'
        and not {HAS_EXPIRED.format(row="o")}
        and not ({IS_EXCLUDED.format(row="o")})
    group by s.n order by s.n
"""

LAPSED_SEATS = """
    select id, held_until from waiting
    where state = 'offered' and is_seat and held_until <= :now
"""


def edges(spans: Iterable[Span]) -> str:
    """Spans as `SPANS` takes them."""
    return json.dumps([[*map(times.epoch, span)] for span in spans])


def left_out(exclusion: Exclusion | None) -> dict[str, str | None]:
    if exclusion is None:
        return {"exclusion": None, "keys": None}
    keys = None if exclusion.keys is None else keys_to_json(exclusion.keys)
    return {"exclusion": exclusion.uid, "keys": keys}


def keys_to_json(keys: Iterable[datetime]) -> str:
    """Keys of occurrences as a statement takes them."""
    return json.dumps([times.epoch(key) for key in keys])


def _obstacle(row: Row) -> Obstacle:
    claim = Claim(
        row["host_id"],
        rows.span(row["claim_start"], row["claim_end"]),
        row["uid"],
        times.instant(row["recurrence_id"]),
    )
    meeting = rows.span(row["start_at"], row["end_at"])
    if row["kind"] == "retired":
        return Obstacle(claim, meeting, is_retired=True)
    name, is_own = row["calendar"], row["kind"] == "own"
    elsewhere = None if name is None else BusyCalendarEntry(name, is_own, row["text"])
    return Obstacle(claim, meeting, elsewhere)


class Facts(CatalogFacts):
    """Bookings, catalog and claimed time of a transaction, as values."""

    known_open_time: Opened | None = None  # where many are asked of the same dates

    def booking(self, uid: str) -> Booking:
        """A booking that is known to exist."""
        row = self._one(f"{WHOLE_BOOKING} where b.uid = :uid", uid=uid)
        assert row is not None
        return rows.booking(row)

    def booking_part(self, uid: str, keys: Iterable[datetime]) -> Booking:
        """A booking with some of its occurrences only, for what is asked of them."""
        row = self._one(
            f"{PART_OF_BOOKING} where b.uid = :uid", uid=uid, keys=keys_to_json(keys)
        )
        assert row is not None
        return rows.booking(row)

    def bookings(self, filters: Mapping[str, Any], *, now: datetime) -> list[Booking]:
        """The bookings that filters mean, by start."""
        found = self.full_booking_rows(filters, now=times.epoch(now))
        return [rows.booking(row) for row in found]

    def obstacles(
        self,
        host_ids: Iterable[str],
        spans: Sequence[Span],
        *,
        exclusion: Exclusion | None,
        now: datetime,
    ) -> dict[int, Obstacle]:
        """Under the number of each span, the first thing of these hosts in its way.

        Claims, and busy time from elsewhere. A request that expired holds its time no
        longer, see `Transaction.expired_in_the_way`.
        """
        return self._first_obstacles(
            _OBSTACLES, host_ids, spans, exclusion=exclusion, now=now
        )

    def claim_obstacles(
        self,
        host_ids: Iterable[str],
        spans: Sequence[Span],
        *,
        exclusion: Exclusion | None,
        now: datetime,
    ) -> dict[int, Obstacle]:
        """`obstacles` without busy time from elsewhere: bookings alone."""
        return self._first_obstacles(
            _CLAIMED, host_ids, spans, exclusion=exclusion, now=now
        )

    def _first_obstacles(
        self,
        statement: str,
        host_ids: Iterable[str],
        spans: Sequence[Span],
        *,
        exclusion: Exclusion | None,
        now: datetime,
    ) -> dict[int, Obstacle]:
        found: dict[int, Obstacle] = {}
        for host_id in host_ids:
            for row in self._in_the_way(statement, host_id, spans, exclusion, now):
                found.setdefault(row["n"], _obstacle(row))
        return found

    def obstacles_within(
        self, host_id: str, span: Span, *, exclusion: Exclusion | None, now: datetime
    ) -> list[Obstacle]:
        """Everything of a host that overlaps a span, by start; busy time whole."""
        found = self._in_the_way(_OBSTACLES, host_id, [span], exclusion, now)
        return [*dict.fromkeys(map(_obstacle, found))]

    def each_obstacle(
        self, host_id: str, spans: Sequence[Span], *, now: datetime
    ) -> Iterator[tuple[int, Obstacle]]:
        """Everything of a host that overlaps a span, each with the span's number."""
        if spans:
            for row in self._in_the_way(_OBSTACLES, host_id, spans, None, now):
                yield row["n"], _obstacle(row)

    def _in_the_way(
        self,
        statement: str,
        host_id: str,
        spans: Sequence[Span],
        exclusion: Exclusion | None,
        now: datetime,
    ) -> Iterable[Row]:
        return self._conn.execute(
            f"{statement} {_IN_ORDER}",
            {
                "host_id": host_id,
                "spans": edges(spans),
                "longest": CLAIM_SECONDS,
                "now": times.epoch(now),
                **left_out(exclusion),
            },
        )

    def busy_ranges(
        self, host_id: str, span: Span, *, exclusion: Exclusion | None, now: datetime
    ) -> list[tuple[int, int]]:
        """A host's time that is not free and overlaps a span of any length.

        In seconds since 1970, half-open, by start: there may be many.
        """
        found = self._conn.execute(
            _TAKEN,
            {
                "host_id": host_id,
                "start": times.epoch(span.start),
                "end": times.epoch(span.end),
                "longest": CLAIM_SECONDS,
                "now": times.epoch(now),
                **left_out(exclusion),
            },
        )
        found.row_factory = None  # plain tuples: there may be many
        return sorted(map(tuple, found))

    def count_per_span(
        self,
        event_type_id: str,
        spans: Sequence[Span],
        *,
        exclusion: Exclusion | None,
        now: datetime,
    ) -> list[tuple[int, int]]:
        """How many of an event type start in each span, not cancelled.

        Each with the seconds that they last.
        """
        found = self._conn.execute(
            _COUNTS,
            {
                "event_type_id": event_type_id,
                "spans": edges(spans),
                "now": times.epoch(now),
                **left_out(exclusion),
            },
        )
        return [(row["number"], row["seconds"]) for row in found]

    def group_uids(self, event_type_id: str, start: datetime) -> tuple[str, ...]:
        """Bookings of an event type whose first meeting starts then, oldest first."""
        found = self._conn.execute(
            "select uid from bookings where event_type_id = :event_type_id"
            " and starts_at = :start order by rowid",
            {"event_type_id": event_type_id, "start": times.epoch(start)},
        )
        return tuple(row["uid"] for row in found)

    def groups(self, event_type_id: str, span: Span) -> list[Booking]:
        """Bookings of an event type whose first meeting starts within a span.

        By start; of one start, the oldest first.
        """
        found = self._conn.execute(
            f"{WHOLE_BOOKING} where b.event_type_id = :event_type_id"
            " and b.starts_at >= :start and b.starts_at < :end"
            " order by b.starts_at, b.rowid",
            {
                "event_type_id": event_type_id,
                "start": times.epoch(span.start),
                "end": times.epoch(span.end),
            },
        )
        return [rows.booking(row) for row in found]

    def turn_facts(
        self, event_type_id: str, host_id: str, *, now: datetime
    ) -> tuple[int, int | None]:
        from calbook.store import turns  # only teams have them

        return turns.read_turn(self.connection, event_type_id, host_id, now=now)

    def due_occurrences(
        self, now: datetime, *, limit: int
    ) -> list[tuple[str, datetime]]:
        """Occurrences that time has changed and nobody was told of, oldest first.

        And seats that were offered until then, by the id on the waiting list.
        """
        found = self._conn.execute(
            "select uid, recurrence_id from ("
            " select uid, recurrence_id, due from occurrences where due <= :now"
            " order by due, uid, recurrence_id limit :limit"
            f") x union all {LAPSED_SEATS}",
            {"now": times.epoch(now), "limit": limit},
        )
        return [(row["uid"], times.instant(row["recurrence_id"])) for row in found]
