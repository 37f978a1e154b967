"""Other people's calendars, read as stretches of busy time.

Nothing in a calendar is trusted: an event that cannot be read is skipped and named,
and spoils no other.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from recurring_ical_events import EventAdapter, Occurrence, Series

from calbook.core.busy import CalendarContent, SkippedEvent, Stretch
from calbook.core.checks import NAME_LENGTH, fold_email
from calbook.core.errors import BadInput
from calbook.core.model import DAY, Span
from calbook.core.time import times
from calbook.ical.reading.components import CalendarSource, Component, Unreadable
from calbook.ical.reading.expansion_cost import (
    count_rules_without_dates,
    expansion_cost,
)
from calbook.ical.reading.properties import (
    LISTS,
    MOMENTS,
    mend_end,
    read_component,
)
from calbook.ical.reading.structure import read_calendars
from calbook.ical.reading.zones import Zones

Progress = Callable[[int, int], object]

MOST_DATES = 50_000  # of one event
MOST_IN_FILE = 500_000
# Days that are looked at to expand rules: of one event, and of a whole file.
MOST_WORK = 1_000_000
MOST_WORK_IN_FILE = 30_000_000
_BARREN = 6_000_000  # for a rule that has no date: it is followed to the year 9999

_OWN = "@calbook"


class _Event(EventAdapter):
    """An event as the library expands it, and what calbook asks of it besides."""

    def __init__(
        self, component: Any, block: Component, *, is_busy: bool, text: str | None
    ) -> None:
        super().__init__(component)
        self.block, self.is_busy, self.text = block, is_busy, text

    @property
    def recurs(self) -> bool:
        names = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
        return any(name in self._component for name in names)

    @property
    def rules(self) -> list[Any]:
        return _as_list(self._component.get("RRULE"))

    @property
    def is_heavy(self) -> bool:
        """Whether the library looks along the whole series for this override."""
        recurrence_id = self._component.get("RECURRENCE-ID")
        return recurrence_id is not None and (
            "RANGE" in recurrence_id.params or self.has_recurrence_rules()
        )

    @property
    def raw_end(self) -> Any:
        """A day at least where it is given in days; hours are elapsed time."""
        start, end = self.raw_start, super().raw_end
        if start == end and not isinstance(start, datetime):
            return start + DAY
        length = self._component.get("DURATION")
        if length is None or "DTEND" in self._component:
            return end
        if not isinstance(start, datetime):
            return end
        days = start + length.dt.days * DAY
        elapsed = days.astimezone(UTC) + timedelta(seconds=length.dt.seconds)
        return elapsed.astimezone(start.tzinfo)


class _Occurrence(Occurrence):
    """A date of an event, which it remembers."""

    def __init__(self, adapter: _Event, *args: Any, **facts: Any) -> None:
        super().__init__(adapter, *args, **facts)
        self.event = adapter


class _Series(Series):
    """The events of one UID."""

    def occurrence(self, adapter: _Event, start: Any = None, end: Any = None) -> Any:
        return _Occurrence(adapter, start, end)


def read_busy_times(
    data: bytes,
    *,
    timezone: str,
    window: Span,
    email: str | None = None,
    shows_text: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
) -> CalendarContent:
    """Busy time within a window, as of a host with a zone and an e-mail address.

    Whole days are the host's; so are times without a zone, unless the calendar has
    one, and times of a zone that nobody knows, unless `strict` skips these.
    `progress` is told how much of how much is done.

    Raises:
        BadInput: it is no calendar, or none that can be read at all.
    """
    calendars, skipped = read_calendars(data)
    total = sum(len(source.blocks) for source in calendars)
    reader = _Reader(timezone, window, email, shows_text, strict, skipped)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries' remarks on bad calendars
        done = 0
        for source in calendars:
            for _ in reader.each(source):
                done += 1
                if progress is not None:
                    progress(done, total)
    return reader.found()


class _Reader:
    """What has been read of a file so far, and how much may still be."""

    def __init__(
        self,
        timezone: str,
        window: Span,
        email: str | None,
        shows_text: bool,
        strict: bool,
        skipped: list[SkippedEvent],
    ) -> None:
        self._timezone, self._window = timezone, window
        self._shows_text, self._strict = shows_text, strict
        self._email = None if email is None else fold_email(email)
        self._stretches: list[Stretch] = []
        self._skipped = skipped
        self._remarks: list[SkippedEvent] = []
        self._claimed: set[str] = set()
        self._events = self._free = 0
        self._work_left = MOST_WORK_IN_FILE

    def found(self) -> CalendarContent:
        return CalendarContent(
            tuple(self._stretches),
            self._events,
            self._free,
            frozenset(self._claimed),
            tuple(self._skipped),
            tuple(self._remarks),
        )

    def each(self, source: CalendarSource) -> Iterator[object]:
        """Read a calendar; yields each component when it is done."""
        if source.head.get("CALSCALE", "GREGORIAN").upper() != "GREGORIAN":
            raise BadInput("only Gregorian calendars can be read", field="CALSCALE")
        zones = Zones(source, self._timezone, strict=self._strict)
        is_off = source.head.get("METHOD", "").upper() == "CANCEL"
        for group in _groups(source.blocks):
            self._events += 1
            uid = group[0].first("UID")
            if uid is not None and uid.endswith(_OWN):
                self._claimed.add(uid)
            if group[0].kind == "VFREEBUSY":
                self._add_periods(group[0], zones)
            else:
                self._add_events(group, zones, uid, is_off=is_off)
            yield from group

    def _add_periods(self, block: Component, zones: Zones) -> None:
        try:
            component, faults = read_component(block)
            spans = [self._clip(*period) for period in _periods(component, zones)]
        except Exception as error:  # whatever the libraries make of it
            self._skip(block, error)
        else:
            self._stretches += [Stretch(span) for span in spans if span is not None]
            self._name_parts(block, faults, zones.take_remarks())

    def _add_events(
        self, group: list[Component], zones: Zones, uid: str | None, *, is_off: bool
    ) -> None:
        events = []
        for block in group:
            try:
                events.append(self._event(block, zones, is_off=is_off))
            except Exception as error:  # whatever the libraries make of it
                self._skip(block, error)
        if events and not any(event.is_busy for event in events):
            self._free += uid not in self._claimed
            return
        try:
            self._stretches += self._expand(events, uid) if events else []
        except Exception as error:
            self._skip(group[0], error, "its dates cannot be worked out")

    def _skip(
        self, block: Component, error: Exception, otherwise: str = "it cannot be read"
    ) -> None:
        reason = str(error) if isinstance(error, Unreadable) else otherwise
        self._skipped.append(_named(block, reason))

    def _name_parts(
        self, block: Component, faults: list[str], remarks: list[str]
    ) -> None:
        """What was left out of an event that was read, and what was guessed."""
        self._skipped += [_named(block, fault) for fault in faults]
        self._remarks += [_named(block, remark) for remark in remarks]

    def _event(self, block: Component, zones: Zones, *, is_off: bool) -> _Event:
        zones.take_remarks()  # on one that was skipped
        component, faults = read_component(block, shows_text=self._shows_text)
        if "DTSTART" not in component:
            raise Unreadable("it has no DTSTART")
        for name in MOMENTS:
            if name in component:
                component[name].dt = zones.moment(component[name], name)
        for name in LISTS:
            for dates in _as_list(component.get(name)):
                for item in dates.dts:
                    item.dt = zones.in_zone(item.dt, dates.params)
        remarks = mend_end(component)
        self._name_parts(block, faults, [*zones.take_remarks(), *remarks])
        is_busy = not is_off and not _is_free(component, self._email)
        text = _text(component) if self._shows_text else None
        return _Event(component, block, is_busy=is_busy, text=text)

    def _expand(self, events: list[_Event], uid: str | None) -> list[Stretch]:
        stretches = []
        known = uid if uid in self._claimed else None
        for event, start, end in self._dates(events):
            span = self._clip(start, end) if event.is_busy else None
            if span is not None:
                stretches.append(Stretch(span, event.text, known))
        if len(self._stretches) + len(stretches) > MOST_IN_FILE:
            raise Unreadable(f"the calendar has more than {MOST_IN_FILE:,} dates")
        return stretches

    def _dates(self, events: list[_Event]) -> Iterable[tuple[_Event, Any, Any]]:
        """The dates near the window, each with the event that tells of it."""
        [first, *others] = events
        if not others and not first.recurs:
            return [(first, first.start, first.end)]
        self._charge(events)
        series = _Series(events)
        near = series.between(self._window.start - 2 * DAY, self._window.end + 2 * DAY)
        found = list(islice(near, MOST_DATES + 1))
        if len(found) > MOST_DATES:
            raise Unreadable(f"it has more than {MOST_DATES:,} dates")
        if series.recurrence.has_core:
            self._work_left -= _BARREN * count_rules_without_dates(series.recurrence)
        return [(date.event, date.start, date.end) for date in found]

    def _charge(self, events: list[_Event]) -> None:
        """Refuse rules of every second, before they are expanded from 1970 on."""
        work = sum(
            expansion_cost(rule, event.start, self._window.end)
            for event in events
            for rule in event.rules
        )
        work *= 1 + sum(event.is_heavy for event in events)
        if work > MOST_WORK:
            raise Unreadable("it repeats too often")
        self._work_left -= work
        if self._work_left < 0:
            raise Unreadable("the calendar takes too long to work out")

    def _clip(self, start: Any, end: Any) -> Span | None:
        """What lies in the window; None when nothing does."""
        first = max(self._instant(start), self._window.start)
        last = min(self._instant(end), self._window.end)
        return Span(first, last) if first < last else None

    def _instant(self, moment: date | datetime) -> datetime:
        if not 1970 < moment.year < times.LAST_YEAR:  # where zones would overflow
            return self._window.start if moment.year <= 1970 else self._window.end
        if not isinstance(moment, datetime):
            return times.day_start(moment, self._timezone)
        if moment.tzinfo is None:
            return times.instant_of_wall(moment, self._timezone)
        return moment.astimezone(UTC)


def _groups(blocks: Iterable[Component]) -> Iterable[list[Component]]:
    """The components of one UID together; those without one each alone."""
    found: dict[object, list[Component]] = {}
    for number, block in enumerate(blocks):
        uid = block.first("UID") if block.kind == "VEVENT" else None
        found.setdefault(number if uid is None else uid, []).append(block)
    return found.values()


def _named(block: Component, reason: str) -> SkippedEvent:
    uid = block.first("UID")
    return SkippedEvent(None if uid is None else uid[:NAME_LENGTH], block.line, reason)


def _periods(component: Any, zones: Zones) -> Iterator[tuple[Any, Any]]:
    """The periods of a VFREEBUSY in which somebody is not free.

    Radicale writes a VFREEBUSY for each event: FBTYPE is a property of it, and its
    bounds are the event's.
    """
    kind = str(component.get("FBTYPE", "FREE")).strip().upper()
    if kind != "FREE" and "FREEBUSY" not in component:
        start, end = (zones.moment(component[edge], edge) for edge in MOMENTS[:2])
        yield start, end
    for period in _as_list(component.get("FREEBUSY")):
        if str(period.params.get("FBTYPE", "BUSY")).upper() != "FREE":
            yield zones.in_zone((period.start, period.end), period.params)


def _is_free(component: Any, email: str | None) -> bool:
    """Whether its host can be booked all the same.

    Without TRANSP an event is opaque, whole days too (RFC 5545, 3.8.2.7).
    """
    status, transparency, outlook = (
        str(component.get(name, "")).strip().upper()
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
        _address(attendee) == email
        and str(attendee.params.get("PARTSTAT", "")).upper() == "DECLINED"
        for attendee in _as_list(component.get("ATTENDEE"))
    )


def _address(attendee: Any) -> str:
    scheme, _, address = str(attendee).strip().partition(":")
    return fold_email(address if scheme.upper() == "MAILTO" else "")


def _text(component: Any) -> str | None:
    """The event's title as one line that fits, if it has one."""
    words = str(component.get("SUMMARY", "")).replace("\0", "").split()
    return " ".join(words)[:NAME_LENGTH] or None


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
