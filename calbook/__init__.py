"""calbook: a booking engine in one SQLite file.

    client = calbook.Client("bookings.db")
    booking = client.calendar.bookings.create(event_type_id=..., start_time=..., ...)

Names are loaded when first used: a command pays only for what it needs.
"""

TYPE_CHECKING = False  # typing's; that import is half as dear as a completion
if TYPE_CHECKING:
    from calbook.client import Client as Client
    from calbook.core import errors as errors
    from calbook.core.errors import CalbookError as CalbookError
    from calbook.core.model import Actor as Actor
    from calbook.core.model import Attendance as Attendance
    from calbook.core.model import Resolution as Resolution
    from calbook.core.model import Status as Status
    from calbook.values import Agenda as Agenda
    from calbook.values import Attendee as Attendee
    from calbook.values import Block as Block
    from calbook.values import Booking as Booking
    from calbook.values import BusyCalendar as BusyCalendar
    from calbook.values import BusyTime as BusyTime
    from calbook.values import Event as Event
    from calbook.values import EventType as EventType
    from calbook.values import Explanation as Explanation
    from calbook.values import Figures as Figures
    from calbook.values import Host as Host
    from calbook.values import Note as Note
    from calbook.values import Occurrence as Occurrence
    from calbook.values import OpenTime as OpenTime
    from calbook.values import Rule as Rule
    from calbook.values import Schedule as Schedule
    from calbook.values import Slot as Slot
    from calbook.values import Statistics as Statistics
    from calbook.values import Week as Week

__version__ = "0.1.0"

_MODULES = {
    "Client": "calbook.client",
    "CalbookError": "calbook.core.errors",
    **dict.fromkeys(
        ("Actor", "Attendance", "Resolution", "Status"), "calbook.core.model"
    ),
    **dict.fromkeys(
        (
            "Agenda",
            "Attendee",
            "Block",
            "Booking",
            "BusyCalendar",
            "BusyTime",
            "Event",
            "EventType",
            "Explanation",
            "Figures",
            "Host",
            "Note",
            "Occurrence",
            "OpenTime",
            "Rule",
            "Schedule",
            "Slot",
            "Statistics",
            "Week",
        ),
        "calbook.values",
    ),
}

__all__ = ["__version__", "errors", *sorted(_MODULES)]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "errors":
        return import_module("calbook.core.errors")
    if name not in _MODULES:
        raise AttributeError(f"module 'calbook' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
