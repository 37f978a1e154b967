"""What somebody wants to be taken back, and on whose word."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as Date
from typing import NamedTuple

from calbook.core.model import Actor
from calbook.wire.reading import booking_requests
from calbook.wire.reading.booking_requests import Asker
from calbook.wire.reading.shapes import read_list


class UndoRequest(NamedTuple):
    """`by` None is whoever made the change; `date` a date of a series, as given."""

    by: str | None
    override: tuple[str, ...]
    reason: str | None
    date: str | Date | None

    def asker(self, of_change: Actor) -> Asker:
        """Who asks, once it is known who made the change.

        Raises:
            UsageError: an attendee wants to pass a rule.
        """
        of_calbook = of_change is Actor.SYSTEM  # which asks for nothing
        usual = Actor.ATTENDEE if of_calbook else of_change
        return booking_requests.read_asker(self.by or usual.value, self.override)


def read_undo(
    by: str | None,
    override: Iterable[str],
    reason: str | None,
    date: str | Date | None,
) -> UndoRequest:
    rules = tuple(read_list(override, "override"))
    if by is not None:
        booking_requests.read_asker(by, rules)
    return UndoRequest(
        by,
        rules,
        booking_requests.read_reason(reason),
        booking_requests.read_dates(date, None, False).on,
    )
