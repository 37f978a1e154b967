"""The tables as each migration makes or changes them; what was released stays.

Times are epoch seconds in UTC, lengths are minutes, free things are JSON text.
"""

# Overlap, bounded: a claim that reaches past its start by no more than the longest
# one cannot have begun earlier than that before the new one.
OVERLAP = """
    select 1 from claims
    where host_id = new.host_id
      and claim_start < new.claim_end
      and claim_start > new.claim_start - {longest}
      and claim_end > new.claim_start
      {but_itself}
"""


CATALOG = """
create table schedules (
    id text primary key,
    name text not null,
    timezone text not null,
    weekly text not null,
    created_at integer not null,
    updated_at integer not null
) strict;

create table schedule_overrides (
    schedule_id text not null references schedules (id) on delete cascade,
    date text not null,
    hours text not null,
    reason text,
    primary key (schedule_id, date)
) strict, without rowid;

create table hosts (
    id text primary key,
    name text not null,
    email text,
    timezone text not null,
    schedule_id text not null references schedules (id),
    created_at integer not null,
    updated_at integer not null
) strict;
create index hosts_by_schedule on hosts (schedule_id);

create table event_types (
    id text primary key,
    slug text not null unique,
    title text not null,
    description text,
    duration integer not null check (duration between 1 and 1440),
    location text,
    schedule_id text references schedules (id),
    buffer_before integer not null check (buffer_before between 0 and 1440),
    buffer_after integer not null check (buffer_after between 0 and 1440),
    minimum_notice integer not null check (minimum_notice between 0 and 525600),
    maximum_advance integer,
    slot_interval integer,
    slots_per_day integer,
    requires_confirmation integer not null,
    allow_cancellation integer not null,
    cancellation_deadline integer,
    seats integer,
    max_occurrences integer not null,
    questions text not null,
    scheduling_type text not null,
    round_robin text,
    meeting_url_template text,
    notify integer not null,
    active integer not null,
    metadata text not null,
    created_at integer not null,
    updated_at integer not null
) strict;
create index event_types_by_schedule on event_types (schedule_id);

create table event_type_hosts (
    event_type_id text not null references event_types (id) on delete cascade,
    position integer not null,
    host_id text not null references hosts (id),
    weight integer not null,
    is_fixed integer not null,
    priority integer not null,
    primary key (event_type_id, position),
    unique (event_type_id, host_id)
) strict, without rowid;
create index event_type_hosts_by_host on event_type_hosts (host_id);
"""


BOOKINGS = """
create table bookings (
    uid text primary key,
    event_type_id text not null references event_types (id),
    timezone text not null,
    starts_at integer not null,
    pending_until integer,
    confirmed_until integer,
    final_status text not null,
    location text,
    meeting_url text,
    notes text,
    responses text not null,
    metadata text not null,
    recurring text,
    overrides text not null,
    policy text not null,
    sequence integer not null,
    version integer not null,
    created_at integer not null,
    updated_at integer not null
) strict;
create index bookings_by_start on bookings (starts_at, uid);
create index bookings_by_event_type on bookings (event_type_id, starts_at, uid);

create table booking_hosts (
    uid text not null references bookings (uid),
    position integer not null,
    host_id text not null references hosts (id),
    primary key (uid, position)
) strict, without rowid;
create index booking_hosts_by_host on booking_hosts (host_id, uid);

create table attendees (
    uid text not null references bookings (uid),
    position integer not null,
    email text not null,
    email_folded text not null,
    name text,
    phone text,
    timezone text,
    primary key (uid, position),
    unique (uid, email_folded)
) strict, without rowid;
create index attendees_by_email on attendees (email_folded, uid);

create table occurrences (
    uid text not null references bookings (uid),
    recurrence_id integer not null,
    event_type_id text not null references event_types (id),
    date text not null,
    start_at integer not null,
    end_at integer not null check (end_at > start_at),
    claim_start integer not null,
    claim_end integer not null,
    wall text not null,
    wall_timezone text not null,
    by_offset integer not null,
    tzdata text,
    status text not null,
    resolution text,
    cancelled_by text,
    reason text,
    attendance text not null,
    due integer,
    primary key (uid, recurrence_id)
) strict, without rowid;
create index occurrences_by_start on occurrences (event_type_id, start_at);
create index occurrences_due on occurrences (due) where due is not null;

create table claims (
    host_id text not null references hosts (id),
    claim_start integer not null,
    claim_end integer not null,
    uid text not null,
    recurrence_id integer not null,
    primary key (host_id, claim_start),
    foreign key (uid, recurrence_id) references occurrences (uid, recurrence_id),
    check (claim_end > claim_start and claim_end - claim_start <= {longest})
) strict, without rowid;
create index claims_by_occurrence on claims (uid, recurrence_id);

create trigger claims_inserted before insert on claims
when exists ({insert_overlap})
begin
    select raise(abort, 'this claim overlaps another of its host');
end;

create trigger claims_moved before update of host_id, claim_start, claim_end on claims
when exists ({update_overlap})
begin
    select raise(abort, 'this claim overlaps another of its host');
end;
"""


EVENTS = """
create table events (
    seq integer primary key autoincrement,
    id text not null unique,
    type text not null,
    uid text not null references bookings (uid),
    recurrence_id integer,
    at integer not null,
    by text not null,
    change text not null,
    booking text not null
) strict;
create index events_by_booking on events (uid, seq);

create table idempotency_keys (
    key text primary key,
    request text not null,
    event_seq integer not null references events (seq)
) strict, without rowid;
"""


# Series are found by their last start as well as by their first; a team's turn by
# whose newest booking was made longest ago (`made`: the order of making, no clock).
SERIES_GROUPS_TEAMS = """
alter table bookings add column last_at integer;
create index bookings_recurring on bookings (last_at, starts_at, uid)
    where recurring is not null;

alter table occurrences add column attendances text;
create index occurrences_in_time on occurrences (start_at, uid);

alter table attendees add column responses text;
alter table attendees add column notes text;
alter table attendees add column metadata text;

alter table booking_hosts add column event_type_id text;
alter table booking_hosts add column made integer;
alter table booking_hosts add column is_live integer not null default 1;
update booking_hosts set (event_type_id, made, is_live) = (
    select event_type_id, rowid, exists (
        select 1 from occurrences o where o.uid = b.uid and o.status <> 'CANCELLED'
            and not (o.status = 'PENDING' and o.due is null)
    ) from bookings b where b.uid = booking_hosts.uid
);
create index booking_hosts_by_turn on booking_hosts (event_type_id, host_id, made)
    where is_live;

create table host_loads (
    event_type_id text not null references event_types (id),
    host_id text not null references hosts (id),
    bookings integer not null,
    primary key (event_type_id, host_id)
) strict, without rowid;
insert into host_loads
    select event_type_id, host_id, sum(is_live) from booking_hosts group by 1, 2;

alter table idempotency_keys add column answer text;
"""


# Private notes in a table of their own: no query for others can join them by mistake.
NOTES = """
create table notes (
    id text primary key,
    uid text not null references bookings (uid),
    position integer not null,
    content text not null,
    created_at integer not null,
    unique (uid, position)
) strict, without rowid;

create table private_notes (
    id text primary key,
    uid text not null references bookings (uid),
    position integer not null,
    content text not null,
    created_at integer not null,
    unique (uid, position)
) strict, without rowid;
"""


# Stretches of any length in pieces no longer than the longest claim: one look, bounded
# as for claims, finds what is in the way. They may overlap each other and bookings that
# were there before.
BUSY = """
create table calendars (
    id integer primary key,
    host_id text not null references hosts (id) on delete cascade,
    name text not null,
    kind text not null,
    source text,
    shows_text integer not null,
    events integer not null,
    free integer not null,
    bookings integer not null,
    skipped text not null,
    skipped_count integer not null,
    imported_at integer not null,
    horizon integer,
    unique (host_id, name)
) strict;

create table busy (
    host_id text not null references hosts (id) on delete cascade,
    busy_start integer not null,
    busy_end integer not null,
    calendar_id integer not null references calendars (id) on delete cascade,
    stretch integer not null,
    stretch_start integer not null,
    stretch_end integer not null,
    text text,
    primary key (host_id, busy_start, calendar_id, stretch),
    check (busy_end > busy_start and busy_end - busy_start <= {longest})
) strict, without rowid;
create index busy_by_calendar on busy (calendar_id, stretch);

create index occurrences_expiring on occurrences (due)
    where due is not null and status = 'PENDING';
"""


# What is to be sent, and how each attempt went. `seq` is the order in which the
# deliveries of one booking go to one target; `target` outlives the webhook it names.
OUTBOX = """
create table webhooks (
    id text primary key,
    url text not null,
    events text not null,
    headers text not null,
    secret text not null,
    old_secrets text not null,
    active integer not null,
    disabled_reason text,
    allow_http integer not null,
    created_at integer not null,
    updated_at integer not null
) strict;

create table deliveries (
    seq integer primary key autoincrement,
    id text not null unique,
    channel text not null check (channel in ('webhook', 'mail')),
    target text not null,
    uid text references bookings (uid),
    event_seq integer references events (seq),
    kind text not null,
    payload text,
    status text not null check (
        status in ('pending', 'delivered', 'failed', 'dropped')
    ),
    attempts integer not null default 0,
    due_at integer not null,
    created_at integer not null,
    finished_at integer
) strict;
create index deliveries_due on deliveries (due_at, seq) where status = 'pending';
create index deliveries_in_order on deliveries (channel, target, uid, seq)
    where status = 'pending';
create index deliveries_delivered on deliveries (finished_at)
    where status = 'delivered';
create index deliveries_by_target on deliveries (channel, target, seq);

create table attempts (
    delivery text not null references deliveries (id),
    number integer not null,
    at integer not null,
    status text not null,
    code integer,
    text text not null,
    milliseconds integer not null,
    primary key (delivery, number)
) strict, without rowid;
"""


# Which reminder each delivery is: nobody gets the same twice, whatever the clock does.
REMINDERS = """
alter table event_types add column reminders text not null default '[]';

create table reminders (
    uid text not null references bookings (uid),
    start_at integer not null,
    minutes integer not null,
    target text not null,
    delivery text not null references deliveries (id) on delete cascade,
    primary key (uid, start_at, minutes, target)
) strict, without rowid;
create index reminders_by_delivery on reminders (delivery);
"""
