"""What version 12 adds to the tables of a database, see `sqlite.version_12`."""

from calbook.store.old_events import IS_NEEDED

INDEXES = """
select 1;
"""


SEARCH = """
"""


COUNTERS = """
"""


EVENTS = f"""
alter table events add column sequence integer;
alter table events add column version integer;
alter table events add column replaced text;
alter table events alter column booking drop not null;
update events set booking = null where not {IS_NEEDED};
"""

SCRIPT = INDEXES + SEARCH + COUNTERS + EVENTS
