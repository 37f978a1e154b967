"""What the library returns: the public JSON objects with attributes.

Names are the JSON's in snake_case. A value is frozen, compares by its contents,
and `to_dict()` gives the JSON object back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from calbook.core.model import Actor, Attendance, Resolution, Status


class Value:
    """A frozen JSON object; subclasses annotate what they hold."""

    __slots__ = ("_json",)
    _parts: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    _json: dict[str, Any]

    def __init__(self, json: dict[str, Any]) -> None:
        object.__setattr__(self, "_json", json)

    def __getattr__(self, name: str) -> Any:
        key = camel(name)
        if name.startswith("_") or key not in self._json or snake(key) != name:
            raise AttributeError(f"{type(self).__name__} has no {name!r}")
        value = self._json[key]
        part = self._parts.get(name, _copied)
        return None if value is None else part(value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen; {name!r} stays")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen; {name!r} stays")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *map(snake, self._json)]

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._json == self._json

    def __hash__(self) -> int:
        return hash((type(self), repr(self._json)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{snake(key)}={v!r}" for key, v in self._json.items())
        return f"{type(self).__name__}({shown})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[type[Self], tuple[dict[str, Any]]]:
        return type(self), (self._json,)

    def to_dict(self) -> dict[str, Any]:
        """A copy of the JSON object, keys in camelCase."""
        copied: dict[str, Any] = _copied(self._json)
        return copied


def _copied(value: Any) -> Any:
    """A JSON value of its own, so that nobody changes a frozen one through it."""
    if isinstance(value, dict):
        return {k: _copied(v) if type(v) in _NESTED else v for k, v in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value


_NESTED = (dict, list)


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def snake(key: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in key)


def _many(kind: type[Value]) -> Callable[[Any], Any]:
    return lambda items: tuple(kind(item) for item in items)


def _status(word: str) -> Status:
    from calbook.core.model import Status  # slow to import

    return Status(word)


def _resolution(word: str) -> Resolution:
    from calbook.core.model import Resolution

    return Resolution(word)


def _actor(word: str) -> Actor:
    from calbook.core.model import Actor

    return Actor(word)


def _attendance(word: str) -> Attendance:
    from calbook.core.model import Attendance

    return Attendance(word)


_words: Mapping[str, Callable[[Any], Any]] = {
    "status": _status,
    "resolution": _resolution,
    "cancelled_by": _actor,
    "attendance": _attendance,
}


class Attendee(Value):
    """A person in a booking; `attendance` where it is the same at all meetings.

    A guest also has the `responses`, `notes` and `metadata` that came with a seat in a
    group; the primary's stand on the booking.
    """

    __slots__ = ()
    _parts = _words
    email: str
    name: str | None
    phone: str | None
    timezone: str | None
    attendance: Attendance
    responses: dict[str, Any]
    notes: str | None
    metadata: dict[str, Any]


class _Meeting(Value):
    __slots__ = ()
    start_time: str
    end_time: str

    @property
    def starts_at(self) -> datetime:
        """The start as an aware datetime, with the booking's UTC offset."""
        return datetime.fromisoformat(self.start_time)

    @property
    def ends_at(self) -> datetime:
        """The end, not included, as an aware datetime."""
        return datetime.fromisoformat(self.end_time)


class Occurrence(_Meeting):
    """One meeting of a booking; `date` is its original local date.

    `attendances` are single persons' by e-mail; `offset_differs` from the first one's
    UTC offset.
    """

    __slots__ = ()
    _parts = _words
    date: str
    status: Status
    resolution: Resolution | None
    cancelled_by: Actor | None
    reason: str | None
    attendance: Attendance
    attendances: dict[str, str]
    offset_differs: bool


class Booking(_Meeting):
    """A booking; `start_time` and `end_time` are its first occurrence's.

    From `list_occurrences` it is one occurrence, with its `date`.
    """

    __slots__ = ()
    _parts: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        **_words,
        "attendee": Attendee,
        "guests": _many(Attendee),
        "occurrences": _many(Occurrence),
        "host_ids": tuple,
        "overrides": tuple,
    }
    uid: str
    date: str
    event_type_id: str
    host_id: str
    host_ids: tuple[str, ...]
    timezone: str
    status: Status
    resolution: Resolution | None
    cancelled_by: Actor | None
    reason: str | None
    attendance: Attendance
    attendee: Attendee
    guests: tuple[Attendee, ...]
    location: dict[str, str] | None
    meeting_url: str | None
    notes: str | None
    responses: dict[str, Any]
    metadata: dict[str, Any]
    recurring: dict[str, Any] | None
    occurrences: tuple[Occurrence, ...]
    overrides: tuple[str, ...]
    sequence: int
    version: int
    created_at: str
    updated_at: str


class BusyTime(_Meeting):
    """A stretch in which a host is busy with other things than bookings.

    `calendar` says where that is known from; `is_all_day` by the host's own clock.
    """

    __slots__ = ()
    host_id: str
    calendar: str
    is_all_day: bool
    reason: str | None


class Agenda(Value):
    """What takes place from `start_date` to `end_date`, local dates, both included.

    `occurrences` as from `list_occurrences`, `busy_times` as from `busy.times` (none
    where one event type is asked for); `event_types` and `hosts` are what people call
    them, by id.
    """

    __slots__ = ()
    _parts: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "occurrences": _many(Booking),
        "busy_times": _many(BusyTime),
    }
    start_date: str
    end_date: str
    timezone: str
    occurrences: tuple[Booking, ...]
    busy_times: tuple[BusyTime, ...]
    event_types: dict[str, str]
    hosts: dict[str, str]


class OpenTime(_Meeting):
    """A stretch in which a schedule is open."""

    __slots__ = ()


class Week(Agenda):
    """An agenda from Monday to Sunday, with the time in which a host is open."""

    __slots__ = ()
    _parts: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        **Agenda._parts,
        "open_times": _many(OpenTime),
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
        "groups": _many(Figures),
    }
    by: str | None
    timezone: str
    total: Figures
    groups: tuple[Figures, ...]


class Event(Value):
    """Something that happened to a booking; `change` says what differs."""

    __slots__ = ()
    _parts: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"by": _actor}
    id: str
    type: str
    uid: str
    at: str
    by: Actor
    change: dict[str, Any]


class Note(Value):
    """What the host wrote about a booking; a private one is for hosts alone."""

    __slots__ = ()
    id: str
    content: str
    is_private: bool
    created_at: str


class Slot(_Meeting):
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


class Explanation(_Meeting):
    """Whether a start can be booked, and every rule's word on it."""

    __slots__ = ()
    _parts: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "rules": _many(Rule),
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


class Block(_Meeting):
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


class Host(Value):
    """Who gives the time."""

    __slots__ = ()
    id: str
    name: str
    email: str | None
    timezone: str
    schedule_id: str


class Schedule(Value):
    """Weekly hours in one zone, and the dates that differ."""

    __slots__ = ()
    id: str
    name: str
    timezone: str
    availability: list[dict[str, str]]
    overrides: list[dict[str, Any]]


class EventType(Value):
    """What can be booked; lengths are minutes, `maximum_advance` is days."""

    __slots__ = ()
    id: str
    slug: str
    title: str
    description: str | None
    duration: int
    location: dict[str, str] | None
    hosts: list[dict[str, Any]]
    schedule_id: str | None
    buffer_before: int
    buffer_after: int
    minimum_notice: int
    maximum_advance: int | None
    slot_interval: int
    slots_per_day: int | None
    requires_confirmation: bool
    allow_cancellation: bool
    cancellation_deadline: int | None
    seats: int | None
    max_occurrences: int
    questions: list[dict[str, Any]]
    scheduling_type: str
    round_robin: dict[str, str] | None
    meeting_url_template: str | None
    notify: bool
    active: bool
    metadata: dict[str, Any]
