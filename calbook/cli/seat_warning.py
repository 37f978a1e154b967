"""Where more seats are taken than there are from now on: said, and left as it is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.bookings import Booking
    from calbook.api.values.catalog import EventType

_NAMED = 10  # dates that people are told of


def overbooked_lines(client: "Client", event_type: "EventType") -> list[str]:
    """The dates to come with more persons than seats, and what that means."""
    seats = event_type.seats
    if seats is None:
        return []
    dates = client.calendar.bookings.list_occurrences(
        event_type_id=event_type.id,
        status=("PENDING", "CONFIRMED"),
        start_date=client.now(),
        count=None,
    )
    full = [date for date in dates if _persons(date) > seats]
    if not full:
        return []
    from calbook.cli.screen import words

    lines = [
        f"  {words.meeting_time(date.to_dict())}: {_persons(date)} persons,"
        f" {words.short_uid(date.uid)}"
        for date in full[:_NAMED]
    ]
    more = len(full) - _NAMED
    number = words.count_text(len(full), "date", "dates")
    return [
        f"calbook: on {number} to come more than {seats} seats are taken:",
        *lines,
        *[f"  and {more} more"] * (more > 0),
        "hint: nobody loses a seat; nobody can join there until enough have left",
    ]


def _persons(date: "Booking") -> int:
    """Who takes part in it; who booked before there were seats sits there too."""
    taken = date.occurrences[0].seats_taken
    return 1 + len(date.guests) if taken is None else taken
