"""One host and one schedule, so that what is new can be used at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calbook.store.connection import Connection

_OFFICE = [[540, 1020]]  # minutes of the day


def add_first_host(conn: Connection) -> None:
    facts = {
        "timezone": system_timezone(),
        "weekly": json.dumps([_OFFICE] * 5 + [[]] * 2),
        "now": int(datetime.now(UTC).timestamp()),
    }
    conn.execute(
        "insert into schedules (id, name, timezone, weekly, created_at, updated_at)"
        " values ('sched_work', 'Working hours', :timezone, :weekly, :now, :now)",
        facts,
    )
    conn.execute(
        "insert into hosts (id, name, timezone, schedule_id, created_at, updated_at)"
        " values ('user_me', 'Me', :timezone, 'sched_work', :now, :now)",
        facts,
    )


def system_timezone() -> str:
    """The zone this computer is set to; UTC when that has no IANA name."""
    import tzlocal

    from calbook.core.errors import BadZone
    from calbook.core.time import parsing

    try:
        return parsing.timezone(tzlocal.get_localzone_name() or "UTC")
    except (BadZone, ValueError, LookupError):
        return "UTC"
