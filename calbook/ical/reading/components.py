"""A calendar file cut into its components, before anything in them is believed.

Only the lines that say when somebody is busy are kept, so that no broken description,
alarm or attachment spoils an event, and each event can be read by itself.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from calbook.core.busy import LARGEST_FILE, MOST_EVENTS
from calbook.core.errors import BadInput
from calbook.core.text import printable

# In characters of what is kept of each.
_LONGEST_TITLE = 10_000
COMPONENT_LENGTHS = {"VEVENT": 1_000_000, "VFREEBUSY": 10_000_000, "VTIMEZONE": 100_000}

_DATES = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE"})
_KEPT_PROPERTIES = {
    "VCALENDAR": frozenset({"X-WR-TIMEZONE", "CALSCALE", "METHOD"}),
    "VEVENT": _DATES
    | {"UID", "DURATION", "RRULE", "SEQUENCE", "STATUS", "TRANSP", "SUMMARY"}
    | {"ATTENDEE", "X-MICROSOFT-CDO-BUSYSTATUS"},
    "VFREEBUSY": frozenset({"UID", "FREEBUSY"}),
}
_ONCE = frozenset({"UID", "SEQUENCE", "STATUS", "TRANSP", "SUMMARY"})
_NAME = re.compile(r"[ \t]*([A-Za-z0-9-]+)[ \t]*[:;]")
_BEGIN = re.compile(
    rb"(?:\A|[\r\n])BEGIN:(?:VCALENDAR|VEVENT|VFREEBUSY|VTIMEZONE)\b", re.IGNORECASE
)
_TZID = re.compile(r";[ \t]*TZID[ \t]*=", re.IGNORECASE)


class Unreadable(Exception):
    """An event that is to be skipped, with the reason that people are told."""


class Component:
    """A component: its kind, the line it begins in, and what is kept of it."""

    __slots__ = ("_size", "kind", "line", "lines", "names")

    def __init__(self, kind: str, line: int) -> None:
        self.kind, self.line = kind, line
        self.lines: list[str] = []
        self.names: set[str] = set()
        self._size = 0

    @property
    def is_too_long(self) -> bool:
        return self._size > COMPONENT_LENGTHS[self.kind]

    def keep(self, line: str, name: str = "") -> None:
        """Add a line, unless there are too many or it may stand only once."""
        if self.is_too_long or (name in _ONCE and name in self.names):
            return
        self.lines.append(line)
        self.names.add(name)
        self._size += len(line)

    def first(self, name: str) -> str | None:
        """The plain value of a property, as it stands there."""
        lines = (line for line in self.lines if _name(line) == name)
        return next((line.partition(":")[2].strip() for line in lines), None)


class CalendarSource(NamedTuple):
    """One VCALENDAR: its own lines, its zones, and what takes place."""

    head: dict[str, str]
    zones: list[Component]
    blocks: list[Component]


def read_calendars(data: bytes) -> list[CalendarSource]:
    """The calendars of a file.

    Raises:
        BadInput: it is no calendar file, is too large, or was cut short.
    """
    if len(data) > LARGEST_FILE:
        raise BadInput(
            f"the file has {len(data):,} bytes or more; at most {LARGEST_FILE:,} fit",
            length=len(data),
            most=LARGEST_FILE,
        )
    found: list[CalendarSource] = []
    _check_events(data)
    lines = _lines(data.removeprefix(b"\xef\xbb\xbf"))
    for number, line in lines:
        if _word(line) == "BEGIN:VCALENDAR":
            found.append(_source(lines, number))
        elif line.strip() and not found:
            break
    if not found:
        raise BadInput(
            "it is not a calendar file", hint="iCalendar begins with BEGIN:VCALENDAR"
        )
    return found


def _check_events(data: bytes) -> None:
    """Refuse what would take too much memory; far above what anybody's calendar has."""
    found = sum(1 for _ in _BEGIN.finditer(data))
    if found > MOST_EVENTS:
        raise BadInput(
            f"the file has {found:,} events or more; at most {MOST_EVENTS:,} fit",
            hint="import it in parts, each under a name of its own",
            length=found,
            most=MOST_EVENTS,
        )


def _source(lines: Iterator[tuple[int, str]], begun: int) -> CalendarSource:
    """Read on to the end of a VCALENDAR."""
    source = CalendarSource({}, [], [])
    open_: list[str] = []
    block: Component | None = None
    for number, line in lines:
        word = _word(line)
        if word.startswith("BEGIN:"):
            open_.append(word[6:])
            if len(open_) == 1:
                block = _open_component(source, open_[0], number)
        elif word.startswith("END:"):
            if not open_:
                return source
            _check_end(word, open_[-1], number)
            if block is not None and block.kind == "VTIMEZONE":
                block.keep(line)
            open_.pop()
            block = block if open_ else None
            continue
        if block is not None:
            _keep(block, line, is_own=len(open_) == 1)
        elif not open_:
            _keep_head(source, line)
    raise BadInput(
        "the calendar is cut short: it has no END:VCALENDAR",
        hint="fetch the file again",
        line=begun,
    )


def _open_component(source: CalendarSource, kind: str, number: int) -> Component | None:
    if kind not in COMPONENT_LENGTHS:
        return None
    block = Component(kind, number)
    (source.zones if kind == "VTIMEZONE" else source.blocks).append(block)
    return block


def _check_end(word: str, open_: str, number: int) -> None:
    """An END closes what is open, however it is spelt, but never the whole calendar."""
    if word == "END:VCALENDAR":
        raise BadInput(
            f"the calendar is broken: it ends at line {number:,} within a"
            f" {printable(open_[:80])}",
            line=number,
        )


def _keep(block: Component, line: str, *, is_own: bool) -> None:
    """A zone is kept whole; of an event some properties, none of its alarms'."""
    if block.kind == "VTIMEZONE":
        block.keep(line)
        return
    name = _name(line) if is_own else ""
    if name not in _KEPT_PROPERTIES[block.kind] or not line.partition(":")[2].strip():
        return
    if name == "ATTENDEE" and "DECLINED" not in line.upper():
        return
    if name == "SUMMARY":
        line = line[:_LONGEST_TITLE]
    if name == "RRULE":
        line = "".join(line.split())  # Outlook writes blanks behind commas
    block.keep(_without_zone(line) if name in _DATES else line, name)


def _without_zone(line: str) -> str:
    """The name of a zone under another parameter, so that only `zones` obeys it.

    The library looks zones up among files, and keeps those of one calendar for all.
    """
    return _TZID.sub(";X-TZID=", line)


def _keep_head(source: CalendarSource, line: str) -> None:
    name = _name(line)
    if name in _KEPT_PROPERTIES["VCALENDAR"]:
        value = line.rpartition(":")[2].strip()
        source.head.setdefault(name, value)


def _name(line: str) -> str:
    found = _NAME.match(line)
    return found[1].upper() if found else ""


def _word(line: str) -> str:
    return line.strip().upper() if line[:1] in "BbEe" and len(line) < 200 else ""


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Unfolded lines with their numbers; a fold may lie within a character."""
    number = begun = 0
    parts: list[bytes] = []
    for number, raw in enumerate(io.BytesIO(data), 1):
        line = raw.rstrip(b"\r\n")
        if line[:1] in (b" ", b"\t") and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield begun, b"".join(parts).decode("utf-8", "replace")
        parts, begun = [line], number
    if parts:
        yield begun, b"".join(parts).decode("utf-8", "replace")
