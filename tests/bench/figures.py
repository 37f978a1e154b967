"""A figure, and the table of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

_HEADINGS = ("figure", "measured", "target", "unit", "")


class Figure(NamedTuple):
    """A ratio and its target; one that could not be measured says why instead."""

    name: str
    measured: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    unit: str = ""  # what was measured, and mostly divided
    why_not: str = ""
    how: tuple[str, ...] = ()  # the command lines, or what was called

    @property
    def misses(self) -> bool:
        """Whether it was measured, has a target and does not meet it."""
        if self.measured is None:
            return False
        return (self.at_most is not None and self.measured > self.at_most) or (
            self.at_least is not None and self.measured < self.at_least
        )

    @property
    def target(self) -> str:
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return "-" if self.at_least is None else f">= {self.at_least:g}"

    @property
    def decision(self) -> str:
        if self.measured is None:
            return self.why_not
        if self.target == "-":
            return "no target yet"
        return "not met" if self.misses else "met"

    @property
    def row(self) -> tuple[str, str, str, str, str]:
        measured = "-" if self.measured is None else f"{self.measured:,.2f}"
        return self.name, measured, self.target, self.unit, self.decision


def table(figures: Iterable[Figure]) -> str:
    """A line per figure, numbers to the right."""
    rows = [_HEADINGS, *(figure.row for figure in figures)]
    name, measured, target, unit, _ = (
        max(map(len, column)) for column in zip(*rows, strict=True)
    )
    return "".join(
        f"{a:{name}}  {b:>{measured}}  {c:{target}}  {d:{unit}}  {e}".rstrip() + "\n"
        for a, b, c, d, e in rows
    )


def sources(figures: Sequence[Figure]) -> str:
    """How the figures came about: what was run or called, each once."""
    lines = dict.fromkeys(line for figure in figures for line in figure.how)
    return "".join(f"  {line}\n" for line in lines)
