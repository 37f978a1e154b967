"""Opening a connected calendar: its password is asked for at that moment."""

from __future__ import annotations

import time
from importlib import import_module
from typing import TYPE_CHECKING, cast

from calbook.core.busy import BusyKind
from calbook.delivery.calendars.collection import Collection, CollectionError
from calbook.delivery.passwords import NoPassword, read_password

if TYPE_CHECKING:
    from calbook.core.calendars import ConnectedCalendar


def open_calendar(calendar: ConnectedCalendar, *, seconds: float) -> Collection:
    """The collection or directory, to be closed; each of its calls may take so long.

    Raises:
        CollectionError: there is no password, or no such directory.
    """
    if calendar.kind == BusyKind.VDIR:
        module = import_module("calbook.delivery.calendars.vdir")
        return cast("Collection", module.open_directory(calendar.source))
    began = time.monotonic()
    password = calendar_password(calendar, seconds=seconds)
    module = import_module("calbook.delivery.calendars.caldav")  # slow to import
    opened = module.open_collection(
        calendar.source,
        user=calendar.user,
        password=password,
        allow_private=calendar.allows_private,
        seconds=seconds - (time.monotonic() - began),
    )
    return cast("Collection", opened)


def calendar_password(calendar: ConnectedCalendar, *, seconds: float) -> str | None:
    """None where nobody logs in.

    Raises:
        CollectionError: there is none where it should come from.
    """
    if calendar.user is None:
        return None
    try:
        return read_password(
            calendar.password_command, calendar.password_env, seconds=seconds
        )
    except NoPassword as error:
        raise CollectionError(str(error), is_reached=False) from None
