"""What version 8 adds to the tables."""

from __future__ import annotations

import sqlite3
from typing import Any

from calbook.core import ids
from calbook.core.people import id_key, phone_digits, phone_key

# Rooms and things are rows of `hosts` of another kind. A host's row in
# `event_type_hosts` says the same of a resource that bookings may need.
RESOURCES = """
alter table hosts add column kind text not null default 'host';
alter table hosts add column capacity integer;
alter table event_types add column needs text not null default '[]';
"""

# From when on a host takes no bookings.
RETIRED_HOSTS = """
alter table hosts add column retired_at integer;
"""


# What an attendee is asked for: of event types made before, an e-mail address.
CONTACTS = """
alter table event_types add column contact text not null default 'EMAIL';
"""


# Lengths to choose from; null where there is but one.
DURATIONS = """
alter table event_types add column durations text;
"""


# The local dates between which a start may be, both included; null for no limit.
BOOKABLE_DATES = """
alter table event_types add column first_date text;
alter table event_types add column last_date text;
"""


# Weekly hours of its own, as those of `schedules`; null where it has none.
OWN_HOURS = """
alter table event_types add column weekly text;
"""


# Rules that few event types have, and the limits of hosts, see `core.rules.limits`.
LIMITS = """
alter table event_types add column rules text not null default '{}';
alter table hosts add column limits text not null default '[]';
"""


# Who was ever booked, and by what they are found: `core.people` has the keys.
PEOPLE = """
create table people (
    id text primary key,
    name text,
    email text,
    phone text,
    ref text,
    timezone text,
    language text,
    created_at integer not null,
    updated_at integer not null
) strict;

create table person_keys (
    key text primary key,
    person_id text not null references people (id)
) strict, without rowid;
create index person_keys_by_person on person_keys (person_id);
"""


# An attendee may have no e-mail, which SQLite takes from a column only by a new table.
ATTENDEES = """
create table new_attendees (
    uid text not null references bookings (uid),
    position integer not null,
    email text,
    person_key text not null,
    name text,
    phone text,
    phone_digits text,
    ref text,
    ref_folded text,
    timezone text,
    language text,
    responses text,
    notes text,
    metadata text,
    person_id text references people (id),
    primary key (uid, position),
    unique (uid, person_key)
) strict, without rowid;
insert into new_attendees (uid, position, email, person_key, name, phone, phone_digits,
    timezone, responses, notes, metadata, person_id)
select uid, position, email, email_folded, name, phone, phone_digits(phone), timezone,
    responses, notes, metadata,
    (select person_id from person_keys where key = email_folded)
from attendees;
drop table attendees;
alter table new_attendees rename to attendees;
create index attendees_by_key on attendees (person_key, uid);
create index attendees_by_phone on attendees (phone_digits, uid)
    where phone_digits is not null;
create index attendees_by_ref on attendees (ref_folded, uid)
    where ref_folded is not null;
create index attendees_by_person on attendees (person_id, uid)
    where person_id is not null;
"""


def add_people(conn: sqlite3.Connection) -> None:
    """Everybody who was ever booked, from the oldest booking to the newest.

    All had an e-mail address; a phone that several gave finds the first of them.
    """
    found = conn.execute(
        "select a.email_folded, a.name, a.email, a.phone, a.timezone, b.created_at"
        " from attendees a join bookings b on b.uid = a.uid order by b.rowid, position"
    ).fetchall()
    people: dict[str, list[Any]] = {}
    keys: dict[str, str] = {}
    for folded, name, email, phone, timezone, at in found:
        id = keys.setdefault(folded, ids.person())
        keys.setdefault(id_key(id), id)
        if digits := phone_digits(phone):
            keys.setdefault(phone_key(digits), id)
        person = people.setdefault(id, [None, None, None, None, at, at])
        said = (name, email, phone, timezone, None, None)
        person[:] = [
            old if new is None else new for old, new in zip(person, said, strict=True)
        ]
        person[4:] = [min(at, person[4]), max(at, person[5])]
    conn.executemany(
        "insert into people (id, name, email, phone, timezone, created_at, updated_at)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        [(id, *facts) for id, facts in people.items()],
    )
    conn.executemany("insert into person_keys values (?, ?)", keys.items())


# Of a series the dates of a drop-in, and those of an absence: all attendees of files
# made before take part in all of it.
DATES_OF_ATTENDEES = """
alter table attendees add column only_on text;
alter table attendees add column absent_on text;
"""


# Whether a booking was given its place, which no event type takes away. Of those made
# before it shows only where it is another one.
OWN_LOCATIONS = """
alter table bookings add column has_own_location integer not null default 0;
update bookings set has_own_location = location is not (
    select e.location from event_types e where e.id = bookings.event_type_id
);
"""


# Who waits for time that is taken, in the order of `number`: for a start (`since`, and
# `until` too), for any start from `since` to before `until`, or for a seat in the group
# `uid`. What is offered holds its time by a booking, or counts as a seat (`is_seat`).
WAITING = """
alter table event_types add column on_free text not null default 'OFFER';
alter table event_types add column hold_minutes integer not null default 60;

create table waiting (
    number integer primary key,
    id text not null unique,
    event_type_id text not null references event_types (id),
    attendees text not null,
    request text not null,
    timezone text not null,
    by text not null,
    since integer not null,
    until integer not null,
    is_range integer not null,
    uid text references bookings (uid),
    recurrence_id integer,
    state text not null,
    offered_uid text references bookings (uid),
    is_seat integer not null default 0,
    held_until integer,
    passed text not null default '[]',
    log text not null default '[]',
    created_at integer not null,
    updated_at integer not null
) strict;
create index waiting_in_line on waiting (event_type_id, number)
    where state = 'waiting';
create index waiting_until on waiting (until) where state = 'waiting';
create index waiting_lapsing on waiting (held_until)
    where state = 'offered';
create index waiting_by_offer on waiting (offered_uid)
    where offered_uid is not null;
"""
