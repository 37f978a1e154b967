"""Rows of wall time and a column for each day or host of it, before they are drawn.

A row is a time on the wall: on a day whose clocks change it may be missing, and the
rows of an hour that is repeated are there twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from calbook.cli.screen import words
from calbook.cli.screen.timeline import BUSY, Column, Page, TimeBlock, columns_beside
from calbook.core.model import MINUTE, Span
from calbook.core.time import local_days, times
from calbook.core.time.local_days import OffsetPeriod
from calbook.core.typing_names import NamedTuple

_HOUR = 60 * MINUTE
_LONG = 14 * _HOUR  # from where on rows of an hour are tried first
_STEPS = (_HOUR, 30 * MINUTE, 15 * MINUTE)
_COARSER = (30 * MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR)  # where there is too little room
_OFFICE = (9 * _HOUR, 17 * _HOUR)  # what is shown of a week that has nothing
_SATURDAY = 5


SECOND_PASS = "* second pass of a repeated hour"  # what the mark of a row says


class Row(NamedTuple):
    """A time on the wall, from midnight; or its second pass."""

    wall: timedelta
    is_second: bool = False

    def __str__(self) -> str:
        wall = times.midnight(date.min) + self.wall
        return f"{words.clock(wall)}{'*' * self.is_second}"


class PlacedBlock(NamedTuple):
    """A block in a column: the rows it touches, both included, beside others."""

    block: TimeBlock
    first: int
    last: int
    beside: Column


class DayColumn(NamedTuple):
    """A day of a page: the instants of each row, None where it has no such time."""

    day: date
    page: Page
    spans: tuple[Span | None, ...]
    opened: tuple[Span, ...]
    placed: tuple[PlacedBlock, ...]
    all_day: tuple[TimeBlock, ...]

    def is_open(self, row: int) -> bool:
        span = self.spans[row]
        return span is not None and any(span.overlaps(o) for o in self.opened)

    def on(self, row: int) -> list[PlacedBlock]:
        return [p for p in self.placed if p.first <= row <= p.last]

    def nth(self, placed: PlacedBlock, row: int) -> int:
        """Which of a block's rows this is, counted without those that are missing."""
        return sum(span is not None for span in self.spans[placed.first : row])


class Grid(NamedTuple):
    """Days from the earliest to the latest of their meetings and open hours."""

    step: timedelta
    rows: tuple[Row, ...]
    columns: tuple[DayColumn, ...]

    def is_missing(self, column: DayColumn, row: int) -> bool:
        """Whether the clocks skip it; a second pass is missing nowhere."""
        return column.spans[row] is None and not self.rows[row].is_second

    @property
    def has_second_pass(self) -> bool:
        return any(row.is_second for row in self.rows)

    @property
    def has_missing(self) -> bool:
        return any(
            self.is_missing(column, row)
            for column in self.columns
            for row in range(len(self.rows))
        )

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(dict.fromkeys(column.day for column in self.columns))

    def outside(self) -> int:
        """How many are in no row."""
        shown = {id(p.block) for column in self.columns for p in column.placed}
        shown |= {id(block) for column in self.columns for block in column.all_day}
        blocks = {id(b): b for column in self.columns for b in column.page.blocks}
        return len(blocks.keys() - shown)


def make_grid(pages: Sequence[Page], days: Sequence[date]) -> Grid:
    """The longest rows in which no two meetings share one by rounding."""
    return next(make_grids(pages, days))


def make_grids(pages: Sequence[Page], days: Sequence[date]) -> Iterator[Grid]:
    """That of `make_grid`, then those of longer rows."""
    extent = _extent(pages, days)
    steps = _STEPS if extent[1] - extent[0] >= _LONG else _STEPS[1:]
    for step in steps:
        grid = _grid(pages, days, extent, step)
        if not any(map(_is_crowded, grid.columns)):
            break
    yield grid
    for longer in _COARSER:
        if longer > grid.step:
            yield _grid(pages, days, extent, longer)


def shown_days(page: Page) -> tuple[date, ...]:
    """All but the weekend at the end, which is there as far as something is in it."""
    days = page.days
    while len(days) > 1 and days[-1].weekday() >= _SATURDAY:
        if _is_used(page, days[-1]):
            break
        days = days[:-1]
    return days


def _is_used(page: Page, day: date) -> bool:
    shown = (block for block in page.on(day) if block.kind != BUSY)
    return any(shown) or bool(local_days.clip_to_day(day, page.timezone, page.opened))


def _extent(pages: Sequence[Page], days: Iterable[date]) -> tuple[timedelta, timedelta]:
    """Wall times from midnight."""
    walls = [
        _wall(one, at, day)
        for page in pages
        for day in days
        for span in _spans_to_show(page, day)
        for one in local_days.offset_periods(day, page.timezone)
        if span.overlaps(Span(one.start, one.end))
        for at in (max(span.start, one.start), min(span.end, one.end))
    ]
    return (min(walls), max(walls)) if walls else _OFFICE


def _spans_to_show(page: Page, day: date) -> list[Span]:
    """What rows are there for; busy time is shown as far as it falls in there."""
    meetings = (
        block.span
        for block in page.on(day)
        if block.kind != BUSY and not page.is_all_day(block, day)
    )
    return [*page.opened, *meetings]


def _wall(one: OffsetPeriod, at: datetime, day: date) -> timedelta:
    return one.wall(at) - times.midnight(day)


def _grid(
    pages: Sequence[Page],
    days: Sequence[date],
    extent: tuple[timedelta, timedelta],
    step: timedelta,
) -> Grid:
    passes = [local_days.offset_periods(day, pages[0].timezone) for day in days]
    rows = _rows(days, passes, extent, step)
    columns: list[DayColumn] = []
    for day, periods in zip(days, passes, strict=True):
        spans = tuple(_span(periods, day, row, step) for row in rows)
        columns += (_column(page, day, spans) for page in pages)
    return Grid(step, rows, tuple(columns))


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
    whole: list[TimeBlock] = []
    parts: list[TimeBlock] = []
    for block in page.on(day):
        (whole if page.is_all_day(block, day) else parts).append(block)
    touched = sorted(
        (min(on), max(on), block)
        for block in parts
        if (on := _rows_touched(spans, block))
    )
    places = columns_beside([(first, last + 1) for first, last, _ in touched])
    return DayColumn(
        day,
        page,
        spans,
        local_days.clip_to_day(day, page.timezone, page.opened),
        tuple(
            PlacedBlock(block, first, last, place)
            for (first, last, block), place in zip(touched, places, strict=True)
        ),
        tuple(whole),
    )


def _rows_touched(spans: Sequence[Span | None], block: TimeBlock) -> list[int]:
    start, end = block.start, block.end
    return [n for n, s in enumerate(spans) if s and s.start < end and start < s.end]


def _is_crowded(column: DayColumn) -> bool:
    """Whether two share a row that do not overlap."""
    for n, one in enumerate(column.placed, start=1):
        for other in column.placed[n:]:
            if other.first > one.last:
                break
            if not one.block.span.overlaps(other.block.span):
                return True
    return False
