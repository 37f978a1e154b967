"""Lengths of the calendar: `3y`, `18mo`, `6w`, `90d`; those of the clock are `lengths`.

Slow to import.
"""

from __future__ import annotations

import re
from datetime import date

from dateutil.relativedelta import relativedelta

from calbook.core.errors import BadTime
from calbook.core.text import printable

_PERIOD = r"([1-9][0-9]{0,3}) ?(d|days?|w|weeks?|mo|months?|y|years?)"
_ISO = r"p([1-9][0-9]{0,3})([dwmy])"  # ISO 8601, with one unit
_UNITS = {"d": "days", "w": "weeks", "m": "months", "y": "years"}
_LONGEST = 100  # years
_DAYS = {"days": 1, "weeks": 7, "months": 28, "years": 365}


def read_period(text: object, field: str) -> str:
    """A length of the calendar, as `3y`, `18mo`, `6w`, `90d`, `P3Y`.

    Raises:
        BadTime: it is none, or more than a hundred years.
    """
    said = str(text).strip().lower()
    found = re.fullmatch(_PERIOD, said, re.ASCII) or re.fullmatch(_ISO, said, re.ASCII)
    unit = found and _UNITS[found[2][0]]
    if not (found and unit) or int(found[1]) * _DAYS[unit] > _LONGEST * 366:
        minutes = re.fullmatch(r"(\d{1,4}) ?m", said, re.ASCII)
        raise BadTime(
            f"{field} is not a length of the calendar: {printable(str(text)[:80])}",
            hint=f"m could be minutes or months: write {minutes[1]}mo for months"
            if minutes
            else "write 3y, 18mo, 6w or 90d",
            value=str(text)[:80],
            field=field,
        )
    return f"{found[1]}{'mo' if unit == 'months' else unit[0]}"


def date_before(day: date, period: str) -> date:
    """So long before a day; the last of a month where that has no such day."""
    found = re.fullmatch(_PERIOD, period, re.ASCII)
    assert found is not None
    unit = _UNITS[found[2][0]]
    earlier: date = day - relativedelta(**{unit: int(found[1])})  # type: ignore[arg-type]
    return earlier


def period_text(period: str) -> str:
    """`3 years`, `1 month`."""
    found = re.fullmatch(_PERIOD, period, re.ASCII)
    assert found is not None
    unit = _UNITS[found[2][0]]
    return f"{found[1]} {unit[:-1] if found[1] == '1' else unit}"
