-- A booking's tables as calbook has them, each partitioned by host; keys begin with it.

create extension if not exists btree_gist;

create table schedules (
    id text primary key,
    timezone text not null,
    weekly text not null
);

create table event_types (
    id text primary key,
    title text not null,
    duration integer not null,
    settings text not null
);

create table calbook_schema as select 6 as version;

create table webhooks (
    id text primary key,
    events text not null,
    active integer not null
);

create table hosts (
    id text primary key,
    name text not null,
    timezone text not null,
    schedule_id text not null references schedules (id),
    revision bigint not null default 0
) partition by hash (id);

create table bookings (
    host_id text not null references hosts (id),
    uid text not null,
    event_type_id text not null references event_types (id),
    timezone text not null,
    starts_at bigint not null,
    last_at bigint not null,
    confirmed_until bigint,
    final_status text not null,
    responses text not null,
    metadata text not null,
    overrides text not null,
    policy text not null,
    sequence integer not null,
    version integer not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (host_id, uid)
) partition by hash (host_id);
create index on bookings (starts_at, uid);
create index on bookings (event_type_id, starts_at, uid);

create table booking_hosts (
    host_id text not null references hosts (id),
    uid text not null,
    position integer not null,
    event_type_id text,
    is_live integer not null,
    primary key (host_id, uid, position),
    foreign key (host_id, uid) references bookings (host_id, uid)
) partition by hash (host_id);

create table host_loads (
    host_id text not null,
    event_type_id text not null references event_types (id),
    bookings integer not null,
    primary key (host_id, event_type_id)
) partition by hash (host_id);

create table attendees (
    host_id text not null,
    uid text not null,
    position integer not null,
    email text not null,
    email_folded text not null,
    name text,
    primary key (host_id, uid, position),
    unique (host_id, uid, email_folded),
    foreign key (host_id, uid) references bookings (host_id, uid)
) partition by hash (host_id);
create index on attendees (email_folded, uid);

create table occurrences (
    host_id text not null,
    uid text not null,
    recurrence_id bigint not null,
    event_type_id text not null references event_types (id),
    date text not null,
    start_at bigint not null,
    end_at bigint not null check (end_at > start_at),
    claim_start bigint not null,
    claim_end bigint not null,
    wall text not null,
    wall_timezone text not null,
    status text not null,
    attendance text not null,
    due bigint,
    primary key (host_id, uid, recurrence_id),
    foreign key (host_id, uid) references bookings (host_id, uid)
) partition by hash (host_id);
create index on occurrences (event_type_id, start_at);
create index on occurrences (start_at, uid);
create index on occurrences (due) where due is not null;

create table claims (
    host_id text not null references hosts (id),
    claim_start bigint not null,
    claim_end bigint not null,
    uid text not null,
    recurrence_id bigint not null,
    primary key (host_id, claim_start),
    foreign key (host_id, uid, recurrence_id)
        references occurrences (host_id, uid, recurrence_id),
    check (claim_end > claim_start and claim_end - claim_start <= 259200)
) partition by hash (host_id);
create index on claims (host_id, uid, recurrence_id);

create table events (
    host_id text not null,
    seq bigint generated always as identity,
    id text not null,
    type text not null,
    uid text not null,
    at bigint not null,
    by text not null,
    change text not null,
    booking text not null,
    primary key (host_id, seq),
    unique (host_id, id),
    foreign key (host_id, uid) references bookings (host_id, uid)
) partition by hash (host_id);
create index on events (host_id, uid, seq);

create function create_partitions(number integer) returns void language plpgsql as $$
declare
    parent text;
begin
    foreach parent in array array[
        'hosts', 'bookings', 'booking_hosts', 'host_loads', 'attendees', 'occurrences',
        'claims', 'events'
    ] loop
        for n in 0 .. number - 1 loop
            execute format(
                'create table %s_%s partition of %s for values with'
                ' (modulus %s, remainder %s) with (fillfactor = %s)',
                parent, n, parent, number, n,
                -- room for the next version of a row on its page
                case when parent in ('hosts', 'host_loads') then 80 else 100 end
            );
        end loop;
    end loop;
end $$;

-- The rule for engines that have no exclusion constraints: bump the host, then look.
create function refuse_overlap() returns trigger language plpgsql as $$
begin
    update hosts set revision = revision + 1 where id = new.host_id;
    if exists (
        select 1 from claims
        where host_id = new.host_id
          and claim_start < new.claim_end
          and claim_start > new.claim_start - 259200
          and claim_end > new.claim_start
    ) then
        raise exclusion_violation using message = 'this claim overlaps another';
    end if;
    return new;
end $$;
create trigger claims_inserted before insert on claims
for each row execute function refuse_overlap();
