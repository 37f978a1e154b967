"""`client.calendar.hosts`: who gives the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.api.entries import Entries
from calbook.api.values.catalog import Host
from calbook.services.catalog.entries import HOST

if TYPE_CHECKING:
    from datetime import date
    from typing import Unpack

    from calbook.api.catalog_inputs import HostFields
    from calbook.api.inputs import Moment
    from calbook.api.values.host_dates import HostAway, RetiredHost


class Hosts(Entries[Host]):
    """Who gives the time. `id` may be written without `user_`."""

    _kind, _value = HOST, Host

    def timezone(self) -> str:
        """The first host's zone, that days are meant in unless said."""
        from calbook.services.bookings.filters import first_timezone

        return first_timezone(self._context)

    def create(
        self, id: str, *, dry_run: bool = False, **fields: Unpack[HostFields]
    ) -> Host:
        """Add a host.

        Fields: `name`, `email`, `timezone`, `schedule_id` (else `sched_work`),
        `limits` over all event types (`6/day`, `8h/day`) and `language` (`de`).
        """
        from calbook.services.catalog.hosts import create_host

        return Host(create_host(self._context, id, fields, dry_run=dry_run))

    def update(
        self, id: str, *, dry_run: bool = False, **fields: Unpack[HostFields]
    ) -> Host:
        """Set fields of `create`; reminders that wait go to the new address."""
        from calbook.services.catalog.hosts import update_host

        return Host(update_host(self._context, id, fields, dry_run=dry_run))

    def away(
        self,
        id: str,
        *,
        start_time: Moment | date,
        end_time: Moment | date,
        reassign: bool = False,
        cancel: bool = False,
        reason: str | None = None,
        timezone: str | None = None,
        notify_attendee: bool | None = None,
        dry_run: bool = False,
    ) -> HostAway:
        """What a host has to do in some time, handed over or cancelled, or listed.

        With `reassign` each date goes to another host of its event type who can take
        it; with `cancel` what is left is cancelled. All in one transaction, which also
        blocks the time, as `busy.add` does. With neither nothing is changed. Bare
        dates are whole days, `end_time` included, in `timezone`, else the host's.
        """
        from calbook.api.values.host_dates import HostAway
        from calbook.services.bookings.change_options import read_options
        from calbook.services.catalog.host_away import away

        options = read_options(
            "away", id, notify_attendee=notify_attendee, dry_run=dry_run
        )
        return HostAway(
            away(
                *(self._context, id, options),
                start_time=start_time,
                end_time=end_time,
                timezone=timezone,
                reassign=reassign,
                cancel=cancel,
                reason=reason,
            )
        )

    def retire(
        self,
        id: str,
        *,
        from_date: Moment | date | None = None,
        dry_run: bool = False,
    ) -> RetiredHost:
        """Let nobody book a host, from a date on, else from now; what is left stays."""
        from calbook.api.values.host_dates import RetiredHost
        from calbook.services.catalog.host_away import retire

        return RetiredHost(retire(self._context, id, since=from_date, dry_run=dry_run))

    def restore(self, id: str, *, dry_run: bool = False) -> Host:
        """Let a host who has retired be booked again."""
        from calbook.services.catalog.host_away import restore

        return Host(restore(self._context, id, dry_run=dry_run))
