"""Cells in columns: the one way in which listings are laid out.

Nothing of a row is left out. What its columns have no room for stands below it, each
with its heading; the last columns go there first.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from calbook.cli import output
from calbook.cli.output import Json
from calbook.cli.screen import cells, colours
from calbook.cli.screen.cells import Line, StyledText
from calbook.core.text import close
from calbook.core.typing_names import TYPE_CHECKING

if TYPE_CHECKING:
    from calbook.cli.row_file import Portion, RowFile

# Text that is still to be made harmless, or lines of it; a number; text in its style.
Cell = str | list[str] | int | StyledText | None
_Read = str | Callable[[Json], Cell]  # a key of the item, or what comes of it
Columns = Mapping[str, _Read]  # by their headings
_Lines = Sequence[StyledText]  # of a cell
_Row = Sequence[_Lines]

_AT_ONCE = 1_000  # rows of which more are not kept in memory
_INDENT, _GAP = 2, 2
_HIGHEST = 4  # lines of a cell that is folded
_ODD = 6  # cells that one may want more than half as many again as usual


def table_text(
    items: Sequence[Json], columns: Columns, *, tz: str | None = None, nothing: str = ""
) -> str:
    """A row for each item and the zone of their times, for a terminal; else `nothing`.

    A column in which no row has anything is left out.
    """
    if nothing and not items:
        return nothing
    return paint(table_lines(items, columns, output.width())) + caption_text(tz)


def table_lines(items: Iterable[Json], columns: Columns, room: int) -> Iterator[Line]:
    """The table alone, in so many cells."""
    with Table(items, columns) as table:
        yield from table.lines(room)


class Table:
    """Rows whose cells are made; where they are many, most wait in a file.

    It is known of each column what its cells need, so that it can be laid out.
    """

    def __init__(self, items: Iterable[Json], columns: Columns) -> None:
        self._columns = [_Column(heading) for heading in columns]
        self._rows: list[_Row] = []
        self._file: RowFile | None = None
        self._portions: list[Portion] = []
        for item in items:
            row = [_texts(item, read) for read in columns.values()]
            for column, cell in zip(self._columns, row, strict=True):
                column.add(cell)
            self._rows.append(row)
            if len(self._rows) == _AT_ONCE:
                self._put_away()

    def _put_away(self) -> None:
        from calbook.cli.row_file import RowFile  # few tables are long

        self._file = self._file or RowFile()
        self._portions.append(self._file.add(self._rows))
        self._rows = []

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def __bool__(self) -> bool:
        return bool(self._rows or self._file)

    def _all(self) -> Iterator[_Row]:
        if self._file is not None:
            for portion in self._portions:
                yield from self._file.read(portion)
        yield from self._rows

    def lines(self, room: int, *, but: Collection[str] = ()) -> Iterator[Line]:
        """In so many cells, without the columns of some headings."""
        columns = [c for c in self._columns if c.heading not in but]
        is_empty = not any(column.is_filled for column in columns)
        chosen = [
            n
            for n, column in enumerate(self._columns)
            if column in columns and (column.is_filled or is_empty)
        ]
        columns = [self._columns[n] for n in chosen]
        headings = [column.heading for column in columns]
        sizes = _column_sizes(columns, room)
        head = [
            StyledText(column.heading, "bold", column.at_right)
            for column in columns[: len(sizes)]
        ]
        yield beside(head, sizes, _GAP)
        yield [StyledText("─" * (sum(sizes) + _GAP * (len(sizes) - 1)))]
        for row in self._all():
            yield from _row_lines(headings, [row[n] for n in chosen], sizes, room)


class _Column:
    """What the cells of a column need; each need is counted."""

    def __init__(self, heading: str) -> None:
        self.heading = heading
        self.is_filled = self.at_right = False
        self.needs: Counter[tuple[int, int]] = Counter()  # the narrowest, and whole

    def add(self, cell: _Lines) -> None:
        self.is_filled = self.is_filled or any(line.text for line in cell)
        self.at_right = self.at_right or cell[0].at_right
        self.needs[_narrowest(cell), _whole_width(cell)] += 1


def plain_lines(lines: Iterable[Line]) -> Iterator[str]:
    """Without colours."""
    for line in lines:
        text = "".join(part.text for part in line).rstrip()
        yield text.replace(cells.BLANK, " ")


def caption_text(tz: str | None) -> str:
    """The zone of all times, and what else is to be said of them."""
    if not tz:
        return ""
    return "".join(f"{line}\n" for line in cells.fold(f"times in {tz}", output.width()))


def paint(lines: Iterable[Line]) -> str:
    return colours.paint_lines(lines)


def _texts(item: Json, read: _Read) -> _Lines:
    cell: Cell = item[read] if isinstance(read, str) else read(item)
    if isinstance(cell, StyledText):
        return [cell]
    if isinstance(cell, int):
        return [StyledText(f"{cell:,}", at_right=True)]
    lines = cell if isinstance(cell, list) else [cell or ""]
    return [StyledText(cells.plain_text(line)) for line in lines]


def _column_sizes(columns: Sequence[_Column], room: int) -> list[int]:
    """The cells of each column, from the first on, that there is room for.

    It goes first to what most rows need, then to what needs the least more, then to
    what is folded and need not be.
    """
    sizes = [
        max(len(column.heading), _usual(need for need, _ in column.needs.elements()))
        for column in columns
    ]
    while len(sizes) > 1 and sum(sizes) + _GAP * (len(sizes) - 1) > room:
        sizes.pop()
    room -= _GAP * (len(sizes) - 1)
    _grow(sizes, [{need for need, _ in column.needs} for column in columns], room)
    whole = [
        {whole for need, whole in column.needs if need <= size}
        for column, size in zip(columns, sizes, strict=False)
    ]
    _grow(sizes, whole, room)
    longest, n = max((max(each, default=0), n) for n, each in enumerate(whole))
    sizes[n] = min(max(sizes[n], longest), sizes[n] + room - sum(sizes))
    return sizes


def _usual(needs: Iterable[int]) -> int:
    """What rows need, without odd ones, which would take the room of all others."""
    given = sorted(filter(None, needs)) or [0]
    most = given[(len(given) - 1) // 2] * 1.5 + _ODD
    return max(need for need in given if need <= most)


def _grow(sizes: list[int], wanted: Sequence[Collection[int]], room: int) -> None:
    """Make columns as wide as is wanted, in the smallest steps, while there is room."""
    while steps := [
        (min(wider) - size, n)
        for n, size in enumerate(sizes)
        if (wider := [want for want in wanted[n] if want > size])
    ]:
        step, n = min(steps)
        if sum(sizes) + step > room:
            return
        sizes[n] += step


def _narrowest(cell: _Lines) -> int:
    """The cells in which no word of it is broken, nor is it high."""
    whole = _whole_width(cell)
    word = max(cells.longest_word(line.text) for line in cell)
    return min(whole, max(word, -(-whole // (_HIGHEST - 1))))


def _whole_width(cell: _Lines) -> int:
    return max(cells.width(line.text) for line in cell)


def _folded(cell: _Lines, size: int) -> _Lines | None:
    """In whole words; None where they have no room, or it would be too high."""
    found: list[StyledText] = []
    for line in cell:
        texts = cells.wrap(line.text, size)
        if len(texts) > _HIGHEST or cells.longest_word(line.text) > size:
            return None
        found += [line._replace(text=text) for text in texts]
    return found


def share_width(
    wanted: Sequence[int], room: int, fixed: Collection[int] = ()
) -> list[int]:
    """As wide as wanted; where there is no room the widest give way, but the fixed."""
    given = list(wanted)
    flexible = [n for n in range(len(given)) if n not in fixed]
    while sum(given) > max(room, 0) and any(given[n] for n in flexible):
        given[max(flexible, key=given.__getitem__)] -= 1
    return given


def _row_lines(
    headings: Sequence[str], row: _Row, sizes: Sequence[int], room: int
) -> Iterator[Line]:
    """As many lines as its highest cell needs; then what has no room in its column."""
    shown = [_folded(cell, size) for cell, size in zip(row, sizes, strict=False)]
    if shown[0] is None:  # the first one says which row it is
        for line in row[0]:
            yield from _clipped(line, room)
        shown[0] = []
    rest = zip_longest(headings, row, shown)
    below = [(heading, cell) for heading, cell, lines in rest if lines is None]
    columns = (
        [StyledText(cells.cut_sign())] if lines is None else lines for lines in shown
    )
    for texts in zip_longest(*columns, fillvalue=StyledText("")):
        yield beside(texts, sizes, _GAP)
    for facts in _facts_lines(below, room - _INDENT):
        yield [StyledText(" " * _INDENT), *facts]


def _clipped(text: StyledText, room: int) -> Iterator[Line]:
    for line in cells.fold(text.text, room):
        yield [text._replace(text=cells.clip(line, room))]


def _facts_lines(facts: Iterable[tuple[str, _Lines]], room: int) -> Iterator[Line]:
    """`Event: demo  Status: CONFIRMED`, as many in a line as there is room for."""
    line: list[StyledText] = []
    left = room
    for heading, (first, *others) in facts:
        if not (first.text or others):
            continue
        size = len(heading) + len(": ") + cells.width(first.text)
        is_long = others or size > room
        if line and (is_long or size > left - _GAP):
            yield line
            line, left = [], room
        if is_long:
            yield from _clipped(first._replace(text=f"{heading}: {first.text}"), room)
            inset = (other._replace(text="  " + other.text) for other in others)
            yield from (part for other in inset for part in _clipped(other, room))
            continue
        line += [StyledText(" " * _GAP * bool(line) + f"{heading}: ")]
        line += [first._replace(text=close(first.text))]
        left -= size + _GAP
    if line:
        yield line


def beside(texts: Sequence[StyledText], sizes: Sequence[int], gap: int) -> Line:
    """Each text in the cells of its column, if it has any."""
    pieces: list[StyledText] = []
    for text, size in zip(texts, sizes, strict=True):
        if size:
            fitted = cells.fit(text.text, size, at_right=text.at_right)
            pieces += [text._replace(text=fitted), StyledText(" " * gap)]
    return pieces[:-1]
