"""Which bookings and occurrences a listing means, as fixed fragments of statements.

Values are only ever bound. Light, as `reader` is.
"""

from __future__ import annotations

from collections.abc import Mapping

from calbook.core.typing_names import Any

# An occurrence that is a request and has expired, as `status_by_time.is_expired`.
HAS_EXPIRED = (
    "({row}.status = 'PENDING' and coalesce({row}.held_until, {row}.start_at) <= :now)"
)
# The same three facts as `status_by_time.summarize_status`.
_STATUS = """
    case when b.pending_until > :now then 'PENDING'
         when b.confirmed_until > :now then 'CONFIRMED'
         else b.final_status end
"""

_PERSON_COLUMNS = {
    **{"email": "person_key", "phone": "phone_digits", "ref": "ref_folded"},
    "person": "person_id",
}
# Whether an attendee takes part in an occurrence, as `core.booking.participation`.
_TAKES_PART = """(
    (a.only_on is null or {row}.date in (select value from json_each(a.only_on)))
    and (
        a.absent_on is null
        or {row}.date not in (select value from json_each(a.absent_on))
    )
)"""
TAKES_PART = _TAKES_PART.format(row="o")
_FILTERS = {
    "statuses": f"{_STATUS} in (select value from json_each(:statuses))",
    "event_type_id": "b.event_type_id = :event_type_id",
    # A host has many: walked in the list's order, so that a page needs no sorting.
    "host_id": "exists (select 1 from booking_hosts h"
    " where h.host_id = :host_id and h.uid = b.uid)",
    "resource_id": "exists (select 1 from booking_hosts h"
    " where h.host_id = :resource_id and h.uid = b.uid)",
    **{
        name: f"b.uid in (select uid from attendees where {column} = :{name})"
        for name, column in _PERSON_COLUMNS.items()
    },
    "since": "b.starts_at >= :since",
    "until": "b.starts_at < :until",
    "search": """(
        instr(fold_case(b.uid), :search) > 0
        or instr(fold_case(b.notes), :search) > 0
        or instr(fold_case(b.title), :search) > 0
        or exists (
            select 1 from attendees a where a.uid = b.uid
            and (instr(fold_case(a.name), :search) > 0
                or a.email is not null and instr(fold_case(a.person_key), :search) > 0
                or instr(fold_case(a.ref_folded), :number) > 0
                or instr(a.phone_digits, :digits) > 0)
        )
    )""",
}
# A date that takes place, or did; where all of a series is off, any that was booked.
# Those who are asked for take part in it.
_HAS_DATE_WITHIN = f"""
    exists (
        select 1 from occurrences u where u.uid = b.uid
        and u.resolution is not 'conflict'
        and (u.status <> 'CANCELLED' or {_STATUS} = 'CANCELLED')
        and not ({HAS_EXPIRED.format(row="u")} and {_STATUS} <> 'CANCELLED')
        and (:since is null or u.start_at >= :since)
        and (:until is null or u.start_at < :until) {{persons}}
    )
"""
# A series that began before the dates asked for and has an occurrence in them.
_UNDER_WAY = f"""
    b.recurring is not null and b.last_at >= :since and b.starts_at < :since
    and {_HAS_DATE_WITHIN}
"""
# One that begins in them may have lost all the dates that it had there.
_BEGINS_WITHIN = f"(b.recurring is null or {_HAS_DATE_WITHIN})"
# An occurrence's status as `status_by_time` has it.
OCCURRENCE_STATUS = f"""
    case when {HAS_EXPIRED.format(row="o")} then 'CANCELLED'
         when o.status = 'CONFIRMED' and o.end_at <= :now then 'COMPLETED'
         else o.status end
"""
# Whether one of a booking's hosts gives the time of an occurrence.
GIVES_TIME = """(
    o.hosts is null and not h.is_of_dates
    or h.host_id in (select value from json_each(o.hosts))
)"""
# The same filters, asked of single occurrences.
OCCURRENCE_FILTERS = {
    **_FILTERS,
    "statuses": f"{OCCURRENCE_STATUS} in (select value from json_each(:statuses))",
    "event_type_id": "o.event_type_id = :event_type_id",
    **{
        name: f"{_FILTERS[name]} and exists (select 1 from attendees a"
        f" where a.uid = o.uid and a.{column} = :{name} and {TAKES_PART})"
        for name, column in _PERSON_COLUMNS.items()
    },
    "host_id": "exists (select 1 from booking_hosts h"
    f" where h.host_id = :host_id and h.uid = o.uid and {GIVES_TIME})",
    "resource_id": "exists (select 1 from booking_hosts h"
    f" where h.host_id = :resource_id and h.uid = o.uid and {GIVES_TIME})",
    "since": "o.start_at >= :since",
    "until": "o.start_at < :until",
    "not_over_by": "o.end_at > :not_over_by",
}


def matching_bookings(filters: Mapping[str, Any], after: str | None = None) -> str:
    """The bookings that filters mean, by (starts_at, uid).

    Dates mean any occurrence. What began before them is an arm of its own, so that
    each arm walks an index and the page is merged from the two; this one the series
    that are not over, as SQLite by itself would walk all that began before.
    """
    found = "select b.uid, b.starts_at from bookings b"
    persons = "".join(
        f" and exists (select 1 from attendees a where a.uid = u.uid"
        f" and a.{column} = :{name} and {_TAKES_PART.format(row='u')})"
        for name, column in _PERSON_COLUMNS.items()
        if name in filters
    )
    begins = _BEGINS_WITHIN.format(persons=persons)
    dates = None if filters.keys().isdisjoint(_RANGE) else begins
    within = f"{found} {where_clause(filters, _FILTERS, after, dates)}"
    if "since" not in filters:
        return within
    others = {name: value for name, value in filters.items() if name not in _RANGE}
    under_way = where_clause(
        others, _FILTERS, after, _UNDER_WAY.format(persons=persons)
    )
    return f"{within} union all {found} indexed by bookings_recurring {under_way}"


_RANGE = ("since", "until")


def where_clause(
    filters: Mapping[str, Any], fragments: Mapping[str, str], *more: str | None
) -> str:
    """A where clause of fixed fragments; values are only ever bound."""
    parts = [*(fragments[name] for name in filters), *(part for part in more if part)]
    return f"where {' and '.join(parts)}" if parts else ""


def bound_filters(filters: Mapping[str, Any]) -> Mapping[str, Any]:
    bound = {"since": None, "until": None, **filters}
    if "search" in filters:
        from calbook.core.checks import fold_ref  # slow to import
        from calbook.core.people import searched_digits

        bound["number"] = fold_ref(filters["search"]) or None
        bound["digits"] = searched_digits(filters["search"])
    return bound
