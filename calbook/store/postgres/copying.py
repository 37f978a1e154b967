"""A database's rows, read and written by table: by a cursor, and by COPY."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from calbook.core.errors import StoreError
from calbook.store.administration import Parts, Rows
from calbook.store.copying import NUMBERED, TABLES, contradiction_error
from calbook.store.postgres import setup
from calbook.store.postgres.errors import Collision, translate_errors
from calbook.store.postgres.store import READING, PostgresStore

if TYPE_CHECKING:
    from calbook.store.postgres.connection import Connection

_AT_ONCE = 2_000  # rows that are fetched together
_COLUMNS = """
    select attname from pg_attribute
    where attrelid = to_regclass(:table) and attnum > 0 and not attisdropped
    order by attnum
"""
_LAST_NUMBER = """
    select setval(pg_get_serial_sequence('{table}', '{column}'), max({column}))
    from {table} having count(*) > 0
"""


class DatabaseTables:
    """The tables of a database, in a transaction."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self._is_alone = False

    def columns(self, table: str) -> tuple[str, ...]:
        found = self.conn.execute(_COLUMNS, {"table": table})
        return tuple(row[0] for row in found)

    def rows(self, table: str, columns: tuple[str, ...]) -> Rows:
        self.conn.add(
            f"declare copied no scroll cursor for"
            f" select {', '.join(columns)} from {table}"
        )
        while rows := self.conn.execute(f"fetch {_AT_ONCE} from copied").fetchall():
            yield from map(tuple, rows)
        self.conn.add("close copied")

    def write(self, table: str, columns: tuple[str, ...], rows: Rows) -> None:
        stream = _Stream(rows)
        try:
            self.conn.copy_in(f"copy {table} ({', '.join(columns)}) from stdin", stream)
        except Exception as error:
            raise (stream.error or error) from None

    def try_write(self, parts: Parts) -> str | None:
        from psycopg2 import DataError, IntegrityError

        if not self._is_alone and any(table == "claims" for table, _, _ in parts):
            # Else the trigger would change the host's row anew for each claim, as a
            # savepoint is a transaction of its own to it.
            self.conn.add("update hosts set revision = revision + 1")
            self._is_alone = True
        self.conn.add("savepoint part")
        try:
            for part in parts:
                self.write(*part)
        except (IntegrityError, DataError) as error:
            self.conn.add("rollback to savepoint part")
            return str(error.diag.message_primary)
        self.conn.add("release savepoint part")
        return None

    def finish(self) -> None:
        for table, column in NUMBERED.items():
            self.conn.add(_LAST_NUMBER.format(table=table, column=column))
        self.conn.add(f"analyze {', '.join(TABLES)}")
        self.conn.send()


@contextmanager
def exporting(store: PostgresStore) -> Iterator[DatabaseTables]:
    with store.begun(READING) as conn:
        yield DatabaseTables(conn)


@contextmanager
def importing(store: PostgresStore) -> Iterator[DatabaseTables]:
    """Tables that are not there yet are made in the same transaction."""
    try:
        with translate_errors(store.path), store.raw() as conn:
            setup.begin_alone(conn, store)
            setup.make_missing_tables(conn, store)
            conn.add(f"set local search_path = {store.url.schema}")
            found = conn.execute("select version from calbook_schema").fetchone()
            store.check_version(None if found is None else found[0])
            conn.add(f"lock table {', '.join(TABLES)} in share row exclusive mode")
            yield DatabaseTables(conn)
            conn.commit()
    except Collision as collision:
        said = str(collision).partition("\n")[0]
        raise contradiction_error(store.path, said) from None


class _Stream:
    """Rows as COPY reads them, made as it does.

    `error` is what went wrong with them, Ctrl-C too: the driver does not pass it on.
    """

    def __init__(self, rows: Rows) -> None:
        self.error: BaseException | None = None
        self._lines = map(_line, rows)
        self._rest = b""

    def read(self, size: int) -> bytes:
        try:
            return self._read(size)
        except BaseException as error:
            self.error = error
            raise

    def _read(self, size: int) -> bytes:
        parts, length = [self._rest], len(self._rest)
        while length < size and (line := next(self._lines, None)) is not None:
            parts.append(line)
            length += len(line)
        found = b"".join(parts)
        self._rest = found[size:]
        return found[:size]


def _line(row: tuple[Any, ...]) -> bytes:
    return ("\t".join(map(_cell, row)) + "\n").encode()


def _cell(value: Any) -> str:
    """In COPY's text format (postgresql.org/docs/current/sql-copy.html)."""
    if value is None:
        return r"\N"
    if not isinstance(value, str):
        return str(int(value))  # a boolean too
    if "\0" in value:
        raise StoreError("PostgreSQL cannot hold a text with a NUL character in it")
    return (
        value.replace("\\", r"\\")
        .replace("\t", r"\t")
        .replace("\n", r"\n")
        .replace("\r", r"\r")
    )
