"""How much work a calendar may make."""

from __future__ import annotations

from collections.abc import Sequence

from calbook.ical.reading.components import Unreadable


class Effort:
    """How much work a file may still make, and the event that has begun last.

    In steps of a microsecond or so. `layouts` are what was worked out for one rule and
    serves the next.
    """

    def __init__(self, most: int, most_of_each: int | None = None) -> None:
        self._left = most
        self._most_of_each = most_of_each or most
        self._left_of_each = self._most_of_each
        self.layouts: dict[object, Sequence[int]] = {}

    def begin(self) -> None:
        self._left = max(self._left, 0)  # what takes no work can always be done
        self._left_of_each = self._most_of_each

    def spend(self, steps: int) -> None:
        self._left -= steps
        self._left_of_each -= steps
        if self._left_of_each < 0:
            raise Unreadable("it repeats too often")
        if self._left < 0:
            raise Unreadable("the calendar takes too long to work out")
