"""What version 7 adds to the tables."""

# The hosts of a date that was handed over; null where they are the booking's. Who has
# some dates only is found by `booking_hosts` as well, and counts for no turn.
HOSTS_OF_DATES = """
alter table occurrences add column hosts text;
alter table booking_hosts add column is_of_dates integer not null default 0;
"""

# Rooms and things are rows of `hosts` of another kind. A host's row in
# `event_type_hosts` says the same of a resource that bookings may need.
RESOURCES = """
alter table hosts add column kind text not null default 'host';
alter table hosts add column capacity integer;
alter table event_types add column needs text not null default '[]';
"""

# Until when a hold has its time: it expires before its start.
HOLDS = """
alter table occurrences add column held_until integer;
create index occurrences_held on occurrences (start_at)
    where held_until is not null and status = 'PENDING';
"""
