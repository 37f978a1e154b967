"""Ranges of starts, against every start for itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from calbook.core import start_ranges
from calbook.core.start_ranges import Range, SlotLengths

_LAST = 60


@st.composite
def stretches(draw: st.DrawFn, *, apart: bool) -> list[Range]:
    """In order; where they are not apart, one may outlast many that follow."""
    edges = draw(st.lists(st.integers(0, _LAST), max_size=16, unique=apart))
    if apart:
        edges.sort()
        return list(zip(edges[::2], edges[1::2], strict=False))
    length = st.integers(1, 20)
    return sorted((begin, begin + draw(length)) for begin in edges)


def points(ranges: list[Range]) -> list[int]:
    return [n for begin, end in ranges for n in range(begin, end)]


lengths = st.builds(
    SlotLengths,
    meeting=st.integers(1, 6),
    before=st.integers(0, 4),
    after=st.integers(0, 4),
    step=st.just(1),
)


@given(stretches(apart=True), stretches(apart=False), lengths)
def test_what_is_free_overlaps_nothing_that_is_taken(
    starts: list[Range], taken: list[Range], need: SlotLengths
) -> None:
    found = start_ranges.free_starts(starts, taken, need)

    assert points(found) == [
        at
        for at in points(starts)
        if not any(
            begin < at + need.meeting + need.after and at - need.before < end
            for begin, end in taken
        )
    ]


@given(stretches(apart=True), st.sets(st.integers(-1, _LAST)))
def test_starts_are_kept_that_lie_within(ranges: list[Range], starts: set[int]) -> None:
    found = start_ranges.keep_within(sorted(starts), ranges)

    assert found == sorted(starts.intersection(points(ranges)))


@given(stretches(apart=True), st.integers(-1, _LAST), st.integers(-1, _LAST))
def test_what_is_clipped_lies_between(
    ranges: list[Range], begin: int, end: int
) -> None:
    found = start_ranges.clip(ranges, begin, end)

    assert points(found) == [n for n in points(ranges) if begin <= n < end]
