"""Which occurrences a listing means: by what they are walked, as bookings are.

Light, as `reader` is.
"""

from __future__ import annotations

from collections.abc import Mapping

from calbook.core.json_text import dumps, loads
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.store.booking_filters import (
    FEW,
    GIVES_TIME,
    IS_LIKE,
    OCCURRENCE_FILTERS,
    OCCURRENCE_STATUS,
    are_of_person,
    has_few,
    walked_host,
    where_clause,
    without,
)

if TYPE_CHECKING:
    from calbook.store.connection import Connection

# As `booking_filters` has them of bookings. What is not confirmed has an index.
_STORED = "o.status <> 'CONFIRMED' and o.status = '{}'"
_OTHERS = "occurrences_by_status"
_BY_STATUS: Mapping[str, tuple[tuple[str | None, str], ...]] = {
    "PENDING": ((_OTHERS, f"{_STORED.format('PENDING')} and o.start_at > :now"),),
    "CONFIRMED": ((None, "o.start_at > :lately"),),
    "COMPLETED": (
        (_OTHERS, _STORED.format("COMPLETED")),
        (None, "o.status = 'CONFIRMED' and o.start_at < :begun"),
    ),
    "NO_SHOW": ((_OTHERS, _STORED.format("NO_SHOW")),),
    "CANCELLED": (
        (_OTHERS, _STORED.format("CANCELLED")),
        (_OTHERS, f"{_STORED.format('PENDING')} and o.start_at <= :now"),
        (
            "occurrences_held",
            "o.held_until is not null and o.status = 'PENDING'"
            " and o.held_until <= :now and o.start_at > :now",
        ),
    ),
}
_LIVE = {"PENDING", "CONFIRMED"}
_MOST = {"CONFIRMED", "COMPLETED"}  # of all, whenever they are


def walked_meetings(
    conn: Connection, filters: Mapping[str, Any], after: str | None = None
) -> str | None:
    """The occurrences of a host, or of a status, by (start_at, uid, tie).

    None of others: all are walked by their start, or found by something else.
    """
    host = walked_host(filters)
    if not _are_by_status(conn, filters, host):
        return host_meetings(filters, host, after) if host else None
    statuses = {*loads(filters["statuses"])}
    has_own = host is not None or "event_type_id" in filters
    if has_own and not _are_few(conn, statuses):
        live = "o.start_at > :lately" if statuses <= _LIVE else None
        return _of_status(filters, host, None, live, after)
    others = without(filters, "statuses")
    return " union all ".join(
        _of_status(others, host, index, f"{found} and {_is_of(status)}", after)
        for status in sorted(statuses)
        for index, found in _BY_STATUS[status]
    )


def _are_by_status(
    conn: Connection, filters: Mapping[str, Any], host: str | None
) -> bool:
    if "statuses" not in filters or are_of_person(filters):
        return False
    if {*loads(filters["statuses"])} >= _MOST or has_few(conn, filters, host):
        return False
    if "search" not in filters:
        return True
    from calbook.store import searching  # few ask

    return searching.choose_letters(conn, filters, False) is None


def _are_few(conn: Connection, statuses: set[str]) -> bool:
    """Whether an index of all is shorter than the walk of one's own may be."""
    last = f"""
        select 1 from occurrences indexed by {_OTHERS} where status <> 'CONFIRMED'
        and status in (select value from json_each(:statuses)) limit 1 offset {FEW}
    """
    expired = {"PENDING"} if "CANCELLED" in statuses else set[str]()
    facts = {"statuses": dumps([*statuses | expired])}
    return conn.execute(last, facts).fetchone() is None


def _is_of(status: str) -> str:
    return f"{OCCURRENCE_STATUS} = '{status}'"


def _of_status(
    filters: Mapping[str, Any], host: str | None, index: str | None, *more: str | None
) -> str:
    if host and index is None:
        return host_meetings(filters, host, *more)
    by_start = "by_start" if "event_type_id" in filters else "in_time"
    return f"""
        select o.uid as uid, o.recurrence_id as recurrence_id, o.start_at as start_at,
            o.recurrence_id as tie
        from occurrences o indexed by {index or f"occurrences_{by_start}"}
        cross join bookings b on b.uid = o.uid
        {where_clause(filters, OCCURRENCE_FILTERS, *more)}
    """


def host_meetings(filters: Mapping[str, Any], host: str, *more: str | None) -> str:
    """The occurrences of one host, by (start_at, uid, tie).

    A single one's start is its booking's, and found so; those of series are sorted.
    """
    own = f"h.host_id = :{host} and {GIVES_TIME}"
    where = where_clause(without(filters, host), OCCURRENCE_FILTERS, own, *more)
    as_booked = where.replace("o.start_at, o.uid", "h.starts_at, h.uid")
    as_booked = as_booked.replace("o.start_at", "h.starts_at")
    since = "and h.last_at >= :since" if "since" in filters else ""
    meetings = "cross join bookings b on b.uid = h.uid cross join occurrences o"
    return f"""
        select o.uid as uid, o.recurrence_id as recurrence_id,
            h.starts_at as start_at, 0 as tie
        from booking_hosts h indexed by booking_hosts_by_start
        {meetings} on o.uid = h.uid
        {as_booked} and h.last_at is null
        union all
        select o.uid, o.recurrence_id, o.start_at, o.recurrence_id
        from booking_hosts h indexed by booking_hosts_recurring
        {meetings} on o.uid = h.uid
        {where} and h.last_at is not null {since}
    """


def other_meetings(
    conn: Connection, filters: Mapping[str, Any], after: str | None = None
) -> str:
    """The occurrences that filters mean, of whichever host.

    Those of few bookings, where an index has all that may have any; else by start.
    """
    found, more = None, None
    if are_of_person(filters):
        pass  # somebody's are found by who it is
    elif "search" in filters:
        from calbook.store import searching  # few ask

        letters = searching.choose_letters(conn, filters, False)
        found = searching.lettered_uids() if letters == "indexed" else None
        more = IS_LIKE if letters == "like" else None
    meetings = "occurrences o"
    if found:
        meetings = f"({found}) found cross join {meetings} on o.uid = found.uid"
    where = where_clause(filters, OCCURRENCE_FILTERS, more, after)
    return f"from {meetings} cross join bookings b on b.uid = o.uid {where}"
