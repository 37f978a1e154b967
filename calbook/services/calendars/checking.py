"""What is at the address of a calendar, and what its server can do. Slow to import."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from shlex import quote
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from calbook.core.busy import BusyKind
from calbook.core.errors import CalendarUnreachable, UsageError
from calbook.core.text import printable
from calbook.delivery.calendars import opening
from calbook.delivery.calendars.collection import CollectionError
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.core.calendars import ConnectedCalendar
    from calbook.delivery.calendars.discovery import Discovery, FoundCalendar

SECONDS = 60.0  # for each request that somebody waits for
_SCHEDULES = "calendar-auto-schedule"  # RFC 6638, 2
_EVENTS = "VEVENT"
_UNAUTHORIZED = 401


def find_collection(calendar: ConnectedCalendar) -> ConnectedCalendar:
    """With the address of the one calendar that is at its own.

    Raises:
        CalendarUnreachable: it cannot be reached, or there is none.
        UsageError: there are several.
    """
    with failing_as(calendar):
        if calendar.kind == BusyKind.VDIR:
            with closing(opening.open_calendar(calendar, seconds=SECONDS)) as opened:
                opened.list_etags()
            return calendar
        found = opening.discover_calendars(calendar, calendar.source, seconds=SECONDS)
    fitting = [
        each
        for each in found.calendars
        if _takes_events(each) and not (calendar.is_pushed and each.can_write is False)
    ]
    if not fitting:
        raise CalendarUnreachable(
            f"{printable(calendar.source)}: there is no calendar"
            + (" that may be written to" if found.calendars else ""),
            hint=None if found.calendars else "make one there first",
            calendars=_listed(found.calendars),
        )
    if len(fitting) > 1:
        raise UsageError(
            f"{len(fitting)} calendars are there: "
            + ", ".join(f"{each.name or 'unnamed'} ({each.url})" for each in fitting),
            hint="give the URL of one of them",
            calendars=_listed(fitting),
        )
    return calendar._replace(source=fitting[0].url)


def check_calendar(calendar: ConnectedCalendar) -> Json:
    """What is there and what it can do, where that is said.

    Raises:
        CalendarUnreachable: it cannot be reached, or is none.
    """
    with (
        failing_as(calendar),
        closing(opening.open_calendar(calendar, seconds=SECONDS)) as opened,
    ):
        objects = len(opened.list_etags())
        facts = {
            "name": calendar.name,
            "hostId": calendar.host_id,
            "kind": calendar.kind,
            "source": calendar.source,
            "objects": objects,
        }
        if calendar.kind == BusyKind.VDIR:
            return facts | _directory_facts(calendar.source)
        found = opening.discover_calendars(calendar, calendar.source, seconds=SECONDS)
        return facts | _server_facts(calendar, found)


def _directory_facts(path: str) -> Json:
    return {
        "title": None,
        "components": [],
        "timezone": None,
        "canWrite": os.access(path, os.W_OK),
        "hasFreeBusy": False,
        "tellsChanges": True,
        "schedules": False,
        "abilities": [],
        "others": [],
    }


def _server_facts(calendar: ConnectedCalendar, found: Discovery) -> Json:
    if not found.calendars:
        raise CollectionError("there is no calendar at this address")
    own = found.calendars[0]
    return {
        "title": own.name,
        "components": list(own.components),
        "timezone": own.timezone,
        "canWrite": own.can_write,
        "hasFreeBusy": own.has_free_busy,
        "tellsChanges": own.has_mark,
        "schedules": _SCHEDULES in found.abilities,
        "abilities": list(found.abilities),
        "others": _listed(_others(calendar, own)),
    }


def _others(calendar: ConnectedCalendar, own: FoundCalendar) -> list[FoundCalendar]:
    """The user's other calendars on that server, where it tells of them."""
    with suppress(CollectionError):
        found = opening.discover_calendars(
            calendar, urljoin(calendar.source, "/"), seconds=SECONDS
        )
        return [each for each in found.calendars if each.url != own.url]
    return []


def _takes_events(found: FoundCalendar) -> bool:
    return not found.components or _EVENTS in found.components


def _listed(found: Iterable[FoundCalendar]) -> list[Json]:
    return [{"url": each.url, "title": each.name} for each in found]


@contextmanager
def failing_as(calendar: ConnectedCalendar) -> Iterator[None]:
    """What goes wrong, told with the calendar's name."""
    try:
        yield
    except CollectionError as error:
        raise CalendarUnreachable(
            f"{calendar.name} of {calendar.host_id}: {error}",
            **hints(calendar, error),
            calendar=calendar.name,
            hostId=calendar.host_id,
        ) from None


def hints(calendar: ConnectedCalendar, error: CollectionError) -> dict[str, str]:
    """What helps, where calbook knows it.

    A directory that is gone is not to be made again: it may be on a disk that is not
    mounted.
    """
    if not calendar.id and calendar.kind == BusyKind.VDIR:
        is_there = os.path.lexists(calendar.source)
        return {} if is_there else {"hint": f"make it: mkdir {quote(calendar.source)}"}
    if error.code == _UNAUTHORIZED and calendar.id:
        name = calendar.name
        return {
            "hint": f'connections.update("{name}", password_command=…)',
            "command_hint": f"calbook calendar update {name} --password-command …",
        }
    return {}
