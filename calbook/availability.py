"""`client.calendar.availability`: which starts can be booked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from calbook import joining, planning
from calbook.core import assignment, fields, hours, policy, slots, times, when
from calbook.core.model import DAY, EventType, Span
from calbook.looking import check_page
from calbook.planning import Wish
from calbook.store.facts import Aside, Facts
from calbook.values import Slot

if TYPE_CHECKING:
    from calbook.desk import Desk


class Availability:
    """Free starts, by the same rules that booking obeys."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def timezone(self, event_type_id: str, *, host_id: str | None = None) -> str:
        """The zone that an event type's bookings live in."""
        host = _host_id(host_id)
        with self._desk.store.read(Facts) as facts:
            return planning.timezone(facts, _event_type(facts, event_type_id), host)

    def check(
        self,
        *,
        event_type_id: str,
        start_time: str | datetime,
        host_id: str | None = None,
        timezone: str | None = None,
    ) -> None:
        """Raise the refusal that booking this start would meet, whoever attends."""
        host_id, now = _host_id(host_id), self._desk.clock()
        with self._desk.store.read(Facts) as facts:
            event_type = _event_type(facts, event_type_id)
            zone = planning.timezone(facts, event_type, host_id)
            asked = when.timezone(timezone) if timezone else zone
            start = when.moment(start_time, now=now, timezone=asked).instant
            wish = Wish(
                event_type,
                (Span(start, start + event_type.duration),),
                timezone=zone,
                now=now,
                host_id=host_id,
                shown_in=timezone,
            )
            plans = tuple(planning.plans(facts, wish))
            if planning.possible(plans, may_skip=False):
                return
            if joining.room(facts, event_type, wish) is None:
                raise planning.refusal(plans)

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
        host_id, now = _host_id(host_id), self._desk.clock()
        check_page(count, 0)
        with self._desk.store.read(Facts) as facts:
            event_type = _event_type(facts, event_type_id)
            zone = planning.timezone(facts, event_type, host_id)
            asked = when.timezone(timezone) if timezone else zone
            first = when.lower(start_date, now=now, timezone=asked)
            last = (
                first + 7 * DAY
                if end_date is None
                else when.upper(end_date, now=now, timezone=asked)
            )
            but = exclude_booking_uid and facts.found(exclude_booking_uid)
            wish = Wish(
                event_type,
                (),
                timezone=zone,
                now=now,
                host_id=host_id,
                aside=Aside(but) if but else None,
            )
            free = islice(_free(facts, wish, Span(first, last)), count)
            return tuple(_slot(wish, *found) for found in free)


def _event_type(facts: Facts, event_type_id: str) -> EventType:
    return facts.event_type(fields.identifier(event_type_id, "evt", "eventTypeId"))


def _host_id(host_id: str | None) -> str | None:
    if host_id is None:
        return None
    return fields.identifier(host_id, "user", "hostId")


def _slot(wish: Wish, start: datetime, host_id: str, seats_left: int | None) -> Slot:
    end = start + wish.event_type.duration
    return Slot(
        {
            "startTime": times.rfc3339(start, wish.timezone),
            "endTime": times.rfc3339(end, wish.timezone),
            "hostId": host_id,
            "seatsLeft": seats_left,
        }
    )


_BATCH = 200  # starts that are looked at together


def _free(
    facts: Facts, wish: Wish, wanted: Span
) -> Iterator[tuple[datetime, str, int | None]]:
    """Each free start with a host who could take it and the seats left."""
    event_type, every = wish.event_type, _starts(facts, wish, wanted)
    for batch in iter(lambda: tuple(islice(every, _BATCH)), ()):
        meetings = tuple(Span(start, start + event_type.duration) for start in batch)
        wish = wish._replace(meetings=meetings)
        hosts: dict[int, str] = {}
        shared = planning.common(facts, wish)
        for host_ids in assignment.alternatives(event_type, wish.host_id):
            for n, proposal in enumerate(
                planning.proposals(facts, wish, host_ids, shared)
            ):
                if n not in hosts and not policy.decide(proposal).refusals:
                    hosts[n] = host_ids[0]
        for n, meeting in enumerate(meetings):
            group = joining.room(facts, event_type, wish._replace(meetings=(meeting,)))
            if group is not None and event_type.seats is not None:
                left = event_type.seats - len(group.attendees)
                yield meeting.start, group.host_ids[0], left
            elif n in hosts:
                yield meeting.start, hosts[n], event_type.seats


def _starts(facts: Facts, wish: Wish, wanted: Span) -> Iterator[datetime]:
    """The grid of every schedule that a host could be booked by, in order.

    Local dates differ by two between the zones furthest apart.
    """
    first, last = (times.local_date(edge, wish.timezone) for edge in wanted)
    earliest = max(wanted.start, wish.now + wish.event_type.minimum_notice)
    schedules = dict.fromkeys(
        planning.schedule_ids(facts, wish.event_type, host_ids)[0]
        for host_ids in assignment.alternatives(wish.event_type, wish.host_id)
    )
    grids = [
        slots.grid(
            hours.stretches(schedule, first - 2 * DAY, last + 2 * DAY),
            timezone=schedule.timezone,
            step=wish.event_type.grid,
            duration=wish.event_type.duration,
        )
        for schedule in (
            facts.schedule(key, first - 4 * DAY, last + 4 * DAY) for key in schedules
        )
    ]
    previous = None
    for start in merge(*grids):
        if earliest <= start < wanted.end and start != previous:
            yield start
        previous = start
