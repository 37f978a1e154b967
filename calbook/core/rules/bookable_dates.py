"""The first and the last local date on which an event type can be booked."""

from __future__ import annotations

from calbook.core.catalog import EventType
from calbook.core.errors import CalbookError, OutsideDates
from calbook.core.model import Span
from calbook.core.time import times
from calbook.core.typing_names import Any, Protocol


class Meeting(Protocol):
    """What this rule asks of a proposal."""

    @property
    def event_type(self) -> EventType: ...
    @property
    def meeting(self) -> Span: ...
    @property
    def timezone(self) -> str: ...


def outside_dates(p: Meeting) -> CalbookError | None:
    day = times.local_date(p.meeting.start, p.timezone)
    if p.event_type.takes_date(day):
        return None
    return OutsideDates(
        f"{day} is outside the dates of {p.event_type.id}",
        hint=f"it can be booked {dates_text(p.event_type)}",
        **date_facts(p),
    )


def dates_text(event_type: EventType) -> str:
    """`from 2027-02-01 to 2027-03-31`, both included."""
    first, last = event_type.first_date, event_type.last_date
    return " ".join(
        [*([f"from {first}"] if first else []), *([f"to {last}"] if last else [])]
    )


def date_facts(p: Meeting) -> dict[str, Any]:
    first, last = p.event_type.first_date, p.event_type.last_date
    return {
        "start": times.rfc3339(p.meeting.start, p.timezone),
        "firstDate": first and first.isoformat(),
        "lastDate": last and last.isoformat(),
    }
