"""Whether each index has what its table has: both are read from beginning to end.

`pragma integrity_check` looks up each row in each index, which takes most of its time
on a large file. Here an index is read as if it were a table: whether it is in order,
and a sum of its entries, each as a hash. The table, read once, has to come to the same
sums. Where it does not, `integrity_check` says what is wrong.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby, takewhile
from typing import NamedTuple

from calbook.store.sqlite.row_sums import add_hash, sum_of

_FEW = 1_000  # rows, which are soon looked up
_SAYS_ORDER = (3, 40)  # the SQLite which says that a table is not in order
_PLAIN = re.compile(r"[a-z]\w*")
_DEFINITION = re.compile(
    r"create (?:unique )?index \w+ on \w+ ?\((.+?)\)(?: where (.+))?", re.IGNORECASE
)
# Of a table without rowid, the table is the index of its key.
_INDEXES = """
    select t.name, i.name, i."unique", t.wr and i.origin = 'pk', m.rootpage, m.sql
    from pragma_table_list t join pragma_index_list(t.name) i
    join sqlite_master m on m.name = iif(t.wr and i.origin = 'pk', t.name, i.name)
    where t.schema = 'main' and t.type in ('table', 'shadow') and m.type <> 'trigger'
    order by t.name, i.name
"""
# "Not indexed" leaves tables without rowid to any index that has all columns.
_FROM_TABLE = """
    select name || case when wr then ' indexed by ' || (
        select i.name from pragma_index_list(t.name) i where i.origin = 'pk'
    ) else ' not indexed' end
    from pragma_table_list t where schema = 'main' and name = ?
"""
_ADD = "insert into sqlite_master values ('table', ?, ?, ?, ?)"
_TAKE_OUT = "delete from sqlite_master where type = 'table' and name = ?"
_EXPRESSION, _ROWID = -2, -1  # for the number of a column


class _Column(NamedTuple):
    expression: str  # on the table
    kind: str


class _Index(NamedTuple):
    """The columns of the key come first; `unique` of them no two entries share.

    Of those that may, all are told apart that lie before a column with nulls, which no
    key can have.
    """

    name: str
    root: int
    columns: Sequence[_Column]
    unique: int
    where: str
    is_table: bool

    @property
    def table(self) -> str:
        return f"_entries_of_{self.name}"

    @property
    def names(self) -> Sequence[str]:
        return [f"c{n}" for n in range(len(self.columns))]

    def as_table(self) -> str:
        columns = [
            f"{n} {c.kind}" for n, c in zip(self.names, self.columns, strict=True)
        ]
        key = ", ".join(self.names[: self.unique])
        return (
            f"create table {self.table} ({', '.join(columns)}, primary key ({key}))"
            " strict, without rowid"
        )


def index_faults(conn: sqlite3.Connection) -> Iterator[str]:
    """In the words of `integrity_check`; `conn` is of a copy, or may not write."""
    rows = [tuple(row) for row in conn.execute(_INDEXES).fetchall()]
    tables = {
        table: _read_indexes(conn, table, [row[1:] for row in rows])
        for table, rows in groupby(rows, lambda row: str(row[0]))
    }
    add_hash(conn)
    all = [index for indexes in tables.values() for index in indexes]
    with _as_tables(conn, all) as can_be_read:
        suspects = [
            table
            for table, indexes in tables.items()
            if not (can_be_read and indexes and _agree(conn, table, indexes))
        ]
    for table in suspects:
        yield from page_faults(conn, f'integrity_check("{table}")')


def page_faults(conn: sqlite3.Connection, pragma: str) -> Iterator[str]:
    """What a pragma says that is no praise."""
    for (text,) in conn.execute(f"pragma {pragma}").fetchall():
        lines = (line.strip(" *") for line in str(text).splitlines())
        yield from (line for line in lines if line not in ("ok", "in database main"))


# -- what is read


def _read_indexes(
    conn: sqlite3.Connection,
    table: str,
    rows: Iterable[tuple[str, int, int, int, str | None]],
) -> Sequence[_Index]:
    """None where all is to be looked up: of a small table, or one that is not ours."""
    indexes = [_read_index(conn, table, *row) for row in rows]
    found = [index for index in indexes if index is not None]
    if len(found) < len(indexes):
        return ()
    ((number,),) = conn.execute(f"select count(*) from {table}").fetchall()
    return found if number > _FEW else ()


def _read_index(
    conn: sqlite3.Connection,
    table: str,
    name: str,
    unique: int,
    is_key: int,
    root: int,
    sql: str | None,
) -> _Index | None:
    if is_key:
        sql = None  # that of the table
    given = _DEFINITION.fullmatch(" ".join(sql.split())) if sql else None
    if not (_PLAIN.fullmatch(table) and _PLAIN.fullmatch(name) and (given or not sql)):
        return None
    types = {row[1]: row[2] for row in conn.execute(f"pragma table_info({table})")}
    columns, keys = [], 0
    for _, number, column, *more, is_of_key in conn.execute(
        f"pragma index_xinfo({name})"
    ):
        keys += is_of_key
        if is_key and not is_of_key:
            break
        if more != [0, "BINARY"]:
            return None
        if number == _EXPRESSION:
            if given is None or keys > 1:
                return None
            columns.append(_Column(given[1], _kind_of(conn, table, given[1])))
        elif number == _ROWID:
            columns.append(_Column("rowid", "integer"))
        elif types[column] in ("TEXT", "INTEGER"):
            columns.append(_Column(column, types[column].lower()))
        else:
            return None
    where = (given and given[2]) or ""
    if not unique:
        filled = takewhile(lambda c: not _has_null(conn, table, c, where), columns[1:])
        keys = 1 + len([*filled])
    return _Index(name, root, columns, keys, where, bool(is_key))


def _source(conn: sqlite3.Connection, table: str) -> str:
    """What reads the table itself."""
    ((source,),) = conn.execute(_FROM_TABLE, (table,)).fetchall()
    return str(source)


def _has_null(
    conn: sqlite3.Connection, table: str, column: _Column, where: str
) -> bool:
    which = f"({where or 'true'}) and {column.expression} is null"
    found = conn.execute(f"select 1 from {_source(conn, table)} where {which} limit 1")
    return found.fetchone() is not None


def _kind_of(conn: sqlite3.Connection, table: str, expression: str) -> str:
    """That of the first; an index that has others is not as its table."""
    found = conn.execute(f"select typeof({expression}) from {table} limit 1").fetchone()
    return "integer" if found == ("integer",) else "any"


@contextmanager
def _as_tables(conn: sqlite3.Connection, indexes: Iterable[_Index]) -> Iterator[bool]:
    """Whether a table can be had for each index, which is read from the same pages.

    Tables without rowid lie in a file as indexes do.
    """
    is_old = sqlite3.sqlite_version_info < _SAYS_ORDER
    if is_old or conn.execute("pragma query_only").fetchone()[0]:
        yield False
        return
    try:
        _write_schema(
            conn, _ADD, [(i.table, i.table, i.root, i.as_table()) for i in indexes]
        )
    except sqlite3.OperationalError:  # an SQLite that lets nobody do that
        yield False
        return
    try:
        yield True
    finally:
        _write_schema(conn, _TAKE_OUT, [(i.table,) for i in indexes])


def _write_schema(
    conn: sqlite3.Connection, statement: str, rows: Iterable[tuple[object, ...]]
) -> None:
    conn.execute("pragma writable_schema = on")
    with conn:
        conn.executemany(statement, rows)
    conn.execute("pragma writable_schema = reset")


# -- whether it is the same


def _agree(conn: sqlite3.Connection, table: str, indexes: Sequence[_Index]) -> bool:
    """Whether indexes are in order, and say what their table says."""
    orders = (f"integrity_check({index.table})" for index in indexes)
    if any(line for order in orders for line in page_faults(conn, order)):
        return False
    others = [index for index in indexes if not index.is_table]
    if not others:
        return True
    found = [conn.execute(_total_of(index)).fetchone()[0] for index in others]
    wanted = conn.execute(_totals_of(_source(conn, table), others)).fetchone()
    return found == [*wanted]


def _total_of(index: _Index) -> str:
    return f"select {_sum(index, index.names)} from {index.table}"


def _totals_of(source: str, indexes: Sequence[_Index]) -> str:
    totals = [
        _sum(index, [column.expression for column in index.columns])
        + (f" filter (where {index.where})" if index.where else "")
        for index in indexes
    ]
    return f"select {', '.join(totals)} from {source}"


def _sum(index: _Index, names: Sequence[str]) -> str:
    """Bytes are hashed where a text may be no UTF-8, which Python cannot read."""
    return sum_of(
        ", ".join(
            name if column.kind == "integer" else f"cast({name} as blob)"
            for name, column in zip(names, index.columns, strict=True)
        )
    )
