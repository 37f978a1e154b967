"""Whether rows say the same, by sums of what they say: sooner than row by row.

What two tables both say comes to one sum in each, in whatever order it lies there; a
row is a hash, which is another one with each run. Where sums differ, `row_checks` looks
at the rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import lru_cache
from itertools import chain

from calbook import interrupts
from calbook.core.search import BETWEEN, PHONES, REFS, fold_text
from calbook.store.booking_filters import GIVES_TIME
from calbook.store.row_checks import (
    DAY,
    OF_MISSING,
    OTHER_TEXT,
    TOGETHER,
    faults_of_dates,
)

_MOST = 2**31 - 1  # a prime
_LARGE = 2**62 - 57  # another
_MEETING = 1327217885  # what a meeting weighs beside its seconds: as none has them
_NAMES = 2**14  # that are folded once


def add_hash(conn: sqlite3.Connection) -> None:
    conn.create_function("hash_of", -1, _hash_row, deterministic=True)
    conn.create_function("hash_of", 1, hash, deterministic=True)  # takes half as long


def _hash_row(*values: object) -> int:
    return hash(values)


def sum_of(columns: str) -> str:
    """Of rows, each by a hash of all that it says."""
    return f"sum({_number_of(columns)})"


def _number_of(columns: str) -> str:
    """What is last in a tuple is all but added to its hash, and two rows that exchange
    it would come to the same sum: a remainder tells them apart.
    """
    return f"{_LARGE} % (hash_of({columns}) & {_MOST})"


def _of_ids(*ids: str) -> str:
    """The hash of an empty text is 0."""
    return " + ".join(f"(hash_of({id}) & {_MOST}) + 1" for id in ids)


def _meetings(ids: str) -> str:
    """How many there are on a day, and how long they take, of some ids together."""
    return f"({ids}) % {_MOST} * day_number % {_MOST} * weight % {_MOST}"


def _fold(text: str) -> str:
    """As `core.search` folds it, which is asked where there is more than ASCII."""
    is_ascii = f"length({text}) = length(cast({text} as blob))"
    folded = f"case when {is_ascii} then lower({text}) else fold_text({text}) end"
    return f"iif({text} <> '', {folded}, null)"


# What a booking is searched by: its own texts, then those of its persons.
_OWN_TEXTS = f"""
    uid || '{BETWEEN}' || ifnull({_fold("title")}, '')
    || ifnull('{BETWEEN}' || {_fold("notes")}, '')
"""
_PERSONS_TEXTS = f"""
    group_concat(
        ifnull('{BETWEEN}' || {_fold("name")}, '')
        || iif(email <> '', '{BETWEEN}' || {_fold("person_key")}, ''), ''
    )
    || '{REFS}' || ifnull(group_concat({_fold("ref_folded")}, '{BETWEEN}'), '')
    || '{PHONES}' || ifnull(group_concat(nullif(phone_digits, ''), '{BETWEEN}'), '')
"""
_DAY = f"{_number_of(f'{DAY}, status')} as day_number"
_CLAIM = "uid, recurrence_id, claim_start, claim_end, host_id"
_LISTED = """
    uid, event_type_id, made, starts_at, pending_until, confirmed_until, final_status
"""
_OF_ALL = f"""
    {_of_ids("host_id")} + iif(position > 0, 0, {_of_ids("event_type_id", "''")})
"""
_SERIES = "(select uid from bookings where recurring is not null)"
_IS_WRONG = "is_listed_wrong or is_of_others or is_turn_wrong or is_place_wrong"

# By what is true of nothing if both statements have the same row. Tables in the order
# of uids are read side by side, of which the others are told by sums.
SUMS: Mapping[tuple[str, ...], tuple[str, str]] = {
    (
        *chain(*TOGETHER),
        "{} holds time of {} for a cancelled occurrence",
        "{} holds time of {} for no occurrence",
        "{} holds time of {}, who is not its host",
        "{} holds other time of {} than its occurrence says",
        "{} will take place but holds no time of {}",
        "the meetings of {} are counted wrong",
    ): (
        f"""
        select {sum_of(_LISTED.replace("made", "rowid"))},
            count(*) filter (where last_at <> starts_at), 0, 0, 0,
            (select {sum_of(_CLAIM)} from claims), (
                select ifnull(sum({_meetings(_of_ids("id"))}), 0) % {_MOST} from (
                    select id, {_DAY.replace(DAY, "day")},
                        (meetings * {_MEETING} + seconds) % {_MOST} as weight
                    from day_counts
                )
            )
        from bookings where recurring is null
        """,
        f"""
        select {sum_of(_LISTED)} filter (where is_single and position = 0), 0,
            count(*) filter (where is_other), (
                select count(*) from booking_hosts h
                join booking_hosts f on f.uid = h.uid and f.position = 0
                where h.position > 0 and (
                    (h.event_type_id, h.made, h.starts_at, h.last_at)
                    is not (f.event_type_id, f.made, f.starts_at, f.last_at)
                    or h.is_live is not (not h.is_of_dates and f.is_live)
                    or f.is_of_dates
                )
            ), (
                select count(*) from ({faults_of_dates(f"uid in {_SERIES}")})
                where {_IS_WRONG}
            ), {sum_of(_CLAIM)} filter (where status <> 'CANCELLED'),
            ifnull(sum({_meetings(_OF_ALL)})
                filter (where is_single and resolution is not 'conflict'), 0) % {_MOST}
        from (
            select o.uid, recurrence_id, claim_start, claim_end, status, resolution,
                o.event_type_id, h.made, h.host_id, h.position, h.starts_at, {_DAY},
                ({_MEETING} + end_at - start_at) % {_MOST} as weight,
                h.last_at is null as is_single,
                iif(status = 'PENDING', ifnull(held_until, start_at), null)
                    as pending_until,
                iif(status = 'CONFIRMED', end_at, null) as confirmed_until, case
                    when status in ('PENDING', 'CANCELLED') then 'CANCELLED'
                    when status = 'NO_SHOW' then status else 'COMPLETED'
                end as final_status,
                o.event_type_id is not h.event_type_id or h.last_at is null and (
                    h.starts_at is not iif(resolution is 'conflict', null, start_at)
                    or h.is_live <> (not h.is_of_dates and status <> 'CANCELLED'
                        and not (status = 'PENDING' and due is null))
                ) as is_other
            from occurrences o indexed by sqlite_autoindex_occurrences_1
            cross join booking_hosts h on h.uid = o.uid and {GIVES_TIME}
        )
        """,
    ),
    ("the bookings of {} are counted wrong",): (
        f"""
        select sum({_number_of("event_type_id, host_id")} * bookings % {_MOST})
            % {_MOST}
        from host_loads where bookings <> 0
        """,
        f"""
        select {sum_of("event_type_id, host_id")} % {_MOST}
        from booking_hosts indexed by sqlite_autoindex_booking_hosts_1 where is_live
        """,
    ),
    ("{} has no event that tells of its making",): (
        f"select count(*), {sum_of('uid')} from bookings",
        f"""
        select count(*), {sum_of("uid")} from events not indexed
        where type in ('booking.created', 'booking.held')
        """,
    ),
    (OTHER_TEXT, "{} has no attendee", "{} is not there, but its attendees"): (
        f"""
        select count(*), {sum_of("uid, substr(search, length(own) + 1)")},
            sum(instr(search, own) <> 1)
        from (select uid, search, {_OWN_TEXTS} as own from bookings limit -1)
        """,
        f"""
        select count(*), {sum_of("uid, texts")}, 0 from (
            select uid, {_PERSONS_TEXTS} as texts from attendees group by uid
        )
        """,
    ),
}


class Sums:
    """Which sentences are true of nothing; each pair is asked once, when it is due.

    Of a file in which each row that is referred to is there.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn, self._same = conn, dict[tuple[str, ...], bool]()
        add_hash(conn)
        fold = lru_cache(_NAMES)(fold_text)
        conn.create_function("fold_text", 1, fold, deterministic=True)

    def settle(self, sentence: str) -> bool:
        if sentence in OF_MISSING:
            return True
        for sentences, statements in SUMS.items():
            if sentence in sentences:
                if sentences not in self._same:
                    self._same[sentences] = self._are_same(*statements)
                return self._same[sentences]
        return False

    def _are_same(self, one: str, other: str) -> bool:
        try:
            first, second = (
                self._conn.execute(each).fetchone() for each in (one, other)
            )
        except sqlite3.OperationalError:  # a text that is no UTF-8
            interrupts.raise_lost()
            return False
        return tuple(first) == tuple(second)
