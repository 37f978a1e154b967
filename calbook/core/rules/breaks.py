"""How many meetings a host has in a row, and where a break is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from calbook.core.model import SECOND, Span
from calbook.core.start_ranges import Range
from calbook.core.time import times
from calbook.core.typing_names import NamedTuple


class HostRow(NamedTuple):
    """A host's meetings around one that is wanted, and how many may be in a row."""

    host_id: str
    most: int
    pause: timedelta
    meetings: tuple[Span, ...]  # in order

    def length_with(self, meeting: Span) -> int:
        return run_length(meeting, self.meetings, self.pause)


def run_length(meeting: Span, others: Sequence[Span], pause: timedelta) -> int:
    """How many are in a row with a meeting, itself included.

    Two are in a row where less than a pause lies between them. The others are in order
    and may include it.
    """
    number, begin, end = 1, meeting.start, meeting.end
    for other in reversed([each for each in others if each.start < meeting.start]):
        if begin - other.end >= pause:
            break
        number, begin = number + 1, other.start
    for other in (each for each in others if each.start >= meeting.start):
        if other == meeting:
            continue
        if other.start - end >= pause:
            break
        number, end = number + 1, other.end
    return number


def starts_without_break(
    meetings: Sequence[Span], length: timedelta, *, most: int, pause: timedelta
) -> Iterator[Range]:
    """Where a meeting of a length would be one too many in a row with its neighbours.

    The meetings are in order. Starts that overlap one of them are not looked at.
    """
    ranges = [(times.epoch(m.start), times.epoch(m.end)) for m in meetings]
    took, rest = length // SECOND, pause // SECOND
    left, right = _rows_before(ranges, rest), _rows_behind(ranges, rest)
    for n in range(len(ranges) + 1):
        first = ranges[n - 1][1] if n else -_EVER
        last = (ranges[n][0] if n < len(ranges) else _EVER) - took
        joins_left = (first, min(first + rest, last + 1))
        joins_right = (max(first, last - rest + 1), last + 1)
        joins_both = (joins_right[0], joins_left[1])
        before, behind = left[n], right[n]
        for number, (start, end) in (
            (before, joins_left),
            (behind, joins_right),
            (before + behind, joins_both),
        ):
            if number >= most and start < end:
                yield start, end


_EVER = 2**40


def _rows_before(ranges: Sequence[Range], rest: int) -> list[int]:
    """How many are in a row that ends before each gap."""
    found = [0]
    for n, (start, _) in enumerate(ranges):
        goes_on = n > 0 and start - ranges[n - 1][1] < rest
        found.append(found[-1] + 1 if goes_on else 1)
    return found


def _rows_behind(ranges: Sequence[Range], rest: int) -> list[int]:
    """How many are in a row that begins behind each gap."""
    mirrored = [(-end, -start) for start, end in reversed(ranges)]
    return _rows_before(mirrored, rest)[::-1]
