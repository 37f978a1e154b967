"""Rows as lines: one snapshot, some rows at a time, each with what belongs to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from calbook.core.errors import Damaged
from calbook.store.lines.kinds import ENCODERS
from calbook.store.lines.nouns import NOUNS
from calbook.store.lines.tables import Noun, Table
from calbook.store.settings import OF_MACHINE

if TYPE_CHECKING:
    from calbook.core.progress import Progress
    from calbook.store.administration import Source
    from calbook.store.connection import Connection

Line = dict[str, Any]

_AT_ONCE = 200  # lines, with all that belongs to them
# Busy time is a row for each piece.
_FROM = {
    "settings": f"(select * from settings where name not in {OF_MACHINE}) as settings",
    "busy": "(select distinct calendar_id, stretch, stretch_start, stretch_end, text,"
    " uid from busy where calendar_id in ({keys})) as busy",
}


def export_lines(
    source: Source, *, secrets: bool = False, progress: Progress | None = None
) -> Iterator[Line]:
    """All that is stored, in an order that only depends on it."""
    counts = {noun: _count(source, noun) for noun in NOUNS}
    done, total = 0, sum(counts.values())
    for noun in NOUNS:
        for lines in _portions(source, noun) if counts[noun] else ():
            for line in lines:
                yield line if secrets else leave_out_secrets(noun, line)
            done += len(lines)
            if progress is not None:
                progress(done, total)


def leave_out_secrets(noun: Noun, line: Line) -> Line:
    if not noun.secrets:
        return line
    return {key: value for key, value in line.items() if key not in noun.secrets}


def find_lines(
    conn: Connection, noun: Noun, identities: Iterable[tuple[Any, ...]]
) -> dict[tuple[Any, ...], Line]:
    """The lines of what is there under one of these identities."""
    if len(noun.identity) == 1:
        where = f"{noun.by} in (select value from json_each(:keys))"
        facts = {"keys": json.dumps([key for (key,) in identities])}
        lines = _lines(conn, noun, where, facts)
    else:
        where = " and ".join(f"{name} = :{name}" for name in noun.identity)
        every = (dict(zip(noun.identity, each, strict=True)) for each in identities)
        lines = [line for facts in every for line in _lines(conn, noun, where, facts)]
    return {noun.identify(line): line for line in lines}


def _count(source: Source, noun: Noun) -> int:
    """None of a table that only later versions have."""
    if not source.columns(noun.table.name):
        return 0
    row = source.conn.execute(f"select count(*) from {noun.table.name}").fetchone()
    return int(row[0])


def _portions(source: Source, noun: Noun) -> Iterator[list[Line]]:
    """Some lines at a time, by the noun's order, which no two rows share."""
    order, conn, name = noun.table.order, source.conn, noun.table.name
    after: dict[str, Any] = {}
    while True:
        behind = f"where {order} > :after" if after else ""
        edge = conn.execute(
            f"select {order} from {name} {behind} order by {order}"
            f" limit 1 offset {_AT_ONCE - 1}",
            after,
        ).fetchone()
        bounds = [f"{order} > :after"] * bool(after)
        bounds += [f"{order} <= :last"] * bool(edge)
        facts = {**after, "last": edge[0]} if edge else after
        yield _lines(conn, noun, " and ".join(bounds) or "1 = 1", facts)
        if not edge:
            return
        after = {"after": edge[0]}


def _lines(
    conn: Connection, noun: Noun, where: str, facts: dict[str, Any]
) -> list[Line]:
    """The lines of the rows that a condition means."""
    table = noun.table
    order = ", ".join(dict.fromkeys((table.order, *noun.identity)))
    rows = conn.execute(
        f"select {_selected(table)} from {_from(table)} where {where} order by {order}",
        facts,
    ).fetchall()
    objects = [{"type": noun.type, **_object(table, row)} for row in rows]
    if not noun.children:
        return objects
    by = table.places[noun.by]
    lines = {row[by]: each for row, each in zip(rows, objects, strict=True)}
    keys = f"select {noun.by} from {table.name} where {where}"
    for child in noun.children:
        for line in lines.values():
            line[child.key] = []
        for key, items in _children(conn, child, keys, facts):
            lines[key][child.key] = items
    return objects


def _children(
    conn: Connection, table: Table, keys: str, facts: dict[str, Any]
) -> Iterator[tuple[Any, list[Any]]]:
    """What belongs to each of some parents, by the parent's key."""
    only = "".join(f" and {name} = '{value}'" for name, value in table.only.items())
    rows = conn.execute(
        f"select {_selected(table)}, {table.parent} from {_from(table, keys)}"
        f" where {table.parent} in ({keys}){only}"
        f" order by {table.parent}, {table.order}",
        facts,
    ).fetchall()
    for key, found in groupby(rows, key=lambda row: row[len(table.columns)]):
        objects = (_object(table, row) for row in found)
        if table.flat:
            yield key, [value for each in objects for value in each.values()]
        else:
            yield key, [*objects]


def _from(table: Table, keys: str = "") -> str:
    return _FROM.get(table.name, table.name).format(keys=keys)


@cache
def _selected(table: Table) -> str:
    return ", ".join(column.sql for column in table.columns)


@cache
def _encoders(table: Table) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    return tuple((column.key, ENCODERS.get(column.kind)) for column in table.columns)


def _object(table: Table, row: Any) -> Line:
    try:
        return {
            key: value if encode is None or value is None else encode(value)
            for value, (key, encode) in zip(row, _encoders(table), strict=False)
        }
    except (ValueError, OverflowError, OSError, TypeError) as error:
        raise Damaged(
            f"a row of {table.name} cannot be exported: {error}",
            hint="look for contradictions in it: client.check()",
            command_hint="look for contradictions in it: calbook db check",
        ) from None
