"""Whether calendars are to be read again: light, as each `tick` asks it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from calbook.core.time import times
from calbook.store.reading_again import ReadingAgain

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.context import Context


def find_due(context: Context, every: timedelta) -> list[Row]:
    """Those that were not looked at for so long and can be read from anywhere."""
    now = times.epoch(context.clock())
    with context.store.read(ReadingAgain) as reader:
        return reader.due_calendars(now, int(every.total_seconds()))
