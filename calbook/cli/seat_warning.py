"""Where more seats are taken than there are from now on: said, and left as it is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.bookings import Booking
    from calbook.api.values.catalog import EventType
    from calbook.api.values.waiting import WaitingEntry

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
    offers = _seat_offers(client, event_type.id)
    full = [
        (date, persons) for date in dates if (persons := _persons(date, offers)) > seats
    ]
    if not full:
        return []
    from calbook.cli.screen import words

    lines = [
        f"  {words.meeting_time(date.to_dict())}: {persons} persons, {date.uid}"
        for date, persons in full[:_NAMED]
    ]
    more = len(full) - _NAMED
    number = words.count_text(len(full), "date", "dates")
    taken = words.count_text(seats, "seat is", "seats are")
    return [
        f"calbook: on {number} to come more than {taken} taken:",
        *lines,
        *[f"  and {more} more"] * (more > 0),
        "hint: nobody loses a seat; nobody can join there until enough have left",
    ]


def _seat_offers(client: "Client", event_type_id: str) -> "list[WaitingEntry]":
    every = client.calendar.waiting.list(event_type_id=event_type_id)
    return [entry for entry in every if entry.is_seat and entry.state == "offered"]


def _persons(date: "Booking", offers: "list[WaitingEntry]") -> int:
    """Who takes part in it, or may, as a seat is offered to them.

    Who booked before there were seats sits there too.
    """
    taken = date.occurrences[0].seats_taken
    held = sum(
        1 + len(entry.guests)
        for entry in offers
        if entry.offered_uid == date.uid and entry.date in (None, date.date)
    )
    return held + (1 + len(date.guests) if taken is None else taken)
