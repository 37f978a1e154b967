"""Dates and times as tables write them; day and month are told by the whole column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

from calbook.core.errors import BadInput
from calbook.core.text import excerpt
from calbook.core.time import times

DMY, MDY = "dmy", "mdy"
ORDERS = (DMY, MDY)
_EITHER = "either"
_LONGEST = 100  # characters

_TIME = (
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})"
    r"(?:[.,]\d{1,9})?)?)?\s*(?P<half>[ap]\.?\s?m\.?)?(?:\s*(?:Uhr|h))?"
    r"\s*(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_REST = rf"(?:,?\s*(?:T|um|at|à|às|om|alle|a las)?\s*{_TIME})?"
_WEEKDAY = r"(?:[^\W\d_]{2,12}\.?,?\s+)?"
_ISO = re.compile(
    rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_REST}",
    re.IGNORECASE,
)
_NUMBERS = re.compile(
    rf"{_WEEKDAY}(?P<first>\d{{1,2}})(?P<sign>[-/.])(?P<other>\d{{1,2}})(?P=sign)"
    rf"(?P<year>\d{{4}}|\d{{2}}){_REST}",
    re.IGNORECASE,
)
_WORDS = (
    re.compile(
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?(?:\s+de)?[ -]+"
        rf"(?P<word>[^\W\d_]{{3,12}})\.?(?:\s+de)?,?[ -]+"
        rf"(?P<year>\d{{4}}|\d{{2}}){_REST}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_WEEKDAY}(?P<word>[^\W\d_]{{3,12}})\.?\s+(?P<day>\d{{1,2}})"
        rf"(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_REST}",
        re.IGNORECASE,
    ),
)
_MONTHS = (
    "january januar janvier enero gennaio janeiro januari jänner ene gen",
    "february februar février febrero febbraio fevereiro februari fev fév",
    "march märz mars marzo março maart mrz",
    "april avril abril aprile avr abr",
    "may mai mayo maggio maio mei",
    "june juni juin junio giugno junho giu",
    "july juli juillet julio luglio julho lug",
    "august août agosto augustus ago aoû",
    "september septembre septiembre settembre setembro sept set",
    "october oktober octobre octubre ottobre outubro okt ott out",
    "november novembre noviembre novembro",
    "december dezember décembre diciembre dicembre dezembro dez dic déc",
)
_LENGTH = re.compile(
    r"(?:(?P<hours>\d{1,2}(?:[.,]\d{1,2})?)\s*(?:h|hrs?|hours?|std\.?|stunden?|uren?|"
    r"heures?|horas?|ore)\s*)?(?:(?P<minutes>\d{1,4})\s*(?:m|mins?\.?|minutes?|minuten|"
    r"minutos|minuti)?)?",
    re.IGNORECASE,
)
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d{1,12}))?")  # Excel's days since 1900
_FRACTION = re.compile(r"0[.,]\d{1,12}")  # of a day
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 (a wall time)
_NUMBER = re.compile(r"\d{1,2}(?:[.,]\d{1,4})?")
_MIDNIGHT = time()
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")


class Wall(NamedTuple):
    """What a text says: a wall time, or an instant where it has an offset."""

    time: datetime  # naive, or in UTC
    has_clock: bool


def read_wall(text: str, order: str | None) -> Wall | None:
    """The time of a text, or None where it is none.

    `order` says which of two numbers is the day.
    """
    plain = " ".join(text.split())
    if len(plain) > _LONGEST:
        return None
    if serial := _SERIAL.fullmatch(plain):
        return _serial_wall(*serial.groups())
    for pattern in (_ISO, _NUMBERS, *_WORDS):
        found = pattern.fullmatch(plain)
        if found is not None:
            try:
                return _wall(found, order)
            except (ValueError, OverflowError):
                return None
    return None


def read_day_and_clock(day: str, clock: str, order: str | None) -> Wall | None:
    """What two cells say: the one of the day may have midnight as its time."""
    whole = read_wall(f"{day} {clock}", order)
    if whole is not None or not clock:
        return whole
    first = read_wall(day, order)
    other = read_wall(f"2000-01-01 {clock}", None)
    if _FRACTION.fullmatch(clock):
        other = _serial_wall("36526", clock[2:])
    if first is None or other is None or first.time.tzinfo or other.time.tzinfo:
        return None
    at = other.time.time()
    if first.has_clock and first.time.time() not in (_MIDNIGHT, at):
        return None
    return Wall(datetime.combine(first.time, at), has_clock=True)


def _serial_wall(days: str, fraction: str | None) -> Wall | None:
    minutes = round(float(f"0.{fraction or 0}") * 1440)
    wall = _DAY_ZERO + timedelta(days=int(days), minutes=minutes)
    if not times.FIRST_YEAR < wall.year < times.LAST_YEAR:
        return None
    return Wall(wall, fraction is not None)


def _wall(found: re.Match[str], order: str | None) -> Wall | None:
    parts = found.groupdict()
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    if "first" in parts:
        first, other = int(parts["first"]), int(parts["other"])
        day, month = (other, first) if order == MDY else (first, other)
    else:
        day = int(parts["day"])
        month = _month(parts["word"]) if "word" in parts else int(parts["month"])
    clock = _clock(parts)
    wall = datetime(year, month, day) + (clock or timedelta())  # noqa: DTZ001
    if not times.FIRST_YEAR < wall.year < times.LAST_YEAR:
        return None
    offset = (parts["offset"] or "").upper()
    if not offset:
        return Wall(wall, clock is not None)
    if offset in ("Z", "UTC", "GMT"):
        return Wall(wall.replace(tzinfo=UTC), has_clock=True)
    there = datetime.strptime(offset, "%z").tzinfo
    return Wall(wall.replace(tzinfo=there).astimezone(UTC), has_clock=True)


def _clock(parts: dict[str, str]) -> timedelta | None:
    if parts["hour"] is None:
        return None
    hour, minute, second = (int(parts[k] or 0) for k in ("hour", "minute", "second"))
    half = (parts["half"] or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(hour)
    return timedelta(hours=hour, minutes=minute)


def _month(word: str) -> int:
    number = _month_numbers().get(word.casefold())
    if number is None:
        number = _month_numbers().get(word.casefold()[:3])
    if number is None:
        raise ValueError(word)
    return number


@cache
def _month_numbers() -> dict[str, int]:
    found: dict[str, int] = {}
    for number, words in enumerate(_MONTHS, 1):
        for word in words.split():
            found.setdefault(word, number)
            found.setdefault(word[:3], number)
    return found


def find_order(values: Iterable[tuple[int, str]], wanted: str | None) -> str | None:
    """Which of two numbers is the day, told by all values of a column, with lines.

    Raises:
        BadInput: both readings fit all of them, or neither does.
    """
    if wanted is not None:
        return wanted
    sure: dict[str, tuple[int, str]] = {}
    unsure: tuple[int, str] | None = None
    for line, text in values:
        order = _order_of(text)
        if order == _EITHER:
            unsure = unsure or (line, text)
        elif order is not None:
            sure.setdefault(order, (line, text))
    if len(sure) > 1:
        raise _contradiction(sure.values())
    if sure:
        return next(iter(sure))
    if unsure is not None:
        raise _ambiguity(*unsure)
    return DMY


def _order_of(text: str) -> str | None:
    """Of two numbers the order that they can have; None of what has no two."""
    found = _NUMBERS.fullmatch(" ".join(text.split())[:_LONGEST])
    if found is None:
        return None
    first, other = int(found["first"]), int(found["other"])
    if found["sign"] == "." or first > 12:
        return DMY
    if other > 12:
        return MDY
    return _EITHER if first != other else None


def _contradiction(values: Iterable[tuple[int, str]]) -> BadInput:
    said = " and ".join(
        f"{excerpt(text)} in line {line}" for line, text in sorted(values)
    )
    return BadInput(
        f"day and month stand in different orders: {said}",
        hint='say dates="dmy" or dates="mdy"; the other rows are left out',
        command_hint="say --dates dmy or --dates mdy; the other rows are left out",
    )


def _ambiguity(line: int, text: str) -> BadInput:
    both = [read_wall(text, order) for order in ORDERS]
    said = " or ".join(f"{w.time.day} {w.time:%B %Y}" for w in both if w is not None)
    return BadInput(
        f"{excerpt(text)} in line {line} is {said}: both fit the whole column",
        hint='say dates="dmy" or dates="mdy"',
        command_hint="say --dates dmy (day first) or --dates mdy (month first)",
        line=line,
    )


def read_length(text: str, *, in_hours: bool = False) -> timedelta | None:
    """A length as `30`, `30 min`, `1h 30m`, `1:30` or `0:30:00`; None of others.

    A plain number are minutes, or hours if it is said.
    """
    plain = text.strip()
    if in_hours and _NUMBER.fullmatch(plain):
        return timedelta(minutes=round(float(plain.replace(",", ".")) * 60)) or None
    if clock := _CLOCK.fullmatch(plain):
        return timedelta(hours=int(clock[1]), minutes=int(clock[2]))
    found = _LENGTH.fullmatch(plain)
    if not plain or found is None:
        return None
    hours = float((found["hours"] or "0").replace(",", "."))
    length = timedelta(hours=hours, minutes=int(found["minutes"] or 0))
    return length or None


def place_wall(wall: Wall, timezone: str) -> tuple[datetime, str | None]:
    """The instant in UTC, and what had to be guessed where the clocks change."""
    if wall.time.tzinfo is not None:
        return wall.time, None
    instants = times.possible_instants(wall.time, timezone)
    instant = times.instant_of_wall(wall.time, timezone)
    if len(instants) == 1:
        return instant, None
    if instants:
        return instant, _repeated(wall, timezone, "first")
    said = f"{wall.time:%Y-%m-%d %H:%M}"
    moved = times.wall_time(instant, timezone)
    return instant, f"the clocks of {timezone} skipped {said}: read as {moved:%H:%M}"


def place_span(
    start: Wall, end: Wall, timezone: str
) -> tuple[datetime, datetime, tuple[str, ...]]:
    """Both instants, and what had to be guessed.

    What the clocks repeat is read so that it is as short as can be; what begins when
    they skip keeps its length by the walls.
    """
    first, remark = place_wall(start, timezone)
    last, other = place_wall(end, timezone)
    starts, ends = (_instants(wall, timezone) for wall in (start, end))
    if not starts and end.time.tzinfo is None:
        return first, first + (end.time - start.time), tuple(filter(None, [remark]))
    pairs = [(b, e) for b in starts or (first,) for e in ends or (last,) if b <= e]
    first, last = min(pairs, key=lambda x: x[1] - x[0], default=(first, last))
    if len(starts) > 1 and first == starts[1]:
        remark = _repeated(start, timezone, "second")
    if len(ends) > 1 and last == ends[1]:
        other = _repeated(end, timezone, "second")
    return first, last, tuple(dict.fromkeys(filter(None, (remark, other))))


def _instants(wall: Wall, timezone: str) -> tuple[datetime, ...]:
    if wall.time.tzinfo is not None:
        return (wall.time,)
    return times.possible_instants(wall.time, timezone)


def _repeated(wall: Wall, timezone: str, which: str) -> str:
    said = f"{wall.time:%Y-%m-%d %H:%M}"
    return f"{said} came twice in {timezone}: read as the {which}"
