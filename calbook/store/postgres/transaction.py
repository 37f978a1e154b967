"""What writes on PostgreSQL besides: the locks under which facts are read.

All who book or change lock hosts first, in the order of their ids, then the booking;
so nobody waits for one who waits for him.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from calbook.core.needs import members_of, needs_of
from calbook.core.time import times
from calbook.store.facts import LAPSED_SEATS
from calbook.store.transaction import Transaction

if TYPE_CHECKING:
    from calbook.core.catalog import EventType

_KEY = "select pg_advisory_xact_lock(hashtext(current_schema), hashtext(:key))"
# Not `for update`: rows that refer to a host may be written meanwhile.
_HOSTS = """
    select id from hosts where id in ({ids}) order by id for no key update
"""
# Also of whoever waits for the time of one of these.
_OF_BOOKING = """
    with own (host_id) as (
        select host_id from booking_hosts where uid = :uid
        union
        select h.host_id from event_type_hosts h
        join bookings b on b.event_type_id = h.event_type_id where b.uid = :uid
    )
    select host_id from own
    union
    select m.host_id from own
    join event_type_hosts h on h.host_id = own.host_id
    join waiting w on w.event_type_id = h.event_type_id and w.state = 'waiting'
    join event_type_hosts m on m.event_type_id = w.event_type_id
"""
_OF_EVENT_TYPE = """
    select host_id from event_type_hosts where event_type_id in (
        select id from event_types where id = :key or slug = :slug
    )
"""


class PostgresTransaction(Transaction):
    """A transaction beside others: what a decision is made from is locked first."""

    def lock_key(self, key: str) -> None:
        self.run(_KEY, key=key)

    def lock_event_type(self, key: str) -> EventType:
        facts = {"key": key, "slug": key.removeprefix("evt_")}
        found = self._conn.execute(_HOSTS.format(ids=_OF_EVENT_TYPE), facts)
        locked = {row["id"] for row in found}
        event_type = self.event_type(key)
        members = {*members_of(needs_of(event_type))}
        while not members <= locked:  # it was given others meanwhile
            self.lock_hosts(members)
            locked |= members
            event_type = self.event_type(key)
            members = {*members_of(needs_of(event_type))}
        self.locked_event_type = event_type
        return event_type

    def lock_hosts(self, host_ids: Iterable[str]) -> None:
        ids = "select value from json_each(:ids)"
        self._conn.execute(_HOSTS.format(ids=ids), {"ids": json.dumps(list(host_ids))})

    def try_lock_hosts(self, host_ids: Iterable[str]) -> bool:
        wanted = {*host_ids}
        ids = "select value from json_each(:ids)"
        found = self._conn.execute(
            f"{_HOSTS.format(ids=ids).rstrip()} skip locked",
            {"ids": json.dumps(sorted(wanted))},
        )
        return {row["id"] for row in found} == wanted

    def lock_booking(self, uid: str) -> None:
        found = self._conn.execute(_HOSTS.format(ids=_OF_BOOKING), {"uid": uid})
        locked = {row["id"] for row in found}
        self.lock_row(uid)
        while others := self._hosts_of(uid) - locked:  # handed over meanwhile
            self.lock_hosts(others)
            locked |= others

    def _hosts_of(self, uid: str) -> set[str]:
        """Who has a booking, and who could take it over."""
        return {row["host_id"] for row in self._conn.execute(_OF_BOOKING, {"uid": uid})}

    def lock_row(self, uid: str) -> None:
        self.run("select 1 from bookings where uid = :uid for no key update", uid=uid)

    def lock_groups(self, event_type_id: str, start: datetime) -> None:
        self.run(
            "select 1 from bookings where event_type_id = :event_type_id"
            " and starts_at = :start order by uid for no key update",
            event_type_id=event_type_id,
            start=times.epoch(start),
        )

    def lock_catalog(self) -> None:
        self.run("select pg_advisory_xact_lock(hashtext(current_schema || '.catalog'))")

    def due_occurrences(
        self, now: datetime, *, limit: int
    ) -> list[tuple[str, datetime]]:
        """Those that nobody else tells of or changes just now."""
        found = self._conn.execute(
            "with due as materialized ("
            " select o.uid, o.recurrence_id from occurrences o"
            " join bookings b on b.uid = o.uid where o.due <= :now"
            " order by o.due, o.uid, o.recurrence_id limit :limit"
            " for no key update of o, b skip locked"
            f") select uid, recurrence_id from due union all {LAPSED_SEATS}",
            {"now": times.epoch(now), "limit": limit},
        )
        return [(row["uid"], times.instant(row["recurrence_id"])) for row in found]
