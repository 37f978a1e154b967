"""The types of what can be booked, from whom and when, as it goes into the library.

Nothing runs here; keys of nested objects may also be written in JSON's camelCase.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from calbook.api.inputs import (
    ContactName,
    Day,
    Location,
    OnDeclineName,
    OnFreeName,
    RoundRobinRule,
    SchedulingTypeName,
)

if TYPE_CHECKING:
    from calbook.api.values import json_types
    from calbook.api.values.json_types import QuestionType, Recipients, Weekday


class Assignment(TypedDict, total=False):
    """A host's place in an event type."""

    user_id: str
    weight: int
    is_fixed: bool
    priority: int
    userId: str
    isFixed: bool


class Question(TypedDict):
    """What an attendee is asked when booking; the key is made of the label."""

    label: str
    key: NotRequired[str | None]
    type: NotRequired[QuestionType]
    required: NotRequired[bool]
    options: NotRequired[Iterable[str] | None]


class Reminder(TypedDict, total=False):
    """A mail before each meeting."""

    minutes_before: int
    minutesBefore: int
    to: Recipients


class Need(TypedDict, total=False):
    """So many of a set of hosts, or of resources."""

    count: int
    of: Iterable[str]
    rule: RoundRobinRule | None


class RoundRobin(TypedDict):
    """By which rule a team's hosts take turns.

    algorithm: the rule
    """

    algorithm: RoundRobinRule


class EventTypeFields(TypedDict, total=False):
    """What can be booked, and by which rules."""

    slug: str
    title: str
    description: str | None
    duration: int
    durations: Iterable[int]
    location: str | Location | None
    hosts: Iterable[str | Assignment | json_types.Assignment]
    schedule_id: str | None
    availability: Iterable[WeeklyWindow | json_types.WeeklyWindow] | None
    buffer_before: int
    buffer_after: int
    minimum_notice: int
    maximum_advance: int | None
    first_date: Day | None
    last_date: Day | None
    slot_interval: int | None
    slots_per_day: int | None
    requires_confirmation: bool
    allow_cancellation: bool
    cancellation_deadline: int | None
    seats: int | None
    max_occurrences: int
    questions: Iterable[Question | json_types.Question]
    scheduling_type: SchedulingTypeName
    round_robin: RoundRobinRule | RoundRobin | None
    meeting_url_template: str | None
    notify: bool
    reminders: Iterable[Reminder | json_types.Reminder]
    contact: ContactName
    on_free: OnFreeName
    hold_minutes: int
    on_decline: OnDeclineName
    active: bool
    metadata: Mapping[str, Any]
    needs: Iterable[str | Need | json_types.Need]
    limits: Iterable[str]
    max_in_a_row: int | None
    break_after: int | None
    count_window: int | None
    per_person: Iterable[str]
    per_person_open: int | None
    no_double: bool


class ResourceFields(TypedDict, total=False):
    """A room or thing; without `schedule_id` it can be had at any time."""

    name: str
    kind: str
    capacity: int | None
    timezone: str
    schedule_id: str | None


class HostFields(TypedDict, total=False):
    """Who gives the time; without `schedule_id`, by `sched_work`."""

    name: str
    email: str | None
    timezone: str
    schedule_id: str
    limits: Iterable[str]
    language: str | None


class Window(TypedDict, total=False):
    """Open time of a day: `09:00` to `17:00`, or to `24:00`."""

    start_time: str
    end_time: str
    startTime: str
    endTime: str


class WeeklyWindow(Window, total=False):
    """Open time of each such day of the week."""

    day: Weekday


class Override(TypedDict, total=False):
    """Other hours of one local date; without `availability` it is closed."""

    date: Day
    availability: Iterable[Window]
    reason: str | None
    is_available: bool
    isAvailable: bool


class ScheduleFields(TypedDict, total=False):
    """Weekly hours in one zone, and the dates that differ."""

    name: str
    timezone: str
    availability: Iterable[WeeklyWindow | json_types.WeeklyWindow]
    overrides: Iterable[Override | json_types.Override]
