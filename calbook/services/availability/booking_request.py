"""What somebody wants of an event type's time, and when that time is.

Light: whoever only lists free starts needs no rule that decides about one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core.assignment import HostIds, host_alternatives
from calbook.core.errors import BadInput
from calbook.core.model import DAY, Attendee, EventType, GivenStart, Span
from calbook.core.time import times
from calbook.store.facts import Exclusion, Facts

if TYPE_CHECKING:
    from calbook.core.booking.series import Move
    from calbook.core.time.recurrence import Recurrence


class BookingRequest(NamedTuple):
    """Meetings that somebody wants, before it is known whose time they take."""

    event_type: EventType
    meetings: tuple[Span, ...]
    timezone: str
    now: datetime
    host_id: str | None = None
    persons: int = 1
    responses: Mapping[str, Any] | None = None  # None: the questions are not asked
    exclusion: Exclusion | None = None
    overridden: frozenset[str] = frozenset()
    display_timezone: str | None = None
    skips_conflicts: bool = False  # dates in the way are left out, the others booked
    move: Move | None = None  # of a booking that is there already
    host_ids: HostIds = ()  # whom it stays with
    attendees: tuple[Attendee, ...] = ()  # as far as they are known
    notify: bool | None = None  # else as the event type says

    @property
    def alternatives(self) -> tuple[HostIds, ...]:
        """Each set of hosts that could take it together."""
        if self.host_ids:
            return (self.host_ids,)
        return host_alternatives(self.event_type, self.host_id)

    def other_starts(self, first: datetime) -> tuple[datetime, ...]:
        """Of a series that moves: where its other dates go along with the first."""
        if self.move is None:
            return ()
        return tuple(meeting.start for meeting in self.move.meetings(first)[1:])


def schedule_ids(
    facts: Facts, event_type: EventType, host_ids: HostIds
) -> tuple[str, ...]:
    """The schedules that must be open: the event type's, else each host's."""
    if event_type.schedule_id is not None:
        return (event_type.schedule_id,)
    return tuple(dict.fromkeys(facts.host(host).schedule_id for host in host_ids))


def booking_timezone(facts: Facts, event_type: EventType, host_id: str | None) -> str:
    """The zone that the bookings live in: the first schedule's.

    A team's first host lends it the zone, whoever is asked for or has the turn.

    Raises:
        NotFound: there is no such host.
        BadInput: it is none of the event type's.
    """
    if host_id is not None:
        facts.host(host_id)
        host_alternatives(event_type, host_id)
    first, *_ = schedule_ids(facts, event_type, (event_type.hosts[0].host_id,))
    return facts.timezone_of(first)


def meeting_span(start: GivenStart, duration: timedelta, timezone: str) -> Span:
    """The meeting that begins with a start.

    Raises:
        BadInput: it would end after the last year there is.
    """
    end = start.instant + duration
    if end.year > times.LAST_YEAR:
        raise BadInput(
            f"{times.rfc3339(start.instant, timezone)} is too far in the future",
            field="startTime",
        )
    return Span(start.instant, end)


def series_starts(
    event_type: EventType, rule: Recurrence | None, first: datetime, timezone: str
) -> tuple[datetime, ...]:
    """The first start and those that follow from it; none where no series may begin.

    Raises:
        BadInput: the series would be longer than one may be.
    """
    if rule is None:
        return (first,)
    from calbook.core.time import recurrence  # slow to import

    wall = times.wall_time(first, timezone)
    if not recurrence.can_start_on(rule, wall.date()):
        return ()
    most = event_type.max_occurrences
    _, *others = recurrence.starts(rule, wall, timezone, most=most)
    return (first, *(start.instant for start in others))


def day_span(day: date, timezone: str) -> Span:
    """The time in which a booking counts for a local date."""
    return Span(times.day_start(day, timezone), times.day_start(day + DAY, timezone))
