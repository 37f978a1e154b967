"""What is written line by line is what icalendar writes, to the byte."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calbook.core.model import Span
from calbook.core.time import times
from calbook.ical.writing import moments, values
from calbook.ical.writing.components import Component, write_parameters
from calbook.ical.writing.event_text import clean_line, clean_text

TEXTS = st.text(max_size=200) | st.text("\\;,:\"^'’\r\n\t =é😀a", max_size=200)
LENGTHS = st.integers(-400_000, 400_000) | st.integers(-400, 400).map(lambda n: n * 900)


def ours(name: str, value: str | None, parameters: str = "") -> bytes:
    component = Component("VEVENT")
    component.add(name, value, parameters)
    return component.to_ical()


def theirs(name: str, value: Any) -> bytes:
    component = icalendar.Event()
    component.add(name, value)
    return component.to_ical()


@given(text=TEXTS)
@example(text="x" * 65 + "\\" + "y")
@example(text="x" + "é" * 32 + ";" + "y")
@example(text="x" * 65 + "😀")
def test_text_is_escaped_and_folded_alike(text: str) -> None:
    """But for a typed `\\N`, which icalendar takes for a line break."""
    cleaned = clean_text(text).replace("\\N", "\\M")
    if cleaned:
        expected = theirs("SUMMARY", icalendar.vText(cleaned))

        assert ours("SUMMARY", values.text(cleaned)) == expected


@given(name=TEXTS, role=st.sampled_from(["REQ-PARTICIPANT", "CHAIR"]))
def test_parameters_are_quoted_alike(name: str, role: str) -> None:
    given = {"CN": clean_line(name), "ROLE": role}
    address = icalendar.vCalAddress("mailto:a@b.c", params=given)

    written = ours("ORGANIZER", "mailto:a@b.c", write_parameters(given))

    assert written == theirs("ORGANIZER", address)


@given(seconds=LENGTHS)
@example(seconds=0)
@example(seconds=3601)
@example(seconds=-900)
def test_lengths_are_written_alike(seconds: int) -> None:
    length = timedelta(seconds=seconds)

    assert ours("DURATION", values.duration(length)) == theirs("DURATION", length)


@given(seconds=st.integers(-86_399, 86_399))
def test_offsets_are_written_alike(seconds: int) -> None:
    offset = timedelta(seconds=seconds)

    assert values.offset(offset) == icalendar.vUTCOffset(offset).to_ical()


@given(moment=st.datetimes(timezones=st.just(UTC)))
def test_instants_are_written_alike(moment: datetime) -> None:
    written = ours("DTSTAMP", values.utc(moment))

    assert written == theirs("DTSTAMP", moment)


def test_properties_stand_in_the_order_of_icalendar() -> None:
    names = ["URL", "COMMENT", "UID", "RRULE", "DTSTART", "COMMENT", "SUMMARY"]
    component, library = Component("VEVENT"), icalendar.Event()
    for number, name in enumerate(names):
        component.add(name, str(number))
        library.add(name, icalendar.vText(str(number)))

    assert component.to_ical() == library.to_ical()


def test_what_has_no_value_is_left_out() -> None:
    assert ours("SUMMARY", None) == b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"


# -- wall times ----------------------------------------------------------------------

CHANGES = [
    pytest.param("America/New_York", "2027-03-14 07:00", id="forward"),
    pytest.param("America/New_York", "2027-11-07 06:00", id="back"),
    pytest.param("Australia/Lord_Howe", "2027-04-03 15:00", id="by half an hour"),
    pytest.param("Pacific/Apia", "2011-12-30 10:00", id="a day left out"),
    pytest.param("Pacific/Kwajalein", "1993-08-21 12:00", id="another one"),
    pytest.param("Africa/Casablanca", "2025-02-23 02:00", id="for a month"),
    pytest.param("America/Boa_Vista", "2000-10-15 03:00", id="back after a week"),
]


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_a_time_near_a_change_is_plain_where_the_wall_shows_it_once(
    zone: str, change: str
) -> None:
    around = datetime.fromisoformat(change).replace(tzinfo=UTC)
    for quarter in range(-4 * 24 * 6, 4 * 24 * 6):
        start = around + quarter * timedelta(minutes=15)
        span = Span(start, start)
        wall = times.wall_time(start, zone)

        is_plain = len(times.possible_instants(wall, zone)) == 1

        assert moments.is_plain(span, zone) == is_plain
        (written, _), _ = moments.write_span(span, zone, zones=[zone])
        assert written == (values.wall(wall) if is_plain else values.utc(start))
