"""Whether a calendar means the clocks of its own zone by the times it gives in UTC.

Some publishers know of UTC alone: they write the start of a weekly lesson as it is in
UTC that week, and mean the same hour all year. Others mean what they write.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo

from calbook.ical.reading.components import DATES, Component, name_of
from calbook.ical.reading.properties import split_dates

_BY_DAYS = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_TIME = re.compile(r"(\d{8})T(\d{6})(Z?)", re.ASCII)
_PART = re.compile(r"[;:]([A-Z]+)=([^;]*)", re.ASCII)


def utc_is_local(blocks: Iterable[Component], zone: tzinfo) -> bool:
    """Where every time is in UTC, and no series fits its dates in UTC alone."""
    events = [block for block in blocks if block.kind == "VEVENT"]
    starts: dict[str, datetime] = {}
    for block in events:
        if not all(zulu for _, zulu in _times(block, DATES)):
            return False
        start = _start(block)
        if start is not None and "RRULE" in block.names:
            starts.setdefault(block.first("UID") or "", start)
    return not any(_contradicts(block, starts, zone) for block in events)


def _times(block: Component, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The date-times of some properties, each with its Z if it has one."""
    for line in block.lines:
        if name_of(line) in names:
            value = "".join(split_dates(line)[1].upper().split())
            for day, clock, zulu in _TIME.findall(value):
                yield f"{day}T{clock}", zulu


def _moments(block: Component, names: Iterable[str]) -> Iterator[datetime]:
    for text, _ in _times(block, names):
        yield from _moment(text)


def _moment(text: str) -> Iterator[datetime]:
    parts = (text[:4], text[4:6], text[6:8], text[9:11], text[11:13], text[13:15])
    try:
        yield datetime(*map(int, parts), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return


def _start(block: Component) -> datetime | None:
    return next(_moments(block, {"DTSTART"}), None)


def _contradicts(block: Component, starts: dict[str, datetime], zone: tzinfo) -> bool:
    """Whether something of a series is right in UTC, and wrong by the zone's clocks."""
    start = starts.get(block.first("UID") or "")
    if "RRULE" in block.names:
        start = _start(block)
    if start is None or not 1970 < start.year < 9000:
        return False
    rules = [_rule(line) for line in block.lines if name_of(line) == "RRULE"]
    local = start.astimezone(zone)
    if any(_fits(rule, start) and not _fits(rule, local) for rule in rules):
        return True
    if any("BYHOUR" in rule or rule.get("FREQ") not in _BY_DAYS for rule in rules):
        return False
    dates = list(_moments(block, {"EXDATE", "RECURRENCE-ID"}))
    dates += [until for rule in rules for until in _until(rule)]
    return any(
        date.time() == start.time() and date.astimezone(zone).time() != local.time()
        for date in dates
        if 1970 < date.year < 9000
    )


def _rule(line: str) -> dict[str, str]:
    return dict(_PART.findall("".join(line.upper().split())))


def _until(rule: dict[str, str]) -> Iterator[datetime]:
    for day, clock, _ in _TIME.findall(rule.get("UNTIL", "")):
        yield from _moment(f"{day}T{clock}")


def _fits(rule: dict[str, str], start: datetime) -> bool:
    """Whether a series begins on a day, and at an hour, that its rule names."""
    days = monthrange(start.year, start.month)[1]
    own = {
        "BYDAY": {_WEEKDAYS[start.weekday()]},
        "BYMONTHDAY": {str(start.day), str(start.day - days - 1)},
        "BYMONTH": {str(start.month)},
        "BYHOUR": {str(start.hour)},
    }
    return all(own[name] & _numbers(rule[name]) for name in own.keys() & rule.keys())


def _numbers(text: str) -> set[str]:
    """The parts of a list, weekdays without their numbers."""
    parts = (part.lstrip("+") for part in text.split(","))
    return {part[-2:] if part[-1:].isalpha() else part.lstrip("0") for part in parts}
