"""Free starts: the slot grid, and the sweep over what is open and what is taken."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calbook.core import start_ranges
from calbook.core.model import Span
from calbook.core.start_ranges import GridPiece, Range, SlotLengths
from calbook.core.time import times

utc = datetime.fromisoformat


def starts(
    *stretches: tuple[str, str], step: int, duration: int, timezone: str = "UTC"
) -> list[str]:
    """The grid's starts in UTC, as `HH:MM`; steps and durations are minutes."""
    open_time = [Span(utc(start), utc(end)) for start, end in stretches]
    found = start_ranges.starts_on_grid(
        start_ranges.grid_pieces(open_time, timezone),
        step * 60,
        start_ranges.starts_within(
            start_ranges.to_ranges(open_time),
            SlotLengths(duration * 60, 0, 0, step * 60),
        ),
    )
    return [f"{times.instant(start):%H:%M}" for start in found]


MORNING = ("2027-01-18T09:00Z", "2027-01-18T12:00Z")


@pytest.mark.parametrize(
    ("step", "duration", "expected"),
    [
        pytest.param(60, 60, ["09:00", "10:00", "11:00"], id="back-to-back"),
        pytest.param(60, 30, ["09:00", "10:00", "11:00"], id="with-gaps"),
        pytest.param(
            30, 60, ["09:00", "09:30", "10:00", "10:30", "11:00"], id="overlapping"
        ),
        pytest.param(50, 50, ["09:00", "09:50", "10:40"], id="end-does-not-fit"),
        pytest.param(180, 180, ["09:00"], id="just-fits"),
        pytest.param(15, 181, [], id="does-not-fit"),
        pytest.param(1440, 10, ["09:00"], id="once"),
    ],
)
def test_the_grid_steps_through_a_stretch_while_the_meeting_fits(
    step: int, duration: int, expected: list[str]
) -> None:
    assert starts(MORNING, step=step, duration=duration) == expected


def test_no_open_time_has_no_starts() -> None:
    assert starts(step=30, duration=30) == []


def test_the_grid_begins_anew_with_each_stretch() -> None:
    found = starts(
        ("2027-01-18T09:10Z", "2027-01-18T10:20Z"),
        ("2027-01-18T13:05Z", "2027-01-18T14:05Z"),
        step=30,
        duration=30,
    )

    assert found == ["09:10", "09:40", "13:05", "13:35"]


def test_the_grid_begins_anew_at_midnight_and_meetings_may_cross_it() -> None:
    night = ("2027-01-18T22:30Z", "2027-01-19T02:30Z")

    found = starts(night, step=60, duration=60)

    assert found == ["22:30", "23:30", "00:00", "01:00"]


def test_the_grid_begins_anew_at_every_midnight() -> None:
    days = ("2027-01-18T12:00Z", "2027-01-20T12:00Z")

    found = starts(days, step=7 * 60, duration=30)

    assert found == [
        *("12:00", "19:00"),
        *("00:00", "07:00", "14:00", "21:00"),
        *("00:00", "07:00"),
    ]


@pytest.mark.parametrize(
    ("zone", "stretch", "step", "duration", "expected"),
    [
        pytest.param(
            "America/New_York",
            ("2027-01-18T03:00Z", "2027-01-18T07:00Z"),  # 22:00-02:00
            90,
            30,
            ["03:00", "04:30", "05:00", "06:30"],
            id="midnight-of-the-zone",
        ),
        pytest.param(
            "America/New_York",
            ("2024-03-10T05:00Z", "2024-03-10T10:00Z"),  # 00:00-06:00
            60,
            60,
            ["05:00", "06:00", "07:00", "08:00", "09:00"],
            id="gap-has-no-02:00",
        ),
        pytest.param(
            "America/New_York",
            ("2024-11-03T04:00Z", "2024-11-03T09:00Z"),  # 00:00-04:00
            60,
            60,
            ["04:00", "05:00", "06:00", "07:00", "08:00"],
            id="fold-has-01:00-twice",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            ("2024-10-05T14:30Z", "2024-10-05T17:00Z"),  # 01:00-04:00
            60,
            30,
            ["14:30", "15:30", "16:30"],  # 01:00, 02:30, 03:30
            id="half-hour-gap",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            ("2024-04-06T14:00Z", "2024-04-06T16:30Z"),  # 01:00-03:00
            60,
            60,
            ["14:00", "15:00"],  # 01:00, 01:30 again
            id="half-hour-fold",
        ),
        pytest.param(
            "America/Santiago",
            ("2024-09-08T02:00Z", "2024-09-08T06:00Z"),  # 22:00-03:00
            45,
            45,
            ["02:00", "02:45", "03:30", "04:00", "04:45"],
            id="midnight-gap",
        ),
        pytest.param(
            "Africa/Cairo",
            ("2024-10-31T19:30Z", "2024-11-01T00:30Z"),  # 22:30-02:30
            60,
            60,
            ["19:30", "20:30", "21:30", "22:00", "23:00"],  # 23:30 twice, 00:00
            id="midnight-fold",
        ),
        pytest.param(
            "Pacific/Apia",
            ("2011-12-30T08:00Z", "2011-12-30T12:00Z"),  # Thursday 22:00, Saturday
            60,
            60,
            ["08:00", "09:00", "10:00", "11:00"],
            id="skipped-day",
        ),
    ],
)
def test_the_grid_steps_in_elapsed_time_across_clock_changes(
    zone: str, stretch: tuple[str, str], step: int, duration: int, expected: list[str]
) -> None:
    assert starts(stretch, step=step, duration=duration, timezone=zone) == expected


# -- the sweep ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param([], [(0, 100)], id="nothing-taken"),
        pytest.param([(50, 60)], [(0, 38), (65, 100)], id="buffers-and-length"),
        pytest.param([(50, 60), (60, 70)], [(0, 38), (75, 100)], id="touching"),
        pytest.param([(50, 90), (55, 60)], [(0, 38), (95, 100)], id="within-another"),
        pytest.param([(-50, 2)], [(7, 100)], id="begun-before"),
        pytest.param([(111, 200)], [(0, 99)], id="ends-in-time-but-one"),
        pytest.param([(112, 200)], [(0, 100)], id="begins-after"),
        pytest.param([(-9, 200)], [], id="all"),
    ],
)
def test_starts_whose_claim_meets_taken_time_are_cut_out(
    taken: list[Range], expected: list[Range]
) -> None:
    need = SlotLengths(meeting=10, before=5, after=3, step=1)

    assert start_ranges.free_starts([(0, 100)], taken, need) == expected


def test_a_long_taken_time_outlasts_several_stretches() -> None:
    need = SlotLengths(meeting=1, before=0, after=0, step=1)

    left = start_ranges.free_starts(
        [(0, 10), (20, 30), (40, 50)], [(5, 45), (6, 7)], need
    )

    assert left == [(0, 5), (45, 50)]


def test_the_grid_goes_on_behind_what_is_taken() -> None:
    found = start_ranges.starts_on_grid(
        [GridPiece(10, 50), GridPiece(50, 90)], 15, [(0, 11), (30, 70)]
    )

    assert found == [10, 40, 50, 65]


lengths = st.builds(
    SlotLengths,
    meeting=st.integers(1, 12),
    before=st.integers(0, 6),
    after=st.integers(0, 6),
    step=st.integers(1, 9),
)
some_ranges = st.lists(
    st.tuples(st.integers(0, 120), st.integers(1, 40)).map(lambda r: (r[0], sum(r))),
    max_size=8,
).map(sorted)
apart = st.lists(st.integers(0, 120), unique=True, max_size=12).map(
    lambda edges: list(pairwise(sorted(edges)))[::2]
)


@given(open_time=apart, taken=some_ranges, need=lengths)
def test_the_sweep_finds_what_trying_each_second_finds(
    open_time: list[Range], taken: list[Range], need: SlotLengths
) -> None:
    grid = [GridPiece(*stretch) for stretch in open_time]

    starts = start_ranges.free_starts(
        start_ranges.starts_within(open_time, need), taken, need
    )

    assert start_ranges.starts_on_grid(grid, need.step, starts) == [
        n
        for begin, end in open_time
        for n in range(begin, end - need.meeting + 1, need.step)
        if all(
            n + need.meeting + need.after <= t0 or t1 <= n - need.before
            for t0, t1 in taken
        )
    ]


@given(one=apart, other=apart)
def test_what_two_have_in_common_is_in_both(
    one: list[Range], other: list[Range]
) -> None:
    both = {n for a, b in one for n in range(a, b)} & {
        n for a, b in other for n in range(a, b)
    }

    found = start_ranges.intersect(one, other)

    assert [n for a, b in found for n in range(a, b)] == sorted(both)
