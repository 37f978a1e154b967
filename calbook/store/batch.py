"""Many new bookings in one transaction: what they ask is kept, what they write waits.

Whatever else is asked is answered once all that waits is written. Of hosts' time it is
kept day by day what may be taken, never less than is: who meets something there, or
asks for several dates, asks the database itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from calbook.core.time import times
from calbook.store.facts import CLAIM_SECONDS
from calbook.store.transaction import Transaction

if TYPE_CHECKING:
    from calbook.core.catalog import EventType, Schedule
    from calbook.core.model import Booking, Occurrence, Span
    from calbook.store.connection import Connection, Cursor, Facts

# In the order in which one row refers to another.
_TABLES = (
    *("people", "person_keys", "bookings", "booking_hosts", "host_loads"),
    *("attendees", "occurrences", "claims", "events"),
)
_SHARED = (
    *("queued", "untold", "served", "erased", "unchanged", "new_people"),
    *("before_commit", "after_commit"),
)
_MOST_ROWS = 5_000  # that wait
_MOST_VALUES = 900  # of one statement: SQLite once took but 999
_MOST_DAYS, _MOST_KEPT = 5_000, 10_000  # of hosts, and what they have on them
_DAY = 24 * 60 * 60
_ON_DAY = """
    select claim_start, claim_end from claims
    where host_id = :host_id and claim_start < :end
        and claim_start > :start - :longest and claim_end > :start
    union all
    select busy_start, busy_end from busy
    where host_id = :host_id and busy_start < :end
        and busy_start > :start - :longest and busy_end > :start
    union all
    select retired_at, cast(:end as bigint) from hosts
    where id = :host_id and retired_at < :end
"""


class WaitingRows:
    """A connection on which new rows wait for others of their table.

    An attempt that is given up takes back what waits of it, and what was written.
    """

    def __init__(self, conn: Connection) -> None:
        self.unwritten = conn  # answers as if nothing waited
        self._rows: dict[str, dict[str, list[Facts]]] = {t: {} for t in _TABLES}
        self._count = 0
        self._added: dict[str, int] | None = None  # to how many, by their statement
        self._is_begun = False  # in the database
        self.waits = True

    def execute(self, statement: str, facts: Facts = ()) -> Cursor:
        self.write()
        return self.unwritten.execute(statement, facts)

    def executemany(self, statement: str, facts: Iterable[Facts]) -> object:
        self.write()
        return self.unwritten.executemany(statement, facts)

    def add(self, table: str, statement: str, rows: Iterable[Facts]) -> None:
        waiting = self._rows[table].setdefault(statement, [])
        before = len(waiting)
        if self._added is not None:
            self._added.setdefault(statement, before)
        waiting.extend(rows)
        self._count += len(waiting) - before
        if not self.waits:
            self.write()

    def write(self) -> None:
        if self._added is not None and not self._is_begun:
            self._write(self._added)
            self.unwritten.execute("savepoint attempt")
            self._is_begun = True
        if self._count:
            self._write({})

    def _write(self, before: dict[str, int]) -> None:
        """All rows, but what was added behind so many of a statement."""
        for statements in self._rows.values():
            for statement, rows in statements.items():
                number = before.get(statement, len(rows))
                if number:
                    _write_rows(self.unwritten, statement, rows[:number])
                    del rows[:number]
                    self._count -= number

    def begin(self) -> None:
        if self._count > _MOST_ROWS:
            self.write()
        self._added = {}

    def take_back(self) -> bool:
        """Whether nothing had been written or added."""
        added, count = self._added or {}, self._count
        if self._is_begun:
            self.unwritten.execute("rollback to attempt")
        for statements in self._rows.values():
            for statement, rows in statements.items():
                before = 0 if self._is_begun else added.get(statement, len(rows))
                self._count -= len(rows) - before
                del rows[before:]
        return not self._is_begun and count == self._count

    def end(self) -> None:
        if self._is_begun:
            self.write()
            self.unwritten.execute("release attempt")
        self._added, self._is_begun = None, False


def _write_rows(conn: Connection, statement: str, rows: list[Facts]) -> None:
    """Many by one statement where they can be: each costs more than its row."""
    number = _MOST_VALUES // len(rows[0])
    if isinstance(rows[0], tuple) and len(rows) >= number:
        head, of_one = statement.split(" values ")
        behind = len(rows) - len(rows) % number
        conn.executemany(
            f"{head} values {', '.join([of_one] * number)}",
            [
                [*chain.from_iterable(rows[n : n + number])]
                for n in range(0, behind, number)
            ],
        )
        rows = rows[behind:]
    conn.executemany(statement, rows)


class Batch(Transaction):
    """Mixed into a transaction that many bookings are made in."""

    keeps_people = True

    def __init__(self, whole: Transaction) -> None:
        """Go on with a transaction: all that it is to tell is told to both."""
        self._rows = WaitingRows(whole.connection)
        super().__init__(self._rows, cache(whole.actor))
        for name in _SHARED:
            setattr(self, name, getattr(whole, name))
        self.known_open_time, self.known_catalog = {}, {}
        self._event_types: dict[str, EventType] = {}
        self._days: dict[tuple[str, int], list[tuple[int, int]]] = {}
        self._new: dict[tuple[str, int], list[tuple[int, int]]] = {}
        self._kept = 0  # in both
        self._is_all_told = False  # of what time did

    @property
    def unwritten(self) -> Connection:
        return self._rows.unwritten

    # -- what is written

    def add(self, table: str, statement: str, **facts: Any) -> None:
        self._rows.add(table, statement, (facts,))

    def add_all(self, table: str, statement: str, rows: Sequence[Any]) -> None:
        self._rows.add(table, statement, rows)

    def finish(self) -> None:
        """Write what waits; what comes now, before the commit, does not wait."""
        self._rows.write()
        self._rows.waits = False

    def _begin_attempt(self) -> None:
        self._rows.begin()

    def _take_back(self) -> None:
        if not self._rows.take_back():
            self.known_people, self._is_all_told = None, False

    def _end_attempt(self) -> None:
        self._rows.end()

    def save_new(self, booking: Booking) -> dict[str, Any]:
        if any(o.span.end <= booking.created_at for o in booking.occurrences):
            self._is_all_told = False
        return super().save_new(booking)

    def _claim(self, booking: Booking, live: Sequence[Occurrence]) -> None:
        for o in live:
            start, end = map(times.epoch, o.claim)
            for id in booking.hosts_of(o):
                for day in _days(start, end):
                    known = self._days.get((id, day))
                    if known is None:
                        known = self._new.setdefault((id, day), [])
                    known.append((start, end))
                    self._kept += 1
        super()._claim(booking, live)

    # -- what is asked

    def lock_event_type(self, key: str) -> EventType:
        if key not in self._event_types:
            self._event_types[key] = super().lock_event_type(key)
        self.locked_event_type = self._event_types[key]
        return self.locked_event_type

    def schedule_around(self, key: str, meetings: Sequence[Span]) -> Schedule:
        return self.schedule(key)  # whole, as many dates will be asked for

    def due_occurrences(
        self, now: datetime, *, limit: int
    ) -> list[tuple[str, datetime]]:
        if self._is_all_told:
            return []
        due = super().due_occurrences(now, limit=limit)
        self._is_all_told = not due
        return due

    def _is_taken(self, host_id: str, spans: Sequence[Span]) -> bool:
        if len(spans) > 1:
            return super()._is_taken(host_id, spans)
        start, end = map(times.epoch, spans[0])
        return any(
            start < taken_end and taken_start < end
            for day in _days(start, end)
            for taken_start, taken_end in self._taken_on(host_id, day)
        )

    def _taken_on(self, host_id: str, day: int) -> list[tuple[int, int]]:
        known = self._days.get((host_id, day))
        if known is None:
            if len(self._days) > _MOST_DAYS or self._kept > _MOST_KEPT:
                self._rows.write()
                self._days, self._new, self._kept = {}, {}, 0
                self.known_open_time = {}
            known = self._new.pop((host_id, day), [])
            facts = {"host_id": host_id, "longest": CLAIM_SECONDS}
            facts |= {"start": day * _DAY, "end": (day + 1) * _DAY}
            found = self._rows.unwritten.execute(_ON_DAY, facts)
            known += [(row[0], row[1]) for row in found]
            self._kept += len(known)
            self._days[host_id, day] = known
        return known


def _days(start: int, end: int) -> range:
    return range(start // _DAY, (end - 1) // _DAY + 1)


_KINDS: dict[type[Transaction], type[Batch]] = {}


def _kind(of: type[Transaction]) -> type[Batch]:
    if of not in _KINDS:
        _KINDS[of] = type("Batch", (Batch, of), {})
    return _KINDS[of]


@contextmanager
def batch(whole: Transaction) -> Iterator[Transaction]:
    """The transaction as one in which many bookings are made."""
    many = _kind(type(whole))(whole)
    yield many
    many.finish()
