"""Connected calendars as public JSON: never a password, nor what gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.core.time import times
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        "showsText": bool(row["shows_text"]),
        "timezone": zone,
        "checkedAt": stamp(row["checked_at"]),
        "fault": row["fault"],
        "written": row["written"],
        "pending": row["pending"],
        "conflicts": [each["uid"] for each in conflicts],
    }
