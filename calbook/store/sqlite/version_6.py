"""What version 6 adds to the tables."""

# Who did it, by name: null of what time did, and of what was written before.
ACTORS = """
alter table events add column actor text;
"""


# Until when one of several machines may send a delivery; null in a file, where one
# process at a time sends.
LEASES = """
alter table deliveries add column leased_until integer;
"""
