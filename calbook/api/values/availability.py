"""Time that is open, free, busy or blocked, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from calbook.api.values.value import Meeting, Value, many_of


class BusyTime(Meeting):
    """A stretch in which a host is busy with other things than bookings.

    `calendar` says where that is known from; `is_all_day` by the host's own clock.
    """

    __slots__ = ()
    host_id: str
    calendar: str
    is_all_day: bool
    reason: str | None


class OpenTime(Meeting):
    """A stretch in which a schedule is open."""

    __slots__ = ()


class Slot(Meeting):
    """A start that can be booked."""

    __slots__ = ()
    host_id: str
    seats_left: int | None


class Rule(Value):
    """What one rule says of a start, and the facts that it compared.

    `rule` is the code of its refusal; `host_id` is set where it was asked of several
    hosts; `override` lets the host pass it.
    """

    __slots__ = ()
    rule: str
    host_id: str | None
    passed: bool
    message: str
    override: str | None
    details: dict[str, Any]


class Explanation(Meeting):
    """Whether a start can be booked, and every rule's word on it."""

    __slots__ = ()
    _parts: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "rules": many_of(Rule),
        "host_ids": tuple,
    }
    event_type_id: str
    timezone: str
    bookable: bool
    code: str | None
    exit_code: int
    message: str | None
    host_id: str | None
    host_ids: tuple[str, ...]
    joins: str | None
    rules: tuple[Rule, ...]


class Block(Meeting):
    """Time in which nothing can be booked, and why."""

    __slots__ = ()
    host_id: str | None
    code: str
    message: str
    details: dict[str, Any]


class BusyCalendar(Value):
    """Busy time that came in together: a calendar file's, or a host's own.

    From `start_time` to `end_time` in so many `stretches`; the events of a file that
    are `free`, calbook's own `bookings`, or `skipped` came to none. `overlapping` are
    the bookings still to come that lie in it.
    """

    __slots__ = ()
    _parts: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"overlapping": tuple}
    name: str
    kind: str
    host_id: str
    start_time: str | None
    end_time: str | None
    timezone: str
    stretches: int
    reason: str | None
    shows_text: bool
    source: str | None
    imported_at: str
    horizon: str | None
    events: int
    free: int
    bookings: int
    skipped_count: int
    skipped: list[dict[str, Any]]
    overlapping: tuple[str, ...]
