"""What version 5 adds to the tables: triggers on meetings, and a place to go on."""

# A meeting lies within its claim, and neither moves without the other.
GUARDS = """
create trigger occurrences_inserted before insert on occurrences
when new.start_at < new.claim_start or new.end_at > new.claim_end or exists (
    select 1 from claims c
    where c.uid = new.uid and c.recurrence_id = new.recurrence_id
      and (c.claim_start, c.claim_end) is not (new.claim_start, new.claim_end)
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
