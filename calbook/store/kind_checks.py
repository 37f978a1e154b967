"""JSON that is not of the kind its column is declared to hold (`lines.nouns`).

Another program may have written a number where calbook reads a list. What is set up is
looked at as an import looks at it; of many rows only those that the database doubts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from calbook.store.lines.kinds import JSON_KINDS, OBJECT_KINDS, WrongValue
from calbook.store.lines.nouns import NOUNS
from calbook.store.row_checks import LARGE

if TYPE_CHECKING:
    from calbook.store.connection import Connection
    from calbook.store.lines.tables import Column, Table

_MANY = 1_000  # rows of a large table that are doubted and looked at


def kind_faults(conn: Connection, *, quick: bool) -> Iterator[tuple[str, tuple[Any]]]:
    """A sentence and the row that it is about; `quick` ones are of few rows."""
    for noun in NOUNS:
        for table in (noun.table, *noun.children):
            columns = [c for c in table.columns if c.kind in JSON_KINDS]
            if columns and not (quick and table.name in LARGE):
                id = table.parent or noun.identity[-1]
                for row in conn.execute(_select(table, id, columns)).fetchall():
                    for column, value in zip(columns, row[1:], strict=True):
                        if fault := _fault(column, value):
                            yield f"the {column.name} of {{}} {fault}", (row[0],)


def _select(table: Table, id: str, columns: Sequence[Column]) -> str:
    doubted = " or ".join(f"not ({_is_plain(column)})" for column in columns)
    which = f"where {doubted} limit {_MANY}" if table.name in LARGE else ""
    values = ", ".join(_readable(column.name) for column in columns)
    return f"select {id}, {values} from {table.name} {which}"


def _readable(name: str) -> str:
    """What is no JSON may be no UTF-8 either, which nobody can read."""
    return f"case when {name} is null or json_valid({name}) then {name} else '' end"


def _is_plain(column: Column) -> str:
    """What most rows have is not parsed."""
    name, brackets = column.name, "{}" if column.kind in OBJECT_KINDS else "[]"
    return f"""
        {name} is null or {name} = '{brackets}'
        or json_valid({name}) and substr({name}, 1, 1) = '{brackets[0]}'
    """


def _fault(column: Column, value: str | None) -> str | None:
    if value is None and column.is_optional:
        return None
    try:
        JSON_KINDS[column.kind](json.loads(value or ""))
    except WrongValue as wrong:
        return str(wrong)
    except (ValueError, RecursionError):
        return "must be JSON"
    return None
