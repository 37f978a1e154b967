"""What version 8 adds to the tables of a database, see `sqlite.version_8`."""

_RESOURCES = """
alter table hosts
    add column kind text not null default 'host';
alter table hosts
    add column capacity integer;
alter table event_types
    add column needs text not null default '[]';
"""

_RETIRED_HOSTS = """
alter table hosts
    add column retired_at bigint;
"""

_CONTACTS = """
alter table event_types
    add column contact text not null default 'EMAIL';
"""

_DURATIONS = """
alter table event_types
    add column durations text;
"""

_BOOKABLE_DATES = """
alter table event_types
    add column first_date text,
    add column last_date text;
"""

_OWN_HOURS = """
alter table event_types
    add column weekly text;
"""

_LIMITS = """
alter table event_types
    add column rules text not null default '{}';
alter table hosts
    add column limits text not null default '[]';
"""

# What `people.phone_digits` makes of a number.
_PHONE_DIGITS = r"""
    select case when d ~ '[0-9]' then d end from (select case
        when phone like '+%'
        then '+' || regexp_replace(replace(phone, '(0)', ''), '[^0-9x]', '', 'g')
        when phone like '00%'
        then '+' || regexp_replace(
            regexp_replace(replace(phone, '(0)', ''), '[^0-9x]', '', 'g'), '^00', '')
        else regexp_replace(phone, '[^0-9x]', '', 'g')
    end as d) x
"""

# As `sqlite.version_8.add_people` fills the book.
_PEOPLE = f"""
create table people (
    id text primary key,
    name text,
    email text,
    phone text,
    ref text,
    timezone text,
    language text,
    created_at bigint not null,
    updated_at bigint not null
);
create table person_keys (
    key text primary key,
    person_id text not null
);
create index person_keys_by_person on person_keys (person_id);

alter table attendees alter column email drop not null;
alter table attendees rename column email_folded to person_key;
alter table attendees
    rename constraint attendees_uid_email_folded_key to attendees_uid_person_key_key;
alter index attendees_by_email rename to attendees_by_key;
alter table attendees
    add column phone_digits text,
    add column ref text,
    add column ref_folded text,
    add column language text,
    add column person_id text;
update attendees set phone_digits = ({_PHONE_DIGITS}) where phone is not null;

insert into person_keys
    select person_key, 'per_' || substr(md5(random()::text || person_key), 1, 12)
    from (select distinct person_key from attendees) k;
insert into people (id, name, email, phone, timezone, created_at, updated_at)
    select k.person_id,
        (select a.name from attendees a join bookings b on b.uid = a.uid
            where a.person_key = k.key and a.name is not null
            order by b.rowid desc, a.position desc limit 1),
        (select a.email from attendees a join bookings b on b.uid = a.uid
            where a.person_key = k.key
            order by b.rowid desc, a.position desc limit 1),
        (select a.phone from attendees a join bookings b on b.uid = a.uid
            where a.person_key = k.key and a.phone is not null
            order by b.rowid desc, a.position desc limit 1),
        (select a.timezone from attendees a join bookings b on b.uid = a.uid
            where a.person_key = k.key and a.timezone is not null
            order by b.rowid desc, a.position desc limit 1),
        (select min(b.created_at) from attendees a join bookings b on b.uid = a.uid
            where a.person_key = k.key),
        (select max(b.created_at) from attendees a join bookings b on b.uid = a.uid
            where a.person_key = k.key)
    from person_keys k;
insert into person_keys
    select distinct on (a.phone_digits) 'tel:' || a.phone_digits, k.person_id
    from attendees a join bookings b on b.uid = a.uid
    join person_keys k on k.key = a.person_key
    where a.phone_digits is not null
    order by a.phone_digits, b.rowid, a.position;
insert into person_keys select 'id:' || id, id from people;
update attendees set person_id = k.person_id
    from person_keys k where k.key = attendees.person_key;
alter table person_keys add foreign key (person_id) references people (id);
alter table attendees add foreign key (person_id) references people (id);
create index attendees_by_phone on attendees (phone_digits, uid)
    where phone_digits is not null;
create index attendees_by_ref on attendees (ref_folded, uid)
    where ref_folded is not null;
create index attendees_by_person on attendees (person_id, uid)
    where person_id is not null;
"""

_DATES_OF_ATTENDEES = """
alter table attendees
    add column only_on text,
    add column absent_on text;
"""

_OWN_LOCATIONS = """
alter table bookings
    add column has_own_location boolean not null default false;
update bookings set has_own_location = true
from event_types e
where e.id = bookings.event_type_id and bookings.location is distinct from e.location;
"""

_WAITING = """
alter table event_types
    add column on_free text not null default 'OFFER';
alter table event_types
    add column hold_minutes integer not null default 60;

create table waiting (
    number bigint generated by default as identity primary key,
    id text not null unique,
    event_type_id text not null references event_types (id),
    attendees text not null,
    request text not null,
    timezone text not null,
    by text not null,
    since bigint not null,
    until bigint not null,
    is_range boolean not null,
    uid text references bookings (uid),
    recurrence_id bigint,
    state text not null,
    offered_uid text references bookings (uid),
    is_seat boolean not null default false,
    held_until bigint,
    passed text not null default '[]',
    log text not null default '[]',
    created_at bigint not null,
    updated_at bigint not null
);
create index waiting_in_line on waiting (event_type_id, number)
    where state = 'waiting';
create index waiting_until on waiting (until) where state = 'waiting';
create index waiting_lapsing on waiting (held_until)
    where state = 'offered';
create index waiting_by_offer on waiting (offered_uid)
    where offered_uid is not null;
"""

SCRIPT = "".join(
    (
        *(_RESOURCES, _RETIRED_HOSTS, _CONTACTS, _PEOPLE, _OWN_LOCATIONS),
        *(_DURATIONS, _BOOKABLE_DATES, _OWN_HOURS, _LIMITS, _DATES_OF_ATTENDEES),
        _WAITING,
    )
)
