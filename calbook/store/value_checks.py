"""What no statement sees: rows that say one thing twice, each looked at once.

Tables are read from their beginning to their end, some rows at a time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core.checks import fold_ref
from calbook.core.people import lasting_keys, person_key, phone_digits
from calbook.core.time import times
from calbook.store.row_checks import DAY

if TYPE_CHECKING:
    from calbook.store.connection import Connection, Row

Fault = tuple[str, tuple[Any, ...]]  # the sentence, and what it names

_MOST = 2_000  # rows that are read together
_COPIES_TOGETHER = 200
_DAY = 86400
_EPOCH = date(1970, 1, 1).toordinal()

# Without those that are found by an address, and by a number, in letters and digits of
# which the database knows the other form as well.
_ATTENDEES = """
    select uid, position, name, email, phone, ref, person_key, phone_digits,
        ref_folded, person_id is not null
    from attendees where (uid, position) > (:uid, :key)
    and (
        person_id is null or ref is not null or ref_folded is not null
        or email is null or email = '' or person_key <> lower(email)
        or length(email) <> length(cast(email as blob))
        or (phone is null) <> (phone_digits is null)
        or phone is not null and not (
            phone like '+%' and phone_digits = replace(phone, ' ', '')
            and length(phone_digits) > 1
            and ltrim(substr(phone_digits, 2), '0123456789') = ''
        )
    )
    order by uid, position limit :most
"""
_OCCURRENCES = """
    select uid, recurrence_id, start_at, wall, wall_timezone, tzdata, by_offset
    from occurrences where (uid, recurrence_id) > (:uid, :key) and {which}
    order by uid, recurrence_id limit :most
"""
# A file finds those that are at another time, but for days on which a clock is put
# forward or back.
_IS_ELSEWHERE = f"""
    wall is not strftime('%Y-%m-%dT%H:%M:%S',
        start_at + offset_of_day(wall_timezone, {DAY}), 'unixepoch')
"""
# The newest events of bookings that hold a copy of theirs.
_COPIES = """
    select e.seq, e.uid, e.booking, b.sequence, b.version, b.updated_at
    from events e left join bookings b on b.uid = e.uid
    where e.seq > :seq and e.booking is not null and not exists (
        select 1 from events n where n.uid = e.uid and n.seq > e.seq
    )
    order by e.seq limit :most
"""
_DATES = """
    select uid, date, start_at, end_at, status from occurrences
    where uid in (select value from json_each(:uids)) order by uid
"""


def value_faults(conn: Connection, count: Callable[[int], object]) -> Iterator[Fault]:
    """What of rows is wrong; `count` is told how many were looked at."""
    for rows in _pages(conn, _ATTENDEES):
        for row in rows:
            yield from _attendee_faults(*row)
        count(len(rows))
    which = "true"
    if isinstance(conn, sqlite3.Connection):
        conn.create_function("offset_of_day", 2, _offset_of_day, deterministic=True)
        which = _IS_ELSEWHERE
    for rows in _pages(conn, _OCCURRENCES.format(which=which)):
        for uid, _, start, *wall in rows:
            if not _is_at(start, *wall):
                yield "{} is at another time than {} in {}", (uid, *wall[:2])
        count(len(rows))
    yield from _copy_faults(conn)


def _pages(conn: Connection, statement: str) -> Iterator[list[Row]]:
    """By the first two columns, the key."""
    rows: list[Row] = []
    uid, key = "", 0
    while not rows or len(rows) == _MOST:
        facts = {"uid": uid, "key": key, "most": _MOST}
        rows = conn.execute(statement, facts).fetchall()
        if not rows:
            return
        uid, key = rows[-1][0], rows[-1][1]
        yield rows


# -- attendees


def _attendee_faults(
    uid: str,
    position: int,
    name: str | None,
    email: str | None,
    phone: str | None,
    ref: str | None,
    key: str,
    digits: str | None,
    folded: str | None,
    is_known: bool,
) -> Iterator[Fault]:
    *found, lasts = _what_finds(name, email, phone, ref)
    if found == [key, digits, folded] and (is_known or not lasts):
        return
    number = (uid, position + 1)
    if found[0] != key:
        yield "{} is not found by the address of its attendee {}", number
    if found[1] != digits:
        yield "{} is not found by the phone of its attendee {}", number
    if found[2] != folded:
        yield "{} is not found by the number of its attendee {}", number
    if lasts and not is_known:
        yield "attendee {1} of {0} is not in the book of people", number


@lru_cache(maxsize=10_000)
def _what_finds(
    name: str | None, email: str | None, phone: str | None, ref: str | None
) -> tuple[str, str | None, str | None, bool]:
    """Somebody's key, digits and folded number, and whether they are to be known."""
    said = {"name": name, "email": email, "phone": phone, "ref": ref}
    folded = ref and fold_ref(ref)
    return person_key(said), phone_digits(phone), folded, bool(lasting_keys(said))


# -- dates


def _is_at(
    start: int, wall: str, timezone: str, tzdata: str | None, by_offset: bool
) -> bool:
    """Whether a start is at a local time, by the zone's rules that it was booked by.

    A time that the zone skips is moved ahead; one by its offset needs no zone.
    """
    try:
        local, moment = datetime.fromisoformat(wall), times.instant(start)
        return (
            times.wall_time(moment, timezone) == local
            or by_offset
            or times.tzdata_version(timezone) != tzdata
            or times.instant_of_wall(local, timezone) == moment
        )
    except (ValueError, LookupError):
        return False


@lru_cache(maxsize=20_000)
def _offset_of_day(timezone: str, day: int) -> int | None:
    """In seconds, of a day of UTC; None on which it changes, or that is no zone's."""
    try:
        zone, start = times.zone(timezone), times.instant((day - _EPOCH) * _DAY)
    except (ValueError, LookupError, OSError, OverflowError):
        return None
    offset, later = (
        edge.astimezone(zone).utcoffset() for edge in (start, start + timedelta(1))
    )
    return None if offset is None or offset != later else int(offset.total_seconds())


# -- copies in events


def _copy_faults(conn: Connection) -> Iterator[Fault]:
    seq = 0
    while True:
        where = {"seq": seq, "most": _COPIES_TOGETHER}
        copies = conn.execute(_COPIES, where).fetchall()
        if not copies:
            return
        dates: dict[str, list[_Date]] = {}
        uids = json.dumps([uid for _, uid, *_ in copies])
        for uid, *facts in conn.execute(_DATES, {"uids": uids}).fetchall():
            dates.setdefault(uid, []).append(_Date(*facts))
        for _, uid, text, *revision in copies:
            yield from _differences(uid, text, revision, dates.get(uid, []))
        seq = copies[-1][0]


class _Date(NamedTuple):
    date: str
    start: int
    end: int
    status: str


def _differences(
    uid: str, text: str, revision: list[Any], dates: list[_Date]
) -> Iterator[Fault]:
    """What a booking is, against the copy of it in its newest event."""
    try:
        told = json.loads(text)
        told_dates = {o["date"]: o for o in told.get("occurrences", ())}
        has_other_time = _is_told_otherwise(told_dates, dates)
        has_other_status = any(
            _is_other_status(told_dates[each.date]["status"], each.status)
            for each in dates
            if each.date in told_dates
        )
        revision_told = (told["sequence"], told["version"], _epoch(told["updatedAt"]))
        is_older = None not in revision and any(
            here < there for here, there in zip(revision, revision_told, strict=True)
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        return  # it is not JSON, or not ours: other checks say so
    if has_other_time:
        yield "{} is at another time than its newest event tells", (uid,)
    if has_other_status:
        yield "{} has another status than its newest event tells", (uid,)
    if is_older:
        yield "{} is an older revision than its newest event tells of", (uid,)


def _is_told_otherwise(told: dict[str, dict[str, Any]], dates: list[_Date]) -> bool:
    here = {each.date for each in dates}
    return bool(told.keys() - here) or any(
        _epoch(told[each.date]["startTime"]) != each.start
        or _epoch(told[each.date]["endTime"]) != each.end
        for each in dates
        if each.date in told
    )


def _is_other_status(told: str, status: str) -> bool:
    if status == "PENDING":
        return told not in ("PENDING", "CANCELLED")
    return told == "PENDING" or (told == "CANCELLED") != (status == "CANCELLED")


def _epoch(text: str) -> int:
    return times.epoch(datetime.fromisoformat(text))
