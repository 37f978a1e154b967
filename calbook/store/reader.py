"""What can be read: statements whose rows become JSON (`wire`) or values (`rows`).

Light on purpose: listing bookings imports neither the rules nor their values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.store.booking_filters import (
    Place,
    bound_filters,
    choose_walk,
    matching_bookings,
)

if TYPE_CHECKING:
    from calbook.store.connection import Connection, Row

EVERYTHING = 2**62  # more rows than there can be
_PREFIX = "bk_"
_LEAST = 4  # letters of a shortened uid
_SHOWN = 8  # candidates of an ambiguous one

# Of an occurrence: what people see, and what decisions need besides.
_SHOWN_COLUMNS = (
    *("date", "start_at", "end_at", "status", "resolution", "cancelled_by", "reason"),
    *("attendance", "attendances", "hosts", "held_until"),
)
OCCURRENCE_COLUMNS = (
    *(*_SHOWN_COLUMNS, "recurrence_id", "claim_start", "claim_end"),
    *("wall", "wall_timezone", "by_offset", "due", "move_reason"),
)
ATTENDEE_COLUMNS = (
    *("email", "name", "phone", "timezone", "responses", "notes", "metadata", "ref"),
    *("language", "person_id", "only_on", "absent_on", "replies"),
)


def _objects(columns: tuple[str, ...]) -> str:
    facts = ", ".join(f"'{column}', {column}" for column in columns)
    return f"json_object({facts})"


def _lists(columns: tuple[str, ...]) -> str:
    """Read in half the time."""
    return f"json_array({', '.join(columns)})"


def _booking(
    columns: tuple[str, ...],
    *,
    only: str = "",
    items: Callable[[tuple[str, ...]], str] = _objects,
) -> str:
    """A booking and all that belongs to it as one row, its parts as JSON."""
    return f"""
        select b.*,
            (select json_group_array(host_id) from (
                select host_id from booking_hosts
                where uid = b.uid and not is_of_dates order by position
            ) x) as hosts,
            (select json_group_array({items(ATTENDEE_COLUMNS)}) from (
                select {", ".join(ATTENDEE_COLUMNS)}
                from attendees where uid = b.uid order by position
            ) x) as attendees,
            (select coalesce(json_group_array({items(columns)}), '[]') from (
                select {", ".join(columns)} from occurrences where uid = b.uid {only}
                order by recurrence_id
            ) x) as occurrences
    """


_COLUMNS = _booking(_SHOWN_COLUMNS)
_BOOKING = f"{_COLUMNS} from bookings b"
_WHOLE = _booking(OCCURRENCE_COLUMNS, items=_lists)
WHOLE_BOOKING = f"{_WHOLE} from bookings b"
_THESE = "and recurrence_id in (select cast(value as bigint) from json_each(:keys))"
_PART = f"{_booking(_SHOWN_COLUMNS, only=_THESE)} from bookings b"
PART_OF_BOOKING = (
    f"{_booking(OCCURRENCE_COLUMNS, only=_THESE, items=_lists)} from bookings b"
)
_ONE_OCCURRENCE = _booking(_SHOWN_COLUMNS, only="and recurrence_id = o.recurrence_id")

AFTER = {
    False: "(b.starts_at, b.uid) > (:after_start, :after_uid)",
    True: "(b.starts_at, b.uid) < (:after_start, :after_uid)",
}
_PLACE = "(o.start_at, o.uid, o.recurrence_id)"
OCCURRENCE_AFTER = {
    False: f"{_PLACE} > (:after_start, :after_uid, :after_date)",
    True: f"{_PLACE} < (:after_start, :after_uid, :after_date)",
}
ORDER = {
    False: "order by {0}starts_at, {0}uid",
    True: "order by {0}starts_at desc, {0}uid desc",
}
OCCURRENCE_ORDER = {
    False: "order by o.start_at, o.uid, o.recurrence_id",
    True: "order by o.start_at desc, o.uid desc, o.recurrence_id desc",
}
_PAGE_ORDER = {
    False: "order by start_at, uid, tie",
    True: "order by start_at desc, uid desc, tie desc",
}

_EVENT_TYPE = """
    select e.*,
        (select coalesce(json_group_array(json_object(
            'host_id', host_id, 'weight', weight,
            'is_fixed', is_fixed, 'priority', priority
        )), '[]') from (
            select * from event_type_hosts
            where event_type_id = e.id and host_id >= 'user_' order by position
        ) x) as hosts,
        exists (
            select 1 from event_types n where n.rules like '%"no_double"%'
        ) as heeds_double
    from event_types e
"""

_SCHEDULE = """
    select s.*,
        (select coalesce(json_group_array(json_object(
            'date', date, 'hours', json(hours), 'reason', reason
        )), '[]') from (
            select * from schedule_overrides where schedule_id = s.id
            and date between :first and :last order by date
        ) x) as overrides
    from schedules s
"""
# Rooms and things are rows of `hosts` too, with ids that begin with `res_`.
_HOSTS, _RESOURCES = "hosts where kind = 'host'", "hosts where kind <> 'host'"
_FROM = {
    **{"event type": "event_types", "schedule": "schedules"},
    **{"host": _HOSTS, "resource": _RESOURCES},
}
_ALL_DATES = {"first": "0000-00-00", "last": "9999-99-99"}


class Reader:
    """The statements that only read, on a connection inside a transaction."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    @property
    def connection(self) -> Connection:
        """For what is read by functions of their own: upkeep, busy stretches."""
        return self._conn

    # -- bookings

    def booking_row(self, uid: str) -> Row | None:
        """What people see of a booking, for `wire`."""
        return self._one(f"{_BOOKING} where b.uid = :uid", uid=uid)

    def booking_part_row(self, uid: str, keys: str) -> Row | None:
        """`booking_row` with some occurrences only; `keys` are theirs, as JSON."""
        return self._one(f"{_PART} where b.uid = :uid", uid=uid, keys=keys)

    def place_of(self, uid: str) -> Place:
        """Where a booking stands in `booking_rows`, by its whole uid."""
        row = self._one("select starts_at from bookings where uid = :uid", uid=uid)
        assert row is not None
        return row["starts_at"], uid

    def resolve_uid(self, uid: str) -> str:
        """The uid that a typed one means: itself, or the only one that begins so.

        Raises:
            NotFound: none does, or fewer than four letters were given.
            AmbiguousUid: several do.
        """
        from calbook.core.text import excerpt

        typed = uid.strip().lower() if isinstance(uid, str) else ""
        letters = typed.removeprefix(_PREFIX)
        prefix = _PREFIX + letters
        enough = len(letters) >= _LEAST and letters.isascii() and letters.isalnum()
        candidates = self.uids_from(prefix, most=_SHOWN) if enough else ()
        if len(candidates) == 1 or prefix in candidates:
            return candidates[0]
        from calbook.core.errors import AmbiguousUid, NotFound

        if candidates:
            raise AmbiguousUid(typed, candidates)
        missing = NotFound("booking", excerpt(uid))
        if len(letters) < _LEAST:
            missing.hint = f"give {_LEAST} letters of it or more"
        raise missing

    def uids_from(self, prefix: str, *, most: int) -> tuple[str, ...]:
        """Uids that begin with a prefix, in order."""
        rows = self._conn.execute(
            "select uid from bookings where uid >= :prefix and uid < :prefix || '~'"
            " order by uid limit :most",
            {"prefix": prefix, "most": most},
        )
        return tuple(row[0] for row in rows)

    def booking_rows(
        self,
        filters: Mapping[str, Any],
        *,
        now: int,
        latest_first: bool,
        after: Place | None,
        limit: int,
        offset: int,
    ) -> list[Row]:
        """Bookings by start, then uid; `after` is the place of the last page's last.

        `EVERYTHING` is the limit that means all.
        """
        order, behind = ORDER[latest_first], AFTER[latest_first] if after else None
        page = self._matching(
            filters, behind, latest_first=None if limit == EVERYTHING else latest_first
        )
        return self._conn.execute(
            f"""
            {_COLUMNS} from (
                {page} {order.format("")} limit :limit offset :offset
            ) page cross join bookings b on b.uid = page.uid {order.format("b.")}
            """,
            bound_filters(filters, now=now, after=after, latest_first=latest_first)
            | {"limit": limit, "offset": offset},
        ).fetchall()

    def _matching(
        self, filters: Mapping[str, Any], after: str | None = None, **page: bool | None
    ) -> str:
        walk = choose_walk(self._conn, filters)
        return matching_bookings(filters, walk, after, **page)

    def full_booking_rows(
        self,
        filters: Mapping[str, Any],
        *,
        now: int,
        after: Place | None = None,
        limit: int = EVERYTHING,
    ) -> list[Row]:
        """Bookings with all that decisions need, by start, as `booking_rows`."""
        page = self._matching(filters, AFTER[False] if after else None)
        order = ORDER[False]
        return self._conn.execute(
            f"""
            {_WHOLE} from ({page} {order.format("")} limit :limit) page
            cross join bookings b on b.uid = page.uid {order.format("b.")}
            """,
            bound_filters(filters, now=now, after=after) | {"limit": limit},
        ).fetchall()

    def count_bookings(self, filters: Mapping[str, Any], *, now: int) -> int:
        found = self._conn.execute(
            f"select count(*) from ({self._matching(filters)}) found",
            bound_filters(filters, now=now),
        ).fetchone()
        return int(found[0])

    def occurrence_rows(
        self,
        filters: Mapping[str, Any],
        *,
        now: int,
        latest_first: bool,
        after: Place | None = None,
        limit: int,
        offset: int,
    ) -> list[Row]:
        """Bookings by the start of each occurrence, with that occurrence alone.

        `start_at` and `recurrence_id` are its own; else as `booking_rows`.
        """
        from calbook.store.meetings import other_meetings, walked_meetings  # few ask

        order = OCCURRENCE_ORDER[latest_first]
        behind = OCCURRENCE_AFTER[latest_first] if after else None
        if walked := walked_meetings(self._conn, filters, behind):
            page = f"""
                from (
                    {walked} {_PAGE_ORDER[latest_first]}
                    limit :limit offset :offset
                ) page cross join bookings b on b.uid = page.uid
                cross join occurrences o
                    on o.uid = page.uid and o.recurrence_id = page.recurrence_id
                {order}
            """
        else:
            found = other_meetings(self._conn, filters, behind)
            page = f"{found} {order} limit :limit offset :offset"
        return self._conn.execute(
            f"{_ONE_OCCURRENCE}, o.start_at, o.recurrence_id {page}",
            bound_filters(filters, now=now, after=after, latest_first=latest_first)
            | {"limit": limit, "offset": offset},
        ).fetchall()

    def count_occurrences(self, filters: Mapping[str, Any], *, now: int) -> int:
        from calbook.store.meetings import other_meetings, walked_meetings  # few ask

        walked = walked_meetings(self._conn, filters)
        meetings = (
            f"from ({walked}) found" if walked else other_meetings(self._conn, filters)
        )
        found = self._conn.execute(
            f"select count(*) {meetings}", bound_filters(filters, now=now)
        ).fetchone()
        return int(found[0])

    def event_rows(self, uid: str) -> list[Row]:
        """A booking's history, in the order in which it was written."""
        return self._conn.execute(
            "select * from events where uid = :uid order by seq", {"uid": uid}
        ).fetchall()

    def last_event_seq(self, uid: str) -> int | None:
        """None of a booking that nothing was told of, as one that was imported."""
        row = self._one("select max(seq) as seq from events where uid = :uid", uid=uid)
        return None if row is None else row["seq"]

    def event_row(self, seq: int) -> Row:
        row = self._one("select * from events where seq = :seq", seq=seq)
        assert row is not None
        return row

    # -- event types, schedules, hosts

    def event_type_row(self, key: str) -> Row | None:
        """By its id, or its slug with `evt_` before it: no two share one."""
        return self._one(
            f"{_EVENT_TYPE} where e.id = :key or e.slug = :slug"
            " order by e.id = :key desc limit 1",
            key=key,
            slug=key.removeprefix("evt_"),
        )

    def event_type_rows(self) -> list[Row]:
        return self._conn.execute(f"{_EVENT_TYPE} order by e.id").fetchall()

    def schedule_row(self, key: str) -> Row | None:
        return self._one(f"{_SCHEDULE} where s.id = :key", key=key, **_ALL_DATES)

    def schedule_row_between(self, key: str, first: str, last: str) -> Row | None:
        """With the overrides of the local dates from `first` to `last` only."""
        return self._one(
            f"{_SCHEDULE} where s.id = :key", key=key, first=first, last=last
        )

    def schedule_rows(self) -> list[Row]:
        return self._conn.execute(f"{_SCHEDULE} order by s.id", _ALL_DATES).fetchall()

    def host_row(self, key: str) -> Row | None:
        return self._one("select * from hosts where id = :key", key=key)

    def host_rows(self) -> list[Row]:
        return self._conn.execute(f"select * from {_HOSTS} order by id").fetchall()

    def resource_rows(self) -> list[Row]:
        return self._conn.execute(f"select * from {_RESOURCES} order by id").fetchall()

    def oldest_host(self) -> str | None:
        row = self._one(f"select id from {_HOSTS} order by rowid limit 1")
        return row["id"] if row else None

    def ids(self, noun: str) -> tuple[str, ...]:
        """Every id of a noun: `event type`, `host`, `resource` or `schedule`."""
        rows = self._conn.execute(f"select id from {_FROM[noun]} order by id")
        return tuple(row[0] for row in rows)

    def names(self, noun: str) -> dict[str, str]:
        """What people call each `event type`, `host` or `resource`, by id."""
        column = "title" if noun == "event type" else "name"
        rows = self._conn.execute(f"select id, {column} from {_FROM[noun]} order by id")
        return {row[0]: row[1] for row in rows}

    def _one(self, statement: str, **facts: Any) -> Row | None:
        row: Row | None = self._conn.execute(statement, facts).fetchone()
        return row
