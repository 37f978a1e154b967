"""Many bookings at once: what takes place when, and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from calbook.api.values.availability import BusyTime, OpenTime
from calbook.api.values.bookings import Booking
from calbook.api.values.value import Value, many_of


class Agenda(Value):
    """What takes place from `start_date` to `end_date`, local dates, both included.

    `occurrences` as from `list_occurrences`, `busy_times` as from `busy.times` (none
    where one event type is asked for); `event_types` and `hosts` are what people call
    them, by id.
    """

    __slots__ = ()
    _parts: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "occurrences": many_of(Booking),
        "busy_times": many_of(BusyTime),
    }
    start_date: str
    end_date: str
    timezone: str
    occurrences: tuple[Booking, ...]
    busy_times: tuple[BusyTime, ...]
    event_types: dict[str, str]
    hosts: dict[str, str]


class Week(Agenda):
    """An agenda from Monday to Sunday, with the time in which a host is open."""

    __slots__ = ()
    _parts: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        **Agenda._parts,
        "open_times": many_of(OpenTime),
    }
    open_times: tuple[OpenTime, ...]


class Figures(Value):
    """What was counted of the occurrences of one group, or of all.

    Rates are parts of 1, null where there is nothing to divide by; lead times are
    minutes.
    """

    __slots__ = ()
    group: str | None
    label: str | None
    bookings: int
    occurrences: int
    pending: int
    confirmed: int
    completed: int
    no_show: int
    cancelled: int
    hours: float
    no_show_rate: float | None
    cancellation_rate: float | None
    median_lead_time: float | None
    mean_lead_time: float | None


class Statistics(Value):
    """The figures of all that was counted, and of its groups."""

    __slots__ = ()
    _parts: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "total": Figures,
        "groups": many_of(Figures),
    }
    by: str | None
    timezone: str
    total: Figures
    groups: tuple[Figures, ...]
