"""Recurrence rules as other people's calendars write them (RFC 5545, 3.3.10)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from calbook.ical.reading.components import Unreadable

_PERIODS = frozenset({"YEARLY", "MONTHLY", "WEEKLY", "DAILY"})
SECONDS = {"HOURLY": 3_600, "MINUTELY": 60, "SECONDLY": 1}
_RANGES = {
    **{"BYMONTH": (1, 12), "BYMONTHDAY": (-31, 31), "BYYEARDAY": (-366, 366)},
    **{"BYWEEKNO": (-53, 53), "BYHOUR": (0, 23), "BYMINUTE": (0, 59)},
    **{"BYSECOND": (0, 60), "BYSETPOS": (-(10**6), 10**6)},
}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(r"([+-]?\d{1,3})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_PART = re.compile(r";|,(?=[A-Z]+=)")  # a comma stands there in error
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z*))?", re.ASCII)
_LONGEST_NUMBER = 9  # digits

Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is written; `days` are numbers from Monday on, each with its nth."""

    frequency: str
    interval: int
    count: int | None
    until: date | datetime | None  # naive
    is_until_utc: bool
    parts: Mapping[str, Numbers]
    days: tuple[tuple[int, int], ...]
    week_start: int


def read_rule(text: str) -> Rule:
    """The rule of an RRULE's value.

    Raises:
        Unreadable: it is none, or one of another calendar than the Gregorian.
    """
    given: dict[str, str] = {}
    for part in _PART.split("".join(text.upper().split())):
        name, _, value = part.partition("=")
        if value:
            given.setdefault(name, value)
    try:
        return _rule(given)
    except ValueError:
        raise Unreadable("its rule cannot be read") from None


def _rule(given: Mapping[str, str]) -> Rule:
    frequency, interval = given.get("FREQ", ""), _number(given.get("INTERVAL", "1"))
    scale, skip = given.get("RSCALE", "GREGORIAN"), given.get("SKIP", "OMIT")
    is_known = frequency in _PERIODS or frequency in SECONDS
    if not is_known or interval < 1 or (scale, skip) != ("GREGORIAN", "OMIT"):
        raise ValueError
    count = _number(given.get("COUNT", "0"))
    until, is_utc = _until(given["UNTIL"]) if "UNTIL" in given else (None, False)
    parts = {
        name: _numbers(given[name], *_RANGES[name]) for name in _RANGES.keys() & given
    }
    return Rule(
        frequency,
        interval,
        count if count > 0 else None,  # -1 and 0 are written for "no end"
        until,
        is_utc,
        {name: found for name, found in parts.items() if found},
        tuple(_weekday(item) for item in given.get("BYDAY", "").split(",") if item),
        _DAYS.index(given.get("WKST", "MO")),
    )


def _number(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError
    return int(text)


def _numbers(text: str, least: int, most: int) -> Numbers:
    found = {_number(item) for item in text.split(",") if item}
    if any(not least <= n <= most or (n == 0 and least < 0) for n in found):
        raise ValueError
    return tuple(sorted(found))


def _weekday(text: str) -> tuple[int, int]:
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError
    return _DAYS.index(found[2]), int(found[1] or 0)


def _until(text: str) -> tuple[date | datetime, bool]:
    found = _UNTIL.fullmatch(text)
    if found is None:
        raise ValueError
    day, time, utc = found.groups()
    if time is None:
        return datetime.strptime(day, "%Y%m%d").date(), False  # noqa: DTZ007
    return datetime.strptime(day + time, "%Y%m%d%H%M%S"), bool(utc)  # noqa: DTZ007
