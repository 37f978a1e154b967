"""What version 10 adds to the tables of a database, see `sqlite.version_10`."""

_SETTINGS = """
create table settings (
    name text primary key,
    value text not null
);
"""

_ERASED = """
alter table people
    add column erased_at bigint,
    add column seen_until bigint;
alter table attendees
    add column seen_until bigint;
alter table waiting
    add column erased_at bigint;
create index people_by_last_date on people (coalesce(seen_until, 0))
    where erased_at is null;
create index attendees_by_last_date on attendees (coalesce(seen_until, 0))
    where person_id is null;
create index waiting_kept on waiting (until) where erased_at is null;

create index deliveries_by_booking on deliveries (uid) where uid is not null;
create index idempotency_keys_by_event on idempotency_keys (event_seq);
"""

_LOGS = """
create index deliveries_by_channel on deliveries (channel, seq);
create index deliveries_not_delivered on deliveries (channel, seq)
    where status <> 'delivered';
"""

SCRIPT = "".join((_SETTINGS, _ERASED, _LOGS))
