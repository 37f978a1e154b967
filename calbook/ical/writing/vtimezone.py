"""VTIMEZONE components made from zoneinfo for the dates used (RFC 5545, 3.6.5).

A rule is read off the changes a zone really makes, and written as a rule: clients
read lists of dates an hour late. It is written as if it had always been in force, as
most programs do: a zone that seems to have had no changes until it is used is taken
for another one (vobject takes London for UTC). Where changes follow no rule, a single
booking is written in UTC; a series needs the zone, and so has what changes there are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from calbook.core.time import times
from calbook.ical.writing import values
from calbook.ical.writing.components import Component

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_YEAR = timedelta(days=366)
_STEP = timedelta(days=3)  # the shortest summer time since 1968 took a week (Boa Vista)
_BEFORE = 2 * _YEAR + timedelta(days=31)  # holds two changes of each kind
_AFTER = 13 * _YEAR  # by then each weekday has met each date
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ALWAYS = 1996  # the year from which on a rule is said to be in force, and Europe's is


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

    def is_like(self, other: Onset) -> bool:
        """Whether only the day of the month differs, and the year."""
        wall, others = self.wall, other.wall
        return (self.before, self.after, wall.month, wall.weekday(), wall.time()) == (
            *(other.before, other.after),
            *(others.month, others.weekday(), others.time()),
        )


class Days(NamedTuple):
    """On which days of a month its weekday is meant: seven in a row, or the last."""

    first: int  # 0: the last seven

    @property
    def week(self) -> int | None:
        """The number of such a weekday in its month, if it has one."""
        week, rest = divmod(self.first + 6, 7)
        return -1 if self.first == 0 else None if rest else week

    def hold(self, wall: datetime) -> bool:
        return 0 <= wall.day - self.first_in(wall.year, wall.month) < 7

    def first_in(self, year: int, month: int) -> int:
        return self.first or _last_day(year, month) - 6


class Rule(NamedTuple):
    """Onsets one a year on the same days; `is_endless` if no last one is known."""

    onsets: Sequence[Onset]
    days: Days
    is_endless: bool = False
    is_from_always: bool = False

    @property
    def start(self) -> Onset:
        return self.onsets[0]

    @property
    def dtstart(self) -> datetime:
        wall = self.start.wall
        year = min(_ALWAYS, wall.year) if self.is_from_always else wall.year
        return self.wall_in(year)

    @property
    def is_numbered(self) -> bool:
        return len(self.onsets) > 1 and self.days.week is not None

    def wall_in(self, year: int) -> datetime:
        """When the clocks change in that year."""
        wall = self.start.wall
        first = wall.replace(year=year, day=self.days.first_in(year, wall.month))
        return first + (wall.weekday() - first.weekday()) % 7 * _DAY

    def to_recur(self) -> str:
        """UNTIL is in UTC; some read it as a wall time, so it is the later of both."""
        wall, last = self.start.wall, self.onsets[-1]
        day, first = _WEEKDAYS[wall.weekday()], self.days.first
        until = values.utc(max(last.at, last.wall.replace(tzinfo=UTC)))
        parts = ["FREQ=YEARLY", *([] if self.is_endless else [f"UNTIL={until}"])]
        if self.days.week:
            parts.append(f"BYDAY={self.days.week}{day}")
        else:
            days = ",".join(map(str, range(first, first + 7)))
            parts += [f"BYDAY={day}", f"BYMONTHDAY={days}"]
        return ";".join([*parts, f"BYMONTH={wall.month}"])


def vtimezone(zone: str, first: datetime, last: datetime) -> Component | None:
    """The component that is right from `first` to `last`, both UTC and included.

    None where times are better written in UTC: in UTC itself (RFC 5545, 3.2.19), and
    where the zone's changes are not two a year by numbered weekdays.
    """
    info = times.zone(zone)
    if first.astimezone(info).tzname() == "UTC":
        return None
    if not any(_onsets(info, first, last + _YEAR)):
        return _component(info, [_without_changes(info, first)])
    rules = _always(_onsets(info, first - _BEFORE, last + _AFTER), first - _DAY, last)
    return _component(info, rules) if rules else None


def vtimezone_by_onset(zone: str, first: datetime, last: datetime) -> Component | None:
    """As `vtimezone`, but for changes of every kind, each by itself if need be.

    None in UTC itself alone. For the years behind `last` too, as some keep the first
    component of a zone that they read. It never begins out of UTC if that was over
    before `first`: vobject would take the zone for UTC.
    """
    info = times.zone(zone)
    if first.astimezone(info).tzname() == "UTC":
        return None
    onsets = [*_onsets(info, first - _BEFORE, last + _AFTER)]
    used = [n for n, o in enumerate(onsets) if o.at <= first - _DAY and o.before]
    onsets = onsets[used[-1] if used else 0 :]
    rest = onsets[0].at - _SECOND if onsets else first
    return _component(info, [_without_changes(info, rest), *_rules(onsets, last)])


def _onsets(zone: ZoneInfo, start: datetime, end: datetime) -> Sequence[Onset]:
    """The changes in `[start, end)`."""
    years = range(start.year, end.year + 1)
    found = (onset for year in years for onset in _onsets_of(zone, year))
    return [onset for onset in found if start <= onset.at < end]


@lru_cache(maxsize=4096)
def _onsets_of(zone: ZoneInfo, year: int) -> tuple[Onset, ...]:
    start, end = (datetime(y, 1, 1, tzinfo=UTC) for y in (year, year + 1))
    return tuple(onset for onset in _search(zone, start, end) if onset.at < end)


def _search(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Onset]:
    """The changes behind `start`, in whole steps up to `end`."""
    before = _offset(zone, start - _SECOND)
    if (after := _offset(zone, start)) != before:
        yield Onset(start, before, after)
        before = after
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


def _without_changes(zone: ZoneInfo, instant: datetime) -> Rule:
    """No change but one that is none, as if it were so always."""
    offset = _offset(zone, instant)
    year = min(_ALWAYS, instant.astimezone(zone).year)
    start = datetime(year, 1, 1, tzinfo=UTC) - offset
    return Rule([Onset(start, before=offset, after=offset)], Days(1))


def _always(
    onsets: Sequence[Onset], first: datetime, last: datetime
) -> list[Rule] | None:
    """The rules used if each is by a numbered weekday and one is there from `first`."""
    used = [rule for rule in _rules(onsets, last) if rule.start.at <= last]
    found = []
    for forward in (True, False):
        rules = [rule for rule in used if rule.start.is_forward is forward]
        past = sum(rule.start.at <= first for rule in rules)
        if not past:
            return None
        found += [rules[past - 1]._replace(is_from_always=True), *rules[past:]]
    return found if all(rule.is_numbered for rule in found) else None


def _rules(onsets: Sequence[Onset], last: datetime) -> list[Rule]:
    """All `onsets`, those of each direction in as few rules as can be."""
    rules = []
    for forward in (True, False):
        left = [onset for onset in onsets if onset.is_forward is forward]
        while left:
            rules.append(_longest_rule(left, last))
            left = left[len(rules[-1].onsets) :]
    return rules


def _longest_rule(onsets: Sequence[Onset], last: datetime) -> Rule:
    """The rule of the first onset, and numbered if that is enough until `last`."""
    wall = onsets[0].wall
    longest = _last_day(2023, wall.month) - 6
    windows = range(max(1, wall.day - 6), min(wall.day, longest) + 1)
    rules = [
        Rule(_run(onsets, days), days)
        for days in map(Days, [0, *windows])
        if days.hold(wall)
    ]
    used = sum(onset.at <= last for onset in onsets)
    rule = max(
        rules,
        key=lambda rule: (
            *(rule.is_numbered and len(rule.onsets) >= used, len(rule.onsets)),
            rule.is_numbered,
        ),
    )
    following = rule.wall_in(wall.year + len(rule.onsets)).replace(tzinfo=UTC)
    return rule._replace(is_endless=following >= last + _AFTER)


def _run(onsets: Sequence[Onset], days: Days) -> Sequence[Onset]:
    """The onsets, from the first on, that come one a year on these days."""
    start = onsets[0]
    for n, onset in enumerate(onsets):
        is_next = onset.wall.year == start.wall.year + n and onset.is_like(start)
        if not (is_next and days.hold(onset.wall)):
            return onsets[:n]
    return onsets


def _last_day(year: int, month: int) -> int:
    """The number of a month's last day."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - _DAY).day


def _component(zone: ZoneInfo, rules: Sequence[Rule]) -> Component:
    component = Component("VTIMEZONE")
    component.add("TZID", zone.key)
    component.parts += [_observance(zone, rule) for rule in rules]
    return component


def _observance(zone: ZoneInfo, rule: Rule) -> Component:
    """The larger offset is DAYLIGHT, in Dublin too, where the law says otherwise."""
    start = rule.start
    observance = Component("DAYLIGHT" if start.is_forward else "STANDARD")
    observance.add("DTSTART", values.wall(rule.dtstart))
    observance.add("TZOFFSETFROM", values.offset(start.before))
    observance.add("TZOFFSETTO", values.offset(start.after))
    observance.add("TZNAME", start.at.astimezone(zone).tzname())
    if len(rule.onsets) > 1:
        observance.add("RRULE", rule.to_recur())
    return observance
