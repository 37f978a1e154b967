"""Whatever a raw description holds: the events of a calendar file are found."""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime

import pytest

from calbook.core.busy import CalendarContent
from calbook.core.errors import BadInput
from calbook.core.model import Span
from calbook.ical.reading.busy_times import read_busy_times
from calbook.ical.reading.structure import read_calendars

WINDOW = Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
DATES = "DTSTART:20270118T150000Z\nDTEND:20270118T160000Z\n"
FIRST = f"BEGIN:VEVENT\nUID:a\n{DATES}END:VEVENT\n"
SECOND = FIRST.replace("UID:a", "UID:b").replace("0118", "0119")
ALARM = "BEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM\n"
BOTH = ["01-18T15", "01-19T15"]


def calendar(*inner: str) -> str:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{''.join(inner)}END:VCALENDAR\n"


def read(data: str | bytes, **options: bool) -> CalendarContent:
    data = data.encode() if isinstance(data, str) else data
    zone = "America/New_York"
    return read_busy_times(data, timezone=zone, window=WINDOW, **options)


def starts(found: CalendarContent) -> list[str]:
    return sorted(f"{each.span.start:%m-%dT%H}" for each in found.stretches)


def raw(text: str, *, before: bool) -> str:
    """Two events, the first with a line break that nobody escaped."""
    summary = f"DESCRIPTION:Foo\n{text}\nmore\n"
    inner = summary + DATES if before else DATES + summary
    return calendar(f"BEGIN:VEVENT\nUID:a\n{inner}END:VEVENT\n", SECOND)


STRAY = [
    *("END:VEVENT", "end:vevent", "END:VCALENDAR", "END: of story", "END:", "END:x"),
    *("END:VTIMEZONE", "END:VALARM", "END:STANDARD", "END:VFREEBUSY", "END:VEVETN"),
    *("BEGIN:VEVENT", "BEGIN:VCALENDAR", "Begin: 10 am", "Begin:Monday", "BEGIN:"),
    *("BEGIN:VALARM", "BEGIN:VTODO", "BEGIN:VTIMEZONE", "BEGIN:STANDARD"),
    *("BEGIN:VFREEBUSY", "BEGIN:A\nBEGIN:B\nBEGIN:C", "END:VEVENT\nfoo\nEND:VEVENT"),
    *("BEGIN:VEVENT\nEND:VEVENT", "END:VEVENT\nEND:VCALENDAR"),
]


@pytest.mark.parametrize(
    "line", ["DTEND 20270118T190000Z", "rrule FREQ=WEEKLY", "DURATION", " EXDATE 2027"]
)
def test_a_time_without_a_colon_is_named(line: str) -> None:
    """The event was read without it, and nobody was told."""
    found = read(calendar(FIRST.replace("END:VEVENT", f"{line.strip()}\nEND:VEVENT")))

    assert [each.reason for each in found.skipped] == [f"{line.strip()} is no property"]
    assert starts(found) == BOTH[:1]


@pytest.mark.parametrize("before", [True, False], ids=["before", "behind"])
@pytest.mark.parametrize("text", STRAY)
def test_a_stray_line_is_named_and_loses_nothing(text: str, before: bool) -> None:
    """END ended the calendar in silence, and BEGIN refused the whole file."""
    found = read(raw(text, before=before))

    assert (starts(found), found.events) == (BOTH, 2)
    assert {each.line for each in found.skipped} & set(range(4, 16))


@pytest.mark.parametrize("before", [True, False], ids=["before", "behind"])
@pytest.mark.parametrize("text", ["BEGIN:VCALENDAR\nEND:VCALENDAR", "Begin:x\nEnd:x"])
def test_what_is_balanced_within_a_text_does_no_harm(text: str, before: bool) -> None:
    found = read(raw(text, before=before))

    assert (starts(found), found.skipped) == (BOTH, ())


@pytest.mark.parametrize("before", [True, False], ids=["before", "behind"])
def test_a_calendar_within_a_text_keeps_the_event_around_it(before: bool) -> None:
    pasted = FIRST.replace("0118", "0201").replace("UID:a", "UID:c")

    found = read(raw(calendar(pasted), before=before))

    assert starts(found) == [*BOTH, "02-01T15"]


def test_an_alarm_goes_on_with_the_event_whose_text_held_its_end() -> None:
    data = raw("END:VEVENT", before=False).replace("more\n", f"more\n{ALARM}")

    found = read(data)

    assert (starts(found), [each.line for each in found.skipped]) == (BOTH, [8])


BEGUN = "BEGIN:VEVENT\n"
ENDED = "END:VEVENT\n"
MISSING = {
    "the first END": calendar(FIRST.replace(ENDED, ""), SECOND),
    "the last END": calendar(FIRST, SECOND.replace(ENDED, "")),
    "the first BEGIN": calendar(FIRST.replace(BEGUN, ""), SECOND),
    "the last BEGIN": calendar(FIRST, SECOND.replace(BEGUN, "")),
    "a BEGIN before an alarm": calendar(
        FIRST,
        f"{SECOND.replace(BEGUN, '').replace(ENDED, '')}{ALARM}{ENDED}",
    ),
    "the END of busy times": calendar("BEGIN:VFREEBUSY\n", FIRST, SECOND),
    "the END of a task": calendar("BEGIN:VTODO\nDTSTART:20270120\n", FIRST, SECOND),
    "the END of a zone": calendar("BEGIN:VTIMEZONE\nTZID:x\n", FIRST, SECOND),
    "the END of an alarm": calendar(
        FIRST.replace(ENDED, f"BEGIN:VALARM\nDURATION:PT5M\n{ENDED}"), SECOND
    ),
    "the END of a calendar": calendar(FIRST)[: -len("END:VCALENDAR\n")]
    + calendar(SECOND),
}


@pytest.mark.parametrize("data", MISSING.values(), ids=MISSING)
def test_a_missing_marker_is_named_and_loses_nothing(data: str) -> None:
    found = read(data)

    assert starts(found) == BOTH
    assert len(found.skipped) >= 1


def test_bounds_within_an_alarm_are_the_event_s() -> None:
    """A stray BEGIN:VALARM, and the real one was lost: the event had no end."""
    first = FIRST.replace("DTEND", "BEGIN:VALARM\nDTEND").replace(
        ENDED, f"END:VALARM\n{ENDED}"
    )

    found = read(calendar(first, SECOND))

    assert starts(found) == BOTH
    assert [each.line for each in found.skipped] == [6]


MISSPELT = {
    "a BEGIN": calendar(FIRST, SECOND.replace("BEGIN:VEVENT", "BEGIN:VEVNT")),
    "an END": calendar(FIRST.replace("END:VEVENT", "END:VEVNT"), SECOND),
}


def test_a_misspelt_marker_is_understood() -> None:
    for name in ("a BEGIN", "an END"):
        found = read(MISSPELT[name])
        assert (starts(found), found.skipped) == (BOTH, ())
    found = read(calendar(FIRST, SECOND).replace("END:VCALENDAR", "END:VCALENDARD"))
    assert (starts(found), found.skipped) == (BOTH, ())


def test_an_event_of_no_known_kind_is_named() -> None:
    found = read(calendar(FIRST, SECOND.replace("VEVENT", "VEVNT")))

    assert starts(found) == BOTH[:1]
    assert found.skipped == ((None, 8, "BEGIN:VEVNT is not known"),)


OUTSIDE = {
    "a mark of the bytes' order": (f"{calendar(FIRST)}\ufeff{calendar(SECOND)}", []),
    "blank lines": (f"\n\n{calendar(FIRST)}\n \n{calendar(SECOND)}\n\x1a\n\0", []),
    "an event": (calendar(FIRST) + SECOND, []),
    "text between": (f"{calendar(FIRST)}a\nb\n{calendar(SECOND)}", [9]),
    "text behind": (calendar(FIRST, SECOND) + "X-COMMENT:Cached", [14]),
    "text before": (f"Dear all,\n{calendar(FIRST, SECOND)}", [1]),
    "an END": (f"{calendar(FIRST, SECOND)}END:VCALENDAR\n", [14]),
}


@pytest.mark.parametrize(("data", "lines"), OUTSIDE.values(), ids=OUTSIDE)
def test_what_stands_outside_of_calendars_is_named(data: str, lines: list[int]) -> None:
    """It was passed over unsaid; a BOM before a second calendar lost that."""
    found = read(data)

    assert starts(found) == BOTH
    assert [each.line for each in found.skipped] == lines


def test_an_event_alone_is_read() -> None:
    assert starts(read(FIRST + SECOND)) == BOTH


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (calendar(FIRST)[:-25] + calendar(SECOND), "the calendar is cut short"),
        (FIRST[:-12], "the calendar is cut short: it has no END:VEVENT"),
        (calendar(FIRST)[:-40], "the calendar is cut short: it has no END:VCALENDAR"),
        ("BEGIN:VTODO\nEND:VTODO\n", "it is not a calendar file"),
        ("END:VEVENT\n", "it is not a calendar file"),
        (calendar(BEGUN * 10_000), "the calendar is broken: at line 102 "),
    ],
)
def test_what_is_no_whole_calendar_is_refused(data: str, message: str) -> None:
    with pytest.raises(BadInput, match=f"^{message}"):
        read(data)


ENCODINGS = ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"]


@pytest.mark.parametrize("encoding", [*ENCODINGS, "utf-32-be"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r", "\r\r\n"], ids=repr)
def test_the_bytes_may_be_of_any_kind(encoding: str, ends: str) -> None:
    folded = calendar(FIRST, SECOND).replace("DTSTART:2027", "DTST\n ART:20\n\t27")

    found = read(folded.replace("\n", ends).encode(encoding))

    assert (starts(found), found.skipped) == (BOTH, ())
    if not encoding.startswith("utf-8"):
        big = b"\xfe\xff" + folded.replace("\n", ends).encode("utf-16-be")
        assert starts(read(big)) == BOTH


WAYS = {
    "ENDs": "EXDATE:1\nEND:VEVENT\n",
    "events without a start": BEGUN + ENDED,
    "ENDs of calendars": "END:VCALENDAR\n",
    "carriage returns": "\r",
    "colons": "EXDATE;X=1:2027:2027\n",
}


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_the_work_grows_with_the_file_and_no_faster(text: str) -> None:
    """Counted in lines that Python runs, so that no machine is too slow for it."""

    def steps(length: int) -> int:
        count = 0

        def trace(frame: object, event: str, arg: object) -> object:
            nonlocal count
            count += 1
            return trace

        data = calendar(FIRST[: -len(ENDED)], text * length, ENDED).encode()
        sys.settrace(trace)  # type: ignore[arg-type]
        try:
            read_calendars(data)
        finally:
            sys.settrace(None)
        return count

    assert steps(800) < 3 * steps(400) + 1_000


def test_an_event_around_two_calendars_is_taken_out_of_its_own() -> None:
    """It was searched for in the calendar that begins within it: a traceback."""
    text = "BEGIN:VEVENT\nBEGIN:VEVENT\nBEGIN:VCALENDAR\nBEGIN:VCALENDAR\nEND:VEVENT\n"

    found = read(FIRST + text + f"{DATES}END:VEVENT\nEND:VCALENDAR\n")

    assert starts(found) == ["01-18T15"]
    assert found.skipped


MARKERS = [
    f"{word}:{kind}"
    for word in ("BEGIN", "END")
    for kind in ("VEVENT", "VCALENDAR", "VALARM", "VTIMEZONE", "STANDARD", "Foo", "x y")
]


def test_no_event_is_lost_in_silence() -> None:
    """Markers put in and lines taken out by chance; dates taken out are gone."""
    chance = random.Random(11)
    event = FIRST.replace(ENDED, f"DESCRIPTION:x\n{ALARM}{ENDED}")
    whole = calendar(*(event.replace("0118", f"01{day}") for day in range(10, 14)))
    for _ in range(400):
        lines = whole.replace("UID:a\n", "").splitlines()
        for _ in range(chance.randint(1, 2)):
            at = chance.randrange(1, len(lines))
            if chance.random() < 0.7:
                lines.insert(at, chance.choice(MARKERS))
            elif not lines[at].startswith("DT"):
                del lines[at]
        try:
            found = read("\n".join(lines))
        except BadInput:
            continue
        assert found.skipped or len({*starts(found)}) == 4
