"""The entry of a booking, however a server or a program writes it anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.properties import examples

from calbook import Booking, Client
from calbook.core.errors import BadInput
from calbook.ical.reading.entries import Entry, read_entry

TEXT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\n"
    "UID:bk_1@calbook\r\nDTSTAMP:20270104T090000Z\r\n"
    "DTSTART;TZID=America/New_York:20270118T100000\r\n"
    "DTEND;TZID=America/New_York:20270118T103000\r\n"
    "RRULE:FREQ=WEEKLY;COUNT=3\r\nSUMMARY:Tea\\, and cake\r\n"
    "DESCRIPTION:One\\nTwo\r\nLOCATION:Rua 1\r\nX-CALBOOK-DIGEST:a.b\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def read(text: str) -> Entry:
    return read_entry(text.encode())


REWRITTEN: dict[str, Callable[[str], str]] = {
    "other line ends": lambda text: text.replace("\r\n", "\n"),
    "folded": lambda text: text.replace("and cake", "and\r\n  cake"),
    "in UTC": lambda text: (
        re.sub(r";TZID=America/New_York:(2027\d+T)1(\d)", r":\g<1>1\g<2>", text)
        .replace("T100000", "T150000Z")
        .replace("T103000", "T153000Z")
    ),
    "as a length": lambda text: re.sub("DTEND.*?\r\n", "DURATION:PT30M\r\n", text),
    "with another stamp": lambda text: text.replace("20270104T", "20290104T"),
    "with an alarm": lambda text: text.replace(
        "END:VEVENT", "BEGIN:VALARM\r\nSUMMARY:No\r\nEND:VALARM\r\nEND:VEVENT"
    ),
    "with parameters": lambda text: text.replace("SUMMARY:", 'SUMMARY;X="a:b;c":'),
    "with more blanks": lambda text: text.replace("and cake", "and  cake").replace(
        "Two", "Two\\n"
    ),
    "without our digest": lambda text: re.sub("X-CALBOOK.*?\r\n", "", text),
    "by icalendar": lambda text: icalendar.Calendar.from_ical(text).to_ical().decode(),
}
CHANGED: dict[str, Callable[[str], str]] = {
    "moved": lambda text: text.replace("T10", "T11"),
    "one date less": lambda text: text.replace("COUNT=3", "COUNT=2"),
    "renamed": lambda text: text.replace("Tea", "Coffee"),
    "elsewhere": lambda text: text.replace("Rua 1", "Rua 2"),
    "described": lambda text: text.replace("Two", "Three"),
    "off": lambda text: text.replace("END:VEVENT", "STATUS:CANCELLED\r\nEND:VEVENT"),
    "free": lambda text: text.replace("END:VEVENT", "TRANSP:TRANSPARENT\r\nEND:VEVENT"),
}


@pytest.mark.parametrize("how", REWRITTEN)
def test_what_is_only_written_in_another_way_says_the_same(how: str) -> None:
    assert REWRITTEN[how](TEXT) != TEXT
    assert read(REWRITTEN[how](TEXT)).digest == read(TEXT).digest


@pytest.mark.parametrize("how", [each for each in CHANGED if each != "off"])
def test_what_says_something_else_is_another(how: str) -> None:
    assert read(CHANGED[how](TEXT)).digest != read(TEXT).digest


def test_what_is_off_is_no_entry() -> None:
    with pytest.raises(BadInput):
        read(CHANGED["off"](TEXT))


def test_additions_are_the_owners_lines() -> None:
    alarm = "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n"
    added = f"CATEGORIES:Work\r\nCOLOR:red\r\n{alarm}"

    found = read(TEXT.replace("END:VEVENT", f"{added}END:VEVENT"))

    assert [*found.additions] == added.split("\r\n")[:-1]
    assert (found.uid, found.said) == ("bk_1@calbook", "a.b")


@examples(60)
@given(
    st.lists(
        st.sampled_from([*TEXT.split("\r\n"), "BEGIN:VALARM", "END:VALARM", "BEGIN:X"]),
        max_size=25,
    )
)
def test_whatever_lines_come_it_is_read_or_refused(lines: list[str]) -> None:
    try:
        found = read("\r\n".join(lines))
    except BadInput:
        return

    assert len(found.digest) == 24


def test_what_was_written_says_itself_what_it_was(
    client: Client, booking: Callable[..., Booking], tmp_path: Path
) -> None:
    client.set_up(email="grace@example.com", name="Grace \x1b[31m; “Hopper”")
    client.calendar.connections.add("work", tmp_path, push=True)
    booking(
        attendee={"name": "Ada, A; B\\", "email": "a@b.example"},
        notes="END:VEVENT\nBEGIN:VALARM\n\x07" + "long " * 400,
    )
    client.deliver()
    [file] = tmp_path.iterdir()

    found = read_entry(file.read_bytes())

    assert (found.said or "").startswith(f"{found.digest}.")
    assert found.additions == ()
    assert b"\x1b" not in file.read_bytes()
