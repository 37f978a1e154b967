"""What waits to be sent to each target, and by whom: one after another in its queue."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from calbook.delivery.outcome import Outcome, Sender

if TYPE_CHECKING:
    from calbook.store.connection import Row

_IN_VAIN = 3  # attempts that reach nobody, one after another, until a queue rests
_REST = 30.0  # seconds, of a watcher; else for what is left of the round

# The modules whose `open_sender()` makes what sends in each channel; it is called in a
# thread that must not use the bookings file.
SENDER_MODULES: Mapping[str, str] = {
    "webhook": "calbook.delivery.webhook.http",
    "mail": "calbook.delivery.mail.smtp",
    "calendar": "calbook.delivery.calendars.pushing",
}


def queue_key(channel: str, target: str) -> str:
    """A webhook or calendar has its own; all e-mail goes over one server."""
    return channel if channel == "mail" else target


class ChannelQueues:
    """The deliveries planned, by number, in each queue.

    Who cannot be reached is not asked a thousand times in a row: a queue rests then,
    its deliveries stay due.
    """

    def __init__(self) -> None:
        self._plans: dict[str, deque[int]] = {}
        self._senders: dict[str, Sender] = {}
        self._calendars: set[str] = set()
        self._in_vain: Counter[str] = Counter()
        self._resting: dict[str, float] = {}  # until when, on the monotonic clock

    def plan(self, rows: Iterable[Row]) -> None:
        """These and no others, each with seq, channel and target."""
        self._plans = {}
        for row in rows:
            key = queue_key(row["channel"], row["target"])
            if row["channel"] == "calendar":
                self._calendars.add(key)
            if key not in self._resting:
                self._plans.setdefault(key, deque()).append(row["seq"])

    def waiting(self) -> list[str]:
        """The queues with something to send."""
        return [key for key, plan in self._plans.items() if plan]

    def is_calendar(self, key: str) -> bool:
        """Whether a queue that was ever planned goes into a calendar."""
        return key in self._calendars

    def take(self, key: str) -> int | None:
        """The next delivery of a queue."""
        plan = self._plans.get(key)
        return plan.popleft() if plan else None

    def record_outcome(self, key: str, outcome: Outcome) -> None:
        """How an attempt ended."""
        if outcome.reached:
            del self._in_vain[key]
            return
        self._in_vain[key] += 1 if outcome.retry_after is None else _IN_VAIN
        if self._in_vain[key] >= _IN_VAIN:
            self._resting[key] = time.monotonic() + _REST
            self._plans.pop(key, None)

    def resume_rested(self) -> bool:
        """Let queues that have rested be tried once; whether there were any."""
        now = time.monotonic()
        rested = [key for key, until in self._resting.items() if until <= now]
        for key in rested:
            del self._resting[key]
        return bool(rested)

    def resume_all(self) -> None:
        """Let no queue rest."""
        self._resting.clear()

    def sender(self, key: str, channel: str) -> Sender:
        if key not in self._senders:
            self._senders[key] = import_module(
                SENDER_MODULES[channel]
            ).open_sender()  # slow
        return self._senders[key]

    def close(self, *, but: Collection[str] = ()) -> None:
        """Let go of whom nothing is sent to now."""
        for key in [key for key in self._senders if key not in but]:
            self._senders.pop(key).close()
