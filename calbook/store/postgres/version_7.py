"""What version 7 adds to the tables of a database, see `sqlite.version_7`."""

_HOSTS_OF_DATES = """
alter table occurrences
    add column hosts text;
alter table booking_hosts
    add column is_of_dates boolean not null default false;
"""

SCRIPT = "".join((_HOSTS_OF_DATES,))
