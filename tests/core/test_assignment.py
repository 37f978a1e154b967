"""Which hosts a booking takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from calbook.core import assignment
from calbook.core.errors import BadInput, UsageError
from calbook.core.model import Assignment, EventType, SchedulingType

MakeEventType = Callable[..., EventType]

ALICE, BOB = Assignment("user_alice"), Assignment("user_bob")
SINGLE, ROUND_ROBIN, COLLECTIVE = (
    SchedulingType.SINGLE,
    SchedulingType.ROUND_ROBIN,
    SchedulingType.COLLECTIVE,
)


@pytest.mark.parametrize(
    ("kind", "hosts", "asked", "expected"),
    [
        pytest.param(SINGLE, (ALICE,), None, ("user_alice",), id="the-only-one"),
        pytest.param(SINGLE, (ALICE,), "user_alice", ("user_alice",), id="named"),
        pytest.param(
            ROUND_ROBIN, (ALICE, BOB), "user_bob", ("user_bob",), id="one-of-two"
        ),
        pytest.param(
            COLLECTIVE,
            (BOB, ALICE),
            None,
            ("user_bob", "user_alice"),
            id="all-in-order",
        ),
        pytest.param(
            COLLECTIVE,
            (BOB, ALICE),
            "user_alice",
            ("user_bob", "user_alice"),
            id="all-even-if-one-is-named",
        ),
    ],
)
def test_a_booking_takes_its_hosts(
    an_event_type: MakeEventType,
    kind: SchedulingType,
    hosts: tuple[Assignment, ...],
    asked: str | None,
    expected: tuple[str, ...],
) -> None:
    event_type = an_event_type(scheduling_type=kind, hosts=hosts)

    assert assignment.hosts(event_type, asked) == expected


@pytest.mark.parametrize("kind", list(SchedulingType))
def test_a_host_of_another_event_type_is_refused(
    an_event_type: MakeEventType, kind: SchedulingType
) -> None:
    event_type = an_event_type(scheduling_type=kind, hosts=(ALICE, BOB))

    with pytest.raises(BadInput) as refusal:
        assignment.hosts(event_type, "user_carol")

    assert refusal.value.message == "user_carol is not a host of evt_demo"
    assert refusal.value.hint == "its hosts: user_alice, user_bob"


def test_one_of_several_hosts_must_be_named(an_event_type: MakeEventType) -> None:
    event_type = an_event_type(scheduling_type=ROUND_ROBIN, hosts=(ALICE, BOB))

    with pytest.raises(UsageError) as refusal:
        assignment.hosts(event_type, None)

    assert refusal.value.details["hostIds"] == ["user_alice", "user_bob"]
