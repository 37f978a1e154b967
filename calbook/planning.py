"""A wanted meeting with every fact that the rules ask for, read from the file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from calbook.core import hours, times
from calbook.core.model import DAY, EventType, Span
from calbook.core.policy import Proposal
from calbook.store.facts import Facts


def schedule_ids(
    facts: Facts, event_type: EventType, host_ids: tuple[str, ...]
) -> tuple[str, ...]:
    """The schedules that must be open: the event type's, else each host's."""
    if event_type.schedule_id is not None:
        return (event_type.schedule_id,)
    return tuple(dict.fromkeys(facts.host(host).schedule_id for host in host_ids))


def timezone(facts: Facts, event_type: EventType, host_ids: tuple[str, ...]) -> str:
    """The zone that the bookings live in: the first schedule's."""
    first, *_ = schedule_ids(facts, event_type, host_ids)
    return facts.timezone_of(first)


def proposal(
    facts: Facts,
    event_type: EventType,
    host_ids: tuple[str, ...],
    meeting: Span,
    *,
    timezone: str,
    now: datetime,
    but: str | None = None,
    persons: int = 1,
    responses: Mapping[str, Any] | None = None,
    waived: frozenset[str] = frozenset(),
    shown_in: str | None = None,
) -> Proposal:
    """The facts for one meeting; the booking `but` does not stand in its own way."""
    day = times.local_date(meeting.start, timezone)
    that_day = Span(
        times.day_start(day, timezone), times.day_start(day + DAY, timezone)
    )
    return Proposal(
        event_type=event_type,
        meeting=meeting,
        timezone=timezone,
        now=now,
        open_time=tuple(
            hours.around(facts.schedule_around(schedule_id, meeting), meeting)
            for schedule_id in schedule_ids(facts, event_type, host_ids)
        ),
        booked_that_day=facts.count_starts(event_type.id, that_day, but=but, now=now),
        persons=persons,
        responses=responses,
        obstacle=facts.obstacle(host_ids, event_type.claim(meeting), but=but, now=now),
        waived=waived,
        shown_in=shown_in,
    )
