"""Calendars that are read again: which are due, and how the last time went.

`checked_at` is when one was last seen as it is here, `tried_at` when it was last asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.store.facts import Facts

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.writer import Writer

# Those that can be reached from anywhere; one of the future is due too, as the clock
# was put back. The index is on this expression.
_AGE = "coalesce(checked_at, 0)"
_DUE = f"""
    select id, checked_at, tried_at, imported_at from calendars
    where source is not null
      and ({_AGE} <= :before or {_AGE} > :now)
      and is_busy
      and (kind in ('caldav', 'vdir')
        or source like 'https://%' or source like 'http://%')
    order by {_AGE}, id
"""
_OLD = f"""
    select host_id, name, checked_at, fault from calendars
    where host_id in (
        select h.host_id from event_types e
        join event_type_hosts h on h.event_type_id = e.id
        where (e.id = :key or e.slug = :slug)
          and (:host_id is null or h.host_id = :host_id)
      )
      and kind <> 'own' and is_busy and {_AGE} < :before
    order by {_AGE}, host_id, name
"""
_LONGEST_REST = 6 * 3600  # seconds between two tries of what cannot be read


class ReadingAgain(Facts):
    """What is due, and what has become old."""

    def due_calendars(self, now: int, every: int) -> list[Row]:
        """Those not seen for so many seconds, by age.

        One that could not be read rests as long again as it could not, 6 hours at
        most.
        """
        facts = {"now": now, "before": now - every}
        rows = self._conn.execute(_DUE, facts).fetchall()
        return [row for row in rows if _is_rested(row, now, every)]

    def old_calendars(
        self, event_type: str, host_id: str | None, before: int
    ) -> list[Row]:
        """Of an event type's hosts, or one of them; the oldest first."""
        slug = event_type.removeprefix("evt_")
        facts = {"key": event_type, "slug": slug, "host_id": host_id, "before": before}
        return self._conn.execute(_OLD, facts).fetchall()


def _is_rested(row: Row, now: int, every: int) -> bool:
    tried = row["tried_at"]
    seen = row["checked_at"] or row["imported_at"]
    if tried is None or tried <= seen or tried > now:
        return True
    return bool(now - tried >= max(every, min(tried - seen, _LONGEST_REST)))


def take_turn(tx: Writer, id: int, *, seen: int | None, now: int) -> bool:
    """Whether nobody else has asked a calendar since it was seen to be due."""
    found = tx.count(
        "update calendars set tried_at = :now where id = :id"
        " and coalesce(tried_at, -1) = :seen",
        id=id,
        now=now,
        seen=-1 if seen is None else seen,
    )
    return found == 1


def record_check(
    tx: Writer,
    id: int,
    seen: str | None,
    new: tuple[str, int] | None = None,
    *,
    now: int,
) -> None:
    """It was seen to be as it is here, if it still has the mark that was seen.

    `new` are another mark for the same, and how far it was read.
    """
    mark, horizon = new or (None, None)
    tx.run(
        "update calendars set checked_at = :now, tried_at = :now, fault = null,"
        " mark = coalesce(:mark, mark), horizon = coalesce(:horizon, horizon)"
        " where id = :id and coalesce(mark, '') = coalesce(:seen, '')",
        id=id,
        seen=seen,
        mark=mark,
        horizon=horizon,
        now=now,
    )


def record_fault(tx: Writer, id: int, fault: str, *, now: int) -> None:
    """It could not be read; what was read before stays."""
    tx.run(
        "update calendars set fault = :fault, tried_at = :now where id = :id",
        id=id,
        fault=fault,
        now=now,
    )
