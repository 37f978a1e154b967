"""VTIMEZONE components made from zoneinfo for the dates used (RFC 5545, 3.6.5).

A rule is read off the changes a zone really makes, and written as a rule: clients
read lists of dates an hour late. Where changes follow no rule, a single booking is
written in UTC; a series needs the zone, and so has an observance for each change.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count, takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta, weekday
from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_YEAR = timedelta(days=366)
_STEP = timedelta(days=3)  # the shortest summer time since 1968 took a week (Boa Vista)
_BEFORE = 2 * _YEAR + timedelta(days=31)  # holds two changes of each kind
_AFTER = 13 * _YEAR  # by then each weekday has met each date


class Onset(NamedTuple):
    """A change of a zone's clocks: when, and the offsets from UTC around it."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def wall(self) -> datetime:
        """What the clocks show as they change, in the offset before."""
        return self.at.replace(tzinfo=None) + self.before

    @property
    def is_forward(self) -> bool:
        return self.after > self.before

    @property
    def weeks(self) -> tuple[int, ...]:
        """Which one of its weekday in the month it is; -1 for the last."""
        week = (self.wall.day - 1) // 7 + 1
        numbered = (week,) if week < 5 else ()
        is_last = (self.wall + timedelta(days=7)).month != self.wall.month
        return (*numbered, -1) if is_last else numbered

    def in_year(self, year: int, week: int) -> Onset:
        """The onset of another year by the rule "that weekday of the month"."""
        wall = self.wall + relativedelta(
            year=year,
            day=1 if week > 0 else 31,
            weekday=weekday(self.wall.weekday(), week),
        )
        return self._replace(at=wall.replace(tzinfo=self.at.tzinfo) - self.before)


class Rule(NamedTuple):
    """Onsets one a year on the same numbered weekday, until one that is the last."""

    start: Onset
    week: int
    until: Onset | None

    def to_recur(self) -> vRecur:
        wall = self.start.wall
        recur = vRecur(
            FREQ="YEARLY",
            BYMONTH=wall.month,
            BYDAY=f"{self.week}{weekday(wall.weekday())}",
        )
        if self.until:
            recur["UNTIL"] = [self.until.at]
        return recur


def vtimezone(zone: str, first: datetime, last: datetime) -> Timezone | None:
    """The component that is right from `first` to `last`, both UTC and included.

    None where times are better written in UTC: in UTC itself (RFC 5545, 3.2.19), and
    where the zone's changes are not two a year by a rule.
    """
    info = ZoneInfo(zone)
    if first.astimezone(info).tzname() == "UTC":
        return None
    if not any(_onsets(info, first, last + _YEAR)):
        return _component(info, [_without_changes(info, first)])
    onsets = tuple(_onsets(info, first - _BEFORE, last + _AFTER))
    daylight, standard = (
        _rule([o for o in onsets if o.is_forward is forward], first, last)
        for forward in (True, False)
    )
    if daylight is None or standard is None:
        return None
    return _component(info, [daylight, standard])


def vtimezone_by_onset(zone: str, first: datetime, last: datetime) -> Timezone | None:
    """As `vtimezone`, but with each change by itself, so that no rule is needed.

    None in UTC itself alone. From a day before `first` on: wall times near it may
    need what was in force until then.
    """
    info, first = ZoneInfo(zone), first - _DAY
    if first.astimezone(info).tzname() == "UTC":
        return None
    onsets = [o for o in _onsets(info, first - _BEFORE, last) if o.at <= last]
    used = sum(onset.at <= first for onset in onsets)
    rules = [Rule(onset, week=1, until=onset) for onset in onsets]
    if used == 0:
        return _component(info, [_without_changes(info, first), *rules])
    return _component(info, rules[used - 1 :])


def _onsets(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Onset]:
    """The changes in `[start, end)`, rounded up to whole steps."""
    before = _offset(zone, start)
    while start < end:
        after = _offset(zone, start + _STEP)
        if after != before:
            yield Onset(_change(zone, start), before, after)
        start, before = start + _STEP, after


def _change(zone: ZoneInfo, start: datetime) -> datetime:
    """The instant within a step from `start` at which the offset is another."""
    before = _offset(zone, start)
    seconds = bisect_left(
        range(_STEP // _SECOND),
        True,
        key=lambda second: _offset(zone, start + second * _SECOND) != before,
    )
    return start + seconds * _SECOND


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _without_changes(zone: ZoneInfo, first: datetime) -> Rule:
    """No change but one that is none, on the 1 January before `first`."""
    offset = _offset(zone, first)
    january = first.astimezone(zone).replace(
        month=1, day=1, hour=0, minute=0, second=0, tzinfo=first.tzinfo
    )
    start = Onset(january - offset, before=offset, after=offset)
    return Rule(start, week=1, until=start)


def _rule(onsets: Sequence[Onset], first: datetime, last: datetime) -> Rule | None:
    """The rule of the newest onset up to `first`, if it explains all until `last`.

    One onset alone is no rule: the year before or after must agree.
    """
    index = sum(onset.at <= first for onset in onsets) - 1
    if index < 0:
        return None
    following = onsets[index:]
    start = following[0]
    week = max(start.weeks, key=lambda week: _reach(following, week))
    reach = _reach(following, week)
    used = sum(onset.at <= last for onset in following)
    if reach < used or max(reach, _reach(onsets[max(index - 1, 0) :], week)) < 2:
        return None
    ends = start.in_year(start.wall.year + reach, week).at < last + _AFTER
    return Rule(start, week, until=following[reach - 1] if ends else None)


def _reach(onsets: Sequence[Onset], week: int) -> int:
    """How many onsets, from the first on, come one a year by its rule."""
    start = onsets[0]
    expected = (start.in_year(year, week) for year in count(start.wall.year))
    pairs = zip(onsets, expected, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _component(zone: ZoneInfo, rules: Sequence[Rule]) -> Timezone:
    component = Timezone()
    component.add("TZID", zone.key)
    for rule in rules:
        component.add_component(_observance(zone, rule))
    return component


def _observance(zone: ZoneInfo, rule: Rule) -> TimezoneDaylight | TimezoneStandard:
    """The larger offset is DAYLIGHT, in Dublin too, where the law says otherwise."""
    start = rule.start
    observance = TimezoneDaylight() if start.is_forward else TimezoneStandard()
    observance.add("DTSTART", start.wall)
    observance.add("TZOFFSETFROM", start.before)
    observance.add("TZOFFSETTO", start.after)
    observance.add("TZNAME", start.at.astimezone(zone).tzname())
    if rule.until != start:
        observance.add("RRULE", rule.to_recur())
    return observance
