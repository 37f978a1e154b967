"""Other people's calendars, read as stretches of busy time.

Nothing in a calendar is trusted: an event that cannot be read is skipped and named, and
spoils no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from calbook.core.busy import CalendarContent, SkippedEvent, Stretch
from calbook.core.checks import NAME_LENGTH, fold_email
from calbook.core.errors import BadInput
from calbook.core.model import LONGEST_CLAIM, Span
from calbook.core.progress import Progress
from calbook.core.time import times
from calbook.ical.reading.components import (
    CalendarSource,
    Component,
    Unreadable,
    group_by_uid,
)
from calbook.ical.reading.effort import Effort
from calbook.ical.reading.events import read_event
from calbook.ical.reading.own_time import own_time
from calbook.ical.reading.plain_events import read_plain_event
from calbook.ical.reading.properties import (
    MOMENTS,
    Properties,
    read_component,
    read_text,
    read_what_can_be,
    text_of,
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

_Busy = tuple[int, int, str | None, str | None]  # from when until when, text, uid

MOST_DATES = 50_000  # of one event
MOST_IN_FILE = 400_000  # and of pieces, in which long ones are held
_IN_SMALL_FILE, _BYTES_OF_DATE = 80_000, 20  # one more for so many bytes
# Steps that rules are expanded in: of one event, and of a whole file.
MOST_WORK = 400_000
_WORK_ON_SMALL_FILE, _BYTES_OF_STEP = 900_000, 2

_PIECE = int(LONGEST_CLAIM.total_seconds())
_OWN = "@calbook"
BUSY_ALL_THE_SAME = ": its own time is busy all the same"
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
    one. Times of a zone that nobody knows are busy in each that may be meant, unless
    `strict` skips these. With `careful` what is left out is busy from its DTSTART to
    its end. `progress` is told how much of how much is done.

    Raises:
        BadInput: it is no calendar, or none that can be read at all.
    """
    calendars, skipped = read_calendars(data)
    total = sum(len(source.blocks) for source in calendars)
    reader = ContentReader(timezone, window, email)
    reader.shows_text, reader.is_strict = shows_text, strict
    reader.is_careful = careful
    reader.begin(len(data))
    reader.skipped += skipped
    done = 0
    for source in calendars:
        for _ in reader.each(source):
            done += 1
            if progress is not None:
                progress(done, total)
    return reader.found()


class ContentReader:
    """What has been read so far, and how much may still be."""

    def __init__(
        self,
        timezone: str,
        window: Span,
        email: str | None,
    ) -> None:
        self._timezone, self._window = timezone, window
        self.shows_text = self.is_strict = self.is_careful = False
        self._email = None if email is None else fold_email(email)
        self._busy: dict[_Busy, None] = {}  # in the order of the file, none twice
        self.skipped: list[SkippedEvent] = []
        self._remarks: list[SkippedEvent] = []
        self._claimed: set[str] = set()
        self._first, self._last = times.epoch(window.start), times.epoch(window.end)
        self._events = self._free = self._pieces = 0
        self._is_off = False  # the calendar takes its events out
        self._most, self._effort = 0, Effort(0)  # nothing before `begin`

    def begin(self, size: int) -> None:
        """Read so many bytes: the more there are, the more they may hold."""
        self._most = min(_IN_SMALL_FILE + size // _BYTES_OF_DATE, MOST_IN_FILE)
        self._effort = Effort(_WORK_ON_SMALL_FILE + size // _BYTES_OF_STEP, MOST_WORK)

    def found(self) -> CalendarContent:
        return CalendarContent(
            tuple(self._stretches()),
            self._events,
            self._free,
            frozenset(self._claimed),
            tuple(dict.fromkeys(self.skipped)),
            tuple(dict.fromkeys(self._remarks)),
        )

    def each(self, source: CalendarSource) -> Iterator[object]:
        """Read a calendar; yields each component when it is done."""
        if source.head.get("CALSCALE", "GREGORIAN").upper() != "GREGORIAN":
            raise BadInput("only Gregorian calendars can be read", field="CALSCALE")
        zones = Zones(source, self._timezone, strict=self.is_strict)
        self._is_off = source.head.get("METHOD", "").upper() == "CANCEL"
        for uid, group in group_by_uid(source.blocks):
            self._events += _count(group)
            if uid is not None and uid.endswith(_OWN):
                self._claimed.add(uid)
            is_read = len(group) == 1 and self._add_plain(group[0], zones, uid)
            for _ in zones.readings() if not is_read else ():
                if group[0].kind == "VFREEBUSY":
                    self._add_periods(group[0], zones)
                elif not self._add_events(group, zones, uid):
                    break
            yield from group
        for block in source.unknown if self.is_careful else ():
            for _ in zones.readings():
                self._add_own_time(block, zones)

    def _add_plain(self, block: Component, zones: Zones, uid: str | None) -> bool:
        """Whether it is an event that could be read without more ado."""
        is_event = block.kind == "VEVENT" and not block.is_too_long
        event = read_plain_event(block, zones) if is_event else None
        if event is None:
            return False
        if self._is_off or not event.is_busy:
            self._free += uid not in self._claimed
            return True
        text = None
        if self.shows_text and event.title is not None:
            text = _title(read_text(event.title))
        known = uid if uid in self._claimed else None
        try:
            self._add(self._within([(event.start, event.end)], text, known))
        except Unreadable:
            return False
        return True

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
            self._free += _count(group) if uid not in self._claimed else 0
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
        if self.is_careful and self._add_own_time(block, zones):
            reason += BUSY_ALL_THE_SAME
        self.skipped.append(_named(block, reason))

    def add_own_times(self, data: bytes) -> bool:
        """Block the time of what was cut short; whether any can be told."""
        calendars, _ = read_calendars(data + _ENDS)
        done = [
            self._add_own_time(block, Zones(source, self._timezone))
            for source in calendars
            for block in source.blocks
        ]
        return any(done)

    def _add_own_time(self, block: Component, zones: Zones) -> bool:
        """Block the time of an event that is left out; whether that can be told."""
        found = read_what_can_be(block)
        is_free = self._is_off or _is_free(found, self._email)
        if is_free or (block.kind == "VFREEBUSY" and not _is_one_event(found)):
            return False
        text = _text(found) if self.shows_text else None
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
        self.skipped += [_named(block, fault) for fault in faults]
        self._remarks += [_named(block, remark) for remark in remarks]

    def _event(self, block: Component, zones: Zones) -> Event:
        zones.take_remarks()  # on one that was skipped
        found, faults = read_component(block, shows_text=self.shows_text)
        event, left_out, remarks = read_event(
            found,
            block,
            zones,
            times.zone(self._timezone),
            is_busy=not self._is_off and not _is_free(found, self._email),
            text=_text(found) if self.shows_text else None,
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
        if self.shows_text:
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
        if _is_one_event(found):
            periods = [tuple(zones.placed(found[edge][0]) for edge in MOMENTS[:2])]
        host = times.zone(self._timezone)
        for start, end in periods:
            begin = instant(start, host)
            if isinstance(end, Length):
                yield begin, begin + int(end.in_all.total_seconds())
            else:
                yield begin, instant(end, host)


def _is_one_event(found: Properties) -> bool:
    """Whether a VFREEBUSY is Radicale's of an event that is busy."""
    kind = text_of(found, "FBTYPE").strip().upper() or "FREE"
    return kind != "FREE" and "FREEBUSY" not in found


def _count(group: list[Component]) -> int:
    """How many events they are: those that change one of them are none."""
    if len(group) == 1:
        return 1
    return sum("RECURRENCE-ID" not in block.names for block in group) or 1


def _named(block: Component, reason: str) -> SkippedEvent:
    uid = block.first("UID")
    return SkippedEvent(None if uid is None else uid[:NAME_LENGTH], block.line, reason)


def _is_free(found: Properties, email: str | None) -> bool:
    """Whether its host can be booked all the same.

    Without TRANSP an event is opaque, whole days too (RFC 5545, 3.8.2.7).
    """
    status, transparency, outlook = (
        text_of(found, name).strip().upper()
        for name in ("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS")
    )
    if (
        status in {"CANCELLED", "CANCELED"}
        or transparency == "TRANSPARENT"
        or outlook == "FREE"
    ):
        return True
    if not transparency and outlook == "WORKINGELSEWHERE":
        return True
    return email is not None and any(
        attendee.about == "DECLINED" and fold_email(attendee.value) == email
        for attendee in found.get("ATTENDEE", ())
    )


def _text(found: Properties) -> str | None:
    """The event's title as one line that fits, if it has one."""
    return _title(text_of(found, "SUMMARY"))


def _title(said: str) -> str | None:
    words = said.replace("\0", "").split()
    return " ".join(words)[:NAME_LENGTH] or None
