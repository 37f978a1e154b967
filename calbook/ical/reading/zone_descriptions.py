"""Zones as a calendar's own VTIMEZONE describes them.

Each clock change is read by itself, so that a line which nobody knows, or a bad one,
costs no more than what it says.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from itertools import islice
from typing import NamedTuple

from calbook.core.model import DAY
from calbook.ical.reading.components import Component, name_of

_MOST_DAYS = 2  # of a year in which one rule changes the clocks
_YEARS = range(1968, 2100)  # of which changes are worked out
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})(?::?(\d{2}))?", re.ASCII)
_WALL = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})Z?)?", re.ASCII)
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_RULE_PARTS = frozenset(
    {"FREQ", "INTERVAL", "UNTIL", "COUNT", "WKST"}
    | {"BYMONTH", "BYDAY", "BYMONTHDAY", "BYSETPOS"}
    | {"BYHOUR", "BYMINUTE", "BYSECOND"}  # which repeat DTSTART's
)


class Change(NamedTuple):
    """From when on, by the clock before, and the offsets before and after it."""

    wall: datetime
    before: timedelta
    after: timedelta

    @property
    def instant(self) -> datetime:
        return self.wall - self.before


class DescribedZone(tzinfo):
    """A zone by the changes of its clocks."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._instants = [change.instant for change in changes]
        self._offsets = [changes[0].before, *(change.after for change in changes)]
        pairs = [(change.instant, change.before, change.after) for change in changes]
        # A change is over for the wall when its later reading is.
        self._fold_0 = [at + max(before, after) for at, before, after in pairs]
        self._fold_1 = [at + min(before, after) for at, before, after in pairs]

    def utcoffset(self, wall: datetime | None) -> timedelta:
        if wall is None:
            return self._offsets[-1]
        ends = self._fold_1 if wall.fold else self._fold_0
        return self._offsets[bisect_right(ends, wall.replace(tzinfo=None, fold=0))]

    def dst(self, wall: datetime | None) -> timedelta:
        return timedelta()

    def tzname(self, wall: datetime | None) -> str | None:
        return None

    def fromutc(self, moment: datetime) -> datetime:
        plain = moment.replace(tzinfo=None)
        at = bisect_right(self._instants, plain)
        wall = (plain + self._offsets[at]).replace(tzinfo=self)
        is_second = at > 0 and wall.utcoffset() != self._offsets[at]
        return wall.replace(fold=1) if is_second else wall


class Description(NamedTuple):
    """A zone, and whether all of its description could be read."""

    zone: tzinfo
    is_whole: bool
    onsets: int


def zone_described(block: Component, most: int) -> Description | None:
    """A zone as its VTIMEZONE describes it, unless it does not, or with too much."""
    onsets = list(islice(_onsets(block), most + 1))
    if block.is_too_long or len(onsets) > most:
        return None
    offsets = {_offset(each.get("TZOFFSETFROM")) for each in onsets} - {None}
    changes: list[Change] = []
    is_whole = True
    for each in onsets:
        try:
            changes += _changes(each, offsets)
        except (ValueError, OverflowError):
            is_whole = False
    ordered = sorted(set(changes), key=lambda change: change.instant)
    if not ordered:
        return None
    return Description(DescribedZone(ordered), is_whole, len(onsets))


class _Onset(dict[str, str]):
    """The properties of a STANDARD or DAYLIGHT, and its dates."""

    def __init__(self) -> None:
        self.dates: list[str] = []


def _onsets(block: Component) -> Iterator[_Onset]:
    onset = _Onset()
    for line in block.lines:
        if line.startswith("BEGIN:"):
            onset = _Onset()
        elif line.startswith("END:"):
            yield onset
        else:
            name, value = name_of(line), line.rpartition(":")[2].strip().upper()
            onset.setdefault(name, value)
            onset.dates += value.split(",") if name == "RDATE" else []


def _offset(text: str | None) -> timedelta | None:
    found = _OFFSET.fullmatch(text or "")
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if length > DAY:
        return None
    return -length if found[1] == "-" else length


def _changes(onset: _Onset, others: set[timedelta | None]) -> Iterator[Change]:
    """Raises ValueError; an offset that is missing is told by the other changes."""
    before, after = (_offset(onset.get(f"TZOFFSET{to}")) for to in ("FROM", "TO"))
    if after is None:
        [after] = others - {before}
    if before is None:
        [before] = (others - {after}) or {after}
    if before is None or after is None:
        raise ValueError(onset)
    start = _wall(onset["DTSTART"]) if "DTSTART" in onset else None
    if start is None:
        raise ValueError(onset)
    yield Change(start, before, after)
    for text in filter(None, onset.dates):
        yield Change(_wall(text.partition("/")[0]), before, after)
    if "RRULE" in onset:
        for wall in _yearly(onset["RRULE"], start, before):
            yield Change(wall, before, after)


def _wall(text: str) -> datetime:
    found = _WALL.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    year, *others = (int(part or 0) for part in found.groups())
    return datetime(max(year, 2), *others)  # type: ignore[arg-type]  # noqa: DTZ001 (a wall time; before that year there is none)


def _yearly(text: str, start: datetime, before: timedelta) -> Iterator[datetime]:
    """The wall times of a yearly rule, up to a year that nobody books."""
    rule = _rule(text)
    years = range(start.year, _YEARS.stop, int(rule.get("INTERVAL", "1")))
    if "COUNT" not in rule and rule.get("INTERVAL", "1") == "1":
        years = range(max(start.year, _YEARS.start), _YEARS.stop)
    days = (day for year in years for day in _days(year, rule, start))
    walls = (datetime.combine(day, start.time()) for day in days)
    last = _last(rule.get("UNTIL"), before)
    for wall in islice(walls, int(rule.get("COUNT", "1000"))):
        if last is not None and wall > last:
            return
        if wall >= start:
            yield wall


def _rule(text: str) -> dict[str, str]:
    parts = (part.partition("=") for part in "".join(text.split()).split(";") if part)
    rule = {name: value for name, _, value in parts}
    if rule.get("FREQ") != "YEARLY" or not rule.keys() <= _RULE_PARTS:
        raise ValueError(text)
    if int(rule.get("INTERVAL", "1")) < 1 or int(rule.get("COUNT", "1")) < 1:
        raise ValueError(text)
    return rule


def _last(until: str | None, before: timedelta) -> datetime | None:
    if until is None:
        return None
    wall = _wall(until)
    if len(until) == len("20270101"):
        return wall + DAY
    return wall + before if until.endswith("Z") else wall


def _days(year: int, rule: dict[str, str], start: datetime) -> list[date]:
    """The days of a year; hardly ever more than one."""
    months = _numbers(rule.get("BYMONTH"), 12) or [start.month]
    if len(months) > _MOST_DAYS or ("BYDAY" in rule and "BYMONTH" not in rule):
        raise ValueError(rule)
    found = [
        date(year, month, day)
        for month in months
        for day in _in_month(year, month, rule, start)
    ]
    if "BYSETPOS" in rule:
        places = _numbers(rule["BYSETPOS"], 366)
        found = [
            found[at - (at > 0)]
            for at in places
            if -len(found) <= at - (at > 0) < len(found)
        ]
    if len(found) > _MOST_DAYS:
        raise ValueError(rule)
    return found


def _in_month(
    year: int, month: int, rule: dict[str, str], start: datetime
) -> list[int]:
    first, length = monthrange(year, month)
    days = set(range(1, length + 1))
    if "BYMONTHDAY" in rule or "BYDAY" not in rule:
        numbers = _numbers(rule.get("BYMONTHDAY"), 31) or [start.day]
        days &= {day if day > 0 else length + 1 + day for day in numbers}
    if "BYDAY" in rule:
        days &= set(_by_weekday(rule["BYDAY"], first, length))
    return sorted(days)


def _by_weekday(text: str, first: int, length: int) -> Iterator[int]:
    for part in text.split(","):
        found = _BYDAY.fullmatch(part)
        if found is None:
            raise ValueError(text)
        weekday = _WEEKDAYS.index(found[2])
        days = range(1 + (weekday - first) % 7, length + 1, 7)
        at = int(found[1] or 0)
        if not at:
            yield from days
        elif abs(at) <= len(days):
            yield days[at - 1 if at > 0 else at]


def _numbers(text: str | None, most: int) -> list[int]:
    numbers = [int(part) for part in text.split(",")] if text else []
    if any(not 0 < abs(number) <= most for number in numbers):
        raise ValueError(text)
    return sorted(set(numbers))
