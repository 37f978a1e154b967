"""What rows must not say against each other: statements that find those which do.

What belongs to a booking is compared in the order of uids, in which its tables and
their indexes lie: a large file is read from its beginning to its end. SQLite reads what
is `except` something side by side with it, if both are in order.
"""

from __future__ import annotations

import re

from calbook.store.booking_filters import GIVES_TIME

OTHER_TEXT = "{} is searched by another text than it has"  # what `booking_texts` finds
DAY = "((start_at + 62135683200) / 86400)"


# Each selects what its sentence names.
CHECKS = {
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
        select c.uid, c.host_id from (
            select uid, recurrence_id from claims indexed by claims_by_occurrence
            except select uid, recurrence_id from occurrences
            order by uid, recurrence_id limit 1000
        ) x cross join claims c on c.uid = x.uid and c.recurrence_id = x.recurrence_id
    """,
    "{} holds time of {}, who is not its host": f"""
        select distinct c.uid, c.host_id
        from claims c indexed by claims_by_occurrence
        cross join occurrences o on o.uid = c.uid
            and o.recurrence_id = c.recurrence_id
        where not exists (
            select 1 from booking_hosts h
            where h.uid = c.uid and h.host_id = c.host_id and {GIVES_TIME}
        )
    """,
    "{} holds other time of {} than its occurrence says": """
        select c.uid, c.host_id
        from occurrences o cross join claims c on c.uid = o.uid
            and c.recurrence_id = o.recurrence_id
        where c.claim_start <> o.claim_start or c.claim_end <> o.claim_end
    """,
    "{} takes place with {}, of whom nothing else says so": """
        select distinct o.uid, x.value
        from occurrences o cross join json_each(o.hosts) x
        where not exists (
            select 1 from booking_hosts h
            where h.uid = o.uid and h.host_id = x.value
        )
    """,
    "{} will take place but holds no time of {}": f"""
        select distinct o.uid, h.host_id
        from occurrences o join booking_hosts h on h.uid = o.uid and {GIVES_TIME}
        where status <> 'CANCELLED' and not exists (
            select 1 from claims c where c.uid = o.uid
            and c.recurrence_id = o.recurrence_id and c.host_id = h.host_id
        )
    """,
    "{} takes place outside the time that it holds of {}": f"""
        select distinct o.uid, h.host_id
        from occurrences o join booking_hosts h on h.uid = o.uid and {GIVES_TIME}
        where start_at < claim_start or end_at > claim_end
    """,
    "the bookings of {} are counted wrong": """
        select distinct host_id from (
            select event_type_id, host_id, bookings from host_loads
            union all
            select event_type_id, host_id, -count(*) from booking_hosts
            where is_live group by event_type_id, host_id
        ) counted
        group by event_type_id, host_id having sum(bookings) <> 0
    """,
    "the meetings of {} are counted wrong": f"""
        with single as (
            select * from occurrences where resolution is not 'conflict'
            and uid not in (select uid from bookings where recurring is not null)
        ), of_types as materialized (
            select {DAY} as day, status, event_type_id as id, count(*) as meetings,
                sum(end_at - start_at) as seconds
            from single group by {DAY}, status, event_type_id
        )
        select distinct case id when '' then 'all' else id end from (
            select id, day, status, meetings, seconds from day_counts
            union all select id, day, status, -meetings, -seconds from of_types
            union all select '', day, status, -meetings, -seconds from of_types
            union all
            select h.host_id, {DAY}, status, -count(*), -sum(end_at - start_at)
            from single o cross join booking_hosts h on h.uid = o.uid and {GIVES_TIME}
            group by {DAY}, status, h.host_id
        ) counted
        group by id, day, status having sum(meetings) <> 0 or sum(seconds) <> 0
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
        select uid from bookings except select uid from occurrences order by uid
    """,
    "{} has no host": """
        select uid from bookings except
        select uid from booking_hosts where not is_of_dates and host_id >= 'user_'
        order by uid
    """,
    "{} needs {}, of which nothing else says so": """
        select e.id, x.value from event_types e cross join json_each(e.needs) n
        cross join json_each(n.value ->> 'of') x
        where not exists (
            select 1 from event_type_hosts h
            where h.event_type_id = e.id and h.host_id = x.value
        )
    """,
    "{} is a {} and yet called so": """
        select id, kind from hosts where (kind = 'host') <> (id >= 'user_')
    """,
    "{} has no attendee": """
        select uid from bookings except select uid from attendees order by uid
    """,
    "{} has its attendee {} on a date that it does not have": """
        select distinct a.uid, a.position + 1 from attendees a
        cross join json_each(coalesce(a.only_on, a.absent_on, '[]')) d
        where not exists (
            select 1 from occurrences o where o.uid = a.uid and o.date = d.value
        )
    """,
    "{} has no event that tells of its making": """
        select uid from bookings b where not exists (
            select 1 from events e where e.uid = b.uid
            and type in ('booking.created', 'booking.held')
        )
    """,
    "{} is an older revision than its newest event tells of": """
        select distinct e.uid
        from events e not indexed cross join bookings b on b.uid = e.uid
        where (e.version > 0 or e.sequence > 0)
        and (e.version > b.version or e.sequence > b.sequence)
        union
        select e.uid from bookings b cross join events e on e.uid = b.uid
        where (b.version < 0 or b.sequence < 0)
        and (e.version > b.version or e.sequence > b.sequence)
    """,
    "{} is being sent by another machine, which no file allows": """
        select id from deliveries where leased_until is not null
    """,
    "the person {} is found by nothing": """
        select id from people p where not exists (
            select 1 from person_keys k
            where k.person_id = p.id and k.key = 'id:' || p.id
        )
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
    "{} is in line, but {} holds nothing for it": """
        select w.id, w.offered_uid from waiting w
        where w.state = 'offered' and not w.is_seat and not exists (
            select 1 from occurrences o where o.uid = w.offered_uid
            and o.held_until is not null and o.status = 'PENDING'
        )
    """,
    "{} has been offered something, but not until when": """
        select id from waiting
        where (state = 'offered') <> (held_until is not null)
        or state = 'offered' and offered_uid is null
    """,
    "{} is in line with the unknown state {}": """
        select id, state from waiting where state not in (
            'waiting', 'offered', 'booked', 'lapsed', 'removed', 'ended'
        )
    """,
    "{} waits for time that ends before it begins": """
        select id from waiting where until < since
    """,
    "{} proposes another time in the unknown state {}": """
        select id, state from counter_proposals where state not in (
            'open', 'accepted', 'declined', 'replaced', 'ended'
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
# What is wrong with a row alone: of a table, what a sentence names, and when.
_OF_ROWS = {
    "occurrences": {
        "{} is due at another time than its status ends": (
            "uid",
            """due is not case status
                when 'PENDING' then coalesce(held_until, start_at)
                when 'CONFIRMED' then end_at
            end and due is not null""",
        ),
        "{} is held for longer than until it begins": (
            "uid",
            "held_until > start_at",
        ),
        "{} has the unknown status {}": (
            "uid, status",
            """status not in (
                'PENDING', 'CONFIRMED', 'CANCELLED', 'COMPLETED', 'NO_SHOW'
            )""",
        ),
        "{} is {} and yet ended as {}": (
            "uid, status, coalesce(resolution, 'nothing')",
            "(status = 'CANCELLED') <> (resolution is not null)",
        ),
    },
    "events": {
        "{} has an event of time's that says {} did it": (
            "uid, actor",
            "by = 'system' and actor is not null",
        ),
    },
    "bookings": {"{} has no title": ("uid", "title = ''")},
}
CHECKS |= {
    sentence: f"select distinct {names} from {table} where {condition}"
    for table, sentences in _OF_ROWS.items()
    for sentence, (names, condition) in sentences.items()
}
# Without which rows of a table there is nothing to find: they are counted in one walk.
CONDITIONS = {
    table: {sentence: condition for sentence, (_, condition) in sentences.items()}
    for table, sentences in _OF_ROWS.items()
}
CONDITIONS["occurrences"] |= {
    "{} takes place with {}, of whom nothing else says so": "hosts is not null",
    "{} takes place outside the time that it holds of {}": "start_at < claim_start"
    " or end_at > claim_end",
}
CONDITIONS["attendees"] = {
    "{} has its attendee {} on a date that it does not have": "only_on is not null"
    " or absent_on is not null",
}

_OF_A_BOOKING = (
    *("booking_hosts", "attendees", "occurrences", "events", "notes"),
    *("private_notes", "deliveries", "reminders", "calendar_objects"),
    "counter_proposals",
)
OF_MISSING = {
    f"{{}} is not there, but its {table.replace('_', ' ')}": f"""
        select uid from {table} where uid is not null
        except select uid from bookings order by uid
    """
    for table in _OF_A_BOOKING
}
CHECKS |= OF_MISSING


def faults_of_dates(which: str) -> str:
    """Of bookings, by what all dates of each are together."""
    return f"""
        select b.starts_at is not o.first or coalesce(b.last_at, o.last) is not o.last
                or b.pending_until is not o.pending
                or b.confirmed_until is not o.confirmed
                or b.final_status is not o.final as is_listed_wrong,
            o.least_type <> b.event_type_id or o.most_type <> b.event_type_id
                or h.event_type_id <> b.event_type_id as is_of_others,
            h.uid is not null and (h.made is not b.rowid
                or h.is_live <> (not h.is_of_dates and o.is_live)) as is_turn_wrong,
            h.uid is not null and (h.starts_at is not b.starts_at
                or h.last_at is not case when b.recurring is not null
                    then coalesce(b.last_at, b.starts_at) end) as is_place_wrong,
            b.uid, h.host_id, case b.event_type_id
                when o.least_type then
                    case o.most_type when o.least_type then h.event_type_id
                    else o.most_type end
                else o.least_type end
        from (
            select uid,
                min(start_at) filter (where resolution is not 'conflict') as first,
                max(start_at) filter (where resolution is not 'conflict') as last,
                max(coalesce(held_until, start_at)) filter (
                    where status = 'PENDING'
                ) as pending,
                max(end_at) filter (where status = 'CONFIRMED') as confirmed,
                case
                    when count(*) filter (
                        where status not in ('PENDING', 'CANCELLED')
                    ) = 0 then 'CANCELLED'
                    when count(*) filter (
                        where status not in ('PENDING', 'CANCELLED', 'NO_SHOW')
                    ) = 0 then 'NO_SHOW'
                    else 'COMPLETED'
                end as final,
                count(*) filter (
                    where status <> 'CANCELLED'
                    and not (status = 'PENDING' and due is null)
                ) > 0 as is_live,
                min(event_type_id) as least_type, max(event_type_id) as most_type
            from occurrences where {which} group by uid
        ) o
        cross join bookings b on b.uid = o.uid
        left join booking_hosts h on h.uid = o.uid
    """


# What is wrong of one look: a column for each sentence says whether it is so, and what
# they name comes behind these.
TOGETHER = {
    (
        "{0} is listed at another time or with another status than its occurrences"
        " have",
        "{0} counts as a booking of {2}, which it is not",
        "{0} is counted wrong in the turns of {1}",
        "{0} is listed at another time among the bookings of {1}",
    ): faults_of_dates("true"),
}

# Those that look at more than what is set up, which are many rows in a large file.
LARGE = (
    *("bookings", "claims", "busy", "people", "person_keys", "attempts"),
    "idempotency_keys",
    *_OF_A_BOOKING,
)
OF_BOOKINGS = frozenset(
    sentence
    for sentence, statement in CHECKS.items()
    if re.search(rf"\b(?:from|join) (?:{'|'.join(LARGE)})\b", statement)
)
