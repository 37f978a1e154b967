"""What version 10 adds to the tables."""

# What holds for all of the store, by name.
SETTINGS = """
create table settings (
    name text primary key,
    value text not null
) strict, without rowid;
"""


# Who was made nobody, and when. `seen_until` is when the last date of somebody is over,
# or earlier: those who may be kept no longer are found by it, whoever else there is.
# An entry of the waiting list has `until`; who has but a name is in no book.
ERASED = """
alter table people add column erased_at integer;
alter table people add column seen_until integer;
alter table attendees add column seen_until integer;
alter table waiting add column erased_at integer;
create index people_by_last_date on people (coalesce(seen_until, 0))
    where erased_at is null;
create index attendees_by_last_date on attendees (coalesce(seen_until, 0))
    where person_id is null;
create index waiting_kept on waiting (until) where erased_at is null;

create index deliveries_by_booking on deliveries (uid) where uid is not null;
create index idempotency_keys_by_event on idempotency_keys (event_seq);
"""


# A page of the log, of what failed too, costs the same however much has arrived.
LOGS = """
create index deliveries_by_channel on deliveries (channel, seq);
create index deliveries_not_delivered on deliveries (channel, seq)
    where status <> 'delivered';
"""
