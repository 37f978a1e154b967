"""What version 12 adds to the tables of a database, see `sqlite.version_12`."""

from __future__ import annotations

import re

from calbook.store.old_events import IS_NEEDED
from calbook.store.postgres.functions import MOVED

INDEXES = f"""
alter table booking_hosts
    add column starts_at bigint,
    add column last_at bigint;
update booking_hosts h set starts_at = b.starts_at, last_at = case
    when b.recurring is not null then coalesce(b.last_at, b.starts_at) end
from bookings b where b.uid = h.uid;
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

alter table attendees drop constraint attendees_uid_person_key_key;
drop index attendees_by_key;
create unique index attendees_by_key on attendees (person_key, uid);

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
{MOVED}
"""


SEARCH = """
alter table bookings
    add column search text not null default '';
"""


# See `sqlite.version_12`. Each count is kept in a share for each host who is the first
# of a booking: bookings of different hosts never wait for the same row.
_GIVES_TIME = """(
    o.hosts is null and not h.is_of_dates
    or h.host_id in (select value from json_items(o.hosts))
)"""
_OLD_GIVES_TIME, _NEW_GIVES_TIME = (
    re.sub(r"\bh\.", f"{row}.", _GIVES_TIME) for row in ("old", "new")
)
_COUNTED = "uid, event_type_id, start_at, end_at, status, resolution, hosts"
_OLD, _NEW = (
    ", ".join(f"{row}.{name}" for name in _COUNTED.split(", "))
    for row in ("old", "new")
)
_SHARE = """coalesce((
        select host_id from booking_hosts where uid = o.uid order by position limit 1
    ), '')"""
COUNTERS = f"""
create table day_counts (
    id text not null,
    day bigint not null,
    status text not null,
    share text not null,
    meetings bigint not null,
    seconds bigint not null,
    primary key (id, day, status, share)
);

create function is_series(of_uid text) returns boolean
language sql stable set search_path from current as $$
    select exists (select 1 from bookings where uid = of_uid and recurring is not null)
$$;

create function add_to_counts(ids text[], o occurrences, number integer)
returns void language plpgsql set search_path from current as $$
begin
    if o.resolution is distinct from 'conflict' then
        insert into day_counts
        select id, (o.start_at + 62135683200) / 86400, o.status, {_SHARE},
            number, number * (o.end_at - o.start_at)
        from unnest(ids) as id
        on conflict (id, day, status, share) do update set
            meetings = day_counts.meetings + excluded.meetings,
            seconds = day_counts.seconds + excluded.seconds;
    end if;
end $$;

create function add_occurrence_to_counts(o occurrences, number integer)
returns void language sql set search_path from current as $$
    select add_to_counts(array['', o.event_type_id] || array(
        select h.host_id from booking_hosts h
        where h.uid = o.uid and {_GIVES_TIME} order by 1
    ), o, number)
$$;

create function count_occurrence() returns trigger
language plpgsql set search_path from current as $$
begin
    if tg_op <> 'INSERT' and not is_series(old.uid) then
        perform add_occurrence_to_counts(old, -1);
    end if;
    if tg_op <> 'DELETE' and not is_series(new.uid) then
        perform add_occurrence_to_counts(new, 1);
    end if;
    return null;
end $$;
create trigger occurrences_counted after insert or delete on occurrences
for each row execute function count_occurrence();
create trigger occurrences_recounted after update of {_COUNTED} on occurrences
for each row when (({_OLD}) is distinct from ({_NEW}))
execute function count_occurrence();

create function count_booking_host() returns trigger
language plpgsql set search_path from current as $$
declare
    o occurrences;
begin
    if tg_op <> 'INSERT' and not is_series(old.uid) then
        for o in select * from occurrences where uid = old.uid loop
            if {_OLD_GIVES_TIME} then
                perform add_to_counts(array[old.host_id], o, -1);
            end if;
        end loop;
    end if;
    if tg_op <> 'DELETE' and not is_series(new.uid) then
        for o in select * from occurrences where uid = new.uid loop
            if {_NEW_GIVES_TIME} then
                perform add_to_counts(array[new.host_id], o, 1);
            end if;
        end loop;
    end if;
    return null;
end $$;
create trigger booking_hosts_counted after insert or delete or update of
    uid, host_id, is_of_dates
on booking_hosts for each row execute function count_booking_host();

create function count_dates() returns trigger
language plpgsql set search_path from current as $$
declare
    number integer = case when new.recurring is null then 1 else -1 end;
begin
    perform add_occurrence_to_counts(o, number) from occurrences o
    where o.uid = new.uid;
    return null;
end $$;
create trigger bookings_counted after update of recurring on bookings
for each row when ((old.recurring is null) <> (new.recurring is null))
execute function count_dates();

insert into day_counts
    select id, (start_at + 62135683200) / 86400, status, {_SHARE}, count(*),
        sum(end_at - start_at)
    from (
        select '' as id, o.* from occurrences o
        union all select o.event_type_id, o.* from occurrences o
        union all select h.host_id, o.* from occurrences o join booking_hosts h
            on h.uid = o.uid and {_GIVES_TIME}
    ) o
    where resolution is distinct from 'conflict' and uid in (
        select uid from bookings where recurring is null
    )
    group by 1, 2, 3, 4;

drop index bookings_by_start;
create index bookings_by_start on bookings (starts_at, uid, created_at);
drop index bookings_by_event_type;
create index bookings_by_event_type
    on bookings (event_type_id, starts_at, uid, created_at);
"""


EVENTS = f"""
alter table events
    add column sequence integer,
    add column version integer,
    add column replaced text,
    alter column booking drop not null;
update events set booking = null where not {IS_NEEDED};
create index idempotency_keys_answered on idempotency_keys (event_seq)
    where answer is not null;
"""

SCRIPT = INDEXES + SEARCH + COUNTERS + EVENTS
