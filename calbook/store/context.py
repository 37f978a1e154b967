"""Where everything is done: the file, and the clock by which it is judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from calbook.store.sqlite.store import SqliteStore

Clock = Callable[[], datetime]


class Context(NamedTuple):
    """A bookings file and a clock; every noun of the library holds one."""

    store: SqliteStore
    clock: Clock
