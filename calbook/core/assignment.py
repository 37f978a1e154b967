"""Which hosts an event type's bookings take, before their time is looked at."""

from __future__ import annotations

from calbook.core.errors import BadInput, UsageError
from calbook.core.model import EventType, SchedulingType


def hosts(event_type: EventType, host_id: str | None) -> tuple[str, ...]:
    """The hosts whose time a booking claims.

    Raises:
        BadInput: the host asked for is not one of the event type's.
        UsageError: several could take it and none was asked for.
    """
    ids = tuple(assignment.host_id for assignment in event_type.hosts)
    if host_id is not None and host_id not in ids:
        raise BadInput(
            f"{host_id} is not a host of {event_type.id}",
            hint=f"its hosts: {', '.join(ids)}",
            hostId=host_id,
            hostIds=list(ids),
        )
    if event_type.scheduling_type is SchedulingType.COLLECTIVE:
        return ids
    if host_id is not None:
        return (host_id,)
    if len(ids) == 1:
        return ids
    raise UsageError(
        f"{event_type.id} has several hosts: say whose time to book",
        hint=f"give --host with one of {', '.join(ids)}",
        hostIds=list(ids),
    )
