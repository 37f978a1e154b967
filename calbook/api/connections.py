"""`client.calendar.connections`: calendars elsewhere, read and written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from calbook.api.noun import Noun
from calbook.api.values.calendars import (
    CalendarCheck,
    CalendarFinding,
    ConnectedCalendar,
)
from calbook.api.values.outbox import Delivery
from calbook.services.calendars import connections
from calbook.services.outbox import deliveries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Unpack

    from calbook.api.inputs import ConnectionChanges, ConnectionFields, DeliveryStatus
    from calbook.core.errors import CalbookError


class Connections(Noun):
    """Calendars on servers (CalDAV) and in directories, each of one host.

    Without `host_id` the only host is meant, where there is one.
    """

    def add(
        self,
        name: str,
        source: str | os.PathLike[str],
        *,
        host_id: str | None = None,
        **fields: Unpack[ConnectionFields],
    ) -> ConnectedCalendar:
        """Connect a calendar by its URL, or a directory; it has to be reached.

        The URL of a server with one calendar will do. Fields: `busy`, `push`,
        `free_busy`, `careful`, `shows_text`, `user`, `password_command`,
        `password_env`, `allow_private`. The password is asked for each time and
        never stored.

        Raises:
            BadUrl: nothing may be asked there.
            CalendarUnreachable: it cannot be reached, or is none.
            Exists: the host has a calendar of that name, or that very one.
            UsageError: a server has several, which `details["calendars"]` lists.
        """
        added = connections.add_calendar(
            self._context, name, source, host_id=host_id, fields=fields
        )
        return ConnectedCalendar(added)

    def list(
        self, *, host_id: str | None = None, uid: str | None = None
    ) -> tuple[ConnectedCalendar, ...]:
        """By host, then name; all hosts' unless one is named.

        With a `uid` those in which that booking was written and stands.
        """
        found = connections.list_calendars(self._context, host_id=host_id, uid=uid)
        return tuple(map(ConnectedCalendar, found))

    def get(self, name: str, *, host_id: str | None = None) -> ConnectedCalendar:
        """One of them.

        Raises:
            NotFound: there is none.
            UsageError: several hosts have one of this name.
        """
        found = connections.get_calendar(self._context, name, host_id=host_id)
        return ConnectedCalendar(found)

    def check(self, name: str, *, host_id: str | None = None) -> CalendarCheck:
        """Ask what is there and what it can do; nothing is changed.

        Raises:
            CalendarUnreachable: it cannot be reached, or is none.
        """
        found = connections.check_calendar(self._context, name, host_id=host_id)
        return CalendarCheck(found)

    def update(
        self,
        name: str,
        *,
        host_id: str | None = None,
        **fields: Unpack[ConnectionChanges],
    ) -> ConnectedCalendar:
        """Set fields: those of `add`, and `source`; what is not named stays.

        It has to be reached where its place or its log-in changes. With another place
        all bookings to come are written anew there. `push=False` drops what is still to
        be sent, `busy=False` removes its busy time; `user=None` logs in nobody.

        Raises:
            CalendarUnreachable: it cannot be reached, or is none.
            Exists: the host has that very place connected.
            UsageError: a server has several, which `details["calendars"]` lists.
        """
        from calbook.services.calendars import updating

        updated = updating.update_calendar(
            self._context, name, host_id=host_id, fields=fields
        )
        return ConnectedCalendar(updated)

    def remove(self, name: str, *, host_id: str | None = None) -> int:
        """Forget it; how many changes that were still to be sent were dropped.

        What was written there stays there.
        """
        return connections.remove_calendar(self._context, name, host_id=host_id)

    def sync(
        self,
        name: str | None = None,
        *,
        host_id: str | None = None,
        overwrite: bool = False,
        confirmed: bool = False,
        refused: Callable[[CalbookError], None] | None = None,
        uids: Iterable[str] = (),
    ) -> tuple[CalendarFinding, ...]:
        """Compare calendars with what was written there; all of them without a name.

        With `uids` it is about these bookings only.

        No booking is changed. With `overwrite` what was deleted, moved or changed there
        is written again as it was. Those that block their host are read as well.
        `confirmed` says that all or most of it may be gone; `refused` is told of those
        that cannot be read.

        Raises:
            CalendarUnreachable: one cannot be read.
            EntriesGone: most of what was written into one is gone.
            CalendarEmpty: one holds nothing of others any more.
        """
        from calbook.services.calendars import syncing  # slow to import

        found = syncing.sync_calendars(
            self._context,
            name,
            host_id=host_id,
            overwrites=overwrite,
            is_confirmed=confirmed,
            refused=refused,
            uids=uids,
        )
        return tuple(map(CalendarFinding, found))

    def log(
        self,
        name: str | None = None,
        *,
        host_id: str | None = None,
        uid: str | None = None,
        status: DeliveryStatus | None = None,
        count: int = 50,
    ) -> tuple[Delivery, ...]:
        """What was and will be written there, the newest first, with its attempts."""
        target = None
        if name is not None:
            found = self.get(name, host_id=host_id)
            target = f"{found.host_id}/{found.name}"
        log = deliveries.list_pushes(
            self._context, target=target, uid=uid, status=status, count=count
        )
        return tuple(map(Delivery, log))

    def get_delivery(self, id: str) -> Delivery:
        """One delivery to a calendar with all its attempts."""
        return Delivery(deliveries.get_delivery(self._context, "push", id))

    def redeliver(self, id: str) -> Delivery:
        """Make one delivery due now: the booking is written as it is then."""
        return Delivery(deliveries.redeliver(self._context, "push", id))
