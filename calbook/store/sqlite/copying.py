"""A file's rows, read and written by table."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

from calbook import interrupts
from calbook.core.errors import StoreError
from calbook.store.administration import Parts, Rows
from calbook.store.copying import NUMBERED, contradiction_error
from calbook.store.sqlite import file_copies
from calbook.store.sqlite.file_access import MEMORY, check_directory, is_file
from calbook.store.sqlite.file_modes import new_file_mode, set_new_mode
from calbook.store.sqlite.maintenance import check_exists, reading_long
from calbook.store.sqlite.store import SqliteStore


class FileTables:
    """The tables of a file, in a transaction."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn

    def columns(self, table: str) -> tuple[str, ...]:
        found = self.conn.execute("select name from pragma_table_info(?)", (table,))
        numbered = ("rowid",) if NUMBERED.get(table) == "rowid" else ()
        return numbered + tuple(row[0] for row in found)

    def rows(self, table: str, columns: tuple[str, ...]) -> Rows:
        cursor = self.conn.cursor()
        cursor.row_factory = None
        return cursor.execute(f"select {', '.join(columns)} from {table}")

    def write(self, table: str, columns: tuple[str, ...], rows: Rows) -> None:
        places = ", ".join("?" * len(columns))
        self.conn.executemany(
            f"insert into {table} ({', '.join(columns)}) values ({places})", rows
        )

    def try_write(self, parts: Parts) -> str | None:
        self.conn.execute("savepoint part")
        try:
            for part in parts:
                self.write(*part)
        except sqlite3.IntegrityError as error:
            self.conn.execute("rollback to part")
            return str(error)
        finally:
            if self.conn.in_transaction:
                self.conn.execute("release part")
        return None

    def finish(self) -> None:
        """SQLite looks itself which number was the last."""


@contextmanager
def exporting(store: SqliteStore, *, is_long: bool) -> Iterator[FileTables]:
    if store.path != MEMORY:
        check_exists(store.path)
    is_copied = is_long and store.path != MEMORY
    with reading_long(store) if is_copied else store.reading() as conn:
        conn.execute("pragma mmap_size = 0")  # what is mapped counts as memory
        yield FileTables(conn)


@contextmanager
def importing(store: SqliteStore) -> Iterator[FileTables]:
    """A file that is not there has its name only when it is whole."""
    try:
        with _importing(store) as tables:
            yield tables
    except sqlite3.IntegrityError as error:
        raise contradiction_error(store.path, str(error)) from None


@contextmanager
def _importing(store: SqliteStore) -> Iterator[FileTables]:
    if store.path == MEMORY or is_file(store.path):
        with store.writing() as conn:
            yield FileTables(conn)
        return
    check_directory(store.path)
    try:
        temporary = file_copies.start_copy(
            store.path, share=partial(set_new_mode, mode=new_file_mode())
        )
    except OSError as error:
        said = f"cannot create {store.path}: {error.strerror}"
        raise StoreError(said, path=store.path) from None
    try:
        with closing(SqliteStore(temporary)) as new, new.writing() as conn:
            yield FileTables(conn)
        with interrupts.committing():
            file_copies.claim_name(store.path)
            os.replace(temporary, store.path)
    except BaseException as error:
        os.unlink(temporary)
        if isinstance(error, FileExistsError):
            said = f"{store.path} was made by another program meanwhile"
            raise StoreError(said, path=store.path) from None
        raise
    file_copies.sync_directory(store.path)
