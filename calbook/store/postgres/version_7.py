"""What version 7 adds to the tables of a database, see `sqlite.version_7`."""

_HOSTS_OF_DATES = """
alter table occurrences
    add column hosts text;
alter table booking_hosts
    add column is_of_dates boolean not null default false;
"""

_RESOURCES = """
alter table hosts
    add column kind text not null default 'host';
alter table hosts
    add column capacity integer;
alter table event_types
    add column needs text not null default '[]';
"""

_HOLDS = """
alter table occurrences
    add column held_until bigint;
create index occurrences_held on occurrences (start_at)
    where held_until is not null and status = 'PENDING';
"""

SCRIPT = "".join((_HOSTS_OF_DATES, _HOLDS, _RESOURCES))
