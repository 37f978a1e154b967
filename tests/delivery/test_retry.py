"""When a delivery is tried again, and when it is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from calbook.delivery.outcome import Outcome
from calbook.delivery.retry import RetryDecision, decide_retry

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
SCHEDULE = (30, 120, 900, 3600, 14400, 43200, 86400)  # seconds


def failed(retry_after: float | None = None) -> Outcome:
    wait = None if retry_after is None else timedelta(seconds=retry_after)
    return Outcome("retry", 500, "", wait)


@pytest.mark.parametrize(("attempts", "seconds"), [*enumerate(SCHEDULE, 1)])
def test_each_delay_counts_from_the_attempt_before(attempts: int, seconds: int) -> None:
    assert decide_retry(failed(), attempts=attempts, now=NOW) == RetryDecision(
        "pending", NOW + timedelta(seconds=seconds)
    )


def test_after_eight_attempts_it_has_failed() -> None:
    assert decide_retry(failed(), attempts=8, now=NOW) == RetryDecision("failed")
    assert decide_retry(failed(60), attempts=8, now=NOW) == RetryDecision("failed")


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(300, 300), (5, 30), (0, 30), (86400, 86400), (10**8, 86400)],
    ids=["more", "less", "none", "a day", "years"],
)
def test_a_receiver_may_ask_for_more_time_up_to_a_day(asked: int, waits: int) -> None:
    assert decide_retry(failed(asked), attempts=1, now=NOW) == RetryDecision(
        "pending", NOW + timedelta(seconds=waits)
    )


@pytest.mark.parametrize(
    ("status", "ends"),
    [("delivered", "delivered"), ("failed", "failed"), ("gone", "dropped")],
)
def test_other_outcomes_end_it(status: str, ends: str) -> None:
    assert decide_retry(
        Outcome(status, None, ""), attempts=1, now=NOW
    ) == RetryDecision(ends)
