"""`client.calendar.hosts`: who gives the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.api.entries import Entries
from calbook.api.values.catalog import Host
from calbook.services.catalog.entries import HOST

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api.inputs import HostFields


class Hosts(Entries[Host]):
    """Who gives the time. `id` may be written without `user_`."""

    _kind, _value = HOST, Host

    def timezone(self) -> str:
        """The first host's zone, that days are meant in unless said."""
        from calbook.services.bookings.filters import first_timezone

        return first_timezone(self._context)

    def create(self, id: str, **fields: Unpack[HostFields]) -> Host:
        """Add a host.

        Fields: `name`, `email`, `timezone`, `schedule_id` (else `sched_work`) and
        `limits` over all event types (`6/day`, `8h/day`).
        """
        from calbook.services.catalog.hosts import create_host

        return Host(create_host(self._context, id, fields))

    def update(self, id: str, **fields: Unpack[HostFields]) -> Host:
        """Set fields of `create`; reminders that wait go to the new address."""
        from calbook.services.catalog.hosts import update_host

        return Host(update_host(self._context, id, fields))
