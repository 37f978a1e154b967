"""`week`: a working week as a grid, as a picture, or else as an agenda."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import open_client

if TYPE_CHECKING:
    from calbook.cli.screen.cells import Line, StyledText
    from calbook.cli.screen.timeline import Page
    from calbook.cli.screen.week_grid import DayColumn, Grid, PlacedBlock


def week(
    of: Annotated[
        str, typer.Option("--of", metavar="WHEN", help="A day of that week.")
    ] = "today",
    host: o.Host = None,
    svg: Annotated[
        str | None,
        typer.Option("--svg", metavar="FILE", help="Write it as a picture."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing file.")
    ] = False,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """Show a week as a grid.

    On a narrow terminal, and piped, it is the agenda of that week.
    """
    from calbook.cli.commands import agenda

    zone = output.read_timezone(tz)
    form = OutputOptions(json, jsonl, csv, fields, zone)
    with open_client(db) as client:
        bookings = client.calendar.bookings
        found = bookings.week(of=of, host_id=host, timezone=zone)
        now = client.now()
    if svg is None and (fields or not output.is_for_people(form)):
        agenda.show_agenda(found, form, now=now, host=host)
        return
    from calbook.cli.screen import timeline

    page = timeline.make_page(found, now, host=host)
    if svg is not None:
        _save(page, svg, force=force)
        return
    from calbook.cli.screen import tables  # slow to import

    shown = week_lines(page, output.width()) or agenda.agenda_lines(
        page, output.width()
    )
    output.write(tables.paint_lines(shown))


def _save(page: "Page", file: str, *, force: bool) -> None:
    from calbook.cli.screen import week_svg

    data = week_svg.week_svg(page).encode()
    if file == "-":
        output.write_bytes(data)
        return
    from calbook.cli import file_output

    file_output.save_file(file, data, force=force)
    if output.is_terminal():
        output.say(f"Wrote {file}")


# -- on a terminal -------------------------------------------------------------------

_LEAST = 8  # cells of a day
_LEAST_LANE = 6  # of a meeting beside others
_MORE = 3  # of `+12`
_CLOCK_FROM = 12  # of a meeting that also says when it begins
_MARGIN = 6  # `09:00*`

_OPEN, _MISSING = "·", "╱"


def week_lines(page: "Page", width: int) -> "list[Line]":
    """The grid; nothing where a day would have too few cells."""
    from calbook.cli.screen import timeline
    from calbook.cli.screen.cells import StyledText
    from calbook.cli.screen.week_grid import week_grid

    found = week_grid(page)
    size = (width - _MARGIN - 1) // len(found.columns) - 1
    if size < _LEAST:
        return []
    year, number, _ = page.first.isocalendar()
    return [
        [
            StyledText(timeline.days_text(page.first, page.last), "bold"),
            StyledText(f" · {year}-W{number:02}"),
        ],
        _joined(" " * _MARGIN, "│", [_name(page, c, size) for c in found.columns]),
        _ruled(found, size, "┼"),
        *(_row(page, found, row, size) for row in range(len(found.rows))),
        _ruled(found, size, "┴"),
        *_legend(page, found, size, width),
    ]


def _joined(
    margin: str, border: str, cells: "Sequence[Sequence[StyledText]]"
) -> "Line":
    from calbook.cli.screen.cells import StyledText

    pieces = [StyledText(f"{margin:<{_MARGIN}}", "dim")]
    for cell in cells:
        pieces += [StyledText(border, "dim"), *cell]
    return [*pieces, StyledText(border, "dim")]


def _ruled(found: "Grid", size: int, crossing: str) -> "Line":
    from calbook.cli.screen.cells import StyledText

    rule = (crossing + "─" * size) * len(found.columns)
    end = {"┼": "┤", "┴": "┘"}[crossing]
    return [StyledText("─" * _MARGIN + rule + end, "dim")]


def _name(page: "Page", column: "DayColumn", size: int) -> "Line":
    from calbook.cli.screen.cells import StyledText

    name = _named(page, column.day, size)
    style = "bold underline" if column.day == page.today else "bold"
    return [StyledText(name, style), StyledText(" " * (size - len(name)))]


def _named(page: "Page", day: date, size: int) -> str:
    """`Mon 18 Jan · today`, or as much of it as there is room for."""
    short = f"{day:%a} {day.day}"
    names = [f"{short} {day:%b}", short]
    if day == page.today:
        names = [f"{name} · today" for name in names] + [f"{short} •"]
    return next((name for name in names if len(name) < size), names[-1])


def _row(page: "Page", found: "Grid", row: int, size: int) -> "Line":
    days = [_day(page, found, column, row, size) for column in found.columns]
    return _joined(str(found.rows[row]), "│", days)


def _day(
    page: "Page", found: "Grid", column: "DayColumn", row: int, size: int
) -> "list[StyledText]":
    """A day's cells of one row: what is on it side by side, else its shading."""
    from calbook.cli.screen.cells import StyledText

    filler = _filler(found, column, row)
    placed = [] if filler == _MISSING else column.on(row)
    if not placed:
        return [StyledText(filler * size, "dim")]
    of = placed[0].lane.of
    shown = of if of * _LEAST_LANE <= size else max(1, (size - _MORE) // _LEAST_LANE)
    room = size if shown == of else size - _MORE
    by_lane = {p.lane.number: p for p in placed}
    pieces: list[StyledText] = []
    for lane in range(shown):
        cells = room // shown + (room % shown if lane == shown - 1 else 0)
        if lane in by_lane:
            pieces += _label(page, column, by_lane[lane], row, cells)
        else:
            pieces.append(StyledText(filler * cells, "dim"))
    if shown < of:
        hidden = sum(lane >= shown for lane in by_lane)
        more = f"+{min(hidden, 99)}" if hidden else ""
        pieces.append(StyledText(more or filler * _MORE, "" if more else "dim"))
        pieces.append(StyledText(filler * (_MORE - len(more) if more else 0), "dim"))
    return pieces


def _filler(found: "Grid", column: "DayColumn", row: int) -> str:
    if found.is_missing(column, row):
        return _MISSING
    return _OPEN if column.is_open(row) else " "


def _label(
    page: "Page", column: "DayColumn", placed: "PlacedBlock", row: int, size: int
) -> "Line":
    """A bar, and who and what as far as there are rows and cells for it."""
    from calbook.cli.screen import cells

    texts = _texts(page, column, placed, with_clock=size >= _CLOCK_FROM)
    nth = column.nth(placed, row)
    text = texts[nth] if nth < len(texts) else ""
    style = placed.block.kind
    bar = "┋" if style == "PENDING" else "┃"
    shown = cells.fit(cells.plain_text(text), size - 1)
    return [cells.StyledText(bar, style), cells.StyledText(shown, style)]


def _texts(
    page: "Page", column: "DayColumn", placed: "PlacedBlock", *, with_clock: bool
) -> list[str]:
    from calbook.cli.screen.timeline import MARKS

    block = placed.block
    host = f"{block.host}: " if block.host else ""
    begun = _start_time(page, column, placed) if with_clock else ""
    lead = f"{begun}{MARKS.get(block.kind, '')}{host}"
    told = [text for text in (block.who, block.title) if text]
    if placed.first == placed.last:
        told = [" · ".join(told)]
    return [f"{lead}{told[0]}", *told[1:]]


def _start_time(page: "Page", column: "DayColumn", placed: "PlacedBlock") -> str:
    """When it begins, where that is not as its row does."""
    from calbook.cli.screen.timeline import BUSY
    from calbook.core.time import times

    span = column.spans[placed.first]
    assert span is not None
    start = placed.block.start
    if start == span.start or placed.block.kind == BUSY:
        return ""
    wall = times.wall_time(start, page.timezone)
    return f"{wall:%H:%M} " if wall.date() == column.day else "… "


def _legend(page: "Page", found: "Grid", size: int, width: int) -> "Iterator[Line]":
    """What the marks mean that are there; the clocks' changes; the zone."""
    from calbook.cli.screen import timeline
    from calbook.cli.screen.cells import StyledText

    names = [_named(page, column.day, size) for column in found.columns]
    told = ["• today"] if any("•" in name for name in names) else []
    told += [f"{_OPEN} open hours"] if page.opened else []
    told += timeline.explain_marks(page.blocks)
    shown = {placed.block for column in found.columns for placed in column.placed}
    if left_out := len(set(page.blocks) - shown):
        told.append(f"{left_out} busy outside of what is shown")
    if any(row.is_second for row in found.rows):
        told.append("* second pass of a repeated hour")
    if any(
        found.is_missing(column, row)
        for column in found.columns
        for row in range(len(found.rows))
    ):
        told.append(f"{_MISSING} skipped by the clocks")
    for column in found.columns:
        if change := timeline.clock_change_text(column.day, page.timezone):
            told.append(f"{timeline.days_text(column.day, column.day)}: {change}")
    told.append(f"times in {page.timezone}")
    for text in _pack(told, width):
        yield [StyledText(text)]


def _pack(texts: Iterable[str], width: int) -> Iterator[str]:
    """As many on a line as there is room for."""
    line = ""
    for text in texts:
        if line and len(line) + 2 + len(text) > width:
            yield line
            line = ""
        line = f"{line}  {text}" if line else text
    yield line
