"""Which bookings a listing shows: what people ask for, as facts of the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from calbook.core import fields, times, when
from calbook.core.errors import BadInput, NotFound
from calbook.core.model import Status
from calbook.intake.shapes import items
from calbook.store.reading import Reading


def read(
    reading: Reading, given: Mapping[str, Any], *, timezone: str | None, now: int
) -> dict[str, Any]:
    """Filters by the names of `Reading.booking_rows`.

    Bare dates are days in `timezone`, else in the first host's zone.

    Raises:
        NotFound: there is no such event type or host.
    """
    readers: Mapping[str, Callable[[Any], dict[str, Any]]] = {
        "status": _statuses,
        "event_type_id": lambda v: {"event_type_id": _event_type(reading, v)},
        "host_id": lambda v: {"host_id": _host(reading, v)},
        "attendee_email": lambda v: {
            "email": fields.folded(fields.prose(v, "attendeeEmail", most=1_000))
        },
        "search": lambda v: {"search": fields.prose(v, "search").casefold()},
    }
    chosen: dict[str, Any] = {}
    for name, value in given.items():
        if name in readers:
            chosen |= readers[name](value)
    return chosen | _dates(reading, given, timezone=timezone, now=now)


def _statuses(value: str | Iterable[str]) -> dict[str, Any]:
    words = (value,) if isinstance(value, str) else tuple(items(value, "status"))
    chosen = [fields.choice(word, "status", tuple(Status)) for word in words]
    return {"statuses": json.dumps(chosen)} if chosen else {}


def _event_type(reading: Reading, key: str) -> str:
    row = reading.event_type_row(fields.identifier(key, "evt", "eventTypeId"))
    if row is None:
        raise NotFound("event type", key, known=reading.ids("event type"))
    return str(row["id"])


def _host(reading: Reading, key: str) -> str:
    row = reading.host_row(fields.identifier(key, "user", "hostId"))
    if row is None:
        raise NotFound("host", key, known=reading.ids("host"))
    return str(row["id"])


def _dates(
    reading: Reading, given: Mapping[str, Any], *, timezone: str | None, now: int
) -> dict[str, Any]:
    if "start_date" not in given and "end_date" not in given:
        return {}
    asked = zone(reading, timezone)
    at = times.instant(now)
    chosen = {}
    if "start_date" in given:
        since = when.lower(given["start_date"], now=at, timezone=asked)
        chosen["since"] = times.epoch(since)
    if "end_date" in given:
        until = when.upper(given["end_date"], now=at, timezone=asked)
        chosen["until"] = times.epoch(until)
    if chosen.get("since", 0) > chosen.get("until", chosen.get("since", 0)):
        raise BadInput(
            "the range ends before it begins",
            hint="mon…sun are the first such days after today",
            field="endDate",
        )
    return chosen


def zone(reading: Reading, timezone: str | None, *, host_id: str | None = None) -> str:
    """The zone that days are meant in: as asked, else the host's, else the first's."""
    if timezone:
        return when.timezone(timezone)
    host = host_id or reading.oldest_host()
    row = None if host is None else reading.host_row(host)
    return "UTC" if row is None else str(row["timezone"])
