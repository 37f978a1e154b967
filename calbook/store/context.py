"""Where everything is done: a file or database, and the clock it is judged by."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, lru_cache

from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING
from calbook.store.engines import open_store

if TYPE_CHECKING:
    from calbook.store.store import Store


Clock = Callable[[], datetime]


class Context:
    """A bookings file and a clock; every noun of the library holds one.

    A NamedTuple would do, but defining one costs every command.
    """

    __slots__ = ("clock", "store")

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock


def open_context(path: str, clock: Clock, actor: str | None = None) -> Context:
    """The file at a path with a clock, which is read in whole seconds of UTC.

    Raises:
        BadInput: `actor` is no name, or `CALBOOK_UMASK` no umask.
        BadTime: when it is read, and returns what is no moment that can be booked.
    """
    if os.environ.get("CALBOOK_UMASK"):
        from calbook.store.sqlite.file_modes import new_file_mode

        new_file_mode()
    store = open_store(path)
    store.actor = system_actor if actor is None else _given_actor(actor)
    return Context(store, lambda: _read_clock(clock))


def _read_clock(clock: Clock) -> datetime:
    said = clock()
    if isinstance(said, datetime) and said.utcoffset() is not None:
        with suppress(OverflowError):  # year 1, east of Greenwich
            now = said.astimezone(UTC).replace(microsecond=0)
            if times.FIRST_YEAR <= now.year <= times.LAST_YEAR:
                return now
    from calbook.core.errors import BadTime
    from calbook.core.text import excerpt

    raise BadTime(
        f"the clock says {excerpt(said)}",
        hint="clock must return an aware datetime in the years"
        f" {times.FIRST_YEAR}–{times.LAST_YEAR}",
    )


def _given_actor(actor: str) -> Callable[[], str]:
    from calbook.core import checks

    name = checks.actor(actor)
    return lambda: name


@lru_cache
def _check_actor(name: str, field: str) -> str:
    """Asked for each event, and seldom another."""
    from calbook.core import checks

    return checks.actor(name, field)


def system_actor() -> str | None:
    """`CALBOOK_ACTOR`, else the login name; None where there is none."""
    said = os.environ.get("CALBOOK_ACTOR")
    if said is not None:
        return _check_actor(said, "CALBOOK_ACTOR")
    login = os.environ.get("LOGNAME") or os.environ.get("USER") or _account_name()
    return login and _login_name(login)


@lru_cache
def _login_name(login: str) -> str | None:
    """If it can be an actor's: nobody chose it for calbook."""
    from calbook.core.errors import BadInput

    try:
        return _check_actor(login, "actor")
    except BadInput:
        return None


@cache
def _account_name() -> str | None:
    """What the system calls the user; it may have to ask over a network."""
    import getpass

    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return None


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
