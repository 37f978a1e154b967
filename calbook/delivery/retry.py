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


class RetryDecision(NamedTuple):
    """A delivery's status after an attempt, and when the next attempt is due."""

    status: str
    due_at: datetime | None = None


_FINAL = {"delivered": "delivered", "failed": "failed", "gone": "dropped"}


def decide_retry(outcome: Outcome, *, attempts: int, now: datetime) -> RetryDecision:
    """`attempts` are those made, this one included.

    A receiver may ask for more time than the schedule gives, never for less.
    """
    if outcome.status in _FINAL:
        return RetryDecision(_FINAL[outcome.status])
    if attempts > len(DELAYS):
        return RetryDecision("failed")
    asked = min(outcome.retry_after or timedelta(0), LONGEST_WAIT)
    return RetryDecision("pending", now + max(DELAYS[attempts - 1], asked))
