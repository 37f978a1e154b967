"""The values of what can be booked, from whom and when; see `core.model`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from calbook.core.members import is_resource
from calbook.core.model import MINUTE, NO_TIME, Question, Span
from calbook.core.typing_names import Any, NamedTuple


class SchedulingType(StrEnum):
    """How the hosts of an event type share its bookings."""

    SINGLE = "SINGLE"
    ROUND_ROBIN = "ROUND_ROBIN"
    COLLECTIVE = "COLLECTIVE"


class Hours(NamedTuple):
    """A window of local time, counted from the midnight its date starts with.

    `end` is later than `start`; past 24 hours it lies on the next date.
    """

    start: timedelta
    end: timedelta


class DateOverride(NamedTuple):
    """Other hours for one local date; none at all closes it."""

    date: date
    hours: tuple[Hours, ...] = ()
    reason: str | None = None


class Schedule(NamedTuple):
    """Weekly hours in one zone (`weekly[0]` is Monday) and the dates that differ."""

    id: str
    name: str
    timezone: str
    weekly: tuple[tuple[Hours, ...], ...]
    overrides: Mapping[date, DateOverride]


class Limit(NamedTuple):
    """How much may be booked in a period: a number of meetings, or minutes of them.

    The periods are local dates, ISO weeks and calendar months.
    """

    most: int
    period: str  # day, week or month
    is_length: bool = False


class Host(NamedTuple):
    """Who gives the time; nobody books it from `retired_at` on.

    Of another kind it is a room or thing that is needed.
    """

    id: str
    name: str
    email: str | None
    timezone: str
    schedule_id: str
    kind: str = "host"
    capacity: int | None = None  # persons who fit in
    retired_at: datetime | None = None
    limits: tuple[Limit, ...] = ()  # over all event types, in the host's zone
    language: str | None = None  # a BCP 47 tag; of their attendees who have said none


class Assignment(NamedTuple):
    """A host's place in an event type."""

    host_id: str
    weight: int = 1
    is_fixed: bool = False
    priority: int = 0


class Need(NamedTuple):
    """So many of a set of hosts, or of resources; by the rule it is somebody's turn."""

    number: int
    ids: tuple[str, ...]
    rule: str = "LEAST_RECENT"

    @property
    def is_of_resources(self) -> bool:
        return is_resource(self.ids[0])


class Reminder(NamedTuple):
    """A mail before each meeting: to the attendee, the host, or all of them."""

    before: timedelta
    to: str = "attendee"


class EventType(NamedTuple):
    """What can be booked, and by which rules."""

    id: str
    slug: str
    title: str
    duration: timedelta = 30 * MINUTE
    description: str | None = None
    location: Mapping[str, str] | None = None
    hosts: tuple[Assignment, ...] = ()
    schedule_id: str | None = None
    buffer_before: timedelta = NO_TIME
    buffer_after: timedelta = NO_TIME
    minimum_notice: timedelta = NO_TIME
    maximum_advance: int | None = None  # local dates, not elapsed days
    slot_interval: timedelta | None = None
    slots_per_day: int | None = None
    requires_confirmation: bool = False
    allow_cancellation: bool = True
    cancellation_deadline: timedelta | None = None
    seats: int | None = None
    max_occurrences: int = 730
    questions: tuple[Question, ...] = ()
    scheduling_type: SchedulingType = SchedulingType.SINGLE
    round_robin: str | None = None
    meeting_url_template: str | None = None
    notify: bool = False
    reminders: tuple[Reminder, ...] = ()
    contact: str = "ANY"  # what an attendee is asked for, see `core.people`
    on_free: str = "OFFER"  # what becomes of who waits for time, see `booking.waiting`
    hold_minutes: int = 60  # for how long that is offered
    on_decline: str = "RECORD"  # what becomes of an attendee's no, see ON_DECLINE
    active: bool = True
    metadata: Mapping[str, Any] = {}
    needs: tuple[Need, ...] = ()
    durations: tuple[timedelta, ...] = ()  # to choose from; the usual one first
    first_date: date | None = None  # local dates of a start, both included
    last_date: date | None = None
    weekly: tuple[tuple[Hours, ...], ...] | None = None  # its own, within its hosts'
    limits: tuple[Limit, ...] = ()  # besides `slots_per_day`
    max_in_a_row: int | None = None  # of all meetings of a host,
    break_after: timedelta | None = None  # until so much is free
    count_window: int | None = None  # days in which EQUAL_DISTRIBUTION counts
    per_person: tuple[Limit, ...] = ()
    per_person_open: int | None = None  # bookings that are to come
    no_double: bool = False  # nobody is in two bookings at the same time
    heeds_double: bool = False  # some event type, this or another, has `no_double`

    @property
    def lengths(self) -> tuple[timedelta, ...]:
        """How long a meeting may be without an override."""
        return self.durations or (self.duration,)

    @property
    def asks_persons(self) -> bool:
        """Whether what somebody has booked elsewhere counts."""
        return bool(self.per_person or self.per_person_open or self.heeds_double)

    @property
    def all_limits(self) -> tuple[Limit, ...]:
        """With `slots_per_day`, which is one of them under a name of its own."""
        if self.slots_per_day is None:
            return self.limits
        return (Limit(self.slots_per_day, "day"), *self.limits)

    @property
    def step(self) -> timedelta:
        return self.slot_interval or min(self.lengths)

    def takes_date(self, day: date) -> bool:
        """Whether a start of a local date is within its first and last."""
        return (self.first_date or day) <= day <= (self.last_date or day)

    def with_duration(self, duration: timedelta) -> EventType:
        """The same with meetings of one length, on the grid that it has."""
        if duration == self.duration:
            return self
        return self._replace(duration=duration, slot_interval=self.step)

    def claimed_span(self, meeting: Span) -> Span:
        """The meeting with this event type's buffers around it."""
        if not (self.buffer_before or self.buffer_after):
            return meeting
        return Span(meeting.start - self.buffer_before, meeting.end + self.buffer_after)

    def claimed_spans(self, meetings: tuple[Span, ...]) -> tuple[Span, ...]:
        if not (self.buffer_before or self.buffer_after):
            return meetings
        return tuple(map(self.claimed_span, meetings))
