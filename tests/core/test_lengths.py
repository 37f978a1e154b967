"""Lengths of time as people type them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calbook.core.errors import BadTime
from calbook.core.time import lengths

HINT = "write minutes, or 90m, 1h30m, 2d, 1w"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("0", 0),
        ("90", 90),
        ("90m", 90),
        ("90 min", 90),
        ("90 Minutes", 90),
        (" 90  m ", 90),
        ("12h", 720),
        ("1 h", 60),
        ("1 hr", 60),
        ("2 hours", 120),
        ("1.5h", 90),
        ("0.25 h", 15),
        ("1h30m", 90),
        ("1H30m", 90),
        ("1h 30 min", 90),
        ("2d", 2880),
        ("1.5 days", 2160),
        ("1w", 10080),
        ("1w2d3h4m", 7 * 1440 + 2 * 1440 + 184),
        ("120s", 2),
        ("PT90M", 90),
        ("PT1H30M", 90),
        ("pt1h", 60),
        ("P1D", 1440),
        ("P1DT2H", 1560),
        ("P2W", 20160),
        ("P0D", 0),
        ("999999999d", 999_999_999 * 1440),
    ],
)
def test_a_length_is_minutes_or_has_units(text: str, minutes: int) -> None:
    assert lengths.duration(text, "duration") == timedelta(minutes=minutes)
    assert lengths.minutes(text, "duration") == minutes


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", HINT),
        ("m", HINT),
        ("-5", HINT),
        ("+5", HINT),
        ("1e3", HINT),
        ("９0", HINT),
        ("90 minits", HINT),
        ("30m1h", HINT),
        ("1h1h", HINT),
        ("1.5h30m", HINT),
        ("1.333h", HINT),
        ("P", HINT),
        ("PT", HINT),
        ("P1DT", HINT),
        ("90m\0", HINT),
        ("9" * 100_000, HINT),
        ("999999999w", HINT),
        ("1.5", "write its unit: 1.5h or 1.5d"),
        ("1,5h", "write 1.5h"),
        ("1:30", "it could be 1h30m or 1m30s: write which"),
        ("90M", "M could be minutes or months: write 90m for minutes"),
        ("P1M", "months and years differ in length: write days, as in 30d"),
        ("3 months", "months and years differ in length: write days, as in 30d"),
        ("1y", "months and years differ in length: write days, as in 30d"),
    ],
)
def test_any_other_length_is_refused_with_what_would_be_right(
    text: str, hint: str
) -> None:
    with pytest.raises(BadTime) as refusal:
        lengths.duration(text, "duration")

    assert refusal.value.message.startswith("duration is not a length of time: ")
    assert refusal.value.hint == hint
    assert len(refusal.value.message) < 200


def test_seconds_are_refused_where_whole_minutes_are_wanted() -> None:
    with pytest.raises(BadTime) as refusal:
        lengths.minutes("90s", "--every")

    assert refusal.value.message == "--every is not whole minutes: 90s"
    assert lengths.duration("90s", "--every") == timedelta(seconds=90)


@given(st.text() | st.from_regex(r"[PT0-9.,: wdhms]{0,12}"))
def test_any_text_is_a_length_or_is_refused(text: str) -> None:
    try:
        assert lengths.duration(text, "duration") >= timedelta(0)
    except BadTime as refusal:
        assert refusal.hint  # noqa: PT017
