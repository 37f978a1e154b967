"""Who may take the place of the hosts of some dates, and whose booking it is then.

Whether they have time is asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain

from calbook.core import needs
from calbook.core.assignment import DatesHosts, HostIds, check_asked
from calbook.core.booking import effective_status
from calbook.core.catalog import EventType, Need
from calbook.core.errors import AlreadySo, BadInput, UsageError
from calbook.core.members import hosts_among, resources_among
from calbook.core.model import Booking, Status


def find_takers(
    event_type: EventType,
    own: DatesHosts,
    *,
    uid: str,
    from_host: str | None = None,
    to_host: str | None = None,
) -> Mapping[str, DatesHosts]:
    """Each who can take dates that are some hosts' own, with all who then give each.

    Who hands over is not chosen again. Without a name it is whoever has left the event
    type, else the one in rotation, else all of those who meet together.

    Raises:
        BadInput: a host that is named is none of the event type's, or of the dates'.
        AlreadySo: the host who is to take them has them.
        UsageError: several hosts meet together, and it is not said who hands over.
    """
    check_asked(event_type, to_host)
    if to_host is not None and all(to_host in hosts for hosts in own):
        raise AlreadySo(f"{uid} is with {to_host} already", uid=uid)
    turns, fixed = _needs_of_hosts(event_type)
    rotates = len(turns) == 1 and turns[0].number == 1
    if from_host is None and not rotates and (turns or to_host is not None):
        from_host = _who_hands_over(event_type, own, to_host)
    if from_host is not None:
        _check_has_them(uid, own, from_host)
        found = _in_the_place_of(event_type, own, from_host)
    else:
        found = _instead_of_all(event_type, own, turns, fixed)
    return {
        host: dates
        for host, dates in found
        if to_host is None or all(to_host in hosts for hosts in dates)
    }


def _needs_of_hosts(event_type: EventType) -> tuple[list[Need], HostIds]:
    """The sets of hosts of whom some are chosen, and the hosts who always take part."""
    every = [n for n in needs.needs_of(event_type) if not n.is_of_resources]
    return [n for n in every if needs.has_choice(n)], needs.required_members(every)


def _who_hands_over(event_type: EventType, own: DatesHosts, to_host: str | None) -> str:
    """The only host that there is, or the only one who has left the event type."""
    there = {assigned.host_id for assigned in event_type.hosts}
    every = dict.fromkeys(host for hosts in own for host in hosts_among(hosts))
    for some in (every, [host for host in every if host not in there]):
        if len(some) == 1:
            return next(iter(some))
    who = f"{to_host} to take" if to_host else "to be taken"
    raise UsageError(
        f"whose place is {who}?",
        hint=f"name one of {', '.join(every)}: from_host_id=…",
        command_hint=f"name one of {', '.join(every)}: --from-host …",
        hostIds=list(every),
    )


def _check_has_them(uid: str, own: DatesHosts, host_id: str) -> None:
    if all(host_id in hosts for hosts in own):
        return
    every = dict.fromkeys(host for hosts in own for host in hosts_among(hosts))
    raise BadInput(
        f"{host_id} has no part in {uid}, or not on all these dates",
        hint=f"its hosts: {', '.join(every)}",
        uid=uid,
        hostId=host_id,
        hostIds=list(every),
    )


def _in_the_place_of(
    event_type: EventType, own: DatesHosts, from_host: str
) -> Iterator[tuple[str, DatesHosts]]:
    """Others of the team, the hosts beside staying; of a set, others of that set."""
    turns, fixed = _needs_of_hosts(event_type)
    takes_turns = turns and from_host not in fixed
    sets = [need.ids for need in turns if from_host in need.ids] or [
        need.ids for need in turns
    ]
    team = [assigned.host_id for assigned in event_type.hosts]
    for host in dict.fromkeys(chain.from_iterable(sets)) if takes_turns else team:
        dates = tuple(
            tuple(host if each == from_host else each for each in hosts)
            for hosts in own
        )
        is_busy_there = any(host in hosts for hosts in own)
        if not is_busy_there and _are_possible(event_type, dates):
            yield host, dates


def _are_possible(event_type: EventType, dates: DatesHosts) -> bool:
    """Whether they meet what is said of hosts; a team may be another than it was."""
    said = [need for need in event_type.needs if not need.is_of_resources]
    return not said or all(needs.could_be_chosen(said, hosts) for hosts in dates)


def _instead_of_all(
    event_type: EventType, own: DatesHosts, turns: list[Need], fixed: HostIds
) -> Iterator[tuple[str, DatesHosts]]:
    """Others whose turn it may be, or all who meet together where these are others."""
    there = {assigned.host_id for assigned in event_type.hosts}
    stays = all(host in there for hosts in own for host in hosts_among(hosts))
    for host in turns[0].ids if turns else fixed[:1]:
        every = (host, *fixed) if turns else fixed
        if stays and turns:
            are_others = not any(host in hosts for hosts in own)
        else:
            are_others = all({*hosts_among(hosts)} != {*every} for hosts in own)
        if are_others:
            yield host, tuple((*every, *resources_among(hosts)) for hosts in own)


def hosts_changed(old: DatesHosts, new: DatesHosts) -> dict[str, list[str]]:
    """For the history: who gave dates, and who gives them now; resources likewise."""
    found = {}
    if _differ(map(hosts_among, old), map(hosts_among, new)):
        found["fromHostIds"] = _each_once(map(hosts_among, old))
        found["hostIds"] = _each_once(map(hosts_among, new))
    if _differ(map(resources_among, old), map(resources_among, new)):
        found["resourceIds"] = _each_once(map(resources_among, new))
    return found


def _differ(old: Iterable[HostIds], new: Iterable[HostIds]) -> bool:
    return list(map(set, old)) != list(map(set, new))


def _each_once(dates: Iterable[HostIds]) -> list[str]:
    return list(dict.fromkeys(chain.from_iterable(dates)))


def settle_hosts(booking: Booking, now: datetime) -> Booking:
    """Whose dates all are that are still to come, whose booking it is.

    Dates that others give, or gave, say so by themselves.
    """
    live = {Status.PENDING, Status.CONFIRMED}
    hosts = {
        booking.hosts_of(o)
        for o in booking.occurrences
        if effective_status.effective_occurrence(o, now).status in live
    }
    whole = hosts.pop() if len(hosts) == 1 else booking.host_ids
    own = [(o, booking.hosts_of(o)) for o in booking.occurrences]
    return booking._replace(
        host_ids=whole,
        occurrences=tuple(
            o._replace(host_ids=() if hosts == whole else hosts) for o, hosts in own
        ),
    )
