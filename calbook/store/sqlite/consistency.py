"""Whether the file is sound: its pages, its tables, and what they say of each other."""

from __future__ import annotations

from calbook.store.reader import Reader
from calbook.store.sqlite.store import SqliteStore

_CHECKS = {
    "two claims of {} overlap": """
        select a.host_id from claims a join claims b
        on a.host_id = b.host_id and a.claim_start < b.claim_start
        and b.claim_start < a.claim_end limit 1
    """,
    "{} holds time for a cancelled occurrence": """
        select uid from claims join occurrences using (uid, recurrence_id)
        where status = 'CANCELLED' limit 1
    """,
    "{} holds other time than its occurrence says": """
        select c.uid from claims c join occurrences o using (uid, recurrence_id)
        where c.claim_start <> o.claim_start or c.claim_end <> o.claim_end limit 1
    """,
    "{} will take place but holds no time": """
        select uid from occurrences o join booking_hosts h using (uid)
        where status = 'CONFIRMED' and not exists (
            select 1 from claims c where c.uid = o.uid
            and c.recurrence_id = o.recurrence_id and c.host_id = h.host_id
        ) limit 1
    """,
    "the bookings of {} are counted wrong": """
        select host_id from host_loads l where bookings <> (
            select count(*) from booking_hosts h where is_live
            and h.event_type_id = l.event_type_id and h.host_id = l.host_id
        )
        union all
        select host_id from booking_hosts h where is_live and not exists (
            select 1 from host_loads l
            where l.event_type_id = h.event_type_id and l.host_id = h.host_id
        ) limit 1
    """,
    "the busy time of {} has a gap": """
        select host_id from busy group by calendar_id, stretch
        having sum(busy_end - busy_start) <> max(stretch_end) - min(stretch_start)
        or min(busy_start) <> min(stretch_start) limit 1
    """,
    "busy time of {} belongs to a calendar of another host": """
        select b.host_id from busy b join calendars k on k.id = b.calendar_id
        where k.host_id <> b.host_id limit 1
    """,
    "{} has no occurrence": """
        select uid from bookings b where not exists (
            select 1 from occurrences o where o.uid = b.uid
        ) limit 1
    """,
    "{} has no event that tells of its making": """
        select uid from bookings b where not exists (
            select 1 from events e where e.uid = b.uid and e.type = 'booking.created'
        ) limit 1
    """,
    "{} waits for a webhook that is sent nothing": """
        select id from deliveries where status = 'pending' and channel = 'webhook'
        and target not in (select id from webhooks where active) limit 1
    """,
    "{} tells of an event of another booking": """
        select d.id from deliveries d join events e on e.seq = d.event_seq
        where e.uid <> d.uid limit 1
    """,
}


def find_faults(store: SqliteStore) -> tuple[str, ...]:
    """What is wrong, a sentence each: pages, references, claims, events."""
    with store.read(Reader) as reading:
        conn = reading.connection
        findings = [
            str(row[0])
            for row in conn.execute("pragma integrity_check")
            if row[0] != "ok"
        ]
        findings += [
            f"a row of {row['table']} refers to a missing row of {row['parent']}"
            for row in conn.execute("pragma foreign_key_check")
        ]
        guards = conn.execute(
            "select count(*) from sqlite_master where type = 'trigger'"
            " and name in ('claims_inserted', 'claims_moved')"
        ).fetchone()[0]
        if guards != len(("claims_inserted", "claims_moved")):
            findings.append("a trigger that refuses overlapping claims is missing")
        for sentence, statement in _CHECKS.items():
            row = conn.execute(statement).fetchone()
            if row:
                findings.append(sentence.format(row[0]))
    return tuple(findings)


