"""Connected calendars, and what was written into each: rows and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calbook.core.calendars import ConnectedCalendar, split_target
from calbook.core.time import times
from calbook.store.facts import Facts

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.store.connection import Row
    from calbook.store.writer import Writer

# One row for each, with how much of it is written there or waits for it.
_CONNECTED = """
    select k.*, h.timezone,
        (select count(*) from calendar_objects o where o.calendar_id = k.id)
            as written,
        (select count(*) from deliveries d where d.status = 'pending'
            and d.channel = 'calendar' and d.target = k.host_id || '/' || k.name)
            as pending
    from calendars k join hosts h on h.id = k.host_id
    where k.kind in ('caldav', 'vdir')
      and (:host_id is null or k.host_id = :host_id)
      and (:name is null or k.name = :name)
      and (:uid is null or exists (
        select 1 from calendar_objects o where o.calendar_id = k.id and o.uid = :uid
      ))
    order by k.host_id, k.name
"""


class CalendarReader(Facts):
    """What is connected, and what was written there."""

    def connected_rows(
        self,
        *,
        host_id: str | None = None,
        name: str | None = None,
        uid: str | None = None,
    ) -> list[Row]:
        """By host, then name; of a booking those in which it stands."""
        facts = {"host_id": host_id, "name": name, "uid": uid}
        return self._conn.execute(_CONNECTED, facts).fetchall()

    def connected_calendars(
        self, *, host_id: str | None = None, name: str | None = None
    ) -> list[ConnectedCalendar]:
        return [
            connected_calendar(row)
            for row in self.connected_rows(host_id=host_id, name=name)
        ]

    def calendar_of_target(self, target: str) -> ConnectedCalendar | None:
        """The one that a delivery goes to, if it is still pushed to."""
        host_id, name = split_target(target)
        row = self._one(
            "select * from calendars where host_id = :host_id and name = :name"
            " and is_pushed",
            host_id=host_id,
            name=name,
        )
        return None if row is None else connected_calendar(row)

    def hosts_written_to(self, calendar: ConnectedCalendar, uid: str) -> set[str]:
        """Its host, and who gives a booking and has that very place connected too."""
        found = self._conn.execute(
            "select k.host_id from booking_hosts h"
            " join calendars k on k.host_id = h.host_id and k.is_pushed"
            " where h.uid = :uid and k.kind = :kind and k.source = :source",
            {"uid": uid, "kind": str(calendar.kind), "source": calendar.source},
        )
        return {calendar.host_id, *(row["host_id"] for row in found.fetchall())}

    def is_shared(self, calendar: ConnectedCalendar) -> bool:
        """Whether another host's bookings are written to that very place too."""
        row = self._one(
            "select 1 from calendars where is_pushed and kind = :kind"
            " and source = :source and host_id <> :host_id limit 1",
            kind=str(calendar.kind),
            source=calendar.source,
            host_id=calendar.host_id,
        )
        return row is not None

    def conflict_rows(self, calendar_id: int) -> list[Row]:
        """What was changed there by others and is left alone, by booking."""
        return self._conn.execute(
            "select * from calendar_objects where calendar_id = :id"
            " and state = 'conflict' order by uid",
            {"id": calendar_id},
        ).fetchall()

    def is_name_taken(self, host_id: str, name: str) -> bool:
        row = self._one(
            "select 1 from calendars where host_id = :host_id and name = :name",
            host_id=host_id,
            name=name,
        )
        return row is not None


def connected_calendar(row: Row) -> ConnectedCalendar:
    checked_at = row["checked_at"]
    return ConnectedCalendar(
        id=row["id"],
        host_id=row["host_id"],
        name=row["name"],
        kind=row["kind"],
        source=row["source"],
        user=row["user_name"],
        password_command=row["password_command"],
        password_env=row["password_env"],
        allows_private=bool(row["allows_private"]),
        is_busy=bool(row["is_busy"]),
        is_pushed=bool(row["is_pushed"]),
        is_free_busy=bool(row["is_free_busy"]),
        is_careful=bool(row["is_careful"]),
        shows_text=bool(row["shows_text"]),
        mark=row["mark"],
        checked_at=None if checked_at is None else times.instant(checked_at),
        fault=row["fault"],
    )


def insert_calendar(tx: Writer, calendar: ConnectedCalendar, *, now: datetime) -> None:
    """A new one, of which nothing was read; the database gives it its id."""
    columns: dict[str, Any] = {
        "host_id": calendar.host_id,
        "name": calendar.name,
        **_columns(calendar),
        "is_strict": False,
        "imported_at": times.epoch(now),
        **_NOTHING_READ,
    }
    tx.insert_all("calendars", tuple(columns), [tuple(columns.values())])


def update_calendar(tx: Writer, calendar: ConnectedCalendar) -> None:
    """How it is reached and what it is for; it has to be read again."""
    columns = {**_columns(calendar), "mark": None, "fault": None}
    if not calendar.is_busy:
        columns |= {**_NOTHING_READ, "horizon": None, "checked_at": None}
    changes = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(f"update calendars set {changes} where id = :id", id=calendar.id, **columns)


def forget_entries(tx: Writer, calendar_id: int) -> None:
    """Note that nothing stands in a calendar that was written there."""
    tx.run("delete from calendar_objects where calendar_id = :id", id=calendar_id)


def _columns(calendar: ConnectedCalendar) -> dict[str, Any]:
    return {
        "kind": str(calendar.kind),
        "source": calendar.source,
        "user_name": calendar.user,
        "password_command": calendar.password_command,
        "password_env": calendar.password_env,
        "allows_private": calendar.allows_private,
        "is_busy": calendar.is_busy,
        "is_pushed": calendar.is_pushed,
        "is_free_busy": calendar.is_free_busy,
        "is_careful": calendar.is_careful,
        "shows_text": calendar.shows_text,
    }


_NOTHING_READ = {
    **{"events": 0, "free": 0, "bookings": 0, "skipped": "[]", "skipped_count": 0},
    **{"remarks": "[]", "remark_count": 0},
}
