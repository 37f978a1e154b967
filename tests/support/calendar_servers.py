"""Fixtures of real calendar servers: started when a test asks, shared by all workers.

A plugin that `tests/conftest.py` loads. Each test gets an account and collections of
its own. Where a server cannot be had, its tests are skipped; those that
`CALBOOK_REQUIRED` names (`radicale xandikos cyrus`) fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from support.cyrus import Cyrus, start_cyrus
from support.dav import CalendarServer
from support.plain_calendars import (
    Radicale,
    Xandikos,
    start_radicale,
    start_xandikos,
)
from support.servers import locked, required

_S = TypeVar("_S", bound=CalendarServer)


@pytest.fixture
def radicale(request: pytest.FixtureRequest) -> Iterator[Radicale]:
    """Stores what it can read, rewritten; schedules nothing. Up in half a second."""
    with _shared(request, start_radicale, Radicale) as server:
        yield server


@pytest.fixture
def xandikos(request: pytest.FixtureRequest) -> Iterator[Xandikos]:
    """Stores nearly everything, in a git repository. Up in half a second."""
    with _shared(request, start_xandikos, Xandikos) as server:
        yield server


@pytest.fixture
def cyrus(request: pytest.FixtureRequest) -> Iterator[Cyrus]:
    """Invites whom it finds as ATTENDEE. Up in two seconds."""
    with _shared(request, start_cyrus, Cyrus) as server:
        yield server


def _shared(
    request: pytest.FixtureRequest,
    start: Callable[[Path], None],
    make: Callable[[Path], _S],
) -> _S:
    def start_once() -> Path:
        with locked(request.config) as directory:
            home = directory / str(request.fixturename)
            if not (home / "ready").exists():
                start(home)
                (home / "ready").touch()
            return home

    return make(required(request, start_once))
