"""What somebody wants who is put in line, read into values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from calbook.core import checks
from calbook.core.errors import UsageError
from calbook.wire.reading.booking_requests import (
    FIELDS,
    NewBooking,
    read_new_booking,
)
from calbook.wire.reading.shapes import read_object

RANGE = ("earliest", "latest")
WAITING_FIELDS = tuple(f for f in FIELDS if f not in ("hold", "on_conflict")) + RANGE
_OWN_COLUMNS = ("event_type_id", "start_time", "attendee", "recurring", *RANGE)

When = str | date | datetime


class Wish(NamedTuple):
    """A booking as somebody wants it, at a start or at any of a range."""

    new_booking: NewBooking
    request: Mapping[str, Any]  # what is kept to book it by, as JSON
    earliest: When = ""
    latest: When = ""

    @property
    def is_range(self) -> bool:
        return self.earliest != ""


def read_wish(given: Mapping[str, Any]) -> Wish:
    """As passed to `waiting.add`.

    Raises:
        UsageError: neither a start nor both ends of a range are given, or both.
    """
    facts = {
        key: value
        for key, value in read_object(given, WAITING_FIELDS, "who waits").items()
        if value is not None
    }
    earliest, latest = (facts.pop(key, None) for key in RANGE)
    ends = [end for end in (earliest, latest) if end is not None]
    if len(ends) == 1 or bool(ends) is ("start_time" in facts):
        raise UsageError(
            "somebody waits for a start, or for any from one time to another",
            hint="give start_time, or earliest and latest",
            command_hint="give --start, or --from and --to",
        )
    if ends and "recurring" in facts:
        raise UsageError(
            "a series is waited for from its first start on",
            hint="give start_time",
            command_hint="give --start",
        )
    start = "now" if ends else facts.get("start_time")
    new_booking = read_new_booking({**facts, "start_time": start})
    kept = {key: value for key, value in facts.items() if key not in _OWN_COLUMNS}
    request = json.loads(checks.to_json_text(kept, "the request"))
    return Wish(new_booking, request, earliest or "", latest or "")
