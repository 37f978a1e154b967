"""A seat that is to go to another group or start, read into a value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from calbook.core import checks
from calbook.core.errors import UsageError
from calbook.core.people import Wanted
from calbook.wire.reading.booking_requests import (
    Asker,
    read_asker,
    read_days,
    read_moment,
)
from calbook.wire.reading.shapes import read_timezone


class SeatMove(NamedTuple):
    """Whose seat goes, from which dates of a series, and to which group or start."""

    person: Wanted
    asker: Asker
    to: str | None = None
    start_time: str | datetime | None = None
    on: tuple[str | date, ...] = ()
    timezone: str | None = None
    reopens: bool = False  # begins a group also where one was cancelled


def read_seat_move(
    person: Wanted,
    *,
    into: object,
    start_time: object,
    on: object,
    timezone: object,
    reopen: object,
    by: str,
    override: Iterable[str],
) -> SeatMove:
    """Raises UsageError unless it goes to one place."""
    if (into is None) == (start_time is None):
        raise UsageError(
            "a seat moves to one group or to one start",
            hint="give into or start_time",
            command_hint="give --into UID or --start WHEN",
        )
    return SeatMove(
        person,
        read_asker(by, override),
        None if into is None else checks.line(into, "into"),
        None if start_time is None else read_moment(start_time, "startTime"),
        read_days(on),
        None if timezone is None else read_timezone(timezone, "timezone"),
        checks.boolean(reopen, "reopen"),
    )
