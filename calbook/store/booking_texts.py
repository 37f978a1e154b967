"""The text by which each booking is searched, made again of what it is made of.

A booking that is saved brings its own; this is for what is changed by statements.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from calbook.core.search import BETWEEN, PHONES, REFS, Person, search_text

if TYPE_CHECKING:
    from calbook.store.connection import Connection

_SOME = 500  # rows that are read together
_MANY = 5_000  # of which few are not plain
_MARKS = {"between": BETWEEN, "refs": REFS, "phones": PHONES}
_TEXTS = """
    select b.rowid, b.uid, b.search, b.title, b.notes, a.name,
        case when a.email is not null then a.person_key end, a.ref_folded,
        a.phone_digits
    from bookings b left join attendees a on a.uid = b.uid
    where {which} order by b.rowid, a.position
"""
_THESE = "b.uid in (select value from json_each(:uids))"
_PART = "b.rowid > :after and b.rowid <= :after + :some"
# Whether a text is right, as the database can see for most: of one person, and without
# letters that only Python folds.
_IS_PLAIN = """
    (
        select sum(case when b.search = lower(
            b.uid || :between || b.title
            || coalesce(:between || nullif(b.notes, ''), '')
            || coalesce(:between || nullif(a.name, ''), '')
            || case when a.email is not null then :between || a.person_key else '' end
            || :refs || coalesce(a.ref_folded, '')
        ) || :phones || coalesce(a.phone_digits, '') then 1 else 2 end)
        from attendees a where a.uid = b.uid
    ) = 1
"""


def refresh_search(conn: Connection, uids: Iterable[str]) -> None:
    """Of some bookings."""
    found = _texts(conn, _THESE, {"uids": json.dumps([*uids])})
    _write(conn, found)


def forget_texts(conn: Connection, uids: Iterable[str]) -> None:
    """As `refresh_search`; what they were searched by stays nowhere."""
    refresh_search(conn, uids)
    if isinstance(conn, sqlite3.Connection):
        from calbook.store.sqlite.words import take_out_changed

        take_out_changed(conn)


def forget_some_letters(conn: Connection, *, is_first: bool) -> bool:
    """Overwrite what the index has of forgotten texts; whether more is left."""
    if not isinstance(conn, sqlite3.Connection):
        return False
    from calbook.store.sqlite.words import forget_some_words

    return forget_some_words(conn, is_first=is_first)


def fill_search(conn: Connection) -> None:
    """Of all."""
    for part in _parts(conn):
        _write(conn, part)


def search_faults(conn: Connection) -> Iterator[str]:
    """The bookings that are searched by something else than they say."""
    for part in _parts(conn, f"({_IS_PLAIN}) is not true", some=_MANY):
        yield from (uid for uid, before, after in part if before != after)


def _parts(
    conn: Connection, which: str = "true", some: int = _SOME
) -> Iterator[list[tuple[str, str, str]]]:
    last = conn.execute("select coalesce(max(rowid), 0) from bookings").fetchone()[0]
    for after in range(0, last, some):
        facts = {"after": after, "some": some, **_MARKS}
        yield _texts(conn, f"{_PART} and {which}", facts)


def _texts(
    conn: Connection, which: str, facts: dict[str, object]
) -> list[tuple[str, str, str]]:
    """Uids, and their texts as they are kept and as they are to be."""
    rows = conn.execute(_TEXTS.format(which=which), facts).fetchall()
    return [
        (uid, before, search_text(uid, title, notes, [Person(*r[5:]) for r in persons]))
        for (_, uid, before, title, notes), persons in groupby(
            map(tuple, rows), itemgetter(slice(5))
        )
    ]


def _write(conn: Connection, found: list[tuple[str, str, str]]) -> None:
    conn.executemany(
        "update bookings set search = :after where uid = :uid",
        [
            {"uid": uid, "after": after}
            for uid, before, after in found
            if before != after
        ],
    )
