"""Cells in columns: the one way in which listings are laid out."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from calbook.cli import output
from calbook.cli.output import Json
from calbook.cli.screen import cells
from calbook.cli.screen.cells import Line, StyledText

# Text that is still to be made harmless, or lines of it; or text in its style.
Cell = str | list[str] | StyledText | None
_Read = str | Callable[[Json], Cell]  # a key of the item, or what comes of it
Columns = Mapping[str, _Read]  # by their headings
_Row = Sequence[Sequence[StyledText]]  # of each cell the lines

INDENT = "  "  # of what stands below a row
_SPARE = 2  # cells beside a table, taken only where there is too little room
_LEAST = 5  # cells of a column, before those give way that are whole


def table_text(
    items: Sequence[Json],
    columns: Columns,
    *,
    whole: Collection[str] = (),
    least: Mapping[str, int] | None = None,
    below: Callable[[Json], Iterable[str]] | None = None,
    tz: str | None = None,
    nothing: str = "",
) -> str:
    """A row for each item and the zone of their times, for a terminal; else `nothing`.

    Where there is no room cells are folded, those of `whole` columns last; if all are
    whole, lines may be wider than the terminal. A row with lines `below` it is one
    line, its cells are clipped.
    """
    if nothing and not items:
        return nothing
    head = [[StyledText(heading, "bold")] for heading in columns]
    rows = [[_texts(item, read) for read in columns.values()] for item in items]
    gap, spare = (3, _SPARE) if below is None else (2, 0)
    gaps = gap * (len(columns) - 1)
    sizes = _column_sizes(
        [head, *rows],
        output.width() - gaps,
        spare=spare,
        fixed={n for n, heading in enumerate(columns) if heading in whole},
        least=[(least or {}).get(heading, 0) for heading in columns],
    )
    lines = [*_row_lines(head, sizes, gap)]
    lines.append([StyledText("─" * min(sum(sizes) + gaps, output.width()))])
    for item, row in zip(items, rows, strict=True):
        if below is None:
            lines += _row_lines(row, sizes, gap)
        else:
            lines.append(beside([text for (text,) in row], sizes, gap))
            lines += ([StyledText(INDENT + text)] for text in below(item))
    caption = f"times in {tz}\n" if tz else ""
    return paint(lines).rstrip("\n") + f"\n{caption}"


def paint(lines: Iterable[Line]) -> str:
    from calbook.cli.screen import painting  # slow to import

    return painting.paint_lines(lines)


def _texts(item: Json, read: _Read) -> list[StyledText]:
    cell: Cell = item[read] if isinstance(read, str) else read(item)
    if isinstance(cell, StyledText):
        return [cell]
    lines = cell if isinstance(cell, list) else [cell or ""]
    return [StyledText(cells.plain_text(line)) for line in lines]


def _column_sizes(
    rows: Iterable[_Row],
    room: int,
    *,
    spare: int,
    fixed: Collection[int],
    least: Sequence[int],
) -> list[int]:
    wanted = [
        max(size, *(cells.width(text.text) for cell in column for text in cell))
        for size, column in zip(least, zip(*rows, strict=True), strict=True)
    ]
    # A column between others counts for wider, by the gap on its other side.
    inner = [0 < n < len(wanted) - 1 for n in range(len(wanted))]
    wider = [size + more for size, more in zip(wanted, inner, strict=True)]
    shared = share_width(wider, room - spare + sum(inner), fixed)
    given = [
        max(share - more, size, min(most, _LEAST))
        for share, more, size, most in zip(shared, inner, least, wanted, strict=True)
    ]
    return given if len(fixed) == len(given) else share_width(given, room)


def share_width(
    wanted: Sequence[int], room: int, fixed: Collection[int] = ()
) -> list[int]:
    """As wide as wanted; where there is no room the widest give way, but the fixed."""
    given = list(wanted)
    flexible = [n for n in range(len(given)) if n not in fixed]
    while sum(given) > max(room, 0) and any(given[n] for n in flexible):
        given[max(flexible, key=given.__getitem__)] -= 1
    return given


def _row_lines(row: _Row, sizes: Sequence[int], gap: int) -> Iterator[Line]:
    """As many lines as the highest cell needs."""
    folded = (
        [text._replace(text=line) for text in cell for line in cells.wrap(text.text, n)]
        for cell, n in zip(row, sizes, strict=True)
    )
    for line in zip_longest(*folded, fillvalue=StyledText("")):
        yield beside(line, sizes, gap)


def beside(texts: Sequence[StyledText], sizes: Sequence[int], gap: int) -> Line:
    """Each text in the cells of its column, if it has any."""
    pieces: list[StyledText] = []
    for text, size in zip(texts, sizes, strict=True):
        if size:
            pieces += [StyledText(cells.fit(text.text, size), text.style)]
            pieces += [StyledText(" " * gap)]
    return pieces[:-1]
