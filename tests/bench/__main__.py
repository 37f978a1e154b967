"""Measure, print the table, and exit with 1 if a target is not met."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import calbook.api.client

from . import (
    calendars,
    imports,
    inserts,
    khal,
    processes,
    series,
    startup,
    steps,
    sweeps,
    team_rules,
    years,
)
from .figures import Figure, sources, table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--million",
        action="store_true",
        help="count at 1,000,000 rows instead of 100,000 (needs 2 GB of disk)",
    )
    parser.add_argument(
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
    large = 1_000_000 if options.million else 100_000
    with tempfile.TemporaryDirectory(prefix="calbook-bench-") as directory:
        figures = list(_measured(Path(directory), large))
    print(f"BASE is `python -c 'import sqlite3'`; {_byte_code()}.\n")
    return _report(figures)


def _report(figures: list[Figure]) -> int:
    print(table(figures))
    print(f"measured:\n{sources(figures)}", end="")
    return int(any(figure.misses for figure in figures))


def _measured(directory: Path, large: int) -> Iterator[Figure]:
    from . import databases

    for figures in (
        startup.figures(directory),
        steps.figures(directory, small=10_000, large=large),
        years.figures(directory, small=1_000, large=large),
        khal.figures(directory),
        databases.figures(directory),
        inserts.figures(directory),
        imports.figures(directory, size=large // 10),
        series.figures(directory),
        sweeps.figures(),
        calendars.figures(directory),
        team_rules.figures(),
    ):
        yield from _said(figures)


def _said(figures: Iterable[Figure]) -> Iterator[Figure]:
    for figure in figures:
        print("...", figure.name, figure.row[1], file=sys.stderr)
        yield figure


def _byte_code() -> str:
    if processes.writes_byte_code(Path(calbook.api.client.__file__)):
        return "byte code was written by a run before those that count"
    return "byte code cannot be written here, so that every run compiles"


if __name__ == "__main__":
    sys.exit(main())
