"""How far something that takes long has come, told to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], object]  # how many of how many are done

_ALL = 10_000


def part_of(progress: Progress | None, first: float, last: float) -> Progress | None:
    """For a part of the work, from one share of it to another: 0 to 1."""
    if progress is None:
        return None

    def tell(done: int, total: int) -> None:
        share = first + (last - first) * min(done / max(total, 1), 1)
        progress(round(share * _ALL), _ALL)

    return tell
