"""Tables and cards for a terminal: whatever its width, nothing is lost."""

from __future__ import annotations

import os
import re
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calendars import NAMES, widths

from calbook.cli import output
from calbook.cli.screen import cells, columns, tables, words

BOOKING: dict[str, Any] = {
    "uid": "bk_aaaaaaaaaaaa",
    "startTime": "2027-01-18T10:00:00-05:00",
    "endTime": "2027-01-18T10:30:00-05:00",
    "timezone": "America/New_York",
    "eventTypeId": "evt_demo",
    "hostId": "user_me",
    "occurrences": [],
    "attendee": {"name": "Ada Lovelace of the Analytical Engine", "email": "a@b.c"},
    "guests": ["bob"],
    "status": "CANCELLED",
    "resolution": "rejected",
}
WIDTHS = st.integers(40, 200)
TEXTS = st.one_of(
    st.sampled_from([*NAMES, "x" * 60 + "@example.com", "שיעור יוגה 300", "", "10:00"]),
    st.text(max_size=90),
    st.lists(st.text("abc0-_.@א王é", max_size=30), max_size=9).map(" ".join),
)
STATUSES = (
    *(("PENDING", None), ("CONFIRMED", None), ("COMPLETED", None), ("NO_SHOW", None)),
    *(("CANCELLED", "cancelled"), ("CANCELLED", "rejected"), ("CANCELLED", "expired")),
)
ZONES = ("America/New_York", "Europe/Lisbon", "America/Argentina/Buenos_Aires")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without colour, as `demo` shows it."""
    monkeypatch.setattr(output, "as_terminal", True)


def of_width(columns: int) -> Any:
    return patch.dict(os.environ, COLUMNS=str(columns))


def without_marks(text: str) -> str:
    """Without what only says in which direction text runs."""
    return re.sub("[\u200e\u200f]", "", text)


def is_shown(word: str, screen: str, columns: int) -> bool:
    """Whole; or its beginning and a mark, where a line has no room for it."""
    if word in screen:
        return True
    found = re.findall(r"(\S+)…", screen)
    is_long = cells.width(word) > columns - 4  # below a row it is set in
    return is_long and any(word.startswith(part) for part in found)


# -- words


@given(st.text(), st.integers(2, 30))
def test_folded_text_is_whole_and_breaks_no_word(text: str, size: int) -> None:
    given = cells.plain_text(text)

    lines = cells.wrap(given, size)

    assert "".join("".join(lines).split()) == "".join(given.split())
    for line in lines:
        assert cells.width(line) <= size or cells.longest_word(line) > size
        assert cells.width(line) <= size or " " not in line.strip(" ")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two", ["one two"]),
        ("one two three", ["one two", "three"]),
        ("a longword", ["a", "longword"]),
        ("长谈长谈", ["长谈长", "谈"]),
        ("我长谈长、谈", ["我长谈", "长、谈"]),
        ("on\u00a0Mon 10", ["on\u00a0Mon", "10"]),
        ("on\u00a0Monday", ["on", "Monday"]),
    ],
)
def test_words_stay_whole(text: str, lines: list[str]) -> None:
    assert cells.wrap(text, 7) == lines


def test_a_sentence_is_set_in_below_its_first_line() -> None:
    assert cells.fold("  one two three four", 12) == [
        "  one two",
        "    three",
        "    four",
    ]


# -- tables


@pytest.mark.parametrize("width", [40, 50, 60, 80, 120])
def test_two_zones_are_told_apart_and_nothing_is_lost(width: int) -> None:
    """Whole columns were cut off, and the times of others."""
    items = [{**BOOKING, "timezone": zone} for zone in ZONES]

    with of_width(width):
        text = tables.bookings_table(items)

    assert max(widths(text)) <= width
    rows = text.split("bk_aaaaaa")[1:]
    for row, zone, time in zip(rows, ZONES, ("10:00", "15:00", "12:00"), strict=True):
        assert f"Mon 18 Jan 2027, {time}–" in row
        for part in (zone, "demo", "+1", "CANCELLED", "(rejected)", "Analytical"):
            assert part in row


@given(
    st.lists(st.tuples(TEXTS, TEXTS, TEXTS, st.integers(0, 10**9)), min_size=1),
    WIDTHS,
)
def test_no_cell_is_lost_and_no_line_is_too_wide(
    rows: list[tuple[str, str, str, int]], width: int
) -> None:
    items = [{"a": a, "b": b, "c": c, "n": n} for a, b, c, n in rows]

    with of_width(width):
        text = columns.table_text(
            items, {"A": "a", "Bee": "b", "Number": "n", "C": "c"}
        )

    screen = without_marks(text)
    assert max(widths(text)) <= width
    for *cell_texts, number in rows:
        assert f"{number:,}" in screen
        for cell in cell_texts:
            for word in cells._words(cells.plain_text(cell)):
                plain = without_marks(word).strip().replace(cells.BLANK, " ")
                assert is_shown(plain, screen, width)


@given(
    st.lists(
        st.tuples(TEXTS, st.sampled_from(STATUSES), st.sampled_from(ZONES)),
        min_size=1,
        max_size=8,
    ),
    WIDTHS,
)
def test_when_and_how_a_booking_stands_is_read_in_each_row(
    facts: list[tuple[str, tuple[str, str | None], str]], width: int
) -> None:
    items = [
        {
            **BOOKING,
            "uid": f"bk_{number}" + "z" * 11,
            "attendee": {"name": name, "email": "a@b.c"},
            "status": status,
            "resolution": resolution,
            "timezone": zone,
        }
        for number, (name, (status, resolution), zone) in enumerate(facts)
    ]

    with of_width(width):
        text = tables.bookings_table(items)

    assert max(widths(text)) <= width
    blocks = re.split(r"^(?=bk_\dzzzzz)", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(items)
    for item, block in zip(items, blocks, strict=True):
        assert words.meeting_time(item, with_zone=False) in block
        for word in words.status_text(item).split():
            assert word in block
        assert item["timezone"] in text


def test_a_column_without_anything_is_none() -> None:
    text = columns.table_text([{"a": "x", "b": None}], {"A": "a", "B": "b"})

    assert text == "A\n─\nx\n"


def test_an_odd_cell_stands_below_its_row() -> None:
    """One long name took the room of all the others."""
    items = [{"a": str(n), "b": "Ada", "c": "end"} for n in range(3)]
    items[1]["b"] = "x" * 50

    with of_width(40):
        text = columns.table_text(items, {"A": "a", "B": "b", "C": "c"})

    assert text.splitlines()[2:] == [
        "0  Ada  end",
        "1  …    end",
        "  B:",
        f"    {'x' * 35}…",
        "2  Ada  end",
    ]


# -- cards


@given(st.lists(st.tuples(st.text("AbC", min_size=1, max_size=12), TEXTS)), WIDTHS)
def test_a_card_says_all_of_it(facts: list[tuple[str, str]], width: int) -> None:
    with of_width(width):
        text = words.card_text(facts)

    said = [value for _, value in facts if value]
    whole = "".join("".join("".join(words.visible_lines(v)).split()) for v in said)
    labels = "".join(label for label, value in facts if value)
    assert sorted("".join(text.split())) == sorted(labels + whole)
    for line in text.splitlines():
        assert cells.width(line) <= width or cells.longest_word(line) > width - 30


def test_a_long_address_in_a_card_can_be_copied() -> None:
    with of_width(40):
        text = words.card_text([("Link", "https://" + "a" * 60), ("Who", "Ada")])

    assert text.splitlines() == ["Link", f"  https://{'a' * 60}", "Who   Ada"]
