"""The starts that can be booked, as a grid of times."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from calbook.cli import output
from calbook.cli.output import Json
from calbook.cli.screen import words
from calbook.core.text import printable
from calbook.core.time import times

_GAP = 2  # columns between the cells of the grid


def slots_grid(slots: Sequence[Json], tz: str) -> str:
    """The times of each local day, in as many columns as fit."""
    if not slots:
        return "no free starts\n"
    days = [
        (day, [cell for _, cell in cells])
        for day, cells in groupby(_cells(slots, tz), key=lambda cell: cell[0])
    ]
    margin = max(len(day) for day, _ in days) + _GAP
    wide = max(len(cell) for _, cells in days for cell in cells)
    if margin + wide > output.width():
        margin = _GAP
    across = max((output.width() - margin + _GAP) // (wide + _GAP), 1)
    lines = [line for day in days for line in _lines(*day, margin, wide, across)]
    return "\n".join(lines) + f"\n{_legend(slots)}times in {tz}\n"


def _cells(slots: Sequence[Json], tz: str) -> Iterator[tuple[str, str]]:
    """Each slot's local day, and its time with what tells it from others."""
    several = len({slot["hostId"] for slot in slots}) > 1
    for slot in slots:
        wall = times.wall_time(datetime.fromisoformat(slot["startTime"]), tz)
        day = words.day_text(slot["startTime"], tz)
        parts = [words.clock(wall)]
        if len(times.possible_instants(wall, tz)) > 1:  # the clocks show it twice
            parts[0] += words.utc_offset(slot["startTime"], tz)
        if several:
            parts.append(words.short_host(slot["hostId"]))
        if slot["seatsLeft"] is not None:
            parts.append(f"({slot['seatsLeft']})")
        yield day, printable(" ".join(parts))


def _lines(
    day: str, cells: Sequence[str], margin: int, wide: int, across: int
) -> Iterator[str]:
    """Beside their day, or below it where there is no room."""
    gap = " " * _GAP
    if len(day) > margin:
        yield day
        day = ""
    for n in range(0, len(cells), across):
        row = gap.join(f"{cell:<{wide}}" for cell in cells[n : n + across])
        yield f"{'' if n else day:<{margin}}{row}".rstrip()


def _legend(slots: Sequence[Json]) -> str:
    if all(slot["seatsLeft"] is None for slot in slots):
        return ""
    return "(n): seats left; "
