"""Lines of an export without the persons that bookings are for; who gives them stays.

What is left says when somebody was booked, with whom, and what became of it. Ids stay,
also those of persons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from calbook.core.personal_data import replace_personal_data

Line = dict[str, Any]

# Of a booking, what says nothing of persons though a key is called as if it did.
_KEPT = {"hosts", "calendarObjects", "reminderPlans", "policy", "recurring"}


def redact_line(line: Line) -> Line | None:
    """None of a line that is about nothing else."""
    redact = _BY_TYPE.get(line["type"])
    return line if redact is None else redact(line)


def redact_booking_json(booking: Line) -> Line:
    """A booking as it is listed."""
    redacted: Line = _redact(booking)
    return redacted


def _redact(value: Any) -> Any:
    return replace_personal_data(value, _is_anybody, _leave_out)


def _is_anybody(person: Mapping[str, Any]) -> bool:
    return True


def _leave_out(key: str, value: Any) -> Any:
    """Empty, as it would be where nothing was said."""
    return type(value)() if isinstance(value, dict | list) else None


def _booking(line: Line) -> Line:
    found = {
        key: value if key in _KEPT else _redact({key: value})[key]
        for key, value in line.items()
    }
    found["events"] = [
        {**event, "actor": None if event["by"] == "attendee" else event["actor"]}
        for event in found["events"]
    ]
    return found


def _person(line: Line) -> Line:
    ids = [key for key in line["keys"] if key.startswith("id:")]
    return {**line, **dict.fromkeys(("name", "email", "phone", "ref")), "keys": ids}


def _calendar(line: Line) -> Line:
    """What other people's events in it are called, and how it is reached."""
    gone = ("source", "userName", "passwordCommand", "passwordEnv", "mark", "fault")
    busy = [{**each, "text": None} for each in line["busy"]]
    return {
        **line,
        **dict.fromkeys(gone),
        **{"skipped": [], "remarks": [], "busy": busy},
    }


def _schedule(line: Line) -> Line:
    """Why somebody is away is nobody's business."""
    overrides = [{**each, "reason": None} for each in line["overrides"]]
    return {**line, "overrides": overrides}


def _delivery(line: Line) -> Line:
    """An answer may repeat what was sent; mail goes to persons."""
    target = None if line["channel"] == "mail" else line["target"]
    log = [{**each, "text": None} for each in line["log"]]
    return {**line, "target": target, "payload": None, "log": log}


def _leave_line_out(line: Line) -> None:
    """Requests as they were typed, and names of files that nobody is to guess."""


_BY_TYPE: dict[str, Callable[[Line], Line | None]] = {
    "schedule": _schedule,
    "person": _person,
    "calendar": _calendar,
    "booking": _booking,
    "idempotencyKey": _leave_line_out,
    "webhook": lambda line: {**line, "disabledReason": None},
    "delivery": _delivery,
    "waiting": _redact,
    "publishedFeed": _leave_line_out,
}
