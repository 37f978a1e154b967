"""How many occurrences there are, of whom, and how they went: counted in SQL.

What is counted is walked by the index on the start, so that it costs what the range
holds and not what the file does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.store.booking_filters import (
    FILTERS,
    GIVES_TIME,
    OCCURRENCE_FILTERS,
    OCCURRENCE_STATUS,
    TAKES_PART,
    bound_filters,
    walked_host,
    where_clause,
)
from calbook.store.day_counts import (
    ALWAYS,
    FILTERED,
    KINDS,
    Counting,
    Kind,
    Range,
    Tally,
)
from calbook.store.reader import Reader

if TYPE_CHECKING:
    from calbook.store.connection import Row


Figures = dict[str, Any]


class Period(NamedTuple):
    """Its name, its first day, and its half-open time in epoch seconds."""

    name: str
    first_day: str
    start: int
    end: int


class _Group(NamedTuple):
    """What is counted together: its key, what people call it, and whose it is.

    `lead` is walked before the occurrences, `beside` where these are of one host; `of`
    is joined to each.
    """

    key: str
    label: str = "null"
    of: str = ""
    lead: str = ""
    beside: str = ""
    status: str = OCCURRENCE_STATUS
    order: str = "occurrences desc, f.key"


# In a group each person came or did not, whatever the others did.
_PERSONS_STATUS = f"""
    case when o.status = 'CANCELLED' then o.status else
        case (
            select w.value from json_each(o.attendances) w
            where w.key = a.person_key
        )
            when 'no_show' then 'NO_SHOW'
            when 'attended' then 'COMPLETED'
            else {OCCURRENCE_STATUS} end
    end
"""

# Of one person, who may be there twice by two addresses, and came if either did.
_ONE_PERSONS_STATUS = f"""
    case when o.status = 'CANCELLED' then o.status else
        case (
            select min(w.value) from json_each(o.attendances) w
            join attendees a on a.uid = o.uid and a.person_key = w.key
            where a.person_id = :person
        )
            when 'no_show' then 'NO_SHOW'
            when 'attended' then 'COMPLETED'
            else {OCCURRENCE_STATUS} end
    end
"""

PERIODS = ("week", "month")
_OF_PERIOD = _Group(
    "p.name",
    "max(first_day)",
    "and o.start_at >= p.start_at and o.start_at < p.end_at",
    lead="periods p cross join",
    beside="cross join periods p on true",
    order="f.key",
)
GROUPS: Mapping[str, _Group] = {
    "event": _Group(
        "o.event_type_id", "(select title from event_types where id = f.key)"
    ),
    "host": _Group(
        "h.host_id",
        "(select name from hosts where id = f.key)",
        f"join booking_hosts h on h.uid = o.uid and {GIVES_TIME}"
        " and h.host_id >= 'user_'",
    ),
    "resource": _Group(
        "h.host_id",
        "(select name from hosts where id = f.key)",
        f"join booking_hosts h on h.uid = o.uid and {GIVES_TIME}"
        " and h.host_id < 'user_'",
    ),
    **dict.fromkeys(PERIODS, _OF_PERIOD),
    "status": _Group(OCCURRENCE_STATUS),
    "attendee": _Group(
        "a.person_key",
        "max(name)",
        f"join attendees a on a.uid = o.uid and {TAKES_PART}",
        status=_PERSONS_STATUS,
    ),
}
_TOTAL = _Group("null", order="f.key")
_OF_PERSON = _TOTAL._replace(status=_ONE_PERSONS_STATUS)
_OF_ROW = {
    **dict.fromkeys(PERIODS, "p.first_day as first_day"),
    "attendee": "a.name as name",
}

# A date that was never free was never booked. The lead is asked of a booking's first
# date alone: of a series the others are as far away as it is long.
_COUNT = """
    with periods (name, first_day, start_at, end_at) as materialized (
        select value ->> 0, value ->> 1, cast(value ->> 2 as bigint),
            cast(value ->> 3 as bigint)
        from json_each(:periods)
    ), found as materialized (
        select {key} as key, {more} o.uid as uid, {status} as status,
            o.end_at - o.start_at as length,
            case when o.start_at = b.starts_at then o.start_at - b.created_at end
                as lead
        from {lead} occurrences o {on}
        cross join bookings b on b.uid = o.uid {of}
        {where}
    ), leads as materialized (
        select key, lead, row_number() over (partition by key order by lead) as n,
            count(*) over (partition by key) as number
        from found where lead is not null
    ), medians as materialized (
        select key, avg(lead) as median from leads
        where n between number / 2.0 and number / 2.0 + 1 group by key
    )
    select f.key as key, {label} as label, count(distinct uid) as bookings,
        count(*) as occurrences,
        count(*) filter (where status = 'PENDING') as pending,
        count(*) filter (where status = 'CONFIRMED') as confirmed,
        count(*) filter (where status = 'COMPLETED') as completed,
        count(*) filter (where status = 'NO_SHOW') as no_show,
        count(*) filter (where status = 'CANCELLED') as cancelled,
        cast(sum(case when status in ('CONFIRMED', 'COMPLETED') then length else 0 end)
            as bigint) as seconds,
        cast(avg(lead) as double precision) as mean_lead,
        cast(max(m.median) as double precision) as median_lead
    from found f left join medians m on m.key is f.key
    group by f.key order by {order}
"""
_IS_BOOKED = "o.resolution is not 'conflict'"
# Those of one host, without a look at others.
_OF_HOST = """(
        select uid from booking_hosts indexed by booking_hosts_by_start
        where host_id = :{0} and last_at is null
        and starts_at >= :from_start and starts_at < :to_start
        union select uid from booking_hosts indexed by booking_hosts_recurring
        where host_id = :{0} and last_at is not null
        and last_at >= :from_start and starts_at < :to_start
    ) own cross join"""
# A date is then found by its booking, and by nothing else.
_OF_HOSTS_DATES = {**OCCURRENCE_FILTERS, "event_type_id": FILTERS["event_type_id"]}


class StatisticsReader(Reader):
    """The statements that count."""

    def figures(
        self, by: str | None, filters: Mapping[str, Any], *, now: int
    ) -> list[Figures]:
        """A row for each group, or one of all."""
        tallies = self._tally(by, filters, now)
        if tallies is None:
            rows = self._count(GROUPS[by] if by else _TOTAL, by, filters, now)
            return [*map(_named, rows)]
        return self._rows(by, tallies)

    def figures_of_all(
        self, by: str | None, filters: Mapping[str, Any], *, now: int
    ) -> tuple[Figures, list[Figures]]:
        """The total, and a row for each group; where they are apart it is their sum."""
        tallies = self._tally(by, filters, now) if by in _APART else None
        if tallies is not None:
            return Tally.of_all(tallies.values()).figures(), self._rows(by, tallies)
        total = self.figures(None, filters, now=now)
        groups = self.figures(by, filters, now=now) if by else []
        return (total[0] if total else {}), groups

    def _tally(
        self, by: str | None, filters: Mapping[str, Any], now: int
    ) -> Mapping[str, Tally] | None:
        """By id or status; None where nothing is counted of each day."""
        kind = _kind(filters, KINDS.get(by)) if by in KINDS else None
        count = Counting
        if by == "status" and filters.keys() <= {"since", "until"}:
            from calbook.store.status_counts import CountingByStatus  # few ask

            kind, count = KINDS[None], CountingByStatus
        if kind is None:
            return None
        within = Range(
            filters.get("since", ALWAYS.since), filters.get("until", ALWAYS.until)
        )
        counting = count(self._conn, kind, [within], id=_id(filters), now=now)
        return {id: tally for (_, id), tally in counting.run().items()}

    def _rows(self, by: str | None, tallies: Mapping[str, Tally]) -> list[Figures]:
        labels = self.names(NOUNS[by]) if by in NOUNS else {}
        found = [
            {"key": None if by is None else id, "label": labels.get(id)} | t.figures()
            for id, t in tallies.items()
        ]
        return sorted(found, key=lambda row: (-row["occurrences"], row["key"]))

    def figures_by_period(
        self, filters: Mapping[str, Any], periods: Sequence[Period], *, now: int
    ) -> tuple[Figures, list[Figures]]:
        """Of all periods, which are the range, and a row for each that has any."""
        if not periods:
            return {}, []
        bounds = {p.name: {"since": p.start, "until": p.end} for p in periods}
        kind = _kind(filters, KINDS[None])
        if kind is None:
            rows = self._count(_OF_PERIOD, PERIODS[0], filters, now, periods)
            range = {"since": periods[0].start, "until": periods[-1].end}
            total = self.figures(None, {**filters, **range}, now=now)
            groups = [_named(row) | bounds[row["key"]] for row in rows]
            return (total[0] if total else {}), groups
        ranges = [Range(p.start, p.end) for p in periods]
        counting = Counting(self._conn, kind, ranges, id=_id(filters), now=now)
        found = {periods[n]: tally for (n, _), tally in counting.run().items()}
        groups = [
            {"key": p.name, "label": p.first_day} | bounds[p.name] | tally.figures()
            for p, tally in sorted(found.items())
        ]
        return Tally.of_all(found.values()).figures(), groups

    def person_figures(self, id: str, *, now: int) -> Row | None:
        """How the meetings of one person went; None where there are none."""
        found = self._count(_OF_PERSON, None, {"person": id}, now)
        return found[0] if found else None

    def _count(
        self,
        group: _Group,
        by: str | None,
        filters: Mapping[str, Any],
        now: int,
        periods: Sequence[Period] = (),
    ) -> list[Row]:
        more, host = _OF_ROW.get(by or ""), walked_host(filters)
        statement = _COUNT.format(
            key=group.key,
            more=f"{more}," if more else "",
            status=group.status,
            of=f"{group.beside} {group.of}" if host else group.of,
            lead=_OF_HOST.format(host) if host else group.lead,
            on="on o.uid = own.uid" if host else "",
            where=where_clause(
                filters, _OF_HOSTS_DATES if host else OCCURRENCE_FILTERS, _IS_BOOKED
            ),
            label=group.label,
            order=group.order,
        )
        return self._conn.execute(
            statement,
            {**bound_filters(filters, now=now), "periods": json.dumps(periods)},
        ).fetchall()

    def next_start(self, since: int | None) -> int | None:
        """The first start from then on, or of all."""
        row = self._one(
            "select min(start_at) as start from occurrences where start_at >= :since",
            since=ALWAYS.since if since is None else since,
        )
        return None if row is None else row["start"]


_APART = ("event", "status")  # each date is in one of them
NOUNS = {"event": "event type", "host": "host", "resource": "resource"}


def _named(row: Row) -> Figures:
    return dict(zip(row.keys(), row, strict=True))


def _kind(filters: Mapping[str, Any], kind: Kind | None) -> Kind | None:
    """What is counted of each day, if filters say no more than that can tell."""
    others = filters.keys() - {"since", "until"}
    if not others:
        return kind
    is_total = kind is KINDS[None] and len(others) == 1
    return FILTERED.get(min(others)) if is_total else None


def _id(filters: Mapping[str, Any]) -> str | None:
    return next((filters[name] for name in FILTERED if name in filters), None)
