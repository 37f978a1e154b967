"""The slot grid: where it begins anew, and how it steps over clock changes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from calbook.core import slots
from calbook.core.model import Span

utc = datetime.fromisoformat


def starts(
    *stretches: tuple[str, str], step: int, duration: int, timezone: str = "UTC"
) -> list[str]:
    """The grid's starts in UTC, as `HH:MM`; steps and durations are minutes."""
    grid = slots.grid(
        [Span(utc(start), utc(end)) for start, end in stretches],
        timezone=timezone,
        step=timedelta(minutes=step),
        duration=timedelta(minutes=duration),
    )
    return [f"{start:%H:%M}" for start in grid]


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
