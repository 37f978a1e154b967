"""What `doctor` asks of the rows, besides `consistency`: by an index, or bounded."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from calbook.store.booking_filters import HAS_EXPIRED
from calbook.store.facts import Facts
from calbook.store.outbox import DUE_STATEMENT, WAITING

if TYPE_CHECKING:
    from calbook.store.connection import Row

_DAY = 86_400  # seconds
_NEWEST = 10_000  # deliveries among which those are looked for that have failed
MOST_COUNTED = 1_000

_COMING = f"""
    o.start_at > :now and o.status in ('PENDING', 'CONFIRMED')
    and not {HAS_EXPIRED.format(row="o")}
"""
_RELEASES = f"""
    select wall_timezone, tzdata, count(*) as dates from occurrences o
    where {_COMING} and by_offset = false group by wall_timezone, tzdata
"""
_OF_RELEASES = f"""
    select o.uid, o.recurrence_id, o.start_at, o.wall, o.wall_timezone
    from occurrences o
    join json_each(:releases) r on o.wall_timezone = r.value ->> 0
        and coalesce(o.tzdata, '') = r.value ->> 1
    where {_COMING} and o.by_offset = false
      and (:uids is null or o.uid in (select value from json_each(:uids)))
    order by o.start_at, o.uid
"""
_OUTBOX = f"""
    select
        (select count(*) from ({DUE_STATEMENT}) x) as due,
        (select min(due_at) from deliveries where seq in (
            select seq from ({DUE_STATEMENT}) x
        )) as oldest_due,
        (select count(*) from deliveries
            where {WAITING} and created_at < :now - {_DAY}) as retried,
        (select min(created_at) from deliveries
            where {WAITING} and created_at < :now - {_DAY}) as oldest_retried,
        (select at from events order by seq desc limit 1) as newest_event,
        (select max(seq) from events) as events,
        (select max(seq) from deliveries) as deliveries,
        (select max(rowid) from bookings) as bookings
"""
_FAILED = f"""
    select channel, count(*) as number from (
        select channel, status, finished_at from deliveries
        order by seq desc limit {_NEWEST}
    ) x
    where status = 'failed' and finished_at > :now - 7 * {_DAY}
    group by channel order by channel
"""
_CALENDARS = """
    select host_id, name, kind, checked_at, fault, is_busy, password_command,
        password_env
    from calendars
    where kind in ('caldav', 'vdir') or kind <> 'own'
        and (source like 'https://%' or source like 'http://%')
    order by host_id, name
"""
_WITHOUT_ADDRESS = f"""
    select uid, min(start_at) as first from occurrences o
    where event_type_id in (select value from json_each(:ids)) and {_COMING}
      and exists (
        select 1 from attendees a where a.uid = o.uid and a.email is null
      )
    group by uid order by first, uid limit {MOST_COUNTED}
"""
_SCHEDULES = """
    select id, weekly from schedules s
    where (s.id in (select schedule_id from hosts)
        or s.id in (select schedule_id from event_types where active))
      and s.id not in (
        select schedule_id from schedule_overrides
        where date >= :today and hours <> '[]'
      )
    order by id
"""


class HealthReader(Facts):
    """What may keep a file from being of use."""

    def releases_of_coming_dates(self, now: int) -> list[tuple[str, str | None, int]]:
        """By which rules the zones of dates to come were read, and of how many."""
        rows = self._conn.execute(_RELEASES, {"now": now}).fetchall()
        return [(zone, release, count) for zone, release, count in rows]

    def dates_of_releases(
        self,
        releases: Collection[tuple[str, str | None]],
        now: int,
        uids: Collection[str] | None = None,
    ) -> list[Row]:
        """The dates to come that were given by their wall time, by these rules."""
        wanted = json.dumps([[zone, release or ""] for zone, release in releases])
        facts = {
            "now": now,
            "releases": wanted,
            "uids": None if uids is None else json.dumps(sorted(uids)),
        }
        return self._conn.execute(_OF_RELEASES, facts).fetchall()

    def outbox_row(self, now: int) -> Row:
        row = self._one(_OUTBOX, now=now, only=None)
        assert row is not None
        return row

    def failed_rows(self, now: int) -> list[Row]:
        """How many deliveries have failed lately, by channel."""
        return self._conn.execute(_FAILED, {"now": now}).fetchall()

    def webhook_rows(self) -> list[Row]:
        return self._conn.execute(
            "select id, url, active, disabled_reason, allow_http from webhooks"
            " order by id"
        ).fetchall()

    def read_calendar_rows(self) -> list[Row]:
        """Those that can be reached from anywhere."""
        return self._conn.execute(_CALENDARS).fetchall()

    def uids_without_address(
        self, event_type_ids: Collection[str], now: int
    ) -> list[str]:
        """Bookings to come in which somebody has no e-mail, by start."""
        facts: dict[str, Any] = {"ids": json.dumps(sorted(event_type_ids)), "now": now}
        return [row["uid"] for row in self._conn.execute(_WITHOUT_ADDRESS, facts)]

    def schedules_without_hours(self, today: str) -> list[str]:
        """Those that somebody is to be booked by."""
        rows = self._conn.execute(_SCHEDULES, {"today": today})
        return [id for id, weekly in rows if not any(json.loads(weekly))]
