"""What follows from how an attempt ended: the next one's time, or the end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from calbook.delivery.outcome import Outcome

# Each counts from the attempt before; the first attempt is due at once.
DELAYS = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
LONGEST_WAIT = timedelta(days=1)  # that a receiver may ask for


class Verdict(NamedTuple):
    """A delivery's status after an attempt, and when the next attempt is due."""

    status: str
    due_at: datetime | None = None


_ENDS = {"delivered": "delivered", "failed": "failed", "gone": "dropped"}


def verdict(outcome: Outcome, *, attempts: int, now: datetime) -> Verdict:
    """`attempts` are those made, this one included.

    A receiver may ask for more time than the schedule gives, never for less.
    """
    if outcome.status in _ENDS:
        return Verdict(_ENDS[outcome.status])
    if attempts > len(DELAYS):
        return Verdict("failed")
    asked = min(outcome.retry_after or timedelta(0), LONGEST_WAIT)
    return Verdict("pending", now + max(DELAYS[attempts - 1], asked))
