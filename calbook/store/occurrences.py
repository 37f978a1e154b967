"""The dates of a booking and the time that they claim; what many share is sent once.

A row that is bound to a statement costs thrice as much as one that a statement makes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from calbook.core.booking import effective_status
from calbook.core.json_text import dumps
from calbook.core.model import SECOND, Booking, Occurrence, Span, Status
from calbook.core.time import times
from calbook.core.typing_names import Any
from calbook.store import columns
from calbook.store.facts import CLAIM_SECONDS, keys_to_json
from calbook.store.reader import Reader
from calbook.store.writer import Writer

_FEWEST = 8  # fewer are not worth it
_OF_EACH = (
    *("recurrence_id", "date", "start_at", "end_at", "claim_start", "claim_end"),
    *("wall", "due"),
)
_START = "cast(value as bigint)"
_ALIKE = f"""
    insert into occurrences ({", ".join(columns.OCCURRENCE)})
    select {
    ", ".join(
        {
            "recurrence_id": _START,
            "date": "key",
            "start_at": _START,
            "end_at": f"{_START} + :length",
            "claim_start": f"{_START} - :before",
            "claim_end": f"{_START} + :length + :after",
            "wall": "key || :clock",
            "due": f"{_START} + :until_due",
        }.get(column, f":{column}")
        for column in columns.OCCURRENCE
    )
} from json_each(:dates)
"""

_KEYS = "select cast(value as bigint) from json_each(:keys)"
_SHARED = [c for c in columns.OCCURRENCE if c not in (*_OF_EACH, "uid")]
_CHANGE_ALIKE = f"""
    update occurrences set {", ".join(f"{c} = :{c}" for c in _SHARED)},
        due = case :due when 'start' then start_at when 'end' then end_at end
    where uid = :uid and recurrence_id in ({_KEYS})
"""
_CLAIM = ("host_id", "claim_start", "claim_end", "uid", "recurrence_id")
_CLAIMS = f"""
    insert into claims ({", ".join(_CLAIM)})
    select :host_id, o.claim_start, o.claim_end, o.uid, o.recurrence_id
    from occurrences o where o.uid = :uid and o.status <> 'CANCELLED' and (
        :keys is null or o.recurrence_id in ({_KEYS})
    )
"""
_DELETE = {
    table: f"delete from {table} where uid = :uid and recurrence_id in ({_KEYS})"
    for table in ("occurrences", "claims")
}
# Whether a host has anything at all in spans of one length, be it a request that
# expired. A list of starts is read in a third of the time that one of pairs takes. No
# two claims overlap, so the last one that begins before the end of a span says it all.
_IS_TAKEN = """
    with spans (start_at, end_at) as materialized (
        select cast(value as bigint), cast(value as bigint) + :length
        from json_each(:starts)
    )
    select exists (
        select 1 from spans s where s.start_at < (
            select c.claim_end from claims c
            where c.host_id = :host_id and c.claim_start < s.end_at
            order by c.claim_start desc limit 1
        )
    ) or exists (
        select 1 from spans s cross join busy b on b.host_id = :host_id
            and b.busy_start < s.end_at
            and b.busy_start > s.start_at - :longest
            and b.busy_end > s.start_at
    ) or exists (
        select 1 from (select max(end_at) as end_at from spans) s
            cross join hosts h on h.id = :host_id and h.retired_at < s.end_at
    )
"""


def insert_occurrences(
    tx: Writer, booking: Booking, occurrences: Sequence[Occurrence]
) -> list[dict[str, Any]]:
    """Write those that are new; their rows, with what is shown of them."""
    if len(occurrences) < _FEWEST:
        return _insert_each(tx, booking, occurrences)
    shown: list[dict[str, Any]] = []
    for _, alike in groupby(occurrences, _shared):
        dates = [*alike]
        starts = {o.date.isoformat(): times.epoch(o.recurrence_id) for o in dates}
        if len(starts) < max(len(dates), _FEWEST):
            shown += _insert_each(tx, booking, dates)
        else:
            shown += _insert_alike(tx, booking, dates[0], starts)
    return shown


def _insert_each(
    tx: Writer, booking: Booking, occurrences: Sequence[Occurrence]
) -> list[dict[str, Any]]:
    rows = [columns.occurrence(booking, o) for o in occurrences]
    tx.insert_all("occurrences", columns.OCCURRENCE, rows)
    return [dict(zip(columns.OCCURRENCE, row, strict=True)) for row in rows]


def _shared(o: Occurrence) -> tuple[object, ...]:
    """What follows from the date of one is the same of all that share this."""
    given, span, claim = o.start, o.span, o.claim
    start, end = span
    wall = given.wall
    if not (o.recurrence_id == start == given.instant and wall.date() == o.date):
        return (o,)
    buffers = () if claim is span else (start - claim.start, claim.end - end)
    return (wall.time(), given[2:], end - start, buffers, o[5:])


def _insert_alike(
    tx: Writer, booking: Booking, first: Occurrence, starts: dict[str, int]
) -> list[dict[str, Any]]:
    row = dict(zip(columns.OCCURRENCE, columns.occurrence(booking, first), strict=True))
    start, length = row["start_at"], (first.span.end - first.span.start) // SECOND
    shared = {name: row[name] for name in ("uid", *_SHARED)}
    tx.add(
        "occurrences",
        _ALIKE,
        **shared,
        length=length,
        before=start - row["claim_start"],
        after=row["claim_end"] - row["end_at"],
        clock=row["wall"].removeprefix(row["date"]),
        until_due=None if row["due"] is None else row["due"] - start,
        dates=dumps(starts),
    )
    return [
        shared
        | {"recurrence_id": at, "date": day, "start_at": at, "end_at": at + length}
        for day, at in starts.items()
    ]


def update_occurrences(
    tx: Writer, booking: Booking, changed: Iterable[tuple[Occurrence, Occurrence]]
) -> None:
    """Write what differs from before; each as it was, and as it is."""
    rows: list[tuple[Any, ...]] = []
    for what, alike in groupby(changed, lambda pair: _changed(*pair)):
        dates = [new for _, new in alike]
        if what is None or len(dates) < _FEWEST:
            rows += [columns.occurrence(booking, o) for o in dates]
            continue
        first = columns.occurrence(booking, dates[0])
        row = dict(zip(columns.OCCURRENCE, first, strict=True))
        keys = keys_to_json(o.recurrence_id for o in dates)
        tx.run(_CHANGE_ALIKE, **{**row, "due": what[0], "keys": keys})
    tx.upsert_all("occurrences", "uid, recurrence_id", columns.OCCURRENCE, rows)


def _changed(old: Occurrence, new: Occurrence) -> tuple[object, ...] | None:
    """What becomes of one whose time stays; None of others."""
    due = effective_status.next_status_change(new)
    edge = {None: None, new.span.start: "start", new.span.end: "end"}
    if old[:5] != new[:5] or due not in edge:
        return None
    return (edge[due], new.start[2:], new[5:])


def delete_by_keys(tx: Writer, table: str, uid: str, keys: Iterable[datetime]) -> None:
    """Rows of a booking's occurrences, or of their claims."""
    if found := [*keys]:
        tx.run(_DELETE[table], uid=uid, keys=keys_to_json(found))


def insert_claims(
    tx: Writer, booking: Booking, live: Sequence[Occurrence]
) -> Iterable[str]:
    """Hold the time of occurrences that have been written; whose it is."""
    held = by_host(booking, live)
    every = sum(o.status is not Status.CANCELLED for o in booking.occurrences)
    for id, dates in held.items():
        if len(dates) < _FEWEST:
            tx.insert_all("claims", _CLAIM, [_claim(id, booking, o) for o in dates])
        else:
            those = (o.recurrence_id for o in dates)
            keys = None if len(dates) == every else keys_to_json(those)
            tx.add("claims", _CLAIMS, host_id=id, uid=booking.uid, keys=keys)
    return held


def by_host(
    booking: Booking, live: Sequence[Occurrence]
) -> dict[str, Sequence[Occurrence]]:
    """Of each host the occurrences whose time it gives."""
    if not any(o.host_ids for o in live):  # as mostly
        return dict.fromkeys(booking.host_ids, live) if live else {}
    held: dict[str, Sequence[Occurrence]] = {}
    for id in dict.fromkeys(id for o in live for id in booking.hosts_of(o)):
        held[id] = [o for o in live if id in booking.hosts_of(o)]
    return held


def _claim(host_id: str, booking: Booking, o: Occurrence) -> tuple[Any, ...]:
    key, span = times.epoch(o.recurrence_id), map(times.epoch, o.claim)
    return (host_id, *span, booking.uid, key)


def is_taken(reader: Reader, host_id: str, spans: Iterable[Span]) -> bool:
    """Whether anything of a host lies in a span, also a request that expired."""
    starts: dict[timedelta, list[int]] = {}
    for span in spans:
        starts.setdefault(span.end - span.start, []).append(times.epoch(span.start))
    for length, those in starts.items():
        facts = {"host_id": host_id, "longest": CLAIM_SECONDS}
        facts |= {"starts": dumps(those), "length": length // SECOND}
        found = reader.connection.execute(_IS_TAKEN, facts).fetchone()
        if found[0]:
            return True
    return False
