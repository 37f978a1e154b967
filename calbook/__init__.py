"""calbook: a booking engine in one SQLite file.

    client = calbook.Client("bookings.db")
    booking = client.calendar.bookings.create(event_type_id=..., start_time=..., ...)

Names are loaded when first used: a command pays only for what it needs.
"""

TYPE_CHECKING = False  # typing's; that import is half as dear as a completion
if TYPE_CHECKING:
    from calbook.api.client import Client as Client
    from calbook.api.schema.nouns import schema as schema
    from calbook.api.values.availability import Block as Block
    from calbook.api.values.availability import BusyCalendar as BusyCalendar
    from calbook.api.values.availability import BusyTime as BusyTime
    from calbook.api.values.availability import ExplainedNeed as ExplainedNeed
    from calbook.api.values.availability import Explanation as Explanation
    from calbook.api.values.availability import OpenTime as OpenTime
    from calbook.api.values.availability import Rule as Rule
    from calbook.api.values.availability import Slot as Slot
    from calbook.api.values.bookings import Attendee as Attendee
    from calbook.api.values.bookings import Booking as Booking
    from calbook.api.values.bookings import Event as Event
    from calbook.api.values.bookings import Note as Note
    from calbook.api.values.bookings import Occurrence as Occurrence
    from calbook.api.values.calendars import CalendarCheck as CalendarCheck
    from calbook.api.values.calendars import CalendarFinding as CalendarFinding
    from calbook.api.values.calendars import ConnectedCalendar as ConnectedCalendar
    from calbook.api.values.catalog import EventType as EventType
    from calbook.api.values.catalog import Host as Host
    from calbook.api.values.catalog import Resource as Resource
    from calbook.api.values.catalog import Schedule as Schedule
    from calbook.api.values.outbox import Attempt as Attempt
    from calbook.api.values.outbox import Delivery as Delivery
    from calbook.api.values.outbox import Webhook as Webhook
    from calbook.api.values.overview import Agenda as Agenda
    from calbook.api.values.overview import Figures as Figures
    from calbook.api.values.overview import OpenAgenda as OpenAgenda
    from calbook.api.values.overview import Statistics as Statistics
    from calbook.api.values.people import Erasure as Erasure
    from calbook.api.values.people import Person as Person
    from calbook.api.values.people import Retention as Retention
    from calbook.core import errors as errors
    from calbook.core.errors import CalbookError as CalbookError
    from calbook.core.model import Actor as Actor
    from calbook.core.model import Attendance as Attendance
    from calbook.core.model import Resolution as Resolution
    from calbook.core.model import Status as Status

__version__ = "0.1.0"

_PLACES = {
    "api.client": "Client",
    "api.schema.nouns": "schema",
    "core.errors": "CalbookError",
    "core.model": "Actor Attendance Resolution Status",
    "api.values.bookings": "Attendee Booking Event Note Occurrence",
    "api.values.calendars": "CalendarCheck CalendarFinding ConnectedCalendar",
    "api.values.catalog": "EventType Host Resource Schedule",
    "api.values.outbox": "Attempt Delivery Webhook",
    "api.values.overview": "Agenda Figures OpenAgenda Statistics",
    "api.values.people": "Erasure Person Retention",
    "api.values.availability": "Block BusyCalendar BusyTime ExplainedNeed Explanation"
    " OpenTime Rule Slot",
}
_MODULES = {
    name: f"calbook.{module}"
    for module, names in _PLACES.items()
    for name in names.split()
}

__all__ = ["__version__", "errors", *sorted(_MODULES)]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "errors":
        return import_module("calbook.core.errors")
    if name not in _MODULES:
        raise AttributeError(f"module 'calbook' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
