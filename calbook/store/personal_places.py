"""Where something of a person may stand: every column of text, table by table.

One table for all that is done with it: looked at, made nobody's, and searched.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Holds(StrEnum):
    """What a column has of somebody, in a booking that is theirs."""

    TEXT = "text"  # which may name them
    CONTACTS = "contacts"  # a name in it is another's
    OWN = "own"  # what the primary attendee wrote, or was told
    EMPTIED = "emptied"  # the same, as JSON, which is {} then
    PLACE = "place"  # theirs where it is not the event type's
    JSON = "json"  # with persons in it, see `core.personal_data`
    BY_PERSON = "by person"  # JSON whose keys are persons'
    PERSON_KEY = "person key"
    NOTE = "note"  # the host's, about whom the booking is of
    KEY = "key"  # that somebody chose, and that stays one


class Place(NamedTuple):
    """A table with rows of bookings: what tells a row, and which are a booking's."""

    keys: tuple[str, ...]
    columns: dict[str, Holds]
    of_booking: str = "uid = :uid"


_NOTES = Place(("id",), {"content": Holds.NOTE})

OF_BOOKINGS: dict[str, Place] = {
    "bookings": Place(
        ("uid",),
        {
            **{"title": Holds.TEXT, "description": Holds.TEXT, "notes": Holds.OWN},
            **{"location": Holds.PLACE, "meeting_url": Holds.TEXT},
            **{"responses": Holds.EMPTIED, "metadata": Holds.EMPTIED},
        },
    ),
    "occurrences": Place(
        ("uid", "recurrence_id"),
        {
            **{"reason": Holds.OWN, "move_reason": Holds.OWN},
            "attendances": Holds.BY_PERSON,
        },
    ),
    "idempotency_keys": Place(
        ("key",),
        {"key": Holds.KEY, "request": Holds.JSON, "answer": Holds.JSON},
        "event_seq in (select seq from events where uid = :uid)",
    ),
    "events": Place(
        ("seq",),
        {
            **{"actor": Holds.CONTACTS, "change": Holds.JSON},
            **{"replaced": Holds.JSON, "booking": Holds.JSON},
        },
    ),
    "notes": _NOTES,
    "private_notes": _NOTES,
    "counter_proposals": Place(
        ("number",), {"person_key": Holds.PERSON_KEY, "comment": Holds.TEXT}
    ),
    "busy": Place(
        ("host_id", "busy_start", "calendar_id", "stretch"), {"text": Holds.TEXT}
    ),
    "attempts": Place(
        ("delivery", "number"),
        {"text": Holds.TEXT},
        "delivery in (select id from deliveries where uid = :uid)",
    ),
}

# What has rows of bookings and of persons, each treated by its own kind.
OF_PERSONS: dict[str, tuple[str, ...]] = {
    "attendees": (
        *("email", "person_key", "name", "phone", "phone_digits", "ref", "ref_folded"),
        *("responses", "notes", "metadata"),
    ),
    "people": ("name", "email", "phone", "ref"),
    "person_keys": ("key",),
    "waiting": ("attendees", "request", "log"),
    "deliveries": ("target",),
    "reminders": ("target",),
}

# Where somebody may be named whose data it is not: found, and left to people.
OF_OTHERS: dict[str, tuple[str, ...]] = {
    "schedules": ("name",),
    "schedule_overrides": ("reason",),
    "hosts": ("name", "email"),
    "event_types": (
        *("slug", "title", "description", "location", "questions"),
        *("meeting_url_template", "metadata"),
    ),
    "calendars": ("name", "source", "skipped", "remarks", "user_name", "fault"),
    "webhooks": ("url", "headers", "disabled_reason"),
    "calendar_objects": ("name",),
    "published_feeds": ("directory",),
    "settings": ("value",),
}

# By which a row of a table is named to people.
ROW_KEYS: dict[str, tuple[str, ...]] = {
    **{table: place.keys for table, place in OF_BOOKINGS.items()},
    "attendees": ("uid", "position"),
    "people": ("id",),
    "person_keys": ("person_id",),
    "waiting": ("id",),
    "deliveries": ("id",),
    "reminders": ("uid", "start_at"),
    "schedule_overrides": ("schedule_id", "date"),
    **dict.fromkeys(("schedules", "hosts", "event_types", "webhooks"), ("id",)),
    "calendars": ("host_id", "name"),
    "calendar_objects": ("uid",),
    "published_feeds": ("host_id",),
    "settings": ("name",),
}


def all_texts() -> dict[str, tuple[str, ...]]:
    """Every column that is searched, by its table."""
    of_bookings = {name: tuple(place.columns) for name, place in OF_BOOKINGS.items()}
    return {**of_bookings, **OF_PERSONS, **OF_OTHERS}


def place_name(table: str) -> str:
    """A table as people are told of it."""
    return table.replace("_", " ")
