"""What attendees send to an organizer: REPLY, COUNTER and REFRESH (RFC 5546, 3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from calbook.core.booking.replies import Method
from calbook.core.errors import BadInput
from calbook.core.model import DAY, Span
from calbook.core.time import times
from calbook.ical.reading.components import (
    ONSETS,
    CalendarSource,
    Component,
    Unreadable,
    name_of,
)
from calbook.ical.reading.lines import numbered_lines
from calbook.ical.reading.properties import (
    Properties,
    Property,
    read_component,
    read_line,
)
from calbook.ical.reading.series import Length
from calbook.ical.reading.zones import Zones

MOST_ANSWERS = 100  # of one message
_MOST_LINES = 20_000
_LONGEST_LINE = 10_000
_LONGEST_COMMENT = 500
_MOST_ATTENDEES = 1_000
_LARGEST_SEQUENCE = 2**31 - 1
_LONGEST = 366 * DAY  # of a meeting that is proposed

_CONTROL = re.compile("[\0-\x1f\x7f-\x9f]+")
_METHODS = frozenset(Method)
_SCHEME = re.compile("mailto:", re.IGNORECASE)
_DATES = ("RECURRENCE-ID", "DTSTART", "DTEND", "DURATION")
_BEGIN, _END = "BEGIN", "END"


class Answerer(NamedTuple):
    """An ATTENDEE: the addresses by which it may be known, and its PARTSTAT."""

    addresses: tuple[str, ...]
    partstat: str


class Answer(NamedTuple):
    """One VEVENT of what an attendee sends.

    `dates` are its moments, which are placed once it is known whose zone a time
    without one is in. `stamped_at` is None where it says none.
    """

    method: Method
    uid: str
    attendees: tuple[Answerer, ...]
    sequence: int
    stamped_at: datetime | None
    comment: str | None
    dates: Properties
    source: CalendarSource
    is_cut_short: bool = False  # its VEVENT has no end

    @property
    def has_date(self) -> bool:
        """Whether it is about one date of a series, or those from one on."""
        return "RECURRENCE-ID" in self.dates

    @property
    def is_from_then_on(self) -> bool:
        return self.has_date and self.dates["RECURRENCE-ID"][0].about == "THISANDFUTURE"

    def date_in(self, timezone: str) -> date | datetime:
        """RECURRENCE-ID as an instant, or as the local date that it is."""
        return self._placed(self.dates["RECURRENCE-ID"][0], timezone)

    def proposed_in(self, timezone: str, length: timedelta) -> Span | None:
        """The time of a COUNTER; `length` is that of the meeting, where it says none.

        Raises:
            BadInput: a moment cannot be placed.
        """
        if "DTSTART" not in self.dates:
            return None
        start = self._placed(self.dates["DTSTART"][0], timezone)
        if not isinstance(start, datetime):
            return None  # a whole day is no time that anybody could move to
        if not times.FIRST_YEAR <= start.year < times.LAST_YEAR:
            return None
        end = start + length
        if "DTEND" in self.dates:
            given = self._placed(self.dates["DTEND"][0], timezone)
            end = given if isinstance(given, datetime) else end
        elif "DURATION" in self.dates:
            given_length = self.dates["DURATION"][0].value
            assert isinstance(given_length, Length)
            end = start + min(given_length.in_all, _LONGEST)
        return Span(start, end) if end > start else None

    def _placed(self, prop: Property, timezone: str) -> date | datetime:
        try:
            placed: date | datetime = Zones(self.source, timezone).placed(prop)
            return placed.astimezone(UTC) if isinstance(placed, datetime) else placed
        except (Unreadable, OverflowError, ValueError):
            raise BadInput(
                "its answer cannot be read: no calendar has its date"
            ) from None


def read_answers(data: bytes, *, method: str | None = None) -> tuple[Answer, ...]:
    """The answers of a calendar file; none of one with another METHOD.

    `method` is what a mail says of a part that does not say it itself.

    Raises:
        BadInput: it is too long or too deep, or its answer cannot be read.
    """
    head, zones, events, is_cut_short = _read_components(data)
    said = (head or method or "").upper()
    if said not in _METHODS:
        return ()
    if len(events) > MOST_ANSWERS:
        raise BadInput(
            f"it answers {len(events):,} times; at most {MOST_ANSWERS} are read"
        )
    source = CalendarSource({}, zones, [], [])
    try:
        answers = [_read_answer(Method(said), each, source) for each in events]
    except Unreadable as error:
        raise BadInput(f"its answer cannot be read: {error}") from None
    if is_cut_short:
        answers[-1:] = [each._replace(is_cut_short=True) for each in answers[-1:]]
    return tuple(answers)


def _read_components(
    data: bytes,
) -> tuple[str | None, list[Component], list[Component], bool]:
    """METHOD, the zones and the events, without what stands within events.

    And whether the last event has no end.
    """
    method: str | None = None
    zones: list[Component] = []
    events: list[Component] = []
    opened: list[str] = []
    for count, (number, line) in enumerate(numbered_lines(data)):
        if count > _MOST_LINES:
            raise BadInput(f"the calendar has more than {_MOST_LINES:,} lines")
        if len(line) > _LONGEST_LINE:
            continue  # a description that quotes the whole mail
        word, _, kind = line.strip().upper().partition(":")
        if word == _BEGIN:
            opened.append(kind)
            if kind in ("VEVENT", "VTIMEZONE") and _is_at_top(opened):
                (events if kind == "VEVENT" else zones).append(Component(kind, number))
            elif kind in ONSETS and opened[-2:-1] == ["VTIMEZONE"]:
                zones[-1].add(f"BEGIN:{kind}")
        elif word == _END:
            while opened and opened.pop() != kind:
                pass
        elif opened == ["VCALENDAR"] and name_of(line) == "METHOD":
            method = line.partition(":")[2].strip()
        else:
            _keep(line, opened, zones, events)
    return method, zones, events, "VEVENT" in opened


def _is_at_top(opened: list[str]) -> bool:
    return opened[:-1] in (["VCALENDAR"], [])


def _keep(
    line: str, opened: list[str], zones: list[Component], events: list[Component]
) -> None:
    kind = opened[-1] if opened else ""
    if kind == "VEVENT" and _is_at_top(opened):
        events[-1].add(line, name_of(line))
    elif kind == "VTIMEZONE" and _is_at_top(opened):
        zones[-1].keep(line)
    elif kind in ONSETS and opened[-2:-1] == ["VTIMEZONE"]:
        zones[-1].keep_onset(line)


def _read_answer(method: Method, block: Component, source: CalendarSource) -> Answer:
    dated = Component("VEVENT", block.line)
    used = _DATES if method is Method.COUNTER else _DATES[:1]
    for line in block.lines:
        if name_of(line) in used:
            dated.add(line, name_of(line))
    properties, _ = read_component(dated)
    for name in _DATES:
        if len(properties.get(name, ())) > 1:
            raise Unreadable(f"{name} stands there twice")
    return Answer(
        method=method,
        uid=_only_value(block, "UID"),
        attendees=tuple(_attendees(block)),
        sequence=_sequence(_only_value(block, "SEQUENCE")),
        stamped_at=_stamp(_only_value(block, "DTSTAMP")),
        comment=_comment(block),
        dates=properties,
        source=source,
    )


def _values(block: Component, name: str) -> Iterator[tuple[dict[str, str], str]]:
    for line in block.lines:
        if name_of(line) == name:
            yield read_line(line)


def _only_value(block: Component, name: str) -> str:
    """Its value; of several that differ nobody can tell which is meant."""
    found = {value for _, value in _values(block, name)}
    if len(found) > 1:
        raise Unreadable(f"{name} stands there twice")
    return next(iter(found), "")


def _attendees(block: Component) -> Iterator[Answerer]:
    """By the address, and by EMAIL, as the address may be a path (RFC 7986, 6.2)."""
    for count, (parameters, value) in enumerate(_values(block, "ATTENDEE")):
        if count >= _MOST_ATTENDEES:
            raise Unreadable(f"it has more than {_MOST_ATTENDEES:,} attendees")
        given = [value, parameters.get("EMAIL", "")]
        addresses = (_SCHEME.sub("", each, count=1).strip() for each in given)
        yield Answerer(
            tuple(each for each in addresses if "@" in each),
            parameters.get("PARTSTAT", "NEEDS-ACTION").upper(),
        )


def _sequence(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise Unreadable("SEQUENCE cannot be read")
    return min(int(text), _LARGEST_SEQUENCE)


def _stamp(text: str) -> datetime | None:
    """DTSTAMP is in UTC (RFC 5545, 3.8.7.2); without a Z it is taken to be."""
    if not text:
        return None
    found = re.fullmatch(r"(\d{8}T\d{6})Z?", text.upper(), re.ASCII)
    try:
        if found is not None:
            return datetime.strptime(f"{found[1]}+0000", "%Y%m%dT%H%M%S%z")
    except ValueError:
        pass
    raise Unreadable("DTSTAMP cannot be read")


def _comment(block: Component) -> str | None:
    """What the attendee wrote, on one line; the first that says anything."""
    for _, value in _values(block, "COMMENT"):
        plain = re.sub(r"\\([\\;,nN])", lambda m: " " if m[1] in "nN" else m[1], value)
        text = " ".join(_CONTROL.sub(" ", plain).split())
        if text:
            return text[:_LONGEST_COMMENT]
    return None
