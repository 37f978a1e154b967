"""Measure, print the table, and exit with 1 if a target is not met."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from . import (
    calendars,
    counts,
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
    waiting_line,
    years,
)
from .figures import Figure, sources, table


class Scale(NamedTuple):
    """How much is measured."""

    large: int  # bookings of a large file
    pairs: int  # of runs that are timed in turns
    has_servers: bool


QUICK = Scale(large=20_000, pairs=3, has_servers=False)
USUAL = Scale(large=100_000, pairs=15, has_servers=True)
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
    few, many = scale.large // 10, scale.large
    for figures in (
        startup.figures(directory),
        steps.figures(directory, small=few, large=many),
        years.figures(directory, small=1_000, large=many),
        lists.figures(directory, pairs=scale.pairs),
        counts.figures(directory, size=many),
        memory.figures(directory, small=few, large=many),
        inserts.figures(directory),
        imports.figures(directory, size=few),
        series.figures(directory),
        sweeps.figures(),
        team_rules.figures(),
        slot_lists.figures(directory),
        waiting_line.figures(directory),
        *(_on_servers(directory) if scale.has_servers else ()),
    ):
        yield from _said(figures)


def _on_servers(directory: Path) -> Iterator[Iterable[Figure]]:
    from . import postgres

    yield postgres.figures(directory)
    yield calendars.figures(directory)


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
