"""What is known of bookings' entries after a look at a calendar, and noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from calbook.core.calendars import ConnectedCalendar, WrittenEntry
from calbook.store import pushes

if TYPE_CHECKING:
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction

_AT_ONCE = 200  # bookings that one step records


class Known(NamedTuple):
    """What is noted of an entry after a look at it, and whether it is written again."""

    uid: str
    entry: WrittenEntry | None
    queued_for: str | None = None


def record_known(
    context: Context, calendar: ConnectedCalendar, known: Iterable[Known]
) -> None:
    """In portions, so that thousands keep nobody from booking."""
    every = list(known)

    def step(part: list[Known]) -> Callable[[Transaction], None]:
        def record(tx: Transaction) -> None:
            now = context.clock()
            for uid, entry, kind in part:
                if pushes.is_queued(tx, calendar.target, uid):
                    continue  # it knows better soon
                if entry is None:
                    pushes.forget_entry(tx, calendar, uid)
                else:
                    pushes.record_entry(tx, calendar, entry, now=now)
                if kind is not None:
                    pushes.queue_push(tx, calendar.target, uid, kind=kind, now=now)

        return record

    starts = range(0, len(every), _AT_ONCE)
    context.store.write_portions(step(every[at : at + _AT_ONCE]) for at in starts)
