"""The index of the letters that bookings have, by threes: FTS5, where SQLite has it.

SQLite lets no trigger write it (`trusted_schema`), and one booking alone costs as much
as ten with others: triggers note what it has not got, and it gets that together, within
a transaction that writes anyway.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

# Where a booking stands in the index of its letters, in the order of lists: by five
# minutes and one of 32 parts of them, so that few share a place; the way from one to
# the next takes two bytes.


def place_of(start: str) -> str:
    """The first of the places at an instant."""
    return f"(({start} + 62135683200) / 300 * 32)"


# Only of a number that is said to be one does SQLite see that it is in an index.
PLACE = (
    f"cast({place_of('{0}starts_at')} + unicode(substr({{0}}uid, -1)) % 32 as integer)"
)

_TOGETHER = 100  # so many are looked through by a search meanwhile
_PAGES = 500  # that are written anew together
_BEHIND = """
    select (select coalesce(max(rowid), 0) from bookings) - last_booking,
        (select count(*) from changed_words), last_booking
    from indexed_words
"""
# Only whether a place has letters, not where: half the size.
_TABLE = """
    create virtual table if not exists booking_words using fts5(
        text, content = '', columnsize = 0, detail = none,
        tokenize = 'trigram case_sensitive 1'
    )
"""
# A place that several bookings share has the letters of all: the others' are added
# again behind what is taken out.
_TAKE_OUT = """
    insert into booking_words (booking_words, rowid, text)
    select 'delete', place, text from changed_words where place is not null order by 2
"""
_ADD = f"""
    insert into booking_words (rowid, text)
    select {PLACE.format("b.")}, b.search from bookings b where {{which}} order by 1
"""
_ADD_CHANGED = _ADD.format(
    which=f"""b.rowid <= (select last_booking from indexed_words)
    and {PLACE.format("b.")} in (
        select place from changed_words
        union select {PLACE.format("c.")} from changed_words
        join bookings c on c.rowid = booking
    )"""
)
_ADD_NEW = _ADD.format(which="b.rowid > (select last_booking from indexed_words)")
_FORGET_CHANGED = "delete from changed_words"
_STEPS = (
    *(_TABLE, _TAKE_OUT, _ADD_CHANGED, _ADD_NEW, _FORGET_CHANGED),
    "update indexed_words set last_booking = coalesce("
    " (select max(rowid) from bookings), 0)",
)
_MAKE_ANEW = (
    "drop table if exists booking_words",
    *(_FORGET_CHANGED, "delete from indexed_words"),
    *("insert into indexed_words values (0)", *_STEPS),
)


def keep_words(conn: sqlite3.Connection, *, most: int = _TOGETHER) -> None:
    """Bring the index up to date where more than `most` bookings are not in it."""
    behind = conn.execute(_BEHIND).fetchone()
    if behind and max(behind[:2]) > most and has_full_text(conn):
        _run(conn, _STEPS if behind[2] else _MAKE_ANEW)


def take_out_changed(conn: sqlite3.Connection) -> None:
    """Leave no letters to be found that no booking has any more."""
    if conn.execute("select 1 from changed_words").fetchone() is None:
        return
    if has_full_text(conn):
        keep_words(conn, most=0)
    else:  # it is made anew by a SQLite that has it
        conn.execute("update indexed_words set last_booking = 0")
        conn.execute(_FORGET_CHANGED)


def forget_words(conn: sqlite3.Connection) -> None:
    """Nor any to be read in the file, where SQLite has but marked them so far.

    An index that something is wrong with is made anew.
    """
    if any(word_faults(conn)):
        _run(conn, _MAKE_ANEW)
        return
    take_out_changed(conn)
    if has_words(conn):
        conn.execute("insert into booking_words (booking_words) values ('optimize')")


def _run(conn: sqlite3.Connection, steps: Iterable[str]) -> None:
    for step in steps:
        conn.execute(step)


def forget_some_words(conn: sqlite3.Connection, *, is_first: bool) -> bool:
    """Write some pages without what was taken out; whether there may be more to do.

    The first of several calls says that all is to be written anew (fts5.html, 6.9).
    """
    if not has_words(conn):
        return False
    before = conn.total_changes
    conn.execute(
        "insert into booking_words (booking_words, rank) values ('merge', ?)",
        [-_PAGES if is_first else _PAGES],
    )
    return conn.total_changes - before > 1


def has_words(conn: sqlite3.Connection) -> bool:
    """Whether there is one, and this SQLite can read it."""
    there = "select 1 from sqlite_master where name = 'booking_words'"
    return conn.execute(there).fetchone() is not None and has_full_text(conn)


def has_full_text(conn: sqlite3.Connection) -> bool:
    """Whether this SQLite was built with it; it is optional."""
    found = conn.execute("select 1 from pragma_module_list where name = 'fts5'")
    return found.fetchone() is not None


def word_faults(conn: sqlite3.Connection) -> Iterator[str]:
    """What is wrong with it; the more bookings there are, the fewer are asked for."""
    if not has_words(conn):
        return
    try:
        yield from _not_found(conn)
    except sqlite3.DatabaseError as error:
        yield f"the index for searching cannot be read: {error}"


def _not_found(conn: sqlite3.Connection) -> Iterator[str]:
    if len(conn.execute("select last_booking from indexed_words").fetchall()) != 1:
        yield "the index for searching does not say which bookings it has"
        return
    number = conn.execute("select max(rowid) from bookings").fetchone()[0] or 0
    asked = max(_FEWEST, _WORK // (number + 1))
    facts = {"step": number // asked + 1}
    for uid, place, text in conn.execute(_INDEXED, facts).fetchall():
        facts = {"words": by_threes(text), "place": place}
        if facts["words"] and conn.execute(_IS_FOUND, facts).fetchone() is None:
            yield f"{uid} is not found by the letters that it has"


_FEWEST = 10  # that are asked for
_WORK = 1_000_000  # bookings that all questions look at: one may look at all
_INDEXED = f"""
    select uid, {PLACE.format("")}, search from bookings
    where rowid % :step = 0
    and rowid <= (select last_booking from indexed_words)
    and rowid not in (select booking from changed_words)
"""
_IS_FOUND = """
    select 1 from booking_words where booking_words match :words and rowid = :place
"""
_LETTERS = 3
_MOST = 64


def by_threes(text: str) -> str:
    """What finds a text, in the language of FTS5 (sqlite.org/fts5.html, 3)."""
    groups = dict.fromkeys(
        text[n : n + _LETTERS] for n in range(len(text) - _LETTERS + 1)
    )
    quoted = ['"{}"'.format(group.replace('"', '""')) for group in groups]
    return " AND ".join(quoted[:_MOST])  # it is looked at again
