"""What version 9 adds to the tables."""

# Calendars that are reached: by whom, with which password (a command, or a variable of
# the environment, never itself), and what is done with them. `mark` differs after a
# change there; `checked_at` is when they were last seen as they are here, `tried_at`
# when they were last asked.
CONNECTIONS = """
alter table calendars add column user_name text;
alter table calendars add column password_command text;
alter table calendars add column password_env text;
alter table calendars add column allows_private integer not null default 0;
alter table calendars add column is_busy integer not null default 1;
alter table calendars add column is_pushed integer not null default 0;
alter table calendars add column is_free_busy integer not null default 0;
alter table calendars add column is_careful integer not null default 0;
alter table calendars add column mark text;
alter table calendars add column checked_at integer;
alter table calendars add column tried_at integer;
alter table calendars add column fault text;
update calendars set checked_at = imported_at where kind <> 'own';
create index calendars_pushed on calendars (host_id) where is_pushed;
create index calendars_read_again on calendars (coalesce(checked_at, 0))
    where source is not null;

-- of a booking that its host has moved there
alter table busy add column uid text;
create index busy_by_booking on busy (uid) where uid is not null;

create table calendar_objects (
    calendar_id integer not null references calendars (id) on delete cascade,
    uid text not null references bookings (uid),
    name text not null,
    etag text,
    digest text,
    state text not null,
    written_at integer not null,
    primary key (calendar_id, uid)
) strict, without rowid;
create index calendar_objects_by_booking on calendar_objects (uid);
"""


# Deliveries to calendars. SQLite changes a CHECK only by a new table, which those that
# refer to it are made anew for: else dropping the old one would take theirs along.
CALENDAR_DELIVERIES = """
create table new_deliveries (
    seq integer primary key autoincrement,
    id text not null unique,
    channel text not null check (channel in ('webhook', 'mail', 'calendar')),
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
    finished_at integer,
    leased_until integer
) strict;
insert into new_deliveries select * from deliveries order by seq;
insert into sqlite_sequence (name, seq) select 'new_deliveries', 0
    where not exists (select 1 from sqlite_sequence where name = 'new_deliveries');
update sqlite_sequence set seq = coalesce(
    (select seq from sqlite_sequence where name = 'deliveries'), 0
) where name = 'new_deliveries';

create table new_attempts (
    delivery text not null references new_deliveries (id),
    number integer not null,
    at integer not null,
    status text not null,
    code integer,
    text text not null,
    milliseconds integer not null,
    primary key (delivery, number)
) strict, without rowid;
insert into new_attempts select * from attempts;

create table new_reminders (
    uid text not null references bookings (uid),
    start_at integer not null,
    minutes integer not null,
    target text not null,
    delivery text not null references new_deliveries (id) on delete cascade,
    primary key (uid, start_at, minutes, target)
) strict, without rowid;
insert into new_reminders select * from reminders;

drop table attempts;
drop table reminders;
drop table deliveries;
alter table new_deliveries rename to deliveries;
alter table new_attempts rename to attempts;
alter table new_reminders rename to reminders;
create index deliveries_due on deliveries (due_at, seq) where status = 'pending';
create index deliveries_in_order on deliveries (channel, target, uid, seq)
    where status = 'pending';
create index deliveries_delivered on deliveries (finished_at)
    where status = 'delivered';
create index deliveries_by_target on deliveries (channel, target, seq);
create index deliveries_waiting on deliveries (due_at)
    where status = 'pending' and (attempts > 0 or kind <> 'reminder');
create index reminders_by_delivery on reminders (delivery);
"""


# What attendees answer (RFC 5546, 3.2.3): of each the last answer for all dates and for
# single ones. A COUNTER (3.2.7) is kept until somebody decides.
REPLIES = """
alter table event_types add column on_decline text not null default 'RECORD';
alter table attendees add column replies text;

create table counter_proposals (
    number integer primary key,
    id text not null unique,
    uid text not null references bookings (uid),
    recurrence_id integer,
    person_key text not null,
    start_at integer not null,
    end_at integer not null check (end_at > start_at),
    comment text,
    state text not null,
    sequence integer not null,
    stamped_at integer not null,
    created_at integer not null,
    updated_at integer not null
) strict;
create index counter_proposals_by_booking on counter_proposals (uid, number);
"""


# Files for a web server, by a name that nobody guesses; `event_seq` is the last event
# that is in them.
PUBLISHED_FEEDS = """
create table published_feeds (
    directory text not null,
    host_id text not null references hosts (id) on delete cascade,
    name text not null,
    is_busy_only integer not null,
    is_redacted integer not null,
    event_seq integer not null,
    primary key (directory, host_id)
) strict, without rowid;
"""
