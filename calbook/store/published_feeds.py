"""Feeds that are kept as files for a web server, and whether they are out of date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.store.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from calbook.store.connection import Row
    from calbook.store.writer import Writer

_FEEDS = """
    select f.directory, f.host_id, f.name, f.is_busy_only, f.is_redacted, f.event_seq,
        h.timezone
    from published_feeds f join hosts h on h.id = f.host_id
    where (:directory is null or f.directory = :directory)
      and (:host_id is null or f.host_id = :host_id)
    order by f.directory, f.host_id
"""
# Also those of bookings that were the host's until then: `change` names both.
_NEWEST = """
    select max(e.seq) from events e where e.seq > :after and (
        instr(e.change, :quoted) > 0
        or exists (
            select 1 from booking_hosts h
            where h.uid = e.uid and h.host_id = :host_id
        )
    )
"""
# What was written of a host is in order, as the host is locked then. What others have
# under way has lower numbers than this many before the last one.
UNDER_WAY = 1_000


class PublishedFeeds(Facts):
    """Feeds by directory and host, with what their files need."""

    def feed_rows(
        self, *, directory: str | None = None, host_id: str | None = None
    ) -> list[Row]:
        facts = {"directory": directory, "host_id": host_id}
        return self._conn.execute(_FEEDS, facts).fetchall()

    def newest_event(self, host_id: str, *, after: int) -> int | None:
        """The last one that concerns a host behind a number, if there is any."""
        facts = {"host_id": host_id, "quoted": f'"{host_id}"', "after": after}
        found = self._conn.execute(_NEWEST, facts).fetchone()[0]
        return None if found is None else int(found)

    def looked_at(self, row: Row) -> int:
        """Up to which event a host's feed is as the bookings are now."""
        last = self._conn.execute("select coalesce(max(seq), 0) from events")
        newest = self.newest_event(row["host_id"], after=row["event_seq"])
        before = int(last.fetchone()[0]) - UNDER_WAY
        return max(int(row["event_seq"]), newest or 0, before)


def add_feeds(tx: Writer, feeds: Sequence[Mapping[str, Any]]) -> None:
    """More of them; one that is there already stays as it is."""
    for feed in feeds:
        tx.run(_ADD, **feed)


def keep_feeds(tx: Writer, feeds: Sequence[Mapping[str, Any]]) -> None:
    """More of them; one that is there already takes the form, and keeps its name."""
    for feed in feeds:
        tx.run(_KEEP, **feed)


_INSERT = """
    insert into published_feeds
        (directory, host_id, name, is_busy_only, is_redacted, event_seq)
    values (:directory, :host_id, :name, :is_busy_only, :is_redacted, 0)
    on conflict (directory, host_id)
"""
_ADD = f"{_INSERT} do nothing"
_KEEP = f"""{_INSERT} do update set
    is_busy_only = excluded.is_busy_only, is_redacted = excluded.is_redacted
"""


def record_written(tx: Writer, *, row: Row, event_seq: int) -> None:
    tx.run(
        "update published_feeds set event_seq = :event_seq"
        " where directory = :directory and host_id = :host_id",
        directory=row["directory"],
        host_id=row["host_id"],
        event_seq=event_seq,
    )


def rename_feed(tx: Writer, *, row: Row, name: str) -> None:
    """Unless it has got another name meanwhile, whose file nobody would delete."""
    tx.run(
        "update published_feeds set name = :name"
        " where directory = :directory and host_id = :host_id and name = :old",
        directory=row["directory"],
        host_id=row["host_id"],
        old=row["name"],
        name=name,
    )


def forget_feed(tx: Writer, *, row: Row) -> None:
    """Unless it has got another name meanwhile, whose file nobody would delete."""
    tx.run(
        "delete from published_feeds"
        " where directory = :directory and host_id = :host_id and name = :name",
        directory=row["directory"],
        host_id=row["host_id"],
        name=row["name"],
    )
