"""What version 12 adds to the tables."""

from calbook.store.old_events import IS_NEEDED

INDEXES = """
"""


SEARCH = """
"""


COUNTERS = """
"""


# An event has what its change replaced, and the booking after it only where somebody
# may ask for it. SQLite lets a column be null only where it is a new one.
EVENTS = f"""
alter table events add column sequence integer;
alter table events add column version integer;
alter table events add column replaced text;
alter table events add column kept text;
update events set kept = booking where {IS_NEEDED};
alter table events drop column booking;
alter table events rename column kept to booking;
"""
