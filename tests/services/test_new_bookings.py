"""What is answered of a new booking is what is read of it afterwards."""

from collections.abc import Callable
from typing import Any

import pytest

from calbook import Client, EventType

TEN = "2027-01-18T10:00:00+00:00"
ADA = {"name": "Ada", "email": "ada@example.com"}
WEEKLY = {"frequency": "WEEKLY", "count": 4}

KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "series": {"recurring": WEEKLY},
    "with-gaps": {"recurring": WEEKLY, "on_conflict": "skip"},
    "guests": {"guests": ["Bob <bob@example.com>", "Eve"]},
    "answers": {"responses": {"size": ["S", "M"], "é": "ü"}},
    "texts": {"notes": "two\nlines", "metadata": {"k": 1, "ü": "\u202e"}},
    "place": {
        "location": "IN_PERSON:5 Rua",
        "timezone": "Asia/Tokyo",
    },
    "passed": {"by": "host", "override": ["questions", "duration"], "duration": 50},
    "past": {"by": "host", "override": ["past"], "start_time": "2027-01-04T10:00:00Z"},
    "known": {
        "attendee": {"email": "ADA@example.com", "name": "Ada L.", "language": "de"}
    },
    "nameless": {"attendee": {"name": "Ada", "phone": "+351 912 345 678"}},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", ["single", "asked", "group", "team"])
def test_the_answer_is_what_is_stored(
    client: Client, event_type: Callable[..., EventType], kind: str, shape: str
) -> None:
    _make_event_type(client, event_type, shape)
    bookings = client.calendar.bookings
    taken = {"event_type_id": "shaped", "start_time": "2027-01-25T10:00:00Z"}
    if kind == "with-gaps":
        bookings.create(**taken, attendee={"name": "Eve", "email": "eve@example.com"})

    made = bookings.create(
        **{"event_type_id": "shaped", "start_time": TEN, "attendee": ADA, **KINDS[kind]}
    )

    stored = bookings.get(made.uid)
    assert made == stored
    assert repr(made.to_dict()) == repr(stored.to_dict())


def _make_event_type(
    client: Client, event_type: Callable[..., EventType], shape: str
) -> None:
    client.calendar.hosts.create("bob", name="Bob")
    more: dict[str, dict[str, Any]] = {
        "single": {},
        "asked": {"requires_confirmation": True, "buffer_before": 10},
        "group": {"seats": 5},
        "team": {"hosts": ["me", "bob"], "scheduling_type": "ROUND_ROBIN"},
    }
    questions = [
        {"key": "size", "label": "Size", "type": "multiselect", "options": ["S", "M"]},
        {"key": "é", "label": "é", "type": "text"},
    ]
    event_type("shaped", contact="NONE", questions=questions, **more[shape])
