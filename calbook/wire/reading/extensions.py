"""What is asked of a series that is to go on, read into values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from calbook.core import checks
from calbook.core.errors import UsageError
from calbook.wire.reading.booking_requests import (
    EXTEND,
    REFUSE,
    Asker,
    read_asker,
    read_on_conflict,
)

_MOST = 730  # dates of a series


class Extension(NamedTuple):
    """How many more dates, or until when, as passed: read in the booking's zone."""

    asker: Asker
    number: int | None
    until: Any  # a day as typed, or a date
    on_conflict: str

    @property
    def skips(self) -> bool:
        """Whether dates in the way are left out."""
        return self.on_conflict != REFUSE

    @property
    def extends(self) -> bool:
        """Whether there are further ones in their stead."""
        return self.on_conflict == EXTEND


def read_extension(
    count: object,
    until: object,
    on_conflict: object,
    by: str,
    override: Iterable[str],
) -> Extension:
    """Exactly one of a number of dates and a last day.

    Raises:
        UsageError: both are given, or none; or it is to fit a day.
    """
    if (count is None) == (until is None):
        raise UsageError(
            "say how many dates more, or until when" + (", not both" if count else ""),
            hint="give count or until",
            command_hint="give --count 4 or --until 2027-06-30",
        )
    how = read_on_conflict(on_conflict)
    if how == EXTEND and count is None:
        raise needs_count_error()
    return Extension(
        read_asker(by, override),
        None
        if count is None
        else checks.whole_number(count, "count", least=1, most=_MOST),
        until if isinstance(until, date) else _read_day(until),
        how,
    )


def needs_count_error() -> UsageError:
    return UsageError(
        "until a day there are as many dates as there are: none can be added",
        hint="give count instead of until",
        command_hint="give --count instead of --until",
    )


def _read_day(until: object) -> str | None:
    return None if until is None else checks.line(until, "until", most=80)
