"""A connection as the shared statements use one; few journeys to the server.

What is written waits, and travels with the next question or the commit. Only whole
statements with their facts in them are sent, so that poolers can share connections.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from calbook import interrupts
from calbook.store.postgres.dialect import translate

if TYPE_CHECKING:
    from psycopg2.extensions import connection as DriverConnection

    from calbook.store.connection import Facts

_MOST_WAITING = 500_000  # bytes
_CANCEL_SECONDS = 1.0
_SLICE_SECONDS = 0.1  # after which a signal is heard that came in a commit
_READ, _WRITE = 1, 2  # what psycopg2's poll() waits for; 0 when it is done


class Row:
    """A row: its columns by name or place, or one after another."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: tuple[Any, ...]) -> None:
        self._places = places
        self._values = values

    def __getitem__(self, key: str | int) -> Any:
        return self._values[self._places[key] if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> Iterable[str]:
        return self._places.keys()


class Cursor:
    """What a statement found or changed."""

    def __init__(self, rowcount: int, rows: Iterable[Row]) -> None:
        self.rowcount = rowcount
        self.row_factory: Any = Row
        self._rows = iter(rows)

    def fetchone(self) -> Row | None:
        return next(self._rows, None)

    def fetchall(self) -> list[Row]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return self._rows


@contextmanager
def _answering_interrupts() -> Iterator[None]:
    """Within, Ctrl-C ends a wait for the server, which libpq itself does not hear.

    The driver is told how to wait for all connections of the process at once, so only
    where there is one thread.
    """
    if threading.active_count() > 1:
        yield
        return
    from psycopg2 import extensions

    before = extensions.get_wait_callback()
    extensions.set_wait_callback(_wait)
    try:
        yield
    finally:
        extensions.set_wait_callback(before)


def _wait(driver: DriverConnection) -> None:
    """Until the server has answered; what is interrupted is cancelled there.

    Of a commit the server says whether it was done, which takes a moment more.

    Raises:
        OperationalError: of a commit it has not said so.
    """
    until = None
    while state := driver.poll():
        reads = [driver] if state == _READ else []
        writes = [driver] if state == _WRITE else []
        try:
            select.select(reads, writes, [], _SLICE_SECONDS)
        except BaseException:  # Ctrl-C, or what a signal's handler raises
            _cancel(driver)
            raise
        if until is None and interrupts.is_noted():
            _cancel(driver)
            until = time.monotonic() + _CANCEL_SECONDS
        if until is not None and time.monotonic() > until:
            from psycopg2 import OperationalError

            raise OperationalError("the server does not answer")


def _cancel(driver: DriverConnection) -> None:
    cancelling = threading.Thread(target=driver.cancel, daemon=True)
    cancelling.start()
    cancelling.join(_CANCEL_SECONDS)


class Connection:
    """Inside a transaction, which has begun with the first statement sent."""

    def __init__(self, driver: DriverConnection) -> None:
        self._driver = driver
        self._cursor = driver.cursor()
        self._waiting: list[bytes] = []
        self._size = 0

    def execute(self, statement: str, facts: Facts = ()) -> Cursor:
        """Ask, after all that waits; the rows are all here then."""
        self._add(translate(statement), facts)
        return self.send()

    def executemany(self, statement: str, facts: Iterable[Facts]) -> None:
        """Write, before the next statement that asks; errors come with that."""
        text = translate(statement)
        for each in facts:
            self._add(text, each)
            if self._size > _MOST_WAITING:
                self.send()

    def add(self, statement: str) -> None:
        """One of PostgreSQL's own, without facts, before the next that asks."""
        self._add(statement, None)

    def send(self) -> Cursor:
        """Send what waits; the rows are the last statement's."""
        if not self._waiting:
            return Cursor(0, ())
        text = b";".join(self._waiting)
        self._waiting, self._size = [], 0
        with _answering_interrupts():
            self._cursor.execute(text)
        if self._cursor.description is None:
            return Cursor(self._cursor.rowcount, ())
        places = {c.name: n for n, c in enumerate(self._cursor.description)}
        found = self._cursor.fetchall()
        return Cursor(len(found), (Row(places, values) for values in found))

    @property
    def role(self) -> str:
        """Who is connected."""
        return str(self._driver.info.user)

    @property
    def is_local(self) -> bool:
        """Whether the server, or the pooler, is on this machine."""
        host = self._driver.info.host or ""
        return host.startswith(("/", "127.", "@")) or host in ("", "localhost", "::1")

    @property
    def is_encrypted(self) -> bool:
        return bool(self._driver.info.ssl_in_use)

    def copy_in(self, statement: str, stream: Any) -> None:
        """Write what a stream holds, after all that waits."""
        self.send()
        self._cursor.copy_expert(statement, stream)

    def commit(self) -> None:
        """Send what waits, and make it last; a signal ends it, or is heard later."""
        from psycopg2.errors import QueryCanceled

        self.add("commit")
        try:
            with interrupts.committing():
                self.send()
        except QueryCanceled:
            interrupts.release()
            raise
        if self._cursor.statusmessage != "COMMIT":
            raise RuntimeError("committed a transaction that had failed")

    def _add(self, text: str, facts: Facts | None) -> None:
        found = self._cursor.mogrify(text, facts)
        self._waiting.append(found)
        self._size += len(found)
