"""The context of a client: its bookings file, opened when first used, and its clock."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from calbook.store.context import Clock as Clock
from calbook.store.context import Context as Context
from calbook.store.sqlite.store import SqliteStore


def open_context(path: str, clock: Clock) -> Context:
    """The file at a path with a clock, which is read in whole seconds of UTC."""
    return Context(
        SqliteStore(path), lambda: clock().astimezone(UTC).replace(microsecond=0)
    )


def system_clock() -> datetime:
    """The time, or `CALBOOK_NOW` for tests, demos and replays."""
    fixed = os.environ.get("CALBOOK_NOW")
    if not fixed:
        return datetime.now(UTC)
    from calbook.core.errors import InputError
    from calbook.core.time import parsing

    try:
        return parsing.moment(fixed, now=datetime.now(UTC), timezone="UTC").instant
    except InputError as error:
        error.json_message = f"CALBOOK_NOW: {error.json_message}"
        raise
