"""A week as an SVG picture: rectangles and text, nothing that a browser would run."""

import re
from collections.abc import Iterator
from datetime import datetime, time
from html import escape
from typing import NamedTuple

from calbook.cli.screen import timeline
from calbook.cli.screen.time_grid import (
    SECOND_PASS,
    DayColumn,
    Grid,
    make_grid,
    shown_days,
)
from calbook.cli.screen.timeline import (
    BUSY,
    Column,
    Page,
    TimeBlock,
    columns_beside,
)
from calbook.core.model import MINUTE, Span
from calbook.core.text import printable
from calbook.core.time import times

_LEFT, _TOP, _FOOT, _EDGE = 64, 84, 34, 16
_DAY = 190
_LINE = 15  # between two lines of text
_HEIGHTS = {60 * MINUTE: 52, 30 * MINUTE: 38, 15 * MINUTE: 20}
_PAD = 7
_ALONE = Column(0, 1)

_STYLE = """
text { font: 12px system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif;
       fill: #1f2937 }
.title { font-size: 18px; font-weight: 600 }
.faint { fill: #6b7280 }
.day, .who { font-weight: 600 }
.today { fill: #1d4ed8 }
.open { fill: #eef3fb }
.gap { fill: #e5e7eb }
.rule { stroke: #e5e7eb }
.edge { stroke: #cbd5e1 }
.CONFIRMED { fill: #dbeafe; stroke: #60a5fa }
.PENDING { fill: #fef9e7; stroke: #d97706; stroke-dasharray: 4 3 }
.COMPLETED { fill: #eceff3; stroke: #9ca3af }
.NO_SHOW { fill: #fce7f3; stroke: #db2777 }
.BUSY { fill: #f3f4f6; stroke: #9ca3af; stroke-dasharray: 1 3 }
"""


class _Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    def __str__(self) -> str:
        named = zip(("x", "y", "width", "height"), self, strict=True)
        return " ".join(f'{name}="{round(value, 1):g}"' for name, value in named)


def week_svg(page: Page, *, is_by_host: bool = False) -> str:
    """The week from its earliest to its latest, however much is in it."""
    pages = page.by_host() if is_by_host else [page]
    grid = make_grid(pages, shown_days(page))
    width = _LEFT + _DAY * len(grid.columns) + _EDGE
    bottom = _TOP + _HEIGHTS[grid.step] * len(grid.rows)
    size = f'width="{width}" height="{bottom + _FOOT}"'
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}'
        f' viewBox="0 0 {width} {bottom + _FOOT}" role="img">',
        f"<title>{_text(_title(page))}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{width}" height="{bottom + _FOOT}" fill="#ffffff"/>',
        _text_element(_EDGE, 32, _title(page), "title"),
        *_times(grid),
    ]
    for number, column in enumerate(grid.columns):
        parts += _column(page, grid, column, _LEFT + number * _DAY)
    parts += [
        f'<path class="edge" fill="none" d="M{_LEFT} {_TOP}H{width - _EDGE}'
        f'V{bottom}H{_LEFT}Z"/>',
        _text_element(_LEFT, bottom + 22, "; ".join(_notes(page, grid)), "faint"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _title(page: Page) -> str:
    return f"{timeline.days_text(page.first, page.last)} · {page.first:%G-W%V}"


def _notes(page: Page, grid: Grid) -> Iterator[str]:
    yield from timeline.explain_marks(page.blocks)
    days = (column.day for column in grid.columns)
    yield from timeline.clock_change_notes(days, page.timezone)
    if grid.has_second_pass:
        yield SECOND_PASS
    yield f"times in {page.timezone}"


def _times(grid: Grid) -> Iterator[str]:
    """The time of each row, on the left."""
    for number, row in enumerate(grid.rows):
        yield _text_element(
            _EDGE, _TOP + number * _HEIGHTS[grid.step] + 13, str(row), "faint"
        )


def _column(page: Page, grid: Grid, column: DayColumn, x: int) -> Iterator[str]:
    is_today = column.day == page.today
    name = f"{column.day:%a} {column.day.day} {column.day:%b}"
    name = f"{name} · today" if is_today else name
    yield _text_element(x + _PAD, _TOP - 10, name, "day today" if is_today else "day")
    for span in column.opened:
        yield f'<rect class="open" {_box(grid, column, span, x)}/>'
    for row in range(len(grid.rows)):
        box = _Box(x, _TOP + row * _HEIGHTS[grid.step], _DAY, _HEIGHTS[grid.step])
        if grid.is_missing(column, row):
            yield f'<rect class="gap" {box}/>'
        yield f'<path class="rule" d="M{x} {box.y}h{_DAY}"/>'
    bottom = _TOP + _HEIGHTS[grid.step] * len(grid.rows)
    yield f'<path class="edge" d="M{x} {_TOP - 28}V{bottom}"/>'
    blocks = sorted(placed.block for placed in column.placed)
    places = columns_beside([block.span for block in blocks])
    for block, place in zip(blocks, places, strict=True):
        yield from _block(page, block, _box(grid, column, block.span, x, place))


def _box(
    grid: Grid, column: DayColumn, span: Span, x: int, place: Column = _ALONE
) -> _Box:
    """Where a span stands in its column, from its first row to its last."""
    rows = [n for n, row in enumerate(column.spans) if row and row.overlaps(span)]
    top = rows[0] + max(_part(column, rows[0], span.start), 0)
    bottom = rows[-1] + min(_part(column, rows[-1], span.end), 1)
    height, width = _HEIGHTS[grid.step], _DAY / place.of
    return _Box(
        x + place.number * width, _TOP + top * height, width, (bottom - top) * height
    )


def _part(column: DayColumn, row: int, at: datetime) -> float:
    """How much of a row has passed at a moment."""
    span = column.spans[row]
    assert span is not None
    return (at - span.start) / (span.end - span.start)


def _block(page: Page, block: TimeBlock, box: _Box) -> Iterator[str]:
    """A rectangle, and as many lines of text as it has room for."""
    start, end = (times.wall_time(at, page.timezone) for at in block.span)
    clock = f"{start:%H:%M}–{end:%H:%M}"
    if block.kind == BUSY and (start.time(), end.time()) == (time(), time()):
        clock = "all day"
    who, title = [*block.texts, ""][:2]
    room = int((box.height - 4) // _LINE)
    texts = [("who", who), ("", title), ("faint", clock), ("faint", block.place)]
    if room < 2:
        texts = [("who", " · ".join(filter(None, [f"{start:%H:%M} {who}", title])))]
    whole = "; ".join(filter(None, [clock, who, title, block.place, block.kind]))
    yield f"<g><title>{_text(whole)}</title>"
    frame = box._replace(x=box.x + 2, y=box.y + 1)
    frame = frame._replace(width=box.width - 5, height=max(box.height - 2, 1))
    yield f'<rect class="{block.kind}" rx="4" {frame}/>'
    yield f"<svg {frame}>"  # what is longer than its frame is cut
    first = min(_LINE, box.height / 2 + 3)
    lines = [text for text in texts if text[1]][: max(room, 1)]
    for number, (style, text) in enumerate(lines):
        yield _text_element(_PAD, round(first + number * _LINE, 1), text, style)
    yield "</svg></g>"


def _text_element(x: float, y: float, text: str, style: str) -> str:
    named = f' class="{style}"' if style else ""
    return f'<text{named} x="{x}" y="{y}">{_text(text)}</text>'


def _text(text: str) -> str:
    """Harmless to show, and without the two characters that XML lacks besides."""
    return escape(re.sub("[\ufffe\uffff]", "\ufffd", printable(text)))
