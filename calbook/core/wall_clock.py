"""What a zone's clock shows, for instants by the thousand: integers, not date-times.

Instants are seconds since 1970, and wall times likewise, as if they were in UTC. Dates
are the days since then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from calbook.core.start_ranges import Range, clip
from calbook.core.time import times

DAY_SECONDS = 86_400


class WallClock:
    """A zone's offsets on and around some dates, which are in order."""

    def __init__(self, dates: Sequence[int], timezone: str) -> None:
        self._zone = times.zone(timezone)
        self._begins: list[int] = []  # the instants from which each offset counts
        self._offsets: list[int] = []
        first, *others = _instants_around(dates)
        self._add(-_EVER, self._offset(first))
        for before, at in pairwise((first, *others)):
            if (offset := self._offset(at)) != self._offsets[-1]:
                self._add(self._find_change(before, at), offset)
        # A skipped wall time has the offset before the gap, and a repeated one is the
        # first of the two (RFC 5545, 3.3.5): both are over at the later of two times.
        self._ends = [
            begin + max(self._offsets[n : n + 2])
            for n, begin in enumerate(self._begins[1:])
        ]

    def wall(self, instant: int) -> int:
        return instant + self._offsets[bisect_right(self._begins, instant) - 1]

    def instant(self, wall: int) -> int:
        return wall - self._offsets[bisect_right(self._ends, wall)]

    def date_of(self, instant: int) -> int:
        return self.wall(instant) // DAY_SECONDS

    def end_of_date(self, instant: int) -> int:
        """Until when the wall shows the date that it shows then, and goes evenly."""
        n = bisect_right(self._begins, instant)
        offset = self._offsets[n - 1]
        end = instant - (instant + offset) % DAY_SECONDS + DAY_SECONDS
        return min([end, *self._begins[n : n + 1]])

    def instants_of(self, first: int, last: int) -> Range:
        """The first wall time of one date and the last of another, as instants."""
        return (
            self.instant(first * DAY_SECONDS),
            self.instant((last + 1) * DAY_SECONDS - 1),
        )

    def wall_ranges(self, ranges: Sequence[Range]) -> list[Range]:
        """The wall times whose instants lie in the ranges."""
        edges = (-_EVER, *self._ends, _EVER)
        found: list[Range] = []
        for (begin, end), offset in zip(pairwise(edges), self._offsets, strict=True):
            there = clip(ranges, begin - offset, end - offset)
            found += [(first + offset, last + offset) for first, last in there]
        return found

    def instant_ranges(self, walls: Sequence[Range]) -> list[Range]:
        """The instants at which the wall shows a time that lies in the ranges."""
        edges = (*self._begins, _EVER)
        found: list[Range] = []
        for (begin, end), offset in zip(pairwise(edges), self._offsets, strict=True):
            there = clip(walls, begin + offset, end + offset)
            found += [(first - offset, last - offset) for first, last in there]
        return found

    @property
    def spread(self) -> int:
        """How far the offsets are apart."""
        return max(self._offsets) - min(self._offsets)

    def _add(self, begin: int, offset: int) -> None:
        self._begins.append(begin)
        self._offsets.append(offset)

    def _offset(self, at: int) -> int:
        offset = datetime.fromtimestamp(at, self._zone).utcoffset()
        assert offset is not None
        return offset.days * DAY_SECONDS + offset.seconds

    def _find_change(self, low: int, high: int) -> int:
        """The first second with the later offset; no zone has two changes in a day."""
        after = self._offset(high)
        while high - low > 1:
            middle = (low + high) // 2
            if self._offset(middle) == after:
                high = middle
            else:
                low = middle
        return high


_EVER = 2**40


def _instants_around(dates: Iterable[int]) -> Iterator[int]:
    """A day apart, from two days before each date to two days behind it."""
    last = -_EVER
    for date in dates:
        for day in range(max(last + 1, date - 2), date + 4):
            yield day * DAY_SECONDS
            last = day
