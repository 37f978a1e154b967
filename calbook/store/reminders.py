"""Which reminders are queued or were sent, beside the deliveries that they are."""

from __future__ import annotations

from datetime import datetime

from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING, NamedTuple
from calbook.store.catalog_facts import recalled
from calbook.store.outbox import DROP_STATEMENT
from calbook.store.writer import Writer, to_epoch

if TYPE_CHECKING:
    from calbook.core.catalog import EventType
    from calbook.core.model import Booking
    from calbook.core.outgoing.reminders import Key
    from calbook.store.connection import Row
    from calbook.store.reader import Reader


class NotificationSettings(NamedTuple):
    """What a booking's event type says about mail, and what waits to be sent.

    `are_pushed`: there are calendars that bookings are written into.
    """

    notify: bool
    has_reminders: bool
    has_queued_reminders: bool  # reminders are queued
    are_pushed: bool


class QueuedReminder(NamedTuple):
    """The delivery that a reminder is; pending until it was sent or given up.

    `dropped_at` is when time gave it up.
    """

    id: str
    is_pending: bool
    dropped_at: datetime | None


def notification_settings(tx: Writer, uid: str) -> NotificationSettings:
    row = tx.connection.execute(
        "select e.notify, e.reminders <> '[]',"
        " exists (select 1 from reminders where uid = b.uid),"
        " exists (select 1 from calendars where is_pushed)"
        " from bookings b join event_types e on e.id = b.event_type_id"
        " where b.uid = :uid",
        {"uid": uid},
    ).fetchone()
    return NotificationSettings(*map(bool, row))


def settings_when_new(tx: Writer, event_type: EventType) -> NotificationSettings:
    """`notification_settings` of a booking that is made just now."""
    if tx.are_pushed is None:
        tx.are_pushed = _read_are_pushed(tx)
    has_reminders = bool(event_type.reminders)
    return NotificationSettings(event_type.notify, has_reminders, False, tx.are_pushed)


@recalled
def _read_are_pushed(tx: Writer) -> bool:
    return bool(tx.connection.execute(_ARE_PUSHED).fetchone()[0])


_ARE_PUSHED = "select exists (select 1 from calendars where is_pushed)"


def queued_reminders(tx: Writer, uid: str) -> dict[Key, QueuedReminder]:
    rows = tx.connection.execute(
        "select r.start_at, r.minutes, r.target, r.delivery, d.status = 'pending',"
        " case when d.status = 'dropped' then d.finished_at end"
        " from reminders r join deliveries d on d.id = r.delivery where r.uid = :uid",
        {"uid": uid},
    )
    return {
        (times.instant(start), minutes, target): QueuedReminder(
            id, bool(is_pending), None if dropped is None else times.instant(dropped)
        )
        for start, minutes, target, id, is_pending, dropped in rows
    }


def add_reminder(tx: Writer, uid: str, key: Key, delivery: str) -> None:
    start, minutes, target = key
    tx.run(
        "insert into reminders values (:uid, :start_at, :minutes, :target, :delivery)",
        uid=uid,
        start_at=times.epoch(start),
        minutes=minutes,
        target=target,
        delivery=delivery,
    )


def rewrite_reminder(tx: Writer, delivery: str, payload: str) -> None:
    """What a pending one says may have changed."""
    tx.run(
        "update deliveries set payload = :payload where id = :id",
        id=delivery,
        payload=payload,
    )


def revive_reminder(tx: Writer, delivery: str, due_at: datetime) -> None:
    """Make one pending again that time had given up under a wrong clock."""
    tx.run(
        "update deliveries set status = 'pending', finished_at = null,"
        " attempts = 0, due_at = :due_at where id = :id",
        id=delivery,
        due_at=times.epoch(due_at),
    )


def drop_reminder(tx: Writer, delivery: str, now: datetime) -> None:
    """Give a pending one up; the same may be queued again."""
    tx.run("delete from reminders where delivery = :id", id=delivery)
    tx.run(f"{DROP_STATEMENT} and id = :id", id=delivery, now=times.epoch(now))


def drop_late_reminders(tx: Writer, now: datetime, *, most: int) -> bool:
    """Give up those whose meeting has begun, and those that a nearer one makes idle.

    After a night in which the machine was off, each person gets one of each meeting.
    At most so many of either kind at a time; whether there may be more.
    """
    facts = {"now": times.epoch(now), "most": most}
    is_more = False
    for late in (_BEGUN, _OVERTAKEN):
        # What is dropped is worked out again when a wrong clock is right.
        tx.run(
            "update reminder_plans set made_at = :now where made_at < :now"
            f" and uid in (select uid from ({late}) x)",
            **facts,
        )
        dropping = f"{DROP_STATEMENT} and id in (select delivery from ({late}) x)"
        is_more |= tx.count(dropping, **facts) == most
    return is_more


_DUE = """
    select r.* from deliveries d join reminders r on r.delivery = d.id
    where d.status = 'pending' and d.kind = 'reminder' and d.due_at <= :now
"""
_BEGUN = f"select delivery, uid from ({_DUE}) x where start_at <= :now limit :most"
_OVERTAKEN = f"""
    select distinct far.delivery, far.uid from ({_DUE}) near
    cross join reminders far on far.uid = near.uid and far.start_at = near.start_at
      and far.target = near.target and far.minutes > near.minutes
    cross join deliveries f on f.id = far.delivery and f.status = 'pending'
    where near.start_at - 60 * near.minutes <= :now limit :most
"""


# -- when the reminders of a booking were worked out


def save_plan(tx: Writer, uid: str, now: datetime, due_until: datetime | None) -> None:
    """What falls due by then is queued; all there is where none is given."""
    tx.run(
        "insert into reminder_plans values (:uid, :now, :due_until)"
        " on conflict (uid) do update"
        " set made_at = excluded.made_at, due_until = excluded.due_until",
        uid=uid,
        now=times.epoch(now),
        due_until=to_epoch(due_until),
    )


def planned_until(tx: Writer, booking: Booking, now: datetime) -> datetime:
    """The time up to which what falls due was queued, or rightly was not.

    Where that was worked out by a clock that was ahead: since the booking was made.
    """
    row = tx.connection.execute(
        "select made_at, due_until from reminder_plans where uid = :uid",
        {"uid": booking.uid},
    ).fetchone()
    if row is None:
        return now
    if row["made_at"] > times.epoch(now):
        return min(booking.created_at, now)
    return now if row["due_until"] is None else min(times.instant(row[1]), now)


def bookings_to_plan(tx: Writer, now: datetime, *, most: int) -> list[str]:
    """Those worked out by a clock that was ahead, and those with more to queue."""
    facts = {"now": times.epoch(now), "day": _DAY, "most": most}
    return [row["uid"] for row in tx.connection.execute(_TO_PLAN, facts)]


_DAY = 24 * 60 * 60
_TO_PLAN = """
    select uid from reminder_plans where made_at > :now
    union select uid from reminder_plans where due_until <= :now + :day limit :most
"""


def start_reminded_of(tx: Writer, delivery: str) -> datetime | None:
    """The start of the meeting that a delivery reminds of; None of one that is not."""
    row = tx.connection.execute(
        "select start_at from reminders where delivery = :id", {"id": delivery}
    ).fetchone()
    return None if row is None else times.instant(row["start_at"])


def begin_update(tx: Writer, noun: str, id: str, now: datetime) -> None:
    """Note that the reminders of an entry's bookings are to be brought in line.

    Only where there are any: bookings still to come that somebody is reminded of.
    """
    facts = {"noun": noun, "id": id}
    tx.run("delete from reminder_updates where noun = :noun and id = :id", **facts)
    if _next_bookings(tx, noun, id, now, after=0, most=1):
        tx.run("insert into reminder_updates values (:noun, :id, 0)", **facts)


def unfinished_updates(reader: Reader) -> list[tuple[str, str]]:
    rows = reader.connection.execute("select noun, id from reminder_updates")
    return [(row[0], row[1]) for row in rows]


def continue_update(tx: Writer, noun: str, id: str, now: datetime) -> list[str]:
    """The next bookings to bring in line; none when all are, or it was not begun."""
    facts = {"noun": noun, "id": id}
    row = tx.connection.execute(
        "select after from reminder_updates where noun = :noun and id = :id", facts
    ).fetchone()
    if row is None:
        return []
    found = _next_bookings(tx, noun, id, now, after=row[0], most=_AT_ONCE)
    if found:
        tx.run(
            "update reminder_updates set after = :after"
            " where noun = :noun and id = :id",
            after=found[-1]["place"],
            **facts,
        )
    else:
        tx.run("delete from reminder_updates where noun = :noun and id = :id", **facts)
    return [row["uid"] for row in found]


_AT_ONCE = 1  # bookings in one step: a series may have hundreds of reminders
# Walked in the order of making, from where the last look ended. What is queued of those
# that seem over too: the clock may be wrong.
_AHEAD = """
    select b.uid, b.rowid as place
    from bookings b not indexed join event_types e on e.id = b.event_type_id
    where b.rowid > :after and (
        e.reminders <> '[]' and b.confirmed_until > :now or exists (
            select 1 from reminders r join deliveries d on d.id = r.delivery
            where r.uid = b.uid and d.status = 'pending'
        )
    )
"""
_OF = {
    "event type": "b.event_type_id = :id",
    "host": "exists (select 1 from booking_hosts h"
    " where h.uid = b.uid and h.host_id = :id)",
}


def _next_bookings(
    tx: Writer, noun: str, id: str, now: datetime, *, after: int, most: int
) -> list[Row]:
    return tx.connection.execute(
        f"{_AHEAD} and {_OF[noun]} order by b.rowid limit :most",
        {"id": id, "now": times.epoch(now), "after": after, "most": most},
    ).fetchall()
