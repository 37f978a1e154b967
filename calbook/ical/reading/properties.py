"""The properties of one component, as the library reads them.

Lines that hold dates are written anew before, so that one bad date among many, a
blank, or a zone's name that should have been quoted spoils nothing.
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
_NEEDED = frozenset({*MOMENTS, *LISTS, "DURATION", "RRULE", "FREEBUSY"})
_SEVERAL = frozenset({*LISTS, "FREEBUSY"})  # of which a bad one is left out
_DATED = DATES | {"FREEBUSY"}
_NOT_OF = {
    "VEVENT": frozenset({"FREEBUSY", "FBTYPE"}),
    "VFREEBUSY": _NEEDED - {"FREEBUSY", "DTSTART", "DTEND"},
}
_LENGTH: Any = icalendar.vDuration.from_ical
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
    lines = dict.fromkeys(
        tidy
        for line in block.lines
        if name_of(line) not in unread
        for tidy in _tidy(line, faults)
    )
    text = "\r\n".join((f"BEGIN:{block.kind}", *lines, f"END:{block.kind}", ""))
    component = _KINDS[block.kind].from_ical(text)
    broken = {name for name, _ in component.errors}
    for name in sorted(_NEEDED & block.names - unread):
        if name in broken or (name not in component and name not in _SEVERAL):
            raise Unreadable(f"{name} cannot be read")
    for other in broken - _NEEDED - {None}:
        component.pop(other)
    return component, list(dict.fromkeys(faults))


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


def _tidy(line: str, faults: list[str]) -> Iterable[str]:
    """A line, or several for one, as the library reads it."""
    name = name_of(line)
    if name in _DATED and line.count('"') % 2 == 0:
        return _tidy_dates(name, line, faults)
    if name == "DURATION":
        return ("".join(line.split()).upper().rstrip(",;"),)
    return (line,)


def _tidy_dates(name: str, line: str, faults: list[str]) -> Iterator[str]:
    head, values = split_dates(line)
    tzid, kept, is_day = _parameters(head)
    by_kind: dict[str, list[str]] = {}
    for value in filter(None, _SEPARATOR.split("".join(values.upper().split()))):
        try:
            kind, text = _read_value(value, is_day=is_day)
            _check_kind(name, kind)
        except (ValueError, OverflowError):
            if name in MOMENTS:
                raise Unreadable(f"{name} cannot be read") from None
            faults.append(f"{name} {excerpt(value)} cannot be read")
        else:
            by_kind.setdefault(kind, []).append(text)
    zone = f';X-TZID="{tzid}"' if tzid else ""
    for kind, texts in by_kind.items():
        for text in dict.fromkeys(texts) if name in MOMENTS else [",".join(texts)]:
            yield f"{name};VALUE={kind}{zone}{kept}:{text}"


def split_dates(line: str) -> tuple[str, str]:
    """A line before and behind its colon; a zone's name may hold one unquoted."""
    colons = [found.start() for found in _COLON.finditer(line) if found[0] == ":"]
    if not colons and '"' in line:  # the quotes hold the value too
        return split_dates(line.replace('"', ""))
    behind = (at for at in colons if _A_DATE.match(line, at + 1))
    at = next(behind, colons[0] if colons else len(line))
    return line[:at], line[at + 1 :]


def _parameters(head: str) -> tuple[str, str, bool]:
    """The zone's name, what else is kept, and whether it says to be of whole days.

    The name goes under another one, so that only `zones` obeys it: the library looks
    zones up among files, and keeps those of one calendar for all.
    """
    found: dict[str, str] = {}
    last = ""
    for part in _PARAMETER.findall(head)[1:]:
        word, equals, value = part.partition("=")
        last = word.strip().upper() if equals else last
        found[last] = value if equals else f"{found.get(last, '')};{part}"
    plain = {word: value.replace('"', "").strip() for word, value in found.items()}
    tzid = "".join(char if char >= " " else " " for char in plain.get("TZID", ""))
    kept = "".join(
        f";{word}={plain[word].upper()}"
        for word in ("RANGE", "FBTYPE")
        if re.fullmatch(r"[A-Za-z0-9-]+", plain.get(word, ""), re.ASCII)
    )
    return tzid.strip(), kept, plain.get("VALUE", "").upper() == "DATE"


def _check_kind(name: str, kind: str) -> None:
    if (kind == "PERIOD") > (name in {"RDATE", "FREEBUSY"}):
        raise ValueError(kind)
    if name == "FREEBUSY" and kind != "PERIOD":
        raise ValueError(kind)


def _read_value(value: str, *, is_day: bool) -> tuple[str, str]:
    """A date, date-time or period: which of them, and as it should be written.

    Raises:
        ValueError: it is none.
    """
    start, slash, end = value.partition("/")
    kind, first = _read_moment(start, is_day=is_day)
    if not slash:
        return kind, first
    if kind == "DATE":
        first += "T000000"
    if end.lstrip("+").startswith("P"):
        if _LENGTH(end) <= timedelta():
            raise ValueError(value)
        return "PERIOD", f"{first}/{end}"
    kind, last = _read_moment(end, is_day=False)
    if kind == "DATE":
        last += "T000000"
    if last <= first or len(last) != len(first):
        raise ValueError(value)
    return "PERIOD", f"{first}/{last}"


def _read_moment(value: str, *, is_day: bool) -> tuple[str, str]:
    found = _MOMENT.fullmatch(value)
    if found is None:
        raise ValueError(value)
    *day, hour, minute, second, offset = found.groups()
    moment = datetime(*map(int, day))  # type: ignore[arg-type]  # noqa: DTZ001
    if hour is None:
        return "DATE", "".join(day)
    seconds = min(int(second or 0), 59)  # or a leap second
    clock = timedelta(hours=int(hour), minutes=int(minute), seconds=seconds)
    if int(minute) > 59 or clock > timedelta(days=1):
        raise ValueError(value)
    if is_day and not clock:
        return "DATE", "".join(day)
    return "DATE-TIME", _written(moment + clock, offset)


def _written(wall: datetime, offset: str | None) -> str:
    if offset not in (None, "Z"):
        wall = wall.replace(tzinfo=datetime.strptime(offset, "%z").tzinfo)
        wall = wall.astimezone(UTC)
    zulu = "" if offset is None else "Z"
    date = f"{wall.year:04}{wall.month:02}{wall.day:02}"
    return f"{date}T{wall.hour:02}{wall.minute:02}{wall.second:02}{zulu}"
