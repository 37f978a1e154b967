"""Whether two connected calendars are one, whatever their addresses look like."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from calbook.core.busy import BusyKind

if TYPE_CHECKING:
    from calbook.core.calendars import ConnectedCalendar

_PORTS = {"http": 80, "https": 443}


def is_same_place(one: ConnectedCalendar, other: ConnectedCalendar) -> bool:
    """A directory by where its links lead, a collection by its server and path."""
    return one.kind == other.kind and _place(one) == _place(other)


def _place(calendar: ConnectedCalendar) -> object:
    if calendar.kind == BusyKind.VDIR:
        return os.path.realpath(calendar.source)
    parts = urlsplit(calendar.source)
    port = parts.port or _PORTS.get(parts.scheme)
    path = unquote(parts.path).rstrip("/")
    return parts.hostname, port, path, parts.query
