"""What becomes of a host's dates while the host is away, or has retired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from calbook.api.values.catalog import Host
from calbook.api.values.value import Meeting, Parts, Value, many_of


class HostDate(Meeting):
    """A date that a host was to give.

    uid, date: the booking, and the date as it was first booked
    start_time, end_time: RFC 3339 text in `timezone`
    timezone: the booking's
    event_type_id, title: what it is
    host_ids, resource_ids: who and what gives it now
    attendee, guests: name, email, phone and ref of each who comes
    persons: how many these are
    is_series: whether the booking has further dates
    code, message: why nobody else can give it; None where nothing was tried
    """

    _parts: ClassVar[Parts] = {"host_ids": tuple, "resource_ids": tuple}
    uid: str
    date: str
    timezone: str
    event_type_id: str
    title: str
    host_ids: tuple[str, ...]
    resource_ids: tuple[str, ...]
    attendee: dict[str, Any]
    guests: list[dict[str, Any]]
    persons: int
    is_series: bool
    code: str | None
    message: str | None


class HostAway(Value):
    """A host's time away, and each date in it, by start.

    host: who is away
    from, to: the time, RFC 3339 text in `timezone`; only in the JSON
    timezone: the zone of these times
    busy: the name of the busy time that blocks it; None where it is only listed
    handed_over: the dates that others give now
    cancelled: the dates that do not take place
    left: those that nothing was done about
    """

    _parts: ClassVar[Parts] = {
        "handed_over": many_of(HostDate),
        "cancelled": many_of(HostDate),
        "left": many_of(HostDate),
    }
    _unnamed: ClassVar[Mapping[str, type]] = {"from": str, "to": str}
    host: str
    timezone: str
    busy: str | None
    handed_over: tuple[HostDate, ...]
    cancelled: tuple[HostDate, ...]
    left: tuple[HostDate, ...]


class RetiredHost(Value):
    """A host whom nobody books any more, and the dates that are left.

    host: the host, with `retired_at`
    left: what the host is still to give from then on, by start
    """

    _parts: ClassVar[Parts] = {"host": Host, "left": many_of(HostDate)}
    host: Host
    left: tuple[HostDate, ...]
