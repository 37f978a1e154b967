"""The context of a client: its bookings file, opened when first used, and its clock."""

from __future__ import annotations

from datetime import UTC

from calbook.store.context import Clock as Clock
from calbook.store.context import Context as Context
from calbook.store.sqlite.store import SqliteStore


def open_context(path: str, clock: Clock) -> Context:
    """The file at a path with a clock, which is read in whole seconds of UTC."""
    return Context(
        SqliteStore(path), lambda: clock().astimezone(UTC).replace(microsecond=0)
    )
