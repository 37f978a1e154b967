"""The tables of a database: made once, brought up to date, and who may use them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from calbook import interrupts
from calbook.core.model import LONGEST_CLAIM
from calbook.core.upgrade import Upgrade
from calbook.store.booking_texts import fill_search
from calbook.store.first_host import add_first_host
from calbook.store.postgres import (
    calendar_tables,
    functions,
    outbox_tables,
    tables,
    version_7,
    version_8,
    version_9,
    version_10,
    version_11,
    version_12,
)
from calbook.store.postgres.errors import first_line, no_tables_error, translate_errors
from calbook.store.refolding import fold_addresses_again

if TYPE_CHECKING:
    from calbook.store.postgres.connection import Connection
    from calbook.store.postgres.store import PostgresStore

FIRST_VERSION = 6
# By the version that each leads to.
MIGRATIONS: dict[int, str] = {
    7: version_7.SCRIPT,
    8: version_8.SCRIPT,
    9: version_9.SCRIPT,
    10: version_10.SCRIPT,
    11: version_11.SCRIPT,
    12: version_12.SCRIPT,
}
_FOLDS_AGAIN = 8  # the version whose addresses have another form
_IS_SEARCHED = 12  # the version whose bookings have a text for that
_OLDEST_SERVER = 150000
_LONGEST = str(int(LONGEST_CLAIM.total_seconds()))

VERSION_TABLE = """
create table calbook_schema (
    version integer not null,
    has_exclusion boolean not null
);
"""


def create_tables(store: PostgresStore, *, has_exclusion: bool) -> bool:
    """Make schema, tables and a first host; whether they were not there yet.

    Raises:
        NotCalbook: another program's tables are in that schema.
        Newer: a newer calbook made them.
        StoreError: this role may not, or the server is too old.
    """
    with translate_errors(store.path), store.raw() as conn:
        begin_alone(conn, store)
        is_new = make_missing_tables(conn, store, has_exclusion=has_exclusion)
        conn.commit()
        return is_new


@contextmanager
def _explain_rights(conn: Connection, schema: str) -> Iterator[None]:
    """Within, a right that is missing is another one than people need every day."""
    import psycopg2.errors

    try:
        yield
    except psycopg2.errors.InsufficientPrivilege as error:
        from calbook.core.errors import StoreError

        raise StoreError(
            f"the schema {schema} cannot be made: {first_line(error)}",
            hint=f"let an administrator run: create schema {schema}"
            f' authorization "{conn.role}"',
        ) from None


def make_missing_tables(
    conn: Connection, store: PostgresStore, *, has_exclusion: bool = True
) -> bool:
    """Within a transaction that `begin_alone` began: whether they were missing."""
    version = _find_version(conn, store)
    if version is not None:
        return False
    _check_server(conn, store)
    with _explain_rights(conn, store.url.schema):
        _make_tables(conn, store, has_exclusion=has_exclusion)
        conn.send()
    return True


def _make_tables(
    conn: Connection, store: PostgresStore, *, has_exclusion: bool
) -> None:
    _make_schema(conn, store)
    _run(conn, VERSION_TABLE)
    _run(conn, functions.FUNCTIONS.replace("{folded}", _folding(conn)))
    for part in (
        *(tables.CATALOG, tables.BOOKINGS, tables.EVENTS, calendar_tables.BUSY),
        *(calendar_tables.CALENDAR_OBJECTS, calendar_tables.PUBLISHED_FEEDS),
        *(tables.WAITING, tables.COUNTER_PROPOSALS, tables.SETTINGS),
    ):
        _run(conn, _compare_bytes(part))
    _run(conn, _compare_bytes(outbox_tables.OUTBOX))
    once = functions.BUMPED_ONCE if has_exclusion else ""
    _run(conn, functions.OVERLAP.replace("{once}", once))
    _run(conn, functions.GUARDS)
    _run(conn, functions.MOVED)
    _run(conn, _compare_bytes(version_12.COUNTERS))
    _run(conn, functions.LETTERS)
    if has_exclusion:
        _add_exclusion(conn, store)
    conn.execute(
        "insert into calbook_schema values (:version, :has_exclusion)",
        {"version": store.version, "has_exclusion": has_exclusion},
    )
    add_first_host(conn)


def migrate_tables(store: PostgresStore) -> int:
    """Bring the tables up to date; the version that they had."""
    began = time.monotonic()
    with translate_errors(store.path), store.raw() as conn:
        begin_alone(conn, store)
        version = _find_version(conn, store)
        if version is None:
            raise no_tables_error(store.path)
        conn.add(f"set local search_path = {store.url.schema}, pg_temp")
        for number in range(version + 1, store.version + 1):
            if number == _FOLDS_AGAIN:
                fold_addresses_again(conn, "email ~ '[^ -~]'")
            _run(conn, _compare_bytes(MIGRATIONS[number]))
            if number == _IS_SEARCHED:
                fill_search(conn)
                _run(conn, functions.LETTERS)
            conn.execute("update calbook_schema set version = :n", {"n": number})
        conn.commit()
    if version != store.version and store.on_upgrade is not None:
        took = time.monotonic() - began
        store.on_upgrade(Upgrade(store.path, version, store.version, seconds=took))
    return version


def begin_alone(conn: Connection, store: PostgresStore) -> None:
    """One at a time, whoever else makes or changes them."""
    interrupts.begin_change()
    conn.add("begin isolation level read committed read write")
    conn.add("set local lock_timeout = 10000")
    conn.add("set local client_min_messages = warning")
    conn.execute(
        "select pg_advisory_xact_lock(hashtext(:name))",
        {"name": f"calbook schema {store.url.schema}"},
    )


def _find_version(conn: Connection, store: PostgresStore) -> int | None:
    """Of the tables that are there; None where there are none.

    Raises:
        NotCalbook: there are others.
        Newer: a newer calbook made them.
    """
    found = conn.execute(
        "select c.relname, a.attname from pg_class c join pg_namespace n"
        " on n.oid = c.relnamespace and n.nspname = :schema"
        " left join pg_attribute a on a.attrelid = c.oid and a.attname = 'version'"
        " and c.relname = 'calbook_schema'"
        " where c.relkind in ('r', 'p', 'v', 'm', 'f')",
        {"schema": store.url.schema},
    )
    names = {(row[0], row[1]) for row in found}
    if not names:
        return None
    if ("calbook_schema", "version") not in names:
        from calbook.core.errors import NotCalbook

        raise NotCalbook(
            f"the schema {store.url.schema} of {store.path} holds other tables",
            hint="name another with ?schema=",
            path=store.path,
        )
    row = conn.execute(
        f"select version from {store.url.schema}.calbook_schema"
    ).fetchone()
    assert row is not None
    version = int(row[0])
    if version > store.version:
        store.check_version(version)
    return version


def _make_schema(conn: Connection, store: PostgresStore) -> None:
    """The functions look into it before they look into what a session makes."""
    schema = store.url.schema
    found = conn.execute(
        "select 1 from pg_namespace where nspname = :schema", {"schema": schema}
    )
    if found.fetchone() is None:
        conn.add(f"create schema {schema}")
    conn.add(f"set local search_path = {schema}, pg_temp")


def _check_server(conn: Connection, store: PostgresStore) -> None:
    from calbook.core.errors import StoreError

    row = conn.execute(
        "select current_setting('server_version_num')::integer,"
        " current_setting('server_version'), current_setting('server_encoding')"
    ).fetchone()
    assert row is not None
    number, version, encoding = row
    if number < _OLDEST_SERVER:
        raise StoreError(
            f"PostgreSQL {version} is too old: calbook needs 15", path=store.path
        )
    if encoding != "UTF8":
        raise StoreError(
            f"{store.path} cannot hold every text: its encoding is {encoding}",
            hint="create database … encoding 'UTF8' template template0",
            path=store.path,
        )


def _folding(conn: Connection) -> str:
    """How the server comes nearest to Python's case folding."""
    row = conn.execute(
        "select current_setting('server_version_num')::integer >= 180000, exists ("
        " select 1 from pg_collation where collname = 'und-x-icu')"
    ).fetchone()
    assert row is not None
    has_folding, has_icu = row
    if has_folding:
        return "casefold(said collate pg_unicode_fast)"
    lower = 'lower(said collate "und-x-icu")' if has_icu else "lower(said)"
    return f"replace({lower}, 'ß', 'ss')"


def _add_exclusion(conn: Connection, store: PostgresStore) -> None:
    import psycopg2

    schema = store.url.schema
    where = (
        "select n.nspname from pg_extension e join pg_namespace n"
        " on n.oid = e.extnamespace where e.extname = 'btree_gist'"
    )
    row = conn.execute(where).fetchone()
    try:
        if row is None:
            may = conn.execute(
                "select exists (select 1 from pg_namespace where nspname = 'public')"
                " and has_schema_privilege('public', 'create')"
            ).fetchone()
            assert may is not None
            home = "public" if may[0] else schema
            conn.add(f"create extension btree_gist schema {home}")
        else:
            home = row[0]
        conn.add(f'set local search_path = {schema}, "{home}"')
        _run(conn, functions.EXCLUSION)
        conn.send()
    except psycopg2.Error as error:
        if error.pgcode not in _NO_EXTENSION:
            raise
        from calbook.core.errors import StoreError

        raise StoreError(
            f"{store.path} has no btree_gist, which keeps bookings from overlapping",
            hint="let an administrator run: create extension btree_gist",
            command_hint="let an administrator run `create extension btree_gist`,"
            " or go without: calbook db init --no-exclusion",
            path=store.path,
        ) from None
    conn.add(f"set local search_path = {schema}")


# insufficient_privilege, feature_not_supported, undefined_file, undefined_object
_NO_EXTENSION = {"42501", "0A000", "58P01", "42704"}


def _run(conn: Connection, script: str) -> None:
    conn.add(script.replace("{longest}", _LONGEST).strip().rstrip(";"))


def _compare_bytes(script: str) -> str:
    """Every column of text in the order of its bytes, as SQLite has it."""
    return re.sub(
        r"^(    (?:add column )?\w+ text)\b", r'\1 collate "C"', script, flags=re.M
    )
