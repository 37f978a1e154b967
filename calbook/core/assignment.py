"""Whose turn it is to take a booking, and why.

Never by chance: the same bookings in the same order go to the same hosts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from calbook.core.catalog import Assignment, EventType, Need
from calbook.core.errors import BadInput
from calbook.core.members import is_resource
from calbook.core.typing_names import Any, NamedTuple

LEAST_RECENT = "LEAST_RECENT"
EQUAL_DISTRIBUTION = "EQUAL_DISTRIBUTION"
AVAILABILITY_FIRST = "AVAILABILITY_FIRST"
PRIORITY = "PRIORITY"

HostIds = tuple[str, ...]
DatesHosts = tuple[HostIds, ...]  # of each date


class Turn(NamedTuple):
    """A host who could take a booking, with what the rules look at.

    `newest` grows with each booking that is made; None is never. `free` counts the
    starts that are free on the local day.
    """

    assignment: Assignment
    bookings: int = 0
    newest: int | None = None
    free: int = 0


def check_asked(event_type: EventType, host_id: str | None) -> None:
    """Whoever is asked for must be one of the event type's hosts or resources.

    Raises:
        BadInput: they are not.
    """
    if host_id is not None and is_resource(host_id):
        _check_resource(event_type, host_id)
        return
    ids = tuple(assignment.host_id for assignment in event_type.hosts)
    if host_id is not None and host_id not in ids:
        raise BadInput(
            f"{host_id} is not a host of {event_type.id}",
            hint=f"its hosts: {', '.join(ids)}",
            hostId=host_id,
            hostIds=list(ids),
        )


def _check_resource(event_type: EventType, id: str) -> None:
    ids = [one for need in event_type.needs for one in need.ids if is_resource(one)]
    if id not in ids:
        raise BadInput(
            f"{id} is not needed for {event_type.id}",
            hint=f"it needs of {', '.join(ids)}" if ids else "it needs no resource",
            resourceId=id,
            resourceIds=ids,
        )


Order = tuple[float, int, int]


def next_turn(need: Need, turns: Iterable[Turn]) -> Turn:
    """Whose turn it is by the need's rule; ties by LEAST_RECENT, then its order."""
    return min(turns, key=lambda turn: turn_order(need, turn))


def turn_order(need: Need, turn: Turn) -> Order:
    """By which the turn with the least is the next one, whoever else is free."""
    place = need.ids.index(turn.assignment.host_id)
    return RULES[need.rule](turn), _least_recent(turn), place


def explain_turn(need: Need, turn: Turn, *, among: int) -> dict[str, Any]:
    """Why a host or resource got a booking, for its history."""
    id = turn.assignment.host_id
    return {
        "resourceId" if is_resource(id) else "hostId": id,
        "rule": need.rule,
        "because": f"{_BECAUSE[need.rule](turn)}; of {among} who were free",
    }


def _least_recent(turn: Turn) -> int:
    return -1 if turn.newest is None else turn.newest


RULES: Mapping[str, Callable[[Turn], float]] = {
    LEAST_RECENT: _least_recent,
    EQUAL_DISTRIBUTION: lambda turn: (turn.bookings + 1) / turn.assignment.weight,
    AVAILABILITY_FIRST: lambda turn: -turn.free,
    PRIORITY: lambda turn: -turn.assignment.priority,
}
_BECAUSE: Mapping[str, Callable[[Turn], str]] = {
    LEAST_RECENT: lambda turn: (
        "never had one" if turn.newest is None else "the last one is longest ago"
    ),
    EQUAL_DISTRIBUTION: lambda turn: (
        f"{turn.bookings} so far with weight {turn.assignment.weight}"
    ),
    AVAILABILITY_FIRST: lambda turn: f"{turn.free} free starts that day",
    PRIORITY: lambda turn: f"priority {turn.assignment.priority}",
}
