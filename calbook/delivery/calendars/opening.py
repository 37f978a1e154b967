"""Opening a connected calendar: its password is asked for at that moment."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from calbook.core.busy import BusyKind
from calbook.delivery.calendars.collection import Collection, CollectionError
from calbook.delivery.passwords import NoPassword, read_password

if TYPE_CHECKING:
    from calbook.core.calendars import ConnectedCalendar
    from calbook.delivery.calendars.discovery import Discovery


def open_calendar(calendar: ConnectedCalendar, *, seconds: float) -> Collection:
    """A calendar, of which nothing is asked yet; each request takes so long at most.

    Raises:
        CollectionError: there is no password, or no such address.
    """
    if calendar.kind == BusyKind.VDIR:
        from calbook.delivery.calendars import vdir

        return vdir.open_collection(calendar.source)
    password, left = _password(calendar, seconds)
    from calbook.delivery.calendars import caldav  # slow to import

    return caldav.open_collection(
        calendar.source,
        user=calendar.user,
        password=password,
        allow_private=calendar.allows_private,
        seconds=left,
    )


def discover_calendars(
    calendar: ConnectedCalendar, url: str, *, seconds: float
) -> Discovery:
    """What is at an address, asked with the log-in of a calendar.

    Raises:
        CollectionError: it leads to no calendar server.
    """
    password, left = _password(calendar, seconds)
    from calbook.delivery.calendars import discovery  # slow to import

    return discovery.discover(
        url,
        user=calendar.user,
        password=password,
        allow_private=calendar.allows_private,
        seconds=left,
    )


def _password(calendar: ConnectedCalendar, seconds: float) -> tuple[str | None, float]:
    """None where nobody logs in; and the seconds that are left.

    Raises:
        CollectionError: there is none where it should come from.
    """
    if calendar.user is None:
        return None, seconds
    began = time.monotonic()
    try:
        found = read_password(
            calendar.password_command, calendar.password_env, seconds=seconds
        )
    except NoPassword as error:
        raise CollectionError(str(error), is_reached=False) from None
    return found, max(0.1, seconds - (time.monotonic() - began))
