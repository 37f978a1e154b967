"""Which dates of a series are left out, depending on who takes it.

A date counts for limits and is in the way of others only if it is booked. So all rules
are asked date by date for those who would take the series together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain, combinations, islice, pairwise, product
from operator import or_
from typing import NamedTuple

from calbook.core import needs
from calbook.core.assignment import HostIds
from calbook.services.availability import member_facts
from calbook.services.availability.booking_request import BookingRequest
from calbook.services.availability.member_facts import MemberFacts

_MOST_CHOICES = 1_000  # of hosts and resources that are looked at
_MOST_TRIED = 200  # for which all rules are asked


class Way(NamedTuple):
    """Who may take a series, any of them, and the dates left out then, a bit each."""

    free: frozenset[str]
    left_out: int


def find_ways(request: BookingRequest, known: MemberFacts, shared: int) -> list[Way]:
    """The ways to choose who takes it, those that leave the fewest dates out first.

    `shared` are the dates that are refused whoever takes it. Of very many ways not all.
    """
    members = needs.members_of(request.needs)
    refused = member_facts.refused_alone(request, members, known)
    limited = _limited_members(request, members, known)
    if limited or _count_each_other(request):
        return _try_choices(request, known, refused, limited)
    unions = needs.dates_left_out(
        request.needs, refused, wanted=request.wanted, shared=shared
    )
    return [Way(needs.free_but(refused, union), union) for union in unions]


def ways_with_most(ways: Sequence[Way]) -> tuple[frozenset[str], ...]:
    """Who may take it where the fewest dates are left out."""
    fewest = ways[0].left_out.bit_count() if ways else 0
    return tuple(way.free for way in ways if way.left_out.bit_count() == fewest)


def _count_each_other(request: BookingRequest) -> bool:
    """Whether it matters for some date which others are booked, whoever takes them."""
    event_type = request.event_type
    claims = sorted(map(event_type.claimed_span, request.meetings))
    return bool(
        event_type.all_limits
        or (event_type.per_person and request.attendees)
        or any(one.end > other.start for one, other in pairwise(claims))
    )


def _limited_members(
    request: BookingRequest, ids: Sequence[str], known: MemberFacts
) -> frozenset[str]:
    """Those for whom it matters what else they do."""
    if request.event_type.max_in_a_row is not None:
        return frozenset(ids)
    givers = {id: chain.from_iterable(request.takers.get(id, ((id,),))) for id in ids}
    return frozenset(
        id
        for id, hosts in givers.items()
        if any(known.hosts.host(one).limits for one in hosts)
    )


def _try_choices(
    request: BookingRequest,
    known: MemberFacts,
    refused: Mapping[str, int],
    limited: frozenset[str],
) -> list[Way]:
    tried: dict[tuple[int, frozenset[str]], int] = {}
    ways = []
    for chosen in _choices(request, refused, has_limits=bool(limited)):
        alone = reduce(or_, (refused[id] for id in chosen))
        key = alone, limited.intersection(chosen)
        if key not in tried:
            if len(tried) == _MOST_TRIED:
                break
            decision = member_facts.decide_together(request, chosen, known)
            tried[key] = alone | member_facts.bits_of(decision)
        left_out = tried[key]
        # Who has no limits may stand in for another where no date more is lost.
        free = frozenset(chosen) if limited else needs.free_but(refused, left_out)
        ways.append(Way(free, left_out))
    return sorted(ways, key=lambda way: way.left_out.bit_count())


def _choices(
    request: BookingRequest, refused: Mapping[str, int], *, has_limits: bool
) -> Iterator[HostIds]:
    """Who may be chosen; without limits one choice for each set of refused dates."""
    wanted, needed = request.wanted, request.needs
    if not has_limits:
        for union in needs.dates_left_out(needed, refused, wanted=wanted):
            yield needs.choose_members(
                needed,
                [needs.free_but(refused, union)],
                wanted=wanted,
                take=lambda _, free: min(free, key=lambda id: refused[id].bit_count()),
            )
        return
    each = (
        combinations(sorted(n.ids, key=lambda id: refused[id].bit_count()), n.number)
        for n in needed
    )
    for parts in islice(product(*each), _MOST_CHOICES):
        chosen = tuple(dict.fromkeys(id for part in parts for id in part))
        number = sum(need.number for need in needed)
        if len(chosen) == number and set(wanted).issubset(chosen):
            yield chosen
