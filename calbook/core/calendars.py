"""Calendars elsewhere that are connected: what for, and how each is reached.

A server's collection (RFC 4791) or a directory of `.ics` files. It holds no password,
only where one comes from.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class ConnectedCalendar(NamedTuple):
    """One that is connected; `source` is its URL, or the path of its directory.

    `mark` differs after a change there; `fault` says why it was not read the last time.
    """

    id: int
    host_id: str
    name: str
    kind: str  # BusyKind.CALDAV or VDIR
    source: str
    user: str | None = None
    password_command: str | None = None
    password_env: str | None = None
    allows_private: bool = False
    is_busy: bool = False  # what stands there blocks its host
    is_pushed: bool = False  # bookings are written there
    is_free_busy: bool = False  # it shows no more than when its owner is busy
    is_careful: bool = False
    shows_text: bool = False
    mark: str | None = None
    checked_at: datetime | None = None
    fault: str | None = None

    @property
    def target(self) -> str:
        """What its deliveries go to."""
        return push_target(self.host_id, self.name)


class WrittenEntry(NamedTuple):
    """What was written of a booking into a calendar, under which name.

    `digest` is of what was written, see `ical.reading.entries`; `state` is an
    `EntryState`.
    """

    calendar_id: int
    uid: str
    name: str
    etag: str | None
    digest: str | None
    state: str


def push_target(host_id: str, name: str) -> str:
    return f"{host_id}/{name}"


def split_target(target: str) -> tuple[str, str]:
    """The host's id and the calendar's name."""
    host_id, _, name = target.partition("/")
    return host_id, name
