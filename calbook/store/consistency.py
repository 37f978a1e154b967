"""What rows say against each other, in a file or a database: a sentence each.

Statements say most of it; what they cannot see is looked at in Python, by bookings.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from calbook.core.people import lasting_keys, person_key, phone_digits, shown_key
from calbook.core.time import times

if TYPE_CHECKING:
    from calbook.store.connection import Connection, Row

_MOST = 5  # that are named of each kind
_BOOKINGS = 200  # that are looked at together
_LAST = "~"  # comes behind every uid

# Each selects what its sentence names.
_CHECKS = {
    "claims of {} overlap: {} and {}": """
        select a.host_id, a.uid, b.uid from claims a join claims b
        on a.host_id = b.host_id and a.claim_start < b.claim_start
        and b.claim_start < a.claim_end
    """,
    "{} holds time of {} for a cancelled occurrence": """
        select uid, host_id from claims join occurrences using (uid, recurrence_id)
        where status = 'CANCELLED'
    """,
    "{} holds time of {} for no occurrence": """
        select uid, host_id from claims c where not exists (
            select 1 from occurrences o
            where o.uid = c.uid and o.recurrence_id = c.recurrence_id
        )
    """,
    "{} holds time of {}, who is not its host": """
        select distinct uid, host_id from claims c where not exists (
            select 1 from booking_hosts h
            where h.uid = c.uid and h.host_id = c.host_id
        )
    """,
    "{} holds other time of {} than its occurrence says": """
        select c.uid, c.host_id
        from claims c join occurrences o using (uid, recurrence_id)
        where c.claim_start <> o.claim_start or c.claim_end <> o.claim_end
    """,
    "{} will take place but holds no time of {}": """
        select distinct o.uid, h.host_id
        from occurrences o join booking_hosts h using (uid)
        where status <> 'CANCELLED' and not exists (
            select 1 from claims c where c.uid = o.uid
            and c.recurrence_id = o.recurrence_id and c.host_id = h.host_id
        )
    """,
    "{} takes place outside the time that it holds of {}": """
        select distinct o.uid, h.host_id
        from occurrences o join booking_hosts h using (uid)
        where start_at < claim_start or end_at > claim_end
    """,
    "{} is due at another time than its status ends": """
        select distinct uid from occurrences where due is not case status
            when 'PENDING' then start_at when 'CONFIRMED' then end_at
        end and due is not null
    """,
    "{} has the unknown status {}": """
        select uid, status from occurrences
        where status not in (
            'PENDING', 'CONFIRMED', 'CANCELLED', 'COMPLETED', 'NO_SHOW'
        )
    """,
    "{} is {} and yet ended as {}": """
        select uid, status, coalesce(resolution, 'nothing') from occurrences
        where (status = 'CANCELLED') <> (resolution is not null)
    """,
    "{} is listed at another time or with another status than its occurrences have": """
        select uid from bookings b join (
            select uid,
                min(start_at) filter (where resolution is not 'conflict') as first,
                max(start_at) filter (where resolution is not 'conflict') as last,
                max(start_at) filter (where status = 'PENDING') as pending,
                max(end_at) filter (where status = 'CONFIRMED') as confirmed,
                case
                    when count(*) filter (
                        where status not in ('PENDING', 'CANCELLED')
                    ) = 0 then 'CANCELLED'
                    when count(*) filter (
                        where status not in ('PENDING', 'CANCELLED', 'NO_SHOW')
                    ) = 0 then 'NO_SHOW'
                    else 'COMPLETED'
                end as final
            from occurrences group by uid
        ) o using (uid)
        where starts_at is not first or coalesce(last_at, last) is not last
        or pending_until is not pending or confirmed_until is not confirmed
        or final_status is not final
    """,
    "{} counts as a booking of {}, which it is not": """
        select distinct uid, o.event_type_id
        from occurrences o join bookings b using (uid)
        where o.event_type_id <> b.event_type_id
        union
        select uid, h.event_type_id from booking_hosts h join bookings b using (uid)
        where h.event_type_id <> b.event_type_id
    """,
    "{} is counted wrong in the turns of {}": """
        select uid, host_id from booking_hosts h join bookings b using (uid)
        where made is not b.rowid or is_live <> exists (
            select 1 from occurrences o where o.uid = h.uid and o.status <> 'CANCELLED'
            and not (o.status = 'PENDING' and o.due is null)
        )
    """,
    "the bookings of {} are counted wrong": """
        select host_id from host_loads l where bookings <> (
            select count(*) from booking_hosts h where is_live
            and h.event_type_id = l.event_type_id and h.host_id = l.host_id
        )
        union
        select host_id from booking_hosts h where is_live and not exists (
            select 1 from host_loads l
            where l.event_type_id = h.event_type_id and l.host_id = h.host_id
        )
    """,
    "the busy time of {} in {} has a gap": """
        select min(b.host_id), min(k.name) from busy b
        join calendars k on k.id = b.calendar_id
        group by calendar_id, stretch
        having sum(busy_end - busy_start) <> max(stretch_end) - min(stretch_start)
        or min(busy_start) <> min(stretch_start)
    """,
    "busy time of {} belongs to a calendar of {}": """
        select distinct b.host_id, k.host_id
        from busy b join calendars k on k.id = b.calendar_id
        where k.host_id <> b.host_id
    """,
    "busy time of {} belongs to no calendar": """
        select distinct host_id from busy
        where calendar_id not in (select id from calendars)
    """,
    "{} has no occurrence": """
        select uid from bookings where uid not in (select uid from occurrences)
    """,
    "{} has no host": """
        select uid from bookings where uid not in (select uid from booking_hosts)
    """,
    "{} has no attendee": """
        select uid from bookings where uid not in (select uid from attendees)
    """,
    "{} has no event that tells of its making": """
        select uid from bookings where uid not in (
            select uid from events where type = 'booking.created'
        )
    """,
    "{} has an event of time's that says {} did it": """
        select uid, actor from events where by = 'system' and actor is not null
    """,
    "{} is being sent by another machine, which no file allows": """
        select id from deliveries where leased_until is not null
    """,
    "{} has something that is not JSON": """
        select uid from bookings where not (
            json_valid(responses) and json_valid(metadata) and json_valid(overrides)
            and json_valid(policy) and json_valid(coalesce(recurring, 'null'))
            and json_valid(coalesce(location, 'null'))
        )
        union select uid from attendees where not (
            json_valid(coalesce(responses, 'null'))
            and json_valid(coalesce(metadata, 'null'))
        )
        union select uid from occurrences
        where not json_valid(coalesce(attendances, 'null'))
        union select uid from events
        where not (json_valid(change) and json_valid(booking))
    """,
    "{} has a value that is not JSON": """
        select id from event_types where not (
            json_valid(questions) and json_valid(metadata) and json_valid(reminders)
            and json_valid(coalesce(location, 'null'))
        )
        union select id from schedules where not json_valid(weekly)
        union select schedule_id from schedule_overrides where not json_valid(hours)
        union select name from calendars
        where not (json_valid(skipped) and json_valid(remarks))
        union select id from webhooks where not (
            json_valid(events) and json_valid(headers) and json_valid(old_secrets)
        )
    """,
    "the person {} is found by nothing": """
        select id from people p where not exists (
            select 1 from person_keys k
            where k.person_id = p.id and k.key = 'id:' || p.id
        )
    """,
    "{} has no title": """
        select uid from bookings where title = ''
    """,
    "{} joined {} behind a booking that is not there": """
        select host_id, event_type_id from host_joins
        where since > (select coalesce(max(rowid), 0) from bookings)
    """,
    "the reminders of {} wait for a change of {}, which is not there": """
        select id, noun from reminder_updates where not (
            noun = 'event type' and id in (select id from event_types)
            or noun = 'host' and id in (select id from hosts)
        )
    """,
    "{} waits for a webhook that is sent nothing": """
        select id from deliveries where status = 'pending' and channel = 'webhook'
        and target not in (select id from webhooks where active)
    """,
    "{} tells of an event of another booking": """
        select d.id from deliveries d join events e on e.seq = d.event_seq
        where e.uid <> d.uid
    """,
    "a reminder of {} was told of as {}": """
        select r.uid, d.id from reminders r join deliveries d on d.id = r.delivery
        where d.uid is not r.uid or d.kind <> 'reminder'
    """,
}
_OF_A_BOOKING = (
    *("booking_hosts", "attendees", "occurrences", "events", "notes"),
    *("private_notes", "deliveries", "reminders"),
)
_CHECKS |= {
    f"{{}} is not there, but its {table.replace('_', ' ')}": f"""
        select distinct uid from {table}
        where uid not in (select uid from bookings)
    """
    for table in _OF_A_BOOKING
}


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


def row_faults(conn: Connection) -> Iterator[str]:
    """What rows say against each other."""
    for sentence, statement in _CHECKS.items():
        found = conn.execute(f"select * from ({statement}) as found limit {_MOST}")
        yield from (sentence.format(*row) for row in found.fetchall())
    yield from _unknown_zones(conn)
    told: Counter[str] = Counter()
    for sentence, facts in _looked_at(conn):
        told[sentence] += 1
        if told[sentence] <= _MOST:
            yield sentence.format(*facts)


def _unknown_zones(conn: Connection) -> Iterator[str]:
    for (zone,) in conn.execute(_ZONES).fetchall():
        if not _is_zone(zone):
            facts = {"zone": zone, "most": _MOST}
            for (id,) in conn.execute(_IN_ZONE, facts).fetchall():
                yield f"{id} is in the unknown zone {zone}"


Fault = tuple[str, tuple[Any, ...]]  # the sentence, and what it names


def _looked_at(conn: Connection) -> Iterator[Fault]:
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


def _attendee_faults(conn: Connection, some: dict[str, str]) -> Iterator[Fault]:
    found = conn.execute(
        "select uid, name, email, phone, ref, person_key, phone_digits, person_id"
        f" from attendees where {_SOME}",
        some,
    )
    for uid, *facts, key, digits, person in found.fetchall():
        said = dict(zip(("name", "email", "phone", "ref"), facts, strict=True))
        if person_key(said) != key:
            yield "{} is not found by the address {}", (uid, shown_key(said))
        if phone_digits(said["phone"]) != digits:
            yield "{} is not found by the phone {}", (uid, said["phone"])
        if lasting_keys(said) and person is None:
            yield "{}: {} is not in the book of people", (uid, shown_key(said))


def _time_faults(occurrences: list[Row]) -> Iterator[Fault]:
    for uid, _, start, _, _, *wall in occurrences:
        if not _is_at(start, *wall):
            yield "{} is at another time than {} in {}", (uid, *wall[:2])


def _event_faults(
    uid: str, newest: list[Any], occurrences: list[Row]
) -> Iterator[Fault]:
    """What a booking is, against what its newest event tells of it."""
    text, *revision = newest
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


def _is_zone(name: str) -> bool:
    try:
        times.zone(name)
    except (ValueError, LookupError, OSError):
        return False
    return True
