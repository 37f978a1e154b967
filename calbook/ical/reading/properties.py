"""The properties of one component, as values of the library.

Dates are read here and not there, so that one bad date among many, a blank, or a
zone's name that should have been quoted spoils nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar

from calbook.core.model import DAY
from calbook.core.text import excerpt
from calbook.ical.reading.components import DATES, Component, Unreadable, name_of

MOMENTS = ("DTSTART", "DTEND", "RECURRENCE-ID")
LISTS = ("RDATE", "EXDATE")
_NEEDED = frozenset({*MOMENTS, *LISTS, "DURATION", "FREEBUSY"})
_DATED = DATES | {"FREEBUSY"}
_NOT_OF = {
    "VEVENT": frozenset({"FREEBUSY", "FBTYPE", "RRULE"}),
    "VFREEBUSY": _NEEDED - {"FREEBUSY", "DTSTART", "DTEND"},
}
_LENGTH: Any = icalendar.vDuration.from_ical
_LINE: Any = icalendar.parser.Contentline
_KINDS = {"VEVENT": icalendar.Event, "VFREEBUSY": icalendar.FreeBusy}

_QUOTED_OR = r'"[^"]*"|'
_COLON = re.compile(_QUOTED_OR + ":")
_PARAMETER = re.compile(f'(?:{_QUOTED_OR}[^;"])+')
_DAY = r"(\d{4})-?(\d{2})-?(\d{2})"
_A_DATE = re.compile(rf"[\s,;]*{_DAY}", re.ASCII)
_MOMENT = re.compile(
    rf"{_DAY}(?:T?(\d{{2}}):?(\d{{2}}):?(\d{{2}})?(?:[.,]\d{{1,9}})?"
    r"(Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_ESCAPED = re.compile(r"\\([\\;,n])", re.IGNORECASE)
_SEPARATOR = re.compile("[,;]")


def read_component(
    block: Component, *, shows_text: bool = False
) -> tuple[Any, list[str]]:
    """A component, and what is wrong with parts of it that were left out.

    Raises:
        Unreadable: it is too long, or a part cannot be left out.
    """
    if block.is_too_long:
        raise Unreadable("it is too long")
    faults: list[str] = []
    unread = _NOT_OF[block.kind] if shows_text else {"SUMMARY", *_NOT_OF[block.kind]}
    if block.kind == "VFREEBUSY" and "FREEBUSY" in block.names:
        unread |= {"DTSTART", "DTEND"}  # between which was asked
    found: dict[str, list[Any]] = {}
    for line in dict.fromkeys(block.lines):
        name = name_of(line)
        for prop in () if name in unread else _properties(name, line, faults):
            found.setdefault(name, []).append(prop)
    component = _KINDS[block.kind]()
    for name, props in found.items():
        component[name] = props if len(props) > 1 else props[0]
    return component, list(dict.fromkeys(faults))


def _properties(name: str, line: str, faults: list[str]) -> Iterable[Any]:
    """The library's value of a line, or several that were written as one."""
    if name in _DATED:
        return _dated(name, line, faults)
    value = _split(line)[1].strip()
    try:
        if name == "DURATION":
            value = "".join(value.upper().split()).rstrip(",;")
            return (icalendar.vDuration(_LENGTH(value)),)
        if name == "ATTENDEE":
            return (_attendee(line),)
        return (_number_or_text(name, value),)
    except Exception:  # whatever the library makes of it
        if name in _NEEDED:
            raise Unreadable(f"{name} cannot be read") from None
        return ()


def _number_or_text(name: str, value: str) -> int | str:
    if name == "SEQUENCE":
        return int(value)
    return _ESCAPED.sub(lambda found: found[1].lower().replace("n", " "), value)


def _attendee(line: str) -> Any:
    _, parameters, value = _LINE(line).parts()
    return icalendar.vCalAddress(value, params=parameters)


def mend_end(component: Any) -> list[str]:
    """Have an event that ends before it begins take its own day at most.

    Returns what is to be said of it. The library would have it begin at its end, on
    the day before.

    Raises:
        Unreadable: nothing of its own day would be left.
    """
    start = component["DTSTART"].dt
    end = _end(component, start)
    if not isinstance(start, datetime):
        if end is None or (end.date() if isinstance(end, datetime) else end) >= start:
            return []
        component.pop("DTEND", None)
        component.pop("DURATION", None)
        return ["it ends before it begins: read as one day"]
    if end is not None and not isinstance(end, datetime):
        last = end + DAY if end == start.date() else end
        end = datetime(last.year, last.month, last.day, tzinfo=start.tzinfo)
        component["DTEND"].dt = end
    if end is None or end >= start:
        return []
    if end.astimezone(start.tzinfo).date() != start.date():
        raise Unreadable("it ends before it begins")
    return ["it ends before it begins: read the other way round"]


def _end(component: Any, start: date) -> date | None:
    """Where an event says to end, or would end before it begins."""
    if "DTEND" in component:
        end: date = component["DTEND"].dt
        return end
    length = component["DURATION"].dt if "DURATION" in component else timedelta()
    return start + length if length < timedelta() else None


def _dated(name: str, line: str, faults: list[str]) -> Iterator[Any]:
    """Moments one by one, dates of a list as one, periods of a VFREEBUSY one by one."""
    if name in MOMENTS and line.count('"') % 2:
        raise Unreadable(f"{name} cannot be read")
    head, values = split_dates(line)
    parameters, is_day = _parameters(head)
    kept = []
    for value in filter(None, _SEPARATOR.split("".join(values.upper().split()))):
        try:
            kept.append(_read_value(name, value, is_day=is_day))
        except (ValueError, OverflowError):
            if name in MOMENTS:
                raise Unreadable(f"{name} cannot be read") from None
            faults.append(f"{name} {excerpt(value)} cannot be read")
    if name in MOMENTS and not kept:
        raise Unreadable(f"{name} cannot be read")
    for value in dict.fromkeys(kept) if name in MOMENTS else kept[: name in LISTS]:
        prop = (
            icalendar.vDDDLists(kept) if name in LISTS else icalendar.vDDDTypes(value)
        )
        prop.params.update(parameters)
        yield prop
    for period in kept if name == "FREEBUSY" else ():
        yield icalendar.vPeriod(period, params=dict(parameters))


def _split(line: str) -> tuple[str, str]:
    """A line before and behind its first colon that is not quoted."""
    found = next((each for each in _COLON.finditer(line) if each[0] == ":"), None)
    return (line, "") if found is None else (line[: found.start()], line[found.end() :])


def split_dates(line: str) -> tuple[str, str]:
    """A line before and behind its colon; a zone's name may hold one unquoted."""
    colons = [found.start() for found in _COLON.finditer(line) if found[0] == ":"]
    if not colons and '"' in line:  # the quotes hold the value too
        return split_dates(line.replace('"', ""))
    behind = (at for at in colons if _A_DATE.match(line, at + 1))
    at = next(behind, colons[0] if colons else len(line))
    return line[:at], line[at + 1 :]


def _parameters(head: str) -> tuple[dict[str, str], bool]:
    """What is kept of them, and whether they say that it is of whole days.

    The zone's name goes under another one, so that only `zones` obeys it: the library
    looks zones up among files, and keeps those of one calendar for all.
    """
    found: dict[str, str] = {}
    last = ""
    for part in _PARAMETER.findall(head)[1:]:
        word, equals, value = part.partition("=")
        last = word.strip().upper() if equals else last
        found[last] = value if equals else f"{found.get(last, '')};{part}"
    plain = {word: value.replace('"', "").strip() for word, value in found.items()}
    kept: dict[str, str] = {
        word: plain[word].upper() for word in ("RANGE", "FBTYPE") if word in plain
    }
    if plain.get("TZID"):
        kept["X-TZID"] = plain["TZID"]
    return kept, plain.get("VALUE", "").upper() == "DATE"


def _read_value(name: str, value: str, *, is_day: bool) -> Any:
    """A date, date-time or period, of which some properties hold one alone.

    Raises:
        ValueError: it is none, or not what the property holds.
    """
    start, slash, end = value.partition("/")
    if bool(slash) > (name in {"RDATE", "FREEBUSY"}) or (name == "FREEBUSY") > bool(
        slash
    ):
        raise ValueError(value)
    first = _read_moment(start, is_day=is_day)
    return (_timed(first), _read_end(_timed(first), end)) if slash else first


def _read_end(start: datetime, text: str) -> datetime | timedelta:
    if text.lstrip("+").startswith("P"):
        length: timedelta = _LENGTH(text)
        if length <= timedelta():
            raise ValueError(text)
        return length
    end = _timed(_read_moment(text, is_day=False))
    if (end.tzinfo is None) != (start.tzinfo is None) or end <= start:
        raise ValueError(text)
    return end


def _timed(moment: date) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 (a wall time)


def _read_moment(value: str, *, is_day: bool) -> date:
    found = _MOMENT.fullmatch(value)
    if found is None:
        raise ValueError(value)
    *day, hour, minute, second, offset = found.groups()
    moment = datetime(*map(int, day))  # type: ignore[arg-type]  # noqa: DTZ001
    if hour is None:
        return moment.date()
    seconds = min(int(second or 0), 59)  # or a leap second
    clock = timedelta(hours=int(hour), minutes=int(minute), seconds=seconds)
    if int(minute) > 59 or clock > DAY:
        raise ValueError(value)
    if is_day and not clock:
        return moment.date()
    return _placed(moment + clock, offset)


def _placed(wall: datetime, offset: str | None) -> datetime:
    """In UTC, if the value says how far from it it is."""
    if offset is None:
        return wall
    if offset == "Z":
        return wall.replace(tzinfo=UTC)
    there = datetime.strptime(offset, "%z").tzinfo
    return wall.replace(tzinfo=there).astimezone(UTC)
