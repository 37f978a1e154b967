"""`client.calendar.availability`: which starts can be booked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from calbook import planning
from calbook.core import assignment, fields, hours, policy, slots, times, when
from calbook.core.model import DAY, EventType, Span
from calbook.store.facts import Facts
from calbook.values import Slot

if TYPE_CHECKING:
    from calbook.desk import Desk


class Availability:
    """Free starts, by the same rules that booking obeys."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def timezone(self, event_type_id: str, *, host_id: str | None = None) -> str:
        """The zone that an event type's bookings live in."""
        with self._desk.store.read(Facts) as facts:
            return _offer(facts, event_type_id, host_id)[2]

    def check(
        self,
        *,
        event_type_id: str,
        start_time: str | datetime,
        host_id: str | None = None,
        timezone: str | None = None,
    ) -> None:
        """Raise the refusal that booking this start would meet, whoever attends."""
        now = self._desk.clock()
        with self._desk.store.read(Facts) as facts:
            event_type, host_ids, zone = _offer(facts, event_type_id, host_id)
            asked = when.timezone(timezone) if timezone else zone
            start = when.moment(start_time, now=now, timezone=asked).instant
            policy.check(
                planning.proposal(
                    facts,
                    event_type,
                    host_ids,
                    Span(start, start + event_type.duration),
                    timezone=zone,
                    now=now,
                    shown_in=timezone,
                )
            )

    def get(
        self,
        *,
        event_type_id: str,
        start_date: str | datetime = "now",
        end_date: str | datetime | None = None,
        host_id: str | None = None,
        exclude_booking_uid: str | None = None,
        timezone: str | None = None,
        count: int | None = None,
    ) -> tuple[Slot, ...]:
        """Starts on the slot grid that an attendee may book, in order.

        From `start_date`, included, to `end_date` (a bare date includes that day; a
        week without one). The excluded booking does not stand in its own way.
        """
        now = self._desk.clock()
        with self._desk.store.read(Facts) as facts:
            event_type, host_ids, zone = _offer(facts, event_type_id, host_id)
            asked = when.timezone(timezone) if timezone else zone
            first = when.lower(start_date, now=now, timezone=asked)
            last = (
                first + 7 * DAY
                if end_date is None
                else when.upper(end_date, now=now, timezone=asked)
            )
            but = exclude_booking_uid and facts.found(exclude_booking_uid)
            starts = _free(
                facts,
                event_type,
                host_ids,
                Span(first, last),
                timezone=zone,
                now=now,
                but=but or None,
                count=count,
            )
        return tuple(
            Slot(
                {
                    "startTime": times.rfc3339(start, zone),
                    "endTime": times.rfc3339(start + event_type.duration, zone),
                    "hostId": host_ids[0],
                    "seatsLeft": event_type.seats,
                }
            )
            for start in starts
        )


def _offer(
    facts: Facts, event_type_id: str, host_id: str | None
) -> tuple[EventType, tuple[str, ...], str]:
    """What is asked for: the event type, whose time it takes, in which zone."""
    key = fields.identifier(event_type_id, "evt", "eventTypeId")
    event_type = facts.event_type(key)
    host_ids = assignment.hosts(event_type, host_id)
    return event_type, host_ids, planning.timezone(facts, event_type, host_ids)


def _free(
    facts: Facts,
    event_type: EventType,
    host_ids: tuple[str, ...],
    wanted: Span,
    *,
    timezone: str,
    now: datetime,
    but: str | None,
    count: int | None,
) -> list[datetime]:
    schedule_id, *_ = planning.schedule_ids(facts, event_type, host_ids)
    first, last = (times.local_date(edge, timezone) for edge in wanted)
    schedule = facts.schedule(schedule_id, first - 2 * DAY, last + 2 * DAY)
    wanted = Span(max(wanted.start, now + event_type.minimum_notice), wanted.end)
    free: list[datetime] = []
    for start in slots.grid(
        hours.stretches(schedule, first, last),
        timezone=schedule.timezone,
        step=event_type.grid,
        duration=event_type.duration,
    ):
        if count is not None and len(free) == count:
            break
        if not wanted.start <= start < wanted.end:
            continue
        proposal = planning.proposal(
            facts,
            event_type,
            host_ids,
            Span(start, start + event_type.duration),
            timezone=timezone,
            now=now,
            but=but,
        )
        if not policy.decide(proposal).refusals:
            free.append(start)
    return free
