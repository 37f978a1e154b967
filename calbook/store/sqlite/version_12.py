"""What version 12 adds to the tables."""

from __future__ import annotations

import re

from calbook.store.old_events import IS_NEEDED
from calbook.store.sqlite.words import PLACE

# A host's bookings in the order of lists; the dates of a series reach to `last_at`,
# which single bookings have none of. Then those of each status that few have: of what
# is to come or over most are confirmed, and found by their start.
INDEXES = """
alter table booking_hosts add column starts_at integer;
alter table booking_hosts add column last_at integer;
update booking_hosts set (starts_at, last_at) = (
    select starts_at, iif(recurring is null, null, coalesce(last_at, starts_at))
    from bookings b where b.uid = booking_hosts.uid
);
create index booking_hosts_by_start
    on booking_hosts (host_id, starts_at, uid, last_at);
create index booking_hosts_recurring on booking_hosts (host_id, last_at)
    where last_at is not null;
drop index bookings_recurring;
create index bookings_recurring on bookings (last_at, starts_at, uid, event_type_id)
    where recurring is not null;
create index occurrences_with_hosts on occurrences (uid) where hosts is not null;
create index occurrences_by_status on occurrences (status, start_at, uid)
    where status <> 'CONFIRMED';

create trigger bookings_moved after update of starts_at, last_at, recurring on bookings
when (old.starts_at, old.last_at, old.recurring)
    is not (new.starts_at, new.last_at, new.recurring)
begin
    update booking_hosts set starts_at = new.starts_at,
        last_at = iif(new.recurring is null, null, new.last_at)
    where uid = new.uid;
end;

create index bookings_pending on bookings (starts_at, uid)
    where pending_until is not null;
create index bookings_pending_series on bookings (pending_until)
    where pending_until is not null and recurring is not null;
create index bookings_cancelled on bookings (starts_at, uid)
    where final_status = 'CANCELLED';
create index bookings_no_show on bookings (starts_at, uid)
    where final_status = 'NO_SHOW';
create index bookings_attended on bookings (starts_at, uid)
    where final_status = 'COMPLETED' and confirmed_until is null;
"""


# One index finds a person's bookings and keeps the persons of a booking apart.
ATTENDEES = """
create table new_attendees (
    uid text not null references bookings (uid),
    position integer not null,
    email text,
    person_key text not null,
    name text,
    phone text,
    phone_digits text,
    ref text,
    ref_folded text,
    timezone text,
    language text,
    responses text,
    notes text,
    metadata text,
    person_id text references people (id),
    only_on text,
    absent_on text,
    replies text,
    seen_until integer,
    primary key (uid, position)
) strict, without rowid;
insert into new_attendees select uid, position, email, person_key, name, phone,
    phone_digits, ref, ref_folded, timezone, language, responses, notes, metadata,
    person_id, only_on, absent_on, replies, seen_until
from attendees;
drop table attendees;
alter table new_attendees rename to attendees;
create unique index attendees_by_key on attendees (person_key, uid);
create index attendees_by_phone on attendees (phone_digits, uid)
    where phone_digits is not null;
create index attendees_by_ref on attendees (ref_folded, uid)
    where ref_folded is not null;
create index attendees_by_person on attendees (person_id, uid)
    where person_id is not null;
create index attendees_by_last_date on attendees (coalesce(seen_until, 0))
    where person_id is null;
"""


# What bookings are searched in (`core.search`), and what the index of it has not got
# (`sqlite.words`): all behind the last booking that it has, and what changed since.
SEARCH = f"""
alter table bookings add column search text not null default '';
create index bookings_by_place on bookings ({PLACE.format("")});
create table indexed_words (last_booking integer not null) strict;
insert into indexed_words values (0);
create table changed_words (
    booking integer primary key,
    place integer,
    text text
) strict;

create trigger words_added after insert on bookings
when new.rowid <= (select last_booking from indexed_words)
begin
    insert into changed_words (booking) select new.rowid where not exists (
        select 1 from changed_words where booking = new.rowid
    );
end;

create trigger words_changed after update of uid, search, starts_at on bookings
when (old.search, {PLACE.format("old.")}) <> (new.search, {PLACE.format("new.")})
    and old.rowid <= (select last_booking from indexed_words)
begin
    insert into changed_words
    select old.rowid, {PLACE.format("old.")}, old.search where not exists (
        select 1 from changed_words where booking = old.rowid
    );
end;
"""


# How many meetings there are, by the day of their start (that of UTC, numbered as
# Python's `date.toordinal`) and by the status that is stored: of all (''), and of each
# event type, host and resource. Only those of bookings with one date are counted: a
# series is one booking on many days. A date that was never free was never booked.
_DAY = "(o.start_at + 62135683200) / 86400"
_IS_SINGLE = "(select recurring from bookings b where b.uid = o.uid) is null"
_GIVES_TIME = """(
    o.hosts is null and not h.is_of_dates
    or h.host_id in (select value from json_each(o.hosts))
)"""
_ADD = """
    insert into day_counts
    select {id}, {day}, {o}.status, {sign}, {sign} * ({o}.end_at - {o}.start_at)
    from {of} where {which}
    on conflict (id, day, status) do update set
        meetings = meetings + excluded.meetings, seconds = seconds + excluded.seconds;
"""


def _count(row: str, sign: int) -> str:
    """Add or take away an occurrence: the row `new` or `old` of a trigger."""
    counts = f"o.resolution is not 'conflict' and {_IS_SINGLE}"
    ids = f"""(
        select '' as id union all select o.event_type_id union all
        select host_id from booking_hosts h where h.uid = o.uid and {_GIVES_TIME}
    )"""
    added = _ADD.format(id="id", day=_DAY, o="o", sign=sign, of=ids, which=counts)
    return re.sub(r"\bo\.", f"{row}.", added)


def _count_host(row: str, sign: int) -> str:
    """The same for one host, `new` or `old`, of what is there of its booking."""
    counts = f"""
        o.uid = h.uid and {_GIVES_TIME} and o.resolution is not 'conflict'
        and {_IS_SINGLE}
    """
    added = _ADD.format(
        id="h.host_id", day=_DAY, o="o", sign=sign, of="occurrences o", which=counts
    )
    return re.sub(r"\bh\.", f"{row}.", added)


def _recount(sign: int) -> str:
    """The dates of a booking that becomes a series or, by 1, is none any more."""
    counts = "o.uid = new.uid and o.resolution is not 'conflict'"
    sources = {
        "''": "occurrences o",
        "o.event_type_id": "occurrences o",
        "h.host_id": f"occurrences o join booking_hosts h on h.uid = o.uid"
        f" and {_GIVES_TIME}",
    }
    return "".join(
        _ADD.format(id=id, day=_DAY, o="o", sign=sign, of=of, which=counts)
        for id, of in sources.items()
    )


_COUNTED = "event_type_id, start_at, end_at, status, resolution, hosts"
COUNTERS = f"""
create table day_counts (
    id text not null,
    day integer not null,
    status text not null,
    meetings integer not null,
    seconds integer not null,
    primary key (id, day, status)
) strict, without rowid;

create trigger occurrences_counted after insert on occurrences
begin {_count("new", 1)} end;

create trigger occurrences_uncounted after delete on occurrences
begin {_count("old", -1)} end;

create trigger occurrences_recounted after update of uid, {_COUNTED} on occurrences
when ({", ".join(f"old.{name}" for name in ("uid", *_COUNTED.split(", ")))})
    is not ({", ".join(f"new.{name}" for name in ("uid", *_COUNTED.split(", ")))})
begin {_count("old", -1)} {_count("new", 1)} end;

create trigger booking_hosts_counted after insert on booking_hosts
begin {_count_host("new", 1)} end;

create trigger booking_hosts_uncounted after delete on booking_hosts
begin {_count_host("old", -1)} end;

create trigger booking_hosts_recounted
after update of uid, host_id, is_of_dates on booking_hosts
begin {_count_host("old", -1)} {_count_host("new", 1)} end;

create trigger bookings_made_series after update of recurring on bookings
when old.recurring is null and new.recurring is not null
begin {_recount(-1)} end;

create trigger bookings_made_single after update of recurring on bookings
when old.recurring is not null and new.recurring is null
begin {_recount(1)} end;

insert into day_counts
    select id, (start_at + 62135683200) / 86400, status, count(*),
        sum(end_at - start_at)
    from (
        select '' as id, o.* from occurrences o
        union all select o.event_type_id, o.* from occurrences o
        union all select h.host_id, o.* from occurrences o join booking_hosts h
            on h.uid = o.uid and {_GIVES_TIME}
    ) o
    where resolution is not 'conflict' and {_IS_SINGLE}
    group by 1, 2, 3;

drop index bookings_by_start;
create index bookings_by_start on bookings (starts_at, uid, created_at);
drop index bookings_by_event_type;
create index bookings_by_event_type
    on bookings (event_type_id, starts_at, uid, created_at);
"""


# An event has what its change replaced, and the booking after it only where somebody
# may ask for it. SQLite lets a column be null only where it is a new one.
EVENTS = f"""
alter table events add column sequence integer;
alter table events add column version integer;
alter table events add column replaced text;
alter table events add column kept text;
update events set kept = booking where {IS_NEEDED};
alter table events drop column booking;
alter table events rename column kept to booking;
create index idempotency_keys_answered on idempotency_keys (event_seq)
    where answer is not null;
"""
