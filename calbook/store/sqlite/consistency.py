"""Whether the file is sound: its pages, its tables, and what rows say of each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice

from calbook import interrupts
from calbook.core.progress import Progress, part_of
from calbook.store.consistency import row_faults
from calbook.store.sqlite.index_check import index_faults, page_faults
from calbook.store.sqlite.row_sums import Sums
from calbook.store.sqlite.schema import migrate
from calbook.store.sqlite.words import word_faults

_OF_A_KIND = 5  # faults that are named
_PAGES = 0.5  # the share of the work that they are
_STEPS = 100_000  # of SQLite between two looks at what has come of it
_EACH = 900  # steps for each booking, about


def find_faults(
    conn: sqlite3.Connection, progress: Progress | None = None, *, quick: bool = False
) -> tuple[str, ...]:
    """What is wrong, a sentence each: pages, tables, references, and what they say.

    What is `quick` looks at pages without comparing indexes with their tables, and at
    no booking.
    """
    found = [*_schema_faults(conn)]
    is_ours = not found
    try:
        with _telling_steps(conn, part_of(progress, 0, _PAGES)):
            found[:0] = _page_faults(conn, quick=quick, is_ours=is_ours)
        looking = part_of(progress, _PAGES, 1)
        if quick:
            found.extend(row_faults(conn, looking, quick=True))
        else:
            references = [*_reference_faults(conn)]
            found.extend(references)
            settle = None if references else Sums(conn).settle
            found.extend(row_faults(conn, looking, is_settled=settle))
            found.extend(islice(word_faults(conn), _OF_A_KIND))
    except sqlite3.OperationalError:  # of a column or of JSON that is named above
        interrupts.raise_lost()
        if not found:
            raise
    return tuple(dict.fromkeys(found))


def _page_faults(
    conn: sqlite3.Connection, *, quick: bool, is_ours: bool
) -> Iterator[str]:
    found = [*page_faults(conn, "quick_check")]
    if quick:
        yield from found
    elif found or not is_ours:
        yield from page_faults(conn, "integrity_check")
    else:
        yield from index_faults(conn)


@contextmanager
def _telling_steps(
    conn: sqlite3.Connection, progress: Progress | None
) -> Iterator[None]:
    """Tell how far one long statement has come, and let Ctrl-C end it."""
    if progress is None:
        yield
        return
    ((bookings,),) = conn.execute("select count(*) from bookings").fetchall()
    total, done = bookings * _EACH // _STEPS, 0
    raised: list[BaseException] = []

    def tell() -> bool:
        nonlocal done
        done += 1
        try:
            progress(done, total)
        except BaseException as error:  # SQLite would say that it was interrupted
            raised.append(error)
        return bool(raised)

    conn.set_progress_handler(tell, _STEPS)
    try:
        yield
    except sqlite3.OperationalError:
        if raised:
            raise raised[0] from None
        raise
    finally:
        conn.set_progress_handler(None, 0)


def _reference_faults(conn: sqlite3.Connection) -> Iterator[str]:
    """Rows that refer to rows which are not there.

    Both tables are read in the order of the key, where the pragma looks up each row.
    """
    tables = conn.execute("select name from sqlite_master where type = 'table'")
    for (table,) in tables.fetchall():
        keys: dict[int, list[tuple[str, str, str]]] = {}
        for id, _, parent, column, key, *_ in conn.execute(
            f"pragma foreign_key_list({table})"
        ).fetchall():
            keys.setdefault(id, []).append((parent, column, key))
        for columns in keys.values():
            parent = columns[0][0]
            given = " and ".join(f"{column} is not null" for _, column, _ in columns)
            found = conn.execute(
                f"select {', '.join(column for _, column, _ in columns)} from {table}"
                f" where {given} except"
                f" select {', '.join(key for *_, key in columns)} from {parent}"
                f" order by {', '.join(column for _, column, _ in columns)} limit 1"
            )
            if found.fetchone():
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
