"""Which hosts a booking takes, and whose turn it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calbook.core import assignment, needs
from calbook.core.assignment import Turn
from calbook.core.catalog import Assignment, EventType, Need, SchedulingType
from calbook.core.errors import BadInput

MakeEventType = Callable[..., EventType]

ALICE, BOB = Assignment("user_alice"), Assignment("user_bob")
ROUND_ROBIN = SchedulingType.ROUND_ROBIN


def turns_of(event_type: EventType) -> Need:
    """Of whom one takes a booking of a team."""
    return needs.needs_of(event_type)[0]


@pytest.mark.parametrize("kind", list(SchedulingType))
def test_a_host_of_another_event_type_is_refused(
    an_event_type: MakeEventType, kind: SchedulingType
) -> None:
    event_type = an_event_type(scheduling_type=kind, hosts=(ALICE, BOB))

    with pytest.raises(BadInput) as refusal:
        assignment.check_asked(event_type, "user_mallory")

    assert refusal.value.message == "user_mallory is not a host of evt_demo"
    assert refusal.value.hint == "its hosts: user_alice, user_bob"
    assert refusal.value.details["hostIds"] == ["user_alice", "user_bob"]


def test_one_of_several_hosts_is_chosen_when_none_is_named(
    an_event_type: MakeEventType,
) -> None:
    event_type = an_event_type(scheduling_type=ROUND_ROBIN, hosts=(ALICE, BOB))

    turn = assignment.next_turn(
        turns_of(event_type), [Turn(ALICE, 1, 7), Turn(BOB, 1, 3)]
    )

    assert turn.assignment is BOB


# -- whose turn it is ----------------------------------------------------------------

HEAVY = Assignment("user_heavy", weight=3)
FIRST, LAST = Assignment("user_first", priority=9), Assignment("user_last", priority=1)


@pytest.mark.parametrize(
    ("rule", "turns", "expected"),
    [
        pytest.param(
            None,
            [Turn(ALICE, 1, newest=7), Turn(BOB, 9, newest=3)],
            BOB,
            id="least-recent-unless-said-otherwise",
        ),
        pytest.param(
            "LEAST_RECENT",
            [Turn(ALICE, 1, newest=3), Turn(BOB, 1, newest=7)],
            ALICE,
            id="longest-ago",
        ),
        pytest.param(
            "LEAST_RECENT",
            [Turn(ALICE, 1, newest=0), Turn(BOB)],
            BOB,
            id="never-is-longer-ago-than-the-first",
        ),
        pytest.param(
            "LEAST_RECENT", [Turn(BOB), Turn(ALICE)], ALICE, id="never-both-in-order"
        ),
        pytest.param(
            "EQUAL_DISTRIBUTION",
            [Turn(ALICE, 3, newest=1), Turn(BOB, 2, newest=9)],
            BOB,
            id="fewest",
        ),
        pytest.param(
            "EQUAL_DISTRIBUTION",
            [Turn(ALICE, 1, newest=1), Turn(HEAVY, 4, newest=9)],
            HEAVY,
            id="fewest-by-weight",
        ),
        pytest.param(
            "EQUAL_DISTRIBUTION",
            [Turn(ALICE, 0), Turn(HEAVY, 3, newest=3)],
            ALICE,
            id="the-next-one-counts",
        ),
        pytest.param(
            "EQUAL_DISTRIBUTION",
            [Turn(ALICE, 0, newest=None), Turn(HEAVY, 2, newest=2)],
            ALICE,
            id="equal-so-longest-ago",
        ),
        pytest.param(
            "AVAILABILITY_FIRST",
            [Turn(ALICE, 0, None, free=3), Turn(BOB, 9, 9, free=4)],
            BOB,
            id="most-free",
        ),
        pytest.param(
            "AVAILABILITY_FIRST",
            [Turn(ALICE, 1, newest=7, free=4), Turn(BOB, 1, newest=3, free=4)],
            BOB,
            id="as-free-so-longest-ago",
        ),
        pytest.param(
            "PRIORITY", [Turn(LAST), Turn(FIRST, 9, newest=9)], FIRST, id="priority"
        ),
        pytest.param(
            "PRIORITY",
            [Turn(ALICE, 1, newest=7), Turn(BOB, 1, newest=3)],
            BOB,
            id="same-priority-so-longest-ago",
        ),
        pytest.param(
            "PRIORITY", [Turn(BOB), Turn(ALICE)], ALICE, id="same-in-all-so-in-order"
        ),
    ],
)
def test_the_turn_goes_by_the_event_types_rule(
    an_event_type: MakeEventType,
    rule: str | None,
    turns: list[Turn],
    expected: Assignment,
) -> None:
    event_type = an_event_type(
        scheduling_type=ROUND_ROBIN,
        hosts=(ALICE, BOB, HEAVY, FIRST, LAST),
        round_robin=rule,
    )

    assert assignment.next_turn(turns_of(event_type), turns).assignment is expected
    assert (
        assignment.next_turn(turns_of(event_type), reversed(turns)).assignment
        is expected
    )


@pytest.mark.parametrize(
    ("rule", "turn", "because"),
    [
        pytest.param(None, Turn(ALICE), "never had one", id="never"),
        pytest.param(
            "LEAST_RECENT",
            Turn(ALICE, 2, 7),
            "the last one is longest ago",
            id="recent",
        ),
        pytest.param(
            "EQUAL_DISTRIBUTION", Turn(HEAVY, 4), "4 so far with weight 3", id="equal"
        ),
        pytest.param(
            "AVAILABILITY_FIRST",
            Turn(ALICE, free=5),
            "5 free starts that day",
            id="availability",
        ),
        pytest.param("PRIORITY", Turn(FIRST), "priority 9", id="priority"),
    ],
)
def test_the_reason_is_recorded(
    an_event_type: MakeEventType, rule: str | None, turn: Turn, because: str
) -> None:
    event_type = an_event_type(
        scheduling_type=ROUND_ROBIN, hosts=(ALICE, HEAVY, FIRST), round_robin=rule
    )

    assert assignment.explain_turn(turns_of(event_type), turn, among=2) == {
        "hostId": turn.assignment.host_id,
        "rule": rule or "LEAST_RECENT",
        "because": f"{because}; of 2 who were free",
    }


# -- many bookings in turn -----------------------------------------------------------


def taken_in_turn(
    event_type: EventType, free: Iterable[Iterable[Assignment]]
) -> list[Assignment]:
    """Who takes each of some bookings, of those who are free for it."""
    bookings: Counter[str] = Counter()
    newest: dict[str, int] = {}
    chosen = []
    for number, hosts in enumerate(free):
        turns = [Turn(h, bookings[h.host_id], newest.get(h.host_id)) for h in hosts]
        host = assignment.next_turn(turns_of(event_type), turns).assignment
        bookings[host.host_id] += 1
        newest[host.host_id] = number
        chosen.append(host)
    return chosen


def a_team(weights: list[int]) -> tuple[Assignment, ...]:
    return tuple(
        Assignment(f"user_{n}", weight=weight) for n, weight in enumerate(weights)
    )


@given(
    weights=st.lists(st.integers(1, 12), min_size=1, max_size=6),
    rounds=st.integers(1, 4),
)
def test_equal_distribution_gives_each_host_bookings_by_weight(
    an_event_type: MakeEventType, weights: list[int], rounds: int
) -> None:
    team = a_team(weights)
    event_type = an_event_type(
        scheduling_type=ROUND_ROBIN, hosts=team, round_robin="EQUAL_DISTRIBUTION"
    )

    chosen = taken_in_turn(event_type, [team] * (rounds * sum(weights)))

    counts = Counter(host.host_id for host in chosen)
    assert [counts[host.host_id] for host in team] == [rounds * w for w in weights]


@given(size=st.integers(1, 6), rounds=st.integers(1, 4))
def test_least_recent_goes_round_in_order(
    an_event_type: MakeEventType, size: int, rounds: int
) -> None:
    team = a_team([1] * size)
    event_type = an_event_type(scheduling_type=ROUND_ROBIN, hosts=team)

    chosen = taken_in_turn(event_type, [team] * (rounds * size))

    assert chosen == [*team] * rounds


@given(
    data=st.data(),
    rule=st.sampled_from(
        ["LEAST_RECENT", "EQUAL_DISTRIBUTION", "AVAILABILITY_FIRST", "PRIORITY"]
    ),
)
def test_the_same_bookings_go_to_the_same_hosts_however_they_are_read(
    an_event_type: MakeEventType, data: st.DataObject, rule: str
) -> None:
    team = a_team([1, 2, 1, 3])
    event_type = an_event_type(
        scheduling_type=ROUND_ROBIN, hosts=team, round_robin=rule
    )
    free = data.draw(
        st.lists(st.sets(st.sampled_from(team), min_size=1), min_size=1, max_size=12)
    )
    shuffled = [data.draw(st.permutations(sorted(hosts))) for hosts in free]

    chosen = taken_in_turn(event_type, shuffled)

    assert chosen == taken_in_turn(event_type, [sorted(hosts) for hosts in free])
    assert all(host in hosts for host, hosts in zip(chosen, free, strict=True))
