"""Whether the file is sound: its pages, its tables, and what rows say of each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from calbook.core.progress import Progress
from calbook.store.consistency import row_faults
from calbook.store.sqlite.schema import migrate
from calbook.store.sqlite.words import word_faults


def find_faults(
    conn: sqlite3.Connection, progress: Progress | None = None
) -> tuple[str, ...]:
    """What is wrong, a sentence each: pages, tables, references, and what they say."""
    pages, schema = tuple(_page_faults(conn)), tuple(_schema_faults(conn))
    found = [*pages, *schema]
    try:
        found.extend(row_faults(conn, progress))
        found.extend(word_faults(conn))
    except sqlite3.OperationalError:  # a column is missing, and named above
        if not schema:
            raise
    return tuple(dict.fromkeys(found))


def _page_faults(conn: sqlite3.Connection) -> Iterator[str]:
    for (found,) in conn.execute("pragma integrity_check"):
        lines = (line.strip(" *") for line in str(found).splitlines())
        yield from (line for line in lines if line not in ("ok", "in database main"))
    for table, _, parent, _ in conn.execute("pragma foreign_key_check"):
        yield f"a row of {table} refers to a missing row of {parent}"


def _schema_faults(conn: sqlite3.Connection) -> Iterator[str]:
    """What differs from a new file's tables: a trigger may be there in name alone."""
    there = _schema(conn)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
        migrate(new)
        wanted = _schema(new)
    for (kind, name), text in wanted.items():
        if (kind, name) not in there:
            yield f"the {kind} {name} is missing"
        elif there[kind, name] != text:
            yield f"the {kind} {name} is not as calbook made it"
    for kind, name in there.keys() - wanted.keys():
        if kind == "trigger":
            yield f"the trigger {name} is not calbook's"


def _schema(conn: sqlite3.Connection) -> dict[tuple[str, str], str]:
    rows = conn.execute(
        "select type, name, sql from sqlite_master where sql is not null"
        r" and name not like '\_%' escape '\' and name not like 'sqlite\_%' escape '\'"
        r" and name not like 'booking\_words%' escape '\'"  # made when it is needed
    )
    return {(kind, name): " ".join(text.split()) for kind, name, text in rows}
