"""What is to be sent: queued with the change it tells of, and how each attempt went.

Deliveries of one booking to one target go out by their `seq`, each when no earlier
one is pending; nothing waits for a reminder, which is queued long before its time.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

from calbook.core import ids
from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.store.catalog_facts import recalled
from calbook.store.reader import EVERYTHING, Reader

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.core.model import Event
    from calbook.store.connection import Row
    from calbook.store.writer import Writer

_WANTED = """
    select id from webhooks
    where active and (
        events = '[]' or exists (
            select 1 from json_each(events) w where w.value = :type
        )
    )
    order by rowid
"""
BEFORE = """
    from deliveries e
    where e.status = 'pending' and e.channel = d.channel and e.target = d.target
      and e.uid = d.uid and e.seq < d.seq and e.kind <> 'reminder'
"""
_EARLIER = f"select 1 {BEFORE}"
# One that somebody sends just now is leased to him, by the database's own clock: until
# he has recorded how it went, or died.
IS_FREE = "(d.leased_until is null or d.leased_until <= unixepoch())"
DUE_STATEMENT = f"""
    select d.seq, d.channel, d.target, d.id from deliveries d
    where d.status = 'pending' and d.due_at <= :now and {IS_FREE}
      and not exists ({_EARLIER} and e.due_at > :now)
      and (:only is null or d.id in (select value from json_each(:only)))
"""
# Only reminders are queued for later; what else is, was tried, or by a wrong clock,
# see `waits`.
WAITING = """
    status = 'pending' and due_at > :now and (attempts > 0 or kind <> 'reminder')
"""
_JOB = f"""
    select d.*, e.id as event_id, e.type, e.at, e.booking, b.title
    from deliveries d left join events e on e.seq = d.event_seq
    left join bookings b on b.uid = d.uid
    where d.seq = :seq and d.status = 'pending' and not exists ({_EARLIER})
"""

# Of what is pending, all that the rest of the statement names.
DROP_STATEMENT = """
    update deliveries set status = 'dropped', finished_at = :now
    where status = 'pending'
"""
_OLD = """
    select seq, id from deliveries
    where status = 'delivered' and finished_at < :before
    order by finished_at limit :most
"""
_DROP_SENT = f"""
    update events set booking = null
    where version is not null and booking is not null
    and seq in (
        select event_seq from deliveries
        where channel = 'webhook' and seq in (select seq from ({_OLD}) x)
    ) and not exists (
        select 1 from deliveries d
        where d.uid = events.uid and d.event_seq = events.seq
        and d.channel = 'webhook'
        and (d.status <> 'delivered' or d.finished_at >= :before)
    )
"""


class OutboxReader(Reader):
    """Webhooks, and what is, was and will be sent."""

    def webhook_row(self, id: str) -> Row | None:
        return self._one("select * from webhooks where id = :id", id=id)

    def webhook_rows(self) -> list[Row]:
        return self._conn.execute("select * from webhooks order by rowid").fetchall()

    def due_rows(self, now: int, *, only: Collection[str] | None = None) -> list[Row]:
        """What may be sent, now or when another that is due has been; oldest first.

        Each as seq, channel, target and id.
        """
        return self._conn.execute(
            f"{DUE_STATEMENT} order by d.due_at, d.seq",
            {"now": now, "only": to_list(only)},
        ).fetchall()

    def count_due(self, now: int) -> int:
        row = self._one(f"select count(*) from ({DUE_STATEMENT}) x", now=now, only=None)
        assert row is not None
        return int(row[0])

    def count_pending(self, target: str) -> int:
        row = self._one(
            "select count(*) from deliveries where status = 'pending'"
            " and channel = 'webhook' and target = :target",
            target=target,
        )
        assert row is not None
        return int(row[0])

    def count_retries(self, now: int) -> tuple[int, int | None]:
        """How many wait for another attempt, and when the first of them is due."""
        row = self._one(
            f"select count(*), min(due_at) from deliveries where {WAITING}", now=now
        )
        assert row is not None
        return row[0], row[1]

    def later_mail(self, seq: int) -> str | None:
        """The newest mail to the same person about the same booking, if it is later."""
        row = self._one(
            "select l.id from deliveries d join deliveries l on l.channel = d.channel"
            " and l.target = d.target and l.uid = d.uid and l.seq > d.seq"
            " and l.kind <> 'reminder' where d.seq = :seq order by l.seq desc limit 1",
            seq=seq,
        )
        return row["id"] if row else None

    def sendable_row(self, seq: int) -> Row | None:
        """A delivery with its event, if it is pending and none of its is before it."""
        return self._one(_JOB, seq=seq)

    def sent_texts(self, id: str) -> tuple[Any, ...] | None:
        """The payload of a delivery, and the booking of its event."""
        row = self._one(
            "select d.payload, e.booking from deliveries d"
            " left join events e on e.seq = d.event_seq where d.id = :id",
            id=id,
        )
        return None if row is None else tuple(row)

    def has_arrived(self, id: str) -> bool:
        """Whether an attempt of a delivery was a success, be it to be sent again."""
        row = self._one(
            "select 1 from attempts where delivery = :id and status = 'delivered'",
            id=id,
        )
        return row is not None

    def next_due(self, now: int) -> int | None:
        """When the next delivery will be due that is not yet."""
        row = self._one(
            "select due_at from deliveries where status = 'pending' and due_at > :now"
            " order by due_at limit 1",
            now=now,
        )
        return row["due_at"] if row else None

    def next_lease_end(self, now: int) -> int | None:
        """When what others send just now can be sent again, should they have died."""
        row = self._one(
            "select min(leased_until) - unixepoch() as seconds from deliveries"
            " where status = 'pending' and leased_until > unixepoch()"
        )
        return now + row["seconds"] if row and row["seconds"] is not None else None

    def next_plan(self, now: int) -> int | None:
        """When there will be more reminders to queue, see `reminder_plans`."""
        row = self._one(
            "select min(due_until) - :day from reminder_plans"
            " where due_until > :now + :day",
            now=now,
            day=24 * 60 * 60,
        )
        return row[0] if row else None

    def newest_event(self) -> int | None:
        """When the event was written that was written last."""
        row = self._one("select at from events order by seq desc limit 1")
        return row["at"] if row else None

    def earliest_of_newest_events(self, most: int) -> int:
        """When the first of the newest events was written that people made."""
        row = self._one(
            "select coalesce(min(at), 0) from (select at from events"
            " where by <> 'system' order by seq desc limit :most) x",
            most=most,
        )
        assert row is not None
        return int(row[0])

    def next_status_change(self) -> int | None:
        """When time will next do something that has to be told."""
        row = self._one("select min(due) from occurrences where due is not null")
        return row[0] if row else None

    def has_older_than(self, before: int) -> bool:
        """Whether there is something that arrived before then."""
        return self._one(_OLD, before=before, most=1) is not None


# -- writing


@recalled
def find_webhooks(tx: Writer, type: str) -> list[str]:
    """Those that want to hear of events of a type."""
    found = tx.connection.execute(_WANTED, {"type": type}).fetchall()
    return [row["id"] for row in found]


def queue_event(tx: Writer, event: Event, seq: int, webhooks: Iterable[str]) -> None:
    """Queue an event for those who want to hear of it."""
    for webhook in webhooks:
        queue_delivery(
            tx,
            channel="webhook",
            target=webhook,
            uid=event.uid,
            event_seq=seq,
            kind=event.type,
            now=event.at,
        )


def queue_delivery(
    tx: Writer,
    *,
    channel: str,
    target: str,
    uid: str,
    kind: str,
    now: datetime,
    event_seq: int | None = None,
    payload: str | None = None,
    due_at: datetime | None = None,
    id: str | None = None,
) -> str:
    """Write one delivery into the outbox, due at once unless said; its id."""
    id, stamp = id or ids.delivery(), times.epoch(now)
    tx.run(
        "insert into deliveries (id, channel, target, uid, event_seq, kind, payload,"
        " status, due_at, created_at) values (:id, :channel, :target, :uid,"
        " :event_seq, :kind, :payload, 'pending', :due_at, :created_at)",
        id=id,
        channel=channel,
        target=target,
        uid=uid,
        event_seq=event_seq,
        kind=kind,
        payload=payload,
        due_at=stamp if due_at is None else times.epoch(due_at),
        created_at=stamp,
    )
    if due_at is None:
        tx.queued.append(id)
    return id


def has_invitation(reader: Reader, uid: str, target: str, *, since: datetime) -> bool:
    """Whether one is to be sent to an address, or was queued since a moment."""
    found = reader.connection.execute(
        "select 1 from deliveries where channel = 'mail' and target = :target"
        " and uid = :uid and kind in ('request', 'cancel')"
        " and (status = 'pending' or created_at > :since) limit 1",
        {"target": target, "uid": uid, "since": times.epoch(since)},
    )
    return found.fetchone() is not None


def lease_delivery(tx: Writer, seq: int, *, seconds: int) -> bool:
    """Let nobody else send for so long what may be sent now; whether it may."""
    return bool(
        tx.count(
            "update deliveries as d set leased_until = unixepoch() + :seconds"
            f" where seq = :seq and status = 'pending' and {IS_FREE}"
            f" and not exists ({_EARLIER})",
            seq=seq,
            seconds=seconds,
        )
    )


def reserve_space(tx: Writer) -> None:
    """See that attempts at deliveries can be written down.

    Raises:
        StoreError: not even this, and the disk may be full.
    """
    tx.run(
        "insert into attempts (delivery, number, at, status, text, milliseconds)"
        " select id, 0, 0, '', :text, 0 from deliveries order by seq limit 1",
        text=" " * 8192,
    )
    tx.run(
        "delete from attempts where number = 0"
        " and delivery = (select id from deliveries order by seq limit 1)"
    )


def record_attempt(
    tx: Writer,
    *,
    id: str,
    attempt: Mapping[str, Any],
    status: str,
    due_at: datetime | None,
) -> None:
    """Write how an attempt of a delivery went, and what becomes of the delivery.

    Its number may be another delivery's by now, in a file that was restored.

    `attempt` is at, status, code, text and milliseconds.
    """
    tx.run(
        "insert into attempts (delivery, number, at, status, code, text, milliseconds)"
        " select :delivery, count(*) + 1, :at, :status, :code, :text, :milliseconds"
        " from attempts where delivery = :delivery",
        delivery=id,
        **attempt,
    )
    tx.run(
        "update deliveries set status = :status, attempts = attempts + 1,"
        " due_at = coalesce(:due_at, due_at), leased_until = null,"
        " finished_at = case when :status = 'pending' then null else :at end"
        " where id = :id and status = 'pending'",
        id=id,
        status=status,
        due_at=None if due_at is None else times.epoch(due_at),
        at=attempt["at"],
    )


def redeliver(tx: Writer, id: str, *, now: datetime) -> None:
    """Make a delivery pending and due, with all its attempts before it."""
    tx.run(
        "update deliveries set status = 'pending', attempts = 0, due_at = :now,"
        " finished_at = null where id = :id",
        id=id,
        now=times.epoch(now),
    )
    tx.queued.append(id)


def drop_pending(
    tx: Writer, channel: str, target: str, *, now: datetime, some: bool = False
) -> int:
    """Give up what is pending for a target, or the oldest of it; how many that were."""
    return tx.count(
        f"{DROP_STATEMENT} and seq in (select seq from deliveries"
        " where status = 'pending' and channel = :channel and target = :target"
        " order by seq limit :most)",
        channel=channel,
        target=target,
        now=times.epoch(now),
        most=_AT_ONCE if some else EVERYTHING,
    )


_AT_ONCE = 1_000  # deliveries that one step changes


def drop_sent(tx: Writer, before: int, *, most: int) -> None:
    """Keep of the events that are about to be forgotten no longer what was sent."""
    tx.run(_DROP_SENT, before=before, most=most)


def forget_delivered(tx: Writer, before: int, *, most: int) -> None:
    """Remove the oldest deliveries that arrived before then, with their attempts."""
    for statement in (
        f"delete from attempts where delivery in (select id from ({_OLD}) x)",
        "delete from deliveries where status = 'delivered'"
        f" and seq in (select seq from ({_OLD}) x)",
    ):
        tx.run(statement, before=before, most=most)


def to_list(ids: Collection[str] | None) -> str | None:
    return None if ids is None else json.dumps(list(ids))
