"""A booking's status from three stored facts and the clock."""

from __future__ import annotations

import pytest

from calbook.core.booking import status_by_time


@pytest.mark.parametrize(
    ("pending_until", "confirmed_until", "now", "expected"),
    [
        pytest.param(None, None, 100, "FINAL", id="settled"),
        pytest.param(100, None, 99, "PENDING", id="pending"),
        pytest.param(100, None, 100, "FINAL", id="expired"),
        pytest.param(None, 100, 99, "CONFIRMED", id="confirmed"),
        pytest.param(None, 100, 100, "FINAL", id="completed"),
        pytest.param(100, 200, 99, "PENDING", id="pending-comes-first"),
        pytest.param(100, 200, 100, "CONFIRMED", id="then-confirmed"),
        pytest.param(100, 200, 200, "FINAL", id="then-settled"),
    ],
)
def test_a_status_is_a_function_of_what_is_stored_and_the_clock(
    pending_until: int | None, confirmed_until: int | None, now: int, expected: str
) -> None:
    status = status_by_time.summarize_status(
        pending_until, confirmed_until, "FINAL", now=now
    )

    assert status == expected
