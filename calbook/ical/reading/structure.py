"""Which BEGIN and END of a calendar file belong together, and which are stray.

A description that was written raw may hold any line. What opens or closes nothing is
passed over and named; the rest is read on to the end.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, pairwise

from calbook.core.busy import LARGEST_FILE, MOST_EVENTS, SkippedEvent
from calbook.core.errors import BadInput
from calbook.core.text import excerpt, printable
from calbook.ical.reading.components import (
    COMPONENT_LENGTHS,
    HEAD_PROPERTIES,
    ONSETS,
    CalendarSource,
    Component,
    name_of,
)
from calbook.ical.reading.lines import numbered_lines

Marker = tuple[str, str]  # BEGIN or END, and of what; no words of any other line

_EVENTS = frozenset({"VEVENT", "VFREEBUSY"})
_OF_CALENDARS = frozenset({*COMPONENT_LENGTHS, "VTODO", "VJOURNAL", "VAVAILABILITY"})
_KNOWN = _OF_CALENDARS | ONSETS | {"VCALENDAR", "VALARM", "AVAILABLE"}
_KIND = re.compile(r"[A-Z0-9-]{1,80}", re.ASCII)
_MANY = frozenset({"RDATE", "EXDATE", "RRULE", "ATTENDEE", "FREEBUSY"})
_LOST_COLON = re.compile(
    r"\s*(DT(START|END)|DURATION|RRULE|(EX|R)DATE|RECURRENCE-ID|FREEBUSY)\b(?!\s*[:;])",
    re.IGNORECASE,
)
_DEEPEST = 100
_THE_END = ("", "the end")


def read_calendars(data: bytes) -> tuple[list[CalendarSource], list[SkippedEvent]]:
    """The calendars of a file, and the lines of it that were passed over.

    Events outside of any calendar belong to the one before.

    Raises:
        BadInput: it is no calendar file, is too large, or was cut short.
    """
    if len(data) > LARGEST_FILE:
        raise BadInput(
            f"the file has {len(data):,} bytes or more; at most {LARGEST_FILE:,} fit",
            length=len(data),
            most=LARGEST_FILE,
        )
    structure = _Structure()
    lines = ((number, line, _marker(line)) for number, line in numbered_lines(data))
    for line, (_, _, following) in pairwise(chain(lines, [(0, "", _THE_END)])):
        structure.read(*line, following)
    return structure.calendars()


def _marker(line: str) -> Marker:
    if line[:1] not in ("B", "b", "E", "e") or len(line) > 200:
        return "", ""
    word, colon, kind = line.upper().partition(":")
    word = word.strip()
    return (word, kind.strip()) if colon and word in ("BEGIN", "END") else ("", "")


CUT_SHORT_HINT = "fetch the file again"


class _Structure:
    """The calendars read so far, and what is open."""

    def __init__(self) -> None:
        self._found: list[CalendarSource] = []
        self._has_calendar = False
        self._skipped: list[SkippedEvent] = []
        self._open: list[Component] = []
        self._events = 0  # with calendars and zones: what is kept of a file
        self._kinds: Counter[str] = Counter()
        self._passed = self._passed_from = 0  # lines outside any calendar
        # The event that ended last and its line; what has stood in none since.
        self._ended: tuple[Component, int] | None = None
        self._between = Component("VEVENT", 0)

    def calendars(self) -> tuple[list[CalendarSource], list[SkippedEvent]]:
        if not self._found or not (self._has_calendar or self._found[0].blocks):
            raise BadInput(
                "it is not a calendar file",
                hint="iCalendar begins with BEGIN:VCALENDAR",
            )
        if self._open:
            first = self._open[0]
            raise BadInput(
                f"the calendar is cut short: it has no END:{printable(first.kind)}",
                hint=CUT_SHORT_HINT,
                line=first.line,
            )
        self._name_passed()
        return self._found, self._skipped

    def read(self, number: int, line: str, own: Marker, following: Marker) -> None:
        """Take a line; `own` is the marker in it, `following` in the next one."""
        word, kind = own
        is_start = word == "BEGIN" and kind in {"VCALENDAR", *_OF_CALENDARS}
        if not word or not (self._found or is_start):
            self._read_property(number, line)
        elif word == "BEGIN":
            self._begin(number, kind, line)
        elif not self._end(number, kind, following):
            self._name(number, line)

    def _read_property(self, number: int, line: str) -> None:
        if self._open and _LOST_COLON.match(line):
            self._name(number, line, "is no property")
        if not self._open:
            self._passed_from = self._passed_from or number
            self._passed += 1
        elif len(self._open) == 1 and self._open[0].kind == "VCALENDAR":
            name = name_of(line)
            if name in HEAD_PROPERTIES:
                value = line.partition(":")[2].strip()
                self._found[-1].head.setdefault(name, value)
        elif self._open[-1].kind in ONSETS and self._open[-2:-1] and self._is_onset():
            self._open[-2].keep_onset(line)
            return
        else:
            self._open[-1].keep(line)
            return
        self._between.line = self._between.line or number
        self._between.keep(line)

    def _is_onset(self) -> bool:
        return self._open[-2].kind == "VTIMEZONE"

    def _name(self, number: int, line: str, why: str = "stands alone") -> None:
        self._skipped.append(
            SkippedEvent(None, number, f"{excerpt(line.strip())} {why}")
        )

    def _name_passed(self) -> None:
        if self._passed:
            lines = "line stands" if self._passed == 1 else "lines stand"
            reason = f"{self._passed:,} {lines} outside any calendar"
            self._skipped.append(SkippedEvent(None, self._passed_from, reason))
        self._passed = self._passed_from = 0

    # -- what begins -------------------------------------------------------------------

    def _begin(self, number: int, kind: str, line: str) -> None:
        top = self._open[-1].kind if self._open else "VCALENDAR"
        is_in_zone = top == "VTIMEZONE" or top in ONSETS
        if not _KIND.fullmatch(kind) or (is_in_zone and kind not in _KNOWN):
            self._name(number, line)
        elif kind == "VCALENDAR" and top == "VCALENDAR":
            self._begin_calendar(number)
        else:
            if kind == "VALARM" and top == "VCALENDAR":
                self._begin_what_holds_alarm()
            self._begin_component(Component(kind, number))

    def _begin_what_holds_alarm(self) -> None:
        """An event that ended too early, or one whose BEGIN is missing."""
        if "DTSTART" in self._between.names and not self._lacks_a_start():
            component = self._between
            self._name(component.line, "VEVENT", "has no BEGIN")
            self._place(component)
            self._push(component)
        elif self._ended is not None:
            self._go_on_with_ended()

    def _begin_calendar(self, number: int) -> None:
        if self._open:
            self._name(self._open[-1].line, "BEGIN:VCALENDAR", "has no END")
            self._pop()
        self._found.append(CalendarSource({}, [], [], []))
        self._has_calendar = True
        self._push(Component("VCALENDAR", number))

    def _begin_component(self, component: Component) -> None:
        if not self._found:
            self._found.append(CalendarSource({}, [], [], []))
        if component.kind in COMPONENT_LENGTHS:
            self._place(component)
        elif component.kind in ONSETS and self._open[-1:] and self._is_in_zone():
            self._open[-1].add(f"BEGIN:{component.kind}")
        self._push(component)

    def _is_in_zone(self) -> bool:
        return self._open[-1].kind == "VTIMEZONE"

    def _place(self, component: Component) -> None:
        source = self._found[-1]
        is_zone = component.kind == "VTIMEZONE"
        (source.zones if is_zone else source.blocks).append(component)

    def _count(self, kind: str) -> None:
        """Refuse what would take too much memory, far above anybody's calendar."""
        self._events += kind == "VCALENDAR" or kind in COMPONENT_LENGTHS
        if self._events > MOST_EVENTS:
            raise BadInput(
                f"the file has {self._events:,} events or more;"
                f" at most {MOST_EVENTS:,} fit",
                hint="import it in parts, each under a name of its own",
                length=self._events,
                most=MOST_EVENTS,
            )

    def _push(self, component: Component) -> None:
        self._count(component.kind)
        if len(self._open) >= _DEEPEST:
            raise BadInput(
                f"the calendar is broken: at line {component.line:,} more than"
                f" {_DEEPEST:,} components are open",
                line=component.line,
            )
        self._name_passed()
        self._forget()
        self._open.append(component)
        self._kinds[component.kind] += 1

    def _forget(self) -> None:
        if self._ended is not None:
            self._ended[0].close()
        self._ended, self._between = None, Component("VEVENT", 0)

    # -- what ends ---------------------------------------------------------------------

    def _end(self, number: int, kind: str, following: Marker) -> bool:
        """Whether the line ends something."""
        if kind == "VCALENDAR":
            return self._end_calendar(following)
        if self._kinds[kind]:
            self._end_component(number, kind, following)
            return True
        if kind == "VEVENT" and self._end_what_did_not_begin(number):
            return True
        if not self._is_misspelt(kind, following):
            return False
        if following == _THE_END:
            return self._end_calendar(following)
        self._end_component(number, self._open[-1].kind, following)
        return True

    def _end_calendar(self, following: Marker) -> bool:
        """Within an event it is a line of its text, unless the file ends there."""
        at = self._last({"VCALENDAR"})
        if at is None:
            return False
        is_within = any(each.kind in COMPONENT_LENGTHS for each in self._open[at:])
        if is_within and following not in (_THE_END, ("BEGIN", "VCALENDAR")):
            return False
        self._unwind(at)
        self._pop()
        return True

    def _is_misspelt(self, kind: str, following: Marker) -> bool:
        """An END closes what is open, however it is spelt, where the next one begins.

        That of the calendar too, where the file ends.
        """
        if kind in _KNOWN or not _KIND.fullmatch(kind) or not self._open:
            return False
        top = self._open[-1].kind
        if top == "VCALENDAR":
            return following == _THE_END
        word, what = following
        begins = word == "BEGIN" and what in _OF_CALENDARS
        return top in _OF_CALENDARS and (begins or following == ("END", "VCALENDAR"))

    def _end_component(self, number: int, kind: str, following: Marker) -> None:
        at = self._last({kind})
        assert at is not None
        self._unwind(at)
        component = self._pop()
        if kind not in _EVENTS:
            if kind not in _KNOWN and "DTSTART" in component.names:
                self._name(component.line, f"BEGIN:{kind}", "is not known")
                self._keep_unknown(component)
            self._give_back(component)
            component.close()
            return
        outer = self._last({kind}) if self._kinds[kind] else None
        if outer is not None and self._is_end_of_outer(outer, component, following):
            self._unwind(outer)
            component = self._pop()
        self._forget()
        self._ended = (component, number)

    def _keep_unknown(self, component: Component) -> None:
        """It may be an event, if it is in none."""
        if not self._open or self._open[-1].kind == "VCALENDAR":
            self._found[-1].unknown.append(component)

    def _give_back(self, inner: Component) -> None:
        """An event's bounds that stand in what it holds, such as an alarm."""
        outer = self._open[-1] if self._open else inner
        lacks = {"DTSTART", "DTEND"} & inner.names - outer.names
        if outer.kind == "VEVENT" and lacks and "DURATION" not in outer.names:
            self._name(inner.line, f"BEGIN:{inner.kind}", "holds what is the event's")
            for line in inner.lines:
                if name_of(line) in lacks:
                    outer.keep(line)

    def _is_end_of_outer(self, at: int, inner: Component, following: Marker) -> bool:
        """Whether an event within another was none, or the other had no END."""
        outer = self._open[at]
        kinds = {each.kind for each in self._open[at:]}
        if following == ("END", "VCALENDAR") and "VCALENDAR" in kinds:
            return False  # a whole calendar within its text
        around = (each.names for each in self._open[at:])
        if "DTSTART" not in inner.names or not any("DTSTART" in one for one in around):
            self._name(inner.line, f"BEGIN:{inner.kind}")
            _take_out(self._found, inner)
            _take_over(outer, inner)
            return True
        word, kind = following
        if following in (_THE_END, ("END", "VCALENDAR")) or (
            word == "BEGIN" and kind in _OF_CALENDARS
        ):
            self._name(outer.line, f"BEGIN:{outer.kind}", "has no END")
            return True
        return False

    def _last(self, kinds: frozenset[str] | set[str]) -> int | None:
        """Where the innermost of some kinds is open."""
        places = range(len(self._open) - 1, -1, -1)
        return next((at for at in places if self._open[at].kind in kinds), None)

    def _unwind(self, at: int) -> None:
        """What was opened within and has no END was none, unless it is an event."""
        within = [self._pop() for _ in self._open[at + 1 :]]
        for component in reversed(within):
            self._name(component.line, f"BEGIN:{component.kind}", "has no END")
            if component.kind != "VEVENT" and self._open[at].kind == "VEVENT":
                _take_over(self._open[at], component)
                if component.kind == "VFREEBUSY":
                    _take_out(self._found, component)

    def _pop(self) -> Component:
        component = self._open.pop()
        self._kinds[component.kind] -= 1
        if component.kind in ONSETS and self._open and self._is_in_zone():
            self._open[-1].add(f"END:{component.kind}")
        return component

    def _end_what_did_not_begin(self, number: int) -> bool:
        """An event whose BEGIN is missing or misspelt, or whose END came before."""
        if self._open and self._open[-1].kind not in _KNOWN:
            if "DTSTART" not in self._open[-1].names:
                return False
            component = self._pop()
            component.kind = "VEVENT"
        elif "DTSTART" in self._between.names and not self._lacks_a_start():
            component = self._between
            self._name(component.line, "VEVENT", "has no BEGIN")
        elif self._ended is not None and self._between.lines:
            self._go_on_with_ended()
            component = self._pop()
            self._forget()
            self._ended = (component, number)
            return True
        else:
            self._between = Component("VEVENT", 0)
            return False
        self._place(component)
        self._forget()
        self._ended = (component, number)
        return True

    def _lacks_a_start(self) -> bool:
        return self._ended is not None and "DTSTART" not in self._ended[0].names

    def _go_on_with_ended(self) -> None:
        """Its END was a line of its text."""
        assert self._ended is not None
        component, number = self._ended
        self._name(number, f"END:{component.kind}", "stands within it")
        _take_over(component, self._between)
        self._ended, self._passed, self._passed_from = None, 0, 0
        self._push(component)


def _take_out(calendars: list[CalendarSource], block: Component) -> None:
    """It is one of the last, or of the calendar around one that began within it."""
    for blocks in (source.blocks for source in reversed(calendars)):
        for at in range(len(blocks) - 1, -1, -1):
            if blocks[at] is block:
                del blocks[at]
                return


def _take_over(component: Component, stray: Component) -> None:
    """What stood behind a stray marker is the event's, if it had none of the kind."""
    names = component.names - _MANY
    for line in stray.lines:
        if name_of(line) not in names:
            component.keep(line)
