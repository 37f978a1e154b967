-- A booking's tables as calbook has them, each partitioned by host; keys begin with it.

create extension if not exists btree_gist;
create extension if not exists pg_trgm;

create function json_items(items text) returns table (key text, value text)
language plpgsql immutable strict rows 3 as $$
begin
    return query select (n - 1)::text, item
    from json_array_elements_text(items::json) with ordinality as a (item, n);
end $$;

create table schedules (
    id text primary key,
    timezone text not null,
    weekly text not null
);

create table schedule_overrides (
    schedule_id text not null references schedules (id),
    date text not null,
    hours text not null,
    primary key (schedule_id, date)
);

create table event_types (
    id text primary key,
    title text not null,
    duration integer not null,
    settings text not null
);

create table event_type_hosts (
    event_type_id text not null references event_types (id),
    position integer not null,
    host_id text not null,
    primary key (event_type_id, position)
);

create table calbook_schema as select 12 as version;

create table webhooks (
    id text primary key,
    events text not null,
    active boolean not null
);

create table calendars (
    id bigint primary key,
    is_pushed boolean not null
);
create index on calendars (id) where is_pushed;

create table hosts (
    id text primary key,
    name text not null,
    timezone text not null,
    schedule_id text not null references schedules (id),
    retired_at bigint,
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
    title text not null,
    search text not null,
    rowid bigint not null generated always as identity,
    primary key (host_id, uid)
) partition by hash (host_id);
create index on bookings (starts_at, uid, created_at);
create index on bookings (event_type_id, starts_at, uid, created_at);
create index on bookings using gin (search gin_trgm_ops);

create table booking_hosts (
    host_id text not null references hosts (id),
    uid text not null,
    position integer not null,
    event_type_id text,
    made bigint,
    is_live boolean not null,
    is_of_dates boolean not null,
    starts_at bigint,
    last_at bigint,
    primary key (host_id, uid, position),
    foreign key (host_id, uid) references bookings (host_id, uid)
) partition by hash (host_id);
create index on booking_hosts (event_type_id, host_id, made) where is_live;
create index on booking_hosts (host_id, starts_at, uid);

create table host_loads (
    host_id text not null,
    event_type_id text not null references event_types (id),
    bookings integer not null,
    primary key (host_id, event_type_id)
) partition by hash (host_id);

create table people (
    host_id text not null,
    id text not null,
    name text,
    email text,
    seen_until bigint,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (host_id, id)
) partition by hash (host_id);
create index on people ((coalesce(seen_until, 0)));

create table person_keys (
    host_id text not null,
    key text not null,
    person_id text not null,
    primary key (host_id, key),
    foreign key (host_id, person_id) references people (host_id, id)
) partition by hash (host_id);
create index on person_keys (host_id, person_id);

create table attendees (
    host_id text not null,
    uid text not null,
    position integer not null,
    email text,
    person_key text not null,
    name text,
    person_id text,
    primary key (host_id, uid, position),
    foreign key (host_id, uid) references bookings (host_id, uid),
    foreign key (host_id, person_id) references people (host_id, id)
) partition by hash (host_id);
create unique index on attendees (host_id, person_key, uid);
create index on attendees (person_id, uid) where person_id is not null;

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

create table busy (
    host_id text not null references hosts (id),
    busy_start bigint not null,
    busy_end bigint not null,
    primary key (host_id, busy_start)
) partition by hash (host_id);

-- How many meetings there are on a day, in a share for each host.
create table day_counts (
    share text not null,
    id text not null,
    day bigint not null,
    status text not null,
    meetings bigint not null,
    seconds bigint not null,
    primary key (share, id, day, status)
) partition by hash (share);

create table events (
    host_id text not null,
    seq bigint generated always as identity,
    id text not null,
    type text not null,
    uid text not null,
    at bigint not null,
    by text not null,
    change text not null,
    version integer,
    sequence integer,
    replaced text,
    booking text,
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
        'hosts', 'bookings', 'booking_hosts', 'host_loads', 'people', 'person_keys',
        'attendees', 'occurrences', 'claims', 'busy', 'day_counts', 'events'
    ] loop
        for n in 0 .. number - 1 loop
            execute format(
                'create table %s_%s partition of %s for values with'
                ' (modulus %s, remainder %s) with (fillfactor = %s)',
                parent, n, parent, number, n,
                -- room for the next version of a row on its page
                case when parent in ('hosts', 'host_loads', 'day_counts') then 80
                else 100 end
            );
        end loop;
    end loop;
end $$;

-- The rule for engines that have no exclusion constraints: bump the host, then look.
create function refuse_overlap() returns trigger language plpgsql as $$
begin
    update hosts set revision = revision + 1
    where id = new.host_id and xmin <> pg_current_xact_id()::xid;
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

create function keep_to_claim() returns trigger language plpgsql as $$
begin
    if new.start_at < new.claim_start or new.end_at > new.claim_end or exists (
        select 1 from claims c
        where c.host_id = new.host_id and c.uid = new.uid
          and c.recurrence_id = new.recurrence_id
          and (c.claim_start, c.claim_end)
            is distinct from (new.claim_start, new.claim_end)
    ) then
        raise check_violation using message = 'this meeting is not at its claim';
    end if;
    return new;
end $$;
create trigger occurrences_written before insert on occurrences
for each row execute function keep_to_claim();

create function add_to_counts(ids text[], o occurrences) returns void
language plpgsql as $$
begin
    insert into day_counts
    select o.host_id, id, (o.start_at + 62135683200) / 86400, o.status, 1,
        o.end_at - o.start_at
    from unnest(ids) as id
    on conflict (share, id, day, status) do update set
        meetings = day_counts.meetings + excluded.meetings,
        seconds = day_counts.seconds + excluded.seconds;
end $$;

create function count_occurrence() returns trigger language plpgsql as $$
begin
    perform add_to_counts(array['', new.event_type_id] || array(
        select host_id from booking_hosts
        where host_id = new.host_id and uid = new.uid and not is_of_dates order by 1
    ), new);
    return null;
end $$;
create trigger occurrences_counted after insert on occurrences
for each row execute function count_occurrence();

create function count_booking_host() returns trigger language plpgsql as $$
declare
    o occurrences;
begin
    for o in
        select * from occurrences where host_id = new.host_id and uid = new.uid
    loop
        perform add_to_counts(array[new.host_id], o);
    end loop;
    return null;
end $$;
create trigger booking_hosts_counted after insert on booking_hosts
for each row execute function count_booking_host();
