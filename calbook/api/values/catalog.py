"""What can be booked, when, and with whom."""

from __future__ import annotations

from typing import Any

from calbook.api.values.value import Value


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
    reminders: list[dict[str, Any]]
    active: bool
    metadata: dict[str, Any]
