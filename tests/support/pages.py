"""Pages of days without a store: meetings `m00`, `m01`, … of one week.

Nothing is asserted here: PYTEST_DONT_REWRITE, as tests import it first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import strategies as st

from calbook.cli.screen import timeline
from calbook.cli.screen.timeline import Page, TimeBlock
from calbook.core.model import Span
from calbook.core.time import times
from support.calendars import NOW, ZONE

MONDAY = date(2027, 1, 18)
HOSTS = {f"user_h{n}": f"Host {n}" for n in range(4)}


def block(
    number: int, minutes: int, length: int, host: int = 0, kind: str = "CONFIRMED"
) -> TimeBlock:
    """A meeting with `m07`, so many minutes after Monday's midnight."""
    start = times.day_start(MONDAY, ZONE) + timedelta(minutes=minutes)
    return timeline.TimeBlock(
        start,
        start + timedelta(minutes=length),
        kind=kind,
        title="",
        who=f"m{number:02}",
        hosts=(f"user_h{host}",),
    )


def page(blocks: Iterable[TimeBlock], days: int = 7, opened: bool = True) -> Page:
    nine, five = (
        times.day_start(MONDAY, ZONE) + timedelta(hours=hour) for hour in (9, 17)
    )
    return timeline.Page(
        MONDAY,
        MONDAY + timedelta(days=days - 1),
        ZONE,
        NOW,
        tuple(sorted(blocks)),
        (timeline.OpenSpan(Span(nine, five), tuple(HOSTS)),) * opened,
        hosts=HOSTS,
    )


# The facts of `block`, but for its number.
BLOCKS = st.lists(
    st.builds(
        lambda *facts: facts,
        st.integers(0, 5 * 24 * 12 - 1).map(lambda n: n * 5),
        st.sampled_from([5, 15, 30, 60, 90, 300, 1440, 3000]),
        st.integers(0, 3),
        st.sampled_from(["CONFIRMED", "PENDING", "HELD", "COMPLETED"]),
    ),
    max_size=40,
)
