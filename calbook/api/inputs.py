"""The types of what goes into the library, for checkers and editors; nothing runs here.

Keys of nested objects may also be written in JSON's camelCase.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, NotRequired, Required, TypedDict

from calbook.core.model import Actor, Status

if TYPE_CHECKING:
    from calbook.api.values import json_types

Moment = str | datetime
Day = str | date
Days = Day | Iterable[Day]
ActorName = Actor | Literal["attendee", "host"]
StatusName = (
    Status | Literal["PENDING", "CONFIRMED", "CANCELLED", "COMPLETED", "NO_SHOW"]
)
RuleName = (
    Literal["hours", "dates", "notice", "advance", "per-day", "limit"]
    | Literal["questions", "deadline", "past", "duration"]
)
EventName = (
    Literal["booking.created", "booking.confirmed", "booking.cancelled"]
    | Literal["booking.rescheduled", "booking.completed", "booking.no_show"]
    | Literal["booking.attendee_added", "booking.attendee_removed", "booking.updated"]
    | Literal["booking.offered", "booking.offer_ended", "booking.replied"]
    | Literal["booking.restored"]
    | Literal["booking.counter_declined"]
)
DeliveryStatus = Literal["pending", "delivered", "failed", "dropped"]
Grouping = Literal["event", "host", "resource", "week", "month", "status", "attendee"]
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
OnDeclineName = Literal["RECORD", "CANCEL"] | Literal["record", "cancel"]
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
    """Who books; `contact` says what is needed, and a known `person` needs no name.

    person: by what the book of people knows who it is
    """

    name: NotRequired[str]
    person: NotRequired[str | None]


class Location(TypedDict):
    """Where a meeting takes place; the second key is the one that fits the type.

    type: how people meet
    url, phone, address, text: where
    """

    type: LocationType
    url: NotRequired[str | None]
    phone: NotRequired[str | None]
    address: NotRequired[str | None]
    text: NotRequired[str | None]


class Recurrence(TypedDict, total=False):
    """How a series goes on: exactly one of `count` and `until`.

    frequency, interval: each so many days, weeks, months or years
    count, until: how many dates, or until which, included
    by_day: on which days of the week, as MO, and in a month as 2TU or -1FR
    """

    frequency: Required[Frequency]
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
    idempotency_key: str | None


class OnePerson(TypedDict, total=False):
    """Who is meant: by one fact or several; `person` is any, an id or a name."""

    email: str | None
    phone: str | None
    ref: str | None
    person: str | None


class LeaveArguments(OnePerson, ChangeArguments, total=False):
    """Who leaves."""


class AttendanceArguments(TypedDict, total=False):
    """Who came, or all; nobody is told of it."""

    email: str | Iterable[str] | None
    phone: str | Iterable[str] | None
    ref: str | Iterable[str] | None
    person: str | Iterable[str] | None
    if_version: int | None
    dry_run: bool
    idempotency_key: str | None


class CancelArguments(ChangeArguments, total=False):
    """What the short ways of cancelling pass on to `cancel`."""

    reason: str | None
    by: ActorName | None
    cancelled_by: ActorName | None


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
    notify_attendee: bool | None
    reopen: bool


class HoldOptions(TypedDict, total=False):
    """What `hold` takes besides the event type and the start."""

    minutes: int
    host_id: str | None
    resource_id: str | None
    timezone: str | None
    duration: int | None
    by: ActorName
    override: Iterable[RuleName]
    idempotency_key: str | None
    reopen: bool


class NewBooking(NewBookingOptions):
    """One booking of `create_all`."""

    event_type_id: str
    start_time: Moment
    attendee: Attendee


class BookingLine(NewBookingOptions, total=False):
    """A line of `create --input`; null is as good as no key.

    event_type_id: what is booked; needed without `hold`
    start_time: when, as `calbook help times` says; needed without `hold`
    hold: the uid of what was held for it, which says both
    attendee: who books
    guests: who comes along
    notes: the attendee's words
    responses: answers by their questions' keys
    metadata: any JSON object of yours
    host_id: with whom; whose turn it is without it
    resource_id: in which room, or with which thing
    location: where it takes place
    meeting_url: the link
    timezone: the zone in which a time without offset is read
    duration: the length in minutes, where there are several
    by: who asks
    override: the rules that the host passes
    recurring: how a series goes on
    on_conflict: what becomes of a series with dates in the way
    idempotency_key: of two lines with the same one, the second is the first
    notify_attendee: whether the attendee is told by e-mail
    reopen: begin a group also where one was cancelled
    """

    event_type_id: str
    start_time: str
    attendee: Required[Attendee]
    hold: str


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
    person: str | None
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


class _OfHost(TypedDict, total=False):
    host_id: str | None
    resource_id: str | None
    timezone: str | None


class AgendaOptions(PersonFilters, _OfHost, total=False):
    """What `agenda` takes."""

    start_date: Moment
    end_date: Moment | None
    days: int | None
    event_type_id: str | None


class DayOptions(_OfHost, total=False):
    """What `day` takes."""

    on: Day


class WeekOptions(_OfHost, total=False):
    """What `week` takes."""

    of: Moment | None
    week_start: str


class MonthOptions(_OfHost, total=False):
    """What `month` takes."""

    of: Moment
    event_type_id: str | None


class StatisticsFilters(PersonFilters, DateFilters, total=False):
    """Which occurrences are counted."""


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


class ConnectionFields(TypedDict, total=False):
    """What a connected calendar is for, and how it is reached."""

    busy: bool
    push: bool
    free_busy: bool
    careful: bool
    shows_text: bool
    user: str | None
    password_command: str | None
    password_env: str | None
    allow_private: bool


class ConnectionChanges(ConnectionFields, total=False):
    """As `ConnectionFields`, with its place."""

    source: str | os.PathLike[str]
