"""WHEN as people type it: exactly the forms of the manual's page `times`, none guessed.

The exact forms are read here; `phrases`, imported for the others, has the words.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache

from calbook.core import patterns as re
from calbook.core.errors import (
    AmbiguousTime,
    BadInput,
    BadTime,
    BadZone,
    InputError,
    NonexistentTime,
)
from calbook.core.model import DAY, SECOND, GivenStart
from calbook.core.text import excerpt, plain_text, to_text
from calbook.core.time import times
from calbook.core.typing_names import NamedTuple

_HINTS = {
    "moment": "write 2027-01-18 10:00 (or with an offset: …T10:00-05:00), 18 jan 10:00,"
    " fri 14:30, 2pm, +90m or in 2h",
    "day": "write 2027-01-18, 18 jan, today, tomorrow or mon…sun",
    "range": "write a day (2027-01-18, fri), a moment (fri 14:30, +2h), or a week or"
    " month (next week, 2027-01)",
}
# Beside a range that ends before it begins.
ORDER_HINT = "mon…sun are the first such days after today, a time alone is today's"
_NO_ZONES = frozenset({"localtime", "Factory", "posixrules"})
_LONGEST = 80  # characters of a WHEN

_DATE = r"\d{4}-\d{2}-\d{2}"
_STAMP = (
    r"(\d{4}-\d{2}-\d{2})[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)"
    r"(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?"
)
# As other programs print them; in small letters.
_FOREIGN_STAMP = (
    r"(\d{4}-\d{2}-\d{2})[t ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)(?:[.,]0{1,9})?"
    r" ?(z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?"
)
_ZONE = r"(.+?) (UTC|[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)+)"


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
        return plain_text(name)
    raise BadZone(excerpt(name), _nearest(to_text(name)[:80]))


def _nearest(name: str) -> str | None:
    """The zone of that name in another case, of that city, or of a like spelling."""
    from calbook.core.suggestions import nearest

    asked = name.strip().replace(" ", "_").casefold()
    known = {zone.casefold(): zone for zone in sorted(_zone_names())}
    cities = {folded.rpartition("/")[2]: zone for folded, zone in known.items()}
    return known.get(asked) or cities.get(asked) or nearest(asked, known.values())


class Days(NamedTuple):
    """The local days of a zone that a text means, half-open."""

    first: date
    end: date
    timezone: str

    @property
    def is_one(self) -> bool:
        return self.first + DAY == self.end


def moment(text: str | date, *, now: datetime, timezone: str) -> GivenStart:
    """The moment meant; a text without an offset or a zone is read in `timezone`.

    Raises:
        BadTime: it is none, it could be two, or the day does not exist.
        NonexistentTime, AmbiguousTime: the clocks skip or repeat it.
    """
    if isinstance(text, date) and not isinstance(text, datetime):
        raise _unread(text, "moment")
    found = _read(text, "moment", now=now, timezone=timezone)
    if isinstance(found, GivenStart):
        return found
    if not found.is_one:
        raise BadTime(
            f"{excerpt(text)} is more than a day; a time is needed",
            hint=f"write {found.first} 10:00",
            value=excerpt(text),
        )
    raise BadTime(
        f"{excerpt(text)} is a day; a time is needed",
        hint=f"write {excerpt(text)} 10:00",
        value=excerpt(text),
    )


def day(text: str | date, *, now: datetime, timezone: str) -> date:
    """A local date: `2027-01-18`, `18 jan`, `today`, `fri`.

    Raises:
        BadTime: it is none, it could be two, or the day does not exist.
    """
    if isinstance(text, datetime):
        raise _unread(text, "day")
    found = _read(text, "day", now=now, timezone=timezone)
    if isinstance(found, GivenStart):
        raise _unread(text, "day", f"write {found.wall.date()}")
    if found.is_one and found.timezone == timezone:
        return found.first
    what, ways = "in a zone", f"{found.first}"
    if not found.is_one:
        what, ways = "more than a day", f"{found.first} or {found.end - DAY}"
    raise BadTime(
        f"{excerpt(text)} is {what}; a day is wanted",
        hint=f"write {ways}",
        value=excerpt(text),
    )


def days(text: str | date, *, now: datetime, timezone: str) -> Days:
    """A day, week, month or year.

    Raises:
        BadTime: it is none, it could be two, or it has a time of day.
    """
    found = _read(text, "range", now=now, timezone=timezone)
    if isinstance(found, GivenStart):
        raise BadTime(
            f"{excerpt(text)} is a moment; days are wanted",
            hint="write 2027-01-18, fri, next week or 2027-01",
            value=excerpt(text),
        )
    return found


def is_moment(text: str) -> bool:
    """Whether it has a time of day, whichever day that is of."""
    any_day = datetime(2000, 1, 1, tzinfo=UTC)
    try:
        found = _read(text, "range", now=any_day, timezone="UTC")
    except InputError:
        return False
    return isinstance(found, GivenStart)


def range_start(text: str | date, *, now: datetime, timezone: str) -> datetime:
    """The instant from which on, included; days begin at the midnight of the first."""
    found = _read(text, "range", now=now, timezone=timezone)
    if isinstance(found, GivenStart):
        return found.instant
    return times.day_start(found.first, found.timezone)


def range_end(text: str | date, *, now: datetime, timezone: str) -> datetime:
    """The instant up to which, excluded; days are included to the end of the last."""
    found = _read(text, "end", now=now, timezone=timezone)
    if isinstance(found, GivenStart):
        return found.instant
    return times.day_start(found.end, found.timezone)


def check_order(first: datetime, last: datetime, timezone: str) -> None:
    """Raises BadInput where a range ends before it begins, by days or by the clock.

    That of a day ends at midnight, where a range from the next day on begins.
    """
    days = (times.local_date(at, timezone) for at in (first, last - SECOND))
    if last < first or (last == first and next(days) - next(days) == DAY):
        raise BadInput(
            "the range ends before it begins", hint=ORDER_HINT, field="endDate"
        )


def _read(
    text: str | date, wanted: str, *, now: datetime, timezone: str
) -> GivenStart | Days:
    if isinstance(text, datetime):
        return _of_datetime(text, timezone)
    if isinstance(text, date):
        text = text.isoformat()
    if not isinstance(text, str):
        raise _unread(text, wanted)
    if text == "now":
        return _by_offset(now, timezone)
    if stamp := re.fullmatch(_STAMP, text, re.ASCII):
        return _of_stamp(stamp, text, timezone)
    if re.fullmatch(_DATE, text, re.ASCII):
        first = _existing_day(text, text).date()
        return Days(first, first + DAY, timezone)
    if len(text) > _LONGEST:
        raise _unread(text, wanted)
    if zoned := re.fullmatch(_ZONE, text.strip(), re.ASCII):
        return _in_zone(zoned, wanted, now=now)
    return _of_phrase(text, wanted, now=now, timezone=timezone)


def _in_zone(zoned: re.Match[str], wanted: str, *, now: datetime) -> GivenStart | Days:
    """`2027-01-18 10:00 Europe/Lisbon`: the zone behind it is the one that counts."""
    rest, name = zoned.groups()
    found = _read(rest, wanted, now=now, timezone=timezone(name))
    is_settled = isinstance(found, GivenStart) and found.by_offset
    if is_settled or re.fullmatch(_ZONE, rest, re.ASCII):
        raise BadTime(
            f"{excerpt(zoned[0])} needs no zone behind it",
            hint=f"write {excerpt(rest)}, or a local time before the zone",
            value=excerpt(zoned[0]),
        )
    return found


def _of_phrase(
    text: str, wanted: str, *, now: datetime, timezone: str
) -> GivenStart | Days:
    from calbook.core.time import clocks, phrases  # few write these

    today, said = times.local_date(now, timezone), clocks.tidy(text)
    if said == "now":
        return _by_offset(now, timezone)
    if stamp := re.fullmatch(_FOREIGN_STAMP, said, re.ASCII):
        return _of_stamp(stamp, text, timezone)
    try:
        found = phrases.read_phrase(said, today=today)
    except BadTime as error:
        error.details.setdefault("value", excerpt(text))
        raise
    if found is None:
        raise _unread(text, wanted, phrases.hint_for(said, now.year))
    if found.ahead is not None:
        return _by_offset(_later(now, found.ahead, text), timezone)
    assert found.days is not None
    meant = Days(*found.days, timezone)
    for each in (meant.first, meant.end - DAY):
        _check_year(each.year, excerpt(text))
    if found.clock is None:
        return meant
    return _at_clock(meant, found.clock, text, is_end=wanted == "end")


def _at_clock(days: Days, clock: timedelta, text: str, *, is_end: bool) -> GivenStart:
    if not days.is_one:
        raise BadTime(
            f"{excerpt(text)} is a time on more than a day",
            hint=f"write {days.first} and the time",
            value=excerpt(text),
        )
    if clock < DAY:
        return _of_wall(times.midnight(days.first) + clock, days.timezone)
    if not is_end:
        raise BadTime(
            f"{excerpt(text)} is the end of a day",
            hint=f"write {days.end} 00:00 for then, {days.first} 00:00 for the"
            " beginning of that day",
            value=excerpt(text),
        )
    end = times.day_start(days.end, days.timezone)
    return _by_offset(end, days.timezone)._replace(by_offset=False)


def _unread(value: object, wanted: str, hint: str | None = None) -> BadTime:
    wanted = "range" if wanted == "end" else wanted
    what = "moment or days" if wanted == "range" else wanted
    return BadTime(
        f"not a {what}: {excerpt(value)}",
        hint=hint or _HINTS[wanted],
        value=excerpt(value),
    )


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
    midnight = _existing_day(day, text)
    if offset is None:
        return _of_wall(midnight + _clock(clock), timezone)
    aware = datetime.fromisoformat(f"{day}T{clock}{offset.upper()}")
    instant = aware.astimezone(UTC)
    _check_year(instant.year, text)
    return _by_offset(instant, timezone)


def _existing_day(day: str, text: str) -> datetime:
    try:
        wall = datetime.fromisoformat(day)
    except ValueError:
        from calbook.core.time import phrases

        error = phrases.no_such_day(*map(int, day.split("-")))
        error.details["value"] = text
        raise error from None
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


def _later(now: datetime, ahead: timedelta, text: str) -> datetime:
    """In whole minutes, the next one: nobody means the seconds."""
    try:
        later = now + ahead
        later += -later.second % 60 * SECOND
    except OverflowError:
        later = now.replace(year=9999, day=1)  # 29 February has no 9999
    _check_year(later.year, text)
    return later


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
