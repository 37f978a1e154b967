"""The values of bookings and of time: frozen, without clock, file or database.

An instant is an aware datetime in UTC, so that differences are elapsed time (two
datetimes of one zone would be subtracted by wall clock). Named tuples, because
every command loads them and ten data classes would cost a bare Python start.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from calbook.core.typing_names import TYPE_CHECKING, Any, NamedTuple

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


class Span(NamedTuple):
    """A half-open stretch of time `[start, end)` in UTC."""

    start: datetime
    end: datetime

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def covers(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


# -- what was booked -------------------------------------------------------------


class Reply(NamedTuple):
    """What an attendee answered to an invitation, to all of a booking or to one date.

    `sequence` and `stamped_at` tell which of two came later (RFC 5546, 2.1.5). A date
    whose time has changed since is to be answered again: that is a `partstat` of
    NEEDS-ACTION, over what was answered to all.
    """

    partstat: str  # RFC 5545, 3.2.12
    sequence: int
    stamped_at: datetime
    replied_at: datetime  # when it was read
    day: date | None = None  # the original local one; None of all


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
    replies: tuple[Reply, ...] = ()


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


class Question(NamedTuple):
    """What an attendee is asked when booking."""

    key: str
    label: str
    type: str
    required: bool = False
    options: tuple[str, ...] = ()


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
    recurring: Recurrence | None = None
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
        [first, *others] = self.attendees
        is_named = first.name or first.email or first.phone or first.ref
        return not (others or is_named) and any(o.held_until for o in self.occurrences)

    @property
    def is_offer(self) -> bool:
        """Whether it is held for somebody who waited, and has not said yes yet."""
        return self.is_held and not self.is_hold

    @property
    def is_held(self) -> bool:
        """Whether it is a hold or an offer: no group that others could join."""
        return any(
            o.held_until is not None and o.status is Status.PENDING
            for o in self.occurrences
        )

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
