"""Fixtures of PostgreSQL servers: started when a test asks, shared by all workers.

A plugin that `tests/conftest.py` loads. Where a server cannot be had, its tests are
skipped; those that `CALBOOK_REQUIRED` names (`postgres postgres_15 pgbouncer`) fail.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from support.postgres import (
    Pooler,
    Server,
    start_pooler,
    start_server,
    start_standby,
    system_programs,
    wheel_programs,
)
from support.processes import Unavailable, clean_up, clean_up_after, own

_DIRECTORY = pytest.StashKey[Path]()
_T = TypeVar("_T")


# -- the session ---------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Who controls the session makes the directory; the workers are told of it."""
    if told := getattr(config, "workerinput", {}).get("servers"):
        directory = Path(told)
    else:
        # pytest's own directories are closed to the user who runs the servers
        directory = Path(tempfile.mkdtemp(prefix="calbook-servers-"))
        own(directory)
    config.stash[_DIRECTORY] = directory


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["servers"] = str(node.config.stash[_DIRECTORY])
    node.workerinput["controller"] = os.getpid()


def pytest_unconfigure(config: pytest.Config) -> None:
    """After the last test of all workers, or Ctrl-C."""
    if not hasattr(config, "workerinput"):
        clean_up(config.stash[_DIRECTORY])


@contextmanager
def locked(config: pytest.Config) -> Iterator[Path]:
    """The directory of the session's servers, for one worker at a time."""
    directory = config.stash[_DIRECTORY]
    with (directory / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        watched = directory / "watched"
        if not watched.exists():  # a killed run, too, leaves no server behind
            controller = getattr(config, "workerinput", {}).get("controller")
            clean_up_after(controller or os.getpid(), directory)
            watched.touch()
        yield directory


def required(request: pytest.FixtureRequest, make: Callable[[], _T]) -> _T:
    """What was made, or a skipped or failed test."""
    try:
        return make()
    except Unavailable as reason:
        name = request.fixturename
        if name in os.environ.get("CALBOOK_REQUIRED", "").split():
            pytest.fail(f"{name} is required: {reason}", pytrace=False)
        pytest.skip(f"{name}: {reason}")


# -- the servers ---------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Server:
    """PostgreSQL 18, in the order of bytes; loses what a crash interrupts."""
    return required(request, lambda: _shared(request.config, "18", wheel_programs))


@pytest.fixture(scope="session")
def postgres_15(request: pytest.FixtureRequest) -> Server:
    """Debian's PostgreSQL 15, in the order of a language."""
    return required(
        request, lambda: _shared(request.config, "15", lambda _: system_programs(15))
    )


@pytest.fixture(scope="session")
def pgbouncer(request: pytest.FixtureRequest, postgres: Server) -> Pooler:
    """Transaction-mode pooling in front of `postgres`."""

    def make() -> Pooler:
        with locked(request.config) as directory:
            own_directory = directory / "pgbouncer"
            if (own_directory / "ready").exists():
                return Pooler(own_directory)
            pooler = start_pooler(postgres, own_directory)
            (own_directory / "ready").touch()
            return pooler

    return required(request, make)


@pytest.fixture
def durable_postgres(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A PostgreSQL 18 of the test's own, to be stopped and started as it likes."""

    def make() -> Server:
        with locked(request.config) as directory:
            home = directory / f"durable{os.getpid()}"
            return start_server(wheel_programs(directory), home, durable=True)

    server = required(request, make)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def standby(request: pytest.FixtureRequest, postgres: Server) -> Iterator[Server]:
    """Follows `postgres` and can only be read."""

    def make() -> Server:
        with locked(request.config) as directory:
            return start_standby(postgres, directory / f"standby{os.getpid()}")

    server = required(request, make)
    yield server
    server.remove()


def _shared(config: pytest.Config, name: str, find: Callable[[Path], Path]) -> Server:
    with locked(config) as directory:
        home, programs = directory / name, find(directory)
        if (home / "ready").exists():
            return Server(programs, home)
        server = start_server(programs, home)
        (home / "ready").touch()
        return server
