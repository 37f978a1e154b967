"""The values that calbook decides about: frozen, without clock, file or database.

An instant is an aware datetime in UTC, so that differences are elapsed time (two
datetimes of one zone would be subtracted by wall clock). Named tuples, because
every command loads them and ten data classes would cost a bare Python start; and
without the future import, under which typing would compile each annotation.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NO_TIME = timedelta(0)

LONGEST_DURATION = 1440 * MINUTE
LONGEST_BUFFER = 1440 * MINUTE
LONGEST_CLAIM = LONGEST_BUFFER + LONGEST_DURATION + LONGEST_BUFFER


class Status(StrEnum):
    """Where a booking or occurrence is in its life, as the clock sees it."""

    PENDING = "PENDING"  # awaits the host's word
    CONFIRMED = "CONFIRMED"  # will take place, or is taking place
    CANCELLED = "CANCELLED"  # will not take place; `Resolution` says how it ended
    COMPLETED = "COMPLETED"  # its end has passed
    NO_SHOW = "NO_SHOW"  # the attendee did not come


class Resolution(StrEnum):
    """How a cancelled one ended."""

    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"  # its start came before the host's word
    CONFLICT = "conflict"  # a date of a series that was never free


class Actor(StrEnum):
    """Who asks."""

    ATTENDEE = "attendee"  # obeys every rule
    HOST = "host"  # may pass rules with an override
    SYSTEM = "system"  # time itself


class Attendance(StrEnum):
    """Whether somebody came; time passing says nothing about it."""

    UNKNOWN = "unknown"
    ATTENDED = "attended"
    NO_SHOW = "no_show"


class SchedulingType(StrEnum):
    """How the hosts of an event type share its bookings."""

    SINGLE = "SINGLE"
    ROUND_ROBIN = "ROUND_ROBIN"
    COLLECTIVE = "COLLECTIVE"


class Span(NamedTuple):
    """A half-open stretch of time `[start, end)` in UTC."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end


# -- what can be booked, and when ----------------------------------------------


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


class Question(NamedTuple):
    """What an attendee is asked when booking."""

    key: str
    label: str
    type: str
    required: bool = False
    options: tuple[str, ...] = ()


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

    @property
    def lengths(self) -> tuple[timedelta, ...]:
        """How long a meeting may be without an override."""
        return self.durations or (self.duration,)

    @property
    def asks_persons(self) -> bool:
        """Whether what somebody has booked elsewhere counts."""
        return bool(self.per_person or self.per_person_open or self.no_double)

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

    def with_duration(self, duration: timedelta) -> "EventType":
        """The same with meetings of one length, on the grid that it has."""
        return self._replace(duration=duration, slot_interval=self.step)

    def claimed_span(self, meeting: Span) -> Span:
        """The meeting with this event type's buffers around it."""
        return Span(meeting.start - self.buffer_before, meeting.end + self.buffer_after)


# -- what was booked -------------------------------------------------------------


class Attendee(NamedTuple):
    """A person in a booking: a name, an e-mail, a phone or a customer number.

    Who is the same person is told by `core.people`. Who joined a group brought answers,
    notes and metadata; the primary's stand on the booking itself. On which dates each
    takes part is told by `booking.participation`.
    """

    email: str | None = None
    name: str | None = None
    phone: str | None = None
    timezone: str | None = None
    responses: Mapping[str, Any] = {}
    notes: str | None = None
    metadata: Mapping[str, Any] = {}
    ref: str | None = None  # the number that a business knows a customer by
    language: str | None = None  # a BCP 47 tag
    person_id: str | None = None  # in the book of people; None until saved
    only_on: tuple[date, ...] = ()  # of a drop-in in a series the dates, else all
    absent_on: tuple[date, ...] = ()


class GivenStart(NamedTuple):
    """A start as it was given, so that a later change of zone rules can be seen."""

    instant: datetime
    wall: datetime  # naive, in `timezone`
    timezone: str
    by_offset: bool  # the person wrote an offset, not a wall time


class Occurrence(NamedTuple):
    """One meeting of a booking.

    `recurrence_id` is the original start and the key within the booking (RFC 5545,
    3.8.4.4); `date` its local date; both stay when one of a series moves. `status` is
    what was last said, not what time has made of it: ask `effective_status`.
    `attendances` are those of single persons, by `people.person_key`. `host_ids` are
    of a date that was handed over; without, the booking's give the time.
    """

    recurrence_id: datetime
    date: date
    start: GivenStart
    span: Span
    claim: Span
    status: Status
    resolution: Resolution | None = None
    cancelled_by: Actor | None = None
    reason: str | None = None
    attendance: Attendance = Attendance.UNKNOWN
    attendances: Mapping[str, Attendance] = {}
    is_recorded: bool = False  # the event for what time did has been written
    move_reason: str | None = None  # of the last move
    host_ids: tuple[str, ...] = ()
    held_until: datetime | None = None  # of a hold; before its start

    @property
    def expires_at(self) -> datetime:
        """When a request ends that nobody has answered."""
        return self.held_until or self.span.start


class BookingTerms(NamedTuple):
    """The event type's rules that bind a booking for life, as of its making."""

    requires_confirmation: bool
    allow_cancellation: bool
    cancellation_deadline: timedelta | None
    questions: tuple[Question, ...] = ()


class Booking(NamedTuple):
    """One event type booked by one or more attendees for one or more occurrences.

    `host_ids` are its hosts, and behind them the resources that it needs.

    `occurrences` are in the order of their `recurrence_id`. `title`, `description`,
    `location` and `is_group` are the event type's as of its making, as people were
    told of them.
    """

    uid: str
    event_type_id: str
    host_ids: tuple[str, ...]
    timezone: str
    occurrences: tuple[Occurrence, ...]
    attendees: tuple[Attendee, ...]  # the primary first
    policy: BookingTerms
    created_at: datetime
    updated_at: datetime
    location: Mapping[str, str] | None = None
    meeting_url: str | None = None
    notes: str | None = None
    responses: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] = {}
    recurring: "Recurrence | None" = None
    overrides: tuple[str, ...] = ()
    sequence: int = 0
    version: int = 0
    title: str = ""
    description: str | None = None
    is_group: bool = False
    is_told: bool = False  # people had mail about it
    has_own_location: bool = False  # no event type's

    @property
    def attendee(self) -> Attendee:
        return self.attendees[0]

    @property
    def guests(self) -> tuple[Attendee, ...]:
        return self.attendees[1:]

    @property
    def is_hold(self) -> bool:
        """Whether it is only held: nobody is in it yet."""
        return self.attendees == (Attendee(),)

    @property
    def is_offer(self) -> bool:
        """Whether it is held for somebody who waited, and has not said yes yet."""
        held = any(
            o.held_until is not None and o.status is Status.PENDING
            for o in self.occurrences
        )
        return held and not self.is_hold

    def hosts_of(self, occurrence: Occurrence) -> tuple[str, ...]:
        """Who gives the time of one of its meetings."""
        return occurrence.host_ids or self.host_ids

    @property
    def first_hosts(self) -> tuple[str, ...]:
        """Who gives the time of its first meeting."""
        return self.hosts_of(min(self.occurrences, key=lambda o: o.span))

    @property
    def single(self) -> Occurrence:
        """The only occurrence of a booking that does not recur."""
        assert len(self.occurrences) == 1
        return self.occurrences[0]


class Claim(NamedTuple):
    """A host's time held by an occurrence: the meeting and its buffers."""

    host_id: str
    span: Span
    uid: str
    recurrence_id: datetime


class Event(NamedTuple):
    """Something that happened to a booking; audit log and outbox are made of these.

    `about` are the occurrences of a series that it happened to, by `recurrence_id`;
    none means the booking as a whole.
    """

    type: str
    uid: str
    at: datetime
    by: Actor
    change: Mapping[str, Any] = {}
    about: frozenset[datetime] = frozenset()
