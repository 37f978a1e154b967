"""How many dates of a series it takes until so many of them can be booked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from calbook.core.errors import CalbookError
from calbook.core.model import GivenStart
from calbook.core.time import times
from calbook.services.availability.host_choice import Gaps

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence

Starts = tuple[GivenStart, ...]
FindGaps = Callable[[int], Gaps]  # of the first so many dates


def extend_until_fit(
    rule: Recurrence | None,
    starts: Starts,
    find_gaps: Callable[[Starts], Gaps],
    *,
    timezone: str,
    most: int,
) -> tuple[Recurrence, Starts]:
    """A rule with its dates, and so many more that as many as it counts can be booked.

    `most` is how many dates a series may have, with those that are left out.

    Raises:
        UsageError: the rule counts none.
        CalbookError: too few can be.
    """
    from calbook.core.time import recurrence  # slow to import
    from calbook.wire.reading.extensions import needs_count_error

    if rule is None or rule.count is None:
        raise needs_count_error()
    wall = times.wall_time(starts[0].instant, timezone)
    _, *others = recurrence.first_starts(rule, wall, timezone, most)
    later = (GivenStart(o.instant, o.wall, timezone, by_offset=False) for o in others)
    every = (starts[0], *later)
    number = count_until_fit(
        rule.count, lambda number: find_gaps(every[:number]), most=len(every)
    )
    return replace(rule, count=number), every[:number]


def count_until_fit(wanted: int, find_gaps: FindGaps, *, most: int) -> int:
    """The least number of dates of which `wanted` are free, with any of the hosts.

    More and more are looked at, twice as many each time, `most` at most. Where another
    thing than a date is refused, it is the number that was wanted: no other helps.

    Raises:
        CalbookError: of `most` dates too few are free.
    """
    number = wanted
    while True:
        gaps = find_gaps(number)
        if not gaps.only_dates:
            return wanted
        every = (_least(left_out, number, wanted) for left_out in gaps.left_out)
        found = [n for n in every if n is not None]
        if found:
            return min(found)
        if number >= most:
            raise _too_few_error(gaps, wanted, number)
        number = min(2 * number, most)


def _least(left_out: int, number: int, wanted: int) -> int | None:
    fit = 0
    for n in range(number):
        fit += not left_out >> n & 1
        if fit == wanted:
            return n + 1
    return None


def _too_few_error(gaps: Gaps, wanted: int, looked_at: int) -> CalbookError:
    fit = looked_at - min(map(int.bit_count, gaps.left_out), default=looked_at)
    error = gaps.refusal()
    error.json_message = (
        f"only {fit} of {wanted} dates can be booked, of the first {looked_at} that"
        f" there are: {error.json_message}"
    )
    error.hint = "take fewer dates, or another start"
    error.command_hint = None
    return error
