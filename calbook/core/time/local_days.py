"""Local days as the clock on the wall tells them, where it is changed too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from calbook.core.model import DAY, NO_TIME, SECOND, Span
from calbook.core.time import times
from calbook.core.typing_names import NamedTuple


class OffsetPeriod(NamedTuple):
    """Instants of a local day, half-open, at one UTC offset: the clock runs evenly."""

    start: datetime
    end: datetime
    offset: timedelta

    def wall(self, moment: datetime) -> datetime:
        """What the clock would show then, naive."""
        return (moment + self.offset).replace(tzinfo=None)

    def moment(self, wall: datetime) -> datetime:
        """When it would show this."""
        return wall.replace(tzinfo=UTC) - self.offset


class ClockChange(NamedTuple):
    """The clocks at `wall` are set forward by `by`, back where it is negative."""

    wall: datetime
    by: timedelta


def offset_periods(day: date, timezone: str) -> tuple[OffsetPeriod, ...]:
    """The day from its first instant to its last, cut where the clocks change.

    No zone has changed them twice in a day; none at all is a day that it left out.
    """
    start, end = times.day_bounds(day, timezone)
    if start >= end:
        return ()
    before, after = _offset(start, timezone), _offset(end - SECOND, timezone)
    if before == after:
        return (OffsetPeriod(start, end, before),)
    change = _find_change(Span(start, end), timezone)
    return OffsetPeriod(start, change, before), OffsetPeriod(change, end, after)


def clock_change(day: date, timezone: str) -> ClockChange | None:
    """How the clocks change on a day, at its first instant too."""
    start, end = times.day_bounds(day, timezone)
    if start >= end:
        return None
    before, after = (_offset(at - SECOND, timezone) for at in (start, end))
    by = after - before
    if by == NO_TIME or abs(by) >= DAY:  # a zone that leaves out a date sets no clock
        return None
    at = _find_change(Span(start - SECOND, end), timezone)
    return ClockChange((at + before).replace(tzinfo=None), by)


def has_repeated_hour(found: tuple[OffsetPeriod, ...]) -> bool:
    """Whether the clock shows some of the day twice."""
    return len(found) > 1 and found[1].offset < found[0].offset


def dates_between(first: date, last: date) -> tuple[date, ...]:
    """Both included."""
    return tuple(first + n * DAY for n in range((last - first).days + 1))


def clip_to_day(day: date, timezone: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """What of the spans lies on a local day."""
    start, end = times.day_bounds(day, timezone)
    cut = (Span(max(s.start, start), min(s.end, end)) for s in spans)
    return tuple(span for span in cut if span.start < span.end)


def _offset(at: datetime, timezone: str) -> timedelta:
    offset = at.astimezone(times.zone(timezone)).utcoffset()
    assert offset is not None
    return offset


def _find_change(span: Span, timezone: str) -> datetime:
    """The first whole second with the offset that the span ends with."""
    low, high = times.epoch(span.start), times.epoch(span.end) - 1
    after = _offset(times.instant(high), timezone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(times.instant(middle), timezone) == after:
            high = middle
        else:
            low = middle
    return times.instant(high)
