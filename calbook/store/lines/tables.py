"""How lines are declared: columns, tables of objects, and nouns made of these.

A column is written `name:kind`, `name@table` for a row that it refers to, `name#table`
for a number in the order of making; with a `?` where it may be null, without a kind
where it is any text. `event_seq:event` is the event's id in a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

_COLUMN = re.compile(r"(\w+)(?:([:@#])(\w+))?(\?)?")
# Keys that are not the column's own name.
_KEYS = {
    **{"rowid": "number", "start_at": "startTime", "end_at": "endTime"},
    **{"event_seq": "eventId", "event_uid": "uid"},
}
# What is told otherwise than a column holds it, and what no column holds.
_SQL = {
    "event_seq": "(select e.id from events e where e.seq = event_seq)",
    "event_uid": "(select e.uid from events e where e.seq = event_seq)",
    "is_recorded": "due is null and status in ('PENDING', 'CONFIRMED')",
}
_NOT_STORED = {"event_uid", "is_recorded"}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


class Column(NamedTuple):
    """`refers` to a table's key; `counts` in the order in which its rows were made."""

    name: str
    key: str
    kind: str
    is_optional: bool
    refers: str | None
    counts: str | None

    @property
    def sql(self) -> str:
        return f"{_SQL[self.name]} as {self.key}" if self.name in _SQL else self.name

    @property
    def is_stored(self) -> bool:
        return self.name not in _NOT_STORED


def _columns(text: str) -> tuple[Column, ...]:
    found = []
    for word in text.split():
        match = _COLUMN.fullmatch(word)
        assert match is not None, word
        name, mark, kind, optional = match.groups()
        found.append(
            Column(
                name,
                _KEYS.get(name) or _camel(name),
                {None: "text", ":": kind, "@": "id", "#": "number"}[mark],
                bool(optional),
                kind if mark == "@" else None,
                kind if mark == "#" else None,
            )
        )
    return tuple(found)


class Table:
    """Rows that are objects: of a noun, or in a list under a `key` of its parent.

    `parent` is the column that holds the parent's key, `order` what they are told by,
    `only` a filter. Of `flat` ones each is its only value. `later` as of a noun.
    """

    def __init__(
        self,
        name: str,
        columns: str,
        *,
        key: str = "",
        parent: str = "",
        order: str = "",
        only: dict[str, str] | None = None,
        flat: bool = False,
        later: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.columns = _columns(columns)
        self.key = key
        self.parent = parent
        self.order = order or self.columns[0].name
        self.only = only or {}
        self.flat = flat
        self.later = dict.fromkeys(later)

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(column.key for column in self.columns)

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each column stands in a row."""
        return {column.name: n for n, column in enumerate(self.columns)}

    @cached_property
    def stored(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.is_stored)


class Noun:
    """A kind of line: a `type`, the table, and what belongs to its rows.

    `by` is the key that children and other lines name it by; `identity` what tells
    that two are the same, where that is another. `secrets` are keys that are left out
    unless they are asked for; `later` those that lines of earlier versions have not,
    which is as if they were null.
    """

    def __init__(
        self,
        type: str,
        table: Table,
        *children: Table,
        by: str,
        identity: tuple[str, ...] = (),
        unique: tuple[str, ...] = (),
        secrets: tuple[str, ...] = (),
        later: tuple[str, ...] = (),
    ) -> None:
        self.type = type
        self.table = table
        self.children = children
        self.by = by
        self.identity = identity or (by,)
        self.unique = unique
        self.secrets = frozenset(secrets)
        self._later = dict.fromkeys(later)

    def complete(self, line: dict[str, Any]) -> dict[str, Any]:
        """With the keys that lines of earlier versions have not."""
        found = self._later | line if self._later else line
        for child in self.children:
            items = line.get(child.key)
            if child.later and type(items) is list:
                found = {
                    **found,
                    child.key: [
                        child.later | item if type(item) is dict else item
                        for item in items
                    ],
                }
        return found

    def identify(self, line: Mapping[str, Any]) -> tuple[Any, ...]:
        """What tells that two lines are of the same."""
        return tuple(line[key] for key in self._identity_keys)

    @cached_property
    def _identity_keys(self) -> tuple[str, ...]:
        columns = {column.name: column.key for column in self.table.columns}
        return tuple(columns[name] for name in self.identity)

    @cached_property
    def keys(self) -> frozenset[str]:
        return self.table.keys | {"type"} | {child.key for child in self.children}
