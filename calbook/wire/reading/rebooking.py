"""A booking as it was printed, read as the wish for a new one like it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from calbook.core.errors import BadInput, UsageError
from calbook.core.model import MINUTE

_KEPT = (
    *("eventTypeId", "startTime", "timezone", "location", "notes"),
    *("responses", "metadata", "recurring"),
)
_OF_PERSON = ("name", "email", "phone", "ref", "timezone", "language")


def is_printed(facts: object) -> bool:
    return isinstance(facts, Mapping) and "uid" in facts


def read_as_new(facts: object) -> dict[str, Any]:
    """What `create` takes, of what `--json` printed of a booking.

    The start, length, zone, persons and what they said are kept, the host where there
    is one; the link is made anew, and what became of the booking is left out.

    Raises:
        BadInput: it is not a printed booking.
    """
    if not isinstance(facts, Mapping) or not is_printed(facts):
        raise UsageError(
            "this is no booking as it is printed",
            command_hint="pass what list --json printed, or leave --as-new out",
        )
    try:
        hosts = facts["hostIds"]
        return {
            **{key: facts[key] for key in _KEPT if facts[key] not in (None, {})},
            "duration": _minutes(facts["startTime"], facts["endTime"]),
            **({"hostId": hosts[0]} if len(hosts) == 1 else {}),
            "attendee": _person(facts["attendee"]),
            "guests": [_person(guest) for guest in facts["guests"]],
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadInput(
            "the booking is not as it is printed",
            command_hint="pass it whole, as list --json prints it, without --fields",
        ) from None


def _minutes(start: str, end: str) -> int:
    length = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return length // MINUTE


def _person(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: facts[key] for key in _OF_PERSON if facts[key] is not None}
