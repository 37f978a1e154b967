"""How much work a calendar may make."""

from __future__ import annotations

from calbook.ical.reading.components import Unreadable


class Effort:
    """How much work may still be done; steps of a microsecond or so."""

    def __init__(self, most: int) -> None:
        self.left = most

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise Unreadable("it repeats too often")
