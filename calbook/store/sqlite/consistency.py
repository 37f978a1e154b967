"""Whether the file is sound: its pages, its tables, and what they say of each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

from calbook.core.checks import fold_email
from calbook.core.time import times
from calbook.store.sqlite.schema import migrate

_MOST = 5  # that are named of each kind

# What each booking's newest event says, and what of each of its occurrences.
_NEWEST = """
    (select uid, booking, max(seq) from events where json_valid(booking) group by uid) e
"""
_TOLD = f"{_NEWEST} cross join json_each(e.booking, '$.occurrences') t"
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
    "{} is at another time than {} in {}": """
        select uid, wall, wall_timezone from occurrences
        where not is_at(start_at, wall, wall_timezone, tzdata, by_offset)
    """,
    "{} is at another time than its newest event tells": f"""
        select distinct e.uid from {_TOLD} left join occurrences o
        on o.uid = e.uid and o.date = t.value ->> 'date'
        where o.uid is null and t.value ->> 'date' is not null
        or unixepoch(t.value ->> 'startTime') <> o.start_at
        or unixepoch(t.value ->> 'endTime') <> o.end_at
    """,
    "{} has another status than its newest event tells": f"""
        select distinct e.uid from {_TOLD} join occurrences o
        on o.uid = e.uid and o.date = t.value ->> 'date'
        where iif(
            o.status = 'PENDING',
            t.value ->> 'status' not in ('PENDING', 'CANCELLED'),
            t.value ->> 'status' = 'PENDING'
            or (t.value ->> 'status' = 'CANCELLED') <> (o.status = 'CANCELLED')
        )
    """,
    "{} is an older revision than its newest event tells of": f"""
        select e.uid from {_NEWEST} join bookings b using (uid)
        where b.sequence < e.booking ->> 'sequence'
        or b.version < e.booking ->> 'version'
        or b.updated_at < unixepoch(e.booking ->> 'updatedAt')
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
                min(iif(resolution is 'conflict', null, start_at)) as first,
                max(iif(resolution is 'conflict', null, start_at)) as last,
                max(iif(status = 'PENDING', start_at, null)) as pending,
                max(iif(status = 'CONFIRMED', end_at, null)) as confirmed,
                case
                    when sum(status not in ('PENDING', 'CANCELLED')) = 0
                    then 'CANCELLED'
                    when sum(status not in ('PENDING', 'CANCELLED', 'NO_SHOW')) = 0
                    then 'NO_SHOW'
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
        select b.host_id, k.name from busy b
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
    "{} is not found by the address {}": """
        select uid, email from attendees where fold_email(email) <> email_folded
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
    "{} is in the unknown zone {}": """
        select id, timezone from (
            select uid as id, timezone from bookings
            union all select id, timezone from hosts
            union all select id, timezone from schedules
        ) where not is_zone(timezone)
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


def find_faults(conn: sqlite3.Connection) -> tuple[str, ...]:
    """What is wrong, a sentence each: pages, tables, references, and what they say."""
    pages, schema = tuple(_page_faults(conn)), tuple(_schema_faults(conn))
    found = [*pages, *schema]
    try:
        found.extend(row_faults(conn))
    except sqlite3.OperationalError:  # a column is missing, and named above
        if not schema:
            raise
    return tuple(dict.fromkeys(found))


def _page_faults(conn: sqlite3.Connection) -> Iterator[str]:
    found = (str(row[0]) for row in conn.execute("pragma integrity_check"))
    yield from (line for line in found if line != "ok")
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
    )
    return {(kind, name): " ".join(text.split()) for kind, name, text in rows}


def row_faults(conn: sqlite3.Connection) -> Iterator[str]:
    """What rows say against each other."""
    conn.create_function("fold_email", 1, fold_email, deterministic=True)
    conn.create_function("is_zone", 1, _is_zone, deterministic=True)
    conn.create_function("is_at", 5, _is_at, deterministic=True)
    for sentence, statement in _CHECKS.items():
        found = conn.execute(f"select * from ({statement}) limit {_MOST}")
        yield from (sentence.format(*row) for row in found)


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
