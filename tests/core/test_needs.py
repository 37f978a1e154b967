"""Whose time a booking needs, and who is taken of those who are free."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calbook.core import needs, start_ranges
from calbook.core.catalog import Assignment, EventType, Need, SchedulingType
from calbook.core.start_ranges import Range

MakeEventType = Callable[..., EventType]

ALICE, BOB = Assignment("user_alice"), Assignment("user_bob")
CAROL_FIXED = Assignment("user_carol", is_fixed=True)
DAVE_FIXED = Assignment("user_dave", is_fixed=True)
SINGLE, ROUND_ROBIN, COLLECTIVE = SchedulingType
ROOM = Need(1, ("res_1", "res_2"))
TWO = Need(2, ("user_alice", "user_bob", "user_carol"), "PRIORITY")


@pytest.mark.parametrize(
    ("kind", "hosts", "own", "expected"),
    [
        pytest.param(SINGLE, (ALICE,), (), [(1, "alice")], id="the-only-one"),
        pytest.param(
            ROUND_ROBIN, (BOB, ALICE), (), [(1, "bob alice")], id="one-in-rotation"
        ),
        pytest.param(
            ROUND_ROBIN,
            (CAROL_FIXED, ALICE, BOB),
            (),
            [(1, "alice bob"), (1, "carol")],
            id="one-before-the-fixed-one",
        ),
        pytest.param(
            ROUND_ROBIN,
            (CAROL_FIXED, DAVE_FIXED),
            (),
            [(2, "carol dave")],
            id="all-fixed",
        ),
        pytest.param(
            COLLECTIVE, (BOB, ALICE), (), [(2, "bob alice")], id="all-in-order"
        ),
        pytest.param(
            COLLECTIVE,
            (BOB, ALICE),
            (ROOM,),
            [(2, "bob alice"), (1, "res_1 res_2")],
            id="and-a-room",
        ),
        pytest.param(
            ROUND_ROBIN,
            (ALICE, BOB, CAROL_FIXED),
            (ROOM, TWO),
            [(2, "alice bob carol"), (1, "res_1 res_2")],
            id="hosts-that-needs-name-come-first-and-alone",
        ),
    ],
)
def test_what_an_event_type_needs(
    an_event_type: MakeEventType,
    kind: SchedulingType,
    hosts: tuple[Assignment, ...],
    own: tuple[Need, ...],
    expected: list[tuple[int, str]],
) -> None:
    event_type = an_event_type(scheduling_type=kind, hosts=hosts, needs=own)

    found = needs.needs_of(event_type)

    names = [" ".join(id.removeprefix("user_") for id in n.ids) for n in found]
    assert list(zip([n.number for n in found], names, strict=True)) == expected


def test_the_rule_of_a_team_is_that_of_its_rotation(
    an_event_type: MakeEventType,
) -> None:
    event_type = an_event_type(
        scheduling_type=ROUND_ROBIN, hosts=(ALICE, BOB), round_robin="PRIORITY"
    )

    assert needs.needs_of(event_type)[0].rule == "PRIORITY"


# -- the choice ------------------------------------------------------------------------

MEMBERS = tuple("abcdef")
NEEDS = st.lists(
    st.builds(
        lambda ids, number: Need(min(number, len(ids)), tuple(sorted(ids))),
        st.sets(st.sampled_from(MEMBERS), min_size=1, max_size=4),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
SOME = st.frozensets(st.sampled_from(MEMBERS))


def combinations_of(
    wanted: tuple[Need, ...], free: frozenset[str]
) -> set[frozenset[str]]:
    """Everybody who can be taken together, by trying all ways."""
    each = (combinations([m for m in n.ids if m in free], n.number) for n in wanted)
    ways = ([m for some in way for m in some] for way in product(*each))
    return {frozenset(way) for way in ways if len(set(way)) == len(way)}


def take_last(_: Need, free: Sequence[str]) -> str:
    return free[-1]


@given(NEEDS, SOME)
def test_needs_are_met_where_some_combination_is_free(
    wanted: tuple[Need, ...], free: frozenset[str]
) -> None:
    assert needs.are_met(wanted, free) == bool(combinations_of(wanted, free))


@given(NEEDS, SOME, st.none() | st.sampled_from(MEMBERS))
def test_a_choice_for_one_need_leaves_enough_for_the_others(
    wanted: tuple[Need, ...], free: frozenset[str], asked: str | None
) -> None:
    """Whoever is asked for is in some combination if any need names them."""
    every = combinations_of(wanted, free)
    is_there = asked in free and asked in needs.members_of(wanted)
    asked_for = (asked,) if asked and is_there else ()
    if not every:
        return

    found = needs.choose_members(wanted, [free], wanted=asked_for, take=take_last)

    assert frozenset(found) in every
    assert set(asked_for) <= set(found)


def test_the_turn_decides_need_by_need() -> None:
    asked: list[tuple[int, list[str]]] = []

    def take(need: Need, free: Sequence[str]) -> str:
        asked.append((need.number, list(free)))
        return free[0]

    found = needs.choose_members(
        (Need(1, ("a", "b")), Need(1, ("a", "c")), Need(2, ("e", "f"))),
        [frozenset("abef")],
        take=take,
    )

    assert found == ("b", "a", "e", "f")
    assert asked == [(1, ["b"]), (1, ["a"])]


@given(NEEDS, st.dictionaries(st.sampled_from(MEMBERS), st.integers(0, 15)))
def test_of_a_series_the_fewest_dates_are_left_out(
    wanted: tuple[Need, ...], some: dict[str, int]
) -> None:
    refused = {id: some.get(id, 0) for id in needs.members_of(wanted)}
    lost: dict[frozenset[str], int] = {}
    for combination in combinations_of(wanted, frozenset(refused)):
        dates = 0
        for id in combination:
            dates |= refused[id]
        lost[combination] = dates.bit_count()

    unions = list(needs.dates_left_out(wanted, refused))

    assert bool(unions) == bool(lost)
    if unions:
        fewest = [u for u in unions if u.bit_count() == unions[0].bit_count()]
        worlds = [needs.free_but(refused, union) for union in fewest]
        found = needs.choose_members(wanted, worlds, take=take_last)
        assert lost[frozenset(found)] == min(lost.values())
        assert (unions[0] == 0) == (0 in lost.values())


# -- the sweep -------------------------------------------------------------------------


def ranges_of(points: set[int]) -> list[Range]:
    """The points as ranges that do not touch."""
    starts = sorted(p for p in points if p - 1 not in points)
    ends = sorted(p + 1 for p in points if p + 1 not in points)
    return list(zip(starts, ends, strict=True))


@given(st.lists(st.sets(st.integers(0, 12)), min_size=1, max_size=5), st.integers(1, 5))
def test_at_least_so_many_are_counted_by_one_sweep(
    each: list[set[int]], number: int
) -> None:
    number = min(number, len(each))

    found = start_ranges.at_least(number, [ranges_of(points) for points in each])

    many = {n for n in range(14) if sum(n in points for points in each) >= number}
    assert {n for begin, end in found for n in range(begin, end)} == many
    assert all(one[1] <= other[0] for one, other in pairwise(found))
