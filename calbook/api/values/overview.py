"""Many bookings at once: what takes place when, and figures."""

from __future__ import annotations

from calbook.api.values.availability import BusyTime, OpenTime
from calbook.api.values.bookings import Booking
from calbook.api.values.value import Parts, Value, many_of
from calbook.core.typing_names import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from calbook.api.inputs import Grouping


class Agenda(Value):
    """What takes place on some local days.

    start_date, end_date: the first and the last day, both included
    timezone: the zone of the days
    occurrences: as from `list_occurrences`, without what was cancelled
    busy_times: as from `busy.times`; none where one event type is asked for
    event_types, hosts: what people call them, by id
    """

    _parts: ClassVar[Parts] = {
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


class OpenAgenda(Agenda):
    """An agenda, and when its hosts are open.

    open_times: the open time of each schedule
    """

    _parts: ClassVar[Parts] = {**Agenda._parts, "open_times": many_of(OpenTime)}
    open_times: tuple[OpenTime, ...]


class Figures(Value):
    """What was counted of the occurrences of one group, or of all.

    group, label: the group's key, and what people call it; None for all
    bookings, occurrences: how many, and how many meetings they have
    pending, confirmed, completed, no_show, cancelled: occurrences by status
    hours: of what is confirmed or completed
    no_show_rate: of the occurrences that are over, from 0 to 1; None of none
    cancellation_rate: of all occurrences, likewise
    median_lead_time, mean_lead_time: minutes from booking to start; None of none
    start_time, end_time: between which they start, RFC 3339 text; None of no bound
    """

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
    start_time: str | None
    end_time: str | None


class Statistics(Value):
    """The figures of all that was counted, and of its groups.

    by: what the groups are; None without groups
    timezone: the zone of days, weeks and months
    total, groups: the figures of all, and of each group
    """

    _parts: ClassVar[Parts] = {"total": Figures, "groups": many_of(Figures)}
    by: Grouping | None
    timezone: str
    total: Figures
    groups: tuple[Figures, ...]
