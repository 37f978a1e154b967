"""What somebody wants of an event type's time, and when that time is.

Light: whoever only lists free starts needs no rule that decides about one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain

from calbook.core import needs
from calbook.core.assignment import LEAST_RECENT, DatesHosts, HostIds, check_asked
from calbook.core.catalog import EventType, Host, Need, Schedule
from calbook.core.errors import BadInput, UsageError
from calbook.core.members import hosts_among, resources_among
from calbook.core.model import DAY, MINUTE, Attendee, GivenStart, Span
from calbook.core.time import open_hours, times
from calbook.core.typing_names import TYPE_CHECKING, Any, NamedTuple, Protocol
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
    takers: Mapping[str, DatesHosts] = {}  # who may take it, each with all of each date
    attendees: tuple[Attendee, ...] = ()  # as far as they are known
    notify: bool | None = None  # else as the event type says
    resource_id: str | None = None
    kept: HostIds = ()  # resources that it has, and keeps if it can
    seated: int = 0  # persons whom a room has to hold, if not `persons`
    own_needs: tuple[Need, ...] = ()  # instead of the event type's
    extends: bool = False  # a series that is there, whose dates lie ahead of it
    duration: timedelta | None = None  # that was chosen; of a group it must be the same
    reopens: bool = False  # also where a group was cancelled

    @property
    def needs(self) -> tuple[Need, ...]:
        """Whose time it takes: so many of each of these sets."""
        if self.own_needs:
            return self.own_needs
        if self.takers:
            rule = self.event_type.round_robin or LEAST_RECENT
            kept = needs.needs_of_kept(self.event_type, self.kept)
            return (Need(1, tuple(self.takers), rule), *kept)
        return needs.needs_of(self.event_type)

    @property
    def heeds_cancelled(self) -> bool:
        """Whether a new group may not begin where another one was cancelled."""
        is_new = self.move is None and not self.extends and not self.own_needs
        return is_new and self.event_type.seats is not None and not self.reopens

    @property
    def wanted(self) -> tuple[str, ...]:
        """Who was asked for by name."""
        members = needs.members_of(self.needs)
        return tuple(id for id in (self.host_id, self.resource_id) if id in members)

    @property
    def leads(self) -> tuple[str, ...]:
        """Who could stand first: whose grid it is, and whose booking above all."""
        first = self.needs[0]
        asked = tuple(id for id in self.wanted if id in first.ids)
        return (asked or first.ids) if needs.has_choice(first) else first.ids[:1]

    def members_on(self, number: int, ids: Iterable[str]) -> HostIds:
        """Who gives the time of a date when these take it, hosts first."""
        found: list[str] = []
        for id in ids:
            found += self.takers[id][number] if id in self.takers else (id,)
        return tuple(dict.fromkeys(found))

    def other_starts(self, first: datetime) -> tuple[datetime, ...]:
        """Of a series that moves: where its other dates go along with the first."""
        if self.move is None:
            return ()
        return tuple(meeting.start for meeting in self.move.meetings(first)[1:])


class HostReader(Protocol):
    def host(self, key: str) -> Host: ...


class KnownHosts:
    """Hosts and resources read together when the first is asked for, and each once."""

    def __init__(self, facts: Facts, request: BookingRequest) -> None:
        self._facts, self._request = facts, request
        self._known: dict[str, Host] = {}

    def host(self, key: str) -> Host:
        if not self._known:
            rows = chain.from_iterable(self._request.takers.values())
            needed = needs.members_of(self._request.needs)
            self._known = self._facts.hosts({key, *needed, *chain.from_iterable(rows)})
        if key not in self._known:
            self._known[key] = self._facts.host(key)
        return self._known[key]


def hosts_with_sender(
    hosts: HostReader, request: BookingRequest, free: Sequence[str]
) -> Sequence[str]:
    """Where people are to be told, those hosts who have an e-mail address, if any."""
    notifies = request.event_type.notify if request.notify is None else request.notify
    if not notifies:
        return free
    found = [id for id in free if hosts.host(id).email is not None]
    return found or free


def smallest_room(hosts: HostReader, ids: Iterable[str]) -> tuple[int, str] | None:
    """Of resources the one that holds fewest persons, with how many that are."""
    resources = resources_among(ids)
    if not resources:
        return None
    every = ((hosts.host(id).capacity, id) for id in resources)
    return min(((n, id) for n, id in every if n is not None), default=None)


def schedule_ids(
    facts: HostReader, event_type: EventType, host_ids: HostIds
) -> tuple[str, ...]:
    """The schedules that must be open: the event type's, else each host's.

    And those of the resources, whose hours the event type's do not replace.
    """
    hosts, own = hosts_among(host_ids), event_type.schedule_id
    schedules = [own] if own and hosts else [facts.host(h).schedule_id for h in hosts]
    schedules += [facts.host(r).schedule_id for r in resources_among(host_ids)]
    return tuple(dict.fromkeys(schedules))


def own_schedule(event_type: EventType, timezone: str) -> Schedule | None:
    """The hours of the event type itself, in its bookings' zone, as a schedule."""
    if event_type.weekly is None:
        return None
    return Schedule("", event_type.id, timezone, event_type.weekly, {})


def own_open_time(
    event_type: EventType, timezone: str, meetings: Sequence[Span]
) -> tuple[Sequence[tuple[Span, ...]], ...]:
    """For each meeting its open time near it; one more that must be open, or none."""
    own = own_schedule(event_type, timezone)
    return () if own is None else (open_hours.open_stretches_near(own, meetings),)


def booking_timezone(
    facts: Facts,
    event_type: EventType,
    host_id: str | None,
    resource_id: str | None = None,
) -> str:
    """The zone that the bookings live in: the first schedule's.

    A team's first host lends it the zone, whoever is asked for or has the turn.

    Raises:
        NotFound: there is no such host or resource.
        BadInput: it is none of the event type's.
    """
    for id in filter(None, (host_id, resource_id)):
        facts.host(id)
        check_asked(event_type, id)
    first, *_ = schedule_ids(facts, event_type, (event_type.hosts[0].host_id,))
    return facts.timezone_of(first)


def unknown_duration(event_type: EventType, **hints: str) -> UsageError:
    """What refuses a length that nobody may choose."""
    *others, last = (str(length // MINUTE) for length in event_type.lengths)
    said = " or ".join(filter(None, [", ".join(others), last]))
    return UsageError(f"a booking of {event_type.id} takes {said} minutes", **hints)


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
    found = recurrence.starts(rule, wall, timezone, most=most)
    return (first, *(start.instant for start in found[1:])) if found else ()


def day_span(day: date, timezone: str) -> Span:
    """The time in which a booking counts for a local date."""
    return Span(times.day_start(day, timezone), times.day_start(day + DAY, timezone))
