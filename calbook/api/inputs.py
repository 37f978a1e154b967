"""The types of what goes into the library, for checkers and editors; nothing runs here.

Keys of nested objects may also be written in JSON's camelCase.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from calbook.core.model import Actor, Status

if TYPE_CHECKING:
    from calbook.api.values import json_types
    from calbook.api.values.json_types import QuestionType, Recipients, Weekday

Moment = str | datetime
Day = str | date
ActorName = Actor | Literal["attendee", "host"]
StatusName = (
    Status | Literal["PENDING", "CONFIRMED", "CANCELLED", "COMPLETED", "NO_SHOW"]
)
RuleName = (
    Literal["hours", "notice", "advance", "per-day"]
    | Literal["questions", "deadline", "past", "duration"]
)
EventName = (
    Literal["booking.created", "booking.confirmed", "booking.cancelled"]
    | Literal["booking.rescheduled", "booking.completed", "booking.no_show"]
    | Literal["booking.attendee_added", "booking.attendee_removed", "booking.updated"]
    | Literal["booking.offered", "booking.offer_ended"]
)
DeliveryStatus = Literal["pending", "delivered", "failed", "dropped"]
Grouping = Literal["event", "host", "week", "status", "attendee"]
Method = Literal["publish", "request", "cancel", "none"]
FeedMethod = Literal["publish", "none"]
ActionName = (
    Literal["cancel", "confirm", "reject", "reassign"]
    | Literal["mark_attended", "mark_no_show"]
)
LocationType = (
    Literal["GOOGLE_MEET", "ZOOM", "TEAMS", "LINK"]
    | Literal["PHONE", "PHONE_INBOUND", "IN_PERSON", "CUSTOM"]
)
ContactName = (
    Literal["EMAIL", "PHONE", "ANY", "NONE"] | Literal["email", "phone", "any", "none"]
)
OnFreeName = Literal["OFFER", "BOOK"] | Literal["offer", "book"]
SchedulingTypeName = Literal["SINGLE", "ROUND_ROBIN", "COLLECTIVE"]
RoundRobinRule = Literal[
    "LEAST_RECENT", "EQUAL_DISTRIBUTION", "AVAILABILITY_FIRST", "PRIORITY"
]
Frequency = (
    Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
    | Literal["daily", "weekly", "monthly", "yearly"]
)


class _Contact(TypedDict, total=False):
    email: str | None
    phone: str | None
    ref: str | None
    timezone: str | None
    language: str | None


class Guest(_Contact, total=False):
    """Who comes along; something is needed."""

    name: str | None


class Attendee(_Contact):
    """Who books; `contact` says what is needed, and a known `person` needs no name."""

    name: NotRequired[str]
    person: NotRequired[str | None]


class Location(TypedDict):
    """Where a meeting takes place; the second key is the one that fits the type."""

    type: LocationType
    url: NotRequired[str | None]
    phone: NotRequired[str | None]
    address: NotRequired[str | None]
    text: NotRequired[str | None]


class Recurrence(TypedDict, total=False):
    """How a series goes on: exactly one of `count` and `until` (a date, included)."""

    frequency: Frequency
    interval: int | None
    count: int | None
    until: Day | None
    by_day: str | Iterable[str] | None
    byDay: str | Iterable[str] | None


class ChangeArguments(TypedDict, total=False):
    """What every change of a booking takes besides its own arguments."""

    if_version: int | None
    notify_attendee: bool | None
    dry_run: bool


class LeaveArguments(ChangeArguments, total=False):
    """Who leaves: by one fact or several; `person` is any of them, an id or a name."""

    email: str | None
    phone: str | None
    ref: str | None
    person: str | None


class AttendanceArguments(TypedDict, total=False):
    """Who came, or all; nobody is told of it."""

    email: str | Iterable[str] | None
    phone: str | Iterable[str] | None
    ref: str | Iterable[str] | None
    person: str | Iterable[str] | None
    if_version: int | None
    dry_run: bool


class RepeatableArguments(ChangeArguments, total=False):
    """As `ChangeArguments`, for what may be asked again."""

    idempotency_key: str | None


class CancelArguments(RepeatableArguments, total=False):
    """What the short ways of cancelling pass on to `cancel`."""

    reason: str | None
    cancelled_by: ActorName


class WaitingOptions(TypedDict, total=False):
    """What `waiting.add` takes besides the event type, the time and the attendee."""

    guests: Iterable[str | Guest]
    notes: str | None
    responses: Mapping[str, Any] | None
    metadata: Mapping[str, Any] | None
    host_id: str | None
    resource_id: str | None
    location: str | Location | None
    meeting_url: str | None
    timezone: str | None
    duration: int | None
    by: ActorName
    override: Iterable[RuleName]
    recurring: Recurrence | json_types.Recurrence | None
    notify_attendee: bool | None


class NewBookingOptions(WaitingOptions, total=False):
    """What `create` takes besides the event type, the start and the attendee."""

    on_conflict: Literal["refuse", "skip", "extend"]
    idempotency_key: str | None


class HoldOptions(TypedDict, total=False):
    """What `hold` takes besides the event type and the start."""

    minutes: int
    host_id: str | None
    timezone: str | None
    duration: int | None
    by: ActorName
    override: Iterable[RuleName]
    idempotency_key: str | None


class NewBooking(NewBookingOptions):
    """One booking of `create_all`."""

    event_type_id: str
    start_time: Moment
    attendee: Attendee


class UpdateArguments(ChangeArguments, total=False):
    """What `update` corrects; None empties a field that may be empty."""

    name: str
    email: str | None
    phone: str | None
    ref: str | None
    language: str | None
    notes: str | None
    location: str | Location | None
    meeting_url: str | None
    metadata: Mapping[str, Any]
    add_guests: Iterable[str | Guest]
    remove_guests: Iterable[str]


class PersonFields(TypedDict, total=False):
    """What the book knows of a person; None empties it."""

    name: str | None
    email: str | None
    phone: str | None
    ref: str | None
    timezone: str | None
    language: str | None


class PersonFilters(TypedDict, total=False):
    """Whose bookings are meant; `person` is any of these, an id or a name."""

    attendee_email: str | None
    phone: str | None
    ref: str | None
    person: str | None


class BookingFilters(PersonFilters, total=False):
    """Which bookings are meant: those that fit all that is given."""

    status: StatusName | Iterable[StatusName] | None
    event_type_id: str | None
    host_id: str | None
    resource_id: str | None
    search: str | None
    start_date: Moment | None
    end_date: Moment | None
    timezone: str | None


class DateFilters(TypedDict, total=False):
    """As `BookingFilters`, without persons and statuses."""

    event_type_id: str | None
    host_id: str | None
    resource_id: str | None
    start_date: Moment | None
    end_date: Moment | None
    timezone: str | None


class StatisticsFilters(PersonFilters, DateFilters, total=False):
    """Which occurrences are counted."""


class Assignment(TypedDict, total=False):
    """A host's place in an event type."""

    user_id: str
    weight: int
    is_fixed: bool
    priority: int
    userId: str
    isFixed: bool


class Question(TypedDict):
    """What an attendee is asked when booking; the key is made of the label."""

    label: str
    key: NotRequired[str]
    type: NotRequired[QuestionType]
    required: NotRequired[bool]
    options: NotRequired[Iterable[str]]


class Reminder(TypedDict, total=False):
    """A mail before each meeting."""

    minutes_before: int
    minutesBefore: int
    to: Recipients


class Need(TypedDict, total=False):
    """So many of a set of hosts, or of resources."""

    count: int
    of: Iterable[str]
    rule: RoundRobinRule


class RoundRobin(TypedDict):
    """By which rule a team's hosts take turns."""

    algorithm: RoundRobinRule


class EventTypeFields(TypedDict, total=False):
    """What can be booked, and by which rules."""

    slug: str
    title: str
    description: str | None
    duration: int
    location: str | Location | None
    hosts: Iterable[str | Assignment | json_types.Assignment]
    schedule_id: str | None
    buffer_before: int
    buffer_after: int
    minimum_notice: int
    maximum_advance: int | None
    slot_interval: int | None
    slots_per_day: int | None
    requires_confirmation: bool
    allow_cancellation: bool
    cancellation_deadline: int | None
    seats: int | None
    max_occurrences: int
    questions: Iterable[Question | json_types.Question]
    scheduling_type: SchedulingTypeName
    round_robin: RoundRobinRule | RoundRobin | None
    meeting_url_template: str | None
    notify: bool
    reminders: Iterable[Reminder | json_types.Reminder]
    contact: ContactName
    on_free: OnFreeName
    hold_minutes: int
    active: bool
    metadata: Mapping[str, Any]
    needs: Iterable[str | Need | json_types.Need]


class ResourceFields(TypedDict, total=False):
    """A room or thing; without `schedule_id` it can be had at any time."""

    name: str
    kind: str
    capacity: int | None
    timezone: str
    schedule_id: str | None


class HostFields(TypedDict, total=False):
    """Who gives the time; without `schedule_id`, by `sched_work`."""

    name: str
    email: str | None
    timezone: str
    schedule_id: str


class Window(TypedDict, total=False):
    """Open time of a day: `09:00` to `17:00`, or to `24:00`."""

    start_time: str
    end_time: str
    startTime: str
    endTime: str


class WeeklyWindow(Window, total=False):
    """Open time of each such day of the week."""

    day: Weekday


class Override(TypedDict, total=False):
    """Other hours of one local date; without `availability` it is closed."""

    date: Day
    availability: Iterable[Window]
    reason: str | None
    is_available: bool
    isAvailable: bool


class ScheduleFields(TypedDict, total=False):
    """Weekly hours in one zone, and the dates that differ."""

    name: str
    timezone: str
    availability: Iterable[WeeklyWindow | json_types.WeeklyWindow]
    overrides: Iterable[Override | json_types.Override]


class _AnyWebhookFields(TypedDict, total=False):
    events: Iterable[EventName]
    headers: Mapping[str, str | None]
    allow_http: bool
    active: bool


class WebhookFields(_AnyWebhookFields, total=False):
    """Which events are sent, and how."""

    url: str


class NewWebhookFields(_AnyWebhookFields, total=False):
    """As `WebhookFields`, with a secret of one's own (`whsec_…`)."""

    secret: str | None
