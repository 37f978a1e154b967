"""Connected calendars as public JSON: never a password, nor what gives it."""

from __future__ import annotations

from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from calbook.core.time import times
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from calbook.core.calendars import ConnectedCalendar
    from calbook.core.model import Span
    from calbook.wire.json_objects import Row


def connection_to_json(row: Row, conflicts: Sequence[Row]) -> Json:
    """A connected calendar, and what of it is written there.

    A password's command may hold it: `passwordFrom` says that there is one.
    """
    command, variable = row["password_command"], row["password_env"]
    zone = row["timezone"]

    def stamp(epoch: int | None) -> str | None:
        return None if epoch is None else times.rfc3339(epoch, zone)

    return {
        "name": row["name"],
        "hostId": row["host_id"],
        "kind": row["kind"],
        "source": row["source"],
        "user": row["user_name"],
        "passwordFrom": "command" if command else variable and f"${variable}",
        "allowPrivate": bool(row["allows_private"]),
        "busy": bool(row["is_busy"]),
        "push": bool(row["is_pushed"]),
        "freeBusy": bool(row["is_free_busy"]),
        "careful": bool(row["is_careful"]),
        "showsText": bool(row["shows_text"]),
        "timezone": zone,
        "checkedAt": stamp(row["checked_at"]),
        "fault": row["fault"],
        "written": row["written"],
        "pending": row["pending"],
        "conflicts": [each["uid"] for each in conflicts],
    }


def finding_to_json(
    calendar: ConnectedCalendar,
    finding: Mapping[str, Any],
    zone: str,
    *,
    is_overwritten: bool,
) -> Json:
    """What was done there to a booking; `dates` has those that only one side has."""
    return {
        "kind": finding["kind"],
        "calendar": calendar.name,
        "hostId": calendar.host_id,
        "uid": finding["uid"],
        "resource": finding["name"],
        "titleThere": finding["title"],
        "moves": _moves(finding["ours"], finding["theirs"], zone),
        "overwritten": is_overwritten,
    }


_MOST_MOVES = 20  # of a series that are told


def _moves(ours: Sequence[Span], theirs: Sequence[Span], zone: str) -> list[Json]:
    """From where to where, in order; what has only been added or left out has one."""
    pairs = zip_longest(ours, theirs)
    return [
        {"from": _span_to_json(old, zone), "to": _span_to_json(new, zone)}
        for old, new in islice(pairs, _MOST_MOVES)
    ]


def _span_to_json(span: Span | None, zone: str) -> Json | None:
    if span is None:
        return None
    start, end = (times.rfc3339(edge, zone) for edge in span)
    return {"startTime": start, "endTime": end}
