"""Recurrence rules expanded in wall time (RFC 5545, 3.3.10).

What the RFC leaves open is read as libical and lib-recur read it: a BYSETPOS counts in
the whole first period, BYWEEKNO means the weeks of a year of weeks, and what a rule
does not say comes from DTSTART. A period's dates are days × times of day, so that they
can be counted without being made.
"""

from __future__ import annotations

import sys
from calendar import isleap, monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from calbook.ical.reading.effort import Effort
from calbook.ical.reading.rules import SECONDS, Numbers, Rule

_A_DAY = 86_400
_DAY_PARTS = {"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}
_UNEVEN = frozenset({"YEARLY", "MONTHLY"})  # periods of different lengths
_MOST_LAYOUTS = 10_000  # that are kept
_AT_ONCE = 50  # periods of a rule whose periods are all alike
_DEAR = 4  # times as much work: a date that is made or looked at, not only counted
_HANDS = (("BYHOUR", 3_600, 24), ("BYMINUTE", 60, 60), ("BYSECOND", 1, 60))


def wall_times(
    rule: Rule,
    start: datetime,
    low: datetime,
    high: datetime,
    effort: Effort,
    *,
    is_day: bool = False,
) -> Iterator[datetime]:
    """The wall times of a rule in `[low, high)`, in order, none before `start`.

    Its UNTIL is the caller's to mind. A `start` that the rule does not name is neither
    there nor counted. With `is_day` it is a date, and the rule's times are passed over.

    Raises:
        Unreadable: it takes more than the effort that is left.
    """
    left = sys.maxsize if rule.count is None else rule.count
    expansion = _Expansion(rule, start, effort, is_day)
    if rule.count is not None and expansion.is_regular:
        high, left = min(high, expansion.end_of_count()), sys.maxsize
    first, near, lower = start.toordinal(), low.toordinal(), max(start, low)
    for begin, days, clock in expansion.periods(
        low, high, is_counted=left < sys.maxsize
    ):
        places = _places(rule, len(days) * len(clock), effort)
        if not places:
            effort.spend(1)
        elif first < begin + days[0] and begin + days[-1] < near:
            effort.spend(_DEAR)
            left -= len(places)  # counted without being made
        else:
            effort.spend(_DEAR * len(places))
            for wall in _walls(begin, days, clock, places):
                if wall < start:
                    continue
                if left <= 0 or wall >= high:
                    return
                left -= 1
                if wall >= lower:
                    yield wall
        if left <= 0:
            return


def _walls(
    begin: int, days: Sequence[int], clock: Sequence[timedelta], places: Sequence[int]
) -> list[datetime]:
    midnight = datetime.fromordinal
    if len(places) == len(days) * len(clock):
        return [midnight(begin + day) + time for day in days for time in clock]
    both = (divmod(place, len(clock)) for place in places)
    return [midnight(begin + days[nth]) + clock[of_day] for nth, of_day in both]


def _places(rule: Rule, length: int, effort: Effort) -> Sequence[int]:
    """Which of a period's dates are meant, from 0 on, in order.

    Within a day the times were chosen already.
    """
    positions = rule.parts.get("BYSETPOS")
    if positions is None or rule.frequency in SECONDS:
        return range(length)
    effort.spend(len(positions))
    return _places_of(positions, length)


def _places_of(positions: Numbers, length: int) -> list[int]:
    """From 0 on, of numbers from 1 on, or from the end back."""
    found = {at - 1 if at > 0 else length + at for at in positions}
    return sorted(at for at in found if 0 <= at < length)


class _Expansion:
    """A rule with what it leaves to DTSTART."""

    def __init__(
        self, rule: Rule, start: datetime, effort: Effort, is_day: bool
    ) -> None:
        self._rule, self._start, self._effort = rule, start, effort
        self._frequency = rule.frequency
        self._parts = dict(rule.parts)
        self._days = set(rule.days)
        if is_day:
            for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
                self._parts.pop(name, None)
        self._complete()
        days = map(self._parts.get, sorted(_DAY_PARTS))
        self._shape = (self._frequency, rule.week_start, frozenset(self._days), *days)
        self._clocks: dict[int, Sequence[timedelta]] = {}
        is_weekly = self._frequency == "WEEKLY"
        is_plain = is_weekly or (self._frequency not in _UNEVEN and not self._days)
        # Whether all its periods are alike, but perhaps for the times of a day.
        self._is_even = is_plain and not _DAY_PARTS & self._parts.keys()
        self._step = 1 if self._frequency in SECONDS else rule.interval

    def _complete(self) -> None:
        """Take the day from DTSTART where the rule names none."""
        parts, start = self._parts, self._start
        names = {"BYYEARDAY", "BYMONTHDAY", "BYWEEKNO"} & parts.keys()
        is_yearly = self._frequency == "YEARLY"
        if self._days or (is_yearly and "BYYEARDAY" in names):
            return
        if is_yearly and names == {"BYMONTHDAY"}:
            parts.setdefault("BYMONTH", (start.month,))
        elif is_yearly and names == {"BYWEEKNO"}:
            self._days.add((start.weekday(), 0))
        elif names:
            return
        elif is_yearly or self._frequency == "MONTHLY":
            parts["BYMONTHDAY"] = (start.day,)
            if is_yearly:
                parts.setdefault("BYMONTH", (start.month,))
        elif self._frequency == "WEEKLY":
            self._days.add((start.weekday(), 0))

    @property
    def is_regular(self) -> bool:
        """Whether all its periods have the same days and times."""
        unit = SECONDS.get(self._frequency)
        is_daily = unit is None or _A_DAY // unit % self._rule.interval == 0
        return self._is_even and is_daily

    def end_of_count(self) -> datetime:
        """A second after the last date of a regular rule with a COUNT."""
        assert self._rule.count is not None
        index = self._index(self._start.toordinal())
        begin = self._first_day(index)
        days, clock = self._layout(begin), self._clock(begin)
        places = _places(self._rule, len(days) * len(clock), self._effort)
        self._effort.spend(len(places))
        walls = _walls(begin, days, clock, places)
        passed = sum(wall < self._start for wall in walls)
        if not walls:
            return self._start
        periods, place = divmod(passed + self._rule.count - 1, len(walls))
        begin_of_last = self._first_day(index + periods * self._step)
        try:
            last = walls[place] + timedelta(days=begin_of_last - begin)
        except OverflowError:
            return datetime.max  # noqa: DTZ901 (a wall time)
        return last + timedelta(seconds=1)

    def periods(
        self, low: datetime, high: datetime, *, is_counted: bool
    ) -> Iterator[tuple[int, Sequence[int], Sequence[timedelta]]]:
        """Each period's first day, its days from that on, and their times.

        From the one before `low` on, and some at a time, where nothing is counted.
        """
        step = self._step
        begin = self._first_index(self._start.toordinal())
        end = self._index(high.toordinal()) + 2
        if not is_counted:
            passed = (self._index(low.toordinal()) - begin) // step - 1
            begin += max(passed, 0) * step
        at_once = 1
        is_long = self._frequency in SECONDS or "BYSETPOS" in self._parts
        if not is_counted and self.is_regular and not is_long:
            at_once = _AT_ONCE
        for index in range(begin, end, step * at_once):
            first = self._first_day(index)
            days = self._layout(first)
            if at_once > 1:
                following = range(index, min(index + step * at_once, end), step)
                days = [
                    self._first_day(each) - first + day
                    for each in following
                    for day in days
                ]
            yield first, days, self._clock(first) if days else ()

    def _first_index(self, day: int) -> int:
        """The period that INTERVAL counts from: a year of weeks if DTSTART is meant."""
        found = self._index(day)
        is_counted = "BYWEEKNO" in self._parts and self._rule.interval > 1
        if self._frequency == "YEARLY" and is_counted and not self._is_meant(day):
            return date.fromordinal(day).year
        return found

    def _index(self, day: int) -> int:
        """The number of the period that a day is in."""
        if self._frequency == "YEARLY":
            by_weeks = "BYWEEKNO" in self._parts
            return self._week_year(day) if by_weeks else date.fromordinal(day).year
        if self._frequency == "MONTHLY":
            found = date.fromordinal(day)
            return found.year * 12 + found.month - 1
        if self._frequency == "WEEKLY":
            return (day - 1 - self._rule.week_start) // 7
        return day

    def _first_day(self, index: int) -> int:
        if self._frequency == "YEARLY":
            return date(index, 1, 1).toordinal()
        if self._frequency == "MONTHLY":
            return date(index // 12, index % 12 + 1, 1).toordinal()
        if self._frequency == "WEEKLY":
            return index * 7 + 1 + self._rule.week_start
        return index

    def _layout(self, first: int) -> Sequence[int]:
        """The days of a period, counted from its first; those alike are kept."""
        is_uneven = self._frequency in _UNEVEN
        key = (self._shape, _kind_of_month(first) if is_uneven else None)
        known = self._effort.layouts
        if key in known:
            return known[key]
        offsets = tuple(self._offsets(first))
        self._effort.spend(_DEAR * (1 + len(offsets)))
        found = [n for n in offsets if self._is_meant(first + n)]
        if is_uneven or self._is_even:
            if len(known) >= _MOST_LAYOUTS:
                known.clear()
            known[key] = found
        return found

    def _offsets(self, first: int) -> Iterable[int]:
        """The days of a period that may be meant: few, where the rule says so."""
        if self._frequency not in _UNEVEN:
            return range(7 if self._frequency == "WEEKLY" else 1)
        day, parts = date.fromordinal(first), self._parts
        is_yearly = self._frequency == "YEARLY"
        if is_yearly and "BYWEEKNO" in parts:
            return self._week_offsets(day.year, first)
        if is_yearly and "BYYEARDAY" in parts:
            return _places_of(parts["BYYEARDAY"], 366 if isleap(day.year) else 365)
        months = parts.get("BYMONTH", range(1, 13)) if is_yearly else (day.month,)
        return [
            date(day.year, month, 1).toordinal() - first + offset
            for month in months
            for offset in self._month_offsets(day.year, month)
        ]

    def _month_offsets(self, year: int, month: int) -> Iterable[int]:
        weekday, length = monthrange(year, month)
        if "BYMONTHDAY" in self._parts:
            return _places_of(self._parts["BYMONTHDAY"], length)
        if not self._days:
            return range(length)
        names = sorted({(name - weekday) % 7 for name, _ in self._days})
        return sorted(day for name in names for day in range(name, length, 7))

    def _week_offsets(self, year: int, first: int) -> list[int]:
        begin, end = self._week_one(year), self._week_one(year + 1)
        length = (end - begin) // 7
        weeks = {n - 1 if n > 0 else length + n for n in self._parts["BYWEEKNO"]}
        return [
            begin + 7 * week + day - first
            for week in sorted(weeks)
            if 0 <= week < length
            for day in range(7)
        ]

    def _week_one(self, year: int) -> int:
        """The first day of the week that holds the 4th of January."""
        fourth = date(min(max(year, 1), 9999), 1, 4).toordinal()
        return fourth - (fourth - 1 - self._rule.week_start) % 7

    def _week_year(self, day: int) -> int:
        year = date.fromordinal(day).year
        if day >= self._week_one(year + 1):
            return year + 1
        return max(year - (day < self._week_one(year)), 1)

    def _is_meant(self, ordinal: int) -> bool:
        """Whether a day passes every part of the rule that speaks of days."""
        day, parts = date.fromordinal(ordinal), self._parts
        if "BYMONTH" in parts and day.month not in parts["BYMONTH"]:
            return False
        if "BYMONTHDAY" in parts:
            length = monthrange(day.year, day.month)[1]
            if not _either(parts["BYMONTHDAY"], day.day, length):
                return False
        if "BYYEARDAY" in parts:
            length = 366 if isleap(day.year) else 365
            if not _either(parts["BYYEARDAY"], day.timetuple().tm_yday, length):
                return False
        if "BYWEEKNO" in parts and not self._is_in_weeks(ordinal):
            return False
        return not self._days or self._is_weekday(day)

    def _is_in_weeks(self, ordinal: int) -> bool:
        year = self._week_year(ordinal)
        begin = self._week_one(year)
        length = (self._week_one(year + 1) - begin) // 7
        return _either(self._parts["BYWEEKNO"], (ordinal - begin) // 7 + 1, length)

    def _is_weekday(self, day: date) -> bool:
        """MO,2TU is every Monday and the second Tuesday."""
        name = day.weekday()
        if (name, 0) in self._days:
            return True
        numbers = {nth for weekday, nth in self._days if weekday == name}
        if not numbers:
            return False
        is_yearly = self._frequency == "YEARLY"
        if "BYWEEKNO" in self._parts or not (is_yearly or self._frequency == "MONTHLY"):
            return True  # a number has no meaning here
        at, length = day.day, monthrange(day.year, day.month)[1]
        if is_yearly and "BYMONTH" not in self._parts:
            at, length = day.timetuple().tm_yday, 366 if isleap(day.year) else 365
        return (at - 1) // 7 + 1 in numbers or -((length - at) // 7) - 1 in numbers

    def _clock(self, day: int) -> Sequence[timedelta]:
        """The times of a day, in order; days that are alike share them."""
        unit = SECONDS.get(self._frequency, _A_DAY)
        length = _A_DAY // unit
        begun = self._start.toordinal() * length + _seconds(self._start) // unit
        phase = (begun - day * length) % self._rule.interval if length > 1 else 0
        if phase not in self._clocks:
            if phase >= length:
                return ()
            found = self._clock_from(phase, unit)
            self._clocks[phase] = [timedelta(seconds=second) for second in found]
        return self._clocks[phase]

    def _clock_from(self, phase: int, unit: int) -> Sequence[int]:
        hours, minutes, seconds = self._hands(unit)
        self._effort.spend(len(hours) * len(minutes) * len(seconds))
        within = [
            h * 3_600 + m * 60 + s for h in hours for m in minutes for s in seconds
        ]
        if unit == _A_DAY:
            return within
        positions = self._rule.parts.get("BYSETPOS")
        if positions is not None:
            self._effort.spend(len(positions))
            within = [within[place] for place in _places_of(positions, len(within))]
        steps = range(phase * unit, _A_DAY, unit * self._rule.interval)
        self._effort.spend(len(steps) * max(len(within), 1))
        return [
            step + second
            for step in steps
            if self._is_time(step, unit)
            for second in within
        ]

    def _hands(self, unit: int) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
        """What is expanded within a step: hours, minutes and seconds."""
        start, parts = self._start, self._parts
        seconds = sorted({min(n, 59) for n in parts.get("BYSECOND", (start.second,))})
        return (
            parts.get("BYHOUR", (start.hour,)) if unit > 3_600 else (0,),
            parts.get("BYMINUTE", (start.minute,)) if unit > 60 else (0,),
            seconds if unit > 1 else (0,),
        )

    def _is_time(self, second: int, unit: int) -> bool:
        """Whether a step passes the parts that are coarser than it or as fine."""
        for name, length, many in _HANDS:
            wanted = self._parts.get(name)
            hand = second // length % many
            if length >= unit and wanted is not None and hand not in wanted:
                return False
        return True


@lru_cache(_MOST_LAYOUTS)
def _kind_of_month(first: int) -> tuple[object, ...]:
    """Months, or the years that they begin, whose days fall alike have the same."""
    day = date.fromordinal(first)
    return first % 7, day.month, *(isleap(day.year + n) for n in (-1, 0, 1))


def _either(wanted: Numbers, number: int, length: int) -> bool:
    """Counted from the front or from the back."""
    return number in wanted or number - length - 1 in wanted


def _seconds(moment: datetime) -> int:
    return moment.hour * 3_600 + moment.minute * 60 + moment.second
