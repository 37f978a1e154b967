"""What version 5 adds to the tables."""

# When the reminders of a booking were worked out, so that a clock that was ahead then
# is noticed; what falls due by `due_until` is queued, without one all there is.
WRONG_CLOCKS = """
create table reminder_plans (
    uid text primary key references bookings (uid),
    made_at integer not null,
    due_until integer
) strict, without rowid;
create index reminder_plans_made on reminder_plans (made_at);
create index reminder_plans_until on reminder_plans (due_until)
    where due_until is not null;
insert into reminder_plans
    select uid, at, iif(recurring is null, null, at) from (
        select b.uid, b.recurring, (
            select at from events e where e.uid = b.uid order by seq desc limit 1
        ) as at
        from bookings b join event_types t on t.id = b.event_type_id
        where b.uid in (select uid from reminders)
            or b.recurring is not null and t.reminders <> '[]'
    ) where at is not null;

create index deliveries_waiting on deliveries (due_at)
    where status = 'pending' and (attempts > 0 or kind <> 'reminder');

update occurrences set status = 'CANCELLED', resolution = 'expired',
    cancelled_by = 'system'
where status = 'PENDING' and due is null and exists (
    select 1 from booking_hosts h where h.uid = occurrences.uid and not exists (
        select 1 from claims c where c.host_id = h.host_id
            and c.uid = h.uid and c.recurrence_id = occurrences.recurrence_id
    )
);
delete from claims where exists (
    select 1 from occurrences o where o.uid = claims.uid
        and o.recurrence_id = claims.recurrence_id and o.status = 'CANCELLED'
);
update bookings set pending_until = (
    select max(start_at) from occurrences o
    where o.uid = bookings.uid and o.status = 'PENDING'
) where pending_until is not null;
"""


# What was guessed of a calendar, and whether it is to be read without guessing.
CALENDAR_REMARKS = """
alter table calendars add column is_strict integer not null default 0;
alter table calendars add column remarks text not null default '[]';
alter table calendars add column remark_count integer not null default 0;
"""


# What people were told of a booking stays, whatever becomes of its event type.
OWN_TEXTS = """
alter table bookings add column title text not null default '';
alter table bookings add column description text;
alter table bookings add column is_group integer not null default 0;
update bookings set (title, description, is_group, location) = (
    select title, description, seats is not null,
        coalesce(bookings.location, e.location)
    from event_types e where e.id = bookings.event_type_id
);

alter table occurrences add column move_reason text;
update occurrences set move_reason = (
    select change ->> '$.reason' from events e
    where e.uid = occurrences.uid and e.type = 'booking.rescheduled' and (
        change ->> '$.dates' is null
        or date in (select value from json_each(change, '$.dates'))
    )
    order by seq desc limit 1
) where uid in (select uid from events where type = 'booking.rescheduled');
alter table bookings add column is_told integer not null default 0;
update bookings set is_told = 1 where uid in (
    select uid from deliveries where channel = 'mail' and kind <> 'reminder'
);
"""


# Addresses whose domain has another form than it had: two that were one stay so.
FOLDED_DOMAINS = """
update or ignore attendees set email_folded = fold_email(email)
where email glob '*[^ -~]*';
"""


# A meeting lies within its claim, and neither moves without the other.
GUARDS = """
create trigger occurrences_inserted before insert on occurrences
when new.start_at < new.claim_start or new.end_at > new.claim_end or exists (
    select 1 from claims c
    where c.uid = new.uid and c.recurrence_id = new.recurrence_id
      and (c.claim_start, c.claim_end, 0) is not (
        new.claim_start, new.claim_end, new.status = 'CANCELLED'
      )
)
begin
    select raise(abort, 'this meeting is at another time than its claim');
end;

create trigger occurrences_moved before update of
    uid, recurrence_id, start_at, end_at, claim_start, claim_end, status
on occurrences
when new.start_at < new.claim_start or new.end_at > new.claim_end or exists (
    select 1 from claims c
    where c.uid = old.uid and c.recurrence_id = old.recurrence_id
      and (c.uid, c.recurrence_id, c.claim_start, c.claim_end, 0) is not (
        new.uid, new.recurrence_id, new.claim_start, new.claim_end,
        new.status = 'CANCELLED'
      )
)
begin
    select raise(abort, 'this meeting is at another time than its claim');
end;

create trigger occurrences_revived before update of status on occurrences
when old.status = 'CANCELLED' and new.status <> 'CANCELLED' and not exists (
    select 1 from claims c
    where c.uid = old.uid and c.recurrence_id = old.recurrence_id
)
begin
    select raise(abort, 'this meeting is cancelled and has no claim');
end;

create trigger claims_kept before update on claims
when exists (
    select 1 from occurrences o
    where o.uid = old.uid and o.recurrence_id = old.recurrence_id
      and (o.uid, o.recurrence_id, o.claim_start, o.claim_end, old.host_id) is not (
        new.uid, new.recurrence_id, new.claim_start, new.claim_end, new.host_id
      )
)
begin
    select raise(abort, 'this claim is at another time than its meeting');
end;
"""


# How far the reminders of a changed event type or host's bookings are brought in line:
# `after` is the last booking's place in the order of making.
REMINDER_UPDATES = """
create table reminder_updates (
    noun text not null,
    id text not null,
    after integer not null,
    primary key (noun, id)
) strict, without rowid;
"""


# Behind which booking a host joined a team that had some already: turns are counted
# from when the youngest of them did.
HOST_JOINS = """
create table host_joins (
    event_type_id text not null references event_types (id) on delete cascade,
    host_id text not null references hosts (id) on delete cascade,
    since integer not null,
    primary key (event_type_id, host_id)
) strict, without rowid;
"""
