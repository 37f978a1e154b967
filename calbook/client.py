"""The library's entrance: a file, a clock, and the calendar in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Self

from calbook.desk import Clock, Desk
from calbook.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from calbook.availability import Availability
    from calbook.bookings import Bookings
    from calbook.busy import Busy
    from calbook.catalog import EventTypes, Hosts, Schedules
    from calbook.mails import Mails
    from calbook.values.bookings import Event
    from calbook.values.catalog import Host
    from calbook.values.outbox import Delivery
    from calbook.webhooks import Webhooks


class Calendar:
    """The nouns of a bookings file."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @cached_property
    def bookings(self) -> Bookings:
        from calbook.bookings import Bookings  # slow to import

        return Bookings(self._desk)

    @cached_property
    def availability(self) -> Availability:
        from calbook.availability import Availability

        return Availability(self._desk)

    @cached_property
    def busy(self) -> Busy:
        from calbook.busy import Busy  # slow to import

        return Busy(self._desk)

    @cached_property
    def event_types(self) -> EventTypes:
        from calbook.catalog import EventTypes

        return EventTypes(self._desk)

    @cached_property
    def schedules(self) -> Schedules:
        from calbook.catalog import Schedules

        return Schedules(self._desk)

    @cached_property
    def hosts(self) -> Hosts:
        from calbook.catalog import Hosts

        return Hosts(self._desk)

    @cached_property
    def mails(self) -> Mails:
        from calbook.mails import Mails

        return Mails(self._desk)

    @cached_property
    def webhooks(self) -> Webhooks:
        from calbook.webhooks import Webhooks

        return Webhooks(self._desk)


class Client:
    """A bookings file, opened when first used.

    Without a path: `CALBOOK_DB`, else `calbook.db` in the user's data directory.
    `clock` returns an aware datetime; without one, `CALBOOK_NOW` or the system's.
    For several threads, take one client each.
    """

    def __init__(
        self, path: str | os.PathLike[str] | None = None, *, clock: Clock | None = None
    ) -> None:
        self.path = os.fspath(path) if path is not None else default_path()
        self._desk = Desk(SqliteStore(self.path), _whole_seconds(clock or system_clock))
        self.calendar = Calendar(self._desk)

    def tick(self) -> tuple[Event, ...]:
        """Write the events for what time has done: completed, expired."""
        from calbook import changes
        from calbook.values.bookings import Event

        return tuple(Event(event) for event in changes.tick(self._desk))

    def deliver(
        self, *, limit: int | None = None, retry_now: bool = False
    ) -> tuple[Delivery, ...]:
        """Send what is due and tell of what time has done; each after its attempt.

        At most `limit` attempts, one for each delivery. With `retry_now` also what
        waits for its next attempt, or was queued when the clock was wrong.

        Raises:
            DeliveryUnderWay: another process is delivering.
        """
        return tuple(self.delivering(limit=limit, retry_now=retry_now))

    def delivering(
        self,
        *,
        limit: int | None = None,
        watch: bool = False,
        retry_now: bool = False,
    ) -> Iterator[Delivery]:
        """As `deliver`, one by one as they are sent; `watch` goes on for ever."""
        from calbook import changes
        from calbook.core.times import epoch
        from calbook.delivery import locking, queue  # slow to import
        from calbook.store import outbox
        from calbook.values.outbox import Delivery

        if retry_now and self.count_retries()[0]:
            with self._desk.store.write() as tx:
                outbox.hurry(tx, epoch(self.now()))
        with locking.alone(self.path, stays=watch):
            work = queue.Delivering(self._desk, limit=limit)
            sent = work.watch if watch else work.round
            yield from map(Delivery, sent(lambda: changes.tick(self._desk)))

    @property
    def queued(self) -> int:
        """How many deliveries this client's changes have queued and not yet tried."""
        return len(self._desk.store.queued)

    def first_attempt(self, *, seconds: float = 3.0) -> tuple[Delivery, ...]:
        """Send what this client's changes have queued, once; what has not arrived.

        It takes no longer than that, name resolution included, and raises nothing
        for what could not be sent.

        Raises:
            StoreError: the file could not be read or written for half a second.
        """
        from calbook.delivery import first  # slow to import
        from calbook.values.outbox import Delivery

        return tuple(map(Delivery, first.attempt(self._desk, seconds=seconds)))

    def count_due(self) -> int:
        """How many deliveries may be sent now."""
        from calbook.core.times import epoch
        from calbook.store.outbox import OutboxReading

        with self._desk.store.read(OutboxReading) as reading:
            return reading.count_due(epoch(self.now()))

    def count_retries(self) -> tuple[int, datetime | None]:
        """How many deliveries wait for another attempt, and when the first is due."""
        from calbook.core.times import epoch, instant
        from calbook.store.outbox import OutboxReading

        with self._desk.store.read(OutboxReading) as reading:
            count, due_at = reading.count_retries(epoch(self.now()))
        return count, None if due_at is None else instant(due_at)

    @property
    def exists(self) -> bool:
        """Whether the file is there; reading shows what a new one holds."""
        return self.path == ":memory:" or os.path.lexists(self.path)

    def now(self) -> datetime:
        """The time by this client's clock, in whole seconds."""
        return self._desk.clock()

    def set_up(
        self,
        *,
        name: str | None = None,
        email: str | None = None,
        timezone: str | None = None,
    ) -> Host:
        """Give the first host a name and an e-mail, and its schedule a zone."""
        from calbook import owning

        return owning.set_up(self._desk, name=name, email=email, timezone=timezone)

    def check(self) -> tuple[str, ...]:
        """What is wrong with the file, a sentence each; empty when nothing is."""
        from calbook.store import upkeep

        return upkeep.check(self._desk.store)

    def backup(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Copy the file, whole and consistent, while others go on using it."""
        from calbook.store import upkeep

        upkeep.backup(self._desk.store, os.fspath(path), force=force)

    def restore(self, path: str | os.PathLike[str]) -> str | None:
        """Put a copy in the file's place; where the present one is kept."""
        from calbook.store import upkeep

        return upkeep.restore(self._desk.store, os.fspath(path))

    def close(self) -> None:
        self._desk.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def default_path() -> str:
    """`CALBOOK_DB`, else `calbook.db` in the user's data directory, made if needed."""
    if path := os.environ.get("CALBOOK_DB"):
        return path
    from platformdirs import user_data_dir  # slow to import

    try:
        directory = user_data_dir("calbook", appauthor=False)
        os.makedirs(directory, mode=0o700, exist_ok=True)
    except (OSError, RuntimeError) as error:
        from calbook.core.errors import StoreError

        raise StoreError(
            f"there is no data directory to use: {error}",
            hint="name the bookings file with --db or CALBOOK_DB",
        ) from None
    return os.path.join(directory, "calbook.db")


def system_clock() -> datetime:
    """The time, or `CALBOOK_NOW` for tests, demos and replays."""
    fixed = os.environ.get("CALBOOK_NOW")
    if not fixed:
        return datetime.now(UTC)
    from calbook.core import when
    from calbook.core.errors import InputError

    try:
        return when.moment(fixed, now=datetime.now(UTC), timezone="UTC").instant
    except InputError as error:
        error.message = f"CALBOOK_NOW: {error.message}"
        raise


def _whole_seconds(clock: Clock) -> Clock:
    return lambda: clock().astimezone(UTC).replace(microsecond=0)
