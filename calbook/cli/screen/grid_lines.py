"""Days as a grid for a terminal, which is no higher than the screen.

Beside one another stand days, and the hosts of a day where they are asked for; where
these have no room, the grid of some hosts stands below that of others.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise, tee

from calbook.cli.screen import cells, timeline, words
from calbook.cli.screen.cells import Line, StyledText
from calbook.cli.screen.folding import fold_rows, is_folded
from calbook.cli.screen.time_grid import (
    SECOND_PASS,
    DayColumn,
    Grid,
    PlacedBlock,
    make_grids,
    shown_days,
)
from calbook.cli.screen.timeline import BUSY, Page, TimeBlock
from calbook.core.time import times
from calbook.core.typing_names import NamedTuple

_LEAST = 8  # cells of a column
_LEAST_BESIDE = 6  # of a meeting beside others
_CLOCK_FROM = 12  # of a meeting that also says when it begins
_UID_FROM = 40  # of one that also says its uid
_MORE = 3  # of `+12`
_ALL_DAY = "all day"
_MOST_ALL_DAY = 3  # lines

_LEAST_HEIGHT = 10  # of a grid, on whatever screen
_LEAST_ROWS = 4

_UNBOUNDED = (1000, 1000)  # lines

_OPEN, _MISSING, _FOLDED = "·", "╱", "⋮"


class _Sheet(NamedTuple):
    """A grid and how it stands on the screen."""

    grid: Grid
    pages: Sequence[Page]
    size: int  # cells of a column
    margin: int
    width: int  # cells of the screen
    all_day: int  # lines
    folded: Sequence[range]  # the rows of each line


def grid_lines(
    page: Page, width: int, height: int, *, is_by_host: bool = False
) -> list[Line]:
    """The grid with its legend; nothing where a day would have too few cells.

    Several grids below one another share the height. Where that is too little, each is
    folded as if it were not, and may be as high as the screen.
    """
    days = shown_days(page)
    pages = page.by_host() if is_by_host else [page]
    beside = (width - _margin() - 1) // (_LEAST + 1) // len(days)
    if not beside:
        return []
    groups = _share_out(pages, beside)
    heads = (len(days) > 1) + is_by_host + 2  # and the rules
    grids = [tee(make_grids(group, days)) for group in groups]  # each is made once
    first = [
        _make_sheet(group, some, width, _UNBOUNDED)
        for group, (some, _) in zip(groups, grids, strict=True)
    ]
    rest = (
        height - 2 - len(_legend(page, first, width, is_shortened=True))
    )  # beside title and prompt
    share = rest // len(groups)
    most = share if share >= _LEAST_HEIGHT else max(rest, _LEAST_HEIGHT)
    room = share - heads, most - heads
    sheets = [
        _make_sheet(group, same, width, room)
        for group, (_, same) in zip(groups, grids, strict=True)
    ]
    lines: list[Line] = [timeline.title_line(page)]
    for sheet in sheets:
        lines += _sheet_lines(sheet, with_hosts=is_by_host)
    return [*lines, *_legend(page, sheets, width)]


def _share_out(pages: Sequence[Page], most: int) -> list[Sequence[Page]]:
    """In groups of no more than so many, as equal as can be."""
    groups = -(-len(pages) // most)
    edges = [len(pages) * n // groups for n in range(groups + 1)]
    return [pages[first:last] for first, last in pairwise(edges)]


def _make_sheet(
    pages: Sequence[Page], grids: Iterable[Grid], width: int, room: tuple[int, int]
) -> _Sheet:
    """The shortest rows that have room when they are folded, else the longest.

    Their lines should be no more than the first number, and not the second.
    """
    for grid in grids:
        all_day = min(max(len(c.all_day) for c in grid.columns), _MOST_ALL_DAY)
        margin = _margin(_ALL_DAY * bool(all_day))
        size = (width - margin - 1) // len(grid.columns) - 1
        wished, most = (max(lines - all_day, _LEAST_ROWS) for lines in room)
        folded = fold_rows(grid, wished)
        if len(folded) <= most:
            break
    return _Sheet(grid, pages, size, margin, width, all_day, folded)


def _margin(name: str = _ALL_DAY) -> int:
    """Cells for any time, `09:00*` or `12:00 pm*`, and for the name of a line."""
    return max(len(words.clock(times.midnight(date.min))) + 1, len(name))


def _sheet_lines(sheet: _Sheet, *, with_hosts: bool) -> Iterator[Line]:
    if with_hosts and len(sheet.pages) == 1:
        yield [StyledText(_host_name(sheet.pages[0], sheet.width).rstrip(), "bold")]
    if len(sheet.grid.days) > 1:
        yield _day_headings(sheet)
    if len(sheet.pages) > 1:
        names = [[StyledText(_host_name(p, sheet.size))] for p in sheet.pages]
        yield _bordered(sheet, "", names * len(sheet.grid.days))
    has_head = len(sheet.grid.columns) > 1
    yield _rule(sheet, *("┼┤" if has_head else "┬┐"))
    for number in range(sheet.all_day):
        whole = [_whole_day(sheet, column, number) for column in sheet.grid.columns]
        yield _bordered(sheet, "" if number else _ALL_DAY, whole)
    for rows in sheet.folded:
        first = str(sheet.grid.rows[rows.start]) if len(rows) == 1 else _FOLDED
        day = [_cells(sheet, column, rows) for column in sheet.grid.columns]
        yield _bordered(sheet, first, day)
    yield _rule(sheet, "┴", "┘")


def _host_name(page: Page, size: int) -> str:
    """The host's name; where it has no room the id, by which they can be told apart."""
    id, name = next(iter(page.hosts.items()), ("", ""))
    name = cells.plain_text(name)
    return cells.fit(name if cells.width(name) <= size else words.short_host(id), size)


def _bordered(sheet: _Sheet, margin: str, columns: Iterable[Line]) -> Line:
    pieces = [StyledText(f"{margin:<{sheet.margin}}")]
    for number, column in enumerate(columns):
        border = "┊" if number % len(sheet.pages) else "│"
        pieces += [StyledText(border, "dim"), *column]
    return [*pieces, StyledText("│", "dim")]


def _rule(sheet: _Sheet, crossing: str, end: str) -> Line:
    columns = (crossing + "─" * sheet.size) * len(sheet.grid.columns)
    return [StyledText("─" * sheet.margin + columns + end, "dim")]


def _day_headings(sheet: _Sheet) -> Line:
    size = len(sheet.pages) * (sheet.size + 1) - 1
    pieces = [StyledText(" " * sheet.margin)]
    for day in sheet.grid.days:
        name = timeline.day_name(sheet.pages[0], day, size)
        pieces += [StyledText("│", "dim"), StyledText(f"{name:<{size}}", "bold")]
    return [*pieces, StyledText("│", "dim")]


def _whole_day(sheet: _Sheet, column: DayColumn, number: int) -> Line:
    """What takes a whole day; the last line also counts what has no room."""
    blocks = column.all_day
    if number >= len(blocks):
        return [StyledText(" " * sheet.size)]
    hidden = len(blocks) - sheet.all_day + 1
    if number == sheet.all_day - 1 and hidden > 1:
        return [StyledText(cells.fit(f"+{hidden} more", sheet.size))]
    return [_bar(blocks[number], " · ".join(blocks[number].texts), sheet.size)]


def _bar(block: TimeBlock, text: str, size: int) -> StyledText:
    bar = "┋" if block.kind in ("PENDING", timeline.HELD) else "┃"
    return StyledText(bar + cells.fit(cells.plain_text(text), size - 1), block.kind)


def _cells(sheet: _Sheet, column: DayColumn, rows: range) -> Line:
    """A day's cells of one line: what is on it side by side, else its shading."""
    size = sheet.size
    there = [row for row in rows if not sheet.grid.is_missing(column, row)]
    if not there:
        return [StyledText(_MISSING * size, "dim")]
    filler = _OPEN if any(map(column.is_open, there)) else " "
    placed = column.on(there[0])
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
            pieces.append(_label(column, by_number[number], there[0], cells))
        else:
            pieces.append(StyledText(filler * cells, "dim"))
    if fit < of:
        more = _count_text(sum(number >= fit for number in by_number))
        pieces += [StyledText(more), StyledText(filler * (_MORE - len(more)), "dim")]
    return pieces


def _count_text(hidden: int) -> str:
    """In three cells."""
    if not hidden:
        return ""
    return f"+{hidden}" if hidden < 100 else "99+"


def _label(column: DayColumn, placed: PlacedBlock, row: int, size: int) -> StyledText:
    """A bar, and who and what as far as there are rows and cells for it."""
    texts = placed.block.texts
    if size >= _CLOCK_FROM:
        texts[0] = _start_time(column, placed) + texts[0]
    if placed.first == placed.last or size >= _UID_FROM:
        texts = [" · ".join(texts)]
    nth = column.nth(placed, row)
    uid = words.short_uid(placed.block.uid)
    if not nth and uid and size >= _UID_FROM:
        label = _bar(placed.block, texts[0], size - len(uid) - 1)
        return label._replace(text=f"{label.text} {uid}")
    return _bar(placed.block, texts[nth] if nth < len(texts) else "", size)


def _start_time(column: DayColumn, placed: PlacedBlock) -> str:
    """When it begins, where that is not as its row does."""
    span = column.spans[placed.first]
    assert span is not None
    start = placed.block.start
    if start == span.start or placed.block.kind == BUSY:
        return ""
    wall = times.wall_time(start, column.page.timezone)
    return (
        f"{words.clock(wall)} " if wall.date() == column.day else f"{cells.cut_sign()} "
    )


def _legend(
    page: Page, sheets: Sequence[_Sheet], width: int, *, is_shortened: bool = False
) -> list[Line]:
    """What the marks mean that are there; the clocks' changes; the zone."""
    days = sheets[0].grid.days
    outside = sum(sheet.grid.outside() for sheet in sheets)
    notes = [
        *[f"{timeline.TODAY} today"] * (len(days) > 1 and page.today in days),
        *[f"{_OPEN} open hours"] * bool(page.opened),
        *timeline.explain_marks(page.blocks),
        *[f"{outside} busy outside of what is shown"] * bool(outside),
        *[f"{_FOLDED} hours with nothing new"]
        * (is_shortened or any(is_folded(sheet.folded) for sheet in sheets)),
        *[SECOND_PASS] * any(sheet.grid.has_second_pass for sheet in sheets),
        *[f"{_MISSING} skipped by the clocks"]
        * any(sheet.grid.has_missing for sheet in sheets),
        *timeline.clock_change_notes(days, page.timezone),
        f"times in {page.timezone}",
    ]
    return [[StyledText(text)] for text in timeline.pack(notes, width)]
