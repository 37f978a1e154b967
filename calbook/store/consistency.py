"""What rows say against each other, in a file or a database: a sentence each.

Statements say most of it (`row_checks`); what they cannot see is looked at in Python,
by bookings. Nobody who attends is named: bug reports have these sentences.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from calbook.core.checks import fold_ref
from calbook.core.people import lasting_keys, person_key, phone_digits
from calbook.core.time import times
from calbook.store.booking_texts import search_faults
from calbook.store.row_checks import CHECKS

if TYPE_CHECKING:
    from calbook.core.progress import Progress
    from calbook.store.connection import Connection, Row


_MOST = 5  # that are named of each kind
_BOOKINGS = 200  # that are looked at together
_LAST = "~"  # comes behind every uid

# What belongs to the bookings behind one and up to another.
_SOME = "uid > :after and uid <= :last"
_NEWEST = f"""
    select e.uid, e.booking, b.sequence, b.version, b.updated_at
    from events e left join bookings b on b.uid = e.uid
    where e.seq in (select max(seq) from events where {_SOME} group by uid)
"""
_OCCURRENCES = f"""
    select uid, date, start_at, end_at, status, wall, wall_timezone, tzdata, by_offset
    from occurrences where {_SOME} order by uid
"""
_ZONES = """
    select timezone from bookings union select timezone from hosts
    union select timezone from schedules
"""
_IN_ZONE = """
    select uid as id from bookings where timezone = :zone
    union all select id from hosts where timezone = :zone
    union all select id from schedules where timezone = :zone
    limit :most
"""


def row_faults(conn: Connection, progress: Progress | None = None) -> Iterator[str]:
    """What rows say against each other, or that they cannot be read.

    `progress` is told of each statement that looked at all, and then of bookings.
    """
    try:
        yield from _contradictions(conn, _Steps(conn, progress))
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        yield f"a row holds what calbook did not write ({type(error).__name__})"


class _Steps:
    """How much of a check is done; a statement counts as much as some bookings."""

    def __init__(self, conn: Connection, progress: Progress | None) -> None:
        self._progress, self._done, self._total = progress, 0, 0
        if progress is not None:
            ((bookings,),) = conn.execute("select count(*) from bookings").fetchall()
            self._total = len(CHECKS) + bookings // _BOOKINGS + 1

    def count(self) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, max(self._done, self._total))


def _contradictions(conn: Connection, steps: _Steps) -> Iterator[str]:
    for sentence, statement in CHECKS.items():
        found = conn.execute(f"select * from ({statement}) as found limit {_MOST}")
        yield from (sentence.format(*row) for row in found.fetchall())
        steps.count()
    yield from _unknown_zones(conn)
    for uid in islice(search_faults(conn), _MOST):
        yield f"{uid} is searched by another text than it has"
    told: Counter[str] = Counter()
    for sentence, facts in _looked_at(conn, steps):
        told[sentence] += 1
        if told[sentence] <= _MOST:
            yield sentence.format(*facts)


def _unknown_zones(conn: Connection) -> Iterator[str]:
    for (zone,) in conn.execute(_ZONES).fetchall():
        if not is_zone(zone):
            facts = {"zone": zone, "most": _MOST}
            for (id,) in conn.execute(_IN_ZONE, facts).fetchall():
                yield f"{id} is in the unknown zone {zone}"


Fault = tuple[str, tuple[Any, ...]]  # the sentence, and what it names


def _looked_at(conn: Connection, steps: _Steps) -> Iterator[Fault]:
    """What Python finds, some bookings at a time."""
    after = ""
    while after != _LAST:
        uids = conn.execute(
            "select uid from bookings where uid > :after order by uid limit :most",
            {"after": after, "most": _BOOKINGS},
        ).fetchall()
        last = uids[-1][0] if len(uids) == _BOOKINGS else _LAST
        some = {"after": after, "last": last}
        yield from _attendee_faults(conn, some)
        occurrences = conn.execute(_OCCURRENCES, some).fetchall()
        yield from _time_faults(occurrences)
        by_uid = {uid: [*found] for uid, found in groupby(occurrences, itemgetter(0))}
        for uid, *newest in conn.execute(_NEWEST, some).fetchall():
            yield from _event_faults(uid, newest, by_uid.get(uid, []))
        after = last
        steps.count()


def _attendee_faults(conn: Connection, some: dict[str, str]) -> Iterator[Fault]:
    found = conn.execute(
        "select uid, position + 1, name, email, phone, ref, person_key, phone_digits,"
        " ref_folded, person_id"
        f" from attendees where {_SOME}",
        some,
    )
    for uid, number, *facts, key, digits, folded, person in found.fetchall():
        said = dict(zip(("name", "email", "phone", "ref"), facts, strict=True))
        if person_key(said) != key:
            yield "{} is not found by the address of its attendee {}", (uid, number)
        if phone_digits(said["phone"]) != digits:
            yield "{} is not found by the phone of its attendee {}", (uid, number)
        if (said["ref"] and fold_ref(said["ref"])) != folded:
            yield "{} is not found by the number of its attendee {}", (uid, number)
        if lasting_keys(said) and person is None:
            yield "attendee {1} of {0} is not in the book of people", (uid, number)


def _time_faults(occurrences: list[Row]) -> Iterator[Fault]:
    for uid, _, start, _, _, *wall in occurrences:
        if not _is_at(start, *wall):
            yield "{} is at another time than {} in {}", (uid, *wall[:2])


def _event_faults(
    uid: str, newest: list[Any], occurrences: list[Row]
) -> Iterator[Fault]:
    """What a booking is, against what its newest event tells of it."""
    text, *revision = newest
    if text is None:
        return
    try:
        told = json.loads(text)
        dates = {o["date"]: o for o in told.get("occurrences", ())}
        has_other_time = _is_told_otherwise(dates, occurrences)
        has_other_status = any(
            _is_other_status(dates[date]["status"], status)
            for _, date, _, _, status, *_ in occurrences
            if date in dates
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


def _is_told_otherwise(
    dates: dict[str, dict[str, Any]], occurrences: list[Row]
) -> bool:
    there = {date for _, date, *_ in occurrences}
    return bool(dates.keys() - there) or any(
        _epoch(dates[date]["startTime"]) != start
        or _epoch(dates[date]["endTime"]) != end
        for _, date, start, end, *_ in occurrences
        if date in dates
    )


def _is_other_status(told: str, status: str) -> bool:
    if status == "PENDING":
        return told not in ("PENDING", "CANCELLED")
    return told == "PENDING" or (told == "CANCELLED") != (status == "CANCELLED")


def _epoch(text: str) -> int:
    return times.epoch(datetime.fromisoformat(text))


def _is_at(
    start: int, wall: str, timezone: str, tzdata: str | None, by_offset: bool
) -> bool:
    """Whether a start is at a local time, by the zone's rules that it was booked by.

    A time that the zone skips is moved ahead; one by its offset needs no zone.
    """
    try:
        local, moment = datetime.fromisoformat(wall), times.instant(start)
        if by_offset or times.tzdata_version(timezone) != tzdata:
            return True
        return (
            times.wall_time(moment, timezone) == local
            or times.instant_of_wall(local, timezone) == moment
        )
    except (ValueError, LookupError):
        return False


def is_zone(name: str) -> bool:
    """Whether a zone can be read, by a name that may be no zone's."""
    try:
        times.zone(name)
    except (ValueError, LookupError, OSError):
        return False
    return True
