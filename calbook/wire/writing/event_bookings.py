"""A booking as an event about it holds it: only what the event is about."""

from __future__ import annotations

from calbook.core.people import person_key
from calbook.core.typing_names import TYPE_CHECKING
from calbook.wire.json_objects import Json
from calbook.wire.writing.bookings import attendance_of, in_common

if TYPE_CHECKING:
    from calbook.core.model import Event


def limit_to_event(event: Event, answer: Json) -> Json:
    """A booking with what an event is about.

    Else each of the 730 completions of a long series would repeat all 730, and each
    of a thousand seats all thousand persons. Only a seat that is as it was before comes
    between others, whose order is told by all.
    """
    if "attendee" in event.change and "undoes" not in event.change:
        dates = event.change.get("dates", [])
        return _limit_to_person(answer, event.change["attendee"], dates)
    if event.about:
        return _limit_to_dates(answer, event.change["dates"])
    return answer


def _limit_to_dates(whole: Json, dates: list[str]) -> Json:
    """A booking with some of its occurrences alone, as an event about them holds it."""
    about = [o for o in whole["occurrences"] if o["date"] in dates]
    primary = whole["attendee"]
    came = {"attendance": attendance_of(primary, about)}
    return {
        **whole,
        **in_common(about),
        "attendee": {**primary, **came},
        "guests": [
            {**guest, "attendance": attendance_of(guest, about)}
            for guest in whole["guests"]
        ],
        "occurrences": about,
    }


def _limit_to_person(whole: Json, person: Json, dates: list[str]) -> Json:
    """A booking with one guest alone; of a series with some of its dates at most."""
    key = person_key(person)
    guests = [guest for guest in whole["guests"] if person_key(guest) == key]
    if dates:
        return _limit_to_dates({**whole, "guests": guests}, dates)
    occurrences = [] if whole["recurring"] else whole["occurrences"]
    return {**whole, "guests": guests, "occurrences": occurrences}
