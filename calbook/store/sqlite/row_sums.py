"""Whether rows say the same, by sums of what they say: sooner than row by row.

What two tables both say comes to one sum in each, in whatever order it lies there; a
text is a hash, which is another one with each run. Where sums differ, `row_checks`
looks at the rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from calbook.core.search import BETWEEN, PHONES, REFS, fold_text
from calbook.store.booking_filters import GIVES_TIME
from calbook.store.row_checks import DAY, OTHER_TEXT

_MOST = 2**31 - 1  # a prime
_LARGE = 2**62 - 57  # another


def add_hash(conn: sqlite3.Connection) -> None:
    conn.create_function("hash_of", -1, _hash_row, deterministic=True)


def sum_of(columns: Iterable[str]) -> str:
    """Of rows, each by a hash of all that it says.

    What is last in a tuple is all but added to its hash, and two rows that exchange it
    would come to the same sum: a remainder tells them apart.
    """
    return f"sum({_LARGE} % (hash_of({', '.join(columns)}) & {_MOST}))"


def _hash_row(*values: object) -> int:
    return hash(values)


_SUM = "sum((entry * entry >> 20) + 1)"


def _hash(*texts: str) -> str:
    joined = " || ' ' || ".join(texts)
    return f"(hash_of(cast({joined} as blob)) & {_MOST})"


def _rest(number: str) -> str:
    return f"((ifnull({number}, 0) % {_MOST} + {_MOST}) % {_MOST})"


_CLAIM = f"""(
    {_hash("{0}.uid")} * 179424673 + {{0}}.recurrence_id * 198491317
    + {{0}}.claim_start * 217645177 + {{0}}.claim_end * 236887691
) % {_MOST}"""


def _fold(text: str) -> str:
    """As `core.search` folds it, which is asked where there is more than ASCII."""
    is_ascii = f"length({text}) = length(cast({text} as blob))"
    return f"case when {is_ascii} then lower({text}) else fold_text({text}) end"


# What a booking is searched by: its own texts, then those of its persons.
_OWN_TEXTS = f"""
    uid || '{BETWEEN}' || {_fold("title")}
    || iif(notes <> '', '{BETWEEN}' || {_fold("notes")}, '')
"""
_PERSONS_TEXTS = f"""
    group_concat(
        iif(name <> '', '{BETWEEN}' || {_fold("name")}, '')
        || iif(email <> '', '{BETWEEN}' || {_fold("person_key")}, ''), ''
    )
    || '{REFS}'
    || ifnull(group_concat({_fold("nullif(ref_folded, '')")}, '{BETWEEN}'), '')
    || '{PHONES}' || ifnull(group_concat(nullif(phone_digits, ''), '{BETWEEN}'), '')
"""

# By what is true of nothing if both statements have the same row.
SUMS: Mapping[tuple[str, ...], tuple[str, str]] = {
    (
        "{} holds time of {} for a cancelled occurrence",
        "{} holds time of {} for no occurrence",
        "{} holds time of {}, who is not its host",
        "{} holds other time of {} than its occurrence says",
    ): (
        f"""
        select count(*), {_SUM}, 0, 0
        from (select {_CLAIM.format("c")} as entry from claims c limit -1)
        """,
        f"""
        select count(*), {_SUM}, ifnull(sum(is_cancelled), 0), ifnull(sum(is_others), 0)
        from (
            select {_CLAIM.format("o")} as entry,
                o.status = 'CANCELLED' as is_cancelled,
                not exists (
                    select 1 from booking_hosts h
                    where h.uid = c.uid and h.host_id = c.host_id and {GIVES_TIME}
                ) as is_others
            from claims c indexed by claims_by_occurrence
            cross join occurrences o on o.uid = c.uid
                and o.recurrence_id = c.recurrence_id
            limit -1
        )
        """,
    ),
    ("the bookings of {} are counted wrong",): (
        f"""
        select {_rest(f"sum(entry * (bookings % {_MOST}) % {_MOST})")} from (
            select {_hash("event_type_id", "host_id")} as entry, bookings
            from host_loads limit -1
        )
        """,
        f"""
        select {_rest("sum(entry)")} from (
            select {_hash("event_type_id", "host_id")} as entry
            from booking_hosts indexed by sqlite_autoindex_booking_hosts_1
            where is_live limit -1
        )
        """,
    ),
    ("the meetings of {} are counted wrong",): (
        f"""
        select {_rest(f"sum(entry * (meetings % {_MOST}) % {_MOST})")},
            {_rest(f"sum(entry * (seconds % {_MOST}) % {_MOST})")}
        from (
            select {_hash("id", "day", "status")} as entry, meetings, seconds
            from day_counts limit -1
        )
        """,
        f"""
        select {_rest(f"sum(entry % {_MOST})")},
            {_rest(f"sum(entry % {_MOST} * seconds % {_MOST})")}
        from (
            select {_hash("''", DAY, "status")}
                + {_hash("event_type_id", DAY, "status")}
                + ifnull((
                    select sum({_hash("h.host_id", DAY, "status")})
                    from booking_hosts h where h.uid = o.uid and {GIVES_TIME}
                ), 0) as entry,
                end_at - start_at as seconds
            from occurrences o where o.resolution is not 'conflict' and o.uid not in (
                select uid from bookings where recurring is not null
            ) limit -1
        )
        """,
    ),
    ("{} has no event that tells of its making",): (
        f"""
        select count(*), {_SUM} from (
            select {_hash("uid")} as entry from bookings limit -1
        )
        """,
        f"""
        select count(*), {_SUM} from (
            select {_hash("uid")} as entry from events not indexed
            where type in ('booking.created', 'booking.held') limit -1
        )
        """,
    ),
    (OTHER_TEXT,): (
        f"""
        select count(*), {_SUM}, ifnull(sum(is_other), 0) from (
            select {_hash("uid", "substr(search, length(own) + 1)")} as entry,
                substr(search, 1, length(own)) <> own as is_other
            from (select uid, search, {_OWN_TEXTS} as own from bookings limit -1)
            limit -1
        )
        """,
        f"""
        select count(*), {_SUM}, 0 from (
            select {_hash("uid", "texts")} as entry from (
                select uid, {_PERSONS_TEXTS} as texts from attendees group by uid
            ) limit -1
        )
        """,
    ),
}


def _fold_text(text: str | None) -> str | None:
    return None if text is None else fold_text(text)


class Sums:
    """Which sentences are true of nothing; each pair is asked once, when it is due."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn, self._same = conn, dict[tuple[str, ...], bool]()
        add_hash(conn)
        conn.create_function("fold_text", 1, _fold_text, deterministic=True)

    def settle(self, sentence: str) -> bool:
        for sentences, statements in SUMS.items():
            if sentence in sentences:
                if sentences not in self._same:
                    one, other = map(self._ask, statements)
                    self._same[sentences] = one == other
                return self._same[sentences]
        return False

    def _ask(self, statement: str) -> tuple[object, ...]:
        return tuple(self._conn.execute(statement).fetchone())
