"""A series of a calendar as one of calbook's: its rule, and each of its dates."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime
from typing import NamedTuple

from calbook.core.errors import BadInput
from calbook.core.imports import ForeignDate
from calbook.core.model import Span
from calbook.core.time import recurrence, times
from calbook.core.time.recurrence import Frequency, Recurrence, Weekday
from calbook.ical.reading.effort import Effort
from calbook.ical.reading.series import Changes, Event, instant, occurrences, wall_of

FIRST = datetime(1970, 1, 1, tzinfo=UTC)


class Limits(NamedTuple):
    """How far series are taken over: so many dates, and none from `horizon` on.

    Of one that has more the dates since `recent` are worth the most.
    """

    most: int
    recent: datetime
    horizon: datetime


class Series(NamedTuple):
    """A series that calbook can have; `remark` says where it has more dates."""

    dates: tuple[ForeignDate, ...]
    rule: Recurrence
    timezone: str
    remark: str | None


class SeriesReader:
    def __init__(self, limits: Limits, effort: Effort) -> None:
        self._limits, self._effort = limits, effort

    def read(self, event: Event, changes: Changes) -> Series | None:
        """The event as one booking; None where it follows no rule of calbook's."""
        zone = getattr(event.zone, "key", None) or "UTC"
        is_plain = len(event.rules) == 1 and not event.more and not changes.are_ranges
        if not is_plain or not _is_zone(zone):
            return None
        base, is_cut = self._base(event)
        rule = _recurrence(event, len(base))
        if rule is None or not base:
            return None
        try:
            first = times.wall_time(times.instant(base[0]), zone)
            own = recurrence.starts(rule, first, zone)
        except BadInput:
            return None
        if [times.epoch(start.instant) for start in own] != base:
            return None
        dates = self._dates_of(event, changes, base)
        return Series(dates, rule, zone, _remark(base, zone) if is_cut else None)

    def _base(self, event: Event) -> tuple[list[int], bool]:
        """The dates by the rule alone, and whether there are more."""
        self._effort.begin()
        plain = event._replace(left_out=())
        window = Span(FIRST, self._limits.horizon)
        last = times.epoch(window.end)
        starts = sorted(
            {
                start
                for _, start, _ in occurrences(plain, Changes([]), window, self._effort)
                if start < last
            }
        )
        rule = event.rules[0]
        is_endless = rule.count is None and (
            rule.until is None or wall_of(rule.until) > window.end.replace(tzinfo=None)
        )
        chosen = self.bounded(starts)
        return chosen, is_endless or len(chosen) < max(len(starts), rule.count or 0)

    def bounded(self, starts: list[int]) -> list[int]:
        """As many as a series may have: from this year on, else the last ones."""
        most, recent = self._limits.most, times.epoch(self._limits.recent)
        if len(starts) <= most:
            return starts
        first = bisect_left(starts, recent)
        return starts[min(first, len(starts) - most) :][:most]

    def _dates_of(
        self, event: Event, changes: Changes, base: list[int]
    ) -> tuple[ForeignDate, ...]:
        self._effort.begin()
        window = Span(FIRST, self._limits.horizon)
        live = {
            start: end
            for _, start, end in occurrences(event, changes, window, self._effort)
        }
        moved = {
            instant(change.recurrence_id, change.zone): change
            for change in changes.newest
            if change.recurrence_id is not None
        }
        length = int(event.length.in_all.total_seconds())
        found = []
        for start in base:
            change = moved.get(start)
            if change is not None:
                begin = instant(change.start, change.zone)
                end = begin + int(change.length.in_all.total_seconds())
                is_off = not change.is_busy or end <= begin
                found.append(
                    date_of(
                        *((start, start + length) if is_off else (begin, end)),
                        original=start,
                        is_off=is_off,
                    )
                )
            elif start in live:
                found.append(date_of(start, live[start], original=start))
            else:
                end = start + length
                found.append(date_of(start, end, original=start, is_off=True))
        return tuple(found)


def _remark(base: list[int], zone: str) -> str:
    first, last = (times.local_date(times.instant(base[n]), zone) for n in (0, -1))
    return (
        f"it has more dates than the {len(base)} from {first} to {last},"
        " which are taken over"
    )


def date_of(
    start: int, end: int, *, original: int | None = None, is_off: bool = False
) -> ForeignDate:
    begin, finish = times.instant(start), times.instant(end)
    moved = None if original is None else times.instant(original)
    return ForeignDate(begin, finish, moved, is_off)


def _is_zone(name: str) -> bool:
    try:
        times.zone(name)
    except Exception:
        return False
    return True


def _recurrence(event: Event, count: int) -> Recurrence | None:
    """A rule of calbook's with as many dates; whether they are the same is seen."""
    [rule] = event.rules
    if rule.frequency not in set(Frequency) or not count:
        return None
    nths_allowed = rule.frequency == Frequency.MONTHLY
    if any(nth for _, nth in rule.days) and not nths_allowed:
        return None
    by_day = tuple(Weekday(recurrence.DAYS[day], nth or None) for day, nth in rule.days)
    if rule.frequency in (Frequency.DAILY, Frequency.YEARLY):
        by_day = ()
    return Recurrence(
        frequency=Frequency(rule.frequency),
        interval=rule.interval,
        count=count,
        by_day=by_day,
    )
