"""A week as an SVG picture: rectangles and text, nothing that a browser would run."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from html import escape
from itertools import accumulate
from typing import NamedTuple

from calbook.cli.screen import timeline, words
from calbook.cli.screen.svg_legend import (
    Groups,
    legend,
    legend_elements,
    legend_height,
)
from calbook.cli.screen.svg_style import style_sheet
from calbook.cli.screen.svg_text import fit_text, safe_text, text_element
from calbook.cli.screen.time_grid import (
    DayColumn,
    Grid,
    make_grid,
    shown_days,
)
from calbook.cli.screen.timeline import BUSY, Column, Page, TimeBlock, columns_beside
from calbook.core.model import MINUTE, NO_TIME, Span
from calbook.core.time import times

_LEFT, _TOP, _EDGE = 72, 96, 16
_DAY, _HOST = 190, 124  # the least of a day, and of a host of it
_BESIDE = 84  # the least of a meeting beside others
_LINE = 15  # between two lines of text
_HEIGHTS = {60 * MINUTE: 52, 30 * MINUTE: 38, 15 * MINUTE: 20}
_LABELLED = 30  # the least of a row that says its time if it is no half hour
_HALF_HOUR = 30 * MINUTE
_LEAST = 17  # of a box: what is shorter stands beside what comes soon after
_PAD = 8
_WHOLE_DAY = 22


class _Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    def __str__(self) -> str:
        named = zip(("x", "y", "width", "height"), self, strict=True)
        return " ".join(f'{name}="{round(value, 1):g}"' for name, value in named)


class _Place(NamedTuple):
    """A column: where it stands, and its blocks with their places beside others."""

    column: DayColumn
    x: float
    width: float
    blocks: Sequence[tuple[TimeBlock, Column]]


class _Picture(NamedTuple):
    """All that it takes to draw any part."""

    page: Page
    grid: Grid
    places: Sequence[_Place]
    groups: Groups
    is_by_host: bool

    @property
    def right(self) -> float:
        return self.places[-1].x + self.places[-1].width

    @property
    def top(self) -> float:
        """Of the hours; above them stands what lasts all day."""
        lines = max(len(place.column.all_day) for place in self.places)
        return _TOP + 18 * self.is_by_host + _WHOLE_DAY * lines

    @property
    def row(self) -> int:
        return _HEIGHTS[self.grid.step]

    @property
    def bottom(self) -> float:
        return self.top + self.row * len(self.grid.rows)


def week_svg(page: Page, *, is_by_host: bool = False, scheme: str = "auto") -> str:
    """The week from its earliest to its latest, however much is in it.

    Its colours are `light` or `dark`, or `auto`: as the viewer is.
    """
    pages = page.by_host() if is_by_host else [page]
    grid = make_grid(pages, shown_days(page))
    picture = _Picture(page, grid, _places(grid, is_by_host), Groups(page), is_by_host)
    width = picture.right + _EDGE
    notes = legend(page, grid, picture.groups, width - 2 * _EDGE)
    foot = picture.bottom + 14
    height = foot + legend_height(notes)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}"'
        f' height="{height:g}" viewBox="0 0 {width:g} {height:g}" role="img"'
        ' aria-labelledby="calbook-title calbook-desc">',
        f'<title id="calbook-title">{escape(_title(page))}</title>',
        f'<desc id="calbook-desc">{escape(_description(picture))}</desc>',
        f"<style>\n{style_sheet(scheme)}\n</style>",
        f'<rect class="paper" width="{width:g}" height="{height:g}"/>',
        text_element(_EDGE, 34, fit_text(_title(page), (width - 32) / 1.9), "title"),
        text_element(_EDGE, 54, " · ".join(_subtitle(picture)), "faint"),
        *_background(picture),
        *_heads(picture),
        *_blocks(picture),
    ]
    parts += legend_elements(_EDGE, foot, notes)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _places(grid: Grid, is_by_host: bool) -> list[_Place]:
    """Columns side by side, each as wide as what stands beside one another in it."""
    least = _HOST if is_by_host else _DAY
    scale = grid.step * _LEAST / _HEIGHTS[grid.step]  # how long the lowest box lasts
    found: list[tuple[DayColumn, list[tuple[TimeBlock, Column]], float]] = []
    for column in grid.columns:
        blocks = sorted(placed.block for placed in column.placed)
        spans = [(b.start, max(b.end, b.start + scale)) for b in blocks]
        beside = columns_beside(spans)
        width = max([least, *(place.of * _BESIDE for place in beside)])
        found.append((column, [*zip(blocks, beside, strict=True)], width))
    edges = accumulate((width for _, _, width in found), initial=float(_LEFT))
    return [
        _Place(column, x, width, blocks)
        for (column, blocks, width), x in zip(found, edges, strict=False)
    ]


# -- words


def _title(page: Page) -> str:
    days = timeline.days_text(page.first, page.last)
    return safe_text(" · ".join(filter(None, [_owner(page), days])))


def _owner(page: Page) -> str:
    names = [*page.hosts.values()]
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} hosts"


def _subtitle(picture: _Picture) -> Iterator[str]:
    page = picture.page
    yield from timeline.title_notes(page)
    meetings = sum(block.kind != BUSY for block in page.blocks)
    yield words.count_text(meetings, "meeting", "meetings")
    if outside := picture.grid.outside():
        yield f"{outside} busy outside of what is shown"
    yield f"times in {page.timezone}"


def _description(picture: _Picture) -> str:
    """For who hears it: the days, and all that is on each."""
    page = picture.page
    lines = []
    for day in picture.grid.days:
        said = [_whole_text(page, block) for block in page.on(day)]
        lines.append(f"{day:%A} {day.day} {day:%B}: {'; '.join(said) or 'nothing'}.")
    return safe_text(" ".join(lines))


def _whole_text(page: Page, block: TimeBlock) -> str:
    texts = [_clock(page, block), *block.texts, block.place, block.status.lower()]
    return ", ".join(filter(None, texts))


def _clock(page: Page, block: TimeBlock) -> str:
    start, end = (times.wall_time(at, page.timezone) for at in block.span)
    if block.kind == BUSY and (start.time(), end.time()) == (time(), time()):
        return "all day"
    return f"{words.clock(start)}–{words.clock(end)}"


# -- what stands behind the meetings


def _background(picture: _Picture) -> Iterator[str]:
    """Hours that are open or not, what the clocks skip, today, and the lines."""
    top, bottom, right = picture.top, picture.bottom, picture.right
    whole = _Box(_LEFT, top, right - _LEFT, bottom - top)
    yield f'<rect class="closed" {whole}/>'
    for place in picture.places:
        yield from _column_ground(picture, place)
    for number, row in enumerate(picture.grid.rows):
        y = top + number * picture.row
        if picture.row >= _LABELLED or row.wall % _HALF_HOUR == NO_TIME:
            yield text_element(_EDGE, y + 13, str(row), "faint")
        yield f'<path class="rule" d="M{_LEFT} {y:g}H{right:g}"/>'
    if top > _TOP + 18 * picture.is_by_host:
        yield text_element(_EDGE, top - _WHOLE_DAY + 14, "all day", "faint")
    edges = [place.x for place in picture.places] + [right]
    for number, x in enumerate(edges):
        is_day = number % _hosts(picture) == 0
        first = _TOP - 28 if is_day else _TOP - 4
        yield f'<path class="rule" d="M{x:g} {first}V{bottom:g}"/>'
    yield f'<path class="rule" d="M{_LEFT} {bottom:g}H{right:g}"/>'


def _hosts(picture: _Picture) -> int:
    """How many columns a day has."""
    return len(picture.places) // len(picture.grid.days)


def _column_ground(picture: _Picture, place: _Place) -> Iterator[str]:
    column = place.column
    for span in column.opened:
        if any(row and row.overlaps(span) for row in column.spans):
            yield f'<rect class="paper" {_box(picture, place, span)}/>'
    if column.day == picture.page.today:
        whole = _Box(place.x, picture.top, place.width, picture.bottom - picture.top)
        yield f'<rect class="today" {whole}/>'
    for number in range(len(picture.grid.rows)):
        if picture.grid.is_missing(column, number):
            y = picture.top + number * picture.row
            box = _Box(place.x, y, place.width, picture.row)
            yield f'<rect class="missing" {box}/>'


def _heads(picture: _Picture) -> Iterator[str]:
    many = _hosts(picture)
    for place in picture.places[::many]:
        day = place.column.day
        is_today = day == picture.page.today
        name = f"{day:%a} {day.day} {day:%b}" + " · today" * is_today
        style = "day now" if is_today else "day"
        yield text_element(place.x + _PAD, _TOP - 12, name, style)
    if picture.is_by_host:
        for place in picture.places:
            [name] = [*place.column.page.hosts.values()][:1] or [""]
            name = fit_text(safe_text(name), place.width - 2 * _PAD)
            yield text_element(place.x + _PAD, _TOP + 6, name, "faint")


# -- meetings


def _blocks(picture: _Picture) -> Iterator[str]:
    for place in picture.places:
        above = picture.top - _WHOLE_DAY * len(place.column.all_day)
        for number, block in enumerate(place.column.all_day):
            y = above + number * _WHOLE_DAY
            box = _Box(place.x, y, place.width, _WHOLE_DAY)
            yield from _block(picture, block, box)
        for block, beside in place.blocks:
            box = _box(picture, place, block.span)
            width = place.width / beside.of
            box = box._replace(x=place.x + beside.number * width, width=width)
            yield from _block(picture, block, box)


def _box(picture: _Picture, place: _Place, span: Span) -> _Box:
    """Where a span stands in its column, from its first row to its last."""
    spans = place.column.spans
    rows = [n for n, row in enumerate(spans) if row and row.overlaps(span)]
    top = rows[0] + max(_part(place.column, rows[0], span.start), 0)
    bottom = rows[-1] + min(_part(place.column, rows[-1], span.end), 1)
    y, height = picture.top + top * picture.row, (bottom - top) * picture.row
    return _Box(place.x, y, place.width, height)


def _part(column: DayColumn, row: int, at: datetime) -> float:
    """How much of a row has passed at a moment."""
    span = column.spans[row]
    assert span is not None
    return (at - span.start) / (span.end - span.start)


def _block(picture: _Picture, block: TimeBlock, box: _Box) -> Iterator[str]:
    """A rectangle, and as many lines of text as it has room for."""
    frame = _Box(box.x + 2, box.y + 1, box.width - 5, max(box.height - 2, _LEAST - 2))
    yield f'<g class="{picture.groups.style(block)} {block.kind}">'
    yield f"<title>{escape(safe_text(_whole_text(picture.page, block)))}</title>"
    yield f'<rect class="box" rx="4" {frame}/>'
    yield f'<rect class="bar" rx="2" {frame._replace(width=4)}/>'
    first = frame.y + min(_LINE, frame.height / 2 + 4)
    for number, (text, is_bold) in enumerate(_lines(picture.page, block, frame)):
        fitted = fit_text(safe_text(text), frame.width - _PAD - 4, is_bold=is_bold)
        if fitted:
            style = "who" if is_bold else ""
            yield text_element(
                round(frame.x + _PAD, 1),
                round(first + number * _LINE, 1),
                fitted,
                style,
            )
    yield "</g>"


def _lines(page: Page, block: TimeBlock, frame: _Box) -> list[tuple[str, bool]]:
    """Who, what, when and where, each on a line of its own where there are several."""
    who, title = [*block.texts, ""][:2]
    clock = _clock(page, block)
    room = int((frame.height - 3) // _LINE)
    if room >= 2:
        lines = [(who, True), (title, False), (clock, False), (block.place, False)]
        return [line for line in lines if line[0]][:room]
    start = "" if clock == "all day" else clock.split("–")[0]
    return [
        (" ".join(filter(None, [start, " · ".join(filter(None, [who, title]))])), True)
    ]
