"""Recurrence rules, expanded in wall-clock time (RFC 5545, 3.3.10).

A rule speaks of local dates and times, so 10:00 stays 10:00 when the clocks change.
Slow to import: only where a series is made or shown as a rule.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from calbook.core.errors import BadInput
from calbook.core.time import times

MAX_OCCURRENCES = 730  # occurrences of one series
MAX_YEARS = 100  # years from a series' first date to its last
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NTH = (1, 2, 3, 4, 5, -1, -2, -3, -4, -5)
_DAY = timedelta(days=1)


class Frequency(StrEnum):
    """How often; the values are the RFC's words."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class Weekday(NamedTuple):
    """A day of the week; with `nth`, that one of a month (-1 is the last)."""

    day: str
    nth: int | None = None

    def __str__(self) -> str:
        return f"{self.nth or ''}{self.day}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """How a series goes on from its first start.

    Exactly one of `count` and `until` is set; `until` is a local date, included.
    A weekday has an `nth` in a MONTHLY rule only.
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | None = None
    by_day: tuple[Weekday, ...] = ()


class Start(NamedTuple):
    """A start by the rule: its wall time, and the instant that stands for it.

    The two differ where the clocks skip the wall time; its date stays the date of
    the occurrence, even where the clocks skip midnight too (Dhaka, 2009-06-19 23:30).
    """

    wall: datetime
    instant: datetime


_Date = TypeVar("_Date", date, Start)


def starts(
    rule: Recurrence, first: datetime, timezone: str, *, most: int = MAX_OCCURRENCES
) -> tuple[Start, ...]:
    """Every start of a series that begins at the wall time `first`, in order.

    A wall time that the clocks skip takes the offset before the gap, a repeated one
    is the first of the two (RFC 5545, 3.3.5). A date that the zone itself left out is
    no date of the series.

    Raises:
        BadInput: `first` is not a date of the rule, there are more than `most`, or
            the last one is further away than a series may reach.
    """
    _check_first(rule, first.date(), timezone)
    return _take(rule, first.date(), _starts_of(rule, first, timezone), most)


def dates(
    rule: Recurrence, first: date, timezone: str, *, most: int = MAX_OCCURRENCES
) -> tuple[date, ...]:
    """The dates of `starts`, which are the same at whatever time they begin."""
    _check_first(rule, first, timezone)
    days = (
        day for day in _dates_of(rule, first) if not times.is_skipped(day, timezone)
    )
    return _take(rule, first, days, most)


def first_starts(
    rule: Recurrence, first: datetime, timezone: str, number: int
) -> tuple[Start, ...]:
    """`starts` of a rule without its end: so many, or as many as a series may reach."""
    endless = replace(rule, count=number, until=None)
    _check_first(endless, first.date(), timezone)
    return tuple(islice(_starts_of(endless, first, timezone), number))


def is_day_of(day: Weekday, frequency: Frequency) -> bool:
    """Whether a rule can have it: only in a month there is a second Tuesday."""
    is_of_month = frequency is Frequency.MONTHLY and day.nth in _NTH
    return day.day in DAYS and (day.nth is None or is_of_month)


def can_start_on(rule: Recurrence, day: date) -> bool:
    """Whether a local date can be the first of a series by this rule."""
    is_one = not rule.by_day or _falls_on(rule.by_day, day)
    return is_one and (rule.until is None or day <= rule.until)


def wall_times(rule: Recurrence, first: datetime) -> Iterator[datetime]:
    """The wall times of a rule without its COUNT, as far as a series may reach."""
    time = first.time()
    return (datetime.combine(day, time) for day in _dates_of(rule, first.date()))


def _dates_of(rule: Recurrence, first: date) -> Iterator[date]:
    last = min(_furthest(first), rule.until or date.max)
    if rule.frequency in (Frequency.DAILY, Frequency.WEEKLY):
        return map(date.fromordinal, _even_dates(rule, first, last))
    from calbook.core.time import calendar_dates  # slow to import

    by_day = with_numbered_weekdays(rule.by_day)
    weekdays = [(DAYS.index(day), nth) for day, nth in by_day]
    return calendar_dates.dates(
        rule.frequency, rule.interval, weekdays, first=first, last=last
    )


def _even_dates(rule: Recurrence, first: date, last: date) -> Iterable[int]:
    """Ordinals: of each Nth day, or of some days of each Nth week from Monday on."""
    begin, end = first.toordinal(), last.toordinal() + 1
    is_daily = rule.frequency is Frequency.DAILY
    step = rule.interval if is_daily else 7 * rule.interval
    if not rule.by_day:
        return range(begin, end, step)
    weekdays = sorted({DAYS.index(weekday.day) for weekday in rule.by_day})
    if is_daily:
        return (n for n in range(begin, end, step) if (n - 1) % 7 in weekdays)
    weeks = range(begin - first.weekday(), end, step)
    every = (monday + weekday for monday in weeks for weekday in weekdays)
    return (n for n in every if begin <= n < end)


def with_numbered_weekdays(by_day: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    """The same days of a month, with `nth` in all of them or in none.

    MO,2TU is every Monday and the second Tuesday (RFC 5545, 3.3.10); dateutil, and
    whoever reads a calendar with it, takes it for a day that is both.
    """
    if all(weekday.nth is None for weekday in by_day):
        return by_day
    return tuple(
        Weekday(day, number)
        for day, nth in by_day
        for number in ((1, 2, 3, 4, 5) if nth is None else (nth,))
    )


def to_json(rule: Recurrence) -> dict[str, Any]:
    """The rule as it is stored and shown; every key is always there."""
    return {
        "frequency": rule.frequency.value,
        "interval": rule.interval,
        "count": rule.count,
        "until": None if rule.until is None else rule.until.isoformat(),
        "byDay": [str(weekday) for weekday in rule.by_day],
    }


def from_json(stored: Mapping[str, Any]) -> Recurrence:
    """The rule that `to_json` wrote."""
    until = stored["until"]
    return Recurrence(
        frequency=Frequency(stored["frequency"]),
        interval=stored["interval"],
        count=stored["count"],
        until=None if until is None else date.fromisoformat(until),
        by_day=tuple(
            Weekday(text[-2:], int(text[:-2]) if text[:-2] else None)
            for text in stored["byDay"]
        ),
    )


def _starts_of(rule: Recurrence, first: datetime, timezone: str) -> Iterator[Start]:
    """As `times.instant_of_wall` has each, on the dates that the zone has."""
    since = first - times.midnight(first.date())
    for wall in wall_times(rule, first):
        begin, end = times.day_bounds(wall.date(), timezone)
        if end - begin == _DAY:  # one offset all day
            yield Start(wall, begin + since)
        elif begin < end:
            yield Start(wall, times.instant_of_wall(wall, timezone))


def _furthest(first: date) -> date:
    """The last date that a series may have."""
    year, month = first.year + MAX_YEARS, first.month
    day = min(first.day, monthrange(year, month)[1])  # of a 29 February the 28th
    return min(date(year, month, day), date(times.LAST_YEAR, 12, 31))


def _check_first(rule: Recurrence, day: date, timezone: str) -> None:
    """RFC 5545, 3.8.5.3: a rule whose DTSTART is none of its dates is undefined."""
    if times.is_skipped(day, timezone):
        raise BadInput(
            f"the series cannot begin on {day}: {timezone} left that day out",
            field="startTime",
        )
    if rule.until is not None and rule.until < day:
        raise BadInput(
            f"the series would end on {rule.until}, before it begins on {day}",
            field="recurring.until",
        )
    if rule.by_day and not _falls_on(rule.by_day, day):
        days = ", ".join(map(str, rule.by_day))
        raise BadInput(
            f"the series falls on {days}, and {day} is not such a day",
            hint="let start_time be the first date of the series",
            command_hint="let --start be the first date of the series",
            field="recurring.byDay",
        )


def _falls_on(by_day: tuple[Weekday, ...], day: date) -> bool:
    """Asked of the date itself: a rule that never meets it is searched to the end."""
    left = monthrange(day.year, day.month)[1] - day.day
    nth = (None, (day.day - 1) // 7 + 1, -(left // 7) - 1)
    name = DAYS[day.weekday()]
    return any(weekday.day == name and weekday.nth in nth for weekday in by_day)


def _take(
    rule: Recurrence, first: date, every: Iterable[_Date], most: int
) -> tuple[_Date, ...]:
    """As many as the rule counts, if a series may have them."""
    wanted = most + 1 if rule.count is None else min(rule.count, most + 1)
    found = tuple(islice(every, wanted))
    _check_length(rule, first, len(found), most)
    return found


def _check_length(rule: Recurrence, first: date, found: int, most: int) -> None:
    if found > most:
        raise BadInput(
            f"the series has more than {most} occurrences; at most {most} are booked",
            hint="end it sooner with count or until",
            command_hint="end it sooner with --count or --until",
            field="recurring",
            most=most,
        )
    furthest = _furthest(first)
    is_cut = rule.count is not None and found < rule.count
    if is_cut or (rule.until is not None and rule.until > furthest):
        limit = f"a series lasts {MAX_YEARS} years at most, up to the year"
        limit += f" {times.LAST_YEAR}"
        raise BadInput(
            f"the series goes on after {furthest}, the last date that it may have",
            hint=f"{limit}; end it sooner with count or until",
            command_hint=f"{limit}; end it sooner with --count or --until",
            field="recurring",
            latest=furthest.isoformat(),
        )
