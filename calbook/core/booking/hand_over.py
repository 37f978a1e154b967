"""Who may take the place of the hosts of some dates, and whose booking it is then.

Whether they have time is asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain

from calbook.core.assignment import HostIds, host_alternatives
from calbook.core.booking import effective_status
from calbook.core.errors import BadInput, NothingToChange, UsageError
from calbook.core.model import Booking, EventType, SchedulingType, Status

DatesHosts = tuple[HostIds, ...]  # of each date


def replacements(
    event_type: EventType,
    own: Sequence[HostIds],
    *,
    uid: str,
    from_host: str | None = None,
    to_host: str | None = None,
) -> Iterator[DatesHosts]:
    """Each way in which others can give the time of dates that are some hosts' own.

    Who hands over is not chosen again. Without a name it is whoever has left the event
    type, else the one in rotation, else all of those who meet together.

    Raises:
        BadInput: a host that is named is none of the event type's, or of the dates'.
        NothingToChange: the host who is to take them has them.
        UsageError: several hosts meet together, and it is not said who hands over.
    """
    alternatives = host_alternatives(event_type, to_host)
    if to_host is not None and all(to_host in hosts for hosts in own):
        raise NothingToChange(f"{uid} is with {to_host} already", uid=uid)
    if from_host is None and to_host is not None and not _rotates(event_type):
        from_host = _who_hands_over(event_type, own, to_host)
    if from_host is not None:
        _check_has_them(uid, own, from_host)
        yield from _in_the_place_of(event_type, own, from_host, to_host)
        return
    for hosts in alternatives:
        if _are_others(event_type, own, hosts) and to_host in (None, *hosts):
            yield (hosts,) * len(own)


def _rotates(event_type: EventType) -> bool:
    return event_type.scheduling_type is SchedulingType.ROUND_ROBIN and any(
        not assigned.is_fixed for assigned in event_type.hosts
    )


def _who_hands_over(
    event_type: EventType, own: Sequence[HostIds], to_host: str
) -> str | None:
    """The only host that there is, or the only one who has left the event type."""
    there = {assigned.host_id for assigned in event_type.hosts}
    every = dict.fromkeys(host for hosts in own for host in hosts)
    for some in (every, [host for host in every if host not in there]):
        if len(some) == 1:
            return next(iter(some))
    raise UsageError(
        f"whose place is {to_host} to take?",
        hint=f"name one of {', '.join(every)}: from_host_id=…",
        command_hint=f"name one of {', '.join(every)}: --from-host …",
        hostIds=list(every),
    )


def _check_has_them(uid: str, own: Sequence[HostIds], host_id: str) -> None:
    if all(host_id in hosts for hosts in own):
        return
    every = dict.fromkeys(host for hosts in own for host in hosts)
    raise BadInput(
        f"{host_id} has no part in {uid}, or not on all these dates",
        hint=f"its hosts: {', '.join(every)}",
        uid=uid,
        hostId=host_id,
        hostIds=list(every),
    )


def _in_the_place_of(
    event_type: EventType, own: Sequence[HostIds], from_host: str, to_host: str | None
) -> Iterator[DatesHosts]:
    """Others of the team, the hosts beside staying; in rotation, who take turns."""
    fixed = {assigned.host_id for assigned in event_type.hosts if assigned.is_fixed}
    takes_turns = _rotates(event_type) and from_host not in fixed
    for assigned in event_type.hosts:
        host = assigned.host_id
        is_busy_there = any(host in hosts for hosts in own)
        if to_host in (None, host) and not (
            is_busy_there or (takes_turns and host in fixed)
        ):
            yield tuple(
                tuple(host if each == from_host else each for each in hosts)
                for hosts in own
            )


def _are_others(event_type: EventType, own: Sequence[HostIds], hosts: HostIds) -> bool:
    there = {assigned.host_id for assigned in event_type.hosts}
    stays = all(host in there for each in own for host in each)
    if stays and _rotates(event_type):
        return not any(hosts[0] in each for each in own)
    return all(set(each) != set(hosts) for each in own)


def hosts_changed(
    old: Iterable[tuple[str, ...]], new: Iterable[tuple[str, ...]]
) -> dict[str, list[str]]:
    """For the history: who gave dates, and who gives them now."""
    return {
        "fromHostIds": list(dict.fromkeys(chain.from_iterable(old))),
        "hostIds": list(dict.fromkeys(chain.from_iterable(new))),
    }


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
