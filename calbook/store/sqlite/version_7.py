"""What version 7 adds to the tables."""

# The hosts of a date that was handed over; null where they are the booking's. Who has
# some dates only is found by `booking_hosts` as well, and counts for no turn.
HOSTS_OF_DATES = """
alter table occurrences add column hosts text;
alter table booking_hosts add column is_of_dates integer not null default 0;
"""


# Until when a hold has its time: it expires before its start.
HOLDS = """
alter table occurrences add column held_until integer;
create index occurrences_held on occurrences (start_at)
    where held_until is not null and status = 'PENDING';
"""
