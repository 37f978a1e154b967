"""Asking on a terminal for what a change of a booking still needs."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from calbook.cli import output, prompts
from calbook.cli.asking import Check, ask, ask_choice, ask_yes
from calbook.cli.option_values import read_minutes
from calbook.cli.options import Dates
from calbook.cli.output import Json
from calbook.cli.screen import words
from calbook.cli.session import occurrence_on
from calbook.core import checks
from calbook.core.errors import (
    CalbookError,
    CancellationNotAllowed,
    DeadlinePassed,
    Exists,
    Interrupted,
    NotAGroup,
    NotFound,
    VersionConflict,
)
from calbook.core.model import LONGEST_DURATION, MINUTE
from calbook.core.time import parsing, times

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.bookings import Booking

_SHOWN = 9
_moment = datetime.fromisoformat


def ask_dates(
    client: "Client", uid: str, dates: Dates, verb: str, tz: str | None
) -> Dates:
    """Which dates of a series; as they are where they were said, or it is none."""
    if dates.given() != {"all": False} or not output.is_interactive():
        return dates
    booking = client.calendar.bookings.get(uid)
    coming = [o for o in booking.to_dict()["occurrences"] if _is_to_come(client, o)]
    if booking.recurring is None or not coming:
        return dates
    output.say_always(f"{booking.uid} is a series. {verb} which dates?")
    every: list[tuple[Any, str]] = [({"all": True}, f"all {len(coming)} to come")]
    each: list[tuple[Any, str]] = [
        ({"date": o["date"]}, words.meeting_time({**booking.to_dict(), **o}, tz))
        for o in coming[:_SHOWN]
    ]

    def read_date(text: str) -> Json:
        day = parsing.day(text, now=client.now(), timezone=booking.timezone)
        return {"date": day.isoformat()}

    chosen: Json = ask_choice(
        "Which (a number, or a date)", every + each, other=read_date
    )
    return Dates(**dates.options() | chosen)


def _is_to_come(client: "Client", occurrence: Json) -> bool:
    is_live = occurrence["status"] in ("PENDING", "CONFIRMED")
    return is_live and _moment(occurrence["startTime"]) > client.now()


def ask_new_start(
    client: "Client", uid: str, dates: Dates, tz: str | None, move: Check
) -> str:
    """Where a booking goes: one of the next starts at which it fits, or any other.

    `move` tries it: what refuses a start is told at once, and what refuses any start
    before one is asked for.
    """
    booking = client.calendar.bookings.get(uid)
    facts = booking.to_dict()
    if dates.date is not None:
        facts |= occurrence_on(booking, dates.date, client.now())
    slots = client.calendar.availability.get(
        event_type_id=booking.event_type_id,
        end_date=prompts.AHEAD,
        count=_SHOWN + 1,
        exclude_booking_uid=booking.uid,
        exclude_date=dates.date,
    )
    zone = tz or booking.timezone
    now = words.meeting_time(facts, zone)
    output.say_always(f"{booking.uid} is at {now}. Free:" if slots else f"Now: {now}")
    starts = [
        (slot.start_time, words.moment_text(slot.start_time, zone))
        for slot in slots
        if _moment(slot.start_time) != _moment(facts["startTime"])  # where it is now
    ][:_SHOWN]
    for offered, _ in starts[:1]:
        try:
            move(offered)
        except (DeadlinePassed, CancellationNotAllowed, VersionConflict):
            raise
        except CalbookError:
            pass  # another start may do

    def read_start(text: str) -> str:
        move(text)
        return text

    start = prompts.ask_start(starts, read_start)
    goal = parsing.moment(start, now=client.now(), timezone=zone).instant
    shown = words.moment_text(times.rfc3339(goal, zone), zone)
    if not ask_yes(f"Move it to {shown}?", default=True):
        raise Interrupted
    return start


def ask_seat(client: "Client", uid: str) -> Json:
    """Who takes a seat in a group: what its event type asks for."""
    booking = client.calendar.bookings.get(uid)
    event_type = client.calendar.event_types.get(booking.event_type_id).to_dict()
    if event_type["seats"] is None:
        raise NotAGroup(booking.uid, booking.event_type_id)
    output.say_always(
        f"A seat in {booking.uid}: {words.meeting_time(booking.to_dict())}"
    )
    return prompts.ask_person(event_type, {})


def ask_note(booking: "Booking") -> str:
    output.say_always(
        f"A note to {booking.uid} of {words.people_text(booking.to_dict())}"
    )
    text: str = ask(
        "Note (--edit opens your editor)", lambda text: checks.prose(text, "the note")
    )
    return text


def ask_event_type(client: "Client") -> Json:
    """What a new event type is called, and how long it takes."""

    def read_id(text: str) -> str:
        checks.identifier(text, "evt", "the name")
        try:
            known = client.calendar.event_types.get(text)
        except NotFound:
            return text
        raise Exists("event type", known.id)

    def read_length(text: str) -> int:
        longest = LONGEST_DURATION // MINUTE
        return checks.whole_number(
            read_minutes(text, "it"), "it", least=1, most=longest
        )

    title: str = ask("What can be booked", lambda text: checks.line(text, "the title"))
    usual = "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
    id: str = ask(
        "Its short name, as people type it",
        read_id,
        default=usual[:60] if usual.isascii() else None,
    )
    minutes = ask("How long (30, 1h30m)", read_length, default="30")
    return {"id": id, "title": title, "duration": minutes}
