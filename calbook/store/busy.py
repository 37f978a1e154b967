"""Calendars that say when a host is busy, and their busy time in pieces."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from calbook.core.busy import Stretch, split_span
from calbook.core.errors import BadInput, Busy
from calbook.core.model import LONGEST_CLAIM, Span
from calbook.core.time import times
from calbook.store.booking_filters import HAS_EXPIRED
from calbook.store.facts import CLAIM_SECONDS, Facts
from calbook.store.writer import repeat_step

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.writer import Writer

    Step = Callable[[Writer], object]

# One row for each, with what is to be told of it.
_CALENDARS = """
    select k.*, h.timezone,
        (select count(distinct stretch) from busy where calendar_id = k.id)
            as stretches,
        (select min(stretch_start) from busy where calendar_id = k.id) as first,
        (select max(stretch_end) from busy where calendar_id = k.id) as last,
        (select max(text) from busy where calendar_id = k.id and k.kind = 'own') as text
    from calendars k join hosts h on h.id = k.host_id
    where k.is_busy and (:host_id is null or k.host_id = :host_id)
      and (:name is null or k.name = :name)
      and (:since is null and :until is null or exists (
        select 1 from busy b where b.calendar_id = k.id
        and (:until is null or b.busy_start < :until)
        and (:since is null or b.busy_end > :since)
      ))
    order by k.host_id, k.kind, case when k.kind = 'own' then (
        select min(stretch_start) from busy where calendar_id = k.id
    ) else 0 end, k.name
"""

# From the host's claims that are still to come: they are fewer than a calendar's days.
_OVERLAPPING = f"""
    select c.uid from claims c
    join occurrences o on o.uid = c.uid and o.recurrence_id = c.recurrence_id
    where c.host_id = :host_id and c.claim_start > :now - :longest
      and o.end_at > :now and not {HAS_EXPIRED.format(row="o")}
      and exists (
        select 1 from busy b where b.host_id = c.host_id
        and b.busy_start < c.claim_end
        and b.busy_start > c.claim_start - :longest
        and b.busy_end > c.claim_start
        and b.calendar_id = :calendar_id
        and not coalesce(b.uid = c.uid, false)
      )
    order by c.claim_start
"""

_BOOKED = """
    select o.start_at, o.end_at from claims c
    join occurrences o on o.uid = c.uid and o.recurrence_id = c.recurrence_id
    where c.host_id = :host_id and c.claim_start < :until
      and c.claim_start > :since - :longest and c.claim_end > :since
    order by o.start_at
"""

_MOST_AHEAD = """
    select max(e.maximum_advance) from event_types e
    join event_type_hosts h on h.event_type_id = e.id
    where h.host_id = :host_id
"""


class BusyReader(Facts):
    """What is known of busy time from elsewhere, calendar by calendar."""

    def calendar_rows(
        self,
        *,
        host_id: str | None = None,
        name: str | None = None,
        since: int | None = None,
        until: int | None = None,
    ) -> list[Row]:
        """By host, then name; of those busy in `[since, until)` if that is given."""
        facts = {"host_id": host_id, "name": name, "since": since, "until": until}
        return self._conn.execute(_CALENDARS, facts).fetchall()

    def overlapping(self, row: Row, *, now: int) -> list[str]:
        """Bookings still to come whose time a calendar covers, the next one first."""
        found = self._conn.execute(
            _OVERLAPPING,
            {
                "host_id": row["host_id"],
                "calendar_id": row["id"],
                "longest": CLAIM_SECONDS,
                "now": now,
            },
        )
        return list(dict.fromkeys(uid for (uid,) in found))

    def calendar_row(self, id: int) -> Row | None:
        found = self._conn.execute(
            "select host_id, name from calendars where id = :id", {"id": id}
        ).fetchone()
        rows = (
            []
            if found is None
            else self.calendar_rows(host_id=found["host_id"], name=found["name"])
        )
        return rows[0] if rows else None

    def live_spans(self, uids: Iterable[str]) -> dict[str, set[Span]]:
        """When bookings take place, by uid."""
        spans: dict[str, set[Span]] = {uid: set() for uid in uids}
        found = self._conn.execute(
            "select uid, start_at, end_at from occurrences where status <> 'CANCELLED'"
            " and uid in (select value from json_each(:uids))",
            {"uids": json.dumps(list(spans))},
        )
        for uid, start, end in found:
            spans[uid].add(Span(times.instant(start), times.instant(end)))
        return spans

    def booked_spans(self, host_id: str, since: int, until: int) -> list[Row]:
        """When a host's bookings are that overlap `[since, until)`, by start."""
        return self._conn.execute(
            _BOOKED,
            {
                "host_id": host_id,
                "since": since,
                "until": until,
                "longest": CLAIM_SECONDS,
            },
        ).fetchall()

    def most_ahead(self, host_id: str) -> int | None:
        """How many days ahead a host's event types can be booked, where they say so."""
        found = self._conn.execute(_MOST_AHEAD, {"host_id": host_id}).fetchone()[0]
        return None if found is None else int(found)

    def booked(self, host_id: str, uids: Iterable[str]) -> set[str]:
        """Those of some uids that are bookings of this file, by that host.

        Also what was written for that host, given to another, and not taken out yet.
        """
        found = self._conn.execute(
            "select uid from booking_hosts where host_id = :host_id"
            " and uid in (select value from json_each(:uids))"
            " union select o.uid from calendar_objects o"
            " join calendars k on k.id = o.calendar_id"
            " where k.host_id = :host_id and o.state = 'written'"
            " and o.uid in (select value from json_each(:uids))",
            {"host_id": host_id, "uids": json.dumps(list(uids))},
        )
        return {uid for (uid,) in found}


def replace_steps(
    calendar: Mapping[str, Any], stretches: Sequence[Stretch], *, id: int | None = None
) -> Iterator[Step]:
    """Steps that write a calendar and its busy time in the place of one of its name.

    With `id` it is that very one, which was there before.

    The new time comes before the old goes: who books between two steps sees all of
    one or the other, and what an interrupted import left goes with the next one.

    Raises:
        Busy: another import of that calendar has begun, or it was removed.
    """
    place = _CalendarPlace(calendar, len(stretches), id)
    yield lambda tx: place.find(tx, stretches)
    for first, some in _bounded(stretches):
        yield partial(place.add, first=first, stretches=some)
    yield place.finish
    yield from repeat_step(place.remove_some)


class _CalendarPlace:
    """A calendar's row, and the numbers that its new stretches have: the next ones."""

    def __init__(
        self, calendar: Mapping[str, Any], count: int, known: int | None
    ) -> None:
        self._calendar, self._count, self._known = calendar, count, known
        self._id = self._first = 0

    def find(self, tx: Writer, stretches: Sequence[Stretch]) -> None:
        """Make the row if it is new, and the last stretch, so that others count on."""
        key = {name: self._calendar[name] for name in ("host_id", "name")}
        tx.lock_hosts([key["host_id"]])
        find = (
            "select id, kind, is_busy from calendars"
            " where host_id = :host_id and name = :name"
        )
        row = tx.connection.execute(find, key).fetchone()
        if self._known is not None and (
            row is None or row[0] != self._known or not row[2]
        ):
            raise self._changed()
        if self._known is None and row is not None and row[1] in ("caldav", "vdir"):
            raise BadInput(
                f"{key['name']} is a connected calendar",
                hint="take another name, or remove that one",
                field="name",
            )
        if row is None:
            new = {**self._calendar, **_NOT_READ_YET}
            tx.insert_all("calendars", tuple(new), [tuple(new.values())])
            row = tx.connection.execute(find, key).fetchone()
        else:  # until all of it is there, it is as nothing that was seen
            tx.run("update calendars set mark = null where id = :id", id=row[0])
        self._id = row[0]
        self._first = self._last(tx) + 1
        self._insert(tx, self._count - 1, stretches[-1:])

    def add(self, tx: Writer, *, first: int, stretches: Sequence[Stretch]) -> None:
        self._check_last(tx)
        self._insert(tx, first, stretches)

    def finish(self, tx: Writer) -> None:
        """The row says what the new stretches are."""
        self._check_last(tx)
        names = [n for n in self._calendar if n not in ("host_id", "name")]
        changes = ", ".join(f"{name} = :{name}" for name in names)
        statement = f"update calendars set {changes} where id = :id"
        tx.run(statement, **self._calendar, id=self._id)

    def remove_some(self, tx: Writer) -> int:
        """Of the old stretches; how many pieces."""
        return remove_busy(tx, self._id, before=self._first)

    def _check_last(self, tx: Writer) -> None:
        tx.lock_hosts([self._calendar["host_id"]])
        if self._last(tx) != self._first + self._count - 1:
            raise self._changed()

    def _changed(self) -> Busy:
        return Busy(
            f"calendar {self._calendar['name']} was imported again, or removed,"
            " meanwhile",
            hint="what came later stays",
            calendar=self._calendar["name"],
        )

    def _last(self, tx: Writer) -> int:
        found = tx.connection.execute(
            "select coalesce(max(stretch), -1) from busy where calendar_id = ?",
            (self._id,),
        ).fetchone()
        return int(found[0])

    def _insert(self, tx: Writer, first: int, stretches: Sequence[Stretch]) -> None:
        first += self._first
        pieces = _pieces(self._calendar["host_id"], self._id, first, stretches)
        tx.insert_all("busy", _PIECE, list(pieces))


_NOT_READ_YET = {"events": 0, "free": 0, "bookings": 0, "horizon": None}
_MOST_PIECES = 500  # that a step writes or removes, and those of one stretch more


def remove_busy(tx: Writer, calendar_id: int, *, before: int | None = None) -> int:
    """Some stretches of a calendar, all of them in the end; how many pieces."""
    return tx.count(
        "delete from busy where calendar_id = :id"
        " and (:before is null or stretch < :before) and stretch <= coalesce(("
        "  select stretch from busy where calendar_id = :id"
        "  order by stretch limit 1 offset :most"
        " ), stretch)",
        id=calendar_id,
        before=before,
        most=_MOST_PIECES,
    )


def _bounded(
    stretches: Sequence[Stretch],
) -> Iterator[tuple[int, Sequence[Stretch]]]:
    """All but the last, in parts of not too many pieces; each with its place."""
    begin = pieces = 0
    for n, stretch in enumerate(stretches[:-1]):
        pieces += 1 + (stretch.span.end - stretch.span.start) // LONGEST_CLAIM
        if pieces >= _MOST_PIECES:
            yield begin, stretches[begin : n + 1]
            begin, pieces = n + 1, 0
    if stretches[begin:-1]:
        yield begin, stretches[begin:-1]


_PIECE = (
    *("host_id", "busy_start", "busy_end", "calendar_id"),
    *("stretch", "stretch_start", "stretch_end", "text", "uid"),
)


def _pieces(
    host_id: str, calendar_id: int, first: int, stretches: Sequence[Stretch]
) -> Iterable[tuple[Any, ...]]:
    epoch = times.epoch
    for number, stretch in enumerate(stretches, start=first):
        whole = (epoch(stretch.span.start), epoch(stretch.span.end))
        for piece in split_span(stretch.span):
            edges = (epoch(piece.start), epoch(piece.end))
            yield (
                host_id,
                *edges,
                calendar_id,
                number,
                *whole,
                stretch.text,
                stretch.uid,
            )


def remove_steps(calendar_id: int) -> Iterator[Step]:
    """Steps that take a calendar out with all its busy time."""
    yield from repeat_step(lambda tx: remove_busy(tx, calendar_id))
    yield lambda tx: tx.run("delete from calendars where id = :id", id=calendar_id)


def remove_all_steps(host_id: str) -> Iterator[Step]:
    """Steps that take out all busy time of a host."""
    return repeat_step(
        lambda tx: tx.count(
            "delete from busy where host_id = :host_id and busy_start <= coalesce(("
            "  select busy_start from busy where host_id = :host_id"
            "  order by busy_start limit 1 offset :most"
            " ), busy_start)",
            host_id=host_id,
            most=_MOST_PIECES,
        )
    )
