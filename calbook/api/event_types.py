"""`client.calendar.event_types`: what can be booked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.api.entries import Entries
from calbook.api.values.catalog import EventType
from calbook.services.catalog.entries import EVENT_TYPE

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api.catalog_inputs import EventTypeFields


class EventTypes(Entries[EventType]):
    """What can be booked. `id` may be written without `evt_`, or be the slug."""

    _kind, _value = EVENT_TYPE, EventType

    def create(
        self,
        id: str | None = None,
        *,
        dry_run: bool = False,
        **fields: Unpack[EventTypeFields],
    ) -> EventType:
        """Add an event type; lengths are minutes, None means no limit.

        Without an `id` it is `evt_` and the slug, hyphens as `_`.

        Fields: `slug`, `title`, `description`, `duration`, `durations` (to choose
        from, the usual one first), `location`, `hosts` (without, the oldest host gives
        the time), `schedule_id`, `availability` (hours of its own, within the
        schedules'), `buffer_before`, `buffer_after`, `minimum_notice`,
        `maximum_advance` (local dates), `first_date` and `last_date` (of a start, both
        included), `slot_interval`, `slots_per_day`,
        `requires_confirmation`, `allow_cancellation`, `cancellation_deadline`, `seats`,
        `max_occurrences`, `questions`, `scheduling_type`, `round_robin`,
        `meeting_url_template`, `notify`, `reminders`, `contact`, `on_free`,
        `hold_minutes` (of who waits), `on_decline` (what an attendee's no by mail
        does), `active` and `metadata`;
        `limits` (`10/week`, `8h/day`), `per_person` (likewise), `per_person_open`,
        `no_double`, `max_in_a_row` with `break_after`, `count_window` (days); `needs`,
        each of them said as in `"1 of room1,room2"` or `"2 of alice,bob,carol by
        priority"`: those of hosts replace `hosts`.

        Raises:
            Exists: there is one with this id or slug.
            BadInput: a field holds what it cannot hold.
        """
        from calbook.services.catalog.event_types import create_event_type

        return EventType(create_event_type(self._context, id, fields, dry_run=dry_run))

    def update(
        self,
        id: str,
        *,
        claim_existing: bool = False,
        apply_to_coming: bool = False,
        dry_run: bool = False,
        **fields: Unpack[EventTypeFields],
    ) -> EventType:
        """Set fields of `create`; bookings keep the rules they were made under.

        They keep their title, description, place, length and buffers as well: people
        were told of them. Their reminders change with it, as far as they are still to
        come. With `apply_to_coming` those of these fields that are given are written
        into each booking to come, as a change of its own, unless it was given another
        place or length when it was booked; `bookings_changed` of the answer lists them.
        People are told as `notify` says. All or none: `details["conflicts"]` of the
        error names the dates that have not got the time. `dry_run` writes nothing.

        What is needed by now `bookings_without_needs` do not have; with
        `claim_existing` they get it, all of them or none.

        Raises:
            SlotTaken, OutsideHours: some bookings to come have not got the time.
            NeedsTaken: what is needed is taken while some of them need it.
        """
        from calbook.services.catalog.event_types import update_event_type

        return EventType(
            update_event_type(
                self._context,
                id,
                fields,
                claims_existing=claim_existing,
                apply_to_coming=apply_to_coming,
                dry_run=dry_run,
            )
        )
