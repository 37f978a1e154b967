"""`client.calendar.event_types`: what can be booked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.api.values.catalog import EventType
from calbook.services.catalog import entries
from calbook.services.catalog.entries import EVENT_TYPE

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api.inputs import EventTypeFields
    from calbook.services.context import Context


class EventTypes:
    """What can be booked. `id` may be written without `evt_`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def get(self, id: str) -> EventType:
        return EventType(entries.get_entry(self._context, EVENT_TYPE, id))

    def list(self) -> tuple[EventType, ...]:
        """All of them, by id."""
        return tuple(map(EventType, entries.list_entries(self._context, EVENT_TYPE)))

    def create(self, id: str, **fields: Unpack[EventTypeFields]) -> EventType:
        """Add an event type; the fields are those of its JSON, lengths in minutes.

        Without `hosts`, the oldest host gives the time.

        Raises:
            Exists: there is one with this id.
            BadInput: a field holds what it cannot hold.
        """
        from calbook.services.catalog.event_types import create_event_type

        return EventType(create_event_type(self._context, id, fields))

    def update(self, id: str, **fields: Unpack[EventTypeFields]) -> EventType:
        """Set fields; bookings made before keep the rules they were made under.

        Their reminders change with it, as far as they are still to come.
        """
        from calbook.services.catalog.event_types import update_event_type

        return EventType(update_event_type(self._context, id, fields))

    def delete(self, id: str) -> None:
        """Remove it.

        Raises:
            InUse: something still refers to it.
        """
        entries.remove_entry(self._context, EVENT_TYPE, id)
