"""What can be booked, when, and with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calbook.api.values.value import Value

if TYPE_CHECKING:
    from calbook.api.catalog_inputs import RoundRobin
    from calbook.api.inputs import Location, SchedulingTypeName
    from calbook.api.values import json_types


class Host(Value):
    """Who gives the time.

    id, name: `user_…`, and what people read
    email: where notices go and who invitations are from; None without
    timezone: in which the host's days are meant
    schedule_id: the hours, for event types without a schedule of their own
    retired_at: from when on nobody books it, RFC 3339 text in `timezone`; else None
    limits: how much a host does in a period, over all event types: `6/day`, `8h/day`
    language: that of mail to the host and to attendees who have said none, as in `de`
    """

    id: str
    name: str
    email: str | None
    timezone: str
    schedule_id: str
    retired_at: str | None
    limits: list[str]
    language: str | None


class Resource(Value):
    """A room or thing that bookings need.

    id, name: `res_…`, and what people read
    kind: what it is: room, device, …
    capacity: how many persons it holds; None is no limit
    timezone: in which its days are meant
    schedule_id: when it can be had
    """

    id: str
    name: str
    kind: str
    capacity: int | None
    timezone: str
    schedule_id: str


class Schedule(Value):
    """Weekly hours in one zone, and the dates that differ.

    id, name: `sched_…`, and what people read
    timezone: the zone of the hours
    availability: the weekly windows, Monday first
    overrides: dates with other hours, or closed
    """

    id: str
    name: str
    timezone: str
    availability: list[json_types.WeeklyWindow]
    overrides: list[json_types.Override]


class EventType(Value):
    """What can be booked, and by which rules; lengths are minutes, None is no limit.

    id: `evt_…`
    slug: the short name, which can be changed
    title, description: what people read, who book from now on
    duration: how long a meeting is, unless another of `durations` is chosen
    durations: the lengths that one may choose, `duration` first
    location: where it takes place, unless a booking says otherwise
    hosts: who gives the time
    schedule_id: the hours; None for each host's own
    availability: hours of its own, within those; None where it has none
    buffer_before, buffer_after: the host's time held around a meeting
    minimum_notice, maximum_advance: the soonest start, and the last by local dates
    first_date, last_date: local dates between which a start may be, both included
    slot_interval: from one offered start to the next
    slots_per_day: how many bookings a local day takes
    requires_confirmation: whether the host says yes to each first
    allow_cancellation: whether attendees may cancel and move
    cancellation_deadline: until how long before the start they may
    seats: how many persons fit into one meeting; None where it is no group
    max_occurrences: how long a series may be
    questions: what attendees are asked
    scheduling_type, round_robin: how several hosts share, and by which rule
    meeting_url_template: makes the link of each booking
    notify: whether attendees are told by e-mail unless a call says otherwise
    reminders: mails before each meeting
    contact: what an attendee is asked for: EMAIL, PHONE, ANY or NONE
    on_free: what becomes of who waits for time that is freed: OFFER or BOOK
    hold_minutes: for how long it is offered
    on_decline: what becomes of an attendee's no by mail: RECORD or CANCEL
    active: whether it can be booked
    metadata: any JSON object of the caller's
    needs: so many of each of these sets, beside or instead of `hosts`
    limits: how much is booked in a period, `slots_per_day` too: `10/week`, `8h/day`
    max_in_a_row, break_after: how many meetings of a host, until so much is free
    per_person, per_person_open: how much a person books, and how much is to come
    no_double: whether nobody may be in another booking at the same time
    count_window: in how many days EQUAL_DISTRIBUTION counts; None since the last joined
    """

    id: str
    slug: str
    title: str
    description: str | None
    duration: int
    durations: list[int]
    location: Location | None
    hosts: list[json_types.Assignment]
    schedule_id: str | None
    availability: list[json_types.WeeklyWindow] | None
    buffer_before: int
    buffer_after: int
    minimum_notice: int
    maximum_advance: int | None
    first_date: str | None
    last_date: str | None
    slot_interval: int
    slots_per_day: int | None
    requires_confirmation: bool
    allow_cancellation: bool
    cancellation_deadline: int | None
    seats: int | None
    max_occurrences: int
    questions: list[json_types.Question]
    scheduling_type: SchedulingTypeName
    round_robin: RoundRobin | None
    meeting_url_template: str | None
    notify: bool
    reminders: list[json_types.Reminder]
    contact: json_types.ContactName
    on_free: json_types.OnFreeName
    hold_minutes: int
    on_decline: json_types.OnDeclineName
    active: bool
    metadata: dict[str, Any]
    needs: list[json_types.Need]
    limits: list[str]
    max_in_a_row: int | None
    break_after: int | None
    count_window: int | None
    per_person: list[str]
    per_person_open: int | None
    no_double: bool

    @property
    def bookings_without_needs(self) -> list[json_types.BookedDate]:
        """The dates to come that do not have what is needed by now.

        After an `update` of `needs`; in JSON only where there are any.
        """
        found: list[json_types.BookedDate] = self._json.get("bookingsWithoutNeeds", [])
        return found

    @property
    def bookings_claimed(self) -> list[json_types.BookedDate]:
        """The dates to come that were given what they lacked, by `claim_existing`."""
        found: list[json_types.BookedDate] = self._json.get("bookingsClaimed", [])
        return found

    @property
    def bookings_keeping_text(self) -> int:
        """How many bookings to come stay as people were told of them.

        After an `update` of title, description or location; in JSON only where any do.
        """
        number: int = self._json.get("bookingsKeepingText", 0)
        return number

    @property
    def bookings_changed(self) -> list[json_types.ChangedBooking]:
        """The bookings to come into which an `update` was written, by start.

        In JSON only where it was to be, with `apply_to_coming`.
        """
        changed: list[json_types.ChangedBooking] = self._json.get("bookingsChanged", [])
        return changed
