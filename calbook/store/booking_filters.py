"""Which bookings and occurrences a listing means, as fixed fragments of statements.

Values are only ever bound. Light, as `reader` is.
"""

from __future__ import annotations

from collections.abc import Mapping

from calbook.core.json_text import loads
from calbook.core.typing_names import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from calbook.store.connection import Connection

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
# Whose bookings are found by who it is, unless they are found by their uids.
_FOUND_BY = "b.uid in (select uid from attendees p where"
_ASKED_OF = "exists (select 1 from attendees p where p.uid = b.uid and"
FILTERS = {
    "statuses": f"{_STATUS} in (select value from json_each(:statuses))",
    "event_type_id": "b.event_type_id = :event_type_id",
    "host_id": "exists (select 1 from booking_hosts whose"
    " where whose.host_id = :host_id and whose.uid = b.uid)",
    "resource_id": "exists (select 1 from booking_hosts whose"
    " where whose.host_id = :resource_id and whose.uid = b.uid)",
    **{
        name: f"{_FOUND_BY} {column} = :{name})"
        for name, column in _PERSON_COLUMNS.items()
    },
    "uids": "b.uid in (select value from json_each(:uids))",
    "since": "b.starts_at >= :from_start",
    "until": "b.starts_at < :to_start",
    # A text before the numbers, a customer number before the phones, or a phone.
    "search": """(
        instr(b.search, :search) between 1 and instr(b.search, :phones)
        or instr(substr(b.search, instr(b.search, :refs)), :number) between 1
            and instr(b.search, :phones) - instr(b.search, :refs)
        or instr(substr(b.search, instr(b.search, :phones)), :digits) > 0
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
    **FILTERS,
    "statuses": f"{OCCURRENCE_STATUS} in (select value from json_each(:statuses))",
    "event_type_id": "o.event_type_id = :event_type_id",
    **{
        name: f"{FILTERS[name]} and exists (select 1 from attendees a"
        f" where a.uid = o.uid and a.{column} = :{name} and {TAKES_PART})"
        for name, column in _PERSON_COLUMNS.items()
    },
    "host_id": "exists (select 1 from booking_hosts h"
    f" where h.host_id = :host_id and h.uid = o.uid and {GIVES_TIME})",
    "resource_id": "exists (select 1 from booking_hosts h"
    f" where h.host_id = :resource_id and h.uid = o.uid and {GIVES_TIME})",
    "since": "o.start_at >= :from_start",
    "until": "o.start_at < :to_start",
    "not_over_by": "o.end_at > :not_over_by",
}


# By what the bookings of each status are found, and what holds of them besides: no
# meeting is longer than a day, a request expires when it begins at the latest, and
# series under way have indexes of their own. What has none here is most of the file.
_BY_STATUS: Mapping[str, tuple[tuple[str | None, str], ...]] = {
    "PENDING": (
        ("bookings_pending", "b.pending_until is not null and b.starts_at > :now"),
        (
            "bookings_pending_series",
            "b.recurring is not null and b.pending_until > :now"
            " and b.starts_at <= :now",
        ),
    ),
    "CONFIRMED": (
        (None, "b.starts_at > :lately"),
        (
            "bookings_recurring",
            "b.recurring is not null and b.last_at > :now - 86400"
            " and b.starts_at <= :now - 86400",
        ),
    ),
    "COMPLETED": (
        (
            "bookings_attended",
            "b.final_status = 'COMPLETED' and b.confirmed_until is null",
        ),
        (None, "b.confirmed_until <= :now and b.starts_at < :begun"),
    ),
    "NO_SHOW": (("bookings_no_show", "b.final_status = 'NO_SHOW'"),),
    "CANCELLED": (("bookings_cancelled", "b.final_status = 'CANCELLED'"),),
}
# The same of one host, whose rows have copies of what their bookings are found by.
_OF_HOST = {
    None: "booking_hosts_by_start",
    "bookings_recurring": "booking_hosts_recurring",
}
IS_LIKE = """(
    b.search like :like_text or b.search like :like_ref or b.search like :like_digits
)"""
_COPIED = ("uid", "starts_at", "last_at")
_RANGE = ("since", "until")
FEW = 500
_EVER = 2**62


class Walk(NamedTuple):
    """By what the bookings that filters mean are walked.

    `host` is the filter whose own they are. `has_few`: they are so few that none is to
    be found by its status. `letters`: how those of a search find them, see `searching`.
    """

    host: str | None
    has_few: bool
    letters: str | None = None


def are_of_person(filters: Mapping[str, Any]) -> bool:
    return not filters.keys().isdisjoint(_PERSON_COLUMNS)


def walked_host(filters: Mapping[str, Any]) -> str | None:
    """The filter whose own bookings are walked; somebody's are found by who it is."""
    if are_of_person(filters):
        return None
    return next((name for name in ("host_id", "resource_id") if name in filters), None)


def choose_walk(conn: Connection, filters: Mapping[str, Any]) -> Walk:
    host, letters = walked_host(filters), None
    if "search" in filters:
        from calbook.store import searching  # few ask

        letters = searching.choose_letters(conn, filters)
    is_all = "statuses" not in filters or are_of_person(filters)
    if letters == "indexed" or is_all:
        return Walk(host, has_few=True, letters=letters)
    return Walk(host, has_few(conn, filters, host), letters)


def has_few(conn: Connection, filters: Mapping[str, Any], host: str | None) -> bool:
    if host:
        rows = f"booking_hosts where host_id = :{host}"
    elif "event_type_id" in filters:
        rows = "bookings where event_type_id = :event_type_id"
    else:
        return False
    last = f"select 1 from {rows} limit 1 offset {FEW}"
    return conn.execute(last, filters).fetchone() is None


def matching_bookings(
    filters: Mapping[str, Any],
    walk: Walk,
    after: str | None = None,
    *,
    latest_first: bool | None = None,
) -> str:
    """The bookings that filters mean, by (starts_at, uid).

    Dates mean any occurrence. What began before them is an arm of its own, as is what
    has a status, so that each arm walks an index and the page is merged from them.
    `latest_first` is said of a page, of which no arm needs to have more.
    """
    persons = "".join(
        f" and exists (select 1 from attendees a where a.uid = u.uid"
        f" and a.{column} = :{name} and {_TAKES_PART.format(row='u')})"
        for name, column in _PERSON_COLUMNS.items()
        if name in filters
    )
    begins = _BEGINS_WITHIN.format(persons=persons)
    dates = None if filters.keys().isdisjoint(_RANGE) else begins
    if walk.letters == "indexed":
        from calbook.store.searching import word_arms  # few ask

        arms = word_arms(
            filters,
            lambda *more: where_clause(filters, FILTERS, *more, dates, after),
            latest_first=latest_first,
        )
    elif "statuses" in filters and not walk.has_few:
        others = without(filters, "statuses")
        arms = [
            _arm(
                others, walk, index, f"{found} and {_STATUS} = '{status}'", dates, after
            )
            for status in sorted({*loads(filters["statuses"])})
            for index, found in _BY_STATUS[status]
        ]
    else:
        arms = [_arm(filters, walk, None, dates, after)]
    if "since" in filters:
        under_way = _UNDER_WAY.format(persons=persons)
        others = without(filters, *_RANGE)
        arms.append(_arm(others, walk, "bookings_recurring", under_way, after))
    return " union all ".join(arms)


def _arm(
    filters: Mapping[str, Any], walk: Walk, index: str | None, *more: str | None
) -> str:
    """Those of an index; a host's by one of its own, unless few of all are in it."""
    if walk.letters == "like":
        more += (IS_LIKE,)
    if walk.host is None or index not in _OF_HOST:
        where = where_clause(filters, FILTERS, *more)
        by = f"indexed by {index}" if index else ""
        return f"select b.uid, b.starts_at from bookings b {by} {where}"
    own = f"h.host_id = :{walk.host}"
    where = where_clause(without(filters, walk.host), FILTERS, own, *more)
    for name in _COPIED:
        where = where.replace(f"b.{name}", f"h.{name}")
    return (
        f"select h.uid as uid, h.starts_at as starts_at from booking_hosts h"
        f" indexed by {_OF_HOST[index]}"
        f" cross join bookings b on b.uid = h.uid {where}"
    )


def without(filters: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if name not in names}


def where_clause(
    filters: Mapping[str, Any], fragments: Mapping[str, str], *more: str | None
) -> str:
    """A where clause of fixed fragments; values are only ever bound."""
    parts = [*(fragments[name] for name in filters), *(part for part in more if part)]
    where = f"where {' and '.join(parts)}" if parts else ""
    return where.replace(_FOUND_BY, _ASKED_OF) if "uids" in filters else where


Place = tuple[int | str, ...]  # of a row in its listing: what it is ordered by


def bound_filters(
    filters: Mapping[str, Any],
    *,
    now: int,
    after: Place | None = None,
    latest_first: bool = False,
) -> dict[str, Any]:
    """What the fragments name; `after` is the place behind which a listing goes on."""
    bound = {"since": None, "until": None, **filters, "now": now}
    bound |= _bound_edges(filters, now, after, latest_first)
    names = ("after_start", "after_uid", "after_date")
    bound |= zip(names, after or (), strict=False)
    if "search" in filters:
        from calbook.store.searching import bound_search  # few ask

        bound |= bound_search(filters["search"])
    return bound


def _bound_edges(
    filters: Mapping[str, Any], now: int, after: Place | None, latest_first: bool
) -> dict[str, Any]:
    """Between which starts an index is walked: from the place on, not the first row.

    SQLite takes one condition to begin by, and need not take the place.
    """
    begin, end = -_EVER, _EVER
    if after and latest_first:
        end = int(after[0]) + 1
    elif after:
        begin = int(after[0])
    return {
        "from_start": max(begin, filters.get("since", begin)),
        "to_start": min(end, filters.get("until", end)),
        "lately": max(begin - 1, now - 86400),
        "begun": min(end, now),
    }
