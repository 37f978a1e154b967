"""Other people's calendars, read as stretches of busy time.

Nothing in a calendar is trusted: an event that cannot be read is skipped and named, and
spoils no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from calbook.core.busy import (
    LARGEST_FILE,
    MOST_EVENTS,
    CalendarContent,
    SkippedEvent,
    Stretch,
)
from calbook.core.checks import NAME_LENGTH, fold_email
from calbook.core.errors import BadInput
from calbook.core.model import LONGEST_CLAIM, Span
from calbook.core.time import times
from calbook.ical.reading.components import CalendarSource, Component, Unreadable
from calbook.ical.reading.effort import Effort
from calbook.ical.reading.events import read_event
from calbook.ical.reading.facts import (
    count_events,
    group_by_uid,
    is_free,
    is_one_event,
    name_event,
    name_object,
    title_of,
)
from calbook.ical.reading.own_time import own_time
from calbook.ical.reading.properties import (
    MOMENTS,
    Properties,
    read_component,
    read_what_can_be,
)
from calbook.ical.reading.series import (
    Changes,
    Event,
    Length,
    instant,
    occurrences,
    plan,
)
from calbook.ical.reading.structure import read_calendars
from calbook.ical.reading.zones import Zones

Progress = Callable[[int, int], object]
_Busy = tuple[int, int, str | None, str | None]  # from when until when, text, uid

MOST_DATES = 50_000  # of one event
MOST_IN_FILE = 400_000  # and of pieces, in which long ones are held
_IN_SMALL_FILE, _BYTES_OF_DATE = 80_000, 20  # one more for so many bytes
# Steps that rules are expanded in: of one event, and of a whole file.
MOST_WORK = 400_000
_WORK_ON_SMALL_FILE, _BYTES_OF_STEP = 900_000, 2

LARGEST_CALENDAR = 4 * LARGEST_FILE  # bytes of one that is kept in objects
_UID = re.compile(rb"^UID:[ \t]*([^\r\n]{1,1000})", re.MULTILINE | re.IGNORECASE)

_PIECE = int(LONGEST_CLAIM.total_seconds())
_OWN = "@calbook"
_BUSY_ALL_THE_SAME = ": its own time is busy all the same"
_ENDS = b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def read_busy_times(
    data: bytes,
    *,
    timezone: str,
    window: Span,
    email: str | None = None,
    shows_text: bool = False,
    strict: bool = False,
    careful: bool = False,
    progress: Progress | None = None,
) -> CalendarContent:
    """Busy time within a window, as of a host with a zone and an e-mail address.

    Whole days are the host's; so are times without a zone, unless the calendar has
    one, and times of a zone that nobody knows, unless `strict` skips these. With
    `careful` these are busy in each zone that could be meant, and what is left out is
    from its DTSTART to its end. `progress` is told how much of how much is done.

    Raises:
        BadInput: it is no calendar, or none that can be read at all.
    """
    calendars, skipped = read_calendars(data)
    total = sum(len(source.blocks) for source in calendars)
    reader = _Reader(timezone, window, email, shows_text, strict, careful)
    reader.begin(len(data), skipped)
    done = 0
    for source in calendars:
        for _ in reader.each(source):
            done += 1
            if progress is not None:
                progress(done, total)
    return reader.found()


def read_busy_objects(
    objects: Iterable[tuple[str, bytes]],
    *,
    timezone: str,
    window: Span,
    email: str | None = None,
    shows_text: bool = False,
    strict: bool = False,
    careful: bool = False,
) -> CalendarContent:
    """As `read_busy_times`, of a calendar that is kept in objects, each with its name.

    One that cannot be read spoils no other: it is skipped, and named by its UID, else
    by its name. What a file may hold is what all of them may hold together.

    Raises:
        BadInput: they are too many, or too large.
    """
    reader = _Reader(timezone, window, email, shows_text, strict, careful)
    size = events = 0
    for name, data in objects:
        size += len(data)
        try:
            calendars, skipped = read_calendars(data)
            reader.begin(len(data), [name_object(each, name) for each in skipped])
            events += sum(len(source.blocks) for source in calendars)
            for source in calendars:
                for _ in reader.each(source):
                    pass
        except Exception as error:  # whatever is wrong with it
            reader.skip_object(name, data, error)
        _check_size(size, events)
    return reader.found()


def _check_size(size: int, events: int) -> None:
    for has, most, what in (
        (size, LARGEST_CALENDAR, "bytes"),
        (events, MOST_EVENTS, "events"),
    ):
        if has > most:
            raise BadInput(
                f"the calendar has {has:,} {what} or more; at most {most:,} fit",
                length=has,
                most=most,
            )


class _Reader:
    """What has been read so far, and how much may still be."""

    def __init__(
        self,
        timezone: str,
        window: Span,
        email: str | None,
        shows_text: bool,
        strict: bool,
        careful: bool,
    ) -> None:
        self._timezone, self._window = timezone, window
        self._shows_text, self._strict, self._careful = shows_text, strict, careful
        self._email = None if email is None else fold_email(email)
        self._busy: dict[_Busy, None] = {}  # in the order of the file, none twice
        self._skipped: list[SkippedEvent] = []
        self._remarks: list[SkippedEvent] = []
        self._claimed: set[str] = set()
        self._first, self._last = times.epoch(window.start), times.epoch(window.end)
        self._events = self._free = self._pieces = 0
        self._is_off = False  # the calendar takes its events out
        self._size, self._most = 0, _IN_SMALL_FILE
        self._effort = Effort(_WORK_ON_SMALL_FILE, MOST_WORK)

    def begin(self, size: int, skipped: Iterable[SkippedEvent]) -> None:
        """A file or object of so many bytes: the more, the more it may hold."""
        self._size += size
        self._most = min(_IN_SMALL_FILE + self._size // _BYTES_OF_DATE, MOST_IN_FILE)
        self._effort.add(size // _BYTES_OF_STEP)
        self._skipped += skipped

    def skip_object(self, name: str, data: bytes, error: Exception) -> None:
        """Name one that cannot be read at all."""
        told = isinstance(error, BadInput | Unreadable)
        reason = str(error) if told else "it cannot be read"
        found = _UID.search(data)
        uid = found[1].decode("utf-8", "replace") if found else ""
        line = error.details.get("line", 1) if isinstance(error, BadInput) else 1
        if self._careful and self._add_own_times(data):
            reason += _BUSY_ALL_THE_SAME
        self._skipped.append(
            name_object(SkippedEvent(uid[:NAME_LENGTH] or None, line, reason), name)
        )

    def _add_own_times(self, data: bytes) -> bool:
        """Block the time of what was cut short; whether any can be told."""
        try:
            calendars, _ = read_calendars(data + _ENDS)
        except Exception:  # whatever is wrong with it
            return False
        done = [
            self._add_own_time(block, Zones(source, self._timezone))
            for source in calendars
            for block in source.blocks
        ]
        return any(done)

    def found(self) -> CalendarContent:
        return CalendarContent(
            tuple(self._stretches()),
            self._events,
            self._free,
            frozenset(self._claimed),
            tuple(dict.fromkeys(self._skipped)),
            tuple(dict.fromkeys(self._remarks)),
        )

    def each(self, source: CalendarSource) -> Iterator[object]:
        """Read a calendar; yields each component when it is done."""
        if source.head.get("CALSCALE", "GREGORIAN").upper() != "GREGORIAN":
            raise BadInput("only Gregorian calendars can be read", field="CALSCALE")
        flags = {"strict": self._strict, "careful": self._careful}
        zones = Zones(source, self._timezone, **flags)
        self._is_off = source.head.get("METHOD", "").upper() == "CANCEL"
        for group in group_by_uid(source.blocks):
            self._events += count_events(group)
            uid = group[0].first("UID")
            if uid is not None and uid.endswith(_OWN):
                self._claimed.add(uid)
            for _ in zones.readings():
                if group[0].kind == "VFREEBUSY":
                    self._add_periods(group[0], zones)
                elif not self._add_events(group, zones, uid):
                    break
            yield from group
        for block in source.unknown if self._careful else ():
            for _ in zones.readings():
                self._add_own_time(block, zones)

    def _add_periods(self, block: Component, zones: Zones) -> None:
        try:
            found, faults = read_component(block)
            self._add(self._within(self._periods(found, zones)))
        except Exception as error:  # whatever is wrong with it
            self._skip(block, zones, error)
        else:
            self._name_parts(block, faults, zones.take_remarks())

    def _add_events(
        self, group: list[Component], zones: Zones, uid: str | None
    ) -> bool:
        """Whether there may be busy ones among them."""
        events = []
        for block in group:
            try:
                events.append(self._event(block, zones))
            except Exception as error:  # whatever is wrong with it
                self._skip(block, zones, error)
        if events and not any(event.is_busy for event in events):
            self._free += count_events(group) if uid not in self._claimed else 0
            return False
        known = uid if uid in self._claimed else None
        for event, changes in plan(events):
            try:
                self._expand(event, changes, known)
            except Exception as error:
                self._skip(event.block, zones, error, "its dates cannot be worked out")
        return True

    def _skip(
        self,
        block: Component,
        zones: Zones,
        error: Exception,
        otherwise: str = "it cannot be read",
    ) -> None:
        reason = str(error) if isinstance(error, Unreadable) else otherwise
        if self._careful and self._add_own_time(block, zones):
            reason += _BUSY_ALL_THE_SAME
        self._skipped.append(name_event(block, reason))

    def _add_own_time(self, block: Component, zones: Zones) -> bool:
        """Block the time of an event that is left out; whether that can be told."""
        found = read_what_can_be(block)
        if self._is_off or is_free(found, self._email):
            return False
        if block.kind == "VFREEBUSY" and not is_one_event(found):
            return False
        text = title_of(found) if self._shows_text else None
        uid = block.first("UID")
        known = uid if uid in self._claimed else None
        try:
            spans = tuple(own_time(found, zones, times.zone(self._timezone)))
            self._add(self._within(spans, text, known))
        except (Unreadable, OverflowError, ValueError):
            return False
        return bool(spans)

    def _name_parts(
        self, block: Component, faults: list[str], remarks: list[str]
    ) -> None:
        """What was left out of an event that was read, and what was guessed."""
        self._skipped += [name_event(block, fault) for fault in faults]
        self._remarks += [name_event(block, remark) for remark in remarks]

    def _event(self, block: Component, zones: Zones) -> Event:
        zones.take_remarks()  # on one that was skipped
        found, faults = read_component(block, shows_text=self._shows_text)
        event, left_out, remarks = read_event(
            found,
            block,
            zones,
            times.zone(self._timezone),
            is_busy=not self._is_off and not is_free(found, self._email),
            text=title_of(found) if self._shows_text else None,
        )
        self._name_parts(block, faults + left_out, [*zones.take_remarks(), *remarks])
        return event

    def _expand(self, event: Event, changes: Changes, known: str | None) -> None:
        """Add the busy dates of an event that lie in the window."""
        self._effort.begin()
        found: dict[_Busy, None] = {}
        begin, finish = self._first, self._last
        room = self._most - self._pieces
        for own, start, end in occurrences(event, changes, self._window, self._effort):
            if begin < end and start < finish and start < end and own.is_busy:
                first, last = max(start, begin), min(end, finish)
                busy = first, last, own.text, known
                if busy not in self._busy:
                    found[busy] = None
                if len(found) > MOST_DATES:
                    raise Unreadable(f"it has more than {MOST_DATES:,} dates")
                if len(found) > room:
                    raise self._too_many()
        self._add(found)

    def _too_many(self) -> Unreadable:
        return Unreadable(f"the calendar has more than {self._most:,} dates")

    def _within(
        self,
        periods: Iterable[tuple[int, int]],
        text: str | None = None,
        uid: str | None = None,
    ) -> Iterator[_Busy]:
        for start, end in periods:
            first, last = max(start, self._first), min(end, self._last)
            if first < last:
                yield first, last, text, uid

    def _add(self, found: Iterable[_Busy]) -> None:
        """Long stretches that have a title are held in pieces."""
        more = dict.fromkeys(each for each in found if each not in self._busy)
        pieces = self._pieces + len(more)
        if self._shows_text:
            pieces += sum((each[1] - each[0]) // _PIECE for each in more if each[2])
        if pieces > self._most:
            raise self._too_many()
        self._busy |= more
        self._pieces = pieces

    def _stretches(self) -> Iterator[Stretch]:
        for first, last, text, uid in self._busy:
            yield Stretch(Span(times.instant(first), times.instant(last)), text, uid)

    def _periods(self, found: Properties, zones: Zones) -> Iterator[tuple[int, int]]:
        """The periods of a VFREEBUSY in which somebody is not free.

        Radicale writes a VFREEBUSY for each event: FBTYPE is a property of it, and its
        bounds are the event's.
        """
        periods = [
            zones.placed(period)
            for period in found.get("FREEBUSY", ())
            if period.about != "FREE"
        ]
        if is_one_event(found):
            periods = [tuple(zones.placed(found[edge][0]) for edge in MOMENTS[:2])]
        host = times.zone(self._timezone)
        for start, end in periods:
            begin = instant(start, host)
            if isinstance(end, Length):
                yield begin, begin + int(end.in_all.total_seconds())
            else:
                yield begin, instant(end, host)
