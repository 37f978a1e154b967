"""A week as a grid for a terminal."""

from collections.abc import Iterable, Iterator
from datetime import date

from calbook.cli.screen import cells, timeline
from calbook.cli.screen.cells import Line, StyledText
from calbook.cli.screen.timeline import BUSY, Page
from calbook.cli.screen.week_grid import (
    SECOND_PASS,
    DayColumn,
    Grid,
    PlacedBlock,
    week_grid,
)
from calbook.core.time import times

_LEAST = 8  # cells of a day
_LEAST_BESIDE = 6  # of a meeting beside others
_MORE = 3  # of `+12`
_CLOCK_FROM = 12  # of a meeting that also says when it begins
_MARGIN = 6  # `09:00*`

_OPEN, _MISSING = "·", "╱"


def week_lines(page: Page, width: int) -> list[Line]:
    """The grid; nothing where a day would have too few cells."""
    grid = week_grid(page)
    size = (width - _MARGIN - 1) // len(grid.columns) - 1
    if size < _LEAST:
        return []
    return [
        [
            StyledText(timeline.days_text(page.first, page.last), "bold"),
            StyledText(f" · {page.first:%G-W%V}"),
        ],
        _bordered("", [_day_heading(page, c.day, size) for c in grid.columns]),
        _rule(grid, size, "┼", "┤"),
        *(_row(page, grid, row, size) for row in range(len(grid.rows))),
        _rule(grid, size, "┴", "┘"),
        *_legend(page, grid, size, width),
    ]


def _bordered(margin: str, days: Iterable[Line]) -> Line:
    pieces = [StyledText(f"{margin:<{_MARGIN}}", "dim")]
    for day in days:
        pieces += [StyledText("│", "dim"), *day]
    return [*pieces, StyledText("│", "dim")]


def _rule(grid: Grid, size: int, crossing: str, end: str) -> Line:
    days = (crossing + "─" * size) * len(grid.columns)
    return [StyledText("─" * _MARGIN + days + end, "dim")]


def _day_heading(page: Page, day: date, size: int) -> Line:
    name = _day_name(page, day, size)
    style = "bold underline" if day == page.today else "bold"
    return [StyledText(name, style), StyledText(" " * (size - len(name)))]


def _day_name(page: Page, day: date, size: int) -> str:
    """`Mon 18 Jan · today`, or as much of it as there is room for."""
    short = f"{day:%a} {day.day}"
    names = [f"{short} {day:%b}", short]
    if day == page.today:
        names = [f"{name} · today" for name in names] + [f"{short} •"]
    return next((name for name in names if len(name) < size), names[-1])


def _row(page: Page, grid: Grid, row: int, size: int) -> Line:
    days = (_day(page, grid, column, row, size) for column in grid.columns)
    return _bordered(str(grid.rows[row]), days)


def _day(page: Page, grid: Grid, column: DayColumn, row: int, size: int) -> Line:
    """A day's cells of one row: what is on it side by side, else its shading."""
    filler = _filler(grid, column, row)
    placed = [] if filler == _MISSING else column.on(row)
    if not placed:
        return [StyledText(filler * size, "dim")]
    of = placed[0].beside.of
    fit = of if of * _LEAST_BESIDE <= size else max(1, (size - _MORE) // _LEAST_BESIDE)
    room = size if fit == of else size - _MORE
    by_number = {p.beside.number: p for p in placed}
    pieces: list[StyledText] = []
    for number in range(fit):
        cells = room // fit + (room % fit if number == fit - 1 else 0)
        if number in by_number:
            pieces += _label(page, column, by_number[number], row, cells)
        else:
            pieces.append(StyledText(filler * cells, "dim"))
    if fit < of:
        hidden = sum(number >= fit for number in by_number)
        more = f"+{min(hidden, 99)}" if hidden else ""
        pieces += [StyledText(more), StyledText(filler * (_MORE - len(more)), "dim")]
    return pieces


def _filler(grid: Grid, column: DayColumn, row: int) -> str:
    if grid.is_missing(column, row):
        return _MISSING
    return _OPEN if column.is_open(row) else " "


def _label(
    page: Page, column: DayColumn, placed: PlacedBlock, row: int, size: int
) -> Line:
    """A bar, and who and what as far as there are rows and cells for it."""
    texts = placed.block.texts
    if placed.first == placed.last:
        texts = [" · ".join(texts)]
    if size >= _CLOCK_FROM:
        texts[0] = _start_time(page, column, placed) + texts[0]
    nth = column.nth(placed, row)
    text = cells.plain_text(texts[nth]) if nth < len(texts) else ""
    bar = "┋" if placed.block.kind == "PENDING" else "┃"
    return [StyledText(bar + cells.fit(text, size - 1), placed.block.kind)]


def _start_time(page: Page, column: DayColumn, placed: PlacedBlock) -> str:
    """When it begins, where that is not as its row does."""
    span = column.spans[placed.first]
    assert span is not None
    start = placed.block.start
    if start == span.start or placed.block.kind == BUSY:
        return ""
    wall = times.wall_time(start, page.timezone)
    return f"{wall:%H:%M} " if wall.date() == column.day else "… "


def _legend(page: Page, grid: Grid, size: int, width: int) -> Iterator[Line]:
    """What the marks mean that are there; the clocks' changes; the zone."""
    days = [column.day for column in grid.columns]
    on_it = {placed.block for column in grid.columns for placed in column.placed}
    outside = len(set(page.blocks) - on_it)
    is_shortened = any("•" in _day_name(page, day, size) for day in days)
    is_cut = any(
        grid.is_missing(column, row)
        for column in grid.columns
        for row in range(len(grid.rows))
    )
    notes = [
        *["• today"] * is_shortened,
        *[f"{_OPEN} open hours"] * bool(page.opened),
        *timeline.explain_marks(page.blocks),
        *[f"{outside} busy outside of what is shown"] * bool(outside),
        *[SECOND_PASS] * grid.has_second_pass,
        *[f"{_MISSING} skipped by the clocks"] * is_cut,
        *timeline.clock_change_notes(days, page.timezone),
        f"times in {page.timezone}",
    ]
    return ([StyledText(text)] for text in _pack(notes, width))


def _pack(texts: Iterable[str], width: int) -> Iterator[str]:
    """As many on a line as there is room for."""
    line = ""
    for text in texts:
        if line and len(line) + 2 + len(text) > width:
            yield line
            line = ""
        line = f"{line}  {text}" if line else text
    yield line
