"""What can be read: statements whose rows become JSON (`wire`) or values (`rows`).

Light on purpose: listing bookings imports neither the rules nor their values.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

Row = sqlite3.Row

_PREFIX = "bk_"
_LEAST = 4  # letters of a shortened uid
_SHOWN = 8  # candidates of an ambiguous one

# Of an occurrence: what people see, and what decisions need besides.
_SEEN = (
    "date",
    "start_at",
    "end_at",
    "status",
    "resolution",
    "cancelled_by",
    "reason",
    "attendance",
)
_HELD = (
    "recurrence_id",
    "claim_start",
    "claim_end",
    "wall",
    "wall_timezone",
    "by_offset",
    "due",
)


def _booking(columns: tuple[str, ...]) -> str:
    """A booking and all that belongs to it as one row, its parts as JSON."""
    occurrence = ", ".join(f"'{column}', {column}" for column in columns)
    return f"""
        select b.*,
            (select json_group_array(host_id) from (
                select host_id from booking_hosts where uid = b.uid order by position
            )) as hosts,
            (select json_group_array(json_object(
                'email', email, 'name', name, 'phone', phone, 'timezone', timezone
            )) from (
                select * from attendees where uid = b.uid order by position
            )) as attendees,
            (select json_group_array(json_object({occurrence})) from (
                select * from occurrences where uid = b.uid order by recurrence_id
            )) as occurrences
        from bookings b
    """


_BOOKING = _booking(_SEEN)
WHOLE_BOOKING = _booking(_SEEN + _HELD)

# The same three facts as `aging.summary`.
_STATUS = """
    case when b.pending_until > :now then 'PENDING'
         when b.confirmed_until > :now then 'CONFIRMED'
         else b.final_status end
"""

_FILTERS = {
    "statuses": f"{_STATUS} in (select value from json_each(:statuses))",
    "event_type_id": "b.event_type_id = :event_type_id",
    # A host has many: walked in the list's order, so that a page needs no sorting.
    "host_id": "exists (select 1 from booking_hosts h"
    " where h.host_id = :host_id and h.uid = b.uid)",
    "email": "b.uid in (select uid from attendees where email_folded = :email)",
    "since": "b.starts_at >= :since",
    "until": "b.starts_at < :until",
    "search": """(
        instr(casefold(b.uid), :search) or instr(casefold(b.notes), :search)
        or exists (
            select 1 from attendees a where a.uid = b.uid
            and (instr(casefold(a.name), :search) or instr(a.email_folded, :search))
        )
        or exists (
            select 1 from event_types e where e.id = b.event_type_id
            and instr(casefold(e.title), :search)
        )
    )""",
}
_AFTER = {
    False: "(b.starts_at, b.uid) > (select starts_at, uid from bookings"
    " where uid = :after)",
    True: "(b.starts_at, b.uid) < (select starts_at, uid from bookings"
    " where uid = :after)",
}
_ORDER = {
    False: "order by b.starts_at, b.uid",
    True: "order by b.starts_at desc, b.uid desc",
}

_EVENT_TYPE = """
    select e.*,
        (select json_group_array(json_object(
            'host_id', host_id, 'weight', weight,
            'is_fixed', is_fixed, 'priority', priority
        )) from (
            select * from event_type_hosts where event_type_id = e.id order by position
        )) as hosts
    from event_types e
"""

_SCHEDULE = """
    select s.*,
        (select json_group_array(json_object(
            'date', date, 'hours', json(hours), 'reason', reason
        )) from (
            select * from schedule_overrides where schedule_id = s.id
            and date between :first and :last order by date
        )) as overrides
    from schedules s
"""
_ALL_DATES = {"first": "0000-00-00", "last": "9999-99-99"}


class Reading:
    """The statements that only read, on a connection inside a transaction."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    @property
    def connection(self) -> sqlite3.Connection:
        """For `upkeep`, which looks at the file and not at what is in it."""
        return self._conn

    # -- bookings

    def booking_row(self, uid: str) -> Row | None:
        """What people see of a booking, for `wire`."""
        return self._one(f"{_BOOKING} where b.uid = :uid", uid=uid)

    def found(self, uid: str) -> str:
        """The uid that a typed one means: itself, or the only one that begins so.

        Raises:
            NotFound: none does, or fewer than four letters were given.
            AmbiguousUid: several do.
        """
        from calbook.core.text import visible

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
        missing = NotFound("booking", visible(str(uid)[:80]))
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
        after: str | None,
        limit: int,
        offset: int,
    ) -> list[Row]:
        """Bookings by start, then uid; `after` is the last page's last uid.

        A negative limit means all.
        """
        where = _where(filters, _AFTER[latest_first] if after else None)
        return self._conn.execute(
            f"{_BOOKING} {where} {_ORDER[latest_first]} limit :limit offset :offset",
            {**self._bound(filters), "now": now, "after": after}
            | {"limit": limit, "offset": offset},
        ).fetchall()

    def count_bookings(self, filters: Mapping[str, Any], *, now: int) -> int:
        found = self._conn.execute(
            f"select count(*) from bookings b {_where(filters)}",
            {**self._bound(filters), "now": now},
        ).fetchone()
        return int(found[0])

    def _bound(self, filters: Mapping[str, Any]) -> Mapping[str, Any]:
        if "search" in filters:
            self._conn.create_function("casefold", 1, _casefold, deterministic=True)
        return filters

    def event_rows(self, uid: str) -> list[Row]:
        """A booking's history, in the order in which it was written."""
        return self._conn.execute(
            "select * from events where uid = :uid order by seq", {"uid": uid}
        ).fetchall()

    def event_row(self, seq: int) -> Row:
        row = self._one("select * from events where seq = :seq", seq=seq)
        assert row is not None
        return row

    # -- event types, schedules, hosts

    def event_type_row(self, key: str) -> Row | None:
        """By id or slug."""
        return self._one(
            f"{_EVENT_TYPE} where e.id = :key or e.slug = :key"
            " order by e.id = :key desc limit 1",
            key=key,
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
        return self._conn.execute("select * from hosts order by id").fetchall()

    def oldest_host(self) -> str | None:
        row = self._one("select id from hosts order by rowid limit 1")
        return row["id"] if row else None

    def ids(self, noun: str) -> tuple[str, ...]:
        """Every id of a noun: `event type`, `host` or `schedule`."""
        table = {"event type": "event_types", "host": "hosts", "schedule": "schedules"}
        rows = self._conn.execute(f"select id from {table[noun]} order by id")
        return tuple(row[0] for row in rows)

    def _one(self, statement: str, **facts: Any) -> Row | None:
        row: Row | None = self._conn.execute(statement, facts).fetchone()
        return row


def _where(filters: Mapping[str, Any], *more: str | None) -> str:
    """A where clause of fixed fragments; values are only ever bound."""
    parts = [*(_FILTERS[name] for name in filters), *(part for part in more if part)]
    return f"where {' and '.join(parts)}" if parts else ""


def _casefold(text: str | None) -> str:
    return (text or "").casefold()
