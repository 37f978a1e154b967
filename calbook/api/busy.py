"""`client.calendar.busy`: time in which hosts are busy with other things."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from calbook.api.noun import Noun
from calbook.api.values.availability import BusyCalendar, BusyTime, OutdatedCalendar
from calbook.services.calendars import busy

if TYPE_CHECKING:
    from calbook.core.errors import CalbookError
    from calbook.core.progress import Progress
    from calbook.wire.json_objects import Json

When = str | date | datetime


def _whose(host_id: str | None, resource_id: str | None) -> str | None:
    """One of both: whose time is meant.

    Raises:
        UsageError: both are given.
    """
    if resource_id is None:
        return host_id
    if host_id is not None:
        from calbook.core.errors import UsageError

        raise UsageError("busy time is a host's or a resource's: not both")
    from calbook.core import checks

    return checks.identifier(resource_id, "res", "resourceId")


def on_overlap(
    told: Callable[[BusyCalendar], None] | None,
) -> Callable[[Json], None] | None:
    """Tell of a calendar by its value."""
    return None if told is None else lambda item: told(BusyCalendar(item))


class Busy(Noun):
    """Calendars and own busy time; it blocks bookings as bookings do.

    Without `host_id` the only host is meant, where there is one; with `resource_id` a
    room or thing.
    """

    def import_ics(
        self,
        source: str | os.PathLike[str] | bytes,
        *,
        name: str,
        host_id: str | None = None,
        resource_id: str | None = None,
        shows_text: bool = False,
        strict: bool = False,
        careful: bool = False,
        progress: Progress | None = None,
        user: str | None = None,
        password_env: str | None = None,
        password_command: str | None = None,
        allow_private: bool = False,
    ) -> BusyCalendar:
        """Read a calendar file, its bytes or an address in the place of that name's.

        An address begins with https:// or webcal://. It is fetched again by `refresh`,
        and shown without its path, which may be a secret. `user` logs in there, with a
        password from a variable of the environment or a command; `allow_private` lets
        it lie in a private network.
        From a month before now to two years ahead, or as far as the host can be
        booked. With `shows_text` the events' titles are kept, and told to whoever is
        refused; without, they are not even stored. Times of a zone that is not known
        are busy in each that may be meant, and `remarks` names them; with `strict` they
        are skipped. With `careful` what is skipped blocks from its start to its end.
        `progress` is called with how many of how many components are read.

        Raises:
            BadInput: it cannot be read, is no calendar, or the name is none.
            BadUrl: nothing may be asked at that address.
            CalendarUnreachable: there is no calendar at that address now.
            UsageError: it is to be strict and careful at once.
        """
        from calbook.services.calendars import importing  # slow to import

        calendar = importing.import_calendar(
            self._context,
            source,
            name=name,
            host_id=_whose(host_id, resource_id),
            shows_text=shows_text,
            strict=strict,
            careful=careful,
            progress=progress,
            log_in={
                "user": user,
                "password_env": password_env,
                "password_command": password_command,
                "allow_private": allow_private,
            },
        )
        return BusyCalendar(calendar)

    def add(
        self,
        *,
        start_time: When,
        end_time: When,
        host_id: str | None = None,
        resource_id: str | None = None,
        reason: str | None = None,
        shows_text: bool = False,
        timezone: str | None = None,
    ) -> BusyCalendar:
        """Block a host's own time; its `name` is an id that is made up.

        A bare date begins that day, or includes it, in `timezone`, else the host's.
        The reason is told to whoever is refused only with `shows_text`.
        """
        calendar = busy.add_busy_time(
            *(self._context, start_time, end_time),
            host_id=_whose(host_id, resource_id),
            reason=reason,
            shows_text=shows_text,
            timezone=timezone,
        )
        return BusyCalendar(calendar)

    def list(
        self,
        *,
        host_id: str | None = None,
        resource_id: str | None = None,
        start_date: When | None = None,
        end_date: When | None = None,
        timezone: str | None = None,
    ) -> tuple[BusyCalendar, ...]:
        """Calendars and own busy time by host; all hosts' unless one is named.

        With dates, those that are busy then; `end_date` includes a bare date.
        """
        calendars = busy.list_calendars(
            self._context,
            host_id=_whose(host_id, resource_id),
            start_date=start_date,
            end_date=end_date,
            timezone=timezone,
        )
        return tuple(map(BusyCalendar, calendars))

    def get(
        self,
        name: str,
        *,
        host_id: str | None = None,
        resource_id: str | None = None,
    ) -> BusyCalendar:
        """A calendar by its name, or own busy time by its id.

        Raises:
            NotFound: there is none.
            UsageError: several hosts have one of this name.
        """
        whose = _whose(host_id, resource_id)
        return BusyCalendar(busy.get_calendar(self._context, name, host_id=whose))

    def remove(
        self,
        name: str,
        *,
        host_id: str | None = None,
        resource_id: str | None = None,
    ) -> None:
        """Remove a calendar or own busy time; the host is free again."""
        busy.remove_calendar(self._context, name, host_id=_whose(host_id, resource_id))

    def refresh(
        self,
        name: str | None = None,
        *,
        host_id: str | None = None,
        resource_id: str | None = None,
        refused: Callable[[CalbookError], None] | None = None,
        progress: Progress | None = None,
        confirmed: bool = False,
        older_than: timedelta | None = None,
        overlapped: Callable[[BusyCalendar], None] | None = None,
    ) -> tuple[BusyCalendar, ...]:
        """Read calendars again from files, addresses and where they are connected.

        All of them without a name. What was passed as bytes stays as it is. Each is
        read by itself: `refused` is told of those that fail, which stay as they were.
        With `older_than` only addresses and connected calendars that were not looked
        at for so long, as `deliver` does it: what fails rests ever longer, and only a
        new fault is told. Then `overlapped` is told of each that lies on bookings on
        which it did not lie before; its `overlapping` are these. A calendar that
        suddenly holds nothing is not taken, unless it is `confirmed`. `progress` is
        called with how many of several are read, of one how many of its components.

        Raises:
            CalendarEmpty: it holds nothing any more.
            CalendarUnreachable: it cannot be read from where it is.
        """
        from calbook.core.errors import UsageError
        from calbook.services.calendars import refreshing  # slow to import

        if older_than is not None:
            if name is not None or host_id or resource_id:
                raise UsageError("older_than is about all calendars: name none")
            due = refreshing.refresh_due(
                self._context,
                older_than,
                refused=refused,
                overlapped=on_overlap(overlapped),
            )
            return tuple(map(BusyCalendar, due))
        calendars = refreshing.refresh_calendars(
            self._context,
            name,
            host_id=_whose(host_id, resource_id),
            refused=refused,
            progress=progress,
            is_confirmed=confirmed,
        )
        return tuple(map(BusyCalendar, calendars))

    def outdated(
        self,
        event_type_id: str,
        *,
        host_id: str | None = None,
        age: timedelta = timedelta(days=1),
    ) -> tuple[OutdatedCalendar, ...]:
        """Calendars of an event type's hosts that were not looked at for so long.

        The oldest first. What can be booked there may be taken by now.
        """
        found = busy.list_outdated(
            self._context, event_type_id, host_id=host_id, age=age
        )
        return tuple(map(OutdatedCalendar, found))

    def times(
        self,
        *,
        start_date: When,
        end_date: When | None = None,
        host_id: str | None = None,
        resource_id: str | None = None,
        timezone: str | None = None,
    ) -> tuple[BusyTime, ...]:
        """When hosts are busy with other things, by start; all hosts' without one.

        Every stretch that overlaps the dates, whole; a bare `end_date` is included.
        Without one seven days are meant.
        Times are in `timezone`, else in each host's.
        """
        found = busy.list_busy_times(
            *(self._context, start_date, end_date),
            host_id=_whose(host_id, resource_id),
            timezone=timezone,
        )
        return tuple(map(BusyTime, found))
