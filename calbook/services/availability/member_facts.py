"""What the rules ask of each host and resource, read once for all who could take it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from calbook.core.assignment import HostIds
from calbook.core.catalog import Schedule
from calbook.core.model import SECOND, Span
from calbook.core.rules import booking_rules, limits, several_dates
from calbook.core.rules.booking_rules import (
    RULES,
    RULES_FOR_EXTENDING,
    Proposal,
    Rules,
)
from calbook.core.rules.limits import LimitCounts, Workload
from calbook.core.rules.obstacles import Obstacle
from calbook.core.rules.several_dates import DatesDecision
from calbook.core.time import open_hours
from calbook.core.typing_names import Any, NamedTuple, TypeVar
from calbook.services.availability import limit_counts
from calbook.services.availability.booking_request import (
    BookingRequest,
    KnownHosts,
    own_open_time,
    own_schedule,
    schedule_ids,
    smallest_room,
)
from calbook.services.availability.limit_counts import HostLoads, PersonLoads
from calbook.store.facts import Facts

# Asked of each one's own time; all other rules look at the event type and the clock.
_OF_MEMBERS = (
    (booking_rules.outside_hours, "hours"),
    (limits.host_limit, "limit"),
    (limits.max_in_a_row, "limit"),
    (booking_rules.group_cancelled, None),
    (booking_rules.slot_taken, None),
    (booking_rules.seats_full, None),
)


_T = TypeVar("_T")


def _read_once(read: Callable[..., _T]) -> Callable[..., _T]:
    """`functools.cache`, whose copying of names takes longer than most that is read."""
    known: dict[tuple[Any, ...], _T] = {}

    def once(*key: Any) -> _T:
        if key not in known:
            known[key] = read(*key)
        return known[key]

    return once


class MemberFacts(NamedTuple):
    """To be used while the request and the file stay the same."""

    hosts: KnownHosts
    schedule: Callable[[str], Schedule]
    open_time: Callable[[str], Sequence[tuple[Span, ...]]]  # of a schedule
    own_open_time: Callable[[], Sequence[Sequence[tuple[Span, ...]]]]  # one, or none
    counts: Callable[[], Sequence[LimitCounts]]  # of the event type's limits
    loads: HostLoads
    persons: Callable[[], PersonLoads]
    obstacles: Callable[[str], Mapping[int, Obstacle]]  # of a host or resource
    cancelled: Callable[[], Mapping[tuple[int, str], str]]  # uids, by date and host


def read_member_facts(facts: Facts, request: BookingRequest) -> MemberFacts:
    """Nothing is read before it is asked for, and nothing twice."""
    claims = request.event_type.claimed_spans(request.meetings)
    schedule = _read_once(lambda id: facts.schedule_around(id, request.meetings))

    def open_time(schedule_id: str) -> Sequence[tuple[Span, ...]]:
        return open_hours.open_stretches_near(
            schedule(schedule_id), request.meetings, facts.known_open_time
        )

    def obstacles(id: str) -> Mapping[int, Obstacle]:
        return facts.obstacles(
            (id,), claims, exclusion=request.exclusion, now=request.now
        )

    def own_open() -> Sequence[Sequence[tuple[Span, ...]]]:
        return own_open_time(request.event_type, request.timezone, request.meetings)

    hosts = KnownHosts(facts, request)
    return MemberFacts(
        hosts,
        schedule,
        _read_once(open_time),
        _read_once(own_open),
        _read_once(
            lambda: limit_counts.of_event_type(facts, request, request.meetings)
        ),
        HostLoads(facts, request, request.meetings, hosts),
        _read_once(lambda: PersonLoads(facts, request, request.meetings)),
        _read_once(obstacles),
        _read_once(lambda: _cancelled(facts, request)),
    )


def _cancelled(facts: Facts, request: BookingRequest) -> Mapping[tuple[int, str], str]:
    """Groups that were cancelled at the start of a meeting, and whose they were."""
    if not request.heeds_cancelled:
        return {}
    from calbook.store import group_dates  # only groups have them

    starts = [Span(m.start, m.start + SECOND) for m in request.meetings]
    found = group_dates.cancelled_dates(
        facts, request.event_type.id, starts, now=request.now
    )
    return {(date.number, date.host_id): date.uid for date in found}


def decide_together(
    request: BookingRequest, ids: HostIds, known: MemberFacts
) -> DatesDecision:
    """What all rules say when these take it together."""
    rules = RULES_FOR_EXTENDING if request.extends else RULES
    return _decide_free(request, ids, known, rules) or several_dates.decide_dates(
        make_proposals(request, ids, known), rules, host_id=ids[0] if ids else ""
    )


def _decide_free(
    request: BookingRequest, ids: HostIds, known: MemberFacts, rules: Rules
) -> DatesDecision | None:
    """What rules say where they refuse nothing: only the first has to be asked."""
    members = request.members_on(0, ids)
    if len(request.meetings) == 1 or _hosts_differ(request, ids):
        return None
    if any(map(known.obstacles, members)) or known.cancelled():
        return None
    from calbook.services.availability import whole_series  # most have one date

    if not whole_series.are_free(
        request,
        members,
        schedules=_schedules(request, members, known),
        counts=known.counts(),
        loads=known.loads,
        persons=known.persons(),
    ):
        return None
    first = request._replace(meetings=request.meetings[:1])
    of_first = known._replace(
        open_time=lambda id: open_hours.open_stretches_near(
            known.schedule(id), first.meetings
        ),
        own_open_time=lambda: own_open_time(
            first.event_type, first.timezone, first.meetings
        ),
    )
    proposals = make_proposals(first, ids, of_first)
    decided = several_dates.decide_dates(proposals, rules)
    if decided.refused_numbers:
        return None
    return decided.with_free(len(request.meetings) - 1)


def _hosts_differ(request: BookingRequest, ids: HostIds) -> bool:
    """Whether some give the time of some meetings, others of others."""
    given = [request.takers[id] for id in ids if id in request.takers]
    return any(each.count(each[0]) < len(each) for each in given)


def _schedules(
    request: BookingRequest, members: HostIds, known: MemberFacts
) -> Iterator[Schedule]:
    """All that must be open."""
    for id in schedule_ids(known.hosts, request.event_type, members):
        yield known.schedule(id)
    own = own_schedule(request.event_type, request.timezone)
    if own is not None:
        yield own


def make_proposals(
    request: BookingRequest, ids: HostIds, known: MemberFacts
) -> tuple[Proposal, ...]:
    """The facts for each meeting, whatever becomes of the others."""
    if not request.takers:
        return _propose_each(request, request.members_on(0, ids), known)
    numbers = range(len(request.meetings))
    on_dates = [request.members_on(n, ids) for n in numbers]
    every = {
        members: _propose_each(request, members, known)
        for members in dict.fromkeys(on_dates)
    }
    return tuple(every[members][n] for n, members in enumerate(on_dates))


def _propose_each(
    request: BookingRequest, members: HostIds, known: MemberFacts
) -> tuple[Proposal, ...]:
    schedules = schedule_ids(known.hosts, request.event_type, members)
    open_time = list(
        zip(*map(known.open_time, schedules), *known.own_open_time(), strict=True)
    )
    obstacles = _first_obstacles(members, known)
    room = _fullest_room(known.hosts, request, members)
    cancelled = known.cancelled()
    return tuple(
        Proposal(
            event_type=request.event_type,
            meeting=meeting,
            timezone=request.timezone,
            now=request.now,
            open_time=open_time[n] if open_time else (),
            workload=_workload(request, members, meeting, known),
            persons=request.persons,
            room=room,
            responses=request.responses,
            obstacle=obstacles.get(n),
            cancelled_uid=next(
                (cancelled[n, id] for id in members if (n, id) in cancelled), None
            ),
            overridden=request.overridden,
            display_timezone=request.display_timezone,
        )
        for n, meeting in enumerate(request.meetings)
    )


def _workload(
    request: BookingRequest, members: HostIds, meeting: Span, known: MemberFacts
) -> Workload:
    counts, persons = known.counts(), known.persons()
    return Workload(
        loads=(
            *(each.load(meeting.start) for each in counts),
            *known.loads.loads(members, meeting.start),
            *persons.loads(meeting.start),
        ),
        opened=persons.opened,
        elsewhere=persons.elsewhere(meeting) if request.attendees else None,
        rows=known.loads.rows(members, meeting),
    )


def _fullest_room(
    hosts: KnownHosts, request: BookingRequest, ids: HostIds
) -> tuple[str, int, int] | None:
    """Of the resources the one that holds fewest, but those that it has already."""
    room = smallest_room(hosts, (id for id in ids if id not in request.kept))
    if room is None:
        return None
    capacity, id = room
    return (id, capacity, request.seated or request.persons)


def refused_dates(
    request: BookingRequest, ids: Iterable[str], known: MemberFacts
) -> dict[str, int]:
    """On which of the meetings each of these cannot be had, a bit for each."""
    return {
        id: bits_of(
            _decide_free(request, (id,), known, _OF_MEMBERS)
            or several_dates.decide_dates(
                make_proposals(request, (id,), known),
                _OF_MEMBERS,
                _OF_MEMBERS,
            )
        )
        for id in ids
    }


def refused_alone(
    request: BookingRequest, ids: Iterable[str], known: MemberFacts
) -> dict[str, int]:
    """`refused_dates` with each of the meetings as if it were the only one."""
    return {
        id: sum(
            1 << n
            for n, proposal in enumerate(make_proposals(request, (id,), known))
            if booking_rules.decide_rules(proposal, _OF_MEMBERS).refusals
        )
        for id in ids
    }


def bits_of(decision: DatesDecision) -> int:
    return sum(1 << n for n in decision.refused_numbers)


def _first_obstacles(ids: HostIds, known: MemberFacts) -> dict[int, Obstacle]:
    """Under the number of each meeting, what is in the way of the first of these."""
    found: dict[int, Obstacle] = {}
    for id in ids:
        for n, obstacle in known.obstacles(id).items():
            found.setdefault(n, obstacle)
    return found
