"""The properties of one component, as far as they say when somebody is busy.

Written for thousands of components and lists of dates by the ten thousand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

_MOMENT = re.compile(r"(\d{8})(?:T(\d\d)(\d\d)(\d\d)(Z)?)?", re.ASCII)
_DURATION = re.compile(
    r"([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII
)
_QUOTED_OR = re.compile(r'"[^"]*"|[:;]')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NO_PARAMETERS: Mapping[str, str] = {}

Moment = date | datetime
Period = tuple[Moment, Moment | timedelta]


class Value:
    """A value that stands for a time, with the parameters of its property."""

    __slots__ = ("dt", "params")

    def __init__(self, dt: Any, params: Mapping[str, str]) -> None:
        self.dt, self.params = dt, params

    @property
    def start(self) -> Any:
        """Of a period."""
        return self.dt[0]

    @property
    def end(self) -> Any:
        start, end = self.dt
        return start + end if isinstance(end, timedelta) else end


class Values:
    """Several dates in one property."""

    __slots__ = ("dts", "params")

    def __init__(self, dts: list[Value], params: Mapping[str, str]) -> None:
        self.dts, self.params = dts, params


class Text(str):
    """Words, with the parameters of their property."""

    params: Mapping[str, str] = _NO_PARAMETERS


class Properties(dict[str, Any]):
    """By name; a list where a property stands there more than once."""

    errors: list[tuple[str, str]]


def read_properties(lines: Iterable[str]) -> Properties:
    """The properties of unfolded lines; `errors` names those that cannot be read."""
    found = Properties()
    found.errors = []
    for line in lines:
        name = line.partition(":")[0].partition(";")[0].strip().upper()
        read = _READERS.get(name, _text)
        try:
            params, value = _split(line)
            values = read(value, params)
        except (ValueError, OverflowError) as error:
            found.errors.append((name, str(error)))
            continue
        for each in values if isinstance(values, list) else [values]:
            _add(found, name, each)
    return found


def _add(found: Properties, name: str, value: Any) -> None:
    known = found.setdefault(name, value)
    if isinstance(known, list):
        known.append(value)
    elif known is not value:
        found[name] = [known, value]


def _split(line: str) -> tuple[Mapping[str, str], str]:
    """The parameters and the value of a line."""
    head, colon, value = line.partition(":")
    if '"' in head:
        if line.count('"') % 2:
            raise ValueError(line)
        marks = (at for at in _QUOTED_OR.finditer(line) if at[0] == ":")
        at = next(marks, None)
        head, colon, value = (
            ("", "", "") if at is None else (line[: at.start()], ":", line[at.end() :])
        )
    if not colon:
        raise ValueError(line)
    return (_parameters(head) if ";" in head else _NO_PARAMETERS), value


def _parameters(head: str) -> Mapping[str, str]:
    cuts = [at.start() for at in _QUOTED_OR.finditer(head) if at[0] == ";"]
    parts = (head[a + 1 : b] for a, b in zip(cuts, [*cuts[1:], None], strict=True))
    pairs = (part.partition("=") for part in parts)
    return {name.strip().upper(): _unquoted(value) for name, _, value in pairs}


def _unquoted(value: str) -> str:
    return value.strip().replace('"', "").replace("\\", "")


def _one(value: str, params: Mapping[str, str]) -> Value:
    return Value(read_moment(value.strip()), params)


def _many(value: str, params: Mapping[str, str]) -> Values:
    return Values([Value(_date(item), params) for item in value.split(",")], params)


def _date(text: str) -> Moment | Period:
    text = text.strip()
    return _period(text) if "/" in text else read_moment(text)


def _periods(value: str, params: Mapping[str, str]) -> list[Value]:
    return [Value(_period(item.strip()), params) for item in value.split(",")]


def _period(text: str) -> Period:
    start, _, end = text.partition("/")
    first = read_moment(start)
    if end[:1] in ("P", "+", "-"):
        return first, read_duration(end)
    return first, read_moment(end)


def _length(value: str, params: Mapping[str, str]) -> Value:
    return Value(read_duration(value.strip()), params)


def _text(value: str, params: Mapping[str, str]) -> Text:
    escaped = _ESCAPED.sub(_unescape, value) if "\\" in value else value
    text = Text(escaped)
    text.params = params
    return text


def _unescape(found: re.Match[str]) -> str:
    return "\n" if found[1] in "nN" else found[1]


def read_moment(text: str) -> Moment:
    """A date, a wall time, or a time in UTC.

    Raises:
        ValueError: it is none.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day, hour, minute, second, utc = found.groups()
    year, month, nth = int(day[:4]), int(day[4:6]), int(day[6:])
    if hour is None:
        return date(year, month, nth)
    seconds = min(int(second), 59)  # or a leap second
    zone = UTC if utc else None
    return datetime(year, month, nth, int(hour), int(minute), seconds, tzinfo=zone)


def read_duration(text: str) -> timedelta:
    """Raises ValueError for what is none."""
    days, time = split_duration(text)
    return timedelta(days) + time


def split_duration(text: str) -> tuple[int, timedelta]:
    """Days by the calendar, and elapsed time: 24 hours are no day (RFC 5545, 3.3.6).

    Raises:
        ValueError: it is none.
    """
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        raise ValueError(text)
    sign, *parts = found.groups()
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in parts)
    time = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    days += 7 * weeks
    return (-days, -time) if sign == "-" else (days, time)


_READERS: dict[str, Callable[[str, Mapping[str, str]], Any]] = {
    **dict.fromkeys(("DTSTART", "DTEND", "RECURRENCE-ID"), _one),
    **dict.fromkeys(("RDATE", "EXDATE"), _many),
    "FREEBUSY": _periods,
    "DURATION": _length,
}
