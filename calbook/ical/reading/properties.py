"""The properties of one component, as plain values.

One bad date among many, a blank, or a zone's name that should have been quoted spoils
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from calbook.core.model import DAY
from calbook.core.text import excerpt
from calbook.ical.reading.components import DATES, Component, Unreadable, name_of
from calbook.ical.reading.series import Length

MOMENTS = ("DTSTART", "DTEND", "RECURRENCE-ID")
_LISTS = frozenset({"RDATE", "EXDATE"})
_NEEDED = frozenset({*MOMENTS, *_LISTS, "DURATION", "FREEBUSY"})
_DATED = DATES | {"FREEBUSY"}
_NOT_OF = {
    "VEVENT": frozenset({"FREEBUSY", "FBTYPE"}),
    "VFREEBUSY": _NEEDED - {"FREEBUSY", "DTSTART", "DTEND"} | {"RRULE"},
}
_SPOKEN_OF = {"RECURRENCE-ID": "RANGE", "FREEBUSY": "FBTYPE", "ATTENDEE": "PARTSTAT"}

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
_DURATION = re.compile(  # some have the T too early, or none
    r"([+-])?PT?(?:(\d{1,9})W)?T?(?:(\d{1,9})D)?"
    r"T?(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?",
    re.ASCII,
)
_MAILTO = re.compile("mailto:", re.IGNORECASE)
_RELAYED = "@imip.me.com"  # iCloud's, of those whose address is in EMAIL
_ESCAPED = re.compile(r"\\([\\;,n])", re.IGNORECASE)
_SEPARATOR = re.compile("[,;]")


class Property(NamedTuple):
    """A value: a date or date-time without its zone, a period of two, a list, a text.

    `about` is its RANGE, FBTYPE or PARTSTAT.
    """

    value: Any
    tzid: str | None = None
    about: str = ""


Properties = dict[str, list[Property]]


def read_component(
    block: Component, *, shows_text: bool = False
) -> tuple[Properties, list[str]]:
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
    found: Properties = {}
    for line in dict.fromkeys(block.lines):
        name = name_of(line)
        if name not in unread:
            found.setdefault(name, []).extend(_properties(name, line, faults))
    return found, list(dict.fromkeys(faults))


def read_what_can_be(block: Component) -> Properties:
    """A component's properties but those that cannot be read, whatever is wrong."""
    found: Properties = {}
    for line in dict.fromkeys(block.lines):
        with suppress(Unreadable):
            found.setdefault(name_of(line), []).extend(
                _properties(name_of(line), line, [])
            )
    return found


def text_of(properties: Properties, name: str) -> str:
    """The first value of a property, or nothing."""
    found = properties.get(name)
    return str(found[0].value) if found else ""


def read_line(line: str) -> tuple[dict[str, str], str]:
    """The parameters of a line, by their names in capitals, and its value."""
    head, value = _split(line)
    return _parameters(head), value.strip()


def _properties(name: str, line: str, faults: list[str]) -> Iterator[Property]:
    """The values of a line; moments may be several that were written as one."""
    if name in _DATED:
        yield from _dated(name, line, faults)
        return
    head, value = _split(line)
    value = value.strip()
    if name == "DURATION":
        try:
            yield Property(_read_duration("".join(value.upper().split()).rstrip(",;")))
        except (ValueError, OverflowError):
            raise Unreadable(f"{name} cannot be read") from None
    elif name == "ATTENDEE":
        parameters = _parameters(head)
        address = _address(value, parameters.get("EMAIL", ""))
        yield Property(address, None, parameters.get("PARTSTAT", "").upper())
    else:
        yield Property(_unescape(value))


def read_text(line: str) -> str:
    """The text of a line, in which breaks are blanks."""
    return _unescape(_split(line)[1].strip())


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda found: found[1].lower().replace("n", " "), text)


def _address(attendee: str, email: str) -> str:
    """Whose it is: EMAIL says so where the value is no address (RFC 7986, 6.2)."""
    *_, address = _MAILTO.split(attendee)
    is_known = address != attendee or (":" not in address and "@" in address)
    is_relayed = address.lower().endswith(_RELAYED)
    return address if is_known and not is_relayed else email


def _read_duration(text: str) -> Length:
    """Days by the calendar, and elapsed time: 24 hours are no day (RFC 5545, 3.3.6).

    Raises:
        ValueError: it is none.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    sign, *parts = found.groups()
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in parts)
    time = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    days += 7 * weeks
    return Length(-days, -time) if sign == "-" else Length(days, time)


def _dated(name: str, line: str, faults: list[str]) -> Iterator[Property]:
    """The dates and periods of a line, one by one."""
    if name in MOMENTS and line.count('"') % 2:
        raise Unreadable(f"{name} cannot be read")
    head, values = split_dates(line)
    parameters = _parameters(head)
    is_day = parameters.get("VALUE", "").upper() == "DATE"
    tzid = parameters.get("TZID") or None
    about = parameters.get(_SPOKEN_OF.get(name, ""), "").upper()
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
    for each in dict.fromkeys(kept):
        yield Property(each, tzid, about)


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


def _parameters(head: str) -> dict[str, str]:
    """A value that holds a semicolon should have been quoted: it goes on behind it."""
    found: dict[str, str] = {}
    last = ""
    for part in _PARAMETER.findall(head)[1:]:
        word, equals, value = part.partition("=")
        last = word.strip().upper() if equals else last
        found[last] = value if equals else f"{found.get(last, '')};{part}"
    return {word: value.replace('"', "").strip() for word, value in found.items()}


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


def _read_end(start: datetime, text: str) -> datetime | Length:
    if text.lstrip("+").startswith("P"):
        length = _read_duration(text)
        if length.in_all <= timedelta():
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
