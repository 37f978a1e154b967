"""Rows of a grid as lines of a screen: what says nothing new becomes one line."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from itertools import groupby

from calbook.cli.screen.time_grid import Grid

Key = Callable[[Grid, int], Hashable]  # alike in neighbours that may be one; or None


def fold_rows(grid: Grid, most: int) -> list[range]:
    """The rows of each line: one, or several where there are too many for `most`.

    The longest runs are folded first, and none of these while another way will do:
    empty rows of one shading, empty rows, rows in the midst of meetings whose text is
    said, all between the beginning and the end of meetings.
    """
    lines = [range(row, row + 1) for row in range(len(grid.rows))]
    said = (partial(_meetings, said=2), partial(_meetings, said=1))
    for key in (_shading, _emptiness, *said):
        for run in sorted(_runs(grid, key), key=len, reverse=True):
            if len(lines) <= most:
                return lines
            lines = [line for line in lines if line.start not in run]
            lines = sorted([*lines, run], key=lambda line: line.start)
    return lines


def _runs(grid: Grid, key: Key) -> Iterator[range]:
    keys = [key(grid, row) for row in range(len(grid.rows))]
    for value, rows in groupby(range(len(keys)), keys.__getitem__):
        first, *others = rows
        if value is not None and others:
            yield range(first, others[-1] + 1)


def _shading(grid: Grid, row: int) -> Hashable:
    if _emptiness(grid, row) is None:
        return None
    return tuple(
        "missing" if grid.is_missing(column, row) else column.is_open(row)
        for column in grid.columns
    )


def _emptiness(grid: Grid, row: int) -> Hashable:
    return None if any(column.on(row) for column in grid.columns) else "empty"


def _meetings(grid: Grid, row: int, *, said: int) -> Hashable:
    """Those on a row, unless one of them has not had so many rows before."""
    on = [[*column.on(row)] for column in grid.columns]
    if any(
        column.nth(placed, row) < said
        for column, each in zip(grid.columns, on, strict=True)
        for placed in each
    ):
        return None
    return tuple(tuple(map(id, each)) for each in on)


def is_folded(lines: Sequence[range]) -> bool:
    return any(len(line) > 1 for line in lines)
