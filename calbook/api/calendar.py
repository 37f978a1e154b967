"""The nouns of a bookings file: `client.calendar.bookings` and the rest."""

from __future__ import annotations

from functools import cached_property

from calbook.core.typing_names import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calbook.api.availability import Availability
    from calbook.api.bookings import Bookings
    from calbook.api.busy import Busy
    from calbook.api.connections import Connections
    from calbook.api.counters import Counters
    from calbook.api.event_types import EventTypes
    from calbook.api.feeds import Feeds
    from calbook.api.hosts import Hosts
    from calbook.api.imports import Imports
    from calbook.api.mails import Mails
    from calbook.api.people import People
    from calbook.api.replies import Replies
    from calbook.api.resources import Resources
    from calbook.api.retention import Keeping
    from calbook.api.schedules import Schedules
    from calbook.api.waiting import Waiting
    from calbook.api.webhooks import Webhooks
    from calbook.store.context import Context


def _noun(kind: str, module: str) -> Any:
    """A noun of the calendar, loaded when it is first asked for."""

    def load(calendar: Calendar) -> object:
        loaded = __import__(f"calbook.api.{module}", fromlist=[kind])
        return getattr(loaded, kind)(calendar._context)

    return cached_property(load)


class Calendar:
    """The nouns of a bookings file."""

    bookings: Bookings = _noun("Bookings", "bookings")
    availability: Availability = _noun("Availability", "availability")
    busy: Busy = _noun("Busy", "busy")
    connections: Connections = _noun("Connections", "connections")
    event_types: EventTypes = _noun("EventTypes", "event_types")
    feeds: Feeds = _noun("Feeds", "feeds")
    schedules: Schedules = _noun("Schedules", "schedules")
    hosts: Hosts = _noun("Hosts", "hosts")
    imports: Imports = _noun("Imports", "imports")
    people: People = _noun("People", "people")
    resources: Resources = _noun("Resources", "resources")
    retention: Keeping = _noun("Keeping", "retention")
    mails: Mails = _noun("Mails", "mails")
    replies: Replies = _noun("Replies", "replies")
    counters: Counters = _noun("Counters", "counters")
    waiting: Waiting = _noun("Waiting", "waiting")
    webhooks: Webhooks = _noun("Webhooks", "webhooks")

    def __init__(self, context: Context) -> None:
        self._context = context
