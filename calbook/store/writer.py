"""How rows are put into tables: by name, inserted or updated, never replaced."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache

from calbook.core.catalog import Need, Reminder
from calbook.core.model import MINUTE, Question
from calbook.core.rules.limit_text import LIMIT_LISTS, RULES, limit_text
from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.store.facts import Facts

if TYPE_CHECKING:
    from calbook.core.catalog import EventType
    from calbook.core.model import Booking
    from calbook.core.time.recurrence import Recurrence
    from calbook.store.connection import Connection


class Writer(Facts):
    """Facts, and the statements that every kind of writing is made of."""

    def __init__(self, conn: Connection) -> None:
        super().__init__(conn)
        self.queued: list[str] = []  # deliveries written by this transaction
        self.known_people: Any = None  # what `store.booked_people` has asked last
        self.are_pushed: bool | None = None  # what `store.reminders` has asked once
        self.named: set[str] = set()  # persons by whose id something is said now
        self.new_people: set[str] = set()  # who came into the book by it
        self.untold: list[str] = []  # who was to be told and has no address
        self.locked_event_type: EventType | None = None
        self.has_waiting: bool | None = None  # what `store.waiting` has asked once
        self.served: list[Any] = []  # who waited and was offered time, or booked
        self.erased: list[str] = []  # persons who might be kept no longer
        self.unchanged: list[tuple[str, str]] = []  # what was so already, and in words
        self.before_commit: list[Callable[[], object]] = []  # when all is written
        self.after_commit: list[Callable[[], object]] = []  # also of a dry run

    keeps_people = False  # all that was asked of them, and not what was last

    @property
    def unwritten(self) -> Connection:
        """For what does not ask of new rows, which may wait."""
        return self._conn

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the transaction that is taken back alone when it raises.

        With what a signal raises all of the transaction goes.
        """
        told: tuple[list[Any], ...] = (
            self.queued,
            self.untold,
            self.served,
            self.erased,
            self.unchanged,
            self.before_commit,
        )
        lengths = [len(each) for each in told]
        self._begin_attempt()
        try:
            yield
        except Exception:
            self._take_back()
            for each, length in zip(told, lengths, strict=True):
                del each[length:]
            self._end_attempt()
            raise
        self._end_attempt()

    def _begin_attempt(self) -> None:
        self._conn.execute("savepoint attempt")

    def _take_back(self) -> None:
        self._conn.execute("rollback to attempt")

    def _end_attempt(self) -> None:
        self._conn.execute("release attempt")

    def run(self, statement: str, **facts: Any) -> None:
        """Write; a database that is far away is told of it with the next question."""
        self._conn.executemany(statement, (facts,))

    def add(self, table: str, statement: str, **facts: Any) -> None:
        """Write a row that is new; where many are made, with others of its table."""
        self.run(statement, **facts)

    def add_all(self, table: str, statement: str, rows: Sequence[Any]) -> None:
        self._conn.executemany(statement, rows)

    def count(self, statement: str, **facts: Any) -> int:
        """Write; how many rows."""
        return self._conn.execute(statement, facts).rowcount

    # -- locks: nothing where only one can write at a time

    def lock_key(self, key: str) -> None:
        """Be alone with an idempotency key, before it is looked for."""

    def lock_hosts(self, host_ids: Iterable[str]) -> None:
        """Be alone with what hosts have to do, before it is looked at."""

    def try_lock_hosts(self, host_ids: Iterable[str]) -> bool:
        """Be alone with what hosts have to do, if nobody else is; whether so."""
        return True

    def lock_event_type(self, key: str) -> EventType:
        """An event type as it is while its hosts are locked: who changes it waits."""
        self.locked_event_type = self.event_type(key)
        return self.locked_event_type

    def event_type_of(self, booking: Booking) -> EventType:
        """As it was locked, if it was."""
        locked = self.locked_event_type
        if locked is not None and locked.id == booking.event_type_id:
            return locked
        return self.event_type(booking.event_type_id)

    def lock_booking(self, uid: str) -> None:
        """Be alone with a booking, its hosts and all who could be."""

    def lock_row(self, uid: str) -> None:
        """Be alone with a booking whose hosts are locked."""

    def lock_groups(self, event_type_id: str, start: datetime) -> None:
        """Be alone with the bookings of an event type whose first start this is."""

    def lock_catalog(self) -> None:
        """Be alone with event types, hosts, schedules and webhooks."""

    def upsert(self, table: str, key: str, **columns: Any) -> None:
        """Insert, or update what is there under the key, by the same names."""
        names = tuple(columns)
        self.run(_upsert(table, key, names, tuple(f":{c}" for c in names)), **columns)

    def insert_all(
        self, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Rows that are new, with a third less work than `upsert_all`."""
        if rows:
            self.add_all(table, _insert(table, columns, "?" * len(columns)), rows)

    def upsert_all(
        self,
        table: str,
        key: str,
        columns: tuple[str, ...],
        rows: Sequence[tuple[Any, ...]],
    ) -> None:
        """`put` for many rows of the same columns."""
        self._conn.executemany(_upsert(table, key, columns, "?" * len(columns)), rows)

    def upsert_dated(self, table: str, now: datetime, **columns: Any) -> None:
        stamp = times.epoch(now)
        self.upsert(table, "id", **columns, created_at=stamp, updated_at=stamp)


def repeat_step(step: Callable[[Any], int]) -> Iterator[Callable[[Any], None]]:
    """The same step of `write_portions` until it has changed nothing."""
    changed = [1]

    def once(tx: Writer) -> None:
        changed[0] = step(tx)

    while changed[0]:
        yield once


@cache
def _upsert(
    table: str, key: str, columns: tuple[str, ...], places: Sequence[str]
) -> str:
    kept = {*key.split(", "), "created_at"}
    changes = ", ".join(f"{c} = excluded.{c}" for c in columns if c not in kept)
    return (
        f"{_insert(table, columns, places)} on conflict ({key}) do update set {changes}"
    )


@cache
def _insert(table: str, columns: tuple[str, ...], places: Sequence[str]) -> str:
    names, values = ", ".join(columns), ", ".join(places)
    return f"insert into {table} ({names}) values ({values})"


@cache
def insert_named(table: str, columns: tuple[str, ...]) -> str:
    return _insert(table, columns, tuple(f":{column}" for column in columns))


_encode = json.JSONEncoder(ensure_ascii=False).encode


_EMPTY = (dict, list, tuple)  # a union would be made each time


def to_json(value: object) -> str | None:
    if value is None:
        return None
    if not value and isinstance(value, _EMPTY):  # as most are
        return "{}" if isinstance(value, dict) else "[]"
    return _encode(value)


def to_recurring(rule: Recurrence | None) -> str | None:
    if rule is None:
        return None
    from calbook.core.time import recurrence  # slow to import

    return to_json(recurrence.to_json(rule))


def to_epoch(moment: datetime | None) -> int | None:
    return None if moment is None else times.epoch(moment)


def to_minutes(length: timedelta | None) -> int | None:
    return None if length is None else length // MINUTE


def to_need(need: Need) -> dict[str, Any]:
    return {"count": need.number, "of": list(need.ids), "rule": need.rule}


def to_reminder(reminder: Reminder) -> dict[str, Any]:
    return {"minutes_before": to_minutes(reminder.before), "to": reminder.to}


def to_rules(event_type: EventType) -> dict[str, Any]:
    """The rules of an event type that have no column; those that are not set left out.

    A limit as its text.
    """
    said = {name: getattr(event_type, name) for name in RULES}
    said["break_after"] = to_minutes(event_type.break_after)
    return {
        name: [limit_text(limit) for limit in value] if name in LIMIT_LISTS else value
        for name, value in said.items()
        if value
    }


def to_question(question: Question) -> dict[str, Any]:
    return question._asdict()
