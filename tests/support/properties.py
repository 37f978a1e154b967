"""One profile for all property tests, and how often the long tests are repeated.

`CALBOOK_TORTURE=n` tries n times as many examples, and other ones each time. A slow
machine is no fault: no example has a deadline.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

TORTURE = int(os.environ.get("CALBOOK_TORTURE", "1"))

settings.register_profile(
    "calbook",
    max_examples=40 * TORTURE,
    deadline=None,
    derandomize=TORTURE == 1,
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)


def examples(count: int) -> settings:
    """For what needs more or fewer of them."""
    return settings(max_examples=count * TORTURE)
