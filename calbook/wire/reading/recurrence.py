"""How a series goes on, as people say it, read into a rule.

Loads what expands rules: import it where a series is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from calbook.core import checks
from calbook.core.errors import BadInput, BadTime
from calbook.core.text import excerpt
from calbook.core.time import parsing
from calbook.core.time.recurrence import (
    DAYS,
    MAX_OCCURRENCES,
    Frequency,
    Recurrence,
    Weekday,
)
from calbook.core.time.times import WEEKDAYS
from calbook.wire.reading.shapes import read_list, read_object

LONGEST_INTERVAL = 999
_KEYS = ("frequency", "interval", "count", "until", "by_day")
_DAY_HINT = "write mo, mon or monday; in a monthly series also 2tu or -1fr"
# Three spellings each: tues, thur and thurs would not be the last of the others.
_WORDS = {
    name[:length].lower(): day
    for name, day in zip(WEEKDAYS, DAYS, strict=True)
    for length in (2, 3, len(name))
}
_WEEKDAY = re.compile(r"([+-]?\d+)?([a-z]+)", re.ASCII | re.IGNORECASE)
_NTH = re.compile(r"[+-]?[1-5]", re.ASCII)


def read_recurrence(
    value: object, field: str = "recurring", *, now: datetime, timezone: str
) -> Recurrence:
    """A rule from `{frequency, interval, count | until, byDay}`; null is not given.

    `until` is a local date; its words (`fri`) are read at `now` in `timezone`.
    """
    facts = {k: v for k, v in read_object(value, _KEYS, field).items() if v is not None}
    frequency = _frequency(facts.get("frequency"), field)
    _check_end(facts.keys(), field)
    interval, count, until = (facts.get(key) for key in ("interval", "count", "until"))
    return Recurrence(
        frequency=frequency,
        interval=_number(interval, f"{field}.interval", LONGEST_INTERVAL) or 1,
        count=_number(count, f"{field}.count", MAX_OCCURRENCES),
        until=_until(until, f"{field}.until", now=now, timezone=timezone),
        by_day=_by_day(facts.get("by_day", ()), f"{field}.byDay", frequency),
    )


def _frequency(value: object, field: str) -> Frequency:
    if value is None:
        raise BadInput(
            f"{field} has no frequency",
            hint=f"choose one of {', '.join(Frequency)}",
            field=f"{field}.frequency",
        )
    return Frequency(checks.choice(value, f"{field}.frequency", tuple(Frequency)))


def _check_end(given: Iterable[str], field: str) -> None:
    ends = {"count", "until"}.intersection(given)
    if len(ends) != 1:
        raise BadInput(
            f"{field} has both count and until"
            if ends
            else f"{field} has neither count nor until",
            hint='say how many ("count") or the last date ("until")',
            command_hint="say how many (--count 12)"
            " or the last date (--until 2027-03-31)",
            field=field,
        )


def _number(value: object, field: str, most: int) -> int | None:
    return (
        None if value is None else checks.whole_number(value, field, least=1, most=most)
    )


def _until(value: Any, field: str, *, now: datetime, timezone: str) -> date | None:
    if value is None:
        return None
    try:
        return parsing.day(value, now=now, timezone=timezone)
    except BadTime as error:
        raise BadInput(
            f"{field}: {error.json_message}", hint=error.json_hint, field=field
        ) from None


def _by_day(value: object, field: str, frequency: Frequency) -> tuple[Weekday, ...]:
    if isinstance(value, str):
        value = [part.strip(" ") for part in value.split(",")]
    days = (_weekday(item, field, frequency) for item in read_list(value, field))
    return tuple(dict.fromkeys(days))


def _weekday(value: object, field: str, frequency: Frequency) -> Weekday:
    shape = _WEEKDAY.fullmatch(value) if isinstance(value, str) else None
    number, word = shape.groups() if shape else (None, "")
    if word.lower() not in _WORDS:
        raise BadInput(
            f"{field} cannot be {excerpt(value) or 'empty'}",
            hint=_DAY_HINT,
            field=field,
        )
    day = _WORDS[word.lower()]
    if number is None:
        return Weekday(day)
    return Weekday(day, _nth(number, day, field, frequency))


def _nth(number: str, day: str, field: str, frequency: Frequency) -> int:
    if frequency is not Frequency.MONTHLY:
        raise BadInput(
            f"{field} cannot be {number[:80]}{day} in a {frequency} series",
            hint=f"write {day}, or make the series MONTHLY",
            field=field,
        )
    if not _NTH.fullmatch(number):
        raise BadInput(
            f"{field} cannot be {number[:80]}{day}",
            hint="a month has a first to a fifth (1 to 5) or, from its end, -1 to -5",
            field=field,
        )
    return int(number)
