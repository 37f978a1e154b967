"""How bookings with a text in them are found: by an index of their letters, by threes.

Who has the letters may have them elsewhere, so each is looked at again; so is all where
there is no index, or fewer than three letters. That of a file stands in the order of
lists, so that a page is read of it; PostgreSQL decides whether it takes its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from calbook.core.search import PHONES, REFS, read_needles
from calbook.store.sqlite.words import PLACE, by_threes, has_words, place_of

if TYPE_CHECKING:
    from calbook.store.connection import Connection

INDEXED, LIKE = "indexed", "like"  # how letters find bookings
_LETTERS = 3
FEW = 1_000
_MATCHES = "w.booking_words match :words"
_FIRST, _LAST = place_of(":from_start"), f"{place_of(':to_start')} + 31"
_IN_INDEX = (
    "b.rowid <= (select last_booking from indexed_words)",
    "b.rowid not in (select booking from changed_words)",
)
_FOUND = (
    "from booking_words w cross join bookings b indexed by bookings_by_place"
    f" on {PLACE.format('b.')} = w.rowid"
)
# What the index has not got yet.
_OTHERS = {
    "bookings b not indexed": "b.rowid > (select last_booking from indexed_words)",
    "changed_words c cross join bookings b on b.rowid = c.booking": None,
}


def bound_search(text: str) -> dict[str, Any]:
    """What the fragments of a search need, of a text that was folded."""
    needles = read_needles(text)
    like = [_like(needle or text) for needle in needles]
    return {
        **{"number": needles.ref, "digits": needles.digits},
        **{"refs": REFS, "phones": PHONES, "words": _words(text)},
        **dict(zip(("like_text", "like_ref", "like_digits"), like, strict=True)),
    }


def _words(text: str) -> str | None:
    """The letters in the language of FTS5 (sqlite.org/fts5.html, 3); None of few."""
    needles = [needle for needle in read_needles(text) if needle is not None]
    if any(len(needle) < _LETTERS for needle in needles):
        return None
    return " OR ".join(f"({by_threes(needle)})" for needle in needles)


def _like(text: str) -> str:
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, f"\\{sign}")
    return f"%{text}%"


def choose_letters(
    conn: Connection, filters: Mapping[str, Any], in_order: bool = True
) -> str | None:
    """`INDEXED`, unless other filters leave less than the index finds.

    Of many it is asked only where what is listed stands `in_order` in it.
    """
    words = _words(filters["search"])
    if words is None:
        return None
    if not isinstance(conn, sqlite3.Connection):
        return LIKE
    if not has_words(conn):
        return None
    if in_order and filters.keys() <= {"search", "since", "until"}:
        return INDEXED
    last = f"select 1 from booking_words w where {_MATCHES} limit 1 offset {FEW}"
    has_few = conn.execute(last, {"words": words}).fetchone() is None
    return INDEXED if has_few else None


def lettered_uids() -> str:
    """The bookings that may have the letters, whenever they are."""
    found = " and ".join((_MATCHES, *_IN_INDEX))
    others = (f"{rows} where {which or 'true'}" for rows, which in _OTHERS.items())
    every = (f"{_FOUND} where {found}", *(f"from {rows}" for rows in others))
    return " union all ".join(f"select b.uid {rows}" for rows in every)


def word_arms(
    filters: Mapping[str, Any],
    where: Callable[..., str],
    *,
    latest_first: bool | None,
) -> list[str]:
    """The bookings that have the letters: of the index, and what it has not got yet.

    `where` makes the clause of the filters and of conditions besides.
    """
    arms = [_indexed(filters, where, latest_first=latest_first)]
    for rows, which in _OTHERS.items():
        arms.append(f"select b.uid, b.starts_at from {rows} {where(which)}")
    return arms


def _indexed(
    filters: Mapping[str, Any],
    where: Callable[..., str],
    *,
    latest_first: bool | None,
) -> str:
    """Of a page no more than it may have: what fills it, and all of the last place.

    Within a place the order is another one.
    """

    def found(first: str, last: str) -> str:
        """SQLite begins by one condition of a side, and ends by one."""
        between = f"w.rowid >= {first}", f"w.rowid <= {last}"
        return f"{_FOUND} {where(_MATCHES, *between, *_IN_INDEX)}"

    select = "select b.uid, b.starts_at"
    if latest_first is None:
        return f"{select} {found(_FIRST, _LAST)}"
    order, furthest, is_before = "asc", "max", "place < {0}"
    if latest_first:
        order, furthest, is_before = "desc", "min", "place > {0} + 31"
    last = f"(select {furthest}(place) from page) / 32 * 32"
    return f"""
        select uid, starts_at from (
            with page (uid, starts_at, place) as materialized (
                {select}, w.rowid {found(_FIRST, _LAST)} order by w.rowid {order}
                limit :offset + :limit
            )
            select uid, starts_at from page where {is_before.format(last)}
            union all {select} {found(last, f"{last} + 31")}
        )
    """
