"""Factories of core values: whatever a test does not name is unremarkable.

They keep nothing, so that one serves a whole run, properties included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from calbook.core.catalog import Assignment, DateOverride, EventType, Hours, Schedule
from calbook.core.model import (
    Attendee,
    Booking,
    BookingTerms,
    GivenStart,
    Occurrence,
    Span,
    Status,
)
from calbook.core.rules.booking_rules import Proposal
from calbook.core.rules.limits import Load, Workload, periods_of
from calbook.core.time.recurrence import Frequency, Recurrence

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)  # a Monday
START = datetime(2027, 1, 18, 10, tzinfo=UTC)
NOTHING: Mapping[str, str] = {}


@pytest.fixture(scope="session")
def a_schedule() -> Callable[..., Schedule]:
    """Makes schedules from text: `{"mon": "09:00-12:00,22:00-02:00"}`.

    One text instead of the days holds for each of them; an empty override closes
    its date.
    """

    def make(
        weekly: str | Mapping[str, str] = "",
        *,
        timezone: str = "UTC",
        overrides: Mapping[str, str] = NOTHING,
    ) -> Schedule:
        days = dict.fromkeys(WEEK, weekly) if isinstance(weekly, str) else weekly
        return Schedule(
            id="sched_test",
            name="Test",
            timezone=timezone,
            weekly=tuple(_windows(days.get(day, "")) for day in WEEK),
            overrides={
                (day := date.fromisoformat(text)): DateOverride(day, _windows(hours))
                for text, hours in overrides.items()
            },
        )

    return make


def _windows(text: str) -> tuple[Hours, ...]:
    return tuple(_hours(*window.split("-")) for window in text.split(",") if window)


def _hours(begin: str, finish: str) -> Hours:
    start, end = _clock(begin), _clock(finish)
    return Hours(start, end if end > start else end + timedelta(days=1))


def _clock(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


@pytest.fixture(scope="session")
def an_event_type() -> Callable[..., EventType]:
    """Makes event types of 30 minutes, without any rule that refuses."""

    def make(**fields: Any) -> EventType:
        plain = {"id": "evt_demo", "slug": "demo", "title": "Demo"}
        hosts = (Assignment("user_me"),)
        return EventType(**{"hosts": hosts, **plain, **fields})

    return make


@pytest.fixture(scope="session")
def a_proposal(an_event_type: Callable[..., EventType]) -> Callable[..., Proposal]:
    """Makes proposals that every rule allows; `rules` are fields of the event type."""

    def make(
        start: str = "2027-01-18T10:00Z",
        *,
        minutes: int = 30,
        now: str = "2027-01-04T09:00Z",
        rules: Mapping[str, Any] = NOTHING,
        overridden: str = "",
        booked_that_day: int = 0,
        **facts: Any,
    ) -> Proposal:
        begin = datetime.fromisoformat(start)
        length = timedelta(minutes=minutes)
        event_type = an_event_type(duration=length, **rules)
        [day] = periods_of("day", [begin.date()], "UTC")
        always = Span(begin - timedelta(days=9), begin + timedelta(days=9))
        return Proposal(
            **{
                "event_type": event_type,
                "workload": Workload(
                    tuple(
                        Load(limit, "eventType", event_type.id, day, booked_that_day)
                        for limit in event_type.all_limits
                    )
                ),
                "meeting": Span(begin, begin + length),
                "timezone": "UTC",
                "now": datetime.fromisoformat(now),
                "open_time": ((always,),),
                "overridden": frozenset(overridden.split()),
                **facts,
            }
        )

    return make


@pytest.fixture(scope="session")
def an_occurrence() -> Callable[..., Occurrence]:
    """Makes occurrences on 2027-01-18, 10:00 to 10:30 UTC, without buffers."""

    def make(
        start: datetime = START, *, minutes: int = 30, **fields: Any
    ) -> Occurrence:
        span = Span(start, start + timedelta(minutes=minutes))
        wall = start.replace(tzinfo=None)
        return Occurrence(
            **{
                "recurrence_id": start,
                "date": start.date(),
                "start": GivenStart(start, wall, "UTC", by_offset=False),
                "span": span,
                "claim": span,
                "status": Status.CONFIRMED,
                **fields,
            }
        )

    return make


@pytest.fixture(scope="session")
def a_booking(an_occurrence: Callable[..., Occurrence]) -> Callable[..., Booking]:
    """Makes bookings with one occurrence, which `status` and `told` are about."""

    def make(
        status: Status = Status.CONFIRMED, *, is_recorded: bool = False, **fields: Any
    ) -> Booking:
        return Booking(
            **{
                "uid": "bk_0123456789ab",
                "event_type_id": "evt_demo",
                "host_ids": ("user_me",),
                "timezone": "UTC",
                "occurrences": (an_occurrence(status=status, is_recorded=is_recorded),),
                "attendees": (Attendee("ada@example.com", "Ada"),),
                "policy": BookingTerms(
                    requires_confirmation=False,
                    allow_cancellation=True,
                    cancellation_deadline=None,
                ),
                "created_at": NOW,
                "updated_at": NOW,
                **fields,
            }
        )

    return make


@pytest.fixture(scope="session")
def a_series(
    a_booking: Callable[..., Booking], an_occurrence: Callable[..., Occurrence]
) -> Callable[..., Booking]:
    """Makes weekly series from 2027-01-18 on, a date for each of the statuses."""

    def make(*statuses: Status, **fields: Any) -> Booking:
        occurrences = tuple(
            an_occurrence(START + timedelta(weeks=n), status=status)
            for n, status in enumerate(statuses)
        )
        rule = Recurrence(frequency=Frequency.WEEKLY, count=len(statuses))
        return a_booking(**{"occurrences": occurrences, "recurring": rule, **fields})

    return make
