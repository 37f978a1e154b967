"""calbook: a booking engine in one SQLite file.

    client = calbook.Client("bookings.db")
    booking = client.calendar.bookings.create(event_type_id=..., start_time=..., ...)

Names are loaded when first used: a command pays only for what it needs.
"""

TYPE_CHECKING = False  # typing's; that import is half as dear as a completion
if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.availability import (
        Block,
        BusyCalendar,
        BusyTime,
        Explanation,
        OpenTime,
        Rule,
        Slot,
    )
    from calbook.api.values.bookings import Attendee, Booking, Event, Note, Occurrence
    from calbook.api.values.catalog import EventType, Host, Schedule
    from calbook.api.values.outbox import Attempt, Delivery, Webhook
    from calbook.api.values.overview import Agenda, Figures, Statistics, Week
    from calbook.core import errors as errors
    from calbook.core.errors import CalbookError as CalbookError
    from calbook.core.model import Actor as Actor
    from calbook.core.model import Attendance as Attendance
    from calbook.core.model import Resolution as Resolution
    from calbook.core.model import Status as Status

__version__ = "0.1.0"

_PLACES = {
    "calbook.api.client": ("Client",),
    "calbook.core.errors": ("CalbookError",),
    "calbook.core.model": ("Actor", "Attendance", "Resolution", "Status"),
    "calbook.api.values.bookings": (
        "Attendee",
        "Booking",
        "Event",
        "Note",
        "Occurrence",
    ),
    "calbook.api.values.catalog": ("EventType", "Host", "Schedule"),
    "calbook.api.values.outbox": ("Attempt", "Delivery", "Webhook"),
    "calbook.api.values.overview": ("Agenda", "Figures", "Statistics", "Week"),
    "calbook.api.values.availability": (
        *("Block", "BusyCalendar", "BusyTime", "Explanation", "OpenTime", "Rule"),
        "Slot",
    ),
}
_MODULES = {name: module for module, names in _PLACES.items() for name in names}

__all__ = ["__version__", "errors", *sorted(_MODULES)]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "errors":
        return import_module("calbook.core.errors")
    if name not in _MODULES:
        raise AttributeError(f"module 'calbook' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
