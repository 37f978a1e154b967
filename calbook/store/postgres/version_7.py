"""What version 7 adds to the tables of a database, see `sqlite.version_7`."""

_HOSTS_OF_DATES = """
alter table occurrences
    add column hosts text;
alter table booking_hosts
    add column is_of_dates boolean not null default false;
"""

_HOLDS = """
alter table occurrences
    add column held_until bigint;
create index occurrences_held on occurrences (start_at)
    where held_until is not null and status = 'PENDING';
"""

SCRIPT = "".join((_HOSTS_OF_DATES, _HOLDS))
