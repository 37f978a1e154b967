"""Figures from `day_counts`, where every day's meetings are counted as they change.

Its days are those of UTC and its statuses what is stored, so what lies between midnight
there and the edge of a range is looked at, and the days around now. Series are not in
it and are looked at date by date.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core.model import LONGEST_CLAIM
from calbook.store.booking_filters import GIVES_TIME, OCCURRENCE_STATUS

if TYPE_CHECKING:
    from calbook.store.connection import Connection, Row

_DAY = 86400
_EPOCH = date(1970, 1, 1).toordinal() * _DAY
_LONGEST = int(LONGEST_CLAIM.total_seconds())


class Range(NamedTuple):
    """Half-open, in epoch seconds."""

    since: int
    until: int

    def within(self, other: Range) -> Range:
        since = max(self.since, other.since)
        return Range(since, max(since, min(self.until, other.until)))


ALWAYS = Range(-10_000 * 365 * _DAY, 10_000 * 365 * _DAY)  # no date is outside


class Tally:
    """What was counted of one group."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.singles = self.seconds = 0
        self.series: set[int] = set()
        self.leads: list[int] = []

    @classmethod
    def of_all(cls, tallies: Iterable[Tally]) -> Tally:
        """Of ranges that do not overlap, as one."""
        all = cls()
        for each in tallies:
            all.statuses.update(each.statuses)
            all.singles += each.singles
            all.seconds += each.seconds
            all.series |= each.series
            all.leads += each.leads
        return all

    def add(self, status: str, meetings: int, seconds: int) -> None:
        self.statuses[status] += meetings
        if status in ("CONFIRMED", "COMPLETED"):
            self.seconds += seconds

    def add_singles(self, status: str, meetings: int, seconds: int) -> None:
        """Of bookings with one date each."""
        self.add(status, meetings, seconds)
        self.singles += meetings

    def figures(self) -> dict[str, Any]:
        """By the names of the columns of `statistics`."""
        return {
            "bookings": self.singles + len(self.series),
            "occurrences": self.statuses.total(),
            **{status.lower(): number for status, number in self.statuses.items()},
            "seconds": self.seconds,
            "mean_lead": sum(self.leads) / len(self.leads) if self.leads else None,
            "median_lead": self._median_lead() if self.leads else None,
        }

    def _median_lead(self) -> float:
        self.leads.sort()  # so that those of all are sorted sooner
        middle = len(self.leads) // 2
        return (self.leads[middle] + self.leads[~middle]) / 2


class Kind(NamedTuple):
    """Whose figures are counted, as parts of statements on their ids, `k`.

    ids: where they are; `which` of them
    dates: the occurrences `o` of `k` in a piece of time, `p`
    owner: the `k` of occurrences
    series: of `k` from :since to :until, with their occurrences, and their `number`
    leads: the bookings `b` of `k` that begin in `p`, as a subquery has them
    """

    ids: str
    which: str
    dates: str
    owner: str
    series: str
    leads: str
    number: str = "b.rowid"


_SERIES = """
    bookings b indexed by bookings_recurring
    cross join occurrences o on o.uid = b.uid and b.recurring is not null
        and b.last_at >= :since and b.starts_at < :until
"""
_IN_TIME = "o.start_at >= p.since and o.start_at < p.until"
_BEGINS = "{0}.starts_at >= p.since and {0}.starts_at < p.until"
_OF_ALL = Kind(
    ids="(select '' as id) k",
    which="true",
    dates=f"cross join occurrences o on {_IN_TIME}",
    owner="cross join {ids} on true",
    series=f"{{ids}} cross join {_SERIES}",
    leads=f"bookings b where {_BEGINS.format('b')}",
)
_OF_EVENT_TYPES = Kind(
    ids="event_types k",
    which="true",
    dates=f"cross join occurrences o on o.event_type_id = k.id and {_IN_TIME}",
    owner="cross join {ids} on k.id = o.event_type_id",
    series=f"{_SERIES} cross join {{ids}} on k.id = b.event_type_id",
    leads=f"bookings b where b.event_type_id = k.id and {_BEGINS.format('b')}",
)
_OF_HOSTS = Kind(
    ids="hosts k",
    which="k.kind = 'host'",
    dates=f"""
    cross join booking_hosts h on h.host_id = k.id and {_BEGINS.format("h")}
    cross join occurrences o on o.uid = h.uid and {_IN_TIME} and {GIVES_TIME}
    """,
    owner=f"""
    cross join booking_hosts h on h.uid = o.uid and {GIVES_TIME}
    cross join {{ids}} on k.id = h.host_id
    """,
    series=f"""
    {{ids}} cross join booking_hosts h on h.host_id = k.id
        and h.last_at >= :since and h.starts_at < :until
    cross join occurrences o on o.uid = h.uid and {GIVES_TIME}
    """,
    leads=f"""
    booking_hosts h cross join bookings b indexed by bookings_by_start
        on b.starts_at = h.starts_at and b.uid = h.uid
    where h.host_id = k.id and {_BEGINS.format("h")} and (
        h.last_at is null and not exists (
            select 1 from occurrences o indexed by occurrences_with_hosts
            where o.uid = h.uid and o.hosts is not null
        )
        or exists (
            select 1 from booking_hosts g cross join occurrences o on o.uid = g.uid
            where g.uid = h.uid and g.host_id = k.id and o.start_at = b.starts_at
            and o.resolution is not 'conflict' and {GIVES_TIME.replace("h.", "g.")}
        )
    )
    """,
    number="h.made",
)
_OF_RESOURCES = _OF_HOSTS._replace(which="k.kind <> 'host'")

# By what is asked: each of a kind, or one, by a filter.
KINDS: Mapping[str | None, Kind] = {
    **{None: _OF_ALL, "event": _OF_EVENT_TYPES},
    **{"host": _OF_HOSTS, "resource": _OF_RESOURCES},
}
FILTERED: Mapping[str, Kind] = {
    name: kind._replace(which="k.id = :id")
    for name, kind in {
        **{"event_type_id": _OF_EVENT_TYPES, "host_id": _OF_HOSTS},
        "resource_id": _OF_HOSTS,
    }.items()
}

# -- the statements

PIECES = """
    with pieces (n, since, until) as materialized (
        select cast(key as bigint), cast(value ->> 0 as bigint),
            cast(value ->> 1 as bigint)
        from json_each(:pieces)
    )
"""
_COUNTS = f"""
    {PIECES}
    select p.n, k.id, c.status, cast(sum(c.meetings) as bigint),
        cast(sum(c.seconds) as bigint)
    from pieces p cross join {{ids}}
    cross join day_counts c on c.id = k.id and c.day >= p.since and c.day < p.until
    where {{which}} group by p.n, k.id, c.status
"""
_SHOWN = f"k.id, o.start_at, {OCCURRENCE_STATUS}, o.end_at - o.start_at"
_IS_SINGLE = "b.recurring is null and o.resolution is not 'conflict'"
_DATES = f"""
    {PIECES}
    select {_SHOWN} from pieces p cross join {{ids}} {{dates}}
    cross join bookings b on b.uid = o.uid where {_IS_SINGLE} and {{which}}
"""
# Requests that are counted as such, and yet their holds have ended.
_EXPIRED_HOLDS = f"""
    select {_SHOWN} from occurrences o indexed by occurrences_held
    cross join bookings b on b.uid = o.uid {{owner}}
    where o.status = 'PENDING' and o.held_until is not null and o.held_until <= :now
    and o.start_at >= :since and o.start_at < :until and {_IS_SINGLE} and {{which}}
"""
# What is of one range together, else what starts at one time.
_DATES_OF_SERIES = f"""
    select k.id, {{when}}, {OCCURRENCE_STATUS}, count(*),
        cast(sum(o.end_at - o.start_at) as bigint), json_group_array({{number}})
    from {{series}}
    where o.start_at >= :since and o.start_at < :until
    and o.resolution is not 'conflict' and {{which}} group by 2, 3, 1
"""
# A list for each group: what would be sorted to be grouped is not fetched row by row.
_LEADS = f"""
    {PIECES}
    select p.n, k.id,
        (select json_group_array(b.starts_at - b.created_at) from {{leads}})
    from pieces p cross join {{ids}} where {{which}}
"""


class Counting:
    """The figures of ranges that follow each other, and of each id of a kind.

    `id` is that of a filter. `tallies` are by a range's place and an id.
    """

    def __init__(
        self,
        conn: Connection,
        kind: Kind,
        ranges: Sequence[Range],
        *,
        id: str | None,
        now: int,
    ) -> None:
        self._conn, self._kind, self._ranges = conn, kind, ranges
        self._facts = {"id": id, "now": now}
        self._days = [Range(*map(_nearest_midnight, each)) for each in ranges]
        # The clock has the last word of what may be under way; before it all is over.
        self._now = Range(_midnight(now - _LONGEST), _midnight(now) + _DAY)
        self._before = ALWAYS._replace(until=self._now.since)
        self._after = ALWAYS._replace(since=self._now.until)
        self.tallies: dict[tuple[int, str], Tally] = {}

    def run(self) -> Mapping[tuple[int, str], Tally]:
        if self._ranges:
            self._count_days(self._before, {"CONFIRMED": "COMPLETED", **_EXPIRED})
            self._count_days(self._after, {})
            self._count_expired_holds()
            self._count_edges()
            self._count_series()
            self._read_leads()
        return {key: t for key, t in self.tallies.items() if t.statuses.total()}

    def _tally(self, n: int, id: str, status: str) -> Tally:
        """What is counted of an id or, where groups are these, of a status."""
        return self.tallies.setdefault((n, id), Tally())

    def _count_days(self, when: Range, by_time: Mapping[str, str]) -> None:
        """Whole days; `by_time` is what time made of a status that is stored."""
        days = [_day_numbers(each.within(when)) for each in self._days]
        for n, id, status, *figures in self._ask(_COUNTS, days):
            shown = by_time.get(status, status)
            self._tally(n, id, shown).add_singles(shown, *figures)

    def _count_expired_holds(self) -> None:
        """They are no requests any more."""
        coming = self._after.within(Range(self._days[0].since, self._days[-1].until))
        for id, start, status, length in self._ask(_EXPIRED_HOLDS, within=coming):
            if (n := _place(self._days, start)) is not None:
                self._tally(n, id, "PENDING").add_singles("PENDING", -1, -length)
                self._tally(n, id, status).add_singles(status, 1, length)

    def _count_edges(self) -> None:
        """What lies in another range than its day does, and what is of these days."""
        edges = _merge(
            Range(*sorted(pair)).within(side)
            for each, days in zip(self._ranges, self._days, strict=True)
            for pair in zip(each, days, strict=True)
            for side in (self._before, self._after)
        )
        now = _merge(each.within(self._now) for each in self._ranges)
        for id, start, status, length in self._ask(_DATES, [*edges, *now]):
            is_now = self._now.since <= start < self._now.until
            counted = None if is_now else _place(self._days, start)
            n = _place(self._ranges, start)
            if n != counted and counted is not None:
                self._tally(counted, id, status).add_singles(status, -1, -length)
            if n != counted and n is not None:
                self._tally(n, id, status).add_singles(status, 1, length)

    def _count_series(self) -> None:
        all = Range(self._ranges[0].since, self._ranges[-1].until)
        when = "o.start_at" if self._ranges[1:] else "cast(:since as bigint)"
        for id, start, status, *figures, numbers in self._ask(
            _DATES_OF_SERIES, within=all, when=when
        ):
            if (n := _place(self._ranges, start)) is not None:
                tally = self._tally(n, id, status)
                tally.add(status, *figures)
                tally.series.update(json.loads(numbers))

    def _read_leads(self) -> None:
        for n, id, leads in self._ask(_LEADS, self._ranges):
            self._tally(n, id, "").leads = json.loads(leads or "[]")

    def _ask(
        self,
        statement: str,
        pieces: Iterable[tuple[int, int]] = (),
        within: Range = ALWAYS,
        **more: str,
    ) -> Iterable[Row]:
        ids = self._kind.ids
        parts = {n: part.format(ids=ids) for n, part in self._kind._asdict().items()}
        facts = {**self._facts, "since": within.since, "until": within.until}
        facts["pieces"] = json.dumps([*pieces])
        return self._conn.execute(statement.format(**parts, **more), facts)


_EXPIRED = {"PENDING": "CANCELLED"}


def _midnight(at: int) -> int:
    return at // _DAY * _DAY


def _nearest_midnight(at: int) -> int:
    return _midnight(at + _DAY // 2)


def _day_numbers(days: Range) -> Range:
    """As `day_counts` has them."""
    return Range(*((at + _EPOCH) // _DAY for at in days))


def _merge(ranges: Iterable[Range]) -> list[Range]:
    """The same time without overlaps."""
    merged: list[Range] = []
    for each in sorted(each for each in ranges if each.since < each.until):
        if merged and each.since <= merged[-1].until:
            merged[-1] = Range(merged[-1].since, max(merged[-1].until, each.until))
        else:
            merged.append(each)
    return merged


def _place(ranges: Sequence[Range], at: int) -> int | None:
    """Which of them a moment is in."""
    n = bisect_right(ranges, at, key=lambda each: each.since) - 1
    return n if n >= 0 and at < ranges[n].until else None
