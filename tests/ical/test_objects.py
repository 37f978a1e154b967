"""Calendars that are kept in objects: whatever one of them holds, the others block."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.broken_events import event

from calbook.core.errors import BadInput
from calbook.core.model import DAY, Span
from calbook.ical.reading import busy_times, objects

TEN = datetime(2027, 1, 18, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOW = Span(TEN - 30 * DAY, TEN + 365 * DAY)
SOUND = event(TEN, HOUR, uid="sound").encode()
PARTS = st.sampled_from(
    [
        *(b"BEGIN:VCALENDAR", b"END:VCALENDAR", b"BEGIN:VEVENT", b"END:VEVENT"),
        *(b"BEGIN:VTIMEZONE", b"TZID:Own", b"END:VTIMEZONE", b"UID:other"),
        *(b"DTSTART:20270119T100000Z", b"DTSTART;TZID=Own:20270119T100000"),
        *(b"DTEND:20270119T110000Z", b"RRULE:FREQ=SECONDLY", b"RRULE:FREQ=DAILY"),
        *(b"CALSCALE:JULIAN", b"EXDATE:x", b"DURATION:P", b" folded", b"\xff\xfe\0"),
    ]
)
HOSTILE = st.one_of(st.binary(max_size=300), st.lists(PARTS).map(b"\r\n".join))


def read(*data: bytes) -> list[Span]:
    """When somebody is busy by objects, in order."""
    named = ((f"{number}.ics", each) for number, each in enumerate(data))
    found = objects.read_busy_objects(named, timezone="UTC", window=WINDOW)
    return sorted(stretch.span for stretch in found.stretches)


@given(before=HOSTILE, after=HOSTILE)
def test_whatever_stands_beside_it_an_event_blocks(before: bytes, after: bytes) -> None:
    assert Span(TEN, TEN + HOUR) in read(before, SOUND, after)


@given(starts=st.lists(st.integers(0, 300), max_size=20))
def test_objects_block_what_they_block_in_one_file(starts: list[int]) -> None:
    texts = [event(TEN + n * HOUR, HOUR, uid=f"{n}") for n in starts]
    inner = [text[text.index("BEGIN:VEV") : text.index("END:VCAL")] for text in texts]
    whole = f"BEGIN:VCALENDAR\r\n{''.join(inner)}END:VCALENDAR\r\n".encode()

    found = busy_times.read_busy_times(whole, timezone="UTC", window=WINDOW)

    one_by_one = read(*(text.encode() for text in texts))
    assert one_by_one == sorted(stretch.span for stretch in found.stretches)


def test_all_objects_share_what_a_file_may_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(objects, "MOST_EVENTS", 5)

    with pytest.raises(BadInput, match="6 events or more; at most 5 fit"):
        read(*[SOUND] * 6)


def test_all_objects_share_the_dates_that_a_file_may_have() -> None:
    """Each would be allowed what a file is: a thousand of them never ended."""
    line = "DURATION:PT1M\r\nRRULE:FREQ=HOURLY"
    starts = [TEN + n * timedelta(minutes=1) for n in range(30)]
    texts = [event(at, HOUR, uid=f"{n}", line=line) for n, at in enumerate(starts)]
    size = sum(map(len, texts))

    found = objects.read_busy_objects(
        [(f"{n}.ics", text.encode()) for n, text in enumerate(texts)],
        timezone="UTC",
        window=WINDOW,
    )

    most = 80_000 + size // 20
    assert most - 9_000 < len(found.stretches) <= most
    assert {each.reason for each in found.skipped} == {
        f"the calendar has more than {most:,} dates"
    }
