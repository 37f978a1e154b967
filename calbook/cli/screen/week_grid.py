"""A week as rows of wall time and a column for each day, before it is drawn.

A row is a time on the wall: on a day whose clocks change it may be missing, and the
rows of an hour that is repeated are there twice.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from calbook.cli.screen.timeline import BUSY, Column, Page, TimeBlock, columns_beside
from calbook.core.model import MINUTE, Span
from calbook.core.time import local_days, times
from calbook.core.time.local_days import OffsetPeriod

_HOUR = 60 * MINUTE
_LONG = 14 * _HOUR  # from where on rows of an hour are tried first
_STEPS = (_HOUR, 30 * MINUTE, 15 * MINUTE)
_OFFICE = (9 * _HOUR, 17 * _HOUR)  # what is shown of a week that has nothing
_WORKING_DAYS = 5


SECOND_PASS = "* second pass of a repeated hour"  # what the mark of a row says


class Row(NamedTuple):
    """A time on the wall, from midnight; or its second pass."""

    wall: timedelta
    is_second: bool = False

    def __str__(self) -> str:
        hours, minutes = divmod(self.wall // MINUTE, 60)
        return f"{hours:02}:{minutes:02}{'*' * self.is_second}"


class PlacedBlock(NamedTuple):
    """A block in a column: the rows it touches, both included, beside others."""

    block: TimeBlock
    first: int
    last: int
    beside: Column


class DayColumn(NamedTuple):
    """A day: the instants of each row, None where it has no such time."""

    day: date
    spans: tuple[Span | None, ...]
    opened: tuple[Span, ...]
    placed: tuple[PlacedBlock, ...]

    def is_open(self, row: int) -> bool:
        span = self.spans[row]
        return span is not None and any(span.overlaps(o) for o in self.opened)

    def on(self, row: int) -> list[PlacedBlock]:
        return [p for p in self.placed if p.first <= row <= p.last]

    def nth(self, placed: PlacedBlock, row: int) -> int:
        """Which of a block's rows this is, counted without those that are missing."""
        return sum(span is not None for span in self.spans[placed.first : row])


class Grid(NamedTuple):
    """A week from the earliest to the latest of its meetings and open hours."""

    step: timedelta
    rows: tuple[Row, ...]
    columns: tuple[DayColumn, ...]

    def is_missing(self, column: DayColumn, row: int) -> bool:
        """Whether the clocks skip it; a second pass is missing nowhere."""
        return column.spans[row] is None and not self.rows[row].is_second

    @property
    def has_second_pass(self) -> bool:
        return any(row.is_second for row in self.rows)


def week_grid(page: Page) -> Grid:
    """The page in the longest rows in which no two meetings share one by rounding."""
    days = _days(page)
    first, last = _extent(page, days)
    steps = _STEPS if last - first >= _LONG else _STEPS[1:]
    for step in steps:
        grid = _grid(page, days, (first, last), step)
        if not any(map(_is_crowded, grid.columns)):
            break
    return grid


def _days(page: Page) -> tuple[date, ...]:
    """Monday to Friday, and as far into the weekend as there is something."""
    every = local_days.dates_between(page.first, page.last)
    spans = _spans_to_show(page)
    used = [
        n
        for n, day in enumerate(every)
        if local_days.clip_to_day(day, page.timezone, spans)
    ]
    return every[: max(_WORKING_DAYS, used[-1] + 1 if used else 0)]


def _spans_to_show(page: Page) -> list[Span]:
    """What a week is drawn for; busy time is shown as far as it falls in there."""
    meetings = (block.span for block in page.blocks if block.kind != BUSY)
    return [*page.opened, *meetings]


def _extent(page: Page, days: Iterable[date]) -> tuple[timedelta, timedelta]:
    """Wall times from midnight."""
    spans = _spans_to_show(page)
    walls = [
        _wall(one, at, day)
        for day in days
        for one in local_days.offset_periods(day, page.timezone)
        for span in spans
        if span.overlaps(Span(one.start, one.end))
        for at in (max(span.start, one.start), min(span.end, one.end))
    ]
    return (min(walls), max(walls)) if walls else _OFFICE


def _wall(one: OffsetPeriod, at: datetime, day: date) -> timedelta:
    return one.wall(at) - times.midnight(day)


def _grid(
    page: Page,
    days: Sequence[date],
    extent: tuple[timedelta, timedelta],
    step: timedelta,
) -> Grid:
    passes = [local_days.offset_periods(day, page.timezone) for day in days]
    rows = _rows(days, passes, extent, step)
    return Grid(
        step,
        rows,
        tuple(
            _column(page, day, tuple(_span(periods, day, row, step) for row in rows))
            for day, periods in zip(days, passes, strict=True)
        ),
    )


def _rows(
    days: Sequence[date],
    passes: Sequence[tuple[OffsetPeriod, ...]],
    extent: tuple[timedelta, timedelta],
    step: timedelta,
) -> tuple[Row, ...]:
    """Every time once, and behind a repeated hour its second pass."""
    first, last = extent
    walls = [n * step for n in range(first // step, -(-last // step))]
    rows = [Row(wall) for wall in walls]
    for day, periods in zip(days, passes, strict=True):
        second = [Row(wall, is_second=True) for wall in walls]
        second = [row for row in second if _span(periods, day, row, step)]
        if second:
            at = rows.index(Row(second[-1].wall)) + 1
            rows[at:at] = second
    return tuple(rows)


def _span(
    periods: tuple[OffsetPeriod, ...], day: date, row: Row, step: timedelta
) -> Span | None:
    """The instants of a row; around a gap of the clocks what is left of it."""
    start = times.midnight(day) + row.wall
    cut = [
        Span(max(one.moment(start), one.start), min(one.moment(start + step), one.end))
        for one in periods
    ]
    parts = [span for span in cut if span.start < span.end]
    if local_days.has_repeated_hour(periods) and len(parts) > 1:
        return parts[row.is_second]
    if not parts or row.is_second:
        return None
    return Span(parts[0].start, parts[-1].end)


def _column(page: Page, day: date, spans: tuple[Span | None, ...]) -> DayColumn:
    touched = sorted(
        (min(on), max(on), block)
        for block in page.on(day)
        if (on := [n for n, s in enumerate(spans) if s and s.overlaps(block.span)])
    )
    places = columns_beside([(first, last + 1) for first, last, _ in touched])
    return DayColumn(
        day,
        spans,
        local_days.clip_to_day(day, page.timezone, page.opened),
        tuple(
            PlacedBlock(block, first, last, place)
            for (first, last, block), place in zip(touched, places, strict=True)
        ),
    )


def _is_crowded(column: DayColumn) -> bool:
    """Whether two share a row that do not overlap."""
    for n, one in enumerate(column.placed, start=1):
        for other in column.placed[n:]:
            if other.first > one.last:
                break
            if not one.block.span.overlaps(other.block.span):
                return True
    return False
