"""Which colour is whose in a picture, and what its colours and signs mean."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from calbook.cli.screen import timeline, words
from calbook.cli.screen.svg_style import GROUPS
from calbook.cli.screen.svg_text import safe_text, text_element, text_width
from calbook.cli.screen.time_grid import SECOND_PASS, Grid
from calbook.cli.screen.timeline import BUSY, MARKS, Page, TimeBlock

_SWATCH, _GAP, _BETWEEN = 12, 6, 18
_LINE = 20


class Groups:
    """A colour for each host where several are on the page, else each event type.

    It is always the same while there are no more of them than colours; else those on
    the page have one, and the last of these share that of the others.
    """

    def __init__(self, page: Page) -> None:
        self._is_by_host = len(page.hosts) > 1
        names = page.hosts if self._is_by_host else page.event_types
        meetings = (block for block in page.blocks if block.kind != BUSY)
        there = {self._key(block): None for block in meetings}
        order = [*names] if len(names) <= GROUPS else [k for k in names if k in there]
        numbers = {key: n for n, key in enumerate(order) if n < GROUPS}
        self._numbers = {k: numbers.get(k, GROUPS) for k in there}
        self._names = {**names, **({} if self._is_by_host else _own_titles(page))}

    def style(self, block: TimeBlock) -> str:
        if block.kind == BUSY:
            return "busy"
        return f"c{self._numbers[self._key(block)]}"

    def names(self) -> Iterator[tuple[str, str]]:
        """The style and the name of each; what shares a colour is `others`."""
        own = sorted((n, key) for key, n in self._numbers.items() if n < GROUPS)
        for number, key in own:
            yield f"c{number}", self._names.get(key) or words.short_host(key)
        if len(own) < len(self._numbers):
            yield f"c{GROUPS}", "others"

    def _key(self, block: TimeBlock) -> str:
        host = next(iter(block.hosts), "")
        return host if self._is_by_host else block.event_type


def _own_titles(page: Page) -> Mapping[str, str]:
    """Of event types whose bookings all have one, which may be an earlier one."""
    titles: dict[str, set[str]] = {}
    for block in filter(lambda block: block.title, page.blocks):
        titles.setdefault(block.event_type, set()).add(block.title)
    return {key: own.pop() for key, own in titles.items() if len(own) == 1}


class Entry(NamedTuple):
    """A sign and what it means: a rectangle of a style, or else a note."""

    text: str
    style: str = ""
    group: str = ""  # whose style it is

    @property
    def width(self) -> float:
        return text_width(self.text) + (_SWATCH + _GAP) * bool(self.style) + _BETWEEN


def legend(
    page: Page, grid: Grid, groups: Groups, room: float
) -> Sequence[Sequence[Entry]]:
    """Lines with as many beside one another as there is room for."""
    lines: list[list[Entry]] = [[]]
    for entry in _entries(page, grid, groups):
        if lines[-1] and sum(e.width for e in lines[-1]) + entry.width > room:
            lines.append([])
        lines[-1].append(entry)
    return lines


def _entries(page: Page, grid: Grid, groups: Groups) -> Iterator[Entry]:
    for style, name in groups.names():
        yield Entry(safe_text(name), "box", style)
    if any(block.kind == BUSY for block in page.blocks):
        yield Entry(MARKS[BUSY], "box", "busy")
    if page.opened:
        yield Entry("open hours", "paper")
    if any(
        not column.is_open(row)
        for column in grid.columns
        for row in range(len(grid.rows))
    ):
        yield Entry("not open", "closed")
    if page.today in grid.days:
        yield Entry("today", "today")
    if grid.has_missing:
        yield Entry("skipped by the clocks", "missing")
    notes = timeline.explain_marks(page.blocks)
    yield from (Entry(note) for note in notes if note != MARKS[BUSY])
    if grid.has_second_pass:
        yield Entry(SECOND_PASS)
    yield from map(Entry, timeline.clock_change_notes(grid.days, page.timezone))


def legend_height(lines: Sequence[Sequence[Entry]]) -> int:
    return _LINE * len(lines)


def legend_elements(
    x: float, y: float, lines: Sequence[Sequence[Entry]]
) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield from _line_elements(x, y + number * _LINE, line)


def _line_elements(x: float, y: float, entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        at = x
        if entry.style:
            place = f'rx="2" x="{x:g}" y="{y:g}" width="{_SWATCH}" height="{_SWATCH}"'
            yield f'<g class="{entry.group or "ground"}">'
            yield f'<rect class="{entry.style}" {place}/>'
            yield f'<rect class="rule" {place}/></g>'
            at += _SWATCH + _GAP
        yield text_element(at, y + 10.5, entry.text, "faint")
        x = round(x + entry.width, 1)
