"""WHEN as people type it: exactly the few forms of the manual, nothing guessed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache

from calbook.core.errors import AmbiguousTime, BadTime, BadZone, NonexistentTime
from calbook.core.model import DAY, MINUTE, SECOND, GivenStart
from calbook.core.text import excerpt, printable, to_text
from calbook.core.time import times

_HINT = "write 2027-01-18 10:00 (or with an offset: …T10:00-05:00), fri 14:30 or +90m"
_DAYS = tuple(day[:3].lower() for day in times.WEEKDAYS)
_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
_UNITS = {"m": MINUTE, "h": 60 * MINUTE, "d": DAY}
_NO_ZONES = frozenset({"localtime", "Factory", "posixrules"})

_DATE = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_STAMP = (
    r"(\d{4}-\d{2}-\d{2})[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)"
    r"(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?"
)
_AHEAD = r"\+(\d{1,7})([mhd])"
_LENGTH = r"(\d{1,9})([mhd]?)"


@cache
def _zone_names() -> frozenset[str]:
    from zoneinfo import available_timezones  # reads every zone file: slow

    return frozenset(
        name
        for name in available_timezones()
        if name not in _NO_ZONES and not name.startswith(("right/", "posix/"))
    )


def is_timezone(name: str) -> bool:
    """Whether it is the name of an IANA zone, written exactly."""
    return name in _zone_names()


def timezone(name: str) -> str:
    """The name again if it is an IANA zone; membership is tested before any file."""
    if isinstance(name, str) and name in _zone_names():
        return name
    raise BadZone(excerpt(name), _nearest(to_text(name)[:80]))


def _nearest(name: str) -> str | None:
    """The zone of that name in another case, of that city, or of a like spelling."""
    asked = name.strip().replace(" ", "_").casefold()
    known = {zone.casefold(): zone for zone in sorted(_zone_names())}
    cities = {folded.rpartition("/")[2]: zone for folded, zone in known.items()}
    near = difflib.get_close_matches(asked, known, 1)
    return known.get(asked) or cities.get(asked) or (known[near[0]] if near else None)


def moment(text: str | date, *, now: datetime, timezone: str) -> GivenStart:
    """The moment meant; a text without an offset is read in `timezone`.

    Raises:
        BadTime: it is not one of the forms, or the day does not exist.
        NonexistentTime, AmbiguousTime: the clocks skip or repeat it.
    """
    if isinstance(text, datetime):
        return _of_datetime(text, timezone)
    if not isinstance(text, str):
        raise BadTime(f"not a moment: {excerpt(text)}", hint=_HINT)
    if stamp := re.fullmatch(_STAMP, text, re.ASCII):
        return _of_stamp(stamp, text, timezone)
    if text == "now":
        return _by_offset(now, timezone)
    if ahead := re.fullmatch(_AHEAD, text, re.ASCII):
        return _by_offset(_later(now, ahead, text), timezone)
    return _of_words(text, now=now, timezone=timezone)


def _of_datetime(value: datetime, timezone: str) -> GivenStart:
    if value.tzinfo is None:
        raise BadTime(
            f"{value.isoformat()} has no time zone",
            hint="pass an aware datetime, or text to be read in the schedule's zone",
        )
    _check_year(value.year, value.isoformat())
    return _by_offset(value.astimezone(UTC).replace(microsecond=0), timezone)


def _of_stamp(stamp: re.Match[str], text: str, timezone: str) -> GivenStart:
    day, clock, offset = stamp.groups()
    wall = _existing_day(day, text) + _clock(clock)
    if offset is None:
        return _of_wall(wall, timezone)
    aware = datetime.fromisoformat(f"{wall.isoformat()}{offset.replace('Z', '+00:00')}")
    _check_year(aware.astimezone(UTC).year, text)
    return _by_offset(aware.astimezone(UTC), timezone)


def _existing_day(day: str, text: str) -> datetime:
    try:
        wall = datetime.fromisoformat(day)
    except ValueError:
        raise BadTime(f"there is no day {day}", hint=_HINT, value=text) from None
    _check_year(wall.year, text)
    return wall


def _check_year(year: int, text: str) -> None:
    if not times.FIRST_YEAR <= year <= times.LAST_YEAR:
        raise BadTime(
            f"{text} lies outside the years {times.FIRST_YEAR}–{times.LAST_YEAR}",
            value=text,
        )


def _clock(text: str) -> timedelta:
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))


def _later(now: datetime, ahead: re.Match[str], text: str) -> datetime:
    """In whole minutes, the next one: nobody means the seconds."""
    number, unit = ahead.groups()
    try:
        later = now + int(number) * _UNITS[unit]
        later += -later.second % 60 * SECOND
    except OverflowError:
        later = now.replace(year=9999, day=1)  # 29 February has no 9999
    _check_year(later.year, text)
    return later


def _of_words(text: str, *, now: datetime, timezone: str) -> GivenStart:
    word, _, clock = text.partition(" ")
    day = _named_day(word, times.local_date(now, timezone))
    if day is not None and re.fullmatch(_CLOCK, clock, re.ASCII):
        return _of_wall(times.midnight(day) + _clock(clock), timezone)
    if (day is not None and not clock) or re.fullmatch(_DATE, text, re.ASCII):
        raise BadTime(
            f"{text} is a day; a time is needed",
            hint=f"write {text} 10:00",
            value=text,
        )
    raise BadTime(f"not a moment: {printable(text[:80])}", hint=_HINT, value=text[:80])


def _named_day(word: str, today: date) -> date | None:
    """`today`, `tomorrow`, `yesterday`, or the first `mon`…`sun` after today."""
    if word in _NEAR:
        return today + _NEAR[word] * DAY
    if word in _DAYS:
        ahead = (_DAYS.index(word) - today.weekday() - 1) % 7 + 1
        return today + ahead * DAY
    return None


def _by_offset(instant: datetime, timezone: str) -> GivenStart:
    return GivenStart(
        instant, times.wall_time(instant, timezone), timezone, by_offset=True
    )


def _of_wall(wall: datetime, timezone: str) -> GivenStart:
    """A typed wall time: refused where the clocks skip or repeat it."""
    instants = times.possible_instants(wall, timezone)
    if len(instants) == 1:
        return GivenStart(instants[0], wall, timezone, by_offset=False)
    error: Callable[[str, str, str, str], Exception] = AmbiguousTime
    if not instants:
        error = NonexistentTime
        local = times.zone(timezone)
        instants = tuple(
            sorted(wall.replace(tzinfo=local, fold=f).astimezone(UTC) for f in (0, 1))
        )
    first, second = (times.rfc3339(instant, timezone) for instant in instants)
    raise error(f"{wall:%Y-%m-%d %H:%M}", timezone, first, second)


def day(text: str | date, *, now: datetime, timezone: str) -> date:
    """A local date: `YYYY-MM-DD`, today, tomorrow, yesterday, mon…sun."""
    found = _day(text, now, timezone)
    if found is None:
        raise BadTime(
            f"not a day: {excerpt(text)}",
            hint="write 2027-01-18, today, tomorrow or mon…sun",
            value=to_text(text)[:80],
        )
    return found


def _day(text: str | date, now: datetime, timezone: str) -> date | None:
    if isinstance(text, date) and not isinstance(text, datetime):
        text = text.isoformat()
    if not isinstance(text, str):
        return None
    if re.fullmatch(_DATE, text, re.ASCII):
        return _existing_day(text, text).date()
    return _named_day(text, times.local_date(now, timezone))


def range_start(text: str | date, *, now: datetime, timezone: str) -> datetime:
    """The instant from which on, included; a bare date begins at its midnight."""
    found = _day(text, now, timezone)
    if found is not None:
        return times.day_start(found, timezone)
    return moment(text, now=now, timezone=timezone).instant


def range_end(text: str | date, *, now: datetime, timezone: str) -> datetime:
    """The instant up to which, excluded; a bare date includes that whole day."""
    found = _day(text, now, timezone)
    if found is not None:
        return times.day_start(found + DAY, timezone)
    return moment(text, now=now, timezone=timezone).instant


def duration(text: str, field: str) -> timedelta:
    """A length of time: minutes, or `90m`, `12h`, `2d` (24 hours each)."""
    found = re.fullmatch(_LENGTH, text, re.ASCII)
    if not found:
        raise BadTime(
            f"{field} is not a length of time: {printable(text[:80])}",
            hint="write minutes, or 90m, 12h, 2d",
            value=text[:80],
        )
    number, unit = found.groups()
    return int(number) * _UNITS[unit or "m"]
