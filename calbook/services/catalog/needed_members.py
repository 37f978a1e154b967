"""Whom an event type's bookings need, and what coming bookings do not have of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from calbook.core import needs
from calbook.core.catalog import Assignment, EventType, Need
from calbook.core.errors import BadInput, NotFound
from calbook.core.members import hosts_among, is_resource
from calbook.wire.json_objects import Json
from calbook.wire.reading.event_types import check_event_type
from calbook.wire.reading.needs import resolve_needs

if TYPE_CHECKING:
    from calbook.core.model import Booking, Occurrence
    from calbook.store.transaction import Transaction

_MOST_NAMED = 20  # conflicts in a message; the details have all


def settle_needs(
    tx: Transaction, event_type: EventType, *, names_hosts: bool
) -> EventType:
    """An event type whose needs name those who are there, and who are its hosts.

    Raises:
        NotFound: a need names nobody.
        BadInput: hosts are none of those needed, or seats more than rooms hold.
    """
    found = resolve_needs(event_type.needs, lambda name: _member_id(tx, name))
    needed = hosts_among(needs.members_of(found))
    hosts = event_type.hosts
    if needed:
        there = {assigned.host_id: assigned for assigned in hosts}
        if names_hosts and there.keys() != set(needed):
            raise BadInput(
                f"the hosts of {event_type.id} are those that it needs",
                hint=f"name {', '.join(needed)}, or other needs",
                field="hosts",
            )
        hosts = tuple(
            there.get(id, Assignment(id, priority=_priority(found, id)))
            for id in needed
        )
    after = check_event_type(event_type._replace(needs=found, hosts=hosts))
    _check_capacity(tx, after)
    return after


def _priority(found: tuple[Need, ...], id: str) -> int:
    """By that rule the host who is named first goes first."""
    of_host = next(need for need in found if id in need.ids)
    is_ranked = of_host.rule == "PRIORITY"
    return len(of_host.ids) - of_host.ids.index(id) if is_ranked else 0


def _member_id(tx: Transaction, name: str) -> str:
    """A host's or a resource's id; a bare name is of whichever there is."""
    if name.startswith(("user_", "res_")):
        if tx.host_row(name) is None:
            noun = "resource" if is_resource(name) else "host"
            raise NotFound(noun, name, known=tx.ids(noun))
        return name
    found = [id for id in (f"res_{name}", f"user_{name}") if tx.host_row(id)]
    if not found:
        known = (*tx.ids("resource"), *tx.ids("host"))
        raise NotFound("resource or host", name, known=known)
    if len(found) > 1:
        raise BadInput(
            f"{name} is a resource and a host",
            hint=f"write {' or '.join(found)}",
            field="needs",
        )
    return found[0]


def _check_capacity(tx: Transaction, event_type: EventType) -> None:
    seats = event_type.seats
    for need in event_type.needs:
        every = [tx.host(id).capacity for id in need.ids]
        fitting = [c for c in every if c is None or seats is None or c >= seats]
        if len(fitting) < need.number:
            most = sorted((c for c in every if c is not None), reverse=True)
            raise BadInput(
                f"{seats} seats are more than {', '.join(need.ids)} can hold",
                hint=f"at most {most[need.number - len(fitting) - 1]} fit",
                field="seats",
            )


def lock_members(
    tx: Transaction, before: EventType, after: EventType, *, now: datetime
) -> None:
    """Be alone with all who may be needed, and whose bookings may be given more."""
    both = (*needs.needs_of(before), *needs.needs_of(after))
    every = set(needs.members_of(both))
    if after.needs:
        every |= {id for b in _coming(tx, after, now) for id in b.host_ids}
    tx.lock_hosts(sorted(every))


def _coming(tx: Transaction, event_type: EventType, now: datetime) -> list[Booking]:
    live = {"statuses": '["PENDING", "CONFIRMED"]', "event_type_id": event_type.id}
    return tx.bookings(live, now=now)


def cover_needs(
    tx: Transaction, event_type: EventType, *, now: datetime, claims: bool
) -> Mapping[str, Any]:
    """The coming bookings that do not have what is needed; with `claims` they get it.

    Raises:
        Conflict: some cannot; nothing is written.
    """
    lacking = [
        (booking, dates, missing)
        for booking in _coming(tx, event_type, now)
        for dates, missing in _lacks(booking, event_type, now)
    ]
    if not lacking:
        return {}
    if not claims:
        return {"bookingsWithoutNeeds": [*_dates_json(lacking)]}
    from calbook.services.bookings import claim_needs  # only where it is asked for

    claim_needs.claim_all(tx, event_type, lacking, now=now)
    return {"bookingsClaimed": [*_dates_json(lacking)]}


Lacking = tuple["Booking", "tuple[Occurrence, ...]", tuple[Need, ...]]


def _dates_json(lacking: list[Lacking]) -> Iterator[Json]:
    for booking, dates, _ in lacking:
        for occurrence in dates:
            yield {"uid": booking.uid, "date": occurrence.date.isoformat()}


def _lacks(
    booking: Booking, event_type: EventType, now: datetime
) -> Iterator[tuple[tuple[Occurrence, ...], tuple[Need, ...]]]:
    """What a booking's coming dates lack, those together that lack the same."""
    found: dict[tuple[tuple[Need, ...], timedelta, timedelta], list[Occurrence]] = {}
    for o in booking.occurrences:
        if o.status in ("PENDING", "CONFIRMED") and o.span.start > now:
            missing = missing_needs(event_type, booking.hosts_of(o))
            buffers = o.span.start - o.claim.start, o.claim.end - o.span.end
            found.setdefault((missing, *buffers), []).append(o)
    return ((tuple(dates), key[0]) for key, dates in found.items() if key[0])


def missing_needs(event_type: EventType, members: tuple[str, ...]) -> tuple[Need, ...]:
    """What is needed of resources besides those that are there, each for one need."""
    left, found = list(members), []
    for need in event_type.needs:
        if not need.is_of_resources:
            continue
        there = [id for id in left if id in need.ids][: need.number]
        left = [id for id in left if id not in there]
        if len(there) < need.number:
            others = tuple(id for id in need.ids if id not in members)
            found.append(Need(need.number - len(there), others, need.rule))
    return tuple(found)
