"""Tables for a terminal: whatever its width, nothing is lost."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calendars import widths

from calbook.cli import output
from calbook.cli.screen import cells, tables

BOOKING = {
    "uid": "bk_aaaaaaaaaaaa",
    "startTime": "2027-01-18T10:00:00-05:00",
    "endTime": "2027-01-18T10:30:00-05:00",
    "timezone": "America/New_York",
    "eventTypeId": "evt_demo",
    "occurrences": [],
    "attendee": {"name": "Ada Lovelace of the Analytical Engine", "email": "a@b.c"},
    "guests": ["bob"],
    "status": "CANCELLED",
    "resolution": "rejected",
}


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without colour, as `demo` shows it."""
    monkeypatch.setattr(output, "as_terminal", True)


def letters(*texts: str) -> Counter[str]:
    return Counter(char for text in texts for char in text if char not in " \n─")


@pytest.mark.parametrize("columns", [50, 60, 80, 120])
def test_a_narrow_terminal_folds_cells_and_loses_none(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """Whole columns were cut off, and the times of others."""
    monkeypatch.setattr(output, "width", lambda: columns)
    zones = ("America/New_York", "Europe/Lisbon")
    items: list[dict[str, Any]] = [{**BOOKING, "timezone": zone} for zone in zones]

    text = tables.bookings_table(items)

    assert max(widths(text)) <= columns
    row = "bk_aaaaaa|Mon18Jan2027,|demo|AdaLovelaceoftheAnalyticalEngine+1"
    row += "|CANCELLED(rejected)"
    times = ("10:00–10:30America/New_York", "15:00–15:30Europe/Lisbon")
    headings = "UIDWhenEventAttendeeStatus"
    assert letters(text) == letters(headings, *times, row * 2) - Counter("|" * 8)


@given(st.text(), st.integers(2, 30))
def test_folded_text_is_whole_and_fits(text: str, size: int) -> None:
    given = cells.plain_text(text)

    lines = cells.wrap(given, size)

    assert "".join("".join(lines).split()) == "".join(given.split())
    assert all(cells.width(line) <= size for line in lines)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two", ["one two"]),
        ("one two three", ["one two", "three"]),
        ("a longword", ["a", "longwor", "d"]),
        ("长谈长谈", ["长谈长", "谈"]),
    ],
)
def test_words_are_broken_only_where_they_must(text: str, lines: list[str]) -> None:
    assert cells.wrap(text, 7) == lines
