"""Whose time a booking needs: so many of a set, for each of several sets.

Sets may share members, who are taken once. Then so many must be free of each set, and
of each union of sets as many as all of them need together (Hall's condition).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, reduce
from operator import or_

from calbook.core.assignment import LEAST_RECENT
from calbook.core.catalog import Assignment, EventType, Need, SchedulingType
from calbook.core.members import hosts_among

MOST_NEEDS = 8
_MOST_UNIONS = 1_000  # of dates left out, that are compared

Condition = tuple[int, tuple[str, ...]]  # at least so many of these must be free
Take = Callable[[Need, Sequence[str]], str]


def needs_of(event_type: EventType) -> tuple[Need, ...]:
    """All that an event type's bookings need: hosts first, then resources.

    SINGLE and COLLECTIVE need all hosts; ROUND_ROBIN one in rotation, who stands first,
    and those that are fixed. Needs that name hosts say all there is of them.
    """
    rule = event_type.round_robin or LEAST_RECENT
    rotates = event_type.scheduling_type is SchedulingType.ROUND_ROBIN
    return _needs_of(event_type.needs, event_type.hosts, rule, rotates)


@lru_cache
def _needs_of(
    needs: tuple[Need, ...], hosts: tuple[Assignment, ...], rule: str, rotates: bool
) -> tuple[Need, ...]:
    of_resources = tuple(n for n in needs if n.is_of_resources)
    of_hosts = tuple(n for n in needs if not n.is_of_resources)
    return (*(of_hosts or _needs_of_hosts(hosts, rule, rotates)), *of_resources)


def _needs_of_hosts(
    hosts: tuple[Assignment, ...], rule: str, rotates: bool
) -> tuple[Need, ...]:
    fixed = tuple(a.host_id for a in hosts if a.is_fixed)
    rotating = tuple(a.host_id for a in hosts if not a.is_fixed)
    if not rotates or not rotating:
        return (need_all(a.host_id for a in hosts),)
    turns = Need(1, rotating, rule)
    return (turns, need_all(fixed)) if fixed else (turns,)


def needs_of_kept(
    event_type: EventType, resource_ids: Iterable[str]
) -> tuple[Need, ...]:
    """What a booking needs of resources that has these: as many of the same sets."""
    left, found = list(resource_ids), list[Need]()
    for need in event_type.needs:
        there = [id for id in left if id in need.ids][: need.number]
        if there:
            found.append(need._replace(number=len(there)))
            left = [id for id in left if id not in there]
    return (*found, need_all(left)) if left else tuple(found)


def could_be_chosen(needs: Iterable[Need], host_ids: Iterable[str]) -> bool:
    """Whether these hosts together are all that the needs ask for of hosts."""
    of_hosts = tuple(need for need in needs if not need.is_of_resources)
    hosts = frozenset(hosts_among(host_ids))
    return (
        hosts.issubset(members_of(of_hosts))
        and sum(need.number for need in of_hosts) == len(hosts)
        and are_met(of_hosts, hosts)
    )


def need_all(ids: Iterable[str]) -> Need:
    every = tuple(ids)
    return Need(len(every), every, LEAST_RECENT)


def has_choice(need: Need) -> bool:
    return need.number < len(need.ids)


def is_for_one(needs: Sequence[Need]) -> bool:
    """Whether anybody of one set is enough."""
    return len(needs) == 1 and needs[0].number == 1


def members_of(needs: Iterable[Need]) -> tuple[str, ...]:
    """Who may be taken, each once, in the order of the needs."""
    return tuple(dict.fromkeys(id for need in needs for id in need.ids))


def required_members(needs: Iterable[Need]) -> tuple[str, ...]:
    """Who is taken in any case."""
    return members_of(need for need in needs if not has_choice(need))


@cache
def conditions(needs: tuple[Need, ...]) -> tuple[Condition, ...]:
    """All that must hold for the needs to be met; of one set first, then of unions.

    A union of sets that share nobody follows from its parts.
    """
    together: dict[frozenset[int], frozenset[str]] = {
        frozenset([n]): frozenset(need.ids) for n, need in enumerate(needs)
    }
    every = dict(together)
    while together:
        together = {
            numbers | {n}: ids | frozenset(need.ids)
            for numbers, ids in together.items()
            for n, need in enumerate(needs)
            if n not in numbers and not ids.isdisjoint(need.ids)
        }
        every |= together
    order = members_of(needs)
    return tuple(
        (sum(needs[n].number for n in numbers), tuple(id for id in order if id in ids))
        for numbers, ids in every.items()
    )


def unmet_conditions(
    needs: tuple[Need, ...], free: Collection[str]
) -> tuple[Condition, ...]:
    return tuple(
        (count, ids)
        for count, ids in conditions(needs)
        if sum(id in free for id in ids) < count
    )


def are_met(needs: tuple[Need, ...], free: Collection[str]) -> bool:
    return not unmet_conditions(needs, free)


def share_members(needs: tuple[Need, ...]) -> bool:
    return len(conditions(needs)) > len(needs)


def choose_members(
    needs: tuple[Need, ...],
    worlds: Iterable[frozenset[str]],
    *,
    wanted: Sequence[str] = (),
    take: Take,
) -> tuple[str, ...]:
    """Who is taken for each need in turn, so that those behind it can be met as well.

    `worlds` are the sets of members who may be free together: one, or several where
    dates are left out. `wanted` are taken in any case; of the others `take` chooses
    where there is a choice.
    """
    possible, chosen = tuple(worlds), list[str]()
    for n, need in enumerate(needs):
        for count in range(need.number - 1, -1, -1):
            rest = (need._replace(number=count), *needs[n + 1 :])
            left = [id for id in need.ids if id not in chosen]
            ways = {id: _without(id, possible, rest) for id in left}
            free = [id for id in left if ways[id]]
            asked = [id for id in free if id in wanted]
            if len(left) == count + 1:
                id = free[0]  # all are taken, in their order
            elif asked:
                id = asked[0]
            else:
                id = take(need, free)
            possible = ways[id]
            chosen.append(id)
    return tuple(chosen)


def _without(
    id: str, worlds: Iterable[frozenset[str]], rest: tuple[Need, ...]
) -> tuple[frozenset[str], ...]:
    """The worlds in which somebody can be taken and the rest is met without them."""
    left = (world - {id} for world in worlds if id in world)
    return tuple(world for world in left if are_met(rest, world))


def dates_left_out(
    needs: tuple[Need, ...],
    refused: Mapping[str, int],
    *,
    wanted: Sequence[str] = (),
    shared: int = 0,
) -> Iterator[int]:
    """Each way to leave dates out so that the needs are met on all others, a bit each.

    `refused` are each one's dates that are not free, `shared` those of everybody. Those
    with the fewest dates first; of very many ways not all.
    """
    unions = {reduce(or_, (refused[id] for id in wanted), shared)}
    for need in needs:
        own = {refused[id] for id in need.ids}
        for _ in range(need.number):
            every = {union | one for union in unions for one in own}
            unions = set(sorted(every, key=_fewest_first)[:_MOST_UNIONS])
    for union in sorted(unions, key=_fewest_first):
        if are_met(needs, free_but(refused, union)):
            yield union


def free_but(refused: Mapping[str, int], dates: int) -> frozenset[str]:
    """Who is free on all dates but these."""
    return frozenset(id for id, own in refused.items() if not own & ~dates)


def _fewest_first(dates: int) -> tuple[int, int]:
    return dates.bit_count(), dates
