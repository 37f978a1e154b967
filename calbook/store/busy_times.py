"""Busy time from elsewhere as it is looked at. Light: every agenda asks for it."""

from __future__ import annotations

from calbook.core.typing_names import TYPE_CHECKING

if TYPE_CHECKING:
    from calbook.store.connection import Connection, Row


CLAIM_SECONDS = 3 * 24 * 3600  # that of a claim, whose module is slow to import

_STRETCHES = """
    select distinct b.stretch_start, b.stretch_end, b.calendar_id, b.stretch, b.text,
        b.host_id, k.name, h.timezone
    from hosts h
    cross join busy b on b.host_id = h.id
        and b.busy_start < :last
        and b.busy_start > :first - :longest
        and b.busy_end > :first
    join calendars k on k.id = b.calendar_id
    where h.id = :host_id or :host_id is null and h.kind = 'host'
    order by b.stretch_start, b.stretch_end, b.host_id, k.name, b.stretch
"""


def busy_time_rows(
    conn: Connection, host_id: str | None, first: int, last: int
) -> list[Row]:
    """Whole stretches that overlap `[first, last)`, by start."""
    facts = {"host_id": host_id, "first": first, "last": last, "longest": CLAIM_SECONDS}
    return conn.execute(_STRETCHES, facts).fetchall()
