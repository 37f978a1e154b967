"""Measure, print the table, and exit with 1 if a target is not met."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from . import (
    books,
    calendars,
    counts,
    feeds,
    imports,
    inserts,
    lists,
    memory,
    processes,
    series,
    slot_lists,
    startup,
    steps,
    sweeps,
    team_rules,
    views,
    waiting_line,
    years,
)
from .books import Book
from .figures import Figure, sources, table

_FEW = 1_000  # bookings of a small file


class Scale(NamedTuple):
    """How much is measured."""

    large: int  # bookings of a large file
    at_once: int  # that are made in one transaction
    pairs: int  # of runs that are timed in turns
    has_servers: bool


QUICK = Scale(large=10_000, at_once=2_000, pairs=3, has_servers=False)
USUAL = Scale(large=100_000, at_once=100_000, pairs=15, has_servers=True)
MILLION = USUAL._replace(large=1_000_000)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    scale = parser.add_mutually_exclusive_group()
    scale.add_argument(
        "--quick",
        action="store_const",
        dest="scale",
        const=QUICK,
        help="in a minute: smaller files, few pairs, no servers",
    )
    scale.add_argument(
        "--million",
        action="store_const",
        dest="scale",
        const=MILLION,
        help="count at 1,000,000 rows instead of 100,000 (needs 6 GB of disk)",
    )
    scale.add_argument(
        "--many-hosts",
        action="store_true",
        help="only the simulation of 100,000 hosts on PostgreSQL"
        " (10 minutes, 10 GB of disk)",
    )
    options = parser.parse_args()
    sys.path.append(str(Path(__file__).parents[1]))  # where tests find `support`
    if options.many_hosts:
        from .many_hosts import comparison

        return _report(list(_said(comparison.figures())))
    with tempfile.TemporaryDirectory(prefix="calbook-bench-") as directory:
        figures = list(_measured(Path(directory), options.scale or USUAL))
    print(f"BASE is `python -c 'import sqlite3'`; {_byte_code()}.\n")
    return _report(figures)


def _report(figures: list[Figure]) -> int:
    print(table(figures))
    print(f"measured:\n{sources(figures)}", end="")
    return int(any(figure.misses for figure in figures))


def _measured(directory: Path, scale: Scale) -> Iterator[Figure]:
    few = books.full(directory / "few.db", _FEW)
    many = books.full(directory / "many.db", scale.large)
    yield _size(few, many)
    for figures in (
        startup.figures(directory, few),
        lists.figures(directory, few, pairs=scale.pairs),
        steps.figures(few, many),
        views.figures(directory, few, many),
        years.figures(directory, small=_FEW, large=scale.large),
        counts.figures(few, many),
        memory.figures(few, many),
        feeds.figures(few),
        inserts.figures(directory, size=scale.at_once),
        imports.figures(directory, size=scale.at_once),
        series.figures(directory),
        sweeps.figures(),
        team_rules.figures(),
        slot_lists.figures(directory),
        waiting_line.figures(directory),
        *(_on_servers(directory, few, many) if scale.has_servers else ()),
    ):
        yield from _said(figures)


def _on_servers(directory: Path, few: Book, many: Book) -> Iterator[Iterable[Figure]]:
    from . import postgres

    yield postgres.figures(directory, few, many)
    yield calendars.figures(directory)


def _size(few: Book, many: Book) -> Figure:
    sizes = [book.path.stat().st_size for book in (few, many)]
    return Figure(
        f"a booking among {many.size:,} in a file",
        (sizes[1] - sizes[0]) / (many.size - few.size),
        at_most=1_400,
        unit="bytes",
        how=("the sizes of two files",),
    )


def _said(figures: Iterable[Figure]) -> Iterator[Figure]:
    for figure in figures:
        print("...", figure.name, figure.row[1], file=sys.stderr)
        yield figure


def _byte_code() -> str:
    timed = processes.timed_module()
    said = f"commands are those of {timed.parents[1]}"
    if processes.writes_byte_code(timed):
        return f"{said}, whose byte code was written by a run before those that count"
    return f"{said}, whose byte code cannot be written, so that every run compiles"


if __name__ == "__main__":
    sys.exit(main())
