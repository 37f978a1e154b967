"""Lengths of time as people type them: `90`, `1h30m`, `1.5 h`, `PT90M`, `2 days`.

A day is 24 hours here and a week seven of them; lengths of the calendar, which months
and years are, stand in `periods`.
"""

from __future__ import annotations

import re
from datetime import timedelta

from calbook.core.errors import BadTime
from calbook.core.model import DAY, MINUTE, SECOND
from calbook.core.text import excerpt, to_text

_UNITS = {
    "w": (7 * DAY, ("w", "wk", "wks", "week", "weeks")),
    "d": (DAY, ("d", "day", "days")),
    "h": (60 * MINUTE, ("h", "hr", "hrs", "hour", "hours")),
    "m": (MINUTE, ("m", "min", "mins", "minute", "minutes")),
    "s": (SECOND, ("s", "sec", "secs", "second", "seconds")),
}
_BY_NAME = {name: unit for unit, (_, names) in _UNITS.items() for name in names}
_ORDER = "wdhms"
_PART = r"(\d{1,9})(?:\.(\d{1,3}))? ?([A-Za-z]{1,7})"
_ISO = (
    r"P(?=.)(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?"
)
_CALENDAR = r"\d{1,4} ?(?:mo|mos|months?|y|yrs?|years?)|P\d{1,4}[MY]"
_HINT = "write minutes, or 90m, 1h30m, 2d, 1w"


def duration(text: str, field: str) -> timedelta:
    """A length of time, in minutes where it has no unit.

    Raises:
        BadTime: it is none, or it could be two.
    """
    said = re.sub("[ \t]+", " ", text).strip() if isinstance(text, str) else ""
    if re.fullmatch(r"\d{1,9}", said, re.ASCII):
        return int(said) * MINUTE
    try:
        length = _of_iso(said)
        length = _of_parts(said) if length is None else length
    except OverflowError:
        length = None
    if length is None:
        raise _not_a_length(text, field, _hint(said))
    return length


def minutes(text: str, field: str) -> int:
    """A length of time in whole minutes.

    Raises:
        BadTime: it is none, it could be two, or it has seconds over.
    """
    length = duration(text, field)
    if length % MINUTE:
        raise _not_a_length(text, field, "write whole minutes", "whole minutes")
    return length // MINUTE


def _of_iso(text: str) -> timedelta | None:
    """ISO 8601 without years and months: `PT1H30M`, `P1D`, `P2W`."""
    found = re.fullmatch(_ISO, text, re.ASCII | re.IGNORECASE)
    if found is None:
        return None
    lengths = (length for length, _ in _UNITS.values())
    parts = zip(found.groups(default="0"), lengths, strict=True)
    return sum((int(number) * length for number, length in parts), timedelta())


def _of_parts(text: str) -> timedelta | None:
    """`1h30m`, `1 h 30 min`, from the longest unit to the shortest; `1.5h` alone."""
    if not re.fullmatch(f"{_PART}(?: ?{_PART}){{0,4}}", text, re.ASCII):
        return None
    parts = re.findall(_PART, text, re.ASCII)
    units = [_unit(name) for _, _, name in parts]
    if None in units or "".join(filter(None, units)) != _in_order(units):
        return None
    total = timedelta()
    for (whole, fraction, _), unit in zip(parts, units, strict=True):
        length = _UNITS[unit or ""][0]
        over = length * int(fraction or 0)
        if fraction and (len(parts) > 1 or over % (10 ** len(fraction) * SECOND)):
            return None
        total += int(whole) * length + over / 10 ** len(fraction)
    return total


def _unit(name: str) -> str | None:
    """A capital M is a minute to some and a month to others."""
    return None if name == "M" else _BY_NAME.get(name.lower())


def _in_order(units: list[str | None]) -> str:
    return "".join(unit for unit in _ORDER if unit in units)


def _hint(text: str) -> str:
    """What would be right, where it can be told."""
    if found := re.fullmatch(r"(\d{1,4}):(\d\d)", text, re.ASCII):
        first, second = found.groups()
        return f"it could be {first}h{second}m or {first}m{second}s: write which"
    if found := re.fullmatch(r"(\d{1,4}) ?M", text, re.ASCII):
        return f"M could be minutes or months: write {found[1]}m for minutes"
    if re.fullmatch(_CALENDAR, text, re.ASCII | re.IGNORECASE):
        return "months and years differ in length: write days, as in 30d"
    if found := re.fullmatch(r"(\d{1,4}),(\d{1,3}) ?([hdw])", text, re.ASCII):
        return f"write {found[1]}.{found[2]}{found[3]}"
    if found := re.fullmatch(r"(\d{1,4})[.,](\d{1,3})", text, re.ASCII):
        return f"write its unit: {found[1]}.{found[2]}h or {found[1]}.{found[2]}d"
    return _HINT


def _not_a_length(
    text: object, field: str, hint: str, what: str = "a length of time"
) -> BadTime:
    return BadTime(
        f"{field} is not {what}: {excerpt(text)}",
        hint=hint,
        value=to_text(text)[:80],
    )
